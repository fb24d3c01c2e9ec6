//! Like with like: days against reference days of the same weekday, hours against the same hour.
//!
//! Each value of a daily series is taken as its distance from the mean of the *other* reference days of its phase, so that
//! a reference day is seen as a current one is: with m days the deviation from their mean is stretched by m / (m - 1),
//! else few weeks of reference would look surer than they are. A phase with fewer than two reference days has nothing
//! to compare with and is left out. Distances compare with the reference rows of the phases that occur now.

use alloc::{collections::BTreeMap, vec::Vec};

use driftgate_documents::Season;

use super::{Side, Windows};
use crate::{
    Skip,
    profile::{Moments, Resolution, View},
    table::NO_TIME,
};

/// A season over buckets of one length.
#[derive(Clone, Copy, Debug)]
pub struct Cycle {
    season: Season,
    resolution: Resolution,
}

impl Cycle {
    /// A season over buckets of `resolution`.
    ///
    /// # Errors
    /// A skip where such a bucket holds several weekdays or hours.
    pub fn of(season: Season, resolution: Resolution) -> Result<Self, Skip> {
        let (longest, reason) = match season {
            Season::Weekday => (Resolution::Day, "a log of more than 512 days is kept by weeks, which have no weekday"),
            Season::Hour => (Resolution::Hour, "a log of more than 512 hours is kept by days, which have no hour"),
        };
        if resolution > longest { Err(Skip::because(reason)) } else { Ok(Self { season, resolution }) }
    }

    /// 0 is Monday, or midnight. Day 0 was a Thursday.
    #[must_use]
    pub const fn phase(self, bucket: i64) -> i64 {
        match self.season {
            Season::Weekday => (self.resolution.first_day(bucket) + 3).rem_euclid(7),
            Season::Hour => bucket.rem_euclid(24),
        }
    }
}

impl<'a> Windows<'a> {
    /// The same windows with their columns compared in season; `matched` is the reference's rows of the current phases,
    /// where rows are at hand.
    ///
    /// # Errors
    /// A skip where the logs are too long for this season.
    pub fn in_season(
        mut self,
        season: Season,
        [reference, current]: [&'a View<'_>; 2],
        matched: Option<&'a View<'_>>,
    ) -> Result<Self, Skip> {
        if season == Season::Hour {
            let views = [reference, current].into_iter();
            self.resolution = views.map(|view| view.sections.calendar.resolution).max().unwrap_or_default();
        }
        self.cycle = Some(Cycle::of(season, self.resolution)?);
        let none = || Skip::because("no rows of the model");
        let side = |view: &'a View<'_>, model: &'a str| Side::of(view, model, self.resolution).ok_or_else(none);
        self.reference = side(reference, self.reference.model)?;
        self.current = side(current, self.current.model)?;
        if let Some(sections) = matched.and_then(|view| view.sections.models.get(self.reference.model)) {
            self.reference.sections = sections;
        }
        Ok(self)
    }
}

/// The series of a column's days on both sides, in season if there is one.
pub(super) fn series(
    cycle: Option<Cycle>,
    sides: [&[(i64, &Moments)]; 2],
    value: impl Fn(&Moments) -> Option<f64>,
) -> [Vec<f64>; 2] {
    let sides: [Vec<(i64, f64)>; 2] =
        sides.map(|days| days.iter().filter_map(|(bucket, day)| Some((*bucket, value(day)?))).collect());
    match cycle {
        None => sides.map(|days| days.into_iter().map(|(_, value)| value).collect()),
        Some(cycle) => in_season(cycle, &sides),
    }
}

fn in_season(cycle: Cycle, [reference, current]: &[Vec<(i64, f64)>; 2]) -> [Vec<f64>; 2] {
    let mut phases: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
    for (bucket, value) in reference.iter().filter(|(bucket, _)| *bucket != NO_TIME) {
        let (sum, days) = phases.entry(cycle.phase(*bucket)).or_default();
        *sum += value;
        *days += 1.0;
    }
    let total: (f64, f64) = phases.values().fold((0.0, 0.0), |all, phase| (all.0 + phase.0, all.1 + phase.1));
    // The mean of all days is added again: the series keeps its scale, against which roundings are told from changes.
    let overall = if total.1 > 0.0 { total.0 / total.1 } else { 0.0 };
    let mean = |bucket: i64| {
        let (sum, days) = phases.get(&cycle.phase(bucket)).copied().filter(|(_, days)| *days >= 2.0)?;
        Some((sum / days, days / (days - 1.0)))
    };
    let own = reference.iter().filter_map(|(bucket, value)| {
        let (mean, stretch) = mean(*bucket)?;
        Some(overall + (value - mean) * stretch)
    });
    let now = current.iter().filter_map(|(bucket, value)| Some(overall + value - mean(*bucket)?.0));
    [own.collect(), now.collect()]
}
