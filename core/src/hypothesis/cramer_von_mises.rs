//! Two-sample Cramer-von Mises test: the mean squared gap between two empirical distributions.
//!
//! Use as [`ks`](super::ks()) where the whole distribution counts, not its one largest gap: it sees a moderate shift with
//! fewer values. With many ties the p-value is conservative. Values are taken as independent.
//!
//! Edge cases: fewer than two values on a side are skipped; identical samples give the smallest statistic, which with
//! midranks may be below 0, and p-value 1. Beyond 16,384 distinct values those of one cell count as evenly mixed, which
//! moves the statistic by at most 2 `rank_error` (n m / (n + m)), and far less as a rule.
//! Source: Anderson (1962); exact p-values by Burr's recursion as in Xiao, Gordon and Yakovlev (2006); as scipy 1.17
//! `cramervonmises_2samp`: exact up to 20 values a side, else the limiting distribution of the standardised statistic.

use alloc::{vec, vec::Vec};
use core::cmp::Ordering;

use super::{binomial_coefficient, check_size};
use crate::{
    Skip,
    math::{cramer_von_mises_sf, sqrt},
    profile::value_histogram::{Group, Groups, ValueHistogram},
};

/// Up to this many values on the larger side the p-value is exact.
const MAX_EXACT: u64 = 20;

/// How far the distributions are apart, and how surprising that is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CramerVonMises {
    /// Anderson's T: n m / (n + m) times the mean squared gap. Some 1/6 if nothing changed.
    pub statistic: f64,
    /// P(a value at least this large), in [0, 1].
    pub p_value: f64,
    /// How far ranks may be off, in [0, 2]; 0 while both sides are exact.
    pub rank_error: f64,
}

/// Compares two samples.
///
/// # Errors
/// If a side has fewer than two values, or both have more than 2^31 together.
pub fn cramer_von_mises(reference: &ValueHistogram, current: &ValueHistogram) -> Result<CramerVonMises, Skip> {
    let groups = Groups::of(reference, current);
    check_size("the Cramer-von Mises test", &groups, 2)?;
    let (n, m) = (groups.reference, groups.current);
    let excess = excess(&groups);
    let (pairs, total) = (n as f64 * m as f64, (n + m) as f64);
    let statistic = excess as f64 / (12.0 * pairs * total);
    let p_value = if n.max(m) <= MAX_EXACT { exact_p(excess, n, m) } else { limit_p(statistic, n as f64, m as f64) };
    Ok(CramerVonMises { statistic, p_value, rank_error: groups.rank_error })
}

/// 12 n m (n + m) T, which is a whole number: 12 U - 2 n m (4 n m - 1) with Anderson's U, the weighted sum of squared
/// differences between ranks in the pooled and in the own sample. Taken as whole numbers nothing cancels.
fn excess(groups: &Groups) -> i128 {
    let (n, m) = (i128::from(groups.reference), i128::from(groups.current));
    let (mut below, mut sums) = ((0_i128, 0_i128), (0_i128, 0_i128));
    for Group { reference, current, tied } in &groups.groups {
        let (a, b) = (i128::from(*reference), i128::from(*current));
        // Of ties the pooled rank is the midrank while own ranks go on; of mixed values both go on.
        let within = if *tied { (a * (a * a - 1), b * (b * b - 1)) } else { (a * b * b, b * a * a) };
        sums.0 += 3 * a * (2 * below.1 + b) * (2 * below.1 + b) + within.0;
        sums.1 += 3 * b * (2 * below.0 + a) * (2 * below.0 + a) + within.1;
        below = (below.0 + a, below.1 + b);
    }
    n * sums.0 + m * sums.1 - 2 * n * m * (4 * n * m - 1)
}

/// The limiting distribution, after matching mean and variance of T for samples of n and m.
fn limit_p(statistic: f64, n: f64, m: f64) -> f64 {
    let total = n + m;
    let mean = (1.0 + 1.0 / total) / 6.0;
    // 45 times the variance, with 4 n m taken out of the bracket.
    let variance = (total + 1.0) / (total * total) * (total - 0.75 * (n / m + m / n) - 0.5);
    cramer_von_mises_sf(1.0 / 6.0 + (statistic - mean) / sqrt(variance))
}

/// P(T >= statistic) when all C(n + m, n) orders are equally likely; n, m at most 20.
fn exact_p(excess: i128, n: u64, m: u64) -> f64 {
    let common = n / gcd(n, m) * m;
    let (lcm, pairs) = (i128::from(common), i128::from(n * m));
    // On the scale of the paths' sums below, rounded down as scipy does where ties leave it between two of them.
    let least = (lcm * lcm * i128::from(n + m) * excess).div_euclid(12 * pairs * pairs);
    let reached = paths_at_least(u64::try_from(least).unwrap_or(0), (n, m), (common / n, common / m));
    (reached / binomial_coefficient(n + m, n)).min(1.0)
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// How many paths from (0, 0) to (n, m) have a sum of (step.0 x - step.1 y)² over their points of at least `least`.
///
/// Per point the open sums and how many paths have them, ascending. What has reached the goal counts with all its
/// continuations and is dropped, which keeps the lists short.
fn paths_at_least(least: u64, (n, m): (u64, u64), step: (u64, u64)) -> f64 {
    if least == 0 {
        return binomial_coefficient(n + m, n);
    }
    let mut reached = 0.0;
    let mut row: Vec<Vec<(u64, u64)>> = vec![Vec::new(); m as usize + 1];
    row[0].push((0, 1));
    for x in 0..=n {
        let mut left: Vec<(u64, u64)> = Vec::new();
        for (y, below) in (0..=m).zip(&mut row) {
            let gap = (step.0 * x).abs_diff(step.1 * y);
            let mut open = merged(&left, below);
            open.iter_mut().for_each(|(sum, _)| *sum += gap * gap);
            let done = open.split_off(open.partition_point(|(sum, _)| *sum < least));
            let ends = binomial_coefficient(n - x + m - y, n - x);
            reached += done.iter().map(|(_, paths)| *paths as f64).sum::<f64>() * ends;
            left.clone_from(&open);
            *below = open;
        }
    }
    reached
}

/// Two ascending lists of sums as one.
fn merged(a: &[(u64, u64)], b: &[(u64, u64)]) -> Vec<(u64, u64)> {
    let mut merged = Vec::with_capacity(a.len() + b.len());
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
        let (sum, order) = (x.0.min(y.0), x.0.cmp(&y.0));
        let mut paths = 0;
        paths += if order == Ordering::Greater { 0 } else { a.next().map_or(0, |x| x.1) };
        paths += if order == Ordering::Less { 0 } else { b.next().map_or(0, |y| y.1) };
        merged.push((sum, paths));
    }
    merged.extend(a.chain(b));
    merged
}

#[cfg(test)]
mod tests;
