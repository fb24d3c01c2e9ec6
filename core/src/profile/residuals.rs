//! What a regressor missed, with its sign: actual - prediction, plain and relative.
//!
//! The relative residual is 2 (actual - prediction) / (|actual| + |prediction|), in [-2, 2]. Where actuals are positive
//! (prices, volumes) it is the one to read: in plain residuals the highest price swamps all others. Divided by |actual|
//! alone, a single actual near 0 would do the same; divided by the mean of both, no row weighs more than 2.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Merge, Moments, score::Scored};
use crate::math;

/// The residuals of some rows: counts, exact sums and sums of squares.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Residuals {
    /// actual - prediction, of every pair of a regressor.
    pub plain: Moments,
    /// 2 (actual - prediction) / (|actual| + |prediction|), 0 where both are 0.
    pub relative: Moments,
}

impl Residuals {
    /// Adds those of some rows that have both numbers.
    pub fn add(&mut self, columns: &Scored<'_>, rows: &[usize]) {
        let pairs: Vec<_> = rows.iter().filter_map(|row| columns.number_pair(*row)).collect();
        let plain: Vec<f64> = pairs.iter().map(|(prediction, actual)| actual - prediction).collect();
        self.plain.add_numbers(&plain);
        let relative = pairs.iter().zip(&plain).map(|((prediction, actual), residual)| {
            // Halves, so that the sum cannot leave f64.
            let scale = 0.5 * math::abs(*actual) + 0.5 * math::abs(*prediction);
            if *residual == 0.0 { 0.0 } else { residual / scale }
        });
        self.relative.add_numbers(&relative.filter(|relative| relative.is_finite()).collect::<Vec<_>>());
    }
}

impl Merge for Residuals {
    fn merge(&mut self, other: &Self) {
        self.plain.merge(&other.plain);
        self.relative.merge(&other.relative);
    }
}

#[cfg(test)]
mod tests;
