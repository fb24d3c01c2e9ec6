#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::distance::tests::{cases, large, moved_and_scaled};

fn of(values: &[f64]) -> ValueHistogram {
    ValueHistogram::from_values(values)
}

#[test]
fn statistic_and_p_are_those_of_scipy() {
    for case in cases() {
        let result = brown_forsythe(&case.reference, &case.current);
        if case.expected("bf").is_none() {
            assert!(result.is_err(), "{result:?}");
            continue;
        }
        let result = result.unwrap();
        case.check("bf", result.statistic, 1e-11);
        case.check("bf_p", result.p_value, 1e-9);
    }
}

#[test]
fn shift_and_scale_do_not_matter_and_sides_can_be_swapped() {
    moved_and_scaled(|(a, b), (c, d)| {
        let (Ok(plain), Ok(moved)) = (brown_forsythe(a, b), brown_forsythe(c, d)) else { return };
        assert_eq!((plain.statistic, plain.p_value), (moved.statistic, moved.p_value));
        assert_eq!(plain.spread_reference * 4.0, moved.spread_reference);
        let back = brown_forsythe(b, a).unwrap();
        assert_eq!((plain.statistic, plain.p_value), (back.statistic, back.p_value));
    });
}

#[test]
fn a_million_values_are_summarised_without_harm() {
    let case = large();
    let result = brown_forsythe(&case.reference, &case.current).unwrap();
    case.check("bf", result.statistic, 1e-3);
}

#[test]
fn where_chance_cannot_be_measured_it_is_skipped() {
    assert!(brown_forsythe(&of(&[]), &of(&[1.0, 2.0, 4.0])).is_err());
    assert!(brown_forsythe(&of(&[1.0]), &of(&[2.0])).is_err());
    assert!(brown_forsythe(&of(&[1.0, 2.0]), &of(&[5.0, 6.0])).is_err());
    assert!(brown_forsythe(&of(&[7.0; 9]), &of(&[7.0; 4])).is_err());
    assert!(brown_forsythe(&of(&[-1e308, 1e308, 1.5e308]), &of(&[1.0, 2.0])).is_err());
}
