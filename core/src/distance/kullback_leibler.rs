//! Kullback-Leibler divergence: how many nats the reference loses when it is written in the code of the current sample.
//!
//! Use to compare with Evidently's number: its bins (Sturges over both sides, one per category else), its share for empty
//! bins, then both sides made to add up to 1 again. It is not symmetric and has no upper end; [`psi`](super::psi()) is the
//! sum of both directions. It ignores the sample size.
//!
//! Edge cases: an empty side is skipped; equal samples give 0. Source: Kullback and Leibler (1951).

use super::{Distance, PsiConvention, bins, total_variation::shares};
use crate::{Skip, math::ln, profile::value_histogram::ValueHistogram};

/// Compares two samples of numbers, in nats, at least 0.
///
/// # Errors
/// If a side is empty or summarised.
pub fn kullback_leibler(reference: &ValueHistogram, current: &ValueHistogram) -> Result<Distance, Skip> {
    let binned = bins::sturges_pooled("the Kullback-Leibler divergence", reference, current)?;
    Ok(Distance { value: of_shares(&binned.reference, &binned.current), rank_error: 0.0 })
}

/// Compares the counts of two samples, category by category; a missing end of one list counts as 0.
///
/// # Errors
/// If a side is empty.
pub fn kullback_leibler_categories(reference: &[u64], current: &[u64]) -> Result<f64, Skip> {
    let (reference, current) = shares(reference, current)
        .ok_or_else(|| Skip::because("the Kullback-Leibler divergence needs at least one row on either side"))?;
    Ok(of_shares(&reference, &current))
}

fn of_shares(reference: &[f64], current: &[f64]) -> f64 {
    let [reference, current] = [reference, current].map(|shares| {
        let floor = PsiConvention::Evidently.floor(shares);
        let filled: alloc::vec::Vec<f64> =
            shares.iter().map(|share| if *share > 0.0 { *share } else { floor }).collect();
        let sum: f64 = filled.iter().sum();
        filled.into_iter().map(move |share| share / sum)
    });
    // The sums are equal, so c - r adds nothing in total and makes every part at least 0.
    reference.zip(current).map(|(r, c)| (r * ln(r / c) + (c - r)).max(0.0)).sum()
}

#[cfg(test)]
mod tests;
