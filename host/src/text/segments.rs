//! The segments table: how well each model does on every slice of the log.

use std::fmt::Write;

use driftgate_documents::{Performance, Report};

use super::{
    HEADING, count, number, paint, shape, slice,
    table::{Side, table},
    windows,
};

const METRICS: [&str; 7] = ["accuracy", "f1", "mae", "rmse", "mape", "directional_accuracy", "confidence"];

/// A table for each set of columns that slices the log.
#[must_use]
pub fn segments(report: &Report) -> String {
    let mut text = format!("{}\n\n", report.summary);
    windows(&mut text, report);
    let mut keys: Vec<Vec<&str>> = report.performance.iter().map(key).collect();
    keys.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    keys.dedup();
    for columns in keys {
        let group: Vec<&Performance> = report.performance.iter().filter(|p| key(p) == columns).collect();
        let name = if columns.is_empty() { "model".to_owned() } else { columns.join(" x ") };
        let _ = writeln!(text, "{}\n{}", paint(HEADING, &format!("By {name}")), rows(&group));
    }
    shape(&mut text, report);
    text
}

/// The columns of a slice beside the model.
fn key(performance: &Performance) -> Vec<&str> {
    performance.slice.keys().map(String::as_str).filter(|column| *column != "model").collect()
}

fn rows(group: &[&Performance]) -> String {
    let metrics: Vec<&str> =
        METRICS.into_iter().filter(|metric| group.iter().any(|p| p.metrics.contains_key(*metric))).collect();
    let mut heading = vec![("slice", Side::Left), ("rows", Side::Right), ("pairs", Side::Right)];
    heading.extend(metrics.iter().map(|metric| (*metric, Side::Right)));
    let row = |p: &&Performance| {
        let mut cells = vec![slice(&p.slice), count(p.rows), count(p.pairs)];
        cells.extend(metrics.iter().map(|metric| number(p.metrics.get(*metric).copied())));
        cells
    };
    table(&heading, &group.iter().map(row).collect::<Vec<_>>())
}
