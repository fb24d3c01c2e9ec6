#![allow(clippy::unwrap_used)]

use serde_json::Value;

use super::*;
use crate::{
    hypothesis::tests::comparisons,
    math::tests::{close, numbers},
};

/// Estimates are differences of means of numbers with an offset: they keep fewer digits than those.
#[track_caller]
fn agrees(found: MeanTest, case: &Value) {
    let number = |name: &str| case[name].as_f64().unwrap();
    close(found.estimate, number("estimate"), 1e-12);
    close(found.statistic, number("statistic"), 1e-12);
    close(found.p_value, number("p_value"), 1e-9);
    close(found.standard_error, number("estimate") / number("statistic"), 1e-12);
}

#[track_caller]
fn interval_is(found: MeanTest, alpha: f64, expected: &Value) {
    for (end, expected) in found.interval(alpha).into_iter().zip(numbers(expected)) {
        close(end, expected, 1e-10);
    }
}

#[test]
fn paired_t_is_that_of_scipy() {
    for case in comparisons("paired_t") {
        let found = paired_t(&numbers(&case["values"])).unwrap();
        agrees(found, &case);
        assert_eq!(found.df, case["df"].as_f64().unwrap());
        interval_is(found, 0.1, &case["interval_90"]);
    }
}

#[test]
fn welch_is_that_of_scipy() {
    for case in comparisons("welch") {
        let found = welch(&numbers(&case["baseline"]), &numbers(&case["candidate"])).unwrap();
        agrees(found, &case);
        close(found.df, case["df"].as_f64().unwrap(), 1e-12);
        interval_is(found, 0.05, &case["interval_95"]);
    }
}

#[test]
fn two_proportions_are_those_of_statsmodels() {
    for case in comparisons("two_proportions") {
        let side = |name: &str| (case[name][0].as_u64().unwrap(), case[name][1].as_u64().unwrap());
        let found = two_proportions(side("baseline"), side("candidate")).unwrap();
        agrees(found, &case);
        assert_eq!(found.df, f64::INFINITY);
    }
}

#[test]
fn a_normal_interval_has_the_quantile_everyone_knows() {
    let [low, high] = MeanTest::new(1.0, 2.0, f64::INFINITY).unwrap().interval(0.05);
    close(high, 1.0 + 2.0 * 1.959_963_984_540_054, 1e-14);
    close(low, 1.0 - 2.0 * 1.959_963_984_540_054, 1e-14);
}

#[test]
fn no_spread_is_answered_only_by_no_difference() {
    let zero = paired_t(&[0.0; 5]).unwrap();
    assert_eq!((zero.statistic, zero.p_value, zero.interval(0.05)), (0.0, 1.0, [0.0, 0.0]));
    let same = welch(&[0.1; 3], &[0.1; 4]).unwrap();
    assert_eq!((same.statistic, same.df, same.p_value), (0.0, 5.0, 1.0));
    let all = two_proportions((3, 3), (8, 8)).unwrap();
    assert_eq!((all.estimate, all.p_value), (0.0, 1.0));
    // Three times 0.1 is not 0.3 in f64, and yet it has no spread.
    assert!(paired_t(&[0.1; 3]).unwrap_err().0.contains("no spread"));
    assert!(welch(&[0.1; 3], &[0.2; 3]).unwrap_err().0.contains("no spread"));
}

#[test]
fn too_few_values_and_values_too_far_apart_are_skipped() {
    assert!(paired_t(&[]).is_err() && paired_t(&[1.0]).is_err());
    assert!(welch(&[1.0], &[1.0, 2.0]).is_err() && welch(&[1.0, 2.0], &[]).is_err());
    assert!(two_proportions((0, 0), (1, 2)).is_err() && two_proportions((1, 2), (3, 2)).is_err());
    assert!(two_proportions((1, 2), (1, u64::MAX)).is_err());
    assert!(paired_t(&[1e200, -1e200]).is_err() && paired_t(&[f64::NAN, 1.0]).is_err());
    assert!(paired_t(&[f64::INFINITY, 1.0, 2.0]).is_err());
    assert!(MeanTest::new(1.0, 1.0, 0.0).is_err() && MeanTest::new(1.0, f64::NAN, 3.0).is_err());
}

#[test]
fn swapping_the_models_turns_the_sign_alone() {
    arbtest::arbtest(|u| {
        let (a, b): ([i16; 6], [i16; 9]) = (u.arbitrary()?, u.arbitrary()?);
        let (a, b) = (a.map(f64::from), b.map(f64::from));
        if let (Ok(x), Ok(y)) = (welch(&a, &b), welch(&b, &a)) {
            assert_eq!((x.statistic, x.standard_error, x.p_value), (-y.statistic, y.standard_error, y.p_value));
        }
        Ok(())
    });
}
