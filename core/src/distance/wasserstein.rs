//! Wasserstein distance of order 1: how far values have to move on average to turn one sample into the other.
//!
//! Use where the size of a move matters and the units mean something. It has no upper end and follows outliers; to
//! compare columns read it in standard deviations of the reference (`over_sd`). It ignores the sample size.
//!
//! Edge cases: an empty side and values further apart than f64 reaches are skipped; `over_sd` divides by at least 0.001,
//! so that a constant reference does not make it infinite. Beyond 16,384 distinct values those of one cell count as
//! evenly spread, which moves the distance by at most `error`.
//! Source: Vaserstein (1969); the area between two distribution functions, as scipy 1.17 `wasserstein_distance`; the
//! division as evidently.

use super::gaps::{Piece, pieces};
use crate::{
    Skip,
    math::{abs, sqrt},
    profile::{
        exact_sum::{ExactSum, variance},
        value_histogram::ValueHistogram,
    },
};

/// What stands for the standard deviation of a reference that hardly varies.
const MIN_SD: f64 = 0.001;

/// How far values moved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wasserstein {
    /// The mean move, in the units of the column, at least 0.
    pub value: f64,
    /// The same in standard deviations (ddof 0) of the reference, which count as at least 0.001.
    pub over_sd: f64,
    /// How far `value` may be off, in the units of the column; 0 while both sides are exact.
    pub error: f64,
    /// How far a share of values may be off, in [0, 2]; 0 while both sides are exact.
    pub rank_error: f64,
}

/// Compares two samples.
///
/// # Errors
/// If a side is empty, or values are further apart than f64 reaches.
pub fn wasserstein(reference: &ValueHistogram, current: &ValueHistogram) -> Result<Wasserstein, Skip> {
    let mut sum = ExactSum::new();
    for piece in pieces("the Wasserstein distance", reference, current)? {
        sum.add(piece.width * mean_size(&piece));
    }
    let value = sum.value();
    let over_sd = value / standard_deviation(reference).max(MIN_SD);
    let rank_error = reference.rank_error() + current.rank_error();
    Ok(Wasserstein { value, over_sd, error: mean_cell_width(reference) + mean_cell_width(current), rank_error })
}

/// The mean of |gap| over a piece.
fn mean_size(piece: &Piece) -> f64 {
    let (left, right) = (abs(piece.left), abs(piece.right));
    if piece.left * piece.right < 0.0 {
        // The gap changes its sign: two triangles.
        return 0.5 * (left * left + right * right) / (left + right);
    }
    0.5 * (left + right)
}

/// With divisor n; values of one cell count as its middle.
fn standard_deviation(side: &ValueHistogram) -> f64 {
    let (mut sum, mut squares) = (ExactSum::new(), ExactSum::new());
    for cell in side.cells().iter() {
        sum.add_times(cell.middle(), cell.count);
        squares.add_square_times(cell.middle(), cell.count);
    }
    sqrt(variance(side.len(), 0, &sum, &squares).unwrap_or(0.0))
}

/// How far a value may be from where its cell puts it, on average.
fn mean_cell_width(side: &ValueHistogram) -> f64 {
    let widths = side.cells().iter().map(|cell| (cell.max - cell.min) * cell.count as f64).sum::<f64>();
    widths / side.len() as f64
}

#[cfg(test)]
mod tests;
