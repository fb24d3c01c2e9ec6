//! What was read: the first thing a person sees, as every verdict rests on it.

use std::{collections::BTreeMap, fmt::Write};

use driftgate_documents::{ColumnUse, Fate, Provenance, Report, Window};

use super::{QUIET, UNSURE, count, paint, table::paragraph};

/// Columns that are named; further ones are counted.
const NAMED: usize = 12;

/// How much was read of each window, and what became of the columns that were not judged.
#[must_use]
pub fn account(report: &Report) -> String {
    let Some(current) = &report.current else { return String::new() };
    let read = |name: &str, window: &Window| size(window, report.provenance.get(name));
    let mut line = format!("Read {}", read("current", current));
    for (name, window) in [("reference", &report.reference), ("baseline", &report.baseline)] {
        if let Some(window) = window {
            let _ = write!(line, "; {name}: {}", read(name, window));
        }
    }
    let mut text = paragraph("", &paint(QUIET, &format!("{line}.")));
    for (name, read) in report.provenance.iter().filter(|(_, read)| read.outcomes > 0) {
        let found = format!(
            "{name}: {} of {} rows found their outcome, among {} late ones",
            count(read.outcomes_joined),
            count(read.sources.values().map(|source| source.rows).sum()),
            count(read.outcomes)
        );
        let style = if read.outcomes_joined == 0 { UNSURE } else { QUIET };
        text.push_str(&paragraph("", &paint(style, &found)));
    }
    let columns = others(report);
    for (name, column) in columns.iter().take(NAMED) {
        let (word, style) = match column.fate {
            Fate::NotRead => ("not read", UNSURE),
            Fate::LeftOut => ("left out", QUIET),
            Fate::NotJudged | Fate::Judged => ("not judged", QUIET),
        };
        let reason = column.reason.as_deref().unwrap_or_default();
        text.push_str(&paragraph(&paint(style, &format!("  {word:<11}")), &format!("{name}: {reason}")));
    }
    if columns.len() > NAMED {
        let more = format!("  and {} more columns (--format json names all)\n", columns.len() - NAMED);
        text.push_str(&paint(QUIET, &more));
    }
    text + "\n"
}

fn size(window: &Window, provenance: Option<&Provenance>) -> String {
    let columns = window.columns.values().filter(|column| column.fate != Fate::LeftOut).count();
    let named: Vec<(&str, u64)> =
        provenance.iter().flat_map(|read| &read.named).map(|(role, values)| (role.name(), *values)).collect();
    let names = named.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let rest = named.iter().fold(window.values, |rest, (_, values)| rest.saturating_sub(*values));
    let judged = match window.judged_values {
        all if all == window.values => "all judged".to_owned(),
        all if all == rest => format!("all judged but {names}"),
        some if window.models.len() > 1 => format!("{} of them judged, those of one model", count(some)),
        some => format!("{} of them judged", count(some)),
    };
    format!("{} rows, {} values in {columns} columns, {judged}", count(window.rows), count(window.values))
}

/// The columns that are not judged in some window: those that were not read first.
fn others(report: &Report) -> Vec<(&str, &ColumnUse)> {
    let windows = [&report.current, &report.reference, &report.baseline].into_iter().flatten();
    let mut others: BTreeMap<&str, &ColumnUse> = BTreeMap::new();
    // Without a reference nothing is judged by its distribution: that is said once, elsewhere.
    let is_other = |column: &&ColumnUse| match column.fate {
        Fate::Judged => false,
        Fate::NotJudged => report.reference.is_some(),
        Fate::NotRead | Fate::LeftOut => true,
    };
    // Those that say which row it is are named above.
    let is_named =
        |name: &String| report.provenance.values().any(|read| read.named.keys().any(|role| role.name() == name));
    for (name, column) in windows.flat_map(|window| &window.columns).filter(|(name, _)| !is_named(name)) {
        if is_other(&column) {
            let known = others.entry(name).or_insert(column);
            if column.fate == Fate::NotRead {
                *known = column;
            }
        }
    }
    let mut others: Vec<_> = others.into_iter().collect();
    others.sort_by_key(|(_, column)| column.fate != Fate::NotRead);
    others
}
