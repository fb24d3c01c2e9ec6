//! Slices that stand out among others of their kind.

use alloc::vec::Vec;

use driftgate_documents::{Performance, Plan, Ranked, Role, Task};

use crate::drift::model_slice;

/// Pairs a slice needs to be ranked.
const MIN_PAIRS: u64 = 30;

/// The weakest values of a column in the current window, for the model in question: weakest first, ties in the order of
/// the names.
pub(super) fn weakest_of(performance: &[Performance], plan: &Plan, column: &str, most: usize) -> Vec<Ranked> {
    let model = model_slice(plan.model.as_deref().unwrap_or_default());
    let of_column = |entry: &&Performance| {
        entry.window == "current"
            && entry.pairs >= MIN_PAIRS
            && entry.slice.get(Role::Model.name()) == model.get(Role::Model.name())
            && entry.slice.keys().filter(|name| *name != Role::Model.name()).eq([column])
    };
    let mut ranked: Vec<Ranked> =
        performance.iter().filter(of_column).filter_map(|entry| ranked(entry, plan.task?)).collect();
    let larger_is_better = plan.task == Some(Task::Classification);
    ranked.sort_by(|a, b| {
        let order = a.value.total_cmp(&b.value);
        if larger_is_better { order } else { order.reverse() }
    });
    ranked.truncate(most);
    ranked
}

/// Accuracy of labels; of numbers the error in percent, or the plain one where actuals are 0.
fn ranked(entry: &Performance, task: Task) -> Option<Ranked> {
    let names: &[&str] = if task == Task::Classification { &["accuracy"] } else { &["mape", "mae"] };
    let (metric, value) = names.iter().find_map(|name| Some((*name, *entry.metrics.get(*name)?)))?;
    let interval = entry.intervals.get(metric).copied();
    Some(Ranked { slice: entry.slice.clone(), metric: metric.into(), value, interval, n: entry.pairs })
}
