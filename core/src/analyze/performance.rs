//! How well each model did on each declared slice of each window.

use alloc::{collections::BTreeMap, format, string::String, vec::Vec};

use driftgate_documents::{Performance, Plan, Role, Skipped, Slice};

use super::Views;
use crate::{
    gate, metric,
    profile::{MAX_SEGMENTS, SEGMENT_SEPARATOR, Score, View},
};

/// One entry a window, model, segment key and value; the whole model first.
pub(super) fn performance(views: &Views<'_>, plan: &Plan, skipped: &mut Vec<Skipped>) -> Vec<Performance> {
    let mut entries = Vec::new();
    for (window, view) in views.named() {
        for (model, sections) in &view.sections.models {
            for (key, values) in &sections.segments {
                let complete = values.is_complete();
                for (value, score) in values.by_text() {
                    let slice = slice(model, key, &values_of(key, value));
                    entries.push(entry(window, slice, score, view, plan, key.is_empty(), skipped));
                }
                if !complete {
                    skipped.push(too_many(window, key));
                }
            }
        }
    }
    entries
}

/// The values of a segment key; what follows the last separator belongs to the last one, whatever it holds.
fn values_of<'a>(key: &[String], value: &'a str) -> Vec<&'a str> {
    value.splitn(key.len().max(1), SEGMENT_SEPARATOR).collect()
}

/// A slice: the model and the values of a segment key.
pub(super) fn slice(model: &str, key: &[String], values: &[&str]) -> Slice {
    let mut slice: Slice = key.iter().cloned().zip(values.iter().map(|value| String::from(*value))).collect();
    if !model.is_empty() {
        slice.insert(Role::Model.name().into(), model.into());
    }
    slice
}

fn too_many(window: &str, key: &[String]) -> Skipped {
    Skipped {
        kind: "performance".into(),
        column: None,
        slice: Slice::new(),
        method: key.join(" x "),
        reason: format!(
            "{window}: more than {MAX_SEGMENTS} values; those with the smallest hash are shown, each complete"
        ),
    }
}

fn entry(
    window: &str,
    slice: Slice,
    score: &Score,
    view: &View<'_>,
    plan: &Plan,
    whole: bool,
    skipped: &mut Vec<Skipped>,
) -> Performance {
    let metrics = metric::metrics(score, view.settings.task, plan.positive.as_deref());
    // A reason is given once, for the whole model: it is the same on every slice.
    let has_answers =
        view.sections.models.values().any(|model| model.columns.keys().any(|key| key.role == Some(Role::Prediction)));
    if whole && has_answers {
        skipped.extend(metrics.skipped.into_iter().map(|(method, reason)| Skipped {
            kind: "performance".into(),
            column: None,
            slice: slice.clone(),
            method: method.into(),
            reason: format!("{window}: {}", reason.0),
        }));
    }
    let rows: u64 = score.predictions.total();
    let predictions = score.predictions.iter().map(|(label, count)| (label.into(), count as f64 / rows as f64));
    Performance {
        window: window.into(),
        slice,
        rows: score.rows,
        pairs: score.pairs,
        metrics: metrics.values,
        counts: metrics.counts,
        standard_errors: BTreeMap::new(),
        confusion: metric::confusion(score),
        predictions: predictions.collect(),
        intervals: BTreeMap::new(),
        reliability: Vec::new(),
    }
}

/// Adds standard errors to the entries of the current and the baseline window, from the rows that were kept.
pub(super) fn add_standard_errors(entries: &mut [Performance], views: &Views<'_>, plan: &Plan) {
    let horizon = plan.label_horizon.unwrap_or(1);
    for (window, view) in views.named().filter(|(window, _)| *window != "reference") {
        let Some(rows) = &view.rows else { continue };
        let mut errors: BTreeMap<Slice, BTreeMap<String, f64>> = BTreeMap::new();
        for model in view.sections.models.keys() {
            for (key, slices) in gate::standard_errors(rows, model, view.settings, horizon) {
                for (values, metrics) in slices {
                    let values: Vec<&str> = values.iter().map(String::as_str).collect();
                    errors.insert(slice(model, &key, &values), of_metrics(metrics));
                }
            }
        }
        for entry in entries.iter_mut().filter(|entry| entry.window == window) {
            entry.standard_errors = errors.remove(&entry.slice).unwrap_or_default();
        }
    }
}

fn of_metrics(metrics: BTreeMap<&'static str, gate::Clustered>) -> BTreeMap<String, f64> {
    let errors = metrics.into_iter().filter_map(|(name, rows)| Some((name.into(), rows.standard_error()?)));
    // JSON has no infinity: a report with one could not be read back.
    errors.filter(|(_, error): &(String, f64)| error.is_finite()).collect()
}
