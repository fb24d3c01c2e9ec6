//! Days on which an input holds one value only: a sensor that hangs, a feed that stopped.
//!
//! A day without any spread has no logarithm of one, so it is no part of the series of spreads; here its share of the days is
//! tested. Chance makes such days, too: of few values, or of values that often repeat. So days are held against reference
//! days of at most as many values, on which all values are equal at least as easily, by Fisher's exact test (1922); where the
//! reference has no such days, the chance that so many values are equal follows from its distribution. Where it has
//! single-valued days of its own, their runs count as for any series of days ([`day_level`]).

use alloc::vec::Vec;

use driftgate_documents::OneValueDays;

use super::days::{Days, MIN_DAYS};
use crate::{
    hypothesis::day_level,
    math,
    order::StableOrder,
    profile::{ColumnProfile, Moments, centred_squares},
};

/// The least change of the share of such days that counts.
pub const MATERIAL: f64 = 0.10;

/// The level of the test. It is no member of the family of the column's other tests, which it would cost their power wherever
/// values repeat; so it is strict enough for many columns: of a thousand, one is a false alarm at most.
const SURE: f64 = 0.001;

/// How many days hold one value only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frozen {
    /// Days with at least two values.
    pub days: usize,
    /// Of these, days on which all values are equal.
    pub frozen: usize,
}

/// Such days on both sides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stillness {
    /// In the reference.
    pub reference: Frozen,
    /// Now.
    pub current: Frozen,
    /// How surprising the change of their share is; `None` if it is small or nothing can be said about chance.
    pub p_value: Option<f64>,
}

impl Frozen {
    fn of(days: &[Day]) -> Self {
        Self { days: days.len(), frozen: days.iter().filter(|day| day.frozen).count() }
    }

    /// The share of the days.
    #[must_use]
    pub fn share(self) -> f64 {
        self.frozen as f64 / self.days.max(1) as f64
    }
}

/// A day with at least two values.
#[derive(Clone, Copy)]
struct Day {
    values: u64,
    frozen: bool,
}

fn seen(days: &Days<'_>) -> Vec<Day> {
    let day = |(_, day): &(i64, &Moments)| {
        let numeric = day.numbers >= day.texts;
        let values = if numeric { day.numbers } else { day.texts };
        let frozen =
            if numeric { centred_squares(day.numbers, &day.sum, &day.squares) == 0.0 } else { day.shares.len() == 1 };
        (values >= 2).then_some(Day { values, frozen })
    };
    days.iter().filter_map(day).collect()
}

impl Stillness {
    /// Whether the change of their share is no chance.
    #[must_use]
    pub fn is_sure(self) -> bool {
        self.p_value.is_some_and(|p| p <= SURE)
    }

    /// As a report has it, if the change is no chance.
    #[must_use]
    pub fn sure(self) -> Option<OneValueDays> {
        let Self { reference, current, p_value } = self;
        Some(OneValueDays {
            reference: reference.frozen as u64,
            days_reference: reference.days as u64,
            current: current.frozen as u64,
            days_current: current.days as u64,
            p_value: p_value.filter(|_| self.is_sure())?,
        })
    }

    /// How much the share of such days changed, either way.
    #[must_use]
    pub fn change(self) -> f64 {
        math::abs(self.current.share() - self.reference.share())
    }

    /// Of a column's days; `None` where a side has too few with at least two values.
    #[must_use]
    pub fn of(reference: &Days<'_>, current: &Days<'_>, distribution: &ColumnProfile) -> Option<Self> {
        let (before, now) = (seen(reference), seen(current));
        if before.len() < MIN_DAYS || now.len() < MIN_DAYS {
            return None;
        }
        let found = Self { reference: Frozen::of(&before), current: Frozen::of(&now), p_value: None };
        if found.change() < MATERIAL {
            return Some(found);
        }
        let p_value = if found.current.share() > found.reference.share() {
            more(&before, &now, distribution)
        } else {
            fewer(&before, &now)
        };
        Some(Self { p_value: p_value.map(|p| p.max(by_series(&before, &now)).min(1.0)), ..found })
    }
}

/// Whether more days are frozen than chance explains: the days of many values against reference days of at most as many.
fn more(before: &[Day], now: &[Day], distribution: &ColumnProfile) -> Option<f64> {
    let least = quarter(now, |a, b| a.cmp(&b));
    let now: Vec<Day> = now.iter().filter(|day| day.values >= least).copied().collect();
    let alike: Vec<Day> = before.iter().filter(|day| day.values <= least).copied().collect();
    if alike.len() >= MIN_DAYS {
        return Some(2.0 * fisher(Frozen::of(&now), Frozen::of(&alike)));
    }
    // All reference days hold more values: so many equal ones have to be unlikely in themselves, too.
    let tail = binomial_tail(Frozen::of(&now), chance(distribution, least));
    Some(2.0 * tail.max(fisher(Frozen::of(&now), Frozen::of(before))))
}

/// Whether fewer days are frozen than chance explains: the days of few values against reference days of at least as many.
fn fewer(before: &[Day], now: &[Day]) -> Option<f64> {
    let most = quarter(now, |a, b| b.cmp(&a));
    let now: Vec<Day> = now.iter().filter(|day| day.values <= most).copied().collect();
    let alike: Vec<Day> = before.iter().filter(|day| day.values >= most).copied().collect();
    (alike.len() >= MIN_DAYS).then(|| 2.0 * fisher(Frozen::of(&alike), Frozen::of(&now)))
}

/// The values of the day a quarter down the order.
fn quarter(days: &[Day], order: impl Fn(u64, u64) -> core::cmp::Ordering) -> u64 {
    let mut values: Vec<u64> = days.iter().map(|day| day.values).collect();
    values.order_by(|a, b| order(*a, *b));
    values.get(values.len() / 4).copied().unwrap_or(0)
}

/// What the days say as series, 1 for a frozen day: no less careful where such days come in runs. 0 where the reference never
/// changes.
fn by_series(before: &[Day], now: &[Day]) -> f64 {
    let series = |days: &[Day]| days.iter().map(|day| f64::from(u8::from(day.frozen))).collect::<Vec<f64>>();
    day_level(&series(before), &series(now)).map_or(0.0, |test| test.p_value)
}

/// The chance that as many of all frozen days, or more, are among `many`, if they fell anywhere (one-sided).
fn fisher(many: Frozen, few: Frozen) -> f64 {
    let (n, all, frozen) = (many.days, many.days + few.days, many.frozen + few.frozen);
    let chance = |k: usize| math::exp(ln_choose(n, k) + ln_choose(all - n, frozen - k) - ln_choose(all, frozen));
    (many.frozen..=n.min(frozen)).map(chance).sum()
}

/// The chance of as many frozen days, or more, if each is one with that chance.
fn binomial_tail(days: Frozen, chance: f64) -> f64 {
    if chance >= 1.0 {
        return 1.0;
    }
    if chance <= 0.0 {
        return if days.frozen == 0 { 1.0 } else { 0.0 };
    }
    let (hit, miss) = (math::ln(chance), math::ln_1p(-chance));
    let term = |k: usize| math::exp(ln_choose(days.days, k) + k as f64 * hit + (days.days - k) as f64 * miss);
    (days.frozen..=days.days).map(term).sum()
}

/// ln of n over k: at most 512 factors.
fn ln_choose(n: usize, k: usize) -> f64 {
    (1..=k.min(n - k)).map(|i| math::ln((n + 1 - i) as f64 / i as f64)).sum()
}

/// The chance that `values` independent values of a distribution are equal.
fn chance(distribution: &ColumnProfile, values: u64) -> f64 {
    let equal = |count: u64, of: u64| math::pow(count as f64 / of as f64, values as f64);
    if distribution.is_numeric() {
        let numbers = distribution.compared();
        numbers.cells().iter().map(|cell| equal(cell.count, numbers.len())).sum()
    } else {
        distribution.levels.iter().map(|(_, count)| equal(count, distribution.texts)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `scipy.stats.fisher_exact(..., alternative="greater")` and `scipy.stats.binom.sf`, scipy 1.17.
    #[test]
    fn tails_are_those_of_scipy() {
        for ([frozen, days, before, of], expected) in [
            ([20, 20, 0, 30], 2.121_826_256_767_443_4e-14),
            ([10, 20, 0, 30], 1.798_588_365_135_754_5e-5),
            ([1, 20, 0, 30], 0.4),
            ([7, 20, 5, 50], 0.018_496_662_452_654_88),
            ([20, 20, 30, 30], 1.0),
        ] {
            let p = fisher(Frozen { days, frozen }, Frozen { days: of, frozen: before });
            assert!(math::abs(p / expected - 1.0) < 1e-11, "{frozen} of {days}: {p} {expected}");
        }
        for ((frozen, days, chance), expected) in [
            ((3, 20, 0.03125), 0.023_371_297_425_794_32),
            ((20, 20, 0.5), 9.536_743_164_062_5e-7),
            ((5, 250, 1e-3), 6.376_728_602_546_306e-6),
        ] {
            let p = binomial_tail(Frozen { days, frozen }, chance);
            assert!(math::abs(p / expected - 1.0) < 1e-11, "{frozen} of {days}: {p} {expected}");
        }
    }
}
