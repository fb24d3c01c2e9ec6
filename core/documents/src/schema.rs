//! What a log's columns mean: resolved once from the head of a log, then given to every worker.

use alloc::{collections::BTreeMap, string::String, vec::Vec};
use serde::{Deserialize, Serialize};

/// What a column is for. Roles are inferred from common names and can be mapped (`--map prediction=yhat`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// When the prediction was made.
    Timestamp,
    /// What was predicted; the same id under two models is the same case.
    Id,
    /// Which model predicted.
    Model,
    /// Which version of that model.
    Version,
    /// The entity, such as a ticker.
    Symbol,
    /// The entity's sector; looked up from the symbol when the log has none.
    Sector,
    /// The state of the world.
    Regime,
    /// The last known value of what is predicted (yesterday's close): the naive forecast.
    Base,
    /// The model's number or label.
    Prediction,
    /// What happened; may be missing and arrive later.
    Actual,
    /// The model's confidence in its prediction, in [0, 1].
    Confidence,
    /// What a simple rule would have said.
    RulePrediction,
    /// What was used in the end.
    FinalPrediction,
    /// Where the final prediction came from (`ml`, `rule`).
    Source,
    /// The arm of an experiment.
    Variant,
    /// `profit`, `loss` or `neutral`.
    Outcome,
    /// Profit or loss in percent.
    Pnl,
    /// A row weight; refused until it is implemented.
    Weight,
}

impl Role {
    /// Every role, in the order of the enum.
    pub const ALL: [Self; 18] = [
        Self::Timestamp,
        Self::Id,
        Self::Model,
        Self::Version,
        Self::Symbol,
        Self::Sector,
        Self::Regime,
        Self::Base,
        Self::Prediction,
        Self::Actual,
        Self::Confidence,
        Self::RulePrediction,
        Self::FinalPrediction,
        Self::Source,
        Self::Variant,
        Self::Outcome,
        Self::Pnl,
        Self::Weight,
    ];

    /// The role's name in documents, on the command line and in the table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Timestamp => "timestamp",
            Self::Id => "id",
            Self::Model => "model",
            Self::Version => "version",
            Self::Symbol => "symbol",
            Self::Sector => "sector",
            Self::Regime => "regime",
            Self::Base => "base",
            Self::Prediction => "prediction",
            Self::Actual => "actual",
            Self::Confidence => "confidence",
            Self::RulePrediction => "rule_prediction",
            Self::FinalPrediction => "final_prediction",
            Self::Source => "source",
            Self::Variant => "variant",
            Self::Outcome => "outcome",
            Self::Pnl => "pnl",
            Self::Weight => "weight",
        }
    }

    /// The role of that name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// How the bytes of a log are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated values with a header line.
    Csv,
    /// Typed columns that were never text.
    Columns,
    /// Typed columns out of a Parquet file.
    Parquet,
}

/// What kind of answer the model gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Numbers: MAE, RMSE, MAPE, direction.
    Regression,
    /// Labels: accuracy, precision, recall, F1.
    Classification,
}

/// What a column was seen to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Numbers, mostly.
    Number,
    /// Text or booleans, mostly: categories.
    Category,
}

/// Which rows a profile keeps whole once the log is larger than a small one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Cases {
    /// None: drift and performance need only the summaries.
    #[default]
    None,
    /// The 100,000 ids with the smallest hash, so that two logs keep the *same* ids and can be paired.
    Sample,
}

/// What `infer` is told beside the bytes. All fields may be left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct InferOptions {
    /// The name of the log, for messages.
    pub name: String,
    /// JSONL or CSV; seen from the bytes when absent.
    pub format: Option<Format>,
    /// Role name -> column name, over what would be inferred. An empty column name takes the role away and leaves the
    /// column out.
    pub map: BTreeMap<String, String>,
    /// `regression` or `classification`, over what would be inferred.
    pub task: Option<Task>,
    /// `UTC` or a fixed offset such as `+05:30`: what a calendar day is.
    pub timezone: Option<String>,
    /// Further segment keys, beside the default ones: each one or more column names.
    pub segments: Vec<Vec<String>>,
    /// Segment keys that are counted as far as the log has their columns: what a policy asks for.
    pub wanted_segments: Vec<Vec<String>>,
    /// Which rows to keep whole in a large log.
    pub cases: Cases,
    /// The first calendar day of `timezone` whose rows are read, such as `2008-09-01`.
    pub from: Option<String>,
    /// The last one, included. With `from` or `until`, rows of other days and rows without a time are left out.
    pub until: Option<String>,
    /// What the confidence is the probability of: `prediction` (that the prediction is right) or one of two labels; seen
    /// from the values when absent.
    pub confidence_of: Option<String>,
    /// Columns that are left out: whatever they hold says nothing and stops nothing.
    pub ignore: Vec<String>,
    /// What stands before the decimals of numbers with separators, where the log does not tell: `1,234` is 1234 or 1.234.
    pub decimal: Option<DecimalMark>,
    /// Column -> its value in every row: what the folders of a partitioned log say (`sector=oil/part-0.parquet`).
    pub partition: BTreeMap<String, String>,
}

/// What stands before the decimals of a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DecimalMark {
    /// `1234.5`
    #[default]
    Point,
    /// `1234,5`
    Comma,
}

/// How the values of a column are written, where that is not as plain numbers, words or truth values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Written {
    /// As JSON text in a cell: objects and lists, whose values are columns of their own.
    Json,
    /// As objects or lists, whose values are columns of their own: a value that is neither is not read.
    Nested,
    /// As 32-bit numbers with the decimals of 64 bits: 0.10000000149011612 is 0.1.
    Float32,
    /// As categories, though some look like numbers: a code such as `0815` beside `SW1A`.
    Codes,
    /// As numbers for people: `1.234,50 EUR`.
    Numbers {
        /// What stands before the decimals.
        decimal: DecimalMark,
        /// What stands before (`$`) or behind (`%`, `kg`) every number; empty if nothing does. Percents are divided by 100.
        unit: String,
    },
}

/// The resolved meaning of a log. Two profiles merge only if their schemas agree in segments, task, timezone and cases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// Role -> the column that has it, as written in the log.
    pub roles: BTreeMap<Role, String>,
    /// Columns left out on request.
    pub ignored: Vec<String>,
    /// The segment keys that are counted, each a sorted list of roles or column names; `[]` is the model as a whole.
    pub segments: Vec<Vec<String>>,
    /// Regression or classification; `None` if the head shows neither predictions nor actuals.
    pub task: Option<Task>,
    /// `UTC` or a fixed offset.
    pub timezone: String,
    /// Which rows are kept whole in a large log.
    pub cases: Cases,
    /// The first calendar day whose rows are read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The last one, included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The label whose probability the log holds in place of a confidence; it is turned into one while it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability_of: Option<String>,
    /// Column, as written in the log -> how its values are written, where that is in no plain way.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub written: BTreeMap<String, Written>,
    /// Column, as written in the log -> why it is left out, beside those that were asked to be.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left_out: BTreeMap<String, String>,
    /// Words that elsewhere mean a missing value and are labels of this log's predictions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// Columns among the features whose name another column outside of them has too: they keep their path as a name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubled: Vec<String>,
    /// Column -> what the head held, to name a cell that differs. Feature names come without prefix.
    pub seen: BTreeMap<String, ColumnKind>,
}

/// What `infer` answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Inference {
    /// The meaning, ready to be given to every worker.
    pub schema: Schema,
    /// How the bytes are written.
    pub format: Format,
    /// Whether this is a log of outcomes (ids and actuals without predictions or features) to be joined to another.
    pub outcomes: bool,
    /// What was seen in each column of the head, in column order.
    pub columns: Vec<ColumnEvidence>,
    /// Things worth saying, such as a time without zone.
    pub notes: Vec<String>,
}

/// What the head of a log held in one column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ColumnEvidence {
    /// The column as written in the log.
    pub column: String,
    /// The role it was given, if any.
    pub role: Option<Role>,
    /// Cells with a number.
    pub numbers: u64,
    /// Cells with text or a boolean.
    pub texts: u64,
    /// Cells without a value.
    pub missing: u64,
    /// The first value, shortened.
    pub example: Option<String>,
}

/// Where the bytes pushed into one profile come from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Source {
    /// The name of the file, for messages and provenance.
    pub name: String,
    /// JSONL or CSV; seen from the bytes when absent.
    pub format: Option<Format>,
    /// Lines of the file that lie between the header (CSV) or the start (JSONL) and these bytes, so that messages name
    /// the line of the file when a file is read in blocks.
    pub lines_before: u64,
    /// How far the file is read when these bytes are; kept in the provenance, so that a host can read on from there.
    pub position: Option<Position>,
    /// How a CSV file is laid out, as `layout` found it in the file's first bytes; seen from these bytes when absent. Whoever
    /// reads a file in blocks gives it with each of them.
    pub layout: Option<Layout>,
    /// Column -> its value in every row: what the folders of a partitioned log say.
    pub partition: BTreeMap<String, String>,
    /// Whether a compressed file that ends early is read as far as it goes.
    pub allow_truncated: bool,
}

/// How a CSV file is laid out: which byte separates cells, and where its header stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// The separator: `,`, `;`, a tab, `|` or `^`.
    pub separator: char,
    /// Bytes before the header: a byte order mark, blank lines, titles, `sep=;`.
    pub start: u64,
    /// Bytes up to the first record: those before the header, the header and its line end.
    pub end: u64,
}

/// How far a file was read, and which file of that name it was. Only a host knows; core keeps the greatest, which is the latest
/// file's furthest.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Position {
    /// How many files of this name came before: a log that is rotated begins anew under its name.
    pub turn: u64,
    /// Bytes from the start of the file, up to the end of a record; of a compressed file all of them; 2^64 - 1 where it could
    /// not be cut into records and cannot be read on.
    pub bytes: u64,
    /// Lines among them, without those of the header (CSV).
    pub lines: u64,
    /// How many bytes `head` is of: at most 4,096, fewer of a file that had no more.
    pub head_bytes: u64,
    /// SHA-256 of the file's first bytes, in hexadecimal digits: tells it from another of the same name.
    pub head: String,
}
