//! Mann-Whitney U test: does a value of one sample tend to be larger than one of the other?
//!
//! Use for a shift where means mislead (heavy tails, ratings). It is blind to a change of spread around one centre, for
//! which [`ks`](super::ks()) or [`brown_forsythe`](super::brown_forsythe()) is the test. Values are taken as independent.
//!
//! Edge cases: an empty side is skipped; equal constants give p-value 1. Ties count half, and correct the variance.
//! Beyond 16,384 distinct values those of one cell count as evenly mixed, which moves `superiority` by at most half of
//! `rank_error`. Source: Mann and Whitney (1947); as scipy 1.17 `mannwhitneyu`: exact if a side has at most 8 values and
//! none is tied, else the normal approximation with corrections for ties and continuity.

use alloc::{vec, vec::Vec};

use super::{binomial_coefficient, check_size};
use crate::{
    Skip,
    math::{normal_sf, sqrt},
    profile::value_histogram::{Group, Groups, ValueHistogram},
};

/// Up to this many values on the smaller side the p-value is exact, without ties.
const MAX_EXACT: u64 = 8;

/// Who tends to be larger, and how surprising that is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MannWhitney {
    /// U of the reference: pairs in which its value is the larger one, ties counting half. In [0, n m].
    pub u: f64,
    /// The chance that a current value exceeds one of the reference, ties counting half, in [0, 1]: 0.5 is no shift.
    pub superiority: f64,
    /// Two-sided p-value, in [0, 1].
    pub p_value: f64,
    /// How far ranks may be off, in [0, 2]; 0 while both sides are exact.
    pub rank_error: f64,
}

/// Compares two samples.
///
/// # Errors
/// If a side is empty, or both have more than 2^31 values together.
pub fn mann_whitney(reference: &ValueHistogram, current: &ValueHistogram) -> Result<MannWhitney, Skip> {
    let groups = Groups::of(reference, current);
    check_size("the Mann-Whitney test", &groups, 1)?;
    let twice_u = twice_u(&groups);
    let pairs = u128::from(groups.reference) * u128::from(groups.current);
    let smaller = twice_u.min(2 * pairs - twice_u);
    let exact = groups.reference.min(groups.current) <= MAX_EXACT && groups.are_distinct() && groups.rank_error == 0.0;
    let p_value = if exact {
        // Without ties U is whole.
        exact_p((smaller / 2) as usize, groups.reference, groups.current)
    } else {
        normal_p(pairs - smaller, &groups)
    };
    Ok(MannWhitney {
        u: 0.5 * twice_u as f64,
        superiority: (2 * pairs - twice_u) as f64 / (2 * pairs) as f64,
        p_value,
        rank_error: groups.rank_error,
    })
}

/// Twice the U of the reference, which is whole.
fn twice_u(groups: &Groups) -> u128 {
    let mut below = 0;
    let pairs = groups.groups.iter().map(|Group { reference, current, .. }| {
        let won = u128::from(*reference) * u128::from(2 * below + current);
        below += current;
        won
    });
    pairs.sum()
}

/// The normal approximation; `excess` is twice the distance of U from its expectation n m / 2.
fn normal_p(excess: u128, groups: &Groups) -> f64 {
    let total = groups.reference + groups.current;
    let n = total as f64;
    // N³ - N - Σ (t³ - t) over groups of t ties, as a sum of positive terms.
    let spread = |group: &Group| {
        let size = group.reference + group.current;
        let tied = if group.tied { size } else { 1 };
        size as f64 * (total - tied) as f64 * (total + tied) as f64
    };
    let free: f64 = groups.groups.iter().map(spread).sum();
    let pairs = groups.reference as f64 * groups.current as f64;
    let variance = pairs / 12.0 * (free / (n * (n - 1.0)));
    if free == 0.0 {
        return 1.0;
    }
    let distance = 0.5 * excess as f64 - 0.5;
    (2.0 * normal_sf(distance / sqrt(variance))).min(1.0)
}

/// 2 P(U <= u) when all C(n + m, n) orders are equally likely, at most 1; the smaller side has at most 8 values.
fn exact_p(u: usize, n: u64, m: u64) -> f64 {
    let (n, m) = (n.min(m), n.max(m));
    let ways: u128 = orders(u, n, m).iter().sum();
    (2.0 * ways as f64 / binomial_coefficient(n + m, n)).min(1.0)
}

/// How many orders have U = 0, 1, ..., u: the coefficients of Gauss' binomial Π (1 - q^(m+i)) / (1 - q^i), i = 1..n.
///
/// Division comes first, so that after each step the numbers count something and stay below C(n + m, n).
fn orders(u: usize, n: u64, m: u64) -> Vec<u128> {
    let mut ways = vec![0_u128; u + 1];
    ways[0] = 1;
    for i in 1..=n as usize {
        for at in i..=u {
            ways[at] += ways[at - i];
        }
        for at in (m as usize + i..=u).rev() {
            ways[at] -= ways[at - m as usize - i];
        }
    }
    ways
}

#[cfg(test)]
mod tests;
