//! The test on days: its size where days depend on each other, and its power.

use driftgate_core::hypothesis::day_level;

use super::{LEVELS, Rate, count, samples::Change};

/// Days of the reference.
pub const REFERENCES: [usize; 5] = [20, 60, 125, 250, 500];

/// Days of the window.
pub const WINDOWS: [usize; 3] = [5, 10, 20];

/// How much of a day is left on the next one: the coefficient of AR(1).
pub const PHIS: [f64; 5] = [0.0, 0.3, 0.6, 0.9, 0.98];

/// How often the test rejects at each of the [`LEVELS`]. Window and reference are independent of each other, which is the
/// hard case: a window that follows the reference at once resembles its last days.
#[must_use]
pub fn rates(reference: usize, window: usize, phi: f64, change: Change, replications: u64) -> [Rate; 2] {
    let experiment = format!("days {reference} {window} {phi} {}", change.name);
    let counted = count(&experiment, replications, |random| {
        let before = random.days(reference, phi);
        let mut now = random.days(window, phi);
        now.iter_mut().for_each(|day| *day = change.shift + change.scale * *day);
        let p_value = day_level(&before, &now).map_or(1.0, |test| test.p_value);
        LEVELS.iter().map(|level| p_value <= *level).collect()
    });
    [counted[0], counted[1]]
}
