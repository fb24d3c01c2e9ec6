//! Calibration: whether a confidence is the share of right predictions.

use alloc::format;

use driftgate_documents::{ReliabilityBin, Report, Task};

use super::{Answer, fall, whole};
use crate::{math, words};

/// The calibration error, beyond what chance makes, that is a warning, and that is critical.
const LIMITS: [f64; 2] = [0.05, 0.10];

pub(super) fn score(report: &Report) -> Answer {
    if report.plan.task == Some(Task::Regression) {
        return Err("predictions are numbers, which have no confidence to hold against".into());
    }
    let entry = whole(report, "current").filter(|entry| !entry.reliability.is_empty());
    let Some((entry, error)) = entry.and_then(|entry| Some((entry, *entry.metrics.get("ece")?))) else {
        return Err("no row has a confidence in [0, 1], a prediction and an actual".into());
    };
    let chance = chance(&entry.reliability);
    let reason = format!(
        "confidence is off the share of right predictions by {} on average; {} would be chance",
        words::short(error),
        words::short(chance)
    );
    Ok((fall(error - chance, LIMITS), reason))
}

/// The calibration error to be expected of a perfectly calibrated classifier, rows taken as independent: the mean
/// absolute deviation of a binomial share, sqrt(2 p (1 - p) / (pi n)), over all bins.
fn chance(bins: &[ReliabilityBin]) -> f64 {
    let all: u64 = bins.iter().map(|bin| bin.pairs).sum();
    let of_bin = |bin: &ReliabilityBin| {
        let n = bin.pairs as f64;
        let p = bin.confidence.clamp(0.0, 1.0);
        n / all as f64 * math::sqrt(2.0 * p * (1.0 - p) / (core::f64::consts::PI * n))
    };
    bins.iter().map(of_bin).sum()
}
