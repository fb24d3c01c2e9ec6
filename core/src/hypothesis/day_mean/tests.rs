#![allow(clippy::unwrap_used)]

use super::*;
use crate::{
    hypothesis::tests::comparisons,
    math::tests::{close, numbers},
};

#[test]
fn every_number_is_that_of_fifty_digits() {
    for case in comparisons("series") {
        let (found, expected) = (day_mean(&numbers(&case["days"])).unwrap(), &case["day_mean"]);
        close(found.standard_error, expected["standard_error"].as_f64().unwrap(), 1e-12);
        close(found.df, expected["df"].as_f64().unwrap(), 1e-12);
        close(found.p_value, expected["p_value"].as_f64().unwrap(), 1e-9);
    }
}

#[test]
fn degenerate_days_have_stated_answers() {
    let zero = day_mean(&[0.0; 8]).unwrap();
    assert_eq!((zero.statistic, zero.p_value), (0.0, 1.0));
    assert!(day_mean(&[0.3; 8]).unwrap_err().0.contains("no spread"));
    assert!(day_mean(&[1.0, 2.0]).is_err() && day_mean(&[1e200, -1e200, 0.0]).is_err());
}
