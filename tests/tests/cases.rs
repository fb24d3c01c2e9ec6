//! Whole answers, byte by byte: each folder of `cases/` holds what is asked (`case.json`) and what is answered.
//!
//! `UPDATE=1 cargo test --release -p driftgate-tests --test cases` rewrites the answers; then the diff is read.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use driftgate_documents::{Decision, ModelComparison, Report};
use driftgate_tests::doors::{Block, every_door, schema_of};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// Why the case is here.
    about: String,
    /// What `infer` is told.
    #[serde(default)]
    options: Value,
    plan: Value,
    /// Window -> its log, from this folder.
    windows: BTreeMap<String, PathBuf>,
    #[serde(default)]
    outcomes: Option<PathBuf>,
    #[serde(default)]
    policy: Option<Value>,
    /// What a comparison of the windows' models is asked, in place of a report.
    #[serde(default)]
    comparison: Option<Value>,
}

fn folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    folders
}

#[test]
fn every_case_gives_its_bytes_through_every_door() {
    let folders = folders();
    assert!(folders.len() >= 4, "only {} cases found", folders.len());
    for folder in folders {
        let case: Case = serde_json::from_str(&fs::read_to_string(folder.join("case.json")).unwrap()).unwrap();
        assert!(!case.about.is_empty());
        for (name, mut door) in every_door() {
            let outcomes: Vec<Block> = case.outcomes.iter().map(|path| block(&folder, path)).collect();
            let options =
                if case.options.is_null() { Value::Object(serde_json::Map::new()) } else { case.options.clone() };
            let mut profiles = Vec::new();
            for (window, path) in &case.windows {
                let block = block(&folder, path);
                let schema = schema_of(&mut *door, &block.bytes, &options);
                profiles.push((window.as_str(), door.profile(&schema, &[block], 65_536, &outcomes).unwrap()));
            }
            let windows: Vec<(&str, &[u8])> =
                profiles.iter().map(|(window, bytes)| (*window, bytes.as_slice())).collect();
            if let Some(options) = &case.comparison {
                let answer = door.compare(&case.plan.to_string(), &options.to_string(), &windows).unwrap();
                check(&folder.join("comparison.json"), &pretty::<ModelComparison>(&answer), name);
                continue;
            }
            let answer = door.analyze(&case.plan.to_string(), &windows);
            let Ok(report) = answer else {
                check(&folder.join("error.txt"), &(answer.unwrap_err() + "\n"), name);
                continue;
            };
            check(&folder.join("report.json"), &pretty::<Report>(&report), name);
            if let Some(policy) = &case.policy {
                let decision = door.decide(&policy.to_string(), &report, r#"{"now":"2026-01-01T00:00:00Z"}"#).unwrap();
                check(&folder.join("decision.json"), &pretty::<Decision>(&decision), name);
            }
        }
    }
}

fn block(folder: &Path, path: &Path) -> Block {
    Block::file(&path.file_name().unwrap().to_string_lossy(), &fs::read(folder.join(path)).unwrap())
}

/// A document with line ends, after checking that nothing of its one line was lost on the way.
fn pretty<T: DeserializeOwned + Serialize>(line: &str) -> String {
    let document: T = serde_json::from_str(line).unwrap();
    assert_eq!(serde_json::to_string(&document).unwrap(), line);
    serde_json::to_string_pretty(&document).unwrap() + "\n"
}

fn check(path: &Path, answer: &str, door: &str) {
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, answer).unwrap();
        return;
    }
    let expected = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let differs = expected.lines().zip(answer.lines()).position(|(a, b)| a != b).map(|line| line + 1);
    assert!(
        expected == answer,
        "{}, {door}: line {differs:?} differs; if that is wanted: UPDATE=1, then read the diff",
        path.display()
    );
}
