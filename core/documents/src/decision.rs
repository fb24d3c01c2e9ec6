//! The gate's answer.

use alloc::{collections::BTreeMap, string::String, vec::Vec};
use serde::{Deserialize, Serialize};

use crate::{Coverage, Plan, Policy};

/// The answer of a check or of the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every condition holds.
    Pass,
    /// A condition does not hold, or could not even be asked.
    Fail,
    /// Too little data to say.
    Inconclusive,
}

/// What the host knows and core cannot: time, digests, what was decided before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Facts {
    /// When the decision is made, RFC 3339.
    pub now: Option<String>,
    /// Digest of the candidate's files.
    pub candidate_digest: Option<String>,
    /// Digest of the baseline's files.
    pub baseline_digest: Option<String>,
    /// Digest of the reference's files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference_digest: Option<String>,
    /// When this candidate was judged before, RFC 3339.
    pub previous_looks: Vec<String>,
    /// A person's override.
    pub r#override: Option<Override>,
}

/// A person's decision over the gate's: it approves, and changes nothing of what the statistics say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// Until when, RFC 3339; a date ends at its beginning, 00:00 UTC.
    pub expires: String,
}

/// The gate's answer, with every check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Decision {
    /// Version of this document's form: 1.
    pub schema: u32,
    /// Always `decision`.
    pub kind: String,
    /// The version of driftgate that decided.
    pub driftgate: String,
    /// The candidate's model; empty where its log names none.
    #[serde(default)]
    pub candidate: String,
    /// The baseline's model, if there is a baseline.
    #[serde(default)]
    pub baseline: Option<String>,
    /// The resolved policy.
    pub policy: Policy,
    /// The resolved plan of the report that was decided on.
    #[serde(default)]
    pub plan: Plan,
    /// Window (`current`, `baseline`, `reference`) -> the digest of its rows: the same for any split of the log. Empty
    /// unless the plan has `gate`.
    #[serde(default)]
    pub inputs: BTreeMap<String, String>,
    /// What the host knew.
    pub facts: Facts,
    /// Any fail: fail; else any inconclusive: inconclusive; else pass.
    pub verdict: Verdict,
    /// Whether the candidate may be promoted: `verdict` is pass, or an override is in force.
    pub approved: bool,
    /// PROMOTE, REJECT or INCONCLUSIVE.
    pub recommendation: String,
    /// How many of the baseline's cases the candidate answered; without a baseline, how many of its own rows.
    #[serde(default)]
    pub coverage: Option<Coverage>,
    /// Every check, in the policy's order; `each` gives one per slice.
    pub checks: Vec<CheckResult>,
    /// Names of the checks passed.
    pub checks_passed: Vec<String>,
    /// Names of the checks failed.
    pub checks_failed: Vec<String>,
    /// Names of the checks without an answer.
    pub checks_inconclusive: Vec<String>,
    /// Things to know beside the verdict.
    pub warnings: Vec<String>,
    /// The override in force, if any.
    pub r#override: Option<Override>,
}

/// One check, answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CheckResult {
    /// The metric and its slice, or the name in the policy.
    pub name: String,
    /// The metric.
    pub metric: String,
    /// The slice.
    #[serde(rename = "where")]
    pub slice: BTreeMap<String, String>,
    /// The candidate's value.
    pub value: Option<f64>,
    /// The baseline's value, in a change check.
    pub baseline: Option<f64>,
    /// `>`, `>=`, `<` or `<=`.
    pub op: String,
    /// What the value is compared with.
    pub threshold: Option<f64>,
    /// Rows (or pairs) behind the value.
    pub n: u64,
    /// The two-sided interval whose ends are the one-sided bounds, when decided with confidence.
    pub interval: Option<[f64; 2]>,
    /// The answer.
    pub verdict: Verdict,
    /// One sentence for a person.
    pub reason: String,
    /// How many more rows would decide it, at the current estimate.
    pub rows_needed: Option<u64>,
}
