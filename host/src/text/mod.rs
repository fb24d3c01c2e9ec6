//! Documents as text for a person. Nothing is computed here; numbers are only rounded for the eye.

mod account;
mod bars;
mod calibration;
mod comparison;
mod dashboard;
mod decision;
pub mod junit;
pub mod markdown;
mod metrics;
mod replay;
mod report;
mod segments;
mod table;

use anstyle::{AnsiColor, Style};
pub use calibration::calibration;
pub use comparison::comparison;
pub use dashboard::dashboard;
pub use decision::decision;
pub use replay::replay;
pub use report::report;
pub use segments::{Order, Wanted, segments};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    document::document,
    error::{Error, Result},
};

/// A document of the sandbox for a person's terminal: a log may hold anything, so control characters in its texts become
/// visible instead of effective.
///
/// # Errors
/// If the sandbox wrote another form.
pub fn readable<T: DeserializeOwned>(json: &str) -> Result<T> {
    let mut document: Value = document(json)?;
    make_visible(&mut document);
    serde_json::from_value(document)
        .map_err(|error| Error::internal(format!("the sandbox wrote an unknown form: {error}")))
}

fn make_visible(value: &mut Value) {
    match value {
        Value::String(text) => *text = visible(text),
        Value::Array(values) => values.iter_mut().for_each(make_visible),
        Value::Object(fields) => {
            *fields = std::mem::take(fields)
                .into_iter()
                .map(|(name, mut value)| {
                    make_visible(&mut value);
                    (visible(&name), value)
                })
                .collect();
        }
        _ => {}
    }
}

/// The text with every control character, and every one that turns the direction of writing, written as an escape.
pub fn visible(text: &str) -> String {
    text.chars().map(|c| if is_effective(c) { c.escape_default().to_string() } else { c.to_string() }).collect()
}

fn is_effective(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const UNSURE: Style = AnsiColor::Yellow.on_default().bold();
const HEADING: Style = Style::new().bold();
const QUIET: Style = Style::new().dimmed();

fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// A number with four significant digits; a dash where there is none.
fn number(value: Option<f64>) -> String {
    let Some(value) = value else { return "-".into() };
    let size = value.abs();
    if value == 0.0 {
        "0".into()
    } else if !(1e-4..1e7).contains(&size) {
        format!("{value:.1e}")
    } else {
        let written = format!("{size:e}");
        let exponent: i32 = written.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0);
        let digits = (3 - exponent).clamp(0, 6) as usize;
        let text = format!("{value:.digits$}");
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').into() } else { text }
    }
}

/// Both ends of an interval.
fn interval([low, high]: [f64; 2]) -> String {
    format!("[{}, {}]", number(Some(low)), number(Some(high)))
}

/// A count with thousands apart.
fn count(value: u64) -> String {
    indicatif::HumanCount(value).to_string()
}

/// A slice such as `regime=crash, sector=Energy`.
fn slice(slice: &driftgate_documents::Slice) -> String {
    slice.iter().map(|(column, value)| format!("{column}={value}")).collect::<Vec<_>>().join(", ")
}

/// Each reason once, in the order of its first name, with the first three names it is about and how many more.
fn by_reason<'a>(named: impl Iterator<Item = (&'a str, String)>) -> Vec<(&'a str, String)> {
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for (reason, name) in named {
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) => names.push(name),
            None => reasons.push((reason, vec![name])),
        }
    }
    let shown = |names: &[String]| match names {
        [first @ .., _] if names.len() > 3 => format!("{} and {} more", first[..3].join(", "), names.len() - 3),
        _ => names.join(", "),
    };
    reasons.into_iter().map(|(reason, names)| (reason, shown(&names))).collect()
}

/// The serde name of a unit variant: the word that stands in the document.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_four_digits() {
        let shown = [0.0, 0.90912, 12.3456, 1234.56, 3e-9, -0.5, 123_456.0].map(|value| number(Some(value)));
        assert_eq!(shown, ["0", "0.9091", "12.35", "1235", "3.0e-9", "-0.5", "123456"]);
        assert_eq!(number(None), "-");
    }

    #[test]
    fn each_reason_stands_once() {
        let named = [("x", "a"), ("y", "b"), ("x", "c"), ("x", "d"), ("x", "e")].map(|(r, n)| (r, n.to_string()));
        let shown = by_reason(named.into_iter());
        assert_eq!(shown, [("x", "a, c, d and 1 more".to_string()), ("y", "b".to_string())]);
    }

    #[test]
    fn control_characters_are_shown_not_obeyed() {
        let shown: Value = readable(r#"{"a\u001b[2J":["x\u0000y",1.5]}"#).unwrap();
        assert_eq!(shown.to_string(), r#"{"a\\u{1b}[2J":["x\\u{0}y",1.5]}"#);
    }
}
