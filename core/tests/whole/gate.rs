//! The whole way of the gate: two logs in, standard errors, changes on the same cases and decisions out.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use crate::support;

use std::fmt::Write;

use driftgate_documents::{CheckResult, Comparison, InferOptions, METRICS, Report, Spread, Task, Verdict};
use serde_json::{Value, json};
use support::{Dice, close, decide, entry, profile, report, schema_with};

/// A log of an oracle's columns; ids are places, days count from 1970-01-01.
fn log(model: &str, columns: &Value) -> String {
    let mut text = String::new();
    let days = columns["day"].as_array().unwrap();
    for (at, day) in days.iter().enumerate() {
        let mut row = json!({
            "id": at.to_string(),
            "model": model,
            "timestamp": format!("1970-01-{:02}", day.as_u64().unwrap() + 1),
            "sector": (["Energy", "Utilities"][at % 2]),
        });
        for (name, values) in columns.as_object().unwrap().iter().filter(|(name, _)| *name != "day") {
            let name = if name == "pnl" { "pnl_pct" } else { name };
            row[name] = values[at].clone();
        }
        writeln!(text, "{row}").unwrap();
    }
    text
}

fn gate(candidate: &str, baseline: &str, task: Task, plan: &Value) -> Report {
    let options = InferOptions { task: Some(task), ..InferOptions::default() };
    let schema = schema_with(candidate, &options);
    let profiles = [profile(candidate, &schema), profile(baseline, &schema)];
    report(&plan.to_string(), &[("current", &profiles[0]), ("baseline", &profiles[1])])
}

/// A log without an incumbent.
fn alone(log: &str, plan: &Value) -> Report {
    let options = InferOptions { task: Some(Task::Classification), ..InferOptions::default() };
    report(&plan.to_string(), &[("current", &profile(log, &schema_with(log, &options)))])
}

fn change<'a>(report: &'a Report, metric: &str, slice: &[(&str, &str)]) -> &'a Comparison {
    let is = |found: &&Comparison| {
        found.metric == metric
            && found.slice.len() == slice.len()
            && slice.iter().all(|(name, value)| found.slice.get(*name).is_some_and(|known| known == value))
    };
    report.comparisons.iter().find(is).unwrap_or_else(|| panic!("no change of {metric} in {slice:?}"))
}

fn vectors() -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../../../tests/vectors/jackknife.json")).unwrap();
    all["cases"].as_array().unwrap().clone()
}

fn task(case: &Value) -> Task {
    serde_json::from_value(case["task"].clone()).unwrap()
}

fn report_of(case: &Value, swapped: bool) -> Report {
    let mut logs = [log("new", &case["candidate"]), log("old", &case["baseline"])];
    if swapped {
        logs.reverse();
    }
    let plan = json!({"label_horizon": case["horizon"], "gate": {"jackknife": [[], ["sector"]]}});
    gate(&logs[0], &logs[1], task(case), &plan)
}

#[test]
fn errors_are_those_of_leaving_out_each_cluster_and_of_statsmodels() {
    let mut seen = std::collections::BTreeSet::new();
    for case in vectors() {
        let (name, report) = (case["name"].as_str().unwrap(), report_of(&case, false));
        let whole = entry(&report, "current", &[("model", "new")]);
        for (metric, expected) in case["values"].as_object().unwrap() {
            let what = format!("{name}: {metric}");
            close(whole.metrics[metric], expected[0].as_f64().unwrap(), 1e-9, &what);
            close(whole.standard_errors[metric], expected[1].as_f64().unwrap(), 1e-9, &what);
            seen.insert(metric.clone());
        }
        for (metric, expected) in case["changes"].as_object().unwrap() {
            let (what, found) = (format!("{name}: change of {metric}"), change(&report, metric, &[]));
            close(found.value.unwrap(), expected[0].as_f64().unwrap(), 1e-9, &what);
            close(found.standard_error.unwrap(), expected[1].as_f64().unwrap(), 1e-9, &what);
            assert!(found.clusters.is_some_and(|clusters| clusters >= 7), "{what}");
        }
    }
    for metric in METRICS.iter().filter(|metric| metric.spread == Spread::Jackknife) {
        assert!(seen.contains(metric.name), "no jackknife of {}", metric.name);
    }
}

#[test]
fn a_swap_turns_the_sign_of_every_change_and_keeps_its_error() {
    for case in vectors() {
        let [there, back] = [false, true].map(|swapped| report_of(&case, swapped));
        let changes = |report: &Report| -> Vec<Comparison> {
            let is_change = |found: &&Comparison| found.details.contains_key("candidate");
            report.comparisons.iter().filter(is_change).cloned().collect()
        };
        let (there, back) = (changes(&there), changes(&back));
        assert!(there.len() == back.len() && there.len() > 10, "{} and {}", there.len(), back.len());
        for (one, other) in there.iter().zip(&back) {
            let what = format!("{} in {:?}", one.metric, one.slice);
            assert_eq!((&one.metric, &one.slice, one.n), (&other.metric, &other.slice, other.n));
            assert_eq!(one.value.map(|value| -value), other.value, "{what}");
            assert_eq!(one.standard_error.is_some(), other.standard_error.is_some(), "{what}");
            if let (Some(one), Some(other)) = (one.standard_error, other.standard_error) {
                close(one, other, 1e-9, &what);
            }
        }
    }
}

#[test]
fn a_model_against_itself_changes_nothing_and_never_passes() {
    let case = &vectors()[0];
    let text = log("new", &case["candidate"]);
    let report = gate(&text, &text.replace(r#""new""#, r#""old""#), task(case), &json!({"gate": {"jackknife": [[]]}}));
    for metric in ["accuracy", "brier", "mean_pnl", "f1", "auc", "sharpe"] {
        let found = change(&report, metric, &[]);
        assert_eq!((found.value, found.standard_error), (Some(0.0), Some(0.0)), "{metric}");
    }
    let policy = json!({"check": [
        {"metric": "accuracy", "above": 0.1},
        {"metric": "f1", "against": "baseline", "no_worse_than": 0.1, "confidence": 0.95},
    ]});
    let decision = decide(&policy.to_string(), &report, "{}");
    assert_eq!(decision.verdict, Verdict::Fail);
    assert!(decision.checks[0].reason.contains("is it the same model?"), "{}", decision.checks[0].reason);
}

fn answer(report: &Report, check: Value) -> CheckResult {
    decide(&json!({"check": [check]}).to_string(), report, "{}").checks.remove(0)
}

#[test]
fn every_metric_of_the_catalogue_can_be_asked_with_confidence() {
    for case in vectors() {
        let report = report_of(&case, false);
        let whole = entry(&report, "current", &[("model", "new")]);
        for name in whole.metrics.keys().filter(|name| *name != "max_drawdown") {
            // The least that can be asked of it.
            let [least, most] = driftgate_documents::find_metric(name).unwrap().range;
            let (least, margin) = (least.unwrap_or(-1e9), most.and(least).map_or(1e9, |_| 0.99));
            for check in [
                json!({"metric": name, "above": least, "confidence": 0.95}),
                json!({"metric": name, "against": "baseline", "no_worse_than": margin, "confidence": 0.95}),
                json!({"metric": name, "each": "sector", "above": least, "confidence": 0.95}),
            ] {
                let answer = answer(&report, check.clone());
                let only_whole = name == "sharpe" && check["each"] == "sector";
                // Both models share the base, so the naive forecast is the same: there is no spread to see.
                let same = name.starts_with("naive_") && check["against"] == "baseline";
                assert_eq!(answer.verdict == Verdict::Pass, !only_whole && !same, "{check}: {}", answer.reason);
            }
        }
    }
    let report = report_of(&vectors()[0], false);
    let drawdown = answer(&report, json!({"metric": "max_drawdown", "below": 1e9, "confidence": 0.95}));
    assert!(drawdown.verdict == Verdict::Inconclusive && drawdown.reason.contains("one path"), "{}", drawdown.reason);
    let input = answer(&report, json!({"metric": "input_change", "below": 0.2, "confidence": 0.95}));
    assert_eq!(input.verdict, Verdict::Fail, "no inputs: {}", input.reason);
}

#[test]
fn a_check_leaves_the_jackknife_alone() {
    let case = &vectors()[0];
    let logs = [log("new", &case["candidate"]), log("old", &case["baseline"])];
    let report = gate(&logs[0], &logs[1], task(case), &json!({}));
    let whole = entry(&report, "current", &[("model", "new")]);
    assert!(whole.metrics.contains_key("f1") && !whole.standard_errors.contains_key("f1"));
    assert!(report.current.as_ref().unwrap().digest.is_none());
    let f1 = answer(&report, json!({"metric": "f1", "above": 0.1, "confidence": 0.95}));
    assert!(f1.verdict == Verdict::Inconclusive && f1.reason.contains("jackknife"), "{}", f1.reason);
}

#[test]
fn a_metric_that_needs_every_day_has_no_bound() {
    // Both positives happen on the second of two days: without it there is no area.
    let rows = [("01", "no", 0.9), ("01", "no", 0.8), ("02", "yes", 0.9), ("02", "yes", 0.6)];
    let line = |(at, (day, actual, confidence)): (usize, &(&str, &str, f64))| {
        format!(
            "{}\n",
            json!({"id": at.to_string(), "timestamp": format!("1970-01-{day}"), "prediction": actual, "actual": actual, "confidence": confidence})
        )
    };
    let text: String = rows.iter().enumerate().map(line).collect();
    let report = alone(&text, &json!({"gate": {"jackknife": [[]]}}));
    let whole = entry(&report, "current", &[]);
    assert_eq!(whole.metrics["auc"], 1.0);
    assert!(!whole.standard_errors.contains_key("auc") && whole.standard_errors.contains_key("average_confidence"));
    let auc = answer(&report, json!({"metric": "auc", "above": 0.5, "confidence": 0.95}));
    assert!(auc.verdict == Verdict::Inconclusive && auc.reason.contains("without each"), "{}", auc.reason);
}

/// Rows of a classifier, with more cells or others.
fn rows(n: usize, more: impl Fn(usize) -> Value) -> String {
    let mut text = String::new();
    for at in 0..n {
        let mut row = json!({
            "id": format!("i{at}"),
            "timestamp": format!("2024-{:02}-{:02}", 1 + at / 28 % 12, 1 + at % 28),
            "model": "m",
            "prediction": (["up", "down"][at % 2]),
            "actual": (["up", "down"][at / 3 % 2]),
        });
        for (name, value) in more(at).as_object().unwrap() {
            row[name] = value.clone();
        }
        writeln!(text, "{row}").unwrap();
    }
    text
}

#[test]
fn input_change_is_the_largest_distance_on_the_same_ids() {
    // x of the candidate is that of the baseline plus 30 of 300 steps: 30 values of either side are beyond the other's.
    let input = |shift: usize| move |at: usize| json!({"features": {"x": at + shift, "y": at % 7, "side": if at < 30 + shift { "a" } else { "b" }}});
    let options = json!({});
    let of = |candidate: &str, baseline: &str| {
        gate(
            &candidate.replacen("\"prediction\":\"up\"", "\"prediction\":\"down\"", 1),
            baseline,
            Task::Classification,
            &options,
        )
    };
    let of_change =
        |report: &Report| report.comparisons.iter().find(|found| found.metric == "input_change").unwrap().clone();
    let found = of_change(&of(&rows(300, input(30)), &rows(300, input(0))));
    close(found.value.unwrap(), 0.1, 1e-12, "30 of 300");
    assert_eq!((found.n, found.details["y"]), (300, 0.0));
    close(found.details["side"], 0.1, 1e-12, "30 of 300 from b to a");
    // Other ids do not matter.
    let more = rows(900, input(0)).lines().skip(300).fold(rows(300, input(30)), |text, line| text + line + "\n");
    let report = of(&more, &rows(300, input(0)));
    assert_eq!(of_change(&report).value, found.value);
    assert_eq!(answer(&report, json!({"metric": "input_change", "below": 0.11})).verdict, Verdict::Pass);
    assert_eq!(answer(&report, json!({"metric": "input_change", "below": 0.1})).verdict, Verdict::Fail);
    // A column on one side only fails, whatever it holds; too few cases are inconclusive.
    let extra = |at: usize| json!({"features": {"x": at, "y": at % 7, "side": "a", "new": 1}});
    let check = json!({"metric": "input_change", "below": 1.0});
    let failed = answer(&of(&rows(300, extra), &rows(300, input(0))), check.clone());
    assert!(
        failed.verdict == Verdict::Fail && failed.reason.contains("new is missing from the baseline's log"),
        "{}",
        failed.reason
    );
    let few = answer(&of(&rows(150, input(30)), &rows(300, input(0))), check);
    assert_eq!((few.verdict, few.rows_needed), (Verdict::Inconclusive, Some(50)));
}

#[test]
fn an_id_of_two_versions_is_no_case_and_is_said() {
    let version = |version: &'static str| move |_: usize| json!({"version": version});
    let wrong = |at: usize| json!({"version": "2", "prediction": "up", "actual": (["up", "down"][at / 3 % 2])});
    // The candidate's log holds 40 of its 240 ids in a second version.
    let two: String = rows(40, version("1")) + &rows(240, wrong);
    let turned: String = two.lines().rev().fold(String::new(), |text, line| text + line + "\n");
    for log in [&two, &turned] {
        let report = gate(log, &rows(240, version("0")), Task::Classification, &json!({}));
        let replay = report.comparisons.iter().find(|found| found.metric == "replay_improvement").unwrap();
        assert_eq!((replay.n, replay.details["ambiguous"]), (200, 40.0));
        let decision = decide(r#"{"check":[{"metric":"accuracy","above":0}]}"#, &report, "{}");
        let warned = decision.warnings.iter().find(|warning| warning.contains("40 common ids")).unwrap();
        assert!(warned.contains("--map model=version"), "{warned}");
    }
}

#[test]
fn an_empty_sector_and_a_metric_that_is_no_number_never_pass() {
    let sectors = |at: usize| json!({"sector": (["Energy", "Utilities"][at % 2]), "confidence": if at.is_multiple_of(2) { json!(0.7) } else { json!("NaN") }});
    let report = alone(&rows(300, sectors), &json!({"gate": {"jackknife": [["sector"]]}}));
    let of = |sector: &str, metric: &str| {
        answer(&report, json!({"metric": metric, "where": {"sector": sector}, "above": 0.0, "confidence": 0.9}))
    };
    assert_eq!(of("Materials", "accuracy").verdict, Verdict::Inconclusive);
    assert_eq!(of("Utilities", "average_confidence").verdict, Verdict::Fail, "no confidence is a number there");
    assert_eq!(of("Utilities", "ece").verdict, Verdict::Fail);
}

#[test]
fn the_bounds_of_a_large_log_are_those_of_its_sample() {
    const ROWS: usize = 130_000;
    let mut dice = Dice(7);
    let (mut candidate, mut baseline) = (String::from("id,timestamp,model,prediction,actual\n"), String::new());
    baseline.push_str(&candidate);
    for at in 0..ROWS {
        let (day, actual) = (1 + at % 28, dice.below(2));
        let said = |right: bool| if right { actual } else { 1 - actual };
        let (mine, theirs) = (said(dice.unit() < 0.7), said(dice.unit() < 0.6));
        writeln!(candidate, "{at},2024-01-{day:02},new,{},{}", ["n", "y"][mine as usize], ["n", "y"][actual as usize])
            .unwrap();
        writeln!(baseline, "{at},2024-01-{day:02},old,{},{}", ["n", "y"][theirs as usize], ["n", "y"][actual as usize])
            .unwrap();
    }
    let options = InferOptions { cases: driftgate_documents::Cases::Sample, ..InferOptions::default() };
    let schema = schema_with(&candidate, &options);
    let profiles = [profile(&candidate, &schema), profile(&baseline, &schema)];
    let report = report(r#"{"gate":{"jackknife":[[]]}}"#, &[("current", &profiles[0]), ("baseline", &profiles[1])]);
    let whole = entry(&report, "current", &[("model", "new")]);
    assert_eq!((whole.pairs, whole.sampled["accuracy"], whole.sampled["f1"]), (130_000, 100_000, 100_000));
    let accuracy =
        answer(&report, json!({"metric": "accuracy", "above": whole.metrics["accuracy"] - 1e-5, "confidence": 0.95}));
    assert!(accuracy.reason.contains("sample of 100000 of 130000 rows"), "{}", accuracy.reason);
    assert_eq!(accuracy.verdict, Verdict::Inconclusive);
    let changed =
        answer(&report, json!({"metric": "f1", "against": "baseline", "better_by": 0.02, "confidence": 0.95}));
    assert_eq!((changed.verdict, changed.n), (Verdict::Pass, 100_000), "{}", changed.reason);
}
