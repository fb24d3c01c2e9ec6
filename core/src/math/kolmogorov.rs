//! The distribution of Kolmogorov's statistic: in the limit, and for n values against a known distribution.

use alloc::{vec, vec::Vec};
use core::f64::consts::{FRAC_PI_2, PI, TAU};

use super::{binomial_density, ceil, exp, floor, ldexp, ln_1p, pow, sqrt};

/// P(K > x) in the limit of many values, where K is sqrt(n) times the statistic: 1 for x <= 0, NaN for NaN.
///
/// Source: Kolmogorov (1933), and its theta transform for small x. As scipy `kstwobign.sf`.
#[must_use]
pub fn kolmogorov_sf(x: f64) -> f64 {
    if x.is_nan() {
        return f64::NAN;
    }
    // Below 0.03 the cdf is under 1e-500.
    if x < 0.03 {
        return 1.0;
    }
    if x < 0.8 {
        let q = -PI * PI / (8.0 * x * x);
        let cdf: f64 = [9.0, 7.0, 5.0, 3.0, 1.0].iter().map(|odd| exp(q * odd * odd)).sum();
        return 1.0 - sqrt(TAU) / x * cdf;
    }
    // Smallest terms first; the signs alternate, but each term is far below the one before.
    let terms = (1..=6_u8).rev().map(|k| (k % 2 == 1, f64::from(k)));
    let sum = terms.fold(0.0, |sum, (odd, k)| {
        let term = exp(-2.0 * k * k * x * x);
        if odd { sum + term } else { sum - term }
    });
    2.0 * sum
}

/// P(D >= d) of the two-sided statistic D of `n` values against a known continuous distribution, n >= 1 whole.
///
/// 1 for d <= 1/(2n), 0 for d >= 1, NaN for NaN or n < 1. Regimes as scipy 1.17 `kstwo.sf` (Simard and L'Ecuyer 2011):
/// Durbin's matrix for small n, twice Smirnov's one-sided sum in the tail, Pelz and Good's expansion else. The tail is
/// summed for every n, where scipy takes an approximation above a million values.
#[must_use]
pub fn kstwo_sf(d: f64, n: f64) -> f64 {
    if d.is_nan() || n.is_nan() || n < 1.0 {
        return f64::NAN;
    }
    let (nd, z_squared) = (n * d, n * d * d);
    if nd <= 0.5 {
        1.0
    } else if d >= 1.0 {
        0.0
    } else if d >= 0.5 || z_squared >= if n <= 140.0 { 4.0 } else { 2.2 } {
        (2.0 * smirnov(n, d)).min(1.0)
    } else if n <= 140.0 || (n <= 1e5 && nd * sqrt(d) <= 1.4) {
        (1.0 - durbin(n as u64, d)).clamp(0.0, 1.0)
    } else {
        (1.0 - pelz_good(n, d)).clamp(0.0, 1.0)
    }
}

/// Terms of Smirnov's sum; above, the sum is taken at this many evenly spaced places.
const SMIRNOV_TERMS: f64 = 16_384.0;

/// P(D+ >= d) of the one-sided statistic, 0 < d < 1.
///
/// Source: Smirnov's sum d Σ C(n,j) (d + j/n)^(j-1) (1 - d - j/n)^(n-j), each term a binomial density.
/// The terms are a smooth function of j that vanishes with all its derivatives at both ends, so that for large n the
/// sum over every s-th term times s is the sum to all digits (Euler and Maclaurin).
fn smirnov(n: f64, d: f64) -> f64 {
    let nd = n * d;
    let last = floor(n - nd);
    let stride = ceil(n / SMIRNOV_TERMS);
    let mut sum = exp(n * ln_1p(-d)) / d;
    let mut j = stride;
    while j <= last && j < n {
        // The chance of a success is d + j/n: j + nd of them are expected.
        let expected = (j + nd, n - nd - j);
        if expected.1 > 0.0 {
            sum += stride * binomial_density(j, n - j, expected, nd) * n / expected.0;
        }
        j += stride;
    }
    d * sum
}

/// P(D < d) by Durbin's matrix, for n * d up to some 70.
///
/// Source: Durbin (1973) as Marsaglia, Tsang and Wang (2003): n!/n^n times the middle of H^n.
fn durbin(n: u64, d: f64) -> f64 {
    let nd = n as f64 * d;
    let k = ceil(nd);
    let size = 2 * k as usize - 1;
    let middle = k as usize - 1;
    let (power, mut exponent) = Scaled { cells: durbin_matrix(size, k - nd), exponent: 0 }.power(n, size);
    let mut cdf = power[middle * size + middle];
    for i in 1..=n {
        cdf *= i as f64 / n as f64;
        if cdf < 1e-140 {
            cdf = ldexp(cdf, 400);
            exponent -= 400;
        }
    }
    ldexp(cdf, exponent.clamp(-5000, 5000) as i32)
}

/// Durbin's matrix H, by rows: 1/(i-j+1)! on and below the superdiagonal, corrected in the first column and last row.
fn durbin_matrix(size: usize, h: f64) -> Vec<f64> {
    let mut factorial = vec![1.0; size + 1];
    for i in 1..=size {
        factorial[i] = factorial[i - 1] / i as f64;
    }
    let mut cells = vec![0.0; size * size];
    for row in 0..size {
        for column in 0..(row + 2).min(size) {
            cells[row * size + column] = factorial[row + 1 - column];
        }
    }
    let mut corner = 1.0;
    for i in 0..size {
        corner *= h;
        let edge = (1.0 - corner) * factorial[i + 1];
        cells[i * size] = edge;
        cells[(size - 1) * size + size - 1 - i] = edge;
    }
    let both = pow((2.0 * h - 1.0).max(0.0), size as f64);
    cells[(size - 1) * size] = (1.0 - 2.0 * corner + both) * factorial[size];
    cells
}

/// A square matrix times 2^exponent.
struct Scaled {
    cells: Vec<f64>,
    exponent: i64,
}

impl Scaled {
    /// The matrix to the power of `n`, by squaring; entries are never negative, so nothing cancels.
    fn power(mut self, mut n: u64, size: usize) -> (Vec<f64>, i64) {
        let mut result = vec![0.0; size * size];
        (0..size).for_each(|i| result[i * size + i] = 1.0);
        let mut result = Self { cells: result, exponent: 0 };
        while n > 0 {
            if n % 2 == 1 {
                result = result.times(&self, size);
            }
            n /= 2;
            if n > 0 {
                self = self.times(&self, size);
            }
        }
        (result.cells, result.exponent)
    }

    fn times(&self, other: &Self, size: usize) -> Self {
        let mut cells = vec![0.0; size * size];
        for (row, out) in self.cells.chunks_exact(size).zip(cells.chunks_exact_mut(size)) {
            for (factor, line) in row.iter().zip(other.cells.chunks_exact(size)) {
                out.iter_mut().zip(line).for_each(|(sum, cell)| *sum += factor * cell);
            }
        }
        Self { cells, exponent: self.exponent + other.exponent }.rescaled()
    }

    /// Keeps the largest entry near 1.
    fn rescaled(mut self) -> Self {
        let largest = self.cells.iter().fold(0.0, |max: f64, cell| max.max(*cell));
        let shift = if largest > 1e140 {
            -400
        } else if largest < 1e-140 {
            400
        } else {
            return self;
        };
        self.cells.iter_mut().for_each(|cell| *cell = ldexp(*cell, shift));
        self.exponent -= i64::from(shift);
        self
    }
}

/// P(D < d) by four terms of an expansion in 1/sqrt(n).
///
/// Source: Pelz and Good (1976), with theta functions transformed to converge for small z = d sqrt(n).
fn pelz_good(n: f64, d: f64) -> f64 {
    let root = sqrt(n);
    let z = root * d;
    let z2 = z * z;
    let (z4, z6) = (z2 * z2, z2 * z2 * z2);
    let mut sums = [0.0; 4];
    for k in 0..20_u8 {
        // u = (pi (k + 1/2))², v = (pi k)², both as they stand in the paper's exponents.
        let u = (PI * f64::from(k) + FRAC_PI_2) * (PI * f64::from(k) + FRAC_PI_2);
        let v = PI * f64::from(k) * PI * f64::from(k);
        let (odd, even) = (exp(-u / (2.0 * z2)), exp(-v / (2.0 * z2)));
        sums[0] += odd;
        sums[1] += (u - z2) * odd;
        sums[2] += ((6.0 * z6 + 2.0 * z4) + (2.0 * z4 - 5.0 * z2) * u + (1.0 - 2.0 * z2) * u * u) * odd;
        sums[2] -= 2.0 * z2 * z2 * v * even;
        let cubic = (5.0 - 30.0 * z2) * u * u * u + (212.0 * z4 - 60.0 * z2) * u * u;
        sums[3] += (cubic + (135.0 * z4 - 96.0 * z6) * u - (30.0 * z6 + 90.0 * z4 * z4)) * odd;
        sums[3] += 30.0 * z4 * (3.0 * z2 * v - v * v) * even;
    }
    let scale = [z, 6.0 * z4, 72.0 * z6 * z, 6480.0 * z6 * z4];
    let terms = sums.iter().zip(scale).rev();
    // Horner in 1/sqrt(n).
    sqrt(TAU) * terms.fold(0.0, |total, (sum, scale)| total / root + sum / scale)
}
