//! The metrics there are: what each is called, which way is better, what it says. `docs/metrics.md` is this list.

use serde::Serialize;

use crate::Task;

/// What a metric is good for.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Metric {
    /// The name in reports and policies.
    pub name: &'static str,
    /// Whether a larger value is better.
    pub larger_is_better: bool,
    /// The task it needs; `None` is any.
    pub task: Option<Task>,
    /// How it follows from rows, and so what its uncertainty is.
    #[serde(skip)]
    pub spread: Spread,
    /// The least value it can have, and the largest; `None` where there is no bound.
    pub range: [Option<f64>; 2],
    /// What it says, with its unit.
    pub meaning: &'static str,
}

/// How a metric follows from values of single rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spread {
    /// The mean of zeros and ones.
    Share,
    /// A mean.
    Mean,
    /// The root of a mean.
    RootMean,
    /// Of all rows together, and smoothly: leaving out one cluster of rows after the other tells its spread.
    Jackknife,
    /// Otherwise: there is no standard error.
    Unknown,
}

impl Spread {
    /// Whether rows have values of their own, whose mean it is.
    #[must_use]
    pub const fn is_of_rows(self) -> bool {
        matches!(self, Self::Share | Self::Mean | Self::RootMean)
    }
}

use Spread::{Jackknife, Mean, RootMean, Share, Unknown};

const fn better(name: &'static str, task: Option<Task>, spread: Spread, meaning: &'static str) -> Metric {
    let range = if matches!(spread, Share) { UNIT } else { [None, None] };
    Metric { name, larger_is_better: true, task, spread, range, meaning }
}

/// An error, a loss: at least 0.
const fn worse(name: &'static str, task: Option<Task>, spread: Spread, meaning: &'static str) -> Metric {
    Metric { name, larger_is_better: false, task, spread, range: [Some(0.0), None], meaning }
}

const UNIT: [Option<f64>; 2] = [Some(0.0), Some(1.0)];

impl Metric {
    const fn within(self, range: [Option<f64>; 2]) -> Self {
        Self { range, ..self }
    }
}

const NUMBERS: Option<Task> = Some(Task::Regression);
const LABELS: Option<Task> = Some(Task::Classification);

/// Every metric of a slice of one model.
#[rustfmt::skip]
pub const METRICS: [Metric; 33] = [
    worse("mae", NUMBERS, Mean, "mean absolute error, in the unit of the actual"),
    worse("rmse", NUMBERS, RootMean, "root of the mean squared error, in the unit of the actual"),
    worse("mape", NUMBERS, Mean, "mean absolute error in percent of the actual; actuals of 0 are left out"),
    better("r2", NUMBERS, Jackknife, "share of the actuals' variance explained, at most 1").within([None, Some(1.0)]),
    better("directional_accuracy", NUMBERS, Share, "share of rows whose direction from the base came true"),
    worse("naive_mae", NUMBERS, Jackknife, "mean absolute error of the base taken as forecast"),
    worse("naive_mape", NUMBERS, Jackknife, "mean absolute error in percent of the base taken as forecast"),
    worse("skill", NUMBERS, Jackknife, "MAE over that of the naive forecast on the same rows; below 1 beats it"),
    better("accuracy", LABELS, Share, "share of right labels"),
    better("precision", LABELS, Jackknife, "share of right ones among the predicted positives; beyond two labels the mean over labels").within(UNIT),
    better("recall", LABELS, Jackknife, "share of found ones among the actual positives; beyond two labels the mean over labels").within(UNIT),
    better("f1", LABELS, Jackknife, "harmonic mean of precision and recall; beyond two labels the mean over labels").within(UNIT),
    worse("brier", LABELS, Mean, "mean squared gap between confidence and being right (1) or wrong (0), in [0, 1]").within(UNIT),
    worse("log_loss", LABELS, Mean, "mean of -ln of the probability given to what happened; two labels only"),
    worse("ece", LABELS, Jackknife, "mean distance of confidence and share of right ones, by tenth of the confidence, in [0, 1]").within(UNIT),
    better("auc", LABELS, Jackknife, "chance that a positive row gets a higher probability than a negative one, ties half; two labels only").within(UNIT),
    better("usage", None, Share, "share of rows whose source is ml"),
    better("agreement", None, Share, "share of rows on which model and rule agree"),
    better("average_confidence", None, Jackknife, "mean confidence, in [0, 1]").within(UNIT),
    better("rule_accuracy", None, Share, "share of right labels of the rule"),
    better("final_accuracy", None, Share, "share of right labels of the final prediction"),
    better("outcome_accuracy", None, Share, "share of profits where bought and of losses where avoided, of all rows with either"),
    better("rule_outcome_accuracy", None, Share, "the same of the rule"),
    better("final_outcome_accuracy", None, Share, "the same of the final prediction"),
    better("mean_pnl", None, Mean, "mean P&L of what was bought, in percent"),
    better("rule_mean_pnl", None, Mean, "the same of the rule"),
    better("final_mean_pnl", None, Mean, "the same of the final prediction"),
    better("profit_rate", None, Share, "share of what was bought, of known outcome, that ended in a profit"),
    better("rule_profit_rate", None, Share, "the same of the rule"),
    better("final_profit_rate", None, Share, "the same of the final prediction"),
    better("hit_rate", None, Share, "share of what was bought whose P&L is above 0"),
    better("sharpe", None, Jackknife, "mean over standard deviation of the daily mean P&L of what was bought, a year; whole model only"),
    worse("max_drawdown", None, Unknown, "largest fall of the compounded daily mean P&L from a peak, in percent; whole model only"),
];

/// The metrics by which slices are ranked: of those that fit the task, the first that all have.
pub const PRIMARY: [&str; 3] = ["accuracy", "mape", "mae"];

/// All that is known about metrics.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Metrics {
    /// Every metric of a slice of one model.
    pub metrics: &'static [Metric],
    /// Those by which slices are ranked: of those that fit the task, the first that all have.
    pub primary: [&'static str; 3],
}

impl Metrics {
    /// The list.
    pub const ALL: Self = Self { metrics: &METRICS, primary: PRIMARY };
}

/// The metric of that name.
#[must_use]
pub fn find_metric(name: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| metric.name == name)
}
