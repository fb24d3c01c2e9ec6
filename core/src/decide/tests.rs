//! Policies and reports in a table: what is asked, what the report holds, what the answer has to be.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

use alloc::{collections::BTreeMap, format, string::String, string::ToString, vec, vec::Vec};

use driftgate_documents::{
    CheckResult, Comparison, Coverage, Decision, Facts, ModelChoice, Performance, Plan, Policy, Skipped, Slice, Task,
    Trust, TrustCheck, Verdict, Window,
};
use serde_json::{Value, json};

use super::{
    Grounds,
    looks::Look,
    value::{Estimate, Op, compare_bound},
};
use crate::{Error, ErrorCode, door, math::tests::close};

mod data;
mod looks;

const PASS: Verdict = Verdict::Pass;
const FAIL: Verdict = Verdict::Fail;
const UNSURE: Verdict = Verdict::Inconclusive;

fn slice(of: &[(&str, &str)]) -> Slice {
    of.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

fn entry(window: &str, of: &[(&str, &str)], pairs: u64, metrics: &[(&str, f64)]) -> Performance {
    Performance {
        window: window.into(),
        slice: slice(of),
        rows: pairs,
        pairs,
        metrics: metrics.iter().map(|(name, value)| (name.to_string(), *value)).collect(),
        counts: BTreeMap::new(),
        standard_errors: BTreeMap::new(),
        clusters: BTreeMap::new(),
        sampled: BTreeMap::new(),
        confusion: BTreeMap::new(),
        predictions: BTreeMap::new(),
        intervals: BTreeMap::new(),
        reliability: Vec::new(),
    }
}

fn comparison(metric: &str, of: &[(&str, &str)], value: Option<f64>, n: u64) -> Comparison {
    Comparison {
        metric: metric.into(),
        slice: slice(of),
        value,
        n,
        standard_error: None,
        clusters: None,
        column: None,
        details: BTreeMap::new(),
        message: "said so".into(),
    }
}

fn window(model: &str) -> Window {
    Window {
        rows: 400,
        bad_rows: 0,
        repeated_rows: 0,
        conflicting_rows: 0,
        rows_without_time: 0,
        not_finite: BTreeMap::new(),
        from: Some("2008-01-01T00:00:00Z".into()),
        to: Some("2008-12-31T00:00:00Z".into()),
        first_day: None,
        last_day: None,
        days: 300,
        resolution: "day".into(),
        models: BTreeMap::from([(model.into(), 400)]),
        model: Some(model.into()),
        model_choice: ModelChoice::Only,
        regimes: BTreeMap::new(),
        exact: true,
        values: 0,
        judged_values: 0,
        columns: BTreeMap::new(),
        digest: None,
    }
}

fn coverage(answered: u64, known: u64, beyond: u64) -> Coverage {
    let share = answered as f64 / 400.0;
    Coverage {
        window: "baseline".into(),
        cases: 400,
        answered,
        known,
        beyond,
        share,
        exact: true,
        message: "answered some".into(),
    }
}

fn trust(name: &str, found: Trust) -> TrustCheck {
    TrustCheck { name: name.into(), column: None, found, p_value: None, message: format!("{name} was looked at") }
}

/// A classifier with a baseline: 400 rows, three sectors of 200, 180 and 20, a regime.
fn labels() -> Grounds {
    Grounds {
        plan: Plan { task: Some(Task::Classification), ..Plan::default() },
        reference: None,
        current: Some(window("new")),
        baseline: Some(window("old")),
        performance: vec![
            entry("current", &[("model", "new")], 400, &[("accuracy", 0.7), ("f1", 0.6)]),
            entry("current", &[("model", "new"), ("regime", "crash")], 100, &[("accuracy", 0.58)]),
            entry("current", &[("model", "new"), ("sector", "Information Technology")], 200, &[("accuracy", 0.8)]),
            entry("current", &[("model", "new"), ("sector", "Energy")], 180, &[("accuracy", 0.5)]),
            entry("current", &[("model", "new"), ("sector", "Utilities")], 20, &[("accuracy", 0.9)]),
            entry("current", &[("model", "new"), ("variant", "(none)")], 400, &[("accuracy", 0.7)]),
            entry("current", &[("model", "other")], 999, &[("accuracy", 0.99)]),
            entry("baseline", &[("model", "old")], 400, &[("accuracy", 0.6), ("f1", 0.0)]),
            entry("baseline", &[("model", "old"), ("regime", "crash")], 100, &[("accuracy", 0.6)]),
            entry("baseline", &[("model", "old"), ("sector", "Information Technology")], 200, &[("f1", 0.8)]),
            entry("baseline", &[("model", "old"), ("sector", "Energy")], 180, &[("f1", 0.5)]),
            entry("baseline", &[("model", "old"), ("sector", "Utilities")], 20, &[("f1", 0.9)]),
        ],
        coverage: Some(coverage(400, 400, 0)),
        trust: vec![trust("identical", Trust::Sound)],
        comparisons: vec![
            comparison("drift_score", &[], Some(0.12), 400),
            Comparison {
                details: BTreeMap::from([("common".into(), 400.0), ("same".into(), 300.0)]),
                ..comparison("replay_improvement", &[], Some(0.1), 400)
            },
            comparison("replay_fixed_share", &[], Some(0.6), 160),
            comparison("accuracy", &[], Some(0.1), 400),
            comparison("accuracy", &[("regime", "crash")], Some(-0.02), 100),
        ],
        skipped: Vec::new(),
    }
}

/// A regressor with a baseline; the baseline's r2 is below 0.
fn regressor() -> Grounds {
    let mine = [("mae", 1.02), ("r2", -0.51), ("directional_accuracy", 0.53)];
    let theirs = [("mae", 1.0), ("r2", -0.5), ("directional_accuracy", 0.52)];
    Grounds {
        plan: Plan { task: Some(Task::Regression), ..Plan::default() },
        performance: vec![
            entry("current", &[("model", "new")], 400, &mine),
            entry("baseline", &[("model", "old")], 400, &theirs),
        ],
        ..labels()
    }
}

fn decided(policy: &Value, report: &Grounds, facts: &Value) -> Result<Decision, Error> {
    let policy: Policy = door::parse("policy", &policy.to_string())?;
    super::decide(&policy, report, &door::parse::<Facts>("facts", &facts.to_string())?)
}

fn answers(check: &Value, report: &Grounds) -> Vec<CheckResult> {
    decided(&json!({ "check": [check] }), report, &json!({})).unwrap_or_else(|error| panic!("{check}: {error}")).checks
}

/// The only answer of a check.
fn answer(check: &Value, report: &Grounds) -> CheckResult {
    let mut all = answers(check, report);
    assert_eq!(all.len(), 1, "{check}");
    all.remove(0)
}

fn table(report: &Grounds, rows: &[(&str, Value, Verdict)]) {
    for (sentence, check, verdict) in rows {
        let answer = answer(check, report);
        assert_eq!(answer.verdict, *verdict, "{sentence}: {}", answer.reason);
        assert!(!answer.reason.is_empty(), "{sentence}: no reason");
    }
}

#[test]
fn thresholds_are_strict_or_inclusive_as_written() {
    let drift = |op: &str, threshold: f64| json!({"metric": "drift_score", op: threshold});
    let accuracy = |op: &str, threshold: f64| json!({"metric": "accuracy", op: threshold});
    table(
        &labels(),
        &[
            ("above is strict at the boundary", accuracy("above", 0.7), FAIL),
            ("above passes beyond it", accuracy("above", 0.699_999_999_999), PASS),
            ("at_least holds at the boundary", accuracy("at_least", 0.7), PASS),
            ("at_least fails below it", accuracy("at_least", 0.700_000_000_001), FAIL),
            ("below is strict at the boundary", drift("below", 0.12), FAIL),
            ("below passes under it", drift("below", 0.120_000_000_001), PASS),
            ("at_most holds at the boundary", drift("at_most", 0.12), PASS),
            ("at_most fails over it", drift("at_most", 0.119_999_999_999), FAIL),
        ],
    );
    let answer = answer(&accuracy("above", 0.65), &labels());
    assert_eq!((answer.op.as_str(), answer.threshold, answer.value, answer.n), (">", Some(0.65), Some(0.7), 400));
    assert_eq!((answer.name.as_str(), answer.interval, answer.rows_needed), ("accuracy", None, None));
}

#[test]
fn what_cannot_be_read_is_never_a_pass() {
    table(
        &labels(),
        &[
            ("an unknown metric fails", json!({"metric": "acuracy", "above": 0.0}), FAIL),
            ("a metric that has no value fails", json!({"metric": "recall", "above": 0.0}), FAIL),
            ("a regressor's metric asked of labels fails", json!({"metric": "mae", "below": 99.0}), FAIL),
            (
                "a column nobody knows fails",
                json!({"metric": "accuracy", "where": {"country": "FR"}, "above": 0.0}),
                FAIL,
            ),
            (
                "a column without any value fails",
                json!({"metric": "accuracy", "where": {"variant": "a"}, "above": 0.0}),
                FAIL,
            ),
            (
                "each of a column without any value fails",
                json!({"metric": "accuracy", "each": "variant", "above": 0.0}),
                FAIL,
            ),
            (
                "columns that were not profiled together fail",
                json!({"metric": "accuracy", "where": {"regime": "crash"}, "each": "sector", "above": 0.0}),
                FAIL,
            ),
            (
                "an empty slice is inconclusive",
                json!({"metric": "accuracy", "where": {"regime": "boom"}, "above": 0.0}),
                UNSURE,
            ),
            (
                "a slice of a paired metric fails",
                json!({"metric": "drift_score", "where": {"regime": "crash"}, "below": 1.0}),
                FAIL,
            ),
            (
                "each of a paired metric fails",
                json!({"metric": "replay_improvement", "each": "sector", "above": -1.0}),
                FAIL,
            ),
        ],
    );
    let reason = |check: Value| answer(&check, &labels()).reason;
    assert!(reason(json!({"metric": "acuracy", "above": 0.0})).contains("did you mean accuracy?"));
    assert!(reason(json!({"metric": "drift_scor", "below": 0.2})).contains("did you mean drift_score?"));
    assert!(reason(json!({"metric": "mae", "below": 9.0})).contains("use accuracy or f1"));
    assert!(
        reason(json!({"metric": "accuracy", "where": {"country": "FR"}, "above": 0.0}))
            .contains("--map country=COLUMN")
    );
    let together = json!({"metric": "accuracy", "each": ["sector", "regime"], "above": 0.0});
    assert!(reason(together).contains("--segment regime,sector"));
    let accuracy = answer(&json!({"metric": "accuracy", "above": 0.5}), &regressor());
    assert!(accuracy.verdict == FAIL && accuracy.reason.contains("use directional_accuracy"), "{}", accuracy.reason);
}

#[test]
fn a_metric_that_is_nan_or_skipped_fails() {
    let mut report = labels();
    report.performance[0].metrics.insert("accuracy".into(), f64::NAN);
    report.comparisons[0].value = Some(f64::NAN);
    for op in ["above", "at_least", "below", "at_most"] {
        for metric in ["accuracy", "drift_score"] {
            let answer = answer(&json!({"metric": metric, op: 0.5}), &report);
            assert_eq!(answer.verdict, FAIL, "{metric} {op}: {}", answer.reason);
        }
    }
    report.performance[0].metrics.remove("f1");
    report.skipped.push(Skipped {
        kind: "performance".into(),
        column: None,
        slice: slice(&[("model", "new")]),
        method: "f1".into(),
        reason: "current: more than 4,096 pairs of labels: are these labels?".into(),
    });
    let f1 = answer(&json!({"metric": "f1", "above": 0.1}), &report);
    assert!(f1.verdict == FAIL && f1.reason.contains("are these labels?"), "{}", f1.reason);
}

#[test]
fn too_few_rows_are_inconclusive_whatever_the_value() {
    let check = |min_rows: u64| json!({"metric": "accuracy", "above": 0.1, "min_rows": min_rows});
    table(
        &labels(),
        &[
            ("as many as asked", check(400), PASS),
            ("one too few", check(401), UNSURE),
            ("none asked", check(0), PASS),
            ("too few also where it would fail", json!({"metric": "accuracy", "above": 0.99, "min_rows": 401}), UNSURE),
            (
                "too few pairs for a replay",
                json!({"metric": "replay_improvement", "above": 0.0, "min_rows": 500}),
                UNSURE,
            ),
        ],
    );
    assert_eq!(answer(&check(441), &labels()).rows_needed, Some(41));
    let empty = json!({"metric": "accuracy", "where": {"regime": "boom"}, "above": 0.5, "min_rows": 30});
    assert_eq!(answer(&empty, &labels()).rows_needed, Some(30));
    let mut few = labels();
    few.comparisons[0] = comparison("drift_score", &[], None, 150);
    few.comparisons[0].details.insert("rows_needed".into(), 50.0);
    let drift = answer(&json!({"metric": "drift_score", "below": 0.2}), &few);
    assert_eq!((drift.verdict, drift.rows_needed), (UNSURE, Some(50)));
}

#[test]
fn a_count_of_its_own_is_the_n_of_a_metric() {
    let mut report = regressor();
    report.performance[0].counts.insert("directional_accuracy".into(), 12);
    let check = json!({"metric": "directional_accuracy", "above": 0.5, "min_rows": 30});
    let answer = answer(&check, &report);
    assert_eq!((answer.verdict, answer.n, answer.rows_needed), (UNSURE, 12, Some(18)));
}

#[test]
fn each_gives_one_answer_a_slice_and_the_worst_decides() {
    let check = json!({"metric": "accuracy", "each": "sector", "at_least": 0.55, "min_rows": 30});
    let verdicts: Vec<(String, Verdict)> =
        answers(&check, &labels()).into_iter().map(|answer| (answer.name, answer.verdict)).collect();
    assert_eq!(
        verdicts,
        [
            ("accuracy where sector=Information Technology".into(), PASS),
            ("accuracy where sector=Energy".into(), FAIL),
            ("accuracy where sector=Utilities".into(), UNSURE),
        ]
    );
    let named = json!({"name": "sectors", "metric": "accuracy", "each": "sector", "at_least": 0.55});
    assert_eq!(answers(&named, &labels())[1].name, "sectors (accuracy where sector=Energy)");
}

#[test]
fn sectors_answer_to_their_everyday_names() {
    let of = |name: &str| json!({"metric": "accuracy", "where": {"sector": name}, "at_least": 0.75});
    table(
        &labels(),
        &[
            ("the official name", of("Information Technology"), PASS),
            ("the everyday name", of("Technology"), PASS),
            ("in any case", of("technology"), PASS),
            ("a sector without rows", of("Health Care"), UNSURE),
        ],
    );
    let regime = json!({"metric": "accuracy", "where": {"regime": "Technology"}, "above": 0.0});
    assert_eq!(answer(&regime, &labels()).verdict, UNSURE, "only sectors have everyday names");
}

#[test]
fn a_comparison_that_was_not_made_fails_and_says_what_to_give() {
    let bare = Grounds { comparisons: Vec::new(), baseline: None, ..labels() };
    for (metric, needs) in
        [("drift_score", "--reference"), ("replay_improvement", "--baseline"), ("replay_fixed_share", "--baseline")]
    {
        let answer = answer(&json!({"metric": metric, "above": 0.0}), &bare);
        assert!(answer.verdict == FAIL && answer.reason.contains(needs), "{metric}: {}", answer.reason);
    }
    let change = json!({"metric": "accuracy", "against": "baseline", "no_worse_than": "50%"});
    let answer_of_change = answer(&change, &bare);
    assert!(answer_of_change.verdict == FAIL && answer_of_change.reason.contains("--baseline"));
    let mut unpaired = labels();
    unpaired.comparisons = vec![comparison("replay_improvement", &[], None, 0)];
    let replay = answer(&json!({"metric": "replay_improvement", "above": -1.0}), &unpaired);
    assert_eq!((replay.verdict, replay.reason.as_str()), (FAIL, "said so"), "without common ids");
}

#[test]
fn nothing_asked_is_nothing_approved() {
    let decision = decided(&json!({"name": "empty"}), &labels(), &json!({})).unwrap();
    assert_eq!((decision.verdict, decision.approved, decision.recommendation.as_str()), (FAIL, false, "REJECT"));
    assert!(decision.warnings.iter().any(|warning| warning.contains("no checks")));
}

#[test]
fn any_fail_rejects_else_any_doubt_leaves_it_open() {
    let pass = json!({"metric": "accuracy", "above": 0.1});
    let doubt = json!({"metric": "accuracy", "above": 0.1, "min_rows": 500});
    let fail = json!({"metric": "accuracy", "above": 0.9});
    for (checks, verdict, recommendation) in [
        (vec![&pass, &pass], PASS, "PROMOTE"),
        (vec![&pass, &doubt], UNSURE, "INCONCLUSIVE"),
        (vec![&doubt, &fail, &pass], FAIL, "REJECT"),
    ] {
        let decision = decided(&json!({"check": checks}), &labels(), &json!({})).unwrap();
        assert_eq!((decision.verdict, decision.recommendation.as_str()), (verdict, recommendation));
        assert_eq!(decision.approved, verdict == PASS);
        let (passed, failed, open) =
            (decision.checks_passed.len(), decision.checks_failed.len(), decision.checks_inconclusive.len());
        assert_eq!(passed + failed + open, decision.checks.len());
    }
}

#[test]
fn a_candidate_that_is_the_baseline_is_rejected() {
    let policy = json!({"check": [{"metric": "accuracy", "above": 0.1}]});
    let verdict = |report: &Grounds, facts: Value| decided(&policy, report, &facts).unwrap().verdict;
    assert_eq!(verdict(&labels(), json!({"candidate_digest": "a", "baseline_digest": "b"})), PASS);
    assert_eq!(verdict(&labels(), json!({"candidate_digest": "a", "baseline_digest": "a"})), FAIL);
    assert_eq!(verdict(&labels(), json!({})), PASS, "no digest is no equality");
    let with = |trust: Vec<TrustCheck>| Grounds { trust, ..labels() };
    assert_eq!(verdict(&with(vec![trust("identical", Trust::Sound)]), json!({})), PASS);
    assert_eq!(verdict(&with(vec![trust("identical", Trust::Broken)]), json!({})), FAIL);
    assert_eq!(verdict(&with(Vec::new()), json!({})), UNSURE, "no common case leaves it open");
}

#[test]
fn margins_are_on_the_size_of_the_baseline_and_in_the_direction_of_better() {
    let change = |metric: &str, key: &str, margin: Value| json!({"metric": metric, "against": "baseline", key: margin});
    let (worse, better) = ("no_worse_than", "better_by");
    table(
        &regressor(),
        &[
            // mae 1.02 against 1.0: lower is better.
            ("2 % worse is no worse than 2 %", change("mae", worse, json!("2%")), PASS),
            ("2 % worse is worse than 1.9 %", change("mae", worse, json!("1.9 %")), FAIL),
            ("an absolute margin in the metric's unit", change("mae", worse, json!(0.021)), PASS),
            ("and too small a one", change("mae", worse, json!(0.019)), FAIL),
            ("worse is not better by nothing", change("mae", better, json!(0)), FAIL),
            // r2 -0.51 against -0.5: higher is better, the baseline is below 0, the limit -0.5 - 3 % of 0.5 = -0.515.
            ("a negative baseline: slack is slack", change("r2", worse, json!("3%")), PASS),
            ("a negative baseline: -0.505 is the limit at 1 %", change("r2", worse, json!("1%")), FAIL),
            ("a negative baseline: better is above it", change("r2", better, json!("1%")), FAIL),
            // 0.53 against 0.52: higher is better.
            ("better by a hundredth of 1", change("directional_accuracy", better, json!(0.009_999)), PASS),
            ("not by more", change("directional_accuracy", better, json!(0.010_001)), FAIL),
            ("better is no worse", change("directional_accuracy", worse, json!(0)), PASS),
        ],
    );
    let mae = answer(&change("mae", worse, json!("2%")), &regressor());
    assert_eq!((mae.op.as_str(), mae.threshold, mae.baseline), ("<=", Some(1.02), Some(1.0)));
    let r2 = answer(&change("r2", worse, json!("3%")), &regressor());
    assert_eq!((r2.op.as_str(), r2.baseline), (">=", Some(-0.5)));
    close(r2.threshold.unwrap(), -0.515, 1e-12);
    let better_r2 = answer(&change("r2", better, json!("2%")), &regressor());
    close(better_r2.threshold.unwrap(), -0.49, 1e-12);
}

#[test]
fn a_change_is_asked_of_the_same_slice() {
    let change = |of: Value, margin: Value| json!({"metric": "accuracy", "where": of, "against": "baseline", "no_worse_than": margin});
    table(
        &labels(),
        &[
            ("0.58 against 0.6 in a crash", change(json!({"regime": "crash"}), json!(0.01)), FAIL),
            ("with slack", change(json!({"regime": "crash"}), json!(0.03)), PASS),
            ("a slice of which the baseline has no such metric", change(json!({"sector": "Energy"}), json!(0.9)), FAIL),
        ],
    );
}

#[test]
fn a_change_with_confidence_is_decided_on_the_common_cases() {
    let check = json!({"metric": "accuracy", "against": "baseline", "better_by": 0.02, "confidence": 0.95});
    assert_eq!(answer(&check, &labels()).verdict, UNSURE, "no paired change was measured");
    let with = |error: f64| {
        let mut report = labels();
        let mut change = comparison("accuracy", &[], Some(0.1), 350);
        change.standard_error = Some(error);
        report.comparisons.retain(|comparison| comparison.metric != "accuracy");
        report.comparisons.push(change);
        answer(&check, &report)
    };
    // 0.6 + 0.1 +- 1.6449 x error against 0.62.
    let sure = with(0.04);
    assert_eq!((sure.verdict, sure.value), (PASS, Some(0.7)));
    close(sure.interval.unwrap()[0], 0.634_205_854_921_941_1, 1e-12);
    assert_eq!(with(0.06).verdict, UNSURE);
}

#[test]
fn bounds_and_rows_needed_are_those_of_fifty_digits() {
    let all: Value = serde_json::from_str(include_str!("../../../tests/vectors/gate.json")).unwrap();
    for case in all["bounds"].as_array().unwrap() {
        let number = |name: &str| case[name].as_f64().unwrap();
        let op = match case["op"].as_str().unwrap() {
            ">" => Op::Above,
            ">=" => Op::AtLeast,
            "<" => Op::Below,
            _ => Op::AtMost,
        };
        let n = case["n"].as_u64().unwrap();
        let estimate = Estimate { value: number("value"), error: number("error"), clusters: None, n };
        let bound = Look::Only.bound(number("confidence")).unwrap();
        let answer = compare_bound(estimate, op, number("threshold"), &bound);
        let [low, high] = answer.interval.unwrap();
        close(low, number("low"), 1e-12);
        close(high, number("high"), 1e-12);
        assert_eq!(serde_json::to_value(answer.verdict).unwrap(), case["verdict"], "{case}");
        let (rows, expected) = (answer.rows_needed, case["rows_needed"].as_u64());
        // One row more or less where rounding decides the last of 200 million.
        let near =
            rows.zip(expected).is_some_and(|(rows, expected)| rows.abs_diff(expected) <= expected / 1_000_000_000);
        assert!(rows == expected || near, "{case}: {rows:?}");
    }
}

#[test]
fn a_check_with_confidence_reads_the_standard_error_of_its_slice() {
    let check = json!({"metric": "accuracy", "above": 0.65, "confidence": 0.95});
    let without = answer(&check, &labels());
    assert!(without.verdict == UNSURE && without.reason.contains("no confidence bound"), "{}", without.reason);
    let mut report = labels();
    report.performance[0].standard_errors.insert("accuracy".into(), 0.02);
    assert_eq!(answer(&check, &report).verdict, PASS);
    report.performance[0].standard_errors.insert("accuracy".into(), f64::NAN);
    assert_eq!(answer(&check, &report).verdict, FAIL, "NaN is never a pass");
    let replay = json!({"metric": "replay_improvement", "above": 0.0, "confidence": 0.95});
    assert_eq!(answer(&replay, &report).verdict, UNSURE);
    report.comparisons[1].standard_error = Some(0.05);
    assert_eq!(answer(&replay, &report).verdict, PASS, "0.1 - 1.645 x 0.05 > 0");
}

#[test]
fn a_bound_that_every_value_meets_or_none_is_an_error() {
    let change = |key: &str, margin: Value| json!({"metric": "accuracy", "against": "baseline", key: margin});
    for (check, said) in [
        (json!({"metric": "accuracy", "at_least": 0}), "every value passes, as accuracy is between 0 and 1"),
        (json!({"metric": "accuracy", "above": -0.1}), "every value passes"),
        (json!({"metric": "accuracy", "at_most": 1}), "every value passes"),
        (
            json!({"metric": "accuracy", "above": 65}),
            "no value passes, as accuracy is between 0 and 1; did you mean 0.65?",
        ),
        (json!({"metric": "accuracy", "above": 1}), "no value passes"),
        (json!({"metric": "brier", "below": 0}), "no value passes"),
        (json!({"metric": "mae", "at_least": 0}), "every value passes, as mae is at least 0"),
        (json!({"metric": "mae", "below": 0}), "no value passes"),
        (json!({"metric": "r2", "at_most": 1}), "every value passes, as r2 is at most 1"),
        (json!({"metric": "r2", "above": 1}), "no value passes"),
        (json!({"metric": "drift_score", "below": 20}), "every value passes"),
        (
            change("no_worse_than", json!(2)),
            "every candidate passes, as accuracy is between 0 and 1; did you mean \"2%\" or 0.02?",
        ),
        (change("better_by", json!(1)), "no candidate passes"),
        (change("no_worse_than", json!("100%")), "a margin of 100 %"),
        (change("better_by", json!("250 %")), "a margin of 250 %"),
    ] {
        let error =
            decided(&json!({"check": [check]}), &labels(), &json!({})).map(|_| ()).expect_err(&check.to_string());
        assert!(error.code == ErrorCode::Usage && error.message.contains(said), "{check}: {error}");
    }
    // The ends themselves can be asked for, and a loss may have any margin in its own unit.
    for check in [
        json!({"metric": "accuracy", "at_least": 1}),
        json!({"metric": "accuracy", "above": 0}),
        json!({"metric": "mae", "at_most": 0}),
        json!({"metric": "mean_pnl", "above": -50}),
        json!({"metric": "mae", "against": "baseline", "no_worse_than": 5}),
        change("no_worse_than", json!("99%")),
    ] {
        assert!(decided(&json!({"check": [check]}), &labels(), &json!({})).is_ok(), "{check}");
    }
}

#[test]
fn a_policy_that_cannot_mean_anything_is_an_error() {
    for (policy, said) in [
        (json!({"check": [{"metric": "accuracy"}]}), "no threshold"),
        (json!({"check": [{"metric": "accuracy", "above": 0.5, "below": 0.9}]}), "more than one threshold"),
        (json!({"check": [{"metric": "accuracy", "above": 0.5, "confidence": 2}]}), "confidence is 2"),
        (json!({"check": [{"metric": "accuracy", "above": 0.5, "confidence": 0.5}]}), "confidence is 0.5"),
        (json!({"check": [{"metric": "accuracy", "above": 0.5, "confidence": 1}]}), "confidence is 1"),
        (json!({"check": [{"metric": "mae", "against": "baseline", "no_worse_than": "abc"}]}), "margin \"abc\""),
        (json!({"check": [{"metric": "mae", "against": "baseline", "no_worse_than": "2"}]}), "margin \"2\""),
        (json!({"check": [{"metric": "mae", "against": "baseline", "no_worse_than": "-2%"}]}), "margin -0.02"),
        (json!({"check": [{"metric": "mae", "against": "baseline", "no_worse_than": "nan%"}]}), "margin NaN"),
        (json!({"check": [{"metric": "mae", "against": "baseline", "no_worse_than": -1}]}), "margin -1"),
        (
            json!({"check": [{"metric": "mae", "against": "baseline", "no_worse_than": 1, "better_by": 1}]}),
            "two checks",
        ),
        (json!({"check": [{"metric": "mae", "against": "baseline", "no_worse_than": 1, "below": 1}]}), "two checks"),
        (json!({"check": [{"metric": "mae", "no_worse_than": 1}]}), "against"),
        (json!({"check": [{"metric": "mae", "against": "baseline", "below": 1}]}), "against"),
        (
            json!({"check": [{"metric": "drift_score", "against": "baseline", "better_by": 1}]}),
            "compares with the baseline already",
        ),
        (json!({"looks": {"planned": 0}}), "policy, at looks.planned: 0; allowed is 1 to 200"),
        (json!({"looks": {"planned": 201}}), "policy, at looks.planned: 201; allowed is 1 to 200"),
        (json!({"looks": "never"}), "unknown variant `never`"),
        (
            json!({"looks": {"planned": 5}, "check": [{"metric": "accuracy", "above": 0.5, "confidence": 0.999_999_999_99}]}),
            "check 1 (accuracy): planned looks: alpha is",
        ),
        (json!({"check": [{"metric": "accuracy", "abov": 0.5}]}), "did you mean `above`?"),
        (json!({"chek": []}), "did you mean `check`?"),
        (json!({"check": [{"above": 0.5}]}), "missing field `metric`"),
    ] {
        let error = decided(&policy, &labels(), &json!({})).map(|_| ()).expect_err(&policy.to_string());
        assert!(error.code == ErrorCode::Usage && error.message.contains(said), "{policy}: {error}");
    }
    let error = door::parse::<Policy>("policy", r#"{"check": [{"metric": "accuracy", "above": 1e999}]}"#).unwrap_err();
    assert!(error.message.contains("out of range") && error.message.contains("check[0]"), "{error}");
    for threshold in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut policy = Policy::preset("production").unwrap();
        policy.check[0].above = Some(threshold);
        let error = super::decide(&policy, &labels(), &Facts::default()).unwrap_err();
        assert!(
            error.message.contains("not a finite number") && error.message.contains("check 1 (accuracy)"),
            "{error}"
        );
    }
}

#[test]
fn an_override_is_in_force_with_an_actor_a_reason_and_before_its_end() {
    let policy = json!({"check": [{"metric": "accuracy", "above": 0.9}]});
    let with = |actor: &str, reason: &str, expires: &str, now: Option<&str>| {
        let given = json!({"actor": actor, "reason": reason, "expires": expires});
        decided(&policy, &labels(), &json!({"now": now, "override": given})).unwrap()
    };
    let now = Some("2026-05-01T12:00:00Z");
    for (sentence, decision, said) in [
        ("in force", with("Ada", "hotfix", "2026-05-01T12:00:01Z", now), None),
        ("a date ends at its beginning", with("Ada", "hotfix", "2026-05-02", now), None),
        ("in another zone", with("Ada", "hotfix", "2026-05-01T14:00:01+02:00", now), None),
        ("at its end it is over", with("Ada", "hotfix", "2026-05-01T12:00:00Z", now), Some("expired")),
        ("today is over", with("Ada", "hotfix", "2026-05-01", now), Some("expired")),
        ("without an actor", with(" ", "hotfix", "2999-01-01", now), Some("no actor")),
        ("without a reason", with("Ada", "", "2999-01-01", now), Some("no reason")),
        ("without an end", with("Ada", "hotfix", "", now), Some("expires is")),
        ("a number is no end", with("Ada", "hotfix", "32503680000", now), Some("expires is")),
        ("nobody knows the time", with("Ada", "hotfix", "2999-01-01", None), Some("not known")),
    ] {
        let in_force = said.is_none();
        assert_eq!((decision.approved, decision.r#override.is_some()), (in_force, in_force), "{sentence}");
        assert_eq!((decision.verdict, decision.recommendation.as_str()), (FAIL, "REJECT"), "{sentence}");
        assert!(decision.facts.r#override.is_some(), "{sentence}: it is kept whatever becomes of it");
        let warned = decision.warnings.iter().any(|warning| said.is_some_and(|said| warning.contains(said)));
        assert_eq!(warned, said.is_some(), "{sentence}: {:?}", decision.warnings);
    }
    let error = decided(&json!({"check": [], "override": {}}), &labels(), &json!({})).map(|_| ()).unwrap_err();
    assert!(error.message.contains("unknown field `override`"), "a policy cannot: {error}");
}

#[test]
fn a_decision_names_its_models_its_plan_and_its_inputs() {
    let mut report = labels();
    report.current.as_mut().unwrap().digest = Some("sha256:1".into());
    report.baseline.as_mut().unwrap().digest = Some("sha256:2".into());
    let decision = decided(&json!({"check": []}), &report, &json!({})).unwrap();
    assert_eq!((decision.candidate.as_str(), decision.baseline.as_deref()), ("new", Some("old")));
    assert_eq!(decision.plan, report.plan);
    assert_eq!(decision.inputs, slice(&[("current", "sha256:1"), ("baseline", "sha256:2")]));
}

#[test]
fn a_change_on_common_cases_is_measured_from_the_baseline_on_them() {
    let mut report = labels();
    report.comparisons.retain(|comparison| comparison.metric != "accuracy");
    let mut change = comparison("accuracy", &[], Some(-0.05), 200);
    change.details = BTreeMap::from([("candidate".into(), 0.75), ("baseline".into(), 0.8)]);
    report.comparisons.push(change);
    // 0.7 against 0.6 by the logs as they are; 0.75 against 0.8 on what they share, of which 10 % are 0.08.
    let check = json!({"metric": "accuracy", "against": "baseline", "no_worse_than": "10%"});
    let found = answer(&check, &report);
    assert_eq!((found.verdict, found.n, found.baseline), (PASS, 200, Some(0.8)));
    close(found.threshold.unwrap(), 0.72, 1e-12);
    close(found.value.unwrap(), 0.75, 1e-12);
}

#[test]
fn presets_are_those_of_the_documents() {
    // product.md: 65 % overall and in a crash, 55 % in every sector of 30 rows, drift below 20 %, replay above 0.
    let thresholds = |name: &str| -> Vec<String> {
        let policy = Policy::preset(name).unwrap();
        assert_eq!(policy.name, name);
        let of = |check: &driftgate_documents::Check| {
            let (op, threshold) = super::value::threshold(check).unwrap();
            format!("{} {} {threshold} {:?}", check.metric, op.name(), check.confidence)
        };
        assert_eq!(policy.check[1].slice, slice(&[("regime", "crash")]));
        assert_eq!((policy.check[2].segment(), policy.check[2].min_rows), (vec!["sector".to_string()], Some(30)));
        policy.check.iter().map(of).collect()
    };
    assert_eq!(
        thresholds("production"),
        [
            "accuracy > 0.65 None",
            "accuracy > 0.65 None",
            "accuracy >= 0.55 None",
            "drift_score < 0.2 None",
            "replay_improvement > 0 None",
        ]
    );
    assert_eq!(
        thresholds("testing"),
        [
            "accuracy > 0.7 Some(0.95)",
            "accuracy > 0.7 Some(0.95)",
            "accuracy >= 0.6 Some(0.95)",
            "drift_score < 0.15 None",
            "replay_improvement > 0.05 None",
        ]
    );
    assert_eq!(
        thresholds("development"),
        [
            "accuracy > 0.6 None",
            "accuracy > 0.6 None",
            "accuracy >= 0.5 None",
            "drift_score < 0.3 None",
            "replay_improvement > -0.05 None",
        ]
    );
    assert!(Policy::preset("prod").is_none());
    assert!(Policy::PRESETS.iter().all(|name| Policy::preset(name).is_some()));
}

#[test]
fn a_reference_of_another_time_is_said() {
    let mut report = labels();
    let policy = json!({"check": [{"metric": "drift_score", "below": 0.2}]});
    let warned = |report: &Grounds| !decided(&policy, report, &json!({})).unwrap().warnings.is_empty();
    report.reference = Some(window("old"));
    assert!(!warned(&report));
    report.reference = Some(Window { to: Some("2007-12-31T00:00:00Z".into()), ..window("old") });
    assert!(warned(&report));
}

#[test]
fn a_candidate_is_not_guessed_among_several_models() {
    let mut report = labels();
    let window = report.current.as_mut().unwrap();
    window.models.insert("other".into(), 10);
    window.model_choice = ModelChoice::MostRows;
    let policy = json!({"check": [{"metric": "accuracy", "above": 0.65}]});
    let said = decided(&policy, &report, &json!({})).unwrap_err().message;
    assert!(said.contains("(new, other)") && said.contains("--model"), "{said}");
}

#[test]
fn a_change_between_logs_of_different_cases_is_open() {
    let change = |metric: &str| json!({"metric": metric, "against": "baseline", "no_worse_than": "1%"});
    let with = |common: u64, metric: &str| {
        let mut report = labels();
        report.comparisons.retain(|comparison| comparison.metric != "accuracy");
        report.comparisons.push(comparison("accuracy", &[], Some(-0.2), common));
        answer(&change(metric), &report)
    };
    // 0.7 against 0.6 by the logs as they are, 0.4 against 0.6 on what they share.
    assert_eq!((with(0, "accuracy").verdict, with(0, "f1").verdict), (UNSURE, UNSURE), "nothing in common");
    assert_eq!((with(204, "accuracy").verdict, with(204, "accuracy").n), (FAIL, 204), "what is common decides");
    assert_eq!((with(204, "f1").verdict, with(400, "f1").verdict), (UNSURE, PASS), "f1 is not compared by case");
}

#[test]
fn a_baseline_without_common_cases_leaves_it_open_whether_it_is_the_candidate() {
    let mut report = labels();
    report.trust.clear();
    report.coverage = None;
    let policy = json!({"check": [{"metric": "accuracy", "above": 0.1}]});
    let decision = decided(&policy, &report, &json!({})).unwrap();
    assert_eq!(decision.verdict, UNSURE);
    assert!(decision.warnings.iter().any(|warning| warning.contains("no case in common")));
    report.baseline = None;
    assert_eq!(decided(&policy, &report, &json!({})).unwrap().verdict, PASS);
}

#[test]
fn each_is_open_where_not_every_value_was_counted() {
    let mut report = labels();
    let check = json!({"metric": "accuracy", "each": "sector", "above": 0.0});
    assert!(answers(&check, &report).iter().all(|answer| answer.verdict == PASS));
    report.skipped.push(Skipped {
        kind: "performance".into(),
        column: None,
        slice: Slice::new(),
        method: "sector".into(),
        reason: "current: more than 4096 values".into(),
    });
    let last = answers(&check, &report).pop().unwrap();
    assert!(last.verdict == UNSURE && last.reason.contains("not judged"), "{}", last.reason);
}

#[test]
fn rows_that_all_agree_give_no_bound() {
    let check = json!({"metric": "accuracy", "above": 0.9, "confidence": 0.99});
    let mut report = labels();
    report.performance[0] = entry("current", &[("model", "new")], 2, &[("accuracy", 1.0)]);
    report.performance[0].standard_errors.insert("accuracy".into(), 0.0);
    assert_eq!(answer(&check, &report).verdict, UNSURE);
}
