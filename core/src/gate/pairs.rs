//! The same cases under two models: rows paired by id.

use alloc::{collections::BTreeMap, vec::Vec};

use driftgate_documents::{Role, Task};

use crate::{
    math,
    profile::{
        Settings, rows_of,
        score::{Scored, at, label, number},
    },
    table::Table,
};

/// One case that both models predicted and whose outcome is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The candidate's row.
    pub candidate: usize,
    /// The baseline's row.
    pub baseline: usize,
    /// The candidate's loss: 1 for a wrong label, |error| for numbers.
    pub candidate_loss: f64,
    /// The baseline's loss.
    pub baseline_loss: f64,
}

/// All pairs of two models.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    /// The pairs, in the order of the candidate's rows.
    pub pairs: Vec<Pair>,
    /// Rows with an id that both have.
    pub common: u64,
    /// Of these, rows on which prediction and confidence are the same.
    pub same: u64,
    /// Of these, rows whose actuals contradict each other: not paired.
    pub contradicting: u64,
}

impl Pairs {
    /// Pairs the rows of two models by id.
    #[must_use]
    pub fn of(candidate: (&Table, &str), baseline: (&Table, &str), settings: &Settings) -> Self {
        let (mine, theirs) = (candidate.0, baseline.0);
        let by_id: BTreeMap<&str, usize> =
            rows_of(theirs, baseline.1).map(|row| (theirs.id.get(row), row)).filter(|(id, _)| !id.is_empty()).collect();
        let scored = (Scored::of(mine, settings.task), Scored::of(theirs, settings.task));
        let mut pairs = Self::default();
        for row in rows_of(mine, candidate.1) {
            if let Some(other) = by_id.get(mine.id.get(row)) {
                pairs.add((mine, row), (theirs, *other), &scored, settings.task);
            }
        }
        pairs
    }

    fn add(
        &mut self,
        mine: (&Table, usize),
        theirs: (&Table, usize),
        scored: &(Scored<'_>, Scored<'_>),
        task: Option<Task>,
    ) {
        self.common += 1;
        let equal = |role: Role| at(mine.0.role(role), mine.1) == at(theirs.0.role(role), theirs.1);
        self.same += u64::from(equal(Role::Prediction) && equal(Role::Confidence));
        let losses = (loss(&scored.0, mine.1, task), loss(&scored.1, theirs.1, task));
        let (Some(candidate_loss), Some(baseline_loss)) = losses else { return };
        if contradict(mine, theirs) {
            self.contradicting += 1;
            return;
        }
        self.pairs.push(Pair { candidate: mine.1, baseline: theirs.1, candidate_loss, baseline_loss });
    }

    /// Whether the two models said the same about every common case.
    #[must_use]
    pub fn identical(&self) -> bool {
        self.common > 0 && self.same == self.common
    }
}

fn contradict(mine: (&Table, usize), theirs: (&Table, usize)) -> bool {
    let [a, b] = [mine, theirs].map(|(table, row)| at(table.role(Role::Actual), row));
    match (number(a), number(b)) {
        (Some(x), Some(y)) => x != y,
        _ => label(a) != label(b),
    }
}

fn loss(scored: &Scored<'_>, row: usize, task: Option<Task>) -> Option<f64> {
    match task? {
        Task::Classification => scored.labels(row).map(|(predicted, actual)| f64::from(u8::from(predicted != actual))),
        Task::Regression => scored.numbers(row).map(|(prediction, actual)| math::abs(prediction - actual)),
    }
}
