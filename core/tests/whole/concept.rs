//! The relation of predictions and actuals: residuals and errors by days, against numpy.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use crate::support;

use driftgate_documents::{DriftVerdict, FindingKind, Report, Severity};
use serde_json::{Value, json};
use support::{close, compared, day, finding, lines};

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../tests/vectors/findings.json")).unwrap()
}

/// A regressor's log: actuals and predictions by day.
fn regressor(side: &Value) -> String {
    let rows = |at: usize| side[at].as_array().unwrap().iter().map(|day| day.as_array().unwrap().clone());
    let days: Vec<(Vec<Value>, Vec<Value>)> = rows(0).zip(rows(1)).collect();
    lines(days.iter().enumerate().flat_map(|(date, (actual, prediction))| {
        let pairs = actual.iter().zip(prediction).enumerate();
        pairs.map(move |(row, (actual, prediction))| {
            json!({"timestamp": day(date), "id": format!("{date} {row}"), "actual": actual, "prediction": prediction})
        })
    }))
}

fn check(report: &Report, method: &str, expected: &Value, what: &str) {
    let found = finding(report, FindingKind::ConceptDrift, "", method);
    let what = format!("{what} {method}: {}", found.message);
    let number = |value: &Value| value.as_f64().unwrap();
    for (value, key) in [
        (found.reference, "reference"),
        (found.current, "current"),
        (found.effect, "effect"),
        (found.p_value, "p_value"),
        (found.p_adjusted, "p_adjusted"),
    ] {
        // A mean near 0 is known to the digits of what it is a mean of.
        let expected = number(&expected[key]);
        assert!(
            (value.unwrap() - expected).abs() <= 1e-9 * expected.abs() + 1e-15,
            "{what}: {key} {value:?} {expected}"
        );
    }
    close(found.n_effective_reference.unwrap(), number(&expected["n_eff"][0]), 1e-9, &what);
    close(found.n_effective_current.unwrap(), number(&expected["n_eff"][1]), 1e-9, &what);
    assert_eq!(found.outside, expected["outside"].as_bool().unwrap(), "{what}");
    assert_eq!(serde_json::to_value(found.verdict).unwrap(), expected["verdict"], "{what}");
    assert_eq!(serde_json::to_value(found.severity).unwrap(), expected["severity"], "{what}");
}

#[test]
fn level_and_spread_of_residuals_are_those_of_numpy() {
    for case in vectors()["regressors"].as_array().unwrap() {
        let report = compared("{}", &regressor(&case["reference"]), &regressor(&case["current"]));
        for (method, expected) in case["expected"].as_object().unwrap() {
            check(&report, method, expected, case["name"].as_str().unwrap());
            let found = finding(&report, FindingKind::ConceptDrift, "", method);
            assert_eq!(found.convention, case["convention"].as_str().unwrap());
        }
    }
}

#[test]
fn errors_early_and_late_are_those_of_numpy() {
    for case in vectors()["agreements"].as_array().unwrap() {
        let report = compared("{}", &labels(&case["reference"]), &labels(&case["current"]));
        check(&report, "early_late_errors", &case["errors"], case["name"].as_str().unwrap());
    }
}

/// A classifier's log that is right where a 1 stands.
fn labels(side: &Value) -> String {
    lines(side.as_array().unwrap().iter().enumerate().flat_map(|(date, rows)| {
        rows.as_array().unwrap().iter().enumerate().map(move |(row, right)| {
            let prediction = ["up", "down"][row % 2];
            let actual = if *right == json!(1) { prediction } else { "flat" };
            json!({"timestamp": day(date), "id": format!("{date} {row}"), "prediction": prediction, "actual": actual})
        })
    }))
}

/// Three rows a day whose residuals are -1, 0 and 1 with a small weekly wave, and moved by `shift` from a day on.
fn waves(days: usize, from: usize, shift: f64) -> String {
    lines((0..days * 3).map(|at| {
        let (date, row) = (at / 3, at % 3);
        let residual = row as f64 - 1.0 + 0.1 * (date % 5) as f64 + if date >= from { shift } else { 0.0 };
        json!({"timestamp": day(date), "id": format!("i{at}"), "prediction": -50.5 + row as f64, "actual": -50.5 + row as f64 + residual})
    }))
}

#[test]
fn a_window_of_five_days_has_no_halves() {
    let report = compared("{}", &waves(30, 30, 0.0), &waves(5, 0, 0.0));
    assert_eq!(finding(&report, FindingKind::ConceptDrift, "", "residual_level").verdict, DriftVerdict::None);
    let skipped = report.skipped.iter().find(|skipped| skipped.kind == "concept_drift").unwrap();
    assert_eq!(skipped.method, "early_late");
    assert!(skipped.reason.contains("2 and 3 days with prediction and actual early and late"), "{}", skipped.reason);
    let report = compared("{}", &waves(30, 30, 0.0), &waves(6, 3, 90.0));
    assert_eq!(finding(&report, FindingKind::ConceptDrift, "", "early_late_level").severity, Some(Severity::Critical));
}

#[test]
fn residuals_that_never_vary_have_no_unit() {
    let exact = |days: usize, error: f64| {
        lines((0..days).map(|date| {
            json!({"timestamp": day(date), "id": format!("i{date}"), "prediction": date as f64 - 100.25, "actual": date as f64 - 100.25 + error})
        }))
    };
    let report = compared("{}", &exact(30, 0.5), &exact(4, 0.75));
    let skipped = report.skipped.iter().find(|skipped| skipped.method == "residual").unwrap();
    assert!(skipped.reason.contains("never vary"), "{}", skipped.reason);
    assert!(!report.findings.iter().any(|found| found.kind == FindingKind::ConceptDrift));
}

#[test]
fn a_concept_that_drifted_makes_the_report_drift() {
    let report = compared(r#"{"columns":["prediction"]}"#, &waves(30, 30, 0.0), &waves(10, 0, 0.43));
    let found = finding(&report, FindingKind::ConceptDrift, "", "residual_level");
    // The variance of the residuals is 2/3 of the rows and 0.02 of the wave: 0.43 / sqrt(0.6866...).
    close(found.effect.unwrap(), 0.5189141014273886, 1e-9, &found.message);
    assert_eq!((found.verdict, found.severity), (DriftVerdict::Drift, Some(Severity::Moderate)));
    // The mean |error| rose by 0.43 / 2.2, 19.5 %, and 20 % is decay: only the bias is seen.
    let drifted = report.findings.iter().filter(|found| found.verdict == DriftVerdict::Drift);
    assert!(drifted.map(|found| found.method.as_str()).eq(["residual_level"]), "{:?}", report.findings);
    assert_eq!(report.verdict, DriftVerdict::Drift);
}
