//! Two-sample Kolmogorov-Smirnov test: the largest gap between two empirical distributions.
//!
//! Use when values are continuous and only their order is trusted. With many ties the p-value is conservative; for
//! categories see [`chi_square`](super::chi_square). Values are taken as independent: on a panel of symbols and days
//! the p-value is far too small, and [`day_level`](super::day_level) is the test.
//!
//! Edge cases: an empty side is skipped; identical samples give statistic 0, p-value 1. Beyond 16,384 distinct values
//! the gap is read at cell ends and may be off by `rank_error`.
//! Source: Hodges (1958) for counting paths; p-values as scipy 1.17 `ks_2samp`.

use alloc::{vec, vec::Vec};

use crate::{
    Skip,
    math::{abs, kstwo_sf, round_half_even},
    profile::value_histogram::{Cell, Ranks, ValueHistogram},
};

/// Up to this many values on the larger side the p-value is exact.
const MAX_EXACT: u64 = 10_000;

/// How large the gap is, and how surprising.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ks {
    /// The largest difference of the two distribution functions, in [0, 1].
    pub statistic: f64,
    /// Two-sided p-value, in [0, 1].
    pub p_value: f64,
    /// How far the statistic may be off, in [0, 2]: the rank errors of both sides added; 0 while both are exact.
    pub rank_error: f64,
}

/// How large the gap is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KsDistance {
    /// The largest difference of the two distribution functions, in [0, 1].
    pub statistic: f64,
    /// How far the statistic may be off, in [0, 2].
    pub rank_error: f64,
}

/// Compares two samples.
///
/// # Errors
/// If a side is empty.
pub fn ks(reference: &ValueHistogram, current: &ValueHistogram) -> Result<Ks, Skip> {
    let KsDistance { statistic, rank_error } = ks_statistic(reference, current)?;
    let (n, m) = (reference.len(), current.len());
    let p_value = if n.max(m) <= MAX_EXACT {
        exact_p(statistic, n, m)
    } else {
        let (n, m) = (n as f64, m as f64);
        kstwo_sf(statistic, round_half_even(n * m / (n + m)))
    };
    Ok(Ks { statistic, p_value, rank_error })
}

/// The statistic alone, which is cheap: one walk over the cells of both sides.
///
/// # Errors
/// If a side is empty.
pub fn ks_statistic(reference: &ValueHistogram, current: &ValueHistogram) -> Result<KsDistance, Skip> {
    if reference.is_empty() || current.is_empty() {
        return Err(Skip::because("the Kolmogorov-Smirnov test needs at least one number on either side"));
    }
    let sides = [(reference.cells(), reference.len() as f64), (current.cells(), current.len() as f64)];
    let [(a, n), (b, m)] = &sides;
    let gap = |places: &[Cell]| largest_gap(places, (Ranks::new(a), *n), (Ranks::new(b), *m));
    let statistic = gap(a).max(gap(b)).min(1.0);
    Ok(KsDistance { statistic, rank_error: reference.rank_error() + current.rank_error() })
}

/// The largest difference at the ends of some cells; the distributions only bend there.
///
/// Counts are whole, so the numerator is exact and one division rounds: 3 in 20 is 0.15, and no threshold is passed by
/// the last bit of a difference of quotients.
fn largest_gap(places: &[Cell], mut a: (Ranks<'_>, f64), mut b: (Ranks<'_>, f64)) -> f64 {
    let ends = places.iter().flat_map(|cell| [cell.min, cell.max]);
    let largest = ends.fold(0.0, |largest: f64, x| largest.max(abs(a.0.at_most(x) * b.1 - b.0.at_most(x) * a.1)));
    largest / (a.1 * b.1)
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// P(D >= statistic) when all orders of the n + m values are equally likely; n, m in [1, 10,000].
///
/// An order is a path from (0, 0) to (n, m). All paths are followed at once, diagonal by diagonal, as the chance to be
/// at x after s steps without having left the band |x/n - y/m| < D; what leaves it is summed. Nothing is subtracted,
/// so small p-values keep their digits, and probabilities cannot overflow where counts of paths would.
pub(crate) fn exact_p(statistic: f64, n: u64, m: u64) -> f64 {
    let divisor = gcd(n, m);
    let (a, b) = ((n / divisor) as i64, (m / divisor) as i64);
    // The statistic is a multiple of 1 / lcm.
    let gap = round_half_even(statistic * (a as f64 * m as f64)) as i64;
    // Below exp(-760) lies no f64: e times Massart's bound, which holds for two samples (Wei and Dudley 2012).
    let bound = 2.0 * statistic * statistic * (n as f64 * m as f64) / (n + m) as f64;
    if gap == 0 {
        return 1.0;
    }
    if bound > 760.0 {
        return 0.0;
    }
    Paths { n, m, inside: vec![1.0], first: 0 }.escape(|x, y| (x as i64 * b - y as i64 * a).abs() < gap).min(1.0)
}

/// The chance to be at each x of a diagonal x + y = s.
struct Paths {
    n: u64,
    m: u64,
    inside: Vec<f64>,
    /// The x of `inside[0]`.
    first: u64,
}

impl Paths {
    /// The probability that a path ever leaves the band.
    fn escape(mut self, is_inside: impl Fn(u64, u64) -> bool) -> f64 {
        let mut escaped = 0.0;
        for step in 0..self.n + self.m {
            self.advance(step);
            let y_of = |x: u64| (step + 1).saturating_sub(x);
            while let Some(last) = self.inside.len().checked_sub(1) {
                let x = self.first + last as u64;
                if is_inside(x, y_of(x)) {
                    break;
                }
                escaped += self.inside.pop().unwrap_or(0.0);
            }
            let outside = (self.first..).zip(&self.inside).take_while(|(x, _)| !is_inside(*x, y_of(*x)));
            let (left, mass) = outside.fold((0, 0.0), |(count, sum), (_, chance)| (count + 1, sum + chance));
            escaped += mass;
            self.inside.drain(..left);
            self.first += left as u64;
            if self.inside.is_empty() {
                break;
            }
        }
        escaped
    }

    /// One step: to the right with the share of the first sample in what is left, up else.
    fn advance(&mut self, step: u64) {
        let remaining = 1.0 / (self.n + self.m - step) as f64;
        self.inside.push(0.0);
        let right = (self.n - self.first) as f64;
        let up = self.m as f64 - (step - self.first) as f64;
        let mut left = 0.0;
        for (i, chance) in (0_u32..).zip(&mut self.inside) {
            let (at, here) = (f64::from(i), *chance);
            *chance = (left * (right - at + 1.0) + here * (up + at)) * remaining;
            left = here;
        }
    }
}

#[cfg(test)]
mod tests;
