//! Numeric inputs of some rows as columns of numbers, cut into the days of the windows.

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use driftgate_documents::Rule;

use crate::{
    order::StableOrder,
    profile::{Resolution, View, rows_of},
    table::{NO_TIME, Table},
};

/// Columns that are compared with each other; 30 are 435 pairs.
pub(super) const MAX_COLUMNS: usize = 30;

/// Rows of a window that are looked at, those whose id has the smallest hash: what a check may cost is bounded.
pub(super) const MAX_ROWS: usize = 10_000;

/// Rows by column.
pub(super) struct Matrix {
    /// The numbers of each column, row by row; NaN where there is none.
    pub(super) columns: Vec<Vec<f64>>,
    /// Day -> its rows. Where rows are the observations: all rows in one.
    pub(super) days: BTreeMap<i64, Vec<usize>>,
}

impl Matrix {
    /// The rows of a model; `None` where the view has no rows.
    pub(super) fn of(
        view: &View<'_>,
        model: &str,
        names: &[String],
        resolution: Resolution,
        rule: Rule,
    ) -> Option<Self> {
        let table = view.rows.as_deref()?;
        let by_day = rule == Rule::ByDay;
        let rows: Vec<usize> = rows_of(table, model).filter(|row| !by_day || table.time[*row] != NO_TIME).collect();
        let rows = sample(table, rows);
        let number = |name: &String, row: &usize| {
            let column = table.columns.iter().find(|column| column.role.is_none() && column.name == *name);
            column.map_or(f64::NAN, |column| column.cells.number(*row))
        };
        let columns = names.iter().map(|name| rows.iter().map(|row| number(name, row)).collect()).collect();
        let mut days: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        for (at, row) in rows.iter().enumerate() {
            let day = if by_day { resolution.bucket(table.time[*row], view.settings.offset) } else { 0 };
            days.entry(day).or_default().push(at);
        }
        Some(Self { columns, days })
    }

    /// The number of rows.
    pub(super) fn rows(&self) -> usize {
        self.columns.first().map_or(0, Vec::len)
    }
}

/// At most [`MAX_ROWS`] of the rows, in their order.
fn sample(table: &Table, mut rows: Vec<usize>) -> Vec<usize> {
    if rows.len() > MAX_ROWS {
        rows.order_by_key(|row| (table.lot(*row), *row));
        rows.truncate(MAX_ROWS);
        rows.order();
    }
    rows
}
