#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::math::tests::{close, numbers};
use serde_json::Value;

#[test]
fn statistic_and_p_are_those_of_scipy() {
    let all: Value = serde_json::from_str(include_str!("../../../../tests/vectors/two_sample.json")).unwrap();
    for case in all["categorical"].as_array().unwrap() {
        let counts = |name: &str| numbers(&case[name]).iter().map(|x| *x as u64).collect::<Vec<_>>();
        let result = chi_square(&counts("reference"), &counts("current")).unwrap();
        close(result.statistic, case["chi_square"].as_f64().unwrap(), 1e-12);
        close(result.p_value, case["p"].as_f64().unwrap(), 1e-9);
        assert_eq!(result.df, case["df"].as_f64().unwrap());
    }
}

#[test]
fn one_unseen_category_is_no_proof() {
    let result = chi_square(&[500, 499, 1], &[500, 500, 0]).unwrap();
    close(result.p_value, 0.6062271667693988, 1e-12);
}

#[test]
fn sides_order_and_absent_categories_do_not_matter() {
    arbtest::arbtest(|u| {
        let counts: Vec<(u16, u16)> = u.arbitrary()?;
        let (a, b): (Vec<u64>, Vec<u64>) = counts.iter().map(|(a, b)| (u64::from(*a), u64::from(*b))).unzip();
        let Ok(result) = chi_square(&a, &b) else { return Ok(()) };
        let swapped = chi_square(&b, &a).unwrap();
        assert!((result.statistic - swapped.statistic).abs() <= 1e-12 * result.statistic);
        let reversed = |counts: &[u64]| counts.iter().rev().chain([&0, &0]).copied().collect::<Vec<_>>();
        let other = chi_square(&reversed(&a), &reversed(&b)).unwrap();
        assert!((result.statistic - other.statistic).abs() <= 1e-9 * result.statistic && result.df == other.df);
        assert!((0.0..=1.0).contains(&result.p_value));
        Ok(())
    });
}

#[test]
fn equal_proportions_have_statistic_zero() {
    let result = chi_square(&[10, 20, 30], &[1, 2, 3]).unwrap();
    assert!(result.statistic < 1e-20 && result.p_value == 1.0);
}

#[test]
fn an_empty_side_or_a_single_category_is_skipped() {
    for (a, b) in [(&[][..], &[1, 2][..]), (&[0, 0], &[1, 2]), (&[3], &[4]), (&[3, 0], &[4]), (&[], &[])] {
        assert!(chi_square(a, b).is_err(), "{a:?} {b:?}");
    }
}
