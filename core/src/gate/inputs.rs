//! How far inputs are from each other: the largest distance over all inputs, of the candidate's from the reference's
//! (`drift_score`) or, on the same ids and so free of time, from the incumbent's (`input_change`).

use alloc::{collections::BTreeMap, format, string::String, vec::Vec};

use driftgate_documents::Comparison;

use super::{Pairs, blank};
use crate::{
    distance::total_variation,
    drift::{
        Windows,
        unjudged::{Unjudged, alone, unjudged},
    },
    hypothesis::ks_statistic,
    math,
    order::{IntoOrdered, StableOrder},
    profile::{ColumnKey, ColumnProfile, MAX_RANK_ERROR, pair},
    table::{Cell, Table},
    words,
};

/// Rows each side needs.
const MIN_ROWS: u64 = 200;

type Columns = BTreeMap<ColumnKey, ColumnProfile>;

/// One side of a distance.
struct Side<'a> {
    name: &'static str,
    columns: &'a Columns,
}

/// The largest of KS (numbers), total variation (categories) and |change of the share of missing values| over the
/// inputs. No value if a column is on one side only or of another type, if there are no common inputs, or below 200 rows.
#[must_use]
pub fn drift_score(windows: &Windows<'_>) -> Comparison {
    let rows = windows.current.sections.rows;
    let mut answer = Comparison { n: rows, ..blank("drift_score") };
    let fewest = rows.min(windows.reference.sections.rows);
    if fewest < MIN_ROWS {
        answer.message = format!("{fewest} rows on one side; at least {MIN_ROWS} on each");
        answer.details.insert("rows_needed".into(), (MIN_ROWS - fewest) as f64);
        return answer;
    }
    let reference = Side { name: "the reference", columns: &windows.reference.sections.columns };
    largest(answer, &reference, &Side { name: "the candidate's log", columns: &windows.current.sections.columns })
}

/// The same between the candidate's inputs and the baseline's, on the cases that both have; at least 200.
#[must_use]
pub fn input_change(pairs: &Pairs, candidate: &Table, baseline: &Table) -> Comparison {
    let common = pairs.common.len() as u64;
    let mut answer = Comparison { n: common, ..blank("input_change") };
    if common < MIN_ROWS {
        answer.message = format!("{}; at least {MIN_ROWS}", words::count(common, "common case"));
        answer.details.insert("rows_needed".into(), (MIN_ROWS - common) as f64);
        return answer;
    }
    let [mine, theirs] = [0, 1].map(|side| pairs.common.iter().map(|rows| rows[side]).collect::<Vec<_>>());
    let [mine, theirs] = [inputs(candidate, &mine), inputs(baseline, &theirs)];
    let baseline = Side { name: "the baseline's log", columns: &theirs };
    largest(answer, &baseline, &Side { name: "the candidate's log", columns: &mine })
}

/// The inputs of some rows; a column without any value there is none, as everywhere.
fn inputs(table: &Table, rows: &[usize]) -> Columns {
    let mut columns = Columns::new();
    for column in table.columns.iter().filter(|column| column.role.is_none()) {
        if rows.iter().any(|row| column.cells.get(*row) != Cell::Missing) {
            let profile = columns.entry(ColumnKey::feature(&column.name)).or_default();
            profile.update(&column.cells, rows);
            profile.values.settle();
        }
    }
    columns
}

fn largest(mut answer: Comparison, reference: &Side<'_>, current: &Side<'_>) -> Comparison {
    if let Some((column, why)) = unread(reference, current) {
        // No number of further rows would help; but nothing was measured either.
        answer.details.insert("rows_needed".into(), 0.0);
        answer.message = format!("input {column} was not read: {}", why.reason(&column));
        return answer;
    }
    let distances = match distances(reference, current) {
        Ok(distances) => distances,
        Err(problem) => return Comparison { message: problem, ..answer },
    };
    let largest = distances.iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))).cloned();
    let Some((column, value)) = largest else {
        answer.message = "the logs have no inputs to compare".into();
        return answer;
    };
    answer.message =
        format!("largest of {}: {column} {}", words::count(distances.len() as u64, "input"), words::short(value));
    answer.value = Some(value);
    answer.column = Some(column);
    answer.details = distances.into_map();
    answer
}

/// An input with values that were not read.
fn unread(reference: &Side<'_>, current: &Side<'_>) -> Option<(String, Unjudged)> {
    let columns = reference.columns.iter().chain(current.columns);
    let mut unread = columns.filter_map(|(key, column)| Some((key, alone(column).filter(Unjudged::is_unread)?)));
    unread.find(|(key, _)| key.role.is_none()).map(|(key, why)| (key.name.clone(), why))
}

fn distances(reference: &Side<'_>, current: &Side<'_>) -> Result<Vec<(String, f64)>, String> {
    let all = reference.columns.keys().chain(current.columns.keys());
    let mut keys: Vec<&ColumnKey> = all.filter(|key| key.role.is_none()).collect();
    keys.order();
    keys.dedup();
    keys.into_iter().map(|key| Ok((key.name.clone(), distance(key, reference, current)?))).collect()
}

fn distance(key: &ColumnKey, reference: &Side<'_>, current: &Side<'_>) -> Result<f64, String> {
    let absent = |side: &Side<'_>| format!("input {} is missing from {}", key.name, side.name);
    let (reference, current) = (
        reference.columns.get(key).ok_or_else(|| absent(reference))?,
        current.columns.get(key).ok_or_else(|| absent(current))?,
    );
    if reference.is_numeric() != current.is_numeric() {
        return Err(format!("input {} holds numbers on one side and text on the other", key.name));
    }
    let missing = |column: &ColumnProfile| column.unusable() as f64 / column.rows() as f64;
    let change = math::abs(missing(current) - missing(reference));
    // What is new in every row, or the same in all, has no distance; that it is missing has.
    if unjudged(reference, current).is_some() {
        return Ok(change);
    }
    let distance = if reference.is_numeric() {
        match ks_statistic(reference.compared(), current.compared()) {
            Ok(ks) if ks.rank_error > MAX_RANK_ERROR => {
                return Err(format!(
                    "input {} cannot be measured: its summary may have moved ranks by {}",
                    key.name,
                    words::short(ks.rank_error)
                ));
            }
            distance => distance.map(|ks| ks.statistic),
        }
    } else {
        let paired = pair(&reference.levels, &current.levels);
        total_variation(&paired.reference, &paired.current)
    };
    // A column that is empty on both sides has no distance, only its missing values.
    Ok(distance.map_or_else(|_| change, |distance| distance.max(change)))
}
