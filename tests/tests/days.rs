//! `--as-of` and `--lookback`: a part of a log is answered as a log of its own.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, path::Path};

use driftgate_tests::command::{driftgate, folder_of_logs};
use serde_json::Value;
use tempfile::TempDir;

/// The example logs, and both regressors' logs in one file: January to June 2007, then September to December 2008.
fn logs() -> TempDir {
    let folder = folder_of_logs();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    // The later rows come first: what counts is their time, not their place.
    fs::write(folder.path().join("both.jsonl"), read("crash.jsonl") + &read("reference.jsonl")).unwrap();
    folder
}

/// The report of a call that succeeds.
fn report(folder: &Path, typed: &str) -> Value {
    let arguments = typed.split(' ').chain(["--format", "json"]);
    let output = driftgate().args(arguments).current_dir(folder).output().unwrap();
    let found = serde_json::from_slice(&output.stdout);
    found.unwrap_or_else(|_| panic!("$ driftgate {typed}\n{}", String::from_utf8_lossy(&output.stderr)))
}

/// What two reports share that say the same of the same rows.
fn numbers(mut report: Value) -> String {
    let fields = report.as_object_mut().unwrap();
    fields.remove("provenance").unwrap();
    let plan = fields["plan"].as_object_mut().unwrap();
    plan.remove("as_of");
    plan.remove("lookback");
    report.to_string()
}

#[test]
fn a_log_split_by_time_is_two_logs() {
    let folder = logs();
    let two = report(folder.path(), "check crash.jsonl --reference reference.jsonl");
    let split = report(folder.path(), "check both.jsonl --lookback 120");
    assert_eq!(split["plan"]["lookback"], 120);
    let outside = |window: &str| {
        let outside = &split["provenance"][window]["outside"][0];
        (outside["asked"]["from"].as_str(), outside["asked"]["until"].as_str(), outside["rows"].as_u64())
    };
    // 120 days up to the last row's day, both included.
    assert_eq!(outside("current"), (Some("2008-09-02"), Some("2008-12-30"), Some(744)));
    assert_eq!(outside("reference"), (None, Some("2008-09-01"), Some(450)));
    assert_eq!(numbers(split), numbers(two));
}

#[test]
fn as_of_a_day_later_rows_are_unknown_in_every_window() {
    let folder = logs();
    let rows = fs::read_to_string(folder.path().join("crash.jsonl")).unwrap();
    let of = |days: core::ops::RangeInclusive<&str>| -> String {
        let inside = |line: &&str| days.contains(&line.split('"').nth(3).unwrap().split('T').next().unwrap());
        rows.lines().filter(inside).map(|line| format!("{line}\n")).collect()
    };
    fs::write(folder.path().join("november.jsonl"), of("2008-11-01"..="2008-11-30")).unwrap();
    fs::write(folder.path().join("before.jsonl"), of("2008-09-01"..="2008-11-30")).unwrap();
    let wanted = numbers(report(folder.path(), "check november.jsonl --reference before.jsonl"));
    let cut = report(folder.path(), "check crash.jsonl --reference crash.jsonl --as-of 2008-11-30 --lookback 30");
    assert_eq!(cut["plan"]["as_of"], "2008-11-30");
    assert_eq!(numbers(cut), wanted);
    // A saved profile that ends by then is as good as its log.
    let saved = driftgate()
        .args("profile crash.jsonl --until 2008-11-30 -q -o before.profile".split(' '))
        .current_dir(folder.path())
        .status();
    assert!(saved.unwrap().success());
    let cut = report(folder.path(), "check crash.jsonl --reference before.profile --as-of 2008-11-30 --lookback 30");
    assert_eq!(numbers(cut), wanted);
    let november = numbers(report(folder.path(), "segments november.jsonl"));
    assert_eq!(numbers(report(folder.path(), "segments crash.jsonl --as-of 2008-11-30 --lookback 30")), november);
}

#[test]
fn outcomes_that_arrived_later_are_unknown_too() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("log.csv", "timestamp,id,prediction,x\n2024-05-01,a,1.5,1\n2024-05-02,b,2.5,2\n2024-05-03,c,3.5,3\n");
    // Known a day after the prediction.
    write("dated.csv", "timestamp,id,actual\n2024-05-02,a,1\n2024-05-03,b,2\n2024-05-04,c,3\n");
    write("undated.csv", "id,actual\na,1\nb,2\nc,3\n");
    let pairs = |typed: &str| {
        let report = report(folder.path(), typed);
        report["performance"][0]["pairs"].as_u64().unwrap()
    };
    assert_eq!(pairs("segments log.csv --outcomes dated.csv"), 3);
    assert_eq!(pairs("segments log.csv --outcomes dated.csv --as-of 2024-05-02"), 1);
    assert_eq!(pairs("segments log.csv dated.csv --as-of 2024-05-02"), 1, "found among the logs");
    // The outcome of the window's last row came after that row.
    assert_eq!(pairs("segments log.csv dated.csv --lookback 2"), 2);
    let output = driftgate()
        .args("segments log.csv undated.csv --as-of 2024-05-02".split(' '))
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("undated.csv: outcomes without a time"), "{said}");
    assert_eq!(pairs("segments log.csv undated.csv --as-of 2024-05-02"), 2);
}

#[test]
fn profiles_of_months_merge_to_the_profile_of_both() {
    let folder = logs();
    let run = |typed: &str| {
        let output = driftgate().args(typed.split(' ')).current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{typed}: {}", String::from_utf8_lossy(&output.stderr));
    };
    run("profile crash.jsonl --from 2008-10-01 --until 2008-10-31 -o october.profile");
    run("profile crash.jsonl --from 2008-11-01 --until 2008-11-30 -o november.profile");
    run("profile crash.jsonl --from 2008-10-01 --until 2008-11-30 -o both.profile");
    run("merge november.profile october.profile -o merged.profile");
    let merged = report(folder.path(), "segments merged.profile");
    assert_eq!(merged["current"]["rows"], 252);
    assert_eq!(numbers(merged), numbers(report(folder.path(), "segments both.profile")));
}

#[test]
fn the_days_are_settings_like_others() {
    let folder = logs();
    fs::write(folder.path().join("plan.toml"), "as_of = \"2008-11-30\"\nlookback = 30\n").unwrap();
    let output = driftgate()
        .args("config --plan plan.toml --lookback 7".split(' '))
        .env("DRIFTGATE_AS_OF", "2008-10-31")
        .current_dir(folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let line = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert!(line("as_of").contains("2008-10-31") && line("as_of").contains("DRIFTGATE_AS_OF"), "{text}");
    assert!(line("lookback").contains("= 7 ") && line("lookback").contains("--lookback"), "{text}");
    let planned = report(folder.path(), "segments crash.jsonl --plan plan.toml");
    assert_eq!(planned["current"]["first_day"], "2008-11-03", "November begins on a Saturday");
    let text = driftgate().args("segments crash.jsonl --plan plan.toml".split(' ')).current_dir(folder.path()).output();
    let text = String::from_utf8(text.unwrap().stdout).unwrap();
    // Long lines are broken.
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("336 rows outside 2008-11-01 .. 2008-11-30 left out"), "{text}");
}

#[test]
fn a_gate_judges_candidate_and_incumbent_on_the_same_days() {
    let folder = logs();
    let report_file = folder.path().join("report.json");
    let typed = "gate --candidate candidate_good.csv --baseline incumbent.csv --reference training.csv --as-of 2009-06-30 \
                 --lookback 365 --report report.json";
    let words = typed.split_whitespace();
    let output = driftgate().args(words).current_dir(folder.path()).output().unwrap();
    assert_ne!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&fs::read(report_file).unwrap()).unwrap();
    let asked = |window: &str| report["provenance"][window]["outside"][0]["asked"].clone();
    let days = serde_json::json!({ "from": "2008-07-01", "until": "2009-06-30" });
    assert_eq!((asked("current"), asked("baseline")), (days.clone(), days));
    assert_eq!(asked("reference"), serde_json::json!({ "from": null, "until": "2009-06-30" }));
}
