//! The README's commands and examples work as they stand.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

use driftgate_documents::{METRICS, Spread, Task};
use driftgate_tests::command::{driftgate, folder_of_logs, root};

/// The contents of the fenced blocks of a language.
fn blocks(language: &str) -> Vec<String> {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let mut parts = readme.split("```");
    let mut found = Vec::new();
    while let (Some(_), Some(block)) = (parts.next(), parts.next()) {
        if let Some((name, body)) = block.split_once('\n')
            && name == language
        {
            found.push(body.to_owned());
        }
    }
    found
}

#[test]
fn commands_run() {
    let folder = folder_of_logs();
    let mut ran = 0;
    for line in blocks("sh").iter().flat_map(|block| block.lines()) {
        let words: Vec<&str> = line.split('#').next().unwrap().split_whitespace().collect();
        match words.as_slice() {
            ["driftgate", arguments @ ..] => {
                let output = driftgate().args(arguments).current_dir(folder.path()).output().unwrap();
                assert!(
                    matches!(output.status.code(), Some(0 | 1)),
                    "{line}: {}",
                    String::from_utf8_lossy(&output.stderr)
                );
                assert!(!output.stdout.is_empty(), "{line} printed nothing");
                ran += 1;
            }
            ["cargo", "xtask", task] => {
                let source = fs::read_to_string(root().join("xtask/src/main.rs")).unwrap();
                assert!(source.contains(&format!("\"{task}\" =>")), "{line}: there is no such task");
            }
            [] => {}
            other => panic!("the README shows a command this test does not know: {other:?}"),
        }
    }
    assert!(ran >= 2, "only {ran} commands found");
}

#[test]
fn the_policy_and_the_record_are_understood() {
    let folder = folder_of_logs();
    let policy = &blocks("toml")[0];
    fs::write(folder.path().join("policy.toml"), policy).unwrap();
    let arguments = "gate --candidate crash.jsonl --baseline crash.jsonl --model rf_v2 --baseline-model hgb_v2 --policy policy.toml --format json";
    let output = driftgate().args(arguments.split(' ')).current_dir(folder.path()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let decision: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{output:?}"));
    assert_eq!(decision["policy"]["name"], "production");
    assert_eq!(decision["policy"]["check"].as_array().unwrap().len(), policy.matches("[[check]]").count());

    fs::write(folder.path().join("record.jsonl"), &blocks("json")[0]).unwrap();
    let output =
        driftgate().args(["segments", "record.jsonl", "--format", "json"]).current_dir(folder.path()).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    assert_eq!(report["current"]["rows"], 1);
}

/// docs/metrics.md is the list in the code: `UPDATE=1` rewrites it.
#[test]
fn the_list_of_metrics_is_the_one_in_the_code() {
    let mut page = String::from(
        "# Metrics\n\nThe names that reports show and policies ask for, from `core/documents/src/metric.rs`. A metric that is a share, a mean or\n\
         the root of a mean over rows has a confidence bound (`confidence` in a policy) from errors clustered by time; most others have one by\n\
         leaving out one cluster of time after the other (`jackknife`), which a gate does where its policy asks for it.\n\n\
         | metric | of | better | bound | meaning |\n|---|---|---|---|---|\n",
    );
    for metric in METRICS {
        let of = match metric.task {
            Some(Task::Classification) => "labels",
            Some(Task::Regression) => "numbers",
            None => "any",
        };
        let better = if metric.larger_is_better { "larger" } else { "smaller" };
        let bound = match metric.spread {
            Spread::Share | Spread::Mean | Spread::RootMean => "clusters",
            Spread::Jackknife => "jackknife",
            Spread::Unknown => "",
        };
        page.push_str(&format!("| `{}` | {of} | {better} | {bound} | {} |\n", metric.name, metric.meaning));
    }
    let path = root().join("docs/metrics.md");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &page).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), page, "docs/metrics.md is behind: run with UPDATE=1");
}
