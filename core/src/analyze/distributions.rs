//! How the values of each column are spread, over bins or levels that all windows share: what a page draws over each other.

use alloc::{
    borrow::Cow,
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::cmp::Reverse;

use driftgate_documents::{Counts, Distribution, Plan, Role};

use super::{Models, Views};
use crate::{
    drift::column_kind,
    math::{abs, ceil, floor, log10, round_half_even},
    order::StableOrder,
    profile::{
        ColumnKey, ColumnProfile, Levels, Merge, ModelSections, Moments, ValueHistogram, View, rows_of, score::number,
        value_histogram::Ranks,
    },
};

/// Bins that may be asked for.
pub(super) const BINS: core::ops::RangeInclusive<u32> = 2..=200;

/// Levels that are listed.
const LEVELS: usize = 20;

/// One value in so many lies below the lowest edge at most, and one above the highest.
const TAIL: u64 = 200;

/// Multiples of a step beyond this one are no longer told apart from their neighbours.
const MOST_STEPS: f64 = (1_u64 << 53) as f64;

/// By so many steps a quotient below that may be off: it and the step are rounded.
const OFF: i64 = 3;

/// The finest step is 10 to the power of this, whose multiples have all their digits in f64; the coarsest lies beyond f64.
const EXPONENTS: [i32; 2] = [-300, 309];

/// One model's rows in one window.
struct Rows<'a> {
    view: &'a View<'a>,
    model: &'a str,
    sections: &'a ModelSections,
}

/// A column in one window: its numbers, exactly as far as rows are at hand.
struct Numbers<'a> {
    values: Cow<'a, ValueHistogram>,
    mean: Option<f64>,
}

/// The distributions of all columns that a plan asks for: inputs by name, prediction, confidence, actual.
pub(super) fn distributions(plan: &Plan, views: &Views<'_>, models: &Models) -> Vec<Distribution> {
    let Some(bins) = plan.distributions else { return Vec::new() };
    let windows = [
        views.reference.as_ref().zip(models.reference.as_deref()),
        Some((&views.current, models.current.as_str())),
        views.baseline.as_ref().zip(models.baseline.as_deref()),
    ];
    let windows = windows.map(|window| {
        let (view, model) = window?;
        Some(Rows { view, model, sections: view.sections.models.get(model)? })
    });
    let keys = windows.iter().flatten().flat_map(|rows| rows.sections.columns.keys());
    let asked = |key: &&ColumnKey| plan.columns.is_empty() || plan.columns.contains(&key.name);
    let mut keys: Vec<&ColumnKey> = keys.filter(asked).collect();
    keys.order_by_key(|key| (place(key), *key));
    keys.dedup();
    keys.into_iter().map(|key| of_column(key, &windows, bins)).collect()
}

/// Where a column stands among the others.
const fn place(key: &ColumnKey) -> u8 {
    match key.role {
        None => 0,
        Some(Role::Prediction) => 1,
        Some(Role::Confidence) => 2,
        Some(_) => 3,
    }
}

fn of_column(key: &ColumnKey, windows: &[Option<Rows<'_>>; 3], bins: u32) -> Distribution {
    let absent = ColumnProfile::default();
    let columns = windows.each_ref().map(|rows| {
        let rows = rows.as_ref()?;
        Some((rows, rows.sections.columns.get(key).unwrap_or(&absent)))
    });
    let (edges, levels, counts);
    let total = |cells: fn(&ColumnProfile) -> u64| {
        columns.iter().flatten().fold(0_u64, |total, (_, column)| total.saturating_add(cells(column)))
    };
    if total(|column| column.numbers) > total(|column| column.texts) {
        let numbers = columns.map(|of| of.map(|(rows, column)| rows.numbers(key, column)));
        edges = bin_edges(&numbers.iter().flatten().map(|of| &*of.values).collect::<Vec<_>>(), bins);
        levels = Vec::new();
        counts = numbers.map(|of| of.map(|numbers| numbers.counts(&edges)));
    } else {
        edges = Vec::new();
        levels = most_frequent(&columns.iter().flatten().map(|(_, column)| &column.levels).collect::<Vec<_>>());
        counts = columns.map(|of| of.map(|(_, column)| categories(&column.levels, &levels)));
    }
    let mut counts = windows.iter().zip(counts).map(|(rows, counts)| {
        let (rows, counts) = (rows.as_ref()?.sections.rows, counts?);
        Some(Counts { missing: rows.saturating_sub(counts.values), ..counts })
    });
    let mut next = || counts.next().flatten();
    Distribution {
        kind: (key.role != Some(Role::Actual)).then(|| column_kind(key)),
        column: key.name.clone(),
        reference: next(),
        current: next(),
        baseline: next(),
        edges,
        levels,
    }
}

impl Rows<'_> {
    fn numbers<'a>(&self, key: &ColumnKey, column: &'a ColumnProfile) -> Numbers<'a> {
        let mut total = Moments::default();
        let days = self.sections.timeline.columns.get(key);
        days.into_iter().flat_map(BTreeMap::values).for_each(|moments| total.merge(moments));
        Numbers {
            values: self.kept(key, column).map_or(Cow::Borrowed(&column.values), Cow::Owned),
            mean: total.sum.mean(total.numbers),
        }
    }

    /// The numbers of the kept rows, each exactly, where the profile summarised them.
    fn kept(&self, key: &ColumnKey, column: &ColumnProfile) -> Option<ValueHistogram> {
        let rows = self.view.rows.as_deref().filter(|_| self.view.whole && !column.values.is_exact())?;
        let cells = &rows.columns.iter().find(|column| (column.role, &column.name) == (key.role, &key.name))?.cells;
        let numbers = rows_of(rows, self.model).filter_map(|row| number(cells.get(row)));
        Some(ValueHistogram::exactly(numbers.collect()))
    }
}

impl Numbers<'_> {
    fn counts(&self, edges: &[f64]) -> Counts {
        let (cells, values) = (self.values.cells(), self.values.len());
        let mut ranks = Ranks::new(&cells);
        // A value on an edge belongs to the bin above it; on the last one, to the last bin.
        let inner = edges.len() - 1;
        let ends = edges.iter().enumerate().map(|(at, edge)| if at < inner { edge.next_down() } else { *edge });
        let up_to: Vec<u64> = ends.map(|end| round_half_even(ranks.at_most(end)) as u64).collect();
        let [below, last] = [up_to.first(), up_to.last()].map(|count| count.copied().unwrap_or(0));
        Counts {
            counts: up_to.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect(),
            below,
            above: values.saturating_sub(last),
            values,
            mean: self.mean.filter(|mean| mean.is_finite()),
            min: self.values.min(),
            median: self.values.quantile(0.5),
            max: self.values.max(),
            rank_error: self.values.rank_error(),
            ..Counts::default()
        }
    }
}

/// The edges of at most `bins` bins that show most of the values of all windows, of which there is one at least.
fn bin_edges(windows: &[&ValueHistogram], bins: u32) -> Vec<f64> {
    let (mut low, mut high) = range(windows, TAIL);
    if low == high {
        (low, high) = range(windows, u64::MAX);
    }
    let (from, to) = (floor(low), ceil(high));
    if to - from < f64::from(bins)
        && abs(from).max(abs(to)) < 0.5 * MOST_STEPS
        && are_whole(windows, from - 0.5, to + 0.5)
    {
        return (0..=(to - from) as u32 + 1).map(|bin| from - 0.5 + f64::from(bin)).collect();
    }
    if low == high {
        return around(low);
    }
    let width = 2.0 * ((0.5 * high - 0.5 * low) / f64::from(bins));
    let steps = (floor(log10(width)) as i32).max(EXPONENTS[0])..=EXPONENTS[1];
    let mut steps = steps.flat_map(|exponent| [1, 2, 5].map(|digit| (digit, exponent)));
    // The last step reaches from 0 to both ends of f64: it always does.
    steps.find_map(|step| stepped([low, high], bins, step)).unwrap_or_else(|| alloc::vec![low, high])
}

/// The least and the greatest value of all windows, after leaving out one value in so many at either end of each.
fn range(windows: &[&ValueHistogram], one_in: u64) -> (f64, f64) {
    windows.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), values| {
        let last = values.len().saturating_sub(1);
        let [least, most] = [last / one_in, last - last / one_in].map(|rank| values.value_at(rank));
        (least.map_or(low, |value| low.min(value)), most.map_or(high, |value| high.max(value)))
    })
}

/// Whether all values in a range are known to be whole numbers.
fn are_whole(windows: &[&ValueHistogram], low: f64, high: f64) -> bool {
    windows.iter().all(|values| {
        let cells = values.cells();
        let mut inside = cells.iter().filter(|cell| cell.max >= low && cell.min <= high);
        inside.all(|cell| cell.is_atom() && floor(cell.min) == cell.min)
    })
}

/// One bin around a value that is not 0: as wide as a unit of its second digit.
fn around(value: f64) -> Vec<f64> {
    let exponent = (floor(log10(abs(value))) as i32 - 1).max(EXPONENTS[0]);
    let middle = round_half_even(value / decimal(1, exponent)) as i64;
    let [low, high] = [-1, 1].map(|side| decimal(5 * (2 * middle + side), exponent - 1));
    // The quotient is rounded: a value on an edge may lie beyond it by a bit.
    alloc::vec![low.min(value), high.max(value)]
}

/// Edges at the multiples of a step around a range; `None` if there are too many, or f64 cannot tell them apart.
fn stepped([low, high]: [f64; 2], bins: u32, (digit, exponent): (i64, i32)) -> Option<Vec<f64>> {
    let step = decimal(digit, exponent);
    let (from, to) = (floor(low / step), ceil(high / step));
    if to - from > f64::from(bins) + 2.0 * OFF as f64 || abs(from).max(abs(to)) > MOST_STEPS {
        return None;
    }
    // Some more on either side; then those that are not needed go.
    let multiples = from as i64 - OFF..=to as i64 + OFF;
    let mut edges: Vec<f64> = multiples.map(|multiple| decimal(digit * multiple, exponent)).collect();
    edges.truncate(edges.partition_point(|edge| *edge < high) + 1);
    edges.drain(..edges.partition_point(|edge| *edge <= low).saturating_sub(1));
    (edges.len() <= bins as usize + 1 && edges.is_sorted_by(|a, b| a < b)).then_some(edges)
}

/// The f64 nearest to digits times a power of ten; what lies beyond f64 is its largest value.
fn decimal(digits: i64, exponent: i32) -> f64 {
    // What is written here is always a number.
    let value: f64 = format!("{digits}e{exponent}").parse().unwrap_or(0.0);
    value.clamp(f64::MIN, f64::MAX)
}

/// The most frequent levels of all windows together, most frequent first; only such that every window has counted completely.
fn most_frequent(windows: &[&Levels]) -> Vec<String> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for (level, count) in windows.iter().flat_map(|levels| levels.iter()) {
        counts.entry(level).or_default().merge(&count);
    }
    let counted = counts.into_iter().filter(|(level, _)| windows.iter().all(|levels| levels.covers(level)));
    let mut ranked: Vec<(Reverse<u64>, &str)> = counted.map(|(level, count)| (Reverse(count), level)).collect();
    ranked.order();
    ranked.into_iter().take(LEVELS).map(|(_, level)| level.to_string()).collect()
}

fn categories(of: &Levels, levels: &[String]) -> Counts {
    let counts: Vec<u64> = levels.iter().map(|level| of.get(level)).collect();
    let (values, listed) = (of.total(), counts.iter().copied().fold(0, u64::saturating_add));
    Counts { counts, other: values.saturating_sub(listed), values, ..Counts::default() }
}
