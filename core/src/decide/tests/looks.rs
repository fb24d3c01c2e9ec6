//! A policy with `looks`, and bounds of few days.

use super::*;
use crate::{
    hash::{hash, mix},
    math::{normal_quantile, sqrt},
};

/// Accuracy 0.7 of 868 rows with a standard error of 0.01, of so many days.
fn of_days(days: u64) -> Grounds {
    let mut report = labels();
    report.performance[0].pairs = 868;
    report.performance[0].standard_errors.insert("accuracy".into(), 0.01);
    report.performance[0].clusters.insert("accuracy".into(), days);
    report
}

/// The answer to "above 0.66 with 95 %" at a look.
fn looked(looks: &Value, previous: &[String], days: u64) -> CheckResult {
    let policy = json!({"looks": looks, "check": [{"metric": "accuracy", "above": 0.66, "confidence": 0.95}]});
    let decision = decided(&policy, &of_days(days), &json!({ "previous_looks": previous })).unwrap();
    assert_eq!(serde_json::to_value(decision.policy.looks).unwrap(), *looks, "the decision echoes what was asked");
    assert_eq!(decision.facts.previous_looks, previous);
    decision.checks.into_iter().next().unwrap()
}

fn nights(count: u32) -> Vec<String> {
    (0..count).map(|night| format!("2008-{:02}-{:02}T22:00:00Z", 1 + night / 28, 1 + night % 28)).collect()
}

#[test]
fn few_days_make_a_bound_wide() {
    // Student's t at 0.95 with 4 degrees of freedom and with 27: scipy 1.17.
    for (days, deviate) in [(5, 2.131_846_786_326_649), (28, 1.703_288_445_722_127)] {
        let [low, high] = looked(&Value::Null, &[], days).interval.unwrap();
        close(0.7 - low, 0.01 * deviate, 1e-9);
        close(high - 0.7, 0.01 * deviate, 1e-9);
    }
    let mut report = labels();
    report.comparisons[1].standard_error = Some(0.05);
    report.comparisons[1].clusters = Some(5);
    let replay = json!({"metric": "replay_improvement", "above": 0.0, "confidence": 0.95});
    assert_eq!(answer(&replay, &report).verdict, UNSURE, "0.1 - 2.13 x 0.05 < 0");
    report.comparisons[3].standard_error = Some(0.05);
    report.comparisons[3].clusters = Some(5);
    let change = json!({"metric": "accuracy", "against": "baseline", "better_by": 0, "confidence": 0.95});
    assert_eq!(answer(&change, &report).verdict, UNSURE);
    report.comparisons[3].clusters = Some(200);
    assert_eq!(answer(&change, &report).verdict, PASS);
}

#[test]
fn a_look_of_many_has_the_bound_of_that_look() {
    // tests/vectors/sequential.json, and scipy's Student's t at the same tail.
    let any = looked(&json!("any"), &nights(300), 28);
    close(0.7 - any.interval.unwrap()[0], 0.01 * 3.614_708_016_191_854, 1e-9);
    assert!(any.reason.contains("(they hold at every look)"), "{}", any.reason);
    let middle = looked(&json!({"planned": 28}), &nights(13), 14);
    close(0.7 - middle.interval.unwrap()[0], 0.01 * 3.108_290_862_087_985, 1e-9);
    assert!(middle.verdict == PASS && middle.reason.contains("(look 14 of 28)"), "{}", middle.reason);
    let early = looked(&json!({"planned": 28}), &nights(2), 3);
    assert!(early.verdict == UNSURE && early.reason.contains("(look 3 of 28)"), "{}", early.reason);
    let alone = looked(&json!({"planned": 1}), &[], 5);
    close(0.7 - alone.interval.unwrap()[0], 0.01 * 2.131_846_786_326_649, 1e-9);
}

#[test]
fn the_same_look_twice_is_one() {
    let twice = [nights(2), nights(2)].concat();
    assert!(looked(&json!({"planned": 28}), &twice, 3).reason.contains("look 3 of 28"));
}

#[test]
fn more_looks_than_planned_decide_nothing() {
    let late = looked(&json!({"planned": 28}), &nights(28), 29);
    assert_eq!((late.verdict, late.interval), (UNSURE, None));
    assert!(late.reason.contains("no look is left (look 29 of 28)"), "{}", late.reason);
    let plain = json!({"looks": {"planned": 2}, "check": [{"metric": "accuracy", "above": 0.66}]});
    let decision = decided(&plain, &labels(), &json!({ "previous_looks": nights(5) })).unwrap();
    assert_eq!(decision.checks[0].verdict, PASS, "what has no bound needs no look");
}

#[test]
fn looks_without_a_bound_are_warned_of() {
    let warned = |confidence: Value| {
        let check = json!({"metric": "accuracy", "above": 0.5, "confidence": confidence});
        let decision = decided(&json!({"looks": "any", "check": [check]}), &of_days(28), &json!({})).unwrap();
        decision.warnings.iter().any(|warning| warning.contains("none of its checks has a confidence"))
    };
    assert!(warned(Value::Null) && !warned(json!(0.95)));
}

/// A normal number, the same on every machine.
fn normal(run: u64, day: u64) -> f64 {
    let even = mix(hash(b"looks") ^ mix(run << 16 | day)) >> 11;
    normal_quantile((even as f64 + 0.5) / (1_u64 << 53) as f64)
}

/// Of 400 candidates that are no better, how many are promoted at one of 28 looks. A day's mean difference is normal.
fn promoted(looks: &Value) -> u64 {
    let check = json!({"metric": "accuracy", "against": "baseline", "better_by": 0, "confidence": 0.95});
    let policy: Policy = door::parse("policy", &json!({"looks": looks, "check": [check]}).to_string()).unwrap();
    let mut report = labels();
    let mut count = 0;
    for run in 0..400 {
        let (mut days, mut facts) = (Vec::new(), Facts::default());
        let promoted = (1..=28_u64).any(|day| {
            days.push(0.05 * normal(run, day));
            let n = days.len() as f64;
            let mean = days.iter().sum::<f64>() / n;
            let error = sqrt(days.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n * (n - 1.0)));
            let change = &mut report.comparisons[3];
            (change.value, change.n) = (Some(mean), 31 * day);
            (change.standard_error, change.clusters) = (Some(error), Some(day));
            // On the first day there is no standard error. No bound at 0.95 is nearer than this.
            let decided = day > 1 && mean > 1.6 * error;
            let pass = decided && crate::decide::decide(&policy, &report, &facts).unwrap().approved;
            facts.previous_looks.extend(nights(day as u32).pop());
            pass
        });
        count += u64::from(promoted);
    }
    count
}

#[test]
fn a_candidate_that_is_no_better_is_not_promoted_by_looking_often() {
    // At a rate of 5 %, 35 of 400 and more come about once in a thousand times (the binomial distribution: scipy 1.17).
    assert!(promoted(&json!({"planned": 28})) < 35);
    assert!(promoted(&json!("any")) < 35);
    assert!(promoted(&Value::Null) > 60, "a bound for one look is crossed at one of 28 by more than 15 %");
}
