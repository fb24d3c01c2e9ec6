//! Which column may have a role that no column has by name: said with what to type, never assumed.

use alloc::{
    collections::BTreeSet,
    format,
    string::{String, ToString},
    vec::Vec,
};

use driftgate_documents::Role;

use super::{
    fields::split_prefix,
    roles::{Seen, is_named},
    time,
};
use crate::{order::IntoOrdered, profile::score::label, table::Cell};

/// So many rows show that values never repeat, or that two columns hold the same.
const ENOUGH: usize = 20;
/// Columns of more labels are not compared label by label.
const MAX_LABELS: usize = 50;
/// Columns that are named at once.
const SHOWN: usize = 3;

/// What stands behind a note about a role that no column has: which column may be it, and what to type. Empty if none may.
pub(crate) fn of(role: Role, free: &[&Seen<'_>], counterpart: Option<&Seen<'_>>) -> String {
    let columns = || free.iter().filter(|column| !split_prefix(column.name).0);
    let last = |name: &str| name.rsplit_once('.').is_some_and(|(_, last)| is_named(role, last));
    if let Some(column) = columns().find(|column| last(column.name)) {
        return said(role, &[column.name], "ends in its name");
    }
    let names = |is: &dyn Fn(&Seen<'_>) -> bool| -> Vec<&str> {
        columns().filter(|column| is(column)).map(|column| column.name).take(SHOWN).collect()
    };
    match (role, counterpart) {
        (Role::Timestamp, _) => said(role, &names(&holds_times), "holds times"),
        (Role::Id, _) => said(role, &names(&is_different), "is different in every row"),
        (Role::Prediction | Role::Actual, Some(other)) if other.is_text() == Some(true) || labels(other).is_some() => {
            said(role, &names(&|column| has_same_labels(column, other)), &format!("holds labels of `{}`", other.name))
        }
        (Role::Prediction | Role::Actual, Some(other)) => {
            let what = format!("holds numbers from as far to as far as `{}`", other.name);
            said(role, &names(&|column| has_same_range(column, other)), &what)
        }
        _ => String::new(),
    }
}

fn said(role: Role, columns: &[&str], what: &str) -> String {
    let [first, more @ ..] = columns else { return String::new() };
    let also = if more.is_empty() { String::new() } else { format!(" (`{}`, too)", more.join("`, `")) };
    format!("; `{first}` {what}{also}: --map {}={first}", role.name())
}

fn cells<'a>(column: &'a Seen<'_>) -> impl Iterator<Item = Cell<'a>> {
    (0..column.cells.len()).map(|row| column.cells.get(row)).filter(|cell| !matches!(cell, Cell::Missing))
}

/// Texts that all are times.
fn holds_times(column: &Seen<'_>) -> bool {
    let is_time = |cell| matches!(cell, Cell::Text(text) if time::parse(text).is_ok());
    cells(column).next().is_some() && cells(column).all(is_time)
}

/// Names or whole numbers of which none stands twice.
fn is_different(column: &Seen<'_>) -> bool {
    let rows = column.cells.len();
    let named = |cell: Cell<'_>| match cell {
        Cell::Text(text) => Some(text.to_string()),
        Cell::Number(value) if crate::math::trunc(value) == value => Some(value.to_string()),
        _ => None,
    };
    let names: Option<Vec<String>> = cells(column).map(named).collect();
    names.is_some_and(|names| rows >= ENOUGH && names.into_iter().into_set().len() == rows) && !holds_times(column)
}

/// The labels of a column, if they are few: texts or whole numbers.
fn labels(column: &Seen<'_>) -> Option<BTreeSet<String>> {
    let mut labels = BTreeSet::new();
    for cell in cells(column) {
        if matches!(cell, Cell::Number(value) if crate::math::trunc(value) != value) || labels.len() > MAX_LABELS {
            return None;
        }
        labels.extend(label(cell).map(|label| label.to_string()));
    }
    Some(labels).filter(|labels| !labels.is_empty() && labels.len() <= MAX_LABELS)
}

/// Whether at least half of the labels of either column, and two of them, stand in the other.
fn has_same_labels(column: &Seen<'_>, other: &Seen<'_>) -> bool {
    let (Some(mine), Some(theirs)) = (labels(column), labels(other)) else { return false };
    let common = mine.intersection(&theirs).count();
    common > 1 && 2 * common >= mine.len().max(theirs.len())
}

/// Whether the numbers of two columns lie in nearly the same range.
fn has_same_range(column: &Seen<'_>, other: &Seen<'_>) -> bool {
    let range = |column: &Seen<'_>| {
        let mut range: Option<(f64, f64)> = None;
        for cell in cells(column) {
            let Cell::Number(value) = cell else { return None };
            range = Some(range.map_or((value, value), |(low, high)| (low.min(value), high.max(value))));
        }
        range
    };
    let (Some(mine), Some(theirs)) = (range(column), range(other)) else { return false };
    let common = mine.1.min(theirs.1) - mine.0.max(theirs.0);
    let whole = mine.1.max(theirs.1) - mine.0.min(theirs.0);
    column.cells.len() >= ENOUGH && common > 0.8 * whole
}
