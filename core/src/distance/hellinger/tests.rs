#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::{
    distance::tests::{cases, categorical, large, moved_and_scaled},
    math::{abs, tests::close},
};

#[test]
fn it_is_that_of_fifty_digits() {
    for case in cases() {
        case.check("hellinger", hellinger(&case.reference, &case.current).unwrap().value, 1e-12);
    }
    categorical("categorical", |r, c, expected| {
        let actual = hellinger_categories(r, c).unwrap();
        assert!(abs(actual - expected("hellinger")) <= 1e-12 * expected("hellinger"));
        assert!(abs(actual - hellinger_categories(c, r).unwrap()) <= 1e-15);
    });
}

#[test]
fn shift_and_scale_do_not_matter() {
    moved_and_scaled(|(a, b), (c, d)| {
        let (Ok(plain), Ok(moved)) = (hellinger(a, b), hellinger(c, d)) else { return };
        assert_eq!(plain, moved);
    });
}

#[test]
fn a_million_values_are_summarised_without_harm() {
    let case = large();
    let result = hellinger(&case.reference, &case.current).unwrap();
    let exact = case.expected("hellinger").unwrap();
    assert!(abs(result.value - exact) <= result.rank_error, "{result:?} for {exact}");
}

#[test]
fn disjoint_samples_are_one_apart_and_an_empty_side_is_skipped() {
    close(hellinger_categories(&[3, 0], &[0, 9]).unwrap(), 1.0, 1e-15);
    assert!(hellinger_categories(&[], &[1]).is_err() && hellinger_categories(&[1], &[0]).is_err());
    let (some, none) = (ValueHistogram::from_values(&[1.0]), ValueHistogram::new());
    assert!(hellinger(&some, &none).is_err() && hellinger(&none, &some).is_err());
    assert_eq!(hellinger(&some, &some).unwrap().value, 0.0);
}
