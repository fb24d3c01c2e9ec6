//! The slices that stand out: where a model is weakest, and in which regime each symbol does best.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::{String, ToString},
    vec::Vec,
};
use core::cmp::Ordering;

use driftgate_documents::{Performance, Plan, Ranked, Role, Skipped, Slice, Task};

use super::{
    Views,
    context::Labels,
    part::part_with,
    performance::{add_errors, performance},
};
use crate::{
    metric::{Metric, PRIMARY, find},
    order::{IntoOrdered, StableOrder},
    profile::{Resolution, Settings, score::NONE},
};

/// Rows that a slice needs to be ranked.
const MIN_ROWS: u64 = 30;

/// Weakest values of a column that are shown.
const SHOWN: usize = 5;

/// The weakest values of each column of single-column segments in the current window, by model and column, weakest first.
pub(super) fn weakest(entries: &[Performance], task: Option<Task>) -> Vec<Ranked> {
    let groups: BTreeSet<(&str, &str)> =
        current(entries).filter_map(|entry| Some((model(&entry.slice), column(&entry.slice)?))).into_set();
    let of_group = |(model, column)| weakest_of(entries, task, model, column).into_iter().take(SHOWN);
    groups.into_iter().flat_map(of_group).collect()
}

/// All values of one column of one model, weakest first.
pub(super) fn weakest_of(entries: &[Performance], task: Option<Task>, of: &str, by: &str) -> Vec<Ranked> {
    let is_value = |entry: &&Performance| {
        let slice = &entry.slice;
        model(slice) == of && column(slice) == Some(by) && slice.get(by).is_some_and(|value| value != NONE)
    };
    ranked(&current(entries).filter(is_value).collect::<Vec<_>>(), task, Ordering::Less)
}

/// The column of a slice that has just one beside the model.
fn column(slice: &Slice) -> Option<&str> {
    let mut columns = slice.keys().filter(|name| *name != Role::Model.name());
    columns.next().filter(|_| columns.next().is_none()).map(String::as_str)
}

/// The regime in which each symbol does best in the current window, by model and symbol. Where nobody declared this segment
/// it is counted from the rows: in every profile it would cost as much as all others together.
pub(super) fn best_regimes(
    views: &Views<'_>,
    plan: &Plan,
    labels: &Labels,
    entries: &[Performance],
    skipped: &mut Vec<Skipped>,
) -> Vec<Ranked> {
    let current = &views.current;
    let key = [Role::Regime, Role::Symbol].map(|role| role.name().to_string());
    let declared = |key: &[String]| current.settings.segments.iter().any(|declared| declared == key);
    if declared(&key) {
        return best(entries, plan.task);
    }
    if !key.iter().all(|name| declared(core::slice::from_ref(name))) {
        return Vec::new();
    }
    let Some(rows) = current.rows.as_deref().filter(|_| current.complete) else {
        skipped.push(Skipped {
            kind: "performance".into(),
            column: None,
            slice: Slice::new(),
            method: "best_regimes".into(),
            reason: "in a large log the best regime of a symbol needs --segment regime,symbol".into(),
        });
        return Vec::new();
    };
    let mut rows = rows.clone();
    rows.columns.retain(|column| column.role.is_some());
    let settings = Settings { segments: [key.to_vec()].into(), ..current.settings.clone() };
    let current = part_with(&settings, Resolution::default(), current, rows);
    let views = Views { current, reference: None, baseline: None };
    // What cannot be computed was said of the log as a whole.
    let mut entries = performance(&views, plan, labels, &mut Vec::new());
    add_errors(&mut entries, &views, plan, labels);
    best(&entries, plan.task)
}

fn best(entries: &[Performance], task: Option<Task>) -> Vec<Ranked> {
    let (regime, symbol) = (Role::Regime.name(), Role::Symbol.name());
    let mut groups: BTreeMap<(&str, &str), Vec<&Performance>> = BTreeMap::new();
    for entry in current(entries) {
        let named = entry.slice.keys().filter(|name| *name != Role::Model.name()).count();
        if let (2, Some(regime), Some(symbol)) = (named, entry.slice.get(regime), entry.slice.get(symbol))
            && regime != NONE
            && symbol != NONE
        {
            groups.entry((model(&entry.slice), symbol)).or_default().push(entry);
        }
    }
    groups.into_values().filter_map(|group| ranked(&group, task, Ordering::Greater).into_iter().next()).collect()
}

fn current(entries: &[Performance]) -> impl Iterator<Item = &Performance> {
    entries.iter().filter(|entry| entry.window == "current")
}

fn model(slice: &Slice) -> &str {
    slice.get(Role::Model.name()).map_or("", String::as_str)
}

/// The slices with enough rows by the primary metric: accuracy of labels; of numbers MAPE, or MAE if a slice has no MAPE.
/// Those that compare as `first` with the others come first, ties in the order of the slices.
fn ranked(group: &[&Performance], task: Option<Task>, first: Ordering) -> Vec<Ranked> {
    let enough: Vec<&&Performance> = group.iter().filter(|entry| entry.pairs >= MIN_ROWS).collect();
    let fits =
        |metric: &&Metric| metric.task == task && enough.iter().all(|entry| entry.metrics.contains_key(metric.name));
    let Some(metric) = PRIMARY.iter().filter_map(|name| find(name)).find(fits) else { return Vec::new() };
    let of_entry = |entry: &&Performance| {
        Some(Ranked {
            slice: entry.slice.clone(),
            metric: metric.name.into(),
            value: *entry.metrics.get(metric.name)?,
            interval: entry.intervals.get(metric.name).copied(),
            n: entry.counts.get(metric.name).copied().unwrap_or(entry.pairs),
        })
    };
    let mut ranked: Vec<Ranked> = enough.iter().filter_map(|entry| of_entry(entry)).collect();
    ranked.retain(|slice| slice.n >= MIN_ROWS);
    ranked.order_by(|a, b| {
        let order = a.value.total_cmp(&b.value);
        // The better one is greater.
        let order = if metric.larger_is_better { order } else { order.reverse() };
        (if first == Ordering::Less { order } else { order.reverse() }).then_with(|| a.slice.cmp(&b.slice))
    });
    ranked
}
