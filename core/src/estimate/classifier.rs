//! The accuracy, and with two labels the AUC, of a classifier from its calibrated confidences.
//!
//! Right if the chance that a confidence is right stays what it was, whatever confidences there are now: "confidence-based
//! performance estimation" (Białek et al. 2024). It cannot see a model that became worse at the same confidence.

use alloc::{collections::BTreeSet, format, string::String, vec::Vec};

use super::{
    Chunk, Metric,
    auc::{Gradient, Scores},
    band::Learner,
    calibration::Calibration,
};
use crate::{
    Skip,
    profile::{Bucket, ConfidenceBin},
    words,
};

/// The share of rows without a calibrated confidence from which nothing is estimated.
const MAX_UNKNOWN: f64 = 0.05;

/// The known days of a classifier.
pub struct Classifier<'a> {
    days: Vec<&'a Bucket>,
    /// The later one of two labels in sort order, and how surprises move the AUC; `None` for the accuracy.
    auc: Option<(&'a str, Gradient)>,
}

impl<'a> Classifier<'a> {
    /// For the accuracy.
    #[must_use]
    pub const fn accuracy(days: Vec<&'a Bucket>) -> Self {
        Self { days, auc: None }
    }

    /// For the AUC; `None` unless predictions and actuals have two labels together, and both came true.
    #[must_use]
    pub fn auc(days: Vec<&'a Bucket>) -> Option<Self> {
        let mut labels: BTreeSet<&str> = BTreeSet::new();
        for day in &days {
            labels.extend(day.score.confusion()?.flat_map(|(actual, predicted, _)| [actual, predicted]));
        }
        let positive = labels.last().copied().filter(|_| labels.len() == 2)?;
        let gradient = known_scores(&days, positive).gradient()?;
        Some(Self { days, auc: Some((positive, gradient)) })
    }
}

/// Every bin of some days with its label.
fn bins<'a>(days: &[&'a Bucket]) -> impl Iterator<Item = (&'a str, u8, &'a ConfidenceBin)> {
    let labels = days.iter().copied().filter_map(|day| day.confidence.labels()).flatten();
    labels.flat_map(|(label, bins)| bins.iter().map(move |(number, bin)| (label.as_str(), number, bin)))
}

fn known_scores(days: &[&Bucket], positive: &str) -> Scores {
    let mut scores = Scores::default();
    bins(days).for_each(|(label, number, bin)| scores.count(number, label == positive, bin));
    scores
}

impl Learner for Classifier<'_> {
    type Model = Calibration;

    fn days(&self) -> usize {
        self.days.len()
    }

    fn pairs(&self, day: usize) -> f64 {
        bins(&self.days[day..=day]).map(|(.., bin)| bin.pairs as f64).sum()
    }

    fn learn(&self, days: &[usize]) -> Result<Calibration, Skip> {
        Calibration::of(days.iter().map(|day| &self.days[*day].confidence)).ok_or_else(|| {
            Skip::because("no prediction with a confidence in [0, 1] has an actual, or there are more than 32 labels")
        })
    }

    fn surprise(&self, model: &Calibration, day: usize) -> f64 {
        let paired = || {
            bins(&self.days[day..=day]).filter_map(|(label, number, bin)| {
                Some((label, number, bin, model.chance(label, bin.paired_confidence()?)))
            })
        };
        match &self.auc {
            None => paired().map(|(_, _, bin, chance)| bin.right as f64 - bin.pairs as f64 * chance).sum(),
            Some((positive, gradient)) => {
                let mut expected = Scores::default();
                paired().for_each(|(label, number, bin, chance)| {
                    expected.expect(number, label == *positive, bin.pairs, chance);
                });
                gradient.surprise(&known_scores(&self.days[day..=day], positive), &expected)
            }
        }
    }
}

impl Metric for Classifier<'_> {
    const METHOD: &'static str = "calibrated_confidence";
    const RELATIVE: bool = false;
    const LARGEST: f64 = 1.0;

    fn name(&self) -> &'static str {
        if self.auc.is_some() { "auc" } else { "accuracy" }
    }

    fn value(&self, model: &Calibration, chunk: &Chunk<'_>) -> Result<f64, Skip> {
        check_confidences(model, chunk)?;
        let buckets = chunk.buckets();
        let rows = || {
            bins(&buckets).filter_map(|(label, number, bin)| {
                Some((label, number, bin.rows, model.chance(label, bin.confidence()?)))
            })
        };
        let Some((positive, _)) = &self.auc else {
            let right: f64 = rows().map(|(.., rows, chance)| rows as f64 * chance).sum();
            return Ok(right / rows().map(|(.., rows, _)| rows as f64).sum::<f64>());
        };
        let mut scores = Scores::default();
        rows().for_each(|(label, number, rows, chance)| scores.expect(number, label == *positive, rows, chance));
        scores.auc().ok_or_else(|| Skip::because("one of the two labels is not expected to occur at all"))
    }

    fn realized(&self, buckets: &[&Bucket]) -> Option<f64> {
        if let Some((positive, _)) = &self.auc {
            return known_scores(buckets, positive).auc();
        }
        let (right, pairs) = buckets
            .iter()
            .fold((0, 0), |(right, pairs), bucket| (right + bucket.score.right, pairs + bucket.score.pairs));
        (pairs > 0).then(|| right as f64 / pairs as f64)
    }
}

/// Whether nearly all rows have a label and a confidence of which the known days can tell.
fn check_confidences(model: &Calibration, chunk: &Chunk<'_>) -> Result<(), Skip> {
    if chunk.buckets().iter().any(|bucket| bucket.confidence.labels().is_none()) {
        return Err(Skip::because("more than 32 labels were predicted, too many to count their confidences"));
    }
    let (mut usable, mut strange) = (0, 0);
    let mut label_of_strange: Option<&str> = None;
    for (label, number, bin) in bins(&chunk.buckets()) {
        usable += bin.rows;
        if !model.knows(label, number) {
            strange += bin.rows;
            label_of_strange = Some(label);
        }
    }
    let share = |rows: u64| rows as f64 / chunk.rows().max(1) as f64;
    let without = chunk.rows().saturating_sub(usable);
    if usable == 0 || share(without) > MAX_UNKNOWN {
        return Err(Skip(format!(
            "{} of the predictions have no confidence in [0, 1]; up to {} are let pass: log it, or map it \
             (--map confidence=COLUMN)",
            percent(share(without)),
            percent(MAX_UNKNOWN)
        )));
    }
    match label_of_strange.filter(|_| share(strange) > MAX_UNKNOWN) {
        None => Ok(()),
        Some(label) => Err(Skip(format!(
            "{} of the predictions, such as some of `{label}`, have a label or a confidence that the known days never had; \
             up to {} are let pass: give a reference that has them",
            percent(share(strange)),
            percent(MAX_UNKNOWN)
        ))),
    }
}

/// A share without sign: `12.3 %`.
pub(super) fn percent(share: f64) -> String {
    format!("{} %", words::short(100.0 * share))
}
