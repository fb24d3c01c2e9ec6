//! Inputs judged together, through the door: correlations within days and reconstruction errors against numpy and scipy.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use crate::support;

use driftgate_documents::{DriftVerdict, Finding, FindingKind, Report, Severity};
use serde_json::{Value, json};
use support::{Dice, close, finding, profile, report, schema};

fn day(day: usize) -> String {
    format!("2020-{:02}-{:02}T12:00:00Z", 1 + day / 28, 1 + day % 28)
}

fn lines(rows: impl IntoIterator<Item = Value>) -> String {
    rows.into_iter().map(|row| format!("{row}\n")).collect()
}

fn compared(plan: &str, reference: &str, current: &str) -> Report {
    let schema = schema(reference);
    report(plan, &[("reference", &profile(reference, &schema)), ("current", &profile(current, &schema))])
}

fn panels() -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../../../tests/vectors/joint.json")).unwrap();
    all["panels"].as_array().unwrap().clone()
}

fn panel(name: &str) -> Value {
    panels().into_iter().find(|panel| panel["name"] == name).unwrap()
}

/// One side of a panel as a log, `timed` or not.
fn log(panel: &Value, side: &str, timed: bool) -> String {
    let columns = panel[side].as_object().unwrap();
    let (days, symbols) = (columns["a"].as_array().unwrap().len(), columns["a"][0].as_array().unwrap().len());
    lines((0..days * symbols).map(|at| {
        let (date, symbol) = (at / symbols, at % symbols);
        let mut row = json!({"id": format!("{side}{at:04}")});
        if timed {
            row["timestamp"] = day(date).into();
        }
        columns.iter().for_each(|(name, values)| row[name] = values[date][symbol].clone());
        row
    }))
}

fn shifts(report: &Report) -> Vec<&Finding> {
    report.findings.iter().filter(|found| found.kind == FindingKind::CorrelationShift).collect()
}

fn is_pair(found: &Finding, expected: &Value, what: &str) {
    let number = |name: &str| expected[name].as_f64().unwrap();
    close(found.reference.unwrap(), number("reference"), 1e-9, what);
    close(found.current.unwrap(), number("current"), 1e-9, what);
    close(found.p_value.unwrap(), number("p"), 1e-8, what);
    close(found.n_effective_reference.unwrap(), expected["n_eff"][0].as_f64().unwrap(), 1e-9, what);
}

#[test]
fn correlations_within_days_are_those_of_scipy() {
    for panel in panels() {
        let [reference, current] = ["reference", "current"].map(|side| log(&panel, side, true));
        let report = compared("{}", &reference, &current);
        let found = shifts(&report);
        let expected = panel["pairs"].as_array().unwrap();
        let drifted: Vec<&Value> = expected.iter().filter(|pair| pair["drifted"] == true).collect();
        assert_eq!(found.len(), 1 + drifted.len(), "{}: one for all, one for each that drifted", panel["name"]);
        let summary = found.iter().find(|found| found.column.is_none()).unwrap();
        assert_eq!(summary.verdict == DriftVerdict::Drift, !drifted.is_empty(), "{}", summary.message);
        for pair in drifted {
            let column = pair["column"].as_str().unwrap();
            let found = finding(&report, FindingKind::CorrelationShift, column, "spearman");
            is_pair(found, pair, column);
            close(found.p_adjusted.unwrap(), pair["p_adjusted"].as_f64().unwrap(), 1e-8, column);
            assert!(found.verdict == DriftVerdict::Drift && found.severity.is_some(), "{}", found.message);
        }
        // One pair alone is what the finding about all pairs speaks of.
        for pair in expected {
            let column = pair["column"].as_str().unwrap();
            let plan = json!({"columns": column.split(" x ").collect::<Vec<_>>()}).to_string();
            is_pair(shifts(&compared(&plan, &reference, &current))[0], pair, column);
        }
    }
}

#[test]
fn reconstruction_errors_are_those_of_numpy() {
    for panel in panels() {
        let report = compared("{}", &log(&panel, "reference", true), &log(&panel, "current", true));
        let found = finding(&report, FindingKind::MultivariateDrift, "", "reconstruction_error");
        let (expected, what) = (&panel["pattern"], panel["name"].as_str().unwrap());
        close(found.effect.unwrap(), expected["effect"].as_f64().unwrap(), 1e-8, what);
        close(found.p_value.unwrap(), expected["p"].as_f64().unwrap(), 1e-6, what);
        assert_eq!(
            [found.n_reference, found.n_current].map(Value::from),
            expected["n"].as_array().unwrap()[..],
            "{what}"
        );
        assert_eq!(found.verdict == DriftVerdict::Drift, expected["drifted"] == true, "{}", found.message);
    }
    // The columns that were swapped are named; every column alone is as before.
    let broken = panel("broken");
    let report = compared("{}", &log(&broken, "reference", true), &log(&broken, "current", true));
    let found = finding(&report, FindingKind::MultivariateDrift, "", "reconstruction_error");
    assert!(found.message.contains("most in b"), "{}", found.message);
    let alone = report.findings.iter().filter(|found| found.kind == FindingKind::FeatureDrift);
    assert!(alone.clone().count() > 0 && alone.clone().all(|found| found.verdict != DriftVerdict::Drift));
    assert_eq!(report.verdict, DriftVerdict::Drift, "a broken join is drift, whatever single columns say");
}

#[test]
fn without_times_rows_are_the_observations() {
    // Ranks 1..20 against themselves: correlation 1; against themselves reversed: -1; n = 20 on either side.
    let rows =
        |sign: i64| lines((0..20).map(|at| json!({"id": format!("i{at}"), "x": 2 * at, "v": sign * ((at * 7) % 20)})));
    let report = compared(r#"{"rule":"rows"}"#, &rows(1), &rows(-1));
    let found = shifts(&report)[0];
    // scipy.stats.spearmanr(range(20), [7 * i % 20 for i in range(20)]) = 0.3684210526315789, and its negative.
    let r: f64 = 0.3684210526315789;
    close(found.reference.unwrap(), r, 1e-12, "before");
    close(found.current.unwrap(), -r, 1e-12, "now");
    close(found.p_value.unwrap(), ROWS_P, 1e-9, "p");
    assert_eq!(found.verdict, DriftVerdict::Drift, "below the 0.05 of the rule, and far: {}", found.message);
}

/// `2 * scipy.stats.norm.sf(2 * numpy.arctanh(r) / numpy.sqrt(2 * 1.06 / 17))` with r of the test above.
const ROWS_P: f64 = 0.028561343444500405;

#[test]
fn what_cannot_be_compared_is_said() {
    let skipped = |report: &Report, kind: &str| {
        let found = report.skipped.iter().find(|skipped| skipped.kind == kind);
        found.unwrap_or_else(|| panic!("no {kind} in {:?}", report.skipped)).reason.clone()
    };
    // Two rows a day have no correlation.
    let thin = |by: usize| {
        lines((0..40).map(|at| json!({"timestamp": day(at / 2), "id": format!("i{at}"), "x": at % 5, "v": at % by})))
    };
    let report = compared("{}", &thin(7), &thin(7));
    assert!(skipped(&report, "correlation_shift").contains("5 rows or more"));
    // One input alone is not together with anything, and nothing is missing.
    let one = lines((0..40).map(|at| json!({"timestamp": day(at / 2), "id": format!("i{at}"), "x": at % 5})));
    let report = compared("{}", &one, &one);
    assert!(
        report
            .skipped
            .iter()
            .all(|skipped| !["correlation_shift", "multivariate_drift"].contains(&skipped.kind.as_str()))
    );
    let calm = panel("calm");
    let report = compared(r#"{"rule":"window"}"#, &log(&calm, "reference", true), &log(&calm, "current", true));
    assert!(skipped(&report, "multivariate_drift").contains("by_day or rows"));
    // Thirty columns are compared, and that there are more is said.
    let mut dice = Dice(1);
    let wide = lines((0..400).map(|at| {
        let mut row = json!({"timestamp": day(at / 10), "id": format!("i{at}")});
        (0..31).for_each(|column| row[format!("x{column:02}")] = dice.below(1000).into());
        row
    }));
    let report = compared("{}", &wide, &wide);
    assert!(skipped(&report, "correlation_shift").contains("31 numeric inputs"));
    assert!(shifts(&report)[0].message.contains("of 435 pairs"), "{}", shifts(&report)[0].message);
}

#[test]
fn a_reference_that_is_one_line_has_no_rounding_as_pattern() {
    // v = 2 x in the reference to the last bit: the error is zero, and stays calm as long as it holds.
    let rows = |slope: i64| {
        lines((0..200).map(|at: i64| {
            let x = (at * 37) % 101;
            json!({"timestamp": day(at as usize / 10), "id": format!("i{at}"), "x": x, "v": slope * x})
        }))
    };
    let of = |slope: i64| {
        let report = compared("{}", &rows(2), &rows(slope));
        finding(&report, FindingKind::MultivariateDrift, "", "reconstruction_error").clone()
    };
    assert_eq!((of(2).verdict, of(2).effect), (DriftVerdict::None, Some(1.0)));
}

#[test]
fn severities_follow_the_size_of_the_change() {
    let flipped = panel("flipped");
    let report = compared("{}", &log(&flipped, "reference", true), &log(&flipped, "current", true));
    let found = finding(&report, FindingKind::CorrelationShift, "a x b", "spearman");
    assert!(found.effect.unwrap() >= 0.5 && found.severity == Some(Severity::Critical), "{}", found.message);
    let found = finding(&report, FindingKind::MultivariateDrift, "", "reconstruction_error");
    assert!(found.effect.unwrap() >= 3.0 && found.severity == Some(Severity::Critical), "{}", found.message);
}
