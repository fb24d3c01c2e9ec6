//! Performance estimated while actuals are missing, against what came true later: real logs, and logs whose truth is known
//! because they were made so.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use crate::support;

use std::{collections::BTreeMap, io::Read, path::Path};

use driftgate_core::math::exp;
use driftgate_documents::{Estimate, InferOptions, Report};
use serde_json::{Value, json};
use support::{Dice, close, day, lines, profile, report, schema, schema_with, shared};

fn of<'a>(report: &'a Report, model: &str, metric: &str) -> Vec<&'a Estimate> {
    let is = |estimate: &&Estimate| {
        estimate.metric == metric && estimate.slice.get("model").map_or("", String::as_str) == model
    };
    report.estimates.iter().filter(is).collect()
}

fn holds(estimate: &Estimate, truth: f64) -> bool {
    estimate.lower.unwrap() <= truth && truth <= estimate.upper.unwrap()
}

/// Real logs, if this machine has them.
mod real {
    use super::*;

    fn text(path: &Path) -> String {
        let bytes = std::fs::read(path).unwrap();
        let mut text = String::new();
        if path.extension().is_some_and(|end| end == "gz") {
            flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
            return text;
        }
        String::from_utf8(bytes).unwrap()
    }

    /// Every record of the files of a folder whose name begins so, in order.
    fn records(folder: &str, begin: &str) -> Option<Vec<Value>> {
        let Some(shared) = shared() else {
            println!("no shared data here: {folder} is not read");
            return None;
        };
        let entries = std::fs::read_dir(shared.join("data").join(folder)).unwrap();
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        let names = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
        paths.retain(|path| names(path).starts_with(begin) && !names(path).contains(".csv"));
        let texts = paths.iter().map(|path| text(path));
        let records =
            texts.flat_map(|text| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>());
        Some(records.collect())
    }

    fn log(records: &[&Value]) -> String {
        lines(records.iter().map(|record| (*record).clone()))
    }

    fn month(record: &Value) -> String {
        record["timestamp"].as_str().unwrap()[..7].into()
    }

    /// Prints a table of estimates and answers (held, not refused, mean distance, that of the reference's value).
    fn compare(months: &[&Estimate], truth: &BTreeMap<String, f64>) -> (usize, usize, f64, f64) {
        let (mut held, mut made, mut distance, mut constant) = (0, 0, 0.0, 0.0);
        for estimate in months {
            let truth = truth[&estimate.from[..7]];
            let Some(value) = estimate.value else {
                println!("  {} true {truth:.4} refused: {}", estimate.from, estimate.refusal.as_ref().unwrap());
                continue;
            };
            let (lower, upper) = (estimate.lower.unwrap(), estimate.upper.unwrap());
            println!(
                "  {} {value:.4} [{lower:.4}, {upper:.4}] true {truth:.4} {}",
                estimate.from,
                holds(estimate, truth)
            );
            held += usize::from(holds(estimate, truth));
            made += 1;
            distance += (value - truth).abs();
            constant += (estimate.reference.unwrap() - truth).abs();
        }
        (held, made, distance / made as f64, constant / made as f64)
    }

    #[test]
    fn late_outcomes_of_two_classifiers() {
        let Some(all) = records("verdicts_2012_2014", "verdicts_") else { return };
        let outcomes: BTreeMap<String, String> = records("verdicts_2012_2014", "outcomes_2")
            .unwrap()
            .iter()
            .map(|outcome| (outcome["id"].as_str().unwrap().into(), outcome["actual"].as_str().unwrap().into()))
            .collect();
        let (before, now): (Vec<&Value>, Vec<&Value>) = all.iter().partition(|record| month(record) < "2013-10".into());
        let [before_log, now_log] = [&before, &now].map(|records| log(records));
        let schema = schema_with(&before_log, &InferOptions::default());
        let report =
            report("{}", &[("reference", &profile(&before_log, &schema)), ("current", &profile(&now_log, &schema))]);
        for model in ["clf_v1", "clf_v2"] {
            let mut counts: BTreeMap<String, (f64, f64)> = BTreeMap::new();
            for record in now.iter().filter(|record| record["model"] == model) {
                assert!(record["actual"].is_null());
                let Some(outcome) = outcomes.get(record["id"].as_str().unwrap()) else { continue };
                let count = counts.entry(month(record)).or_default();
                count.0 += f64::from(u8::from(record["prediction"] == outcome.as_str()));
                count.1 += 1.0;
            }
            let (right, pairs) = counts.values().fold((0.0, 0.0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
            let truth = counts.into_iter().map(|(month, (right, pairs))| (month, right / pairs)).collect();
            let found = of(&report, model, "accuracy");
            println!("{model}: {:?} true {}", found[0], right / pairs);
            assert_eq!((found.len(), found[0].labelled), (16, 0));
            assert!(holds(found[0], right / pairs));
            let (held, made, distance, constant) = compare(&found[1..], &truth);
            println!("  {held} of {made} held; mean distance {distance:.5}, of the reference's accuracy {constant:.5}");
            assert_eq!(made, 15, "inputs and confidences stay within the reference");
            assert!(10 * held >= 9 * made, "{model}: {held} of {made}");
            assert!(distance < constant);
            assert!(of(&report, model, "auc").is_empty(), "four labels");
        }
    }

    #[test]
    fn errors_of_two_regressors_through_the_crash() {
        let Some(mut all) = records("prices_2006_2009/jsonl", "predictions_") else { return };
        all.extend(records("prices_2006_2009/daily_jsonl", "predictions_").unwrap());
        let (before, now): (Vec<&Value>, Vec<&Value>) = all.iter().partition(|record| month(record) < "2008".into());
        let hidden: Vec<Value> = now
            .iter()
            .map(|record| {
                let mut record = (*record).clone();
                record["actual"] = Value::Null;
                record
            })
            .collect();
        let before_log = log(&before);
        let schema = schema_with(&before_log, &InferOptions::default());
        let current = profile(log(&hidden.iter().collect::<Vec<_>>()), &schema);
        let report = report("{}", &[("reference", &profile(&before_log, &schema)), ("current", &current)]);
        for (model, metric) in [("rf_v2", "mae"), ("rf_v2", "mape"), ("hgb_v2", "mae"), ("hgb_v2", "mape")] {
            let mut sums: BTreeMap<String, (f64, f64)> = BTreeMap::new();
            for record in now.iter().filter(|record| record["model"] == model && !record["actual"].is_null()) {
                let (prediction, actual) = (record["prediction"].as_f64().unwrap(), record["actual"].as_f64().unwrap());
                let error = (prediction - actual).abs();
                let sum = sums.entry(month(record)).or_default();
                sum.0 += if metric == "mae" { error } else { 100.0 * error / actual.abs() };
                sum.1 += 1.0;
            }
            let truth = sums.into_iter().map(|(month, (sum, rows))| (month, sum / rows)).collect();
            let found = of(&report, model, metric);
            println!("{model} {metric}: {:?}", found[0]);
            assert_eq!(found.len(), 25);
            let (held, made, distance, constant) = compare(&found[1..], &truth);
            println!("  {held} of {made} held; mean distance {distance:.5}, of the reference's error {constant:.5}");
            assert!(10 * held >= 9 * made, "{model} {metric}: {held} of {made}");
            assert!(distance < constant);
            let crash = found.iter().filter(|estimate| ["2008-10", "2008-11"].contains(&&estimate.from[..7]));
            crash.for_each(|estimate| assert!(estimate.refusal.as_ref().unwrap().contains("outside")));
            // The year before says nothing of years that hold a crash.
            assert!(found[0].value.is_none());
        }
    }
}

/// Whole logs whose estimates numpy and scikit-learn made.
mod oracle {
    use super::*;

    fn held_to(name: &str, record: impl Fn(&Value, bool) -> Value) {
        let all: Value = serde_json::from_str(include_str!("../../../tests/vectors/estimates.json")).unwrap();
        let case = &all[name];
        let first = case["reference_days"].as_u64().unwrap();
        let log = |is_reference: bool| {
            let rows = case["rows"].as_array().unwrap().iter().enumerate();
            let rows = rows.filter(|(_, row)| (row["day"].as_u64().unwrap() < first) == is_reference);
            lines(rows.map(|(at, row)| {
                let mut record = record(row, is_reference);
                record["id"] = format!("{at:05}").into();
                record["timestamp"] = day(row["day"].as_u64().unwrap() as usize).into();
                record
            }))
        };
        let [before, now] = [true, false].map(log);
        let schema = schema(&before);
        let report = report("{}", &[("reference", &profile(&before, &schema)), ("current", &profile(&now, &schema))]);
        let expected = case["estimates"].as_array().unwrap();
        assert_eq!(report.estimates.len(), expected.len(), "{:?} {:?}", report.estimates, report.skipped);
        for (found, expected) in report.estimates.iter().zip(expected) {
            assert_eq!(found.metric, expected["metric"].as_str().unwrap());
            let date = |name: &str| day(expected[name].as_u64().unwrap() as usize)[..10].to_string();
            assert_eq!((&found.from, &found.to), (&date("first"), &date("last")), "{found:?}");
            let numbers = [
                ("value", found.value),
                ("lower", found.lower),
                ("upper", found.upper),
                ("reference", found.reference),
            ];
            for (key, number) in numbers {
                let what = format!("{key} of {found:?}");
                close(number.unwrap_or_else(|| panic!("{what}")), expected[key].as_f64().unwrap(), 1e-9, &what);
            }
        }
    }

    #[test]
    fn errors_of_a_regressor() {
        held_to("regressor", |row, is_reference| {
            let actual = if is_reference { row["actual"].clone() } else { Value::Null };
            json!({"prediction": row["prediction"], "actual": actual, "a": row["a"], "w": row["w"]})
        });
    }

    #[test]
    fn accuracy_and_auc_of_a_classifier() {
        held_to("classifier", |row, is_reference| {
            let prediction = row["prediction"].as_str().unwrap();
            let other = if prediction == "up" { "down" } else { "up" };
            let actual = if row["right"] == true { prediction } else { other };
            let actual = if is_reference { actual.into() } else { Value::Null };
            json!({"prediction": prediction, "confidence": row["confidence"], "actual": actual})
        });
    }
}

/// Logs made by chance whose truth is known.
mod made {
    use super::*;

    /// Days, of which the last 36 lie in April and May 2020, and rows of each.
    const DAYS: usize = 120;
    const KNOWN: usize = 84;
    const ROWS: u64 = 20;

    /// A log of a classifier that is right with a chance that rises with its confidence and moves from day to day; from
    /// April on it is surer. Actuals end with March. The truth of each row comes beside it.
    fn classified(seed: u64) -> (Vec<Value>, Vec<bool>) {
        let (mut dice, mut mood) = (Dice(seed), 0.0);
        let mut log = Vec::new();
        for date in 0..DAYS {
            mood = 0.6 * mood + 0.1 * (dice.unit() - 0.5);
            for row in 0..ROWS {
                let unsure = 0.5 * dice.unit() * if date < KNOWN { 1.0 } else { dice.unit() };
                let confidence = 1.0 - unsure;
                let right = dice.unit() < 0.1 + 0.8 * confidence + mood;
                let [prediction, other] = if dice.below(2) == 0 { ["no", "yes"] } else { ["yes", "no"] };
                let actual = if right { prediction } else { other };
                log.push((
                    json!({
                        "id": format!("{date:03}-{row:02}"),
                        "timestamp": day(date),
                        "prediction": prediction,
                        "confidence": confidence,
                        "actual": if date < KNOWN { actual.into() } else { Value::Null },
                    }),
                    right,
                ));
            }
        }
        log.into_iter().unzip()
    }

    fn estimated(rows: &[Value]) -> Report {
        let log = lines(rows.iter().cloned());
        report("{}", &[("current", &profile(&log, &schema(&log)))])
    }

    /// The estimate of April, whose rows all come after those that were learnt from.
    fn april<'a>(report: &'a Report, metric: &str) -> &'a Estimate {
        let is = |estimate: &&Estimate| estimate.from == "2020-04-01" && estimate.to == "2020-04-28";
        of(report, "", metric)
            .into_iter()
            .find(is)
            .unwrap_or_else(|| panic!("{:?} {:?}", report.estimates, report.skipped))
    }

    const APRIL: std::ops::Range<usize> = KNOWN * ROWS as usize..112 * ROWS as usize;

    #[test]
    fn bands_hold_the_truth_that_a_constant_misses() {
        let (mut held, mut constant, mut made) = (0, 0, 0);
        for seed in 0..100 {
            let (rows, truth) = classified(seed);
            let right = truth[APRIL].iter().filter(|right| **right).count() as f64 / APRIL.len() as f64;
            let report = estimated(&rows);
            // One in a hundred is refused by chance, and then said so for all days together.
            if of(&report, "", "accuracy").len() == 1 {
                continue;
            }
            let found = april(&report, "accuracy");
            made += 1;
            held += usize::from(holds(found, right));
            let half = 0.5 * (found.upper.unwrap() - found.lower.unwrap());
            constant += usize::from((found.reference.unwrap() - right).abs() <= half);
        }
        println!("{held} of {made} bands hold, {constant} around the known accuracy");
        assert!(made >= 95, "{made}");
        assert!(10 * held >= 9 * made, "{held} of {made}");
        assert!(4 * constant < made, "{constant} of {made}");
    }

    #[test]
    fn what_is_estimated_and_what_is_known_stand_side_by_side() {
        let (mut rows, truth) = classified(1);
        // Half of April's actuals come early.
        for (row, right) in rows[APRIL].iter_mut().zip(&truth[APRIL]).step_by(3) {
            let prediction = row["prediction"].as_str().unwrap();
            row["actual"] = (if *right {
                prediction
            } else if prediction == "no" {
                "yes"
            } else {
                "no"
            })
            .into();
        }
        let report = estimated(&rows);
        let months: Vec<&str> = of(&report, "", "accuracy").iter().map(|found| found.from.as_str()).collect();
        assert_eq!(
            months,
            ["2020-01-01", "2020-04-01", "2020-05-01"],
            "months that were learnt from are not estimated"
        );
        let found = april(&report, "accuracy");
        let known: Vec<bool> = truth[APRIL].iter().copied().step_by(3).collect();
        assert_eq!((found.rows, found.labelled), (560, known.len() as u64));
        let right = known.iter().filter(|right| **right).count() as f64 / known.len() as f64;
        close(found.realized.unwrap(), right, 1e-12, "realized");
        assert_eq!((found.method.as_str(), found.level, &found.refusal), ("calibrated_confidence", 0.95, &None));
        assert!(april(&report, "auc").value.unwrap() > 0.5);
    }

    #[test]
    fn a_log_that_misses_nothing_or_knows_nothing_is_not_estimated() {
        let (mut rows, _) = classified(2);
        rows.truncate(KNOWN * ROWS as usize);
        assert!(estimated(&rows).estimates.is_empty());
        rows.iter_mut().for_each(|row| row["actual"] = Value::Null);
        let report = estimated(&rows);
        assert!(report.estimates.is_empty() && report.skipped.iter().all(|skipped| skipped.kind != "estimate"));
    }

    /// The one refusal of a log that cannot be learnt from, or that of April.
    fn refusal(rows: &[Value], metric: &str) -> String {
        let report = estimated(rows);
        let found = of(&report, "", metric);
        let found = if found.len() == 1 { found[0] } else { april(&report, metric) };
        assert_eq!((found.value, found.lower, found.upper), (None, None, None));
        found.refusal.clone().unwrap()
    }

    #[test]
    fn an_estimate_without_ground_is_refused_with_the_reason() {
        let changed = |change: &dyn Fn(usize, &mut Value)| {
            let (mut rows, _) = classified(3);
            rows.iter_mut().enumerate().for_each(|(at, row)| change(at / ROWS as usize, row));
            refusal(&rows, "accuracy")
        };
        let late = |date: usize| date >= KNOWN;
        let said = changed(&|date, row| {
            if date >= 20 {
                row["actual"] = Value::Null
            }
        });
        assert!(said.contains("learnt from 20 days with 400 known actuals"), "{said}");
        let said = changed(&|date, row| {
            if late(date) {
                row["prediction"] = "perhaps".into()
            }
        });
        assert!(
            said.contains("such as some of `perhaps`, have a label or a confidence that the known days never had"),
            "{said}"
        );
        let said = changed(&|date, row| {
            if late(date) {
                row["confidence"] = 1.5.into()
            }
        });
        assert!(said.contains("100 % of the predictions have no confidence in [0, 1]"), "{said}");
        let said = changed(&|date, row| {
            if late(date) {
                row["confidence"] = 0.2.into()
            }
        });
        assert!(said.contains("a confidence that the known days never had"), "{said}");
        let said = changed(&|date, row| row["heat"] = (date as f64).into());
        assert!(
            said.contains("100 % of the rows have an input outside all that the known days held, `heat` most"),
            "{said}"
        );
        // From March on every prediction is wrong: the days before do not tell.
        let said = changed(&|date, row| {
            if (56..KNOWN).contains(&date) {
                row["actual"] = (if row["prediction"] == "no" { "yes" } else { "no" }).into();
            }
        });
        assert!(said.contains("the last third comes out -0."), "{said}");
        let said = changed(&|date, row| {
            if !late(date) {
                row["actual"] = row["prediction"].clone()
            }
        });
        assert!(said.contains("nothing can be said about chance"), "{said}");
    }

    #[test]
    fn without_times_or_confidences_there_is_a_reason() {
        for (column, reason) in [("timestamp", "no row has a time"), ("confidence", "have no confidence in [0, 1]")] {
            let (mut rows, _) = classified(4);
            rows.iter_mut().for_each(|row| drop(row.as_object_mut().unwrap().remove(column)));
            let report = estimated(&rows);
            assert!(report.estimates.is_empty());
            let skipped = report.skipped.iter().find(|skipped| skipped.kind == "estimate").expect(column);
            assert!(skipped.reason.contains(reason), "{}", skipped.reason);
        }
    }

    /// A regressor whose errors grow with the input `noise`, which is higher from April on, within its old range.
    fn regressed(seed: u64) -> (Vec<Value>, f64) {
        let (mut dice, mut rows, mut sum) = (Dice(seed), Vec::new(), 0.0);
        for date in 0..DAYS {
            for row in 0..ROWS {
                let noise = if date < KNOWN && dice.below(4) > 0 { dice.unit() } else { 1.0 + dice.unit() };
                let (prediction, error) = (100.0 + 50.0 * dice.unit(), exp(noise) * (dice.unit() - 0.5));
                sum += if (KNOWN..112).contains(&date) { error.abs() / APRIL.len() as f64 } else { 0.0 };
                rows.push(json!({
                    "id": format!("{date:03}-{row:02}"),
                    "timestamp": day(date),
                    "prediction": prediction,
                    "noise": noise,
                    "actual": if date < KNOWN { (prediction + error).into() } else { Value::Null },
                }));
            }
        }
        (rows, sum)
    }

    #[test]
    fn errors_that_grow_with_an_input_are_foreseen() {
        let (mut held, mut constant, mut made) = (0, 0, 0);
        for seed in 0..40 {
            let (rows, truth) = regressed(seed);
            let report = estimated(&rows);
            if of(&report, "", "mae").len() == 1 {
                continue;
            }
            let found = april(&report, "mae");
            made += 1;
            held += usize::from(holds(found, truth));
            let half = 0.5 * (found.upper.unwrap() - found.lower.unwrap());
            constant += usize::from((found.reference.unwrap() - truth).abs() <= half);
        }
        println!("{held} of {made} bands hold, {constant} around the known error");
        assert!(made >= 38 && 10 * held >= 9 * made, "{held} of {made}");
        assert_eq!(constant, 0);
    }

    #[test]
    fn errors_that_are_all_zero_say_nothing() {
        let (mut rows, _) = regressed(5);
        rows.iter_mut()
            .filter(|row| !row["actual"].is_null())
            .for_each(|row| row["actual"] = row["prediction"].clone());
        assert!(refusal(&rows, "mae").contains("every error is 0"));
    }

    #[test]
    fn the_order_of_the_log_does_not_matter() {
        let (mut rows, _) = regressed(6);
        let before = serde_json::to_string(&estimated(&rows).estimates).unwrap();
        Dice(7).shuffle(&mut rows);
        assert_eq!(before, serde_json::to_string(&estimated(&rows).estimates).unwrap());
    }
}
