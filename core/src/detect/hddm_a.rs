//! HDDM-A: the mean before and after a cut, by Hoeffding's bound.
//!
//! Use for 0 and 1 or any values in [0, 1] where the mean changes abruptly; it takes nothing else for granted.
//!
//! The cut that speaks for a rise is where the mean plus its bound was lowest. With mean m and n values there, and mean M of all N: a
//! change where M - m >= sqrt((N - n) / (2 n N) ln(2 / `drift_confidence`)), a warning likewise. A fall is the same mirrored.
//!
//! Edge cases: equal values are no change.
//! Source: Frías-Blanco et al. (2015), A-test, as river 0.26.1.

use super::{Detector, HddmAOptions, Levels, Signal, Takes, check, check_chance, mean::Mean};
use crate::{
    Error,
    math::{ln, sqrt},
};

/// The detector.
#[derive(Clone, Debug)]
pub struct HddmA {
    options: HddmAOptions,
    /// ln(1 / `drift_confidence`), of the bound of a mean.
    bound: f64,
    all: Mean,
    /// Up to the cut that speaks for a rise.
    low: Mean,
    /// Up to the cut that speaks for a fall.
    high: Mean,
    levels: Option<Levels>,
}

impl HddmA {
    /// A detector before its first value.
    ///
    /// # Errors
    /// If an option is outside its range.
    pub fn new(options: HddmAOptions) -> Result<Self, Error> {
        check_confidences(options.drift_confidence, options.warning_confidence)?;
        let [all, low, high] = [Mean::default(); 3];
        Ok(Self { options, bound: ln(1.0 / options.drift_confidence), all, low, high, levels: None })
    }

    /// How far the mean of `n` values may be off.
    fn bound(&self, n: f64) -> f64 {
        sqrt(1.0 / (2.0 * n) * self.bound)
    }

    /// Whether the mean of all is so far above (`sign` 1) or below (-1) that of the values up to a cut.
    fn differs(&self, cut: &Mean, sign: f64, confidence: f64) -> bool {
        let m = (self.all.n - cut.n) / cut.n * (1.0 / self.all.n);
        cut.n < self.all.n && sign * (self.all.value - cut.value) >= sqrt(m / 2.0 * ln(2.0 / confidence))
    }
}

/// Confidences of HDDM, which are chances of error.
pub(super) fn check_confidences(drift: f64, warning: f64) -> Result<(), Error> {
    check_chance("drift_confidence", drift)?;
    check((drift..1.0).contains(&warning), "warning_confidence", warning, "drift_confidence to below 1")
}

impl Detector for HddmA {
    fn takes(&self) -> Takes {
        Takes::Shares
    }

    fn take(&mut self, x: f64) -> Signal {
        self.all.add(x);
        let bound = self.bound(self.all.n);
        if self.low.n == 0.0 || self.low.value + self.bound(self.low.n) >= self.all.value + bound {
            self.low = self.all;
        }
        if self.high.n == 0.0 || self.high.value - self.bound(self.high.n) <= self.all.value - bound {
            self.high = self.all;
        }
        let HddmAOptions { drift_confidence, warning_confidence, two_sided_test } = self.options;
        let cuts = [(self.low, 1.0), (self.high, -1.0)];
        let cuts = &cuts[..1 + usize::from(two_sided_test)];
        if let Some((cut, _)) = cuts.iter().find(|(cut, sign)| self.differs(cut, *sign, drift_confidence)) {
            self.levels = Some(Levels { before: cut.value, after: self.all.since(cut) });
            [self.all, self.low, self.high] = [Mean::default(); 3];
            return Signal::Change;
        }
        let warns = cuts.iter().any(|(cut, sign)| self.differs(cut, *sign, warning_confidence));
        if warns { Signal::Warning } else { Signal::None }
    }

    /// The means up to the cut and behind it.
    fn levels(&self) -> Option<Levels> {
        self.levels
    }
}
