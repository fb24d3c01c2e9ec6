//! Typed columns mean what the same values mean in lines of JSON.

use driftgate_core::{
    door::ProfileHandle,
    profile::Profile,
    read::{TypedCells, TypedColumn, infer, infer_columns},
};
use driftgate_documents::{Format, InferOptions, Schema};
use serde_json::json;

use crate::support::Dice;

fn column(name: &str, cells: TypedCells) -> TypedColumn {
    TypedColumn { name: name.into(), cells, missing: Vec::new() }
}

fn texts(name: &str, texts: &[&str]) -> TypedColumn {
    let levels = texts.iter().map(|text| (*text).to_owned()).collect();
    column(name, TypedCells::Texts { levels, codes: (0..texts.len() as u32).collect() })
}

fn schema() -> Schema {
    let roles = json!({ "timestamp": "at", "id": "case", "model": "model", "prediction": "p", "actual": "a" });
    let schema = json!({ "task": "regression", "roles": roles, "ignored": [], "segments": [[]], "timezone": "UTC", "cases": "none", "seen": {} });
    serde_json::from_value(schema).unwrap()
}

/// The digest of a profile, which leaves out its provenance; and the provenance.
fn finish(mut handle: ProfileHandle) -> (String, serde_json::Value) {
    handle.finish().unwrap();
    let profile = Profile::from_bytes(&handle.to_bytes().unwrap()).unwrap();
    (profile.digest().unwrap(), serde_json::to_value(profile.view().provenance).unwrap())
}

fn of_text(text: &str) -> (String, serde_json::Value) {
    let mut handle = ProfileHandle::create(&serde_json::to_string(&schema()).unwrap(), "{}", None).unwrap();
    text.as_bytes().chunks(65_536).for_each(|chunk| assert!(handle.push(chunk).is_ok()));
    finish(handle)
}

fn of_batches(batches: &[Vec<TypedColumn>]) -> (String, serde_json::Value) {
    let mut handle = ProfileHandle::create(&serde_json::to_string(&schema()).unwrap(), "{}", None).unwrap();
    batches.iter().for_each(|batch| assert!(handle.push_columns(batch).is_ok()));
    finish(handle)
}

fn refusal(columns: &[TypedColumn]) -> String {
    let mut handle = ProfileHandle::create(&serde_json::to_string(&schema()).unwrap(), "{}", None).unwrap();
    handle.push_columns(columns).unwrap_err().to_string()
}

/// A log as text and as columns: numbers that are missing, NaN and infinite, names that are numbers, every kind of cell.
fn both(rows: usize) -> (String, Vec<TypedColumn>) {
    let mut dice = Dice(7);
    let (mut text, words) = (String::new(), ["up", "down", "12.5", ""]);
    let (mut times, mut ids, mut models, mut predictions) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut actuals, mut missing, mut flags, mut codes, mut odd) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for row in 0..rows {
        let at = 1_600_000_000 + 60 * row as i64;
        times.push(at * 1_000_000_000);
        ids.push((dice.next() >> 1) as i64);
        models.push([7.0, 1.5][row % 2]);
        predictions.push((dice.next() % 1_000_003) as f64 / 512.0);
        actuals.push(predictions[row] + 1.25);
        flags.push(dice.next().is_multiple_of(3));
        codes.push((dice.next() % 4) as u32);
        odd.push([0.1, f64::NAN, f64::INFINITY, -0.0][row % 4]);
        if row % 5 == 3 {
            missing.push(row as u32);
        }
        let actual = if row % 5 == 3 { "null".to_owned() } else { actuals[row].to_string() };
        let odd = ["0.1", "NaN", "Infinity", "-0.0"][row % 4];
        text += &format!(
            "{{\"at\":{at},\"case\":{},\"model\":{},\"p\":{},\"a\":{actual},\"features\":{{\"flag\":{},\"odd\":{odd}}},\"word\":\"{}\"}}\n",
            ids[row],
            ["7.0", "1.5"][row % 2],
            predictions[row],
            flags[row],
            words[codes[row] as usize],
        );
    }
    let levels = words.map(String::from).to_vec();
    let columns = vec![
        column("at", TypedCells::Times(times)),
        column("case", TypedCells::Integers(ids)),
        column("model", TypedCells::Numbers(models)),
        column("p", TypedCells::Numbers(predictions)),
        TypedColumn { name: "a".into(), cells: TypedCells::Numbers(actuals), missing },
        column("features.flag", TypedCells::Flags(flags)),
        column("features.odd", TypedCells::Numbers(odd)),
        column("word", TypedCells::Texts { levels, codes }),
    ];
    (text, columns)
}

/// Some rows of a batch.
fn part(columns: &[TypedColumn], start: usize, end: usize) -> Vec<TypedColumn> {
    let cut = |column: &TypedColumn| TypedColumn {
        name: column.name.clone(),
        cells: match &column.cells {
            TypedCells::Numbers(values) => TypedCells::Numbers(values[start..end].to_vec()),
            TypedCells::Integers(values) => TypedCells::Integers(values[start..end].to_vec()),
            TypedCells::Flags(values) => TypedCells::Flags(values[start..end].to_vec()),
            TypedCells::Times(values) => TypedCells::Times(values[start..end].to_vec()),
            TypedCells::Unread(_) => TypedCells::Unread((end - start) as u32),
            TypedCells::Texts { levels, codes } => {
                TypedCells::Texts { levels: levels.clone(), codes: codes[start..end].to_vec() }
            }
        },
        missing: (start..end)
            .zip(0..)
            .filter(|(row, _)| column.missing.contains(&(*row as u32)))
            .map(|(_, at)| at)
            .collect(),
    };
    columns.iter().map(cut).collect()
}

#[test]
fn a_log_has_the_same_profile_as_columns_and_as_text() {
    // A log that is kept whole, and one that is folded.
    for rows in [5_000, 70_000] {
        let (text, columns) = both(rows);
        let (expected, _) = of_text(&text);
        for size in [997, 8_192] {
            let batches: Vec<_> =
                (0..rows).step_by(size).map(|start| part(&columns, start, rows.min(start + size))).collect();
            let (digest, provenance) = of_batches(&batches);
            assert_eq!(digest, expected, "{rows} rows in batches of {size}");
            assert_eq!(provenance["sources"][""]["format"], "columns");
        }
    }
}

#[test]
fn a_head_means_the_same_as_columns_and_as_text() {
    let (text, columns) = both(500);
    let options: InferOptions = serde_json::from_value(json!({
        "map": { "timestamp": "at", "id": "case", "prediction": "p", "actual": "a" },
    }))
    .unwrap();
    let lines = infer(text.as_bytes(), &options).unwrap();
    let typed = infer_columns(&columns, &options).unwrap();
    assert_eq!(serde_json::to_value(&typed.schema).unwrap(), serde_json::to_value(&lines.schema).unwrap());
    assert_eq!((typed.format, lines.format), (Format::Columns, Format::Jsonl));
    let none = infer_columns(&part(&columns, 0, 0), &options).unwrap_err();
    assert!(none.message.contains("a header of 8 columns"), "{none}");
    let none = infer_columns(&[], &options).unwrap_err();
    assert!(none.message.contains("no records"), "{none}");
}

#[test]
fn a_time_is_an_instant_where_one_belongs_and_text_elsewhere() {
    let text = "{\"at\":\"2020-09-13T12:26:40.5Z\",\"p\":1,\"seen\":\"1969-12-31T23:59:59Z\"}\n{\"p\":2}\n";
    let mut columns = vec![
        column("at", TypedCells::Times(vec![1_600_000_000_500_000_000, i64::MIN])),
        column("p", TypedCells::Integers(vec![1, 2])),
        column("seen", TypedCells::Times(vec![-1_000_000_000, 0])),
    ];
    columns[0].missing = vec![1];
    columns[2].missing = vec![1];
    assert_eq!(of_batches(&[columns.clone()]).0, of_text(text).0);
    // The one number that is no instant is a bad row, by its number.
    columns[0].missing.clear();
    let (_, provenance) = of_batches(&[columns]);
    assert_eq!(provenance["bad_rows"], json!({ "timestamp": 1 }));
    assert_eq!(provenance["problems"][0]["line"], 2);
}

#[test]
fn a_text_longer_than_a_line_may_be_is_a_bad_row() {
    let long = "x".repeat(1024 * 1024 + 1);
    let (_, provenance) = of_batches(&[vec![texts("word", &["fits", &long, "too"])]]);
    assert_eq!(provenance["bad_rows"], json!({ "too_long": 1 }));
    assert_eq!(provenance["sources"][""]["rows"], 2);
}

#[test]
fn columns_that_do_not_fit_together_are_refused_by_name() {
    let short = column("b", TypedCells::Flags(vec![true]));
    let code = column("c", TypedCells::Texts { levels: vec!["x".into()], codes: vec![0, 1] });
    let missing = |missing| TypedColumn { missing, ..texts("m", &["x", "y"]) };
    let first = || texts("a", &["x", "y"]);
    for (columns, said) in [
        (vec![first(), short], "column `b`: 1 rows where the first column has 2"),
        (vec![first(), code.clone()], "column `c`: code 1 in row 1, but there are 1 levels"),
        (vec![missing(vec![1, 1])], "column `m`: missing: 1 stands before 1"),
        (vec![missing(vec![2])], "column `m`: missing: 2, but there are 2 rows"),
        (vec![first(), first()], "column `a` stands twice"),
        (vec![column("n", TypedCells::Integers(vec![0; 8_193]))], "8193 rows at once; at most 8192"),
        (
            (0..1_025).map(|at| column(&at.to_string(), TypedCells::Flags(vec![true]))).collect(),
            "more than 1024 columns",
        ),
    ] {
        let error = refusal(&columns);
        assert!(error.contains(said), "{error}");
    }
    // What stands where a value is missing is not looked at.
    of_batches(&[vec![first(), TypedColumn { missing: vec![1], ..code }]]);
}

#[test]
fn a_log_is_bytes_or_columns() {
    let create = || ProfileHandle::create(&serde_json::to_string(&schema()).unwrap(), "{}", None).unwrap();
    let columns = [texts("a", &["x"])];
    for first in [&b"{"[..], b"{\"a\":1}\n"] {
        let mut handle = create();
        handle.push(first).unwrap();
        let error = handle.push_columns(&columns).unwrap_err();
        assert!(error.to_string().contains("push-columns after push"), "{error}");
    }
    let mut handle = create();
    handle.push_columns(&columns).unwrap();
    let error = handle.push(b"{}").unwrap_err();
    assert!(error.to_string().contains("push after push-columns"), "{error}");
    let mut handle = create();
    handle.finish().unwrap();
    assert!(handle.push_columns(&columns).unwrap_err().to_string().contains("already finished"));
}

#[test]
fn values_that_are_not_read_are_those_of_text() {
    let text: String = (0..30)
        .map(|row| match row % 3 {
            0 => format!("{{\"prediction\":{row}.5,\"tags\":[\"a\",\"b\"]}}\n"),
            1 => format!("{{\"prediction\":{row}.5,\"tags\":null}}\n"),
            _ => format!("{{\"prediction\":{row}.5}}\n"),
        })
        .collect();
    let predictions = (0..30).map(|row| f64::from(row) + 0.5).collect();
    let missing = (0..30).filter(|row| row % 3 > 0).collect();
    let columns = [
        column("prediction", TypedCells::Numbers(predictions)),
        TypedColumn { name: "tags".into(), cells: TypedCells::Unread(30), missing },
    ];
    let options = InferOptions::default();
    let expected = infer(text.as_bytes(), &options).unwrap();
    let found = infer_columns(&columns, &options).unwrap();
    assert_eq!((&found.schema, &found.columns), (&expected.schema, &expected.columns));
    let long = column("tags", TypedCells::Unread(31));
    let error = infer_columns(&[columns[0].clone(), long], &options).unwrap_err().message;
    assert!(error.contains("column `tags`: 31 rows where the first column has 30"), "{error}");
}
