//! 95 % intervals of shares and means.
//!
//! A share has Wilson's interval. Where its standard error knows that rows of one day move together, the rows count as those
//! independent ones that would have that standard error, at most as many as there are; without one as independent. A mean has
//! value +- t x standard error, with one degree of freedom less than there are clusters. Source: Wilson (1927); Korn and
//! Graubard (1998) for the effective number of rows.

use alloc::collections::BTreeMap;

use super::Spread;
use crate::math;

/// Standard normal quantile of 0.975.
const Z: f64 = 1.959_963_984_540_054;

/// A standard error, and the number of clusters that it is of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClusteredError {
    /// The standard error.
    pub standard_error: f64,
    /// Clusters, at least two.
    pub clusters: u64,
    /// Rows in them.
    pub rows: u64,
}

/// Quantiles of Student's t that were asked for before: slices share few numbers of clusters.
#[derive(Default)]
pub struct Quantiles(BTreeMap<u64, f64>);

impl Quantiles {
    /// The quantile 0.975 with `clusters` - 1 degrees of freedom.
    fn of(&mut self, clusters: u64) -> f64 {
        let quantile = || math::student_t_critical(0.05, clusters.saturating_sub(1) as f64);
        *self.0.entry(clusters).or_insert_with(quantile)
    }
}

/// The interval of a metric over `rows` rows; `None` where there is none for its kind or without a standard error.
#[must_use]
pub fn interval(
    spread: Spread,
    value: f64,
    rows: u64,
    error: Option<ClusteredError>,
    quantiles: &mut Quantiles,
) -> Option<[f64; 2]> {
    let interval = match spread {
        Spread::Share => wilson(value, effective_rows(value, rows, error.map(|error| error.standard_error))),
        Spread::Mean | Spread::RootMean | Spread::Jackknife => {
            let error = error?;
            let margin = quantiles.of(error.clusters) * error.standard_error;
            [value - margin, value + margin]
        }
        Spread::Unknown => return None,
    };
    interval.iter().all(|end| end.is_finite()).then_some(interval)
}

/// Rows that would have this standard error if they were independent.
fn effective_rows(share: f64, rows: u64, error: Option<f64>) -> f64 {
    let error = error.filter(|error| *error > 0.0);
    let effective = error.map_or(f64::INFINITY, |error| share * (1.0 - share) / (error * error));
    if effective > 0.0 { effective.min(rows as f64) } else { rows as f64 }
}

fn wilson(share: f64, rows: f64) -> [f64; 2] {
    let square = Z * Z / rows;
    let centre = (share + square / 2.0) / (1.0 + square);
    let half = Z / (1.0 + square) * math::sqrt(share * (1.0 - share) / rows + square / (4.0 * rows));
    [(centre - half).max(0.0), (centre + half).min(1.0)]
}
