//! The segments table: how well each model does on every slice of the log.

use std::{cmp::Ordering, collections::BTreeSet, fmt::Write};

use driftgate_documents::{PRIMARY, Performance, Report, find_metric};

use super::{
    HEADING, QUIET, UNSURE, count, interval, number, paint,
    report::{shape, windows},
    table::{Side, table},
};
use crate::{
    error::{Error, Result},
    nearest::nearest,
};

/// Metrics worth a column, in this order.
const METRICS: [&str; 9] =
    ["accuracy", "f1", "mape", "mae", "rmse", "directional_accuracy", "brier", "mean_pnl", "average_confidence"];

/// Slices with fewer rows are marked: what they show may be chance.
const FEW: u64 = 30;

/// What is wanted of the tables.
#[derive(Default)]
pub struct Wanted {
    /// Only the table by these columns.
    pub by: Option<Vec<String>>,
    /// In which order; by default weakest first.
    pub order: Option<Order>,
    /// At most so many slices a table.
    pub top: Option<usize>,
}

/// By what slices are sorted: a metric, `rows` or `slice`.
#[derive(Clone)]
pub struct Order {
    /// Its name.
    pub key: String,
    /// Largest first, or smallest first; by default what needs attention first.
    pub descending: Option<bool>,
}

/// A table for each set of columns that slices the log, or the one that is wanted.
///
/// # Errors
/// If there is no such table, or nothing of that name to sort by.
pub fn segments(report: &Report, wanted: &Wanted) -> Result<String> {
    let current: Vec<&Performance> = report.performance.iter().filter(|p| p.window == "current").collect();
    let mut keys: Vec<Vec<&str>> = current.iter().map(|p| key(p)).collect();
    keys.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    keys.dedup();
    if let Some(by) = &wanted.by {
        keys = vec![asked(&keys, by)?];
    }
    if let Some(order) = &wanted.order {
        check(&current, order)?;
    }
    let mut text = format!("{}\n\n", report.summary);
    windows(&mut text, report);
    for columns in keys {
        let group: Vec<&Performance> = current.iter().copied().filter(|p| key(p) == columns).collect();
        let _ = writeln!(text, "{}\n{}", paint(HEADING, &format!("By {}", name(&columns))), rows(group, wanted));
    }
    shape(&mut text, report);
    Ok(text)
}

/// The columns of a slice beside the model.
pub fn key(performance: &Performance) -> Vec<&str> {
    performance.slice.keys().map(String::as_str).filter(|column| *column != "model").collect()
}

fn name(columns: &[&str]) -> String {
    if columns.is_empty() { "model".to_owned() } else { columns.join(" x ") }
}

/// The one of the tables that is asked for.
fn asked<'a>(keys: &[Vec<&'a str>], by: &[String]) -> Result<Vec<&'a str>> {
    let mut columns: Vec<&str> = by.iter().map(String::as_str).filter(|column| *column != "model").collect();
    columns.sort_unstable();
    columns.dedup();
    if let Some(found) = keys.iter().find(|key| **key == columns) {
        return Ok(found.clone());
    }
    let known: Vec<String> =
        keys.iter().map(|key| if key.is_empty() { "model".to_owned() } else { key.join(",") }).collect();
    Err(Error::caller(format!("--by {}: there is no such table{}", by.join(","), hint(&by.join(","), &known))))
}

/// Whether there is something of that name to sort by.
fn check(group: &[&Performance], order: &Order) -> Result<()> {
    let mut known: BTreeSet<String> = group.iter().flat_map(|p| p.metrics.keys()).cloned().collect();
    known.extend(["rows".to_owned(), "slice".to_owned()]);
    if known.contains(&order.key) {
        return Ok(());
    }
    let known: Vec<String> = known.into_iter().collect();
    Err(Error::caller(format!("--sort {}: the log has no such metric{}", order.key, hint(&order.key, &known))))
}

/// The nearest of the known names, and all of them.
fn hint(word: &str, known: &[String]) -> String {
    let near = nearest(word, known.iter().map(String::as_str));
    let near = near.map_or_else(|| ".".to_owned(), |near| format!("; did you mean `{near}`?"));
    format!("{near} There are {}", known.join("; "))
}

/// The slices of one table, in the wanted order, at most so many.
pub fn rows(mut group: Vec<&Performance>, wanted: &Wanted) -> String {
    let has = |metric: &str| group.iter().any(|p| p.metrics.contains_key(metric));
    let primary = PRIMARY.into_iter().find(|metric| has(metric));
    let order = wanted.order.as_ref();
    let sorted_by = order.map(|order| order.key.as_str()).or(primary).unwrap_or("slice");
    group.sort_by(|a, b| compare(a, b, sorted_by, order.and_then(|order| order.descending)));
    let all = group.len();
    group.truncate(wanted.top.unwrap_or(all));

    let mut shown: Vec<&str> = METRICS.into_iter().filter(|metric| has_any(&group, metric)).collect();
    // What the table is sorted by stands first, whatever it is.
    if has_any(&group, sorted_by) {
        shown.retain(|metric| *metric != sorted_by);
        shown.insert(0, sorted_by);
    }
    let table = columns_and_metrics(&group, &shown);
    let mut notes = Vec::new();
    if group.len() < all {
        notes.push(format!("{} of {} slices", group.len(), count(all as u64)));
    }
    if shown.iter().any(|metric| group.iter().any(|p| p.intervals.contains_key(*metric))) {
        notes.push("in brackets: 95 % interval".to_owned());
    }
    if group.iter().any(|p| is_few(p)) {
        notes.push(format!("*: fewer than {FEW} rows, so what it shows may be chance; by a metric they come last"));
    }
    let notes = if notes.is_empty() { String::new() } else { format!("  {}\n", paint(QUIET, &notes.join("; "))) };
    table + &notes
}

fn has_any(group: &[&Performance], metric: &str) -> bool {
    group.iter().any(|p| p.metrics.contains_key(metric))
}

/// Whether the metrics of a slice rest on few rows.
const fn is_few(performance: &Performance) -> bool {
    let rows = if performance.pairs > 0 { performance.pairs } else { performance.rows };
    rows < FEW
}

/// One line a slice: its values, its size, its metrics; the first of them with its interval.
fn columns_and_metrics(group: &[&Performance], shown: &[&str]) -> String {
    let columns: Vec<&str> = group.first().map_or_else(Vec::new, |p| p.slice.keys().map(String::as_str).collect());
    let bounded = shown.first().filter(|metric| group.iter().any(|p| p.intervals.contains_key(**metric)));
    let mut heading: Vec<(&str, Side)> = columns.iter().map(|column| (*column, Side::Left)).collect();
    heading.extend([("rows", Side::Right), ("pairs", Side::Right)]);
    heading.extend(shown.iter().map(|metric| (*metric, Side::Right)));
    if bounded.is_some() {
        heading.insert(columns.len() + 3, ("", Side::Left));
    }
    let row = |p: &&Performance| {
        let mut cells: Vec<String> =
            columns.iter().map(|column| p.slice.get(*column).cloned().unwrap_or_default()).collect();
        let few = if is_few(p) { paint(UNSURE, "*") } else { String::new() };
        cells.extend([format!("{few}{}", count(p.rows)), count(p.pairs)]);
        cells.extend(shown.iter().map(|metric| number(p.metrics.get(*metric).copied())));
        if let Some(metric) = bounded {
            let bounds = p.intervals.get(*metric).map_or_else(String::new, |bounds| interval(*bounds));
            cells.insert(columns.len() + 3, bounds);
        }
        cells
    };
    table(&heading, &group.iter().map(row).collect::<Vec<_>>())
}

/// Which of two slices comes first; by a metric those of few rows come after the others, and those without a value last.
fn compare(a: &Performance, b: &Performance, key: &str, descending: Option<bool>) -> Ordering {
    let turned = |order: Ordering, down: bool| if down { order.reverse() } else { order };
    let order = match key {
        "slice" => turned(a.slice.cmp(&b.slice), descending.unwrap_or(false)),
        "rows" => turned(a.rows.cmp(&b.rows), descending.unwrap_or(true)),
        metric => {
            let weakest_last = find_metric(metric).is_some_and(|metric| !metric.larger_is_better);
            let by_value = match (a.metrics.get(metric), b.metrics.get(metric)) {
                (Some(x), Some(y)) => turned(x.total_cmp(y), descending.unwrap_or(weakest_last)),
                (x, y) => return y.is_some().cmp(&x.is_some()).then_with(|| a.slice.cmp(&b.slice)),
            };
            is_few(a).cmp(&is_few(b)).then(by_value)
        }
    };
    order.then_with(|| a.slice.cmp(&b.slice))
}
