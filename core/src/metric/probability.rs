//! What confidences are worth as probabilities: Brier score, log loss, calibration error, reliability curve.
//!
//! A log without confidences is not incomplete: it is left out without a word. The Brier score is that of the verdict, the
//! mean of (confidence - right)^2, for any number of labels. The calibration error (ECE) is the mean over rows of
//! |mean confidence - share of right ones| of the tenth that a confidence is in: [0, 0.1), [0.1, 0.2), .., [0.9, 1].
//! Sources: Brier (1950); Naeini, Cooper and Hauskrecht (2015); log loss as scikit-learn 1.9.

use alloc::{format, vec::Vec};

use driftgate_documents::ReliabilityBin;

use super::{Metrics, TOP_ONLY};
use crate::{Skip, math, profile::Score};

pub(super) fn probability(score: &Score, two_labels: bool, metrics: &mut Metrics) {
    if score.reliability.rows() == 0 && score.improper == 0 {
        return;
    }
    let pairs = score.reliability.pairs();
    let over = |value: Result<f64, Skip>| usable(score).and(value);
    metrics.set_over("brier", pairs, over(Ok(score.brier.value() / pairs as f64)));
    metrics.set_over("ece", pairs, over(Ok(ece(score))));
    let log_loss = if two_labels { Ok(score.log_loss.value() / pairs as f64) } else { Err(Skip::because(TOP_ONLY)) };
    metrics.set_over("log_loss", pairs, over(log_loss));
}

/// Refuses confidences that are no probabilities of anything that happened.
///
/// # Errors
/// If there are no pairs with a confidence, or a confidence is outside [0, 1].
pub fn usable(score: &Score) -> Result<(), Skip> {
    if score.improper > 0 {
        return Err(Skip::because(format!(
            "confidences outside [0, 1]: {}; divide percentages by 100, or leave the column out (--map confidence=)",
            score.improper
        )));
    }
    if score.reliability.pairs() == 0 {
        return Err(Skip::because("no row has a prediction, a confidence and an actual"));
    }
    Ok(())
}

fn ece(score: &Score) -> f64 {
    let curve = reliability(score);
    let gaps = curve.iter().map(|bin| bin.pairs as f64 * math::abs(bin.confidence - bin.accuracy));
    gaps.sum::<f64>() / curve.iter().map(|bin| bin.pairs).sum::<u64>() as f64
}

/// The reliability curve by tenth of the confidence; tenths without pairs are left out.
#[must_use]
pub fn reliability(score: &Score) -> Vec<ReliabilityBin> {
    let point = |(tenth, bin): (u8, crate::profile::ConfidenceBin)| {
        Some(ReliabilityBin {
            from: f64::from(tenth) / 10.0,
            to: f64::from(tenth + 1) / 10.0,
            pairs: bin.pairs,
            confidence: bin.paired_confidence()?,
            accuracy: bin.right as f64 / bin.pairs as f64,
        })
    };
    score.reliability.tenths().into_iter().filter_map(point).collect()
}
