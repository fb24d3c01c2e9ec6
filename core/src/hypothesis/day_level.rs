//! Is the mean of some days another one? A t test on days, that knows days depend on each other.
//!
//! Use on one number per day (a level, a spread, a share) where rows of one day or of neighbouring days are alike, as
//! on panels. The dependence is taken from the reference: its lag-1 autocorrelation says how many independent days a
//! window is worth. It cannot see a change of spread within days; give it the log spread as a series of its own.
//!
//! Edge cases: fewer than three days on a side is skipped; a reference that never changes gives statistic 0, p-value 1
//! if the current days equal it, and is skipped else. Values too far apart for f64 are skipped.
//! Source: effective sample size of an AR(1) series (Bayley and Hammersley 1946), with the bias correction of the
//! autocorrelation by Marriott and Pope (1954), and degrees of freedom after Satterthwaite (1946). Its size is measured in
//! `docs/calibration.md`: from 125 reference days and up to an autocorrelation of 0.9 it is at most the nominal one.

use alloc::vec::Vec;

use crate::{
    Skip,
    math::{sqrt, student_t_two_sided},
    profile::exact_sum::{ExactSum, variance},
};

/// How far the means of days are apart, and how surprising that is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DayLevel {
    /// The difference of means (current - reference) in standard errors.
    pub statistic: f64,
    /// Degrees of freedom of Student's t, in [1, max(1, n_eff_reference - 1)]; not whole.
    pub df: f64,
    /// Two-sided p-value, in [0, 1].
    pub p_value: f64,
    /// Lag-1 autocorrelation of the reference days, corrected for bias, in [0, 0.99].
    pub rho: f64,
    /// Independent days the reference is worth, in (0, days].
    pub n_eff_reference: f64,
    /// Independent days the current window is worth, in (0, days].
    pub n_eff_current: f64,
}

/// Compares the means of two series of days, each in the order of time and finite.
///
/// # Errors
/// If a side has fewer than three days, the reference never changes while the current days do, or values are too far
/// apart.
pub fn day_level(reference: &[f64], current: &[f64]) -> Result<DayLevel, Skip> {
    if reference.len() < 3 || current.len() < 3 {
        return Err(Skip::because("a comparison by days needs at least three days on either side"));
    }
    // Only differences matter; taken from the first value, a large common offset costs no digits.
    let origin = reference[0];
    let from_origin = |days: &[f64]| days.iter().map(|x| x - origin).collect::<Vec<f64>>();
    let (reference, current) = (from_origin(reference), from_origin(current));
    let sides = (Moments::of(&reference), Moments::of(&current));
    let rho = autocorrelation(&reference, sides.0);
    let worth = [MeanVariance::of(reference.len(), rho), MeanVariance::of(current.len(), rho)];
    let [n_eff_reference, n_eff_current] = worth.map(|mean| 1.0 / mean.of_one_day);
    let df = degrees_of_freedom(reference.len(), rho, worth);
    let result = |statistic: f64, df: f64| DayLevel {
        statistic,
        df,
        p_value: student_t_two_sided(statistic, df),
        rho,
        n_eff_reference,
        n_eff_current,
    };
    if sides.0.variance == 0.0 {
        // Differences from a constant reference are zeros there.
        let same = current.iter().all(|x| *x == 0.0);
        let skip = Skip::because("the reference is the same on every day, so nothing can be said about chance");
        return if same { Ok(result(0.0, df)) } else { Err(skip) };
    }
    let corrected = sides.0.variance / (1.0 - 1.0 / n_eff_reference).max(0.2);
    let error = sqrt(corrected * (1.0 / n_eff_reference + 1.0 / n_eff_current));
    let statistic = (sides.1.mean - sides.0.mean) / error;
    if !(statistic.is_finite() && error.is_finite()) {
        return Err(Skip::because("the values of the days are too far apart to compute with"));
    }
    Ok(result(statistic, df))
}

/// Mean and variance (divisor n) of a series, from exact sums.
#[derive(Clone, Copy)]
struct Moments {
    mean: f64,
    variance: f64,
}

impl Moments {
    fn of(days: &[f64]) -> Self {
        let (mut sum, mut squares) = (ExactSum::new(), ExactSum::new());
        for day in days {
            sum.add(*day);
            squares.add_square(*day);
        }
        let n = days.iter().filter(|day| day.is_finite()).count() as u64;
        // Infinities (differences beyond f64) are not in the sums: let them be seen.
        let all = if n == days.len() as u64 { 0.0 } else { f64::NAN };
        let variance = variance(n, 0, &sum, &squares).unwrap_or(f64::NAN) + all;
        Self { mean: sum.mean(n).unwrap_or(f64::NAN) + all, variance }
    }
}

/// Lag-1 autocorrelation r of the days plus its bias (1 + 4r)/N, in [0, 0.99]; 0 for a constant series.
fn autocorrelation(days: &[f64], moments: Moments) -> f64 {
    let n = days.len() as f64;
    let products = days.windows(2).map(|pair| (pair[0] - moments.mean) * (pair[1] - moments.mean));
    let mut sum = ExactSum::new();
    products.for_each(|product| sum.add(product));
    let r = sum.value() / (n * moments.variance);
    // 4 and not 3, since r divides one product fewer than it has squares.
    let rho = r + (1.0 + 4.0 * r) / n;
    if rho.is_nan() { 0.0 } else { rho.clamp(0.0, 0.99) }
}

/// The variance of the mean of L days: V(L) / L with V(L) = 1 + 2 Σ (1 - k/L) rho^k.
#[derive(Clone, Copy)]
struct MeanVariance {
    /// In units of the variance of one day, in (0, 1]: one over the independent days that these days are worth.
    of_one_day: f64,
    /// How fast it grows with rho.
    slope: f64,
}

impl MeanVariance {
    fn of(days: usize, rho: f64) -> Self {
        let length = days as f64;
        let (mut power, mut factor, mut slope) = (1.0, 1.0, 0.0);
        for k in 1..days {
            let weight = 2.0 * (1.0 - k as f64 / length);
            slope += weight * k as f64 * power;
            power *= rho;
            factor += weight * power;
            if power < 1e-18 {
                break;
            }
        }
        Self { of_one_day: factor / length, slope: slope / length }
    }
}

/// Of a t whose variance is itself estimated: 2 / Var(ln v), as chi-square has it.
///
/// v is a product of the variance of the shocks, s² (1 - rho²), known to 2 / (N - 1) on the scale of logarithms, and a
/// function of rho, known to (1 - rho²) / (N - 1) and independent of it; the function is taken as linear there. With rho
/// near 1 it is not, so there are never more degrees of freedom than independent days allow.
fn degrees_of_freedom(reference_days: usize, rho: f64, [reference, current]: [MeanVariance; 2]) -> f64 {
    let free = 1.0 - rho * rho;
    let slope = (reference.slope + current.slope) / (reference.of_one_day + current.of_one_day) + 2.0 * rho / free;
    let df = (reference_days as f64 - 1.0) / (1.0 + 0.5 * free * slope * slope);
    df.min(1.0 / reference.of_one_day - 1.0).max(1.0)
}

#[cfg(test)]
mod tests;
