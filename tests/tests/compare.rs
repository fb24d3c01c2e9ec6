//! The command `compare`, as it is typed: exit codes, formats, settings from the environment, the audit of an experiment.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, path::Path};

use driftgate_tests::command::{driftgate, folder_of_logs};
use serde_json::{Value, json};

/// Exit code and stdout.
fn run(folder: &Path, typed: &str, environment: &[(&str, &str)]) -> (i32, String) {
    let mut command = driftgate();
    command.args(["compare", "-q"]).args(typed.split(' ')).envs(environment.iter().copied()).current_dir(folder);
    let output = command.output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

fn document(folder: &Path, typed: &str, environment: &[(&str, &str)]) -> Value {
    serde_json::from_str(&run(folder, &format!("{typed} --format json"), environment).1).unwrap()
}

#[test]
fn the_exit_code_is_the_verdict() {
    let folder = folder_of_logs();
    for (typed, code, verdict) in [
        ("candidate_good.csv --baseline incumbent.csv", 0, "CANDIDATE BETTER  vol_v2 against vol_v1"),
        ("incumbent.csv --baseline candidate_good.csv", 1, "BASELINE BETTER  vol_v1 against vol_v2"),
        ("crash.jsonl --models rf_v2,hgb_v2", 3, "NO EVIDENCE  hgb_v2 against rf_v2"),
        ("crash.jsonl --models rf_v2,hgb_v2 --min-rows 1000", 3, "INCONCLUSIVE  hgb_v2 against rf_v2"),
    ] {
        let (found, text) = run(folder.path(), typed, &[]);
        assert!(found == code && text.starts_with(verdict), "{typed}: {found}\n{text}");
        let (found, markdown) = run(folder.path(), &format!("{typed} --format markdown"), &[]);
        assert!(found == code && markdown.starts_with("## driftgate: "), "{typed}: {found}\n{markdown}");
        assert!(markdown.contains("| by_day | **decides** |"), "{markdown}");
    }
}

#[test]
fn names_that_people_have_in_their_environment_are_read() {
    let folder = folder_of_logs();
    let given = [("AB_MIN_SAMPLES", "50"), ("AB_CONFIDENCE_LEVEL", "0.9")];
    let answer = document(folder.path(), "crash.jsonl", &given);
    assert_eq!((&answer["options"]["min_rows"], &answer["plan"]["alpha"]), (&json!(50), &json!(0.1)));
    // The call before the environment, alpha before a confidence.
    let answer = document(folder.path(), "crash.jsonl --min-rows 40 --alpha 0.02", &given);
    assert_eq!((&answer["options"]["min_rows"], &answer["plan"]["alpha"]), (&json!(40), &json!(0.02)));
}

#[test]
fn an_experiment_is_held_against_its_hash() {
    let folder = folder_of_logs();
    let units: Vec<String> = (0..200).map(|unit| format!("u{unit}")).collect();
    let assign = "experiment assign --name e --arm control=0.5 --arm new=0.5";
    let output = driftgate().args(assign.split(' ')).args(&units).output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let mut log = String::from("timestamp,id,variant,prediction,actual\n");
    for (at, line) in lines.lines().enumerate() {
        let (unit, arm) = line.split_once('\t').unwrap();
        let actual = ["yes", "no", "no"][at % 3];
        log.push_str(&format!("2024-01-{:02}T12:00:00Z,{unit},{arm},yes,{actual}\n", 1 + at % 28));
    }
    fs::write(folder.path().join("traffic.csv"), log).unwrap();
    for (arms, found) in [("--arm control=0.5 --arm new=0.5", "sound"), ("--arm new=0.5 --arm control=0.5", "broken")] {
        let answer = document(folder.path(), &format!("traffic.csv --by variant --experiment e {arms}"), &[]);
        let checks = answer["trust"].as_array().unwrap();
        let audit = checks.iter().find(|check| check["name"] == "assignment").unwrap();
        assert_eq!(audit["found"], found, "{audit}");
    }
}
