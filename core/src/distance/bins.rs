//! How conventions cut numbers into bins.

use alloc::{format, vec::Vec};

use crate::{
    Skip,
    math::{abs, ceil, log2, sqrt},
    order::StableOrder,
    profile::{
        exact_sum::{ExactSum, variance},
        value_histogram::{Groups, Ranks, ValueHistogram},
    },
};

const DECILES: [f64; 9] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
/// Equal bins of a histogram where a convention takes numpy's default.
const TEN: usize = 10;
/// Up to this many distinct values in the reference evidently counts each value.
const EVIDENTLY_CATEGORIES: usize = 20;
/// Up to this many distinct values, if they are at most a tenth of the reference, nannyml counts each value.
const NANNYML_CATEGORIES: usize = 50;

/// The share of values in each bin, in [0, 1], on both sides.
pub(super) struct Binned {
    /// The edges between bins, ascending; empty where each value is a bin.
    pub(super) edges: Vec<f64>,
    pub(super) reference: Vec<f64>,
    pub(super) current: Vec<f64>,
}

/// Bins (lo, hi] between the reference's deciles, the outer ones open; equal deciles are one edge.
pub(super) fn deciles(what: &str, reference: &ValueHistogram, current: &ValueHistogram) -> Result<Binned, Skip> {
    not_empty(what, reference, current)?;
    let mut edges = reference.quantiles(&DECILES);
    edges.dedup();
    let (reference, current) = (open_shares(reference, &edges), open_shares(current, &edges));
    Ok(Binned { edges, reference, current })
}

/// As [`deciles`], while every value is known.
pub(super) fn exact_deciles(what: &str, reference: &ValueHistogram, current: &ValueHistogram) -> Result<Binned, Skip> {
    exact(what, "scouter", reference, current)?;
    deciles(what, reference, current)
}

/// Sturges' number of equal bins over both sides together; each value by itself where the reference has few.
pub(super) fn sturges_pooled(what: &str, reference: &ValueHistogram, current: &ValueHistogram) -> Result<Binned, Skip> {
    exact(what, "evidently", reference, current)?;
    if reference.cells().len() <= EVIDENTLY_CATEGORIES {
        return Ok(by_value(Groups::of(reference, current).counts()));
    }
    let (low, high) = range([reference, current]);
    let n = (reference.len() + current.len()) as f64;
    closed(reference, current, equal_edges(low, high, bins_of_width(low, high, (high - low) / (log2(n) + 1.0)))?)
}

/// Ten equal bins over both sides together.
pub(super) fn ten_pooled(what: &str, reference: &ValueHistogram, current: &ValueHistogram) -> Result<Binned, Skip> {
    exact(what, "frouros", reference, current)?;
    let (low, high) = range([reference, current]);
    closed(reference, current, equal_edges(low, high, TEN)?)
}

/// Doane's number of equal bins over the reference, and a bin for current values outside; few distinct values of the
/// reference are bins by themselves.
pub(super) fn doane_with_overflow(
    what: &str,
    reference: &ValueHistogram,
    current: &ValueHistogram,
) -> Result<Binned, Skip> {
    exact(what, "nannyml", reference, current)?;
    let distinct = reference.cells().len();
    if distinct <= NANNYML_CATEGORIES && distinct as f64 / reference.len() as f64 <= 0.1 {
        let (before, now) = Groups::of(reference, current).counts();
        return Ok(by_value(new_ones_together(&before, &now)));
    }
    let (low, high) = range([reference]);
    let mut binned = closed(reference, current, equal_edges(low, high, doane_bins(reference, low, high))?)?;
    let inside = counts(current, &binned.edges).iter().sum::<u64>();
    if inside < current.len() {
        binned.reference.push(0.0);
        binned.current.push((current.len() - inside) as f64 / current.len() as f64);
    }
    Ok(binned)
}

/// Ten equal bins over each side, cut at the edges of the other, values of a bin spread evenly.
pub(super) fn union_of_tens(what: &str, reference: &ValueHistogram, current: &ValueHistogram) -> Result<Binned, Skip> {
    exact(what, "tfdv", reference, current)?;
    let own = |side: &ValueHistogram| {
        let (low, high) = range([side]);
        let edges = equal_edges(low, high, TEN)?;
        let counts = counts(side, &edges);
        Ok((edges, counts))
    };
    let (before, now) = (own(reference)?, own(current)?);
    let mut edges: Vec<f64> = before.0.iter().chain(&now.0).copied().collect();
    edges.order_by(f64::total_cmp);
    edges.dedup();
    let (reference, current) = (spread(&before, &edges), spread(&now, &edges));
    Ok(Binned { edges, reference, current })
}

/// Puts all categories that the reference does not have into one, the last.
pub(super) fn new_ones_together(reference: &[u64], current: &[u64]) -> (Vec<u64>, Vec<u64>) {
    let at = |counts: &[u64], i: usize| counts.get(i).copied().unwrap_or(0);
    let known = (0..reference.len()).filter(|i| reference[*i] > 0);
    let (mut before, mut now): (Vec<u64>, Vec<u64>) = known.map(|i| (reference[i], at(current, i))).unzip();
    before.push(0);
    let new = (0..current.len()).filter(|i| at(reference, *i) == 0).map(|i| current[i]);
    now.push(new.fold(0, u64::saturating_add));
    (before, now)
}

fn not_empty(what: &str, reference: &ValueHistogram, current: &ValueHistogram) -> Result<(), Skip> {
    if reference.is_empty() || current.is_empty() {
        return Err(Skip::because(format!("{what} needs at least one number on either side")));
    }
    Ok(())
}

fn exact(what: &str, convention: &str, reference: &ValueHistogram, current: &ValueHistogram) -> Result<(), Skip> {
    not_empty(what, reference, current)?;
    if !(reference.is_exact() && current.is_exact()) {
        return Err(Skip::because(format!(
            "{what} by the convention `{convention}` needs every value, and beyond 16,384 distinct ones they are summarised; \
             the convention `deciles` works at any size"
        )));
    }
    Ok(())
}

/// The smallest and the largest value; half a unit to either side of a single one, as numpy.
fn range<const N: usize>(sides: [&ValueHistogram; N]) -> (f64, f64) {
    let low = sides.iter().filter_map(|side| side.min()).fold(f64::INFINITY, f64::min);
    let high = sides.iter().filter_map(|side| side.max()).fold(f64::NEG_INFINITY, f64::max);
    if low == high { (low - 0.5, high + 0.5) } else { (low, high) }
}

/// How many bins of a width it takes.
fn bins_of_width(low: f64, high: f64, width: f64) -> usize {
    let bins = ceil((high - low) / width);
    // Sturges and Doane ask for some dozens; more is rounding at the ends of f64.
    if bins >= 1.0 { bins.min(1e4) as usize } else { 1 }
}

/// The edges of equal bins, to the bit as numpy's `linspace`.
fn equal_edges(low: f64, high: f64, bins: usize) -> Result<Vec<f64>, Skip> {
    let step = (high - low) / bins as f64;
    let mut edges: Vec<f64> = (0..bins).map(|i| i as f64 * step + low).collect();
    edges.push(high);
    let ascending = edges.windows(2).all(|pair| pair[0] < pair[1]);
    if !(step.is_finite() && ascending) {
        return Err(Skip::because(format!(
            "{bins} bins of equal width do not fit between {low:e} and {high:e} in f64"
        )));
    }
    Ok(edges)
}

/// Doane's number of bins for the reference: Sturges' plus more the more skewed it is.
fn doane_bins(side: &ValueHistogram, low: f64, high: f64) -> usize {
    let n = side.len();
    let (mut sum, mut squares) = (ExactSum::new(), ExactSum::new());
    for cell in side.cells().iter() {
        sum.add_times(cell.min, cell.count);
        squares.add_square_times(cell.min, cell.count);
    }
    let (mean, sd) = (sum.mean(n).unwrap_or(0.0), sqrt(variance(n, 0, &sum, &squares).unwrap_or(0.0)));
    if n <= 2 || sd == 0.0 {
        return 1;
    }
    let cube = |x: f64| (x - mean) / sd * ((x - mean) / sd) * ((x - mean) / sd);
    let cubes: f64 = side.cells().iter().map(|cell| cube(cell.min) * cell.count as f64).sum();
    let n = n as f64;
    let chance = sqrt(6.0 * (n - 2.0) / ((n + 1.0) * (n + 3.0)));
    let bins = 1.0 + log2(n) + log2(1.0 + abs(cubes / n) / chance);
    bins_of_width(low, high, (high - low) / bins)
}

/// The share of values in each bin (lo, hi], the outer ones open.
fn open_shares(histogram: &ValueHistogram, edges: &[f64]) -> Vec<f64> {
    let (cells, len) = (histogram.cells(), histogram.len() as f64);
    let mut ranks = Ranks::new(&cells);
    let up_to = edges.iter().map(|edge| ranks.at_most(*edge)).chain([len]);
    up_to
        .scan(0.0, |below, count| {
            let inside = count - *below;
            *below = count;
            Some(inside / len)
        })
        .collect()
}

/// How many values of an exact histogram lie in each bin [lo, hi), the last one closed; those outside are left out.
fn counts(histogram: &ValueHistogram, edges: &[f64]) -> Vec<u64> {
    let mut counts = alloc::vec![0; edges.len().saturating_sub(1)];
    for cell in histogram.cells().iter() {
        let beyond = edges.partition_point(|edge| *edge <= cell.min);
        let at_end = edges.last() == Some(&cell.min);
        let bin = if at_end { counts.len().checked_sub(1) } else { beyond.checked_sub(1) };
        if let Some(count) = bin.and_then(|bin| counts.get_mut(bin)) {
            *count += cell.count;
        }
    }
    counts
}

/// Both sides in bins [lo, hi), the last one closed.
fn closed(reference: &ValueHistogram, current: &ValueHistogram, edges: Vec<f64>) -> Result<Binned, Skip> {
    let of = |side: &ValueHistogram| share_of(&counts(side, &edges), side.len());
    let (reference, current) = (of(reference), of(current));
    Ok(Binned { edges, reference, current })
}

/// Each value by itself.
fn by_value((before, now): (Vec<u64>, Vec<u64>)) -> Binned {
    let of = |counts: &[u64]| share_of(counts, counts.iter().sum());
    Binned { edges: Vec::new(), reference: of(&before), current: of(&now) }
}

fn share_of(counts: &[u64], len: u64) -> Vec<f64> {
    counts.iter().map(|count| *count as f64 / len as f64).collect()
}

/// The shares of a histogram between other edges, which contain its own.
fn spread((own, counts): &(Vec<f64>, Vec<u64>), edges: &[f64]) -> Vec<f64> {
    let len = counts.iter().sum::<u64>() as f64;
    let share = |pair: &[f64]| {
        let bin = own.partition_point(|edge| *edge <= pair[0]).checked_sub(1)?;
        let (low, high, count) = (own[bin], own.get(bin + 1)?, counts.get(bin)?);
        Some(*count as f64 / len * ((pair[1] - pair[0]) / (high - low)))
    };
    edges.windows(2).map(|pair| share(pair).unwrap_or(0.0)).collect()
}
