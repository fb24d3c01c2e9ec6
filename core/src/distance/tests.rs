#![allow(clippy::unwrap_used, clippy::panic)]

//! The vectors that distances and tests share.

use alloc::{string::String, vec::Vec};

use serde_json::Value;

use crate::{
    math::{
        abs, floor, ln,
        tests::{close, numbers, uniforms},
    },
    profile::ValueHistogram,
};

/// Two samples and what the oracle says about them.
pub(crate) struct Case {
    name: String,
    pub(crate) reference: ValueHistogram,
    pub(crate) current: ValueHistogram,
    expected: Value,
}

impl Case {
    /// The oracle's number; `None` where it has none.
    pub(crate) fn expected(&self, name: &str) -> Option<f64> {
        let value = self.expected.get(name).unwrap_or_else(|| panic!("{}: no {name}", self.name));
        value.as_f64()
    }

    /// Asserts that a number is the oracle's, within a relative distance, or 1e-15 where it is 0.
    #[track_caller]
    pub(crate) fn check(&self, name: &str, actual: f64, relative: f64) {
        let expected = self.expected(name).unwrap_or_else(|| panic!("{}: {name} is not defined", self.name));
        let error = abs(actual - expected);
        let allowed = if expected == 0.0 { 1e-15 } else { relative * abs(expected) };
        assert!(error <= allowed, "{}: {name} is {actual:e}, not {expected:e}: off by {error:e}", self.name);
    }
}

pub(crate) fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../tests/vectors/distances.json")).unwrap()
}

/// The pairs A, B and C of the vectors, all edge cases, and a million values of which none is summarised.
pub(crate) fn cases() -> Vec<Case> {
    let u = uniforms(3000);
    let (r, c) = u.split_at(2000);
    let all = |values: &[f64], f: fn(f64) -> f64| values.iter().map(|x| f(*x)).collect::<Vec<_>>();
    let pairs = [
        (all(r, |x| x), all(c, |x| 0.1 + 0.9 * x)),
        (all(r, |x| -ln(1.0 - x)), all(c, |x| -1.2 * ln(1.0 - x))),
        (all(r, |x| x), all(c, |x| x)),
    ];
    let vectors = vectors();
    let golden = vectors["two_sample"].as_array().unwrap().iter().zip(pairs);
    let golden = golden.map(|(expected, (reference, current))| case(&reference, &current, expected));
    let edges = vectors["edges"].as_array().unwrap().iter();
    let edges = edges.map(|case_| case(&numbers(&case_["reference"]), &numbers(&case_["current"]), case_));
    golden.chain(edges).chain([large_ties(&vectors["large_ties"])]).collect()
}

/// A million values against half a million, and what the oracle says.
pub(crate) fn large() -> Case {
    let (r, c) = million();
    case(&r, &c, &vectors()["large"])
}

/// The same in a thousand values.
fn large_ties(expected: &Value) -> Case {
    let (r, c) = million();
    let steps = |values: Vec<f64>| values.into_iter().map(|x| floor(1000.0 * x)).collect::<Vec<_>>();
    case(&steps(r), &steps(c), expected)
}

fn million() -> (Vec<f64>, Vec<f64>) {
    let mut r = uniforms(1_500_000);
    let c = r.split_off(1_000_000).into_iter().map(|x| x * 0.98 + 0.015).collect();
    (r, c)
}

fn case(reference: &[f64], current: &[f64], expected: &Value) -> Case {
    Case {
        name: expected.get("name").and_then(Value::as_str).unwrap_or("large").into(),
        reference: ValueHistogram::from_values(reference),
        current: ValueHistogram::from_values(current),
        expected: expected.clone(),
    }
}

/// Tables of counts with the oracle's numbers.
pub(crate) fn categorical(key: &str, check: impl Fn(&[u64], &[u64], &dyn Fn(&str) -> f64)) {
    for case in vectors()[key].as_array().unwrap() {
        let counts = |name: &str| numbers(&case[name]).iter().map(|x| *x as u64).collect::<Vec<_>>();
        check(&counts("reference"), &counts("current"), &|name| case[name].as_f64().unwrap());
    }
}

/// Asserts a distance's laws on arbitrary small samples: 0 to itself, never below 0, and the same either way round.
pub(crate) fn is_symmetric(distance: impl Fn(&ValueHistogram, &ValueHistogram) -> f64) {
    arbtest::arbtest(|u| {
        let (a, b): (Vec<i8>, Vec<i8>) = (u.arbitrary()?, u.arbitrary()?);
        if a.is_empty() || b.is_empty() {
            return Ok(());
        }
        let of = |x: &[i8]| ValueHistogram::from_values(&x.iter().map(|x| f64::from(*x)).collect::<Vec<_>>());
        let (a, b) = (of(&a), of(&b));
        let (there, back) = (distance(&a, &b), distance(&b, &a));
        assert!(there >= 0.0 && abs(there - back) <= 1e-12 * there, "{there} {back}");
        assert_eq!(distance(&a, &a), 0.0);
        Ok(())
    });
}

/// What becomes of a number when both samples are multiplied by 4 and moved by 1024, exactly.
pub(crate) fn moved_and_scaled(check: impl Fn((&ValueHistogram, &ValueHistogram), (&ValueHistogram, &ValueHistogram))) {
    arbtest::arbtest(|u| {
        let (a, b): (Vec<i16>, Vec<i16>) = (u.arbitrary()?, u.arbitrary()?);
        let of = |x: &[i16], scale: f64, by: f64| {
            ValueHistogram::from_values(&x.iter().map(|x| f64::from(*x) * scale + by).collect::<Vec<_>>())
        };
        let plain = (of(&a, 1.0, 0.0), of(&b, 1.0, 0.0));
        let moved = (of(&a, 4.0, 1024.0), of(&b, 4.0, 1024.0));
        check((&plain.0, &plain.1), (&moved.0, &moved.1));
        Ok(())
    });
}

#[test]
fn the_samples_are_those_of_the_vectors() {
    assert_eq!(cases().len(), 3 + vectors()["edges"].as_array().unwrap().len() + 1);
    let ties = large_ties(&Value::Null);
    assert_eq!(
        (ties.reference.len(), ties.reference.is_exact(), ties.reference.cells().len()),
        (1_000_000, true, 1_000)
    );
    assert!(!large().reference.is_exact());
    close(cases()[0].reference.quantile(0.5).unwrap(), 0.502_958_912_635_222_1, 1e-8);
}
