//! Whether ids name rows. A few ids that contradict themselves are slips, and one row of each is kept; where many do, the
//! column names something else (a request, a customer), and every row counts.
//!
//! A small log knows (see `small`); a large one estimates it from the rows of the ids with the smallest hash: which ones these
//! are depends on the set of rows alone, so any split and order gives the same bytes.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Merge, small::IDENTITY};
use crate::{
    hash::{hash, mix},
    table::{Cell, Cells, Table},
};

/// Ids that are looked at: at 1 % of conflicting rows an estimate from so many is off by a third of it.
const IDS: usize = 1_024;

/// The bits of a key that tell the models of an id apart: 48 bits are enough for ids of which so few are kept.
const OF_MODEL: u64 = 0xffff;

/// Different rows of an id that are told apart.
const ROWS: usize = 8;

/// The share of conflicting rows above which an id is no row id. Repeats that were meant as such (a row sent twice, corrected
/// later) stay well below; lists and customers are far above. A comparison trusts no pairs from this share on, either.
const MAX_CONFLICTING: f64 = 0.01;

/// Fewer conflicting rows than these say nothing about all ids.
const MIN_CONFLICTING: u64 = 10;

/// How often ids stand in rows of other contents.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conflicts {
    /// The share of the rows that are not the only ones of their id.
    pub share: f64,
    /// Whether the share is exact; else it is the least it may be, seen from some ids.
    pub exact: bool,
}

impl Conflicts {
    /// Of rows with an id, exact repeats aside; `None` if they are few enough for ids to be row ids.
    pub(super) fn of(conflicting: u64, rows: u64, exact: bool) -> Option<Self> {
        let share = conflicting as f64 / rows.max(1) as f64;
        (conflicting >= MIN_CONFLICTING && share > MAX_CONFLICTING).then_some(Self { share, exact })
    }
}

/// The different rows of the ids with the smallest hash.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowIds {
    /// Hash of an id, the last bits of a model -> hashes of its rows, the smallest; both in order.
    rows: Vec<(u64, Vec<u64>)>,
}

impl RowIds {
    /// Adds rows; those without an id say nothing.
    pub fn update(&mut self, table: &Table) {
        let identity: Vec<Hashes<'_>> = IDENTITY.iter().filter_map(|role| table.role(*role)).map(Hashes::of).collect();
        let mut columns: Option<Vec<(u64, Hashes<'_>)>> = None;
        // Nearly all ids are beyond the last one that is kept.
        let mut last = self.last();
        for row in table.range().filter(|row| !table.id.get(*row).is_empty()) {
            let of_id = hash(table.id.get(row).as_bytes()) | OF_MODEL;
            if of_id > last {
                continue;
            }
            let of_model = identity.iter().fold(0, |key, cells| mix(key ^ cells.at(row).unwrap_or_default()));
            let key = of_id & (of_model | !OF_MODEL);
            let columns = columns.get_or_insert_with(|| {
                let named = table.columns.iter().map(|column| {
                    (mix(hash(column.name.as_bytes()) ^ u64::from(column.role.is_some())), Hashes::of(&column.cells))
                });
                named.collect()
            });
            // A sum: the order of columns does not show, nor does one without a value.
            let contents = columns.iter().fold(mix(table.time[row] as u64), |sum, (name, cells)| {
                sum.wrapping_add(cells.at(row).map_or(0, |value| mix(name ^ value)))
            });
            self.add(key, [contents]);
            last = self.last();
        }
    }

    /// The largest hash that there is room for, whatever the model.
    fn last(&self) -> u64 {
        self.rows.last().filter(|_| self.rows.len() >= IDS).map_or(u64::MAX, |(last, _)| *last | OF_MODEL)
    }

    fn add(&mut self, key: u64, contents: impl IntoIterator<Item = u64>) {
        let place = self.rows.binary_search_by_key(&key, |(known, _)| *known).unwrap_or_else(|place| {
            self.rows.insert(place, (key, Vec::new()));
            place
        });
        let Some((_, rows)) = self.rows.get_mut(place) else { return };
        for contents in contents {
            if let Err(place) = rows.binary_search(&contents) {
                rows.insert(place, contents);
                rows.truncate(ROWS);
            }
        }
        self.rows.truncate(IDS);
    }

    /// How often ids conflict, if too often for row ids.
    #[must_use]
    pub fn conflicts(&self) -> Option<Conflicts> {
        let rows = self.rows.iter().map(|(_, rows)| rows.len() as u64).sum::<u64>();
        Conflicts::of(rows - self.rows.len() as u64, rows, false)
    }

    /// Whether nothing was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether bytes that anyone may have written keep the bounds.
    pub(super) fn is_consistent(&self) -> bool {
        let ordered = |rows: &[u64]| rows.is_sorted_by(|a, b| a < b) && (1..=ROWS).contains(&rows.len());
        self.rows.len() <= IDS
            && self.rows.is_sorted_by(|(a, _), (b, _)| a < b)
            && self.rows.iter().all(|(_, rows)| ordered(rows))
    }
}

impl Merge for RowIds {
    fn merge(&mut self, other: &Self) {
        for (key, contents) in &other.rows {
            if *key <= self.last() {
                self.add(*key, contents.iter().copied());
            }
        }
    }
}

/// Hashes of the cells of a column: of texts once each.
struct Hashes<'a> {
    cells: &'a Cells,
    levels: Vec<u64>,
}

impl<'a> Hashes<'a> {
    fn of(cells: &'a Cells) -> Self {
        Self { cells, levels: cells.levels().iter().map(|level| hash(level.as_bytes())).collect() }
    }

    /// `None` of a missing cell.
    fn at(&self, row: usize) -> Option<u64> {
        match self.cells.get(row) {
            Cell::Missing => None,
            Cell::NonFinite => Some(1),
            Cell::Other => Some(2),
            Cell::Number(value) => Some(mix((value + 0.0).to_bits())),
            Cell::Text(_) => self.levels.get(self.cells.values()[row] as usize).copied(),
        }
    }
}
