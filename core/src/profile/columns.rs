//! What one column held: kinds of cells, the distribution of its numbers, the counts of its texts.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Levels, MAX_RANK_ERROR, ValueHistogram};
use crate::table::{Cells, Kind};

/// A column of one model's rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ColumnProfile {
    /// Cells with a finite number.
    pub numbers: u64,
    /// Cells with text or a boolean.
    pub texts: u64,
    /// Cells without a value.
    pub missing: u64,
    /// Cells with NaN or an infinity.
    pub non_finite: u64,
    /// Cells with an object or a list.
    pub other: u64,
    /// The numbers.
    pub values: ValueHistogram,
    /// The texts.
    pub levels: Levels,
    /// The numbers of the sampled rows, each exactly, where `values` may have moved too many ranks.
    #[serde(skip)]
    sample: Option<ValueHistogram>,
}

impl ColumnProfile {
    /// Adds the cells of some rows.
    pub fn update(&mut self, cells: &Cells, rows: &[usize]) {
        let (kinds, values) = (cells.kinds(), cells.values());
        let mut counts = alloc::vec![0; cells.levels().len()];
        for row in rows {
            match (kinds.get(*row), values.get(*row)) {
                (Some(Kind::Number), Some(value)) => {
                    self.numbers += 1;
                    self.values.push(*value);
                }
                (Some(Kind::Text), Some(code)) => {
                    self.texts += 1;
                    counts[*code as usize] += 1;
                }
                (Some(Kind::NonFinite), _) => self.non_finite += 1,
                (Some(Kind::Other), _) => self.other += 1,
                _ => self.missing += 1,
            }
        }
        cells.levels().iter().zip(counts).for_each(|(text, count)| self.levels.add(text, count));
    }

    /// The numbers as they are compared with others': all of them, or those of a sample where [`Self::needs_sample`].
    #[must_use]
    pub fn compared(&self) -> &ValueHistogram {
        self.sample.as_ref().unwrap_or(&self.values)
    }

    /// Whether comparing the summary of the numbers with another could move ranks by more than [`MAX_RANK_ERROR`]: a tight
    /// cluster inside very wide tails.
    #[must_use]
    pub fn needs_sample(&self) -> bool {
        self.values.rank_error() > 0.5 * MAX_RANK_ERROR
    }

    /// Compares the column by the numbers of sampled rows; without any by all of them, as before.
    pub fn sample(&mut self, numbers: Vec<f64>) {
        self.sample = (!numbers.is_empty()).then(|| ValueHistogram::exactly(numbers));
    }

    /// Adds `rows` cells without a value: the rows of a part in which the column never appeared.
    pub fn add_missing(&mut self, rows: u64) {
        self.missing += rows;
    }

    /// Adds another profile of the same column.
    pub fn merge(&mut self, other: &Self) {
        self.numbers += other.numbers;
        self.texts += other.texts;
        self.missing += other.missing;
        self.non_finite += other.non_finite;
        self.other += other.other;
        self.values.merge(&other.values);
        self.levels.merge(&other.levels);
    }

    /// Cells of any kind.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.numbers + self.texts + self.absent()
    }

    /// Cells that hold no usable value.
    #[must_use]
    pub fn absent(&self) -> u64 {
        self.missing + self.non_finite + self.other
    }

    /// Cells that hold no value of the column's own kind: a word among numbers is no number.
    #[must_use]
    pub fn unusable(&self) -> u64 {
        self.absent() + if self.is_numeric() { self.texts } else { self.numbers }
    }

    /// Whether it is a column of numbers: more numbers than texts.
    #[must_use]
    pub fn is_numeric(&self) -> bool {
        self.numbers > self.texts
    }
}
