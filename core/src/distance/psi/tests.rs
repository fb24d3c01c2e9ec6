#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::math::tests::{close, numbers, tied, uniforms};
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../tests/vectors/two_sample.json")).unwrap()
}

fn histogram(values: impl Iterator<Item = f64>) -> ValueHistogram {
    ValueHistogram::from_values(&values.collect::<Vec<_>>())
}

#[test]
fn index_edges_and_shares_are_those_of_numpy() {
    let u = uniforms(3000);
    let (r, c) = u.split_at(2000);
    let exponential = |x: &f64| -ln(1.0 - x);
    let pairs = [
        (histogram(r.iter().copied()), histogram(c.iter().map(|x| 0.1 + 0.9 * x))),
        (histogram(r.iter().map(exponential)), histogram(c.iter().map(|x| 1.2 * exponential(x)))),
        (histogram(r.iter().copied()), histogram(c.iter().copied())),
    ];
    for (case, (reference, current)) in vectors()["two_sample"].as_array().unwrap().iter().zip(pairs) {
        let result = psi(&reference, &current).unwrap();
        close(result.value, case["psi"].as_f64().unwrap(), 1e-12);
        let lists =
            [("edges", result.edges), ("reference_shares", result.reference), ("current_shares", result.current)];
        for (name, actual) in lists {
            let expected = numbers(&case[name]);
            assert_eq!(actual.len(), expected.len(), "{name}");
            actual.iter().zip(expected).for_each(|(a, e)| close(*a, e, 1e-12));
        }
    }
}

#[test]
fn ties_on_edges_belong_to_the_lower_bin() {
    let u = uniforms(40_000);
    for case in vectors()["ties"].as_array().unwrap() {
        let number = |name: &str| case[name].as_f64().unwrap();
        let [reference, current] = tied(case, &u).map(|values| histogram(values.into_iter()));
        close(psi(&reference, &current).unwrap().value, number("psi"), 1e-11);
    }
}

#[test]
fn categories_are_those_of_numpy() {
    for case in vectors()["categorical"].as_array().unwrap() {
        let counts = |name: &str| numbers(&case[name]).iter().map(|x| *x as u64).collect::<Vec<_>>();
        let result = psi_categories(&counts("reference"), &counts("current")).unwrap();
        close(result.value, case["psi"].as_f64().unwrap(), 1e-11);
        assert!(result.edges.is_empty() && result.reference.iter().zip(&result.current).all(|(r, c)| r + c > 0.0));
    }
}

#[test]
fn degenerate_samples_have_stated_answers() {
    let constant = ValueHistogram::from_values(&[3.0; 20]);
    let same = psi(&constant, &constant).unwrap();
    assert_eq!((same.value, same.edges, same.reference), (0.0, [3.0].into(), [1.0, 0.0].into()));
    let above = psi(&constant, &ValueHistogram::from_values(&[4.0])).unwrap();
    close(above.value, 2.0 * (1.0 - 1e-4) * ln(1e4), 1e-12);
    assert!(psi(&constant, &ValueHistogram::new()).is_err() && psi(&ValueHistogram::new(), &constant).is_err());
    assert!(psi_categories(&[], &[1]).is_err() && psi_categories(&[1], &[0]).is_err());
}

#[test]
fn a_sample_does_not_differ_from_itself_and_coarse_bins_say_so() {
    let large = ValueHistogram::from_values(&uniforms(50_000));
    let result = psi(&large, &large).unwrap();
    assert!(result.value == 0.0 && result.rank_error > 0.0 && result.reference.len() == 10);
    result.reference.iter().for_each(|share| close(*share, 0.1, 1e-3));
}

#[test]
fn every_convention_is_that_of_numpys_bins_and_fifty_digits() {
    let all = [
        ("psi_deciles", PsiConvention::Deciles),
        ("psi_evidently", PsiConvention::Evidently),
        ("psi_scouter", PsiConvention::Scouter),
        ("psi_frouros", PsiConvention::Frouros),
    ];
    for case in crate::distance::tests::cases() {
        for (name, convention) in all {
            case.check(name, psi_by(convention, &case.reference, &case.current).unwrap().value, 1e-12);
        }
        assert!(psi_by(PsiConvention::Deepchecks, &case.reference, &case.current).is_err());
    }
}

#[test]
fn on_a_million_values_shares_are_off_by_no_more_than_the_rank_error() {
    let case = crate::distance::tests::large();
    let result = psi(&case.reference, &case.current).unwrap();
    let exact = case.expected("psi_deciles").unwrap();
    // Of ten shares near 0.1 and a log ratio near 0.05 each; an edge moves a share by at most the rank error.
    assert!(
        result.rank_error > 0.0 && crate::math::abs(result.value - exact) <= result.rank_error,
        "{result:?} for {exact}"
    );
}

#[test]
fn categories_have_conventions_too() {
    let all = [
        ("psi_evidently", PsiConvention::Evidently),
        ("psi_scouter", PsiConvention::Scouter),
        ("psi_deepchecks", PsiConvention::Deepchecks),
    ];
    crate::distance::tests::categorical("categorical", |r, c, expected| {
        for (name, convention) in all {
            let actual = psi_categories_by(convention, r, c).unwrap().value;
            assert!(crate::math::abs(actual - expected(name)) <= 1e-12 * expected(name), "{name}: {actual}");
        }
        assert!(psi_categories_by(PsiConvention::Frouros, r, c).is_err());
    });
}

#[test]
fn other_tools_conventions_need_every_value() {
    let large = ValueHistogram::from_values(&uniforms(50_000));
    for convention in [PsiConvention::Evidently, PsiConvention::Scouter, PsiConvention::Frouros] {
        assert!(
            psi_by(convention, &large, &large).is_err() && psi_by(convention, &large, &ValueHistogram::new()).is_err()
        );
    }
}
