//! EDDM: the distance between errors of a model against the longest it had.
//!
//! Use for 0 (right) and 1 (wrong) where errors slowly become more frequent. It alarms easily: on errors that come by chance at
//! a steady rate of 10 % it finds a change every few hundred values, because the longest distance was chance, too.
//!
//! With p and s the mean and standard deviation of the values from one error to the next: p + 2 s against the largest it was.
//! Below `alpha` of that is a warning, which lasts until another error says otherwise; below `beta` is a change.
//!
//! Edge cases: without errors it says nothing, whatever was before.
//! Source: Baena-García et al. (2006), as river 0.26.1: the first error counts from the beginning; s by n - 1.

use super::{Detector, EddmOptions, Signal, Takes, check, mean::Spread};
use crate::{Error, math::sqrt};

/// The detector.
#[derive(Clone, Debug)]
pub struct Eddm {
    options: EddmOptions,
    state: State,
}

#[derive(Clone, Debug, Default)]
struct State {
    n: u64,
    last_error: u64,
    distances: Spread,
    longest: Option<f64>,
    warns: bool,
}

impl Eddm {
    /// A detector before its first value.
    ///
    /// # Errors
    /// If an option is outside its range.
    pub fn new(options: EddmOptions) -> Result<Self, Error> {
        check(options.beta > 0.0 && options.beta <= 1.0, "beta", options.beta, "above 0 and at most 1")?;
        check((options.beta..=1.0).contains(&options.alpha), "alpha", options.alpha, "beta to 1")?;
        Ok(Self { options, state: State::default() })
    }
}

impl Detector for Eddm {
    fn takes(&self) -> Takes {
        Takes::Flags
    }

    fn take(&mut self, x: f64) -> Signal {
        let state = &mut self.state;
        state.n += 1;
        if x == 1.0 {
            state.distances.add((state.n - state.last_error) as f64);
            state.last_error = state.n;
            if state.n > u64::from(self.options.warm_start) {
                let now = state.distances.mean.value + 2.0 * sqrt(state.distances.variance());
                match state.longest {
                    Some(longest) if now <= longest => {
                        let share = now / longest;
                        if state.distances.mean.n > f64::from(self.options.warm_start) {
                            if share < self.options.beta {
                                self.state = State::default();
                                return Signal::Change;
                            }
                            state.warns = share < self.options.alpha;
                        }
                    }
                    _ => state.longest = Some(now),
                }
            }
        }
        if state.warns { Signal::Warning } else { Signal::None }
    }
}
