//! Confidences that are the probability of one label, whatever is predicted.
//!
//! Most libraries of two-class models log the probability of the positive class (`predict_proba[:, 1]`). Read as the
//! confidence in each prediction it would turn the surest negatives into the most doubtful rows, so it becomes that
//! confidence while a log is read: p where the label is predicted, else 1 - p.

use alloc::{
    collections::BTreeMap,
    string::{String, ToString},
};

use driftgate_documents::Role;

use crate::{
    profile::score::{at, label},
    table::{Cell, Cells, Table},
};

/// Rows of each label that are needed to tell.
const MIN_ROWS: u64 = 5;

/// The label whose probability the confidences of a head are: of two predicted labels the one whose confidences lie
/// above all of the other's, while the other's are below 0.5, which a confidence in one's own prediction of two never is.
pub(crate) fn label_of(predictions: &Cells, confidences: &Cells) -> Option<String> {
    let mut ranges: BTreeMap<String, (u64, f64, f64)> = BTreeMap::new();
    for row in 0..predictions.len() {
        let (Some(predicted), Cell::Number(confidence)) = (label(predictions.get(row)), confidences.get(row)) else {
            continue;
        };
        let range = ranges.entry(predicted.into_owned()).or_insert((0, f64::INFINITY, f64::NEG_INFINITY));
        *range = (range.0 + 1, range.1.min(confidence), range.2.max(confidence));
        if ranges.len() > 2 {
            return None;
        }
    }
    let mut of_two = ranges.into_iter();
    let (Some(a), Some(b)) = (of_two.next(), of_two.next()) else { return None };
    let (lower, upper) = if a.1.1 <= b.1.1 { (a.1, b) } else { (b.1, a) };
    let (name, upper) = upper;
    let probabilities = lower.1 >= 0.0 && upper.2 <= 1.0;
    let apart = lower.2 <= upper.1 && lower.1 < 0.5;
    (probabilities && apart && lower.0 >= MIN_ROWS && upper.0 >= MIN_ROWS).then_some(name)
}

/// Turns the probability of a label into the confidence in what is predicted. What is outside [0, 1] stays: it is no
/// probability, and is said to be none later.
pub(crate) fn to_confidence(batch: &mut Table, of: &str) {
    if batch.role(Role::Confidence).is_none() {
        return;
    }
    let other = |row: usize| label(at(batch.role(Role::Prediction), row)).is_some_and(|predicted| predicted != of);
    let others: alloc::vec::Vec<bool> = batch.range().map(other).collect();
    let cells = batch.role_mut(Role::Confidence);
    let old = core::mem::take(cells);
    for (row, other) in others.into_iter().enumerate() {
        let cell = match old.get(row) {
            Cell::Number(p) if other && (0.0..=1.0).contains(&p) => Cell::Number(1.0 - p),
            cell => cell,
        };
        cells.set(row, cell);
    }
}

/// What to say about it.
pub(crate) fn note(column: &str, of: &str) -> String {
    alloc::format!(
        "`{column}` is taken as the probability of `{of}` whatever is predicted: it is lower wherever the other label is; if it \
         is the confidence in each prediction, add --confidence-of prediction"
    )
}

/// The word that stands for the confidence in each prediction.
pub(crate) const PREDICTION: &str = "prediction";

/// What a schema is told: nothing of the confidence in each prediction, a label otherwise.
pub(crate) fn asked(of: &str) -> Option<String> {
    (of != PREDICTION).then(|| of.to_string())
}
