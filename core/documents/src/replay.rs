//! The error replay buffer: the worst predictions, to be learnt from again.

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::Row;

/// What the buffer holds, in numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Replay {
    /// Rows in the buffer.
    pub rows: u64,
    /// The most it holds.
    pub limit: u64,
    /// Mean confidence of the rows that have one.
    pub average_confidence: Option<f64>,
    /// Rows that were wrong with a confidence above 0.8.
    pub confidently_wrong: u64,
    /// Column (`model`, `regime`, `sector`, `actual`, `prediction`) -> value -> what of it is in the buffer. Numbers
    /// have no values.
    pub by: BTreeMap<String, BTreeMap<String, ReplayGroup>>,
    /// Rows to train on, in the order in which they should be taken; with `replay` in the plan.
    pub sample: Vec<ReplayRow>,
}

/// One value's part of the buffer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReplayGroup {
    /// Rows.
    pub rows: u64,
    /// Share of the buffer, in (0, 1].
    pub share: f64,
    /// Mean confidence of the rows that have one.
    pub average_confidence: Option<f64>,
    /// Mean score: how wrong the rows are.
    pub average_score: f64,
}

/// A row to train on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReplayRow {
    /// What was predicted and what happened.
    #[serde(flatten)]
    pub row: Row,
    /// The entity's sector.
    pub sector: Option<String>,
    /// The state of the world.
    pub regime: Option<String>,
    /// What it should weigh in training.
    pub weight: f64,
    /// The inputs; a missing one is left out.
    pub features: BTreeMap<String, Value>,
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Value {
    /// A finite number.
    Number(f64),
    /// Text.
    Text(String),
}

/// Which rows of the buffer to give for training. Everything may be left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ReplayPlan {
    /// Rows of the training batch the sample is mixed into; by default the whole buffer is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<u64>,
    /// The share of that batch that is replayed, in (0, 1]; by default 0.2.
    pub share: f64,
    /// What each row should weigh, above 0; by default 3.
    pub weight: f64,
    /// Only rows of so many weakest sectors, at least 1; by default of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weakest: Option<u32>,
}

impl Default for ReplayPlan {
    fn default() -> Self {
        Self { batch: None, share: 0.2, weight: 3.0, weakest: None }
    }
}
