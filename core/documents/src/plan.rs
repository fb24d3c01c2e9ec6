//! What to analyse and how: every default is written out in the report.

use alloc::{collections::BTreeMap, string::String, vec::Vec};
use serde::{Deserialize, Serialize};

use crate::{ReplayPlan, Task};

/// Which rule turns a distance into a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Days are the observations: calibrated for panels and for serial dependence. The default where rows have a time.
    ByDay,
    /// Rows are the observations. The default where rows have no time.
    Rows,
    /// p < 0.05 or PSI >= 0.25, uncorrected: what users of older tools know. On panels it alarms on nearly every window.
    Any,
    /// KS statistic (of categories: total variation) > 0.15 against the latest 100 rows of the reference, or against all
    /// of it where it is too large to be kept whole. It knows no chance: on panels it alarms on nearly every window.
    Window,
}

/// The kinds of model with their own thresholds of decay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ModelKind {
    /// MAE +10 / +15 %, RMSE +15 / +20 %.
    PricePredictor,
    /// Accuracy and F1 -3 / -5 points.
    Classifier,
    /// MAE +8 / +10 %.
    RiskAssessor,
    /// MAE +20 %.
    Generic,
}

/// How bad a drifted finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The effect reaches the first band.
    Minor,
    /// The effect reaches the second band.
    Moderate,
    /// The effect reaches the third band.
    Critical,
}

/// What repeats itself in a log, so that like is compared with like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Season {
    /// Days of the week: a day is held against reference days of its own weekday.
    Weekday,
    /// Hours of the day: an hour is held against the same hour of the reference's days. Needs logs of at most 512 hours.
    Hour,
}

/// How p-values of many columns are adjusted before one threshold is held against all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Adjust {
    /// Bounds the share of false alarms among alarms. The default, but for the rule `any`.
    BenjaminiHochberg,
    /// Bounds the chance of any false alarm.
    Holm,
    /// The same, never better than Holm's.
    Bonferroni,
    /// As Benjamini-Hochberg, whatever the dependence between columns.
    BenjaminiYekutieli,
    /// Not at all: with twenty calm columns one p-value in twenty is below 0.05. The default of the rule `any`.
    None,
}

/// The plan of an analysis. Everything may be left out; the report echoes the resolved plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Plan {
    /// Overrides what the schema says.
    pub task: Option<Task>,
    /// Which thresholds of decay apply; by default `classifier` for labels and `generic` for numbers.
    pub kind: Option<ModelKind>,
    /// The model whose rows are the observation; by default the one with most rows.
    pub model: Option<String>,
    /// The model in the baseline window that is the incumbent; by default its only one.
    pub baseline: Option<String>,
    /// Which rule gives the verdict; by default `by_day` with time, `rows` without. `any` and `window` are there for
    /// comparison with older tools and hold no rate of false alarms.
    pub rule: Option<Rule>,
    /// The false-alarm rate over all columns, in (0, 0.5]; by default 0.05.
    pub alpha: Option<f64>,
    /// Only these columns; by default all.
    pub columns: Vec<String>,
    /// The label that counts as positive in two-class precision, recall and F1; by default the later one in sort order.
    pub positive: Option<String>,
    /// The least severity that makes the report's verdict `drift`; by default moderate.
    pub fail_on: Option<Severity>,
    /// The share of bad rows above which a log is refused, in [0, 1]; by default 0.01.
    pub max_bad_rows: Option<f64>,
    /// Judge windows of this many trading days, moved day by day through the current window, at least 3.
    pub rolling: Option<u32>,
    /// How long until an outcome is known, in days, at least 1: errors are clustered in buckets at least that long.
    pub label_horizon: Option<u32>,
    /// What is shown of each column beside what gives the verdict (`ks` for numbers, `chi_square` for categories); by
    /// default `psi`. Known: ks, psi, jensen_shannon, kullback_leibler, wasserstein, hellinger, cramers_v, l_infinity, cramer_von_mises,
    /// anderson_darling, mann_whitney, energy, chi_square, total_variation. One for the other kind of column is left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<String>,
    /// Method -> whose convention it follows: psi (deciles, evidently, scouter, frouros, deepchecks), jensen_shannon
    /// (deciles, nannyml, evidently, tfdv), wasserstein (over_sd, raw), chi_square (contingency, exact).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub conventions: BTreeMap<String, String>,
    /// How p-values are adjusted over all columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adjust: Option<Adjust>,
    /// The calendar day that is taken for today, such as `2008-09-30`. Whoever reads the logs leaves later rows out
    /// (`until` in `infer`); a window that still holds some is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// The current window is so many calendar days, at least 1, up to `as_of` or else to its last row. Whoever reads the
    /// log leaves earlier rows out (`from` in `infer`); a window that still holds some is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lookback: Option<u32>,
    /// Compares columns with the same weekday or hour of the reference; by default with all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub season: Option<Season>,
    /// Also judges every column within each value of the declared segments (a small log).
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub segment_drift: bool,
    /// Which labels mean to hold and which to stay out, for outcomes and P&L.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classes: Option<Classes>,
    /// Trading days a year, by which the Sharpe ratio is scaled, at least 1; by default 252.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days_per_year: Option<u32>,
    /// What usage, agreement and mean confidence should be above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub targets: Option<Targets>,
    /// Counts the values of every column in bins or levels, for plots: at most so many bins of a number, in [2, 200].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distributions: Option<u32>,
    /// Gives rows of the error replay buffer for training.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replay: Option<ReplayPlan>,
    /// What only a gate needs. It costs time that a check does not spend.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<GatePlan>,
}

/// What a gate needs of an analysis beyond what every report holds; that it is there asks for a digest of each window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct GatePlan {
    /// Segment keys whose metrics that are no means get standard errors, and changes against the baseline, by leaving out
    /// one cluster of rows after the other; each a list of sorted names, `[]` is the model as a whole.
    pub jackknife: Vec<Vec<String>>,
}

/// Labels by what follows from them. Upper and lower case are the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Classes {
    /// Labels of which a position is held; by default `buy` and `strong_buy`.
    pub buy: Vec<String>,
    /// Labels that say to stay out; by default `avoid`, `sell` and `strong_sell`.
    pub avoid: Vec<String>,
}

impl Default for Classes {
    fn default() -> Self {
        let labels = |labels: &[&str]| labels.iter().map(|label| String::from(*label)).collect();
        Self { buy: labels(&["buy", "strong_buy"]), avoid: labels(&["avoid", "sell", "strong_sell"]) }
    }
}

/// What metrics of use should be above, each in [0, 1].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Targets {
    /// Share of rows whose source is ml; by default 0.8.
    pub usage: f64,
    /// Share of rows on which model and rule agree; by default 0.6.
    pub agreement: f64,
    /// Mean confidence; by default 0.75.
    pub average_confidence: f64,
}

impl Default for Targets {
    fn default() -> Self {
        Self { usage: 0.8, agreement: 0.6, average_confidence: 0.75 }
    }
}
