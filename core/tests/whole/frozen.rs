//! A stuck input: days that hold one value only, where the reference's days never did.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use crate::support;

use driftgate_documents::{DriftVerdict, Finding, FindingKind, Report};
use serde_json::{Value, json};
use support::{Dice, compared, day, finding, lines};

/// So many rows a day, the value of each by its day and place.
fn log(days: usize, rows: usize, value: impl Fn(usize, usize) -> Value) -> String {
    lines((0..days * rows).map(|at| {
        let (of, place) = (at / rows, at % rows);
        json!({"timestamp": day(of), "id": format!("{of}-{place}"), "x": value(of, place)})
    }))
}

/// Values to three decimals that are the same for the same seed, day and place.
fn noise(seed: u64) -> impl Fn(usize, usize) -> f64 {
    move |day, place| {
        let mut dice = Dice(seed * 1_000_003 + day as u64 * 1_009 + place as u64);
        dice.next();
        ((dice.unit() - 0.5) * 4000.0).round() / 1000.0
    }
}

fn moving(seed: u64) -> impl Fn(usize, usize) -> Value {
    let noise = noise(seed);
    move |day, place| json!(noise(day, place))
}

fn of_x<'a>(report: &'a Report, method: &str) -> &'a Finding {
    finding(report, FindingKind::FeatureDrift, "x", method)
}

#[test]
fn an_input_that_hangs_is_drift_wherever_it_hangs() {
    let reference = log(30, 6, moving(1));
    let calm = moving(2);
    let still = |frozen: fn(usize) -> bool, value: fn(usize) -> f64| {
        log(20, 6, |day, place| if frozen(day) { json!(value(day)) } else { calm(day, place) })
    };
    for (current, said) in [
        // The whole window; its second half; every second day; whole days, each on a value of its own.
        (still(|_| true, |_| -0.096), "one value only on 20 of 20 days (0 of 30 days in the reference; p"),
        (still(|day| day >= 10, |_| 0.25), "one value only on 10 of 20 days (0 of 30"),
        (still(|day| day % 2 == 0, |_| 0.25), "one value only on 10 of 20 days (0 of 30"),
        (still(|_| true, |day| noise(7)(day, 0)), "one value only on 20 of 20 days (0 of 30"),
    ] {
        let report = compared("{}", &reference, &current);
        let found = of_x(&report, "ks");
        assert_eq!((found.verdict, report.verdict), (DriftVerdict::Drift, DriftVerdict::Drift), "{}", found.message);
        assert!(found.message.contains(said), "{}", found.message);
    }
}

#[test]
fn one_still_day_of_many_is_said_and_may_be_chance() {
    let calm = moving(2);
    let current = log(20, 6, |day, place| if day == 4 { json!(0.25) } else { calm(day, place) });
    let report = compared("{}", &log(30, 6, moving(1)), &current);
    let found = of_x(&report, "ks");
    assert!(
        found.message.contains("one value only on 1 of 20 days (0 of 30 days in the reference)"),
        "{}",
        found.message
    );
    assert_eq!(report.verdict, DriftVerdict::None, "{}", found.message);
}

#[test]
fn several_inputs_that_hang_are_each_drift() {
    let log = |days: usize, frozen: bool, seed: u64| {
        let value = noise(seed);
        lines((0..days * 6).map(|at| {
            let of = |column: usize| if frozen && column < 2 { 0.5 } else { value(at / 6, 10 * column + at % 6) };
            json!({"timestamp": day(at / 6), "id": at.to_string(), "a": of(0), "b": of(1), "c": of(2)})
        }))
    };
    let report = compared("{}", &log(30, false, 1), &log(20, true, 2));
    let verdict = |column| finding(&report, FindingKind::FeatureDrift, column, "ks").verdict;
    assert_eq!(["a", "b", "c"].map(verdict), [DriftVerdict::Drift, DriftVerdict::Drift, DriftVerdict::None]);
}

#[test]
fn a_value_of_each_day_that_begins_to_move_within_the_day_is_drift() {
    let index = noise(3);
    let reference = log(30, 6, |day, _| json!(index(day, 0)));
    let report = compared("{}", &reference, &log(20, 6, moving(2)));
    let found = of_x(&report, "ks");
    assert_eq!(found.verdict, DriftVerdict::Drift, "{}", found.message);
    assert!(
        found.message.contains("several values a day where 30 of 30 days of the reference had one only"),
        "{}",
        found.message
    );
}

#[test]
fn a_category_that_hangs_on_another_text_each_day_is_drift() {
    let text = |number: f64| json!(["a", "b", "c", "d"][(number.abs() * 1000.0) as usize % 4]);
    let (before, now) = (noise(1), noise(2));
    let reference = log(30, 12, |day, place| text(before(day, place)));
    let calm = compared("{}", &reference, &log(20, 12, |day, place| text(now(day, place))));
    assert_eq!(of_x(&calm, "chi_square").verdict, DriftVerdict::None);
    // Every text on as many days: the shares over the window stay.
    let stuck = compared("{}", &reference, &log(20, 12, |day, _| json!(["a", "b", "c", "d"][day % 4])));
    assert_eq!(of_x(&stuck, "chi_square").verdict, DriftVerdict::Drift, "{}", of_x(&stuck, "chi_square").message);
}

#[test]
fn what_holds_one_value_a_day_by_nature_or_by_chance_is_calm() {
    let drifts = |reference: &str, current: &str, method: &str| {
        let report = compared("{}", reference, current);
        of_x(&report, method).verdict == DriftVerdict::Drift
    };
    let mut alarms = [0; 5];
    for seed in 1..=100 {
        let (a, b) = (noise(2 * seed), noise(2 * seed + 1));
        let coin = |noise: &dyn Fn(usize, usize) -> f64, day, place, share: f64| {
            json!(f64::from(u8::from(noise(day, place) < 4.0 * share - 2.0)))
        };
        // An index: one value a day on both sides, in several rows.
        alarms[0] +=
            usize::from(drifts(&log(30, 6, |day, _| json!(a(day, 0))), &log(20, 6, |day, _| json!(b(day, 0))), "ks"));
        // A day is one row.
        alarms[1] +=
            usize::from(drifts(&log(30, 1, |day, _| json!(a(day, 0))), &log(20, 1, |day, _| json!(b(day, 0))), "ks"));
        // Few rows a day of a rare event: most days hold zeros only.
        alarms[2] += usize::from(drifts(
            &log(30, 3, |day, place| coin(&a, day, place, 0.1)),
            &log(20, 3, |day, place| coin(&b, day, place, 0.1)),
            "ks",
        ));
        // Equal values by chance where days have fewer rows than in the reference.
        alarms[3] += usize::from(drifts(
            &log(30, 3, |day, place| coin(&a, day, place, 0.5)),
            &log(20, 2, |day, place| coin(&b, day, place, 0.5)),
            "ks",
        ));
        // And the other way round.
        alarms[4] += usize::from(drifts(
            &log(30, 2, |day, place| coin(&a, day, place, 0.5)),
            &log(20, 3, |day, place| coin(&b, day, place, 0.5)),
            "ks",
        ));
    }
    // Within the level of 5 % of 100 (binomial: more than 10 once in 88 sets of tests).
    println!("alarms of 100: {alarms:?}");
    assert!(alarms.iter().all(|alarms| *alarms <= 10), "{alarms:?}");
}
