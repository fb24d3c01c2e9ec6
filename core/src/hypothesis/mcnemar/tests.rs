#![allow(clippy::unwrap_used)]

use serde_json::Value;

use super::*;
use crate::math::tests::close;

#[test]
fn statistic_and_p_are_those_of_statsmodels_and_scipy() {
    let all: Value = serde_json::from_str(include_str!("../../../../tests/vectors/metrics.json")).unwrap();
    for case in all["mcnemar"].as_array().unwrap() {
        let count = |name: &str| case[name].as_u64().unwrap();
        for (a, b) in [(count("a"), count("b")), (count("b"), count("a"))] {
            let found = mcnemar(a, b).unwrap();
            close(found.statistic, case["statistic"].as_f64().unwrap(), 1e-12);
            close(found.p_value, case["p_value"].as_f64().unwrap(), 1e-9);
        }
    }
}

#[test]
fn equal_counts_are_no_difference_and_no_case_is_skipped() {
    assert_eq!(mcnemar(40, 40).unwrap(), McNemar { statistic: 0.0, p_value: 1.0 });
    assert_eq!(mcnemar(3, 3).unwrap(), McNemar { statistic: 0.0, p_value: 1.0 });
    assert!(mcnemar(0, 0).is_err());
    assert!(mcnemar(u64::MAX, 1).unwrap().p_value < 1e-300);
}
