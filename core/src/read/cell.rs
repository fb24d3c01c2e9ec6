//! One cell of text -> a value: the same for a CSV cell and for a JSON string.

use alloc::{borrow::Cow, format, string::String};

use super::number::Decimal;
use crate::{math, table::Cell};

/// Reads a cell. Empty text and `null` are missing; `NaN`, infinities and numbers beyond f64 are [`Cell::NonFinite`];
/// what `str::parse` reads as a number, spaces around it aside, is one; all else is text as it stands.
pub(crate) fn read(text: &str) -> Cell<'_> {
    let plain = Decimal::read(text.as_bytes()).filter(|decimal| decimal.length == text.len());
    if let Some(value) = plain.and_then(|decimal| decimal.value()) {
        return Cell::Number(value);
    }
    let trimmed = trimmed(text);
    match trimmed.bytes().next() {
        None => Cell::Missing,
        Some(b'0'..=b'9' | b'+' | b'-' | b'.' | b'n' | b'N' | b'i' | b'I') => read_number(text, trimmed),
        Some(_) => Cell::Text(truth(text)),
    }
}

/// Reads a cell of CSV before anything is known of its column: a number only if it can be nothing else (three decimals may be
/// thousands, `007` a code), any other text as it stands.
pub(crate) fn as_written(text: &str) -> Cell<'_> {
    let plain = Decimal::read(text.as_bytes()).filter(|decimal| decimal.length == text.len());
    let is_code = text.len() > 1 && text.starts_with('0') && !text.starts_with("0.");
    let plain = plain.filter(|decimal| decimal.decimals != Some(3) && !is_code).and_then(|decimal| decimal.value());
    match plain {
        Some(value) => Cell::Number(value),
        None if text.is_empty() => Cell::Missing,
        None => Cell::Text(text),
    }
}

/// A truth value in the one way it is written here; other texts as they stand.
pub(crate) fn truth(text: &str) -> &str {
    match trimmed(text) {
        word if word.eq_ignore_ascii_case("true") => "true",
        word if word.eq_ignore_ascii_case("false") => "false",
        _ => text,
    }
}

/// Text without the ASCII blanks around it; nearly none has any, which shows in its first and last byte.
#[inline]
fn trimmed(text: &str) -> &str {
    let is_blank = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_whitespace);
    let bytes = text.as_bytes();
    if is_blank(bytes.first()) || is_blank(bytes.last()) { text.trim_ascii() } else { text }
}

/// A cell without the blanks around it; behind a blank, quotes are no part of it either (`a, "b"`).
#[inline]
pub(crate) fn unpadded(text: &str) -> &str {
    let trimmed = trimmed(text);
    let quoted = || trimmed.strip_prefix('"')?.strip_suffix('"').filter(|inside| !inside.contains('"'));
    if trimmed.len() < text.len() { quoted().unwrap_or(trimmed) } else { text }
}

/// Words that people, R, pandas, SQL, Excel and Weka put where a value is missing, beside those that mean NaN.
const MISSING_WORDS: [&str; 22] = [
    "NA", "N/A", "n/a", "<NA>", "#N/A", "#NA", "#N/A N/A", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "None", "NULL",
    "(null)", "nil", "NaT", "\\N", "?", "-", "--", "-NaN", "-nan",
];

/// The word of a cell that means that there is no value, unless it is a label.
pub(crate) fn missing_word<'a>(cell: Cell<'a>, is_label: impl FnOnce(&str) -> bool) -> Option<&'a str> {
    match cell {
        Cell::Text(word) if means_missing(word) && !is_label(word) => Some(word),
        _ => None,
    }
}

/// Whether a text means that there is no value.
pub(crate) fn means_missing(text: &str) -> bool {
    text.len() <= 8 && MISSING_WORDS.contains(&text)
}

fn read_number<'a>(text: &'a str, trimmed: &str) -> Cell<'a> {
    match trimmed.parse::<f64>() {
        Ok(value) if value.is_finite() => Cell::Number(value),
        Ok(_) => Cell::NonFinite,
        Err(_) if trimmed == "null" => Cell::Missing,
        Err(_) => Cell::Text(text),
    }
}

/// Reads a cell that is a name (a model, a symbol): a number stays the text it was written as. What writers put where a
/// name is missing (nothing, `null`, `NaN`) is missing.
pub(crate) fn read_name(text: &str) -> Cell<'_> {
    match trimmed(text) {
        "" | "null" | "NaN" | "nan" | "NULL" | "None" | "\\N" | "<NA>" | "NaT" | "#N/A" => Cell::Missing,
        _ => Cell::Text(text),
    }
}

/// An id as it is compared: a whole number in one way, however it was written (`1000`, `1000.0`, ` 1000 `, `1e+05`), all else as it
/// stands. A leading zero is part of a code (`007`), and without its sign an exponent may be letters (`12e5`).
pub(crate) fn whole(id: &str) -> Cow<'_, str> {
    let trimmed = trimmed(id);
    if trimmed.bytes().all(|byte| byte.is_ascii_digit()) {
        // A leading zero is part of a code.
        return Cow::Borrowed(if trimmed.starts_with('0') && trimmed.len() > 1 { id } else { trimmed });
    }
    let digits = trimmed.strip_prefix('-').unwrap_or(trimmed);
    let end = digits.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    let (whole, rest) = digits.split_at(end);
    if whole.is_empty() || whole.len() > 1 && whole.starts_with('0') {
        return Cow::Borrowed(id);
    }
    if rest.strip_prefix('.').unwrap_or(rest).bytes().all(|byte| byte == b'0')
        && (rest.is_empty() || rest.starts_with('.'))
    {
        return Cow::Borrowed(&trimmed[..trimmed.len() - rest.len()]);
    }
    with_exponent(trimmed, whole, rest).map_or(Cow::Borrowed(id), Cow::Owned)
}

/// The digits of `1.5e+06`, a whole number in scientific notation, as R, C and Python write it.
fn with_exponent(number: &str, whole: &str, rest: &str) -> Option<String> {
    let (fraction, exponent) = rest.split_once(['e', 'E'])?;
    let exponent = exponent.strip_prefix('+').filter(|exponent| exponent.bytes().all(|byte| byte.is_ascii_digit()))?;
    let fraction = if fraction.is_empty() { "" } else { fraction.strip_prefix('.')?.trim_end_matches('0') };
    let exponent: usize =
        exponent.parse().ok().filter(|exponent| (fraction.len()..=MAX_EXPONENT).contains(exponent))?;
    if whole.len() != 1 || whole == "0" || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let sign = if number.starts_with('-') { "-" } else { "" };
    Some(format!("{sign}{whole}{fraction:0<exponent$}"))
}

/// The digits of a 64-bit whole number behind its first one: no writer of ids goes further.
const MAX_EXPONENT: usize = 19;

/// Whether a number is whole and below 2^53, where f64 holds every whole number: its digits are those that were written.
pub(crate) fn has_all_digits(value: f64) -> bool {
    math::abs(value) < 9_007_199_254_740_992.0 && math::trunc(value) == value
}

/// The first characters of a value, for a message; control characters are written as escapes.
pub(crate) fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(40).flat_map(char::escape_debug).collect();
    if text.chars().nth(40).is_some() {
        short.push_str("...");
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_a_number_or_text_or_nothing() {
        for (text, cell) in [
            ("101.25", Cell::Number(101.25)),
            (" 27.5 ", Cell::Number(27.5)),
            ("-0.0", Cell::Number(-0.0)),
            ("1E2", Cell::Number(100.0)),
            (".5", Cell::Number(0.5)),
            ("0.1234567890123456789", Cell::Number(0.123_456_789_012_345_68)),
            ("", Cell::Missing),
            ("  ", Cell::Missing),
            ("null", Cell::Missing),
            ("NaN", Cell::NonFinite),
            ("nan", Cell::NonFinite),
            ("inf", Cell::NonFinite),
            ("-Infinity", Cell::NonFinite),
            ("1e999", Cell::NonFinite),
            ("1,234.5", Cell::Text("1,234.5")),
            ("n/a", Cell::Text("n/a")),
            ("true", Cell::Text("true")),
            (" BUY", Cell::Text(" BUY")),
            ("-", Cell::Text("-")),
            ("0x10", Cell::Text("0x10")),
            ("1_000", Cell::Text("1_000")),
        ] {
            assert_eq!(read(text), cell, "{text:?}");
        }
    }

    #[test]
    fn a_whole_number_is_one_id_however_it_is_written() {
        for (written, id) in [
            ("1000", "1000"),
            ("1000.0", "1000"),
            ("1000.", "1000"),
            ("1000.000", "1000"),
            (" 1000.0 ", "1000"),
            ("-7.0", "-7"),
            ("0", "0"),
            ("0.0", "0"),
            ("1e+05", "100000"),
            ("1.5e+06", "1500000"),
            ("1.50E+6", "1500000"),
            ("-2e+3", "-2000"),
            // Beyond 2^53 all digits stay.
            ("9007199254740993.0", "9007199254740993"),
            ("12345678901234567890", "12345678901234567890"),
            // No whole numbers, or codes.
            ("1000.5", "1000.5"),
            ("1.25e+1", "1.25e+1"),
            ("007", "007"),
            ("007.0", "007.0"),
            ("00", "00"),
            ("12e5", "12e5"),
            ("1e5", "1e5"),
            ("12e+5", "12e+5"),
            ("1e+99", "1e+99"),
            ("1e+", "1e+"),
            ("1000.0.0", "1000.0.0"),
            ("1000-0", "1000-0"),
            ("k0", "k0"),
            ("-", "-"),
            (".0", ".0"),
            ("", ""),
        ] {
            assert_eq!(whole(written), id, "{written:?}");
        }
    }

    #[test]
    fn a_name_keeps_its_digits() {
        assert_eq!(read_name("007"), Cell::Text("007"));
        assert_eq!(read_name("1.10"), Cell::Text("1.10"));
        assert_eq!(read_name("null"), Cell::Missing);
        assert_eq!(read_name(""), Cell::Missing);
    }
}
