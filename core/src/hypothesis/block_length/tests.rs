#![allow(clippy::unwrap_used)]

use super::*;
use crate::{
    hypothesis::tests::comparisons,
    math::tests::{close, numbers, uniforms},
};

#[test]
fn lengths_are_those_of_arch() {
    for case in comparisons("series") {
        let found = optimal_block_length(&numbers(&case["days"])).unwrap();
        close(found, case["bootstrap"]["block_length"].as_f64().unwrap(), 1e-12);
    }
}

#[test]
fn scale_and_offset_do_not_matter() {
    let days = uniforms(80);
    let moved: Vec<f64> = days.iter().map(|x| 4.0 * x + 16.0).collect();
    close(optimal_block_length(&moved).unwrap(), optimal_block_length(&days).unwrap(), 1e-9);
}

#[test]
fn degenerate_days_have_stated_answers() {
    assert_eq!(optimal_block_length(&[0.3; 20]).unwrap(), 1.0);
    assert!(optimal_block_length(&[1.0; 8]).unwrap_err().0.contains("8 days"));
    assert!(optimal_block_length(&[f64::NAN; 20]).is_err());
    for days in 9..40 {
        // One day unlike the others, and a line: lengths stay in their range.
        let line: Vec<f64> = (0..days).map(f64::from).collect();
        let spike: Vec<f64> = (0..days).map(|day| if day == 0 { 1.0 } else { 0.0 }).collect();
        let longest = ceil((3.0 * sqrt(f64::from(days))).min(f64::from(days) / 3.0));
        for series in [line, spike] {
            assert!((1.0..=longest).contains(&optimal_block_length(&series).unwrap()), "{days}");
        }
    }
}
