//! How often predictions of each confidence came true, in twentieths of [0, 1].
//!
//! From these counts follow the reliability curve and its error, and what a confidence is worth where actuals are still
//! missing. Sums of confidences are held in fixed point, so any order gives the same.

use alloc::{collections::BTreeMap, string::String};

use serde::{Deserialize, Serialize};

use super::{Merge, score::Trust};
use crate::math;

/// Bins of equal width in [0, 1]; two of them are one bin of the reliability curve.
pub const BINS: u8 = 20;

/// Predicted labels that are counted apart.
pub const MAX_LABELS: usize = 32;

/// A confidence of 1 in fixed point: 2^53 of them fit a u128 with room, and every f64 of at least 2^-8 is exact.
const ONE: f64 = (1_u64 << 60) as f64;

/// The rows of one bin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConfidenceBin {
    /// Rows with prediction and confidence.
    pub rows: u64,
    /// Of these, rows whose actual is known.
    pub pairs: u64,
    /// Of these, right ones.
    pub right: u64,
    /// Sum of the confidences of all rows, times 2^60.
    confidence: u128,
    /// The same of the pairs.
    paired: u128,
}

impl ConfidenceBin {
    /// Mean confidence of all rows; `None` of none.
    #[must_use]
    pub fn confidence(&self) -> Option<f64> {
        mean(self.confidence, self.rows)
    }

    /// Mean confidence of the pairs; `None` of none.
    #[must_use]
    pub fn paired_confidence(&self) -> Option<f64> {
        mean(self.paired, self.pairs)
    }

    fn is_consistent(&self) -> bool {
        let fits = |sum: u128, rows: u64| sum <= u128::from(rows) << 60;
        self.right <= self.pairs
            && self.pairs <= self.rows
            && fits(self.confidence, self.rows)
            && fits(self.paired, self.pairs)
    }
}

fn mean(sum: u128, rows: u64) -> Option<f64> {
    (rows > 0).then(|| sum as f64 / ONE / rows as f64)
}

impl Merge for ConfidenceBin {
    fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        self.pairs += other.pairs;
        self.right += other.right;
        self.confidence += other.confidence;
        self.paired += other.paired;
    }
}

/// Bin -> its rows; bins without rows are not there. Bin k is [k/20, (k+1)/20), the last one with its upper end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConfidenceBins(BTreeMap<u8, ConfidenceBin>);

impl ConfidenceBins {
    /// Adds a row.
    pub fn add(&mut self, trust: &Trust<'_>) {
        let Trust { confidence, right, .. } = *trust;
        let number = (math::floor(confidence * f64::from(BINS)) as u8).min(BINS - 1);
        let bin = self.0.entry(number).or_default();
        let fixed = math::floor(confidence * ONE + 0.5) as u128;
        bin.rows += 1;
        bin.confidence += fixed;
        if let Some(right) = right {
            bin.pairs += 1;
            bin.right += u64::from(right);
            bin.paired += fixed;
        }
    }

    /// The bins with rows, lowest confidence first.
    pub fn iter(&self) -> impl Iterator<Item = (u8, &ConfidenceBin)> {
        self.0.iter().map(|(number, bin)| (*number, bin))
    }

    /// Rows with a confidence in [0, 1].
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.0.values().fold(0, |rows, bin| rows.saturating_add(bin.rows))
    }

    /// Of these, rows whose actual is known.
    #[must_use]
    pub fn pairs(&self) -> u64 {
        self.0.values().fold(0, |pairs, bin| pairs.saturating_add(bin.pairs))
    }

    /// Two neighbouring bins in one: tenth k is [k/10, (k+1)/10), the last one with its upper end.
    #[must_use]
    pub fn tenths(&self) -> BTreeMap<u8, ConfidenceBin> {
        let mut tenths: BTreeMap<u8, ConfidenceBin> = BTreeMap::new();
        self.0.iter().for_each(|(number, bin)| tenths.entry(number / 2).or_default().merge(bin));
        tenths
    }

    /// Whether the counts can be those of a log.
    #[must_use]
    pub fn is_consistent(&self) -> bool {
        self.0.iter().all(|(number, bin)| *number < BINS && bin.rows > 0 && bin.is_consistent())
    }
}

impl Merge for ConfidenceBins {
    fn merge(&mut self, other: &Self) {
        for (number, bin) in &other.0 {
            self.0.entry(*number).or_default().merge(bin);
        }
    }
}

/// Predicted label -> its bins.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LabelledConfidence {
    labels: BTreeMap<String, ConfidenceBins>,
    too_many: bool,
}

impl LabelledConfidence {
    /// Adds a row.
    pub fn add(&mut self, trust: &Trust<'_>) {
        if self.too_many {
            return;
        }
        let predicted = trust.predicted.as_ref();
        if !self.labels.contains_key(predicted) {
            self.labels.insert(predicted.into(), ConfidenceBins::default());
            self.bound();
        }
        if let Some(bins) = self.labels.get_mut(predicted) {
            bins.add(trust);
        }
    }

    /// The bins of each predicted label; `None` if there were more than [`MAX_LABELS`].
    #[must_use]
    pub const fn labels(&self) -> Option<&BTreeMap<String, ConfidenceBins>> {
        if self.too_many { None } else { Some(&self.labels) }
    }

    fn bound(&mut self) {
        self.too_many |= self.labels.len() > MAX_LABELS;
        if self.too_many {
            self.labels.clear();
        }
    }

    /// Whether the counts can be those of a log of so many rows.
    #[must_use]
    pub fn is_consistent(&self, rows: u64) -> bool {
        let counted = self.labels.values().fold(0_u64, |sum, bins| sum.saturating_add(bins.rows()));
        self.labels.len() <= MAX_LABELS
            && !(self.too_many && counted > 0)
            && counted <= rows
            && self.labels.values().all(ConfidenceBins::is_consistent)
    }
}

impl Merge for LabelledConfidence {
    fn merge(&mut self, other: &Self) {
        self.too_many |= other.too_many;
        for (label, bins) in &other.labels {
            self.labels.entry(label.clone()).or_default().merge(bins);
        }
        self.bound();
    }
}
