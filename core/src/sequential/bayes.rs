//! Which of two models is better, as a probability.
//!
//! Source: a flat prior and a normal estimate make the difference normal around the estimate, with its standard error. The expected
//! losses are those of a decision that turns out wrong, in the metric's unit (as VWO and GrowthBook call risk).

use core::f64::consts::TAU;

use driftgate_documents::Bayes;

use crate::math::{exp, normal_sf, sqrt};

/// What `difference` = candidate - baseline, with its robust `standard_error` >= 0, says about which model is better.
///
/// A standard error of 0 makes it certain, and a difference of 0 with it one half. NaN for NaN.
#[must_use]
pub fn bayes(difference: f64, standard_error: f64, larger_is_better: bool) -> Bayes {
    let gain = if larger_is_better { difference } else { -difference };
    if standard_error == 0.0 {
        let candidate_better = if gain == 0.0 { 0.5 } else { f64::from(u8::from(gain > 0.0)) };
        return Bayes { candidate_better, loss_of_candidate: (-gain).max(0.0), loss_of_baseline: gain.max(0.0) };
    }
    let z = gain / standard_error;
    Bayes {
        candidate_better: normal_sf(-z),
        loss_of_candidate: standard_error * shortfall(z),
        loss_of_baseline: standard_error * shortfall(-z),
    }
}

/// E max(-X, 0) of a normal X around `z` with standard deviation 1: phi(z) - z P(Z > z), at least 0.
fn shortfall(z: f64) -> f64 {
    let expected = exp(-0.5 * z * z) / sqrt(TAU) - z * normal_sf(z);
    // Not f64::max, which would answer 0 for NaN.
    if expected < 0.0 { 0.0 } else { expected }
}
