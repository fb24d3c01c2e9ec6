//! Looking more than once: how far from an estimate a bound has to be so that it holds at every look, and what an estimate
//! says about which of two models is better.
//!
//! A bound of 5 % that is looked at every night for four weeks is crossed by chance in 28 % of comparisons of equal models. Either
//! [`always_valid`] bounds hold whenever one looks, or [`planned_look`] spends the chance of error over a known number of
//! looks; the latter are narrower at the end. All bounds are in standard errors of the estimate, which may be clustered:
//! where clusters are few, [`as_student`] widens them.

mod always_valid;
mod bayes;
mod detectable;
mod planned;

pub use always_valid::{always_valid, always_valid_one_sided};
pub use bayes::bayes;
pub use detectable::detectable;
pub use planned::{MAX_LOOKS, Sides, planned_look};

use crate::math::{abs, normal_sf, student_t_critical};

/// The t that a Student's T with `df` > 0 degrees of freedom exceeds as rarely as a normal Z exceeds `deviate`, with its
/// sign: for a standard error of df + 1 clusters.
///
/// Infinite where t would exceed 1e100 or the tail is below the smallest f64; NaN for NaN and df <= 0.
#[must_use]
pub fn as_student(deviate: f64, df: f64) -> f64 {
    let size = student_t_critical(2.0 * normal_sf(abs(deviate)), df);
    if deviate < 0.0 { -size } else { size }
}

#[cfg(test)]
mod tests;
