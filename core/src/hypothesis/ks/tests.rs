#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::{
    distance::tests::{cases, large},
    math::{
        exp, ln,
        tests::{close, numbers, tied, uniforms},
    },
};
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../tests/vectors/two_sample.json")).unwrap()
}

fn histogram(values: impl IntoIterator<Item = f64>) -> ValueHistogram {
    ValueHistogram::from_values(&values.into_iter().collect::<Vec<_>>())
}

/// The pairs A, B and C of the vectors.
fn pairs() -> [(ValueHistogram, ValueHistogram); 3] {
    let u = uniforms(3000);
    let (reference, current) = u.split_at(2000);
    let all = |values: &[f64], f: fn(f64) -> f64| histogram(values.iter().map(|x| f(*x)));
    [
        (all(reference, |x| x), all(current, |x| 0.1 + 0.9 * x)),
        (all(reference, |x| -ln(1.0 - x)), all(current, |x| -1.2 * ln(1.0 - x))),
        (all(reference, |x| x), all(current, |x| x)),
    ]
}

#[test]
fn statistic_and_exact_p_are_those_of_scipy() {
    for (case, (reference, current)) in vectors()["two_sample"].as_array().unwrap().iter().zip(pairs()) {
        let result = ks(&reference, &current).unwrap();
        close(result.statistic, case["ks_statistic"].as_f64().unwrap(), 1e-12);
        close(result.p_value, case["ks_p_exact"].as_f64().unwrap(), 1e-10);
        assert_eq!(result.rank_error, 0.0);
        let asymptotic = case["ks_p_asymptotic"].as_f64().unwrap();
        close(kstwo_sf(result.statistic, 667.0), asymptotic, 1e-9);
    }
}

#[test]
fn ties_and_sizes_around_the_border_of_the_exact_p_are_those_of_scipy() {
    let u = uniforms(40_000);
    for case in vectors()["ties"].as_array().unwrap() {
        let number = |name: &str| case[name].as_f64().unwrap();
        let [reference, current] = tied(case, &u).map(histogram);
        let result = ks(&reference, &current).unwrap();
        close(result.statistic, number("ks_statistic"), 1e-12);
        close(result.p_value, number("ks_p"), 1e-9);
    }
}

#[test]
fn exact_p_values_are_those_of_counting_paths_in_whole_numbers() {
    for case in vectors()["exact_ks"].as_array().unwrap() {
        let case = numbers(case);
        close(exact_p(case[2], case[0] as u64, case[1] as u64), case[3], 1e-11);
        close(exact_p(case[2], case[1] as u64, case[0] as u64), case[3], 1e-11);
    }
}

#[test]
fn edge_cases_are_those_of_scipy() {
    for case in cases() {
        let result = ks(&case.reference, &case.current).unwrap();
        case.check("ks", result.statistic, 1e-12);
        case.check("ks_p", result.p_value, 1e-9);
    }
}

#[test]
fn on_a_million_values_it_is_off_by_no_more_than_the_rank_error() {
    let case = large();
    let result = ks_statistic(&case.reference, &case.current).unwrap();
    let exact = case.expected("ks").unwrap();
    assert!(result.rank_error > 0.0 && (result.statistic - exact).abs() <= result.rank_error, "{result:?} for {exact}");
}

#[test]
fn small_p_values_keep_their_digits() {
    // All of one sample below the other: two of the C(n + m, n) orders.
    close(exact_p(1.0, 500, 500), 2.0 * exp(-689.467_261_567_851_2), 1e-9);
    assert_eq!(exact_p(1.0, 10_000, 9_999), 0.0);
}

#[test]
fn identical_samples_are_no_surprise_and_sides_can_be_swapped() {
    arbtest::arbtest(|u| {
        let (a, b): (Vec<u8>, Vec<u8>) = (u.arbitrary()?, u.arbitrary()?);
        if a.is_empty() || b.is_empty() {
            return Ok(());
        }
        let (a, b) = (histogram(a.iter().map(|x| f64::from(*x))), histogram(b.iter().map(|x| f64::from(*x))));
        let same = ks(&a, &a).unwrap();
        assert_eq!((same.statistic, same.p_value), (0.0, 1.0));
        let (ab, ba) = (ks(&a, &b).unwrap(), ks(&b, &a).unwrap());
        assert_eq!(ab.statistic, ba.statistic);
        assert!((ab.p_value - ba.p_value).abs() <= 1e-12 * ab.p_value && (0.0..=1.0).contains(&ab.p_value));
        Ok(())
    });
}

#[test]
fn on_coarse_histograms_the_statistic_is_off_by_no_more_than_the_rank_error() {
    let u = uniforms(60_000);
    let (a, b) = u.split_at(30_000);
    let shifted: Vec<f64> = b.iter().map(|x| x * 0.97 + 0.01).collect();
    let mut sides = (a.to_vec(), shifted.clone());
    sides.0.sort_by(f64::total_cmp);
    sides.1.sort_by(f64::total_cmp);
    let share = |of: &[f64], x: f64| of.partition_point(|y| *y <= x) as f64 / of.len() as f64;
    let exact = u.iter().chain(&shifted).map(|x| (share(&sides.0, *x) - share(&sides.1, *x)).abs()).fold(0.0, f64::max);
    let result = ks_statistic(&histogram(a.iter().copied()), &histogram(shifted.iter().copied())).unwrap();
    assert!(result.rank_error > 0.0 && result.rank_error < 0.01, "{result:?}");
    assert!((result.statistic - exact).abs() <= result.rank_error, "{result:?} for {exact}");
    assert!((result.statistic - exact).abs() <= 0.001, "{result:?} for {exact}");
}

#[test]
fn an_empty_side_is_skipped() {
    let some = histogram([1.0]);
    assert!(ks(&some, &ValueHistogram::new()).is_err() && ks_statistic(&ValueHistogram::new(), &some).is_err());
    let one = ks(&some, &histogram([2.0])).unwrap();
    assert_eq!((one.statistic, one.p_value), (1.0, 1.0));
}
