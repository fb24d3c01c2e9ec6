//! How a model is: health with its reasons, targets, trends, and the slices that stand out.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::Slice;

/// In one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HealthStatus {
    /// The score is above 0.5.
    Healthy,
    /// The score is in (0, 0.5].
    Warning,
    /// The score is 0.
    Critical,
    /// Neither performance nor drift could be scored, and the others are well.
    Unknown,
}

/// The health of the model in question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Health {
    /// The model.
    #[serde(rename = "where")]
    pub slice: Slice,
    /// The least score of its components, in [0, 1]; `null` if the status is unknown.
    pub score: Option<f64>,
    /// The same in a word.
    pub status: HealthStatus,
    /// `performance`, `drift`, `calibration`, `data_quality`, in this order.
    pub components: Vec<HealthComponent>,
    /// One or two sentences: the status and what it rests on.
    pub message: String,
}

/// One part of health: 1 is as it should be, 0.5 is the warning threshold, 0 the critical one or beyond.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HealthComponent {
    /// What is scored.
    pub name: String,
    /// In [0, 1]; `null` if it cannot be known, and then it does not count.
    pub score: Option<f64>,
    /// What the score rests on, or why there is none.
    pub reason: String,
}

/// A metric against what it should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Target {
    /// The model.
    #[serde(rename = "where")]
    pub slice: Slice,
    /// `usage`, `agreement` or `average_confidence`.
    pub metric: String,
    /// Its value, in [0, 1].
    pub value: f64,
    /// It should be above this.
    pub above: f64,
    /// Whether it is.
    pub met: bool,
}

/// Where a metric goes over the days of the current window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// It rises, and that is no chance.
    Rising,
    /// It falls, and that is no chance.
    Falling,
    /// Neither can be told from chance.
    Steady,
}

/// A straight line through the days of a metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Trend {
    /// The model.
    #[serde(rename = "where")]
    pub slice: Slice,
    /// `accuracy`, `mae`, `mape` or `average_confidence`.
    pub metric: String,
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
    /// Days with a value.
    pub days: u64,
    /// Change over 30 calendar days, in the metric's unit.
    pub per_30_days: f64,
    /// Two-sided p-value of the slope, days dependent on their neighbours.
    pub p_value: f64,
    /// Rising or falling if `p_value` is at most the plan's alpha.
    pub direction: Direction,
    /// One sentence for a person.
    pub message: String,
}

/// A slice that stands out among others of its kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ranked {
    /// The slice.
    #[serde(rename = "where")]
    pub slice: Slice,
    /// The metric by which it stands out.
    pub metric: String,
    /// Its value.
    pub value: f64,
    /// The 95 % interval, where one can be computed.
    pub interval: Option<[f64; 2]>,
    /// Rows behind it.
    pub n: u64,
}
