#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::math::tests::{close, numbers};
use serde_json::Value;

#[test]
fn it_is_that_of_numpy() {
    let all: Value = serde_json::from_str(include_str!("../../../../tests/vectors/two_sample.json")).unwrap();
    for case in all["categorical"].as_array().unwrap() {
        let counts = |name: &str| numbers(&case[name]).iter().map(|x| *x as u64).collect::<Vec<_>>();
        let actual = total_variation(&counts("reference"), &counts("current")).unwrap();
        close(actual, case["total_variation"].as_f64().unwrap(), 1e-12);
    }
}

#[test]
fn it_is_a_distance() {
    arbtest::arbtest(|u| {
        let counts: Vec<[u16; 3]> = u.arbitrary()?;
        let side = |i: usize| counts.iter().map(|c| u64::from(c[i])).collect::<Vec<_>>();
        let (a, b, c) = (side(0), side(1), side(2));
        if let (Ok(ab), Ok(bc), Ok(ac)) = (total_variation(&a, &b), total_variation(&b, &c), total_variation(&a, &c)) {
            assert!((0.0..=1.0).contains(&ab) && ac <= ab + bc + 1e-12);
            assert!((ab - total_variation(&b, &a).unwrap()).abs() < 1e-15 && total_variation(&a, &a) == Ok(0.0));
        }
        Ok(())
    });
}

#[test]
fn disjoint_sides_are_one_apart_and_an_empty_side_is_skipped() {
    assert_eq!(total_variation(&[1, 0], &[0, 9]), Ok(1.0));
    assert!(total_variation(&[], &[1]).is_err() && total_variation(&[1], &[0]).is_err());
}
