//! How sure a classifier of two labels was where it was right and where it was wrong: what its AUC follows from in a large log.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec::Vec,
};

use serde::{Deserialize, Serialize};

use super::{
    Merge, ValueHistogram,
    score::{Scored, Trust},
    value_histogram::Cell,
};

/// Labels of a model beyond which there is no AUC.
pub const MAX_LABELS: usize = 2;

/// The confidences behind one predicted label.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Sides {
    right: ValueHistogram,
    wrong: ValueHistogram,
}

/// The confidences of rows with an actual by predicted label; given up for a model of more than two labels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ranking {
    /// Every predicted and actual label.
    labels: BTreeSet<String>,
    predicted: BTreeMap<String, Sides>,
    too_many: bool,
}

impl Ranking {
    /// Adds a row, if it has prediction, confidence and actual.
    pub fn add(&mut self, columns: &Scored<'_>, row: usize) {
        if self.too_many {
            return;
        }
        // A regressor's row has no trust, and asking for its labels would write its numbers out.
        let Some(Trust { predicted, confidence, .. }) = columns.trust(row) else { return };
        let Some((_, actual)) = columns.labels(row) else { return };
        for label in [&predicted, &actual] {
            if !self.labels.contains(label.as_ref()) {
                self.labels.insert(label.as_ref().into());
            }
        }
        self.bound();
        if self.too_many {
            return;
        }
        let right = predicted == actual;
        if !self.predicted.contains_key(predicted.as_ref()) {
            self.predicted.insert(predicted.as_ref().into(), Sides::default());
        }
        if let Some(sides) = self.predicted.get_mut(predicted.as_ref()) {
            (if right { &mut sides.right } else { &mut sides.wrong }).push(confidence);
        }
    }

    /// The chances given to the label that is last in sort order: where it happened, and where the other one did.
    /// `None` if there were more than two labels.
    #[must_use]
    pub fn sides(&self) -> Option<[Vec<Cell>; 2]> {
        if self.too_many {
            return None;
        }
        let last = self.labels.last();
        let mut sides = [Vec::new(), Vec::new()];
        for (label, confidences) in &self.predicted {
            let is_last = Some(label) == last;
            for (values, right) in [(&confidences.right, true), (&confidences.wrong, false)] {
                let of_last = |cell: &Cell| if is_last { *cell } else { mirrored(cell) };
                sides[usize::from(right != is_last)].extend(values.cells().iter().map(of_last));
            }
        }
        Some(sides)
    }

    /// Sorts what was only collected so far, and rounds it as if it were written.
    pub(super) fn round(&mut self) {
        self.predicted.values_mut().for_each(|sides| {
            sides.right.round();
            sides.wrong.round();
        });
    }

    fn bound(&mut self) {
        self.too_many |= self.labels.len() > MAX_LABELS;
        if self.too_many {
            self.labels.clear();
            self.predicted.clear();
        }
    }

    /// Whether the counts can be those of a log of so many rows.
    #[must_use]
    pub(super) fn is_consistent(&self, rows: u64) -> bool {
        let values = || self.predicted.values().flat_map(|sides| [&sides.right, &sides.wrong]);
        let within = |values: &ValueHistogram| values.min() >= Some(0.0) && values.max() <= Some(1.0);
        let counted = values().fold(0_u64, |sum, values| sum.saturating_add(values.len()));
        self.labels.len() <= MAX_LABELS
            && (self.labels.is_empty() || !self.too_many)
            && self.predicted.keys().all(|label| self.labels.contains(label))
            && counted <= rows
            && values().all(|values| values.is_empty() || within(values))
    }
}

/// The chance of the other label.
fn mirrored(cell: &Cell) -> Cell {
    Cell { min: 1.0 - cell.max, max: 1.0 - cell.min, count: cell.count }
}

impl Merge for Ranking {
    fn merge(&mut self, other: &Self) {
        self.too_many |= other.too_many;
        self.labels.extend(other.labels.iter().cloned());
        self.bound();
        if self.too_many {
            return;
        }
        for (label, theirs) in &other.predicted {
            let mine = self.predicted.entry(label.clone()).or_default();
            mine.right.merge(&theirs.right);
            mine.wrong.merge(&theirs.wrong);
        }
    }
}
