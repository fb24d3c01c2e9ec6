//! Health, targets and trends of small logs whose numbers can be worked out by hand.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use crate::support;

use driftgate_documents::{Direction, HealthStatus, Report};
use serde_json::{Value, json};
use support::{close, compared, day, lines, profile, report, schema_with};

/// A regressor of prices, three rows a day: each error and each step of the price are as wide as told.
fn prices(days: usize, step: f64, error: f64) -> String {
    lines((0..days * 3).map(|at| {
        let wave = 1.0 + 0.02 * ((at / 3) % 4) as f64;
        json!({"timestamp": day(at / 3), "id": format!("i{at}"), "base": 100.0 - step * wave, "actual": 100.0,
            "prediction": 100.0 + error * wave})
    }))
}

fn alone(plan: &str, log: &str) -> Report {
    let schema = schema_with(log.as_bytes(), &driftgate_documents::InferOptions::default());
    report(plan, &[("current", &profile(log.as_bytes(), &schema))])
}

fn component<'a>(report: &'a Report, name: &str) -> (Option<f64>, &'a str) {
    let health = report.health.as_ref().unwrap();
    let found = health.components.iter().find(|component| component.name == name).unwrap();
    (found.score, &found.reason)
}

#[test]
fn decay_falls_to_half_at_the_warning_and_to_nothing_at_the_critical_threshold() {
    let price = r#"{"kind":"price_predictor"}"#;
    let performance = |step: f64, error: f64| {
        let report = compared(price, &prices(40, 2.0, 1.0), &prices(20, step, error));
        component(&report, "performance").0.unwrap()
    };
    // MAE and MAPE warn at 10 % and are critical at 15 %.
    close(performance(2.0, 1.05), 1.0 - 0.5 * 0.05 / 0.10, 1e-6, "below the warning");
    close(performance(2.0, 1.125), 0.5 * (0.15 - 0.125) / 0.05, 1e-6, "between");
    assert_eq!(performance(2.0, 1.2), 0.0);
    assert_eq!(performance(2.0, 0.5), 1.0, "better is no worse");
    // The naive forecast is as much worse: the skill is what it was.
    close(performance(4.0, 2.0), 1.0, 1e-12, "the world changed");
    // ... and 10 % worse than it was: 4 -> 4.4 of 2 -> 4. At 0.9 of the rise the world is still the reason.
    close(performance(4.0, 2.1), 1.0 - 0.5 * 0.05 / 0.10, 1e-6, "the skill fell, too");
}

#[test]
fn a_change_that_may_be_chance_does_not_count() {
    let wild = |at: usize, every: usize| if at.is_multiple_of(every) { 6.0 } else { 1.0 };
    let log = |days: usize, every: usize| {
        lines((0..days * 3).map(|at| {
            json!({"timestamp": day(at / 3), "id": format!("i{at}"), "actual": 100.5,
                "prediction": 100.5 + wild(at / 3, every)})
        }))
    };
    let report = compared("{}", &log(40, 8), &log(5, 5));
    let (score, reason) = component(&report, "performance");
    assert_eq!(score, Some(1.0), "{reason}");
    assert!(reason.contains("may be chance"), "{reason}");
}

#[test]
fn without_a_reference_health_says_what_it_cannot_know() {
    let report = alone("{}", &prices(5, 2.0, 1.0));
    let health = report.health.as_ref().unwrap();
    assert_eq!(component(&report, "performance"), (None, "there is no reference to compare with (--reference)"));
    assert_eq!(component(&report, "drift").0, None);
    assert_eq!(component(&report, "calibration").0, None);
    assert_eq!(component(&report, "data_quality").0, Some(1.0));
    // Good data alone are no healthy model.
    assert_eq!((health.score, health.status), (None, HealthStatus::Unknown));
    assert_eq!(
        health.message,
        "The health of the model is not known: there is no reference to compare with (--reference)."
    );
}

#[test]
fn rows_that_cannot_be_used_are_bad_data() {
    // One broken line of fifty: 2 %, between 1 % and 5 %.
    let log = format!("{}not a record\n", lines((0..49).map(|at| json!({"id": format!("i{at}"), "x": at}))));
    let report = alone(r#"{"max_bad_rows":1}"#, &log);
    let (score, reason) = component(&report, "data_quality");
    close(score.unwrap(), 0.5 * (0.05 - 0.02) / 0.04, 1e-12, reason);
    assert_eq!(reason, "1 row of 50 could not be used");
    assert_eq!(report.health.unwrap().status, HealthStatus::Warning);
}

#[test]
fn the_worst_drift_is_the_score_of_drift() {
    // Numbers 0 .. 99, moved: the KS statistic is the move over 100.
    let log = |by: usize| lines((0..400).map(|at| json!({"id": format!("i{at}"), "x": at % 100 + by, "y": at % 7})));
    let drift = |by: usize| {
        let report = compared("{}", &log(0), &log(by));
        component(&report, "drift").0.unwrap()
    };
    assert_eq!(drift(0), 1.0);
    // Minor from 0.13 on, moderate from 0.20, critical from 0.28.
    close(drift(16), 1.0 - 0.5 * 0.16 / 0.20, 1e-12, "minor");
    close(drift(24), 0.5 * (0.28 - 0.24) / 0.08, 1e-12, "moderate");
    assert_eq!(drift(50), 0.0);
}

#[test]
fn another_models_drift_is_not_this_ones() {
    // The confidence of `b` falls by half; `a` says what it said, and so do the inputs.
    let log = |low: f64| {
        lines((0..400).map(|at| {
            let (row, model) = (at / 2, if at % 2 == 0 { "a" } else { "b" });
            json!({"id": format!("i{row}"), "model": model, "x": row % 100, "prediction": "up",
                "confidence": if model == "a" { 0.8 } else { low + (row % 10) as f64 / 100.0 }})
        }))
    };
    let drift = |model: &str| {
        let report = compared(&format!(r#"{{"model":"{model}"}}"#), &log(0.8), &log(0.4));
        component(&report, "drift").0
    };
    assert_eq!((drift("a"), drift("b")), (Some(1.0), Some(0.0)));
}

#[test]
fn use_is_held_against_its_targets() {
    // Of ten rows eight come from ml, six agree with the rule, and the mean confidence is 0.76.
    let log = lines((0..10).map(|at| {
        json!({"id": format!("i{at}"), "model": "m", "prediction": "buy", "confidence": if at < 4 { 0.7 } else { 0.8 },
            "rule_prediction": if at < 6 { "buy" } else { "avoid" }, "source": if at < 8 { "ml" } else { "rule" }})
    }));
    let met = |plan: &str| -> Vec<(String, f64, bool)> {
        let report = alone(plan, &log);
        report.targets.into_iter().map(|target| (target.metric, target.value, target.met)).collect()
    };
    let is = |found: Vec<(String, f64, bool)>, expected: [(&str, f64, bool); 3]| {
        for ((metric, value, met), (name, expected, reached)) in found.into_iter().zip(expected) {
            assert_eq!((metric.as_str(), met), (name, reached));
            close(value, expected, 1e-12, name);
        }
    };
    is(met("{}"), [("usage", 0.8, false), ("agreement", 0.6, false), ("average_confidence", 0.76, true)]);
    let lower = r#"{"targets":{"usage":0.79,"agreement":0.59}}"#;
    is(met(lower), [("usage", 0.8, true), ("agreement", 0.6, true), ("average_confidence", 0.76, true)]);
}

/// A classifier of fifty rows a day, of which so many are right.
fn right(days: usize, of_day: impl Fn(usize) -> usize) -> String {
    lines((0..days * 50).map(|at| {
        let actual = if at % 50 < of_day(at / 50) { "a" } else { "b" };
        json!({"timestamp": day(at / 50), "id": format!("i{at}"), "model": "m", "prediction": "a", "actual": actual})
    }))
}

#[test]
fn a_trend_is_a_slope_that_is_no_chance() {
    let trend = |log: &str| {
        let report = alone("{}", log);
        let trend = report.trends.into_iter().find(|trend| trend.metric == "accuracy").unwrap();
        (trend.direction, trend.per_30_days, trend.message)
    };
    // One right row in two days, and a wave around it that has no slope of its own over whole periods.
    let wave = |day: usize| [0, 1, 1, 0][day % 4];
    let (direction, change, message) = trend(&right(40, |day| 10 + day / 2 + wave(day)));
    assert_eq!(direction, Direction::Rising, "{message}");
    // 40 days of months of 28 days span 42 calendar days.
    assert!((change - 0.3 * 39.0 / 42.0).abs() < 0.01 && message.contains("accuracy rises"), "{message}");
    let (direction, _, message) = trend(&right(40, |day| 40 - day / 2 + wave(day)));
    assert_eq!(direction, Direction::Falling, "{message}");
    let (direction, _, message) = trend(&right(40, |day| 25 + wave(day)));
    assert_eq!(direction, Direction::Steady, "{message}");
    let short = alone("{}", &right(19, |_| 25));
    let reason = short.skipped.iter().find(|skip| skip.kind == "trend").map(|skip| skip.reason.as_str());
    assert_eq!((short.trends.len(), reason), (0, Some("19 days; a trend needs at least 20")));
}

#[test]
fn a_plan_that_cannot_be_is_refused() {
    for (plan, said) in [
        (json!({"targets": {"usage": 80}}), "plan: targets.usage is 80; allowed is 0 to 1, such as 0.8 for 80 %"),
        (json!({"days_per_year": 0}), "plan: days_per_year is 0; allowed is 1 or more, such as 252"),
        (
            json!({"classes": {"buy": ["up"], "avoid": ["UP"]}}),
            "plan: classes: `UP` is both a label to buy and one to avoid",
        ),
        (json!({"replay": {"share": 0}}), "plan: replay.share is 0; allowed is above 0 up to 1, such as 0.2"),
        (json!({"replay": {"weight": -1}}), "plan: replay.weight is -1; allowed is above 0, such as 3"),
        (json!({"replay": {"batch": 0}}), "plan: replay.batch is 0; allowed is 1 or more"),
        (json!({"replay": {"weakest": 0}}), "plan: replay.weakest is 0; allowed is 1 or more"),
    ] as [(Value, &str); 7]
    {
        let log = prices(3, 2.0, 1.0);
        let schema = schema_with(log.as_bytes(), &driftgate_documents::InferOptions::default());
        let error = support::refused(&plan.to_string(), &[("current", &profile(log.as_bytes(), &schema))]);
        assert_eq!(error, said);
    }
}
