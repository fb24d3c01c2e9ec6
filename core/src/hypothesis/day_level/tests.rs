#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::math::tests::{close, numbers};
use serde_json::Value;

#[test]
fn every_number_is_that_of_fifty_digits() {
    let all: Value = serde_json::from_str(include_str!("../../../../tests/vectors/days.json")).unwrap();
    for case in all["day_level"].as_array().unwrap() {
        let result = day_level(&numbers(&case["reference"]), &numbers(&case["current"])).unwrap();
        let expected = |name: &str| case[name].as_f64().unwrap();
        close(result.rho, expected("rho"), 1e-12);
        close(result.decay, expected("decay"), 1e-12);
        close(result.n_eff_reference, expected("n_eff_reference"), 1e-12);
        close(result.n_eff_current, expected("n_eff_current"), 1e-12);
        close(result.df, expected("df"), 1e-12);
        close(result.statistic, expected("statistic"), 1e-12);
        close(result.p_value, expected("p_value"), 1e-9);
    }
}

#[test]
fn shift_and_scale_do_not_matter() {
    arbtest::arbtest(|u| {
        let (a, b): (Vec<i16>, Vec<i16>) = (u.arbitrary()?, u.arbitrary()?);
        let plain = |days: &[i16]| days.iter().map(|x| f64::from(*x)).collect::<Vec<_>>();
        let moved = |days: &[i16]| days.iter().map(|x| f64::from(*x) * 4.0 + 1e9).collect::<Vec<_>>();
        match (day_level(&plain(&a), &plain(&b)), day_level(&moved(&a), &moved(&b))) {
            (Ok(x), Ok(y)) => assert_eq!(x, y),
            (x, y) => assert_eq!(x, y),
        }
        Ok(())
    });
}

#[test]
fn the_sign_is_that_of_the_change() {
    let days: Vec<f64> = (0..40).map(|i| f64::from(i * i % 7)).collect();
    let moved = |by: f64| days.iter().map(|x| x + by).collect::<Vec<_>>();
    assert!(day_level(&days, &moved(2.0)).unwrap().statistic > 1.0);
    assert!(day_level(&days, &moved(-2.0)).unwrap().statistic < -1.0);
    let same = day_level(&days, &days).unwrap();
    assert_eq!((same.statistic, same.p_value), (0.0, 1.0));
}

#[test]
fn a_constant_reference_is_answered_only_by_itself() {
    let same = day_level(&[0.1; 5], &[0.1; 3]).unwrap();
    assert_eq!((same.statistic, same.p_value, same.rho), (0.0, 1.0, 0.0));
    let Err(Skip(reason)) = day_level(&[0.1; 5], &[0.1, 0.1, 0.2]) else { panic!("not skipped") };
    assert!(reason.contains("same on every day"));
}

#[test]
fn fewer_than_three_days_or_values_too_far_apart_are_skipped() {
    assert!(day_level(&[1.0, 2.0], &[1.0, 2.0, 3.0]).is_err());
    assert!(day_level(&[1.0, 2.0, 3.0], &[1.0, 2.0]).is_err());
    assert!(day_level(&[-1e308, 1e308, 0.0], &[1.0, 2.0, 3.0]).is_err());
    assert!(day_level(&[1e200, -1e200, 0.0], &[1e200, 0.0, 5.0]).is_err());
    assert!(day_level(&[f64::NAN, 2.0, 3.0], &[1.0, 2.0, 3.0]).is_err());
    assert!(day_level(&[1.0, 2.0, 4.0], &[f64::NAN, 2.0, 3.0]).is_err());
}
