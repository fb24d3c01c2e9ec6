//! Pearson's goodness of fit: are counts as they should be by planned shares?
//!
//! With fewer than about five expected in a category the p-value is rough. Rows are taken as independent.
//!
//! Edge cases: counts of another number than shares, shares that are not above 0, fewer than two categories or no rows are skipped;
//! counts exactly as planned give statistic 0 and p-value 1. Source: Pearson (1900); p-values as scipy's `chisquare`.

use super::ChiSquare;
use crate::{Skip, math::chi_square_sf};

/// Compares counts with what their total would be by `shares`, which are taken in proportion to each other.
///
/// # Errors
/// If there is nothing to compare.
pub fn goodness_of_fit(counts: &[u64], shares: &[f64]) -> Result<ChiSquare, Skip> {
    if counts.len() != shares.len() || counts.len() < 2 {
        return Err(Skip::because("goodness of fit needs as many shares as counts, at least two"));
    }
    if !shares.iter().all(|share| *share > 0.0 && share.is_finite()) {
        return Err(Skip::because("goodness of fit needs shares above 0"));
    }
    let rows = counts.iter().sum::<u64>() as f64;
    if rows == 0.0 {
        return Err(Skip::because("goodness of fit needs at least one row"));
    }
    let whole: f64 = shares.iter().sum();
    let part = |(count, share): (&u64, &f64)| {
        let expected = rows * share / whole;
        let deviation = *count as f64 - expected;
        deviation * deviation / expected
    };
    let statistic = counts.iter().zip(shares).map(part).sum();
    let df = (counts.len() - 1) as f64;
    Ok(ChiSquare { statistic, df, p_value: chi_square_sf(statistic, df) })
}

#[cfg(test)]
mod tests;
