//! The calendar days a log is read for. Rows of other days are left out before anything is summed, so a log of any size
//! has windows; they are counted, and so are rows without a time, whose day nobody can tell.
//!
//! A day is one of the schema's time zone. Both ends are included.

use alloc::{format, string::String};

use driftgate_documents::{Days as Asked, Outside, Role, Schema};

use super::time::{format_day, parse_day, parse_timezone};
use crate::{Error, profile::Resolution, table::NO_TIME};

/// First and last day, counted from 1970-01-01; the ends of `i64` where a side is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Days {
    /// The first day that is read.
    first: i64,
    /// The last day that is read.
    last: i64,
    /// What a calendar day is: seconds east of UTC.
    offset: i64,
}

/// What was left out so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LeftOut {
    rows: u64,
    span: Option<(i64, i64)>,
    untimed: u64,
}

impl Days {
    /// Every day, and what has none.
    pub(crate) const ALL: Self = Self { first: i64::MIN, last: i64::MAX, offset: 0 };

    /// The days a schema asks for.
    ///
    /// # Errors
    /// If one is no date, the first comes after the last, or the log has no times to go by.
    pub(crate) fn of(schema: &Schema) -> Result<Self, Error> {
        let offset = parse_timezone(&schema.timezone)?;
        let day =
            |name: &str, date: &Option<String>, open: i64| date.as_ref().map_or(Ok(open), |date| parse_day(name, date));
        let first = day("from", &schema.from, Self::ALL.first)?;
        let last = day("until", &schema.until, Self::ALL.last)?;
        let days = Self { first, last, offset };
        if first > last {
            return Err(Error::usage(format!(
                "from {} comes after until {}: no day is left; exchange them",
                format_day(first),
                format_day(last)
            )));
        }
        if !days.are_all() && !schema.roles.contains_key(&Role::Timestamp) {
            return Err(Error::input(
                "only certain days are asked for, but the log has no column for `timestamp`; name it: --map timestamp=COLUMN",
            ));
        }
        Ok(days)
    }

    /// Whether nothing is left out.
    const fn are_all(self) -> bool {
        self.first == Self::ALL.first && self.last == Self::ALL.last
    }

    /// Whether a row of this time (nanoseconds since 1970) is read; if not, it is counted in `left_out`.
    pub(crate) fn admit(self, time: i64, left_out: &mut LeftOut) -> bool {
        if self.are_all() {
            return true;
        }
        if time == NO_TIME {
            left_out.untimed += 1;
            return false;
        }
        let day = Resolution::Day.bucket(time, self.offset);
        let inside = (self.first..=self.last).contains(&day);
        if !inside {
            left_out.rows += 1;
            left_out.span = Some(left_out.span.map_or((day, day), |(from, to)| (from.min(day), to.max(day))));
        }
        inside
    }

    /// What was left out, as it stands in the provenance; nothing if every day was asked for.
    pub(crate) fn document(self, left_out: LeftOut) -> Option<Outside> {
        let named = |day: i64, open: i64| (day != open).then(|| format_day(day));
        let asked = Asked { from: named(self.first, Self::ALL.first), until: named(self.last, Self::ALL.last) };
        let (first_day, last_day) = left_out.span.map(|(first, last)| (format_day(first), format_day(last))).unzip();
        let outside = Outside { asked, rows: left_out.rows, first_day, last_day, untimed_rows: left_out.untimed };
        (!self.are_all()).then_some(outside)
    }
}
