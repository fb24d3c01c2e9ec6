#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::{
    distance::tests::categorical,
    math::{abs, tests::close},
};

#[test]
fn p_is_that_of_whole_numbers() {
    categorical("fisher", |r, c, expected| {
        close(fisher_exact(r, c).unwrap().p_value, expected("p"), 1e-9);
        close(fisher_exact(c, r).unwrap().p_value, expected("p"), 1e-9);
    });
}

#[test]
fn order_and_absent_categories_do_not_matter() {
    arbtest::arbtest(|u| {
        let counts: [(u8, u8); 3] = u.arbitrary()?;
        let (a, b): (Vec<u64>, Vec<u64>) = counts.iter().map(|(a, b)| (u64::from(a % 9), u64::from(b % 9))).unzip();
        let Ok(FisherExact { p_value }) = fisher_exact(&a, &b) else { return Ok(()) };
        let turned = |x: &[u64]| [0, x[2], x[1], 0, x[0]];
        let other = fisher_exact(&turned(&a), &turned(&b)).unwrap().p_value;
        assert!(abs(p_value - other) <= 1e-10 * p_value && p_value > 0.0 && p_value <= 1.0, "{a:?} {b:?}");
        Ok(())
    });
}

#[test]
fn too_many_tables_an_empty_side_or_one_category_are_skipped() {
    assert!(fisher_exact(&[100; 6], &[90; 6]).is_err());
    assert!(fisher_exact(&[u64::MAX / 8; 2], &[3, 4]).is_err());
    for (a, b) in [(&[][..], &[1, 2][..]), (&[0, 0], &[1, 2]), (&[3], &[4]), (&[], &[])] {
        assert!(fisher_exact(a, b).is_err(), "{a:?} {b:?}");
    }
    // A rare category in a large table is few tables.
    let rare = fisher_exact(&[1 << 40, 3], &[1 << 40, 0]).unwrap();
    close(rare.p_value, 0.25, 1e-6);
}
