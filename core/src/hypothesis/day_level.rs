//! Is the mean of some days another one? A t test on days, that knows days depend on each other.
//!
//! Use on one number per day (a level, a spread, a share) where rows of one day or of neighbouring days are alike, as
//! on panels. The dependence is taken from the reference: its autocorrelation at one day, and how slowly that decays, say
//! how many independent days a window is worth. Both are needed: a day's mean over few rows is a slow level plus chance,
//! whose autocorrelation is small and lasts. It cannot see a change of spread within days; give it the log spread as a
//! series of its own.
//!
//! Edge cases: fewer than three days on a side is skipped; a reference that never changes gives statistic 0, p-value 1
//! if the current days equal it, and is skipped else. Values too far apart for f64 are skipped.
//! Source: effective sample size of a correlated series (Bayley and Hammersley 1946) for an ARMA(1,1) series, whose
//! autocorrelation is rho, rho decay, rho decay², ...; rho with the bias correction of Marriott and Pope (1954). Its size
//! is measured in `docs/calibration.md`.

use alloc::vec::Vec;
use core::ops::RangeInclusive;

use crate::{
    Skip,
    math::{floor, sqrt, student_t_two_sided},
    profile::exact_sum::{ExactSum, variance},
};

/// How far the means of days are apart, and how surprising that is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DayLevel {
    /// The difference of means (current - reference) in standard errors.
    pub statistic: f64,
    /// Degrees of freedom of Student's t, at least 1; not whole.
    pub df: f64,
    /// Two-sided p-value, in [0, 1].
    pub p_value: f64,
    /// Lag-1 autocorrelation of the reference days, corrected for bias, in [0, 0.99].
    pub rho: f64,
    /// What is left of it after each further day, in [rho, 0.99].
    pub decay: f64,
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
    let noise = DayNoise::of(&reference);
    let n_eff_current = noise.worth(current.len());
    let result = |statistic: f64| DayLevel {
        statistic,
        df: noise.df,
        p_value: student_t_two_sided(statistic, noise.df),
        rho: noise.rho,
        decay: noise.decay,
        n_eff_reference: noise.n_eff,
        n_eff_current,
    };
    if noise.variance == 0.0 {
        // Differences from a constant reference are zeros there.
        let same = current.iter().all(|x| *x == 0.0);
        let skip = Skip::because("the reference is the same on every day, so nothing can be said about chance");
        return if same { Ok(result(0.0)) } else { Err(skip) };
    }
    let error = sqrt(noise.variance * (1.0 / noise.n_eff + 1.0 / n_eff_current));
    let statistic = (Moments::of(&current).mean - noise.mean) / error;
    if !(statistic.is_finite() && error.is_finite()) {
        return Err(Skip::because("the values of the days are too far apart to compute with"));
    }
    Ok(result(statistic))
}

/// How the days of a series scatter, and what a mean of such days is worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DayNoise {
    /// The mean of the days.
    pub mean: f64,
    /// Variance of a day, corrected for the mean being that of dependent days; NaN if values are too far apart.
    pub variance: f64,
    /// Lag-1 autocorrelation, corrected for bias, in [0, 0.99].
    pub rho: f64,
    /// What is left of it after each further day, in [rho, 0.99].
    pub decay: f64,
    /// Independent days the series is worth, in (0, days].
    pub n_eff: f64,
    /// Degrees of freedom of Student's t, at least 1; not whole.
    pub df: f64,
}

impl DayNoise {
    /// Of a series in the order of time, three days or more.
    #[must_use]
    pub fn of(days: &[f64]) -> Self {
        Self::around(days, 1.0)
    }

    /// Of what days are apart from something with so many `parameters` that was fitted to them: 1 for their mean, 2 for a
    /// line.
    #[must_use]
    pub fn around(days: &[f64], parameters: f64) -> Self {
        let moments = Moments::of(days);
        let (rho, decay) = autocorrelation(days, moments, parameters);
        let n_eff = effective_days(days.len(), rho, decay);
        Self {
            mean: moments.mean,
            variance: moments.variance / (1.0 - parameters / n_eff).max(0.2),
            rho,
            decay,
            n_eff,
            // 2 / Var(ln v), as chi-square has it, of the variance v of a mean of many AR(1) days: the variance of the
            // shocks is known to 2 / N on the scale of logarithms, and 1 / (1 - rho)² to 4 (1 + rho) / (1 - rho) / N,
            // which is 4 / n_eff.
            df: (1.0 / (1.0 / days.len() as f64 + 2.0 / n_eff)).max(1.0),
        }
    }

    /// How many independent days some further days are worth, in (0, days].
    #[must_use]
    pub fn worth(&self, days: usize) -> f64 {
        effective_days(days, self.rho, self.decay)
    }
}

/// Mean and variance (divisor n) of a series, from exact sums.
#[derive(Clone, Copy)]
pub(super) struct Moments {
    pub(super) mean: f64,
    pub(super) variance: f64,
}

impl Moments {
    pub(super) fn of(days: &[f64]) -> Self {
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

/// Lag-1 autocorrelation r of the days plus its bias, (1 + 4r)/N around a mean, in [0, 0.99], and its decay; 0 for a constant
/// series.
fn autocorrelation(days: &[f64], moments: Moments, parameters: f64) -> (f64, f64) {
    let n = days.len() as f64;
    let centred: Vec<f64> = days.iter().map(|day| day - moments.mean).collect();
    let lags = floor(sqrt(n)) as usize;
    let [first, between, last] = [1..=1, 2..=lags, lags + 1..=lags + 1].map(|lags| lagged(&centred, lags));
    let r = first.value() / (n * moments.variance);
    // 4 and not 3, since r divides one product fewer than it has squares.
    let rho = r + (parameters + 4.0 * r) / n;
    let rho = if rho.is_nan() { 0.0 } else { rho.clamp(0.0, 0.99) };
    // If each autocorrelation is the one before times `decay`, so is their sum; and a sum is sure where one is not.
    let [sum, later] = [first, last].map(|mut sum| {
        sum.merge(&between);
        sum.value()
    });
    let decay = if sum > 0.0 && later > 0.0 { later / sum } else { 0.0 };
    (rho, decay.clamp(rho, 0.99))
}

/// The sum of all products of two days that are some lags apart.
pub(super) fn lagged(centred: &[f64], lags: RangeInclusive<usize>) -> ExactSum {
    let mut sum = ExactSum::new();
    for lag in lags {
        let pairs = centred.iter().zip(centred.iter().skip(lag));
        pairs.for_each(|(day, later)| sum.add(day * later));
    }
    sum
}

/// How many independent days `days` days are worth: L / V(L) with V(L) = 1 + 2 Σ (1 - k/L) rho decay^(k-1).
fn effective_days(days: usize, rho: f64, decay: f64) -> f64 {
    let length = days as f64;
    let mut correlation = rho;
    let mut factor = 1.0;
    for k in 1..days {
        if correlation < 1e-18 {
            break;
        }
        factor += 2.0 * (1.0 - k as f64 / length) * correlation;
        correlation *= decay;
    }
    length / factor
}

#[cfg(test)]
mod tests;
