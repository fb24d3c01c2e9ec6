//! How often a plan alarms on a log in which nothing happened, and what it would find.

use alloc::{string::String, vec::Vec};
use serde::{Deserialize, Serialize};

use crate::{Plan, Rolling, Skipped};

/// How a log is cut to calibrate a plan on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct CalibrationOptions {
    /// Lengths of the moving windows in trading days, each at least 3.
    pub windows: Vec<u32>,
    /// How many trading days before a window are its reference, at least 3; by default all days of the log but the window.
    pub trailing: Option<u32>,
    /// Trading days between window and reference that belong to neither: as many as the longest input looks back.
    pub gap: u32,
}

impl Default for CalibrationOptions {
    fn default() -> Self {
        Self { windows: [5, 10, 20].into(), trailing: None, gap: 0 }
    }
}

/// The false alarms of windows of one length: the log is taken to be calm, so every alarm is false.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FalseAlarms {
    /// Trading days in a window.
    pub days: u32,
    /// Windows, moved day by day. Neighbours overlap: they are not so many independent tries.
    pub windows: u64,
    /// Windows that alarm.
    pub alarms: u64,
    /// Windows about which nothing could be said.
    pub inconclusive: u64,
    /// Runs of alarming windows without a pause.
    pub episodes: u64,
    /// Windows that do not overlap.
    pub disjoint_windows: u64,
    /// Those of them that alarm.
    pub disjoint_alarms: u64,
    /// Wilson's 95 % interval of their share; `null` without windows.
    pub disjoint_interval: Option<[f64; 2]>,
    /// The windows that alarm, in the order of time.
    pub alarming: Vec<Rolling>,
}

/// How often a change of one column is found when it is put into calm windows that do not overlap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Power {
    /// Trading days in a window.
    pub days: u32,
    /// The column.
    pub column: String,
    /// What is changed: `level` is moved by `size` standard deviations of the column, `spread` is multiplied by it.
    pub change: String,
    /// How much.
    pub size: f64,
    /// Windows.
    pub windows: u64,
    /// Windows in which the column alarms.
    pub found: u64,
}

/// The answer of a calibration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Calibration {
    /// Version of this document's form: 1.
    pub schema: u32,
    /// Always `calibration`.
    pub kind: String,
    /// The version of driftgate that wrote it.
    pub driftgate: String,
    /// The resolved plan.
    pub plan: Plan,
    /// How the log was cut.
    pub options: CalibrationOptions,
    /// The model whose rows were judged.
    pub model: String,
    /// Its rows.
    pub rows: u64,
    /// Its trading days.
    pub days: u64,
    /// The first of them.
    pub from: String,
    /// The last of them.
    pub to: String,
    /// One entry a length of window.
    pub false_alarms: Vec<FalseAlarms>,
    /// One entry a length of window, column and change.
    pub power: Vec<Power>,
    /// What could not be computed, and why.
    pub skipped: Vec<Skipped>,
}
