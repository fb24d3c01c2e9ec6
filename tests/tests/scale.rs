//! Logs whose keys are data: memory stays within a sandbox's, and the report says what is not shown.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write;

use driftgate_tests::command::driftgate;
use serde_json::Value;

#[test]
fn a_symbol_for_every_row_is_bounded_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = String::from("timestamp,id,model,symbol,prediction,actual,x\n");
    for row in 0..100_000 {
        let (day, value) = (1 + row / 5_000, row % 97);
        writeln!(log, "2024-01-{day:02}T12:00:00Z,{row},m,S{row},{value}.5,{value},{}", row % 89).unwrap();
    }
    std::fs::write(folder.path().join("log.csv"), log).unwrap();
    let mut command = driftgate();
    command.args(["check", "log.csv", "--reference", "log.csv", "--format", "json", "-q"]).current_dir(&folder);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let skipped = report["skipped"].as_array().unwrap();
    let said = skipped.iter().find(|skipped| skipped["method"] == "symbol").unwrap();
    assert!(said["reason"].as_str().unwrap().contains("more than 4096 values"), "{said}");
}
