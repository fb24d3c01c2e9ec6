#![allow(clippy::unwrap_used)]

use super::*;
use crate::{
    hypothesis::tests::comparisons,
    math::tests::{close, numbers, uniforms},
};

#[test]
fn every_number_is_that_of_arch_with_the_same_draws() {
    for case in comparisons("series") {
        let (days, expected) = (numbers(&case["days"]), &case["bootstrap"]);
        let number = |name: &str| expected[name].as_f64().unwrap();
        let seed = expected["seed"].as_u64().unwrap();
        let found = block_bootstrap(&days, number("alpha"), number("draws") as u32, seed).unwrap();
        close(found.standard_error, number("standard_error"), 1e-9);
        close(found.p_value, number("p_value"), 1e-12);
        close((found.interval[1] - found.interval[0]) / 2.0, number("margin"), 1e-9);
        close(found.block_length, number("block_length"), 1e-12);
    }
}

#[test]
fn the_interval_leaves_out_zero_exactly_where_the_test_rejects() {
    let days = uniforms(60);
    let mut rejected = 0;
    for step in 0..40 {
        let moved: Vec<f64> = days.iter().map(|x| x - 0.4 - 0.005 * f64::from(step)).collect();
        let found = block_bootstrap(&moved, 0.1, 399, 7).unwrap();
        let without_zero = found.interval[0] > 0.0 || found.interval[1] < 0.0;
        assert_eq!(without_zero, found.p_value <= 0.1, "{found:?}");
        rejected += u32::from(without_zero);
    }
    assert!((1..40).contains(&rejected));
}

#[test]
fn degenerate_days_have_stated_answers() {
    let zero = block_bootstrap(&[0.0; 20], 0.05, 99, 0).unwrap();
    assert_eq!((zero.p_value, zero.standard_error, zero.interval), (1.0, 0.0, [0.0, 0.0]));
    assert!(block_bootstrap(&[0.3; 20], 0.05, 99, 0).unwrap_err().0.contains("no spread"));
    assert!(block_bootstrap(&[1.0, 2.0], 0.05, 99, 0).is_err());
    let days = uniforms(20);
    assert!(block_bootstrap(&days, 0.05, 18, 0).unwrap_err().0.contains("18 draws"));
    assert!(block_bootstrap(&days, 0.05, 19, 0).is_ok());
    assert!(block_bootstrap(&days, f64::NAN, 99, 0).is_err() && block_bootstrap(&days, 1.0, 99, 0).is_err());
}
