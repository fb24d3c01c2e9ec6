//! The log over time, in at most 512 buckets: hours, days, weeks or four weeks, the finest that fits.
//!
//! Which resolution fits is decided by the union of all rows and only ever coarsens, so it does not depend on the order
//! in which rows or parts arrive. Days are calendar days of the schema's time zone; weeks begin on Monday.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec::Vec,
};

use serde::{Deserialize, Serialize};

use super::{
    BoundedMap, ColumnKey, ExactSum, LabelledConfidence, Merge, Residuals, Score,
    score::{Scored, label},
};
use crate::{
    order::IntoOrdered,
    table::{Cell, Cells, Kind, NO_TIME},
};

/// The most buckets before the resolution coarsens.
pub const MAX_BUCKETS: usize = 512;

/// The most texts of a column that are counted per bucket; a column with more has no shares over time.
pub const MAX_SHARES: usize = 32;

/// The most regimes that are counted per bucket, those with the smallest hash.
pub const MAX_REGIMES: usize = 256;

/// How long a bucket is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Resolution {
    /// One hour.
    #[default]
    Hour,
    /// One day.
    Day,
    /// Seven days, from Monday.
    Week,
    /// Four weeks.
    FourWeeks,
}

impl Resolution {
    /// The next coarser one.
    #[must_use]
    pub const fn coarser(self) -> Option<Self> {
        match self {
            Self::Hour => Some(Self::Day),
            Self::Day => Some(Self::Week),
            Self::Week => Some(Self::FourWeeks),
            Self::FourWeeks => None,
        }
    }

    /// The bucket of a time in nanoseconds, `offset` seconds east of UTC.
    #[must_use]
    pub const fn bucket(self, time: i64, offset: i64) -> i64 {
        if time == NO_TIME {
            return NO_TIME;
        }
        let hour = (time.div_euclid(1_000_000_000) + offset).div_euclid(3600);
        Self::Hour.coarsen(hour, self)
    }

    /// The bucket of each time: one look at the clock for all that follow each other within an hour.
    #[must_use]
    pub fn buckets(self, times: &[i64], offset: i64) -> Vec<i64> {
        let (mut hour, mut bucket) = (0..0, NO_TIME);
        let of_time = |time: &i64| {
            if !hour.contains(time) {
                bucket = self.bucket(*time, offset);
                // A bucket is made of whole hours. The time that stands for none is in no hour.
                let second = time.div_euclid(1_000_000_000);
                let start = second - (second + offset).rem_euclid(3600);
                let in_ns = |second: i64| second.saturating_mul(1_000_000_000);
                hour = if *time == NO_TIME { 0..0 } else { in_ns(start)..in_ns(start + 3600) };
            }
            bucket
        };
        times.iter().map(of_time).collect()
    }

    /// The bucket at resolution `to` that holds `bucket`.
    #[must_use]
    pub const fn coarsen(self, bucket: i64, to: Self) -> i64 {
        if bucket == NO_TIME {
            return NO_TIME;
        }
        match (self, to) {
            (Self::Hour, Self::Hour) => bucket,
            (Self::Hour, _) => Self::Day.coarsen(bucket.div_euclid(24), to),
            // Day 0 was a Thursday: three days later the weeks begin on Monday.
            (Self::Day, Self::Week | Self::FourWeeks) => Self::Week.coarsen((bucket + 3).div_euclid(7), to),
            (Self::Week, Self::FourWeeks) => bucket.div_euclid(4),
            _ => bucket,
        }
    }

    /// The first day of a bucket, counted from 1970-01-01.
    #[must_use]
    pub const fn first_day(self, bucket: i64) -> i64 {
        match self {
            Self::Hour => bucket.div_euclid(24),
            Self::Day => bucket,
            Self::Week => bucket * 7 - 3,
            Self::FourWeeks => bucket * 28 - 3,
        }
    }

    /// What one bucket is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::FourWeeks => "four-week span",
        }
    }
}

/// One column in one bucket.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    /// Cells with a finite number.
    pub numbers: u64,
    /// Cells with text.
    pub texts: u64,
    /// Sum of the numbers.
    pub sum: ExactSum,
    /// Sum of their squares.
    pub squares: ExactSum,
    /// Text -> cells; empty once there were more than [`MAX_SHARES`] texts.
    pub shares: BTreeMap<String, u64>,
    /// Whether there were too many texts to count.
    pub too_many: bool,
}

impl Moments {
    fn add_text(&mut self, text: &str) {
        self.texts += 1;
        if let Some(count) = self.shares.get_mut(text) {
            *count += 1;
        } else if !self.too_many {
            self.shares.insert(text.into(), 1);
            self.bound();
        }
    }

    /// Adds finite numbers.
    pub(super) fn add_numbers(&mut self, values: &[f64]) {
        self.numbers += values.len() as u64;
        ExactSum::add_values_and_squares(&mut self.sum, &mut self.squares, values);
    }

    fn bound(&mut self) {
        self.too_many |= self.shares.len() > MAX_SHARES;
        if self.too_many {
            self.shares.clear();
        }
    }
}

impl Merge for Moments {
    fn merge(&mut self, other: &Self) {
        self.numbers += other.numbers;
        self.texts += other.texts;
        self.sum.merge(&other.sum);
        self.squares.merge(&other.squares);
        self.too_many |= other.too_many;
        for (text, count) in &other.shares {
            *self.shares.entry(text.clone()).or_default() += count;
        }
        self.bound();
    }
}

/// The rows of one bucket.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    /// How well the predictions did.
    pub score: Score,
    /// The errors of a regressor with their sign. Only days need them: a segment's score goes without.
    pub residuals: Residuals,
    /// The confidences of a classifier by predicted label, from which its performance is estimated without actuals.
    pub confidence: LabelledConfidence,
    /// Regime -> rows; a log whose regimes are data keeps [`MAX_REGIMES`] of them.
    pub regimes: BoundedMap<u64, MAX_REGIMES>,
}

impl Bucket {
    /// The regime most rows are in; on a tie the later name.
    #[must_use]
    pub fn regime(&self) -> Option<&str> {
        self.regimes.by_text().into_iter().max_by_key(|(name, rows)| (**rows, *name)).map(|(name, _)| name)
    }

    /// Adds rows, but for their regimes.
    pub fn add(&mut self, columns: &Scored<'_>, rows: &[usize]) {
        self.score.add(columns, rows);
        self.residuals.add(columns, rows);
        rows.iter().filter_map(|row| columns.trust(*row)).for_each(|trust| self.confidence.add(&trust));
    }

    /// Counts the regime of `rows` rows.
    pub fn add_regime(&mut self, cell: Cell<'_>, rows: u64) {
        if let Some(name) = label(cell) {
            *self.regimes.slot(&name) += rows;
        }
    }

    fn merge(&mut self, other: &Self) {
        self.score.merge(&other.score);
        self.residuals.merge(&other.residuals);
        self.confidence.merge(&other.confidence);
        self.regimes.merge(&other.regimes);
    }
}

/// One model over time. Rows without a time are in the bucket [`NO_TIME`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// Bucket -> its rows.
    pub buckets: BTreeMap<i64, Bucket>,
    /// Column -> bucket -> its cells.
    pub columns: BTreeMap<ColumnKey, BTreeMap<i64, Moments>>,
}

impl Timeline {
    /// Adds the cells of one column; `bucket_of` says where each row belongs.
    pub fn update(&mut self, key: &ColumnKey, cells: &Cells, rows: &[usize], bucket_of: &[i64]) {
        if !self.columns.contains_key(key) {
            self.columns.insert(key.clone(), BTreeMap::new());
        }
        let Some(buckets) = self.columns.get_mut(key) else { return };
        let (kinds, values) = (cells.kinds(), cells.values());
        let has_texts = !cells.levels().is_empty();
        let mut numbers = Vec::new();
        for run in rows.chunk_by(|a, b| bucket_of[*a] == bucket_of[*b]) {
            numbers.clear();
            for row in run {
                if let (Some(Kind::Number), Some(value)) = (kinds.get(*row), values.get(*row)) {
                    numbers.push(*value);
                }
            }
            let of_texts = if has_texts { run } else { &[] };
            let mut texts = of_texts.iter().filter_map(|row| cells.text(*row)).peekable();
            // A bucket without a value is not there: whether other buckets of a batch have values must not show.
            if numbers.is_empty() && texts.peek().is_none() {
                continue;
            }
            let moments = buckets.entry(bucket_of[run[0]]).or_default();
            moments.add_numbers(&numbers);
            texts.for_each(|text| moments.add_text(text));
        }
    }

    /// Adds another timeline at the same resolution.
    pub fn merge(&mut self, other: &Self) {
        for (bucket, rows) in &other.buckets {
            self.buckets.entry(*bucket).or_default().merge(rows);
        }
        for (key, buckets) in &other.columns {
            let mine = self.columns.entry(key.clone()).or_default();
            buckets.iter().for_each(|(bucket, moments)| mine.entry(*bucket).or_default().merge(moments));
        }
    }

    /// The same timeline at a coarser resolution.
    #[must_use]
    pub fn coarsened(&self, from: Resolution, to: Resolution) -> Self {
        let mut coarse = Self::default();
        for (bucket, rows) in &self.buckets {
            coarse.buckets.entry(from.coarsen(*bucket, to)).or_default().merge(rows);
        }
        for (key, buckets) in &self.columns {
            let mine = coarse.columns.entry(key.clone()).or_default();
            for (bucket, moments) in buckets {
                mine.entry(from.coarsen(*bucket, to)).or_default().merge(moments);
            }
        }
        coarse
    }
}

/// Which buckets are occupied by any model, and so how long a bucket is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Calendar {
    /// How long a bucket is.
    pub resolution: Resolution,
    /// The buckets with rows.
    pub occupied: BTreeSet<i64>,
}

impl Calendar {
    /// Makes room for times; answers whether the resolution changed.
    pub fn occupy(&mut self, times: &[i64], offset: i64) -> bool {
        let before = self.resolution;
        let mut buckets = before.buckets(times, offset);
        buckets.dedup();
        for bucket in buckets.into_iter().filter(|bucket| *bucket != NO_TIME) {
            if self.occupied.insert(before.coarsen(bucket, self.resolution)) {
                self.fit();
            }
        }
        self.resolution != before
    }

    /// Makes room for the buckets of another calendar.
    pub fn merge(&mut self, other: &Self) {
        self.coarsen(self.resolution.max(other.resolution));
        let resolution = self.resolution;
        self.occupied.extend(other.occupied.iter().map(|bucket| other.resolution.coarsen(*bucket, resolution)));
        self.fit();
    }

    fn fit(&mut self) {
        while self.occupied.len() > MAX_BUCKETS
            && let Some(coarser) = self.resolution.coarser()
        {
            self.coarsen(coarser);
        }
    }

    fn coarsen(&mut self, to: Resolution) {
        let from = self.resolution;
        self.occupied = self.occupied.iter().map(|bucket| from.coarsen(*bucket, to)).into_set();
        self.resolution = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_buckets_of_many_times_are_those_of_each() {
        const HOUR: i64 = 3_600_000_000_000;
        for offset in [0, 19_800, -34_200, 3_599, 1] {
            let near = |around: i64| (-5_i64..5).map(move |step| around.saturating_add(step * HOUR / 3));
            let edges = [0, -HOUR, 1_704_067_200_000_000_000, i64::MIN, i64::MIN + 1, i64::MAX];
            let times: Vec<i64> =
                edges.into_iter().flat_map(near).chain([NO_TIME, i64::MIN + 1, HOUR - 1, HOUR]).collect();
            for resolution in [Resolution::Hour, Resolution::Day, Resolution::Week, Resolution::FourWeeks] {
                let each: Vec<i64> = times.iter().map(|time| resolution.bucket(*time, offset)).collect();
                assert_eq!(resolution.buckets(&times, offset), each, "{resolution:?} {offset}");
            }
        }
    }
}
