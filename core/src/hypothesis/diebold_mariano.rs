//! Diebold-Mariano test: do two models forecast equally well, judged by their daily differences of loss?
//!
//! Use for forecasts `horizon` days ahead, whose errors overlap and so depend on each other up to horizon - 1 days. It does not
//! see dependence that lasts longer: with a horizon of 1 it is a t test of independent days. Its untapered variance is
//! unsteady at long horizons: it can come close to 0, and the p-value with it. Where losses have slow
//! swings of their own, see [`day_mean`](super::day_mean()).
//!
//! Edge cases: a long-run variance of 0 or less, which the untapered sum can give, falls back to a horizon of 1 and says
//! so; days that are all 0 have p-value 1; days that are all the same otherwise are skipped.
//! Source: Diebold and Mariano (1995) with the correction of Harvey, Leybourne and Newbold (1997) and Student's t with n - 1
//! degrees of freedom, as R's `forecast::dm.test` 8.20 (`varestimator = "acf"`).

use super::{centred::Centred, mean_test::MeanTest};
use crate::{Skip, math::sqrt};

/// The test, and whether it could use the horizon asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DieboldMariano {
    /// Of the mean difference.
    pub test: MeanTest,
    /// Whether the variance at the horizon was not above 0, so that a horizon of 1 was used.
    pub fell_back: bool,
}

/// Tests differences of loss (one number a day, in the order of time) of forecasts so many days ahead; 0 counts as 1.
///
/// # Errors
/// If there are fewer than two days or no more than the horizon, they are all the same and not 0, or too far apart.
pub fn diebold_mariano(differences: &[f64], horizon: usize) -> Result<DieboldMariano, Skip> {
    let series = Centred::of("the Diebold-Mariano test", differences)?;
    let horizon = horizon.max(1);
    if horizon >= differences.len() {
        return Err(Skip::because(alloc::format!(
            "{} days: forecasts {horizon} days ahead need more days than that",
            differences.len()
        )));
    }
    let later: f64 = (1..horizon).map(|lag| series.autocovariance(lag)).sum();
    let long_run = series.variance + 2.0 * later;
    if horizon > 1 && long_run <= 0.0 {
        return Ok(DieboldMariano { test: test(&series, series.variance, 1)?, fell_back: true });
    }
    Ok(DieboldMariano { test: test(&series, long_run, horizon)?, fell_back: false })
}

fn test(series: &Centred, long_run: f64, horizon: usize) -> Result<MeanTest, Skip> {
    let (n, h) = (series.days.len() as f64, horizon as f64);
    // Harvey, Leybourne and Newbold's (n + 1 - 2h + h (h - 1) / n) / n, as a product that is above 0 for h < n.
    let correction = (n - h) * (n - h + 1.0) / (n * n);
    MeanTest::new(series.mean, sqrt(long_run / n / correction), n - 1.0)
}

#[cfg(test)]
mod tests;
