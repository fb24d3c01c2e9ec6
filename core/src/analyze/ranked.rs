//! The slices that stand out: where a model is weakest, and in which regime each symbol does best.

use alloc::{collections::BTreeMap, string::String, vec::Vec};
use core::cmp::Ordering;

use driftgate_documents::{Performance, Ranked, Role, Slice, Task};

use crate::{metric, profile::score::NONE};

/// Rows that a slice needs to be ranked.
const MIN_ROWS: u64 = 30;

/// Weakest values of a column that are shown.
const SHOWN: usize = 5;

/// The weakest values of each column of single-column segments in the current window, by model and column, weakest first.
pub(super) fn weakest(entries: &[Performance], task: Option<Task>) -> Vec<Ranked> {
    let mut groups: BTreeMap<(&str, &str), Vec<&Performance>> = BTreeMap::new();
    for entry in current(entries) {
        let mut columns = entry.slice.iter().filter(|(name, _)| *name != Role::Model.name());
        if let (Some((column, value)), None) = (columns.next(), columns.next())
            && value != NONE
        {
            groups.entry((model(&entry.slice), column)).or_default().push(entry);
        }
    }
    groups.into_values().flat_map(|group| ranked(&group, task, Ordering::Less).into_iter().take(SHOWN)).collect()
}

/// The regime in which each symbol does best in the current window, by model and symbol.
pub(super) fn best_regimes(entries: &[Performance], task: Option<Task>) -> Vec<Ranked> {
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
    let names: &[&str] = match task {
        Some(Task::Classification) => &["accuracy"],
        Some(Task::Regression) => &["mape", "mae"],
        None => &[],
    };
    let enough: Vec<&&Performance> = group.iter().filter(|entry| entry.pairs >= MIN_ROWS).collect();
    let has = |name: &&&str| enough.iter().all(|entry| entry.metrics.contains_key(**name));
    let Some(metric) = names.iter().find(has).and_then(|name| metric::find(name)) else { return Vec::new() };
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
    ranked.sort_by(|a, b| {
        let order = a.value.total_cmp(&b.value);
        // The better one is greater.
        let order = if metric.larger_is_better { order } else { order.reverse() };
        (if first == Ordering::Less { order } else { order.reverse() }).then_with(|| a.slice.cmp(&b.slice))
    });
    ranked
}
