//! How each metric changed on the same cases: the candidate's metric on its rows of these cases minus the baseline's on its own.
//!
//! Both sides are means over rows (or roots of them), not always of the same rows: only what a model bought has a P&L. The error is
//! that of a difference of two ratios, clusters of time taken as independent; where the rows are the same it is the clustered error
//! of the mean difference. Metrics that are no means are compared where a plan asks for it (`gate.jackknife`).

use alloc::{collections::BTreeMap, format, string::String, vec::Vec};

use driftgate_documents::{Comparison, Slice};

use super::{
    Clustered, Measured, Pairs, blank,
    errors::values,
    jackknife::{left_out, of_difference},
};
use crate::{
    math,
    metric::{self, ClusteredError, Spread},
    order::{IntoOrdered, StableOrder},
    profile::score::Scored,
    words,
};

/// The values of a metric on both sides, the candidate's first.
type Sides = [Clustered; 2];

/// The values of a case's two rows.
type Values = [Vec<(&'static str, f64)>; 2];

/// One entry a segment key, slice and metric that both sides have; the slices are the candidate's.
#[must_use]
pub fn changes(
    pairs: &Pairs,
    candidate: &Measured<'_>,
    baseline: &Measured<'_>,
    jackknife: &[Vec<String>],
) -> Vec<Comparison> {
    let all = values_of(pairs, candidate, baseline);
    let mut keys: Vec<&Vec<String>> = candidate.settings.segments.iter().collect();
    keys.order();
    let mut found = Vec::new();
    // One key after the other: the values of all slices of all keys at once would be many times the log.
    for key in keys {
        let mut slices: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
        for (case, rows) in pairs.comparable.iter().enumerate() {
            slices.entry(values(candidate.rows, key, rows[0])).or_default().push(case);
        }
        for (values, cases) in slices {
            let slice: Slice = key.iter().cloned().zip(values).into_map();
            let mut answers = of_means(&cases, &all);
            if jackknife.contains(key) {
                let rows = |side: usize| {
                    cases.iter().map(|case| (all[*case].0, pairs.comparable[*case][side])).collect::<Vec<_>>()
                };
                let left_out = |side, measured| left_out(measured, rows(side), key.is_empty());
                let (mine, theirs) = (left_out(0, candidate), left_out(1, baseline));
                answers.extend(mine.iter().filter_map(|(name, mine)| {
                    let theirs = theirs.get(name)?;
                    let n = cases.len() as u64;
                    Some(answer(name, [mine.all, theirs.all], n, of_difference(n, mine, theirs)))
                }));
            }
            found.extend(answers.into_iter().map(|answer| Comparison { slice: slice.clone(), ..answer }));
        }
    }
    found
}

/// The cluster and the values of each comparable case.
fn values_of(pairs: &Pairs, candidate: &Measured<'_>, baseline: &Measured<'_>) -> Vec<(i64, Values)> {
    let scored = [candidate, baseline].map(|side| Scored::of(side.rows, side.settings.task));
    let of_row = |scored: &Scored<'_>, side: &Measured<'_>, row: usize| {
        let mut values = Vec::new();
        metric::values(scored, side.settings.task, &side.context, row, |name, value| values.push((name, value)));
        values
    };
    let case = |[mine, theirs]: &[usize; 2]| {
        let values = [of_row(&scored[0], candidate, *mine), of_row(&scored[1], baseline, *theirs)];
        (candidate.cluster(*mine), values)
    };
    pairs.comparable.iter().map(case).collect()
}

fn of_means(cases: &[usize], all: &[(i64, Values)]) -> Vec<Comparison> {
    let mut metrics: BTreeMap<&'static str, Sides> = BTreeMap::new();
    for (cluster, values) in cases.iter().map(|case| &all[*case]) {
        for (side, values) in values.iter().enumerate() {
            for (name, value) in values {
                metrics.entry(name).or_default()[side].add(*cluster, *value);
            }
        }
    }
    metrics.into_iter().filter_map(|(name, sides)| of_mean(name, &sides)).collect()
}

fn of_mean(name: &'static str, sides: &Sides) -> Option<Comparison> {
    let root = metric::find(name)?.spread == Spread::RootMean;
    let (mine, theirs) = (sides[0].mean()?, sides[1].mean()?);
    let values = [mine, theirs].map(|mean| if root { math::sqrt(mean) } else { mean });
    // The slope of the metric at the mean: a root's is 1 / (2 root); at 0 it has none and there is no error.
    let slopes = values.map(|value| if root { 0.5 / value } else { 1.0 });
    let rows = sides[0].rows().min(sides[1].rows());
    Some(answer(name, values, rows, Clustered::error_of_difference(sides, slopes)))
}

fn answer(name: &str, [mine, theirs]: [f64; 2], rows: u64, error: Option<ClusteredError>) -> Comparison {
    Comparison {
        value: Some(mine - theirs),
        n: rows,
        standard_error: error.map(|error| error.standard_error),
        clusters: error.map(|error| error.clusters),
        details: [("candidate".into(), mine), ("baseline".into(), theirs)].into_map(),
        message: format!("{name}, candidate - baseline, on {}", words::count(rows, "common case")),
        ..blank(name)
    }
}
