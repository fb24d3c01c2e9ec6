//! How well each model did on each declared slice of each window.

use alloc::{collections::BTreeMap, format, string::String, vec::Vec};

use driftgate_documents::{Performance, Plan, Role, Skipped, Slice};

use super::{Views, areas::Areas, context::Labels, returns};
use crate::{
    Skip, gate,
    metric::{self, ClusteredError, Context, Metrics, Quantiles},
    order::IntoOrdered,
    profile::{MAX_SEGMENTS, ModelSections, SEGMENT_SEPARATOR, Score, View},
    table::Table,
};

/// One entry a window, model, segment key and value; the whole model first.
pub(super) fn performance(
    views: &Views<'_>,
    plan: &Plan,
    labels: &Labels,
    skipped: &mut Vec<Skipped>,
) -> Vec<Performance> {
    let mut entries = Vec::new();
    for (window, view) in views.named() {
        for (model, sections) in &view.sections.models {
            let mut of_model = OfModel::new(window, view, (model, sections), plan, labels);
            for (key, values) in &sections.segments {
                for (value, score) in values.by_text() {
                    entries.push(of_model.entry(key, value, score));
                }
                if !values.is_complete() {
                    of_model.skipped.push(too_many(window, key));
                }
            }
            skipped.append(&mut of_model.skipped);
        }
    }
    entries
}

/// The values of a segment key; what follows the last separator belongs to the last one, whatever it holds.
fn values_of<'a>(key: &[String], value: &'a str) -> Vec<&'a str> {
    value.splitn(key.len(), SEGMENT_SEPARATOR).collect()
}

/// A slice: the model and the values of a segment key.
pub(super) fn slice(model: &str, key: &[String], values: &[&str]) -> Slice {
    let mut slice: Slice = key.iter().cloned().zip(values.iter().map(|value| String::from(*value))).into_map();
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

/// One model in one window.
struct OfModel<'a> {
    window: &'a str,
    view: &'a View<'a>,
    model: (&'a str, &'a ModelSections),
    plan: &'a Plan,
    context: Context<'a>,
    areas: Areas,
    /// A reason is given once, for the whole model: it is the same on every slice.
    skipped: Vec<Skipped>,
}

impl<'a> OfModel<'a> {
    fn new(
        window: &'a str,
        view: &'a View<'a>,
        model: (&'a str, &'a ModelSections),
        plan: &'a Plan,
        labels: &'a Labels,
    ) -> Self {
        let context = labels.context(plan, model.0);
        let areas = Areas::of(view, model.0, model.1, labels, context.two_labels);
        Self { window, view, model, plan, context, areas, skipped: Vec::new() }
    }

    fn entry(&mut self, key: &[String], value: &str, score: &Score) -> Performance {
        let values = values_of(key, value);
        let slice = slice(self.model.0, key, &values);
        let mut metrics = metric::metrics(score, self.view.settings.task, &self.context);
        self.add_area(key, &values, score, &mut metrics);
        let whole = key.is_empty();
        if whole {
            returns::add(self.view, self.model, self.plan, &self.context, &mut metrics);
            self.give_reasons(&slice, &mut metrics);
        }
        let rows: u64 = score.predictions.total();
        let predictions = score.predictions.iter().map(|(label, count)| (label.into(), count as f64 / rows as f64));
        Performance {
            window: self.window.into(),
            slice,
            rows: score.rows,
            pairs: score.pairs,
            metrics: metrics.values,
            counts: metrics.counts,
            standard_errors: BTreeMap::new(),
            clusters: BTreeMap::new(),
            sampled: BTreeMap::new(),
            confusion: metric::confusion(score),
            predictions: predictions.into_map(),
            intervals: BTreeMap::new(),
            reliability: if whole { metric::reliability(score) } else { Vec::new() },
        }
    }

    fn add_area(&self, key: &[String], values: &[&str], score: &Score, metrics: &mut Metrics) {
        // A log without confidences is not incomplete.
        if score.reliability.rows() == 0 && score.improper == 0 {
            return;
        }
        metrics.counts.insert("auc".into(), score.reliability.pairs());
        metrics.set("auc", metric::usable(score).and_then(|()| self.areas.area(key, values)));
    }

    fn give_reasons(&mut self, slice: &Slice, metrics: &mut Metrics) {
        let models = &self.view.sections.models;
        let has_answers =
            models.values().any(|model| model.columns.keys().any(|key| key.role == Some(Role::Prediction)));
        if !has_answers {
            return;
        }
        if self.areas.are_of_the_whole() && metrics.values.contains_key("auc") && self.model.1.segments.len() > 1 {
            metrics
                .skipped
                .push(("auc", Skip::because("a large log has it for the model as a whole, not for segments")));
        }
        let window = self.window;
        self.skipped.extend(metrics.skipped.drain(..).map(|(method, reason)| Skipped {
            kind: "performance".into(),
            column: None,
            slice: slice.clone(),
            method: method.into(),
            reason: format!("{window}: {}", reason.0),
        }));
    }
}

/// Adds standard errors and intervals to the entries of the current and the baseline window; standard errors come from the
/// rows that were kept.
pub(super) fn add_errors(entries: &mut [Performance], views: &Views<'_>, plan: &Plan, labels: &Labels) {
    let horizon = plan.label_horizon.unwrap_or(1);
    let mut quantiles = Quantiles::default();
    for (window, view) in views.named().filter(|(window, _)| *window != "reference") {
        let mut errors: BTreeMap<Slice, BTreeMap<&str, ClusteredError>> = BTreeMap::new();
        for model in view.sections.models.keys() {
            let Some(rows) = &view.rows else { continue };
            let measured = measured(view, rows, plan, labels, model);
            let of_means = gate::standard_errors(rows, model, view.settings, horizon, &measured.context);
            let keys = plan.gate.as_ref().map_or(&[][..], |gate| &gate.jackknife);
            for (key, slices) in of_means.into_iter().chain(gate::jackknife_errors(&measured, model, keys)) {
                for (values, metrics) in slices {
                    let values: Vec<&str> = values.iter().map(String::as_str).collect();
                    errors.entry(slice(model, &key, &values)).or_default().extend(metrics);
                }
            }
        }
        for entry in entries.iter_mut().filter(|entry| entry.window == window) {
            let errors = errors.remove(&entry.slice).unwrap_or_default();
            for (name, error) in errors.iter().filter(|(name, _)| entry.metrics.contains_key(**name)) {
                entry.standard_errors.insert(String::from(*name), error.standard_error);
                entry.clusters.insert(String::from(*name), error.clusters);
                if !view.complete {
                    entry.sampled.insert(String::from(*name), error.rows);
                }
            }
            entry.intervals = intervals(entry, &errors, &mut quantiles);
        }
    }
}

/// The rows of a view, and how a model is measured on them.
pub(super) fn measured<'a>(
    view: &View<'a>,
    rows: &'a Table,
    plan: &'a Plan,
    labels: &'a Labels,
    model: &str,
) -> gate::Measured<'a> {
    gate::Measured {
        rows,
        settings: view.settings,
        context: labels.context(plan, model),
        horizon: plan.label_horizon.unwrap_or(1),
        days_per_year: view.complete.then(|| plan.days_per_year.unwrap_or(returns::DAYS_PER_YEAR)),
    }
}

fn intervals(
    entry: &Performance,
    errors: &BTreeMap<&str, ClusteredError>,
    quantiles: &mut Quantiles,
) -> BTreeMap<String, [f64; 2]> {
    let of = |(name, value): (&String, &f64)| {
        let rows = entry.counts.get(name).copied().unwrap_or(entry.pairs);
        let spread = metric::find(name)?.spread;
        let interval = metric::interval(spread, *value, rows, errors.get(name.as_str()).copied(), quantiles)?;
        Some((name.clone(), interval))
    };
    entry.metrics.iter().filter_map(of).into_map()
}
