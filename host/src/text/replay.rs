//! The error replay buffer in numbers.

use std::{collections::BTreeMap, fmt::Write};

use driftgate_documents::{ReplayGroup, Report};

use super::{
    HEADING, count, number, paint,
    report::{shape, windows},
    table::{Side, table},
};

/// Values of a column shown.
const VALUES: usize = 8;

/// The whole answer of `replay stats`.
#[must_use]
pub fn replay(report: &Report) -> String {
    let mut text = String::new();
    windows(&mut text, report);
    text.push_str(&numbers(report, &[]));
    shape(&mut text, report);
    text
}

/// What the buffer holds, by these columns, or by all; empty where there is none.
pub fn numbers(report: &Report, columns: &[&str]) -> String {
    let Some(replay) = &report.replay else { return String::new() };
    let model = report.current.as_ref().and_then(|window| window.model.as_ref()).filter(|model| !model.is_empty());
    let model = model.map_or_else(String::new, |model| format!(" of {model}"));
    let title = format!("Error replay buffer{model}: the worst predictions, to be learnt from again");
    let mut text = format!("{}\n", paint(HEADING, &title));
    let full = if replay.rows >= replay.limit { ", all it can hold" } else { "" };
    let _ = write!(text, "  {} rows{full}", count(replay.rows));
    if replay.average_confidence.is_some() {
        let _ = write!(text, ", average confidence {}", number(replay.average_confidence));
        let _ = write!(text, ", {} wrong with a confidence above 0.8", count(replay.confidently_wrong));
    }
    text.push('\n');
    let wanted = replay.by.iter().filter(|(column, _)| columns.is_empty() || columns.contains(&column.as_str()));
    let rows: Vec<Vec<String>> = wanted.flat_map(|(column, values)| of_column(column, values)).collect();
    let heading = [
        ("by", Side::Left),
        ("", Side::Left),
        ("rows", Side::Right),
        ("share", Side::Right),
        ("confidence", Side::Right),
        ("how wrong", Side::Right),
    ];
    text.push_str(&table(&heading, &rows));
    text.push('\n');
    text
}

/// The values of a column, those with most rows first.
fn of_column(column: &str, values: &BTreeMap<String, ReplayGroup>) -> Vec<Vec<String>> {
    let mut sorted: Vec<(&String, &ReplayGroup)> = values.iter().collect();
    sorted.sort_by(|a, b| b.1.rows.cmp(&a.1.rows).then_with(|| a.0.cmp(b.0)));
    let more = sorted.len().saturating_sub(VALUES);
    let name = |index: usize| if index == 0 { column.to_owned() } else { String::new() };
    let row = |(index, (value, group)): (usize, &(&String, &ReplayGroup))| {
        vec![
            name(index),
            (*value).clone(),
            count(group.rows),
            format!("{:.1} %", 100.0 * group.share),
            number(group.average_confidence),
            number(Some(group.average_score)),
        ]
    };
    let mut rows: Vec<Vec<String>> = sorted.iter().take(VALUES).enumerate().map(row).collect();
    if more > 0 {
        rows.push(vec![String::new(), format!("and {more} more")]);
    }
    rows
}
