//! Parquet: the same log gives the same report as text does, however it was written; and files that mean harm.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    fs,
    io::Write,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use driftgate::{
    Error, Fault,
    read::{Reader, Window, read_window},
    sandbox::{
        Component, Limits,
        parquet::{EMBEDDED, Step},
    },
};
use driftgate_core::profile::Profile;
use driftgate_documents::InferOptions;
use driftgate_tests::{
    command::{driftgate, root},
    doors::promised,
};

/// The log in every way that `tests/oracle/parquet.py` writes it.
const LOGS: [&str; 12] = [
    "snappy",
    "zstd_v2",
    "gzip",
    "brotli",
    "lz4",
    "plain",
    "old",
    "checksums_v2",
    "delta_v2",
    "nested",
    "types",
    "polars",
];

fn folder() -> PathBuf {
    root().join("tests/logs/parquet")
}

fn bytes(name: &str) -> Vec<u8> {
    fs::read(folder().join(name)).unwrap()
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// The report of a check, without its provenance.
fn check(logs: &[&str], reference: &str) -> String {
    let mut command = driftgate();
    command.current_dir(folder()).arg("check").args(logs).args(["--reference", reference, "--format", "json"]);
    let output = run(&mut command);
    assert!(output.status.code().is_some_and(|code| code != 2 && code != 4), "{logs:?}: {}", text(&output.stderr));
    promised(text(&output.stdout))
}

fn window(component: &Component, name: &str) -> Window {
    let (jobs, limits, outcomes) = (2, Limits::SUMMARIES, Vec::new());
    let reader = Reader {
        component,
        jobs,
        limits,
        outcomes,
        as_of: None,
        times_only: false,
        schema: None,
        allow_truncated: false,
        quiet: true,
    };
    let path = folder().join(name);
    read_window(&reader, "current", &[path], &InferOptions::default(), false).unwrap()
}

fn digest(window: &Window) -> String {
    let [profile] = window.profiles.as_slice() else { panic!("{} profiles", window.profiles.len()) };
    Profile::from_bytes(profile).unwrap().digest().unwrap()
}

#[test]
fn a_log_has_the_same_report_however_it_was_written() {
    let expected = check(&["log.jsonl"], "log.jsonl");
    for name in LOGS {
        let name = format!("{name}.parquet");
        assert_eq!(check(&[&name], "log.jsonl"), expected, "{name}");
    }
    assert_eq!(check(&["log.jsonl"], "polars.parquet"), expected);
    assert_eq!(check(&["open.parquet", "outcomes.parquet"], "log.jsonl"), expected);
}

#[test]
fn values_that_text_spells_out_are_the_same_values() {
    let component = Component::embedded(|| {}).unwrap();
    let typed = window(&component, "values.parquet");
    assert_eq!(digest(&typed), digest(&window(&component, "values.jsonl")));
    let note = "times without a zone are read as UTC: `naive`";
    assert!(typed.notes.iter().any(|said| said.contains(note)), "{:?}", typed.notes);
}

#[test]
fn dates_that_64_bits_do_not_hold_are_the_text_that_they_are() {
    let component = Component::embedded(|| {}).unwrap();
    let expected = digest(&window(&component, "beyond.jsonl"));
    // Milliseconds, microseconds and days; and the old form.
    for name in ["beyond.parquet", "beyond_old.parquet"] {
        assert_eq!(digest(&window(&component, name)), expected, "{name}");
    }
    // As times they are bad rows, with the value.
    for name in ["beyond.jsonl", "beyond.parquet", "beyond_old.parquet"] {
        let mut command = driftgate();
        command.current_dir(folder()).args(["check", name, "--reference", name, "--map", "timestamp=us"]);
        let output = run(&mut command);
        let said = text(&output.stdout).to_owned() + text(&output.stderr);
        assert!(said.contains("9999-12-31T00:00:00.25Z"), "{name}: {said}");
    }
}

#[test]
fn structs_and_lists_are_columns_by_their_path_and_the_rest_is_counted_as_not_read() {
    let component = Component::embedded(|| {}).unwrap();
    let expected = digest(&window(&component, "paths.jsonl"));
    for name in ["paths.parquet", "paths_v2.parquet", "paths_polars.parquet"] {
        let window = window(&component, name);
        assert_eq!(digest(&window), expected, "{name}");
        for column in ["words", "items", "grid"] {
            let note = format!("column `{column}` holds lists or maps that are no lists of numbers");
            assert!(window.notes.iter().any(|said| said.contains(&note)), "{note}: {:?}", window.notes);
        }
    }
}

#[test]
fn bytes_of_a_fixed_length_are_texts() {
    let component = Component::embedded(|| {}).unwrap();
    assert_eq!(digest(&window(&component, "fixed.parquet")), digest(&window(&component, "fixed.jsonl")));
}

#[test]
fn pages_that_hold_more_rows_than_the_footer_says_are_refused() {
    let component = Component::embedded(|| {}).unwrap();
    let said = refusal(&component, &bytes("more_rows.parquet"));
    assert!(said.contains("it has more values than the footer says the file has rows"), "{said}");
}

#[test]
fn the_gate_keeps_the_digest_of_the_whole_file() {
    let arguments = "gate --candidate snappy.parquet --model rf_v2 --baseline log.jsonl --baseline-model hgb_v1 \
                     --reference log.jsonl --format json";
    let mut command = driftgate();
    command.current_dir(folder()).args(arguments.split_whitespace());
    let output = run(&mut command);
    let sum = run(Command::new("sha256sum").arg(folder().join("snappy.parquet")));
    let sum = text(&sum.stdout).split(' ').next().unwrap().to_owned();
    let expected = format!(r#""candidate_digest":"sha256:{sum}""#);
    assert!(text(&output.stdout).contains(&expected), "{expected} is not in {}", text(&output.stdout));
}

#[test]
fn a_folder_may_hold_parquet_files() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(self::folder().join("snappy.parquet"), folder.path().join("a.parquet")).unwrap();
    let of_folder = check(&[folder.path().to_str().unwrap()], "log.jsonl");
    assert_eq!(of_folder, check(&["log.jsonl"], "log.jsonl"));
}

#[test]
fn a_pipe_is_refused_with_what_to_do() {
    let mut command = driftgate();
    command.current_dir(folder()).args(["check", "-", "--reference", "log.jsonl"]);
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&bytes("snappy.parquet")).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("stdin: a Parquet file is read from its end"), "{}", text(&output.stderr));
}

/// Reads a file of these bytes to its end: its rows.
fn read(component: &Component, bytes: &[u8]) -> Result<usize, Error> {
    let mut file = component.parquet(Limits::SUMMARIES, bytes.len() as u64)?;
    let mut rows = 0;
    loop {
        match file.step()? {
            Step::Wanted { start, length } => {
                let (start, end) = (start as usize, (start + length) as usize);
                file.give(bytes.get(start..end).expect("only bytes of the file are wanted"))?;
            }
            Step::Batch(columns) => {
                let first = columns.first().expect("a column");
                rows += match &first.cells {
                    driftgate::sandbox::Cells::Texts(texts) => texts.codes.len(),
                    driftgate::sandbox::Cells::Integers(values) | driftgate::sandbox::Cells::Times(values) => {
                        values.len()
                    }
                    driftgate::sandbox::Cells::Numbers(values) => values.len(),
                    driftgate::sandbox::Cells::Flags(values) => values.len(),
                    driftgate::sandbox::Cells::Unread(rows) => *rows as usize,
                };
            }
            Step::End => return Ok(rows),
        }
    }
}

fn refusal(component: &Component, bytes: &[u8]) -> String {
    let error = read(component, bytes).unwrap_err();
    assert_eq!(error.fault, Fault::Caller, "{error}");
    error.message
}

#[test]
fn a_cut_file_is_refused_wherever_it_was_cut() {
    let component = Component::embedded(|| {}).unwrap();
    for name in ["snappy.parquet", "zstd_v2.parquet"] {
        let whole = bytes(name);
        for end in (0..whole.len()).step_by(97) {
            let said = refusal(&component, &whole[..end]);
            assert!(said.contains("too short") || said.contains("it was cut"), "{name}, {end} bytes: {said}");
        }
    }
}

#[test]
fn a_flipped_byte_is_an_error_or_another_value_and_never_more() {
    let component = Component::embedded(|| {}).unwrap();
    for name in LOGS.into_iter().chain(["paths_v2", "paths_polars"]) {
        let whole = bytes(&format!("{name}.parquet"));
        for (place, mask) in (0..whole.len()).step_by(5).zip([0x01, 0x80, 0xff, 0x10].into_iter().cycle()) {
            let mut flipped = whole.clone();
            flipped[place] ^= mask;
            if let Err(error) = read(&component, &flipped) {
                assert_eq!(error.fault, Fault::Caller, "{name}, byte {place} ^ {mask:#x}: {error}");
                assert!(error.message.starts_with("this Parquet file"), "{name}, byte {place} ^ {mask:#x}: {error}");
            }
        }
    }
}

#[test]
fn a_page_that_claims_or_holds_too_much_is_refused() {
    let component = Component::embedded(|| {}).unwrap();
    let said = refusal(&component, &bytes("bomb.parquet"));
    assert!(said.contains("a page of 134217") && said.contains("at most 67108864 are read"), "{said}");
    let said = refusal(&component, &bytes("bomb_of_rows.parquet"));
    assert!(said.contains("it promises 134217728 rows in"), "{said}");
    // The header of the first page, behind the mark: a data page of 4 GiB (zigzag: twice that), in 16 bytes.
    let mut claims = bytes("snappy.parquet");
    claims[4..16].copy_from_slice(&[0x15, 0x00, 0x15, 0x80, 0x80, 0x80, 0x80, 0x20, 0x15, 0x20, 0x00, 0x00]);
    let said = refusal(&component, &claims);
    assert!(said.contains("a page of 4294967296 bytes; at most 67108864 are read"), "{said}");
    // The same of the page of 128 MiB: it promises 1 MiB (zigzag, in the five bytes that were there), and holds what it held.
    let mut lies = bytes("bomb.parquet");
    lies[4..12].copy_from_slice(&[0x15, 0x00, 0x15, 0x80, 0x80, 0x80, 0x81, 0x00]);
    let said = refusal(&component, &lies);
    assert!(said.contains("it does not hold the 1048576 bytes that its header promises"), "{said}");
    // A footer of 4 GiB.
    let mut claims = bytes("snappy.parquet");
    let end = claims.len();
    claims[end - 8..end - 4].copy_from_slice(&[0xff; 4]);
    let said = refusal(&component, &claims);
    assert!(said.contains("its footer has 4294967295 bytes; at most 16777216 are read"), "{said}");
}

#[test]
fn what_is_no_parquet_file_is_refused_by_the_command() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |name: &str, bytes: &[u8], said: &str| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let reference = self::folder().join("log.jsonl");
        let output = run(driftgate().arg("check").arg(&path).arg("--reference").arg(reference));
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(name) && stderr.contains(said), "{said}: {stderr}");
    };
    let mut encrypted = bytes("snappy.parquet");
    let end = encrypted.len();
    encrypted[end - 1] = b'E';
    refused("encrypted.parquet", &encrypted, "it is encrypted");
    refused("half.parquet", &bytes("snappy.parquet")[..5_000], "it was cut");
    refused("text.parquet", b"{\"id\":1}\n", "does not begin as one does");
    refused("empty.parquet", b"", "it is empty");
    refused("bomb.bin", &bytes("bomb.parquet"), "at most 67108864 are read");
}

#[test]
fn the_embedded_reader_imports_nothing() {
    let error = Component::load(EMBEDDED).map(drop).unwrap_err();
    // It is a component without imports, but not the one that analyses.
    assert!(error.message.contains("does not export driftgate:analysis"), "{error}");
}
