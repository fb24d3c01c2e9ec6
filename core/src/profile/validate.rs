//! What bytes that anyone may have written are checked for before anything is computed from them.
//!
//! Every count is bounded by the rows it is a part of, and the rows by 2^53: so no sum of counts can overflow, no
//! difference of counts can fall below 0, and merging keeps it so. Sums of values need no check: any exact sum has a value.

use alloc::{collections::BTreeMap, format};

use super::{
    Bucket, Calendar, ColumnProfile, MAX_BUCKETS, MAX_MODELS, ModelSections, Moments, Profile, Residuals, Resolution,
    Score, Sections, Timeline, Top, timeline::MAX_SHARES,
};
use crate::{Error, read::parse_timezone, table::NO_TIME};

/// The most rows: counts must fit a number of JavaScript.
pub(super) const MAX_ROWS: u64 = 1 << 53;

/// Hours between 1970 and the ends of what nanoseconds in 64 bits reach, and some: no bucket lies further out.
const MAX_BUCKET: i64 = 2_600_000;

impl Profile {
    /// Checks what came from bytes.
    ///
    /// # Errors
    /// If the parts disagree with each other.
    pub(super) fn validate(&mut self) -> Result<(), Error> {
        self.settings.offset = parse_timezone(&self.settings.timezone)?;
        self.small.iter_mut().try_for_each(crate::table::Table::validate)?;
        self.cases.validate()?;
        self.sections.worst.validate(&Top::worst())?;
        self.sections.recent.validate(&Top::recent())?;
        if !self.row_ids.is_consistent() {
            return Err(damaged("the list of ids"));
        }
        if self.small.is_some() && !(self.sections.is_empty() && self.cases.is_empty() && self.row_ids.is_empty()) {
            return Err(damaged("a small log with the sections of a large one"));
        }
        self.sections.validate()?;
        let segments = &self.settings.segments;
        if self.sections.models.values().any(|model| !model.segments.keys().eq(segments)) {
            return Err(damaged("the list of segments"));
        }
        Ok(())
    }
}

fn damaged(what: &str) -> Error {
    Error::input(format!("profile: {what} is inconsistent; it was altered or cut"))
}

impl Sections {
    fn is_empty(&self) -> bool {
        self.rows == 0
            && self.untimed == 0
            && self.span.is_none()
            && self.models.is_empty()
            && self.calendar == Calendar::default()
            && self.worst.is_empty()
            && self.recent.is_empty()
    }

    fn validate(&self) -> Result<(), Error> {
        if self.rows > MAX_ROWS || self.untimed > self.rows {
            return Err(damaged("the number of rows"));
        }
        if !self.calendar.is_consistent() {
            return Err(damaged("the list of days"));
        }
        let rows = total(self.models.values().map(|model| model.rows));
        let all = if self.too_many_models { rows < self.rows } else { rows == self.rows };
        if !all || self.models.len() > MAX_MODELS {
            return Err(damaged("the list of models"));
        }
        for model in self.models.values() {
            model.validate(&self.calendar)?;
        }
        Ok(())
    }
}

impl Calendar {
    fn is_consistent(&self) -> bool {
        let fits = self.resolution == Resolution::FourWeeks || self.occupied.len() <= MAX_BUCKETS;
        fits && self.occupied.iter().all(|bucket| (-MAX_BUCKET..=MAX_BUCKET).contains(bucket))
    }

    fn holds(&self, bucket: i64) -> bool {
        bucket == NO_TIME || self.occupied.contains(&bucket)
    }
}

impl ModelSections {
    fn validate(&self, calendar: &Calendar) -> Result<(), Error> {
        if !self.columns.values().all(|column| column.is_consistent(self.rows)) {
            return Err(damaged("the count of a column"));
        }
        if !self.timeline.is_consistent(self.rows, calendar) || !self.timeline_adds_up() {
            return Err(damaged("the timeline"));
        }
        let adds_up = self.segments.values().all(|values| {
            let scores = || values.values().chain(values.other());
            scores().all(Score::is_consistent) && total(scores().map(|score| score.rows)) == self.rows
        });
        if !self.ranking.is_consistent(self.rows) {
            return Err(damaged("the list of confidences"));
        }
        if adds_up { Ok(()) } else { Err(damaged("the rows of a segment")) }
    }

    /// Whether every column has as many values over time as altogether.
    fn timeline_adds_up(&self) -> bool {
        let over_time = |buckets: &BTreeMap<i64, Moments>| {
            (total(buckets.values().map(|day| day.numbers)), total(buckets.values().map(|day| day.texts)))
        };
        self.columns.keys().eq(self.timeline.columns.keys())
            && self
                .columns
                .values()
                .zip(self.timeline.columns.values())
                .all(|(column, buckets)| over_time(buckets) == (column.numbers, column.texts))
    }
}

impl ColumnProfile {
    fn is_consistent(&self, rows: u64) -> bool {
        total([self.numbers, self.texts, self.missing, self.non_finite, self.other]) == rows
            && self.values.len() == self.numbers
            && self.levels.total() == self.texts
    }
}

impl Timeline {
    fn is_consistent(&self, rows: u64, calendar: &Calendar) -> bool {
        let mut columns = self.columns.values();
        total(self.buckets.values().map(|bucket| bucket.score.rows)) == rows
            && self.buckets.iter().all(|(at, bucket)| calendar.holds(*at) && bucket.is_consistent())
            && columns.all(|buckets| {
                buckets.iter().all(|(at, moments)| self.buckets.contains_key(at) && moments.is_consistent())
            })
    }
}

impl Bucket {
    fn is_consistent(&self) -> bool {
        let regimes = total(self.regimes.values().chain(self.regimes.other()).copied());
        self.score.is_consistent()
            && self.confidence.is_consistent(self.score.rows)
            && self.residuals.is_consistent(&self.score)
            && regimes <= self.score.rows
    }
}

impl Residuals {
    fn is_consistent(&self, score: &Score) -> bool {
        let numbers = |moments: &Moments| moments.texts == 0 && moments.is_consistent() && !moments.too_many;
        // A classifier has none.
        [0, score.pairs].contains(&self.plain.numbers)
            && self.relative.numbers <= self.plain.numbers
            && numbers(&self.plain)
            && numbers(&self.relative)
    }
}

impl Moments {
    fn is_consistent(&self) -> bool {
        let shares = total(self.shares.values().copied());
        self.shares.len() <= MAX_SHARES && shares == if self.too_many { 0 } else { self.texts }
    }
}

impl Score {
    fn is_consistent(&self) -> bool {
        let parts = [
            (self.pairs, self.rows),
            (self.relative_rows, self.pairs),
            (self.based_rows, self.pairs),
            (self.direction_right, self.based_rows),
            (self.naive_relative_rows, self.based_rows),
            (self.right, self.pairs),
            (self.confusion_total(), self.pairs),
            (self.predictions.total(), self.rows),
            (self.confidence_rows, self.rows),
            (self.reliability.rows(), self.rows),
            (self.improper, self.rows),
            (self.ruled_rows, self.rows),
            (self.agreeing, self.ruled_rows),
            (self.rule_pairs, self.rows),
            (self.rule_right, self.rule_pairs),
            (self.final_pairs, self.rows),
            (self.final_right, self.final_pairs),
            (self.sourced_rows, self.rows),
            (self.ml_rows, self.sourced_rows),
        ];
        self.reliability.is_consistent()
            && self.money.is_consistent(self.rows)
            && parts.into_iter().all(|(part, whole)| part <= whole)
    }
}

/// A sum that stays at the top instead of wrapping round: no honest count reaches it.
fn total(counts: impl IntoIterator<Item = u64>) -> u64 {
    counts.into_iter().fold(0, u64::saturating_add)
}
