#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::math::tests::{close, numbers};
use serde_json::Value;

#[test]
fn every_number_is_that_of_numpy_and_fifty_digits() {
    let all: Value = serde_json::from_str(include_str!("../../../../tests/vectors/trend.json")).unwrap();
    for case in all["trend"].as_array().unwrap() {
        let result = trend(&numbers(&case["days"])).unwrap();
        let expected = |name: &str| case[name].as_f64().unwrap();
        close(result.slope, expected("slope"), 1e-11);
        close(result.n_effective, expected("n_effective"), 1e-11);
        close(result.p_value, expected("p_value"), 1e-9);
    }
}

#[test]
fn the_edges() {
    let skipped = |days: &[f64]| trend(days).unwrap_err().0;
    assert_eq!(skipped(&[1.0; 19]), "19 days; a trend needs at least 20");
    assert_eq!(trend(&[7.0; 20]), Ok(Trend { slope: 0.0, p_value: 1.0, n_effective: 20.0 }));
    let line: Vec<f64> = (0..20).map(f64::from).collect();
    let exact = trend(&line).unwrap();
    assert_eq!((exact.slope, exact.p_value), (1.0, 0.0));
    // A level that moves once and stays, up and down: its days are worth two.
    let slow: Vec<f64> = (0..60).map(|day| if (20..40).contains(&day) { 1.0 } else { 0.0 }).collect();
    let falling: Vec<f64> = slow.iter().enumerate().map(|(at, day)| day - at as f64 / 1e3).collect();
    assert!(skipped(&falling).contains("depend too much"));
    let far: Vec<f64> = (0..20).map(|day| if day % 2 == 0 { -1e308 } else { 1e308 }).collect();
    assert!(skipped(&far).contains("too far apart"));
}
