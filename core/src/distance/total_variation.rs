//! Total variation: half the sum of absolute differences of shares, the largest difference over any set of categories.
//!
//! Use for categories; 0.1 says that one row in ten would have to change its category. It has no order: a move to the
//! neighbouring category counts as much as one across. It grows with the number of rare categories.
//!
//! Edge cases: an empty side is skipped; disjoint categories give 1. Source: Levin and Peres (2017), proposition 4.2.

use alloc::vec::Vec;

use crate::{Skip, math::abs};

/// Compares the counts of two samples, category by category, in [0, 1]; a missing end of one list counts as 0.
///
/// # Errors
/// If a side is empty.
pub fn total_variation(reference: &[u64], current: &[u64]) -> Result<f64, Skip> {
    let (reference, current) = shares(reference, current)
        .ok_or_else(|| Skip::because("total variation needs at least one row on either side"))?;
    let sum: f64 = reference.iter().zip(&current).map(|(r, c)| abs(r - c)).sum();
    Ok((0.5 * sum).min(1.0))
}

/// Shares over the categories that occur; `None` if a side is empty.
pub(super) fn shares(reference: &[u64], current: &[u64]) -> Option<(Vec<f64>, Vec<f64>)> {
    let at = |counts: &[u64], i: usize| counts.get(i).copied().unwrap_or(0) as f64;
    let columns = (0..reference.len().max(current.len())).map(|i| (at(reference, i), at(current, i)));
    let columns: Vec<(f64, f64)> = columns.filter(|(r, c)| r + c > 0.0).collect();
    let (n, m) = columns.iter().fold((0.0, 0.0), |(n, m), (r, c)| (n + r, m + c));
    (n > 0.0 && m > 0.0).then(|| columns.iter().map(|(r, c)| (r / n, c / m)).unzip())
}

#[cfg(test)]
mod tests;
