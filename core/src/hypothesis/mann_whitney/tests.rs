#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::{
    distance::tests::{cases, large, moved_and_scaled},
    math::{
        abs, exp,
        tests::{close, uniforms},
    },
};

fn of(values: &[f64]) -> ValueHistogram {
    ValueHistogram::from_values(values)
}

#[test]
fn statistic_and_p_are_those_of_scipy() {
    for case in cases() {
        let result = mann_whitney(&case.reference, &case.current).unwrap();
        case.check("u", result.u, 1e-12);
        case.check("u_p", result.p_value, 1e-9);
    }
}

#[test]
fn only_order_matters_and_sides_mirror() {
    moved_and_scaled(|(a, b), (c, d)| {
        let (Ok(plain), Ok(moved)) = (mann_whitney(a, b), mann_whitney(c, d)) else { return };
        assert_eq!(plain, moved);
        let back = mann_whitney(b, a).unwrap();
        assert_eq!(plain.u + back.u, (a.len() * b.len()) as f64);
        assert!(abs(plain.superiority + back.superiority - 1.0) < 1e-15 && plain.p_value == back.p_value);
    });
}

#[test]
fn small_p_values_keep_their_digits() {
    let far: Vec<f64> = uniforms(800).iter().map(|x| x + 2.0).collect();
    let result = mann_whitney(&of(&uniforms(1_000)), &of(&far)).unwrap();
    assert!(result.u == 0.0 && result.superiority == 1.0 && (1e-300..1e-270).contains(&result.p_value), "{result:?}");
    // Eight against 12,000 apart: two of the orders.
    let many: Vec<f64> = (0..12_000).map(|x| f64::from(x) + 2.0).collect();
    let exact = mann_whitney(&of(&uniforms(8)), &of(&many)).unwrap();
    let orders = (1..=8).map(|i| crate::math::ln((12_000.0 + f64::from(i)) / f64::from(i))).sum::<f64>();
    close(exact.p_value, 2.0 * exp(-orders), 1e-12);
}

#[test]
fn on_a_million_values_it_is_off_by_no_more_than_the_rank_error() {
    let case = large();
    let result = mann_whitney(&case.reference, &case.current).unwrap();
    let exact = 1.0 - case.expected("u").unwrap() / 5e11;
    assert!(result.rank_error > 0.0 && result.rank_error < 0.01);
    assert!(abs(result.superiority - exact) <= 0.5 * result.rank_error, "{result:?} for {exact}");
    assert!(abs(result.superiority - exact) <= 1e-6, "{result:?} for {exact}");
}

#[test]
fn an_empty_side_is_skipped_and_nearly_equal_values_lose_no_digits() {
    assert!(mann_whitney(&of(&[1.0]), &of(&[])).is_err() && mann_whitney(&of(&[]), &of(&[1.0])).is_err());
    // All tied but one: the variance is that of one value among many.
    let mut zeros = alloc::vec![0.0; 500_000];
    let reference = of(&zeros);
    zeros.push(1.0);
    let result = mann_whitney(&reference, &of(&zeros)).unwrap();
    let (n, m) = (500_000.0, 500_001.0);
    let z = 0.5 * (n - 1.0) / sqrt(0.25 * n * m);
    close(result.p_value, (2.0 * normal_sf(z)).min(1.0), 1e-12);
}
