//! The days of a log with what is known of them, and the calendar months they make.

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use driftgate_documents::{Role, Task};

use crate::{
    drift::Side,
    profile::{Bucket, ColumnKey, Resolution, View, rows_of},
    read::format_day,
    table::{NO_TIME, Table},
};

/// One model's rows in one window, by day.
pub struct Log<'a> {
    /// The window.
    pub view: &'a View<'a>,
    /// The model's rows, cut into days.
    pub side: Side<'a>,
    /// How long a "day" is.
    resolution: Resolution,
    task: Task,
}

/// What is known of a day.
#[derive(Clone, Copy)]
pub struct Day<'a> {
    /// The day, counted as its log's resolution does.
    pub number: i64,
    /// Its rows in sums.
    pub bucket: &'a Bucket,
    /// Rows with a prediction.
    pub rows: u64,
    /// Of these, rows whose actual is known.
    pub labelled: u64,
}

impl Day<'_> {
    /// Whether at least half of the actuals are known.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        self.labelled > 0 && self.labelled >= self.rows - self.labelled
    }
}

impl<'a> Log<'a> {
    /// The rows of a model, in days or what is as coarse as `resolution`; `None` if the window does not hold it.
    #[must_use]
    pub fn of(view: &'a View<'a>, model: &'a str, resolution: Resolution, task: Task) -> Option<Self> {
        Some(Self { view, side: Side::of(view, model, resolution)?, resolution, task })
    }

    /// The days with predictions, in the order of time.
    #[must_use]
    pub fn days(&self) -> Vec<Day<'_>> {
        let numbers = self.side.timeline.buckets.keys().copied().filter(|number| *number != NO_TIME);
        numbers.filter_map(|number| self.day(number)).collect()
    }

    /// The rows without a time, if there are any.
    #[must_use]
    pub fn untimed(&self) -> Option<Day<'_>> {
        self.day(NO_TIME)
    }

    fn day(&self, number: i64) -> Option<Day<'_>> {
        let bucket = self.side.timeline.buckets.get(&number)?;
        let predictions = self.side.timeline.columns.get(&ColumnKey::role(Role::Prediction))?.get(&number)?;
        let texts = if self.task == Task::Classification { predictions.texts } else { 0 };
        let rows = predictions.numbers + texts;
        (rows > 0).then(|| Day { number, bucket, rows, labelled: bucket.score.pairs.min(rows) })
    }

    /// The rows of each day, if every row was kept.
    #[must_use]
    pub fn rows(&self) -> Option<(&Table, BTreeMap<i64, Vec<usize>>)> {
        let table = self.view.rows.as_deref().filter(|_| self.view.complete)?;
        let mut days: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        for row in rows_of(table, self.side.model).filter(|row| table.time[*row] != NO_TIME) {
            days.entry(self.resolution.bucket(table.time[row], self.view.settings.offset)).or_default().push(row);
        }
        Some((table, days))
    }
}

/// Days that are estimated together.
pub struct Chunk<'a> {
    /// First calendar day.
    pub from: i64,
    /// Last calendar day.
    pub to: i64,
    /// The days.
    pub days: Vec<Day<'a>>,
    /// Their rows, where every row was kept.
    pub table_rows: Vec<usize>,
}

impl<'a> Chunk<'a> {
    /// Rows with a prediction.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.days.iter().map(|day| day.rows).sum()
    }

    /// Of these, rows whose actual is known.
    #[must_use]
    pub fn labelled(&self) -> u64 {
        self.days.iter().map(|day| day.labelled).sum()
    }

    /// The sums of each day.
    #[must_use]
    pub fn buckets(&self) -> Vec<&'a Bucket> {
        self.days.iter().map(|day| day.bucket).collect()
    }
}

/// All days, then each calendar month if there are several. Weeks belong to the month of their first day.
#[must_use]
pub fn chunks<'a>(log: &Log<'_>, days: &[Day<'a>], rows: &BTreeMap<i64, Vec<usize>>) -> Vec<Chunk<'a>> {
    let mut months: BTreeMap<(i64, String), Vec<Day<'a>>> = BTreeMap::new();
    for day in days {
        let first = log.resolution.first_day(day.number);
        let date = format_day(first);
        // The year and the month; the number keeps years before 1 and beyond 9999 in order.
        let month = String::from(date.rsplit_once('-').map_or(date.as_str(), |(month, _)| month));
        let begin = months.last_key_value().filter(|((_, last), _)| *last == month).map(|((begin, _), _)| *begin);
        months.entry((begin.unwrap_or(first), month)).or_default().push(*day);
    }
    let all = (months.len() > 1).then(|| days.to_vec());
    all.into_iter().chain(months.into_values()).filter_map(|days| chunk(log, days, rows)).collect()
}

fn chunk<'a>(log: &Log<'_>, days: Vec<Day<'a>>, rows: &BTreeMap<i64, Vec<usize>>) -> Option<Chunk<'a>> {
    let (first, last) = (days.first()?.number, days.last()?.number);
    // A week at the end of a log has days that the log has not.
    let (begin, end) = log.view.days()?;
    let from = log.resolution.first_day(first).max(begin);
    let to = if log.resolution > Resolution::Day { log.resolution.first_day(last + 1) - 1 } else { last };
    let table_rows = days.iter().filter_map(|day| rows.get(&day.number)).flatten().copied().collect();
    Some(Chunk { from, to: to.min(end), days, table_rows })
}
