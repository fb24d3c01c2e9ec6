//! Labels that never meet, and labels that two windows write in two ways.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use crate::support;

use driftgate_documents::{InferOptions, Report, Task, Verdict};
use support::{compared, decide, entry, profile, report, schema_with};

/// 100 rows of ten days whose actual is what was predicted in four of five, written by either function.
fn log(predicted: impl Fn(&str) -> String, actual: impl Fn(&str) -> String) -> String {
    let labels = ["yes", "no"];
    let rows = (0..100).map(|at| {
        let (said, right) = (labels[at % 3 % 2], at % 5 != 0);
        let truth = if right == (said == "yes") { "yes" } else { "no" };
        let day = 1 + at / 10;
        format!("2024-02-{day:02}T12:00:00Z,i{at},{},{},{}\n", predicted(said), actual(truth), at % 7)
    });
    format!("timestamp,id,prediction,actual,x\n{}", rows.collect::<String>())
}

fn plain(label: &str) -> String {
    label.into()
}

fn read(log: &str) -> Report {
    let options = InferOptions { task: Some(Task::Classification), ..InferOptions::default() };
    report("{}", &[("current", &profile(log, &schema_with(log, &options)))])
}

const POLICY: &str = r#"{"name":"p","check":[{"metric":"accuracy","above":0.65}]}"#;

#[test]
fn labels_that_never_meet_are_no_accuracy() {
    for (log, examples) in [
        (log(str::to_uppercase, plain), ["`NO`", "`no`"]),
        (log(plain, |label| format!("\" {label} \"")), ["`no`", "no `"]),
        (
            log(plain, |label| if label == "yes" { "good".into() } else { "bad".into() }),
            ["`no`, `yes`", "`bad`, `good`"],
        ),
    ] {
        let report = read(&log);
        let whole = entry(&report, "current", &[]);
        assert!(!whole.metrics.contains_key("accuracy"), "{log}");
        let said = report.skipped.iter().find(|skipped| skipped.method == "labels").expect("said").reason.clone();
        assert!(examples.iter().all(|example| said.contains(example)), "{said}");
        assert!(report.summary.contains("occurs among the actuals"), "{}", report.summary);
        let quality = serde_json::to_value(&report.health).unwrap().to_string();
        assert!(quality.contains("occurs among the actuals"), "{quality}");
        let decision = decide(POLICY, &report, "{}");
        assert_eq!(decision.verdict, Verdict::Inconclusive, "{:?}", decision.checks);
        assert!(decision.warnings.iter().any(|warning| warning.contains("occurs among the actuals")));
    }
}

#[test]
fn a_poor_model_and_labels_of_one_side_are_measured() {
    let accuracy = |log: &str| entry(&read(log), "current", &[]).metrics["accuracy"];
    // A label that is never predicted; 80 of 100 right.
    assert_eq!(accuracy(&log(plain, plain)), 0.8);
    // One label on either side, and never the same: all wrong.
    assert_eq!(accuracy(&log(|_| "yes".into(), |_| "no".into())), 0.0);
    // Always wrong, with the same labels on both sides.
    let right = log(plain, plain);
    let wrong = right.lines().map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        match cells[2] {
            "yes" => format!("{},{},yes,no,{}\n", cells[0], cells[1], cells[4]),
            "no" => format!("{},{},no,yes,{}\n", cells[0], cells[1], cells[4]),
            _ => format!("{line}\n"),
        }
    });
    assert_eq!(accuracy(&wrong.collect::<String>()), 0.0);
}

#[test]
fn labels_that_two_windows_write_in_two_ways_are_told() {
    let report = compared("{}", &log(plain, plain), &log(str::to_uppercase, str::to_uppercase));
    let said = report.skipped.iter().find(|skipped| skipped.method == "spelling").expect("said").reason.clone();
    assert!(said.contains("`NO`") && said.contains("`no`") && report.summary.contains("case or blanks only"), "{said}");
    let calm = compared("{}", &log(plain, plain), &log(plain, plain));
    assert!(calm.skipped.iter().all(|skipped| skipped.method != "spelling"));
}
