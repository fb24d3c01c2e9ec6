//! Is the mean of a series other than 0? A t test that counts what dependent days are worth.
//!
//! Use on one number a day, such as the daily mean difference of two models' losses. How much days depend on each other is
//! measured as in [`day_level`](super::day_level()), where dependence that is weak but lasts counts as well; so it holds
//! its level where [`paired_t`](super::paired_t()) does not (`docs/calibration.md`). It takes no credit for days that swing
//! back: dependence below 0 counts as none.
//!
//! Edge cases: fewer than three days are skipped; days that are all 0 have p-value 1; days that are all the same otherwise,
//! or too far apart, are skipped.
//! Source: as [`day_level`](super::day_level()), of one series.

use super::{day_level::DayNoise, mean_test::MeanTest};
use crate::{Skip, math::sqrt};

/// Tests the mean of a series, in the order of time.
///
/// # Errors
/// If there are fewer than three days, they are all the same and not 0, or too far apart.
pub fn day_mean(days: &[f64]) -> Result<MeanTest, Skip> {
    if days.len() < 3 {
        return Err(Skip::because("a test by days needs at least three days"));
    }
    let noise = DayNoise::of(days);
    MeanTest::new(noise.mean, sqrt(noise.variance / noise.n_eff), noise.df)
}

#[cfg(test)]
mod tests;
