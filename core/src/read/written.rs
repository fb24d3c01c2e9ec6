//! Spellings of a time that the calendar library does not know and that leave nothing to guess -> ISO 8601.
//!
//! The year comes first (`2024/2/1 9:30`), or the month is a name (`Thu, 01 Feb 2024 12:30:00 GMT`, `01-Feb-2024`); a zone
//! may be `UTC` or `GMT`, and a blank may stand before it (`2024-02-01 00:00:00 +0000 UTC`). The names of other zones are
//! not read: which offset they mean depends on the country and on the day.

use alloc::{format, string::String};

use jiff::civil::Date;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The time as ISO 8601 has it. What stands behind the date is left to who reads that.
pub(crate) fn in_iso(text: &str) -> Option<String> {
    let (text, zone) = split_zone(text);
    let (weekday, text) = split_weekday(text);
    let (date, time) = split_date(text)?;
    if weekday.is_some_and(|weekday| weekday != date.weekday().to_monday_zero_offset() as usize) {
        return None;
    }
    if time.is_empty() {
        return Some(if zone.is_empty() { format!("{date}") } else { format!("{date}T00:00{zone}") });
    }
    // A colon: the log of a web server, 01/Feb/2024:12:30:00.
    let time = time.strip_prefix(['T', 't', ' ', ':'])?.trim_ascii_start();
    let short_hour = time.as_bytes().get(1) == Some(&b':');
    Some(format!("{date}T{}{time}{zone}", if short_hour { "0" } else { "" }))
}

/// Whether a text begins as a date in local order does: nobody can tell its day from its month.
pub(crate) fn is_local(text: &str) -> bool {
    let begin = |separator: char| {
        let mut parts = text.split(separator).map(|part| part.bytes().take_while(u8::is_ascii_digit).count());
        let mut next = || parts.next().unwrap_or(0);
        (1..=2).contains(&next()) && (1..=2).contains(&next()) && matches!(next(), 2 | 4)
    };
    ['/', '-', '.'].into_iter().any(begin)
}

/// A text without its zone, and that: `Z`, an offset behind a blank, or nothing.
fn split_zone(text: &str) -> (&str, &str) {
    let words = ["UTC", "GMT", " Z"];
    if let Some(before) = words.into_iter().find_map(|word| strip_ending(text, word)) {
        // Go writes `+0000 UTC`.
        let before = before.trim_ascii_end();
        let bare = [" +0000", " +00:00"].into_iter().find_map(|zero| before.strip_suffix(zero));
        return (bare.unwrap_or(before).trim_ascii_end(), "Z");
    }
    match text.rsplit_once(' ') {
        Some((before, zone)) if zone.starts_with(['+', '-']) => (before.trim_ascii_end(), zone),
        _ => (text, ""),
    }
}

fn strip_ending<'a>(text: &'a str, ending: &str) -> Option<&'a str> {
    let (before, end) = text.split_at_checked(text.len().checked_sub(ending.len())?)?;
    end.eq_ignore_ascii_case(ending).then_some(before)
}

/// The weekday that a text begins with, from Monday, 0; and the rest.
fn split_weekday(text: &str) -> (Option<usize>, &str) {
    let (word, rest) = split_word(text);
    match named(word, &WEEKDAYS) {
        Some(day) => (Some(day), rest.strip_prefix(',').unwrap_or(rest).trim_ascii_start()),
        None => (None, text),
    }
}

/// The date that a text begins with, and the rest.
fn split_date(text: &str) -> Option<(Date, &str)> {
    let (first, rest) = split_number(text)?;
    let separator = rest.chars().next().filter(|mark| matches!(mark, '-' | '/' | '.' | ' '))?;
    let rest = rest.strip_prefix(separator)?;
    let of = |year: &str, month: usize, day: &str| {
        let (month, day) = (i8::try_from(month).ok()?, Some(day).filter(|day| day.len() <= 2)?.parse().ok()?);
        Date::new(Some(year).filter(|year| year.len() == 4)?.parse().ok()?, month, day).ok()
    };
    if first.len() == 4 && separator != ' ' {
        let (month, rest) = split_number(rest)?;
        let (day, rest) = split_number(rest.strip_prefix(separator)?)?;
        let month = Some(month).filter(|month| month.len() <= 2)?.parse().ok()?;
        return Some((of(first, month, day)?, rest));
    }
    let (month, rest) = split_word(rest);
    let (year, rest) = split_number(rest.strip_prefix(separator)?)?;
    Some((of(year, named(month, &MONTHS)? + 1, first)?, rest))
}

/// The place of a name among some, by its first three letters or as a whole.
fn named(word: &str, names: &[&str]) -> Option<usize> {
    let is = |name: &&str| {
        name.eq_ignore_ascii_case(word) || name.get(..3).is_some_and(|short| short.eq_ignore_ascii_case(word))
    };
    names.iter().position(is)
}

/// The digits that a text begins with, and the rest.
fn split_number(text: &str) -> Option<(&str, &str)> {
    split_where(text, |byte| byte.is_ascii_digit()).filter(|(digits, _)| !digits.is_empty())
}

/// The letters that a text begins with, and the rest.
fn split_word(text: &str) -> (&str, &str) {
    split_where(text, |byte| byte.is_ascii_alphabetic()).unwrap_or(("", text))
}

fn split_where(text: &str, is: impl Fn(&u8) -> bool) -> Option<(&str, &str)> {
    text.split_at_checked(text.bytes().take_while(is).count())
}
