//! How far an estimate may be from what comes true: learnt from days on which both are known.
//!
//! Each of five stretches of the known days is estimated from the other four, so that no day has a part in what it is
//! compared with (blocked cross-validation by time). How the daily surprises scatter, and how they last from day to day,
//! says how far the mean of a month can be off, as in `hypothesis/day_level.rs`:
//! half width = t sd sqrt(1 / n_eff(known days) + 1 / n_eff(days of the month)).

use alloc::{format, string::String, vec::Vec};

use crate::{Skip, hypothesis::DayNoise, math, words};

/// Stretches of days that are left out one after the other.
const STRETCHES: usize = 5;

/// The known days that an estimate needs.
pub const MIN_DAYS: usize = 30;

/// The known rows that an estimate needs.
pub const MIN_ROWS: f64 = 200.0;

/// How sure it has to be that an estimate is off before it is no longer made: one good one in a hundred is refused.
const POOR: f64 = 0.99;

/// Something that can be learnt from some of the known days and tried on others.
pub trait Learner {
    /// What was learnt.
    type Model;

    /// Known days, in the order of time; days are named by their place in it.
    fn days(&self) -> usize;

    /// Rows of a known day whose actual is known.
    fn pairs(&self, day: usize) -> f64;

    /// Learns from some known days.
    ///
    /// # Errors
    /// If these days do not tell.
    fn learn(&self, days: &[usize]) -> Result<Self::Model, Skip>;

    /// What came true on a known day less what was estimated, summed over its pairs, in the unit of the metric; where
    /// errors grow with what is estimated, as a share of it.
    fn surprise(&self, model: &Self::Model, day: usize) -> f64;
}

/// How daily surprises scatter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    noise: DayNoise,
    /// Mean pairs of a known day.
    pairs: f64,
}

impl Band {
    /// From surprises of known days and their pairs.
    ///
    /// # Errors
    /// If the surprises are the same on every day, or too far apart.
    pub fn of(surprises: &[f64], pairs: &[f64]) -> Result<Self, Skip> {
        let mean = pairs.iter().sum::<f64>() / pairs.len() as f64;
        // Shares of an average day, so that their mean is the surprise of all rows together.
        let noise = DayNoise::of(&surprises.iter().map(|surprise| surprise / mean).collect::<Vec<f64>>());
        if noise.variance == 0.0 {
            return Err(Skip::because(
                "what is known came true as estimated on every day, so nothing can be said about chance",
            ));
        }
        if !noise.variance.is_finite() {
            return Err(Skip::because("the errors of the known days are too far apart to compute with"));
        }
        Ok(Self { noise, pairs: mean })
    }

    /// The half width at `level` for further days, given by their rows.
    ///
    /// Fewer rows a day than the known ones scatter more: as much as if all scatter were that of rows. Uneven days count as
    /// fewer (Kish 1965).
    #[must_use]
    pub fn half_width(&self, level: f64, rows: &[f64]) -> f64 {
        let (sum, squares) = rows.iter().fold((0.0, 0.0), |(sum, squares), rows| (sum + rows, squares + rows * rows));
        let days = rows.len() as f64;
        let even = sum * sum / squares / days;
        let n_eff = self.noise.worth(rows.len()) * even;
        let thin = (self.pairs * days / sum).max(1.0);
        let t = math::student_t_critical(1.0 - level, self.noise.df);
        t * math::sqrt(self.noise.variance * (1.0 / self.noise.n_eff + thin / n_eff))
    }
}

/// What was learnt from all known days, and how far it may be off.
pub struct Learnt<M> {
    /// What was learnt.
    pub model: M,
    /// How daily surprises scatter.
    pub band: Band,
}

/// Learns from all known days and tries it on days it was not learnt from.
///
/// # Errors
/// If there are too few days or rows, or the last third of the days comes out other than the days before say.
pub fn learn<L: Learner>(learner: &L, day: &str) -> Result<Learnt<L::Model>, Skip> {
    let days: Vec<usize> = (0..learner.days()).collect();
    let rows: f64 = days.iter().map(|day| learner.pairs(*day)).sum();
    if days.len() < MIN_DAYS || rows < MIN_ROWS {
        return Err(Skip(format!(
            "learnt from {} with {rows} known actuals; at least {MIN_DAYS} and {MIN_ROWS} are needed: give a longer \
             reference with actuals",
            words::count(days.len() as u64, day)
        )));
    }
    check(learner, &days)?;
    Ok(Learnt { model: learner.learn(&days)?, band: tried(learner, &days)? })
}

/// The band of days each of which was estimated from the other stretches.
fn tried<L: Learner>(learner: &L, days: &[usize]) -> Result<Band, Skip> {
    let stretch = |place: usize| place * STRETCHES / days.len();
    let mut surprises = Vec::with_capacity(days.len());
    for left_out in 0..STRETCHES {
        let places = || days.iter().enumerate();
        let others: Vec<usize> =
            places().filter(|(place, _)| stretch(*place) != left_out).map(|(_, day)| *day).collect();
        let model = learner.learn(&others)?;
        let own = places().filter(|(place, _)| stretch(*place) == left_out);
        surprises.extend(own.map(|(_, day)| learner.surprise(&model, *day)));
    }
    Band::of(&surprises, &days.iter().map(|day| learner.pairs(*day)).collect::<Vec<f64>>())
}

/// Estimates the last third of the known days from those before.
///
/// An estimate no better than a constant passes: its band holds the truth all the same. One that is off where the truth is
/// known does not.
fn check<L: Learner>(learner: &L, days: &[usize]) -> Result<(), Skip> {
    let (before, last) = days.split_at(days.len() - days.len() / 3);
    let (model, band) = (learner.learn(before)?, tried(learner, before)?);
    let pairs: Vec<f64> = last.iter().map(|day| learner.pairs(*day)).collect();
    let surprise = last.iter().map(|day| learner.surprise(&model, *day)).sum::<f64>() / pairs.iter().sum::<f64>();
    let allowed = band.half_width(POOR, &pairs);
    if math::abs(surprise) <= allowed { Ok(()) } else { Err(Skip(poor(surprise, allowed))) }
}

fn poor(surprise: f64, allowed: f64) -> String {
    format!(
        "learnt from the first two thirds of the known days, the last third comes out {} off, where chance would be within \
         {}: the estimate does not hold from one time to another; give a reference that is like the days to estimate",
        words::short(surprise),
        words::short(allowed)
    )
}
