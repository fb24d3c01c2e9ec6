//! Small systems of linear equations with a symmetric matrix.

use alloc::vec::Vec;

use super::sqrt;

/// The x with `matrix` x = `right`, for a square, symmetric, positive definite matrix, of which the lower triangle is read.
///
/// `None` if the matrix is not positive definite to rounding, or the sizes do not fit. Source: Golub and Van Loan,
/// Matrix Computations, 4.2.
#[must_use]
pub fn solve_positive_definite(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let n = right.len();
    if matrix.len() != n || matrix.iter().any(|row| row.len() != n) {
        return None;
    }
    // The triangle L with L L' = matrix, in place, and y with L y = right beside it.
    for i in 0..n {
        let (above, rest) = matrix.split_at_mut(i);
        let row = &mut rest[0];
        for j in 0..i {
            row[j] = (row[j] - dot(&row[..j], &above[j][..j])) / above[j][j];
        }
        let pivot = row[i] - dot(&row[..i], &row[..i]);
        if !(pivot > f64::EPSILON * row[i] && pivot.is_finite()) {
            return None;
        }
        row[i] = sqrt(pivot);
        right[i] = (right[i] - dot(&row[..i], &right[..i])) / row[i];
    }
    // L' x = y, from the last one up.
    for i in (0..n).rev() {
        right[i] /= matrix[i][i];
        for j in 0..i {
            right[j] -= matrix[i][j] * right[i];
        }
    }
    Some(right)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
