//! The difference by segment: where the answer is another one than on the whole.

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use driftgate_documents::{Design, SliceComparison};

use super::{Arm, Places, Question, Sample};
use crate::{
    hypothesis::{adjust::benjamini_hochberg, day_mean},
    order::{IntoOrdered, StableOrder},
};

/// Slices shown and tested, the largest first: more are nobody's to read.
const MAX_SLICES: usize = 200;

/// Every slice of the declared segments with enough rows, tested by days; p-values adjusted over all of them.
#[must_use]
pub fn slices(
    candidate: &Arm<'_>,
    baseline: &Arm<'_>,
    places: &Places,
    question: &Question<'_>,
    whole: &Sample,
) -> Vec<SliceComparison> {
    let mut found: Vec<SliceComparison> = Vec::new();
    for key in question.segments {
        for (values, places) in parts(candidate, baseline, places, whole.design, key) {
            let Some(sample) = Sample::of(candidate, baseline, &places, whole.design, question.metric) else {
                continue;
            };
            if sample.smaller() >= question.min_rows {
                found.push(slice(key, values, &sample));
            }
        }
    }
    // The sort keeps the order of keys and values among slices of one size.
    found.order_by_key(|slice| core::cmp::Reverse(slice.n));
    found.truncate(MAX_SLICES);
    let tested: Vec<f64> = found.iter().filter_map(|slice| slice.p_value).collect();
    let mut adjusted = benjamini_hochberg(&tested).into_iter();
    for slice in found.iter_mut().filter(|slice| slice.p_value.is_some()) {
        slice.p_adjusted = adjusted.next();
        let opposite = slice.difference * whole.difference() < 0.0;
        slice.reversed = opposite && slice.p_adjusted.is_some_and(|p| p < question.alpha);
    }
    found
}

fn slice(key: &[String], values: Vec<String>, sample: &Sample) -> SliceComparison {
    SliceComparison {
        slice: key.iter().cloned().zip(values).into_map(),
        n: sample.n(),
        candidate: sample.candidate_value,
        baseline: sample.baseline_value,
        difference: sample.difference(),
        p_value: day_mean(&sample.series()).ok().map(|test| test.p_value),
        p_adjusted: None,
        reversed: false,
    }
}

/// The places of each value of a key; pairs by the candidate's row.
fn parts(
    candidate: &Arm<'_>,
    baseline: &Arm<'_>,
    places: &Places,
    design: Design,
    key: &[String],
) -> BTreeMap<Vec<String>, Places> {
    let mut parts: BTreeMap<Vec<String>, Places> = BTreeMap::new();
    for (at, place) in places.candidate.iter().enumerate() {
        let part = parts.entry(candidate.segment(key, *place)).or_default();
        part.candidate.push(*place);
        if design == Design::Paired {
            part.baseline.push(places.baseline[at]);
        }
    }
    if design == Design::Disjoint {
        for place in &places.baseline {
            parts.entry(baseline.segment(key, *place)).or_default().baseline.push(*place);
        }
    }
    parts
}
