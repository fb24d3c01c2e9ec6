//! A bounded summary of a numeric column: exact while small, and the same bytes for the same values in any order.
//!
//! A finite f64 maps to a u64 of the same order. Up to 16,384 distinct values are kept exactly, with counts. Beyond
//! that the fewest low bits are dropped that leave at most 4,096 prefixes; a cell is what shares a prefix, and keeps
//! its smallest and largest value and its count. A value that alone fills its cell (an atom) stays exact. Bits dropped
//! depend on the set of values alone, so any split, order and merge tree agree; a random sketch cannot promise that.
//! Written down, the ends of a cell within the range are moved outward to one of 128 places in it, which halves the bytes;
//! a merge of what was moved is the moved merge, so it cannot show where a profile was written on the way.
//!
//! Limits: finite values only; -0 counts as 0. A tight cluster inside very wide tails, or a frequent value in the midst
//! of a continuum (a cap, a default), can fill one cell: [`ValueHistogram::rank_error`] is measured, and whoever shows
//! a number that rests on a histogram carries it along. Frequent zeros are no such case: nothing is near 0 in bits.

mod groups;
mod index;

use alloc::{borrow::Cow, vec::Vec};

pub(crate) use groups::{Group, Groups};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use self::index::Index;
use crate::math::floor;

/// More distinct values than this are summarised.
pub const MAX_DISTINCT: usize = 16_384;
/// Cells of a summary.
pub const MAX_CELLS: usize = 4_096;

/// Bits that tell where in its cell an end lies, once it is written down.
const END_BITS: u32 = 7;

/// A statistic that summarising may have moved by a larger share of the ranks than this is not given.
pub const MAX_RANK_ERROR: f64 = 0.01;
/// Values kept at least before they are sorted in.
const MAX_PENDING: usize = 4_096;
/// Counts must fit a number of JavaScript.
const MAX_COUNT: u64 = 1 << 53;
const SIGN: u64 = 1 << 63;

/// Values close to each other, or one value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// The smallest value.
    pub min: f64,
    /// The largest value; equal to `min` in an atom.
    pub max: f64,
    /// How many values, at least 1.
    pub count: u64,
}

impl Cell {
    /// Whether all its values are equal.
    #[must_use]
    pub fn is_atom(&self) -> bool {
        self.min == self.max
    }

    /// The one value, or what lies halfway between the ends.
    pub(crate) fn middle(&self) -> f64 {
        if self.is_atom() { self.min } else { 0.5 * self.min + 0.5 * self.max }
    }

    fn join(&mut self, other: &Self) {
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.count += other.count;
    }

    /// The value at a rank in [0, count - 1]: exact at both ends, evenly spread between.
    fn at_rank(&self, rank: u64) -> f64 {
        if rank == 0 || self.is_atom() {
            return self.min;
        }
        if rank + 1 >= self.count {
            return self.max;
        }
        between(self.min, self.max, rank as f64 / (self.count - 1) as f64).clamp(self.min, self.max)
    }

    /// How many values are at most `x`: exact at and beyond both ends, evenly spread between.
    pub(crate) fn at_most(&self, x: f64) -> f64 {
        if x >= self.max {
            return self.count as f64;
        }
        if x < self.min {
            return 0.0;
        }
        // Halves, so that the width of a cell cannot leave f64.
        let inside = (0.5 * x - 0.5 * self.min) / (0.5 * self.max - 0.5 * self.min);
        1.0 + inside * (self.count - 1) as f64
    }
}

/// A value between two, as numpy interpolates; without overflow for values far apart.
fn between(low: f64, high: f64, t: f64) -> f64 {
    let width = high - low;
    if width.is_infinite() {
        return low * (1.0 - t) + high * t;
    }
    if t < 0.5 { low + width * t } else { high - width * (1.0 - t) }
}

/// A u64 of the same order as a finite f64; -0 becomes 0.
#[inline]
fn key_of(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

/// The value of a key.
fn value_of(key: u64) -> f64 {
    f64::from_bits(if key & SIGN == 0 { !key } else { key ^ SIGN })
}

/// How often each value occurred, exactly or in cells.
///
/// New values wait in a buffer; every question is answered as if there were none.
#[derive(Clone, Debug, Default)]
pub struct ValueHistogram {
    /// Low bits of a key that do not tell cells apart; 0 while exact.
    dropped: u32,
    /// Ascending and disjoint.
    cells: Vec<Cell>,
    /// Keys not yet sorted in.
    pending: Vec<u64>,
    /// Where the cell of a prefix is, once it is worth knowing.
    index: Index,
}

impl ValueHistogram {
    /// No values.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The histogram of some finite values.
    #[must_use]
    pub fn from_values(values: &[f64]) -> Self {
        let mut histogram = Self::new();
        histogram.extend(values);
        histogram.settle();
        histogram
    }

    /// The histogram of some finite values, each kept exactly, however many there are. Not to be added to.
    #[must_use]
    pub fn exactly(mut values: Vec<f64>) -> Self {
        values.sort_unstable_by(f64::total_cmp);
        let mut cells: Vec<Cell> = Vec::new();
        for value in values {
            push_cell(&mut cells, &Cell { min: value + 0.0, max: value + 0.0, count: 1 }, 0);
        }
        Self { cells, ..Self::default() }
    }

    /// Adds a finite value. NaN and infinities are ignored: who calls has counted them elsewhere.
    #[inline]
    pub fn push(&mut self, value: f64) {
        if !value.is_finite() {
            return;
        }
        let key = key_of(value);
        let prefix = key >> self.dropped;
        let holds = |place: usize| self.cells.get(place).is_some_and(|cell| key_of(cell.min) >> self.dropped == prefix);
        if let Some(cell) = self.index.find(prefix, holds).and_then(|place| self.cells.get_mut(place)) {
            cell.count += 1;
            // Seldom once a cell has seen a few values.
            if value < cell.min {
                cell.min = value + 0.0;
            } else if value > cell.max {
                cell.max = value + 0.0;
            }
            return;
        }
        self.pending.push(key);
        // As many as there are cells, so that sorting in costs each value the same.
        if self.pending.len() >= MAX_PENDING.max(self.cells.len()) {
            self.settle();
            // Where most values fall into a cell that is there, it is found without sorting.
            let values = self.len();
            if values >= 4 * self.cells.len() as u64 {
                self.index = Index::of(self.cells.iter().map(|cell| key_of(cell.min) >> self.dropped));
            }
        }
    }

    /// Adds finite values.
    pub fn extend(&mut self, values: &[f64]) {
        values.iter().for_each(|value| self.push(*value));
    }

    /// Sorts in what waits. Never needed for a right answer, only to make many questions fast.
    pub fn settle(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        self.pending.sort_unstable();
        let mut new: Vec<Cell> = Vec::new();
        let mut last = None;
        for key in &self.pending {
            let prefix = key >> self.dropped;
            let cell = Cell { min: value_of(*key), max: value_of(*key), count: 1 };
            match new.last_mut() {
                Some(open) if last == Some(prefix) => open.join(&cell),
                _ => new.push(cell),
            }
            last = Some(prefix);
        }
        self.pending.clear();
        self.join(&new);
    }

    /// Adds another histogram. The result is that of all values together.
    pub fn merge(&mut self, other: &Self) {
        self.settle();
        let other = other.settled();
        self.coarsen(other.dropped);
        if other.dropped == self.dropped {
            self.join(&other.cells);
        } else {
            let mut coarser = other.into_owned();
            coarser.coarsen(self.dropped);
            self.join(&coarser.cells);
        }
    }

    /// Merges in ascending cells of the same coarseness.
    fn join(&mut self, new: &[Cell]) {
        let old = core::mem::take(&mut self.cells);
        let mut merged = Vec::with_capacity(old.len() + new.len());
        let (mut a, mut b) = (old.iter().peekable(), new.iter().peekable());
        loop {
            let cell = match (a.peek(), b.peek()) {
                (Some(x), Some(y)) if x.min <= y.min => a.next(),
                (_, Some(_)) => b.next(),
                (_, None) => a.next(),
            };
            let Some(cell) = cell else { break };
            push_cell(&mut merged, cell, self.dropped);
        }
        self.cells = merged;
        self.index = Index::default();
        self.bound();
    }

    /// Drops the fewest bits that bring the number of cells within its bound.
    fn bound(&mut self) {
        let limit = if self.dropped == 0 { MAX_DISTINCT } else { MAX_CELLS };
        if self.cells.len() > limit {
            self.coarsen(fewest_dropped(&self.cells));
        }
    }

    /// Tells keys apart by their prefix without `dropped` low bits.
    fn coarsen(&mut self, dropped: u32) {
        if dropped <= self.dropped {
            return;
        }
        self.dropped = dropped;
        self.index = Index::default();
        let old = core::mem::take(&mut self.cells);
        old.iter().for_each(|cell| push_cell(&mut self.cells, cell, dropped));
    }

    /// Moves the ends of cells outward, to multiples of the 128th part of a cell; not those of atoms, nor the smallest and the
    /// largest value of all.
    pub(crate) fn round(&mut self) {
        self.settle();
        let unit = self.dropped.saturating_sub(END_BITS);
        let below = (1_u64 << unit) - 1;
        let last = self.cells.len().wrapping_sub(1);
        for (place, cell) in self.cells.iter_mut().enumerate().filter(|(_, cell)| !cell.is_atom()) {
            if place > 0 {
                cell.min = value_of(key_of(cell.min) & !below);
            }
            if place < last {
                cell.max = value_of(key_of(cell.max) | below);
            }
        }
    }

    /// This histogram with nothing waiting.
    fn settled(&self) -> Cow<'_, Self> {
        if self.pending.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut settled = self.clone();
        settled.settle();
        Cow::Owned(settled)
    }

    /// Number of values.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.cells.iter().map(|cell| cell.count).sum::<u64>() + self.pending.len() as u64
    }

    /// Whether there are no values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty() && self.pending.is_empty()
    }

    /// Whether every distinct value is kept.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.settled().dropped == 0
    }

    /// The share of values, in [0, 1], in the largest cell that is not an atom: how far a rank read here may be off.
    #[must_use]
    pub fn rank_error(&self) -> f64 {
        let settled = self.settled();
        let largest = settled.cells.iter().filter(|cell| !cell.is_atom()).map(|cell| cell.count).max();
        largest.map_or(0.0, |count| count as f64 / settled.len() as f64)
    }

    /// The cells, in ascending order.
    #[must_use]
    pub fn cells(&self) -> Cow<'_, [Cell]> {
        match self.settled() {
            Cow::Borrowed(settled) => Cow::Borrowed(&settled.cells),
            Cow::Owned(settled) => Cow::Owned(settled.cells),
        }
    }

    /// The smallest value, if any.
    #[must_use]
    pub fn min(&self) -> Option<f64> {
        self.cells().first().map(|cell| cell.min)
    }

    /// The largest value, if any.
    #[must_use]
    pub fn max(&self) -> Option<f64> {
        self.cells().last().map(|cell| cell.max)
    }

    /// The quantiles at some `q` in [0, 1], by linear interpolation between ranks, as numpy; empty without values.
    #[must_use]
    pub fn quantiles(&self, q: &[f64]) -> Vec<f64> {
        let (cells, len) = (self.cells(), self.len());
        q.iter().filter_map(|q| quantile_of(&cells, len, *q)).collect()
    }

    /// The quantile at `q` in [0, 1], by linear interpolation between ranks, as numpy; `None` without values.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<f64> {
        quantile_of(&self.cells(), self.len(), q)
    }

    /// The value at a rank in ascending order, counted from 0; `None` beyond the last.
    #[must_use]
    pub(crate) fn value_at(&self, rank: u64) -> Option<f64> {
        value_at(&self.cells(), rank)
    }

    /// How many values lie outside [`low`, `high`]: at least and at most; equal unless a cell that is not an atom lies
    /// across an end.
    #[must_use]
    pub fn outside(&self, low: f64, high: f64) -> (u64, u64) {
        let count = |cell: &Cell| match (cell.min < low, cell.max > high) {
            _ if cell.max < low || cell.min > high => (cell.count, cell.count),
            (false, false) => (0, 0),
            _ => (0, cell.count),
        };
        self.cells().iter().map(count).fold((0, 0), |sum, (least, most)| (sum.0 + least, sum.1 + most))
    }

    /// The share of values, in [0, 1], that are at most `x`; `None` without values.
    #[must_use]
    pub fn share_at_most(&self, x: f64) -> Option<f64> {
        let cells = self.cells();
        (!cells.is_empty()).then(|| Ranks::new(&cells).at_most(x) / self.len() as f64)
    }
}

/// Appends a cell, or joins it to the last one if they share a prefix.
fn push_cell(cells: &mut Vec<Cell>, cell: &Cell, dropped: u32) {
    match cells.last_mut() {
        Some(last) if key_of(last.min) >> dropped == key_of(cell.min) >> dropped => last.join(cell),
        _ => cells.push(*cell),
    }
}

/// The fewest low bits without which at most `MAX_CELLS` prefixes are left.
fn fewest_dropped(cells: &[Cell]) -> u32 {
    // Neighbours are told apart as long as the highest bit in which they differ is kept.
    let mut boundaries = [0_usize; 65];
    for pair in cells.windows(2) {
        let differ = key_of(pair[0].max) ^ key_of(pair[1].min);
        boundaries[64 - differ.leading_zeros() as usize] += 1;
    }
    let mut prefixes = cells.len();
    let mut dropped = 0;
    while prefixes > MAX_CELLS && dropped < 63 {
        dropped += 1;
        prefixes -= boundaries[dropped];
    }
    dropped as u32
}

fn quantile_of(cells: &[Cell], len: u64, q: f64) -> Option<f64> {
    let last = len.checked_sub(1)?;
    let place = q.clamp(0.0, 1.0) * last as f64;
    let rank = (floor(place) as u64).min(last);
    let low = value_at(cells, rank)?;
    let high = value_at(cells, (rank + 1).min(last))?;
    Some(between(low, high, place - rank as f64))
}

/// The value at a rank, counted from 0.
fn value_at(cells: &[Cell], rank: u64) -> Option<f64> {
    let mut below = 0;
    for cell in cells {
        if rank < below + cell.count {
            return Some(cell.at_rank(rank - below));
        }
        below += cell.count;
    }
    None
}

/// How many values are at most x, for questions in ascending order: one walk over the cells for all of them.
pub(crate) struct Ranks<'a> {
    cells: &'a [Cell],
    below: u64,
}

impl<'a> Ranks<'a> {
    pub(crate) fn new(cells: &'a [Cell]) -> Self {
        Self { cells, below: 0 }
    }

    /// The number of values <= `x`; no `x` may be smaller than the one before. Whole where no cell is cut.
    pub(crate) fn at_most(&mut self, x: f64) -> f64 {
        while let Some((first, rest)) = self.cells.split_first() {
            if first.max > x {
                return self.below as f64 + first.at_most(x);
            }
            self.below += first.count;
            self.cells = rest;
        }
        self.below as f64
    }
}

/// Equal are those that are written alike.
impl PartialEq for ValueHistogram {
    fn eq(&self, other: &Self) -> bool {
        let [a, b] = [self, other].map(|histogram| {
            let mut rounded = histogram.clone();
            rounded.round();
            (rounded.dropped, rounded.cells)
        });
        a == b
    }
}

/// The canonical form.
#[derive(Serialize, Deserialize)]
enum Written {
    /// Per value the gap to the key before, and its count.
    Exact(Vec<(u64, u64)>),
    /// How many bits were dropped, and the cells.
    Cells(u32, Vec<WrittenCell>),
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct WrittenCell {
    /// From the prefix of the cell before; of the first cell the prefix itself.
    gap: u64,
    /// Where the smallest value lies in the cell: all dropped bits of an atom and of the first cell, else the upper [`END_BITS`].
    low: u64,
    /// How far the largest lies above that, and one more; in all bits in the first and the last cell. 0 of an atom.
    width: u64,
    count: u64,
}

impl ValueHistogram {
    fn written(&self) -> Written {
        let mut rounded = self.clone();
        rounded.round();
        let (cells, dropped) = (&rounded.cells, rounded.dropped);
        let mut before = 0;
        if dropped == 0 {
            let write =
                |cell: &Cell| (key_of(cell.min) - core::mem::replace(&mut before, key_of(cell.min)), cell.count);
            return Written::Exact(cells.iter().map(write).collect());
        }
        let write = |(place, cell): (usize, &Cell)| {
            let (min, max) = (key_of(cell.min), key_of(cell.max));
            let prefix = min >> dropped;
            let unit = unit_of(place, cells.len(), dropped);
            let low = (min & ((1 << dropped) - 1)) >> if cell.is_atom() { 0 } else { unit };
            let width = if cell.is_atom() { 0 } else { ((max - min) >> unit) + 1 };
            WrittenCell { gap: prefix - core::mem::replace(&mut before, prefix), low, width, count: cell.count }
        };
        Written::Cells(dropped, cells.iter().enumerate().map(write).collect())
    }
}

/// How many low bits of the ends of a cell that is no atom are not written.
const fn unit_of(place: usize, cells: usize, dropped: u32) -> u32 {
    if place == 0 || place + 1 == cells { 0 } else { dropped.saturating_sub(END_BITS) }
}

impl Serialize for ValueHistogram {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.written().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ValueHistogram {
    /// Refuses what `serialize` would not have written: the bytes may be anyone's.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        let read = match &written {
            Written::Exact(values) => read_values(values),
            Written::Cells(dropped, cells) => read_cells(*dropped, cells),
        };
        let total = |read: &Self| read.cells.iter().try_fold(0_u64, |sum, cell| sum.checked_add(cell.count));
        read.filter(|read| total(read).is_some_and(|total| total <= MAX_COUNT))
            .ok_or_else(|| D::Error::custom("a value histogram is not in its canonical form"))
    }
}

fn read_values(written: &[(u64, u64)]) -> Option<ValueHistogram> {
    let mut cells: Vec<Cell> = Vec::with_capacity(written.len());
    let mut last = 0_u64;
    for (gap, count) in written {
        let key = last.checked_add(*gap).filter(|key| is_key(*key) && *count > 0)?;
        if *gap == 0 && !cells.is_empty() {
            return None;
        }
        cells.push(Cell { min: value_of(key), max: value_of(key), count: *count });
        last = key;
    }
    (cells.len() <= MAX_DISTINCT).then_some(ValueHistogram { cells, ..ValueHistogram::default() })
}

fn read_cells(dropped: u32, written: &[WrittenCell]) -> Option<ValueHistogram> {
    if written.len() > MAX_CELLS || !(1..=63).contains(&dropped) {
        return None;
    }
    let mut cells: Vec<Cell> = Vec::with_capacity(written.len());
    let (mut prefix, mut total) = (0_u64, 0_u64);
    for (place, cell) in written.iter().enumerate() {
        if place > 0 && cell.gap == 0 {
            return None;
        }
        prefix = prefix.checked_add(cell.gap).filter(|prefix| *prefix <= u64::MAX >> dropped)?;
        let unit = if cell.width == 0 { 0 } else { unit_of(place, written.len(), dropped) };
        let bits = dropped - unit;
        let fits = |end: u64| end < 1 << bits;
        let high = cell.low.checked_add(cell.width.saturating_sub(1)).filter(|high| fits(*high))?;
        let end = |part: u64, below: u64| (prefix << dropped) | (part << unit) | below;
        let (min, max) = (end(cell.low, 0), end(high, (1 << unit) - 1));
        // An atom has no width, and anything else two values at least, and so two ends.
        let values = if cell.width == 0 { cell.count > 0 } else { cell.count > 1 && min < max };
        total = total.checked_add(cell.count)?;
        if !(values && is_key(min) && is_key(max)) {
            return None;
        }
        cells.push(Cell { min: value_of(min), max: value_of(max), count: cell.count });
    }
    let fewest = total > MAX_DISTINCT as u64 && needs(&cells, dropped);
    fewest.then_some(ValueHistogram { dropped, cells, ..ValueHistogram::default() })
}

/// Whether a key is that of a finite value, and not that of -0.
fn is_key(key: u64) -> bool {
    let value = value_of(key);
    value.is_finite() && key_of(value) == key
}

/// Whether one dropped bit less would leave too many prefixes; the ends of a cell show both of its halves.
fn needs(cells: &[Cell], dropped: u32) -> bool {
    let halves = |cell: &Cell| 1 + usize::from((key_of(cell.min) ^ key_of(cell.max)) >> (dropped - 1) != 0);
    cells.iter().map(halves).sum::<usize>() > MAX_CELLS
}

#[cfg(test)]
mod tests;
