#![allow(clippy::unwrap_used)]

use super::*;
use crate::{
    hypothesis::tests::comparisons,
    math::tests::{close, numbers, uniforms},
};

#[test]
fn p_values_are_those_of_arch_with_the_same_draws() {
    for case in comparisons("confidence_sets") {
        let losses: Vec<Vec<f64>> = case["losses"].as_array().unwrap().iter().map(numbers).collect();
        let (draws, seed) = (case["draws"].as_u64().unwrap() as u32, case["seed"].as_u64().unwrap());
        let found = model_confidence_set(&losses, draws, seed).unwrap();
        for (found, expected) in found.into_iter().zip(numbers(&case["p_values"])) {
            close(found, expected, 1e-12);
        }
    }
}

#[test]
fn the_last_one_and_equal_ones_stay() {
    let u = uniforms(120);
    let [good, bad] = [&u[..60], &u[60..]].map(<[f64]>::to_vec);
    let bad: Vec<f64> = bad.iter().map(|x| x + 1.0).collect();
    assert_eq!(model_confidence_set(&[good.clone()], 99, 0).unwrap(), [1.0]);
    assert_eq!(model_confidence_set(&vec![good.clone(); 3], 99, 0).unwrap(), [1.0; 3]);
    assert_eq!(model_confidence_set(&[bad.clone(), good.clone(), bad], 99, 0).unwrap(), [0.01, 1.0, 0.01]);
    assert_eq!(model_confidence_set(&vec![vec![0.0; 20]; 2], 99, 0).unwrap(), [1.0; 2]);
}

#[test]
fn what_cannot_be_judged_is_skipped() {
    let days = uniforms(40);
    let worse: Vec<f64> = days.iter().map(|x| x + 0.5).collect();
    let constant = model_confidence_set(&[days.clone(), worse], 99, 0);
    assert!(constant.unwrap_err().0.contains("the same on every day"));
    assert!(model_confidence_set(&[], 99, 0).is_err());
    assert!(model_confidence_set(&[days.clone(), days[..39].to_vec()], 99, 0).is_err());
    assert!(model_confidence_set(&[days[..8].to_vec(), days[8..16].to_vec()], 99, 0).is_err());
    assert!(model_confidence_set(&[days.clone(), days.clone()], 0, 0).is_err());
    assert!(model_confidence_set(&[days.clone(), vec![f64::NAN; 40]], 99, 0).is_err());
    assert!(model_confidence_set(&[vec![1e160; 40], vec![2e160; 40]], 99, 0).is_err());
}
