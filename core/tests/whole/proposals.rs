//! Roles that no column has by name: the note says which column may be it and what to type; nothing is assumed.
#![allow(clippy::expect_used, clippy::panic)]

use driftgate_core::read::infer;
use driftgate_documents::{InferOptions, Inference, Task};

fn meaning(log: &str) -> Inference {
    infer(log.as_bytes(), &InferOptions::default()).expect("a log")
}

fn csv(header: &str, row: impl Fn(u32) -> String) -> String {
    (0..30).fold(format!("{header}\n"), |text, at| text + &row(at) + "\n")
}

/// The note about a role.
fn note(log: &str, role: &str) -> String {
    let start = format!("no column for `{role}`");
    let notes = meaning(log).notes;
    notes.iter().find(|note| note.starts_with(&start)).unwrap_or_else(|| panic!("no {role} in {notes:?}")).clone()
}

#[test]
fn an_outcome_is_known_by_its_labels_or_its_range() {
    let words = csv("y_pred,repaid,colour", |at| {
        format!(
            "{},{},{}",
            ["yes", "no"][at as usize % 2],
            ["no", "yes", ""][at as usize % 3],
            ["red", "blue"][at as usize % 2]
        )
    });
    let said = note(&words, "actual");
    assert!(said.ends_with("; `repaid` holds labels of `y_pred`: --map actual=repaid"), "{said}");
    let grades = csv("pred,given,x", |at| format!("{},{},{}", at % 4, (at + 1) % 4, f64::from(at) / 7.0));
    assert!(note(&grades, "actual").contains("--map actual=given"));
    let prices = csv("pred,sold,x", |at| format!("{}.25,{}.5,0.{at:02}", 100 + at, 99 + at));
    assert!(note(&prices, "actual").contains("--map actual=sold"));
    // And the other way round.
    let predicted =
        csv("guess,actual", |at| format!("{},{}", ["a", "b"][at as usize % 2], ["b", "a"][at as usize % 2]));
    assert!(note(&predicted, "prediction").contains("--map prediction=guess"));
    let nothing = csv("pred,x", |at| format!("{},{}.5", ["yes", "no"][at as usize % 2], at * 7 % 30));
    assert!(!note(&nothing, "actual").contains("--map"));
}

#[test]
fn a_path_that_ends_in_a_roles_name_is_proposed() {
    let log = |at: u32| {
        format!(r#"{{"outputs":{{"prediction":{at}.5,"score":0.5}},"meta":{{"ts":"2024-02-01T00:00:{at:02}Z"}}}}"#)
    };
    let log = (0..30).fold(String::new(), |text, at| text + &log(at) + "\n");
    assert!(
        note(&log, "prediction").contains("`outputs.prediction` ends in its name: --map prediction=outputs.prediction")
    );
    assert!(note(&log, "confidence").contains("--map confidence=outputs.score"));
    assert!(note(&log, "timestamp").contains("--map timestamp=meta.ts"));
    // What the log calls a feature is one.
    let features = csv("prediction,actual,features.score", |at| format!("{at}.5,{at}.25,0.5"));
    assert!(meaning(&features).notes.iter().all(|note| !note.contains("features.score")));
}

#[test]
fn times_and_ids_are_known_by_their_values() {
    let log = csv("at,record,prediction", |at| format!("2024-02-01 00:00:{at:02},k{},{at}.5", at * 7 % 30));
    let said = note(&log, "timestamp");
    assert!(said.ends_with("; `at` holds times: --map timestamp=at"), "{said}");
    let said = note(&log, "id");
    assert!(said.ends_with("; `record` is different in every row: --map id=record"), "{said}");
    let twice = csv("at,record,prediction", |at| format!("{},k{},{at}.5", at % 3, at % 29));
    assert!(!note(&twice, "timestamp").contains("--map") && !note(&twice, "id").contains("--map"));
}

#[test]
fn the_task_is_said_and_fractions_on_either_side_rule_classes_out() {
    let of = |row: &dyn Fn(u32) -> String| {
        let inference = meaning(&csv("y_pred,actual", row));
        let said: Vec<_> = inference.notes.into_iter().filter(|note| note.starts_with("task: ")).collect();
        let [said] = said.as_slice() else { panic!("{said:?}") };
        (inference.schema.task, said.clone())
    };
    let (task, said) = of(&|at| format!("{},{}", at % 3, at % 2));
    assert_eq!(task, Some(Task::Classification));
    assert_eq!(said, "task: classification, `y_pred` holds 3 labels; --task regression says otherwise");
    for (whole, fraction) in [("3", "2.75"), ("0", "0.21")] {
        // A single fraction tells, on either side.
        for row in [[whole, fraction], [fraction, whole]] {
            let (task, said) = of(&|at| if at == 17 { row.join(",") } else { format!("{whole},{whole}") });
            assert_eq!(task, Some(Task::Regression), "{row:?}");
            assert_eq!(said, "task: regression, `y_pred` is a quantity; --task classification says otherwise");
        }
    }
    let asked = InferOptions { task: Some(Task::Regression), ..InferOptions::default() };
    let notes = infer(b"y_pred,actual\n1,2\n", &asked).expect("a log").notes;
    assert!(notes.iter().all(|note| !note.starts_with("task: ")), "{notes:?}");
}

#[test]
fn a_column_of_dates_in_local_order_is_refused_with_the_form_to_write() {
    for date in ["06/10/2008", "6.10.08", "06-10-2008 21:00"] {
        let log = csv("timestamp,prediction", |at| format!("{date},{at}.5"));
        let said = infer(log.as_bytes(), &InferOptions::default()).map(|_| ()).expect_err(date).message;
        assert!(said.contains(&format!("got \"{date}\" and more like it, where the order of day and month")), "{said}");
        assert!(
            said.contains("expected a time such as 2008-10-06T21:00:00Z") && said.contains("write its times"),
            "{said}"
        );
    }
}

#[test]
fn times_that_may_be_hours_of_a_calendar_or_spreadsheet_days_are_refused() {
    for (first, reading) in [
        ("2024020100", "hours of a calendar"),
        ("45323", "days of a spreadsheet"),
        ("45323.25", "days of a spreadsheet"),
    ] {
        for quote in ["", "\""] {
            let log = csv("timestamp,prediction", |at| format!("{quote}{first}{quote},{at}.5"));
            let said = infer(log.as_bytes(), &InferOptions::default()).map(|_| ()).expect_err(first).message;
            let expected = format!(
                "column `timestamp` holds {first}, which may be {reading} or seconds since 1970; write its times like \
                 2008-10-06T21:00:00Z"
            );
            assert_eq!(said, expected);
        }
    }
    // 2024-02-01 00:00:00 and later as seconds; one that happens to be an hour, too; seconds since the start of a measurement.
    for first in [1_706_745_600, 2_024_020_099, 36_510] {
        let log = csv("timestamp,prediction", |at| format!("{},{at}.5", first + 30 * at));
        assert!(infer(log.as_bytes(), &InferOptions::default()).is_ok(), "{first}");
    }
}
