//! Cramer's V: how much a category tells about which of two samples a row is from, in [0, 1].
//!
//! Use as deepchecks does, for an effect beside the chi-square test that neither rows nor categories inflate: the bias of
//! both is taken off. On two categories the chi-square is Yates' (as in [`chi_square`]). It is 0 where chance alone
//! explains the counts.
//!
//! Edge cases: an empty side, or one category on both sides, is skipped. Source: Cramer (1946); Bergsma (2013), A
//! bias-correction for Cramer's V and Tschuprow's T.

use crate::{Skip, hypothesis::chi_square, math::sqrt};

/// Compares the counts of two samples, category by category; a missing end of one list counts as 0. Categories that
/// occur on neither side do not count.
///
/// # Errors
/// As [`chi_square`].
pub fn cramers_v(reference: &[u64], current: &[u64]) -> Result<f64, Skip> {
    let test = chi_square(reference, current)?;
    let n: f64 = reference.iter().chain(current).map(|count| *count as f64).sum();
    // Two samples by df + 1 categories.
    let free = (n - 1.0).max(1.0);
    let (samples, categories) = (2.0 - 1.0 / free, test.df + 1.0 - test.df * test.df / free);
    let square = (test.statistic / n - test.df / free).max(0.0);
    let most = (samples - 1.0).min(categories - 1.0);
    Ok(if most > 0.0 { sqrt(square / most).min(1.0) } else { 0.0 })
}

#[cfg(test)]
mod tests;
