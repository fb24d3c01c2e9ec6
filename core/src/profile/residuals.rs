//! What a regressor missed, with its sign: actual - prediction, plain and relative.
//!
//! The relative residual is 2 (actual - prediction) / (|actual| + |prediction|), in [-2, 2]. Where actuals are positive
//! (prices, volumes) it is the one to read: in plain residuals the highest price swamps all others. Divided by |actual|
//! alone, a single actual near 0 would do the same; divided by the mean of both, no row weighs more than 2.

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
    /// Adds a row, if it has both numbers.
    pub fn add(&mut self, columns: &Scored<'_>, row: usize) {
        let Some((prediction, actual)) = columns.number_pair(row) else { return };
        let residual = actual - prediction;
        self.plain.add_number(residual);
        // Halves, so that the sum cannot leave f64.
        let relative = residual / (0.5 * math::abs(actual) + 0.5 * math::abs(prediction));
        if residual == 0.0 {
            self.relative.add_number(0.0);
        } else if relative.is_finite() {
            self.relative.add_number(relative);
        }
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
