//! The area under the ROC curve of a classifier of two labels, from counts by twentieths of the score.
//!
//! The score of a row is its probability of the positive label. Rows of one twentieth are ties, and ties count half, so
//! the order of rows never matters. Where actuals are missing each row is positive with its calibrated chance.

use crate::profile::ConfidenceBin;

/// Twentieths of [0, 1].
const CELLS: usize = 20;

/// The rows of one twentieth of the score.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Cell {
    /// Rows.
    rows: f64,
    /// Positive ones, or the number that is expected.
    positive: f64,
    /// The sum of p (1 - p) over rows that are positive with the chance p; 0 where actuals are known.
    own: f64,
}

/// The rows of some days by their score.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scores([Cell; CELLS]);

impl Scores {
    /// Adds the rows of a bin that were all predicted to be positive, or all to be negative, and are so with this chance.
    pub fn expect(&mut self, bin: u8, predicted_positive: bool, rows: u64, right: f64) {
        let rows = rows as f64;
        let positive = if predicted_positive { right } else { 1.0 - right };
        self.add(bin, predicted_positive, Cell { rows, positive: rows * positive, own: rows * right * (1.0 - right) });
    }

    /// Adds the rows of a bin whose actual is known.
    pub fn count(&mut self, bin: u8, predicted_positive: bool, counts: &ConfidenceBin) {
        let positive = if predicted_positive { counts.right } else { counts.pairs - counts.right };
        let cell = Cell { rows: counts.pairs as f64, positive: positive as f64, own: 0.0 };
        self.add(bin, predicted_positive, cell);
    }

    /// A confidence c in the negative label is a score of 1 - c.
    fn add(&mut self, bin: u8, predicted_positive: bool, rows: Cell) {
        let bin = usize::from(bin).min(CELLS - 1);
        let cell = &mut self.0[if predicted_positive { bin } else { CELLS - 1 - bin }];
        cell.rows += rows.rows;
        cell.positive += rows.positive;
        cell.own += rows.own;
    }

    /// The share of pairs of a positive and a negative row in which the positive one has the higher score, ties counted
    /// half; of expected counts the ratio of both expectations. `None` if there are no such pairs.
    ///
    /// A row makes no pair with itself: its p (1 - p) is taken out of its tie and of all pairs.
    #[must_use]
    pub fn auc(&self) -> Option<f64> {
        let (mut higher, mut below) = (0.0, 0.0);
        for cell in &self.0 {
            let negative = cell.rows - cell.positive;
            higher += cell.positive * below + 0.5 * (cell.positive * negative - cell.own);
            below += negative;
        }
        let own: f64 = self.0.iter().map(|cell| cell.own).sum();
        let pairs = self.positive() * below - own;
        (pairs > 0.0).then(|| (higher / pairs).clamp(0.0, 1.0))
    }

    fn rows(&self) -> f64 {
        self.0.iter().map(|cell| cell.rows).sum()
    }

    fn positive(&self) -> f64 {
        self.0.iter().map(|cell| cell.positive).sum()
    }

    /// By how much the AUC of these rows, times their number, rises with one more positive row instead of a negative one
    /// in each twentieth: the placements of DeLong, DeLong and Clarke-Pearson (1988). `None` without both labels.
    #[must_use]
    pub fn gradient(&self) -> Option<Gradient> {
        let auc = self.auc()?;
        let (rows, positive) = (self.rows(), self.positive());
        let (mut below, mut above) = (0.0, positive);
        let mut gradient = Gradient([0.0; CELLS]);
        for (cell, rise) in self.0.iter().zip(&mut gradient.0) {
            let negative = cell.rows - cell.positive;
            above -= cell.positive;
            let as_positive = (below + 0.5 * negative) / (rows - positive);
            let as_negative = (above + 0.5 * cell.positive) / positive;
            *rise = (as_positive - auc) * (rows / positive) - (as_negative - auc) * (rows / (rows - positive));
            below += negative;
        }
        Some(gradient)
    }
}

/// See [`Scores::gradient`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradient([f64; CELLS]);

impl Gradient {
    /// What the positive rows that came unexpected add to the AUC times the number of rows.
    #[must_use]
    pub fn surprise(&self, known: &Scores, expected: &Scores) -> f64 {
        let cells = known.0.iter().zip(&expected.0).zip(&self.0);
        cells.map(|((known, expected), rise)| (known.positive - expected.positive) * rise).sum()
    }
}
