//! Standard errors for rows that depend on each other: all rows of one bucket of time form one cluster.

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use driftgate_documents::Task;

use crate::{
    math,
    profile::{
        Resolution, Settings, rows_of,
        score::{NONE, Scored, name_of},
    },
    table::{NO_TIME, Table},
};

/// Values of rows by cluster of time.
#[derive(Clone, Debug, Default)]
pub struct Clustered {
    /// Cluster -> (sum, rows).
    clusters: BTreeMap<i64, (f64, u64)>,
}

impl Clustered {
    /// Adds the value of a row.
    pub fn add(&mut self, cluster: i64, value: f64) {
        let entry = self.clusters.entry(cluster).or_default();
        entry.0 += value;
        entry.1 += 1;
    }

    /// Rows.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.clusters.values().map(|(_, rows)| rows).sum()
    }

    /// The mean; `None` without rows.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let rows = self.rows();
        (rows > 0).then(|| self.clusters.values().map(|(sum, _)| sum).sum::<f64>() / rows as f64)
    }

    /// The standard error of the mean, clusters taken as independent:
    /// sqrt(G / (G - 1) sum over clusters of (sum of deviations)^2) / n. `None` below two clusters.
    /// Source: Liang and Zeger (1986), with the usual small-sample factor.
    #[must_use]
    pub fn standard_error(&self) -> Option<f64> {
        let mean = self.mean()?;
        let groups = self.clusters.len() as f64;
        if groups < 2.0 {
            return None;
        }
        let deviation = |(sum, rows): &(f64, u64)| sum - *rows as f64 * mean;
        let squares: f64 = self.clusters.values().map(|cluster| deviation(cluster) * deviation(cluster)).sum();
        Some(math::sqrt(squares * groups / (groups - 1.0)) / self.rows() as f64)
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

/// Segment key -> values -> metric -> rows by cluster.
pub type ByKey = BTreeMap<Vec<String>, BTreeMap<Vec<String>, BTreeMap<&'static str, Clustered>>>;

/// The rows of one model by segment and metric: what standard errors follow from.
#[must_use]
pub fn standard_errors(table: &Table, model: &str, settings: &Settings, horizon: u32) -> ByKey {
    let scored = Scored::of(table, settings.task);
    let mut by_key = ByKey::new();
    for row in rows_of(table, model) {
        let losses = losses(&scored, settings.task, row);
        if losses.is_empty() {
            continue;
        }
        let cluster = cluster(table, row, settings, horizon);
        for key in &settings.segments {
            let slice = by_key.entry(key.clone()).or_default().entry(values(table, key, row)).or_default();
            for (metric, loss) in &losses {
                slice.entry(metric).or_default().add(cluster, *loss);
            }
        }
    }
    by_key
}

/// The values of a segment key in a row.
#[must_use]
pub fn values(table: &Table, key: &[String], row: usize) -> Vec<String> {
    key.iter().map(|name| table.named(name).map_or_else(|| NONE.into(), |cells| name_of(cells.get(row)))).collect()
}

/// The per-row values whose means are metrics.
#[must_use]
pub fn losses(scored: &Scored<'_>, task: Option<Task>, row: usize) -> Vec<(&'static str, f64)> {
    match task {
        Some(Task::Classification) => scored.labels(row).map_or_else(Vec::new, |(predicted, actual)| {
            alloc::vec![("accuracy", f64::from(u8::from(predicted == actual)))]
        }),
        Some(Task::Regression) => scored.numbers(row).map_or_else(Vec::new, |(prediction, actual)| {
            let error = math::abs(prediction - actual);
            let mut losses = alloc::vec![("mae", error)];
            if actual != 0.0 {
                losses.push(("mape", 100.0 * error / math::abs(actual)));
            }
            // As in a score: an error beyond f64 is none.
            losses.retain(|(_, loss)| loss.is_finite());
            losses
        }),
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
