//! HDDM-W: exponentially weighted means before and after a cut, by McDiarmid's bound.
//!
//! Use for 0 and 1 or any values in [0, 1] where the mean changes gradually: the latest values weigh most.
//!
//! The cut that speaks for a rise is where the weighted mean plus its bound was lowest; there a second mean begins. A weighted mean has
//! c, the sum of its squared weights (from 1, with each value lambda² + (1 - lambda)² c). A change where the second exceeds
//! the first by more than sqrt((c1 + c2) ln(1 / `drift_confidence`) / 2), a warning likewise. A fall is the same mirrored.
//!
//! Edge cases: equal values are no change.
//! Source: Frías-Blanco et al. (2015), W-test, as river 0.26.1.

use super::{Detector, HddmWOptions, Levels, Signal, Takes, check, hddm_a::check_confidences};
use crate::{
    Error,
    math::{ln, sqrt},
};

/// The detector.
#[derive(Clone, Debug)]
pub struct HddmW {
    options: HddmWOptions,
    state: State,
    levels: Option<Levels>,
}

#[derive(Clone, Debug, Default)]
struct State {
    all: Weighted,
    rise: Cut,
    fall: Cut,
}

/// An exponentially weighted mean.
#[derive(Clone, Copy, Debug, Default)]
struct Weighted {
    /// The mean, and the sum of its squared weights; none without values.
    known: Option<(f64, f64)>,
}

/// The place that speaks most for a change in one direction.
#[derive(Clone, Copy, Debug, Default)]
struct Cut {
    before: Weighted,
    after: Weighted,
    /// The mean before it with its bound.
    bound: Option<f64>,
}

impl Weighted {
    fn add(&mut self, x: f64, lambda: f64) {
        let (mean, weights) = self.known.map_or((x, 1.0), |(mean, c)| (lambda * x + (1.0 - lambda) * mean, c));
        self.known = Some((mean, lambda * lambda + (1.0 - lambda) * (1.0 - lambda) * weights));
    }
}

impl Cut {
    /// Moves here if the mean of all with its bound is the lowest yet (of a rise, `sign` 1; of a fall the highest, -1).
    fn update(&mut self, x: f64, all: &Weighted, sign: f64, options: &HddmWOptions) {
        let Some((mean, weights)) = all.known else { return };
        let bound = sign * mean + mcdiarmid(weights, options.drift_confidence);
        if self.bound.is_none_or(|lowest| bound < lowest) {
            *self = Self { before: *all, after: Weighted::default(), bound: Some(bound) };
        } else {
            self.after.add(x, options.lambda_val);
        }
    }

    /// The levels, if the mean behind it is so far above (`sign` 1) or below (-1) that before it.
    fn differs(&self, sign: f64, confidence: f64) -> Option<Levels> {
        let ((before, c1), (after, c2)) = (self.before.known?, self.after.known?);
        (sign * (after - before) > mcdiarmid(c1 + c2, confidence)).then_some(Levels { before, after })
    }
}

/// How far a weighted mean may be off.
fn mcdiarmid(squared_weights: f64, confidence: f64) -> f64 {
    sqrt(squared_weights * ln(1.0 / confidence) / 2.0)
}

impl HddmW {
    /// A detector before its first value.
    ///
    /// # Errors
    /// If an option is outside its range.
    pub fn new(options: HddmWOptions) -> Result<Self, Error> {
        check_confidences(options.drift_confidence, options.warning_confidence)?;
        let lambda = options.lambda_val;
        check(lambda > 0.0 && lambda <= 1.0, "lambda_val", lambda, "above 0 and at most 1")?;
        Ok(Self { options, state: State::default(), levels: None })
    }
}

impl Detector for HddmW {
    fn takes(&self) -> Takes {
        Takes::Shares
    }

    fn take(&mut self, x: f64) -> Signal {
        let State { all, rise, fall } = &mut self.state;
        all.add(x, self.options.lambda_val);
        rise.update(x, all, 1.0, &self.options);
        fall.update(x, all, -1.0, &self.options);
        let cuts = [(*rise, 1.0), (*fall, -1.0)];
        let cuts = &cuts[..1 + usize::from(self.options.two_sided_test)];
        let found = |confidence: f64| cuts.iter().find_map(|(cut, sign)| cut.differs(*sign, confidence));
        if let Some(levels) = found(self.options.drift_confidence) {
            self.levels = Some(levels);
            self.state = State::default();
            return Signal::Change;
        }
        if found(self.options.warning_confidence).is_some() { Signal::Warning } else { Signal::None }
    }

    /// The weighted means before the cut and behind it.
    fn levels(&self) -> Option<Levels> {
        self.levels
    }
}
