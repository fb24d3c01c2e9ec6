//! How long the blocks of a bootstrap should be, so that dependent days stay together.
//!
//! The length at which the stationary bootstrap's standard error of the mean has the least mean squared error, from how far
//! the series' autocorrelation reaches. Below some 60 days it is a rough guess.
//!
//! Edge cases: days that do not depend on each other, and days that are all the same, have length 1.
//! Source: Politis and White (2004) with the correction of Patton, Politis and White (2009), as arch 8
//! `optimal_block_length` (column "stationary"), but never below 1.

use alloc::vec::Vec;

use super::centred::Centred;
use crate::{
    Skip,
    math::{abs, ceil, log10, pow, sqrt},
};

/// Fewer days have no autocorrelation to speak of.
const MIN_DAYS: usize = 9;

/// The mean length of blocks in days, in [1, ceil(min(3 sqrt(n), n / 3))]; not whole.
///
/// # Errors
/// If there are fewer than nine days, or they are too far apart.
pub fn optimal_block_length(series: &[f64]) -> Result<f64, Skip> {
    enough_days(series.len())?;
    Ok(block_length(&Centred::of("a block bootstrap", series)?))
}

/// Refuses what is too short for blocks.
pub(super) fn enough_days(days: usize) -> Result<(), Skip> {
    let few = || Skip::because(alloc::format!("{days} days: blocks of days need at least {MIN_DAYS}"));
    if days < MIN_DAYS { Err(few()) } else { Ok(()) }
}

/// Of nine days or more.
pub(super) fn block_length(series: &Centred) -> f64 {
    if series.variance == 0.0 {
        return 1.0;
    }
    let n = series.days.len() as f64;
    let reach = reach(series);
    let (mut slope, mut long_run) = (0.0, series.variance);
    for lag in 1..=reach {
        let share = lag as f64 / reach as f64;
        let weight = if share <= 0.5 { 2.0 } else { 4.0 * (1.0 - share) };
        let covariance = weight * series.autocovariance(lag);
        slope += lag as f64 * covariance;
        long_run += covariance;
    }
    let ratio = slope / long_run;
    let longest = ceil((3.0 * sqrt(n)).min(n / 3.0));
    // A long-run variance of 0 makes the ratio infinite, and 0 / 0 where the slope is 0 as well: no dependence.
    pow(ratio * ratio * n, 1.0 / 3.0).min(longest).max(1.0)
}

/// Twice the last lag before a run of autocorrelations that may all be chance.
fn reach(series: &Centred) -> usize {
    let n = series.days.len();
    let run = (log10(n as f64) as usize).max(5);
    let most = ceil(sqrt(n as f64)) as usize + run;
    let chance = 2.0 * sqrt(log10(n as f64) / n as f64);
    let correlations: Vec<f64> = (0..most.min(n - 2)).map(|lag| correlation(&series.days, lag)).collect();
    let quiet = correlations.windows(run).position(|lags| lags.iter().all(|r| *r < chance));
    quiet.map_or(most, |last| 2 * last.max(1)).min(most).min(n - 1)
}

/// The size of the correlation of days and those some lags later, as arch has it: the squares leave out one day more.
fn correlation(days: &[f64], lag: usize) -> f64 {
    let squares = |days: &[f64]| days.iter().map(|day| day * day).sum::<f64>();
    let products: f64 = days.iter().zip(&days[lag..]).map(|(day, later)| day * later).sum();
    abs(products) / sqrt(squares(&days[lag + 1..]) * squares(&days[..days.len() - lag - 1]))
}

#[cfg(test)]
mod tests;
