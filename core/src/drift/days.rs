//! A column as daily series, and whether the current days differ from the reference days.
//!
//! A numeric column gives two series: the day's mean (`level`) and the logarithm of the standard deviation within the day
//! (`spread`). Not of the deviation from the reference's mean: where a slow level moves whole days, that is the square of
//! the level, skewed and far more dependent than its autocorrelation tells, and by_day alarmed on 9 % of calm reports
//! instead of 1 % (250 days, autocorrelation 0.9). For the same reason days with a single value, or with the same one in
//! all rows (an index, a rate), are held against the day before. A category gives the share of each of its texts.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec::Vec,
};

use super::{
    Side, Windows,
    frozen::{self, Stillness},
    season::{Cycle, series},
};
use crate::{
    Skip,
    hypothesis::{DayLevel, day_level},
    math,
    order::IntoOrdered,
    profile::{ColumnKey, Moments, centred_squares},
    table::NO_TIME,
};

/// Days a window needs before anything is said about it.
pub const MIN_DAYS: usize = 3;

/// Effective days a reference needs for a test of a series: with fewer it has next to no power, and would only cost the
/// other tests of the family theirs. It is a property of the reference alone, so leaving such tests out keeps the size of
/// those that stay (independent filtering: Bourgon, Gentleman and Huber 2010).
pub const MIN_EFFECTIVE: f64 = 3.0;

/// What the days say about one column.
pub struct ByDay {
    /// One p-value for each test that the reference can carry: level and spread, or one for all shares.
    pub p_values: Vec<f64>,
    /// The test of the level, or of the share that changed most surely.
    pub level: Option<DayLevel>,
    /// Current / reference spread (1 for categories).
    pub spread_ratio: f64,
    /// Whether the window's mean level lies outside all reference days by more than their range, or its spread left one
    /// that never changed.
    pub escaped: bool,
    /// Days that hold one value only.
    pub stillness: Option<Stillness>,
    /// Days in the reference.
    pub days_reference: usize,
}

impl ByDay {
    /// How much the share of days with one value only changed, if surely.
    #[must_use]
    pub fn stilled(&self) -> Option<f64> {
        self.stillness.filter(|days| days.is_sure()).map(Stillness::change)
    }

    /// Whether the reference is too short, after its serial dependence, for the level's test to mean anything.
    #[must_use]
    pub fn is_thin(&self) -> bool {
        !self.level.as_ref().is_some_and(carries)
    }
}

/// Whether the reference of a test is worth enough days.
fn carries(test: &DayLevel) -> bool {
    test.n_eff_reference >= MIN_EFFECTIVE
}

/// Tests a column's days.
///
/// # Errors
/// A skip below [`MIN_DAYS`] days with values on either side.
pub fn by_day(windows: &Windows<'_>, key: &ColumnKey, numeric: bool) -> Result<ByDay, Skip> {
    let [reference, current] = [&windows.reference, &windows.current].map(|side| days_of(side, key));
    let distribution = windows.reference.sections.columns.get(key);
    let stillness = distribution.and_then(|column| Stillness::of(&reference, &current, column));
    if numeric {
        of_numbers(windows.cycle, &reference, &current, stillness)
    } else {
        of_shares(windows.cycle, &reference, &current, stillness)
    }
}

/// The days of a column, by bucket.
pub(super) type Days<'a> = Vec<(i64, &'a Moments)>;

fn days_of<'a>(side: &'a Side<'_>, key: &ColumnKey) -> Days<'a> {
    let buckets = side.timeline.columns.get(key).into_iter().flatten();
    buckets.filter(|(bucket, _)| **bucket != NO_TIME).map(|(bucket, moments)| (*bucket, moments)).collect()
}

fn of_numbers(
    cycle: Option<Cycle>,
    reference: &Days<'_>,
    current: &Days<'_>,
    stillness: Option<Stillness>,
) -> Result<ByDay, Skip> {
    let [levels, levels_now] = series(cycle, [reference, current], level);
    check_days(levels.len(), levels_now.len())?;
    let single = reference.iter().all(|(_, day)| within(day).is_none());
    let [spreads, spreads_now] = if single {
        [&levels, &levels_now].map(|levels| steps(levels))
    } else {
        series(cycle, [reference, current], within)
    };
    let (level_test, spread_test) = (day_level(&levels, &levels_now), day_level(&spreads, &spreads_now).ok());
    // Of days that still have a spread, where others lost theirs, the spreads are a selection.
    let selected = stillness.is_some_and(|days| days.change() >= frozen::MATERIAL);
    let spread_test = spread_test.filter(|_| !selected);
    // A reference that never changes has no test, but leaving it is leaving it.
    let has_spreads = !selected && spreads.len().min(spreads_now.len()) >= MIN_DAYS;
    // Nor does it change where equal values come by chance: two of three coins always scatter alike.
    let by_chance = stillness.is_some_and(|days| days.reference.share().max(days.current.share()) >= frozen::MATERIAL);
    let left_spread = has_spreads && !by_chance && spread_test.is_none() && has_escaped(&spreads, mean(&spreads_now));
    let escaped = left_spread || has_escaped(&levels, mean(&levels_now));
    let stilled = stillness.is_some_and(Stillness::is_sure);
    let level = if escaped || stilled { level_test.ok() } else { Some(level_test?) };
    let tests = level.iter().chain(&spread_test).filter(|test| carries(test));
    Ok(ByDay {
        p_values: tests.map(|test| test.p_value).collect(),
        level,
        spread_ratio: if has_spreads { math::exp(mean(&spreads_now) - mean(&spreads)) } else { 1.0 },
        escaped,
        stillness,
        days_reference: levels.len(),
    })
}

fn of_shares(
    cycle: Option<Cycle>,
    reference: &Days<'_>,
    current: &Days<'_>,
    stillness: Option<Stillness>,
) -> Result<ByDay, Skip> {
    let counted = |days: &Days<'_>| days.iter().filter(|(_, day)| day.texts > 0).count();
    check_days(counted(reference), counted(current))?;
    if reference.iter().chain(current).any(|(_, day)| day.too_many) {
        return Err(Skip::because("more than 32 texts a day: shares over time are not kept for such a column"));
    }
    let texts: BTreeSet<&String> = reference.iter().chain(current).flat_map(|(_, day)| day.shares.keys()).into_set();
    let tests = texts.iter().filter_map(|text| {
        let [shares, shares_now] = series(cycle, [reference, current], |day| share(day, text));
        let test = day_level(&shares, &shares_now).ok()?;
        Some((has_escaped(&shares, mean(&shares_now)), test))
    });
    let tests: Vec<(bool, DayLevel)> = tests.collect();
    let escaped = tests.iter().any(|(escaped, _)| *escaped);
    let count = tests.iter().filter(|(_, test)| carries(test)).count() as f64;
    let surest = |a: &DayLevel, b: &DayLevel| carries(b).cmp(&carries(a)).then(a.p_value.total_cmp(&b.p_value));
    let level = tests.into_iter().map(|(_, test)| test).min_by(surest);
    let level = level.ok_or_else(|| Skip::because("no text on either side"))?;
    Ok(ByDay {
        // One p-value for the column: Bonferroni over its texts.
        p_values: Some(&level)
            .filter(|test| carries(test))
            .map(|test| (test.p_value * count).min(1.0))
            .into_iter()
            .collect(),
        level: Some(level),
        spread_ratio: 1.0,
        escaped,
        stillness,
        days_reference: counted(reference),
    })
}

/// Fewer days than this say nothing.
fn check_days(reference: usize, current: usize) -> Result<(), Skip> {
    if reference >= MIN_DAYS && current >= MIN_DAYS {
        return Ok(());
    }
    let text = alloc::format!(
        "{reference} and {current} days with values; at least {MIN_DAYS} on each side (--rule rows compares rows)"
    );
    Err(Skip::because(text))
}

/// The mean of a series that is not empty.
pub(super) fn mean(series: &[f64]) -> f64 {
    series.iter().sum::<f64>() / series.len() as f64
}

/// The mean of a day.
pub fn level(day: &Moments) -> Option<f64> {
    (day.numbers > 0).then(|| day.sum.value() / day.numbers as f64)
}

/// 1/2 ln of the variance within a day, made free of its bias for few values (for normal ones ln s² is 1 / (n - 1) too small,
/// to first order: Bartlett and Kendall 1946), so that days with more rows do not seem wider. Nothing for a single value.
fn within(day: &Moments) -> Option<f64> {
    let free = (day.numbers.max(1) - 1) as f64;
    let variance = centred_squares(day.numbers, &day.sum, &day.squares) / free;
    (variance > 0.0 && variance.is_finite()).then(|| 0.5 * (math::ln(variance) + 1.0 / free))
}

/// ln |step| from day to day, for days with a single value each (the successive differences of von Neumann 1941).
fn steps(levels: &[f64]) -> Vec<f64> {
    let steps = levels.windows(2).map(|pair| math::abs(pair[1] - pair[0]));
    steps.filter(|step| *step > 0.0 && step.is_finite()).map(math::ln).collect()
}

fn share(day: &Moments, text: &str) -> Option<f64> {
    (day.texts > 0).then(|| day.shares.get(text).copied().unwrap_or(0) as f64 / day.texts as f64)
}

/// Whether `mean` lies outside [min, max] of the series by more than its width.
pub(super) fn has_escaped(series: &[f64], mean: f64) -> bool {
    let min = series.iter().copied().fold(f64::INFINITY, f64::min);
    let max = series.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // Means are rounded: a series that never changes is not left by the last bit of its mean.
    let margin = (max - min) + 1e-12 * math::abs(max).max(math::abs(min));
    mean > max + margin || mean < min - margin
}

/// Tests two daily series by bucket, such as losses; a skip below [`MIN_DAYS`] days.
///
/// # Errors
/// See [`day_level`].
pub fn compare(reference: &BTreeMap<i64, f64>, current: &BTreeMap<i64, f64>) -> Result<DayLevel, Skip> {
    check_days(reference.len(), current.len())?;
    let values = |series: &BTreeMap<i64, f64>| series.values().copied().collect::<Vec<f64>>();
    day_level(&values(reference), &values(current))
}
