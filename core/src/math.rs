//! The only module that names libm: elementary functions, and the tail probabilities the tests stand on.
//!
//! `core` is `no_std`, and the float methods of std differ between platforms; everything here gives the same bits
//! everywhere. Survival functions are computed as such, never as 1 - cdf where that would cancel: relative error below
//! 1e-9 for p-values down to 1e-300, checked against mpmath.
//!
//! On the vectors, statrs 0.19 reaches 2e-12 for chi-square, and 8e-9 for Student's t, which it takes as 1 at small t.
//! Ours reach 2e-13 and 2e-12, from the binomial density that Smirnov's sum needs anyway.

mod cramer_von_mises;
mod digest;
mod eigen;
mod gamma_beta;
mod kolmogorov;
mod normal;

pub use cramer_von_mises::cramer_von_mises_sf;
pub use digest::digest;
pub use eigen::symmetric_eigen;
pub use gamma_beta::{chi_square_sf, student_t_quantile, student_t_two_sided};
pub use kolmogorov::{kolmogorov_sf, kstwo_sf};
pub use normal::{normal_quantile, normal_sf};

use core::f64::consts::TAU;

/// The natural logarithm; -infinity at 0, NaN below.
#[must_use]
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// ln(1 + x), without loss for small `x`.
#[must_use]
pub fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// The base-2 logarithm; -infinity at 0, NaN below.
#[must_use]
pub fn log2(x: f64) -> f64 {
    libm::log2(x)
}

/// The base-10 logarithm; -infinity at 0, NaN below.
#[must_use]
pub fn log10(x: f64) -> f64 {
    libm::log10(x)
}

/// e to the power of `x`.
#[must_use]
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// exp(x) - 1, without loss for small `x`.
#[must_use]
pub fn exp_m1(x: f64) -> f64 {
    libm::expm1(x)
}

/// The inverse hyperbolic tangent; infinite at -1 and 1, NaN beyond.
#[must_use]
pub fn atanh(x: f64) -> f64 {
    libm::atanh(x)
}

/// The square root; NaN below 0.
#[must_use]
pub fn sqrt(x: f64) -> f64 {
    libm::sqrt(x)
}

/// `x` to the power of `y`.
#[must_use]
pub fn pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}

/// The absolute value.
#[must_use]
pub fn abs(x: f64) -> f64 {
    libm::fabs(x)
}

/// The largest whole number not above `x`.
#[must_use]
pub fn floor(x: f64) -> f64 {
    libm::floor(x)
}

/// The smallest whole number not below `x`.
#[must_use]
pub fn ceil(x: f64) -> f64 {
    libm::ceil(x)
}

/// The whole part of `x`, towards 0.
#[must_use]
pub fn trunc(x: f64) -> f64 {
    libm::trunc(x)
}

/// The nearest whole number, halves to even as numpy rounds.
#[must_use]
pub fn round_half_even(x: f64) -> f64 {
    libm::rint(x)
}

/// The cosine of an angle in radians.
#[must_use]
pub fn cos(x: f64) -> f64 {
    libm::cos(x)
}

/// The sine of an angle in radians.
#[must_use]
pub fn sin(x: f64) -> f64 {
    libm::sin(x)
}

/// `mantissa` * 2^`exponent`, rounded once if it is subnormal.
#[must_use]
pub(crate) fn ldexp(mantissa: f64, exponent: i32) -> f64 {
    libm::ldexp(mantissa, exponent)
}

/// The error function.
fn erf(x: f64) -> f64 {
    libm::erf(x)
}

/// The complementary error function.
fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}

/// What Stirling's formula misses: ln Γ(a) = (a - 1/2) ln a - a + ln(2π)/2 + `stirling_error(a)`, for a > 0.
///
/// Densities written with it keep their relative accuracy where differences of ln Γ lose it (Loader 2000).
fn stirling_error(a: f64) -> f64 {
    if a < 16.0 {
        // One step of the recurrence of Γ, up to where the series has converged.
        return stirling_error(a + 1.0) + (a + 0.5) * ln_1p(1.0 / a) - 1.0;
    }
    let r = 1.0 / (a * a);
    let series = 1.0 / 12.0
        - r * (1.0 / 360.0
            - r * (1.0 / 1260.0 - r * (1.0 / 1680.0 - r * (1.0 / 1188.0 - r * (691.0 / 360_360.0 - r / 156.0)))));
    series / a
}

/// u - ln(1 + u) for u > -1, without cancellation near 0: how much a count deviates from its expectation.
///
/// `one_plus_u` is given as well, because near u = -1 it cannot be had back from `u`.
fn deviance(u: f64, one_plus_u: f64) -> f64 {
    if !(-0.5..=0.5).contains(&u) {
        return u - ln(one_plus_u);
    }
    // ln(1 + u) = 2 atanh(v), and u - 2v = uv.
    let v = u / (2.0 + u);
    let square = v * v;
    let mut power = v * square;
    let mut tail = 0.0;
    for odd in (3..41_u8).step_by(2) {
        tail += power / f64::from(odd);
        power *= square;
    }
    u * v - 2.0 * tail
}

/// The density of `k` successes and `m` failures, both > 0 and not necessarily whole, where `expected` = (k + excess,
/// m - excess) of them were expected. The excess is given as well, because the caller has it without cancellation.
fn binomial_density(k: f64, m: f64, expected: (f64, f64), excess: f64) -> f64 {
    let n = k + m;
    let exponent = stirling_error(n)
        - stirling_error(k)
        - stirling_error(m)
        - k * deviance(excess / k, expected.0 / k)
        - m * deviance(-excess / m, expected.1 / m);
    sqrt(n / (TAU * k * m)) * exp(exponent)
}

/// P(K = `k`) for K successes in `n` trials whose chance is the fraction `chance.0` / `chance.1`, in (0, 1); 0 for k > n.
///
/// Source: Loader (2000). The chance comes as a fraction so that the distance to the expected count is exact.
#[must_use]
pub fn binomial_pmf(k: u64, n: u64, chance: (u64, u64)) -> f64 {
    let Some(failures) = n.checked_sub(k) else { return 0.0 };
    let (yes, all) = (chance.0 as f64, chance.1 as f64);
    let p = yes / all;
    if k == 0 {
        return exp(n as f64 * ln_1p(-p));
    }
    if failures == 0 {
        return exp(n as f64 * ln(p));
    }
    let (observed, expected) = (u128::from(k) * u128::from(chance.1), u128::from(n) * u128::from(chance.0));
    let size = expected.abs_diff(observed) as f64 / all;
    let excess = if expected >= observed { size } else { -size };
    let means = (n as f64 * p, n as f64 * ((all - yes) / all));
    binomial_density(k as f64, failures as f64, means, excess)
}

#[cfg(test)]
pub(crate) mod tests;
