//! Area under the ROC curve: the chance that a row where the positive label happened was given a higher chance of it than a
//! row where it did not. Ties count half, so the order of rows does not matter.
//!
//! With two labels it is the same whichever of them is positive. Source: Mann and Whitney's U over the number of pairs, as
//! scikit-learn's `roc_auc_score`. Values that a histogram no longer tells apart count half, too; `error` is what that may
//! have moved.

use alloc::vec::Vec;

use crate::{Skip, order::StableOrder, profile::value_histogram::Cell};

/// The area, and how exact it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Auc {
    /// In [0, 1]; 0.5 is guessing.
    pub value: f64,
    /// How far it may be off, at most; 0 while every value is kept.
    pub error: f64,
}

/// Compares the chances given to the positive label where it happened and where it did not, in any order.
///
/// # Errors
/// If either side is empty.
pub fn auc(positives: &[Cell], negatives: &[Cell]) -> Result<Auc, Skip> {
    let lower = Counts::of(negatives.iter().map(|cell| (cell.min, cell.count)));
    let upper = Counts::of(negatives.iter().map(|cell| (cell.max, cell.count)));
    let atoms = Counts::of(negatives.iter().filter(|cell| cell.is_atom()).map(|cell| (cell.min, cell.count)));
    let (mut twice, mut loose, mut count) = (0_u128, 0_u128, 0_u128);
    for cell in positives {
        let size = u128::from(cell.count);
        let below = upper.below(cell.min);
        let level = lower.up_to(cell.max) - below;
        let tied = if cell.is_atom() { atoms.up_to(cell.min) - atoms.below(cell.min) } else { 0 };
        twice += size * (2 * below + level);
        loose += size * (level - tied);
        count += size;
    }
    let pairs = 2 * count * lower.total();
    if pairs == 0 {
        return Err(Skip::because("only one of the two labels happened"));
    }
    Ok(Auc { value: twice as f64 / pairs as f64, error: loose as f64 / pairs as f64 })
}

/// How many values there are up to each.
struct Counts(Vec<(f64, u128)>);

impl Counts {
    fn of(values: impl Iterator<Item = (f64, u64)>) -> Self {
        let mut counts: Vec<(f64, u128)> = values.map(|(value, count)| (value, u128::from(count))).collect();
        counts.order_by(|a, b| a.0.total_cmp(&b.0));
        let mut sum = 0;
        for (_, count) in &mut counts {
            sum += *count;
            *count = sum;
        }
        Self(counts)
    }

    fn before(&self, place: usize) -> u128 {
        place.checked_sub(1).and_then(|last| self.0.get(last)).map_or(0, |(_, count)| *count)
    }

    fn below(&self, value: f64) -> u128 {
        self.before(self.0.partition_point(|(known, _)| *known < value))
    }

    fn up_to(&self, value: f64) -> u128 {
        self.before(self.0.partition_point(|(known, _)| *known <= value))
    }

    fn total(&self) -> u128 {
        self.before(self.0.len())
    }
}

#[cfg(test)]
mod tests;
