//! Numbers as people write them: `1.234,50 EUR`, `$12.50`, `12 %`, `(1 234)`.
//!
//! A column has one convention, found in its head: what stands before the decimals and, in front of or behind every number, one
//! unit. Digits come in groups of three (or, as in India, of two before the last three), divided by the other mark, a blank, an
//! apostrophe or an underscore. What fits neither convention in nearly all of a column stays text. What fits both, such as
//! `1,234`, is decided by the rest of the log or by the caller, never by a guess.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::{String, ToString},
    vec::Vec,
};

use driftgate_documents::{ColumnKind, DecimalMark, InferOptions, Written};

use super::{cell, fields::split_prefix, jsonl, roles::Seen};
use crate::{
    Error, math,
    table::{Cell, Kind},
};

/// The share of a column's values that have to follow a convention.
const MOST: f64 = 0.95;

/// The share of words beside whole numbers from which on a column holds codes.
const CODES: f64 = 0.05;

/// The least number of either: fewer are slips.
const MIN_CODES: u64 = 3;

/// How the numbers of a column are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    pub(crate) decimal: DecimalMark,
    pub(crate) unit: String,
}

impl Style {
    /// The number that a text stands for; percents are divided by 100.
    pub(crate) fn read(&self, text: &str) -> Option<f64> {
        let parts = Parts::of(text)?;
        if !parts.unit.is_empty() && parts.unit != self.unit {
            return None;
        }
        let digits = plain_digits(&parts.body, self.decimal)?;
        let exponent = parts.exponent - if parts.unit == "%" { 2 } else { 0 };
        let value = format!("{digits}e{exponent}").parse::<f64>().ok().filter(|value| value.is_finite())?;
        Some(if parts.negative { -value } else { value })
    }
}

/// The number with the shortest decimals that 32 bits tell from its neighbours, if it is one of 32 bits.
pub(crate) fn shortest_float32(value: f64) -> f64 {
    let narrow = value as f32;
    if f64::from(narrow) != value {
        return value;
    }
    narrow.to_string().parse().unwrap_or(value)
}

/// A number for people, taken apart.
struct Parts {
    negative: bool,
    /// Digits, marks and what divides groups.
    body: String,
    exponent: i32,
    unit: String,
}

impl Parts {
    fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        let in_brackets = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        let (minus, rest) = sign(in_brackets.unwrap_or(text));
        let at = rest.find(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','))?;
        let (front, rest) = rest.split_at_checked(at)?;
        let (minus_behind_unit, rest) = sign(rest);
        let (front, minus_before_digits) = match front.trim_end().strip_suffix(['-', '\u{2212}']) {
            Some(front) => (front.trim(), true),
            None => (front.trim(), false),
        };
        let end = rest.find(|c: char| !is_body(c)).unwrap_or(rest.len());
        let (body, rest) = rest.split_at_checked(end)?;
        let (exponent, rest) = exponent(rest);
        let glued = !body.ends_with(is_blank) && !rest.starts_with(is_blank);
        let (minus_at_end, back) = match rest.trim() {
            "-" | "\u{2212}" => (true, ""),
            back => (false, back),
        };
        let known = match (front, back) {
            ("", "") => true,
            (front, "") => is_currency(front),
            ("", back) => is_currency(back) || is_unit(back, glued),
            _ => false,
        };
        let signs = [in_brackets.is_some(), minus, minus_behind_unit, minus_before_digits, minus_at_end];
        let signs = signs.into_iter().filter(|sign| *sign).count();
        (known && signs <= 1).then(|| Self {
            negative: signs == 1,
            body: body.trim_matches(is_blank).chars().map(|c| if is_blank(c) { ' ' } else { c }).collect(),
            exponent,
            unit: if front.is_empty() { back } else { front }.to_string(),
        })
    }
}

/// Whether a text begins with a minus, and what follows its sign.
fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// `E+05` behind the digits, as spreadsheets write it.
fn exponent(text: &str) -> (i32, &str) {
    let none = (0, text);
    let Some(rest) = text.strip_prefix(['e', 'E']) else { return none };
    let digits = rest.strip_prefix(['+', '-']).unwrap_or(rest);
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    let end = rest.len() - digits.len() + length;
    match rest.split_at_checked(end) {
        Some((written, rest)) if (1..=3).contains(&length) => (written.parse().unwrap_or(0), rest),
        _ => none,
    }
}

/// Blanks that stand between groups of digits, the narrow and the unbreakable ones included.
const fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{a0}' | '\u{2007}' | '\u{2009}' | '\u{202f}')
}

const fn is_body(c: char) -> bool {
    c.is_ascii_digit() || is_blank(c) || matches!(c, '.' | ',' | '\'' | '\u{2019}' | '_')
}

fn is_currency(text: &str) -> bool {
    const CODES: [&str; 30] = [
        "USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD", "NZD", "CNY", "HKD", "SGD", "SEK", "NOK", "DKK", "PLN", "CZK",
        "HUF", "INR", "BRL", "MXN", "ZAR", "KRW", "TRY", "RUB", "ILS", "THB", "IDR", "Rs", "kr", "R$",
    ];
    CODES.contains(&text)
        || matches!(
            text,
            "$" | "\u{20ac}"
                | "\u{a3}"
                | "\u{a5}"
                | "\u{20b9}"
                | "\u{20bd}"
                | "\u{20a9}"
                | "\u{20ba}"
                | "\u{20ab}"
                | "\u{20aa}"
                | "\u{e3f}"
                | "\u{a2}"
                | "US$"
                | "CA$"
                | "A$"
                | "z\u{142}"
                | "K\u{10d}"
        )
}

/// Whether a text behind a number is a unit: of the usual ones if nothing stands between, else any short word.
fn is_unit(text: &str, glued: bool) -> bool {
    const USUAL: [&str; 60] = [
        "%", "\u{2030}", "bp", "bps", "kg", "g", "mg", "t", "lb", "lbs", "oz", "m", "cm", "mm", "km", "mi", "ft", "in",
        "s", "ms", "us", "\u{b5}s", "ns", "min", "h", "hr", "hrs", "d", "days", "\u{b0}", "\u{b0}C", "\u{b0}F", "K",
        "V", "mV", "A", "mA", "W", "kW", "MW", "kWh", "MWh", "Wh", "Hz", "kHz", "MHz", "GHz", "Pa", "hPa", "kPa",
        "bar", "psi", "kB", "KB", "MB", "GB", "TB", "l", "ml", "km/h",
    ];
    let word = |c: char| c.is_alphabetic() || matches!(c, '%' | '\u{b0}' | '/' | '\u{b2}' | '\u{b3}' | '\u{b5}');
    USUAL.contains(&text) || (!glued && text.chars().count() <= 12 && text.chars().all(word))
}

/// The digits with a point before the decimals and without what divides groups; `None` if they are not written so.
fn plain_digits(body: &str, decimal: DecimalMark) -> Option<String> {
    let mark = if decimal == DecimalMark::Point { '.' } else { ',' };
    let (whole, decimals) = body.split_once(mark).map_or((body, None), |(whole, decimals)| (whole, Some(decimals)));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if decimals.is_some_and(|decimals| !all_digits(decimals)) || (whole.is_empty() && decimals.is_none()) {
        return None;
    }
    let divider = whole.chars().find(|c| !c.is_ascii_digit());
    let digits = match divider {
        None => whole.to_string(),
        Some(divider) => {
            let groups: Vec<&str> = whole.split(divider).collect();
            let (first, rest) = groups.split_first()?;
            let (last, middle) = rest.split_last()?;
            let size = middle.first().map_or(3, |group| group.len());
            let fits = groups.iter().all(|group| all_digits(group))
                && (1..=3).contains(&first.len())
                && !first.starts_with('0')
                && last.len() == 3
                && matches!(size, 2 | 3)
                && middle.iter().all(|group| group.len() == size);
            if !fits {
                return None;
            }
            groups.concat()
        }
    };
    let digits = if digits.is_empty() { "0".to_string() } else { digits };
    Some(match decimals {
        Some(decimals) => format!("{digits}.{decimals}"),
        None => digits,
    })
}

/// What the texts of one column could be.
struct Texts {
    /// Values in all, missing ones aside.
    values: u64,
    /// Plain numbers, and whether all of them are whole.
    plain: u64,
    whole: bool,
    /// Texts that are numbers with the decimal point, with the comma.
    fit: [u64; 2],
    /// Whether a point or comma occurs in the numbers at all.
    marked: bool,
    /// The unit that most of the numbers with a unit have.
    unit: String,
    /// A value that both conventions read, and differently.
    double: Option<String>,
    /// Numbers that only 32 bits explain, and whether all that are not whole are such.
    narrow: u64,
    all_narrow: bool,
}

const MARKS: [DecimalMark; 2] = [DecimalMark::Point, DecimalMark::Comma];

impl Texts {
    /// Of a column of CSV numbers are texts that were read as they are written, of others they are numbers whatever texts mean.
    fn of(column: &Seen<'_>, csv: bool) -> Self {
        let mut found = Self {
            values: 0,
            plain: 0,
            whole: true,
            fit: [0; 2],
            marked: false,
            unit: String::new(),
            double: None,
            narrow: 0,
            all_narrow: true,
        };
        let texts = counted(column);
        let mut units: BTreeMap<String, u64> = BTreeMap::new();
        for (text, count) in texts.iter().filter(|(text, _)| !matches!(cell::read(text), Cell::Number(_))) {
            if let Some(parts) = Parts::of(text).filter(|parts| !parts.unit.is_empty()) {
                *units.entry(parts.unit).or_default() += count;
            }
        }
        // Every number has it, or none: `10` beside `11A` are codes. A zero needs none.
        let is_bare = |cell: Cell<'_>| matches!(cell, Cell::Number(value) if value != 0.0);
        let bare = (0..column.cells.len()).filter(|row| is_bare(column.cells.get(*row))).count() as u64;
        let bare = texts.iter().filter(|(text, _)| is_bare(cell::read(text))).fold(bare, |sum, (_, count)| sum + count);
        let most = units.iter().max_by_key(|(_, count)| **count);
        let most = most.filter(|(_, count)| **count as f64 >= MOST * (bare + **count) as f64);
        found.unit = most.map_or_else(String::new, |(unit, _)| unit.clone());
        for cell in (0..column.cells.len()).map(|row| column.cells.get(row)) {
            if let Cell::Number(value) = cell {
                let pointed = csv && math::trunc(value) != value;
                found.values += 1;
                found.fit[0] += 1;
                found.fit[1] += u64::from(!pointed);
                found.marked |= pointed;
                found.add_plain(value, 1);
            }
        }
        for (text, count) in texts {
            found.add(text, count);
        }
        found
    }

    fn add(&mut self, text: &str, count: u64) {
        let read = cell::read(text);
        if matches!(read, Cell::Missing | Cell::NonFinite) || cell::means_missing(text.trim_ascii()) {
            return;
        }
        self.values += count;
        if let Cell::Number(value) = read {
            self.add_plain(value, count);
        }
        let readings = MARKS.map(|decimal| Style { decimal, unit: self.unit.clone() }.read(text));
        for (fit, reading) in self.fit.iter_mut().zip(readings) {
            *fit += if reading.is_some() { count } else { 0 };
        }
        self.marked |= text.contains(['.', ',']);
        if let [Some(a), Some(b)] = readings
            && a != b
        {
            self.double.get_or_insert_with(|| text.to_string());
        }
    }

    fn add_plain(&mut self, value: f64, count: u64) {
        self.plain += count;
        if math::trunc(value) == value {
            return;
        }
        self.whole = false;
        let is_narrow = f64::from(value as f32) == value;
        self.all_narrow &= is_narrow;
        let longer = is_narrow && shortest_float32(value) != value;
        self.narrow += u64::from(longer) * count;
    }

    fn most(&self, count: u64) -> bool {
        self.values > 0 && count as f64 >= MOST * self.values as f64
    }

    /// The conventions that nearly all values follow.
    fn conventions(&self) -> Vec<DecimalMark> {
        let fits = MARKS.into_iter().zip(self.fit);
        fits.filter(|(_, fit)| self.most(*fit)).map(|(mark, _)| mark).collect()
    }
}

/// The distinct texts of a column and how often each stands there.
pub(crate) fn counted<'a>(column: &Seen<'a>) -> Vec<(&'a str, u64)> {
    let mut counts = alloc::vec![0_u64; column.cells.levels().len()];
    for (kind, value) in column.cells.kinds().iter().zip(column.cells.values()) {
        if *kind == Kind::Text
            && let Some(count) = counts.get_mut(*value as usize)
        {
            *count += 1;
        }
    }
    let texts = column.cells.levels().iter().map(String::as_str).zip(counts);
    texts.filter(|(_, count)| *count > 0).collect()
}

/// The columns that hold JSON text in every row.
pub(crate) fn json_columns(columns: &[Seen<'_>]) -> Vec<String> {
    let all_json = columns.iter().filter(|column| {
        let texts = counted(column);
        let values = texts
            .iter()
            .filter(|(text, _)| !matches!(cell::read(text), Cell::Missing) && !cell::means_missing(text.trim_ascii()));
        let mut values = values.peekable();
        values.peek().is_some() && column.count(Kind::Number) == 0 && values.all(|(text, _)| jsonl::is_nested(text))
    });
    all_json.map(|column| column.name.to_string()).collect()
}

/// The paths under which objects and lists stand, where they are not outnumbered by values of another kind.
pub(crate) fn nested(columns: &[Seen<'_>]) -> Vec<String> {
    let mut inside: BTreeMap<&str, u64> = BTreeMap::new();
    for column in columns {
        let values = column.count(Kind::Number) + column.count(Kind::Text);
        for (at, _) in column.name.match_indices(['.', '[']).filter(|(at, _)| *at > 0) {
            let most = inside.entry(&column.name[..at]).or_default();
            *most = values.max(*most);
        }
    }
    let own = |path: &str| columns.iter().find(|column| column.name == path);
    let values = |path: &str| own(path).map_or(0, |column| column.count(Kind::Number) + column.count(Kind::Text));
    let nested = inside.into_iter().filter(|(path, most)| values(path) < *most);
    nested.map(|(path, _)| path.to_string()).collect()
}

/// How the columns of a head are written, as far as it is not in a plain way; `names` are columns that hold names, ids or times,
/// `labels` those that may hold labels, `separator` what separates the cells of CSV. Where `1,234` may be 1234 or 1.234, the caller decides, or that commas separate the cells,
/// or the other columns, or the log that this one is compared with.
///
/// # Errors
/// If nothing decides.
pub(crate) fn find(
    columns: &[Seen<'_>],
    names: &BTreeSet<&str>,
    labels: &[&str],
    separator: Option<u8>,
    options: &InferOptions,
) -> Result<BTreeMap<String, Written>, Error> {
    let like = |name: &str| options.like.as_ref().and_then(|like| like.written.get(name));
    let values = columns.iter().filter(|column| !names.contains(column.name));
    let texts: Vec<(&str, Texts)> =
        values.map(|column| (column.name, Texts::of(column, separator.is_some()))).collect();
    let mut written = BTreeMap::new();
    let mut open = Vec::new();
    let mut evidence = BTreeSet::new();
    for (name, texts) in &texts {
        let conventions = texts.conventions();
        let styled = !texts.most(texts.plain);
        match conventions.as_slice() {
            _ if like(name) == Some(&Written::Codes) => {
                written.insert((*name).to_string(), Written::Codes);
            }
            // Plain numbers in a log of decimal commas may be thousands.
            [DecimalMark::Point, DecimalMark::Comma] if texts.marked && texts.double.is_some() => {
                open.push((*name, texts))
            }
            [decimal, ..] => {
                if texts.marked && conventions.len() == 1 {
                    evidence.insert(*decimal as u8);
                }
                if styled || *decimal == DecimalMark::Comma {
                    let unit = texts.unit.clone();
                    written.insert((*name).to_string(), Written::Numbers { decimal: *decimal, unit });
                }
            }
            [] if !labels.contains(name) && is_code(texts) => {
                written.insert((*name).to_string(), Written::Codes);
            }
            [] => {}
        }
        if !written.contains_key(*name) && texts.narrow > 0 && texts.all_narrow && texts.most(texts.plain) {
            written.insert((*name).to_string(), Written::Float32);
        }
    }
    let told = match (evidence.contains(&(DecimalMark::Point as u8)), evidence.contains(&(DecimalMark::Comma as u8))) {
        (true, false) => Some(DecimalMark::Point),
        (false, true) => Some(DecimalMark::Comma),
        _ => None,
    };
    for (name, texts) in open {
        let plain = texts.most(texts.plain);
        let by_separator = (separator == Some(b',')).then_some(DecimalMark::Point);
        let by_default = plain.then_some(DecimalMark::Point);
        let by_other = match like(name) {
            Some(Written::Numbers { decimal, .. }) => Some(*decimal),
            _ => None,
        };
        let decided = options.decimal.or(by_separator).or(by_other).or(told).or(by_default);
        let decided = decided.ok_or_else(|| ambiguous(name, texts))?;
        if !plain || decided == DecimalMark::Comma {
            written.insert(name.to_string(), Written::Numbers { decimal: decided, unit: texts.unit.clone() });
        }
    }
    for (name, texts) in &texts {
        check_unit(name, texts, written.get(*name), options)?;
    }
    Ok(written)
}

/// Numbers in kilograms are not to be held against numbers in grams.
fn check_unit(name: &str, texts: &Texts, written: Option<&Written>, options: &InferOptions) -> Result<(), Error> {
    let Some(like) = &options.like else { return Ok(()) };
    let is_number = like.seen.get(split_prefix(name).1) == Some(&ColumnKind::Number);
    let before = match like.written.get(name) {
        Some(Written::Numbers { unit, .. }) => unit.as_str(),
        _ if is_number => "",
        _ => return Ok(()),
    };
    let now = match written {
        Some(Written::Numbers { unit, .. }) => unit.as_str(),
        _ if texts.most(texts.plain) => "",
        _ => return Ok(()),
    };
    if before == now {
        return Ok(());
    }
    let of = |unit: &str| if unit.is_empty() { "no unit".to_string() } else { format!("the unit \"{unit}\"") };
    Err(Error::input(format!(
        "column `{name}`: its numbers have {} here and {} in the log it is compared with; write both in one unit, or leave the column \
         out with --ignore {name}",
        of(now),
        of(before)
    )))
}

/// Whether a column holds both words and whole numbers, neither of them as an exception.
fn is_code(texts: &Texts) -> bool {
    let fewer = texts.plain.min(texts.values - texts.plain);
    texts.whole && fewer >= MIN_CODES && fewer as f64 >= CODES * texts.values as f64
}

fn ambiguous(name: &str, texts: &Texts) -> Error {
    let example = texts.double.as_deref().unwrap_or_default();
    let [point, comma] = MARKS.map(|decimal| Style { decimal, unit: texts.unit.clone() }.read(example).unwrap_or(0.0));
    Error::usage(format!(
        "column `{name}`: \"{}\" may be {point} or {comma}, and nothing in the log tells; say --decimal point for {point} or \
         --decimal comma for {comma}, or leave the column out with --ignore {name}",
        cell::shorten(example)
    ))
}

/// What to say of a column that is not written in a plain way.
pub(crate) fn note(column: &str, written: &Written, example: &str) -> String {
    let example = cell::shorten(example);
    match written {
        Written::Json => format!("`{column}` holds JSON text: its values are columns of their own"),
        Written::Nested => format!("`{column}` holds objects or lists: their values are columns of their own"),
        Written::Float32 => format!("`{column}` holds 32-bit numbers: {example} is read with the decimals they had"),
        Written::Codes => format!("`{column}` holds numbers and words: all of them are read as categories"),
        Written::Numbers { decimal, unit } => {
            let value = Style { decimal: *decimal, unit: unit.clone() }.read(&example);
            let value = value.map_or_else(String::new, |value| format!("\"{example}\" is read as {value}"));
            format!("`{column}` holds numbers as people write them: {value}")
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn style(decimal: DecimalMark, unit: &str) -> Style {
        Style { decimal, unit: unit.into() }
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, unit, value) in [
            ("1,234.50", "", 1234.5),
            ("$1,234.50", "$", 1234.5),
            ("-$12", "$", -12.0),
            ("$-12", "$", -12.0),
            ("($12.50)", "$", -12.5),
            ("12.50-", "", -12.5),
            ("\u{2212}3", "", -3.0),
            ("62.88%", "%", 0.6288),
            ("12 %", "%", 0.12),
            ("1 234 567", "", 1_234_567.0),
            ("1\u{202f}234\u{a0}567.5", "", 1_234_567.5),
            ("1'234.5", "", 1234.5),
            ("12,34,567", "", 1_234_567.0),
            ("5 kg", "kg", 5.0),
            ("21.5\u{b0}C", "\u{b0}C", 21.5),
            ("1,234 EUR", "EUR", 1234.0),
            ("EUR 7", "EUR", 7.0),
            ("1.5E+05", "", 150_000.0),
            (".5", "", 0.5),
            ("7", "kg", 7.0),
        ] {
            assert_eq!(style(DecimalMark::Point, unit).read(text), Some(value), "{text}");
        }
        for (text, unit, value) in [
            ("1,5", "", 1.5),
            ("1.234,50", "", 1234.5),
            ("1 234,5 \u{20ac}", "\u{20ac}", 1234.5),
            ("-0,765", "", -0.765),
            ("12,5 %", "%", 0.125),
            ("1,23E-02", "", 0.0123),
            ("1.234", "", 1234.0),
        ] {
            assert_eq!(style(DecimalMark::Comma, unit).read(text), Some(value), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_of_that_style_is_none() {
        for text in [
            "",
            "-",
            "abc",
            "1,23",
            "1,2345",
            "0,123",
            "12A7",
            "1.2.3",
            "1,234 567",
            "A1",
            "Q3",
            "2024-02-01",
            "12:30",
            "5 kg 3",
            "$5 USD",
            "--5",
            "12 %",
            ",",
            "1,,234",
        ] {
            assert_eq!(style(DecimalMark::Point, "").read(text), None, "{text}");
        }
        assert_eq!(style(DecimalMark::Comma, "").read("1.5"), None);
        assert_eq!(style(DecimalMark::Comma, "").read("1,234,567"), None);
    }

    #[test]
    fn a_32_bit_number_has_its_shortest_decimals() {
        assert_eq!(shortest_float32(0.100_000_001_490_116_12), 0.1);
        assert_eq!(shortest_float32(0.300_000_011_920_928_96), 0.3);
        assert_eq!(shortest_float32(0.1), 0.1);
        assert_eq!(shortest_float32(0.5), 0.5);
        assert_eq!(shortest_float32(1e300), 1e300);
    }
}
