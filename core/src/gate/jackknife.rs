//! Standard errors of metrics that are no means (f1, r2, auc, sharpe, ..): each cluster of time is left out once, and the spread
//! of what is then left says how sure the metric is.
//!
//! variance = (G - 1) / G x sum over the G clusters of (theta without it - their mean)^2. It needs a metric that moves smoothly
//! with its rows; `max_drawdown` follows the one path of the days and has none. A metric that has no value without one of the
//! clusters has no standard error. Sources: Tukey (1958); Efron and Stein (1981).

mod area;

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec::Vec,
};

use super::errors::{ByKey, cluster, values};
use crate::{
    math,
    metric::{self, ClusteredError, Context, Spread},
    order::{IntoOrdered, StableOrder},
    profile::{Merge, Score, Settings, rows_of, score::Scored},
    table::{NO_TIME, Table},
};

/// Rows of a window, and how a model is measured on them.
pub struct Measured<'a> {
    /// The rows.
    pub rows: &'a Table,
    /// What the window's profile was made with.
    pub settings: &'a Settings,
    /// What the model's metrics depend on beside its rows.
    pub context: Context<'a>,
    /// Days until an outcome is known: the length of a cluster.
    pub horizon: u32,
    /// Trading days a year, which scale the Sharpe ratio; `None` where the rows are a sample, of which a day's mean says too little.
    pub days_per_year: Option<u32>,
}

/// A metric of some rows, and what it is without each cluster that holds rows of it.
pub(super) struct LeftOut {
    pub(super) all: f64,
    pub(super) without: BTreeMap<i64, f64>,
}

/// Metric -> its value and what it is without each cluster.
pub(super) type ByMetric = BTreeMap<&'static str, LeftOut>;

/// The standard errors of one model's metrics of the kind [`Spread::Jackknife`], by the slices of these segment keys.
#[must_use]
pub fn standard_errors(measured: &Measured<'_>, model: &str, keys: &[Vec<String>]) -> ByKey {
    let mut by_key = ByKey::new();
    for key in measured.settings.segments.iter().filter(|key| keys.contains(key)) {
        let mut slices: BTreeMap<Vec<String>, Vec<(i64, usize)>> = BTreeMap::new();
        for row in rows_of(measured.rows, model) {
            slices.entry(values(measured.rows, key, row)).or_default().push((measured.cluster(row), row));
        }
        let errors = |rows: Vec<(i64, usize)>| {
            let n = rows.len() as u64;
            let metrics = left_out(measured, rows, key.is_empty()).into_iter();
            metrics
                .filter_map(|(name, left_out)| Some((name, spread(n, left_out.without.values().copied())?)))
                .into_map()
        };
        by_key.insert(key.clone(), slices.into_iter().map(|(values, rows)| (values, errors(rows))).into_map());
    }
    by_key
}

/// The standard error of candidate - baseline, each on its rows of the same cases: a cluster is left out on both sides.
pub(super) fn of_difference(rows: u64, candidate: &LeftOut, baseline: &LeftOut) -> Option<ClusteredError> {
    let clusters: BTreeSet<&i64> = candidate.without.keys().chain(baseline.without.keys()).into_set();
    let side = |side: &LeftOut, cluster: &i64| side.without.get(cluster).copied().unwrap_or(side.all);
    spread(rows, clusters.into_iter().map(|cluster| side(candidate, cluster) - side(baseline, cluster)))
}

fn spread(rows: u64, without: impl Iterator<Item = f64>) -> Option<ClusteredError> {
    let without: Vec<f64> = without.collect();
    let groups = without.len() as f64;
    if groups < 2.0 {
        return None;
    }
    let mean = without.iter().sum::<f64>() / groups;
    let squares: f64 = without.iter().map(|value| (value - mean) * (value - mean)).sum();
    let standard_error = math::sqrt((groups - 1.0) / groups * squares);
    standard_error.is_finite().then_some(ClusteredError { standard_error, clusters: without.len() as u64, rows })
}

/// Every metric of these rows (cluster, row) that is no mean, with each cluster left out. The Sharpe ratio belongs to the whole.
pub(super) fn left_out(measured: &Measured<'_>, mut rows: Vec<(i64, usize)>, whole: bool) -> ByMetric {
    rows.order();
    let scored = Scored::of(measured.rows, measured.settings.task);
    let (clusters, scores): (Vec<i64>, Vec<Score>) = rows
        .chunk_by(|a, b| a.0 == b.0)
        .map(|of_cluster| {
            let mut score = Score::default();
            score.add(&scored, &of_cluster.iter().map(|(_, row)| *row).collect::<Vec<_>>());
            (of_cluster[0].0, score)
        })
        .unzip();
    let (all, without) = without_each(&scores);
    let metrics = |score: &Score| metric::metrics(score, measured.settings.task, &measured.context).values;
    let mut found: ByMetric = metric::METRICS
        .iter()
        .filter(|metric| metric.spread == Spread::Jackknife)
        .map(|metric| (metric.name, LeftOut { all: f64::NAN, without: BTreeMap::new() }))
        .into_map();
    let all_metrics = metrics(&all);
    found.retain(|name, left_out| all_metrics.get(*name).map(|value| left_out.all = *value).is_some());
    for ((cluster, score), rest) in clusters.iter().zip(&scores).zip(&without) {
        let rest = metrics(rest);
        found.retain(|name, left_out| {
            let holds = if *name == "average_confidence" { score.confidence_rows } else { score.pairs } > 0;
            let value = rest.get(*name);
            left_out.without.extend(value.filter(|_| holds).map(|value| (*cluster, *value)));
            value.is_some() || !holds
        });
    }
    if measured.context.two_labels && metric::usable(&all).is_ok() {
        found.extend(area::left_out(&scored, &rows).map(|area| ("auc", area)));
    }
    if let Some(days_per_year) = measured.days_per_year.filter(|_| whole) {
        found.extend(sharpe(measured, &scored, &rows, days_per_year).map(|sharpe| ("sharpe", sharpe)));
    }
    found
}

/// The sum of all scores, and that without each: merged from the front and from the back, so that each costs two merges.
fn without_each(scores: &[Score]) -> (Score, Vec<Score>) {
    let mut behind = Score::default();
    let mut without: Vec<Score> = Vec::with_capacity(scores.len());
    for score in scores.iter().rev() {
        without.push(behind.clone());
        behind.merge(score);
    }
    without.reverse();
    let mut before = Score::default();
    for (score, rest) in scores.iter().zip(&mut without) {
        rest.merge(&before);
        before.merge(score);
    }
    (behind, without)
}

/// The Sharpe ratio without the days of each cluster.
fn sharpe(measured: &Measured<'_>, scored: &Scored<'_>, rows: &[(i64, usize)], days_per_year: u32) -> Option<LeftOut> {
    let rows = rows.iter().map(|(_, row)| *row);
    let days = metric::money_by_day(measured.rows, scored, rows, measured.settings.offset);
    let means = metric::daily_means(&days, measured.context.classes).ok()?;
    let horizon = i64::from(measured.horizon.max(1));
    let of = |left_out: Option<i64>| {
        let kept = means.iter().filter(|(day, _)| Some(day.div_euclid(horizon)) != left_out);
        metric::sharpe(&kept.map(|(_, mean)| *mean).collect::<Vec<f64>>(), days_per_year).ok()
    };
    let clusters = means.iter().map(|(day, _)| day.div_euclid(horizon)).into_set();
    let without = clusters.into_iter().map(|cluster| Some((cluster, of(Some(cluster))?)));
    Some(LeftOut { all: of(None)?, without: without.collect::<Option<Vec<_>>>()?.into_map() })
}

impl Measured<'_> {
    /// The cluster of time of a row. Rows without a time are independent; a thousand groups of them say as much as all do.
    pub(super) fn cluster(&self, row: usize) -> i64 {
        match self.rows.time[row] {
            NO_TIME => i64::MIN / 2 + (row % 1000) as i64,
            _ => cluster(self.rows, row, self.settings, self.horizon),
        }
    }
}

#[cfg(test)]
mod tests;
