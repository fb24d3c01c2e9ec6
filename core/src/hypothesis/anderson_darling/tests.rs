#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::{
    distance::tests::{cases, large, moved_and_scaled},
    math::{abs, tests::close},
};

fn of(values: &[f64]) -> ValueHistogram {
    ValueHistogram::from_values(values)
}

#[test]
fn statistic_and_p_are_those_of_scipy() {
    for case in cases() {
        let result = anderson_darling(&case.reference, &case.current);
        if case.expected("ad").is_none() {
            assert!(result.is_err());
            continue;
        }
        let result = result.unwrap();
        case.check("ad", result.statistic, 1e-12);
        case.check("ad_p", result.p_value, 1e-9);
        assert_eq!(result.capped, !(0.325..=6.546).contains(&result.statistic));
    }
}

#[test]
fn sums_of_inverses_go_on_where_the_series_takes_over() {
    let (mut h, mut squares) = (0.0, 0.0);
    for n in 1..200_u32 {
        h += 1.0 / f64::from(n);
        squares += 1.0 / f64::from(n * n);
        let (series, series_squares) = harmonic(f64::from(n));
        assert!(abs(series - h) < 2e-15 * h && abs(series_squares - squares) < 2e-15 * squares, "{n}");
    }
}

#[test]
fn only_order_matters_and_sides_can_be_swapped() {
    moved_and_scaled(|(a, b), (c, d)| {
        let (Ok(plain), Ok(moved)) = (anderson_darling(a, b), anderson_darling(c, d)) else { return };
        assert_eq!(plain, moved);
        let back = anderson_darling(b, a).unwrap();
        assert!(abs(plain.statistic - back.statistic) <= 1e-12 * abs(plain.statistic).max(1.0));
    });
}

#[test]
fn on_a_million_values_it_is_off_by_no_more_than_the_rank_error() {
    let case = large();
    let result = anderson_darling(&case.reference, &case.current).unwrap();
    let exact = case.expected("ad").unwrap();
    assert!(
        result.rank_error > 0.0 && abs(result.statistic - exact) <= result.rank_error * exact,
        "{result:?} {exact}"
    );
}

#[test]
fn too_few_and_equal_values_are_skipped() {
    assert!(anderson_darling(&of(&[]), &of(&[1.0, 2.0, 3.0, 4.0])).is_err());
    assert!(anderson_darling(&of(&[1.0]), &of(&[2.0, 3.0])).is_err());
    assert!(anderson_darling(&of(&[2.0; 9]), &of(&[2.0; 5])).is_err());
    let same = anderson_darling(&of(&[1.0, 2.0]), &of(&[1.0, 2.0])).unwrap();
    assert!(same.capped && same.p_value == 0.25 && same.statistic < 0.0);
}

#[test]
fn the_parabola_passes_near_the_table() {
    for (critical, p) in [(0.325, 0.25), (1.961, 0.05), (3.752, 0.01), (6.546, 0.001)] {
        close(p_value(critical).0, p, 0.03);
    }
}
