//! Tests and rules alarm no more often than they say. The simulations are seeded, so these counts never change by chance.
//!
//! A count is held against the number that a rate at its nominal value exceeds once in a thousand times. All tables:
//! `cargo xtask calibrate`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use driftgate_documents::Rule;
use driftgate_tests::calibrate::{
    LEVELS, Rate, days,
    rules::{self, INDEPENDENT, PANELS, Rows, Size},
    samples::{self, CHANGES, NOTHING, TESTS},
};

/// P(X >= count) for X binomial with `of` trials at `rate`, by summing its terms.
fn at_least(count: u64, of: u64, rate: f64) -> f64 {
    let mut term = (0..of).fold(1.0, |term, _| term * (1.0 - rate));
    let mut below = 0.0;
    for k in 0..count {
        below += term;
        term *= (of - k) as f64 / (k + 1) as f64 * rate / (1.0 - rate);
    }
    1.0 - below
}

/// Not above `nominal` by more than chance explains.
#[track_caller]
fn is_held(rate: Rate, nominal: f64, what: &str) {
    let chance = at_least(rate.count, rate.of, nominal);
    assert!(chance > 0.001, "{what}: {} of {} at nominal {nominal}: p = {chance:.1e}", rate.count, rate.of);
}

#[test]
fn the_limit_is_that_of_the_binomial_distribution() {
    // 4 and more heads of 5 fair coins: 6 of 32.
    assert!((at_least(4, 5, 0.5) - 6.0 / 32.0).abs() < 1e-15);
    assert_eq!(at_least(0, 5, 0.5), 1.0);
}

#[test]
fn tests_keep_their_size_on_independent_values_and_have_power() {
    let (calm, moved) = (samples::rates(200, 100, NOTHING, 1_000), samples::rates(200, 100, CHANGES[2], 200));
    for ((test, sizes), powers) in TESTS.iter().zip(calm).zip(moved) {
        LEVELS.iter().zip(sizes).for_each(|(level, rate)| is_held(rate, *level, test.name));
        // Nor do they sleep: chance alone would leave 10 or less of 1,000 once in 10^13.
        assert!(sizes[0].count > 10, "{}: only {} of 1000", test.name, sizes[0].count);
        assert!(test.name == "brown_forsythe" || powers[0].share() > 0.9, "{}: {}", test.name, powers[0].text());
    }
}

#[test]
fn the_test_on_days_keeps_its_size_where_days_depend_on_each_other() {
    for phi in [0.0, 0.3, 0.6, 0.9] {
        let rates = days::rates(250, 20, phi, NOTHING, 1_000);
        LEVELS.iter().zip(rates).for_each(|(level, rate)| is_held(rate, *level, &format!("phi {phi}")));
    }
    assert!(days::rates(250, 20, 0.6, CHANGES[2], 200)[0].share() > 0.5);
}

#[test]
fn reports_alarm_no_more_often_than_they_say() {
    // Up to an autocorrelation of 0.9: panels, and one entity whose values are the factor itself.
    let entity = |rows: &Rows| Rows { common: rows.common.ceil(), ..*rows };
    for (rows, symbols) in PANELS[..5].iter().flat_map(|rows| [(*rows, 10), (entity(rows), 1)]) {
        let size = |days| Size { days, symbols };
        let alarms = rules::rates(&[Rule::ByDay], size(250), size(10), rows, NOTHING, 200)[0];
        is_held(alarms.any, 0.05, &format!("{}, {symbols} rows a day", rows.name));
    }
    let size = |days| Size { days, symbols: 10 };
    let alarms = rules::rates(&[Rule::Rows], size(10), size(10), INDEPENDENT, NOTHING, 500)[0];
    is_held(alarms.any, 0.05, "rows");
    let seen = rules::rates(&[Rule::ByDay], size(125), size(10), INDEPENDENT, CHANGES[2], 50)[0];
    assert!(seen.first.share() > 0.9, "one standard deviation is seen: {}", seen.first.text());
}
