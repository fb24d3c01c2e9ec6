//! The report in one or two sentences.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use driftgate_documents::{DriftVerdict, Finding, FindingKind, Report};

use super::accounts::{has_lost_outcomes, unread};
use crate::{order::IntoOrdered, words};

/// What a person should know first.
pub(super) fn summary(report: &Report) -> String {
    let notes = report.skipped.iter().filter(|skipped| SAID.contains(&skipped.method.as_str()));
    notes.fold(verdict(report), |summary, note| format!("{summary} {}.", capital(&note.reason)))
}

/// What could not be computed and is said first all the same, as it changes what every number means.
const SAID: [&str; 3] = [super::ROW_ID, super::LABELS, super::SPELLING];

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn verdict(report: &Report) -> String {
    let Some(current) = &report.current else { return String::new() };
    if report.reference.is_none() {
        return format!("{} read; without a reference nothing is said about drift.", words::count(current.rows, "row"));
    }
    let drifted: Vec<&Finding> =
        report.findings.iter().filter(|finding| finding.verdict == DriftVerdict::Drift).collect();
    let mut sentences = alloc::vec![first(report, &drifted)];
    sentences.extend(inputs(report));
    let kinds = [
        FindingKind::MultivariateDrift,
        FindingKind::CorrelationShift,
        FindingKind::RegimeDrift,
        FindingKind::PerformanceDecay,
    ];
    for kind in kinds {
        let of_kind = drifted.iter().find(|finding| finding.kind == kind);
        sentences.extend(of_kind.map(|finding| finding.message.clone() + "."));
    }
    sentences.join(" ")
}

fn first(report: &Report, drifted: &[&Finding]) -> String {
    match report.verdict {
        DriftVerdict::Drift => {
            latest(report, drifted).unwrap_or_else(|| "Drift: the current log is not like the reference.".into())
        }
        DriftVerdict::Inconclusive if unread(report).next().is_some() => {
            let columns = unread(report).map(|(name, _)| format!("`{name}`")).into_set();
            let columns: Vec<String> = columns.into_iter().collect();
            format!("Inconclusive: the log holds values that were not read, in {}.", columns.join(", "))
        }
        DriftVerdict::Inconclusive if has_lost_outcomes(report) => {
            "Inconclusive: none of the late outcomes found its row; are their ids those of the log?".into()
        }
        DriftVerdict::Inconclusive => "Inconclusive: there is too little data to say whether anything drifted.".into(),
        DriftVerdict::None if drifted.is_empty() => "No drift: the current log is like the reference.".into(),
        DriftVerdict::None => "No drift of weight: the changes found are minor.".to_string(),
    }
}

/// What the latest moving window says, where the current log as a whole is calm.
fn latest(report: &Report, drifted: &[&Finding]) -> Option<String> {
    let window = report.rolling.last()?;
    let calm = drifted.iter().all(|finding| finding.severity < report.plan.fail_on);
    calm.then(|| {
        format!(
            "Drift: the days {} .. {} are not like the reference ({}), though the current log as a whole is.",
            window.from,
            window.to,
            window.columns.join(", ")
        )
    })
}

/// How many inputs moved, and which one most.
fn inputs(report: &Report) -> Option<String> {
    // Other methods only read again what these two have judged, and segments are parts of the same rows.
    let judges = |finding: &&Finding| {
        matches!(finding.method.as_str(), "ks" | "chi_square") && finding.slice.keys().all(|key| key == "model")
    };
    let judged = report.findings.iter().filter(|finding| finding.kind == FindingKind::FeatureDrift);
    let inputs: Vec<&Finding> = judged.filter(judges).collect();
    let moved: Vec<&&Finding> = inputs.iter().filter(|finding| finding.verdict == DriftVerdict::Drift).collect();
    let most = moved.first()?;
    let name = most.column.as_deref().unwrap_or_default();
    let distance = if most.method == "ks" { "KS" } else { "total variation" };
    Some(format!(
        "{} of {} moved, most of all {name} ({distance} {}).",
        moved.len(),
        words::count(inputs.len() as u64, "input"),
        words::short(most.effect.unwrap_or(0.0))
    ))
}
