//! What the data themselves say about a decision: cases that were left unanswered, outcomes that contradict each other.

use alloc::{string::String, vec::Vec};

use driftgate_documents::{Check, Policy, TrustCheck};

use super::{Grounds, value};
use crate::trust::{LEAST_ANSWERED, of_coverage};

/// The metric by which a policy says how many cases have to be answered.
pub(super) const ANSWERED: &str = "answered";

/// The share of the cases that a policy demands to be answered.
pub(super) fn least_answered(policy: &Policy) -> f64 {
    let of_policy = policy.check.iter().find(|check| check.metric == ANSWERED);
    let least = of_policy.and_then(|check| value::threshold(check).ok()).filter(|(op, _)| op.wants_more());
    least.map_or(LEAST_ANSWERED, |(_, least)| least)
}

/// Every check of the data that a policy rests on.
pub(super) fn trust(policy: &Policy, report: &Grounds, least: f64) -> Vec<TrustCheck> {
    let columns: Vec<String> = policy.check.iter().flat_map(Check::segment).collect();
    let is_meant = |check: &&TrustCheck| check.column.as_ref().is_none_or(|column| columns.contains(column));
    // The same model fails every check already.
    let others = report.trust.iter().filter(|check| check.name != "identical").filter(is_meant).cloned();
    report.coverage.iter().map(|coverage| of_coverage(coverage, least)).chain(others).collect()
}
