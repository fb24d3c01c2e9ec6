#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::{
    distance::tests::{cases, large, moved_and_scaled, vectors},
    math::{
        abs,
        tests::{close, numbers, uniforms},
    },
};

fn of(values: &[f64]) -> ValueHistogram {
    ValueHistogram::from_values(values)
}

#[test]
fn statistic_is_that_of_fractions_and_p_that_of_scipy_or_of_forty_digits() {
    for case in cases() {
        let result = cramer_von_mises(&case.reference, &case.current);
        if case.expected("cvm").is_none() {
            assert!(result.is_err());
            continue;
        }
        let result = result.unwrap();
        case.check("cvm", result.statistic, 1e-12);
        case.check("cvm_p", result.p_value, 1e-9);
    }
}

#[test]
fn the_limiting_tail_keeps_its_digits_down_to_1e_300() {
    for case in vectors()["cramer_von_mises_sf"].as_array().unwrap() {
        let case = numbers(case);
        close(cramer_von_mises_sf(case[0]), case[1], 1e-12);
    }
    assert_eq!((cramer_von_mises_sf(0.0), cramer_von_mises_sf(-1.0), cramer_von_mises_sf(1e9)), (1.0, 1.0, 0.0));
    assert!(cramer_von_mises_sf(f64::NAN).is_nan());
}

#[test]
fn only_order_matters_and_sides_can_be_swapped() {
    moved_and_scaled(|(a, b), (c, d)| {
        let (Ok(plain), Ok(moved)) = (cramer_von_mises(a, b), cramer_von_mises(c, d)) else { return };
        assert_eq!(plain, moved);
        let back = cramer_von_mises(b, a).unwrap();
        assert_eq!(plain.statistic, back.statistic);
        assert!(abs(plain.p_value - back.p_value) <= 1e-12 && (0.0..=1.0).contains(&plain.p_value));
    });
}

#[test]
fn on_a_million_values_it_is_off_by_no_more_than_the_rank_error() {
    let case = large();
    let result = cramer_von_mises(&case.reference, &case.current).unwrap();
    let exact = case.expected("cvm").unwrap();
    let scale = 1e6 * 5e5 / 1.5e6;
    assert!(abs(result.statistic - exact) <= 2.0 * result.rank_error * scale, "{result:?} for {exact}");
    assert!(abs(result.statistic - exact) <= 1e-4 * exact, "{result:?} for {exact}");
}

#[test]
fn too_few_values_are_skipped_and_equal_ones_are_no_surprise() {
    let (one, two) = (of(&[1.0]), of(&[1.0, 2.0]));
    assert!(cramer_von_mises(&one, &two).is_err() && cramer_von_mises(&two, &of(&[])).is_err());
    assert_eq!(cramer_von_mises(&two, &two).unwrap().p_value, 1.0);
    let many = of(&uniforms(1_000));
    assert_eq!(cramer_von_mises(&many, &many).unwrap().p_value, 1.0);
}
