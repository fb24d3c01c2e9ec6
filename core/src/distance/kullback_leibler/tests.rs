#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::{
    distance::tests::{cases, categorical},
    math::abs,
};

#[test]
fn it_is_that_of_fifty_digits() {
    for case in cases() {
        case.check("kl_evidently", kullback_leibler(&case.reference, &case.current).unwrap().value, 1e-12);
    }
    categorical("categorical", |r, c, expected| {
        let (actual, expected) = (kullback_leibler_categories(r, c).unwrap(), expected("kl_evidently"));
        assert!(abs(actual - expected) <= 1e-12 * expected, "{actual} is not {expected}");
    });
}

#[test]
fn an_empty_side_is_skipped() {
    assert!(kullback_leibler_categories(&[], &[1]).is_err() && kullback_leibler_categories(&[1], &[0]).is_err());
    let (some, none) = (ValueHistogram::from_values(&[1.0]), ValueHistogram::new());
    assert!(kullback_leibler(&some, &none).is_err() && kullback_leibler(&none, &some).is_err());
    assert_eq!(kullback_leibler(&some, &some).unwrap().value, 0.0);
}
