//! One JSON object a line -> rows. No tree of values is built: what is read goes straight into the columns.
//!
//! Ordinary lines are read by [`ordinary`], all others by serde_json, which also says what is wrong with them.
//!
//! Two things that are not JSON are read all the same, because Python writes them: bare `NaN` and `Infinity`, and numbers
//! beyond f64. A line that does not parse is written once more with such words in quotes (text is read as a CSV cell
//! would be, so `"NaN"` is a missing number) and parsed again. Any other line that is not one object is a bad row.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{
    cell,
    fields::Scope,
    lines::Line,
    ordinary,
    rows::{Rows, Sink, Value},
};
use crate::{Error, table::Cell};

/// Reads lines of JSON.
#[derive(Default)]
pub(crate) struct Jsonl {
    /// Numbers are put in quotes before a line is parsed, because a name was written as a number such as `1.10`.
    numbers_as_text: bool,
    /// Lines in a row that were not ordinary.
    misses: u32,
}

/// After so many lines in a row that were not ordinary, only one in as many is tried: looking at a line twice is for exceptions.
const MISSES: u32 = 16;

impl Jsonl {
    /// Reads one line into `rows`.
    ///
    /// # Errors
    /// Those of `sink`, or too many columns; a line that cannot be read is a bad row.
    pub(crate) fn line(&mut self, rows: &mut Rows, number: u64, line: Line<'_>, sink: Sink<'_>) -> Result<(), Error> {
        let bytes = match line {
            Line::Whole(bytes) => bytes,
            Line::TooLong => return refuse(rows, number, "too_long", too_long),
        };
        let hopeful = self.misses < MISSES || number.is_multiple_of(MISSES.into());
        if hopeful && !self.numbers_as_text {
            rows.begin(number);
            if ordinary::record(bytes, rows) && !rows.wants_text {
                self.misses = 0;
                return rows.end(sink);
            }
            self.misses = self.misses.saturating_add(1);
            rows.take_back();
        }
        match core::str::from_utf8(bytes) {
            Ok(text) if is_blank(text) => Ok(()),
            Ok(text) => self.object(rows, number, text, sink),
            Err(error) => refuse(rows, number, "invalid_utf8", || {
                format!("byte {} of the line is not UTF-8", error.valid_up_to() + 1)
            }),
        }
    }

    fn object(&mut self, rows: &mut Rows, number: u64, text: &str, sink: Sink<'_>) -> Result<(), Error> {
        rows.begin(number);
        if !self.numbers_as_text {
            match parse(rows, text, false) {
                Ok(()) if !rows.wants_text => return rows.end(sink),
                Ok(()) => self.numbers_as_text = true,
                Err(error) if !may_be_rescued(text) => return rows.refuse(code(text), || reason(text, &error, &[])),
                Err(_) => {}
            }
            rows.take_back();
            rows.begin(number);
        }
        rows.wants_text = false;
        let (rewritten, quotes) = quote_bare_words(text, self.numbers_as_text);
        match parse(rows, &rewritten, true) {
            Ok(()) => rows.end(sink),
            Err(error) => rows.refuse(code(text), || reason(text, &error, &quotes)),
        }
    }
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_whitespace())
}

fn refuse(rows: &mut Rows, line: u64, code: &str, message: impl FnOnce() -> String) -> Result<(), Error> {
    rows.begin(line);
    rows.refuse(code, message)
}

/// The reason for a line beyond the limit.
pub(crate) fn too_long() -> String {
    "the line is longer than 1 MiB; put one record of ordinary size on a line".into()
}

fn code(text: &str) -> &'static str {
    if text.contains('\0') { "nul" } else { "not_json" }
}

/// Says in plain words why a line is not one JSON object.
fn reason(text: &str, error: &serde_json::Error, quotes: &[usize]) -> String {
    if let Some(at) = text.find('\0') {
        return format!("byte {} of the line is NUL", at + 1);
    }
    // The quotes that were put in before the error are not in the line that people see.
    let added = quotes.iter().filter(|at| **at < error.column()).count();
    let column = error.column().saturating_sub(added);
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or("");
    let trimmed = text.trim_ascii();
    let hint = match message {
        "trailing characters" if trimmed.starts_with('{') => "; one object per line, please",
        _ if trimmed.starts_with('{') => "",
        _ if trimmed.starts_with(['#', '/']) => "; a comment is no JSON",
        _ => "; a line must be one JSON object and begin with {",
    };
    let place = if column == 0 { String::new() } else { format!(" at column {column}") };
    format!("not a JSON object: {message}{place}{hint}")
}

fn parse(rows: &mut Rows, text: &str, rewritten: bool) -> Result<(), serde_json::Error> {
    let mut json = serde_json::Deserializer::from_str(text);
    Object { rows, scope: Scope::RECORD, rewritten }.deserialize(&mut json)?;
    json.end()
}

/// Whether quoting bare words can help: only words with an `N`, an `I` (in any case) or a huge number can.
fn may_be_rescued(text: &str) -> bool {
    let (rewritten, quotes) = quote_bare_words(text, false);
    !quotes.is_empty() && rewritten.len() > text.len()
}

/// Puts quotes around what stands outside of texts and is a number only to some: `NaN`, `Infinity`, `1e999`; with
/// `numbers` around every number. Answers the line and where the quotes are, counted as columns from 1.
fn quote_bare_words(text: &str, numbers: bool) -> (String, Vec<usize>) {
    let (mut out, mut quotes) = (String::with_capacity(text.len() + 64), Vec::new());
    let mut rest = text;
    while let Some(first) = rest.bytes().next() {
        let length = match first {
            b'"' => string_length(rest),
            _ if is_word(first) => rest.bytes().take_while(|byte| is_word(*byte)).count(),
            _ => rest.bytes().take_while(|byte| *byte != b'"' && !is_word(*byte)).count(),
        };
        let (token, tail) = rest.split_at_checked(length).unwrap_or((rest, ""));
        rest = tail;
        if first != b'"' && is_word(first) && wants_quotes(token, numbers) {
            quotes.push(out.len() + 1);
            out.extend(["\"", token, "\""]);
            quotes.push(out.len());
        } else {
            out.push_str(token);
        }
    }
    (out, quotes)
}

const fn is_word(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'+' | b'-' | b'.')
}

/// Length of the JSON text that begins here, its quotes included; all of the rest if it does not end.
fn string_length(rest: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return at + 1,
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    rest.len()
}

fn wants_quotes(token: &str, numbers: bool) -> bool {
    let unsigned = token.strip_prefix('-').unwrap_or(token);
    match unsigned {
        "NaN" | "nan" | "Infinity" | "inf" => true,
        _ if !is_json_number(unsigned) => false,
        _ => numbers || token.parse::<f64>().is_ok_and(f64::is_infinite),
    }
}

/// Whether this is a number to JSON, the sign aside: no leading zero, digits on both sides of the point.
fn is_json_number(token: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = token.split_once(['e', 'E']).unwrap_or((token, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    digits(whole) && digits(fraction) && digits(exponent) && (whole == "0" || !whole.starts_with('0'))
}

/// A record, or an object in it.
struct Object<'a> {
    rows: &'a mut Rows,
    scope: Scope,
    /// Texts may have been numbers in the line.
    rewritten: bool,
}

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut previous = None;
        while let Some(field) = map.next_key_seed(Key { rows: self.rows, scope: self.scope, previous })? {
            map.next_value_seed(CellOf { rows: self.rows, field, rewritten: self.rewritten })?;
            previous = Some(field);
        }
        Ok(())
    }
}

/// A key, which becomes the number of its field.
struct Key<'a> {
    rows: &'a mut Rows,
    scope: Scope,
    previous: Option<usize>,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<usize, E> {
        Ok(self.rows.field(self.scope, key, self.previous).field)
    }
}

/// The value of a field.
struct CellOf<'a> {
    rows: &'a mut Rows,
    field: usize,
    rewritten: bool,
}

impl CellOf<'_> {
    fn put<E>(self, value: Value<'_>) -> Result<(), E> {
        self.rows.put(self.field, value);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for CellOf<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for CellOf<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.put(Value::Null)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.put(Value::Bool(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        self.put(Value::Unsigned(value))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.put(Value::Signed(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.put(Value::Float(value))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        let value = if self.rewritten { Value::Plain(text) } else { Value::Quoted(text) };
        self.put(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let (mut numbers, mut readable) = (Vec::new(), true);
        while let Some(element) = list.next_element_seed(Element { rewritten: self.rewritten })? {
            readable &= element.is_some() && numbers.len() < MAX_LIST;
            if readable {
                numbers.extend(element);
            }
        }
        match self.rows.inside(self.field).filter(|_| readable) {
            None => self.put(Value::Nested("a list")),
            Some(scope) => {
                self.rows.put_list(scope, &numbers);
                Ok(())
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if let Some(scope) = self.rows.inside(self.field) {
            return Object { rows: self.rows, scope, rewritten: self.rewritten }.visit_map(map);
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.put(Value::Nested("an object"))
    }
}

/// The most numbers of a list that become columns, one each.
pub(crate) const MAX_LIST: usize = 64;

/// An element of a list: a number, NaN for none; `None` if it is anything else.
struct Element {
    rewritten: bool,
}

impl<'de> DeserializeSeed<'de> for Element {
    type Value = Option<f64>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<f64>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Element {
    type Value = Option<f64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Option<f64>, E> {
        Ok(Some(f64::NAN))
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<Option<f64>, E> {
        Ok(None)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Option<f64>, E> {
        Ok(Some(value as f64))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Option<f64>, E> {
        Ok(Some(value as f64))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Option<f64>, E> {
        Ok(Some(value))
    }

    /// A word that was put in quotes because it is a number only to some.
    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Option<f64>, E> {
        Ok(match cell::read(text) {
            Cell::Number(value) if self.rewritten => Some(value),
            Cell::NonFinite if self.rewritten => Some(f64::NAN),
            _ => None,
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<f64>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<f64>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

/// Reads the JSON text in a cell: what it holds goes into columns of its own.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn cell_of(rows: &mut Rows, field: usize, text: &str) -> Result<(), String> {
    let mut json = serde_json::Deserializer::from_str(text);
    let cell = CellOf { rows, field, rewritten: false };
    cell.deserialize(&mut json).and_then(|()| json.end()).map_err(|error| error.to_string())
}

/// Whether a text is a whole JSON object or list.
pub(crate) fn is_nested(text: &str) -> bool {
    text.trim_ascii().starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bare_words_that_mean_a_number_get_quotes() {
        for (line, rewritten) in [
            (r#"{"a":NaN}"#, r#"{"a":"NaN"}"#),
            (r#"{"a":-Infinity,"b":1e999}"#, r#"{"a":"-Infinity","b":"1e999"}"#),
            (r#"{"a":"NaN, Infinity"}"#, r#"{"a":"NaN, Infinity"}"#),
            (r#"{"a\"":NaN}"#, r#"{"a\"":"NaN"}"#),
            (r#"{"a":"\\","b":[nan]}"#, r#"{"a":"\\","b":["nan"]}"#),
            (r#"{"a":Nope,"b":1.5}"#, r#"{"a":Nope,"b":1.5}"#),
            (r#"{"a":"open"#, r#"{"a":"open"#),
        ] {
            assert_eq!(quote_bare_words(line, false).0, rewritten, "{line}");
        }
        assert_eq!(quote_bare_words(r#"{"a":1.10,"b":true,"c":01}"#, true).0, r#"{"a":"1.10","b":true,"c":01}"#);
        assert_eq!(quote_bare_words("{a:NaN}", false).1, [4, 8]);
    }

    #[test]
    fn a_number_is_what_json_calls_one() {
        for token in ["0", "10", "0.5", "1e5", "1.5E-10", "1e+5"] {
            assert!(is_json_number(token), "{token}");
        }
        for token in ["", "01", ".5", "5.", "1e", "+1", "1.2.3", "e5", "0x1"] {
            assert!(!is_json_number(token), "{token}");
        }
    }
}
