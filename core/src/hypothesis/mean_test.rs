//! Is a mean, or a difference of means, other than 0? An estimate against its standard error.
//!
//! [`paired_t`], [`welch`] and [`two_proportions`] take their values as independent: on panels, where the rows of a day move
//! together, and on days that depend on each other their p-values are too small. There [`clustered`](super::clustered()) and
//! [`day_mean`](super::day_mean()) are the tests to trust.
//!
//! Edge cases: an estimate of 0 without any spread has statistic 0 and p-value 1; another estimate without spread is
//! skipped, since nothing is known about chance. Values too far apart for f64 are skipped.
//! Source: Student (1908), as scipy 1.17 `ttest_rel`; Welch (1947) with Satterthwaite's degrees of freedom, as scipy 1.17
//! `ttest_ind(equal_var=False)`; two proportions with pooled variance, as statsmodels 0.15 `proportions_ztest`.

use super::{MAX_VALUES, day_level::Moments};
use crate::{
    Skip,
    math::{normal_quantile, normal_sf, sqrt, student_t_critical, student_t_two_sided},
};

/// An estimate, how sure it is, and how surprising it would be were the truth 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanTest {
    /// In the unit of the values.
    pub estimate: f64,
    /// In the unit of the values, 0 or more.
    pub standard_error: f64,
    /// The estimate in standard errors.
    pub statistic: f64,
    /// Degrees of freedom of Student's t, above 0 and not always whole; infinite for the normal distribution.
    pub df: f64,
    /// Two-sided p-value, in [0, 1].
    pub p_value: f64,
}

impl MeanTest {
    /// Holds an estimate against its standard error.
    ///
    /// # Errors
    /// If the standard error is 0 and the estimate is not, if either is not finite, or `df` is not above 0.
    pub fn new(estimate: f64, standard_error: f64, df: f64) -> Result<Self, Skip> {
        if !(estimate.is_finite() && standard_error.is_finite() && df > 0.0) {
            return Err(Skip::because("the values are too far apart to compute with"));
        }
        if standard_error == 0.0 && estimate != 0.0 {
            return Err(Skip::because("the values show no spread, so nothing can be said about chance"));
        }
        let statistic = if estimate == 0.0 { 0.0 } else { estimate / standard_error };
        let p_value = if df == f64::INFINITY {
            2.0 * normal_sf(crate::math::abs(statistic))
        } else {
            student_t_two_sided(statistic, df)
        };
        Ok(Self { estimate, standard_error, statistic, df, p_value })
    }

    /// The interval that holds the truth with probability 1 - `alpha`, for `alpha` in (0, 1]; NaN for another `alpha`.
    #[must_use]
    pub fn interval(&self, alpha: f64) -> [f64; 2] {
        let critical =
            if self.df == f64::INFINITY { -normal_quantile(0.5 * alpha) } else { student_t_critical(alpha, self.df) };
        let margin = critical * self.standard_error;
        [self.estimate - margin, self.estimate + margin]
    }
}

/// Student's t test of paired differences (candidate - baseline) against 0.
///
/// # Errors
/// If there are fewer than two, or they are all the same and not 0, or too far apart.
pub fn paired_t(differences: &[f64]) -> Result<MeanTest, Skip> {
    if differences.len() < 2 {
        return Err(Skip::because("a t test needs at least two pairs"));
    }
    let (mean, square) = mean_and_error(differences);
    MeanTest::new(mean, sqrt(square), (differences.len() - 1) as f64)
}

/// Welch's t test: the mean of the candidate's values minus that of the baseline's, with a variance of either's own.
///
/// # Errors
/// If a side has fewer than two values, or neither side has any spread and the means differ, or values are too far apart.
pub fn welch(baseline: &[f64], candidate: &[f64]) -> Result<MeanTest, Skip> {
    if baseline.len() < 2 || candidate.len() < 2 {
        return Err(Skip::because("Welch's t test needs at least two values on either side"));
    }
    let [(baseline_mean, b), (candidate_mean, c)] = [baseline, candidate].map(mean_and_error);
    let [baseline_df, candidate_df] = [baseline, candidate].map(|values| (values.len() - 1) as f64);
    let square = b + c;
    // As shares, the squares of variances stay within f64.
    let (b, c) = (b / square, c / square);
    let df =
        if square == 0.0 { baseline_df + candidate_df } else { 1.0 / (b * b / baseline_df + c * c / candidate_df) };
    MeanTest::new(candidate_mean - baseline_mean, sqrt(square), df)
}

/// The mean of two values or more, and the square of its standard error; NaN if values are too far apart.
fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let moments = Moments::of(values);
    (moments.mean, moments.variance / (values.len() - 1) as f64)
}

/// The z test of two proportions with pooled variance; a side is (successes, cases), the estimate the candidate's share
/// minus the baseline's. The normal approximation wants five successes and five failures on either side.
///
/// # Errors
/// If a side has no case, more successes than cases, or more than 2^31 cases.
pub fn two_proportions(baseline: (u64, u64), candidate: (u64, u64)) -> Result<MeanTest, Skip> {
    for (successes, n) in [baseline, candidate] {
        if n == 0 {
            return Err(Skip::because("a comparison of two shares needs a case on either side"));
        }
        if successes > n || n > MAX_VALUES {
            return Err(Skip::because(alloc::format!(
                "{successes} successes in {n} cases: a share needs at most as many, in at most {MAX_VALUES} cases"
            )));
        }
    }
    let [(b, b_all), (c, c_all)] = [baseline, candidate].map(|(successes, n)| (i128::from(successes), i128::from(n)));
    // Over the common denominator nothing cancels.
    let estimate = (c * b_all - b * c_all) as f64 / (b_all * c_all) as f64;
    let (yes, all) = (b + c, b_all + c_all);
    // p (1 - p) (1/n + 1/m) with p = yes / all, and 1/n + 1/m = all / (n m).
    let square = (yes * (all - yes)) as f64 / ((b_all * c_all) as f64 * all as f64);
    MeanTest::new(estimate, sqrt(square), f64::INFINITY)
}

#[cfg(test)]
mod tests;
