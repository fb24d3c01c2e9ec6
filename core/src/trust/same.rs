//! Whether two logs tell the same outcome of a case, though one may have written it with fewer decimals.

use alloc::format;

use driftgate_documents::Role;

use crate::{
    math,
    profile::score::{label, number},
    table::{Cell, Table},
};

/// The relative distance of two numbers that are one outcome: what 32-bit numbers and six digits of a scientific notation lose.
const RELATIVE: f64 = 1e-6;

/// A log that rounds to steps wider than this share of the range of its actuals may have rounded a difference away.
const FINE: f64 = 0.01;

/// More decimals than these are a number as it was computed, not rounded by anyone.
const FULL: usize = 12;

/// When two outcomes are the same.
#[derive(Clone, Copy, Debug)]
pub struct SameOutcome {
    /// How far apart two numbers may be: half a step of the log that has fewer decimals.
    within: f64,
}

impl SameOutcome {
    /// Of the actuals of two logs.
    #[must_use]
    pub fn of(mine: &Table, theirs: &Table) -> Self {
        let [a, b] = [mine, theirs].map(Written::of);
        let range = a.largest.max(b.largest) - a.least.min(b.least);
        let decimals = a.decimals.min(b.decimals);
        let step = (0..decimals).fold(1.0, |step, _| step / 10.0);
        let fine = decimals < FULL && step <= FINE * range;
        // A step more or less of rounding in binary.
        Self { within: if fine { 0.5 * step * (1.0 + 1e-9) } else { 0.0 } }
    }

    /// Whether two actuals are the same outcome.
    #[must_use]
    pub fn holds(self, a: Cell<'_>, b: Cell<'_>) -> bool {
        match (number(a), number(b)) {
            (Some(a), Some(b)) => {
                let apart = math::abs(a - b);
                apart <= self.within || apart <= RELATIVE * math::abs(a).max(math::abs(b))
            }
            _ => label(a) == label(b),
        }
    }
}

/// How a log writes its actuals.
struct Written {
    decimals: usize,
    least: f64,
    largest: f64,
}

impl Written {
    fn of(log: &Table) -> Self {
        let mut written = Self { decimals: 0, least: f64::INFINITY, largest: f64::NEG_INFINITY };
        let Some(actuals) = log.role(Role::Actual) else { return written };
        for value in log.range().filter_map(|row| number(actuals.get(row))) {
            written.least = written.least.min(value);
            written.largest = written.largest.max(value);
            if written.decimals < FULL {
                let text = format!("{value}");
                let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
                written.decimals = written.decimals.max(decimals);
            }
        }
        written
    }
}
