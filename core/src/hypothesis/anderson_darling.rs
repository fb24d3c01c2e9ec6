//! Two-sample Anderson-Darling test: squared gaps between two distributions, weighted up in the tails.
//!
//! Use where the tails matter (risk, latency): a gap counts in inverse proportion to its variance. It needs some values
//! on either side; with a handful the p-value is rough. Values are taken as independent.
//!
//! Edge cases: an empty side, fewer than four values together and one common value are skipped. Beyond 16,384 distinct
//! values those of one cell count as evenly mixed. The p-value is only known from 0.001 to 0.25 and stays at these ends beyond
//! (`capped`): it can tell that a change is unlikely to be chance, not how unlikely.
//! Source: Scholz and Stephens (1987), equation 7 (midranks) and table 2; p-values as scipy 1.17 `anderson_ksamp`.

use super::check_size;
use crate::{
    Skip,
    math::{exp, ln, sqrt},
    profile::value_histogram::{Group, Groups, ValueHistogram},
};

/// How far the distributions are apart, and how surprising that is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AndersonDarling {
    /// The standardised statistic: mean 0 and variance 1 if nothing changed; larger is further apart.
    pub statistic: f64,
    /// P(a value at least this large), in [0.001, 0.25].
    pub p_value: f64,
    /// Whether the p-value lies beyond the end at which it is given.
    pub capped: bool,
    /// How far ranks may be off, in [0, 2]; 0 while both sides are exact.
    pub rank_error: f64,
}

/// Compares two samples.
///
/// # Errors
/// If a side is empty, fewer than four values or one common value are given, or both have more than 2^31 values together.
pub fn anderson_darling(reference: &ValueHistogram, current: &ValueHistogram) -> Result<AndersonDarling, Skip> {
    let groups = Groups::of(reference, current);
    check_size("the Anderson-Darling test", &groups, 1)?;
    let (n, m) = (groups.reference as f64, groups.current as f64);
    if n + m < 4.0 {
        return Err(Skip::because("the Anderson-Darling test needs at least four values on both sides together"));
    }
    if groups.groups.len() < 2 {
        return Err(Skip::because("the Anderson-Darling test needs values that differ, and all are the same"));
    }
    let statistic = (raw(&groups) - 1.0) / deviation(n, m);
    let (p_value, capped) = p_value(statistic);
    Ok(AndersonDarling { statistic, p_value, capped, rank_error: groups.rank_error })
}

/// Scholz and Stephens' A² for two samples, at least 0.
fn raw(groups: &Groups) -> f64 {
    let (n, m) = (i128::from(groups.reference), i128::from(groups.current));
    let total = n + m;
    let mut below = (0_i128, 0_i128);
    let mut sum = 0.0;
    for Group { reference, current, tied } in &groups.groups {
        let (a, b) = (i128::from(*reference), i128::from(*current));
        let (size, lower) = (a + b, below.0 + below.1);
        let ties = if *tied { size } else { 1 };
        // Twice the gap in ranks; whole, and the same for both samples.
        let gap = (m * (2 * below.0 + a) - n * (2 * below.1 + b)) as f64;
        let weight = ((2 * lower + size) * (2 * (total - lower) - size) - total * ties) as f64;
        sum += size as f64 * gap * gap / weight;
        below = (below.0 + a, below.1 + b);
    }
    let (n, m, total) = (n as f64, m as f64, total as f64);
    sum * (total - 1.0) / (n * m * total)
}

/// The standard deviation of A² under no change, for n and m values; n + m >= 4.
fn deviation(n: f64, m: f64) -> f64 {
    let total = n + m;
    let inverse = 1.0 / n + 1.0 / m;
    let (h_total, squares) = harmonic(total);
    let h = h_total - 1.0 / total;
    // Σ_(i<j) 1 / ((N - i) j), in closed form by the square of the generating function of the harmonic numbers.
    let g = squares - (2.0 * h_total - 1.0 / total) / total;
    let a = 4.0 * g - 6.0 + (10.0 - 6.0 * g) * inverse;
    let b = 12.0 * g - 22.0 + 8.0 * h + (2.0 * g - 14.0 * h - 4.0) * inverse;
    let c = 36.0 * h + 4.0 + (2.0 * h - 6.0) * inverse;
    let d = 24.0;
    let cubic = ((a * total + b) * total + c) * total + d;
    sqrt(cubic / ((total - 1.0) * (total - 2.0) * (total - 3.0)))
}

/// Σ 1/i and Σ 1/i² for i = 1..n, n >= 1 whole; by Euler and Maclaurin from 64 on.
fn harmonic(n: f64) -> (f64, f64) {
    const EULER: f64 = 0.577_215_664_901_532_9;
    const ZETA_2: f64 = 1.644_934_066_848_226_4;
    if n < 64.0 {
        let inverses = (1..=n as u32).rev().map(|i| 1.0 / f64::from(i));
        return inverses.fold((0.0, 0.0), |(h, squares), x| (h + x, squares + x * x));
    }
    let x = 1.0 / n;
    let x2 = x * x;
    let h = ln(n) + EULER + x * (0.5 - x * (1.0 / 12.0 - x2 * (1.0 / 120.0 - x2 / 252.0)));
    let squares = ZETA_2 - x * (1.0 - x * (0.5 - x * (1.0 / 6.0 - x2 * (1.0 / 30.0 - x2 / 42.0))));
    (h, squares)
}

/// ln p as a parabola in the statistic: least squares through the seven points of Scholz and Stephens' table 2 for two
/// samples, (0.325, 0.25), (1.226, 0.1), (1.961, 0.05), (2.718, 0.025), (3.752, 0.01), (4.592, 0.005), (6.546, 0.001).
fn p_value(statistic: f64) -> (f64, bool) {
    const PARABOLA: [f64; 3] = [-1.0777702798204873, -1.0082265644652506, 0.01819809457411126];
    if statistic < 0.325 {
        return (0.25, true);
    }
    if statistic > 6.546 {
        return (0.001, true);
    }
    (exp(PARABOLA[0] + statistic * (PARABOLA[1] + statistic * PARABOLA[2])), false)
}

#[cfg(test)]
mod tests;
