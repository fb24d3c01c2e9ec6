//! The tests that compare models: their size on daily loss differences that depend on each other, on panels, and their power.

use driftgate_core::{
    Skip,
    hypothesis::{block_bootstrap, clustered, day_mean, diebold_mariano, newey_west, paired_t, two_way},
    math::sqrt,
};

use super::{LEVELS, Random, Rate, count};

/// Days on which both models are known.
pub const DAYS: [usize; 3] = [60, 125, 250];

/// How the differences of days depend on each other; their variance is 1.
#[derive(Clone, Copy, Debug)]
pub struct Days {
    /// What the documents call it.
    pub name: &'static str,
    /// The coefficient of AR(1), in [0, 1).
    pub phi: f64,
    /// The share of the variance that is noise of the day alone, in [0, 1].
    pub noise: f64,
}

/// Every kind of days that is simulated.
pub const SERIES: [Days; 6] = [
    Days { name: "AR(1) 0", phi: 0.0, noise: 0.0 },
    Days { name: "AR(1) 0.3", phi: 0.3, noise: 0.0 },
    Days { name: "AR(1) 0.5", phi: 0.5, noise: 0.0 },
    Days { name: "AR(1) 0.8", phi: 0.8, noise: 0.0 },
    Days { name: "AR(1) 0.9", phi: 0.9, noise: 0.0 },
    Days { name: "half AR(1) 0.9, half noise", phi: 0.9, noise: 0.5 },
];

/// Rows a day of a panel.
pub const SYMBOLS: usize = 31;

/// Draws of the block bootstrap.
const DRAWS: u32 = 499;

type PValue<Of> = fn(&Of) -> Result<f64, Skip>;

/// The tests of a mean of daily differences, by name.
pub const DAY_TESTS: [(&str, PValue<Vec<f64>>); 5] = [
    ("paired_t", |days| Ok(paired_t(days)?.p_value)),
    ("diebold_mariano, horizon 1", |days| Ok(diebold_mariano(days, 1)?.test.p_value)),
    ("newey_west", |days| Ok(newey_west(days)?.test.p_value)),
    ("block_bootstrap", |days| Ok(block_bootstrap(days, 0.05, DRAWS, 1)?.p_value)),
    ("day_mean", |days| Ok(day_mean(days)?.p_value)),
];

/// The tests of a mean of rows, by name.
pub const PANEL_TESTS: [(&str, PValue<Panel>); 5] = [
    ("paired_t, rows", |panel| Ok(paired_t(&panel.rows)?.p_value)),
    ("clustered, by symbol", |panel| Ok(clustered(panel.mean(), &panel.scores(), &panel.symbols())?.p_value)),
    ("clustered, by day", |panel| Ok(clustered(panel.mean(), &panel.scores(), &panel.days())?.p_value)),
    ("two_way", |panel| Ok(two_way(panel.mean(), &panel.scores(), &panel.days(), &panel.symbols())?.p_value)),
    ("day_mean", |panel| Ok(day_mean(&panel.daily())?.p_value)),
];

/// Differences of loss of [`SYMBOLS`] rows a day, day after day.
pub struct Panel {
    rows: Vec<f64>,
}

impl Panel {
    /// Half of a row's variance is common to the day; that part is AR(1).
    fn of(random: &mut Random, days: usize, phi: f64) -> Self {
        let half = sqrt(0.5);
        let common = random.days(days, phi);
        let row = |day: &f64| half * day + half * random.normal();
        Self { rows: common.iter().flat_map(|day| [day; SYMBOLS]).map(row).collect() }
    }

    fn mean(&self) -> f64 {
        self.rows.iter().sum::<f64>() / self.rows.len() as f64
    }

    fn scores(&self) -> Vec<f64> {
        let mean = self.mean();
        self.rows.iter().map(|row| (row - mean) / self.rows.len() as f64).collect()
    }

    fn days(&self) -> Vec<u32> {
        (0..self.rows.len()).map(|row| (row / SYMBOLS) as u32).collect()
    }

    fn symbols(&self) -> Vec<u32> {
        (0..self.rows.len()).map(|row| (row % SYMBOLS) as u32).collect()
    }

    fn daily(&self) -> Vec<f64> {
        self.rows.chunks_exact(SYMBOLS).map(|rows| rows.iter().sum::<f64>() / SYMBOLS as f64).collect()
    }
}

/// At each of the [`LEVELS`]; a skipped test does not reject.
fn rejects<Of>(test: PValue<Of>, sample: &Of) -> [bool; 2] {
    let p_value = test(sample).unwrap_or(1.0);
    LEVELS.map(|level| p_value <= level)
}

/// How often each of the [`DAY_TESTS`] rejects at each of the [`LEVELS`], where the mean is `shift` standard deviations of a day.
#[must_use]
pub fn day_rates(days: usize, series: Days, shift: f64, replications: u64) -> Vec<[Rate; 2]> {
    let experiment = format!("comparisons {days} {} {shift}", series.name);
    let (slow, own) = (sqrt(1.0 - series.noise), sqrt(series.noise));
    let counted = count(&experiment, replications, |random| {
        let levels = random.days(days, series.phi);
        let differences: Vec<f64> = levels.iter().map(|day| shift + slow * day + own * random.normal()).collect();
        DAY_TESTS.iter().flat_map(|(_, test)| rejects(*test, &differences)).collect()
    });
    counted.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect()
}

/// How often each of the [`PANEL_TESTS`] rejects at each of the [`LEVELS`], though the mean is 0.
#[must_use]
pub fn panel_rates(days: usize, phi: f64, replications: u64) -> Vec<[Rate; 2]> {
    let counted = count(&format!("comparisons of a panel {days} {phi}"), replications, |random| {
        let panel = Panel::of(random, days, phi);
        PANEL_TESTS.iter().flat_map(|(_, test)| rejects(*test, &panel)).collect()
    });
    counted.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect()
}
