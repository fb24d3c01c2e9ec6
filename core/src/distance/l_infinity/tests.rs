#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::distance::{tests::categorical, total_variation};

#[test]
fn it_is_that_of_fractions_and_never_above_total_variation() {
    categorical("categorical", |r, c, expected| {
        let actual = l_infinity(r, c).unwrap();
        assert!(abs(actual - expected("l_infinity")) <= 1e-12 * expected("l_infinity"));
        assert_eq!(actual, l_infinity(c, r).unwrap());
        assert!(actual <= total_variation(r, c).unwrap() + 1e-15);
    });
}

#[test]
fn ends_have_stated_answers() {
    assert_eq!((l_infinity(&[4, 0], &[0, 2]), l_infinity(&[5, 5], &[1, 1])), (Ok(1.0), Ok(0.0)));
    assert!(l_infinity(&[], &[1]).is_err() && l_infinity(&[1], &[0]).is_err());
}
