//! The current window day by day: windows of N trading days, each judged as a log of its own, and since when they alarm.
//!
//! It needs every row, so the current log has to be a small one.

use alloc::{collections::BTreeMap, format, string::String, vec::Vec};

use driftgate_documents::{DriftVerdict, Finding, FindingKind, Plan, Rolling, Severity, Slice, State};

use super::{Models, Views, judge, verdict};
use crate::{
    drift::{self, Findings, Windows},
    gate::rows_of,
    profile::{Repeats, Resolution, Sections, View},
    read::format_day,
    table::{NO_TIME, Table},
};

/// Judges every window and writes into the findings since when their columns alarm.
pub(super) fn rolling(plan: &Plan, views: &Views<'_>, models: &Models, findings: &mut Findings) -> Vec<Rolling> {
    let (Some(days), Some(reference), Some(model)) = (plan.rolling, &views.reference, &models.reference) else {
        return Vec::new();
    };
    let mut skip = |reason: String| {
        findings.skip(FindingKind::FeatureDrift, None, &Slice::new(), "rolling", reason);
        Vec::new()
    };
    let Some(rows) = views.current.rows.as_deref().filter(|_| views.current.complete) else {
        return skip(
            "moving windows need every row, and this log is too large to be kept whole: give a part of it".into(),
        );
    };
    let by_day = by_day(rows, &models.current, views.current.settings.offset);
    if by_day.len() < days as usize {
        return skip(format!("{} trading days are fewer than a window of {days}", by_day.len()));
    }
    let by_day: Vec<(i64, Vec<usize>)> = by_day.into_iter().collect();
    let judged = by_day.windows(days as usize).map(|window| one(plan, window, rows, views, reference, model, models));
    let judged: Vec<Rolling> = judged.collect();
    findings.found.iter_mut().for_each(|finding| date(finding, &judged));
    judged
}

/// Trading day -> rows of the model.
fn by_day(rows: &Table, model: &str, offset: i64) -> BTreeMap<i64, Vec<usize>> {
    let mut days: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for row in rows_of(rows, model).filter(|row| rows.time[*row] != NO_TIME) {
        days.entry(Resolution::Day.bucket(rows.time[row], offset)).or_default().push(row);
    }
    days
}

fn one(
    plan: &Plan,
    window: &[(i64, Vec<usize>)],
    rows: &Table,
    views: &Views<'_>,
    reference: &View<'_>,
    model: &str,
    models: &Models,
) -> Rolling {
    let chosen: Vec<usize> = window.iter().flat_map(|(_, rows)| rows.iter().copied()).collect();
    let mut sections = Sections::new();
    sections.update(views.current.settings, &rows.select(&chosen));
    sections.settle();
    let view = View {
        settings: views.current.settings,
        sections: alloc::borrow::Cow::Owned(sections),
        rows: None,
        complete: true,
        whole: true,
        repeats: Repeats::default(),
        provenance: views.current.provenance,
    };
    let mut findings = Findings::default();
    if let Some(pair) = Windows::of(reference, model, &view, &models.current) {
        drift::column_drift(&pair, &judge(plan), &mut findings);
        drift::regime_drift(&pair, &judge(plan), &mut findings);
    }
    let drifted = || findings.found.iter().filter(|finding| finding.verdict == DriftVerdict::Drift);
    let mut columns: Vec<String> = drifted().filter_map(|finding| finding.column.clone()).collect();
    columns.sort();
    columns.dedup();
    let edge = |day: Option<&(i64, Vec<usize>)>| day.map_or_else(String::new, |(day, _)| format_day(*day));
    Rolling {
        from: edge(window.first()),
        to: edge(window.last()),
        verdict: verdict(&findings, plan.fail_on.unwrap_or(Severity::Moderate)),
        severity: drifted().filter_map(|finding| finding.severity).max(),
        columns,
    }
}

/// Dates the run of alarms of a finding's column.
fn date(finding: &mut Finding, windows: &[Rolling]) {
    let Some(column) = &finding.column else { return };
    let alarms = |window: &Rolling| window.columns.contains(column);
    let Some(last) = windows.iter().rposition(alarms) else { return };
    let run = windows[..=last].iter().rev().take_while(|window| alarms(window)).count();
    finding.since = Some(windows[last + 1 - run].to.clone());
    finding.state = Some(match (last + 1 == windows.len(), run) {
        (false, _) => State::Cleared,
        (true, 1) => State::New,
        (true, _) => State::Continuing,
    });
}
