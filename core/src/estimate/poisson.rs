//! Regression of something positive on some inputs: its logarithm is a straight function of them.
//!
//! Poisson's likelihood is used for what it estimates, not as a law of chance: the mean is right whatever the distribution
//! around it (Gourieroux, Monfort and Trognon 1984), and with the logarithm as link the sums of what was fitted and of
//! what was seen agree (McCullagh and Nelder, Generalized Linear Models, 1989, chapter 6). A ridge keeps inputs that say
//! the same apart; the constant is left free.
//!
//! Edge cases: nothing to learn from, or only zeros, is skipped.

use alloc::{vec, vec::Vec};

use crate::{Skip, math};

/// Newton's steps; some ten are enough.
const MAX_STEPS: usize = 50;

/// Halvings of a step that leads downhill.
const MAX_HALVINGS: usize = 40;

/// A step this small is the last one.
const TOLERANCE: f64 = 1e-11;

/// Rows of inputs, each beginning with a 1 for the constant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Design {
    /// Inputs of a row, the constant included.
    pub width: usize,
    /// Row after row.
    pub values: Vec<f64>,
}

impl Design {
    /// The inputs of a row; empty past the end.
    #[must_use]
    pub fn row(&self, row: usize) -> &[f64] {
        self.values.get(row * self.width..(row + 1) * self.width).unwrap_or_default()
    }
}

/// Coefficients, the constant first: a row's expectation is [`expected`] of them.
///
/// `y` (0 or more, finite) and `design` have the same rows, of which `rows` are learnt from. `ridge` times the mean of y
/// is what a coefficient's square costs per row, halved; inputs are taken to be of one scale.
///
/// # Errors
/// If no y is above 0, or the steps do not come to an end.
pub fn poisson(design: &Design, y: &[f64], rows: &[usize], ridge: f64) -> Result<Vec<f64>, Skip> {
    let n = rows.len() as f64;
    let mean = rows.iter().map(|row| y[*row] / n).sum::<f64>();
    if !(mean > 0.0 && mean.is_finite()) {
        return Err(Skip::because("every error is 0, which says nothing about how large they can be"));
    }
    // In units of the mean, so that neither tiny nor huge y leave f64.
    let problem = Problem { design, rows, y: rows.iter().map(|row| y[*row] / mean).collect(), penalty: ridge * n };
    let mut coefficients = vec![0.0; design.width];
    let mut height = problem.height(&coefficients);
    for _ in 0..MAX_STEPS {
        let failed = || Skip::because("the inputs cannot be told apart: leave out those that say the same");
        let mut step = problem.step(&coefficients).ok_or_else(failed)?;
        let largest = step.iter().fold(0.0, |largest: f64, step| largest.max(math::abs(*step)));
        for _ in 0..MAX_HALVINGS {
            let next: Vec<f64> = coefficients.iter().zip(&step).map(|(b, step)| b + step).collect();
            let reached = problem.height(&next);
            // On the summit itself rounding decides what is uphill.
            if reached >= height || largest < 1e-6 {
                (coefficients, height) = (next, reached);
                break;
            }
            step.iter_mut().for_each(|step| *step *= 0.5);
        }
        if largest < TOLERANCE {
            coefficients[0] += math::ln(mean);
            return Ok(coefficients);
        }
    }
    Err(Skip::because("the regression of errors on inputs did not settle"))
}

/// What a row is expected to be.
#[must_use]
pub fn expected(coefficients: &[f64], inputs: &[f64]) -> f64 {
    math::exp(linear(coefficients, inputs))
}

fn linear(coefficients: &[f64], inputs: &[f64]) -> f64 {
    coefficients.iter().zip(inputs).map(|(b, x)| b * x).sum()
}

struct Problem<'a> {
    design: &'a Design,
    rows: &'a [usize],
    y: Vec<f64>,
    penalty: f64,
}

impl Problem<'_> {
    /// The logarithm of the likelihood, up to a constant, less the penalty.
    fn height(&self, coefficients: &[f64]) -> f64 {
        let rows = self.rows.iter().zip(&self.y);
        let likelihood = rows.map(|(row, y)| {
            let linear = linear(coefficients, self.design.row(*row));
            y * linear - math::exp(linear)
        });
        let squares: f64 = coefficients.iter().skip(1).map(|b| b * b).sum();
        likelihood.sum::<f64>() - 0.5 * self.penalty * squares
    }

    /// Newton's step; `None` if the curvature vanishes.
    fn step(&self, coefficients: &[f64]) -> Option<Vec<f64>> {
        let width = self.design.width;
        let (mut curvature, mut slope) = (vec![vec![0.0; width]; width], vec![0.0; width]);
        for (row, y) in self.rows.iter().zip(&self.y) {
            let inputs = self.design.row(*row);
            let mean = expected(coefficients, inputs);
            for (i, x) in inputs.iter().enumerate() {
                slope[i] += x * (y - mean);
                let weight = x * mean;
                curvature[i][..=i].iter_mut().zip(inputs).for_each(|(sum, other)| *sum += weight * other);
            }
        }
        for i in 1..width {
            slope[i] -= self.penalty * coefficients[i];
            curvature[i][i] += self.penalty;
        }
        math::solve_positive_definite(curvature, slope)
    }
}
