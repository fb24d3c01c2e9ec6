//! The dashboard: whether the model is healthy and why, on one page. Everything in it is selected from the report.

mod detail;
mod health;
mod models;

use std::fmt::Write;

use driftgate_documents::{Report, Slice};

use super::{
    HEADING, QUIET, paint,
    report::{drift, shape, verdict, windows},
    table::paragraph,
};

/// Drifted columns and sentences shown; `check` shows all.
const SHORT: usize = 6;

/// The whole page; in detail with every list.
#[must_use]
pub fn dashboard(report: &Report, detailed: bool) -> String {
    let mut text = super::account::account(report) + &health::first_line(report);
    windows(&mut text, report);
    health::components(&mut text, report);
    health::usage(&mut text, report);
    models::performance(&mut text, report);
    models::against_rules(&mut text, report);
    models::regimes(&mut text, report);
    models::weakest(&mut text, report, detailed);
    models::trends(&mut text, report);
    if report.reference.is_some() {
        let _ = writeln!(text, "{}", paint(HEADING, "Drift and decay"));
        // Further sentences of the summary stand below.
        let _ = writeln!(text, "{}", paragraph("  ", &verdict(report)));
        drift(&mut text, report, if detailed { usize::MAX } else { SHORT });
    }
    models::estimates(&mut text, report, detailed);
    text.push_str(&super::replay::numbers(report, if detailed { &[] } else { &["regime", "actual", "prediction"] }));
    if detailed {
        detail::detail(&mut text, report);
    }
    shape(&mut text, report);
    if !detailed {
        let more = "More: --detailed (reliability, confusion, symbols, findings, worst predictions, lines over time)";
        let _ = writeln!(text, "{}", paint(QUIET, more));
    }
    text
}

/// The model of a slice.
fn model(slice: &Slice) -> String {
    slice.get("model").cloned().unwrap_or_default()
}

/// The values of a slice beside its model.
fn values(slice: &Slice) -> String {
    let values = slice.iter().filter(|(column, _)| *column != "model").map(|(_, value)| value.as_str());
    values.collect::<Vec<_>>().join(", ")
}

/// The columns of a slice beside its model.
fn columns(slice: &Slice) -> String {
    let columns = slice.keys().filter(|column| *column != "model").map(String::as_str);
    columns.collect::<Vec<_>>().join(" x ")
}

#[cfg(test)]
mod tests;
