//! Hellinger distance: the Euclidean distance between the roots of shares, divided by the root of 2.
//!
//! Use as PSI where a bounded number is wanted: it needs no floor for empty bins and lies in [0, 1]. It depends on the
//! binning: the reference's deciles as in [`psi`](super::psi()) for numbers, one bin per category else. It ignores the
//! sample size.
//!
//! Edge cases: an empty side is skipped; disjoint samples give 1. Source: Hellinger (1909).

use super::{Distance, bins, total_variation::shares};
use crate::{Skip, math::sqrt, profile::value_histogram::ValueHistogram};

/// Compares two samples of numbers on the reference's deciles, in [0, 1].
///
/// # Errors
/// If a side is empty.
pub fn hellinger(reference: &ValueHistogram, current: &ValueHistogram) -> Result<Distance, Skip> {
    let binned = bins::deciles("the Hellinger distance", reference, current)?;
    let rank_error = reference.rank_error() + current.rank_error();
    Ok(Distance { value: of_shares(&binned.reference, &binned.current), rank_error })
}

/// Compares the counts of two samples, category by category, in [0, 1]; a missing end of one list counts as 0.
///
/// # Errors
/// If a side is empty.
pub fn hellinger_categories(reference: &[u64], current: &[u64]) -> Result<f64, Skip> {
    let (reference, current) = shares(reference, current)
        .ok_or_else(|| Skip::because("the Hellinger distance needs at least one row on either side"))?;
    Ok(of_shares(&reference, &current))
}

fn of_shares(reference: &[f64], current: &[f64]) -> f64 {
    let root_gap = |(r, c): (&f64, &f64)| {
        // √r - √c without cancellation.
        let gap = if r + c > 0.0 { (r - c) / (sqrt(*r) + sqrt(*c)) } else { 0.0 };
        gap * gap
    };
    sqrt(0.5 * reference.iter().zip(current).map(root_gap).sum::<f64>()).min(1.0)
}

#[cfg(test)]
mod tests;
