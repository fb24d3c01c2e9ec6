//! Ordinary lines have a reader of their own; it may only be faster. Lines of all kinds are read twice, once so that the ordinary
//! reader has to give up: what is kept, and what is refused, is the same.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::rc::Rc;

use arbtest::arbitrary::Unstructured;
use driftgate_core::{
    read::{LogReader, infer},
    rng::Rng,
    table::Table,
};
use driftgate_documents::{InferOptions, Schema, Source};

const JSONL: &str = r#"{"timestamp":"2008-10-06T21:00:00Z","id":"a","model":"m","symbol":"XOM","prediction":1.5,"actual":-2.25,"note":"é","features":{"x":0.25,"n":7,"day":"Mon"}}"#;
const HEADER: &str = "timestamp,id,model,symbol,prediction,actual,note,x,n,day";
const CSV: &str = "2008-10-06T21:00:00Z,a,m,XOM,1.5,-2.25,é,0.25,7,Mon";

/// What may stand in place of a piece of a line, in either format.
const PIECES: [&str; 44] = [
    "0",
    "-0",
    "-0.0",
    "00",
    "01",
    "1.",
    ".5",
    "+1",
    "1e5",
    "1E-400",
    "1e999",
    "12345678901234567",
    "9007199254740993",
    "123456789012345678901234567890",
    "0.1234567890123456789",
    "-9223372036854775808",
    "18446744073709551616",
    "null",
    "true",
    "false",
    "NaN",
    "-Infinity",
    "\"\"",
    "\" 1.5 \"",
    "\"1.50\"",
    "\"a\\nb\"",
    "\"\\u00e9\"",
    "\"a\tb\"",
    "[1,2]",
    "{\"y\":1}",
    "{}",
    " 1 ",
    "",
    "nul",
    "1 2",
    "\"",
    "\\",
    ",",
    "}",
    ":",
    "\u{0}",
    "\r",
    "\u{7f}",
    "2008-10-06T21:00:59Z",
];

fn schema(log: &str) -> Schema {
    let mut schema = infer(log.as_bytes(), &InferOptions::default()).unwrap().schema;
    schema.ignored.push("ignored".into());
    schema
}

/// The rows that are kept, and line and code of everything that was remarked.
fn read(log: &[u8], schema: &Schema, chunk: usize) -> (Table, Vec<(u64, String, String)>) {
    let mut reader = LogReader::new(Rc::new(schema.clone()), Source::default(), None).unwrap();
    let mut table = Table::default();
    let mut keep = |batch: Table| {
        table.append(&batch);
        Ok(())
    };
    for part in log.chunks(chunk) {
        reader.push(part, &mut keep).unwrap();
    }
    let problems = reader.finish(&mut keep).unwrap().problems;
    (table.canonical(), problems.into_iter().map(|problem| (problem.line, problem.column, problem.code)).collect())
}

fn assert_same(ordinary: &[u8], other: &[u8], schema: &Schema, chunk: usize) -> u64 {
    let (a, b) = (read(ordinary, schema, chunk), read(other, schema, chunk));
    let shown = String::from_utf8_lossy(ordinary).into_owned();
    assert_eq!(a.1, b.1, "{shown}");
    assert_eq!((&a.0.time, &a.0.id, a.0.columns.len()), (&b.0.time, &b.0.id, b.0.columns.len()), "{shown}");
    for (x, y) in a.0.columns.iter().zip(&b.0.columns) {
        assert_eq!((x.role, &x.name, x.cells.kinds()), (y.role, &y.name, y.cells.kinds()), "{shown}");
        for row in a.0.range() {
            assert_eq!(x.cells.number(row).to_bits(), y.cells.number(row).to_bits(), "{shown}");
            assert_eq!(x.cells.text(row), y.cells.text(row), "{shown}");
        }
    }
    a.0.rows() as u64
}

/// Logs by seed: always the same ones.
fn each_log(check: impl Fn(&mut Unstructured<'_>) -> arbtest::arbitrary::Result<u64>) {
    let mut rng = Rng::new(1);
    let mut kept = 0;
    for _ in 0..3_000 {
        let bytes: Vec<u8> = (0..64).flat_map(|_| rng.bits().to_le_bytes()).collect();
        kept += check(&mut Unstructured::new(&bytes)).unwrap();
    }
    assert!(kept > 5_000, "{kept} rows are too few to show anything");
}

/// A line with a piece of it replaced by another one, or a byte by any.
fn altered(u: &mut Unstructured<'_>, line: &str) -> arbtest::arbitrary::Result<Vec<u8>> {
    let mut bytes = line.as_bytes().to_vec();
    for _ in 0..u.int_in_range(0..=2)? {
        let start = u.int_in_range(1..=bytes.len() - 1)?;
        let end = u.int_in_range(start..=(start + 6).min(bytes.len()))?;
        if u.ratio(1, 3)? {
            bytes[start] = u.arbitrary()?;
        } else {
            let piece = *u.choose(&PIECES)?;
            bytes.splice(start..end, piece.bytes());
        }
    }
    Ok(bytes)
}

#[test]
fn a_line_of_json_is_read_as_serde_json_reads_it() {
    let schema = schema(&format!("{JSONL}\n"));
    each_log(|u| {
        let (mut ordinary, mut other) = (format!("{JSONL}\n").into_bytes(), Vec::new());
        other.extend_from_slice(&ordinary);
        for _ in 0..4 {
            // A piece that ends a line would make two of it, and only one is to be made unusual.
            let line = altered(u, JSONL)?.into_iter().filter(|byte| *byte != b'\n').collect::<Vec<u8>>();
            ordinary.extend_from_slice(&line);
            other.extend_from_slice(b"{\"\\u0069gnored\":0,");
            other.extend_from_slice(&line[1..]);
            ordinary.push(b'\n');
            other.push(b'\n');
        }
        Ok(assert_same(&ordinary, &other, &schema, 1 + u.int_in_range(0..=300)?))
    });
}

#[test]
fn every_value_in_every_place_is_read_as_serde_json_reads_it() {
    let schema = schema(&format!("{JSONL}\n"));
    let places = [
        "\"2008-10-06T21:00:00Z\"",
        "\"a\"",
        "\"XOM\"",
        "1.5",
        "-2.25",
        "\"é\"",
        "0.25",
        "7",
        "\"Mon\"",
        "{\"x\":0.25,",
    ];
    for piece in PIECES {
        for place in places {
            let line = JSONL.replacen(place, piece, 1);
            let other = line.replacen('{', "{\"\\u0069gnored\":0,", 1);
            let log = |line: &str| format!("{JSONL}\n{line}\n{JSONL}\n").into_bytes();
            assert_same(&log(&line), &log(&other), &schema, 64);
        }
    }
}

#[test]
fn a_line_of_csv_is_read_as_csv_core_reads_it() {
    let schema = schema(&format!("{HEADER}\n{CSV}\n"));
    // A line with quotes is never ordinary; one now and then shows that the two readers hand over to each other. More of them, or one
    // that is never closed, would make other records of the lines that follow.
    let quoted = CSV.replacen("XOM", "\"X,\"\"O\nM\"", 1);
    each_log(|u| {
        let mut ordinary = format!("{HEADER}\n{CSV}\n").into_bytes();
        let mut other = ordinary.clone();
        for _ in 0..4 {
            let line = altered(u, CSV)?.into_iter().filter(|byte| *byte != b'\n').collect::<Vec<u8>>();
            if line.contains(&b'"') {
                ordinary.extend_from_slice(quoted.as_bytes());
                other.extend_from_slice(quoted.as_bytes());
            } else {
                // The first cell in quotes.
                let end = line.iter().position(|byte| matches!(byte, b',' | b'\r')).unwrap_or(line.len());
                ordinary.extend_from_slice(&line);
                other.extend([b"\"", &line[..end], b"\"", &line[end..]].concat());
            }
            ordinary.push(b'\n');
            other.push(b'\n');
        }
        Ok(assert_same(&ordinary, &other, &schema, 1 + u.int_in_range(0..=300)?))
    });
}
