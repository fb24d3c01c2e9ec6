//! Pearson's chi-square test of homogeneity: do two samples share their proportions over categories?
//!
//! Use for categories, on counts of independent rows. With expected counts below some 5 the p-value is rough, and on
//! panels it is too small.
//!
//! Edge cases: categories that occur on neither side are left out; a single unseen category cannot give p = 0, since
//! expected counts come from both sides; 2 x 2 tables get Yates' correction. An empty side or a single category is
//! skipped. Source: Pearson (1900), Yates (1934); as scipy 1.17 `chi2_contingency`.

use alloc::vec::Vec;

use crate::{
    Skip,
    math::{abs, chi_square_sf},
};

/// How far counts are from common proportions, and how surprising that is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChiSquare {
    /// The sum of (observed - expected)² / expected, at least 0.
    pub statistic: f64,
    /// Degrees of freedom: occurring categories minus 1.
    pub df: f64,
    /// P(a value at least this large), in [0, 1].
    pub p_value: f64,
}

/// Compares the counts of two samples, category by category; a missing end of one list counts as 0.
///
/// # Errors
/// If a side is empty or fewer than two categories occur.
pub fn chi_square(reference: &[u64], current: &[u64]) -> Result<ChiSquare, Skip> {
    let at = |counts: &[u64], i: usize| counts.get(i).copied().unwrap_or(0) as f64;
    let columns = (0..reference.len().max(current.len())).map(|i| (at(reference, i), at(current, i)));
    let columns: Vec<(f64, f64)> = columns.filter(|(a, b)| a + b > 0.0).collect();
    let (n, m) = columns.iter().fold((0.0, 0.0), |(n, m), (a, b)| (n + a, m + b));
    if n == 0.0 || m == 0.0 {
        return Err(Skip::because("the chi-square test needs at least one row on either side"));
    }
    if columns.len() < 2 {
        return Err(Skip::because("the chi-square test needs at least two categories, and all rows are of one"));
    }
    let yates = if columns.len() == 2 { 0.5 } else { 0.0 };
    let statistic = columns.iter().map(|column| column_part(*column, n, m, yates)).sum();
    let df = (columns.len() - 1) as f64;
    Ok(ChiSquare { statistic, df, p_value: chi_square_sf(statistic, df) })
}

/// What one category adds to the statistic: both sides deviate by the same number of rows.
fn column_part((a, b): (f64, f64), n: f64, m: f64, yates: f64) -> f64 {
    let total = n + m;
    let deviation = abs(a * m - b * n) / total;
    let corrected = (deviation - yates).max(0.0);
    let expected = ((a + b) * n / total, (a + b) * m / total);
    corrected * corrected * (1.0 / expected.0 + 1.0 / expected.1)
}

#[cfg(test)]
mod tests;
