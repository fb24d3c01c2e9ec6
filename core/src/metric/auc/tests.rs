#![allow(clippy::unwrap_used)]

use alloc::vec::Vec;

use super::*;
use crate::{math::abs, profile::ValueHistogram};

fn atoms(values: &[f64]) -> Vec<Cell> {
    values.iter().map(|value| Cell { min: *value, max: *value, count: 1 }).collect()
}

#[test]
fn by_hand() {
    // Of six pairs the positive is higher in three and equal in two.
    let found = auc(&atoms(&[0.5, 0.9]), &atoms(&[0.9, 0.1, 0.5])).unwrap();
    assert_eq!(found, Auc { value: 4.0 / 6.0, error: 0.0 });
    // The order of rows does not matter.
    assert_eq!(auc(&atoms(&[0.9, 0.5]), &atoms(&[0.1, 0.5, 0.9])).unwrap(), found);
    assert!(auc(&[], &atoms(&[0.5])).is_err() && auc(&atoms(&[0.5]), &[]).is_err());
}

#[test]
fn a_cell_of_many_values_counts_half_where_it_cannot_be_told_apart() {
    let wide = [Cell { min: 0.2, max: 0.6, count: 10 }];
    let found = auc(&wide, &atoms(&[0.1, 0.4, 0.4, 0.9])).unwrap();
    // Above one, level with two, below one.
    assert_eq!(found, Auc { value: 0.5, error: 0.25 });
    assert_eq!(auc(&wide, &wide).unwrap(), Auc { value: 0.5, error: 0.5 });
    let apart = auc(&wide, &[Cell { min: 0.7, max: 0.8, count: 5 }]).unwrap();
    assert_eq!(apart, Auc { value: 0.0, error: 0.0 });
}

#[test]
fn histograms_are_off_by_no_more_than_they_say() {
    let mut state = 1_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let positives: Vec<f64> = (0..30_000).map(|_| uniform().max(uniform())).collect();
    let negatives: Vec<f64> = (0..30_000).map(|_| uniform()).collect();
    let exact = auc(&atoms(&positives), &atoms(&negatives)).unwrap();
    let [a, b] = [&positives, &negatives].map(|values| ValueHistogram::from_values(values));
    let found = auc(&a.cells(), &b.cells()).unwrap();
    assert!(exact.error == 0.0 && found.error > 0.0 && found.error < 0.001, "{found:?}");
    assert!(abs(found.value - exact.value) <= found.error, "{found:?} {exact:?}");
}
