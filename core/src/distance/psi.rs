//! Population stability index, convention `deciles`: Σ (current - reference) ln(current / reference) over bins.
//!
//! Use because readers know it; it depends on the binning, so the convention is named with the number. It ignores the
//! sample size: 0.1 is nothing unusual for two samples of 100 rows from one source.
//!
//! Inner edges are the reference's deciles by linear interpolation, equal edges merged; bins are (lo, hi], the outer
//! ones open; a share of 0 counts as 1e-4, without renormalising; natural logarithm. For categories: one bin per
//! category that occurs on either side.
//!
//! Edge cases: an empty side is skipped; a constant reference has two bins, up to its value and above it.
//! Source: credit scoring practice (Siddiqi 2006); the floor is that of evidently and others.

use alloc::vec::Vec;

use crate::{
    Skip,
    math::ln,
    profile::value_histogram::{Ranks, ValueHistogram},
};

/// What stands for an empty bin.
const FLOOR: f64 = 1e-4;
const DECILES: [f64; 9] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

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

/// Compares two samples of numbers.
///
/// # Errors
/// If a side is empty.
pub fn psi(reference: &ValueHistogram, current: &ValueHistogram) -> Result<Psi, Skip> {
    if reference.is_empty() || current.is_empty() {
        return Err(Skip::because("PSI needs at least one number on either side"));
    }
    let mut edges = reference.quantiles(&DECILES);
    edges.dedup();
    let shares = (bin_shares(reference, &edges), bin_shares(current, &edges));
    let rank_error = reference.rank_error() + current.rank_error();
    Ok(Psi { value: index(&shares.0, &shares.1), edges, reference: shares.0, current: shares.1, rank_error })
}

/// Compares the counts of two samples, category by category; a missing end of one list counts as 0. Categories that
/// occur on neither side have no bin.
///
/// # Errors
/// If a side is empty.
pub fn psi_categories(reference: &[u64], current: &[u64]) -> Result<Psi, Skip> {
    let (reference, current) = super::total_variation::shares(reference, current)
        .ok_or_else(|| Skip::because("PSI needs at least one row on either side"))?;
    let value = index(&reference, &current);
    Ok(Psi { value, edges: Vec::new(), reference, current, rank_error: 0.0 })
}

/// The share of values in each bin (lo, hi].
fn bin_shares(histogram: &ValueHistogram, edges: &[f64]) -> Vec<f64> {
    let (cells, len) = (histogram.cells(), histogram.len() as f64);
    let mut ranks = Ranks::new(&cells);
    let up_to = edges.iter().map(|edge| ranks.at_most(*edge)).chain([len]);
    up_to
        .scan(0.0, |below, count| {
            let inside = count - *below;
            *below = count;
            Some(inside / len)
        })
        .collect()
}

fn index(reference: &[f64], current: &[f64]) -> f64 {
    let floored = |share: &f64| if *share > 0.0 { *share } else { FLOOR };
    let pairs = reference.iter().zip(current).map(|(r, c)| (floored(r), floored(c)));
    pairs.map(|(r, c)| (c - r) * ln(c / r)).sum()
}

#[cfg(test)]
mod tests;
