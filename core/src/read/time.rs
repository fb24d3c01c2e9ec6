//! Timestamps in their many spellings -> nanoseconds since 1970, and back; calendar days at a fixed offset.
//!
//! Understood: RFC 3339 and its ISO 8601 relatives (a space for the `T`, the basic form, lower case, any offset below
//! 24 hours), a date alone (its midnight), and seconds, milliseconds, microseconds or nanoseconds since 1970, told apart
//! by their size. Digits that are a calendar time (20081006, 200810062100, 20081006210000) are that. Other spellings are
//! read where they leave nothing to guess: `written.rs` has them. A time without a zone is UTC, which is worth a note. Days
//! and months in local order (`06/10/2008`) are refused: nobody can tell which is which. Instants outside
//! 1677-09-21 .. 2262-04-11 do not fit and are refused.

use alloc::{
    borrow::Cow,
    format,
    string::{String, ToString},
};

use jiff::{
    Timestamp, civil,
    fmt::temporal::Pieces,
    tz::{self, Offset},
};

use super::written;
use crate::Error;

const SECONDS_PER_DAY: i64 = 86_400;

/// The digits of 2008100621.
const HOUR_DIGITS: usize = 10;

/// The years 2000 to 2099 in days since 1899-12-30.
const SPREADSHEET_DAYS: core::ops::Range<f64> = 36_526.0..73_051.0;

/// How a time is written where there is a choice.
pub(crate) const EXAMPLE: &str = "2008-10-06T21:00:00Z";

/// Something worth saying about a timestamp that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// It has no zone; UTC is assumed.
    ZoneAbsent,
    /// Second 60 was read as second 59.
    LeapSecond,
    /// Digits such as 20081006 or 20081006210000 were read as a date or a calendar time, not as a number since 1970.
    DigitsAsDate,
}

/// An instant and what is worth saying about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instant {
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    pub ns: i64,
    /// At most one remark.
    pub note: Option<Note>,
}

/// Reads a timestamp.
///
/// # Errors
/// A reason in plain words if it is none, or outside the years that fit.
pub fn parse(text: &str) -> Result<Instant, String> {
    let text = text.trim_ascii();
    if is_decimal(text) { parse_epoch(text) } else { parse_calendar(text) }
}

/// A time that was read. Most rows of a log are of the day of the row before, and reading a date costs ten times as much as
/// reading the hours, minutes and seconds.
#[derive(Default)]
pub(crate) struct Known {
    text: String,
    instant: Option<Instant>,
    second: Option<i64>,
}

impl Known {
    pub(crate) fn set(&mut self, text: &str, instant: Instant) {
        self.text.clear();
        self.text.push_str(text);
        self.instant = Some(instant);
        self.second = second_of_day(text.as_bytes()).filter(|_| instant.note != Some(Note::LeapSecond));
    }

    /// The instant of a text that is this one, or differs in hours, minutes and seconds alone.
    pub(crate) fn instant_of(&self, text: &str) -> Option<Instant> {
        let instant = self.instant?;
        if text == self.text {
            return Some(instant);
        }
        let (before, now) = (self.text.as_bytes(), text.as_bytes());
        let alike = before.len() == now.len() && before.get(..11) == now.get(..11) && before.get(19..) == now.get(19..);
        let shift = second_of_day(now).filter(|_| alike)? - self.second?;
        let ns = instant.ns.checked_add(shift * 1_000_000_000)?;
        Some(Instant { ns, ..instant })
    }
}

/// The second of `2008-10-06T14:30:00` within its day.
fn second_of_day(text: &[u8]) -> Option<i64> {
    let (date, time) = (text.first_chunk::<11>()?, text.get(11..)?.first_chunk::<8>()?);
    let is_date = date[4] == date[7] && matches!(date[4], b'-' | b'/');
    let is_time = time[2] == b':' && time[5] == b':';
    let pair = |tens: u8, ones: u8, below: u8| {
        let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
        (tens < 10 && ones < 10 && 10 * tens + ones < below).then_some(i64::from(10 * tens + ones))
    };
    let (hour, minute) = (pair(time[0], time[1], 24)?, pair(time[3], time[4], 60)?);
    (is_date && is_time).then_some(3_600 * hour + 60 * minute + pair(time[6], time[7], 60)?)
}

/// Whether a date is one that databases put where there is none: of year 0, 1 or 9999.
pub(crate) fn stands_for_none(text: &str) -> bool {
    let text = text.trim_ascii();
    let is_year = |year: &str| text.strip_prefix(year).is_some_and(|rest| rest.starts_with(['-', '/']));
    ["0000", "0001", "9999"].into_iter().any(is_year)
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let mut parts = digits.splitn(2, '.');
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.next().is_some_and(all_digits) && parts.next().is_none_or(all_digits)
}

fn parse_calendar(text: &str) -> Result<Instant, String> {
    let iso = match Pieces::parse(text) {
        Ok(_) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(written::in_iso(text).ok_or_else(|| refusal(text))?),
    };
    let pieces = Pieces::parse(&*iso).map_err(|_| refusal(text))?;
    let time = pieces.time().unwrap_or_else(civil::Time::midnight);
    let offset = pieces.to_numeric_offset();
    if offset.is_none() && pieces.time_zone_annotation().is_some() {
        return Err(format!("\"{}\" names a zone but no offset; write the offset, such as +01:00", quote(text)));
    }
    if offset.is_some_and(|offset| i64::from(offset.seconds()).abs() >= SECONDS_PER_DAY) {
        return Err(format!("\"{}\" has no valid zone: an offset is below 24 hours", quote(text)));
    }
    let at = pieces.date().to_datetime(time);
    let instant = offset.unwrap_or(Offset::UTC).to_timestamp(at).map_err(|_| out_of_range(text))?;
    let ns = i64::try_from(instant.as_nanosecond()).ok().filter(|ns| *ns != crate::table::NO_TIME);
    let leap = (time.second() == 59 && is_leap_second(&iso)).then_some(Note::LeapSecond);
    Ok(Instant {
        ns: ns.ok_or_else(|| out_of_range(text))?,
        note: leap.or(offset.is_none().then_some(Note::ZoneAbsent)),
    })
}

/// Whether the seconds are written as 60; the calendar library reads that as 59 without a word.
fn is_leap_second(text: &str) -> bool {
    let time = text.split(['T', 't', ' ']).nth(1).unwrap_or("");
    let mut digits = time.bytes().filter(|byte| *byte != b':').skip(4);
    digits.next() == Some(b'6') && digits.next() == Some(b'0')
}

/// Whether a text is a date in local order, of which nobody can tell the day from the month.
pub(crate) fn is_local(text: &str) -> bool {
    written::is_local(text)
}

fn refusal(text: &str) -> String {
    let hint = if is_local(text) { "; the order of day and month is not clear" } else { "" };
    format!("\"{}\" is not a time{hint}; write it as {EXAMPLE}", quote(text))
}

/// The refusal of a time that i64 cannot hold.
pub(crate) fn out_of_range(text: &str) -> String {
    format!("\"{}\" lies outside the years 1678 to 2261", quote(text))
}

fn quote(text: &str) -> String {
    super::cell::shorten(text)
}

/// Reads a number since 1970: the size tells the unit, since seconds reach 1e11 only in the year 5138.
fn parse_epoch(text: &str) -> Result<Instant, String> {
    let calendar = if is_hour_or_second(text) { None } else { calendar_of_digits(text) };
    if let Some(ns) = calendar {
        return Ok(Instant { ns, note: Some(Note::DigitsAsDate) });
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let magnitude = whole.trim_start_matches('-').trim_start_matches('0').len();
    let decimals = match magnitude {
        0..=11 => 9,
        12..=14 => 6,
        15..=17 => 3,
        18..=19 => 0,
        _ => return Err(out_of_range(text)),
    };
    let digits = fraction.bytes().chain(core::iter::repeat(b'0')).take(decimals);
    let scaled = whole.trim_start_matches('-').bytes().chain(digits).fold(0_i128, |sum, digit| {
        // At most 19 + 9 digits that count, leading zeros aside: far below 2^127.
        sum * 10 + i128::from(digit - b'0')
    });
    let signed = if text.starts_with('-') { -scaled } else { scaled };
    let ns = i64::try_from(signed).ok().filter(|ns| *ns != crate::table::NO_TIME);
    Ok(Instant { ns: ns.ok_or_else(|| out_of_range(text))?, note: None })
}

/// Whether as many digits stand before the decimals as in an hour of a calendar, and in the seconds of our time.
fn is_hour_or_second(text: &str) -> bool {
    text.split_once('.').map_or(text, |(whole, _)| whole).len() == HOUR_DIGITS
}

/// What a number of a column of times may be beside seconds since 1970: an hour such as 2008100621, which as seconds is of 2033, or
/// a spreadsheet's days since 1900, which as seconds are of one day of 1970. A column of nothing else cannot be told.
pub(crate) fn other_reading(text: &str) -> Option<&'static str> {
    let text = text.trim_ascii();
    if is_hour_or_second(text) && calendar_of_digits(text).is_some() {
        return Some("hours of a calendar");
    }
    let days = text.parse::<f64>().ok()?;
    SPREADSHEET_DAYS.contains(&days).then_some("days of a spreadsheet")
}

/// Digits that are a calendar time: 8 a date of 1900..2099; 10 an hour, if a column holds nothing else; 12, 14 (and a fraction) and 17 a time of 1970..2099 to the
/// minute, second and millisecond. As a number since 1970 they would be a day of August 1970, of 1976, or beyond the year
/// 2500, which no log means.
fn calendar_of_digits(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let (first_year, has_second) = match whole.len() {
        8 => (1900, false),
        10 | 12 => (1970, false),
        14 | 17 => (1970, true),
        _ => return None,
    };
    if !whole.bytes().all(|byte| byte.is_ascii_digit())
        || (whole.len() != 14 && fraction.bytes().any(|byte| byte != b'0'))
    {
        return None;
    }
    let number =
        |from: usize, length: usize| whole.get(from..from + length).map_or(Some(0), |part| part.parse::<i16>().ok());
    let part = |from: usize| number(from, 2).and_then(|part| i8::try_from(part).ok());
    let year = number(0, 4).filter(|year| (first_year..2100).contains(year))?;
    let date = civil::Date::new(year, part(4)?, part(6)?).ok()?;
    let digits = if whole.len() == 17 { whole.get(14..)? } else { fraction };
    let ns =
        digits.bytes().chain(core::iter::repeat(b'0')).take(9).fold(0, |ns, digit| 10 * ns + i32::from(digit - b'0'));
    let time = civil::Time::new(part(8)?, part(10)?, part(12)?, if has_second { ns } else { 0 }).ok()?;
    let instant = Offset::UTC.to_timestamp(date.to_datetime(time)).ok()?;
    i64::try_from(instant.as_nanosecond()).ok()
}

/// The instant as RFC 3339 in UTC, with no more digits of a second than it has.
#[must_use]
pub fn format_time(ns: i64) -> String {
    // Every i64 of nanoseconds lies within the calendar library's years.
    Timestamp::from_nanosecond(i128::from(ns)).map_or_else(|_| String::new(), |instant| instant.to_string())
}

/// Reads `UTC`, `Z` or a fixed offset such as `+05:30`: seconds east of Greenwich.
///
/// # Errors
/// If it is neither; zones with summer time are not known here.
pub fn parse_timezone(text: &str) -> Result<i64, Error> {
    if matches!(text.trim(), "" | "UTC" | "utc" | "Z" | "z") {
        return Ok(0);
    }
    let offset = Some(text.trim()).filter(|text| text.starts_with(['+', '-'])).and_then(|text| {
        let parser = jiff::fmt::temporal::DateTimeParser::new();
        let zone: tz::TimeZone = parser.parse_time_zone(text).ok()?;
        zone.to_fixed_offset().ok().map(|offset| i64::from(offset.seconds()))
    });
    offset.filter(|seconds| seconds.abs() < SECONDS_PER_DAY).ok_or_else(|| {
        Error::usage(format!("timezone \"{}\": expected UTC or a fixed offset such as +05:30 or -03:00", quote(text)))
    })
}

/// Reads a calendar date such as `2008-10-06`: the day counted from 1970-01-01. `name` is whose value it is.
///
/// # Errors
/// If it is written in any other way, or is no day of the calendar.
pub fn parse_day(name: &str, text: &str) -> Result<i64, Error> {
    // The calendar library also reads 20081006, and a time, of which it would drop the hour.
    let date = Some(text).filter(|text| text.len() == 10).and_then(|text| text.parse::<civil::Date>().ok());
    let midnight = date.and_then(|date| Offset::UTC.to_timestamp(date.to_datetime(civil::Time::midnight())).ok());
    midnight
        .map(|instant| instant.as_second().div_euclid(SECONDS_PER_DAY))
        .ok_or_else(|| Error::usage(format!("{name} \"{}\": expected a calendar date such as 2008-10-06", quote(text))))
}

/// A day counted from 1970-01-01 as `2008-10-06`; `day 9000000` where no calendar reaches.
#[must_use]
pub fn format_day(day: i64) -> String {
    let second = day.checked_mul(SECONDS_PER_DAY).and_then(|second| Timestamp::from_second(second).ok());
    second.map_or_else(|| format!("day {day}"), |instant| Offset::UTC.to_datetime(instant).date().to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn read(text: &str) -> Option<String> {
        parse(text).ok().map(|instant| format_time(instant.ns))
    }

    #[test]
    fn a_time_of_the_same_day_is_what_it_is_alone() {
        let known = [
            "2008-10-06T14:30:00Z",
            "2008-10-06 14:30:00",
            "2008-10-06T14:30:00.250+05:30",
            "2008-10-06t00:00:60z",
            "2008-10-06 14:30:00 UTC",
            "2008-10-06 14:30:00.123456 -0330",
            "2008/10/06 14:30:00",
            "2008-10-06T14:30:00,123Z",
        ];
        let times = ["00:00:00", "23:59:59", "14:31:07", "24:00:00", "12:60:00", "12:00:60", "1a:00:00", "12-00-00"];
        let mut read = 0;
        for known in known {
            let mut last = Known::default();
            last.set(known, parse(known).unwrap());
            assert_eq!(last.instant_of(known), parse(known).ok());
            for time in times {
                let mut text = String::from(known);
                text.replace_range(11..19, time);
                let Some(found) = last.instant_of(&text) else { continue };
                assert_eq!(Ok(found), parse(&text), "{text} after {known}");
                read += 1;
            }
        }
        // The first three times after each that is no leap second.
        assert_eq!(read, 7 * 3);
        let mut last = Known::default();
        assert_eq!(last.instant_of(""), None);
        last.set("2008-10-06T14:30:00Z", parse("2008-10-06T14:30:00Z").unwrap());
        for other in ["2008-10-07T14:30:00Z", "2008-10-06T14:30:00+01:00", "2008-10-06", "1223303400", ""] {
            assert_eq!(last.instant_of(other), None, "{other}");
        }
        last.set("20081006T143000.0000Z", parse("20081006T143000.0000Z").unwrap());
        assert_eq!(last.instant_of("20081006T143001.0000Z"), None);
    }

    #[test]
    fn one_instant_has_many_spellings() {
        for text in [
            "2008-10-06T21:00:00Z",
            "2008-10-06T16:00:00-05:00",
            "2008-10-07T02:30:00+05:30",
            "2008-10-06 21:00:00",
            "2008-10-06T17:30:00-0330",
            "1223326800",
            "1223326800000",
            "1223326800000000",
            "1223326800000000000",
            "1223326800.0",
            "2008-10-06T21:00:00z",
            "20081006T210000Z",
            " 2008-10-06T21:00Z ",
            "2008-10-06 21:00:00 UTC",
            "2008-10-06 21:00:00 utc",
            "2008-10-06 21:00:00UTC",
            "2008-10-06 21:00:00 GMT",
            "2008-10-06 21:00:00 Z",
            "2008-10-06 21:00:00 +0000",
            "2008-10-06 21:00:00 +00:00",
            "2008-10-06 21:00:00 +0000 UTC",
            "2008-10-06 16:00:00 -0500",
            "2008-10-06 16:00:00 -05:00",
            "2008-10-06 21:00:00.000000 UTC",
            "2008/10/06 21:00:00",
            "2008/10/06 21:00",
            "2008/10/6 21:00:00",
            "2008/10/06T21:00:00Z",
            "2008/10/06 23:00:00+02:00",
            "2008.10.06 21:00:00",
            "2008-10-06T21",
            "2008-10-06 21:00",
            "200810062100",
            "20081006210000",
            "20081006210000.0",
            "20081006210000000",
            "Mon, 06 Oct 2008 21:00:00 GMT",
            "Mon, 6 Oct 2008 17:00:00 -0400",
            "06 Oct 2008 21:00:00 UTC",
            "06-Oct-2008 21:00:00",
            "6-OCT-2008 21:00",
            "06-October-2008 21:00:00",
            "06/Oct/2008:21:00:00 +0000",
        ] {
            assert_eq!(read(text).as_deref(), Some("2008-10-06T21:00:00Z"), "{text}");
        }
    }

    #[test]
    fn other_instants() {
        for (text, instant) in [
            ("2008-10-06T21:00:00.123456789Z", "2008-10-06T21:00:00.123456789Z"),
            ("1223326800.5", "2008-10-06T21:00:00.5Z"),
            ("-1.5", "1969-12-31T23:59:58.5Z"),
            ("2008-10-06", "2008-10-06T00:00:00Z"),
            ("20081006", "2008-10-06T00:00:00Z"),
            ("20081006.0", "2008-10-06T00:00:00Z"),
            ("2008/10/06", "2008-10-06T00:00:00Z"),
            ("2008/2/1", "2008-02-01T00:00:00Z"),
            ("2008/2/1 9:05:00", "2008-02-01T09:05:00Z"),
            ("2008-10-06 UTC", "2008-10-06T00:00:00Z"),
            ("29 Feb 2008", "2008-02-29T00:00:00Z"),
            ("2024-02-01T12:30:00,123Z", "2024-02-01T12:30:00.123Z"),
            ("2024-02-01 12:30:00.123456 UTC", "2024-02-01T12:30:00.123456Z"),
            ("20240201123000123", "2024-02-01T12:30:00.123Z"),
            ("20240201123000.25", "2024-02-01T12:30:00.25Z"),
            // No calendar time: seconds, milliseconds and microseconds since 1970.
            ("20081306", "1970-08-21T10:08:26Z"),
            ("200813062100", "1976-05-13T05:24:22.1Z"),
            ("20081006.5", "1970-08-21T10:03:26.5Z"),
            ("-86400", "1969-12-31T00:00:00Z"),
            ("0", "1970-01-01T00:00:00Z"),
            ("1901-12-13T20:45:52Z", "1901-12-13T20:45:52Z"),
            ("2106-02-07T06:28:16Z", "2106-02-07T06:28:16Z"),
            ("2008-12-31T23:59:60Z", "2008-12-31T23:59:59Z"),
            ("2008-02-29T21:00:00Z", "2008-02-29T21:00:00Z"),
        ] {
            assert_eq!(read(text).as_deref(), Some(instant), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused_with_a_reason() {
        for text in [
            "2008-10-06T24:00:00Z",
            "2008-02-30T21:00:00Z",
            "2008-13-01T21:00:00Z",
            "06/10/2008 21:00",
            "yesterday",
            "2008-10-06T21:00:00+25:00",
            "2007-02-29T21:00:00Z",
            "99999999999999999999",
            "9999-01-01T00:00:00Z",
            "2008-10-06T21:00:00[Europe/Berlin]",
            "06-10-2008",
            "6/10/08",
            "06.10.2008 21:00",
            "Tue, 06 Oct 2008 21:00:00 GMT",
            "06 Foo 2008 21:00:00",
            "06-Oct-08 21:00:00",
            "30 Feb 2008 21:00:00",
            "2008/13/06",
            "2008/10-06",
            "2008-10-06 21:00:00 EST",
            "2008-10-06 21:00:00 UTC+2",
            "2008-10-06 21:00:00 +0200 UTC",
            "2008/10/06 24:00:00",
            "2008-10-06 9:00 PM",
            "20081306210000",
            "UTC",
            "-",
            ".",
            "1.2.3",
        ] {
            let said = parse(text).is_err_and(|reason| reason.contains(text));
            assert!(said, "{text}");
        }
    }

    #[test]
    fn what_was_assumed_is_noted() {
        let note = |text| parse(text).ok().and_then(|instant| instant.note);
        assert_eq!(note("2008-10-06 21:00:00"), Some(Note::ZoneAbsent));
        assert_eq!(note("2008-12-31T23:59:60Z"), Some(Note::LeapSecond));
        assert_eq!(note("20081231T235960Z"), Some(Note::LeapSecond));
        assert_eq!(note("2008-12-31T23:59:59Z"), None);
        assert_eq!(note("20081006"), Some(Note::DigitsAsDate));
        assert_eq!(note("20081006210000"), Some(Note::DigitsAsDate));
        assert_eq!(note("2008/10/06 21:00:00"), Some(Note::ZoneAbsent));
        assert_eq!(note("2008/12/31 23:59:60"), Some(Note::LeapSecond));
        assert_eq!(note("2008-10-06 21:00:00 UTC"), None);
    }

    #[test]
    fn a_date_in_local_order_is_refused_with_that_reason() {
        for text in ["06/10/2008", "6/10/2008 21:00", "06-10-2008", "06.10.08"] {
            let said = format!(
                "\"{text}\" is not a time; the order of day and month is not clear; write it as 2008-10-06T21:00:00Z"
            );
            assert_eq!(parse(text), Err(said));
        }
        assert_eq!(parse("soon"), Err("\"soon\" is not a time; write it as 2008-10-06T21:00:00Z".into()));
    }

    #[test]
    fn zones_are_fixed_offsets() {
        for (text, seconds) in [("UTC", 0), ("Z", 0), ("+05:30", 19_800), ("-0330", -12_600), ("+01", 3_600)] {
            assert_eq!(parse_timezone(text), Ok(seconds), "{text}");
        }
        for text in ["Europe/Berlin", "+25:00", "5", "+"] {
            assert!(parse_timezone(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_date_is_written_in_one_way() {
        for (text, day) in [("1970-01-01", 0), ("2008-10-06", 14_158), ("1969-12-31", -1), ("2008-02-29", 13_938)] {
            assert_eq!(parse_day("from", text), Ok(day), "{text}");
        }
        for text in ["20081006", "2008-10-06T21:00:00Z", "06/10/2008", "2007-02-29", "2008-13-01", "today", ""] {
            let said = format!("from \"{text}\": expected a calendar date such as 2008-10-06");
            assert_eq!(parse_day("from", text), Err(Error::usage(said)));
        }
    }

    #[test]
    fn a_day_begins_at_midnight_of_its_zone() {
        let evening = 1_223_326_800_000_000_000;
        assert_eq!(format_time(evening), "2008-10-06T21:00:00Z");
        assert_eq!(format_day(14_158), "2008-10-06");
        assert_eq!(format_day(-1), "1969-12-31");
        assert_eq!(format_day(i64::MAX), "day 9223372036854775807");
    }
}
