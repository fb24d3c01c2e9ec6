//! Right and wrong labels: accuracy, precision, recall, F1 from the confusion matrix.
//!
//! Two labels: of the positive one. More: the unweighted mean over all labels seen on either side, where a label that is
//! never predicted (or never happens) counts as 0, as scikit-learn's `zero_division=0`.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec::Vec,
};

use super::{Metrics, share};
use crate::{Skip, order::IntoOrdered, profile::Score};

/// Actual label -> predicted label -> pairs; empty if there were too many labels to count.
#[must_use]
pub fn confusion(score: &Score) -> BTreeMap<String, BTreeMap<String, u64>> {
    let mut matrix: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for (actual, predicted, count) in score.confusion().into_iter().flatten() {
        matrix.entry(actual.into()).or_default().insert(predicted.into(), count);
    }
    matrix
}

pub(super) fn classification(score: &Score, positive: Option<&str>, metrics: &mut Metrics) {
    metrics.set("accuracy", share(score.right, score.pairs, "no row has both a prediction and an actual"));
    match rates(score, positive) {
        Ok([precision, recall, f1]) => {
            metrics.set("precision", Ok(precision));
            metrics.set("recall", Ok(recall));
            metrics.set("f1", Ok(f1));
        }
        Err(reason) => {
            ["precision", "recall", "f1"].into_iter().for_each(|name| metrics.set(name, Err(reason.clone())))
        }
    }
}

/// Precision, recall, F1.
fn rates(score: &Score, positive: Option<&str>) -> Result<[f64; 3], Skip> {
    let pairs: Vec<(&str, &str, u64)> =
        score.confusion().ok_or_else(|| Skip::because("more than 4,096 pairs of labels: are these labels?"))?.collect();
    let labels: BTreeSet<&str> = pairs.iter().flat_map(|(actual, predicted, _)| [*actual, *predicted]).into_set();
    let Some(last) = labels.last().copied() else {
        return Err(Skip::because("no row has both a prediction and an actual"));
    };
    if labels.len() > 2 {
        let each: Vec<[f64; 3]> = labels.iter().map(|label| of_label(&pairs, label)).collect();
        return Ok([0, 1, 2].map(|i| each.iter().map(|rates| rates[i]).sum::<f64>() / each.len() as f64));
    }
    let positive = positive.unwrap_or(last);
    if labels.contains(positive) || labels.len() == 1 {
        return Ok(of_label(&pairs, positive));
    }
    let known = labels.into_iter().collect::<Vec<_>>().join("`, `");
    Err(Skip::because(format!("no label `{positive}`: the log has `{known}` (--positive)")))
}

fn of_label(pairs: &[(&str, &str, u64)], label: &str) -> [f64; 3] {
    let count = |keep: &dyn Fn(&str, &str) -> bool| -> u64 {
        pairs.iter().filter(|(actual, predicted, _)| keep(actual, predicted)).map(|(_, _, count)| count).sum()
    };
    let hits = count(&|actual, predicted| actual == label && predicted == label) as f64;
    let predicted = count(&|_, predicted| predicted == label) as f64;
    let actual = count(&|actual, _| actual == label) as f64;
    let divide = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    [divide(hits, predicted), divide(hits, actual), divide(2.0 * hits, predicted + actual)]
}
