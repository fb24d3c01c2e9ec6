//! Incomplete gamma and beta functions, as the tails of chi-square and Student's t.
//!
//! Both follow one plan: a prefix in Loader's form, which keeps its relative accuracy, times a series or continued
//! fraction with positive terms, in the region where the result is not small by cancellation.

use core::f64::consts::TAU;

use super::{abs, binomial_density, deviance, exp, pow, sqrt, stirling_error};

/// Enough for df = 1e8; the loops end long before.
const MAX_STEPS: u32 = 100_000;
/// Keeps a denominator of a continued fraction away from 0.
const TINY: f64 = 1e-300;
/// From here on the tail of Student's t is |t|^-df to all digits, and t² may leave f64.
const POWER_LAW: f64 = 1e100;

/// P(X > x) of a chi-square X with `df` > 0 degrees of freedom: 1 for x <= 0, NaN for df <= 0 or NaN.
///
/// Source: Q(df/2, x/2); series below the mean, Legendre's continued fraction above (DLMF 8.7.1, 8.9.2).
#[must_use]
pub fn chi_square_sf(x: f64, df: f64) -> f64 {
    if x.is_nan() || df.is_nan() || df <= 0.0 || df.is_infinite() {
        return f64::NAN;
    }
    let (a, half) = (0.5 * df, 0.5 * x);
    if half <= 0.0 {
        1.0
    } else if half.is_infinite() {
        0.0
    } else if half < a + 1.0 {
        1.0 - gamma_prefix(a, half) * gamma_series(a, half)
    } else {
        gamma_prefix(a, half) * gamma_fraction(a, half)
    }
}

/// x^a e^-x / Γ(a).
fn gamma_prefix(a: f64, x: f64) -> f64 {
    sqrt(a / TAU) * exp(-stirling_error(a) - a * deviance((x - a) / a, x / a))
}

/// P(a, x) without its prefix: the sum of x^k / (a (a+1) ... (a+k)).
fn gamma_series(a: f64, x: f64) -> f64 {
    let mut term = 1.0 / a;
    let mut sum = term;
    for k in 1..MAX_STEPS {
        term *= x / (a + f64::from(k));
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    sum
}

/// Q(a, x) without its prefix, by the modified Lentz method.
fn gamma_fraction(a: f64, x: f64) -> f64 {
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut fraction = d;
    for k in 1..MAX_STEPS {
        let k = f64::from(k);
        let numerator = -k * (k - a);
        b += 2.0;
        d = 1.0 / away_from_zero(numerator * d + b);
        c = away_from_zero(b + numerator / c);
        fraction *= c * d;
        if abs(c * d - 1.0) < 1e-16 {
            break;
        }
    }
    fraction
}

/// P(|T| > |t|) of a Student's T with `df` > 0 degrees of freedom, which need not be whole; NaN for df <= 0 or NaN.
///
/// Source: the regularised incomplete beta function at df / (df + t²) with (df/2, 1/2) (DLMF 8.17.22).
#[must_use]
pub fn student_t_two_sided(t: f64, df: f64) -> f64 {
    if t.is_nan() || df.is_nan() || df <= 0.0 || df.is_infinite() {
        return f64::NAN;
    }
    if abs(t) > POWER_LAW {
        return student_t_two_sided(POWER_LAW, df) * pow(POWER_LAW / abs(t), df);
    }
    let square = t * t;
    // x + y = 1; each is computed by itself so that neither loses digits near 0.
    let (x, y) = (df / (df + square), square / (df + square));
    let a = 0.5 * df;
    if x < (a + 1.0) / (a + 2.5) { beta_part(a, 0.5, x, y) } else { 1.0 - beta_part(0.5, a, y, x) }
}

/// I_x(a, b) by its continued fraction, for x below its mean; y = 1 - x.
fn beta_part(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    // x^a y^b / B(a, b) is a binomial density up to its normalisation; the excess is (a + b) x - a = b x - a y.
    let prefix = binomial_density(a, b, ((a + b) * x, (a + b) * y), b * x - a * y) * (a * b / (a + b));
    prefix / a * beta_fraction(a, b, x)
}

/// The continued fraction of the incomplete beta function, by the modified Lentz method.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for m in 1..MAX_STEPS {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        fraction *= c * d;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        fraction *= c * d;
        if abs(c * d - 1.0) < 1e-16 {
            break;
        }
    }
    fraction
}

fn away_from_zero(x: f64) -> f64 {
    if abs(x) < TINY { TINY } else { x }
}

/// The t > 0 that Student's T with `df` > 0 degrees of freedom exceeds in size with probability `p` in (0, 1); NaN outside.
///
/// Source: bisection of [`student_t_two_sided`], so it is as exact as that, to the last bits of t.
#[must_use]
pub fn student_t_quantile(p: f64, df: f64) -> f64 {
    if !(p > 0.0 && p < 1.0 && df > 0.0 && df.is_finite()) {
        return f64::NAN;
    }
    let (mut low, mut high) = (0.0, 1.0);
    while student_t_two_sided(high, df) > p && high < f64::MAX / 2.0 {
        low = high;
        high *= 2.0;
    }
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return middle;
        }
        if student_t_two_sided(middle, df) > p {
            low = middle;
        } else {
            high = middle;
        }
    }
}
