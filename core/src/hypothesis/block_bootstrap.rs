//! Is the mean of a series other than 0? The series itself, resampled in blocks of days, says what chance does.
//!
//! Use as a second opinion that assumes no distribution, on some hundred days. Blocks cut dependence at their ends, so it
//! rejects too often where days depend strongly or are few (`docs/calibration.md`).
//!
//! The interval is estimate +- the size that a centred resampled mean reaches with chance alpha: it leaves out 0 exactly when
//! the p-value is at most alpha.
//!
//! Edge cases: fewer than nine days are skipped, as is an `alpha` that so few draws cannot reach; days that are all 0 have
//! p-value 1; days that are all the same otherwise are skipped.
//! Source: Politis and Romano (1994), with the length of [`optimal_block_length`](super::optimal_block_length()); p-value
//! with 1 added to both counts (Davison and Hinkley 1997), so that it is never 0.

use alloc::vec::Vec;

use super::{
    block_length::{block_length, enough_days},
    centred::Centred,
    mean_test::MeanTest,
    resample::Resample,
};
use crate::{
    Skip,
    math::{abs, floor, sqrt},
};

/// Lets a resampled mean that is as far as the estimate count as such, whatever rounding did to either.
const ROUNDING: f64 = 1.0 + 1e-12;

/// The mean, and what resampling says of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlockBootstrap {
    /// The mean of the series.
    pub estimate: f64,
    /// Standard deviation of the resampled means.
    pub standard_error: f64,
    /// Two-sided p-value, in (0, 1].
    pub p_value: f64,
    /// Holds the true mean with probability 1 - alpha, about.
    pub interval: [f64; 2],
    /// The mean length of blocks, in days.
    pub block_length: f64,
}

/// Tests the mean of a series, in the order of time, by `draws` resampled series; `alpha` in (0, 1) is for the interval.
///
/// # Errors
/// If there are fewer than nine days, or fewer than 1 / alpha - 1 draws, or days are all the same and not 0, or too far
/// apart.
pub fn block_bootstrap(series: &[f64], alpha: f64, draws: u32, seed: u64) -> Result<BlockBootstrap, Skip> {
    enough_days(series.len())?;
    let all = f64::from(draws) + 1.0;
    // The so-manyeth largest deviation bounds the interval.
    let bound = floor(alpha * all);
    if !(bound >= 1.0 && bound < all) {
        return Err(Skip::because(alloc::format!("an interval at alpha {alpha} cannot be had from {draws} draws")));
    }
    let series = Centred::of("a block bootstrap", series)?;
    let estimate = series.mean;
    if series.variance == 0.0 {
        let MeanTest { standard_error, p_value, .. } = MeanTest::new(estimate, 0.0, f64::INFINITY)?;
        return Ok(BlockBootstrap { estimate, standard_error, p_value, interval: [estimate; 2], block_length: 1.0 });
    }
    let block_length = block_length(&series);
    let means = resampled_means(&series.days, Resample::new(series.days.len(), block_length, seed), draws);
    let mut sizes: Vec<f64> = means.iter().map(|mean| ROUNDING * abs(*mean)).collect();
    sizes.sort_unstable_by(f64::total_cmp);
    let as_far = sizes.len() - sizes.partition_point(|size| *size < abs(estimate));
    let margin = sizes[sizes.len() - bound as usize];
    Ok(BlockBootstrap {
        estimate,
        standard_error: standard_deviation(&means),
        p_value: (1.0 + as_far as f64) / all,
        interval: [estimate - margin, estimate + margin],
        block_length,
    })
}

/// The means of resampled series.
fn resampled_means(days: &[f64], mut resample: Resample, draws: u32) -> Vec<f64> {
    let mean = |_| {
        let mut sum = 0.0;
        resample.draw(|at| sum += days[at]);
        sum / days.len() as f64
    };
    (0..draws).map(mean).collect()
}

/// With divisor n, around the mean; of one value or more.
fn standard_deviation(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    sqrt(values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / n)
}

#[cfg(test)]
mod tests;
