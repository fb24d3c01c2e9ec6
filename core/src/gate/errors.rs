//! Standard errors for rows that depend on each other: all rows of one bucket of time form one cluster.

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use crate::{
    hypothesis::cluster_variance,
    math,
    metric::{self, ClusteredError, Context, Spread},
    order::IntoOrdered,
    profile::{
        Resolution, Settings, rows_of,
        score::{NONE, Scored, name_of},
    },
    table::{NO_TIME, Table},
};

/// Values of rows by cluster of time.
#[derive(Clone, Debug, Default)]
pub struct Clustered {
    /// (cluster, sum, rows), ascending. Rows come in the order of time, so nearly all belong to the last one.
    clusters: Vec<(i64, f64, u64)>,
}

impl Clustered {
    /// Adds the value of a row.
    pub fn add(&mut self, cluster: i64, value: f64) {
        let last = self.clusters.last().map(|(last, ..)| *last);
        let place = if last.is_none_or(|last| last < cluster) {
            self.clusters.push((cluster, 0.0, 0));
            self.clusters.len() - 1
        } else {
            self.clusters.binary_search_by_key(&cluster, |(known, ..)| *known).unwrap_or_else(|place| {
                self.clusters.insert(place, (cluster, 0.0, 0));
                place
            })
        };
        let (_, sum, rows) = &mut self.clusters[place];
        *sum += value;
        *rows += 1;
    }

    /// Rows.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.clusters.iter().map(|(.., rows)| rows).sum()
    }

    /// The clusters a standard error is of; `None` below two.
    #[must_use]
    pub fn clusters(&self) -> Option<u64> {
        (self.clusters.len() >= 2).then_some(self.clusters.len() as u64)
    }

    /// The mean; `None` without rows.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let rows = self.rows();
        (rows > 0).then(|| self.clusters.iter().map(|(_, sum, _)| sum).sum::<f64>() / rows as f64)
    }

    /// The standard error of the mean, clusters taken as independent:
    /// sqrt(G / (G - 1) sum over clusters of (sum of deviations)^2) / n. `None` below two clusters.
    /// Source: Liang and Zeger (1986), with the usual small-sample factor.
    #[must_use]
    pub fn standard_error(&self) -> Option<f64> {
        let mean = self.mean()?;
        self.clusters()?;
        let deviations = self.clusters.iter().map(|(_, sum, rows)| sum - *rows as f64 * mean);
        Some(math::sqrt(cluster_variance(deviations)) / self.rows() as f64)
    }

    /// The standard error of a difference of two metrics that move with their means by `slopes`; the same clusters are on both
    /// sides. Each cluster counts with what it adds to the difference (the linearised ratio of either side). `None` below two
    /// clusters, or without a finite slope.
    #[must_use]
    pub fn error_of_difference(sides: &[Self; 2], slopes: [f64; 2]) -> Option<ClusteredError> {
        let mut influences: BTreeMap<i64, f64> = BTreeMap::new();
        for ((side, slope), sign) in sides.iter().zip(slopes).zip([1.0, -1.0]) {
            let (mean, all) = (side.mean()?, side.rows() as f64);
            for (cluster, sum, rows) in &side.clusters {
                *influences.entry(*cluster).or_default() += sign * slope * (sum - *rows as f64 * mean) / all;
            }
        }
        let standard_error = math::sqrt(cluster_variance(influences.values().copied()));
        let rows = sides[0].rows().min(sides[1].rows());
        let error = ClusteredError { standard_error, clusters: influences.len() as u64, rows };
        standard_error.is_finite().then_some(error)
    }
}

/// The cluster of a row: its day, or its block of `horizon` days; a row without a time is a cluster of its own.
#[must_use]
pub fn cluster(table: &Table, row: usize, settings: &Settings, horizon: u32) -> i64 {
    match table.time[row] {
        NO_TIME => i64::MIN / 2 + row as i64,
        time => Resolution::Day.bucket(time, settings.offset).div_euclid(i64::from(horizon.max(1))),
    }
}

/// Segment key -> values -> metric -> its standard error.
pub type ByKey = BTreeMap<Vec<String>, BTreeMap<Vec<String>, BTreeMap<&'static str, ClusteredError>>>;

/// The standard errors of one model's metrics by segment; below two clusters there is none. A `rmse` has that of the mean
/// squared error over twice itself (delta method).
#[must_use]
pub fn standard_errors(table: &Table, model: &str, settings: &Settings, horizon: u32, context: &Context<'_>) -> ByKey {
    let scored = Scored::of(table, settings.task);
    let of_row = |row: usize| {
        let mut values = Vec::new();
        metric::values(&scored, settings.task, context, row, |name, value| values.push((name, value)));
        (row, cluster(table, row, settings, horizon), values)
    };
    let rows: Vec<_> = rows_of(table, model).map(of_row).filter(|(.., values)| !values.is_empty()).collect();
    let mut by_key = ByKey::new();
    // One key after the other: the clusters of all slices of all keys at once would be many times the log.
    for key in &settings.segments {
        let mut slices: BTreeMap<Vec<String>, BTreeMap<&'static str, Clustered>> = BTreeMap::new();
        for (row, cluster, metrics) in &rows {
            let slice = slices.entry(values(table, key, *row)).or_default();
            metrics.iter().for_each(|(name, value)| slice.entry(name).or_default().add(*cluster, *value));
        }
        let errors = slices.into_iter().map(|(values, metrics)| (values, metrics.iter().filter_map(error).into_map()));
        by_key.insert(key.clone(), errors.into_map());
    }
    by_key
}

/// The standard error of a metric from the values of its rows.
fn error((name, values): (&&'static str, &Clustered)) -> Option<(&'static str, ClusteredError)> {
    let of_mean = values.standard_error()?;
    let root = metric::find(name)?.spread == Spread::RootMean;
    let standard_error = if root { of_mean / (2.0 * math::sqrt(values.mean()?)) } else { of_mean };
    // A model without any error has no delta method; JSON has no infinity.
    let error = ClusteredError { standard_error, clusters: values.clusters.len() as u64, rows: values.rows() };
    standard_error.is_finite().then_some((*name, error))
}

/// The values of a segment key in a row.
#[must_use]
pub fn values(table: &Table, key: &[String], row: usize) -> Vec<String> {
    key.iter().map(|name| table.named(name).map_or_else(|| NONE.into(), |cells| name_of(cells.get(row)))).collect()
}

#[cfg(test)]
mod tests;
