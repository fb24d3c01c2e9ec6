//! Metrics of whole logs, against scikit-learn and numpy (`tests/oracle/metrics.py`).
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use crate::support;

use driftgate_core::{
    math::student_t_critical,
    metric::{METRICS, Spread},
    profile::SMALL_ROWS,
};
use driftgate_documents::{InferOptions, Ranked, Report, Task};
use serde_json::{Value, json};
use support::{close, day, entry, lines, profile, report, schema, schema_with};

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../tests/vectors/metrics.json")).unwrap()
}

fn task(case: &Value) -> Task {
    if case["task"] == "regression" { Task::Regression } else { Task::Classification }
}

/// The rows of a case as JSONL and as CSV.
fn logs(case: &Value) -> [String; 2] {
    let rows = case["rows"].as_array().unwrap();
    let jsonl: String = rows.iter().map(|row| format!("{row}\n")).collect();
    let keys: Vec<&String> = rows[0].as_object().unwrap().keys().collect();
    let cell = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let header = keys.iter().map(|key| key.as_str()).collect::<Vec<_>>().join(",");
    let csv: String = rows
        .iter()
        .map(|row| keys.iter().map(|key| cell(&row[key.as_str()])).collect::<Vec<_>>().join(",") + "\n")
        .collect();
    [jsonl, format!("{header}\n{csv}")]
}

#[test]
fn every_metric_is_that_of_scikit_learn() {
    for case in vectors()["metrics"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let task = task(case);
        for log in logs(case) {
            let schema = schema_with(&log, &InferOptions { task: Some(task), ..InferOptions::default() });
            let mut plan = case.get("plan").cloned().unwrap_or_else(|| json!({}));
            plan["positive"] = case["positive"].clone();
            let report = report(&plan.to_string(), &[("current", &profile(&log, &schema))]);
            let whole = entry(&report, "current", &[]);
            assert_eq!(whole.pairs, case["pairs"].as_u64().unwrap(), "{name}");
            for (metric, expected) in case["expected"].as_object().unwrap() {
                let what = format!("{name}: {metric}");
                match (whole.metrics.get(metric), expected.as_f64()) {
                    (Some(value), Some(expected)) => close(*value, expected, 1e-12, &what),
                    (None, None) => {}
                    (found, expected) => panic!("{what}: {found:?} is not {expected:?}"),
                }
            }
            for (count, expected) in case.get("counts").and_then(Value::as_object).into_iter().flatten() {
                assert_eq!(whole.counts.get(count).copied(), expected.as_u64(), "{name}: {count}");
            }
            let wanted = |metric: &&String| case["expected"].get(metric).is_some() || case.get("counts").is_none();
            let unwanted: Vec<&String> = whole.metrics.keys().filter(|metric| !wanted(metric)).collect();
            // A regressor's errors stand elsewhere.
            assert!(task == Task::Regression || unwanted.is_empty(), "{name}: {unwanted:?}");
            if let Some(confusion) = case.get("confusion") {
                assert_eq!(&serde_json::to_value(&whole.confusion).unwrap(), confusion, "{name}");
            }
        }
    }
}

#[test]
fn what_was_not_computed_says_why() {
    let of = |log: &str, task: Task, plan: &str| {
        let schema = schema_with(log, &InferOptions { task: Some(task), ..InferOptions::default() });
        let report = report(plan, &[("current", &profile(log, &schema))]);
        report
            .skipped
            .into_iter()
            .map(|skipped| format!("{} {}", skipped.method, skipped.reason))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let constant = "{\"id\":\"a\",\"prediction\":1.5,\"actual\":0}\n{\"id\":\"b\",\"prediction\":2.5,\"actual\":0}\n";
    let said = of(constant, Task::Regression, "{}");
    assert!(said.contains("r2 current: the actuals are constant"), "{said}");
    assert!(said.contains("mape current: every actual is 0"), "{said}");
    assert!(said.contains("directional_accuracy current: no base"), "{said}");
    let labels =
        "{\"id\":\"a\",\"prediction\":\"x\",\"actual\":\"y\"}\n{\"id\":\"b\",\"prediction\":\"x\",\"actual\":\"x\"}\n";
    let said = of(labels, Task::Classification, r#"{"positive":"z"}"#);
    assert!(said.contains("no label `z`: the log has `x`, `y`"), "{said}");
}

#[test]
fn every_interval_is_that_of_statsmodels() {
    let mut seen = std::collections::BTreeSet::new();
    for case in vectors()["intervals"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let log = lines(case["rows"].as_array().unwrap().clone());
        let schema = schema_with(&log, &InferOptions { task: Some(task(case)), ..InferOptions::default() });
        let report = report("{}", &[("current", &profile(&log, &schema)), ("reference", &profile(&log, &schema))]);
        let whole = entry(&report, "current", &[]);
        for (metric, expected) in case["expected"].as_object().unwrap() {
            let found = whole.intervals.get(metric).unwrap_or_else(|| panic!("{name}: no interval of {metric}"));
            for (end, found) in found.iter().enumerate() {
                close(*found, expected[end].as_f64().unwrap(), 1e-9, &format!("{name}: {metric} {end}"));
            }
            seen.insert(metric.clone());
        }
        if name == "one day" {
            assert!(!whole.intervals.contains_key("brier"), "a mean has none without a standard error");
        }
        assert!(entry(&report, "reference", &[]).intervals.is_empty(), "{name}");
    }
    for metric in METRICS.iter().filter(|metric| !matches!(metric.spread, Spread::Jackknife | Spread::Unknown)) {
        let twin = metric.name.trim_start_matches("rule_").trim_start_matches("final_");
        assert!(seen.contains(metric.name) || seen.contains(twin), "no interval of {}", metric.name);
    }
}

#[test]
fn quantiles_are_those_of_scipy() {
    for case in vectors()["t_quantiles"].as_array().unwrap() {
        let df = case["df"].as_f64().unwrap();
        close(student_t_critical(0.05, df), case["t"].as_f64().unwrap(), 1e-9, &format!("t of {df}"));
    }
    for (p, df) in [(f64::NAN, 3.0), (1.1, 3.0), (0.05, 0.0)] {
        assert!(student_t_critical(p, df).is_nan());
    }
    // So heavy a tail that the quantile means nothing any more.
    assert_eq!(student_t_critical(1e-300, 0.01), f64::INFINITY);
}

/// Rows of a case so often that the log is no longer kept whole.
fn large(case: &Value) -> String {
    let rows = case["rows"].as_array().unwrap();
    let times = SMALL_ROWS / rows.len() + 1;
    let copy = |at: usize| {
        let mut row = rows[at % rows.len()].clone();
        row["id"] = json!(format!("{at}"));
        row["symbol"] = json!(["x", "y"][at % 2]);
        row
    };
    lines((0..times * rows.len()).map(copy))
}

#[test]
fn a_large_log_says_the_same() {
    let all = vectors();
    let named = |name: &str| all["metrics"].as_array().unwrap().iter().find(|case| case["name"] == name).unwrap();
    for name in
        ["confidences of two labels, many ties", "a good model", "verdicts of three deciders", "labels of no class"]
    {
        let case = named(name);
        let log = large(case);
        let report = report("{}", &[("current", &profile(&log, &schema(&log)))]);
        assert!(!report.current.as_ref().unwrap().exact);
        let whole = entry(&report, "current", &[]);
        for (metric, expected) in case["expected"].as_object().unwrap() {
            match (whole.metrics.get(metric), expected.as_f64()) {
                (Some(value), Some(expected)) => close(*value, expected, 1e-11, &format!("{name}: {metric}")),
                (None, None) => {}
                (found, expected) => panic!("{name} {metric}: {found:?} is not {expected:?}"),
            }
        }
        // Shares have intervals as if rows were independent, means have none.
        assert!(whole.intervals.contains_key("accuracy") || whole.intervals.contains_key("hit_rate"), "{name}");
        assert!(!whole.intervals.contains_key("brier") && !whole.intervals.contains_key("mean_pnl"), "{name}");
        if case["expected"].get("auc").is_some() {
            let symbol = entry(&report, "current", &[("symbol", "x")]);
            assert!(!symbol.metrics.contains_key("auc") && symbol.metrics.contains_key("brier"), "{name}");
            let said: Vec<&str> = of_method(&report, "auc").collect();
            assert_eq!(said, ["current: a large log has it for the model as a whole, not for segments"], "{name}");
        }
    }
}

fn of_method<'a>(report: &'a Report, method: &'a str) -> impl Iterator<Item = &'a str> {
    report.skipped.iter().filter(move |skipped| skipped.method == method).map(|skipped| skipped.reason.as_str())
}

#[test]
fn a_long_large_log_has_no_days() {
    // A row an hour for ten years: kept by the week.
    let rows = (0..SMALL_ROWS + 100).map(|at| {
        let (day, hour) = (at / 24, at % 24);
        let (year, day) = (2010 + day / 336, day % 336);
        let time = format!("{year}-{:02}-{:02}T{hour:02}:00:00Z", 1 + day / 28, 1 + day % 28);
        json!({"timestamp": time, "id": format!("i{at}"), "prediction": "buy", "pnl": 1.0})
    });
    let log = lines(rows);
    let report = report("{}", &[("current", &profile(&log, &schema(&log)))]);
    assert_eq!(entry(&report, "current", &[]).metrics["mean_pnl"], 1.0);
    for method in ["sharpe", "max_drawdown"] {
        assert!(of_method(&report, method).any(|said| said.contains("is kept by week, and this needs days")));
    }
}

#[test]
fn reasons_say_what_to_do() {
    let all = vectors();
    let case = |name: &str| {
        let case = all["metrics"].as_array().unwrap().iter().find(|case| case["name"] == name).unwrap();
        let log = lines(case["rows"].as_array().unwrap().clone());
        let schema = schema_with(&log, &InferOptions { task: Some(task(case)), ..InferOptions::default() });
        report("{}", &[("current", &profile(&log, &schema))])
    };
    let says = |report: &Report, method: &str, part: &str| {
        assert!(of_method(report, method).any(|said| said.contains(part)), "{method}: {:?}", report.skipped);
    };
    let percent = case("a confidence in percent");
    for method in ["brier", "log_loss", "ece", "auc"] {
        says(&percent, method, "confidences outside [0, 1]: 1; divide");
    }
    says(&case("four labels have no log loss"), "log_loss", "only the top confidence is logged");
    says(&case("four labels have no log loss"), "auc", "only the top confidence is logged");
    says(&case("only one label happens"), "auc", "only one of the two labels happened");
    says(&case("labels of no class"), "outcome_accuracy", "classes in the plan");
    says(&case("one day"), "sharpe", "fewer than two days");
    says(&case("every day alike"), "sharpe", "the same on all days");
    says(&case("nothing was bought"), "mean_pnl", "no verdict is of the buy class");
    // What a log does not have is not missed.
    let plain = case("four labels");
    assert!(
        !plain.skipped.iter().any(|skipped| ["brier", "auc", "mean_pnl", "sharpe"].contains(&skipped.method.as_str()))
    );
    assert!(plain.plan.classes.is_none() && plain.plan.days_per_year.is_none());
    let money = case("nothing was bought").plan;
    assert_eq!((money.classes.unwrap().buy, money.days_per_year), (vec!["buy".into(), "strong_buy".into()], Some(252)));
}

#[test]
fn two_labels_are_those_of_all_windows() {
    // The current window shows two labels of three: 1 - confidence is not the chance of the other one.
    let row = |at: usize, labels: [&str; 2]| json!({"timestamp": day(at), "id": format!("i{at}"), "prediction": labels[0], "actual": labels[1], "confidence": 0.5});
    let current = lines((0..4).map(|at| row(at, ["a", ["a", "b"][at % 2]])));
    let reference = lines((0..6).map(|at| row(at, ["a", ["a", "b", "c"][at % 3]])));
    let schema = schema(&current);
    let [current, reference] = [&current, &reference].map(|log| profile(log, &schema));
    let alone = report("{}", &[("current", &current)]);
    close(entry(&alone, "current", &[]).metrics["log_loss"], core::f64::consts::LN_2, 1e-12, "two labels");
    let both = report("{}", &[("current", &current), ("reference", &reference)]);
    assert!(!entry(&both, "current", &[]).metrics.contains_key("log_loss"));
    assert!(!entry(&both, "current", &[]).metrics.contains_key("auc"));
}

/// Forty days of symbols by turns; a symbol is right on a share of the rows that depends on it and on the regime.
fn ranked_log(regression: bool) -> String {
    let rows = (0..40 * 8).map(|at| {
        let (symbol, date) = (at % 8, at / 8);
        let regime = ["calm", "wild"][usize::from(date >= 35)];
        let wrong = if regime == "calm" { date % 10 < symbol } else { symbol == 0 };
        let answer =
            if regression { json!(if wrong { 3.0 } else { 2.0 }) } else { json!(if wrong { "b" } else { "a" }) };
        let truth = if regression { json!(2.0) } else { json!("a") };
        json!({"timestamp": day(date), "id": format!("i{at}"), "symbol": format!("s{symbol}"), "regime": regime,
               "prediction": answer, "actual": truth})
    });
    lines(rows)
}

fn named(ranked: &[Ranked], column: &str) -> Vec<(String, f64, u64)> {
    let of = |ranked: &Ranked| Some((ranked.slice.get(column)?.clone(), (1e6 * ranked.value).round() / 1e6, ranked.n));
    ranked.iter().filter_map(of).collect()
}

#[test]
fn the_weakest_values_and_best_regimes_are_ranked() {
    for regression in [false, true] {
        let log = ranked_log(regression);
        let options = InferOptions {
            task: Some(if regression { Task::Regression } else { Task::Classification }),
            ..InferOptions::default()
        };
        let report = report("{}", &[("current", &profile(&log, &schema_with(&log, &options)))]);
        // By hand: of 35 calm days symbol s errs on 3 s + min(s, 5), of 5 wild ones symbol 0 errs always.
        let wrong = |symbol: u64| 3 * symbol + symbol.min(5) + if symbol == 0 { 5 } else { 0 };
        let value = |wrong: u64, n: u64| {
            let value = if regression { 50.0 * wrong as f64 / n as f64 } else { 1.0 - wrong as f64 / n as f64 };
            (1e6 * value).round() / 1e6
        };
        let weakest: Vec<(String, f64, u64)> =
            [7, 6, 5, 4, 3].map(|symbol| (format!("s{symbol}"), value(wrong(symbol), 40), 40)).to_vec();
        assert_eq!(named(&report.weakest, "symbol"), weakest);
        let calm: u64 = (0..8).map(|symbol| 3 * symbol + symbol.min(5)).sum();
        assert_eq!(
            named(&report.weakest, "regime"),
            [("calm".into(), value(calm, 280), 280), ("wild".into(), value(5, 40), 40)]
        );
        assert_eq!(report.weakest[0].metric, if regression { "mape" } else { "accuracy" });
        assert!(
            report.weakest.iter().all(|ranked| ranked
                .interval
                .is_some_and(|[low, high]| { low <= ranked.value && ranked.value <= high }))
        );
        // The wild days of a symbol are too few to be its best regime.
        let best: Vec<(String, f64, u64)> =
            (0..8).map(|symbol| (format!("s{symbol}"), value(3 * symbol + symbol.min(5), 35), 35)).collect();
        assert_eq!(named(&report.best_regimes, "symbol"), best);
        assert!(report.best_regimes.iter().all(|ranked| ranked.slice["regime"] == "calm"));
    }
}

#[test]
fn where_the_source_is_the_model_or_the_rule() {
    let row = |at: usize| {
        let source = ["ml", "rule"][at % 2];
        json!({"id": format!("i{at}"), "prediction": "a", "rule_prediction": "b", "source": source,
               "actual": if at.is_multiple_of(4) { "a" } else { "b" }})
    };
    let log = lines((0..8).map(row));
    let report = report("{}", &[("current", &profile(&log, &schema(&log)))]);
    assert_eq!(entry(&report, "current", &[("source", "ml")]).metrics["accuracy"], 0.5);
    assert_eq!(entry(&report, "current", &[("source", "rule")]).metrics["rule_accuracy"], 1.0);
}

#[test]
fn the_reliability_curve_is_that_of_the_whole_model() {
    let row = |(at, confidence): (usize, f64)| {
        json!({"id": format!("i{at}"), "symbol": "s", "prediction": "a", "actual": if at % 2 == 0 { "a" } else { "b" },
               "confidence": confidence})
    };
    let log = lines([0.25, 0.28125, 0.3125, 1.0, 0.9375, 0.96875].into_iter().enumerate().map(row));
    let report = report("{}", &[("current", &profile(&log, &schema(&log)))]);
    let curve = serde_json::to_value(&entry(&report, "current", &[]).reliability).unwrap();
    assert_eq!(
        curve,
        json!([
            {"from": 0.2, "to": 0.3, "pairs": 2, "confidence": 0.265625, "accuracy": 0.5},
            {"from": 0.3, "to": 0.4, "pairs": 1, "confidence": 0.3125, "accuracy": 1.0},
            {"from": 0.9, "to": 1.0, "pairs": 3, "confidence": 0.96875, "accuracy": 1.0 / 3.0}
        ])
    );
    assert!(entry(&report, "current", &[("symbol", "s")]).reliability.is_empty());
}

#[test]
fn outcomes_may_say_what_the_log_has_no_column_for() {
    let row = |at: usize| json!({"timestamp": day(at), "id": format!("i{at}"), "prediction": "buy", "actual": null});
    let log = lines((0..4).map(row));
    let schema = schema(&log);
    let mut outcomes = driftgate_core::door::OutcomesHandle::create(&schema).unwrap();
    // Two files, and so two batches.
    for (at, pnl) in [(0, 2.0), (1, -1.0), (3, 0.5)] {
        outcomes.source("{}").unwrap();
        let line = json!({"id": format!("i{at}"), "actual": "buy", "outcome": "profit", "pnl_pct": pnl, "remark": 7});
        outcomes.push(format!("{line}\n").as_bytes()).unwrap();
    }
    outcomes.finish().unwrap();
    let profile = support::profile_of(&[log.as_bytes()], &schema, Some(&outcomes));
    let report = report("{}", &[("current", &profile)]);
    let whole = entry(&report, "current", &[]);
    assert_eq!((whole.metrics["mean_pnl"], whole.metrics["profit_rate"], whole.counts["positions"]), (0.5, 1.0, 3));
}
