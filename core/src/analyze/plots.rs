//! What a dashboard draws and lists: series over time, the worst and the latest rows, where the rows came from.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use driftgate_documents::{DriftVerdict, Finding, Problem, Provenance, Role, Row, Series, Task};

use super::{Models, Views};
use crate::{
    drift::model_slice,
    order::StableOrder,
    profile::{
        Bucket, ColumnKey, Merge, Resolution, Top, View,
        score::{at, number},
        text_of,
    },
    read::{format_day, format_time},
    table::{NO_TIME, Table},
};

/// Rows of a list that are shown.
const SHOWN: usize = 100;

/// The error, the rows and the regime of every bucket, and the mean of every column that drifted.
pub(super) fn series(views: &Views<'_>, models: &Models, findings: &[Finding]) -> Vec<Series> {
    let mut drifted: Vec<&str> = findings
        .iter()
        .filter(|finding| finding.verdict == DriftVerdict::Drift)
        .filter_map(|finding| finding.column.as_deref())
        .collect();
    drifted.order();
    drifted.dedup();
    let of_window = |(window, view): (&'static str, &View<'_>)| {
        let model = match window {
            "reference" => models.reference.as_deref(),
            "baseline" => models.baseline.as_deref(),
            _ => Some(models.current.as_str()),
        };
        of_model(window, view, model.unwrap_or_default(), &drifted)
    };
    views.named().flat_map(of_window).collect()
}

fn of_model(window: &str, view: &View<'_>, model: &str, drifted: &[&str]) -> Vec<Series> {
    let Some(sections) = view.sections.models.get(model) else { return Vec::new() };
    let resolution = view.sections.calendar.resolution;
    let buckets: Vec<(i64, &Bucket)> =
        sections.timeline.buckets.iter().filter(|(at, _)| **at != NO_TIME).map(|(at, bucket)| (*at, bucket)).collect();
    let at: Vec<String> = buckets.iter().map(|(at, _)| name_of(resolution, *at)).collect();
    let line =
        |metric: &str, column: Option<&str>, at: Vec<String>, values: Vec<Option<f64>>, labels: Vec<String>| Series {
            window: window.into(),
            metric: metric.into(),
            column: column.map(ToString::to_string),
            slice: model_slice(model),
            at,
            values,
            labels,
        };
    let rows = buckets.iter().map(|(_, bucket)| Some(bucket.score.rows as f64)).collect();
    let mut lines = alloc::vec![line("rows", None, at.clone(), rows, Vec::new())];
    if let Some((metric, values)) = errors(view.settings.task, &buckets) {
        lines.push(line(metric, None, at.clone(), values, Vec::new()));
    }
    if buckets.iter().any(|(_, bucket)| bucket.regime().is_some()) {
        let labels = buckets.iter().map(|(_, bucket)| bucket.regime().unwrap_or_default().to_string()).collect();
        lines.push(line("regime", None, at, Vec::new(), labels));
    }
    for name in drifted {
        let Some(column) = sections.timeline.columns.get(&ColumnKey::feature(name)) else { continue };
        let timed = || column.iter().filter(|(at, moments)| **at != NO_TIME && moments.numbers > 0);
        let values = timed().map(|(_, moments)| Some(moments.sum.value() / moments.numbers as f64)).collect();
        lines.push(line(
            "mean",
            Some(name),
            timed().map(|(at, _)| name_of(resolution, *at)).collect(),
            values,
            Vec::new(),
        ));
    }
    lines
}

fn name_of(resolution: Resolution, bucket: i64) -> String {
    let day = format_day(resolution.first_day(bucket));
    match resolution {
        Resolution::Hour => alloc::format!("{day}T{:02}:00", bucket.rem_euclid(24)),
        _ => day,
    }
}

fn errors(task: Option<Task>, buckets: &[(i64, &Bucket)]) -> Option<(&'static str, Vec<Option<f64>>)> {
    let share = |part: f64, pairs: u64| (pairs > 0).then(|| part / pairs as f64);
    let scores = buckets.iter().map(|(_, bucket)| &bucket.score);
    match task? {
        Task::Regression => Some(("mae", scores.map(|score| share(score.absolute.value(), score.pairs)).collect())),
        Task::Classification => {
            Some(("accuracy", scores.map(|score| share(score.right as f64, score.pairs)).collect()))
        }
    }
}

/// The first rows of a list.
pub(super) fn rows(top: &Top) -> Vec<Row> {
    let (table, scores) = top.rows();
    scores.iter().enumerate().take(SHOWN).map(|(at, score)| row(table, at, *score)).collect()
}

/// A row of a list, and how wrong it is.
pub(super) fn row(table: &Table, row: usize, score: f64) -> Row {
    let role = |role: Role| at(table.role(role), row);
    Row {
        timestamp: (table.time[row] != NO_TIME).then(|| format_time(table.time[row])),
        id: Some(table.id.get(row)).filter(|id| !id.is_empty()).map(ToString::to_string),
        model: text_of(role(Role::Model)).unwrap_or_default(),
        symbol: text_of(role(Role::Symbol)),
        prediction: text_of(role(Role::Prediction)),
        actual: text_of(role(Role::Actual)),
        confidence: number(role(Role::Confidence)),
        score: Some(score),
    }
}

/// Where the rows came from, with repeated ids among the problems.
pub(super) fn provenance(view: &View<'_>) -> Provenance {
    let mut provenance = view.provenance.clone();
    let repeats: &[Problem] = &view.repeats.problems;
    provenance.problem_count.merge(&(view.repeats.repeated + view.repeats.conflicting));
    provenance.problems.extend_from_slice(repeats);
    provenance
}
