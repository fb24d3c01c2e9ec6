//! Findings beside the distributions: falls of confidence and agreement, values out of range, missing values and new
//! categories by days. Series of days against numpy, the rest by hand.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use crate::support;

use driftgate_documents::{DriftVerdict, Finding, FindingKind, Severity};
use serde_json::{Value, json};
use support::{close, compared, day, finding, lines};

const DRIFT: DriftVerdict = DriftVerdict::Drift;
const CALM: DriftVerdict = DriftVerdict::None;

fn vectors(name: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../../../tests/vectors/findings.json")).unwrap();
    all[name].as_array().unwrap().clone()
}

/// A row for each number of each day.
fn rows(side: &Value, row: impl Fn(&Value) -> Value) -> String {
    let days = side.as_array().unwrap().iter().enumerate();
    lines(days.flat_map(|(date, day_rows)| {
        let cells = day_rows.as_array().unwrap().iter().enumerate();
        let row = &row;
        cells.map(move |(at, cell)| {
            let mut row = row(cell);
            row["timestamp"] = json!(day(date));
            row["id"] = json!(format!("{date} {at}"));
            row["z"] = json!(at % 3);
            row
        })
    }))
}

fn check(found: &Finding, expected: &Value, what: &str) {
    let what = format!("{what}: {}", found.message);
    let number = |key: &str| expected[key].as_f64().unwrap();
    close(found.reference.unwrap(), number("reference"), 1e-12, &what);
    close(found.current.unwrap(), number("current"), 1e-12, &what);
    close(found.effect.unwrap(), number("effect"), 1e-12, &what);
    close(found.p_value.unwrap(), number("p_value"), 1e-9, &what);
    close(found.n_effective_reference.unwrap(), expected["n_eff"][0].as_f64().unwrap(), 1e-9, &what);
    assert_eq!(found.outside, expected["outside"].as_bool().unwrap(), "{what}");
    assert_eq!(serde_json::to_value(found.verdict).unwrap(), expected["verdict"], "{what}");
    assert_eq!(serde_json::to_value(found.severity).unwrap(), expected["severity"], "{what}");
}

#[test]
fn falls_of_agreement_are_those_of_numpy() {
    for case in vectors("agreements") {
        let row = |cell: &Value| json!({"prediction": "up", "rule_prediction": if *cell == json!(1) { "up" } else { "down" }});
        let report = compared("{}", &rows(&case["reference"], row), &rows(&case["current"], row));
        let found = finding(&report, FindingKind::AgreementDrift, "", "agreement");
        check(found, &case["drop"], case["name"].as_str().unwrap());
        assert_eq!(report.verdict, if case["name"] == json!("as before") { CALM } else { DRIFT });
    }
}

#[test]
fn falls_of_confidence_are_those_of_numpy() {
    for case in vectors("confidences") {
        let row = |cell: &Value| json!({"prediction": "up", "confidence": cell});
        let report = compared("{}", &rows(&case["reference"], row), &rows(&case["current"], row));
        let found = finding(&report, FindingKind::ConfidenceDrift, "", "mean_drop");
        check(found, &case["expected"], case["name"].as_str().unwrap());
    }
}

/// `days` days of ten rows with a confidence or none.
fn confident(days: usize, confidence: impl Fn(usize) -> f64) -> String {
    lines((0..days * 10).map(|at| {
        json!({"timestamp": day(at / 10), "id": format!("i{at}"), "prediction": "up", "confidence": confidence(at)})
    }))
}

#[test]
fn a_confidence_that_never_changed_is_left_or_not() {
    let of = |days: usize, confidence: f64| {
        let report = compared("{}", &confident(20, |_| 0.5), &confident(days, |_| confidence));
        let found = finding(&report, FindingKind::ConfidenceDrift, "", "mean_drop").clone();
        (found.verdict, found.severity, found.p_value, found.outside)
    };
    assert_eq!(of(5, 0.5), (CALM, None, Some(1.0), false));
    // 0.46 is 8 % less, 0.44 is 12 %, 0.375 a quarter; there is no measure of chance, and no need of one.
    assert_eq!(of(5, 0.46), (CALM, None, None, true));
    assert_eq!(of(5, 0.44), (DRIFT, Some(Severity::Moderate), None, true));
    assert_eq!(of(5, 0.375), (DRIFT, Some(Severity::Critical), None, true));
    assert_eq!(of(2, 0.375).0, DriftVerdict::Inconclusive, "two days are too few");
    let none = compared("{}", &confident(20, |_| 0.0), &confident(5, |_| 0.5));
    assert!(none.skipped.iter().any(|skipped| skipped.method == "mean_drop"), "{:?}", none.skipped);
}

#[test]
fn what_is_found_is_said_in_sentences() {
    let log = |from: i64, days: i64| {
        lines((0..days).map(|at| {
            let cell = (at * 7) % 11;
            json!({"timestamp": (from + at) * 86_400, "id": format!("{}", from + at), "prediction": cell, "x": cell as f64 / 8.0})
        }))
    };
    for (days, span) in [(40, "days"), (600, "weeks"), (4_000, "four-week spans")] {
        let report = compared("{}", &log(0, days), &log(10_000, days));
        let of = |kind, column| &finding(&report, kind, column, "ks").message;
        let x = of(FindingKind::FeatureDrift, "x");
        assert!(x.starts_with("x is as before: ") && x.ends_with(&format!(" {span}")), "{x}");
        let prediction = of(FindingKind::PredictionDrift, "prediction");
        assert!(prediction.starts_with("the prediction is as before: "), "{prediction}");
        assert_eq!(report.current.unwrap().resolution + "s", span);
    }
}

#[test]
fn without_days_rows_are_compared() {
    let log = |confidence: [f64; 2]| {
        lines((0..100).map(|at| json!({"id": format!("i{at}"), "prediction": "up", "confidence": confidence[at % 2]})))
    };
    let report = compared("{}", &log([0.4, 0.6]), &log([0.3, 0.5]));
    let found = finding(&report, FindingKind::ConfidenceDrift, "", "mean_drop");
    // z = 0.1 / sqrt(2 x 0.01 / 100) = 7.07; 2 norm.sf(z) = 1.5374597944280182e-12 (scipy).
    close(found.p_value.unwrap(), 1.537_459_794_428_018_2e-12, 1e-9, &found.message);
    close(found.effect.unwrap(), 0.2, 1e-12, &found.message);
    assert_eq!(found.verdict, DRIFT);
}

#[test]
fn values_out_of_range_are_counted_and_drift_from_a_fifth_on() {
    let log = |low: usize, high: usize| {
        lines((0..200).map(|at| {
            let value = if at < low {
                -5.0
            } else if at < low + high {
                1e6
            } else {
                (at % 100) as f64
            };
            json!({"timestamp": day(at / 2), "id": format!("i{at}"), "x": value, "z": at % 7})
        }))
    };
    let reference = log(0, 0);
    let of = |low: usize, high: usize| {
        let report = compared("{}", &reference, &log(low, high));
        let found = report.findings.iter().find(|found| found.kind == FindingKind::OutOfRange).cloned();
        found.map(|found| (found.effect.unwrap(), found.verdict, found.severity))
    };
    // 200 values: 2/201 of any further ones are expected outside, and ten times that are 9.95 %.
    assert_eq!(of(0, 0), None);
    assert_eq!(of(10, 9), None);
    assert_eq!(of(10, 10), Some((0.1, CALM, None)));
    assert_eq!(of(0, 39), Some((0.195, CALM, None)));
    assert_eq!(of(40, 0), Some((0.2, DRIFT, Some(Severity::Moderate))));
    assert_eq!(of(28, 28), Some((0.28, DRIFT, Some(Severity::Critical))));
    let report = compared("{}", &reference, &log(40, 0));
    let found = finding(&report, FindingKind::OutOfRange, "x", "outside_share");
    close(found.reference.unwrap(), 2.0 / 201.0, 1e-15, "expected share");
    assert!(found.message.contains("20.00 % of the values lie outside 0 .. 99"), "{}", found.message);
}

#[test]
fn daily_shares_of_missing_values_are_those_of_numpy() {
    for case in vectors("missing") {
        let row = |cell: &Value| json!({"x": if *cell == json!(1) { Value::Null } else { json!(1.5) }});
        let report = compared("{}", &rows(&case["reference"], row), &rows(&case["current"], row));
        let found = finding(&report, FindingKind::Missingness, "x", "missing_share");
        check(found, &case["expected"], case["name"].as_str().unwrap());
    }
}

/// Days of ten rows of which the first ones of each day hold `odd`.
fn days(odd_rows: &[usize], odd: &Value, even: &Value) -> String {
    lines((0..odd_rows.len() * 10).map(|at| {
        let value = if at % 10 < odd_rows[at / 10] { odd } else { even };
        json!({"timestamp": day(at / 10), "id": format!("i{at}"), "x": value, "z": at % 7})
    }))
}

#[test]
fn one_bad_day_is_no_drift_of_missing_values() {
    let log = |missing: &[usize]| days(missing, &Value::Null, &json!(1.5));
    let of = |reference: &[usize], current: &[usize]| {
        let report = compared("{}", &log(reference), &log(current));
        let found = finding(&report, FindingKind::Missingness, "x", "missing_share").clone();
        (found.effect.unwrap(), found.verdict, found.severity, found.message)
    };
    let never = [0; 20];
    let one_day = of(&never, &[0, 10, 0, 0, 0]);
    assert_eq!((one_day.0, one_day.1), (0.2, CALM));
    assert!(one_day.3.contains("on a single day"), "{}", one_day.3);
    let (effect, verdict, severity, _) = of(&never, &[0, 5, 0, 5, 0]);
    assert_eq!((effect, verdict, severity), (0.2, DRIFT, Some(Severity::Moderate)));
    // A window of one day has only one.
    assert_eq!(of(&never, &[9]).1, DRIFT);
    let sometimes = [0, 1, 2, 1, 0, 2, 1, 1, 0, 2, 1, 0];
    assert_eq!(of(&sometimes, &[3]).1, DriftVerdict::Inconclusive, "one day within the range of the reference");
    assert_eq!(of(&sometimes, &[1, 10, 1, 1, 1]).1, CALM, "one bad day");
}

#[test]
fn without_days_missing_values_are_a_table_of_counts() {
    let case = &vectors("missing_rows")[0];
    let log = |counts: &Value| {
        let [missing, present] = [0, 1].map(|at| counts[at].as_u64().unwrap());
        lines((0..missing + present).map(|at| {
            let x = if at < missing { Value::Null } else { json!(1.5) };
            json!({"id": format!("i{at}"), "x": x, "z": at % 7})
        }))
    };
    let report = compared("{}", &log(&case["table"][0]), &log(&case["table"][1]));
    let found = finding(&report, FindingKind::Missingness, "x", "missing_share");
    close(found.p_value.unwrap(), case["p_value"].as_f64().unwrap(), 1e-9, &found.message);
    // 17.5 points more, and yet no more than chance explains at 5 %.
    close(found.effect.unwrap(), 0.175, 1e-12, &found.message);
    assert_eq!(found.verdict, if found.p_value.unwrap() <= 0.05 { DRIFT } else { CALM });
}

#[test]
fn a_new_category_of_one_day_is_no_drift() {
    let log = |new: &[usize]| days(new, &json!("new"), &json!("old"));
    let of = |plan: &str, new: &[usize]| {
        let report = compared(plan, &log(&[0; 20]), &log(new));
        finding(&report, FindingKind::NewCategory, "x", "new_share").verdict
    };
    assert_eq!(of("{}", &[0, 8, 0, 0, 0]), CALM);
    assert_eq!(of("{}", &[0, 4, 0, 4, 0]), DRIFT);
    assert_eq!(of("{}", &[8]), DRIFT, "a window of one day has only one");
    assert_eq!(of(r#"{"rule":"rows"}"#, &[0, 8, 0, 0, 0]), DRIFT);
}
