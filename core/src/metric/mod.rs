//! Performance metrics from the counts and exact sums of a [`Score`](crate::profile::Score).
//!
//! Every metric has one name, one unit and one direction; [`METRICS`] is the list a policy may ask for.

mod auc;
mod classification;
mod interval;
mod log;
mod money;
mod probability;
mod regression;
mod returns;
mod values;

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use driftgate_documents::{Classes, Task};
pub use driftgate_documents::{METRICS, Metric, PRIMARY, Spread, find_metric as find};

pub use self::{
    auc::{Auc, auc},
    classification::confusion,
    interval::{ClusteredError, Quantiles, interval},
    money::{Class, class, positions},
    probability::{reliability, usable},
    returns::{daily_means, max_drawdown, money_by_day, sharpe},
    values::values,
};
use crate::{Skip, profile::Score};

/// Why a probability of each label is needed and not there.
pub const TOP_ONLY: &str = "more than two labels, and only the top confidence is logged";

/// The metrics of one slice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metrics {
    /// Name -> value.
    pub values: BTreeMap<String, f64>,
    /// Name -> rows behind it, where it is not the pairs.
    pub counts: BTreeMap<String, u64>,
    /// What could not be computed, and why.
    pub skipped: Vec<(&'static str, Skip)>,
}

impl Metrics {
    /// Adds a value, or why there is none.
    pub fn set(&mut self, name: &'static str, value: Result<f64, Skip>) {
        match value {
            Ok(value) if value.is_finite() => {
                self.values.insert(name.into(), value);
            }
            Ok(_) => self.skipped.push((name, Skip::because("the numbers are too large to be summed"))),
            Err(reason) => self.skipped.push((name, reason)),
        }
    }

    fn set_over(&mut self, name: &'static str, rows: u64, value: Result<f64, Skip>) {
        self.counts.insert(name.into(), rows);
        self.set(name, value);
    }
}

/// The share of `part` in `whole`; a skip where `whole` is 0.
fn share(part: u64, whole: u64, nothing: &str) -> Result<f64, Skip> {
    if whole == 0 { Err(Skip::because(nothing)) } else { Ok(part as f64 / whole as f64) }
}

/// What the metrics of a slice depend on beside its rows: the plan, and what the log as a whole is like.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// The label that counts in two-class precision and recall; by default the later one in sort order.
    pub positive: Option<&'a str>,
    /// Which labels mean to hold and which to stay out; `None` if the log has none of either: then every row is a position.
    pub classes: Option<&'a Classes>,
    /// Whether the model has at most two labels, wherever it was seen.
    pub two_labels: bool,
}

/// Every metric that the score of a slice gives.
#[must_use]
pub fn metrics(score: &Score, task: Option<Task>, context: &Context<'_>) -> Metrics {
    let mut metrics = Metrics::default();
    match task {
        Some(Task::Regression) => regression::regression(score, &mut metrics),
        Some(Task::Classification) => {
            classification::classification(score, context.positive, &mut metrics);
            probability::probability(score, context.two_labels, &mut metrics);
        }
        None => {}
    }
    log::log(score, &mut metrics);
    money::money(score, context.classes, &mut metrics);
    metrics
}
