//! How far the candidate's inputs are from the reference: the largest distance over all inputs.

use alloc::{collections::BTreeMap, format, string::String, vec::Vec};

use driftgate_documents::{Comparison, Slice};

use crate::{
    distance::total_variation,
    drift::Windows,
    hypothesis::ks_statistic,
    math,
    profile::{ColumnKey, ColumnProfile, MAX_RANK_ERROR, pair},
    words,
};

/// Rows each side needs.
const MIN_ROWS: u64 = 200;

/// The largest of KS (numbers), total variation (categories) and |change of the share of missing values| over the
/// inputs. No value if a column is on one side only or of another type, if there are no common inputs, or below 200 rows.
#[must_use]
pub fn drift_score(windows: &Windows<'_>) -> Comparison {
    let rows = windows.current.sections.rows;
    let mut answer = Comparison {
        metric: "drift_score".into(),
        slice: Slice::new(),
        value: None,
        n: rows,
        standard_error: None,
        clusters: None,
        column: None,
        details: BTreeMap::new(),
        message: String::new(),
    };
    let fewest = rows.min(windows.reference.sections.rows);
    if fewest < MIN_ROWS {
        answer.message = format!("{fewest} rows on one side; at least {MIN_ROWS} on each");
        answer.details.insert("rows_needed".into(), (MIN_ROWS - fewest) as f64);
        return answer;
    }
    match distances(windows) {
        Ok(distances) => finish(answer, distances),
        Err(problem) => Comparison { message: problem, ..answer },
    }
}

fn finish(mut answer: Comparison, distances: Vec<(String, f64)>) -> Comparison {
    let largest = distances.iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))).cloned();
    let Some((column, value)) = largest else {
        answer.message = "the logs have no inputs to compare".into();
        return answer;
    };
    answer.message =
        format!("largest of {}: {column} {}", words::count(distances.len() as u64, "input"), words::short(value));
    answer.value = Some(value);
    answer.column = Some(column);
    answer.details = distances.into_iter().collect();
    answer
}

fn distances(windows: &Windows<'_>) -> Result<Vec<(String, f64)>, String> {
    let [reference, current] = [&windows.reference, &windows.current].map(|side| &side.sections.columns);
    let mut keys: Vec<&ColumnKey> = reference.keys().chain(current.keys()).filter(|key| key.role.is_none()).collect();
    keys.sort();
    keys.dedup();
    keys.into_iter().map(|key| Ok((key.name.clone(), distance(key, reference.get(key), current.get(key))?))).collect()
}

fn distance(
    key: &ColumnKey,
    reference: Option<&ColumnProfile>,
    current: Option<&ColumnProfile>,
) -> Result<f64, String> {
    let (Some(reference), Some(current)) = (reference, current) else {
        let side = if current.is_none() { "the candidate's log" } else { "the reference" };
        return Err(format!("input {} is missing from {side}", key.name));
    };
    if reference.is_numeric() != current.is_numeric() {
        return Err(format!("input {} holds numbers on one side and text on the other", key.name));
    }
    let missing = |column: &ColumnProfile| column.unusable() as f64 / column.rows() as f64;
    let change = math::abs(missing(current) - missing(reference));
    let distance = if reference.is_numeric() {
        match ks_statistic(&reference.values, &current.values) {
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
