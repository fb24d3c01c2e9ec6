//! Which of some models is better? Arms in, challenges out: the incumbent against every other arm.
//!
//! Cases that both answered (the same id) are compared one by one; only disjoint traffic is compared as two groups. Naive tests,
//! which take rows as independent, stand beside those that know better, and the verdict comes from the latter.

mod arms;
mod challenge;
mod difference;
mod sample;
mod set;
mod slices;
mod trust;

use driftgate_documents::{ComparisonOptions, Looks, Metric};

pub use self::{
    arms::{Arm, variants},
    challenge::{adjust, challenge},
    sample::{Places, Sample, common},
    set::confidence_set,
    trust::{assignment, of_arm, sample_ratio},
};
use alloc::{string::String, vec::Vec};

/// What is asked of two arms.
pub struct Question<'a> {
    /// The metric that decides.
    pub metric: &'static Metric,
    /// The significance level over all challenges, in (0, 0.5].
    pub alpha: f64,
    /// Challenges that share that level, at least 1.
    pub challenges: usize,
    /// The chance to find a true difference, in (0, 1).
    pub power: f64,
    /// Fewer pairs (rows of an arm) are inconclusive.
    pub min_rows: u64,
    /// Fewer days make a result early.
    pub min_days: u64,
    /// The improvement that is clear, as a share.
    pub clear: f64,
    /// Days until an outcome is known, at least 1.
    pub horizon: u32,
    /// Draws of a bootstrap.
    pub draws: u32,
    /// Their seed.
    pub seed: u64,
    /// How often one looks, and which of the looks this is.
    pub looks: Option<(Looks, u32)>,
    /// The declared segments (without that of everything).
    pub segments: &'a [Vec<String>],
}

impl<'a> Question<'a> {
    /// What options (checked before) ask.
    #[must_use]
    pub fn of(
        options: &ComparisonOptions,
        metric: &'static Metric,
        (alpha, horizon): (f64, u32),
        challenges: usize,
        segments: &'a [Vec<String>],
    ) -> Self {
        Self {
            metric,
            alpha,
            challenges,
            power: options.power,
            min_rows: options.min_rows,
            min_days: options.min_days,
            clear: options.clear,
            horizon,
            draws: options.draws,
            seed: options.seed,
            looks: options.looks.map(|looks| (looks, options.look.unwrap_or(1))),
            segments,
        }
    }
}
