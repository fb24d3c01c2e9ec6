//! L-infinity: the largest difference of a category's share.
//!
//! Use to name the one category that changed most. It does not see many small changes; [`total_variation`](super::total_variation())
//! adds them up. For numbers its counterpart is the Kolmogorov-Smirnov statistic.
//!
//! Edge cases: an empty side is skipped; disjoint categories give the largest share of either side. Source: the maximum
//! norm of the difference of two distributions; as TensorFlow Data Validation.

use super::total_variation::shares;
use crate::{Skip, math::abs};

/// Compares the counts of two samples, category by category, in [0, 1]; a missing end of one list counts as 0.
///
/// # Errors
/// If a side is empty.
pub fn l_infinity(reference: &[u64], current: &[u64]) -> Result<f64, Skip> {
    let (reference, current) =
        shares(reference, current).ok_or_else(|| Skip::because("L-infinity needs at least one row on either side"))?;
    Ok(reference.iter().zip(&current).map(|(r, c)| abs(r - c)).fold(0.0, f64::max))
}

#[cfg(test)]
mod tests;
