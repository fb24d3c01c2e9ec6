//! How units are given to the arms of an experiment.

use alloc::{string::String, vec::Vec};
use serde::{Deserialize, Serialize};

/// An experiment's arms and traffic. The same unit always gets the same arm, and growing `coverage` moves nobody to another one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// The name of the experiment, which seeds the hash: two experiments divide the same units independently.
    pub experiment: String,
    /// The arms in their order, at least two; shares together 1.
    pub arms: Vec<AssignedArm>,
    /// The share of all units that take part, in [0, 1].
    #[serde(default = "all")]
    pub coverage: f64,
    /// The role or column whose value is the unit, in a log that is audited; by default `id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// One arm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AssignedArm {
    /// Its name.
    pub name: String,
    /// Its share, above 0 and at most 1.
    pub share: f64,
}

const fn all() -> f64 {
    1.0
}

/// Where a unit belongs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Assigned {
    /// The unit.
    pub unit: String,
    /// Its bucket, one of 0, 0.0001, ... 0.9999.
    pub bucket: f64,
    /// Its arm; None if it takes no part.
    pub arm: Option<String>,
}
