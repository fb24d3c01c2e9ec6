//! Drift findings of whole logs: the verdict by days against numpy, and one small log for every other sentence.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use crate::support;

use driftgate_core::{door::ProfileHandle, math};
use driftgate_documents::{Cases, DriftVerdict, Fate, FindingKind, InferOptions, Report, Severity, State, Task};
use serde_json::{Value, json};
use support::{close, compared, day, entry, finding, lines, profile, refused, report, schema, schema_with};

const DRIFT: DriftVerdict = DriftVerdict::Drift;
const CALM: DriftVerdict = DriftVerdict::None;

/// `rows` rows of one feature, two a day.
fn feature(rows: usize, value: impl Fn(usize) -> Value) -> String {
    lines((0..rows).map(|at| json!({"timestamp": day(at / 2), "id": format!("i{at}"), "x": value(at), "y": at % 7})))
}

#[test]
fn the_verdict_by_days_is_that_of_numpy() {
    let all: Value = serde_json::from_str(include_str!("../../../tests/vectors/panels.json")).unwrap();
    for panel in all["panels"].as_array().unwrap() {
        let log = |side: &str| {
            let columns = panel[side].as_object().unwrap();
            let (days, symbols) =
                (columns["calm"].as_array().unwrap().len(), columns["calm"][0].as_array().unwrap().len());
            lines((0..days * symbols).map(|at| {
                let (date, symbol) = (at / symbols, at % symbols);
                let mut row = json!({"timestamp": day(date), "id": format!("{side}{at}")});
                columns.iter().for_each(|(name, values)| row[name] = values[date][symbol].clone());
                row
            }))
        };
        let report = compared("{}", &log("reference"), &log("current"));
        for (column, expected) in panel["expected"].as_object().unwrap() {
            let what = format!("{} {column}", panel["name"]);
            let method = if column.ends_with("word") { "chi_square" } else { "ks" };
            let found = finding(&report, FindingKind::FeatureDrift, column, method);
            let number = |value: &Value| value.as_f64().unwrap();
            let smallest = expected["p"].as_array().unwrap().iter().map(number).min_by(f64::total_cmp);
            close(found.effect.unwrap(), number(&expected["effect"]), 1e-12, &what);
            assert_eq!((found.p_value.is_some(), found.p_adjusted.is_some()), (smallest.is_some(), smallest.is_some()));
            if let Some(smallest) = smallest {
                close(found.p_value.unwrap(), smallest, 1e-9, &what);
                close(found.p_adjusted.unwrap(), number(&expected["p_adjusted"]), 1e-9, &what);
            }
            close(found.n_effective_reference.unwrap(), number(&expected["n_eff"][0]), 1e-9, &what);
            close(found.n_effective_current.unwrap(), number(&expected["n_eff"][1]), 1e-9, &what);
            assert_eq!(serde_json::to_value(found.verdict).unwrap(), expected["verdict"], "{what}: {}", found.message);
            assert_eq!(found.severity.is_some(), found.verdict == DRIFT, "{what}");
        }
    }
}

#[test]
fn a_spread_that_never_changed_is_left() {
    // Each day holds -1, 0 and 1, and now three times that: the mean stays, a third of the rows lies outside on each side.
    let log = |by: i64| {
        lines(
            (0..90).map(|at| json!({"timestamp": day(at / 3), "id": format!("i{at}"), "x": (at as i64 % 3 - 1) * by})),
        )
    };
    let of = |by: i64| {
        let report = compared("{}", &log(1), &log(by));
        let found = finding(&report, FindingKind::FeatureDrift, "x", "ks").clone();
        (found.effect.unwrap(), found.verdict, found.outside)
    };
    assert_eq!(of(1), (0.0, CALM, false));
    let (effect, verdict, outside) = of(3);
    close(effect, 1.0 / 3.0, 1e-12, "KS");
    assert_eq!((verdict, outside), (DRIFT, true));
}

#[test]
fn missing_values_are_a_finding_of_their_own() {
    let reference = feature(100, |at| json!(at % 10));
    let with = |missing: usize| feature(100, move |at| if at < missing { Value::Null } else { json!(at % 10) });
    let of = |missing: usize| {
        let report = compared("{}", &reference, &with(missing));
        let found = finding(&report, FindingKind::Missingness, "x", "missing_share").clone();
        (found.effect.unwrap(), found.verdict, found.severity)
    };
    // The bands: 0.10 counts, 0.13 is minor, 0.20 moderate, 0.28 critical; all inclusive.
    assert_eq!(of(9), (0.09, CALM, None));
    assert_eq!(of(10), (0.1, DRIFT, Some(Severity::Minor)));
    assert_eq!(of(20), (0.2, DRIFT, Some(Severity::Moderate)));
    assert_eq!(of(28), (0.28, DRIFT, Some(Severity::Critical)));
    // The report is drift where a finding reaches fail_on.
    let verdict = |plan: &str, missing: usize| compared(plan, &reference, &with(missing)).verdict;
    assert_eq!((verdict("{}", 10), verdict("{}", 20)), (CALM, DRIFT), "moderate by default");
    assert_eq!((verdict(r#"{"fail_on":"minor"}"#, 10), verdict(r#"{"fail_on":"minor"}"#, 9)), (DRIFT, CALM));
    assert_eq!((verdict(r#"{"fail_on":"critical"}"#, 20), verdict(r#"{"fail_on":"critical"}"#, 28)), (CALM, DRIFT));
    let none = compared("{}", &reference, &with(0));
    assert!(!none.findings.iter().any(|found| found.kind == FindingKind::Missingness));
}

#[test]
fn what_is_not_finite_is_counted_and_otherwise_missing() {
    let log = |nothing: [&str; 3]| {
        let value = |at: usize| nothing.get(at).map_or_else(|| (at % 10).to_string(), ToString::to_string);
        let row = |at: usize| format!("{{\"timestamp\":\"{}\",\"id\":\"i{at}\",\"x\":{}}}\n", day(at / 2), value(at));
        (0..100).map(row).collect::<String>()
    };
    let reference = feature(100, |at| json!(at % 10));
    let (with, without) = (log(["NaN", "-Infinity", "1e999"]), log(["null", "null", "null"]));
    let (with, without) = (compared("{}", &reference, &with), compared("{}", &reference, &without));
    assert_eq!(with.current.unwrap().not_finite.get("x"), Some(&3));
    assert!(without.current.unwrap().not_finite.is_empty());
    assert_eq!(with.findings, without.findings);
}

#[test]
fn new_categories_other_types_and_columns_on_one_side_are_said() {
    let words = |new: usize| feature(200, move |at| json!(if at < new { "new" } else { ["a", "b"][at % 2] }));
    let of = |new: usize| {
        let report = compared("{}", &words(0), &words(new));
        let found = finding(&report, FindingKind::NewCategory, "x", "new_share").clone();
        assert!(found.message.contains("`new` never stood in the reference"), "{}", found.message);
        (found.effect.unwrap(), found.verdict)
    };
    assert_eq!(of(1), (0.005, CALM));
    // From one row in a hundred and five rows on.
    assert_eq!((of(2), of(5)), ((0.01, CALM), (0.025, DRIFT)));
    let numbers = feature(200, |at| json!(at % 5));
    let changed = compared("{}", &numbers, &words(0));
    let kind = finding(&changed, FindingKind::SchemaChange, "x", "type");
    assert_eq!((kind.verdict, kind.severity), (DRIFT, Some(Severity::Critical)));
    assert!(kind.message.contains("held numbers and now holds text"), "{}", kind.message);
    let without = lines((0..200).map(|at| json!({"timestamp": day(at / 2), "id": format!("i{at}"), "y": at % 7})));
    let gone = compared("{}", &numbers, &without);
    let found = finding(&gone, FindingKind::SchemaChange, "x", "presence");
    assert!(found.message.contains("is gone") && gone.verdict == DRIFT, "{}", found.message);
    let come = compared("{}", &without, &numbers);
    assert!(finding(&come, FindingKind::SchemaChange, "x", "presence").message.contains("is not in the reference"));
    // Only asked columns are looked at.
    let both =
        lines((0..200).map(|at| json!({"timestamp": day(at / 2), "id": format!("i{at}"), "x": at % 5, "z": at % 7})));
    let one = lines((0..200).map(|at| json!({"timestamp": day(at / 2), "id": format!("i{at}"), "z": at % 7})));
    let only = compared(r#"{"columns":["z"]}"#, &both, &one);
    assert_eq!((only.verdict, only.findings.iter().any(|found| found.column.as_deref() == Some("x"))), (CALM, false));
}

#[test]
fn another_regime_of_the_last_days_counts_if_the_mix_changed_or_the_reference_hardly_knew_it() {
    let verdict = |reference: &str, current: &str| {
        let log = |regimes: &str| {
            lines(regimes.chars().enumerate().map(|(at, regime)| {
                json!({"timestamp": day(at), "id": format!("i{at}"), "regime": regime.to_string(), "x": at % 3})
            }))
        };
        let report = compared("{}", &log(reference), &log(current));
        finding(&report, FindingKind::RegimeDrift, "regime", "total_variation").verdict
    };
    // 100 days of normal and crash; the last five days of the current log are of the crash.
    let days = |crash_first: usize, crash_last: usize| {
        format!("{}{}{}", "c".repeat(crash_first), "n".repeat(100 - crash_first - crash_last), "c".repeat(crash_last))
    };
    assert_eq!(verdict(&days(8, 0), &days(0, 8)), CALM, "the same mix in another order");
    assert_eq!(verdict(&days(5, 0), &days(0, 14)), CALM, "0.09 apart, and known");
    assert_eq!(verdict(&days(5, 0), &days(0, 16)), DRIFT, "0.11 apart");
    assert_eq!(verdict(&days(4, 0), &days(0, 5)), DRIFT, "0.01 apart, and hardly known");
}

#[test]
fn the_regime_is_that_of_the_last_five_days_and_ties_go_to_the_later_day() {
    let log = |regimes: &str| {
        lines(regimes.chars().enumerate().map(|(at, regime)| {
            json!({"timestamp": day(at), "id": format!("i{at}"), "regime": regime.to_string(), "x": at % 3})
        }))
    };
    let shift = |reference: &str, current: &str| {
        let report = compared("{}", &log(reference), &log(current));
        finding(&report, FindingKind::RegimeDrift, "regime", "total_variation").message.clone()
    };
    for (reference, current, said) in [
        ("nnnnnnnnnn", "nnnnnnnnnn", "Regime stable (n)"),
        ("nnnnnnnnnn", "nnnnnnnccc", "Regime n -> c"),
        ("nnnnnnnnnn", "nnnnnnnncc", "Regime stable (n)"),
        ("nnnnnnnnnn", "nnnnnhnncc", "Regime n -> c"),
        ("nnnnnnnnnn", "nnnnnhccnn", "Regime stable (n)"),
        ("ccccnnnn", "ccccccc", "Regime n -> c"),
        ("nnnncccc", "ccccccc", "Regime stable (c)"),
    ] {
        let message = shift(reference, current);
        assert!(message.starts_with(said), "{reference} {current}: {message}");
    }
}

/// A regressor whose errors are these on the days of a window, three rows a day.
fn errors(days: usize, error: impl Fn(usize) -> f64) -> String {
    lines((0..days * 3).map(|at| {
        let actual = 100.0 + (at % 11) as f64;
        let wave = 1.0 + 0.02 * ((at / 3) % 4) as f64;
        json!({"timestamp": day(at / 3), "id": format!("i{at}"), "base": actual - 2.0, "actual": actual,
            "prediction": actual + wave * error(at)})
    }))
}

#[test]
fn decay_needs_a_threshold_and_significance() {
    let decay = |plan: &str, factor: f64, metric: &str| {
        let report = compared(plan, &errors(40, |_| 1.0), &errors(20, |_| factor));
        let found = finding(&report, FindingKind::PerformanceDecay, "", metric).clone();
        close(found.effect.unwrap(), factor - 1.0, 1e-9, metric);
        assert!(found.message.contains("the naive forecast's moved +0.0 %"), "{}", found.message);
        (found.verdict, found.severity)
    };
    let (moderate, critical) = (Some(Severity::Moderate), Some(Severity::Critical));
    assert_eq!(decay("{}", 1.19, "mae"), (CALM, None));
    assert_eq!(decay("{}", 1.21, "mae"), (DRIFT, critical));
    let price = r#"{"kind":"price_predictor"}"#;
    assert_eq!(decay(price, 1.09, "mae"), (CALM, None));
    assert_eq!(decay(price, 1.11, "mae"), (DRIFT, moderate));
    assert_eq!(decay(price, 1.16, "mae"), (DRIFT, critical));
    assert_eq!(decay(price, 1.16, "rmse"), (DRIFT, moderate));
    assert_eq!(decay(price, 1.21, "rmse"), (DRIFT, critical));
    let risk = r#"{"kind":"risk_assessor"}"#;
    assert_eq!(decay(risk, 1.07, "mae"), (CALM, None));
    assert_eq!(decay(risk, 1.09, "mae"), (DRIFT, moderate));
    assert_eq!(decay(risk, 1.11, "mae"), (DRIFT, critical));
    assert_eq!(decay("{}", 0.5, "mae"), (CALM, None), "better is no decay");
    // Every eighth day of the reference is wild, one of the five now is: the mean rises, and it is no evidence.
    let wild = compared(
        "{}",
        &errors(40, |at| if at / 3 % 8 == 0 { 6.0 } else { 1.0 }),
        &errors(5, |at| if at < 3 { 6.0 } else { 1.0 }),
    );
    let found = finding(&wild, FindingKind::PerformanceDecay, "", "mae");
    assert!(found.effect.unwrap() > 0.2 && found.p_value.unwrap() > 0.05 && found.verdict == CALM, "{}", found.message);
    assert!(found.message.contains("may be chance"), "{}", found.message);
}

#[test]
fn decay_says_since_when() {
    let reference = errors(40, |_| 1.0);
    let since = |plan: &str, current: &dyn Fn(usize) -> f64| {
        let report = compared(plan, &reference, &errors(30, |at| current(at / 3)));
        let found = finding(&report, FindingKind::PerformanceDecay, "", "mae").clone();
        assert_eq!(found.verdict, DRIFT, "{}", found.message);
        (found.since, found.state)
    };
    let dated = |at: usize, state: State| (Some(day(at)[..10].to_string()), Some(state));
    // Ten days of which k have errors 60 % larger: +6 k %, so the fourth bad day makes 20 %.
    let late = |day: usize| if day < 10 { 1.0 } else { 1.6 };
    assert_eq!(since("{}", &late), dated(13, State::Continuing));
    // Of three days two make +40 %, one +20 % less what the wave of the days takes.
    assert_eq!(since(r#"{"rolling":3}"#, &late), dated(11, State::Continuing));
    let early = |day: usize| if day < 15 { 1.6 } else { 1.0 };
    assert_eq!(since("{}", &early), dated(9, State::Cleared));
    let last = |day: usize| if day < 26 { 1.15 } else { 2.0 };
    assert_eq!(since(r#"{"rolling":30}"#, &last), dated(29, State::New));
    // Too few days for a window.
    assert_eq!(since("{}", &|_| 1.6).1, Some(State::Continuing));
    let few = compared("{}", &reference, &errors(9, |_| 1.6));
    let found = finding(&few, FindingKind::PerformanceDecay, "", "mae");
    assert_eq!((found.verdict, &found.since, found.state), (DRIFT, &None, None));
}

#[test]
fn errors_that_grow_as_the_naive_ones_are_the_worlds() {
    // The last value is `gap` away from what happens, the prediction `error`.
    let log = |days: usize, gap: f64, error: f64| {
        lines((0..days * 3).map(|at| {
            let wave = 1.0 + 0.02 * ((at / 3) % 4) as f64;
            json!({"timestamp": day(at / 3), "id": format!("i{at}"), "base": 100.0 - gap * wave, "actual": 100.0,
                "prediction": 100.0 + error * wave})
        }))
    };
    let severity = |gap: f64, error: f64, metric: &str| {
        let report = compared("{}", &log(40, 2.0, 1.0), &log(20, gap, error));
        let found = finding(&report, FindingKind::PerformanceDecay, "", metric).clone();
        assert_eq!(found.verdict, DRIFT, "{}", found.message);
        (found.severity, found.message.contains(": the world changed, not the model (skill 0.5 -> 0.5)"))
    };
    for metric in ["mae", "mape"] {
        assert_eq!(severity(4.0, 2.0, metric), (Some(Severity::Minor), true));
        assert_eq!(severity(2.0, 2.0, metric), (Some(Severity::Critical), false));
        // The naive forecast moved by less than nine tenths as much.
        assert_eq!(severity(3.7, 2.0, metric), (Some(Severity::Critical), false));
    }
    // Without a last value there is no percentage to judge, and by rows there is no test of it.
    let plain = compared("{}", &log(40, f64::NAN, 1.0).replace("\"base\":null,", ""), &log(20, f64::NAN, 2.0));
    let has_mape = |report: &Report| report.findings.iter().any(|found| found.method == "mape");
    assert!(!has_mape(&plain) && !has_mape(&compared(r#"{"rule":"rows"}"#, &log(40, 2.0, 1.0), &log(20, 2.0, 2.0))));
}

#[test]
fn a_reference_worth_two_days_leaves_decay_open() {
    // Errors that only grow: 30 days, each as the day before it.
    let reference = errors(30, |at| 1.0 + (at / 3) as f64);
    let report = compared("{}", &reference, &errors(10, |_| 60.0));
    let found = finding(&report, FindingKind::PerformanceDecay, "", "mae");
    assert!(found.n_effective_reference.unwrap() < 3.0, "{:?}", found.n_effective_reference);
    assert_eq!((found.verdict, found.p_value), (DriftVerdict::Inconclusive, None), "{}", found.message);
    assert!(found.message.contains("depend too much on each other"), "{}", found.message);
}

#[test]
fn the_decay_of_several_models_is_one_family_of_tests() {
    // |error| is 1 and 3 by turns, then 0.42 more: means 2 and 2.42, variances 1, 50 rows each, z = 0.42 / 0.2 = 2.1.
    // scipy 1.17: 2 * norm.sf(2.1)
    const P: f64 = 0.035_728_841_125_633_085;
    let log = |models: &[(&str, f64)]| {
        lines(models.iter().flat_map(|(model, more)| {
            (0..50).map(move |at| {
                let actual = 100.0 + (at % 11) as f64 / 8.0;
                json!({"timestamp": day(at / 3), "id": format!("i{at}"), "model": model, "actual": actual,
                    "prediction": actual + (1 + at % 2 * 2) as f64 + more})
            })
        }))
    };
    let decay = |plan: &str, models: &[(&str, f64)], model: &str| {
        let calm: Vec<(&str, f64)> = models.iter().map(|(model, _)| (*model, 0.0)).collect();
        let report = compared(plan, &log(&calm), &log(models));
        let of = |found: &&driftgate_documents::Finding| found.method == "mae" && found.slice["model"] == model;
        report.findings.iter().find(of).expect("a finding").clone()
    };
    let is = |plan: &str, models: &[(&str, f64)], p_adjusted: f64, verdict: DriftVerdict| {
        let found = decay(plan, models, "a");
        close(found.p_value.unwrap(), P, 1e-9, plan);
        close(found.p_adjusted.unwrap(), p_adjusted, 1e-9, plan);
        assert_eq!(found.verdict, verdict, "{}", found.message);
        found
    };
    is(r#"{"rule":"rows"}"#, &[("a", 0.42)], P, DRIFT);
    is(r#"{"rule":"rows","alpha":0.03}"#, &[("a", 0.42)], P, CALM);
    // Benjamini-Hochberg: the smaller of two p-values doubles, two equal ones stay.
    let chance = is(r#"{"rule":"rows"}"#, &[("a", 0.42), ("b", 0.0)], 2.0 * P, CALM);
    assert!(chance.message.contains("(+21.0 %, which may be chance)"), "{}", chance.message);
    is(r#"{"rule":"rows"}"#, &[("a", 0.42), ("b", 0.42)], P, DRIFT);
    is(r#"{"rule":"rows","adjust":"bonferroni"}"#, &[("a", 0.42), ("b", 0.42)], 2.0 * P, CALM);
    is(r#"{"rule":"rows","adjust":"none"}"#, &[("a", 0.42), ("b", 0.0)], P, DRIFT);
}

#[test]
fn rules_read_the_same_distance_differently() {
    // 200 numbers 0..99 twice, moved by 16: KS is 0.16, as 16 of 100 values leave at either end.
    let log = |by: usize| lines((0..200).map(|at| json!({"id": format!("i{at}"), "x": at % 100 + by})));
    let verdict = |plan: &str, by: usize| {
        let report = compared(plan, &log(0), &log(by));
        let found = finding(&report, FindingKind::FeatureDrift, "x", "ks");
        close(found.effect.unwrap(), by as f64 / 100.0, 1e-12, plan);
        (found.rule.clone(), found.verdict, found.severity)
    };
    // Exact p-values of scipy.stats.ks_2samp for n = m = 200: D = 0.13 0.0680, 0.14 0.0396, 0.16 0.0118, 0.20 0.00065.
    let (minor, moderate) = (Some(Severity::Minor), Some(Severity::Moderate));
    assert_eq!(verdict("{}", 13), ("rows".into(), CALM, None), "material, not significant");
    assert_eq!(verdict("{}", 14), ("rows".into(), DRIFT, minor));
    assert_eq!(verdict(r#"{"alpha":0.01}"#, 16), ("rows".into(), CALM, None));
    assert_eq!(verdict("{}", 20), ("rows".into(), DRIFT, moderate), "the bands are inclusive");
    assert_eq!(verdict(r#"{"rule":"any"}"#, 14).1, DRIFT);
    // The latest hundred rows hold each number once.
    let timed = |by: usize| {
        lines((0..200).map(|at| json!({"timestamp": day(at / 100), "id": format!("i{at}"), "x": at % 100 + by})))
    };
    let window = |by: usize| {
        let report = compared(r#"{"rule":"window"}"#, &timed(0), &timed(by));
        let found = finding(&report, FindingKind::FeatureDrift, "x", "ks");
        close(found.effect.unwrap(), by as f64 / 100.0, 1e-12, "window");
        found.verdict
    };
    assert_eq!((window(15), window(16)), (CALM, DRIFT), "above 0.15, not from it on");
    let by_day = compared(r#"{"rule":"by_day"}"#, &log(0), &log(50));
    assert!(by_day.skipped.iter().any(|skipped| skipped.reason.contains("no times")), "{:?}", by_day.skipped);
}

/// The two texts of late rows.
const LATE: [&str; 2] = ["late", "later"];

/// Three hundred rows by the minute and twenty without a time, in any order. The last hundred hold 0..49 twice.
fn drifting(shuffle: u64) -> String {
    let row = |at: usize| {
        let (x, of) = if at < 200 { (1005, "early") } else { (at % 50, LATE[at % 2]) };
        let time = format!("2020-01-01T{:02}:{:02}:00Z", at / 60, at % 60);
        json!({"timestamp": time, "id": format!("i{at}"), "x": x, "of": of})
    };
    let timeless = (0..20).map(|at| json!({"id": format!("z{at}"), "x": 5000, "of": "early"}));
    let mut rows: Vec<Value> = (0..300).map(row).chain(timeless).collect();
    support::Dice(shuffle).shuffle(&mut rows);
    lines(rows)
}

#[test]
fn the_rule_window_compares_with_the_latest_hundred_rows_of_the_reference() {
    // KS by hand: 0..49 moved by 7 leave 7 of 50 at either end, by 8 leave 8 of 50. The mean is 24.5 + what it moved.
    let current = |by: usize| {
        lines((0..50).map(|at| json!({"timestamp": day(0), "id": format!("c{at}"), "x": at + by, "of": LATE[at % 2]})))
    };
    let of = |by: usize, shuffle: u64| {
        let report = compared(r#"{"rule":"window"}"#, &drifting(shuffle), &current(by));
        let found = finding(&report, FindingKind::FeatureDrift, "x", "ks").clone();
        close(found.effect.unwrap(), by as f64 / 50.0, 1e-12, "KS");
        close(found.reference.unwrap(), 24.5, 1e-12, "the mean of the hundred rows");
        assert_eq!((found.n_reference, found.n_current, found.threshold), (100, 50, Some(0.15)));
        // The texts of the hundred rows are those of now: total variation 0, not 220 / 320.
        assert_eq!(finding(&report, FindingKind::FeatureDrift, "of", "chi_square").effect, Some(0.0));
        assert!(!report.skipped.iter().any(|skipped| skipped.method == "window"), "{:?}", report.skipped);
        (found.verdict, serde_json::to_string(&report.findings).unwrap())
    };
    assert_eq!((of(7, 1).0, of(8, 1).0), (CALM, DRIFT));
    assert_eq!(of(8, 1), of(8, 2), "whatever the order of the rows");
    // What never stood in the reference is still asked of all of it: the early rows hold `early` and 1005.
    let early = lines((0..50).map(|at| json!({"timestamp": day(0), "id": format!("c{at}"), "x": 1005, "of": "early"})));
    let report = compared(r#"{"rule":"window"}"#, &drifting(1), &early);
    let kinds = [FindingKind::NewCategory, FindingKind::OutOfRange];
    assert!(!report.findings.iter().any(|found| kinds.contains(&found.kind)), "{:?}", report.findings);
    assert_eq!(finding(&report, FindingKind::FeatureDrift, "x", "ks").effect, Some(1.0));
}

#[test]
fn the_rule_window_does_not_take_the_largest_of_rows_of_one_time() {
    let log = |ids: bool| {
        lines((0..500).map(|at| {
            let id = if ids { format!("i{at:03}") } else { String::new() };
            json!({"timestamp": day(0), "id": id, "x": 2 * at})
        }))
    };
    for ids in [true, false] {
        let report = compared(r#"{"rule":"window"}"#, &log(ids), &log(true));
        let mean = finding(&report, FindingKind::FeatureDrift, "x", "ks").reference.unwrap();
        // The mean of 100 drawn from 0, 2, ..998 is 499, with a standard error of 26; the last hundred have 899.
        assert!((400.0..600.0).contains(&mean), "{mean}");
    }
}

#[test]
fn the_rule_window_takes_fewer_rows_or_one_models_or_the_whole_as_it_must() {
    let row = |at: usize, model: &str, x: usize| json!({"timestamp": day(at / 10), "id": format!("{model}{at}"), "model": model, "x": x});
    let n_reference = |reference: &str, current: &str| {
        let report = compared(r#"{"rule":"window","model":"m"}"#, reference, current);
        let found = finding(&report, FindingKind::FeatureDrift, "x", "ks");
        (found.n_reference, found.effect.unwrap())
    };
    let current = lines((0..60).map(|at| row(at, "m", at % 20)));
    // Sixty rows are fewer than a hundred; rows of another model do not count, however late.
    assert_eq!(n_reference(&current, &current), (60, 0.0));
    let both = lines((0..160).map(|at| row(at, "m", at % 20)).chain((160..300).map(|at| row(at, "n", 7000))));
    assert_eq!(n_reference(&both, &current), (100, 0.0));
    // A log that is not kept whole has no latest rows: half of it is 0 and half 1, its latest are 1.
    let large: String = (0..65_540)
        .map(|at| format!("{{\"timestamp\":\"{}\",\"id\":\"i{at}\",\"x\":{}}}\n", day(at / 32_770), at / 32_770))
        .collect();
    let now = lines((0..40).map(|at| json!({"timestamp": day(0), "id": format!("c{at}"), "x": 1})));
    let report = compared(r#"{"rule":"window"}"#, &large, &now);
    let found = finding(&report, FindingKind::FeatureDrift, "x", "ks");
    assert_eq!((found.n_reference, found.effect), (65_540, Some(0.5)));
    let said = report.skipped.iter().find(|skipped| skipped.method == "window").unwrap();
    assert!(said.reason.contains("with all of its rows, not with the latest 100"), "{}", said.reason);
}

#[test]
fn bad_rows_over_the_limit_refuse_the_log_and_name_the_lines() {
    let good = feature(98, |at| json!(at));
    let bad = |lines: usize| good.clone() + &"{\"x\":\n".repeat(lines);
    let schema = schema(&good);
    let of = |log: &str| profile(log, &schema);
    let said = refused("{}", &[("current", &of(&bad(2)))]);
    assert!(said.contains("2 of 100 rows could not be read (2.0 %, allowed 1") && said.contains("log:99:"), "{said}");
    assert_eq!(report(r#"{"max_bad_rows":0.02}"#, &[("current", &of(&bad(2)))]).current.unwrap().bad_rows, 2);
    assert!(refused(r#"{"max_bad_rows":0.0199}"#, &[("current", &of(&bad(2)))]).contains("2.0 %"));
    assert!(refused("{}", &[("current", &of(""))]).contains("no records"));
    assert!(refused(r#"{"alpha":0}"#, &[("current", &of(&good))]).contains("alpha is 0"));
    assert!(refused("{}", &[("curent", &of(&good))]).contains("window `curent`"));
    assert!(refused("{}", &[("reference", &of(&good))]).contains("window `current` is missing"));
    assert!(refused("{}", &[("current", &of(&good)), ("current", &of(&good))]).contains("given twice"));
}

#[test]
fn a_model_that_is_not_there_is_named_with_the_nearest() {
    let log = lines((0..30).map(|at| {
        json!({"timestamp": day(at), "id": format!("i{at}"), "model": (["rf_v2", "hgb_v2"][at % 2]), "prediction": 1.5 + at as f64,
            "actual": 1.25 + at as f64})
    }));
    let profile = profile(&log, &schema(&log));
    let said = refused(r#"{"model":"rf_v3"}"#, &[("current", &profile)]);
    assert!(said.contains("no model `rf_v3`; the log has hgb_v2, rf_v2; did you mean `rf_v2`?"), "{said}");
    let said = refused("{}", &[("current", &profile), ("baseline", &profile)]);
    assert!(said.contains("several models (hgb_v2, rf_v2)") && said.contains("--baseline-model"), "{said}");
    let said = refused(r#"{"model":"rf_v2"}"#, &[("current", &profile), ("baseline", &profile)]);
    assert!(said.contains("--baseline-model"), "{said}");
    let chosen = report(r#"{"model":"rf_v2","baseline":"hgb_v2"}"#, &[("current", &profile), ("baseline", &profile)]);
    assert_eq!(chosen.current.unwrap().model.as_deref(), Some("rf_v2"));
}

#[test]
fn one_row_of_an_id_is_kept_and_the_others_are_counted() {
    let row = |id: &str, model: &str, time: usize, prediction: f64| json!({"timestamp": day(time), "id": id, "model": model, "prediction": prediction, "actual": 1.5});
    let rows = [
        row("a", "m", 1, 2.0),
        row("a", "m", 1, 2.0),
        row("b", "m", 1, 3.0),
        row("b", "m", 1, 2.5),
        row("b", "n", 1, 9.5),
        row("c", "m", 4, 7.25),
        row("c", "m", 2, 8.25),
    ];
    let mut backwards = rows.to_vec();
    backwards.reverse();
    for rows in [rows.to_vec(), backwards] {
        let log = lines(rows);
        let options = InferOptions { task: Some(Task::Regression), ..InferOptions::default() };
        let report = report("{}", &[("current", &profile(&log, &schema_with(&log, &options)))]);
        let current = report.current.as_ref().unwrap();
        assert_eq!((current.rows, current.repeated_rows, current.conflicting_rows), (4, 1, 2));
        // Kept: a 2.0, b 2.5 (the first in the order of content), c 8.25 (the earlier one).
        close(entry(&report, "current", &[("model", "m")]).metrics["mae"], (0.5 + 1.0 + 6.75) / 3.0, 1e-12, "mae");
        let said: Vec<&str> =
            report.provenance["current"].problems.iter().map(|problem| problem.message.as_str()).collect();
        assert!(
            said.iter().any(|said| said.contains("id b of model m") && said.contains("the row with 2.5 was kept")),
            "{said:?}"
        );
        assert!(
            said.iter().any(|said| said.contains("id c") && said.contains("the row with 8.25 was kept")),
            "{said:?}"
        );
    }
}

#[test]
fn the_base_is_the_previous_actual_of_the_same_symbol() {
    // Two symbols; both rows of day 3 share a time, so both look back to day 2. Day 5 has no actual: day 6 looks at 3.
    let row = |id: &str, symbol: &str, time: usize, prediction: f64, actual: Value| json!({"timestamp": day(time), "id": id, "symbol": symbol, "prediction": prediction, "actual": actual});
    let log = lines([
        row("a", "S", 6, 11.0, json!(13.5)),
        row("b", "S", 1, 10.5, json!(10.0)),
        row("c", "S", 2, 10.5, json!(11.0)),
        row("d", "S", 5, 12.5, Value::Null),
        row("e", "S", 3, 11.5, json!(12.0)),
        row("f", "T", 2, 50.5, json!(51.0)),
        row("g", "T", 4, 49.5, json!(50.0)),
    ]);
    let options = InferOptions { task: Some(Task::Regression), ..InferOptions::default() };
    let report = report("{}", &[("current", &profile(&log, &schema_with(&log, &options)))]);
    let whole = entry(&report, "current", &[]);
    // Bases: c 10, e 11, a 12 (d has no actual), g 51; none for b and f. Right: c up, e up, g down; a said down, was up.
    assert_eq!((whole.counts["directional_accuracy"], whole.metrics["directional_accuracy"]), (4, 0.75));
    close(whole.metrics["naive_mae"], (1.0 + 1.0 + 1.5 + 1.0) / 4.0, 1e-12, "naive_mae");
    close(whole.metrics["skill"], (0.5 + 0.5 + 2.5 + 0.5) / 4.5, 1e-12, "skill");
}

#[test]
fn jsonl_and_csv_of_the_same_rows_give_the_same_report() {
    let rows: Vec<Value> = (0..300)
        .map(|at| {
            json!({"timestamp": day(at / 3), "id": format!("i{at}"), "model": (["m", "n"][at % 2]), "symbol": format!("s,{}\n", at % 5),
                "regime": "calm", "prediction": at as f64 / 7.0, "actual": (at * at % 31) as f64 / 3.0, "x": 1.0 / (1.0 + at as f64),
                "word": (["p", "q\"r"][at / 150]), "hole": if at % 4 == 0 { Value::Null } else { json!(at) }})
        })
        .collect();
    let jsonl = lines(rows.clone());
    let keys: Vec<String> = rows[0].as_object().unwrap().keys().cloned().collect();
    let cell = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => format!("\"{}\"", text.replace('"', "\"\"")),
        other => other.to_string(),
    };
    let csv: String =
        rows.iter().map(|row| keys.iter().map(|key| cell(&row[key])).collect::<Vec<_>>().join(",") + "\n").collect();
    let csv = keys.join(",") + "\n" + &csv;
    let schema = schema(&jsonl);
    let of = |log: &str| {
        let profile: ProfileHandle = profile(log, &schema);
        let mut report = report(r#"{"model":"m"}"#, &[("current", &profile), ("reference", &profile)]);
        report.provenance.clear();
        report
    };
    assert_eq!(of(&jsonl), of(&csv));
}

#[test]
fn a_symbol_with_a_nul_keeps_all_of_its_name() {
    let log = lines((0..20).map(|at| {
        json!({"id": format!("i{at}"), "symbol": (["A\u{0}B", "A"][at % 2]), "prediction": "x", "actual": (["x", "y"][at % 2])})
    }));
    let report = report("{}", &[("current", &profile(&log, &schema(&log)))]);
    assert_eq!(entry(&report, "current", &[("symbol", "A\u{0}B")]).metrics["accuracy"], 1.0);
    assert_eq!(entry(&report, "current", &[("symbol", "A")]).metrics["accuracy"], 0.0);
}

#[test]
fn a_damaged_archive_refuses_the_log_until_that_is_allowed() {
    // A stored block of gzip, by hand: header, one block, CRC-32 and length; the checksum is damaged.
    let log = feature(40, |at| json!(at));
    let mut archive = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    let length = u16::try_from(log.len()).unwrap();
    archive.extend(length.to_le_bytes());
    archive.extend((!length).to_le_bytes());
    archive.extend(log.as_bytes());
    archive.extend([1, 2, 3, 4]);
    archive.extend(u32::from(length).to_le_bytes());
    let profile = profile(&archive, &schema(&log));
    let said = refused("{}", &[("current", &profile)]);
    assert!(said.contains("could not be read"), "{said}");
    assert!(refused(r#"{"max_bad_rows":0.9}"#, &[("current", &profile)]).contains("--max-bad-rows 1"));
    assert_eq!(report(r#"{"max_bad_rows":1}"#, &[("current", &profile)]).current.unwrap().rows, 40);
}

#[test]
fn a_candidate_alone_has_standard_errors() {
    // By hand: day means 1, 0, 0.5 of two rows each; deviations from 0.5 sum to 1, -1, 0; sqrt(3/2 x 2) / 6.
    let log = lines([(0, "a"), (0, "a"), (1, "b"), (1, "b"), (2, "a"), (2, "b")].iter().enumerate().map(|(at, (date, said))| {
        json!({"timestamp": day(*date), "id": format!("i{at}"), "prediction": said, "actual": "a"})
    }));
    let report = report("{}", &[("current", &profile(&log, &schema(&log)))]);
    let errors = &entry(&report, "current", &[]).standard_errors;
    close(errors["accuracy"], 0.288_675_134_594_812_87, 1e-12, "standard error");
}

/// Thirty days of which some are moved far outside the reference; windows of five days.
fn moved(days: core::ops::Range<usize>) -> Report {
    let noise = |at: usize| (at * 7919 % 101) as f64 / 101.0;
    let reference = feature(120, |at| json!(noise(at)));
    let current = feature(60, |at| json!(noise(at) + if days.contains(&(at / 2)) { 50.0 } else { 0.0 }));
    compared(r#"{"rolling":5}"#, &reference, &current)
}

#[test]
fn moving_windows_say_since_when_a_column_alarms() {
    let report = moved(15..30);
    assert_eq!(report.rolling.len(), 26);
    for window in &report.rolling {
        let alarms = window.columns.contains(&"x".into());
        // A window before the move is calm; one of which at least half has moved alarms.
        assert!(window.to >= day(15)[..10].into() || !alarms, "{window:?}");
        assert!(window.from < day(13)[..10].into() || alarms, "{window:?}");
    }
    let found = finding(&report, FindingKind::FeatureDrift, "x", "ks");
    let since = found.since.clone().unwrap();
    assert!((day(15)[..10].to_owned()..=day(17)[..10].to_owned()).contains(&since), "{since}");
    assert_eq!(serde_json::to_value(found.state).unwrap(), "continuing");
}

#[test]
fn a_run_of_alarms_that_ended_is_cleared_and_one_that_begins_is_new() {
    let state = |days| {
        let report = moved(days);
        let found = finding(&report, FindingKind::FeatureDrift, "x", "ks").clone();
        (found.since, serde_json::to_value(found.state).unwrap())
    };
    assert_eq!(state(5..10).1, "cleared");
    assert_eq!(state(29..30), (Some(day(29)[..10].into()), "new".into()));
    assert_eq!(state(30..30), (None, Value::Null));
}

#[test]
fn the_latest_moving_window_is_part_of_the_verdict() {
    // One day in thirty leaves the whole as it was (KS below 0.1); of the last five days it is a fifth.
    let report = moved(29..30);
    assert!(report.findings.iter().all(|found| found.severity.is_none()), "{:?}", report.findings);
    assert_eq!(report.verdict, DRIFT);
    assert!(report.summary.contains("2020-01-26 .. 2020-02-02 are not like the reference (x)"), "{}", report.summary);
    assert_eq!((moved(5..6).verdict, moved(30..30).verdict), (CALM, CALM));
}

#[test]
fn moving_windows_that_cannot_be_are_said() {
    let log = feature(20, |at| json!(at % 10));
    let report = compared(r#"{"rolling":11}"#, &log, &log);
    assert!(report.rolling.is_empty());
    let skipped = report.skipped.iter().find(|skipped| skipped.method == "rolling").unwrap();
    assert!(skipped.reason.contains("10 trading days are fewer than a window of 11"), "{}", skipped.reason);
    let profile = profile(&log, &schema(&log));
    assert!(refused(r#"{"rolling":2}"#, &[("current", &profile)]).contains("rolling is 2; allowed is 3"));
}

#[test]
fn what_could_not_be_judged_is_inconclusive() {
    let reference = feature(120, |at| json!(at % 10));
    let one_day = feature(2, |at| json!(1000 + at));
    let report = compared("{}", &reference, &one_day);
    assert_eq!(report.verdict, DriftVerdict::Inconclusive);
    let found = finding(&report, FindingKind::FeatureDrift, "x", "ks");
    assert!(found.verdict == DriftVerdict::Inconclusive && found.message.contains("at least 3"), "{}", found.message);
    let profile = profile(&reference, &schema(&reference));
    let said = refused(r#"{"columns":["z"]}"#, &[("current", &profile), ("reference", &profile)]);
    assert!(said.contains("neither log has a column `z`"), "{said}");
}

#[test]
fn calm_predictions_say_nothing_of_inputs_that_could_not_be_judged() {
    let log = |other: &str| {
        let word = |at: usize| format!("word {}", at * 37 % 200);
        let row = |at| json!({"timestamp": day(at / 50), "prediction": at % 2, other: at * at * 7919 % 101, "word": word(at)});
        lines((0..1_000).map(row))
    };
    let alone = |log: &str| compared("{}", log, log);
    let report = alone(&log("symbol"));
    assert_eq!(report.current.as_ref().unwrap().columns["word"].fate, Fate::NotJudged);
    assert_eq!(report.verdict, DriftVerdict::Inconclusive);
    // Beside an input that could be judged it is named alone.
    assert_eq!(alone(&log("x")).verdict, CALM);
}

#[test]
fn a_constant_column_stays_where_it_is() {
    let log = feature(200, |_| json!(0.1));
    let found = compared("{}", &log, &feature(20, |_| json!(0.1)));
    // There is nothing to judge, which is no drift and no calm.
    let column = &found.current.as_ref().unwrap().columns["x"];
    assert_eq!(
        (column.fate, column.values, column.reason.as_deref()),
        (Fate::NotJudged, 20, Some("every row holds 0.1"))
    );
    assert_eq!(found.verdict, DriftVerdict::Inconclusive);
    let moved = compared("{}", &log, &feature(20, |_| json!(0.2)));
    assert_eq!(moved.verdict, DRIFT);
}

#[test]
fn words_among_numbers_are_missing_numbers() {
    let reference = feature(200, |at| json!(at % 10));
    let broken = feature(200, |at| if at % 5 < 2 { json!("broken sensor") } else { json!(at % 10) });
    let found = compared("{}", &reference, &broken);
    let missing = finding(&found, FindingKind::Missingness, "x", "missing_share");
    assert_eq!((missing.effect, missing.verdict), (Some(0.4), DRIFT));
}

#[test]
fn identifiers_are_new_every_day() {
    let log = |from: usize| feature(400, move |at| json!(format!("customer {}", (from + at) * 7919 % 3001)));
    let found = compared("{}", &log(0), &log(1000));
    let column = &found.current.as_ref().unwrap().columns["x"];
    assert_eq!((column.fate, column.values), (Fate::NotJudged, 400));
    assert!(found.findings.iter().all(|finding| finding.column.as_deref() != Some("x")));
    assert_eq!(found.verdict, DriftVerdict::Inconclusive);
}

/// Half of the values in a cluster 1e-9 wide that begins at `start`, half of any magnitude: a summary has one cell for the cluster.
fn cluster(seed: u64, start: f64) -> String {
    let mut dice = support::Dice(seed);
    lines((0..150_000).map(|at| {
        let value = match at % 2 {
            0 => start + 1e-9 * dice.unit(),
            _ => (dice.unit() - 0.5) * math::exp(1_380.0 * dice.unit() - 690.0),
        };
        json!({"id": format!("{seed}-{at}"), "x": value, "y": at % 7})
    }))
}

#[test]
fn a_cluster_in_wide_tails_is_compared_by_a_sample_of_rows_or_not_at_all() {
    let (reference, current) = (cluster(1, 1.0), cluster(2, 1.0 + 5e-10));
    let compared = |cases| {
        let schema = schema_with(&reference, &InferOptions { cases, ..InferOptions::default() });
        let windows = [("reference", &profile(&reference, &schema)), ("current", &profile(&current, &schema))];
        report(r#"{"rule":"rows"}"#, &windows)
    };
    let without = compared(Cases::None);
    let skipped = without.skipped.iter().find(|skip| skip.column.as_deref() == Some("x")).unwrap();
    assert!(skipped.reason.contains("tight cluster") && skipped.reason.contains("--cases"), "{}", skipped.reason);

    let with = compared(Cases::Sample);
    let found = finding(&with, FindingKind::FeatureDrift, "x", "ks");
    // Half of half of the values lie below the other side's cluster. By the inequality of Dvoretzky, Kiefer, Wolfowitz and
    // Massart an empirical distribution of 100,000 is off by more than 0.0102 once in 10^9.
    assert!((found.statistic.unwrap() - 0.25).abs() <= 2.0 * 0.0102, "{:?}", found.statistic);
    assert_eq!((found.n_reference, found.n_current, found.rank_error), (100_000, 100_000, 0.0));
    assert_eq!(found.verdict, DRIFT);
    assert!(found.message.contains("by a sample of rows"), "{}", found.message);
}
