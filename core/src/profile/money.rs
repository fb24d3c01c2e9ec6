//! What predictions earned: outcomes and P&L of rows, by who decided and which label.
//!
//! Labels are kept apart because only the plan of an analysis knows which of them mean to hold. A log without outcomes and
//! P&L has none of this.

use alloc::{
    borrow::Cow,
    collections::BTreeMap,
    string::{String, ToString},
};

use driftgate_documents::Task;
use serde::{Deserialize, Serialize};

use super::{
    ExactSum, Merge,
    confidence::MAX_LABELS,
    score::{Scored, label},
};
use crate::table::Cell;

/// Whose verdict it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Decider {
    /// The role `prediction`.
    Model,
    /// The role `rule_prediction`.
    Rule,
    /// The role `final_prediction`.
    Final,
}

impl Decider {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Model, Self::Rule, Self::Final];
}

/// How a row came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// `profit`.
    Profit,
    /// `loss`.
    Loss,
    /// `neutral`.
    Neutral,
}

impl Outcome {
    /// Reads the word of a log, in any case; `None` of any other word.
    #[must_use]
    pub fn of(cell: Cell<'_>) -> Option<Self> {
        let known = [("profit", Self::Profit), ("loss", Self::Loss), ("neutral", Self::Neutral)];
        let word = label(cell)?;
        known.into_iter().find(|(name, _)| word.trim().eq_ignore_ascii_case(name)).map(|(_, outcome)| outcome)
    }
}

/// What became of a row: at least one of the two is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Earned {
    /// How it came out.
    pub outcome: Option<Outcome>,
    /// Its P&L in percent.
    pub pnl: Option<f64>,
}

/// What a decider said of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Said<'a> {
    /// A label.
    Label(Cow<'a, str>),
    /// A number of a regressor.
    Number,
}

impl<'a> Said<'a> {
    /// Reads a cell; `None` if nothing was said.
    pub(super) fn of(cell: Cell<'a>, task: Option<Task>) -> Option<Self> {
        match cell {
            Cell::Number(_) if task == Some(Task::Regression) => Some(Self::Number),
            cell => label(cell).map(Self::Label),
        }
    }
}

/// Outcomes and P&L of some rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// Rows with an outcome or a P&L.
    pub rows: u64,
    /// Rows with the outcome `profit`.
    pub profits: u64,
    /// Rows with the outcome `loss`.
    pub losses: u64,
    /// Rows with the outcome `neutral`.
    pub neutral: u64,
    /// Rows with a P&L.
    pub priced: u64,
    /// Of these, rows with a P&L above 0.
    pub gains: u64,
    /// Sum of the P&L, in percent.
    pub pnl: ExactSum,
}

impl Tally {
    fn add(&mut self, earned: &Earned) {
        self.rows += 1;
        match earned.outcome {
            Some(Outcome::Profit) => self.profits += 1,
            Some(Outcome::Loss) => self.losses += 1,
            Some(Outcome::Neutral) => self.neutral += 1,
            None => {}
        }
        if let Some(pnl) = earned.pnl {
            self.priced += 1;
            self.gains += u64::from(pnl > 0.0);
            self.pnl.add(pnl);
        }
    }

    /// Rows with an outcome.
    #[must_use]
    pub const fn outcomes(&self) -> u64 {
        self.profits.saturating_add(self.losses).saturating_add(self.neutral)
    }

    fn is_consistent(&self) -> bool {
        self.outcomes() <= self.rows && self.priced <= self.rows && self.gains <= self.priced
    }
}

impl Merge for Tally {
    fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        self.profits += other.profits;
        self.losses += other.losses;
        self.neutral += other.neutral;
        self.priced += other.priced;
        self.gains += other.gains;
        self.pnl.merge(&other.pnl);
    }
}

/// The rows of one decider by label.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    labels: BTreeMap<String, Tally>,
    /// Rows whose verdict is a number; all rows, once there were more than [`MAX_LABELS`] labels.
    other: Tally,
    too_many: bool,
}

impl Ledger {
    fn add(&mut self, said: &Said<'_>, earned: &Earned) {
        match said {
            Said::Label(label) if !self.too_many => {
                match self.labels.get_mut(label.as_ref()) {
                    Some(tally) => tally.add(earned),
                    None => self.labels.entry(label.to_string()).or_default().add(earned),
                }
                self.bound();
            }
            _ => self.other.add(earned),
        }
    }

    /// Each label with its rows; `None` if there were too many to keep them apart.
    #[must_use]
    pub fn labels(&self) -> Option<&BTreeMap<String, Tally>> {
        (!self.too_many).then_some(&self.labels)
    }

    /// The rows whose verdict is a number.
    #[must_use]
    pub fn numbers(&self) -> Option<&Tally> {
        (!self.too_many).then_some(&self.other)
    }

    /// All rows.
    #[must_use]
    pub fn all(&self) -> Tally {
        let mut all = self.other.clone();
        self.labels.values().for_each(|tally| all.merge(tally));
        all
    }

    fn bound(&mut self) {
        if self.labels.len() > MAX_LABELS || self.too_many {
            self.too_many = true;
            core::mem::take(&mut self.labels).values().for_each(|tally| self.other.merge(tally));
        }
    }

    fn is_consistent(&self, rows: u64) -> bool {
        let tallies = || self.labels.values().chain([&self.other]);
        let counted = tallies().fold(0_u64, |sum, tally| sum.saturating_add(tally.rows));
        self.labels.len() <= MAX_LABELS
            && (self.labels.is_empty() || !self.too_many)
            && (1..=rows).contains(&counted)
            && tallies().all(Tally::is_consistent)
            && self.labels.values().all(|tally| tally.rows > 0)
    }
}

impl Merge for Ledger {
    fn merge(&mut self, other: &Self) {
        self.too_many |= other.too_many;
        for (label, tally) in &other.labels {
            self.labels.entry(label.clone()).or_default().merge(tally);
        }
        self.other.merge(&other.other);
        self.bound();
    }
}

/// Decider -> its rows; one that said nothing of a row with an outcome or P&L is not there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Money(BTreeMap<Decider, Ledger>);

impl Money {
    /// Adds a row, if it has an outcome or a P&L.
    pub fn add(&mut self, columns: &Scored<'_>, row: usize) {
        let Some(earned) = columns.earned(row) else { return };
        for decider in Decider::ALL {
            if let Some(said) = columns.said(decider, row) {
                self.0.entry(decider).or_default().add(&said, &earned);
            }
        }
    }

    /// The rows of each decider.
    pub fn ledgers(&self) -> impl Iterator<Item = (Decider, &Ledger)> {
        self.0.iter().map(|(decider, ledger)| (*decider, ledger))
    }

    /// The rows of one decider.
    #[must_use]
    pub fn ledger(&self, decider: Decider) -> Option<&Ledger> {
        self.0.get(&decider)
    }

    /// Whether the counts can be those of a log of so many rows.
    #[must_use]
    pub fn is_consistent(&self, rows: u64) -> bool {
        self.0.values().all(|ledger| ledger.is_consistent(rows))
    }
}

impl Merge for Money {
    fn merge(&mut self, other: &Self) {
        for (decider, ledger) in &other.0 {
            self.0.entry(*decider).or_default().merge(ledger);
        }
    }
}
