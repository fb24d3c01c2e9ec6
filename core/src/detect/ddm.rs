//! DDM: the error rate of a model against the lowest it had.
//!
//! Use for 0 (right) and 1 (wrong) where errors become abruptly more frequent; [`Eddm`](super::Eddm) is for slow changes. The
//! rate is that of all values since the latest change, so a change after a long calm is found late.
//!
//! With p the error rate of n values and s = sqrt(p (1 - p) / n), and with p0 and s0 those where p + s was lowest: a warning where
//! p + s > p0 + 2 s0, a change where p + s > p0 + 3 s0. Looked at with every value, it alarms at times without a change.
//!
//! Edge cases: without an error so far p0 and s0 are 0, and the first error is a change.
//! Source: Gama, Medas, Castillo and Rodrigues (2004), as river 0.26.1.

use super::{DdmOptions, Detector, Levels, Signal, Takes, check, mean::Mean};
use crate::{Error, math::sqrt};

/// The detector.
#[derive(Clone, Debug)]
pub struct Ddm {
    options: DdmOptions,
    rate: Mean,
    /// Rate and standard deviation where their sum was lowest.
    lowest: Option<(f64, f64)>,
    levels: Option<Levels>,
}

impl Ddm {
    /// A detector before its first value.
    ///
    /// # Errors
    /// If an option is outside its range.
    pub fn new(options: DdmOptions) -> Result<Self, Error> {
        let DdmOptions { warning_threshold, drift_threshold, .. } = options;
        let finite = warning_threshold.is_finite() && drift_threshold.is_finite();
        check(finite && warning_threshold >= 0.0, "warning_threshold", warning_threshold, "a number of at least 0")?;
        let allowed = "a number of at least warning_threshold";
        check(drift_threshold >= warning_threshold, "drift_threshold", drift_threshold, allowed)?;
        Ok(Self { options, rate: Mean::default(), lowest: None, levels: None })
    }
}

impl Detector for Ddm {
    fn takes(&self) -> Takes {
        Takes::Flags
    }

    fn take(&mut self, x: f64) -> Signal {
        self.rate.add(x);
        let Mean { n, value: rate } = self.rate;
        if n <= f64::from(self.options.warm_start) {
            return Signal::None;
        }
        // Rounding may carry a rate beyond 1, where there is no root.
        let deviation = sqrt((rate * (1.0 - rate) / n).max(0.0));
        let (lowest, spread) = self.lowest.filter(|(p, s)| rate + deviation > p + s).unwrap_or((rate, deviation));
        self.lowest = Some((lowest, spread));
        if rate + deviation > lowest + self.options.drift_threshold * spread {
            self.levels = Some(Levels { before: lowest, after: rate });
            (self.rate, self.lowest) = (Mean::default(), None);
            return Signal::Change;
        }
        if rate + deviation > lowest + self.options.warning_threshold * spread { Signal::Warning } else { Signal::None }
    }

    /// The lowest error rate, and that of all values since the change before.
    fn levels(&self) -> Option<Levels> {
        self.levels
    }
}
