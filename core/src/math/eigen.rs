//! Eigenvalues and eigenvectors of a small symmetric matrix.

use alloc::vec::Vec;

use super::{abs, sqrt};
use crate::order::StableOrder;

/// Sweeps after which rounding is all that is left; some ten are enough for a hundred columns.
const MAX_SWEEPS: usize = 60;

/// Eigenvalues, largest first, with one eigenvector of length 1 each, by Jacobi's rotations.
///
/// The matrix is square and symmetric, with finite entries; vectors of equal eigenvalues are some basis of their space.
/// Errors are some roundings of the largest eigenvalue. Source: Golub and Van Loan, Matrix Computations, 8.5.
#[must_use]
pub fn symmetric_eigen(mut matrix: Vec<Vec<f64>>) -> (Vec<f64>, Vec<Vec<f64>>) {
    let n = matrix.len();
    // Row i becomes the vector of the i-th eigenvalue.
    let mut vectors: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    for _ in 0..MAX_SWEEPS {
        let mut rotated = false;
        for p in 0..n {
            for q in p + 1..n {
                rotated |= rotate(&mut matrix, &mut vectors, p, q);
            }
        }
        if !rotated {
            break;
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.order_by(|a, b| matrix[*b][*b].total_cmp(&matrix[*a][*a]));
    let values = order.iter().map(|i| matrix[*i][*i]).collect();
    let sorted = order.iter().map(|i| core::mem::take(&mut vectors[*i])).collect();
    (values, sorted)
}

/// Makes the entry (p, q) zero; answers whether it was not already, up to rounding.
fn rotate(matrix: &mut [Vec<f64>], vectors: &mut [Vec<f64>], p: usize, q: usize) -> bool {
    let (entry, low, high) = (matrix[p][q], matrix[p][p], matrix[q][q]);
    if abs(entry) <= f64::EPSILON * 0.5 * sqrt(abs(low) * abs(high)) || abs(entry) < f64::MIN_POSITIVE {
        return false;
    }
    let tau = (high - low) / (2.0 * entry);
    let sign = if tau >= 0.0 { 1.0 } else { -1.0 };
    let tangent = sign / (abs(tau) + sqrt(1.0 + tau * tau));
    let cosine = 1.0 / sqrt(1.0 + tangent * tangent);
    let sine = tangent * cosine;
    for row in matrix.iter_mut() {
        (row[p], row[q]) = (cosine * row[p] - sine * row[q], sine * row[p] + cosine * row[q]);
    }
    for rows in [matrix, vectors] {
        let (above, below) = rows.split_at_mut(q);
        for (x, y) in above[p].iter_mut().zip(&mut below[0]) {
            (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
        }
    }
    true
}
