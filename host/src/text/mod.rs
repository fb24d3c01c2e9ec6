//! Documents as text for a person. Nothing is computed here; numbers are only rounded for the eye.

mod decision;
mod report;
mod segments;
mod table;

use anstyle::{AnsiColor, Style};
pub use decision::decision;
pub use report::{report, shape};
pub use segments::segments;

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

/// A count with thousands apart.
fn count(value: u64) -> String {
    indicatif::HumanCount(value).to_string()
}

/// A slice such as `regime=crash, sector=Energy`.
fn slice(slice: &driftgate_documents::Slice) -> String {
    slice.iter().map(|(column, value)| format!("{column}={value}")).collect::<Vec<_>>().join(", ")
}

/// The serde name of a unit variant: the word that stands in the document.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_four_digits() {
        let shown = [0.0, 0.90912, 12.3456, 1234.56, 3e-9, -0.5, 123_456.0].map(|value| number(Some(value)));
        assert_eq!(shown, ["0", "0.9091", "12.35", "1235", "3.0e-9", "-0.5", "123456"]);
        assert_eq!(number(None), "-");
    }
}
