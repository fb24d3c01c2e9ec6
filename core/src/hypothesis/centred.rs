//! A series of days around its mean, and how its days depend on earlier ones.

use alloc::vec::Vec;

use super::day_level::{Moments, lagged};
use crate::Skip;

/// A series in the order of time, less its mean.
pub(super) struct Centred {
    pub(super) mean: f64,
    /// Each day minus the mean.
    pub(super) days: Vec<f64>,
    /// With divisor n: the autocovariance at lag 0. 0 only if all days are the same.
    pub(super) variance: f64,
}

impl Centred {
    /// Refuses fewer than two days, and days too far apart for f64; `test` begins the sentence.
    pub(super) fn of(test: &str, series: &[f64]) -> Result<Self, Skip> {
        if series.len() < 2 {
            return Err(Skip::because(alloc::format!("{test} needs at least two days")));
        }
        let Moments { mean, variance } = Moments::of(series);
        if !variance.is_finite() {
            return Err(Skip::because("the values of the days are too far apart to compute with"));
        }
        Ok(Self { mean, days: series.iter().map(|day| day - mean).collect(), variance })
    }

    /// Autocovariance at a lag, with divisor n.
    pub(super) fn autocovariance(&self, lag: usize) -> f64 {
        if lag == 0 { self.variance } else { lagged(&self.days, lag..=lag).value() / self.days.len() as f64 }
    }
}
