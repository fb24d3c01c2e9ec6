//! Columns compared with the same weekday or hour, through the door: against numpy, and against what they say without it.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use crate::support;

use driftgate_documents::{DriftVerdict, FindingKind, Report};
use serde_json::{Value, json};
use support::{close, finding, profile, report, schema};

fn lines(rows: impl IntoIterator<Item = Value>) -> String {
    rows.into_iter().map(|row| format!("{row}\n")).collect()
}

fn cases() -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../../../tests/vectors/season.json")).unwrap();
    all["cases"].as_array().unwrap().clone()
}

/// One side of a case: rows of each bucket at its start and after, seconds since 1970 as time.
fn log(case: &Value, side: usize) -> String {
    let unit = if case["season"] == "hour" { 3_600 } else { 86_400 };
    let buckets = case["buckets"][side].as_array().unwrap().iter().map(|bucket| bucket.as_i64().unwrap());
    let values = case[["reference", "current"][side]].as_array().unwrap();
    let rows = buckets.zip(values).flat_map(|(bucket, values)| {
        let of_row = move |(at, value): (usize, &Value)| {
            json!({"timestamp": bucket * unit + 60 * at as i64, "id": format!("{bucket}-{at}"), "x": value})
        };
        values.as_array().unwrap().iter().enumerate().map(of_row)
    });
    lines(rows)
}

fn compared(plan: &Value, case: &Value) -> Report {
    let [reference, current] = [0, 1].map(|side| log(case, side));
    let schema = schema(&reference);
    let windows = [profile(&reference, &schema), profile(&current, &schema)];
    report(&plan.to_string(), &[("reference", &windows[0]), ("current", &windows[1])])
}

fn smallest(p_values: &Value) -> f64 {
    p_values.as_array().unwrap().iter().map(|p| p.as_f64().unwrap()).fold(1.0, f64::min)
}

#[test]
fn like_is_compared_with_like_as_numpy_does() {
    for case in cases() {
        let what = case["name"].as_str().unwrap();
        let report = compared(&json!({"season": case["season"]}), &case);
        let found = finding(&report, FindingKind::FeatureDrift, "x", "ks");
        close(found.p_value.unwrap(), smallest(&case["p"]), 1e-6, what);
        close(found.n_effective_reference.unwrap(), case["n_eff"][0].as_f64().unwrap(), 1e-9, what);
        close(found.effect.unwrap(), case["effect"].as_f64().unwrap(), 1e-12, what);
        close(found.reference.unwrap(), case["mean"].as_f64().unwrap(), 1e-9, what);
        let moved = if what.contains("moved") { DriftVerdict::Drift } else { DriftVerdict::None };
        assert_eq!(found.verdict, moved, "{what}: {}", found.message);
        assert!(report.skipped.iter().all(|skipped| skipped.method != "season"), "{what}: {:?}", report.skipped);
        if case["season"] == "weekday" {
            let plain = compared(&json!({}), &case);
            let found = finding(&plain, FindingKind::FeatureDrift, "x", "ks");
            close(found.p_value.unwrap(), smallest(&case["plain_p"]), 1e-8, what);
            close(found.effect.unwrap(), case["plain_effect"].as_f64().unwrap(), 1e-12, what);
        }
    }
}

#[test]
fn a_weekend_is_an_alarm_only_without_its_season() {
    let case = cases().into_iter().find(|case| case["name"] == "three Sundays").unwrap();
    for (rule, alarm) in [("by_day", DriftVerdict::Drift), ("rows", DriftVerdict::Drift)] {
        assert_eq!(compared(&json!({"rule": rule}), &case).verdict, alarm, "{rule}");
        assert_eq!(compared(&json!({"rule": rule, "season": "weekday"}), &case).verdict, DriftVerdict::None, "{rule}");
    }
}

#[test]
fn a_weekday_that_the_reference_hardly_has_is_not_judged() {
    // Five weeks of Mondays to Fridays against Saturdays: nothing to compare with.
    let rows = |days: &[i64]| {
        lines(days.iter().flat_map(|day| {
            (0..4)
                .map(move |at| json!({"timestamp": day * 86_400, "id": format!("{day}-{at}"), "x": (day * 7 + at) % 5}))
        }))
    };
    // 2020-01-06, a Monday, is day 18267.
    let workdays: Vec<i64> = (0..35).filter(|day| day % 7 < 5).map(|day| 18_267 + day).collect();
    let saturdays: Vec<i64> = (0..4).map(|week| 18_267 + 5 + 7 * week).collect();
    let (reference, current) = (rows(&workdays), rows(&saturdays));
    let schema = schema(&reference);
    let windows = [profile(&reference, &schema), profile(&current, &schema)];
    let windows = [("reference", &windows[0]), ("current", &windows[1])];
    let found = report(r#"{"season":"weekday"}"#, &windows);
    let x = finding(&found, FindingKind::FeatureDrift, "x", "ks");
    assert_eq!((x.verdict, found.verdict), (DriftVerdict::Inconclusive, DriftVerdict::Inconclusive), "{}", x.message);
}

#[test]
fn logs_too_long_for_a_season_are_compared_without_and_it_is_said() {
    let rows = |from: i64, days: i64| {
        lines((0..days).map(
            |day| json!({"timestamp": (from + day) * 86_400, "id": format!("{}", from + day), "x": (day * 7) % 11}),
        ))
    };
    // 600 days are kept by weeks.
    let (reference, current) = (rows(18_000, 600), rows(18_600, 40));
    let schema = schema(&reference);
    let windows = [profile(&reference, &schema), profile(&current, &schema)];
    let windows = [("reference", &windows[0]), ("current", &windows[1])];
    let of = |plan: &str| report(plan, &windows);
    let seasonal = of(r#"{"season":"weekday"}"#);
    let said = seasonal.skipped.iter().find(|skipped| skipped.method == "season").expect("a reason");
    assert!(said.reason.contains("by weeks"), "{}", said.reason);
    let p = |report: &Report| finding(report, FindingKind::FeatureDrift, "x", "ks").p_value;
    assert_eq!(p(&seasonal), p(&of("{}")));
}
