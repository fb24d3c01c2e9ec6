//! Data quality: rows that could not be used, values that went missing, columns that are gone.

use alloc::format;

use driftgate_documents::{DriftVerdict, FindingKind, Report};

use super::{Answer, fall, of_severity};
use crate::words;

/// The share of unusable rows that is a warning, and that is critical.
const LIMITS: [f64; 2] = [0.01, 0.05];

pub(super) fn score(report: &Report) -> Answer {
    let Some(window) = &report.current else { return Err("there is no current window".into()) };
    let unusable = window.bad_rows + window.conflicting_rows;
    let all = window.rows + unusable + window.repeated_rows;
    let share = unusable as f64 / all.max(1) as f64;
    let mut worst = (fall(share, LIMITS), format!("{} of {all} could not be used", words::count(unusable, "row")));
    let kinds = [FindingKind::Missingness, FindingKind::SchemaChange];
    for found in report.findings.iter().filter(|found| kinds.contains(&found.kind)) {
        let weight = if found.verdict == DriftVerdict::Drift { of_severity(found.severity) } else { 1.0 };
        if weight < worst.0 {
            worst = (weight, found.message.clone());
        }
    }
    if let Some(labels) = report.skipped.iter().find(|skipped| skipped.method == "labels") {
        worst = (0.0, labels.reason.clone());
    }
    if worst.0 == 1.0 {
        worst.1 = "every row could be used, and no column is gone or emptier than before".into();
    }
    Ok(worst)
}
