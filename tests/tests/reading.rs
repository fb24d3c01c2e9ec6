//! The same rows whatever the packing, folders that are columns, and files that are not whole: through the real command.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    path::Path,
    process::{Output, Stdio},
};

use driftgate_tests::command::driftgate;
use flate2::{Compression, write::GzEncoder};
use serde_json::Value;

fn run(folder: &Path, typed: &str) -> Output {
    driftgate().args(typed.split(' ')).current_dir(folder).output().unwrap()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A report without what depends on names of files.
fn report(output: &Output) -> Value {
    let said = String::from_utf8_lossy(&output.stderr);
    let mut report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"));
    report["provenance"] = Value::Null;
    report
}

/// Rows of several blocks of 2 MiB: `end` ends them, `cell` is one of theirs.
fn rows(separator: &str, end: &str, cell: impl Fn(usize) -> String) -> String {
    (0..70_000).fold(String::new(), |mut log, at| {
        let day = 1 + at % 28;
        let row = [format!("2020-01-{day:02}T00:00:00Z"), format!("id-{at}"), "up".into(), "up".into(), cell(at)];
        let _ = write!(log, "{}{end}", row.join(separator));
        log
    })
}

#[test]
fn the_same_rows_whatever_the_packing() {
    let header = ["timestamp", "id", "prediction", "actual", "x"];
    let plain = |at: usize| format!("{}.5", at % 97);
    let commas = header.join(",");
    for (name, log) in [
        ("a header that ends in CR", format!("{commas}\r{}", rows(",", "\n", plain))),
        ("rows that end in CR", format!("{commas}\r{}", rows(",", "\r", plain))),
        (
            "a bare quote in the header",
            format!("{commas},disk 5\" wide\n{}", rows(",", "\n", |at| format!("{},7", at % 97))),
        ),
        ("a mark before a blank line", format!("\u{feff}\n{commas}\r\n{}", rows(",", "\r\n", plain))),
        ("titles", format!("Report of March\n\n{}\n{}", header.join(";"), rows(";", "\n", plain))),
        ("sep=", format!("sep=|\n{}\n{}", header.join("|"), rows("|", "\n", plain))),
        ("quoted line ends", format!("{commas}\n{}", rows(",", "\n", |at| format!("\"a\n{}\"", at % 7)))),
        ("a quote behind another separator", format!("{commas}\n{}", rows(",", "\n", |at| format!("5|\"{}", at % 7)))),
        (
            "a bare quote half way",
            format!("{commas}\n{}", rows(",", "\n", |at| if at == 30_000 { "7\"".into() } else { plain(at) })),
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("log.csv"), &log).unwrap();
        fs::write(path("log.csv.gz"), packed(log.as_bytes())).unwrap();
        fs::write(path("log.csv.zst"), zstd::encode_all(log.as_bytes(), 1).unwrap()).unwrap();
        let of = |typed: &str| report(&run(folder.path(), &format!("segments {typed} --format json --quiet")));
        let expected = of("log.csv --jobs 1");
        assert_eq!(expected["current"]["rows"], 70_000, "{name}");
        assert_eq!(of("log.csv --jobs 4"), expected, "{name}, four workers");
        assert_eq!(of("log.csv.gz"), expected, "{name}, gzip");
        assert_eq!(of("log.csv.zst"), expected, "{name}, zstd");
        let piped = driftgate()
            .args("segments - --format json --quiet".split(' '))
            .stdin(Stdio::from(fs::File::open(path("log.csv")).unwrap()))
            .output();
        assert_eq!(report(&piped.unwrap()), expected, "{name}, stdin");
    }
}

/// Random headers, separators, line ends and cells, in logs of several blocks.
#[test]
fn random_logs_are_the_same_rows_whatever_the_packing() {
    let mut state = 20_240_301_u64;
    let mut pick = |of: &[&'static str]| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        of[(state >> 33) as usize % of.len()]
    };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for round in 0..6 {
        let (separator, end) = (pick(&[",", ";", "\t", "|", "^"]), pick(&["\n", "\r\n", "\r"]));
        let before = pick(&["", "\u{feff}", "\u{feff}\n", "\n \n", "A title\n\n"]);
        let odd = pick(&["x", "\"x\"", "disk 5\" wide", "\"a\nb\"", "\"a\"\"b\""]);
        let kinds = [pick(&["7", "0.5"]), pick(&["\"q\"", "\"two\nlines\""]), pick(&["", "5\" wide", "\"\"\"\""])];
        let header = ["timestamp", "id", "prediction", "actual", odd].join(separator);
        // Bare quotes stand in few rows: each ends the cutting.
        let cell = |at: usize| kinds[if at % 5_000 == 4_999 { 2 } else { at % 2 }].to_string();
        let log = format!("{before}{header}{end}{}", rows(separator, end, cell));
        fs::write(path("log.csv"), &log).unwrap();
        fs::write(path("log.csv.gz"), packed(log.as_bytes())).unwrap();
        let of = |typed: &str| report(&run(folder.path(), &format!("segments {typed} --format json --quiet")));
        let (one, packed) = (of("log.csv --jobs 1"), of("log.csv.gz"));
        assert_eq!(one["current"]["rows"], 70_000, "{round}: {header:?}");
        assert_eq!(of("log.csv --jobs 4"), one, "{round}: {header:?}, four workers");
        assert_eq!(packed, one, "{round}: {header:?}, gzip");
    }
}

const LOG: &str = "timestamp,id,prediction,actual\n2020-01-01T00:00:00Z,a,up,up\n2020-01-02T00:00:00Z,b,up,down\n";

#[test]
fn folders_named_column_and_value_are_columns() {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    // Other ids: rows that contradict each other's id are not all kept.
    at("logs/sector=oil/country=a%2Fb/part.csv", &LOG.replace("Z,", "Z,oil-"));
    at("logs/sector=it/country=__HIVE_DEFAULT_PARTITION__/part.csv", LOG);
    at(
        "logs/sector=it/country=c/part.jsonl",
        "{\"timestamp\":\"2020-01-01T00:00:00Z\",\"id\":\"c\",\"prediction\":\"up\",\"actual\":\"up\",\"country\":\"own\"}\n",
    );
    for typed in ["logs", "logs/*/*/part.*"] {
        let report =
            report(&run(folder.path(), &format!("segments {typed} --by sector,country --format json --quiet")));
        let mut slices: Vec<(String, u64)> = report["performance"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["where"]["country"].is_string() && one["where"]["sector"].is_string())
            .map(|one| {
                (format!("{}/{}", one["where"]["sector"], one["where"]["country"]), one["rows"].as_u64().unwrap())
            })
            .collect();
        slices.sort();
        // The row that says its own country keeps it, and that is said.
        let output = run(folder.path(), &format!("check {typed} --reference {typed} --format json --quiet"));
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains("partition_differs") && text.contains("country=c"), "{text}");
        assert_eq!(
            slices,
            [
                ("\"it\"/\"(none)\"".to_string(), 2),
                ("\"it\"/\"own\"".to_string(), 1),
                ("\"oil\"/\"a/b\"".to_string(), 2)
            ],
            "{typed}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_nothing_in_a_folder_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.csv"), LOG).unwrap();
    std::os::unix::fs::symlink("/nowhere/b.csv", folder.path().join("b.csv")).unwrap();
    for typed in ["segments . --quiet", "segments *.csv --quiet"] {
        let output = run(folder.path(), typed);
        assert_eq!(output.status.code(), Some(2), "{typed}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("b.csv"), "{typed}");
    }
}

#[cfg(unix)]
#[test]
fn a_path_need_not_be_text() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

    let folder = tempfile::tempdir().unwrap();
    let name = OsStr::from_bytes(b"caf\xe9.csv");
    fs::write(folder.path().join(name), LOG).unwrap();
    fs::write(folder.path().join("plain.csv"), LOG).unwrap();
    let shown = |log: &OsStr| {
        let typed = ["segments".as_ref(), log, "--quiet".as_ref(), "--format".as_ref(), "json".as_ref()];
        let output = driftgate().args(typed).current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        report(&output)
    };
    assert_eq!(shown(name), shown("plain.csv".as_ref()));
    let typed = ["check".as_ref(), name, "--reference".as_ref(), name, "-o".as_ref(), name];
    let output = driftgate().args(typed).current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "an output over its input");
    assert_eq!(fs::read_to_string(folder.path().join(name)).unwrap(), LOG);
}

#[test]
fn outcomes_that_find_no_row_are_said_with_both_ids() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("log.csv"), "timestamp,id,prediction\n2020-01-01T00:00:00Z,row-7,up\n").unwrap();
    fs::write(folder.path().join("late.csv"), "id,actual\n0007,up\n0008,down\n").unwrap();
    let output = run(folder.path(), "segments log.csv --outcomes late.csv");
    let said = String::from_utf8_lossy(&output.stderr).replace('\n', " ");
    assert!(said.contains("none of the 2 late outcomes found its row"), "{said}");
    assert!(said.contains("`0007`") && said.contains("`row-7`"), "{said}");
}

#[test]
fn codes_are_categories_whichever_window_holds_the_letters() {
    let log = |codes: [&str; 4]| {
        (0..1_200).fold(String::from("timestamp,id,prediction,actual,zone\n"), |log, at| {
            let day = 1 + at % 30;
            log + &format!("2020-01-{day:02}T00:00:00Z,{at},up,up,{}\n", codes[at / 30 % 4])
        })
    };
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("digits.csv"), log(["101", "102", "103", "104"])).unwrap();
    fs::write(folder.path().join("mixed.csv"), log(["101", "102", "A03", "B04"])).unwrap();
    for typed in ["check mixed.csv --reference digits.csv", "check digits.csv --reference mixed.csv"] {
        let report = report(&run(folder.path(), &format!("{typed} --format json --quiet")));
        let kinds = |finding: &&Value| finding["column"] == "zone" && finding["kind"] == "schema_change";
        assert_eq!(report["findings"].as_array().unwrap().iter().find(kinds), None, "{typed}");
        // Two of four categories are gone, and two are new: half of the rows.
        let shift = report["findings"].as_array().unwrap().iter().find(|finding| finding["column"] == "zone").unwrap();
        assert_eq!(shift["verdict"], "drift", "{typed}: {shift}");
    }
}

#[test]
fn a_cut_file_is_refused_by_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let log = format!("timestamp,id,prediction,actual,x\n{}", rows(",", "\n", |at| format!("{}.5", at % 97)));
    let whole = packed(log.as_bytes());
    fs::write(folder.path().join("whole.csv.gz"), &whole).unwrap();
    fs::write(folder.path().join("cut.csv.gz"), &whole[..whole.len() / 2]).unwrap();
    for typed in [
        "check cut.csv.gz --reference whole.csv.gz",
        "check whole.csv.gz --reference cut.csv.gz",
        "report cut.csv.gz",
        "compare cut.csv.gz --baseline whole.csv.gz",
        "gate --candidate cut.csv.gz",
        "segments cut.csv.gz",
        "replay stats cut.csv.gz",
        "calibrate --reference cut.csv.gz",
        "profile cut.csv.gz -o cut.profile",
        "check whole.csv.gz --reference whole.csv.gz --outcomes cut.csv.gz",
    ] {
        let output = run(folder.path(), typed);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{typed}: {said}");
        assert!(said.contains("cut.csv.gz: the compressed file ends early, after record"), "{typed}: {said}");
    }
    let read = run(folder.path(), "segments cut.csv.gz --allow-truncated --quiet --format json");
    let rows = report(&read)["current"]["rows"].as_u64().unwrap();
    assert!(rows > 10_000 && rows < 70_000, "{rows}");
}
