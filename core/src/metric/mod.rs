//! Performance metrics from the counts and exact sums of a [`Score`](crate::profile::Score).
//!
//! Every metric has one name, one unit and one direction; [`METRICS`] is the list a policy may ask for.

mod classification;
mod log;
mod regression;

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use driftgate_documents::Task;

pub use self::classification::confusion;
use crate::{Skip, profile::Score};

/// What a metric is good for.
pub struct Metric {
    /// The name in reports and policies.
    pub name: &'static str,
    /// Whether a larger value is better.
    pub larger_is_better: bool,
    /// The task it needs; `None` is any.
    pub task: Option<Task>,
    /// What it says, with its unit.
    pub meaning: &'static str,
}

const fn metric(name: &'static str, larger_is_better: bool, task: Option<Task>, meaning: &'static str) -> Metric {
    Metric { name, larger_is_better, task, meaning }
}

const NUMBERS: Option<Task> = Some(Task::Regression);
const LABELS: Option<Task> = Some(Task::Classification);

/// Every metric of a slice of one model.
pub const METRICS: [Metric; 17] = [
    metric("mae", false, NUMBERS, "mean absolute error, in the unit of the actual"),
    metric("rmse", false, NUMBERS, "root mean squared error, in the unit of the actual"),
    metric("mape", false, NUMBERS, "mean absolute percentage error, in percent; zero actuals left out"),
    metric("r2", true, NUMBERS, "share of the actuals' variance explained, at most 1"),
    metric("directional_accuracy", true, NUMBERS, "share of rows whose direction from the base came true"),
    metric("naive_mae", false, NUMBERS, "mean absolute error of the base taken as forecast"),
    metric("naive_mape", false, NUMBERS, "mean absolute percentage error of the base taken as forecast"),
    metric("skill", false, NUMBERS, "mae of the model / mae of the naive forecast on the same log; below 1 beats it"),
    metric("accuracy", true, LABELS, "share of right labels"),
    metric(
        "precision",
        true,
        LABELS,
        "share of right ones among the predicted positives; macro mean beyond two labels",
    ),
    metric("recall", true, LABELS, "share of found ones among the actual positives; macro mean beyond two labels"),
    metric("f1", true, LABELS, "harmonic mean of precision and recall; macro mean beyond two labels"),
    metric("usage", true, None, "share of rows whose source is ml"),
    metric("agreement", true, None, "share of rows on which model and rule agree"),
    metric("average_confidence", true, None, "mean confidence, in [0, 1]"),
    metric("rule_accuracy", true, None, "share of right labels of the rule"),
    metric("final_accuracy", true, None, "share of right labels of the final prediction"),
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
    fn set(&mut self, name: &'static str, value: Result<f64, Skip>) {
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

/// Every metric that the score of a slice gives. `positive` is the label that counts in two-class precision and recall;
/// by default the later one in sort order.
#[must_use]
pub fn metrics(score: &Score, task: Option<Task>, positive: Option<&str>) -> Metrics {
    let mut metrics = Metrics::default();
    match task {
        Some(Task::Regression) => regression::regression(score, &mut metrics),
        Some(Task::Classification) => classification::classification(score, positive, &mut metrics),
        None => {}
    }
    log::log(score, &mut metrics);
    metrics
}
