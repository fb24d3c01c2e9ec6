//! Jensen-Shannon distance: the root of the mean divergence of two distributions from their average.
//!
//! Use as PSI where a bounded number is wanted: empty bins need no floor. It depends on the binning and on the base of
//! the logarithm, so the convention is named with the number. It ignores the sample size.
//!
//! | convention | numbers | categories | value |
//! |---|---|---|---|
//! | `deciles` | the reference's deciles | one bin each | distance, base 2, in [0, 1] |
//! | `nannyml` | Doane's bins of the reference, one bin for what lies outside | the reference's, one bin for new ones | distance, base 2 |
//! | `evidently` | Sturges' bins of both sides together | one bin each | distance, base e, up to 0.833 |
//! | `tfdv` | union of the edges of ten equal bins a side | one bin each | divergence, base 2, in [0, 1] |
//!
//! nannyml and evidently treat few distinct numbers as categories: at most 50 that are at most a tenth of the reference,
//! and at most 20 in the reference. tfdv spreads the values of a bin evenly where an edge of the other side cuts it.
//!
//! Edge cases: an empty side is skipped; equal samples give 0. A convention other than `deciles` is skipped beyond
//! 16,384 distinct values. Source: Lin (1991), Endres and Schindelin (2003); the tools' documentation, computed by numpy.

use core::f64::consts::LN_2;

use super::{Distance, bins, total_variation::shares};
use crate::{
    Skip,
    math::{abs, ln_1p, sqrt},
    profile::value_histogram::ValueHistogram,
};

/// How values are binned, and what is made of the divergence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JensenShannonConvention {
    /// Base-2 distance on the reference's deciles.
    #[default]
    Deciles,
    /// Base-2 distance on Doane's bins of the reference and an overflow bin.
    NannyMl,
    /// Natural-log distance on Sturges' bins of both sides together.
    Evidently,
    /// Base-2 divergence on the union of both sides' edges.
    Tfdv,
}

/// Compares two samples of numbers.
///
/// # Errors
/// If a side is empty, or the convention needs every value and a side is summarised.
pub fn jensen_shannon(
    convention: JensenShannonConvention,
    reference: &ValueHistogram,
    current: &ValueHistogram,
) -> Result<Distance, Skip> {
    const WHAT: &str = "the Jensen-Shannon distance";
    let binned = match convention {
        JensenShannonConvention::Deciles => bins::deciles(WHAT, reference, current),
        JensenShannonConvention::NannyMl => bins::doane_with_overflow(WHAT, reference, current),
        JensenShannonConvention::Evidently => bins::sturges_pooled(WHAT, reference, current),
        JensenShannonConvention::Tfdv => bins::union_of_tens(WHAT, reference, current),
    }?;
    let value = convention.value(divergence(&binned.reference, &binned.current));
    Ok(Distance { value, rank_error: reference.rank_error() + current.rank_error() })
}

/// Compares the counts of two samples, category by category; a missing end of one list counts as 0.
///
/// # Errors
/// If a side is empty.
pub fn jensen_shannon_categories(
    convention: JensenShannonConvention,
    reference: &[u64],
    current: &[u64],
) -> Result<f64, Skip> {
    let skip = || Skip::because("the Jensen-Shannon distance needs at least one row on either side");
    let (r, c) = match convention {
        JensenShannonConvention::NannyMl => {
            let (reference, current) = bins::new_ones_together(reference, current);
            shares(&reference, &current)
        }
        _ => shares(reference, current),
    }
    .ok_or_else(skip)?;
    Ok(convention.value(divergence(&r, &c)))
}

impl JensenShannonConvention {
    /// What the convention makes of a divergence in natural units.
    fn value(self, divergence: f64) -> f64 {
        match self {
            Self::Deciles | Self::NannyMl => sqrt(divergence / LN_2).min(1.0),
            Self::Evidently => sqrt(divergence),
            Self::Tfdv => (divergence / LN_2).min(1.0),
        }
    }
}

/// Σ of (r ln(r/m) + c ln(c/m)) / 2 with m = (r + c) / 2, in [0, ln 2].
fn divergence(reference: &[f64], current: &[f64]) -> f64 {
    let part = |(r, c): (&f64, &f64)| {
        let sum = r + c;
        if sum > 0.0 { 0.25 * sum * entropy_loss(abs(r - c) / sum) } else { 0.0 }
    };
    reference.iter().zip(current).map(part).sum::<f64>().max(0.0)
}

/// (1 + e) ln(1 + e) + (1 - e) ln(1 - e) for e in [0, 1], without cancellation at small `e`.
fn entropy_loss(e: f64) -> f64 {
    if e >= 1.0 {
        return 2.0 * LN_2;
    }
    if e > 0.3 {
        return (1.0 + e) * ln_1p(e) + (1.0 - e) * ln_1p(-e);
    }
    // Σ e^(2k) / (k (2k - 1)).
    let square = e * e;
    let coefficient = |k: u32| 1.0 / f64::from(k * (2 * k - 1));
    square * (1..=15).rev().fold(0.0, |sum, k| sum * square + coefficient(k))
}

#[cfg(test)]
mod tests;
