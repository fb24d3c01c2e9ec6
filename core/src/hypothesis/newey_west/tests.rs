#![allow(clippy::unwrap_used)]

use super::*;
use crate::{
    hypothesis::{paired_t, tests::comparisons},
    math::tests::{close, numbers},
};

#[test]
fn standard_errors_are_those_of_statsmodels() {
    for case in comparisons("series") {
        let (found, expected) = (newey_west(&numbers(&case["days"])).unwrap(), &case["newey_west"]);
        assert_eq!(found.lags as u64, expected["lags"].as_u64().unwrap());
        close(found.test.standard_error, expected["standard_error"].as_f64().unwrap(), 1e-12);
        close(found.test.p_value, expected["p_value"].as_f64().unwrap(), 1e-9);
    }
}

#[test]
fn without_lags_it_is_the_t_test() {
    // Neighbours have no correlation: 1 * 1 - 1 * 1 + ... over a pattern of four.
    let days = [1.5, 1.5, -0.5, -0.5, 1.5, 1.5, -0.5, -0.5, 1.5];
    let found = newey_west(&days).unwrap();
    assert_eq!(found.lags, 0);
    close(found.test.standard_error, paired_t(&days).unwrap().standard_error, 1e-14);
}

#[test]
fn degenerate_days_have_stated_answers() {
    let zero = newey_west(&[0.0; 8]).unwrap();
    assert_eq!((zero.test.p_value, zero.lags), (1.0, 0));
    assert!(newey_west(&[0.3; 8]).unwrap_err().0.contains("no spread"));
    assert!(newey_west(&[1.0]).is_err() && newey_west(&[1e200, -1e200]).is_err());
    // A line is as dependent as days can be: lags stay below the number of days.
    assert!(newey_west(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap().lags < 6);
}
