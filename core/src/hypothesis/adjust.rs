//! p-values of many tests at once, adjusted so that one threshold can be held against all of them.
//!
//! Use `benjamini_hochberg` to bound the share of false alarms among alarms (columns of one report), `holm` to bound
//! the chance of any false alarm. `bonferroni` is never better than `holm`; `benjamini_yekutieli` needs no assumption
//! about dependence and pays for it with a factor of ln m.
//!
//! Input are p-values in [0, 1], in any order; output has the same order and length, in [0, 1]. A family is what is
//! given: leave out what was skipped. NaN counts as 1. Source: R's `p.adjust`.

use crate::order::StableOrder;
use alloc::{vec, vec::Vec};

/// min(1, m p).
#[must_use]
pub fn bonferroni(p_values: &[f64]) -> Vec<f64> {
    let m = p_values.len() as f64;
    p_values.iter().map(|p| (m * probability(*p)).min(1.0)).collect()
}

/// Step-down: the i-th smallest times m - i + 1, never below a smaller one's.
#[must_use]
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let m = p_values.len();
    let mut adjusted = vec![1.0; m];
    let mut largest: f64 = 0.0;
    for (rank, index) in ascending(p_values).into_iter().enumerate() {
        largest = largest.max((m - rank) as f64 * probability(p_values[index])).min(1.0);
        adjusted[index] = largest;
    }
    adjusted
}

/// Step-up: the i-th smallest times m / i, never above a larger one's.
#[must_use]
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    step_up(p_values, 1.0)
}

/// As Benjamini-Hochberg, times 1 + 1/2 + ... + 1/m.
#[must_use]
pub fn benjamini_yekutieli(p_values: &[f64]) -> Vec<f64> {
    step_up(p_values, (1..=p_values.len()).map(|i| 1.0 / i as f64).sum())
}

fn step_up(p_values: &[f64], factor: f64) -> Vec<f64> {
    let m = p_values.len() as f64;
    let mut adjusted = vec![1.0; p_values.len()];
    let mut smallest: f64 = 1.0;
    for (rank, index) in ascending(p_values).into_iter().enumerate().rev() {
        smallest = smallest.min(probability(p_values[index]) * (factor * m / (rank + 1) as f64));
        adjusted[index] = smallest;
    }
    adjusted
}

/// Positions in ascending order of their p-values.
fn ascending(p_values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.order_by(|a, b| probability(p_values[*a]).total_cmp(&probability(p_values[*b])));
    order
}

fn probability(p: f64) -> f64 {
    if p.is_nan() { 1.0 } else { p }
}

#[cfg(test)]
mod tests;
