//! McNemar's test: of the cases that only one of two classifiers got right, does one of them have more than its half?
//!
//! Cases that both got right or both got wrong say nothing. Values are taken as independent: on panels, where the rows of a day
//! move together, the p-value is too small, and a standard error clustered by time is the one to trust.
//!
//! Edge cases: without a case that only one got right it is skipped; equal counts give statistic 0 and p-value 1.
//! Source: McNemar (1947) with Edwards' (1948) correction for continuity, as R's `mcnemar.test`; below 25 such cases the
//! p-value is that of the exact binomial test.

use crate::{
    Skip,
    math::{binomial_pmf, chi_square_sf},
};

/// Below so many cases the p-value is exact.
const MIN_ASYMPTOTIC: u64 = 25;

/// How uneven the counts are, and how surprising that is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct McNemar {
    /// (|a - b| - 1)^2 / (a + b), 0 for equal counts.
    pub statistic: f64,
    /// Two-sided p-value, in [0, 1].
    pub p_value: f64,
}

/// Compares the number of cases that only the first, and only the second one got right.
///
/// # Errors
/// If both counts are 0.
pub fn mcnemar(only_first: u64, only_second: u64) -> Result<McNemar, Skip> {
    let n = only_first.saturating_add(only_second);
    if n == 0 {
        return Err(Skip::because("McNemar's test needs a case that only one of the two got right"));
    }
    let excess = only_first.abs_diff(only_second).saturating_sub(1) as f64;
    let statistic = excess * excess / n as f64;
    let p_value = if n < MIN_ASYMPTOTIC {
        let tail: f64 = (0..=only_first.min(only_second)).map(|k| binomial_pmf(k, n, (1, 2))).sum();
        (2.0 * tail).min(1.0)
    } else {
        chi_square_sf(statistic, 1.0)
    };
    Ok(McNemar { statistic, p_value })
}

#[cfg(test)]
mod tests;
