//! What the whole-way tests share: logs through the door, and rows as tables.
#![allow(dead_code, clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use std::path::{Path, PathBuf};

use driftgate_core::{
    door::{self, OutcomesHandle, ProfileHandle},
    table::{Cell, Table},
};
use driftgate_documents::{
    Decision, DifferenceTest, Finding, FindingKind, InferOptions, Inference, MetricComparison, ModelComparison,
    Performance, Report, Role,
};

/// A cell that owns its text.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Missing,
    NonFinite,
    Other,
    Number(f64),
    Text(String),
}

impl Value {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Missing => Cell::Missing,
            Self::NonFinite => Cell::NonFinite,
            Self::Other => Cell::Other,
            Self::Number(value) => Cell::Number(*value),
            Self::Text(text) => Cell::Text(text),
        }
    }
}

/// A row before it is one of a table. A feature has no role.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub time: i64,
    pub id: String,
    pub cells: Vec<(Option<Role>, &'static str, Value)>,
}

impl Row {
    pub fn role(&mut self, role: Role, value: Value) {
        self.cells.push((Some(role), role.name(), value));
    }

    pub fn feature(&mut self, name: &'static str, value: Value) {
        self.cells.push((None, name, value));
    }
}

/// Rows as a table; columns in the order in which they come.
pub fn table<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Table {
    let mut table = Table::default();
    for (at, row) in rows.into_iter().enumerate() {
        table.time.push(row.time);
        table.id.push(&row.id);
        for (role, name, value) in &row.cells {
            let index = table.column_index(*role, name);
            table.columns[index].cells.set(at, value.cell());
        }
        table.pad();
    }
    table
}

/// Numbers that are the same on every machine.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = (self.0 ^ (self.0 >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        mixed ^ (mixed >> 33)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    /// In [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}

/// What a log means, from its head.
pub fn infer(log: &[u8], options: &InferOptions) -> Inference {
    let head = &log[..log.len().min(256 * 1024)];
    let answer = door::infer(head, &serde_json::to_string(options).unwrap()).expect("a log");
    serde_json::from_str(&answer).unwrap()
}

/// The meaning of a log without further wishes, as the door hands it out.
pub fn schema(log: impl AsRef<[u8]>) -> String {
    schema_with(log, &InferOptions::default())
}

pub fn schema_with(log: impl AsRef<[u8]>, options: &InferOptions) -> String {
    serde_json::to_string(&infer(log.as_ref(), options).schema).unwrap()
}

/// A log as a finished profile.
pub fn profile(log: impl AsRef<[u8]>, schema: &str) -> ProfileHandle {
    profile_of(&[log.as_ref()], schema, None)
}

/// Files of one log as a finished profile.
pub fn profile_of(logs: &[&[u8]], schema: &str, outcomes: Option<&OutcomesHandle>) -> ProfileHandle {
    let mut parts = logs.iter().map(|log| {
        let mut part = ProfileHandle::create(schema, r#"{"name": "log"}"#, outcomes).expect("a schema");
        log.chunks(256 * 1024).for_each(|chunk| assert!(part.push(chunk).expect("a log") < u64::MAX));
        part.finish().expect("a log");
        part
    });
    let mut whole = parts.next().expect("a log");
    parts.for_each(|part| whole.merge(&part).expect("one schema"));
    whole
}

/// The report of windows by name.
pub fn report(plan: &str, windows: &[(&str, &ProfileHandle)]) -> Report {
    serde_json::from_str(&door::analyze(plan, windows).expect("a report")).expect("a report reads back")
}

/// The error of an analysis.
pub fn refused(plan: &str, windows: &[(&str, &ProfileHandle)]) -> String {
    door::analyze(plan, windows).expect_err("an error").message
}

/// The comparison of models of windows by name.
pub fn comparison(plan: &str, options: &str, windows: &[(&str, &ProfileHandle)]) -> ModelComparison {
    serde_json::from_str(&door::compare(plan, options, windows).expect("a comparison")).expect("it reads back")
}

/// The test of that name of a metric.
pub fn test_of<'a>(metric: &'a MetricComparison, method: &str) -> &'a DifferenceTest {
    metric.tests.iter().find(|test| test.method == method).unwrap_or_else(|| panic!("no {method}: {metric:?}"))
}

pub fn decide(policy: &str, report: &Report, facts: &str) -> Decision {
    let report = serde_json::to_string(report).unwrap();
    serde_json::from_str(&door::decide(policy, &report, facts).expect("a decision").1).unwrap()
}

/// The entry of a slice; the model has to be named where the log has several.
pub fn entry<'a>(report: &'a Report, window: &str, slice: &[(&str, &str)]) -> &'a Performance {
    let is = |entry: &&Performance| {
        entry.window == window
            && slice.iter().all(|(name, value)| entry.slice.get(*name).is_some_and(|found| found == value))
            && entry.slice.keys().all(|name| name == "model" || slice.iter().any(|(asked, _)| asked == name))
    };
    report.performance.iter().find(is).unwrap_or_else(|| panic!("no {window} {slice:?}"))
}

/// Noon of a day, counted from 2020-01-01 in months of 28 days.
pub fn day(day: usize) -> String {
    format!("2020-{:02}-{:02}T12:00:00Z", 1 + day / 28, 1 + day % 28)
}

/// Rows as JSONL.
pub fn lines(rows: impl IntoIterator<Item = serde_json::Value>) -> String {
    rows.into_iter().map(|row| format!("{row}\n")).collect()
}

/// Reference and current as windows under the schema of the reference.
pub fn compared(plan: &str, reference: &str, current: &str) -> Report {
    let schema = schema(reference);
    report(plan, &[("reference", &profile(reference, &schema)), ("current", &profile(current, &schema))])
}

/// The finding of a kind, column and method.
pub fn finding<'a>(report: &'a Report, kind: FindingKind, column: &str, method: &str) -> &'a Finding {
    let is = |finding: &&Finding| {
        finding.kind == kind && finding.column.as_deref().unwrap_or("") == column && finding.method == method
    };
    report
        .findings
        .iter()
        .find(is)
        .unwrap_or_else(|| panic!("no {kind:?} {column} {method}; {:?}; {:?}", report.findings, report.skipped))
}

/// The development data of this machine, where `DRIFTGATE_SHARED` names it or it lies in `shared` beside the repository.
pub fn shared() -> Option<PathBuf> {
    let given = std::env::var_os("DRIFTGATE_SHARED").map(PathBuf::from);
    let beside = || Some(Path::new(env!("CARGO_MANIFEST_DIR")).parent()?.parent()?.join("shared"));
    given.or_else(beside).filter(|shared| shared.join("data").is_dir())
}

/// Equal to a relative tolerance.
pub fn close(value: f64, expected: f64, tolerance: f64, what: &str) {
    let distance = (value - expected).abs();
    assert!(distance <= tolerance * expected.abs() || distance == 0.0, "{what}: {value} is not {expected}");
}
