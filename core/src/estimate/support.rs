//! Rows beyond all that the known days held: of these nothing was learnt.

use alloc::{format, string::String, vec::Vec};

use super::classifier::percent;
use crate::{
    Skip,
    profile::ModelSections,
    table::{Cells, Column, Table},
};

/// The share of rows with an input out of range above which nothing is estimated. In calm months of the real logs it is up
/// to 2 %, and in those of the crash of 2008, with 2007 as reference, 11 to 76 %.
const MAX_OUTSIDE: f64 = 0.05;

/// The smallest and largest number of each input on the known days.
pub struct Support(Vec<(String, f64, f64)>);

impl Support {
    /// From some rows of a log.
    #[must_use]
    pub fn of(table: &Table, rows: &[usize]) -> Self {
        let range = |column: &&Column| {
            let numbers = rows.iter().map(|row| column.cells.number(*row)).filter(|x| !x.is_nan());
            let (low, high) =
                numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
            (low <= high).then(|| (column.name.clone(), low, high))
        };
        let features = table.columns.iter().filter(|column| column.role.is_none());
        Self(features.filter_map(|column| range(&column)).collect())
    }

    /// Whether rows stay within it, up to a few.
    ///
    /// # Errors
    /// If too many rows have a number outside.
    pub fn check(&self, table: &Table, rows: &[usize]) -> Result<(), Skip> {
        let cells = |name: &String| {
            let found = table.columns.iter().find(|column| column.role.is_none() && column.name == *name);
            found.map(|column| &column.cells)
        };
        let ranges: Vec<(&Cells, &(String, f64, f64))> =
            self.0.iter().filter_map(|range| Some((cells(&range.0)?, range))).collect();
        let leaves = |(cells, (_, low, high)): &(&Cells, &(String, f64, f64)), row: usize| {
            let x = cells.number(row);
            x < *low || x > *high
        };
        let outside = rows.iter().filter(|row| ranges.iter().any(|range| leaves(range, **row))).count();
        let most = ranges.iter().map(|range| (rows.iter().filter(|row| leaves(range, **row)).count(), &range.1.0));
        // On a tie the first by name.
        let most = most.max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(a.1))).map_or("", |(_, name)| name.as_str());
        verdict(outside as f64 / rows.len().max(1) as f64, most)
    }
}

/// The same for logs that are not kept whole: of each input by itself, over all days.
///
/// # Errors
/// If too many rows have a number outside.
pub fn check_columns(known: &ModelSections, current: &ModelSections) -> Result<(), Skip> {
    let inputs = known.columns.iter().filter(|(key, _)| key.role.is_none());
    let shares = inputs.filter_map(|(key, known)| {
        let (surely, _) = current.columns.get(key)?.values.outside(known.values.min()?, known.values.max()?);
        Some((surely as f64 / current.rows.max(1) as f64, key.name.as_str()))
    });
    let (most, name) = shares.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1))).unwrap_or((0.0, ""));
    verdict(most, name)
}

fn verdict(share: f64, column: &str) -> Result<(), Skip> {
    if share <= MAX_OUTSIDE {
        return Ok(());
    }
    Err(Skip(format!(
        "{} of the rows have an input outside all that the known days held, `{column}` most of all; up to {} are let pass: \
         give a reference that knows such days, or wait for actuals",
        percent(share),
        percent(MAX_OUTSIDE)
    )))
}
