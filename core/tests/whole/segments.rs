//! Drift within segments, through the door: one family of tests, and only what drifted is shown.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use crate::support;

use driftgate_documents::{DriftVerdict, Finding, FindingKind, InferOptions, Report};
use serde_json::{Value, json};
use support::{Dice, close, finding, profile, report, schema_with};

const SECTORS: [&str; 3] = ["Energy", "Financials", "Utilities"];

fn day(day: usize) -> String {
    format!("2020-{:02}-{:02}T12:00:00Z", 1 + day / 28, 1 + day % 28)
}

/// Four rows a sector and day; `moved` is added to Energy. `only` keeps one sector.
fn log(days: usize, seed: u64, moved: f64, only: Option<&str>) -> String {
    let mut dice = Dice(seed);
    let rows = (0..days * 12).map(|at| {
        let sector = SECTORS[at % 3];
        let shift = if sector == "Energy" { moved } else { 0.0 };
        let value = (1e4 * (dice.unit() + shift)).round() / 1e4;
        (sector, json!({"timestamp": day(at / 12), "id": format!("{seed}-{at}"), "sector": sector, "x": value}))
    });
    rows.filter(|(sector, _)| only.is_none_or(|only| only == *sector)).map(|(_, row)| format!("{row}\n")).collect()
}

fn compared(plan: &str, reference: &str, current: &str) -> Report {
    let options = InferOptions { segments: vec![vec!["sector".into()]], ..InferOptions::default() };
    let schema = schema_with(reference, &options);
    report(plan, &[("reference", &profile(reference, &schema)), ("current", &profile(current, &schema))])
}

fn of_segments(report: &Report) -> Vec<&Finding> {
    report.findings.iter().filter(|found| found.slice.contains_key("sector")).collect()
}

const ASKED: &str = r#"{"segment_drift":true}"#;

#[test]
fn a_segment_that_moved_is_found_and_judged_as_if_it_were_alone() {
    let (reference, current) = (log(40, 1, 0.0, None), log(10, 2, 0.6, None));
    let found = compared(ASKED, &reference, &current);
    let [energy] = of_segments(&found)[..] else { panic!("{:?}", found.findings) };
    assert_eq!((energy.slice["sector"].as_str(), energy.column.as_deref()), ("Energy", Some("x")));
    assert!(energy.message.starts_with("Energy: x drifted"), "{}", energy.message);
    // Alone, the sector's log says the same.
    let alone = |sector: &str| {
        let [reference, current] = [log(40, 1, 0.0, Some(sector)), log(10, 2, 0.6, Some(sector))];
        finding(&compared("{}", &reference, &current), FindingKind::FeatureDrift, "x", "ks").clone()
    };
    let energy_alone = alone("Energy");
    assert_eq!((energy.p_value, energy.effect), (energy_alone.p_value, energy_alone.effect));
    // Three sectors of one column with two tests each; the least of six p-values is multiplied by six.
    assert!(SECTORS[1..].iter().all(|sector| alone(sector).p_value > energy.p_value));
    close(energy.p_adjusted.unwrap(), 6.0 * energy.p_value.unwrap(), 1e-12, "adjusted");
    // The whole log's finding has its own family of two tests.
    let whole = |found: &&Finding| found.slice.is_empty() && found.method == "ks";
    let whole = found.findings.iter().find(whole).expect("the whole log's");
    assert!(whole.p_adjusted.unwrap() <= 2.0 * whole.p_value.unwrap(), "{}", whole.message);
}

#[test]
fn it_is_only_done_when_asked_and_calm_segments_are_not_shown() {
    let (reference, current) = (log(40, 1, 0.0, None), log(10, 2, 0.6, None));
    assert!(of_segments(&compared("{}", &reference, &current)).is_empty());
    let calm = compared(ASKED, &reference, &log(10, 3, 0.0, None));
    assert!(of_segments(&calm).is_empty() && calm.verdict == DriftVerdict::None, "{:?}", calm.findings);
    let plain: Value = serde_json::to_value(compared("{}", &reference, &current).plan).unwrap();
    assert!(plain.get("segment_drift").is_none(), "a plan that does not ask does not say so");
}

#[test]
fn segments_that_cannot_be_judged_are_counted() {
    // Utilities are gone from the current window, and Financials are there on two days.
    let current: String = log(10, 2, 0.0, Some("Energy")) + &log(2, 4, 0.0, Some("Financials"));
    let found = compared(ASKED, &log(40, 1, 0.0, None), &current);
    let said = found.skipped.iter().find(|skipped| skipped.method == "sector").expect("a reason");
    assert!(said.reason.contains("2 values of 3") && said.reason.contains("fewer than 3 days"), "{}", said.reason);
}
