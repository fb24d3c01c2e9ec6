//! What a log says about how the model is used: usage, agreement with the rule, confidence, accuracy of the others.
//!
//! A metric whose columns the log does not have is left out without a word: a log without a rule is not incomplete.

use super::{Metrics, share};
use crate::profile::Score;

pub(super) fn log(score: &Score, metrics: &mut Metrics) {
    let shares = [
        ("usage", score.ml_rows, score.sourced_rows),
        ("agreement", score.agreeing, score.ruled_rows),
        ("rule_accuracy", score.rule_right, score.rule_pairs),
        ("final_accuracy", score.final_right, score.final_pairs),
    ];
    for (name, part, whole) in shares.into_iter().filter(|(_, _, whole)| *whole > 0) {
        metrics.set_over(name, whole, share(part, whole, ""));
    }
    if score.confidence_rows > 0 {
        let mean = score.confidence.value() / score.confidence_rows as f64;
        metrics.set_over("average_confidence", score.confidence_rows, Ok(mean));
    }
}
