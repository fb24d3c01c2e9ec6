#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::{distance::tests::categorical, math::abs};

#[test]
fn it_is_that_of_fifty_digits() {
    categorical("categorical", |r, c, expected| {
        let (actual, expected) = (cramers_v(r, c).unwrap(), expected("cramers_v"));
        assert!(abs(actual - expected) <= 1e-12 * expected, "{actual} is not {expected}");
    });
}

#[test]
fn what_has_no_table_is_skipped() {
    assert!(cramers_v(&[], &[1]).is_err() && cramers_v(&[3, 0], &[4, 0]).is_err());
}
