//! A calibration: how often a plan alarms on a calm log, and what it finds there.

use std::fmt::Write;

use driftgate_documents::{Calibration, FalseAlarms, Power};

use super::{
    HEADING, count, paint,
    table::{Side, table},
};

/// Alarms that are shown for each length of window.
const SHOWN: usize = 40;

/// Two tables, and every alarm with its date.
#[must_use]
pub fn calibration(calibration: &Calibration) -> String {
    let c = calibration;
    let name = if c.model.is_empty() { String::new() } else { format!(" of {}", c.model) };
    let mut text =
        format!("{} rows{name} on {} trading days, {} .. {}, taken to be calm.\n", count(c.rows), c.days, c.from, c.to);
    let against = match c.options.trailing {
        Some(days) => format!("the {days} trading days before it"),
        None => "all other days".into(),
    };
    let gap = if c.options.gap > 0 { format!(", {} days apart", c.options.gap) } else { String::new() };
    let _ = writeln!(text, "Every window is judged against {against}{gap}.\n");
    let _ = writeln!(text, "{}\n{}", paint(HEADING, "False alarms"), false_alarms(&c.false_alarms));
    for entry in c.false_alarms.iter().filter(|entry| entry.alarms > 0) {
        let _ = writeln!(text, "{}\n{}", paint(HEADING, &format!("Alarms of {} days", entry.days)), alarms(entry));
    }
    if !c.power.is_empty() {
        let heading = paint(HEADING, "Share of calm windows in which a change of one input is found");
        let _ = writeln!(text, "{heading}\n{}", power(&c.power));
    }
    for skipped in &c.skipped {
        let _ = writeln!(text, "not computed: {}: {}", skipped.method, skipped.reason);
    }
    text
}

fn false_alarms(entries: &[FalseAlarms]) -> String {
    let heading = [
        ("window", Side::Left),
        ("windows", Side::Right),
        ("alarms", Side::Right),
        ("share", Side::Right),
        ("undecided", Side::Right),
        ("episodes", Side::Right),
        ("disjoint", Side::Right),
        ("alarms", Side::Right),
        ("95 % interval", Side::Right),
    ];
    let row = |entry: &FalseAlarms| {
        let interval = entry.disjoint_interval.map(|[low, high]| format!("{} .. {}", percent(low), percent(high)));
        vec![
            format!("{} days", entry.days),
            count(entry.windows),
            count(entry.alarms),
            share(entry.alarms, entry.windows),
            count(entry.inconclusive),
            count(entry.episodes),
            count(entry.disjoint_windows),
            count(entry.disjoint_alarms),
            interval.unwrap_or_else(|| "-".into()),
        ]
    };
    table(&heading, &entries.iter().map(row).collect::<Vec<_>>())
}

fn alarms(entry: &FalseAlarms) -> String {
    let heading = [("window", Side::Left), ("what", Side::Left)];
    let shown = entry.alarming.iter().take(SHOWN);
    let rows = shown.map(|window| vec![format!("{} .. {}", window.from, window.to), window.columns.join(", ")]);
    let more = entry.alarming.len().saturating_sub(SHOWN);
    let rest = if more > 0 { format!("  and {more} more (--format json has all)\n") } else { String::new() };
    table(&heading, &rows.collect::<Vec<_>>()) + &rest
}

/// One line a column and length of window, one column a change.
fn power(entries: &[Power]) -> String {
    let mut changes: Vec<(&str, f64)> = Vec::new();
    let mut lines: Vec<(u32, &str)> = Vec::new();
    for entry in entries {
        let (change, line) = ((entry.change.as_str(), entry.size), (entry.days, entry.column.as_str()));
        if !changes.contains(&change) {
            changes.push(change);
        }
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    let titles: Vec<String> = changes
        .iter()
        .map(
            |(change, size)| if *change == "level" { format!("level +{size} sd") } else { format!("{change} x{size}") },
        )
        .collect();
    let mut heading = vec![("window", Side::Left), ("input", Side::Left), ("windows", Side::Right)];
    heading.extend(titles.iter().map(|title| (title.as_str(), Side::Right)));
    let row = |(days, column): &(u32, &str)| {
        let of_line: Vec<&Power> = entries.iter().filter(|e| e.days == *days && e.column == *column).collect();
        let windows = of_line.first().map_or(0, |entry| entry.windows);
        let mut cells = vec![format!("{days} days"), (*column).to_owned(), count(windows)];
        cells.extend(of_line.iter().map(|entry| share(entry.found, entry.windows)));
        cells
    };
    table(&heading, &lines.iter().map(row).collect::<Vec<_>>())
}

fn share(part: u64, all: u64) -> String {
    if all == 0 { "-".into() } else { percent(part as f64 / all as f64) }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}
