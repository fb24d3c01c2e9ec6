//! Population stability index: Σ (current - reference) ln(current / reference) over bins.
//!
//! Use because readers know it; it depends on the binning, so the convention is named with the number. It ignores the
//! sample size: 0.1 is nothing unusual for two samples of 100 rows from one source.
//!
//! | convention | bins of numbers | an empty bin |
//! |---|---|---|
//! | `deciles` | the reference's deciles by linear interpolation, equal ones merged; (lo, hi], the outer ones open | counts as a share of 1e-4 |
//! | `evidently` | Sturges' bins of both sides together; each value if the reference has at most 20 | 1e-4, or a millionth of the side's least share if that is at most 1e-4 |
//! | `scouter` | as `deciles` | 1e-10 is added to both shares of each ratio |
//! | `frouros` | ten equal bins over both sides together | the least positive normal f64, so that one empty bin gives some 700 times its share |
//! | `deepchecks` | none: for categories alone | each share counts as at least 0.01 |
//!
//! Shares are not renormalised; the logarithm is natural. Categories have one bin each, and no convention of frouros.
//!
//! Edge cases: an empty side is skipped; a constant reference has two decile bins, up to its value and above it. A
//! convention that needs every value (`evidently`, `frouros`) is skipped beyond 16,384 distinct ones, and so is scouter's.
//! Source: credit scoring practice (Siddiqi 2006); the tools' documentation, computed by numpy.

use alloc::vec::Vec;

use super::bins::{self, Binned};
use crate::{Skip, math::ln, profile::value_histogram::ValueHistogram};

/// What stands for an empty bin.
const FLOOR: f64 = 1e-4;
/// The least share of deepchecks.
const DEEPCHECKS_FLOOR: f64 = 0.01;
/// What scouter adds to a share.
const SCOUTER_EPSILON: f64 = 1e-10;

/// How values are binned, and what stands for an empty bin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PsiConvention {
    /// The reference's deciles, 1e-4.
    #[default]
    Deciles,
    /// Sturges' bins of both sides, 1e-4 or less.
    Evidently,
    /// The reference's deciles, 1e-10 added.
    Scouter,
    /// Ten equal bins over both sides, the least normal f64.
    Frouros,
    /// Categories, at least 0.01.
    Deepchecks,
}

/// The index, with the bins it was computed on.
#[derive(Clone, Debug, PartialEq)]
pub struct Psi {
    /// The index, at least 0.
    pub value: f64,
    /// Inner edges, ascending: one fewer than there are bins. Empty for categories.
    pub edges: Vec<f64>,
    /// Share of the reference in each bin, in [0, 1], as it is (0 where empty).
    pub reference: Vec<f64>,
    /// Share of the current window in each bin, in [0, 1], as it is (0 where empty).
    pub current: Vec<f64>,
    /// How far a share may be off, in [0, 2]; 0 while both histograms are exact.
    pub rank_error: f64,
}

/// Compares two samples of numbers by the convention `deciles`.
///
/// # Errors
/// If a side is empty.
pub fn psi(reference: &ValueHistogram, current: &ValueHistogram) -> Result<Psi, Skip> {
    psi_by(PsiConvention::Deciles, reference, current)
}

/// Compares two samples of numbers by a convention.
///
/// # Errors
/// If a side is empty, the convention has no bins for numbers, or it needs every value and a side is summarised.
pub fn psi_by(convention: PsiConvention, reference: &ValueHistogram, current: &ValueHistogram) -> Result<Psi, Skip> {
    let binned = match convention {
        PsiConvention::Deciles => bins::deciles("PSI", reference, current),
        PsiConvention::Evidently => bins::sturges_pooled("PSI", reference, current),
        PsiConvention::Scouter => bins::exact_deciles("PSI", reference, current),
        PsiConvention::Frouros => bins::ten_pooled("PSI", reference, current),
        PsiConvention::Deepchecks => Err(Skip::because("deepchecks defines PSI for categories, not for numbers")),
    }?;
    let Binned { edges, reference: before, current: now } = binned;
    let rank_error = reference.rank_error() + current.rank_error();
    Ok(Psi { value: convention.index(&before, &now), edges, reference: before, current: now, rank_error })
}

/// Compares the counts of two samples, category by category; a missing end of one list counts as 0. Categories that
/// occur on neither side have no bin.
///
/// # Errors
/// If a side is empty.
pub fn psi_categories(reference: &[u64], current: &[u64]) -> Result<Psi, Skip> {
    psi_categories_by(PsiConvention::Deciles, reference, current)
}

/// Compares the counts of two samples as [`psi_categories`], by a convention.
///
/// # Errors
/// If a side is empty, or the convention is for numbers alone.
pub fn psi_categories_by(convention: PsiConvention, reference: &[u64], current: &[u64]) -> Result<Psi, Skip> {
    if convention == PsiConvention::Frouros {
        return Err(Skip::because("frouros defines PSI for numbers, not for categories"));
    }
    let (reference, current) = super::total_variation::shares(reference, current)
        .ok_or_else(|| Skip::because("PSI needs at least one row on either side"))?;
    let value = convention.index(&reference, &current);
    Ok(Psi { value, edges: Vec::new(), reference, current, rank_error: 0.0 })
}

impl PsiConvention {
    /// Σ of the bins' parts, with what stands for empty bins.
    fn index(self, reference: &[f64], current: &[f64]) -> f64 {
        let floors = (self.floor(reference), self.floor(current));
        let pairs = reference.iter().zip(current).map(|(r, c)| (*r, *c));
        match self {
            Self::Scouter => pairs.map(|(r, c)| (c - r) * ln((c + SCOUTER_EPSILON) / (r + SCOUTER_EPSILON))).sum(),
            Self::Deepchecks => pairs.map(|(r, c)| part(r.max(DEEPCHECKS_FLOOR), c.max(DEEPCHECKS_FLOOR))).sum(),
            _ => {
                let floored = |share: f64, floor: f64| if share > 0.0 { share } else { floor };
                pairs.map(|(r, c)| part(floored(r, floors.0), floored(c, floors.1))).sum()
            }
        }
    }

    /// What stands for an empty bin of a side.
    pub(super) fn floor(self, shares: &[f64]) -> f64 {
        let least = shares.iter().copied().filter(|share| *share > 0.0).fold(f64::INFINITY, f64::min);
        match self {
            Self::Frouros => f64::MIN_POSITIVE,
            Self::Evidently if least <= FLOOR => least / 1e6,
            _ => FLOOR,
        }
    }
}

/// What one bin adds.
fn part(r: f64, c: f64) -> f64 {
    // The logarithms apart where the ratio would leave f64.
    let ratio = c / r;
    (c - r) * if ratio.is_finite() && ratio > 0.0 { ln(ratio) } else { ln(c) - ln(r) }
}

#[cfg(test)]
mod tests;
