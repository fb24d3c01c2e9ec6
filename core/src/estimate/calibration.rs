//! What a confidence is worth: the share of right predictions by predicted label and confidence, learnt from known days.
//!
//! In each twentieth of [0, 1] the share of right ones, drawn towards that of the label, and that towards the share of all,
//! by [`WEIGHT`] rows; then made to rise with the confidence by pooling adjacent violators (Ayer et al. 1955), and read by
//! straight lines between the bins' mean confidences, level beyond the first and last. On the real logs this came out
//! ahead of bins without order, of the label's mean and of one mean for all, each on days it was not learnt from.

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use crate::{
    order::IntoOrdered,
    profile::{ConfidenceBin, ConfidenceBins, LabelledConfidence, Merge},
};

/// The rows of the wider group that each share is drawn towards by: a label of three rows is not known to be always right.
const WEIGHT: f64 = 20.0;

/// The value that rises with the places and is closest to `values` in weighted least squares.
///
/// `weights` are positive. Source: pool adjacent violators, Ayer, Brunk, Ewing, Reid and Silverman (1955).
#[must_use]
pub fn isotonic(values: &[f64], weights: &[f64]) -> Vec<f64> {
    // Weight, mean and number of places of each level stretch.
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for (value, weight) in values.iter().zip(weights) {
        let mut pool = (*weight, *value, 1);
        while let Some(last) = pools.pop_if(|last| last.1 >= pool.1) {
            let weight = last.0 + pool.0;
            pool = (weight, (last.0 * last.1 + pool.0 * pool.1) / weight, last.2 + pool.2);
        }
        pools.push(pool);
    }
    pools.into_iter().flat_map(|(_, mean, places)| core::iter::repeat_n(mean, places)).collect()
}

/// The share of right predictions of one label by confidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Mean confidence and share of right ones of each bin with known rows; both rise. Never empty.
    points: Vec<(f64, f64)>,
    /// First and last bin with known rows.
    bins: (u8, u8),
}

impl Curve {
    /// Learns from the bins of a label; `overall` is the share of right ones of all labels. `None` without known rows.
    fn of(bins: &ConfidenceBins, overall: f64) -> Option<Self> {
        let known: Vec<(u8, &ConfidenceBin)> = bins.iter().filter(|(_, bin)| bin.pairs > 0).collect();
        let drawn = |right: u64, pairs: u64, towards: f64| (right as f64 + WEIGHT * towards) / (pairs as f64 + WEIGHT);
        let (right, pairs) = sums(known.iter().map(|(_, bin)| *bin));
        let of_label = drawn(right, pairs, overall);
        let shares: Vec<f64> = known.iter().map(|(_, bin)| drawn(bin.right, bin.pairs, of_label)).collect();
        let weights: Vec<f64> = known.iter().map(|(_, bin)| bin.pairs as f64).collect();
        let confidences = known.iter().filter_map(|(_, bin)| bin.paired_confidence());
        let points = confidences.zip(isotonic(&shares, &weights)).collect();
        Some(Self { points, bins: (known.first()?.0, known.last()?.0) })
    }

    /// The share at a confidence: straight between the points, level beyond them.
    #[must_use]
    pub fn at(&self, confidence: f64) -> f64 {
        let after = self.points.partition_point(|(x, _)| *x < confidence);
        match (after.checked_sub(1).and_then(|before| self.points.get(before)), self.points.get(after)) {
            (Some((x0, y0)), Some((x1, y1))) => y0 + (y1 - y0) * ((confidence - x0) / (x1 - x0)),
            (Some((_, y)), None) | (None, Some((_, y))) => *y,
            (None, None) => f64::NAN,
        }
    }
}

/// What confidences are worth, by predicted label.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    labels: BTreeMap<String, Curve>,
    /// The share of right ones of all labels.
    pub overall: f64,
}

impl Calibration {
    /// Learns from the confidences of some days; `None` if no actual is known, or there are too many labels.
    pub fn of<'a>(days: impl IntoIterator<Item = &'a LabelledConfidence>) -> Option<Self> {
        let mut all = LabelledConfidence::default();
        days.into_iter().for_each(|day| all.merge(day));
        let labels = all.labels()?;
        let (right, pairs) = sums(labels.values().flat_map(ConfidenceBins::iter).map(|(_, bin)| bin));
        let overall = if pairs == 0 { return None } else { right as f64 / pairs as f64 };
        let curves = labels.iter().filter_map(|(label, bins)| Some((label.clone(), Curve::of(bins, overall)?)));
        Some(Self { labels: curves.into_map(), overall })
    }

    /// The chance that a prediction of that label and confidence is right; that of all for a label never seen.
    #[must_use]
    pub fn chance(&self, label: &str, confidence: f64) -> f64 {
        self.labels.get(label).map_or(self.overall, |curve| curve.at(confidence))
    }

    /// Whether predictions of that label had a confidence as low and one as high as this bin.
    #[must_use]
    pub fn knows(&self, label: &str, bin: u8) -> bool {
        self.labels.get(label).is_some_and(|curve| (curve.bins.0..=curve.bins.1).contains(&bin))
    }
}

/// Right ones and pairs.
fn sums<'a>(bins: impl Iterator<Item = &'a ConfidenceBin>) -> (u64, u64) {
    bins.fold((0, 0), |(right, pairs), bin| (right + bin.right, pairs + bin.pairs))
}
