#![allow(clippy::unwrap_used, clippy::panic)]

use alloc::vec::Vec;

use super::*;
use crate::{
    distance::tests::{cases, is_symmetric, large, moved_and_scaled},
    math::tests::close,
};

fn of(values: &[f64]) -> ValueHistogram {
    ValueHistogram::from_values(values)
}

#[test]
fn it_is_that_of_fractions() {
    for case in cases() {
        let result = wasserstein(&case.reference, &case.current).unwrap();
        case.check("wasserstein", result.value, 1e-12);
        case.check("wasserstein_over_sd", result.over_sd, 1e-12);
        assert_eq!((result.error, result.rank_error), (0.0, 0.0));
    }
}

#[test]
fn it_is_a_distance() {
    is_symmetric(|a, b| wasserstein(a, b).unwrap().value);
}

#[test]
fn a_shift_is_itself_and_a_scale_multiplies() {
    let some = of(&[1.0, 5.0, 6.0, 6.5]);
    close(wasserstein(&some, &of(&[4.0, 8.0, 9.0, 9.5])).unwrap().value, 3.0, 1e-15);
    moved_and_scaled(|(a, b), (c, d)| {
        let (Ok(plain), Ok(moved)) = (wasserstein(a, b), wasserstein(c, d)) else { return };
        assert!(abs(moved.value - 4.0 * plain.value) <= 1e-12 * moved.value);
    });
}

#[test]
fn on_a_million_values_it_is_off_by_no_more_than_it_says() {
    let case = large();
    let result = wasserstein(&case.reference, &case.current).unwrap();
    let exact = case.expected("wasserstein").unwrap();
    assert!(result.error > 0.0 && abs(result.value - exact) <= result.error, "{result:?} for {exact}");
    assert!(abs(result.value - exact) <= 1e-3 * exact, "{result:?} for {exact}");
}

#[test]
fn a_side_that_is_summarised_alone_does_no_harm() {
    let values: Vec<f64> = (0..40_000).map(f64::from).collect();
    let result = wasserstein(&of(&values), &of(&[0.0, 39_999.0])).unwrap();
    // A quarter of the way on average: (n - 1) / 4 up to what ends add.
    assert!(abs(result.value - 10_000.0) <= 1.0 + result.error, "{result:?}");
}

#[test]
fn an_empty_side_and_values_beyond_f64_are_skipped() {
    let some = of(&[1.0]);
    assert!(wasserstein(&some, &of(&[])).is_err() && wasserstein(&of(&[]), &some).is_err());
    assert!(wasserstein(&of(&[-1e308]), &of(&[1e308])).is_err());
    assert_eq!(wasserstein(&some, &some).unwrap().over_sd, 0.0);
    close(wasserstein(&some, &of(&[3.0])).unwrap().over_sd, 2000.0, 1e-15);
}
