//! May the candidate be promoted? What the gate measures beside plain performance: the distance of inputs, the replay of the
//! incumbent's errors, changes on the same cases, and standard errors that know that the rows of a day move together.

mod changes;
mod errors;
mod inputs;
mod jackknife;
mod pairs;
mod replay;

use alloc::{collections::BTreeMap, string::String};

use driftgate_documents::{Comparison, Slice};

pub use self::{
    changes::changes,
    errors::{Clustered, standard_errors, values},
    inputs::{drift_score, input_change},
    jackknife::{Measured, standard_errors as jackknife_errors},
    pairs::{Pair, Pairs},
    replay::replay,
};

/// A comparison without an answer yet.
#[must_use]
pub fn blank(metric: &str) -> Comparison {
    Comparison {
        metric: metric.into(),
        slice: Slice::new(),
        value: None,
        n: 0,
        standard_error: None,
        clusters: None,
        column: None,
        details: BTreeMap::new(),
        message: String::new(),
    }
}
