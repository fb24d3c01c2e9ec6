//! Bounds that hold at all looks at once: asymptotic confidence sequences.
//!
//! Use when nobody knows how often, or until when, the data will be looked at. They are some 1.5 times as wide as a bound for one
//! look, and narrowest around [`TUNED_FOR`] rows.
//!
//! Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2023), arXiv:2103.06476: the two-sided one is equation 9, as
//! GrowthBook's gbstats; the one-sided one equation 134 (a half-normal mixture, which starts the logarithm at 1); rho is equation 161.

use crate::math::{ln, ln_1p, sqrt};

/// The rows at which the bounds are narrowest, as GrowthBook's default.
pub const TUNED_FOR: f64 = 5000.0;

/// How many standard errors a two-sided bound is from the estimate of `rows` rows so that, with the chance 1 - `alpha`, it
/// holds at every look.
///
/// Infinite for 0 rows; NaN for alpha outside (0, 1).
#[must_use]
pub fn always_valid(rows: u64, alpha: f64) -> f64 {
    width(rows, alpha, |root| ln(root / alpha))
}

/// The same for a bound on one side.
///
/// Infinite for 0 rows; NaN for alpha outside (0, 0.5).
#[must_use]
pub fn always_valid_one_sided(rows: u64, alpha: f64) -> f64 {
    width(rows, 2.0 * alpha, |root| ln_1p(root / (2.0 * alpha)))
}

/// sqrt(2 (n rho² + 1) / (n rho²) * `penalty`(sqrt(n rho² + 1))).
fn width(rows: u64, alpha: f64, penalty: impl Fn(f64) -> f64) -> f64 {
    if !(alpha > 0.0 && alpha < 1.0) {
        return f64::NAN;
    }
    let surprise = -2.0 * ln(alpha);
    let time = rows as f64 * (surprise + ln_1p(surprise)) / TUNED_FOR;
    sqrt(2.0 * (time + 1.0) / time * penalty(sqrt(time + 1.0)))
}
