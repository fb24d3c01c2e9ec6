//! The limiting distribution of Cramer and von Mises' statistic.

use core::f64::consts::{FRAC_2_PI, FRAC_PI_2, PI};

use super::{cos, exp, sin, sqrt};

/// Nodes of one integral: enough for p-values down to 1e-300, where its integrand is narrowest.
const NODES: u32 = 160;

/// P(W > x) in the limit of many values, W = the sum of Z_j² / (j π)² over independent normal Z_j: 1 below 0.003 (where
/// the cdf is under 1e-17), NaN for NaN.
///
/// Source: Smirnov (1936) as Anderson and Darling (1952), (4.35): the alternating sum over j of the integrals of
/// exp(-x t²/2) / sqrt(-t sin t) over ((2j - 1) π, 2j π), times 2/π. It is the tail itself, so that small p-values keep
/// their digits where scipy's 1 - cdf ends at 1e-16.
#[must_use]
pub fn cramer_von_mises_sf(x: f64) -> f64 {
    if x.is_nan() {
        return f64::NAN;
    }
    if x < 0.003 {
        return 1.0;
    }
    let leading = exp(-0.5 * x * PI * PI);
    let (mut sum, mut sign) = (0.0, 1.0);
    for j in 1..64_u32 {
        let start = f64::from(2 * j - 1) * PI;
        let height = exp(-0.5 * x * start * start);
        if height <= leading * 1e-18 {
            break;
        }
        sum += sign * height * integral(x, start);
        sign = -sign;
    }
    (FRAC_2_PI * sum).clamp(0.0, 1.0)
}

/// The integral of exp(-x (t² - start²) / 2) / sqrt(t |sin t|) over (start, start + π), by Gauss and Chebyshev, whose
/// weight takes up the singularities at both ends.
fn integral(x: f64, start: f64) -> f64 {
    let step = PI / f64::from(NODES);
    let value = |node: u32| {
        let angle = (f64::from(node) + 0.5) * step;
        let (near, far) = (sin(0.5 * angle), cos(0.5 * angle));
        let (before, after) = (near * near, far * far);
        let offset = PI * before;
        let sine = sin(PI * before.min(after));
        exp(-0.5 * x * offset * (2.0 * start + offset)) / sqrt((start + offset) * sine) * sin(angle)
    };
    (0..NODES).map(value).sum::<f64>() * step * FRAC_PI_2
}
