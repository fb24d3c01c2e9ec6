//! The rows kept whole in a large log: those of the 100,000 ids with the smallest hash.
//!
//! Two logs of the same cases keep the *same* ids, so models can be paired, whatever order, split or worker count.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::{Error, hash::hash, table::Table};

/// Ids that are kept.
pub const MAX_CASES: usize = 100_000;

/// A sample of rows by id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cases {
    /// Rows of ids whose hash is at most this are kept.
    threshold: u64,
    rows: Table,
}

impl Default for Cases {
    fn default() -> Self {
        Self { threshold: u64::MAX, rows: Table::default() }
    }
}

impl Cases {
    /// Adds rows; rows without an id cannot be paired and are left out.
    pub fn update(&mut self, table: &Table) {
        let kept = |row: &usize| {
            let id = table.id.get(*row);
            !id.is_empty() && hash(id.as_bytes()) <= self.threshold
        };
        let rows: Vec<usize> = table.range().filter(kept).collect();
        self.rows.append_rows(table, rows.iter().copied());
        // Cutting sorts, so it waits until there is a quarter too many.
        if self.rows.rows() > MAX_CASES + MAX_CASES / 4 {
            self.cut();
        }
    }

    /// Adds another sample.
    pub fn merge(&mut self, other: &Self) {
        self.threshold = self.threshold.min(other.threshold);
        self.update(&other.rows);
        self.cut();
    }

    fn cut(&mut self) {
        let mut hashes: Vec<u64> = self.rows.range().map(|row| hash(self.rows.id.get(row).as_bytes())).collect();
        let of_row = hashes.clone();
        hashes.sort_unstable();
        hashes.dedup();
        if let Some(first_out) = hashes.get(MAX_CASES) {
            self.threshold = self.threshold.min(first_out - 1);
        }
        let kept: Vec<usize> = self.rows.range().filter(|row| of_row[*row] <= self.threshold).collect();
        if kept.len() < self.rows.rows() {
            self.rows = self.rows.select(&kept);
        }
    }

    /// The sample with its rows in canonical order.
    #[must_use]
    pub fn canonical(mut self) -> Self {
        self.cut();
        Self { threshold: self.threshold, rows: self.rows.canonical() }
    }

    /// The largest hash of an id up to which all ids are kept.
    #[must_use]
    pub const fn up_to(&self) -> u64 {
        self.threshold
    }

    /// The rows.
    #[must_use]
    pub fn into_rows(self) -> Table {
        self.rows
    }

    /// Whether nothing was ever kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.rows() == 0 && self.threshold == u64::MAX
    }

    /// Checks what came from bytes that anyone may have written.
    ///
    /// # Errors
    /// If the rows are inconsistent.
    pub fn validate(&mut self) -> Result<(), Error> {
        self.rows.validate()
    }
}
