//! CUSUM: deviations from a mean that is to be kept, summed, in standard deviations.
//!
//! Use for a lasting change of the mean that is small in each value. With z = (x - mean) / sd: C+ becomes max(0, z - k + C+), C-
//! becomes max(0, -z - k + C-); a change where either exceeds h. With k = 0.5 and h = 5 a shift of one standard deviation is found after
//! ten values on average, and without one it alarms every 465 values; with h = 8 every 10,000 or so, and a shift after 16.
//!
//! Mean and sd are given, or learnt from the first values, anew after each change. What is learnt is not quite right, so false
//! alarms are more frequent than with true values: a longer `warm_start` helps.
//!
//! Edge cases: as long as all values are equal, the learning goes on: there is no unit yet.
//! Source: Page (1954); tabular, two-sided, as Montgomery, Introduction to Statistical Quality Control, chapter 9.

use super::{CusumOptions, Detector, Levels, Signal, Takes, check, mean::Spread};
use crate::{Error, math::sqrt};

/// The detector.
#[derive(Clone, Debug)]
pub struct Cusum {
    options: CusumOptions,
    learnt: Spread,
    rise: Sum,
    fall: Sum,
    levels: Option<Levels>,
}

/// Deviations in one direction, in standard deviations.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    value: f64,
    /// Values since it was 0.
    n: f64,
}

impl Sum {
    fn add(&mut self, z: f64, k: f64) {
        let value = (z - k + self.value).max(0.0);
        *self = Self { value, n: if value > 0.0 { self.n + 1.0 } else { 0.0 } };
    }
}

impl Cusum {
    /// A detector before its first value.
    ///
    /// # Errors
    /// If an option is outside its range, or only one of `mean` and `sd` is given.
    pub fn new(options: CusumOptions) -> Result<Self, Error> {
        let CusumOptions { k, h, warm_start, mean, sd } = options;
        check(Takes::Numbers.holds(k) && k >= 0.0, "k", k, "0 to 1e100 standard deviations")?;
        check(Takes::Numbers.holds(h) && h > 0.0, "h", h, "above 0 to 1e100 standard deviations")?;
        check(warm_start >= 2, "warm_start", warm_start, "at least 2 values")?;
        let (given, value) = if let Some(mean) = mean { ("mean", mean) } else { ("sd", sd.unwrap_or_default()) };
        let allowed = "mean and sd together, or neither: then they are learnt from the first values";
        check(mean.is_some() == sd.is_some(), given, value, allowed)?;
        if let (Some(mean), Some(sd)) = (mean, sd) {
            check(Takes::Numbers.holds(mean), "mean", mean, Takes::Numbers.allowed())?;
            check((1e-100..=1e100).contains(&sd), "sd", sd, "1e-100 to 1e100")?;
        }
        let [rise, fall] = [Sum::default(); 2];
        Ok(Self { options, learnt: Spread::default(), rise, fall, levels: None })
    }

    /// Mean and standard deviation, if they are known; else `x` is learnt from.
    fn target(&mut self, x: f64) -> Option<(f64, f64)> {
        if let (Some(mean), Some(sd)) = (self.options.mean, self.options.sd) {
            return Some((mean, sd));
        }
        let sd = sqrt(self.learnt.variance());
        if self.learnt.mean.n >= f64::from(self.options.warm_start) && sd > 0.0 {
            return Some((self.learnt.mean.value, sd));
        }
        self.learnt.add(x);
        None
    }
}

impl Detector for Cusum {
    fn takes(&self) -> Takes {
        Takes::Numbers
    }

    fn take(&mut self, x: f64) -> Signal {
        let Some((mean, sd)) = self.target(x) else { return Signal::None };
        let CusumOptions { k, h, .. } = self.options;
        let z = (x - mean) / sd;
        self.rise.add(z, k);
        self.fall.add(-z, k);
        let Some((sum, sign)) = [(self.rise, 1.0), (self.fall, -1.0)].into_iter().find(|(sum, _)| sum.value > h) else {
            return Signal::None;
        };
        self.levels = Some(Levels { before: mean, after: mean + sign * sd * (k + sum.value / sum.n) });
        [self.rise, self.fall] = [Sum::default(); 2];
        self.learnt = Spread::default();
        Signal::Change
    }

    /// The mean that was to be kept, and the mean of the values since which the sum grew (Montgomery, equation 9.4).
    fn levels(&self) -> Option<Levels> {
        self.levels
    }
}
