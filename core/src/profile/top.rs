//! The first rows under a total order: the worst predictions, the latest ones.

use alloc::vec::Vec;
use core::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::{Settings, score::Scored};
use crate::{
    Error,
    order::StableOrder,
    table::{NO_TIME, Table},
};

/// What comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Order {
    /// The most wrong one; rows that are right, or unknown, are left out.
    #[default]
    Worst,
    /// The latest one; rows without a time come last.
    Recent,
}

/// The first `limit` rows, with all their columns. Ties go by time, id and content, so the order rows come in is irrelevant.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Top {
    order: Order,
    limit: u32,
    #[serde(serialize_with = "super::canonical::listed")]
    rows: Table,
    /// How wrong each row is (or 0).
    scores: Vec<f64>,
}

impl PartialEq for Top {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order && self.scores == other.scores
    }
}

impl Top {
    /// The worst 1,000 predictions.
    #[must_use]
    pub fn worst() -> Self {
        Self { order: Order::Worst, limit: 1000, ..Self::default() }
    }

    /// The latest 100 predictions.
    #[must_use]
    pub fn recent() -> Self {
        Self { order: Order::Recent, limit: 100, ..Self::default() }
    }

    /// Adds rows.
    pub fn update(&mut self, settings: &Settings, table: &Table) {
        let scored = Scored::of(table, settings.task);
        let wrongness = |row: usize| scored.wrongness(row).unwrap_or(0.0);
        let limit = self.limit as usize;
        let rows = match self.order {
            Order::Worst => {
                let least = if self.is_full() { self.least() } else { 0.0 };
                let wrong = table.range().map(|row| (wrongness(row), row));
                let found = wrong.filter(|(score, _)| *score > 0.0 && *score >= least).collect();
                first_of(found, limit, |a, b| b.total_cmp(a))
            }
            Order::Recent => {
                let oldest = if self.is_full() { self.oldest() } else { NO_TIME };
                let timed = table.range().map(|row| (table.time[row], row));
                first_of(timed.filter(|(time, _)| *time >= oldest).collect(), limit, |a, b| b.cmp(a))
            }
        };
        if rows.is_empty() {
            return;
        }
        self.scores.extend(rows.iter().map(|row| wrongness(*row)));
        self.rows.append_rows(table, rows.iter().copied());
        self.cut();
    }

    /// Adds the rows of another list of the same order.
    pub fn merge(&mut self, other: &Self) {
        self.rows.append(&other.rows);
        self.scores.extend_from_slice(&other.scores);
        self.cut();
    }

    /// The rows, first ones first, each with how wrong it is.
    #[must_use]
    pub fn rows(&self) -> (&Table, &[f64]) {
        (&self.rows, &self.scores)
    }

    /// The most rows it holds.
    #[must_use]
    pub fn limit(&self) -> u64 {
        self.limit.into()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scores.is_empty()
    }

    fn is_full(&self) -> bool {
        self.scores.len() >= self.limit as usize
    }

    fn least(&self) -> f64 {
        self.scores.last().copied().unwrap_or(0.0)
    }

    fn oldest(&self) -> i64 {
        self.rows.time.last().copied().unwrap_or(NO_TIME)
    }

    fn cut(&mut self) {
        // Columns in one order, so that content compares the same wherever the rows came from.
        self.rows.columns.order_by(|a, b| (a.role, &a.name).cmp(&(b.role, &b.name)));
        let mut order: Vec<usize> = self.rows.range().collect();
        order.order_by(|a, b| self.compare(*a, *b));
        order.truncate(self.limit as usize);
        self.scores = order.iter().map(|row| self.scores[*row]).collect();
        self.rows = self.rows.select(&order);
    }

    fn compare(&self, a: usize, b: usize) -> Ordering {
        let first = match self.order {
            Order::Worst => self.scores[b].total_cmp(&self.scores[a]),
            Order::Recent => self.rows.time[b].cmp(&self.rows.time[a]),
        };
        first.then_with(|| self.rows.compare(a, b))
    }

    /// Checks what came from bytes that anyone may have written: whether it is a list such as `like`.
    ///
    /// # Errors
    /// If the parts disagree.
    pub fn validate(&mut self, like: &Self) -> Result<(), Error> {
        self.rows.validate()?;
        let same_list =
            self.order == like.order && self.limit == like.limit && self.scores.len() <= like.limit as usize;
        if same_list && self.scores.len() == self.rows.rows() && self.scores.iter().all(|score| score.is_finite()) {
            return Ok(());
        }
        Err(Error::input("profile: the list of worst or latest rows is inconsistent; it was altered or cut"))
    }
}

/// The first `limit` rows, in any order, and all that are tied with the last of them: a batch may hold many more than can stay.
fn first_of<K: Copy>(mut found: Vec<(K, usize)>, limit: usize, compare: impl Fn(&K, &K) -> Ordering) -> Vec<usize> {
    if let Some(last) = limit.checked_sub(1).filter(|last| *last < found.len()) {
        let last = found.select_nth_unstable_by(last, |a, b| compare(&a.0, &b.0)).1.0;
        found.retain(|(key, _)| compare(key, &last).is_le());
    }
    found.into_iter().map(|(_, row)| row).collect()
}
