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

pub use self::{
    auc::{Auc, auc},
    classification::confusion,
    interval::{ClusteredError, Quantiles, interval},
    money::{Class, class, positions},
    probability::{reliability, usable},
    returns::{max_drawdown, sharpe},
    values::values,
};
use crate::{Skip, profile::Score};

/// What a metric is good for.
pub struct Metric {
    /// The name in reports and policies.
    pub name: &'static str,
    /// Whether a larger value is better.
    pub larger_is_better: bool,
    /// The task it needs; `None` is any.
    pub task: Option<Task>,
    /// How it follows from rows, and so what its uncertainty is.
    pub spread: Spread,
    /// What it says, with its unit.
    pub meaning: &'static str,
}

/// How a metric follows from [`values`] of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spread {
    /// The mean of zeros and ones.
    Share,
    /// A mean.
    Mean,
    /// The root of a mean.
    RootMean,
    /// Otherwise.
    Unknown,
}

use Spread::{Mean, RootMean, Share, Unknown};

const fn metric(
    name: &'static str,
    larger_is_better: bool,
    task: Option<Task>,
    spread: Spread,
    meaning: &'static str,
) -> Metric {
    Metric { name, larger_is_better, task, spread, meaning }
}

const NUMBERS: Option<Task> = Some(Task::Regression);
const LABELS: Option<Task> = Some(Task::Classification);

/// Why a probability of each label is needed and not there.
pub const TOP_ONLY: &str = "more than two labels, and only the top confidence is logged";

/// Every metric of a slice of one model.
pub const METRICS: [Metric; 33] = [
    metric("mae", false, NUMBERS, Mean, "mean absolute error, in the unit of the actual"),
    metric("rmse", false, NUMBERS, RootMean, "root mean squared error, in the unit of the actual"),
    metric("mape", false, NUMBERS, Mean, "mean absolute percentage error, in percent; zero actuals left out"),
    metric("r2", true, NUMBERS, Unknown, "share of the actuals' variance explained, at most 1"),
    metric("directional_accuracy", true, NUMBERS, Share, "share of rows whose direction from the base came true"),
    metric("naive_mae", false, NUMBERS, Unknown, "mean absolute error of the base taken as forecast"),
    metric("naive_mape", false, NUMBERS, Unknown, "mean absolute percentage error of the base taken as forecast"),
    metric(
        "skill",
        false,
        NUMBERS,
        Unknown,
        "mae of the model / mae of the naive forecast on the same log; below 1 beats it",
    ),
    metric("accuracy", true, LABELS, Share, "share of right labels"),
    metric(
        "precision",
        true,
        LABELS,
        Unknown,
        "share of right ones among the predicted positives; macro mean beyond two labels",
    ),
    metric(
        "recall",
        true,
        LABELS,
        Unknown,
        "share of found ones among the actual positives; macro mean beyond two labels",
    ),
    metric("f1", true, LABELS, Unknown, "harmonic mean of precision and recall; macro mean beyond two labels"),
    metric(
        "brier",
        false,
        LABELS,
        Mean,
        "mean of (confidence - 1 if right, confidence - 0 if wrong) squared, in [0, 1]",
    ),
    metric("log_loss", false, LABELS, Mean, "mean of -ln of the probability given to what happened; two labels only"),
    metric(
        "ece",
        false,
        LABELS,
        Unknown,
        "mean distance of confidence and share of right ones, by tenth of the confidence, in [0, 1]",
    ),
    metric(
        "auc",
        true,
        LABELS,
        Unknown,
        "chance that a positive row is ranked above a negative one, ties half; two labels only",
    ),
    metric("usage", true, None, Share, "share of rows whose source is ml"),
    metric("agreement", true, None, Share, "share of rows on which model and rule agree"),
    metric("average_confidence", true, None, Unknown, "mean confidence, in [0, 1]"),
    metric("rule_accuracy", true, None, Share, "share of right labels of the rule"),
    metric("final_accuracy", true, None, Share, "share of right labels of the final prediction"),
    metric(
        "outcome_accuracy",
        true,
        None,
        Share,
        "share of buy verdicts with profit and avoid verdicts with loss, of those with either",
    ),
    metric("rule_outcome_accuracy", true, None, Share, "the same of the rule"),
    metric("final_outcome_accuracy", true, None, Share, "the same of the final prediction"),
    metric("mean_pnl", true, None, Mean, "mean P&L of the rows with a buy verdict, in percent"),
    metric("rule_mean_pnl", true, None, Mean, "the same of the rule"),
    metric("final_mean_pnl", true, None, Mean, "the same of the final prediction"),
    metric("profit_rate", true, None, Share, "share of profits among the buy verdicts with an outcome"),
    metric("rule_profit_rate", true, None, Share, "the same of the rule"),
    metric("final_profit_rate", true, None, Share, "the same of the final prediction"),
    metric("hit_rate", true, None, Share, "share of the rows with a buy verdict whose P&L is above 0"),
    metric(
        "sharpe",
        true,
        None,
        Unknown,
        "mean / standard deviation of the daily mean P&L of buy verdicts, a year; whole model only",
    ),
    metric(
        "max_drawdown",
        false,
        None,
        Unknown,
        "largest fall of the compounded daily mean P&L from a peak, in percent; whole model only",
    ),
];

/// The metric of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| metric.name == name)
}

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
