//! Standard errors where rows of one cluster (a day, a symbol) move together: rows are summed by cluster first.
//!
//! Use with enough clusters: below some 20 of them the p-value is too small, and with few large ones it is at any number.
//! Clusters that depend on each other in turn, as days do, are not seen: see [`day_mean`](super::day_mean()).
//!
//! Scores are what each row adds to the estimate, centred so that their sum is 0: (x - mean) / n for a mean; for a difference
//! of means (x - mean) / n of the candidate's rows and the same with a minus of the baseline's.
//!
//! Edge cases: fewer than two clusters, or scores that cancel within every cluster, are skipped; scores that are all 0 with
//! an estimate of 0 have p-value 1. Two-way variances can fall to 0 or below, which is skipped.
//! Source: Liang and Zeger (1986) with the factor G / (G - 1) and Student's t with G - 1 degrees of freedom; two ways as
//! Cameron, Gelbach and Miller (2011): each of the three variances has its own factor, and the smaller G counts. As
//! statsmodels 0.15 `cov_cluster` and `cov_cluster_2groups` of a mean.

use alloc::{collections::BTreeMap, format};

use super::mean_test::MeanTest;
use crate::{Skip, math::sqrt, profile::exact_sum::ExactSum};

/// A variance below this share of that of independent rows is what rounding leaves of scores that cancel.
const ROUNDING: f64 = 1e-24;

/// Tests an estimate whose rows move together within clusters; `scores` and `clusters` have one entry a row.
///
/// # Errors
/// If there are fewer than two clusters, scores cancel within each, or values are too far apart.
pub fn clustered(estimate: f64, scores: &[f64], clusters: &[u32]) -> Result<MeanTest, Skip> {
    same_length(scores, &[clusters])?;
    let by_cluster = Variance::of(scores, clusters.iter().copied());
    test(estimate, scores, by_cluster.value, by_cluster.clusters)
}

/// Tests an estimate whose rows move together within two kinds of clusters, such as days and symbols.
///
/// # Errors
/// If there are fewer than two clusters of either kind, the variance is not above 0, or values are too far apart.
pub fn two_way(estimate: f64, scores: &[f64], first: &[u32], second: &[u32]) -> Result<MeanTest, Skip> {
    same_length(scores, &[first, second])?;
    let rows = first.iter().copied().zip(second.iter().copied());
    let (one, other) = (Variance::of(scores, first.iter().copied()), Variance::of(scores, second.iter().copied()));
    let variance = one.value + other.value - Variance::of(scores, rows).value;
    test(estimate, scores, variance, one.clusters.min(other.clusters))
}

fn same_length(scores: &[f64], clusters: &[&[u32]]) -> Result<(), Skip> {
    match clusters.iter().find(|of| of.len() != scores.len()) {
        Some(of) => Err(Skip::because(format!("{} scores cannot have {} clusters", scores.len(), of.len()))),
        None => Ok(()),
    }
}

fn test(estimate: f64, scores: &[f64], variance: f64, clusters: usize) -> Result<MeanTest, Skip> {
    if clusters < 2 {
        return Err(Skip::because("a clustered standard error needs at least two clusters"));
    }
    let mut squares = ExactSum::new();
    scores.iter().for_each(|score| squares.add_square(*score));
    let independent = squares.value();
    if independent > 0.0 && variance <= ROUNDING * independent {
        return Err(Skip::because("the rows cancel within their clusters, which leaves no variance to judge by"));
    }
    MeanTest::new(estimate, sqrt(variance), (clusters - 1) as f64)
}

/// The variance of a sum of scores, G / (G - 1) times the squared sums of clusters.
struct Variance {
    /// NaN for a single cluster and for scores beyond f64.
    value: f64,
    clusters: usize,
}

impl Variance {
    fn of<Cluster: Ord>(scores: &[f64], clusters: impl Iterator<Item = Cluster>) -> Self {
        let mut sums: BTreeMap<Cluster, ExactSum> = BTreeMap::new();
        for (score, cluster) in scores.iter().zip(clusters) {
            sums.entry(cluster).or_default().add(*score);
        }
        let all_finite = scores.iter().all(|score| score.is_finite());
        let value = if all_finite { cluster_variance(sums.values().map(ExactSum::value)) } else { f64::NAN };
        Self { value, clusters: sums.len() }
    }
}

/// The variance of a sum from the sums of its centred scores by cluster: G / (G - 1) times their squares. NaN for a single cluster.
pub fn cluster_variance(sums: impl Iterator<Item = f64>) -> f64 {
    let mut squares = ExactSum::new();
    let g = sums.map(|sum| squares.add_square(sum)).count() as f64;
    g / (g - 1.0) * squares.value()
}

#[cfg(test)]
mod tests;
