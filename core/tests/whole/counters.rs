//! Columns that count rows are left out and named, in every format; those that only look like it are inputs.
#![allow(clippy::expect_used, clippy::panic)]

use driftgate_core::read::{TypedCells, TypedColumn, infer, infer_columns};
use driftgate_documents::{InferOptions, Inference};

fn meaning(log: &str, options: &InferOptions) -> Inference {
    infer(log.as_bytes(), options).expect("a log")
}

fn mapped(role: &str, column: &str) -> InferOptions {
    InferOptions { map: [(role.to_string(), column.to_string())].into(), ..InferOptions::default() }
}

/// The value of a row.
type Value = fn(u32) -> String;

/// A log with one more column, by row.
fn log(name: &str, rows: u32, value: impl Fn(u32) -> String) -> [String; 2] {
    let fixed = |row: u32| (f64::from(row * 7 % 11) / 4.0, row % 3);
    let csv = (0..rows).map(|row| format!("{},{},{}\n", value(row), fixed(row).0, fixed(row).1));
    let json = (0..rows)
        .map(|row| format!("{{\"{name}\":{},\"x\":{},\"prediction\":{}}}\n", value(row), fixed(row).0, fixed(row).1));
    [format!("{name},x,prediction\n") + &csv.collect::<String>(), json.collect()]
}

fn left_out(inference: &Inference) -> Vec<&str> {
    inference.schema.left_out.keys().map(String::as_str).collect()
}

#[test]
fn a_column_that_counts_the_rows_is_left_out_and_said() {
    for name in ["Unnamed: 0", "Unnamed: 0.1", "index", "level_0", "row_number", "n"] {
        // From any number: a log is one of many.
        for start in [0, 1, 180_000] {
            for log in log(name, 20, |row| (start + row).to_string()) {
                let inference = meaning(&log, &InferOptions::default());
                assert_eq!(left_out(&inference), [name], "{log}");
                assert_eq!(inference.schema.left_out[name], "it counts the rows");
                assert!(!inference.schema.seen.contains_key(name));
                let said = format!("`{name}` counts the rows: left out (--map id=\"{name}\" keeps it)");
                assert!(inference.notes.contains(&said), "{:?}", inference.notes);
            }
        }
    }
}

#[test]
fn the_index_of_a_data_frame_is_left_out_shuffled_or_joined_of_several() {
    for name in ["Unnamed: 0", "index", "level_0"] {
        let shuffled = |row: u32| (row * 7 % 40).to_string();
        let joined = |row: u32| (row % 10).to_string();
        for log in log(name, 40, shuffled).into_iter().chain(log(name, 40, joined)) {
            assert_eq!(left_out(&meaning(&log, &InferOptions::default())), [name], "{log}");
        }
    }
    // Parquet, and what was made of it: the name alone tells, whatever stands there.
    for value in [|row: u32| format!("\"k{}\"", row % 4), |row: u32| (row % 4).to_string()] {
        for log in log("__index_level_0__", 5, value) {
            let inference = meaning(&log, &InferOptions::default());
            assert_eq!(left_out(&inference), ["__index_level_0__"]);
            assert!(inference.notes.iter().any(|note| note.contains("is the index of a data frame: left out")));
        }
    }
}

#[test]
fn columns_of_a_batch_are_counters_too() {
    let column = |name: &str, cells| TypedColumn { name: name.into(), cells, missing: Vec::new() };
    let batch = [
        column("nr", TypedCells::Integers((100..130).collect())),
        column("__index_level_1__", TypedCells::Numbers((0..30).map(|row| f64::from(row % 5)).collect())),
        column("prediction", TypedCells::Numbers((0..30).map(|row| f64::from(row) / 7.0).collect())),
    ];
    let inference = infer_columns(&batch, &InferOptions::default()).expect("a log");
    assert_eq!(left_out(&inference), ["__index_level_1__", "nr"]);
}

#[test]
fn what_only_looks_like_a_counter_is_an_input() {
    let inputs: [(&str, u32, Value); 8] = [
        // Fewer rows than show it.
        ("n", 19, |row| row.to_string()),
        // The number of a day, of which there are several rows each.
        ("day", 60, |row| (row / 3).to_string()),
        ("n", 40, |row| (2 * row).to_string()),
        ("n", 40, |row| (row + u32::from(row > 30)).to_string()),
        ("n", 40, |row| format!("{row}.5")),
        // Shuffled, but by no name of an index.
        ("n", 40, |row| (row * 7 % 40).to_string()),
        // An index of prices, and grades.
        ("index", 40, |row| format!("{}.25", 4_000 + row * 7 % 40)),
        ("index", 40, |row| (row * 3 % 5).to_string()),
    ];
    for (name, rows, value) in inputs {
        for log in log(name, rows, value) {
            let inference = meaning(&log, &InferOptions::default());
            assert!(left_out(&inference).is_empty(), "{log}");
            assert!(inference.schema.seen.contains_key(name));
        }
    }
}

#[test]
fn a_counter_that_has_a_role_or_is_asked_for_stays() {
    for log in log("Unnamed: 0", 30, |row| row.to_string()) {
        assert!(left_out(&meaning(&log, &mapped("id", "Unnamed: 0"))).is_empty());
        let segments = InferOptions { segments: vec![vec!["Unnamed: 0".into()]], ..InferOptions::default() };
        assert!(left_out(&meaning(&log, &segments)).is_empty());
    }
    for log in log("id", 30, |row| row.to_string()) {
        assert!(left_out(&meaning(&log, &InferOptions::default())).is_empty());
    }
}

#[test]
fn a_column_without_a_name_goes_by_its_place() {
    let csv = |value: fn(u32) -> u32| {
        let rows = (0..30).map(|row| format!("{row},0.5,{},{}\n", row % 2, value(row)));
        String::from(",x,prediction,\n") + &rows.collect::<String>()
    };
    let inference = meaning(&csv(|row| row * 3 % 7), &InferOptions::default());
    assert_eq!(left_out(&inference), ["column 1"]);
    assert!(inference.schema.seen.contains_key("column 4"), "an input: {:?}", inference.schema.seen);
    assert_eq!(left_out(&meaning(&csv(|row| row + 7), &InferOptions::default())), ["column 1", "column 4"]);
    assert!(left_out(&meaning(&csv(|_| 1), &mapped("id", "column 1"))).is_empty());
    let error = infer(b",column 1,prediction\n1,2,3\n", &InferOptions::default()).map(|_| ()).expect_err("twice");
    assert!(error.message.contains("`column 1` twice, as columns 1 and 2"), "{}", error.message);
}

#[test]
fn what_the_log_calls_a_feature_is_one() {
    let csv = (0..30).map(|row| format!("{row},0.5\n")).collect::<String>();
    let inference = meaning(&format!("features.n,prediction\n{csv}"), &InferOptions::default());
    assert!(left_out(&inference).is_empty() && inference.schema.seen.contains_key("n"));
    let lists = (0..30).map(|row| format!("{{\"prediction\":0.5,\"v\":[{row},7]}}\n")).collect::<String>();
    let inference = meaning(&lists, &InferOptions::default());
    assert!(left_out(&inference).is_empty() && inference.schema.seen.contains_key("v[0]"));
}
