//! Metrics of whole logs, against scikit-learn and numpy (`tests/oracle/metrics.py`).
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod support;

use driftgate_documents::{InferOptions, Task};
use serde_json::{Value, json};
use support::{close, entry, profile, report, schema_with};

/// The rows of a case as JSONL and as CSV.
fn logs(case: &Value) -> [String; 2] {
    let rows = case["rows"].as_array().unwrap();
    let jsonl: String = rows.iter().map(|row| format!("{row}\n")).collect();
    let keys: Vec<&String> = rows[0].as_object().unwrap().keys().collect();
    let cell = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let header = keys.iter().map(|key| key.as_str()).collect::<Vec<_>>().join(",");
    let csv: String = rows
        .iter()
        .map(|row| keys.iter().map(|key| cell(&row[key.as_str()])).collect::<Vec<_>>().join(",") + "\n")
        .collect();
    [jsonl, format!("{header}\n{csv}")]
}

#[test]
fn every_metric_is_that_of_scikit_learn() {
    let all: Value = serde_json::from_str(include_str!("../../tests/vectors/metrics.json")).unwrap();
    for case in all["metrics"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let task = if case["task"] == "regression" { Task::Regression } else { Task::Classification };
        for log in logs(case) {
            let schema = schema_with(&log, &InferOptions { task: Some(task), ..InferOptions::default() });
            let plan = json!({"positive": case["positive"]}).to_string();
            let report = report(&plan, &[("current", &profile(&log, &schema))]);
            let whole = entry(&report, "current", &[]);
            assert_eq!(whole.pairs, case["pairs"].as_u64().unwrap(), "{name}");
            for (metric, expected) in case["expected"].as_object().unwrap() {
                let what = format!("{name}: {metric}");
                match (whole.metrics.get(metric), expected.as_f64()) {
                    (Some(value), Some(expected)) => close(*value, expected, 1e-12, &what),
                    (None, None) => {}
                    (found, expected) => panic!("{what}: {found:?} is not {expected:?}"),
                }
            }
            if let Some(confusion) = case.get("confusion") {
                assert_eq!(&serde_json::to_value(&whole.confusion).unwrap(), confusion, "{name}");
            }
        }
    }
}

#[test]
fn what_was_not_computed_says_why() {
    let of = |log: &str, task: Task, plan: &str| {
        let schema = schema_with(log, &InferOptions { task: Some(task), ..InferOptions::default() });
        let report = report(plan, &[("current", &profile(log, &schema))]);
        report
            .skipped
            .into_iter()
            .map(|skipped| format!("{} {}", skipped.method, skipped.reason))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let constant = "{\"id\":\"a\",\"prediction\":1.5,\"actual\":0}\n{\"id\":\"b\",\"prediction\":2.5,\"actual\":0}\n";
    let said = of(constant, Task::Regression, "{}");
    assert!(said.contains("r2 current: the actuals are constant"), "{said}");
    assert!(said.contains("mape current: every actual is 0"), "{said}");
    assert!(said.contains("directional_accuracy current: no base"), "{said}");
    let labels =
        "{\"id\":\"a\",\"prediction\":\"x\",\"actual\":\"y\"}\n{\"id\":\"b\",\"prediction\":\"x\",\"actual\":\"x\"}\n";
    let said = of(labels, Task::Classification, r#"{"positive":"z"}"#);
    assert!(said.contains("no label `z`: the log has `x`, `y`"), "{said}");
}
