//! Energy distance: the root of twice the area under the squared gap of two distribution functions.
//!
//! Use as [`wasserstein`](super::wasserstein()) where outliers should count less: a value far out moves it by the square
//! of its share. Its unit is the root of the column's. It ignores the sample size.
//!
//! Edge cases: an empty side and values further apart than f64 reaches are skipped. Beyond 16,384 distinct values those
//! of one cell count as evenly spread. Source: Szekely (2002); as scipy 1.17 `energy_distance`.

use super::{
    Distance,
    gaps::{Piece, pieces},
};
use crate::{Skip, math::sqrt, profile::exact_sum::ExactSum, profile::value_histogram::ValueHistogram};

/// Compares two samples; the value is at least 0.
///
/// # Errors
/// If a side is empty, or values are further apart than f64 reaches.
pub fn energy(reference: &ValueHistogram, current: &ValueHistogram) -> Result<Distance, Skip> {
    let mut sum = ExactSum::new();
    for piece in pieces("the energy distance", reference, current)? {
        sum.add(piece.width * mean_square(&piece));
    }
    let rank_error = reference.rank_error() + current.rank_error();
    Ok(Distance { value: sqrt(2.0 * sum.value()), rank_error })
}

/// The mean of the squared gap over a piece.
fn mean_square(Piece { left, right, .. }: &Piece) -> f64 {
    (left * left + left * right + right * right) / 3.0
}

#[cfg(test)]
mod tests;
