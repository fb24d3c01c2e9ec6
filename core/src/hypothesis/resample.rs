//! The stationary bootstrap's draws: days in blocks, so that what depends on each other stays together.
//!
//! A block begins at any day and ends after each day with chance 1 / length; after the last day comes the first.
//! Source: Politis and Romano (1994).

use crate::rng::Rng;

/// A source of resampled series.
pub(super) struct Resample {
    days: usize,
    /// Chance that a block ends, in (0, 1].
    ends: f64,
    rng: Rng,
}

impl Resample {
    /// Of a series of one day or more, in blocks of a mean length of 1 or more.
    pub(super) fn new(days: usize, block_length: f64, seed: u64) -> Self {
        Self { days, ends: 1.0 / block_length, rng: Rng::new(seed) }
    }

    /// Visits the places of one resampled series, as many as there are days.
    pub(super) fn draw(&mut self, mut visit: impl FnMut(usize)) {
        let mut at = self.rng.below(self.days);
        visit(at);
        for _ in 1..self.days {
            at = if self.rng.unit() < self.ends { self.rng.below(self.days) } else { (at + 1) % self.days };
            visit(at);
        }
    }
}
