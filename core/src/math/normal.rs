//! The normal distribution.

use core::f64::consts::{FRAC_1_SQRT_2, TAU};

use super::{erf, erfc, exp, ln, sqrt};

/// P(Z > z) of a standard normal Z. NaN for NaN.
///
/// Source: sf = erfc(z / sqrt 2) / 2.
#[must_use]
pub fn normal_sf(z: f64) -> f64 {
    0.5 * erfc(z * FRAC_1_SQRT_2)
}

/// The z with P(Z <= z) = `p`: -infinity at 0, infinity at 1, NaN outside [0, 1].
///
/// Source: Abramowitz and Stegun 26.2.23 as a start (error below 4.5e-4), then three steps of Halley.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    if p > 0.5 {
        return -normal_quantile(1.0 - p);
    }
    match p {
        0.0 => f64::NEG_INFINITY,
        0.5 => 0.0,
        p if p > 0.0 => -upper_quantile(p),
        _ => f64::NAN,
    }
}

/// The z with P(Z > z) = `p`, for p in (0, 1/2).
fn upper_quantile(p: f64) -> f64 {
    let t = sqrt(-2.0 * ln(p));
    let above = 2.515517 + t * (0.802853 + t * 0.010328);
    let below = 1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308));
    let mut z = t - above / below;
    for _ in 0..3 {
        let density = exp(-0.5 * z * z) / sqrt(TAU);
        // Subnormal p: the density is too coarse to improve on what we have.
        if density < f64::MIN_POSITIVE {
            break;
        }
        // Near the middle, 1/2 - p is exact while the tail is not.
        let excess = if p > 0.25 { (0.5 - p) - 0.5 * erf(z * FRAC_1_SQRT_2) } else { normal_sf(z) - p };
        let step = excess / density;
        z += step / (1.0 - 0.5 * z * step);
    }
    z
}
