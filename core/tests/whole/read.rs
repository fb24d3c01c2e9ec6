//! Reading logs as they come: cut anywhere, in both formats, and dirty in every way we have seen.
//!
//! The inline cases say what is promised. Where the machine has the folder of development logs, their dirty files
//! are read in addition.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use std::rc::Rc;

use driftgate_core::{
    Error, ErrorCode,
    read::{LogReader, Outcomes, format_time, infer},
    table::{Cell, Kind, NO_TIME, Table},
};
use driftgate_documents::{
    ColumnKind, Format, InferOptions, Inference, Problem, Provenance, Role, Schema, Source, Task,
};

/// What reading a log gave.
struct Read {
    table: Table,
    provenance: Provenance,
}

impl Read {
    fn problem(&self, code: &str) -> &Problem {
        let mut problems = self.provenance.problems.iter();
        problems.find(|problem| problem.code == code).unwrap_or_else(|| panic!("no {code} in {:?}", self.provenance))
    }

    fn bad_lines(&self) -> Vec<u64> {
        self.provenance.problems.iter().filter(|problem| problem.bad_row).map(|problem| problem.line).collect()
    }

    fn cell(&self, name: &str, row: usize) -> Cell<'_> {
        self.table.named(name).map_or(Cell::Missing, |cells| cells.get(row))
    }

    fn texts(&self, name: &str) -> Vec<&str> {
        let cells = self.table.named(name).expect("a column");
        (0..cells.len()).map(|row| cells.text(row).unwrap_or("")).collect()
    }

    fn usable(&self, name: &str) -> Vec<usize> {
        let cells = self.table.named(name).expect("a column");
        (0..cells.len()).filter(|row| cells.kinds()[*row] == Kind::Number).collect()
    }
}

fn options(name: &str) -> InferOptions {
    InferOptions { name: name.into(), ..InferOptions::default() }
}

fn meaning(bytes: &[u8]) -> Inference {
    infer(&bytes[..bytes.len().min(65_536)], &options("log")).expect("a log")
}

fn read_source(bytes: &[u8], schema: &Schema, source: Source, chunk: usize) -> Result<Read, Error> {
    let mut reader = LogReader::new(Rc::new(schema.clone()), source, None)?;
    let mut table = Table::default();
    let mut keep = |batch: Table| {
        assert!(batch.rows() <= 8_192 && batch.rows() > 0);
        table.append(&batch);
        Ok(())
    };
    for part in bytes.chunks(chunk) {
        reader.push(part, &mut keep)?;
    }
    let provenance = reader.finish(&mut keep)?;
    assert_eq!(provenance.sources.values().map(|source| source.rows).sum::<u64>(), table.rows() as u64);
    Ok(Read { table, provenance })
}

fn read_with(bytes: &[u8], schema: &Schema) -> Read {
    let source = || Source { name: "log".into(), allow_truncated: true, ..Source::default() };
    let whole = read_source(bytes, schema, source(), 65_536).expect("a log");
    for chunk in if bytes.len() < 200_000 { &[1, 7][..] } else { &[4_099][..] } {
        let cut = read_source(bytes, schema, source(), *chunk).expect("a log");
        assert_eq!(cut.provenance, whole.provenance, "chunks of {chunk}");
        assert_same(&cut.table, &whole.table);
    }
    whole
}

fn read(bytes: impl AsRef<[u8]>) -> Read {
    let bytes = bytes.as_ref();
    read_with(bytes, &meaning(bytes).schema)
}

/// Equal to the last bit, order of rows and columns included.
fn assert_same(a: &Table, b: &Table) {
    assert_eq!((&a.time, &a.id), (&b.time, &b.id));
    assert_eq!(a.columns.len(), b.columns.len());
    for (x, y) in a.columns.iter().zip(&b.columns) {
        assert_eq!((x.role, &x.name, x.cells.kinds()), (y.role, &y.name, y.cells.kinds()));
        for row in a.range() {
            assert_eq!(x.cells.number(row).to_bits(), y.cells.number(row).to_bits(), "{} row {row}", x.name);
            assert_eq!(x.cells.text(row), y.cells.text(row), "{} row {row}", x.name);
        }
    }
}

const GOOD: &str = r#"{"timestamp":"2008-10-06T21:00:00Z","id":"a","model":"m","symbol":"XOM","regime":"crash","prediction":1.5,"actual":2.5,"features":{"x":0.25,"day":"Mon"}}"#;

/// The good record with one piece replaced.
fn with(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    GOOD.replace(from, to)
}

/// Five good records (so that the head is clear about every column), then these lines: the first is line 6.
fn after_good(lines: &[&str]) -> Vec<u8> {
    let mut log = format!("{GOOD}\n").repeat(5);
    for line in lines {
        log += line;
        log.push('\n');
    }
    log.into_bytes()
}

mod formats {
    use super::*;

    #[test]
    fn a_plain_log_becomes_columns() {
        let log = read(format!("{GOOD}\n"));
        assert_eq!(format_time(log.table.time[0]), "2008-10-06T21:00:00Z");
        assert_eq!(log.table.id.get(0), "a");
        assert_eq!(log.cell("prediction", 0), Cell::Number(1.5));
        assert_eq!(log.cell("x", 0), Cell::Number(0.25));
        assert_eq!(log.cell("day", 0), Cell::Text("Mon"));
        assert_eq!(log.cell("sector", 0), Cell::Text("Energy"), "looked up from the symbol");
        assert_eq!(log.provenance.problem_count, 0);
        assert_eq!(log.provenance.sources["log"].format, Some(Format::Jsonl));
    }

    #[test]
    fn both_formats_give_the_same_table() {
        let mut jsonl = String::new();
        let mut csv = String::from("timestamp,id,model,version,prediction,actual,feature.a,features.b,extra,flag\n");
        let mut state = 1_u64;
        for row in 0..20_000_u64 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let number: f64 = format!("0.{}e{}", state >> 11, (row % 40) as i32 - 20).parse().unwrap();
            let (text, b) = (format!("{number:.17e}"), row % 7);
            let (a, extra) = (if row % 11 == 0 { "null" } else { text.as_str() }, if row % 3 == 0 { "u" } else { "v" });
            let time = 1_223_326_800.25 + row as f64;
            jsonl += &format!(
                "{{\"timestamp\":{time},\"id\":{row},\"model\":\"m\",\"version\":1.10,\"prediction\":{text},\"actual\":-0.0,\
                 \"features\":{{\"a\":{a},\"b\":{b}}},\"extra\":\"{extra}\",\"flag\":true}}\n"
            );
            csv += &format!("{time},{row},m,1.10,{text},-0.0,{},{b},{extra},true\n", a.replace("null", ""));
        }
        let schema = meaning(csv.as_bytes()).schema;
        assert_eq!(schema.roles, meaning(jsonl.as_bytes()).schema.roles);
        let read = |bytes: &str| {
            read_source(bytes.as_bytes(), &schema, Source::default(), 65_536).expect("a log").table.canonical()
        };
        let (a, b) = (read(&jsonl), read(&csv));
        assert_eq!(a.rows(), 20_000);
        assert_eq!(a.role(Role::Version).and_then(|cells| cells.text(0)), Some("1.10"));
        assert_same(&a, &b);
    }

    #[test]
    fn a_bom_and_windows_line_ends_are_nothing_special() {
        let plain = read(format!("{GOOD}\n{GOOD}\n"));
        let windows = read(format!("\u{feff}{GOOD}\r\n\r\n{GOOD}"));
        assert_same(&plain.table, &windows.table);
        assert_eq!(windows.provenance.problem_count, 0);
        let csv = read("\u{feff}timestamp,prediction,feature.day\r\n2008-10-06,1,Mon\r\n2008-10-07,2,Wed");
        assert_eq!(csv.texts("day"), ["Mon", "Wed"]);
        assert_ne!(csv.table.time[0], NO_TIME);
    }

    #[test]
    fn cells_are_separated_by_what_the_header_uses() {
        for separator in [",", ";", "\t"] {
            let log =
                read(["time,prediction,x", "2008-10-06,1,a", "2008-10-07,2,b", ""].join("\n").replace(',', separator));
            assert_eq!(log.texts("x"), ["a", "b"], "{separator:?}");
            assert_eq!(log.usable("prediction"), [0, 1]);
        }
    }

    #[test]
    fn quoted_line_ends_belong_to_the_cell_and_lines_are_physical() {
        let log = read("id,prediction,note\n1,1,\"two\nlines\"\n2,2,\"comma, \"\"quote\"\"\"\n3,3\n\n4,4,\" x \"\n");
        assert_eq!(log.texts("note"), ["two\nlines", "comma, \"quote\"", " x "]);
        assert_eq!(log.bad_lines(), [5]);
        assert_eq!(log.problem("cell_count").message, "2 cells, but the header has 3");
    }

    #[test]
    fn blocks_name_the_lines_of_the_file() {
        let csv = "id,prediction,x\n1,1,1\n2,2\n";
        let schema = meaning(csv.as_bytes()).schema;
        let source = |lines_before| Source { name: "log".into(), lines_before, ..Source::default() };
        let block = read_source(csv.as_bytes(), &schema, source(100), 5).expect("a log");
        assert_eq!(block.bad_lines(), [103]);
        let json = format!("{GOOD}\n[1]\n");
        let schema = meaning(json.as_bytes()).schema;
        let block = read_source(json.as_bytes(), &schema, source(100), 5).expect("a log");
        assert_eq!(block.bad_lines(), [102]);
        let block = read_source(b"[1]\n", &schema, Source { format: Some(Format::Jsonl), ..source(100) }, 5);
        assert_eq!(block.expect("a log").bad_lines(), [101]);
    }

    #[test]
    fn the_rows_of_a_large_log_come_in_batches() {
        let log = read(format!("{GOOD}\n").repeat(20_000));
        assert_eq!(log.table.rows(), 20_000);
        assert!(log.texts("sector").iter().all(|sector| *sector == "Energy"));
    }

    #[test]
    fn what_is_no_log_is_refused_with_what_to_do() {
        let schema = meaning(GOOD.as_bytes()).schema;
        for (bytes, hint) in [
            (&b"[{\"a\":1}]"[..], "jq -c"),
            (b"  \n[\n", "jq -c"),
            (b"PAR1....", "Parquet"),
            (b"\xff\xfei\0d\0", "UTF-16"),
            (b"\xff\xfe\0\0i\0\0\0", "UTF-32"),
            (b"a,b,a\n1,2,3\n", "columns 1 and 3"),
            (b"a,\xff\n1,2\n", "UTF-8"),
            (b"a,\"b\n1,2\n", "quote in the header"),
        ] {
            let error = read_source(bytes, &schema, Source::default(), 3).map(|_| ()).expect_err(hint);
            assert_eq!(error.code, ErrorCode::Input);
            assert!(error.message.contains(hint), "{}", error.message);
        }
    }

    #[test]
    fn keys_that_are_data_are_a_limit_and_not_memory() {
        let schema = meaning(GOOD.as_bytes()).schema;
        let log: String = (0..3_000).map(|key| format!("{{\"key{key}\":1}}\n")).collect();
        let error = read_source(log.as_bytes(), &schema, Source::default(), 4_096).map(|_| ()).expect_err("too many");
        assert_eq!(error.code, ErrorCode::Limit);
        assert!(error.message.contains("more than 1024 columns"), "{}", error.message);
    }

    #[test]
    fn a_finished_log_stays_finished() {
        let schema = Rc::new(meaning(GOOD.as_bytes()).schema);
        let mut reader = LogReader::new(schema, Source::default(), None).expect("a reader");
        reader.finish(&mut |_| Ok(())).expect("an end");
        assert_eq!(reader.push(b"x", &mut |_| Ok(())).expect_err("late").code, ErrorCode::State);
        assert_eq!(reader.finish(&mut |_| Ok(())).expect_err("late").code, ErrorCode::State);
    }
}

mod days {
    use super::*;

    /// What is read of rows at these times, with the row's number as its id; an empty time is none.
    fn read_days(times: &[&str], asked: &InferOptions) -> Read {
        let cells = times.iter().enumerate().map(|(row, time)| format!("{time},{row},{row}.5,red\n"));
        let log = format!("timestamp,id,prediction,colour\n{}", cells.collect::<String>());
        let schema = infer(log.as_bytes(), asked).expect("a log").schema;
        read_with(log.as_bytes(), &schema)
    }

    fn asked(from: Option<&str>, until: Option<&str>, timezone: &str) -> InferOptions {
        InferOptions {
            from: from.map(Into::into),
            until: until.map(Into::into),
            timezone: Some(timezone.into()),
            ..options("log")
        }
    }

    /// Rows of other days, and rows without a time.
    fn left_out(log: &Read) -> (u64, u64) {
        assert_eq!(log.provenance.outside.len(), 1);
        (log.provenance.outside[0].rows, log.provenance.outside[0].untimed_rows)
    }

    fn ids(log: &Read) -> Vec<&str> {
        log.table.range().map(|row| log.table.id.get(row)).collect()
    }

    const EDGES: [&str; 6] = [
        "2008-08-31T18:29:59.999999999Z",
        "2008-08-31T18:30:00Z",
        "2008-09-01T00:00:00Z",
        "2008-09-30T18:29:59.999999999Z",
        "2008-09-30T23:59:59.999999999Z",
        "2008-10-01T00:00:00Z",
    ];

    #[test]
    fn both_ends_are_included_and_the_rest_is_counted() {
        let log = read_days(&EDGES, &asked(Some("2008-09-01"), Some("2008-09-30"), "UTC"));
        assert_eq!(ids(&log), ["2", "3", "4"]);
        assert_eq!(left_out(&log), (3, 0));
        let outside = &log.provenance.outside[0];
        assert_eq!(outside.asked.to_string(), "2008-09-01 .. 2008-09-30");
        assert_eq!(
            (outside.first_day.as_deref(), outside.last_day.as_deref()),
            (Some("2008-08-31"), Some("2008-10-01"))
        );
        assert_eq!((log.provenance.sources["log"].rows, log.provenance.problem_count), (3, 0));
        assert!(log.provenance.bad_rows.is_empty(), "a row of another day is no bad row");
    }

    #[test]
    fn the_zone_moves_both_ends() {
        let log = read_days(&EDGES, &asked(Some("2008-09-01"), Some("2008-09-30"), "+05:30"));
        assert_eq!(ids(&log), ["1", "2", "3"]);
        assert_eq!(log.provenance.outside[0].first_day.as_deref(), Some("2008-08-31"));
        let log = read_days(&EDGES, &asked(Some("2008-09-01"), Some("2008-09-30"), "-03:00"));
        assert_eq!(ids(&log), ["3", "4", "5"], "midnight in UTC is nine in the evening of the day before");
    }

    #[test]
    fn either_end_may_be_open() {
        assert_eq!(ids(&read_days(&EDGES, &asked(Some("2008-09-30"), None, "UTC"))), ["3", "4", "5"]);
        assert_eq!(ids(&read_days(&EDGES, &asked(None, Some("2008-08-31"), "UTC"))), ["0", "1"]);
        assert_eq!(read_days(&EDGES, &asked(None, None, "UTC")).table.rows(), 6);
    }

    #[test]
    fn rows_without_a_time_are_of_no_day() {
        let times = ["2008-09-01", "", "2008-10-01", "null"];
        let log = read_days(&times, &asked(Some("2008-09-01"), Some("2008-09-30"), "UTC"));
        assert_eq!(ids(&log), ["0"]);
        assert_eq!(left_out(&log), (1, 2));
        let log = read_days(&times, &asked(None, None, "UTC"));
        assert_eq!((log.table.rows(), log.provenance.outside.len()), (4, 0), "nobody asked for a day");
    }

    #[test]
    fn a_row_of_another_day_leaves_nothing_behind() {
        let late = with("2008-10-06", "2009-10-06").replace("\"x\":0.25", "\"x\":\"n/a\",\"new\":1");
        let schema = |log: &[u8]| infer(log, &asked(None, Some("2008-12-31"), "UTC")).expect("a log").schema;
        let log = after_good(&[&late, "{", &with("2008-10-06T21:00:00Z", "yesterday")]);
        let read = read_with(&log, &schema(&log));
        assert_eq!(read.bad_lines(), [7, 8], "what cannot be read is bad, whatever its day");
        assert_eq!((read.table.rows(), left_out(&read), read.provenance.problem_count), (5, (1, 0), 2));
        assert!(read.table.canonical().named("new").is_none());
    }

    #[test]
    fn many_rows_of_other_days_change_no_batch() {
        let line = |day: usize| with("2008-10-06", &format!("2008-10-{:02}", 1 + day)) + "\n";
        let log: String = (0..40_000).map(|row| line(row % 20)).collect();
        let schema = infer(&log.as_bytes()[..65_536], &asked(Some("2008-10-20"), None, "UTC")).expect("a log").schema;
        let read = read_with(log.as_bytes(), &schema);
        assert_eq!((read.table.rows(), left_out(&read)), (2_000, (38_000, 0)));
    }

    #[test]
    fn days_that_cannot_be_are_refused() {
        let refused = |log: &str, from: Option<&str>, until: Option<&str>| {
            infer(log.as_bytes(), &asked(from, until, "UTC")).map(|_| ()).expect_err("no such days").message
        };
        let log = "timestamp,prediction\n2008-09-01,1.5\n";
        let message = refused(log, Some("2008-10-01"), Some("2008-09-30"));
        assert_eq!(message, "from 2008-10-01 comes after until 2008-09-30: no day is left; exchange them");
        let message = refused(log, None, Some("30.9.2008"));
        assert_eq!(message, "until \"30.9.2008\": expected a calendar date such as 2008-10-06");
        let message = refused("prediction,actual\n1.5,2.5\n", Some("2008-10-01"), None);
        assert!(message.contains("no column for `timestamp`") && message.contains("--map timestamp="), "{message}");
        // A schema may also be written by hand.
        let schema = Schema { from: Some("soon".into()), ..meaning(log.as_bytes()).schema };
        let error = LogReader::new(Rc::new(schema), Source::default(), None).map(|_| ()).expect_err("no date");
        assert_eq!(error.code, ErrorCode::Usage);
    }
}

mod cells {
    use super::*;

    #[test]
    fn words_for_no_number_are_missing_numbers() {
        for (cell, kind) in [
            ("NaN", Kind::NonFinite),
            ("Infinity", Kind::NonFinite),
            ("-Infinity", Kind::NonFinite),
            ("1e999", Kind::NonFinite),
            ("\"NaN\"", Kind::NonFinite),
            ("\"inf\"", Kind::NonFinite),
            ("\"\"", Kind::Missing),
            ("null", Kind::Missing),
            ("-0.0", Kind::Number),
            ("1E2", Kind::Number),
        ] {
            let line = with("0.25", cell);
            let log = read(after_good(&[&line]));
            assert_eq!(log.table.rows(), 6, "{cell}: {:?}", log.provenance.problems);
            assert_eq!(log.table.named("x").expect("a column").kinds()[5], kind, "{cell}");
            assert_eq!(log.provenance.problem_count, 0, "{cell}");
        }
    }

    #[test]
    fn what_is_not_a_number_is_named_and_the_row_stays() {
        for (cell, found) in [
            ("true", "the text \"true\""),
            ("{\"value\":10}", "an object"),
            ("[10.5]", "a list"),
            ("\"1.2.3\"", "the text \"1.2.3\""),
        ] {
            let line = with("1.5", cell);
            let log = read(after_good(&[&line]));
            assert_eq!(log.table.rows(), 6);
            let problem = log.problem("mixed_types");
            assert_eq!((problem.line, problem.column.as_str(), problem.bad_row), (6, "prediction", false));
            assert_eq!(
                problem.message.replace("true", "the text \"true\""),
                format!("expected a number, found {found}")
            );
            assert_eq!(log.usable("prediction").len(), 5);
        }
        let line = with("\"Mon\"", "3");
        let log = read(after_good(&[&line]));
        assert_eq!(log.problem("mixed_types").column, "features.day");
    }

    #[test]
    fn a_number_given_as_text_is_read_and_said_once() {
        let line = with("1.5", "\" 27.5 \"");
        let log = read(after_good(&[&line, &line]));
        assert_eq!(log.cell("prediction", 5), Cell::Number(27.5));
        assert_eq!(log.problem("number_as_text").line, 6);
        assert_eq!(log.provenance.problem_count, 1);
    }

    #[test]
    fn names_keep_their_digits() {
        let lines = [
            with("\"a\"", "12345"),
            with("\"XOM\"", "700"),
            with("\"m\"", "1.10"),
            with("\"a\"", "12345678901234567890123"),
        ];
        let log = read(after_good(&lines.each_ref().map(String::as_str)));
        assert_eq!(log.table.id.get(5), "12345");
        assert_eq!(log.cell("symbol", 6), Cell::Text("700"));
        assert_eq!(log.cell("model", 7), Cell::Text("1.10"));
        assert_eq!(log.table.id.get(8), "12345678901234567890123");
        assert_eq!(log.cell("prediction", 8), Cell::Number(1.5));
    }

    #[test]
    fn what_is_no_object_where_objects_stand_is_named_and_not_read() {
        let features = r#"{"x":0.25,"day":"Mon"}"#;
        let lines = [with(features, "[]"), with(features, "\"none\""), with(features, "null")];
        let log = read(after_good(&lines.each_ref().map(String::as_str)));
        assert_eq!(log.table.rows(), 8);
        assert_eq!(log.cell("x", 5), Cell::Missing);
        let said: Vec<_> =
            log.provenance.problems.iter().map(|problem| (problem.line, problem.code.as_str())).collect();
        assert_eq!(said, [(7, "not_nested")]);
        assert_eq!(log.cell("features", 6), Cell::Other);
    }

    #[test]
    fn a_feature_may_have_any_prefix_and_any_name() {
        let log = read(
            r#"{"id":"1","prediction":1,"features":{"a":1},"feature.b":2,"features.c":3,"feature_d":4,"prediction2":5}"#,
        );
        for (name, value) in [("a", 1.0), ("b", 2.0), ("c", 3.0), ("feature_d", 4.0), ("prediction2", 5.0)] {
            assert_eq!(log.cell(name, 0), Cell::Number(value), "{name}");
        }
    }
}

mod bad_rows {
    use super::*;

    #[test]
    fn a_line_that_is_no_object_is_left_out_with_its_number() {
        for (line, hint) in [
            (with("}}", "},}"), "trailing comma"),
            (GOOD.replace('"', "'"), "key must be a string"),
            ("# restart".into(), "comment"),
            ("[1,2,3]".into(), "expected an object"),
            ("42".into(), "expected an object"),
            (format!("{GOOD}{GOOD}"), "one object per line"),
            (format!("INFO {GOOD}"), "begin with {"),
            (GOOD[..50].into(), "EOF"),
            (with("crash", "cra\0sh"), "NUL"),
            ("\0\0\0".into(), "NUL"),
            (with("1.5", "Nope"), "column"),
            (with("1.5", "[NaN"), "column"),
        ] {
            let log = read(after_good(&[&line, GOOD]));
            assert_eq!(log.bad_lines(), [6], "{line}");
            assert_eq!(log.table.rows(), 6);
            let message = &log.provenance.problems[0].message;
            assert!(message.contains(hint), "{line}: {message}");
        }
    }

    #[test]
    fn a_refused_row_leaves_nothing_behind() {
        let line = with("0.25", "999,\"new\":1").replace("}}", "}");
        let log = read(after_good(&[&line, &with("0.25", "7")]));
        assert_eq!(log.cell("x", 5), Cell::Number(7.0));
        assert_eq!(log.cell("x", 4), Cell::Number(0.25));
        assert_eq!(log.table.rows(), 6);
    }

    #[test]
    fn an_escaped_nul_and_other_alphabets_are_ordinary_text() {
        let lines = [with("crash", "a\\u0000b"), with("crash", "Überhitzung 市場")];
        let log = read(after_good(&lines.each_ref().map(String::as_str)));
        assert_eq!(&log.texts("regime")[5..], ["a\0b", "Überhitzung 市場"]);
    }

    #[test]
    fn bytes_that_are_no_utf8_are_placed() {
        let mut bytes = after_good(&[]);
        bytes.extend(b"{\"id\":\"\xff\"}\n");
        let log = read(&bytes);
        assert_eq!(log.problem("invalid_utf8").message, "byte 8 of the line is not UTF-8");
        let log = read(b"id,prediction\n1,2\n\xff,3\n4,5\n");
        assert_eq!((log.bad_lines(), log.table.rows()), (vec![3], 2));
        let log = read(b"id,prediction\n1,2\n\0,3\n4,5\n");
        assert_eq!((log.bad_lines(), log.table.rows()), (vec![3], 2));
    }

    #[test]
    fn a_very_long_line_is_refused_and_the_next_one_read() {
        let long = with("Mon", &"x".repeat(2 << 20));
        let log = read(after_good(&[&long, GOOD]));
        assert_eq!((log.bad_lines(), log.table.rows()), (vec![6], 6));
        assert!(log.problem("too_long").message.contains("1 MiB"));
        let mut csv = "id,prediction,note\n1,1,a\n2,2,".to_string();
        csv += &"y".repeat(2 << 20);
        csv += "\n3,3,b\n";
        let log = read(csv);
        assert_eq!((log.bad_lines(), log.texts("note")), (vec![3], vec!["a", "b"]));
    }

    #[test]
    fn deep_nesting_is_no_value_and_no_crash() {
        let deep = |depth: usize| with("0.25", &format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
        let log = read(after_good(&[&deep(20), &deep(100_000), &with("0.25", &"{\"a\":".repeat(10_000)), GOOD]));
        assert_eq!(log.cell("x", 5), Cell::Other);
        assert!(log.table.rows() >= 7);
        assert!(log.bad_lines().contains(&8));
    }

    #[test]
    fn a_key_that_stands_twice_makes_a_bad_row() {
        let log = read(after_good(&[&with("\"model\":\"m\"", "\"model\":\"m\",\"model\":\"x\""), GOOD]));
        assert_eq!(log.table.rows(), 6);
        let problem = log.problem("duplicate_key");
        assert_eq!((problem.line, problem.column.as_str(), problem.bad_row), (6, "model", true));
    }

    #[test]
    fn a_quote_that_is_never_closed_is_named_by_the_line_it_opened_in() {
        let log = read("id,prediction,note\n1,1,a\n2,2,\"b\nb\"\n3,\"3,c\n4,4,d\n5,5,e\n");
        assert_eq!(log.table.rows(), 2);
        assert_eq!(log.bad_lines(), [5]);
        assert!(log.problem("unclosed_quote").message.contains("lines 5 to"));
        let log = read("id,a,b\n1,1,1\n2,\"x\ny\",\"z\n3,3,3\n");
        assert_eq!(log.bad_lines(), [4], "the second quote of the record opened in line 4");
    }

    #[test]
    fn a_time_that_is_none_makes_a_bad_row() {
        for time in ["\"2008-02-30T21:00:00Z\"", "\"06/10/2008 21:00\"", "\"yesterday\"", "true", "[1]"] {
            let log = read(after_good(&[&with("\"2008-10-06T21:00:00Z\"", time), GOOD]));
            assert_eq!(log.bad_lines(), [6], "{time}");
            assert_eq!(log.problem("timestamp").column, "timestamp");
        }
        let log =
            read(after_good(&[&with("\"2008-10-06T21:00:00Z\"", "null"), &with("\"2008-10-06T21:00:00Z\"", "\"\"")]));
        assert_eq!((log.table.time[5], log.table.time[6]), (NO_TIME, NO_TIME));
        let zoneless = with("2008-10-06T21:00:00Z", "2008-10-06 21:00:00");
        let log = read(after_good(&[&zoneless, &zoneless]));
        assert_eq!((log.problem("zone_absent").line, log.provenance.problem_count), (6, 1));
        let leap = with("2008-10-06T21:00:00Z", "2008-12-31T23:59:60Z");
        assert_eq!(read(after_good(&[&leap, &leap])).provenance.problem_count, 2);
    }
}

mod compressed {
    use super::*;

    type Pack = fn(&[u8]) -> Vec<u8>;

    const PACKERS: [Pack; 2] = [gzip, zstd];

    fn zstd(plain: &[u8]) -> Vec<u8> {
        ::zstd::encode_all(plain, 3).unwrap()
    }

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
        bytes.extend(miniz_oxide::deflate::compress_to_vec(plain, 6));
        let crc = plain.iter().fold(!0_u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
        });
        bytes.extend((!crc).to_le_bytes());
        bytes.extend((plain.len() as u32).to_le_bytes());
        bytes
    }

    const ROWS: usize = 10_000;

    fn log() -> Vec<u8> {
        (0..ROWS)
            .map(|row| with("\"a\"", &format!("\"id-{row}\"")).replace("0.25", &format!("{}", row * row)) + "\n")
            .collect::<String>()
            .into_bytes()
    }

    #[test]
    fn a_compressed_log_is_the_log() {
        for pack in PACKERS {
            let (plain, mut packed) = (log(), pack(&log()));
            let schema = meaning(&plain).schema;
            assert_eq!(meaning(&packed).schema, schema);
            assert_same(&read_with(&packed, &schema).table, &read_with(&plain, &schema).table);
            packed.extend(pack(&plain));
            assert_eq!(read_with(&packed, &schema).table.rows(), 2 * ROWS);
        }
    }

    #[test]
    fn a_cut_file_is_refused_and_gives_its_whole_records_where_that_is_asked() {
        for pack in PACKERS {
            let packed = pack(&log());
            let cut = read(&packed[..packed.len() * 6 / 10]);
            let rows = cut.table.rows();
            assert!(rows > ROWS / 10 && rows < ROWS, "{rows}");
            let problem = cut.problem("truncated_archive");
            assert!(problem.message.contains(&format!("ends early, after record {rows}")) && !problem.bad_row);
            assert_eq!(cut.provenance.problem_count, 1);
            let cut = &packed[..packed.len() * 6 / 10];
            let source = Source { name: "log".into(), ..Source::default() };
            let refused = read_source(cut, &meaning(cut).schema, source, 4_096).map(|_| ()).expect_err("a cut file");
            assert!(refused.message.contains(&format!("after record {rows}")), "{refused}");
            assert!(refused.message.contains("--allow-truncated"), "{refused}");
        }
    }

    #[test]
    fn zstd_may_begin_with_a_frame_that_is_skipped() {
        let packed =
            PACKERS.into_iter().map(|pack| pack(&log())).find(|packed| packed.starts_with(&[0x28, 0xb5])).unwrap();
        let frame = |first: u8| [&[first, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4], packed.as_slice()].concat();
        for first in [0x50, 0x57, 0x5f] {
            assert_same(&read(frame(first)).table, &read(log()).table);
        }
    }

    #[test]
    fn a_damaged_file_stops_where_it_is_damaged() {
        for pack in PACKERS {
            let mut packed = pack(&log());
            let schema = meaning(&packed).schema;
            let late = packed.len() * 9 / 10;
            packed[late..late + 30].fill(0xff);
            let damaged = read_with(&packed, &schema);
            assert!(damaged.table.rows() < ROWS);
            assert!(damaged.problem("corrupt_archive").message.contains("nothing after that is read"));
            assert_eq!(damaged.provenance.bad_rows["corrupt_archive"], 1);
        }
    }
}

mod inference {
    use super::*;

    fn fails(log: &str, map: &[(&str, &str)], hint: &str) {
        let map = map.iter().map(|(role, column)| (role.to_string(), column.to_string())).collect();
        let error = infer(log.as_bytes(), &InferOptions { map, ..options("log.csv") }).map(|_| ()).expect_err(hint);
        assert!(error.message.contains(hint), "{}", error.message);
    }

    fn roles(log: &str, map: &[(&str, &str)]) -> Vec<(Role, String)> {
        let map = map.iter().map(|(role, column)| (role.to_string(), column.to_string())).collect();
        let inference = infer(log.as_bytes(), &InferOptions { map, ..options("log") }).expect("a log");
        inference.schema.roles.into_iter().collect()
    }

    #[test]
    fn everyday_names_have_roles() {
        let csv = "Date,ticker,yhat,y_true,score,rule_verdict,pnl_pct,close\n2008-10-06,A,1.5,2,0.5,3,1,7\n";
        let expected = [
            (Role::Timestamp, "Date"),
            (Role::Symbol, "ticker"),
            (Role::Base, "close"),
            (Role::Prediction, "yhat"),
            (Role::Actual, "y_true"),
            (Role::Confidence, "score"),
            (Role::RulePrediction, "rule_verdict"),
            (Role::Pnl, "pnl_pct"),
        ];
        assert_eq!(roles(csv, &[]), expected.map(|(role, name)| (role, name.to_string())));
    }

    /// Two labels, `b` wherever the probability reaches the threshold.
    fn scored(threshold: u32, shown: impl Fn(u32, bool) -> u32) -> String {
        let row = |percent: u32| {
            let predicted = percent >= threshold;
            format!("{},0.{:02},a\n", if predicted { "b" } else { "a" }, shown(percent, predicted))
        };
        "prediction,y_pred_proba,actual\n".to_string() + &(10..90).map(row).collect::<String>()
    }

    #[test]
    fn a_probability_of_one_label_becomes_the_confidence_in_each_prediction() {
        let of = |log: &str, confidence_of: Option<&str>| {
            let options = InferOptions { confidence_of: confidence_of.map(Into::into), ..options("log") };
            infer(log.as_bytes(), &options).map(|inference| (inference.schema.probability_of.clone(), inference))
        };
        let seen = |log: &str| of(log, None).unwrap().0;
        let positive = scored(50, |percent, _| percent);
        assert_eq!(seen(&positive).as_deref(), Some("b"));
        assert_eq!(seen(&scored(30, |percent, _| percent)).as_deref(), Some("b"), "whatever the threshold");
        assert_eq!(seen(&scored(50, |percent, predicted| if predicted { percent } else { 100 - percent })), None);
        assert_eq!(seen(&scored(14, |percent, _| percent)), None, "too few of one label to tell");
        assert_eq!(seen(&positive.replace("b,0.89", "c,0.89")), None, "more than two labels");
        let (_, inference) = of(&positive, None).unwrap();
        assert!(
            inference.notes.iter().any(|note| note.contains("--confidence-of prediction")),
            "{:?}",
            inference.notes
        );
        assert_eq!(of(&positive, Some("prediction")).unwrap().0, None);
        assert_eq!(of(&positive, Some("a")).unwrap().0.as_deref(), Some("a"));
        let error = |log: &str, asked: &str| of(log, Some(asked)).map(|_| ()).unwrap_err().message;
        assert!(error(&positive, "B").contains("expected `prediction` or a label of `a`, `b`"));
        assert!(error(&positive.replace("b,0.89", "c,0.89"), "b").contains("more than two labels"));
        let read = read(positive.as_bytes());
        for (row, expected) in [(0, 0.90), (39, 0.51), (40, 0.50), (79, 0.89)] {
            let Cell::Number(confidence) = read.cell("confidence", row) else { panic!("no confidence in row {row}") };
            assert!((confidence - expected).abs() < 1e-15, "row {row}: {confidence}");
        }
    }

    #[test]
    fn the_own_name_wins_and_two_others_are_ambiguous() {
        assert_eq!(roles("prediction,pred\n1,2\n", &[]), [(Role::Prediction, "prediction".into())]);
        fails("yhat,pred\n1,2\n", &[], "--map prediction=yhat");
        assert_eq!(roles("yhat,pred\n1,2\n", &[("prediction", "pred")]), [(Role::Prediction, "pred".into())]);
    }

    #[test]
    fn a_map_is_checked_against_roles_and_columns() {
        fails("a,b\n1,2\n", &[("predicton", "a")], "did you mean `prediction`?");
        fails("alpha,b\n1,2\n", &[("prediction", "alpah")], "did you mean `alpha`?");
        fails("a,b\n1,2\n", &[("prediction", "a"), ("actual", "a")], "cannot be both");
        let options = InferOptions { map: [("prediction".into(), String::new())].into(), ..options("log") };
        let schema = infer(b"prediction,x\n1,2\n", &options).expect("a log").schema;
        // The role is taken away; the column is an input as others are.
        assert_eq!((schema.roles.len(), schema.ignored), (0, vec![]));
        assert!(schema.seen.contains_key("prediction"));
        let ignore = InferOptions { ignore: vec!["Prediction".into()], ..InferOptions::default() };
        let schema = infer(b"prediction,x\n1,2\n", &ignore).expect("a log").schema;
        assert_eq!((schema.roles.len(), schema.ignored), (0, vec!["prediction".to_string()]));
        assert_eq!(
            roles(r#"{"prediction":1,"features":{"close":2}}"#, &[("base", "close")]),
            [(Role::Base, "features.close".into()), (Role::Prediction, "prediction".into())]
        );
    }

    #[test]
    fn values_that_contradict_a_role_are_an_error_with_the_way_out() {
        fails("date,prediction\nmonday,1\ntuesday,2\n", &[], "--map timestamp=COLUMN");
        fails("prediction,actual\n1,BUY\n2,SELL\n", &[], "cannot be compared");
        fails("prediction,score\n1,700\n2,650\n", &[], "in [0, 1]");
        fails("prediction,score\n1,high\n2,low\n", &[], "in [0, 1]");
        fails("prediction,weight\n1,1\n", &[], "--ignore weight");
        assert_eq!(roles("prediction,weight\n1,1\n", &[("weight", "")]).len(), 1);
    }

    #[test]
    fn no_records_is_said_with_the_name() {
        fails("", &[], "no records in log.csv: it is empty");
        fails("\n \n\t\r\n", &[], "no records in log.csv: it is empty");
        fails("timestamp,prediction\n", &[], "header of 2 columns");
        fails("timestamp,prediction", &[], "header of 2 columns");
        fails("{\"a\":\n", &[], "line 1");
    }

    #[test]
    fn the_task_follows_from_the_values() {
        let task = |values: &[String]| {
            let log: String = values.iter().map(|value| format!("{{\"prediction\":{value}}}\n")).collect();
            meaning(log.as_bytes()).schema.task
        };
        let numbers = |n: usize| (0..n).map(|i| i.to_string()).collect::<Vec<_>>();
        assert_eq!(task(&["\"BUY\"".into()]), Some(Task::Classification));
        assert_eq!(task(&numbers(20)), Some(Task::Classification));
        assert_eq!(task(&numbers(21)), Some(Task::Regression));
        assert_eq!(task(&["1.5".into()]), Some(Task::Regression));
        assert_eq!(task(&["null".into()]), None);
    }

    #[test]
    fn segments_are_those_the_log_has() {
        let schema = meaning(GOOD.as_bytes()).schema;
        let names: Vec<String> = schema.segments.iter().map(|key| key.join("+")).collect();
        assert_eq!(names, ["", "regime", "regime+sector", "sector", "symbol"]);
        let asked = InferOptions { segments: vec![vec!["symbol".into(), "features.day".into()]], ..options("log") };
        let schema = infer(GOOD.as_bytes(), &asked).expect("a log").schema;
        assert!(schema.segments.contains(&vec!["day".to_string(), "symbol".to_string()]));
        assert_eq!(schema.seen["day"], ColumnKind::Category);
        let asked = InferOptions { segments: vec![vec!["daay".into()]], ..options("log") };
        assert!(infer(GOOD.as_bytes(), &asked).expect_err("unknown").message.contains("segment `daay`"));
    }

    #[test]
    fn a_head_may_end_in_the_middle_of_a_line() {
        let log = format!("{GOOD}\n{GOOD}\n");
        for end in GOOD.len() + 1..log.len() {
            assert_eq!(infer(&log.as_bytes()[..end], &options("log")).expect("a log").columns[0].texts, 1, "{end}");
        }
        let csv = "id,prediction\n1,2\n2,\"3";
        assert_eq!(infer(csv.as_bytes(), &options("log")).expect("a log").columns[1].numbers, 1);
    }

    #[test]
    fn outcomes_are_told_from_predictions_and_joined() {
        let outcomes = "id,actual\na,2.5\nb,3.5\n";
        let inference = meaning(outcomes.as_bytes());
        assert!(inference.outcomes && !meaning(GOOD.as_bytes()).outcomes);
        assert!(meaning(b"{\"id\":\"a\",\"actual\":1.5,\"holding_days\":3}\n").outcomes, "a remark is no feature");
        assert!(!meaning(b"id,actual,x,y\n1,2.5,3,4\n").outcomes, "labelled features without predictions");
        let mut collected = Outcomes::new(&inference.schema).expect("outcomes");
        collected.insert(&read(outcomes).table).expect("room");
        let log = "id,prediction,actual\na,1.5,\nb,1.5,9\nc,1.5,\n";
        let schema = Rc::new(meaning(log.as_bytes()).schema);
        let mut reader = LogReader::new(schema, Source::default(), Some(Rc::new(collected))).expect("a reader");
        let mut table = Table::default();
        let mut keep = |batch: Table| {
            table.append(&batch);
            Ok(())
        };
        reader.push(log.as_bytes(), &mut keep).expect("a log");
        let provenance = reader.finish(&mut keep).expect("an end");
        assert_eq!(provenance.outcomes_joined, 1);
        let actual = table.role(Role::Actual).expect("a column");
        assert_eq!(
            (actual.get(0), actual.get(1), actual.get(2)),
            (Cell::Number(2.5), Cell::Number(9.0), Cell::Missing)
        );
    }
}

mod properties {
    use super::*;

    fn quiet(bytes: &[u8], schema: &Schema, format: Option<Format>, cuts: &[usize]) -> Option<(Table, Provenance)> {
        let source = Source { format, allow_truncated: true, ..Source::default() };
        let mut reader = LogReader::new(Rc::new(schema.clone()), source, None).ok()?;
        let mut table = Table::default();
        let mut keep = |batch: Table| {
            table.append(&batch);
            Ok(())
        };
        let mut start = 0;
        for cut in cuts.iter().copied().chain([bytes.len()]) {
            let end = cut.clamp(start, bytes.len());
            reader.push(&bytes[start..end], &mut keep).ok()?;
            start = end;
        }
        let provenance = reader.finish(&mut keep).ok()?;
        Some((table, provenance))
    }

    #[test]
    fn cuts_change_nothing() {
        let jsonl = [GOOD, "", "{bad", &with("0.25", "NaN"), &with("crash", "市"), "42", GOOD].join("\r\n");
        let csv = "id,prediction,note\n1,1,\"a\n,\"\"b\"\"\"\r\n2,2\n\n3,3,x\r\n4,4,\"open\n";
        let mut packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
        packed.extend(miniz_oxide::deflate::compress_to_vec(jsonl.as_bytes(), 6));
        let schema = meaning(GOOD.as_bytes()).schema;
        for bytes in [jsonl.as_bytes(), csv.as_bytes(), &packed] {
            let whole = quiet(bytes, &schema, None, &[]).expect("a log");
            arbtest::arbtest(|u| {
                let mut cuts: Vec<usize> =
                    u.arbitrary::<Vec<u16>>()?.into_iter().map(|cut| usize::from(cut) % 1_000).collect();
                cuts.sort_unstable();
                let parts = quiet(bytes, &schema, None, &cuts).expect("a log");
                assert_eq!(parts.1, whole.1);
                assert_same(&parts.0, &whole.0);
                Ok(())
            })
            .budget_ms(300);
        }
    }

    #[test]
    fn no_bytes_make_it_panic() {
        let schema = meaning(GOOD.as_bytes()).schema;
        let pieces: [&[u8]; 14] = [
            b"\"",
            b"\n",
            b",",
            b"{",
            b"}",
            b"[",
            b":",
            b"\\",
            b"NaN",
            b"1e999",
            b"\x1f\x8b\x08\0",
            b"\xff",
            b"features",
            b"\0",
        ];
        arbtest::arbtest(|u| {
            let mut bytes: Vec<u8> = u.arbitrary()?;
            for _ in 0..u.int_in_range(0..=20)? {
                let at = u.int_in_range(0..=bytes.len())?;
                let piece = *u.choose(&pieces)?;
                bytes.splice(at..at, piece.iter().copied());
            }
            for format in [None, Some(Format::Csv), Some(Format::Jsonl)] {
                let _ = quiet(&bytes, &schema, format, &[3, 10]);
                let _ = infer(&bytes, &InferOptions { format, ..options("log") });
            }
            Ok(())
        })
        .budget_ms(1_500);
    }
}

use crate::support;

mod shared {
    use super::*;

    /// A dirty log from the shared folder, if this machine has it.
    fn dirty(name: &str) -> Option<Vec<u8>> {
        let found = support::shared().and_then(|shared| std::fs::read(shared.join("data/dirty").join(name)).ok());
        if found.is_none() {
            println!("no shared data here: {name} is not read");
        }
        found
    }

    fn read_dirty(name: &str) -> Option<Read> {
        dirty(name).map(read)
    }

    #[test]
    fn truncated() {
        let Some(log) = read_dirty("01_truncated.jsonl.gz") else { return };
        assert_eq!(log.table.rows(), 232);
        assert!(log.problem("truncated_archive").message.contains("after record 232"));
    }

    #[test]
    fn bom_and_crlf() {
        for name in ["02_bom.jsonl", "02_bom.csv", "03_crlf.jsonl", "03_crlf.csv"] {
            let Some(log) = read_dirty(name) else { return };
            assert_eq!((log.table.rows(), log.provenance.problem_count), (50, 0), "{name}");
            assert!(log.table.time.iter().all(|time| *time != NO_TIME), "{name}");
            assert_eq!(log.texts("weekday").last(), Some(&"Wed"), "{name}");
        }
    }

    #[test]
    fn nan_tokens() {
        let Some(log) = read_dirty("04_nan_tokens.jsonl") else { return };
        assert_eq!(log.table.rows(), 40, "{:?}", log.provenance.problems);
        let (prediction, actual) = (log.usable("prediction"), log.usable("actual"));
        assert_eq!(prediction.len(), 38);
        assert_eq!(prediction.iter().filter(|row| actual.contains(row)).count(), 36);
        let kinds = log.table.named("vol_20d").expect("a column").kinds();
        assert_eq!(
            [kinds[4], kinds[29], kinds[30], kinds[31], kinds[32], kinds[33]],
            [Kind::NonFinite, Kind::NonFinite, Kind::NonFinite, Kind::Missing, Kind::NonFinite, Kind::Number]
        );
    }

    #[test]
    fn duplicate_ids_are_all_rows() {
        let Some(log) = read_dirty("05_duplicate_ids.jsonl") else { return };
        assert_eq!(log.table.rows(), 35);
    }

    #[test]
    fn mixed_types() {
        let Some(log) = read_dirty("06_mixed_types.jsonl") else { return };
        assert_eq!(log.table.rows(), 30, "{:?}", log.provenance.problems);
        let lines: Vec<_> =
            log.provenance.problems.iter().map(|p| (p.line, p.column.as_str(), p.code.as_str())).collect();
        assert_eq!(
            lines,
            [
                (4, "prediction", "mixed_types"),
                (8, "prediction", "mixed_types"),
                (10, "prediction", "mixed_types"),
                (12, "actual", "missing_word"),
                (17, "features.vol_20d", "number_as_text"),
                (18, "features", "not_nested"),
                (19, "features.weekday", "mixed_types"),
            ]
        );
        // "101.25" and "1,234.5" are numbers of one style.
        assert_eq!(
            (log.cell("prediction", 1), log.cell("prediction", 27)),
            (Cell::Number(101.25), Cell::Number(1234.5))
        );
        assert_eq!(log.cell("symbol", 13), Cell::Text("700"));
        assert_eq!(log.table.id.get(25), "12345");
        assert_eq!(format_time(log.table.time[21]), "2007-01-03T21:00:00Z");
        assert_eq!(log.table.time[21], log.table.time[23]);
    }

    #[test]
    fn missing_columns() {
        let Some(log) = read_dirty("07_missing_columns.csv") else { return };
        assert_eq!((log.table.rows(), log.bad_lines()), (27, vec![6, 12]));
        let notes = meaning(&dirty("07_missing_columns.csv").unwrap_or_default()).notes.join("\n");
        assert!(notes.contains("`id`") && notes.contains("`actual`"), "{notes}");
    }

    #[test]
    fn nul_and_invalid_utf8() {
        let Some(log) = read_dirty("08_nul.jsonl") else { return };
        assert_eq!((log.table.rows(), log.bad_lines()), (18, vec![5, 15]));
        let Some(log) = read_dirty("09_invalid_utf8.jsonl") else { return };
        assert_eq!((log.table.rows(), log.bad_lines()), (17, vec![4, 8, 13]));
    }

    #[test]
    fn long_line() {
        let Some(log) = read_dirty("10_long_line.jsonl") else { return };
        assert_eq!((log.table.rows(), log.bad_lines()), (2, vec![2]));
    }

    #[test]
    fn timestamps() {
        let (Some(log), Some(expected)) = (read_dirty("11_timestamps.jsonl"), dirty("expected.json")) else { return };
        assert_eq!(log.bad_lines(), [17, 18, 19, 20, 21, 24, 28]);
        let expected: serde_json::Value = serde_json::from_slice(&expected).expect("JSON");
        for row in log.table.range() {
            let line: u64 = log.table.id.get(row).trim_start_matches("ts-").parse().expect("ts-NN");
            let meaning =
                expected["11_timestamps.jsonl"]["meaning"][line.to_string()]["read_as"].as_str().expect("text");
            let time = if log.table.time[row] == NO_TIME { "missing".into() } else { format_time(log.table.time[row]) };
            assert!(meaning.contains(&time), "line {line}: {time}, expected {meaning}");
        }
        assert_eq!(log.problem("zone_absent").line, 5);
        assert_eq!(log.problem("leap_second").line, 16);
    }

    #[test]
    fn no_records() {
        for name in ["12_empty.jsonl", "12_blank_lines.jsonl", "13_header_only.csv"] {
            let Some(bytes) = dirty(name) else { return };
            let error = infer(&bytes, &options(name)).map(|_| ()).expect_err(name);
            assert!(error.message.contains("no records") && error.message.contains(name), "{}", error.message);
        }
    }

    #[test]
    fn quotes() {
        let Some(log) = read_dirty("14_quoted_newlines.csv") else { return };
        let expected =
            dirty("expected.json").and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
        let mut notes = expected.expect("JSON")["14_quoted_newlines.csv"]["notes"].clone();
        // That cell stands without quotes: the blanks around it are no part of it.
        assert_eq!(notes[6].take(), " spaces ");
        notes[6] = "spaces".into();
        assert_eq!(serde_json::json!(log.texts("note")), notes);
        let Some(log) = read_dirty("15_unterminated_quote.csv") else { return };
        assert_eq!((log.table.rows(), log.bad_lines()), (10, vec![12]));
        assert!(log.problem("unclosed_quote").message.contains("line 12"));
    }

    #[test]
    fn broken_json() {
        let Some(log) = read_dirty("16_broken_json.jsonl") else { return };
        assert_eq!((log.table.rows(), log.bad_lines()), (10, vec![3, 5, 7, 9, 11, 15, 17, 18, 20]));
        assert_eq!(log.problem("duplicate_key").line, 18);
    }
}
