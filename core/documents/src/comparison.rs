//! Which of some models is better: what a comparison is asked, and its answer.

use alloc::{collections::BTreeMap, string::String, vec::Vec};
use serde::{Deserialize, Serialize};

use crate::{Assignment, Plan, Provenance, Skipped, Slice};

/// How often a comparison is looked at, so that looking often does not make chance look like a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Looks {
    /// Whenever and as often as one likes: bounds that hold at all times (an asymptotic confidence sequence).
    Any,
    /// So many times in all, at least 1, spaced evenly: group-sequential bounds (Lan and DeMets, as O'Brien and Fleming).
    Planned(u32),
}

/// What the arms of a comparison are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ArmsBy {
    /// Models.
    #[default]
    Model,
    /// Values of the role `variant`.
    Variant,
}

/// What a comparison is asked beside the [`Plan`]. Everything may be left out; the answer echoes what was used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ComparisonOptions {
    /// The arms, the incumbent first; by default all of the log, in the order of their names.
    pub arms: Vec<String>,
    /// What an arm is.
    pub by: ArmsBy,
    /// The metric that decides: a share, mean or root of a mean over rows; by default accuracy of labels, MAE of numbers.
    pub metric: Option<String>,
    /// Fewer rows (pairs, or rows of an arm) are inconclusive; at least 2, by default 30.
    pub min_rows: u64,
    /// The chance with which a true difference shall be found, in (0, 1); by default 0.8.
    pub power: f64,
    /// The improvement that is called clear, as a share of the baseline, at least 0; by default 0.1.
    pub clear: f64,
    /// Days below which a result is called early; by default 14.
    pub min_days: u64,
    /// Arm -> planned share of the traffic, above 0, together 1; by default equal shares. Only asked of disjoint traffic.
    pub split: BTreeMap<String, f64>,
    /// How often the comparison is looked at; by default this once.
    pub looks: Option<Looks>,
    /// Which of the planned looks this is, from 1.
    pub look: Option<u32>,
    /// Draws of a bootstrap, 100 to 100,000; by default 2,000.
    pub draws: u32,
    /// The seed of the draws; by default 1.
    pub seed: u64,
    /// How units were given to arms, to be compared with the log's own column.
    pub assignment: Option<Assignment>,
}

impl Default for ComparisonOptions {
    fn default() -> Self {
        Self {
            arms: Vec::new(),
            by: ArmsBy::Model,
            metric: None,
            min_rows: 30,
            power: 0.8,
            clear: 0.1,
            min_days: 14,
            split: BTreeMap::new(),
            looks: None,
            look: None,
            draws: 2000,
            seed: 1,
            assignment: None,
        }
    }
}

/// Whether the arms answered the same cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Design {
    /// The same cases (ids) have an answer of either arm: differences case by case.
    Paired,
    /// Each case has one arm: means of different cases.
    Disjoint,
}

/// What a comparison found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ComparisonVerdict {
    /// The candidate is better, and it is not chance.
    CandidateBetter,
    /// The baseline is better, and it is not chance.
    BaselineBetter,
    /// There is enough data to ask, and no evidence of a difference.
    NoEvidence,
    /// Too little data, or data that cannot be trusted.
    Inconclusive,
}

/// A comparison of models.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ModelComparison {
    /// Version of this document's form: 1.
    pub schema: u32,
    /// Always `model_comparison`.
    pub kind: String,
    /// The version of driftgate that compared.
    pub driftgate: String,
    /// The resolved plan.
    pub plan: Plan,
    /// The resolved options.
    pub options: ComparisonOptions,
    /// The verdict of the best challenge; of the only one where there are two arms.
    pub verdict: ComparisonVerdict,
    /// The better arm, where there is evidence for one.
    pub winner: Option<String>,
    /// The verdict in a sentence.
    pub summary: String,
    /// What to do, in a sentence.
    pub recommendation: String,
    /// The arms, the incumbent first.
    pub arms: Vec<Arm>,
    /// The incumbent against every other arm, in the order of `options.arms`.
    pub challenges: Vec<Challenge>,
    /// The models that cannot be told from the best, where more than two answered the same cases.
    pub confidence_set: Option<ConfidenceSet>,
    /// Whether the data can be trusted.
    pub trust: Vec<TrustCheck>,
    /// What could not be computed, and why.
    pub skipped: Vec<Skipped>,
    /// Where the rows are from, by window.
    pub provenance: BTreeMap<String, Provenance>,
}

/// One of the models or variants that are compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Arm {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: u64,
    /// Of these, rows with an outcome.
    pub labelled: u64,
    /// Its days with rows.
    pub days: u64,
    /// Its first and its last day.
    pub from: Option<String>,
    /// Its last day.
    pub to: Option<String>,
    /// The share of all arms' rows, in [0, 1].
    pub share: f64,
    /// The share that was planned, in [0, 1]; of disjoint traffic.
    pub planned_share: Option<f64>,
    /// Metric -> its value over all rows of the arm.
    pub metrics: BTreeMap<String, f64>,
}

/// One challenger against the incumbent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Challenge {
    /// The challenger.
    pub candidate: String,
    /// The incumbent.
    pub baseline: String,
    /// Whether they answered the same cases.
    pub design: Design,
    /// The verdict.
    pub verdict: ComparisonVerdict,
    /// Why, in a sentence.
    pub message: String,
    /// The metric that decides.
    pub metric: MetricComparison,
    /// The other metrics that can be compared row by row.
    pub others: Vec<MetricComparison>,
    /// p-value of the deciding test over all challenges (Holm), in [0, 1].
    pub p_adjusted: Option<f64>,
    /// The probability that either is better, and what a wrong choice costs.
    pub bayes: Option<Bayes>,
    /// What could have been found, and how much more it takes.
    pub power: Option<Detectable>,
    /// Whether one may stop.
    pub stopping: Stopping,
    /// By segment: where the answer is another one.
    pub slices: Vec<SliceComparison>,
    /// Things to know beside the verdict.
    pub warnings: Vec<String>,
}

/// One metric of two arms, with a naive test and those that know that rows depend on each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MetricComparison {
    /// Its name.
    pub metric: String,
    /// Whether a larger value is better.
    pub larger_is_better: bool,
    /// Pairs, or rows of both arms together.
    pub n: u64,
    /// Days with such rows.
    pub days: u64,
    /// The candidate's value on these rows.
    pub candidate: f64,
    /// The baseline's value on these rows.
    pub baseline: f64,
    /// candidate - baseline, in the metric's unit.
    pub difference: f64,
    /// The improvement of the candidate as a share of |baseline|: positive is better. None near zero.
    pub improvement: Option<f64>,
    /// The improvement of the winner as a share of |loser|, at least 0. None near zero.
    pub improvement_on_loser: Option<f64>,
    /// Tests of the difference; `decides` says which one gives the verdict.
    pub tests: Vec<DifferenceTest>,
    /// An interval that holds the true difference at all looks (of the share 1 - alpha of comparisons).
    pub always_valid: Option<[f64; 2]>,
}

/// A test of whether a difference is 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DifferenceTest {
    /// Its name: paired_t, mcnemar, welch, proportions, mann_whitney; by_day, by_symbol, clustered_by_day, two_way, diebold_mariano,
    /// newey_west, block_bootstrap.
    pub method: String,
    /// Whether it knows that rows depend on each other.
    pub robust: bool,
    /// Whether it gives the verdict.
    pub decides: bool,
    /// The statistic: t, z or chi-square.
    pub statistic: Option<f64>,
    /// Degrees of freedom, where it is Student's t.
    pub df: Option<f64>,
    /// Two-sided p-value, in [0, 1].
    pub p_value: Option<f64>,
    /// Standard error of the difference, in the metric's unit.
    pub standard_error: Option<f64>,
    /// The interval of the difference at 1 - alpha, in the metric's unit.
    pub interval: Option<[f64; 2]>,
    /// What to know about it: a fallback, a block length, a lag.
    pub note: String,
}

/// What the data say if nothing was known before: the difference is normal around its estimate, with the robust standard error.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Bayes {
    /// The probability that the candidate is better, in [0, 1].
    pub candidate_better: f64,
    /// What choosing the candidate costs on average if it is worse, in the metric's unit, at least 0.
    pub loss_of_candidate: f64,
    /// What keeping the baseline costs on average if it is worse, in the metric's unit, at least 0.
    pub loss_of_baseline: f64,
}

/// What could be found with data like these.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Detectable {
    /// The least difference that data like these find with the wanted power, in the metric's unit.
    pub minimum_detectable: f64,
    /// The same as a share of |baseline|. None near zero.
    pub minimum_detectable_share: Option<f64>,
    /// Further rows until the difference seen would be found; None if it is 0 or found already.
    pub rows_needed: Option<u64>,
    /// The same in days of as many rows as there were.
    pub days_needed: Option<u64>,
}

/// Whether an experiment may be stopped: all three.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Stopping {
    /// The difference is not chance.
    pub significant: bool,
    /// The improvement on the baseline is large enough.
    pub clear: bool,
    /// No other metric became worse beyond chance.
    pub safe: bool,
}

/// The difference on one slice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SliceComparison {
    /// The slice.
    #[serde(rename = "where")]
    pub slice: Slice,
    /// Pairs, or rows of both arms together.
    pub n: u64,
    /// The candidate's value.
    pub candidate: f64,
    /// The baseline's value.
    pub baseline: f64,
    /// candidate - baseline.
    pub difference: f64,
    /// p-value of the robust test, in [0, 1]; None where days are too few.
    pub p_value: Option<f64>,
    /// The same, adjusted over all slices (Benjamini-Hochberg).
    pub p_adjusted: Option<f64>,
    /// Whether it says the opposite of the whole, beyond chance.
    pub reversed: bool,
}

/// Models among which the best one is, with a stated chance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ConfidenceSet {
    /// The chance that the best one is among them, in (0, 1).
    pub confidence: f64,
    /// Common cases.
    pub n: u64,
    /// Days of them.
    pub days: u64,
    /// Every model, the best first.
    pub models: Vec<SetMember>,
}

/// A model in or out of the set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SetMember {
    /// Its name.
    pub name: String,
    /// The metric on the common cases.
    pub value: f64,
    /// The p-value at which it leaves the set, in [0, 1].
    pub p_value: f64,
    /// Whether it stays.
    pub included: bool,
}

/// What a check of the data found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// Nothing wrong.
    Sound,
    /// To be looked at.
    Warning,
    /// The comparison means nothing until this is mended.
    Broken,
}

/// A check of the data, before any verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrustCheck {
    /// Its name: duplicates, times, labels, coverage, identical, contradicting, slices, crossover, arm_swap, sample_ratio, label_delay, mix,
    /// assignment.
    pub name: String,
    /// The column it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What it found.
    pub found: Trust,
    /// p-value, where it is a test.
    pub p_value: Option<f64>,
    /// One sentence for a person.
    pub message: String,
}

/// How many of the cases that were to be answered a candidate answered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Coverage {
    /// Whose cases they are: `baseline`, where its log has ids in common with the candidate's; `current`, where there is no
    /// baseline and the rows of the candidate's own log are counted.
    pub window: String,
    /// Ids of the baseline with an outcome in either log; rows, those that could not be read included, of a log alone.
    pub cases: u64,
    /// Of these, those with one row of the candidate that holds a label or a finite number.
    pub answered: u64,
    /// Of these, those with an outcome in both logs; of a log alone all of them.
    pub known: u64,
    /// Rows of the candidate with an outcome that are none of the baseline's cases.
    pub beyond: u64,
    /// `answered` of `cases`, in [0, 1]; 0 without cases.
    pub share: f64,
    /// Whether all rows were counted; else those of the ids with the smallest hash, which both logs keep.
    pub exact: bool,
    /// One sentence for a person.
    pub message: String,
}
