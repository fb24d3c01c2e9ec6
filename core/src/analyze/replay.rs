//! The error replay buffer of the model in question: its worst predictions in numbers, and rows of them to train on.

use alloc::{
    borrow::Cow,
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};

use driftgate_documents::{Performance, Plan, Replay, ReplayGroup, ReplayPlan, ReplayRow, Role, Task, Value};

use super::{plots, ranked};
use crate::{
    Error, math,
    order::{IntoOrdered, StableOrder},
    profile::{
        Top, View, rows_of,
        score::{at, label, number},
        text_of,
    },
    table::{Cell, Table},
};

/// A wrong prediction is confident above this.
const CONFIDENT: f64 = 0.8;

/// The columns whose values are counted.
const GROUPS: [Role; 6] = [Role::Regime, Role::Sector, Role::Symbol, Role::Actual, Role::Prediction, Role::Version];

/// Values of one column that are shown, those with most rows.
const SHOWN: usize = 100;

/// Checks what a plan asks of the buffer.
///
/// # Errors
/// If a number is outside its range.
pub(super) fn check(plan: &ReplayPlan) -> Result<(), Error> {
    let ReplayPlan { batch, share, weight, weakest } = plan;
    if !(*share > 0.0 && *share <= 1.0) {
        return Err(Error::usage(format!("plan: replay.share is {share}; allowed is above 0 up to 1, such as 0.2")));
    }
    if !(*weight > 0.0 && weight.is_finite()) {
        return Err(Error::usage(format!("plan: replay.weight is {weight}; allowed is above 0, such as 3")));
    }
    for (name, value) in [("batch", *batch), ("weakest", weakest.map(u64::from))] {
        if value == Some(0) {
            return Err(Error::usage(format!("plan: replay.{name} is 0; allowed is 1 or more")));
        }
    }
    Ok(())
}

/// The buffer of the current window; `None` if nothing is wrong in it, or nothing is known.
pub(super) fn replay(view: &View<'_>, model: &str, plan: &Plan, performance: &[Performance]) -> Option<Replay> {
    let buffer = buffer(view, model);
    let (table, scores) = buffer.rows();
    if scores.is_empty() {
        return None;
    }
    let confidences: Vec<f64> = table.range().filter_map(|row| confidence(table, row)).collect();
    let sample = plan.replay.as_ref().map(|asked| sample(table, scores, asked, plan, performance));
    Some(Replay {
        rows: scores.len() as u64,
        limit: buffer.limit(),
        average_confidence: mean(&confidences),
        confidently_wrong: confidences.iter().filter(|confidence| **confidence > CONFIDENT).count() as u64,
        by: groups(table, scores, plan.task),
        sample: sample.unwrap_or_default(),
    })
}

/// The model's own worst rows where all rows are at hand, else what of it is among the worst of all models.
fn buffer<'a>(view: &'a View<'_>, model: &str) -> Cow<'a, Top> {
    if view.sections.models.len() <= 1 {
        return Cow::Borrowed(&view.sections.worst);
    }
    let all = view.rows.as_deref().filter(|_| view.complete);
    let (rows, _) = view.sections.worst.rows();
    let from = all.unwrap_or(rows);
    let mine: Vec<usize> = rows_of(from, model).collect();
    let mut top = Top::worst();
    top.update(view.settings, &from.select(&mine));
    Cow::Owned(top)
}

fn confidence(table: &Table, row: usize) -> Option<f64> {
    number(at(table.role(Role::Confidence), row))
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn groups(table: &Table, scores: &[f64], task: Option<Task>) -> BTreeMap<String, BTreeMap<String, ReplayGroup>> {
    let labels = [Role::Actual, Role::Prediction];
    let wanted = GROUPS.into_iter().filter(|role| task == Some(Task::Classification) || !labels.contains(role));
    let counted = wanted.filter_map(|role| Some((role.name().to_string(), of_role(table, scores, role)?)));
    counted.into_map()
}

/// The values of a column; `None` if the log does not have it.
fn of_role(table: &Table, scores: &[f64], role: Role) -> Option<BTreeMap<String, ReplayGroup>> {
    let cells = table.role(role)?;
    let mut rows: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for row in table.range() {
        if let Some(value) = label(cells.get(row)) {
            rows.entry(value.into_owned()).or_default().push(row);
        }
    }
    let mut values: Vec<(String, Vec<usize>)> = rows.into_iter().collect();
    // Most rows first; a stable sort keeps ties in the order of the names.
    values.order_by_key(|(_, rows)| core::cmp::Reverse(rows.len()));
    values.truncate(SHOWN);
    let group = |rows: &[usize]| ReplayGroup {
        rows: rows.len() as u64,
        share: rows.len() as f64 / scores.len() as f64,
        average_confidence: mean(&rows.iter().filter_map(|row| confidence(table, *row)).collect::<Vec<_>>()),
        average_score: rows.iter().map(|row| scores[*row]).sum::<f64>() / rows.len() as f64,
    };
    Some(values.into_iter().map(|(value, rows)| (value, group(&rows))).into_map())
}

/// Rows to train on: the most wrong first, of the weakest sectors if only these are wanted.
fn sample(
    table: &Table,
    scores: &[f64],
    asked: &ReplayPlan,
    plan: &Plan,
    performance: &[Performance],
) -> Vec<ReplayRow> {
    let most = asked.batch.map_or(usize::MAX, |batch| math::floor(batch as f64 * asked.share + 0.5) as usize);
    let sector = |row: usize| text_of(at(table.role(Role::Sector), row));
    let sectors = asked.weakest.map(|most| {
        let model = plan.model.as_deref().unwrap_or_default();
        let ranked = ranked::weakest_of(performance, plan.task, model, Role::Sector.name());
        let names = ranked.into_iter().filter_map(|ranked| ranked.slice.get(Role::Sector.name()).cloned());
        names.take(most as usize).collect::<Vec<_>>()
    });
    let wanted = |row: &usize| {
        sectors.as_ref().is_none_or(|sectors| sector(*row).is_some_and(|sector| sectors.contains(&sector)))
    };
    let rows = table.range().filter(wanted).take(most);
    rows.map(|row| ReplayRow {
        row: plots::row(table, row, scores[row]),
        sector: sector(row),
        regime: text_of(at(table.role(Role::Regime), row)),
        weight: asked.weight,
        features: features(table, row),
    })
    .collect()
}

fn features(table: &Table, row: usize) -> BTreeMap<String, Value> {
    let columns = table.columns.iter().filter(|column| column.role.is_none());
    let value = |cell: Cell<'_>| match cell {
        Cell::Number(value) => Some(Value::Number(value)),
        Cell::Text(text) => Some(Value::Text(text.into())),
        _ => None,
    };
    columns.filter_map(|column| Some((column.name.clone(), value(column.cells.get(row))?))).into_map()
}
