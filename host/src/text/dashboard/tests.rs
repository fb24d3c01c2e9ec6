#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Value, json};

use super::*;
use crate::text::table::WIDTH;

/// A report with these fields beside empty ones.
fn report(fields: &Value) -> Report {
    let mut report = json!({
        "schema": 1, "kind": "report", "driftgate": "0.1.0", "plan": {}, "reference": null, "current": null,
        "baseline": null, "verdict": "none", "summary": "No drift: the current log is like the reference.",
        "findings": [], "performance": [], "comparisons": [], "reference_quality": [], "series": [], "worst": [],
        "recent": [], "rolling": [], "skipped": [], "provenance": {}
    });
    for (name, value) in fields.as_object().unwrap() {
        report[name] = value.clone();
    }
    serde_json::from_value(report).unwrap()
}

/// Everything a report of a classifier can hold.
fn full() -> Report {
    let performance = |window: &str, slice: Value, metrics: Value| {
        json!({"window": window, "where": slice, "rows": 2000, "pairs": 1900, "metrics": metrics, "counts": {},
               "standard_errors": {}, "confusion": {}, "predictions": {}, "intervals": {}, "reliability": []})
    };
    let mut current = performance(
        "current",
        json!({"model": "clf_v2"}),
        json!({"accuracy": 0.61, "rule_accuracy": 0.55, "final_accuracy": 0.6, "ece": 0.0271, "brier": 0.21,
               "mean_pnl": 0.12, "rule_mean_pnl": -0.05, "final_mean_pnl": 0.1, "sharpe": 1.3, "max_drawdown": 8.2}),
    );
    current["predictions"] = json!({"buy": 0.5, "watch": 0.3, "avoid": 0.2});
    current["intervals"] = json!({"accuracy": [0.58, 0.64]});
    current["confusion"] = json!({"buy": {"buy": 700, "avoid": 250}, "avoid": {"buy": 350, "avoid": 600}});
    current["reliability"] = json!([
        {"from": 0.5, "to": 0.6, "pairs": 900, "confidence": 0.55, "accuracy": 0.52},
        {"from": 0.6, "to": 0.7, "pairs": 1000, "confidence": 0.65, "accuracy": 0.69}
    ]);
    let row = |symbol: &str| {
        json!({"timestamp": "2014-03-31T21:00:00Z", "id": "x", "model": "clf_v2", "symbol": symbol, "prediction": "buy",
               "actual": null, "confidence": 0.71, "score": null})
    };
    report(&json!({
        "health": {
            "where": {"model": "clf_v2"}, "score": 0.41, "status": "warning",
            "message": "clf_v2 needs a look: the accuracy fell by 3.4 points, beyond the warning threshold of 3 points.",
            "components": [
                {"name": "performance", "score": 0.41, "reason": "accuracy 0.61, in the reference 0.644: -3.4 points, warning from -3 points, critical from -5 points on"},
                {"name": "drift", "score": 1.0, "reason": "no input drifted"},
                {"name": "calibration", "score": 0.73, "reason": "expected calibration error 0.0271"},
                {"name": "data_quality", "score": null, "reason": "there is no reference"}
            ]
        },
        "targets": [
            {"where": {"model": "clf_v2"}, "metric": "usage", "value": 0.83, "above": 0.8, "met": true},
            {"where": {"model": "clf_v2"}, "metric": "average_confidence", "value": 0.62, "above": 0.75, "met": false}
        ],
        "trends": [{"where": {"model": "clf_v2"}, "metric": "accuracy", "from": "2014-01-01", "to": "2014-03-31",
            "days": 61, "per_30_days": -0.02, "p_value": 0.01, "direction": "falling",
            "message": "accuracy falls by 2 points in 30 days"}],
        "estimates": [
            {"where": {"model": "clf_v2"}, "metric": "accuracy", "method": "calibrated_confidence", "from": "2014-01-02",
             "to": "2014-01-31", "rows": 620, "labelled": 20, "value": 0.6, "lower": 0.55, "upper": 0.65, "level": 0.95,
             "realized": 0.58, "reference": 0.62, "refusal": null},
            {"where": {"model": "clf_v2"}, "metric": "accuracy", "method": "calibrated_confidence", "from": "2014-01-02",
             "to": "2014-03-31", "rows": 1900, "labelled": 20, "value": null, "lower": null, "upper": null,
             "level": 0.95, "realized": null, "reference": 0.62,
             "refusal": "8 % of the rows have an input outside everything the reference showed; retrain or wait for actuals"}
        ],
        "weakest": [
            {"where": {"model": "clf_v2", "sector": "Energy"}, "metric": "accuracy", "value": 0.48, "interval": [0.4, 0.56], "n": 150},
            {"where": {"model": "clf_v2", "symbol": "XOM"}, "metric": "accuracy", "value": 0.45, "interval": null, "n": 60}
        ],
        "best_regimes": [{"where": {"model": "clf_v2", "symbol": "XOM", "regime": "calm"}, "metric": "accuracy", "value": 0.7, "interval": null, "n": 40}],
        "replay": {"rows": 740, "limit": 1000, "average_confidence": 0.66, "confidently_wrong": 12,
            "by": {"regime": {"calm": {"rows": 500, "share": 0.6757, "average_confidence": 0.7, "average_score": 0.7},
                              "crash": {"rows": 240, "share": 0.3243, "average_confidence": 0.6, "average_score": 0.6}}},
            "sample": []},
        "performance": [
            performance("reference", json!({"model": "clf_v2"}), json!({"accuracy": 0.644, "ece": 0.0139})),
            current,
            performance("current", json!({"model": "clf_v2", "regime": "calm"}), json!({"accuracy": 0.66})),
            performance("current", json!({"model": "clf_v2", "regime": "crash"}), json!({"accuracy": 0.51}))
        ],
        "recent": [row("A"), row("B"), row("C"), row("D"), row("E"), row("F")],
        "worst": [row("W")],
        "series": [{"window": "current", "metric": "accuracy", "column": null, "where": {"model": "clf_v2"},
                    "at": ["2014-01-02", "2014-01-03"], "values": [0.5, 0.7], "labels": []}]
    }))
}

fn plain(report: &Report, detailed: bool) -> String {
    anstream::adapter::strip_str(&dashboard(report, detailed)).to_string()
}

fn has(text: &str, line: &str) -> bool {
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.lines().any(|found| squeezed(found) == line)
}

#[test]
fn the_first_line_says_how_the_model_is_and_why() {
    let text = plain(&full(), false);
    assert_eq!(
        text.lines().next().unwrap(),
        "WARNING 0.41  clf_v2 needs a look: the accuracy fell by 3.4 points, beyond the warning threshold of"
    );
}

#[test]
fn the_page_holds_what_the_report_says() {
    let text = plain(&full(), false);
    for line in [
        "drift 1.00 no input drifted",
        "data quality unknown there is no reference",
        "clf_v2 usage of the model 0.83 above 0.8 met",
        "clf_v2 average confidence 0.62 above 0.75 not met",
        "buy 50.0 % ███████████████",
        "clf_v2 accuracy 0.644 0.61 [0.58, 0.64] -5.3 % 1,900",
        "clf_v2 mean P&L, % 0.12 -0.05 0.1",
        "clf_v2 crash 2,000 1,900 0.51",
        "clf_v2 sector Energy accuracy 0.48 [0.4, 0.56] 150",
        "↘ clf_v2: accuracy falls by 2 points in 30 days",
        "clf_v2 accuracy 2014-01 620 20 0.6 [0.55, 0.65] 0.58",
        "clf_v2 accuracy 2014-01-02 .. 2014-03-31 1,900 20 refused -",
        "740 rows, average confidence 0.66, 12 wrong with a confidence above 0.8",
        "regime calm 500 67.6 % 0.7 0.7",
    ] {
        assert!(has(&text, line), "`{line}` is not in\n{text}");
    }
    assert_eq!(text.matches("2014-03-31 21:00").count(), 5, "the last five predictions\n{text}");
    assert!(!text.contains("XOM"), "symbols only in detail\n{text}");
}

#[test]
fn in_detail_every_list_is_there() {
    let text = plain(&full(), true);
    for line in [
        "clf_v2 symbol XOM accuracy 0.45 - 60",
        "clf_v2 regime x symbol calm, XOM accuracy 0.7 - 40",
        "avoid 600 350",
        "0.6 .. 0.7 1,000 0.65 0.69 ████████████████████████████",
        "current clf_v2 accuracy 2014-01-02 0.5 0.7 ▁█",
    ] {
        assert!(has(&text, line), "`{line}` is not in\n{text}");
    }
}

#[test]
fn lines_fit_a_terminal() {
    for detailed in [false, true] {
        let text = plain(&full(), detailed);
        let long: Vec<&str> = text.lines().filter(|line| line.chars().count() > WIDTH).collect();
        assert!(long.is_empty(), "{long:#?}");
    }
}

#[test]
fn an_empty_report_says_that_health_is_unknown() {
    let text = plain(&report(&json!({})), true);
    assert!(text.starts_with("Health unknown"), "{text}");
}
