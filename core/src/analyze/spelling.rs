//! Labels that never meet: predictions and actuals that are written in two ways, so that none can be right; and labels that two
//! windows write alike but for case and blanks.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::{String, ToString},
    vec::Vec,
};

use driftgate_documents::{FindingKind, Performance, Role, Slice, Task};

use super::{LABELS, SPELLING, Views};
use crate::{
    drift::Findings,
    metric,
    profile::{ColumnKey, ColumnProfile, ModelSections, score},
    read::shorten,
    table::Cell,
    words,
};

/// Rows with prediction and actual below which labels that never meet may be a poor model's.
const MIN_PAIRS: u64 = 20;

/// More labels than these on a side are texts or numbers, not classes.
const MAX_LABELS: usize = 100;

/// Window and model -> why none of its predictions can be right.
pub(super) type Unmet = BTreeMap<(String, String), String>;

/// The models whose predictions and actuals have no label in common. A model that is always wrong is none of them: in some window
/// its labels occur on either side.
pub(super) fn unmet(views: &Views<'_>, task: Option<Task>) -> Unmet {
    let mut found = Unmet::new();
    if task == Some(Task::Regression) {
        return found;
    }
    let mut everywhere: BTreeMap<&String, [BTreeSet<String>; 2]> = BTreeMap::new();
    for (_, view) in views.named() {
        for (name, model) in &view.sections.models {
            let known = everywhere.entry(name).or_default();
            for (known, labels) in known.iter_mut().zip(sides(model).into_iter().flatten()) {
                known.extend(labels);
            }
        }
    }
    for (window, view) in views.named() {
        for (name, model) in &view.sections.models {
            let Some([predicted, actual]) = sides(model) else { continue };
            if predicted.is_empty() || actual.is_empty() || !predicted.is_disjoint(&actual) {
                continue;
            }
            let alike = respelled(&predicted, &actual);
            let apart = everywhere.get(name).is_some_and(|[predicted, actual]| predicted.is_disjoint(actual));
            let several = predicted.len().min(actual.len()) >= 2 && pairs(model) >= MIN_PAIRS;
            if alike.is_none() && !(apart && several) {
                continue;
            }
            let which = if name.is_empty() { String::new() } else { format!(" of model {name}") };
            let what = alike.map_or_else(
                || {
                    format!(
                        "predictions are such as {}, actuals such as {}: give both the same labels, or another column with \
                         --map actual=COLUMN",
                        examples(&predicted),
                        examples(&actual)
                    )
                },
                |(predicted, actual)| {
                    format!(
                        "`{}` and `{}` differ in case or blanks only: write the labels alike",
                        shorten(predicted),
                        shorten(actual)
                    )
                },
            );
            let reason = format!(
                "{window}: no label of the predictions{which} occurs among the actuals, so none can be right; {what}"
            );
            found.insert((window.to_string(), name.clone()), reason);
        }
    }
    found
}

/// Takes away what such predictions would be measured by, and says so.
pub(super) fn without_unmet(performance: &mut [Performance], unmet: &Unmet, findings: &mut Findings) {
    for ((window, model), reason) in unmet {
        let slice: Slice = if model.is_empty() {
            Slice::new()
        } else {
            [(Role::Model.name().to_string(), model.clone())].into_iter().collect()
        };
        let of_model = |entry: &&mut Performance| {
            entry.window == *window && entry.slice.get(Role::Model.name()).map_or("", String::as_str) == model.as_str()
        };
        for entry in performance.iter_mut().filter(of_model) {
            let stays = |name: &String| metric::find(name).is_none_or(|metric| metric.task.is_none());
            entry.pairs = 0;
            entry.metrics.retain(|name, _| stays(name));
            entry.counts.retain(|name, _| stays(name));
            entry.standard_errors.retain(|name, _| stays(name));
            entry.intervals.retain(|name, _| stays(name));
            entry.reliability.clear();
        }
        findings.skip(FindingKind::PerformanceDecay, None, &slice, LABELS, reason.clone());
    }
}

/// Says which labels or categories two windows write alike but for case and blanks.
pub(super) fn note_spelling(reference: &ModelSections, current: &ModelSections, findings: &mut Findings) {
    for (key, now) in &current.columns {
        let Some(before) = reference.columns.get(key).filter(|_| now.texts > 0) else { continue };
        let (Some(before), Some(now)) = (labels(before), labels(now)) else { continue };
        let new: BTreeSet<String> = now.difference(&before).cloned().collect();
        if let Some((now, before)) = respelled(&new, &before) {
            let text = format!(
                "{}: `{}` in the current log and `{}` in the reference differ in case or blanks only, and count as two; write them \
                 alike",
                key.name,
                shorten(now),
                shorten(before)
            );
            findings.skip(FindingKind::SchemaChange, Some(&key.name), &Slice::new(), SPELLING, text);
        }
    }
}

/// The labels of predictions and of actuals; `None` if either are too many to be labels.
fn sides(model: &ModelSections) -> Option<[BTreeSet<String>; 2]> {
    let of = |role: Role| model.columns.get(&ColumnKey::role(role)).map_or_else(|| Some(BTreeSet::new()), labels);
    Some([of(Role::Prediction)?, of(Role::Actual)?])
}

fn labels(column: &ColumnProfile) -> Option<BTreeSet<String>> {
    let numbers = column.values.cells();
    if numbers.len() + column.levels.len() > MAX_LABELS || !column.levels.is_complete() || !column.values.is_exact() {
        return None;
    }
    let numbers =
        numbers.iter().filter_map(|cell| score::label(Cell::Number(cell.min))).map(|label| label.into_owned());
    Some(column.levels.iter().map(|(level, _)| level.to_string()).chain(numbers).collect())
}

fn pairs(model: &ModelSections) -> u64 {
    model.timeline.buckets.values().map(|bucket| bucket.score.pairs).sum()
}

/// The first two labels that are one but for case and blanks.
fn respelled<'a>(mine: &'a BTreeSet<String>, theirs: &'a BTreeSet<String>) -> Option<(&'a String, &'a String)> {
    let plain = |label: &String| label.trim().to_lowercase();
    let known: BTreeMap<String, &String> = theirs.iter().map(|label| (plain(label), label)).collect();
    mine.iter().find_map(|label| Some((label, *known.get(&plain(label))?)))
}

fn examples(labels: &BTreeSet<String>) -> String {
    let shown: Vec<String> = labels.iter().take(3).map(|label| format!("`{}`", shorten(label))).collect();
    let more = labels.len() - shown.len();
    let rest = if more > 0 { format!(" and {} more", words::count(more as u64, "label")) } else { String::new() };
    shown.join(", ") + &rest
}
