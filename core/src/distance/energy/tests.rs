#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::{
    distance::tests::{cases, is_symmetric, large, moved_and_scaled},
    math::abs,
};

#[test]
fn it_is_that_of_fractions() {
    for case in cases() {
        let result = energy(&case.reference, &case.current).unwrap();
        case.check("energy", result.value, 1e-12);
        assert_eq!(result.rank_error, 0.0);
    }
}

#[test]
fn it_is_a_distance_that_grows_with_the_root_of_the_unit() {
    is_symmetric(|a, b| energy(a, b).unwrap().value);
    moved_and_scaled(|(a, b), (c, d)| {
        let (Ok(plain), Ok(moved)) = (energy(a, b), energy(c, d)) else { return };
        assert!(abs(moved.value - 2.0 * plain.value) <= 1e-12 * moved.value);
    });
}

#[test]
fn a_million_values_are_summarised_without_harm() {
    let case = large();
    let result = energy(&case.reference, &case.current).unwrap();
    let exact = case.expected("energy").unwrap();
    assert!(result.rank_error > 0.0 && abs(result.value - exact) <= result.rank_error, "{result:?} for {exact}");
    assert!(abs(result.value - exact) <= 1e-4 * exact, "{result:?} for {exact}");
}

#[test]
fn an_empty_side_and_values_beyond_f64_are_skipped() {
    let (some, none) = (ValueHistogram::from_values(&[1.0]), ValueHistogram::new());
    assert!(energy(&some, &none).is_err() && energy(&none, &some).is_err());
    let far = [-1e308, 1e308].map(|x| ValueHistogram::from_values(&[x]));
    assert!(energy(&far[0], &far[1]).is_err());
}
