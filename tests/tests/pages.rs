//! What is written for people and for training: the page of `report`, its export, rows of `replay export`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, path::Path};

use driftgate_tests::command::{driftgate, folder_of_logs};
use serde_json::Value;

/// Runs a command that has to end with 0.
fn output(folder: &Path, typed: &str) -> String {
    let output = driftgate().args(typed.split(' ')).current_dir(folder).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "$ driftgate {typed}\n{error}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_page_is_no_verdict_and_its_export_is_what_was_shown() {
    let folder = folder_of_logs();
    let path = |name: &str| folder.path().join(name);
    let typed = "report crash.jsonl --reference reference.jsonl -q";
    let page = output(folder.path(), &format!("{typed} --export page.txt"));
    assert_eq!(fs::read_to_string(path("page.txt")).unwrap(), page);
    assert!(page.contains("Performance") && page.contains("Drift and decay"), "{page}");
    let json = output(folder.path(), &format!("{typed} --format json --export page.json"));
    assert_eq!(fs::read_to_string(path("page.json")).unwrap(), json);
    assert!(serde_json::from_str::<Value>(&json).unwrap()["findings"].is_array());
}

#[test]
fn a_page_needs_no_reference() {
    let folder = folder_of_logs();
    let page = output(folder.path(), "report crash.jsonl -q");
    assert!(page.contains("Performance") && !page.contains("Drift and decay"), "{page}");
}

#[test]
fn segments_stand_weakest_first_or_as_asked() {
    let folder = folder_of_logs();
    let column = |typed: &str, index: usize| -> Vec<f64> {
        let text = output(folder.path(), typed);
        let table = text.split("By regime\n").nth(1).unwrap();
        let rows = table.lines().skip(1).take_while(|line| line.starts_with("  vol"));
        rows.map(|line| line.split_whitespace().nth(index).unwrap().replace(['*', ','], "").parse().unwrap()).collect()
    };
    let accuracies = column("segments candidate_good.csv --by regime -q", 4);
    assert_eq!(accuracies.len(), 4);
    assert!(accuracies.is_sorted(), "{accuracies:?}");
    let rows = column("segments candidate_good.csv --by regime --sort rows --top 3 -q", 2);
    assert!(rows.len() == 3 && rows.is_sorted_by(|a, b| a >= b), "{rows:?}");
    let best = column("segments candidate_good.csv --by regime --sort accuracy:desc -q", 4);
    assert!(best.iter().rev().eq(&accuracies), "{best:?}");
}

#[test]
fn rows_to_train_on_are_read_again() {
    let folder = folder_of_logs();
    let typed = "replay export candidate_good.csv -q --batch 100 --share 0.5 --weight 4";
    let rows = output(folder.path(), typed);
    let first: Value = serde_json::from_str(rows.lines().next().unwrap()).unwrap();
    assert_eq!((rows.lines().count(), &first["sample_weight"]), (50, &Value::from(4.0)));
    assert_ne!(first["prediction"], first["actual"]);
    assert!(first["features"].as_object().is_some_and(|features| !features.is_empty()), "{first}");

    output(folder.path(), &format!("{typed} -o again.csv"));
    fs::write(folder.path().join("again.jsonl"), &rows).unwrap();
    let performance = |log: &str| -> Vec<Value> {
        let report: Value =
            serde_json::from_str(&output(folder.path(), &format!("segments {log} -q --format json"))).unwrap();
        assert_eq!(report["current"]["rows"], 50, "{log}");
        report["performance"].as_array().unwrap().clone()
    };
    let (jsonl, csv) = (performance("again.jsonl"), performance("again.csv"));
    assert_eq!(jsonl[0]["metrics"]["accuracy"], 0.0, "only wrong predictions are replayed");
    assert_eq!(jsonl, csv);
}
