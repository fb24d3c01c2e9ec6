//! What a comparison of two arms rests on: values of both on one metric, and where in time they are.
//!
//! Every test acts on one difference and on its *scores*: what each row adds to the difference beyond its expectation, so that their
//! sum is 0 and the sum of their squares is the variance if rows were independent. Means and roots of means, pairs and disjoint
//! rows, all slices: one form. Source: influence functions, as in Hampel (1974).

use alloc::{string::String, vec::Vec};

use driftgate_documents::{Design, Metric, Spread};

use super::arms::{Arm, mean};
use crate::{
    math,
    order::{IntoOrdered, StableOrder},
};

/// Rows of two arms: a place in each; disjoint traffic has one list for either.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// Places of the candidate's rows.
    pub candidate: Vec<usize>,
    /// Places of the baseline's rows; paired, as many and in the same order.
    pub baseline: Vec<usize>,
}

/// Rows that have an id in both arms.
#[must_use]
pub fn common(candidate: &Arm<'_>, baseline: &Arm<'_>) -> Places {
    let known = |arm: &Arm<'_>, place: &usize| !arm.id(*place).is_empty();
    let by_id = (0..baseline.rows.len())
        .filter(|place| known(baseline, place))
        .map(|place| (baseline.id(place), place))
        .into_map();
    let mut places = Places::default();
    for place in (0..candidate.rows.len()).filter(|place| known(candidate, place)) {
        if let Some(other) = by_id.get(candidate.id(place)) {
            places.candidate.push(place);
            places.baseline.push(*other);
        }
    }
    places
}

/// The values of two arms on one metric.
pub struct Sample {
    /// Whether the values are pairs.
    pub design: Design,
    /// What the values mean.
    pub metric: &'static Metric,
    /// The candidate's values.
    pub candidate: Vec<f64>,
    /// The baseline's values.
    pub baseline: Vec<f64>,
    /// The candidate's metric.
    pub candidate_value: f64,
    /// The baseline's metric.
    pub baseline_value: f64,
    /// Centred scores; one a pair, or one a row: the candidate's, then the baseline's.
    pub scores: Vec<f64>,
    /// The day of each score, counted from 0 over the days that occur; empty if a row has no time.
    pub days: Vec<u32>,
    /// How many days occur.
    pub day_count: usize,
    /// The entity of each score, numbered; empty if the log has none.
    pub entities: Vec<u32>,
}

impl Sample {
    /// The values of two arms at places; pairs and rows without a value of the metric are left out. `None` if a side has none.
    #[must_use]
    pub fn of(
        candidate: &Arm<'_>,
        baseline: &Arm<'_>,
        places: &Places,
        design: Design,
        metric: &'static Metric,
    ) -> Option<Self> {
        let (mine, theirs) = (candidate.values.get(metric.name)?, baseline.values.get(metric.name)?);
        let places = with_values(&with_days(places, design, candidate, baseline), design, mine, theirs);
        let at = |values: &[f64], places: &[usize]| places.iter().map(|place| values[*place]).collect::<Vec<f64>>();
        let (mine, theirs) = (at(mine, &places.candidate), at(theirs, &places.baseline));
        let root = metric.spread == Spread::RootMean;
        let (my_value, my_scores) = influence(&mine, root)?;
        let (their_value, their_scores) = influence(&theirs, root)?;
        let rows = |arm: &Arm<'_>, places: &[usize]| {
            let row = |place: &usize| (arm.days[*place], arm.entity(*place));
            places.iter().map(row).collect::<Vec<_>>()
        };
        let (scores, rows) = match design {
            Design::Paired => {
                (my_scores.iter().zip(&their_scores).map(|(a, b)| a - b).collect(), rows(candidate, &places.candidate))
            }
            Design::Disjoint => (
                my_scores.into_iter().chain(their_scores.into_iter().map(|score| -score)).collect(),
                [rows(candidate, &places.candidate), rows(baseline, &places.baseline)].concat(),
            ),
        };
        let days = rows.iter().map(|(day, _)| *day).collect::<Option<Vec<i64>>>().unwrap_or_default();
        let entities = rows.into_iter().map(|(_, entity)| entity).collect::<Option<Vec<String>>>().unwrap_or_default();
        let (days, day_count) = numbered(&days);
        Some(Self {
            design,
            metric,
            candidate: mine,
            baseline: theirs,
            candidate_value: my_value,
            baseline_value: their_value,
            scores,
            days,
            day_count,
            entities: numbered(&entities).0,
        })
    }

    /// candidate - baseline.
    #[must_use]
    pub fn difference(&self) -> f64 {
        self.candidate_value - self.baseline_value
    }

    /// Pairs, or rows of both arms together.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.scores.len() as u64
    }

    /// Pairs, or rows of the smaller arm.
    #[must_use]
    pub fn smaller(&self) -> u64 {
        self.candidate.len().min(self.baseline.len()) as u64
    }

    /// The difference as a series of days in the order of time, whose mean is the difference: days weigh as much as they have
    /// rows. Empty without times.
    #[must_use]
    pub fn series(&self) -> Vec<f64> {
        let mut series = alloc::vec![0.0; self.day_count];
        for (day, score) in self.days.iter().zip(&self.scores) {
            series[*day as usize] += score;
        }
        let (days, difference) = (self.day_count as f64, self.difference());
        series.into_iter().map(|sum| difference + days * sum).collect()
    }
}

/// Without the rows that have no time, where others of the arms have one: a few of them would leave the whole without a test by day.
fn with_days(places: &Places, design: Design, candidate: &Arm<'_>, baseline: &Arm<'_>) -> Places {
    let has_day = |arm: &Arm<'_>, place: &usize| arm.days.get(*place).is_some_and(Option::is_some);
    let (mine, theirs) = (&places.candidate, &places.baseline);
    let is_timed = |arm: &Arm<'_>, places: &[usize]| places.iter().any(|place| has_day(arm, place));
    match design {
        Design::Paired if is_timed(candidate, mine) => {
            let pairs = mine.iter().zip(theirs).filter(|(place, _)| has_day(candidate, place));
            let (candidate, baseline) = pairs.map(|(a, b)| (*a, *b)).unzip();
            Places { candidate, baseline }
        }
        Design::Disjoint if is_timed(candidate, mine) && is_timed(baseline, theirs) => Places {
            candidate: mine.iter().copied().filter(|place| has_day(candidate, place)).collect(),
            baseline: theirs.iter().copied().filter(|place| has_day(baseline, place)).collect(),
        },
        _ => Places { candidate: mine.clone(), baseline: theirs.clone() },
    }
}

/// Pairs of which both, or rows of which each has a value.
fn with_values(places: &Places, design: Design, mine: &[f64], theirs: &[f64]) -> Places {
    let has = |values: &[f64], place: usize| !values[place].is_nan();
    match design {
        Design::Paired => {
            let pairs = places.candidate.iter().copied().zip(places.baseline.iter().copied());
            let (candidate, baseline) = pairs.filter(|(a, b)| has(mine, *a) && has(theirs, *b)).unzip();
            Places { candidate, baseline }
        }
        Design::Disjoint => Places {
            candidate: places.candidate.iter().copied().filter(|place| has(mine, *place)).collect(),
            baseline: places.baseline.iter().copied().filter(|place| has(theirs, *place)).collect(),
        },
    }
}

/// A mean or a root of a mean, and what each value adds to it beyond its expectation (delta method).
fn influence(values: &[f64], root: bool) -> Option<(f64, Vec<f64>)> {
    let mean = mean(values.iter().copied())?;
    let value = if root { math::sqrt(mean) } else { mean };
    let scale = if root { 2.0 * value } else { 1.0 } * values.len() as f64;
    // A model without any error: a root of 0 has no slope, and no value adds to it.
    let score = |x: &f64| if scale > 0.0 { (x - mean) / scale } else { 0.0 };
    Some((value, values.iter().map(score).collect()))
}

/// Each value's number among the distinct ones in order, and how many these are.
fn numbered<T: Ord>(values: &[T]) -> (Vec<u32>, usize) {
    let mut distinct: Vec<&T> = values.iter().collect();
    distinct.order();
    distinct.dedup();
    let number = |value: &T| distinct.binary_search(&value).unwrap_or(0) as u32;
    (values.iter().map(number).collect(), distinct.len())
}
