//! The report: what was found, with every number that a person, a plot or the gate needs.

use alloc::{collections::BTreeMap, string::String, vec::Vec};
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::{Coverage, Distribution, Estimate, Health, Plan, Ranked, Replay, Severity, Target, Trend, TrustCheck};

/// Slice of a log: column -> value. Empty is everything.
pub type Slice = BTreeMap<String, String>;

/// The verdict of a report or of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DriftVerdict {
    /// Nothing drifted.
    None,
    /// Drift.
    Drift,
    /// Too little data to say.
    Inconclusive,
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// The distribution of an input.
    FeatureDrift,
    /// The distribution of the predictions.
    PredictionDrift,
    /// The distribution of the confidence, or (method `mean_drop`, without a column) a drop of its mean.
    ConfidenceDrift,
    /// How often prediction and rule agree.
    AgreementDrift,
    /// The relation of predictions and actuals: level and spread of the residuals, or errors early and late.
    ConceptDrift,
    /// The mix of regimes.
    RegimeDrift,
    /// The model's errors.
    PerformanceDecay,
    /// The share of missing values.
    Missingness,
    /// Values beyond the reference's smallest and largest.
    OutOfRange,
    /// A category the reference never had.
    NewCategory,
    /// A column on one side only, or of another type.
    SchemaChange,
    /// Two inputs no longer move together as they did.
    CorrelationShift,
    /// Rows no longer fit the pattern that the inputs follow together.
    MultivariateDrift,
}

/// A statement about the two windows. Statistic, p-value and effect are separate fields, never one score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// What it is about.
    pub kind: FindingKind,
    /// The column, where there is one.
    pub column: Option<String>,
    /// The slice.
    #[serde(rename = "where")]
    pub slice: Slice,
    /// The statistic's short name: ks, psi, chi_square, ...
    pub method: String,
    /// Whose convention the statistic follows.
    pub convention: String,
    /// The rule that gave the verdict.
    pub rule: String,
    /// The statistic.
    pub statistic: Option<f64>,
    /// The probability of a difference at least this large by chance, in [0, 1].
    pub p_value: Option<f64>,
    /// The same, adjusted for the number of tests.
    pub p_adjusted: Option<f64>,
    /// How large the change is, on the scale of the bands.
    pub effect: Option<f64>,
    /// The effect at which it counts.
    pub threshold: Option<f64>,
    /// The value in the reference, where one number says it (a mean, a share).
    pub reference: Option<f64>,
    /// The value in the current window.
    pub current: Option<f64>,
    /// Values in the reference.
    pub n_reference: u64,
    /// Values in the current window.
    pub n_current: u64,
    /// Effective number of days in the reference, after serial dependence.
    pub n_effective_reference: Option<f64>,
    /// Effective number of days in the current window.
    pub n_effective_current: Option<f64>,
    /// How far summarising may have moved a rank, in [0, 1]; 0 is exact.
    pub rank_error: f64,
    /// Whether the window's days lie outside everything the reference's days showed: drift, however few they are.
    pub outside: bool,
    /// Days that hold one value only, where chance does not explain how their share changed: drift by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_value: Option<OneValueDays>,
    /// The verdict.
    pub verdict: DriftVerdict,
    /// How bad; only where the verdict is drift.
    pub severity: Option<Severity>,
    /// The last day of the first window in the current run of alarms; of the last run, if it is cleared.
    pub since: Option<String>,
    /// Where the run of alarms stands.
    pub state: Option<State>,
    /// One sentence for a person.
    pub message: String,
}

/// How well a model did on a slice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Performance {
    /// `reference`, `current` or `baseline`.
    pub window: String,
    /// The slice; `model` is always there.
    #[serde(rename = "where")]
    pub slice: Slice,
    /// Rows in the slice.
    pub rows: u64,
    /// Rows with prediction and actual.
    pub pairs: u64,
    /// Metric -> value. A metric that cannot be computed is in `skipped`.
    pub metrics: BTreeMap<String, f64>,
    /// Metric -> the number of rows behind it, where it is not `pairs`.
    pub counts: BTreeMap<String, u64>,
    /// Metric -> standard error, clustered by time; where the rows themselves are at hand.
    pub standard_errors: BTreeMap<String, f64>,
    /// Metric -> the clusters of time its standard error is of, at least two.
    #[serde(default)]
    pub clusters: BTreeMap<String, u64>,
    /// Metric -> the rows its standard error is of, where these are a sample of the rows behind the metric (a large log).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sampled: BTreeMap<String, u64>,
    /// Actual label -> predicted label -> rows, for classifiers.
    pub confusion: BTreeMap<String, BTreeMap<String, u64>>,
    /// Predicted label -> share of the rows.
    pub predictions: BTreeMap<String, f64>,
    /// Metric -> its 95 % interval, in the current and the baseline window: around the standard error where the rows are
    /// at hand, else (shares only) as if rows were independent.
    #[serde(default)]
    pub intervals: BTreeMap<String, [f64; 2]>,
    /// How often predictions of each confidence came true, by tenth; for a classifier as a whole.
    #[serde(default)]
    pub reliability: Vec<ReliabilityBin>,
}

/// A tenth of the confidences: a point of the reliability curve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReliabilityBin {
    /// Lower end.
    pub from: f64,
    /// Upper end.
    pub to: f64,
    /// Rows with confidence, prediction and actual; bins without any are left out.
    pub pairs: u64,
    /// Their mean confidence.
    pub confidence: f64,
    /// The share of right ones.
    pub accuracy: f64,
}

/// Candidate against baseline on the same slice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Comparison {
    /// The short name, such as `drift_score` or `replay_improvement`.
    pub metric: String,
    /// The slice.
    #[serde(rename = "where")]
    pub slice: Slice,
    /// The value.
    pub value: Option<f64>,
    /// Rows or pairs behind it.
    pub n: u64,
    /// Standard error, clustered by time.
    pub standard_error: Option<f64>,
    /// The clusters of time it is of, at least two.
    #[serde(default)]
    pub clusters: Option<u64>,
    /// The column behind the value, for a largest or smallest.
    pub column: Option<String>,
    /// Further numbers, by name.
    pub details: BTreeMap<String, f64>,
    /// One sentence for a person, also when there is no value.
    pub message: String,
}

/// A line to plot: one value a bucket of time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Series {
    /// `reference`, `current` or `baseline`.
    pub window: String,
    /// What it shows, such as `mae`, `accuracy`, `mean` or `regime`.
    pub metric: String,
    /// The column, where there is one.
    pub column: Option<String>,
    /// The slice.
    #[serde(rename = "where")]
    pub slice: Slice,
    /// Start of each bucket, RFC 3339 date or time.
    pub at: Vec<String>,
    /// The value in each bucket; `null` where there is none.
    pub values: Vec<Option<f64>>,
    /// The label in each bucket, for categories.
    pub labels: Vec<String>,
}

/// Something that could not be computed, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Skipped {
    /// What it would have been: a finding's kind or `performance`, `comparison`.
    pub kind: String,
    /// The column, where there is one.
    pub column: Option<String>,
    /// The slice.
    #[serde(rename = "where")]
    pub slice: Slice,
    /// The statistic.
    pub method: String,
    /// Why not, and what would help.
    pub reason: String,
}

/// Why a model's rows are the observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ModelChoice {
    /// There is no other.
    Only,
    /// The plan names it, or it is the one of the current window.
    Asked,
    /// It has most rows: good enough to look at inputs, not to promote.
    MostRows,
}

/// Calendar days, the first and the last included.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Days {
    /// The first day; `null` where every day before `until` is meant.
    pub from: Option<String>,
    /// The last day; `null` where every day after `from` is meant.
    pub until: Option<String>,
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.from, &self.until) {
            (Some(from), Some(until)) => write!(f, "{from} .. {until}"),
            (Some(from), None) => write!(f, "the days from {from} on"),
            (None, Some(until)) => write!(f, "the days up to {until}"),
            (None, None) => f.write_str("all days"),
        }
    }
}

/// What became of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Its values count for the verdicts.
    Judged,
    /// It was read and nothing can be judged by it, such as ids, free text, a constant. No verdict suffers from it.
    NotJudged,
    /// It holds values that were not read: nothing is calm while they are there.
    NotRead,
    /// It was left out, on request or because it only counts rows.
    LeftOut,
}

/// What became of the values of a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ColumnUse {
    /// What became of it.
    pub fate: Fate,
    /// Its values, cells that are not empty; 0 of a column that was left out.
    pub values: u64,
    /// Why it was not judged, not read or left out, and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One window of a log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Window {
    /// Rows used.
    pub rows: u64,
    /// Rows that could not be read.
    pub bad_rows: u64,
    /// Exact repeats of an id that were dropped.
    pub repeated_rows: u64,
    /// Rows with an id that another row contradicts.
    pub conflicting_rows: u64,
    /// Rows without a time.
    pub rows_without_time: u64,
    /// Column -> cells with NaN or an infinity, which count as missing.
    pub not_finite: BTreeMap<String, u64>,
    /// First time, RFC 3339.
    pub from: Option<String>,
    /// Last time, RFC 3339.
    pub to: Option<String>,
    /// Calendar day of the first time in the log's timezone.
    #[serde(default)]
    pub first_day: Option<String>,
    /// Calendar day of the last time.
    #[serde(default)]
    pub last_day: Option<String>,
    /// Distinct days with rows; buckets of `resolution` where that is coarser.
    pub days: u64,
    /// How long such a day is: `day`, or `week` or `four-week span` in a log of more than 512 days.
    pub resolution: String,
    /// Model -> rows.
    pub models: BTreeMap<String, u64>,
    /// The model whose rows are the observation.
    pub model: Option<String>,
    /// Why this one.
    pub model_choice: ModelChoice,
    /// Regime -> days.
    pub regimes: BTreeMap<String, u64>,
    /// Whether the rows were kept whole (a small log) or summarised.
    pub exact: bool,
    /// Values in the rows of this window, of all columns: cells that are not empty.
    #[serde(default)]
    pub values: u64,
    /// Values among them that drift is judged on, or performance or time.
    #[serde(default)]
    pub judged_values: u64,
    /// Column -> what became of its values. Columns that have a role go by its name.
    #[serde(default)]
    pub columns: BTreeMap<String, ColumnUse>,
    /// The digest of what was read of these rows (a plan's `gate`): the same for any split, order and format of the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// A row of the log, for the lists of worst and latest predictions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Row {
    /// When, RFC 3339.
    pub timestamp: Option<String>,
    /// Which case.
    pub id: Option<String>,
    /// Which model.
    pub model: String,
    /// The entity.
    pub symbol: Option<String>,
    /// The prediction, as text.
    pub prediction: Option<String>,
    /// What happened, as text.
    pub actual: Option<String>,
    /// The confidence.
    pub confidence: Option<f64>,
    /// How wrong: confidence if the label is wrong, else 0; for numbers |error| / |actual|.
    pub score: Option<f64>,
}

/// The verdict of one moving window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rolling {
    /// Its first day.
    pub from: String,
    /// Its last day.
    pub to: String,
    /// The verdict, as of a whole report.
    pub verdict: DriftVerdict,
    /// The worst severity.
    pub severity: Option<Severity>,
    /// What drifted: columns, and `regime`.
    pub columns: Vec<String>,
}

/// Where a run of alarms stands at the last moving window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The last window is the first to alarm.
    New,
    /// Earlier windows alarmed too, without a pause.
    Continuing,
    /// An earlier window alarmed, the last one does not.
    Cleared,
}

/// Whether inputs of this quality can show anything: what a reference of this size would notice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReferenceQuality {
    /// The column.
    pub column: String,
    /// Values.
    pub rows: u64,
    /// Days with values.
    pub days: u64,
    /// Effective number of days, after serial dependence.
    pub effective_days: f64,
    /// A shift of the mean that would be noticed with 80 % power, in standard deviations of the daily means.
    pub smallest_shift: Option<f64>,
    /// What would help, where it is thin.
    pub hint: Option<String>,
}

/// The answer of an analysis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// Version of this document's form: 1.
    pub schema: u32,
    /// Always `report`.
    pub kind: String,
    /// The version of driftgate that wrote it.
    pub driftgate: String,
    /// The resolved plan.
    pub plan: Plan,
    /// The reference window.
    pub reference: Option<Window>,
    /// The current window (the candidate's, in a gate).
    pub current: Option<Window>,
    /// The baseline window (the incumbent's).
    pub baseline: Option<Window>,
    /// `drift` if any finding reaches `fail_on` or the latest moving window drifted, `inconclusive` if nothing could be decided, else `none`.
    pub verdict: DriftVerdict,
    /// One or two sentences for a person.
    pub summary: String,
    /// What was found, most important first.
    pub findings: Vec<Finding>,
    /// How well each model did on each slice.
    pub performance: Vec<Performance>,
    /// Candidate against baseline and reference.
    pub comparisons: Vec<Comparison>,
    /// How many of the baseline's cases the candidate answered; without a baseline, how many of its own rows.
    #[serde(default)]
    pub coverage: Option<Coverage>,
    /// Whether ids and labels of the log can be trusted and, with a baseline, whether the two logs can be held against each other.
    #[serde(default)]
    pub trust: Vec<TrustCheck>,
    /// How much the reference can show.
    pub reference_quality: Vec<ReferenceQuality>,
    /// Lines to plot.
    pub series: Vec<Series>,
    /// How the values of every column are spread that drift is judged on, and of the actual: inputs by name, prediction,
    /// confidence, actual; with `distributions` in the plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub distributions: Vec<Distribution>,
    /// The worst predictions, worst first.
    pub worst: Vec<Row>,
    /// The latest predictions, latest first.
    pub recent: Vec<Row>,
    /// The verdict of each moving window, in the order of time; with `rolling` in the plan.
    pub rolling: Vec<Rolling>,
    /// How healthy the model in question is, and why.
    #[serde(default)]
    pub health: Option<Health>,
    /// Usage, agreement and confidence of each model against what they should be.
    #[serde(default)]
    pub targets: Vec<Target>,
    /// Where the metrics of each model go over the days of the current window.
    #[serde(default)]
    pub trends: Vec<Trend>,
    /// Performance estimated while actuals are missing: by calendar month, and of the whole current window.
    #[serde(default)]
    pub estimates: Vec<Estimate>,
    /// The weakest values of each segment column in the current window, weakest first, by model.
    #[serde(default)]
    pub weakest: Vec<Ranked>,
    /// The regime in which each symbol does best, by model and symbol.
    #[serde(default)]
    pub best_regimes: Vec<Ranked>,
    /// The worst predictions in numbers.
    #[serde(default)]
    pub replay: Option<Replay>,
    /// What could not be computed, and why.
    pub skipped: Vec<Skipped>,
    /// Where the rows came from. Outside the promise of equal bytes.
    pub provenance: BTreeMap<String, Provenance>,
}

/// Where the rows of a window came from and what was wrong with them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Provenance {
    /// File -> what was read from it.
    pub sources: BTreeMap<String, SourceRead>,
    /// Reason -> rows that could not be read.
    pub bad_rows: BTreeMap<String, u64>,
    /// The first problems, by file and line: at most 100.
    pub problems: Vec<Problem>,
    /// How many problems there were.
    pub problem_count: u64,
    /// Rows that found their outcome among the late ones.
    pub outcomes_joined: u64,
    /// Ids of late outcomes that were there to be joined.
    pub outcomes: u64,
    /// Column, as written in the log -> why it was left out.
    pub left_out: BTreeMap<String, String>,
    /// Role -> values of a column that says which row it is, or what its prediction is measured by, and is not judged itself.
    pub named: BTreeMap<crate::Role, u64>,
    /// What was left out because certain days were asked for; empty if all were. There are several where profiles of
    /// different days were merged, and a row left out of one may well be in another.
    pub outside: Vec<Outside>,
}

/// Days on which all values of a column are equal: a sensor that hangs, a feed that stopped.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OneValueDays {
    /// Such days in the reference,
    pub reference: u64,
    /// of so many with two values or more.
    pub days_reference: u64,
    /// Such days now,
    pub current: u64,
    /// of so many with two values or more.
    pub days_current: u64,
    /// The chance of such a change without drift (Fisher's exact test), in [0, 0.001]: not adjusted for other columns.
    pub p_value: f64,
}

/// Rows that were read well and left out: they are not of the days that were asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Outside {
    /// The days that were asked for.
    pub asked: Days,
    /// Rows of other days.
    pub rows: u64,
    /// The first of these days.
    pub first_day: Option<String>,
    /// The last of these days.
    pub last_day: Option<String>,
    /// Rows without a time: nobody can tell their day.
    pub untimed_rows: u64,
}

/// What was read from a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct SourceRead {
    /// JSONL or CSV.
    pub format: Option<crate::Format>,
    /// Rows read.
    pub rows: u64,
    /// Rows that could not be read.
    pub bad_rows: u64,
    /// How far it was read, if the host said so.
    pub position: Option<crate::Position>,
}

/// Something wrong at one place of a log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Problem {
    /// The file.
    pub source: String,
    /// The line in it, from 1; 0 where it concerns the file as a whole.
    pub line: u64,
    /// The column, or empty.
    pub column: String,
    /// Whether the row was left out.
    pub bad_row: bool,
    /// A short stable name of the reason.
    pub code: String,
    /// What is wrong, for a person.
    pub message: String,
}
