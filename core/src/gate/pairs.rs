//! The same cases under two models: rows paired by id.

use alloc::{format, string::String, vec::Vec};

use driftgate_documents::{Role, Task};

use crate::{
    math,
    order::StableOrder,
    profile::{
        Settings,
        score::{Scored, at, label, name_of},
    },
    read::shorten,
    table::Table,
    trust::{ById, SameOutcome},
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
    /// Every case of one row on either side, by its id: the candidate's row and the baseline's.
    pub common: Vec<[usize; 2]>,
    /// Of these, the cases of which both sides know the same: prediction and actual are on both or on neither, and the actuals
    /// agree.
    pub comparable: Vec<[usize; 2]>,
    /// Of the common cases, those on which prediction and confidence are the same.
    pub same: u64,
    /// Of the common cases, those whose actuals contradict each other: not paired.
    pub contradicting: u64,
    /// The first of them, for a person.
    pub contradiction: Option<String>,
    /// Ids that both have and one has in several rows (versions or variants of its model). They are no case: which of the
    /// rows is meant is not known, and an arbitrary one could decide.
    pub ambiguous: u64,
    /// The first id of the candidate's and of the baseline's, if both have ids and none in common.
    pub examples: Option<[String; 2]>,
}

impl Pairs {
    /// Pairs the rows of two models by id: the candidate's and the baseline's.
    #[must_use]
    pub fn of(mine: &Table, theirs: &Table, [of_mine, of_theirs]: [&ById<'_>; 2], settings: &Settings) -> Self {
        let scored = (Scored::of(mine, settings.task), Scored::of(theirs, settings.task));
        let same = SameOutcome::of(mine, theirs);
        let mut pairs = Self::default();
        for (id, row) in of_mine {
            match (row, of_theirs.get(id)) {
                (Some(row), Some(Some(other))) => pairs.common.push([*row, *other]),
                (_, Some(_)) => pairs.ambiguous += 1,
                (_, None) => {}
            }
        }
        if pairs.common.is_empty() && pairs.ambiguous == 0 {
            pairs.examples =
                of_mine.keys().next().zip(of_theirs.keys().next()).map(|(a, b)| [a, b].map(|id| shorten(id)));
        }
        pairs.common.order();
        for [row, other] in pairs.common.clone() {
            pairs.add((mine, row), (theirs, other), &scored, settings.task, same);
        }
        pairs
    }

    fn add(
        &mut self,
        mine: (&Table, usize),
        theirs: (&Table, usize),
        scored: &(Scored<'_>, Scored<'_>),
        task: Option<Task>,
        same: SameOutcome,
    ) {
        let cells = |role: Role| [mine, theirs].map(|(table, row)| at(table.role(role), row));
        let equal = |role: Role| cells(role)[0] == cells(role)[1];
        self.same += u64::from(equal(Role::Prediction) && equal(Role::Confidence));
        let [predicted, other] = cells(Role::Prediction).map(|cell| label(cell).is_some());
        let [actual, their_actual] = cells(Role::Actual);
        let agree = same.holds(actual, their_actual);
        if predicted == other && agree {
            self.comparable.push([mine.1, theirs.1]);
        }
        let losses = (loss(&scored.0, mine.1, task), loss(&scored.1, theirs.1, task));
        let (Some(candidate_loss), Some(baseline_loss)) = losses else { return };
        if !agree {
            self.contradicting += 1;
            self.contradiction.get_or_insert_with(|| {
                format!("id {}: {} and {}", shorten(mine.0.id.get(mine.1)), name_of(actual), name_of(their_actual))
            });
            return;
        }
        self.pairs.push(Pair { candidate: mine.1, baseline: theirs.1, candidate_loss, baseline_loss });
    }

    /// Whether the two models said the same about every common case.
    #[must_use]
    pub fn identical(&self) -> bool {
        !self.common.is_empty() && self.same == self.common.len() as u64
    }
}

fn loss(scored: &Scored<'_>, row: usize, task: Option<Task>) -> Option<f64> {
    match task? {
        Task::Classification => scored.labels(row).map(|(predicted, actual)| f64::from(u8::from(predicted != actual))),
        Task::Regression => scored.numbers(row).map(|(prediction, actual)| math::abs(prediction - actual)),
    }
}
