#![allow(clippy::unwrap_used, clippy::panic, clippy::type_complexity)]

use super::*;
use crate::math::tests::{close, numbers};
use serde_json::Value;

#[test]
fn adjusted_p_values_are_those_of_the_definitions() {
    let all: Value = serde_json::from_str(include_str!("../../../../tests/vectors/days.json")).unwrap();
    let methods: [(&str, fn(&[f64]) -> Vec<f64>); 4] =
        [("bonferroni", bonferroni), ("holm", holm), ("bh", benjamini_hochberg), ("by", benjamini_yekutieli)];
    for case in all["adjust"].as_array().unwrap() {
        let p = numbers(&case["p"]);
        for (name, method) in methods {
            let (actual, expected) = (method(&p), numbers(&case[name]));
            assert_eq!(actual.len(), expected.len());
            actual.iter().zip(expected).for_each(|(a, e)| close(*a, e, 1e-12));
        }
    }
}

#[test]
fn methods_stand_in_their_known_order_and_keep_that_of_the_input() {
    arbtest::arbtest(|u| {
        let p: Vec<f64> = u.arbitrary::<Vec<u16>>()?.iter().map(|x| f64::from(*x) / 65_535.0).collect();
        let (h, b, bh, by) = (holm(&p), bonferroni(&p), benjamini_hochberg(&p), benjamini_yekutieli(&p));
        for i in 0..p.len() {
            let ordered = p[i] <= bh[i] + 1e-12 && bh[i] <= h[i] + 1e-12 && h[i] <= b[i] + 1e-12 && b[i] <= 1.0;
            assert!(ordered && bh[i] <= by[i] + 1e-12 && by[i] <= 1.0, "{p:?} at {i}");
            for j in 0..p.len() {
                assert!(p[i] > p[j] || (h[i] <= h[j] && bh[i] <= bh[j]), "{p:?}: {i} {j}");
            }
        }
        Ok(())
    });
}

#[test]
fn not_a_number_is_no_evidence() {
    assert_eq!(benjamini_hochberg(&[f64::NAN, 0.01]), [1.0, 0.02]);
    assert_eq!((holm(&[f64::NAN])[0], bonferroni(&[f64::NAN])[0]), (1.0, 1.0));
}
