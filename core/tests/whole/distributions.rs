//! Distributions over bins and levels that windows share: against numpy, and what holds for any values.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use crate::support;

use driftgate_core::door::analyze;
use driftgate_documents::{Counts, Distribution, FindingKind, Report};
use serde_json::{Value, json};
use support::{Dice, close, compared, lines, profile, profile_of, refused, report, schema};

fn log(values: impl IntoIterator<Item = impl Into<Value>>) -> String {
    lines(values.into_iter().enumerate().map(|(at, x)| json!({"id": at, "prediction": 1, "x": x.into()})))
}

fn of<'a>(report: &'a Report, column: &str) -> &'a Distribution {
    report.distributions.iter().find(|found| found.column == column).unwrap()
}

fn of_x(bins: u32, reference: &str, current: &str) -> Distribution {
    of(&compared(&json!({ "distributions": bins }).to_string(), reference, current), "x").clone()
}

fn add_up(counts: &Counts) {
    let sum = counts.counts.iter().sum::<u64>() + counts.below + counts.above + counts.other;
    assert_eq!(sum, counts.values, "{counts:?}");
}

#[test]
fn bins_hold_what_numpy_counts_between_their_edges() {
    let all: Value = serde_json::from_str(include_str!("../../../tests/vectors/distributions.json")).unwrap();
    for case in all["numbers"].as_array().unwrap() {
        let what = case["name"].as_str().unwrap();
        let [reference, current] =
            ["reference", "current"].map(|side| log(case[side]["x"].as_array().unwrap().clone()));
        let found = of_x(case["bins"].as_u64().unwrap() as u32, &reference, &current);
        assert_eq!(json!(found.edges), case["edges"], "{what}");
        assert_eq!((found.kind, &found.baseline), (Some(FindingKind::FeatureDrift), &None), "{what}");
        for (side, counts) in [("reference", found.reference.unwrap()), ("current", found.current.unwrap())] {
            let expected = &case[side];
            add_up(&counts);
            assert_eq!(json!(counts.counts), expected["counts"], "{what} {side}");
            assert_eq!(json!([counts.below, counts.above]), json!([expected["below"], expected["above"]]), "{what}");
            assert_eq!((counts.missing, counts.rank_error), (0, 0.0), "{what}");
            let numbers = [counts.mean, counts.median, counts.min, counts.max].map(Option::unwrap);
            for (name, value) in ["mean", "median", "min", "max"].into_iter().zip(numbers) {
                close(value, expected[name].as_f64().unwrap(), 1e-15, &format!("{what} {side} {name}"));
            }
        }
    }
}

/// Three models of labels; the reference has a column that is missing now, and one of 25 levels.
fn labelled(model: &str, rows: usize) -> String {
    lines((0..rows).map(|row| {
        json!({
            "timestamp": support::day(row / 10), "id": format!("{model}-{row}"), "model": model,
            "prediction": (["up", "down", "up"][row % 3]), "actual": if row % 4 == 0 { Value::Null } else { json!("up") },
            "confidence": 0.5 + (row % 10) as f64 / 20.0,
            "features": {
                "zone": format!("z{:02}", if model == "old" { row % 25 } else { 0 }),
                "amount": match row % 5 { 0 => Value::Null, 1 => json!("n/a"), _ => json!(row) },
                "gone": if model == "old" { json!(1.5) } else { Value::Null },
            }
        })
    }))
}

#[test]
fn columns_come_in_order_and_say_what_they_miss() {
    let [old, new, other] = [labelled("old", 100), labelled("new", 60), labelled("other", 30)];
    let schema = schema(&old);
    let profiles = [&old, &new, &other].map(|log| profile(log, &schema));
    let windows = [("reference", &profiles[0]), ("current", &profiles[1]), ("baseline", &profiles[2])];
    let found = report(r#"{"distributions": 200}"#, &windows);
    let kinds: Vec<_> = found.distributions.iter().map(|one| (one.column.as_str(), one.kind)).collect();
    let input = Some(FindingKind::FeatureDrift);
    let expected = [
        ("amount", input),
        ("gone", input),
        ("zone", input),
        ("prediction", Some(FindingKind::PredictionDrift)),
        ("confidence", Some(FindingKind::ConfidenceDrift)),
        ("actual", None),
    ];
    assert_eq!(kinds, expected);
    for one in &found.distributions {
        for (counts, rows) in [(&one.reference, 100), (&one.current, 60), (&one.baseline, 30)] {
            let counts = counts.as_ref().unwrap();
            add_up(counts);
            assert_eq!(counts.values + counts.missing, rows, "{one:?}");
            assert_eq!(counts.counts.len(), one.levels.len() + one.edges.len().saturating_sub(1), "{one:?}");
        }
    }
    let amount = of(&found, "amount");
    // Whole numbers from 2 to 99, with 20 rows of nothing and 20 of a word.
    assert_eq!((amount.edges.len(), amount.edges[0], amount.edges[98]), (99, 1.5, 99.5));
    assert_eq!(amount.reference.as_ref().map(|counts| (counts.values, counts.missing)), Some((60, 40)));
    let gone = of(&found, "gone");
    assert_eq!(gone.edges, [1.45, 1.55]);
    let nothing = Counts { counts: vec![0], missing: 60, ..Counts::default() };
    assert_eq!(gone.current.as_ref(), Some(&nothing));
    let zone = of(&found, "zone");
    let names: Vec<String> = (0..20).map(|zone| format!("z{zone:02}")).collect();
    assert_eq!(zone.levels, names, "equally frequent levels by name");
    assert_eq!(zone.reference.as_ref().map(|counts| (counts.counts[0], counts.other)), Some((4, 20)));
    assert_eq!(zone.current.as_ref().map(|counts| (counts.counts[0], counts.other)), Some((60, 0)));
    assert_eq!(of(&found, "prediction").levels, ["up", "down"], "the most frequent first");
    assert_eq!(of(&found, "actual").reference.as_ref().map(|counts| (counts.values, counts.missing)), Some((75, 25)));

    let some = report(r#"{"distributions": 10, "columns": ["zone", "actual"]}"#, &windows[1..2]);
    let columns: Vec<_> = some.distributions.iter().map(|one| (&*one.column, one.reference.is_some())).collect();
    assert_eq!(columns, [("zone", false), ("actual", false)]);
}

#[test]
fn nobody_gets_what_was_not_asked_for() {
    let log = labelled("new", 60);
    let profile = profile(&log, &schema(&log));
    let text = analyze("{}", &[("current", &profile)]).unwrap();
    assert!(!text.contains("distributions"));
    for bins in [0, 1, 201, u32::MAX] {
        let error = refused(&json!({ "distributions": bins }).to_string(), &[("current", &profile)]);
        assert_eq!(error, format!("plan: distributions is {bins}; allowed is 2 to 200 bins, such as 40"));
    }
}

#[test]
fn a_kept_log_is_counted_exactly_and_a_large_one_within_its_rank_error() {
    for (rows, whole) in [(40_000_u32, true), (70_000, false)] {
        let mut dice = Dice(7);
        let mut sum = || dice.unit() + dice.unit() + dice.unit();
        let values: Vec<f64> = (0..rows).map(|_| 20.0 * sum() * sum()).collect();
        let log = log(values.iter().copied());
        let schema = schema(&log);
        let found = report(r#"{"distributions": 100}"#, &[("current", &profile(&log, &schema))]);
        let x = of(&found, "x");
        let counts = x.current.clone().unwrap();
        add_up(&counts);
        assert_eq!(counts.rank_error == 0.0, whole);
        let slack = 2.0 * counts.rank_error * f64::from(rows);
        for (bin, edges) in x.edges.windows(2).enumerate() {
            let exact = values.iter().filter(|value| (edges[0]..edges[1]).contains(*value)).count();
            assert!((counts.counts[bin] as f64 - exact as f64).abs() <= slack, "{bin}: {counts:?}");
        }
        // However the log comes: in two parts, the later one first.
        let half = log.match_indices('\n').nth(rows as usize / 3).unwrap().0 + 1;
        let (first, second) = log.as_bytes().split_at(half);
        let parts = profile_of(&[second, first], &schema, None);
        let split = report(r#"{"distributions": 100}"#, &[("current", &parts)]);
        assert_eq!(split.distributions, found.distributions);
    }
}

#[test]
fn any_numbers_have_bins() {
    let mut dice = Dice(11);
    for round in 0..400 {
        // Any bits, bits of about the same size, or steps of one size.
        let (around, bits) = (dice.next(), dice.below(64));
        let unit: f64 = format!("1e{}", dice.below(600) as i32 - 300).parse().unwrap();
        let mut any = || match round % 3 {
            0 => f64::from_bits(dice.next()),
            1 => f64::from_bits(around ^ (dice.next() & ((1 << bits) - 1))),
            _ => dice.below(50) as f64 * unit,
        };
        let mut values = |n: u64| (0..n).map(|_| any()).filter(|value| value.is_finite()).collect::<Vec<_>>();
        let (reference, current) = (values(1 + round % 7), values(1 + round % 5));
        if reference.is_empty() || current.is_empty() {
            continue;
        }
        let bins = 2 + round as u32 % 199;
        let found = of_x(bins, &log(reference.iter().copied()), &log(current.iter().copied()));
        assert!(found.edges.is_sorted_by(|a, b| a < b) && found.edges.iter().all(|edge| edge.is_finite()), "{found:?}");
        assert!((2..=bins as usize + 1).contains(&found.edges.len()), "{found:?}");
        for (counts, values) in [(found.reference.unwrap(), reference), (found.current.unwrap(), current)] {
            add_up(&counts);
            // So few values have no tails.
            assert_eq!((counts.values, counts.below, counts.above), (values.len() as u64, 0, 0), "{values:?}");
            let (least, most) = (values.iter().copied().reduce(f64::min), values.into_iter().reduce(f64::max));
            assert_eq!((counts.min, counts.max), (least, most));
            assert!(counts.mean >= least && counts.mean <= most && counts.median >= least && counts.median <= most);
        }
    }
}
