//! Labels that never meet: predictions and actuals that are written in two ways, so that none can be right; and labels that two
//! windows write alike but for case and blanks.

use alloc::{
    borrow::Cow,
    format,
    string::{String, ToString},
    vec::Vec,
};

use driftgate_documents::{FindingKind, Performance, Role, Slice, Task, Trust, TrustCheck};

use super::{LABELS, SPELLING, Views};
use crate::{
    drift::Findings,
    metric,
    order::{IntoOrdered, StableOrder},
    profile::{ColumnKey, ColumnProfile, ModelSections, score},
    read::shorten,
    table::Cell,
    trust, words,
};

/// Rows with prediction and actual below which labels that never meet may be a poor model's.
const MIN_PAIRS: u64 = 20;

/// More labels than these on a side are texts or numbers, not classes.
const MAX_LABELS: usize = 100;

/// A model none of whose predictions can be right in a window, and why.
pub(super) struct Unmet {
    window: &'static str,
    model: String,
    reason: String,
}

/// The labels of a model in a window: those it predicts and those that came.
struct Sides<'a> {
    window: &'static str,
    name: &'a String,
    model: &'a ModelSections,
    predicted: Vec<String>,
    actual: Vec<String>,
}

/// The models whose predictions and actuals have no label in common. A model that is always wrong is none of them: in some window
/// its labels occur on either side.
pub(super) fn unmet(views: &Views<'_>, task: Option<Task>) -> Vec<Unmet> {
    if task == Some(Task::Regression) {
        return Vec::new();
    }
    let mut all = Vec::new();
    for (window, view) in views.named() {
        all.extend(view.sections.models.iter().filter_map(|(name, model)| {
            let [predicted, actual] =
                [Role::Prediction, Role::Actual].map(|role| match model.columns.get(&ColumnKey::role(role)) {
                    Some(column) => labels(column),
                    None => Some(Vec::new()),
                });
            Some(Sides { window, name, model, predicted: predicted?, actual: actual? })
        }));
    }
    let unmet = all.iter().filter_map(|sides| {
        let reason = why_unmet(sides, &all)?;
        Some(Unmet { window: sides.window, model: sides.name.clone(), reason })
    });
    unmet.collect()
}

fn why_unmet(sides: &Sides<'_>, all: &[Sides<'_>]) -> Option<String> {
    let Sides { predicted, actual, .. } = sides;
    if predicted.is_empty() || actual.is_empty() || meet(predicted, actual) {
        return None;
    }
    let alike = respelled(predicted, actual);
    let of_model = || all.iter().filter(|other| other.name == sides.name);
    let apart = || !of_model().any(|one| of_model().any(|other| meet(&one.predicted, &other.actual)));
    let several = predicted.len().min(actual.len()) >= 2 && pairs(sides.model) >= MIN_PAIRS;
    if alike.is_none() && !(several && apart()) {
        return None;
    }
    let which = if sides.name.is_empty() { String::new() } else { format!(" of model {}", sides.name) };
    let what = match alike {
        None => format!(
            "predictions are such as {}, actuals such as {}: give both the same labels, or another column with --map \
             actual=COLUMN",
            examples(predicted),
            examples(actual)
        ),
        Some((predicted, actual)) => format!(
            "`{}` and `{}` differ in case or blanks only: write the labels alike",
            shorten(predicted),
            shorten(actual)
        ),
    };
    Some(format!(
        "{}: no label of the predictions{which} occurs among the actuals, so none can be right; {what}",
        sides.window
    ))
}

/// The same as checks of the data.
pub(super) fn of_labels(views: &Views<'_>, task: Option<Task>) -> impl Iterator<Item = TrustCheck> {
    unmet(views, task).into_iter().map(|unmet| trust::check("labels", Trust::Broken, unmet.reason))
}

/// Takes away what such predictions would be measured by, and says so.
pub(super) fn without_unmet(performance: &mut [Performance], unmet: &[Unmet], findings: &mut Findings) {
    for Unmet { window, model, reason } in unmet {
        let named = (!model.is_empty()).then(|| (Role::Model.name().to_string(), model.clone()));
        let slice: Slice = named.into_map();
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
        let new: Vec<String> = now.into_iter().filter(|label| !before.contains(label)).collect();
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

/// The labels of a column; `None` if they are too many to be labels.
fn labels(column: &ColumnProfile) -> Option<Vec<String>> {
    let numbers = column.values.cells();
    if numbers.len() + column.levels.len() > MAX_LABELS || !column.levels.is_complete() || !column.values.is_exact() {
        return None;
    }
    let mut labels: Vec<String> = column.levels.iter().map(|(level, _)| level.to_string()).collect();
    for cell in numbers.iter() {
        labels.extend(score::label(Cell::Number(cell.min)).map(Cow::into_owned));
    }
    labels.order();
    Some(labels)
}

fn meet(mine: &[String], theirs: &[String]) -> bool {
    mine.iter().any(|label| theirs.contains(label))
}

fn pairs(model: &ModelSections) -> u64 {
    model.timeline.buckets.values().map(|bucket| bucket.score.pairs).sum()
}

/// The first two labels that are one but for case and blanks.
fn respelled<'a>(mine: &'a [String], theirs: &'a [String]) -> Option<(&'a String, &'a String)> {
    let plain = |label: &String| label.trim().to_lowercase();
    let known: Vec<String> = theirs.iter().map(plain).collect();
    mine.iter().find_map(|label| {
        let same = plain(label);
        let place = known.iter().position(|other| *other == same)?;
        Some((label, theirs.get(place)?))
    })
}

fn examples(labels: &[String]) -> String {
    let shown: Vec<String> = labels.iter().take(3).map(|label| format!("`{}`", shorten(label))).collect();
    let more = labels.len() - shown.len();
    let rest = if more > 0 { format!(" and {} more", words::count(more as u64, "label")) } else { String::new() };
    shown.join(", ") + &rest
}
