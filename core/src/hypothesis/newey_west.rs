//! Newey-West test: is the mean of a series other than 0, where neighbouring days depend on each other in any way?
//!
//! Use as a second opinion on some hundred days. Its weights shrink the dependence it sees, so it rejects too often where days
//! depend strongly or are few: `docs/calibration.md` has its size, and [`day_mean`](super::day_mean()) holds it better.
//!
//! Edge cases: days that are all 0 have p-value 1; days that are all the same otherwise, fewer than two or too far apart
//! are skipped.
//! Source: Newey and West (1987): Bartlett weights 1 - j / (lags + 1), factor n / (n - 1), Student's t with n - 1 degrees of
//! freedom, as statsmodels 0.15 `OLS(...).fit(cov_type="HAC", use_t=True)` with `use_correction`. Lags by the AR(1) plug-in
//! of Andrews (1991).

use super::{centred::Centred, mean_test::MeanTest};
use crate::{
    Skip,
    math::{abs, pow, sqrt},
};

/// The test, and how many days back it looked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NeweyWest {
    /// Of the mean.
    pub test: MeanTest,
    /// Autocovariances that were counted, in [0, days - 1].
    pub lags: usize,
}

/// Tests the mean of a series, in the order of time.
///
/// # Errors
/// If there are fewer than two days, they are all the same and not 0, or too far apart.
pub fn newey_west(series: &[f64]) -> Result<NeweyWest, Skip> {
    let series = Centred::of("the Newey-West test", series)?;
    let n = series.days.len() as f64;
    let lags = lags(&series);
    let weighted = (1..=lags).map(|lag| (1.0 - lag as f64 / (lags as f64 + 1.0)) * series.autocovariance(lag));
    // Not below 0 but for rounding.
    let long_run = (series.variance + 2.0 * weighted.sum::<f64>()).max(0.0);
    Ok(NeweyWest { test: MeanTest::new(series.mean, sqrt(long_run / (n - 1.0)), n - 1.0)?, lags })
}

/// The bandwidth that suits AR(1) days with the autocorrelation of these: 1.1447 (4 rho² / (1 - rho²)² n)^(1/3).
fn lags(series: &Centred) -> usize {
    if series.variance == 0.0 {
        return 0;
    }
    let days = series.days.len();
    let rho = series.autocovariance(1) / series.variance;
    let root = 2.0 * abs(rho) / (1.0 - rho * rho);
    let bandwidth = 1.1447 * pow(root * root * days as f64, 1.0 / 3.0);
    (bandwidth as usize).min(days - 1)
}

#[cfg(test)]
mod tests;
