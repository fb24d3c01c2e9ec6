//! The default plan on real logs: how often it alarms where nothing happened, and whether it sees a crash.
//!
//! Run with `--nocapture` to see every alarm with its date. The logs are not part of the project (see
//! `support::shared`); without them the test says so and ends.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use crate::support;

use std::{
    collections::BTreeMap,
    io::Read,
    path::{Path, PathBuf},
};

use driftgate_core::door::{self, ProfileHandle};
use driftgate_documents::{Calibration, DriftVerdict, FalseAlarms, InferOptions, Rolling};
use serde_json::{Value, json};
use support::{profile_of, report, schema_with, shared};

const LENGTHS: [u32; 3] = [5, 10, 20];

/// Logs that are read for some days, without their column of regimes.
struct Logs(Vec<Vec<u8>>);

impl Logs {
    fn of(folder: &Path, holds: impl Fn(&str) -> bool) -> Self {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths.retain(|path| holds(&path.file_name().unwrap().to_string_lossy()));
        assert!(!paths.is_empty(), "{}", folder.display());
        Self(paths.into_iter().map(|path| std::fs::read(path).unwrap()).collect())
    }

    fn options(from: &str, until: &str) -> InferOptions {
        InferOptions {
            map: BTreeMap::from([("regime".into(), String::new())]),
            from: (!from.is_empty()).then(|| from.into()),
            until: (!until.is_empty()).then(|| until.into()),
            ..InferOptions::default()
        }
    }

    fn read(&self, options: &InferOptions) -> ProfileHandle {
        profile_of(&self.0.iter().map(Vec::as_slice).collect::<Vec<_>>(), &schema_with(&self.0[0], options), None)
    }

    /// The days of both dates and between them.
    fn days(&self, from: &str, until: &str) -> ProfileHandle {
        self.read(&Self::options(from, until))
    }
}

fn calibrated(log: &ProfileHandle, options: &Value) -> Calibration {
    let options = options.to_string();
    serde_json::from_str(&door::calibrate("{}", &options, log).expect("a calibration")).unwrap()
}

fn rolled(current: &ProfileHandle, reference: &ProfileHandle, length: u32) -> Vec<Rolling> {
    let plan = json!({ "rolling": length }).to_string();
    report(&plan, &[("current", current), ("reference", reference)]).rolling
}

fn is_alarm(window: &Rolling) -> bool {
    window.verdict == DriftVerdict::Drift
}

/// What the log says of each day: its regime and the mean of vol_20d. Used to choose windows, never to judge them.
fn facts(logs: &Logs) -> BTreeMap<String, (String, f64)> {
    let mut days: BTreeMap<String, (String, Vec<f64>)> = BTreeMap::new();
    for file in &logs.0 {
        let mut text = String::new();
        if file.starts_with(&[0x1f, 0x8b]) {
            flate2::read::MultiGzDecoder::new(file.as_slice()).read_to_string(&mut text).unwrap();
        } else {
            text.push_str(std::str::from_utf8(file).unwrap());
        }
        for row in text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
            let day = days.entry(row["timestamp"].as_str().unwrap()[..10].into()).or_default();
            day.0 = row["regime"].as_str().unwrap().into();
            day.1.extend(row["features"]["vol_20d"].as_f64());
        }
    }
    days.into_iter().map(|(day, (regime, vol))| (day, (regime, vol.iter().sum::<f64>() / vol.len() as f64))).collect()
}

fn show(what: &str, alarms: &[Rolling]) {
    for alarm in alarms {
        println!("  {what} {} .. {}: {}", alarm.from, alarm.to, alarm.columns.join(", "));
    }
}

/// Alarms and windows.
type Rate = (u64, u64);

/// Windows of 2007 in the regime `normal`, against the first half of 2007 without the days of the window.
fn calm_2007(prices: &Logs, facts: &BTreeMap<String, (String, f64)>, half: &[FalseAlarms], length: u32) -> Rate {
    let reference = prices.days("", "2007-06-30");
    let later = rolled(&prices.days("2007-07-01", "2007-12-31"), &reference, length);
    let calm = |window: &&Rolling| {
        facts.range(window.from.clone()..=window.to.clone()).all(|(_, (regime, _))| regime == "normal")
    };
    let inside = half.iter().find(|entry| entry.days == length).unwrap();
    show("2007", &inside.alarming);
    // Windows that begin in June and end in July.
    let dates: Vec<&String> = facts.keys().collect();
    let first_later = dates.iter().position(|day| day.as_str() > "2007-06-30").unwrap();
    let across = (1..length as usize).map(|before| {
        let from = dates[first_later - before];
        let until = dates[first_later - before + length as usize - 1];
        let held_out = prices.days("", &format!("2007-06-{:02}", from[8..].parse::<u32>().unwrap() - 1));
        rolled(&prices.days(from, until), &held_out, length).remove(0)
    });
    let rest: Vec<Rolling> = later.into_iter().filter(|window| calm(&window)).chain(across).collect();
    let alarms: Vec<Rolling> = rest.iter().filter(|window| is_alarm(window)).cloned().collect();
    show("2007", &alarms);
    (inside.alarms + alarms.len() as u64, inside.windows + rest.len() as u64)
}

#[test]
fn the_default_plan_is_quiet_in_calm_years_and_sees_the_crash_of_2008() {
    let Some(data) = shared().map(|shared| shared.join("data")) else {
        println!("no shared data here: nothing is calibrated");
        return;
    };
    let prices = Logs::of(&data.join("prices_2006_2009/jsonl"), |_| true);
    let october = Logs::of(&data.join("prices_2006_2009/daily_jsonl"), |name| name.contains("2008-10"));
    let prices = Logs(prices.0.into_iter().chain(october.0).collect());
    let verdicts = data.join("verdicts_2012_2014");
    let verdicts = Logs::of(&verdicts, |name| name.starts_with("verdicts_") && name.contains(".jsonl"));

    let half = prices.days("", "2007-06-30");
    let facts = facts(&prices);
    let mean_of_half = facts.range(..String::from("2007-07-01")).map(|(_, (_, vol))| vol).sum::<f64>() / 124.0;
    let inside = calibrated(&half, &json!({ "windows": LENGTHS }));
    let trailing = calibrated(&verdicts.days("", ""), &json!({ "windows": LENGTHS, "trailing": 250, "gap": 20 }));
    let later = prices.days("2007-07-01", "");
    for (at, length) in LENGTHS.into_iter().enumerate() {
        let (alarms, windows) = calm_2007(&prices, &facts, &inside.false_alarms, length);
        let calm = &trailing.false_alarms[at];
        show("2012-2014", &calm.alarming);
        let rate = (alarms + calm.alarms) as f64 / (windows + calm.windows) as f64;
        println!(
            "{length} days: 2007 {alarms} of {windows}, 2012-2014 {} of {} ({} episodes), pooled {:.1} %",
            calm.alarms,
            calm.windows,
            calm.episodes,
            100.0 * rate
        );
        assert!(rate <= 0.07, "{length}: {rate}");

        let windows = rolled(&later, &half, length);
        let volatile = |window: &&Rolling| {
            let days: Vec<f64> =
                facts.range(window.from.clone()..=window.to.clone()).map(|(_, (_, vol))| *vol).collect();
            days.iter().sum::<f64>() / days.len() as f64 >= 1.5 * mean_of_half
        };
        let volatile: Vec<&Rolling> = windows.iter().filter(volatile).collect();
        let flagged = volatile.iter().filter(|window| is_alarm(window)).count() as f64 / volatile.len() as f64;
        let crash = |window: &&Rolling| window.to.as_str() >= "2008-09-22" && facts[&window.to].0 == "crash";
        let crash: Vec<&Rolling> = windows.iter().filter(crash).collect();
        let missed: Vec<&String> = crash.iter().filter(|window| !is_alarm(window)).map(|window| &window.to).collect();
        println!(
            "{length} days: volatile {:.1} % of {} flagged, {} of {} crash days missed",
            100.0 * flagged,
            volatile.len(),
            missed.len(),
            crash.len()
        );
        assert!(flagged >= 0.9, "{length}: {flagged}");
        assert!(missed.is_empty(), "{length}: {missed:?}");
    }
    crash_is_dated(&prices);
    quarters_are_quiet(&prices);
}

/// With 2007 as reference and windows of ten days, the alarm turns on within five trading days of 2008-09-09, and so
/// does the name of the regime where the log has one.
fn crash_is_dated(prices: &Logs) {
    let year = prices.days("2007-01-01", "2007-12-31");
    let windows = rolled(&prices.days("2008-08-01", "2008-10-31"), &year, 10);
    let start = windows.iter().position(|window| window.to == "2008-09-09").unwrap();
    let onset = windows[start..].iter().position(is_alarm).expect("an alarm");
    println!("the crash of 2008-09-09 alarms on {}, {onset} trading days later", windows[start + onset].to);
    assert!(onset <= 5);
    assert!(windows[start + onset..].iter().take(10).all(is_alarm), "and goes on");

    let named =
        |from: &str, until: &str| prices.read(&InferOptions { map: BTreeMap::new(), ..Logs::options(from, until) });
    let windows = rolled(&named("2008-08-27", "2008-09-16"), &named("2007-01-01", "2007-12-31"), 10);
    let shift = windows.iter().position(|window| window.columns.iter().any(|column| column == "regime"));
    println!("the regime is another one in the window up to {}", windows[shift.expect("a shift")].to);
    let last = report(
        "{}",
        &[("current", &named("2008-09-02", "2008-09-16")), ("reference", &named("2007-01-01", "2007-12-31"))],
    );
    assert!(last.findings.iter().any(|finding| finding.message.contains("normal -> crash")));
}

fn quarters_are_quiet(prices: &Logs) {
    let (first, second) = (prices.days("2007-01-01", "2007-03-31"), prices.days("2007-04-01", "2007-06-30"));
    for (reference, current) in [(&first, &second), (&second, &first)] {
        let report = report("{}", &[("current", current), ("reference", reference)]);
        assert_ne!(report.verdict, DriftVerdict::Drift, "{}", report.summary);
    }
}
