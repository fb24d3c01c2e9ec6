//! The arms of a comparison: whose rows they are, and what each row is worth by every metric.

use alloc::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec::Vec,
};

use driftgate_documents::{ArmsBy, Role, Spread};

use crate::{
    math,
    metric::{self, Context},
    order::IntoOrdered,
    profile::{
        ExactSum, Resolution, Settings, View,
        score::{Scored, at, label, name_of},
    },
    table::{NO_TIME, Table},
    trust::Side,
};

/// One arm: rows of a table.
pub struct Arm<'a> {
    /// Its name: the model or the variant.
    pub name: String,
    /// The log it is in.
    pub view: &'a View<'a>,
    /// The rows of that log.
    pub table: &'a Table,
    /// Its rows in the order of the log, but those of an id that stands more than once.
    pub rows: Vec<usize>,
    /// Rows left out because others of the arm have their id (two versions of one model): which is meant is not known.
    pub repeated: u64,
    /// The day of each row; rows without a time have none.
    pub days: Vec<Option<i64>>,
    /// Metric -> the value of each row; NaN where a row has none.
    pub values: BTreeMap<&'static str, Vec<f64>>,
}

impl<'a> Arm<'a> {
    /// The rows of a table that an arm is made of.
    #[must_use]
    pub fn of(name: &str, by: ArmsBy, view: &'a View<'a>, table: &'a Table, context: &Context<'_>) -> Self {
        let settings = view.settings;
        let all = rows_of(name, by, table);
        let by_id = table.by_id(all.iter().copied());
        let is_alone = |row: &&usize| by_id.get(table.id.get(**row)).is_none_or(Option::is_some);
        let rows: Vec<usize> = all.iter().filter(is_alone).copied().collect();
        let repeated = (all.len() - rows.len()) as u64;
        let day = |row: &usize| match table.time[*row] {
            NO_TIME => None,
            time => Some(Resolution::Day.bucket(time, settings.offset)),
        };
        let days = rows.iter().map(day).collect();
        let values = values(table, &rows, settings, context);
        Self { name: name.into(), view, table, rows, repeated, days, values }
    }

    /// The arm as one of two logs.
    #[must_use]
    pub fn side(&self) -> Side<'_> {
        Side { name: &self.name, view: self.view, table: self.table, rows: &self.rows }
    }

    /// Whether each row has an outcome.
    pub fn labelled(&self) -> impl Iterator<Item = bool> + '_ {
        let actual = self.table.role(Role::Actual);
        self.rows.iter().map(move |row| label(at(actual, *row)).is_some())
    }

    /// Metric -> its value over all rows that have one.
    #[must_use]
    pub fn metrics(&self) -> BTreeMap<String, f64> {
        let value = |(name, values): (&&'static str, &Vec<f64>)| {
            let root = metric::find(name)?.spread == Spread::RootMean;
            let mean = mean(values.iter().copied().filter(|value| !value.is_nan()))?;
            Some((String::from(*name), if root { math::sqrt(mean) } else { mean }))
        };
        self.values.iter().filter_map(value).into_map()
    }

    /// The segment of a row: the value of each column of the key.
    #[must_use]
    pub fn segment(&self, key: &[String], place: usize) -> Vec<String> {
        crate::gate::values(self.table, key, self.rows[place])
    }

    /// The entity (such as a ticker) of a row, if the log has any.
    #[must_use]
    pub fn entity(&self, place: usize) -> Option<String> {
        let cells = self.table.role(Role::Symbol)?;
        Some(name_of(cells.get(self.rows[place])))
    }

    /// The id of a row; empty if it has none.
    #[must_use]
    pub fn id(&self, place: usize) -> &'a str {
        self.table.id.get(self.rows[place])
    }
}

/// The mean, summed exactly; `None` of nothing.
pub(super) fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut sum = ExactSum::new();
    let n = values.map(|value| sum.add(value)).count() as u64;
    sum.mean(n)
}

fn rows_of(name: &str, by: ArmsBy, table: &Table) -> Vec<usize> {
    match by {
        ArmsBy::Model => crate::profile::rows_of(table, name).collect(),
        ArmsBy::Variant => {
            let variants = table.role(Role::Variant);
            table.range().filter(|row| label(at(variants, *row)).is_some_and(|variant| variant == name)).collect()
        }
    }
}

/// The variants of a log, by name.
#[must_use]
pub fn variants(table: &Table) -> BTreeSet<String> {
    let variants = table.role(Role::Variant);
    table.range().filter_map(|row| label(at(variants, row)).map(Cow::into_owned)).into_set()
}

fn values(
    table: &Table,
    rows: &[usize],
    settings: &Settings,
    context: &Context<'_>,
) -> BTreeMap<&'static str, Vec<f64>> {
    let scored = Scored::of(table, settings.task);
    let mut values: BTreeMap<&'static str, Vec<f64>> = BTreeMap::new();
    for (place, row) in rows.iter().enumerate() {
        metric::values(&scored, settings.task, context, *row, |name, value| {
            values.entry(name).or_insert_with(|| alloc::vec![f64::NAN; rows.len()])[place] = value;
        });
    }
    values
}
