//! Page-Hinkley test: deviations from the mean so far, summed.
//!
//! Use for a lasting change of the mean of numbers whose unit is known, as `delta` and `threshold` are in it: the threshold of 50 is
//! for values in [0, 1] that move by some tenths, and too small by far for prices. [`Cusum`](super::Cusum) has no unit.
//!
//! With the mean m of the values so far (x too): u becomes alpha u + x - m - delta, d becomes alpha d + x - m + delta. It
//! rose where u exceeds its lowest by more than the threshold, fell where d is as far below its highest.
//!
//! Edge cases: constant values are never a change at the default options.
//! Source: Page (1954), as river 0.26.1, whose start of the highest d (-1) is never seen: the first d is delta.

use super::{Detector, PageHinkleyOptions, Shifts, Signal, Takes, check, mean::Mean};
use crate::Error;

/// The detector.
#[derive(Clone, Debug)]
pub struct PageHinkley {
    options: PageHinkleyOptions,
    state: State,
}

#[derive(Clone, Debug)]
struct State {
    mean: Mean,
    up: f64,
    lowest: f64,
    down: f64,
    highest: f64,
}

const START: State =
    State { mean: Mean { n: 0.0, value: 0.0 }, up: 0.0, lowest: f64::INFINITY, down: 0.0, highest: f64::NEG_INFINITY };

impl PageHinkley {
    /// A detector before its first value.
    ///
    /// # Errors
    /// If an option is outside its range.
    pub fn new(options: PageHinkleyOptions) -> Result<Self, Error> {
        for (name, value) in [("delta", options.delta), ("threshold", options.threshold)] {
            check(Takes::Numbers.holds(value) && value >= 0.0, name, value, "0 to 1e100")?;
        }
        check((0.0..=1.0).contains(&options.alpha), "alpha", options.alpha, "0 to 1")?;
        Ok(Self { options, state: START })
    }
}

impl Detector for PageHinkley {
    fn takes(&self) -> Takes {
        Takes::Numbers
    }

    fn take(&mut self, x: f64) -> Signal {
        let PageHinkleyOptions { min_instances, delta, threshold, alpha, mode } = self.options;
        let state = &mut self.state;
        state.mean.add(x);
        let deviation = x - state.mean.value;
        state.up = alpha * state.up + deviation - delta;
        state.lowest = state.lowest.min(state.up);
        state.down = alpha * state.down + deviation + delta;
        state.highest = state.highest.max(state.down);
        let rose = mode != Shifts::Down && state.up - state.lowest > threshold;
        let fell = mode != Shifts::Up && state.highest - state.down > threshold;
        if state.mean.n < f64::from(min_instances) || !(rose || fell) {
            return Signal::None;
        }
        self.state = START;
        Signal::Change
    }
}
