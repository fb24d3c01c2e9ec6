//! How often something happened in many replications, and how sure that is.

use std::thread;

use driftgate_core::math::sqrt;

use super::Random;

/// Threads; the numbers do not depend on it.
const THREADS: u64 = 2;

/// A count among replications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Replications in which it happened.
    pub count: u64,
    /// Replications.
    pub of: u64,
}

impl Rate {
    /// In [0, 1].
    #[must_use]
    pub fn share(self) -> f64 {
        self.count as f64 / self.of as f64
    }

    /// Monte Carlo standard error of the share.
    #[must_use]
    pub fn error(self) -> f64 {
        sqrt(self.share() * (1.0 - self.share()) / self.of as f64)
    }

    /// How many standard errors the share lies above `nominal` (in (0, 1)), were that the true rate.
    #[must_use]
    pub fn above(self, nominal: f64) -> f64 {
        (self.share() - nominal) / sqrt(nominal * (1.0 - nominal) / self.of as f64)
    }

    /// In percent, with its standard error.
    #[must_use]
    pub fn text(self) -> String {
        format!("{:.2} ± {:.2}", 100.0 * self.share(), 100.0 * self.error())
    }
}

/// Repeats an experiment and counts, by position, how often its answers are true; all answers have the same length.
#[must_use]
pub fn count(experiment: &str, replications: u64, trial: impl Fn(&mut Random) -> Vec<bool> + Sync) -> Vec<Rate> {
    let part = |thread: u64| {
        let mut counts: Vec<u64> = Vec::new();
        for replication in (thread..replications).step_by(THREADS as usize) {
            let answers = trial(&mut Random::of(experiment, replication));
            counts.resize(answers.len(), 0);
            counts.iter_mut().zip(answers).for_each(|(count, answer)| *count += u64::from(answer));
        }
        counts
    };
    let counts = thread::scope(|scope| {
        let parts: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || part(thread))).collect();
        let mut sums: Vec<u64> = Vec::new();
        for counts in parts.into_iter().flat_map(|part| part.join()) {
            sums.resize(sums.len().max(counts.len()), 0);
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
        sums
    });
    counts.into_iter().map(|count| Rate { count, of: replications }).collect()
}
