//! The mean absolute error of a regressor, plain or in percent, from a model of its errors.
//!
//! How large the error of a row is expected to be, from its inputs and prediction: the logarithm is a straight function of
//! each numeric input and of its distance from the mean (errors grow where inputs are far from what is usual, on
//! either side), of the prediction's size, and of categories. Inputs beyond those of the known days are taken at the edge.
//! The kind is known as direct loss estimation.

use alloc::{borrow::Cow, collections::BTreeMap, string::String, vec::Vec};

use driftgate_documents::{Role, Task};

use super::{
    Chunk, Metric,
    band::Learner,
    poisson::{Design, expected, poisson},
};
use crate::{
    Skip, math,
    order::StableOrder,
    profile::{
        Bucket,
        score::{Scored, at, label},
    },
    table::{Cells, Column, Table},
};

/// Known rows that are learnt from, those whose id has the smallest hash: what a report may cost is bounded.
const MAX_ROWS: usize = 10_000;

/// Numeric inputs that are looked at, the first ones by name: two coefficients each.
const MAX_NUMBERS: usize = 20;

/// Values of a text column that are looked at; a column with more is left out.
const MAX_LEVELS: usize = 12;

/// Coefficients beside those of numbers.
const MAX_CATEGORIES: usize = 24;

/// What a coefficient's square costs, see [`poisson`]: a hundredth of what a row says. On the real logs anything from
/// 0.0001 to 0.1 gives bands that hold as often.
const RIDGE: f64 = 0.01;

/// What error is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// |prediction - actual|.
    Absolute,
    /// 100 |prediction - actual| / |actual|, of rows whose actual is not 0.
    Percent,
}

impl Error {
    fn of(self, prediction: f64, actual: f64) -> Option<f64> {
        let error = math::abs(prediction - actual);
        let error = if self == Self::Absolute { error } else { 100.0 * (error / math::abs(actual)) };
        Some(error).filter(|error| error.is_finite() && (self == Self::Absolute || actual != 0.0))
    }
}

/// A number as the regression takes it: clipped to what is known, its mean taken off, in standard deviations.
struct Scale {
    low: f64,
    high: f64,
    mean: f64,
    deviation: f64,
}

impl Scale {
    /// `None` of numbers that never change, or are too far apart.
    fn of(numbers: impl Iterator<Item = f64> + Clone) -> Option<Self> {
        let finite = || numbers.clone().filter(|x| x.is_finite());
        let (low, high) = finite().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
        let n = finite().count() as f64;
        let mean = finite().map(|x| x / n).sum::<f64>();
        let deviation = math::sqrt(finite().map(|x| (x - mean) * (x - mean) / n).sum::<f64>());
        let varies = low < high && deviation > 0.0 && deviation.is_finite();
        varies.then_some(Self { low, high, mean, deviation })
    }

    /// The mean, 0, where there is no number.
    fn at(&self, x: f64) -> f64 {
        if x.is_nan() { 0.0 } else { (x.clamp(self.low, self.high) - self.mean) / self.deviation }
    }
}

/// What of a row the regression looks at.
pub struct Inputs {
    numbers: Vec<(String, Scale)>,
    /// Of ln |prediction|.
    size: Option<Scale>,
    categories: Vec<(String, Vec<String>)>,
}

impl Inputs {
    /// From some rows of a log, whose features they are.
    #[must_use]
    pub fn of(table: &Table, rows: &[usize]) -> Self {
        let mut features: Vec<&Column> = table.columns.iter().filter(|column| column.role.is_none()).collect();
        features.order_by(|a, b| a.name.cmp(&b.name));
        let numbers = features.iter().filter_map(|column| {
            let scale = Scale::of(rows.iter().map(|row| column.cells.number(*row)))?;
            Some((column.name.clone(), scale))
        });
        let size = table.role(Role::Prediction).and_then(|cells| Scale::of(rows.iter().map(|row| size(cells, *row))));
        let mut categories: Vec<(String, Vec<String>)> = Vec::new();
        for column in &features {
            let mut levels: Vec<String> =
                rows.iter().filter_map(|row| column.cells.text(*row).map(Into::into)).collect();
            levels.order();
            levels.dedup();
            let taken: usize = categories.iter().map(|(_, levels)| levels.len()).sum();
            if (2..=MAX_LEVELS).contains(&levels.len()) && taken + levels.len() <= MAX_CATEGORIES {
                categories.push((column.name.clone(), levels));
            }
        }
        Self { numbers: numbers.take(MAX_NUMBERS).collect(), size, categories }
    }

    /// The inputs of some rows.
    #[must_use]
    pub fn design(&self, table: &Table, rows: &[usize]) -> Design {
        let feature = |name: &String| {
            table
                .columns
                .iter()
                .find(|column| column.role.is_none() && column.name == *name)
                .map(|column| &column.cells)
        };
        let numbers: Vec<(Option<&Cells>, &Scale)> =
            self.numbers.iter().map(|(name, scale)| (feature(name), scale)).collect();
        let categories: Vec<(Option<&Cells>, &Vec<String>)> =
            self.categories.iter().map(|(name, levels)| (feature(name), levels)).collect();
        let prediction = table.role(Role::Prediction);
        let mut values = Vec::new();
        for row in rows.iter().copied() {
            values.push(1.0);
            for (cells, scale) in &numbers {
                let z = scale.at(cells.map_or(f64::NAN, |cells| cells.number(row)));
                values.extend([z, math::abs(z)]);
            }
            values
                .extend(self.size.iter().map(|scale| scale.at(prediction.map_or(f64::NAN, |cells| size(cells, row)))));
            for (cells, levels) in &categories {
                let text: Option<Cow<'_, str>> = label(at(*cells, row));
                values.extend(levels.iter().map(|level| f64::from(u8::from(text.as_deref() == Some(level.as_str())))));
            }
        }
        Design { width: values.len() / rows.len().max(1), values }
    }
}

/// ln |prediction|; NaN where there is none, -infinity at 0.
fn size(cells: &Cells, row: usize) -> f64 {
    math::ln(math::abs(cells.number(row)))
}

/// The known rows of a regressor.
pub struct Regressor<'a> {
    error: Error,
    inputs: Inputs,
    design: Design,
    /// The error of each row; 0 where it is not known.
    errors: Vec<f64>,
    /// Day -> its rows with a known error, as places in `design`.
    days: Vec<Vec<usize>>,
    /// The rows to be estimated.
    table: &'a Table,
}

impl<'a> Regressor<'a> {
    /// From the rows of the known days, to estimate rows of `table`.
    #[must_use]
    pub fn of(error: Error, known: &Table, days: &BTreeMap<i64, Vec<usize>>, table: &'a Table) -> Self {
        let scored = Scored::of(known, Some(Task::Regression));
        let error_of =
            |row: usize| scored.number_pair(row).and_then(|(prediction, actual)| error.of(prediction, actual));
        let mut rows: Vec<usize> = days.values().flatten().copied().filter(|row| error_of(*row).is_some()).collect();
        rows.order_by_key(|row| (known.lot(*row), *row));
        rows.truncate(MAX_ROWS);
        rows.order();
        let inputs = Inputs::of(known, &rows);
        let design = inputs.design(known, &rows);
        let places = |day: &Vec<usize>| day.iter().filter_map(|row| rows.binary_search(row).ok()).collect();
        let days = days.values().map(places).filter(|day: &Vec<usize>| !day.is_empty()).collect();
        let errors = rows.iter().map(|row| error_of(*row).unwrap_or(0.0)).collect();
        Self { error, inputs, design, errors, days, table }
    }
}

impl Learner for Regressor<'_> {
    type Model = Vec<f64>;

    fn days(&self) -> usize {
        self.days.len()
    }

    fn pairs(&self, day: usize) -> f64 {
        self.days[day].len() as f64
    }

    fn learn(&self, days: &[usize]) -> Result<Vec<f64>, Skip> {
        let rows: Vec<usize> = days.iter().flat_map(|day| self.days[*day].iter().copied()).collect();
        poisson(&self.design, &self.errors, &rows, RIDGE)
    }

    fn surprise(&self, model: &Vec<f64>, day: usize) -> f64 {
        let rows = &self.days[day];
        let estimated: f64 = rows.iter().map(|row| expected(model, self.design.row(*row))).sum();
        let came: f64 = rows.iter().map(|row| self.errors[*row]).sum();
        rows.len() as f64 * (came / estimated - 1.0)
    }
}

impl Metric for Regressor<'_> {
    const METHOD: &'static str = "error_model";
    // Errors that double come with twice the scatter: a band as wide in a crash as in calm would not hold.
    const RELATIVE: bool = true;
    const LARGEST: f64 = f64::INFINITY;

    fn name(&self) -> &'static str {
        if self.error == Error::Absolute { "mae" } else { "mape" }
    }

    fn value(&self, model: &Vec<f64>, chunk: &Chunk<'_>) -> Result<f64, Skip> {
        let prediction = self.table.role(Role::Prediction);
        let predicted = |row: &usize| prediction.is_some_and(|cells| cells.number(*row).is_finite());
        let rows: Vec<usize> = chunk.table_rows.iter().copied().filter(predicted).collect();
        let design = self.inputs.design(self.table, &rows);
        let sum: f64 = (0..rows.len()).map(|row| expected(model, design.row(row))).sum();
        Some(sum / rows.len() as f64)
            .filter(|mean| mean.is_finite())
            .ok_or_else(|| Skip::because("the errors are too large to be estimated"))
    }

    fn realized(&self, buckets: &[&Bucket]) -> Option<f64> {
        let mut sum = crate::profile::ExactSum::new();
        let mut rows = 0;
        for score in buckets.iter().map(|bucket| &bucket.score) {
            let (errors, n) = match self.error {
                Error::Absolute => (&score.absolute, score.pairs),
                Error::Percent => (&score.relative, score.relative_rows),
            };
            sum.merge(errors);
            rows += n;
        }
        let unit = if self.error == Error::Percent { 100.0 } else { 1.0 };
        sum.mean(rows).map(|mean| unit * mean).filter(|mean| mean.is_finite())
    }
}
