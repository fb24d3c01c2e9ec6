//! A gate that is asked every night: how often a candidate that is no better is promoted at one of the looks, and how often a
//! better one is.
//!
//! Two classifiers answer the same 31 cases a day, and the cases of a day move together. What is simulated are the paired
//! differences; standard errors and decisions are core's own, on a report that went through `analyze` once.

use driftgate_core::{
    Error,
    decide::{Grounds, decide},
    gate::Clustered,
    math::sqrt,
};
use driftgate_documents::{Against, Check, Facts, Looks, Margin, Policy, Verdict};
use serde_json::json;

use super::{Random, Rate, count};
use crate::doors::{Block, Door, Native, schema_of};

/// Days of an experiment, one look each.
pub const DAYS: u32 = 28;

/// Cases a day.
const SYMBOLS: u32 = 31;

/// The share of the variance behind an answer that all cases of a day have in common: a design effect of about 3.
const COMMON: f64 = 0.1;

/// The quantile of the normal distribution at 0.6: how often either model is right.
const RIGHT: f64 = 0.253_347_103_135_799_7;

/// How a policy reckons with its looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bounds {
    /// It does not.
    Naive,
    /// Nor with how few days its standard error is of: bounds from the normal distribution.
    Normal,
    /// One look, at the end.
    Once,
    /// As many as there will be.
    Planned,
    /// Any number.
    Any,
}

/// Every way, by name.
pub const BOUNDS: [(&str, Bounds); 5] = [
    ("the same normal bound every night", Bounds::Normal),
    ("the same bound of Student's t every night", Bounds::Naive),
    ("`looks = { planned = N }`", Bounds::Planned),
    ("`looks = \"any\"`", Bounds::Any),
    ("one look at the end", Bounds::Once),
];

/// What is simulated.
#[derive(Clone, Copy, Debug)]
pub struct Looking {
    /// The day of the first look, from 1.
    pub from: u32,
    /// One-sided, in (0.5, 1).
    pub confidence: f64,
    /// How much more often the candidate's latent answer is right, in its standard deviations; 0.1 are four points of accuracy.
    pub better: f64,
}

/// How often a way of looking promoted the candidate, and promoted or rejected it, at any of its looks.
#[derive(Clone, Copy, Debug)]
pub struct Decided {
    /// Promoted.
    pub promoted: Rate,
    /// Promoted or rejected.
    pub either: Rate,
}

/// Simulates nights until the last day, for each of [`BOUNDS`].
///
/// # Errors
/// If the report cannot be made: a mistake of this file.
pub fn rates(looking: Looking, replications: u64) -> Result<Vec<Decided>, String> {
    let template = report()?;
    let counted = count(&format!("looks {looking:?}"), replications, |random| {
        let nights = nights(random, looking);
        // An error here is a mistake of this file: it counts as everything at once, so that it cannot be missed.
        let judge = |(_, bounds): &(&str, Bounds)| judged(*bounds, looking, &nights, &template).unwrap_or([true; 2]);
        BOUNDS.iter().flat_map(judge).collect()
    });
    Ok(counted.chunks_exact(2).map(|two| Decided { promoted: two[0], either: two[1] }).collect())
}

/// The paired differences as they are known on the evening of each day.
fn nights(random: &mut Random, looking: Looking) -> Vec<Clustered> {
    let (common, own) = (sqrt(COMMON), sqrt(1.0 - COMMON));
    let mut known = Clustered::default();
    let day = |day: u32| {
        let factors = [random.normal(), random.normal()];
        for _ in 0..SYMBOLS {
            let mut right = |factor: f64, better: f64| common * factor + own * random.normal() < RIGHT + better;
            let (candidate, baseline) = (right(factors[0], looking.better), right(factors[1], 0.0));
            known.add(i64::from(day), f64::from(u8::from(candidate)) - f64::from(u8::from(baseline)));
        }
        known.clone()
    };
    (1..=DAYS).map(day).collect()
}

/// Whether the candidate was promoted, and whether it was promoted or rejected, at any look.
fn judged(bounds: Bounds, looking: Looking, nights: &[Clustered], template: &Grounds) -> Result<[bool; 2], Error> {
    let looks = match bounds {
        Bounds::Naive | Bounds::Normal | Bounds::Once => None,
        Bounds::Planned => Some(Looks::Planned(DAYS - looking.from + 1)),
        Bounds::Any => Some(Looks::Any),
    };
    let from = if bounds == Bounds::Once { DAYS } else { looking.from };
    let policy = Policy { looks, ..policy(looking.confidence) };
    let (mut facts, mut report, mut found) = (Facts::default(), template.clone(), [false; 2]);
    for day in from..=DAYS {
        let night = &nights[day as usize - 1];
        if measured(&mut report, night, night.clusters().filter(|_| bounds != Bounds::Normal)) {
            match decide(&policy, &report, &facts)?.verdict {
                Verdict::Pass => found = [true; 2],
                Verdict::Fail => found[1] = true,
                Verdict::Inconclusive => {}
            }
        }
        facts.previous_looks.push(format!("2024-01-{day:02}T22:00:00Z"));
    }
    Ok(found)
}

/// Puts what is known into the report; false where no bound could be crossed, which spares the work to ask.
fn measured(report: &mut Grounds, known: &Clustered, clusters: Option<u64>) -> bool {
    let found = report.comparisons.iter_mut().find(|comparison| comparison.metric == "accuracy");
    let (Some(change), Some(value), Some(error)) = (found, known.mean(), known.standard_error()) else { return false };
    change.value = Some(value);
    change.n = known.rows();
    change.standard_error = Some(error);
    change.clusters = clusters;
    // Nearer than any bound of a confidence of 0.95 or more.
    value.abs() > 1.6 * error
}

fn policy(confidence: f64) -> Policy {
    let check = Check {
        metric: "accuracy".into(),
        against: Some(Against::Baseline),
        better_by: Some(Margin::Absolute(0.0)),
        confidence: Some(confidence),
        ..Default::default()
    };
    Policy { name: "nightly".into(), check: vec![check], looks: None }
}

/// The report on two logs of two days.
fn report() -> Result<Grounds, String> {
    let log = |model: &str, wrong: u32| {
        let row = |row: u32| {
            let prediction = if row.is_multiple_of(wrong) { "sell" } else { "buy" };
            json!({"id": row.to_string(), "timestamp": format!("2024-01-{:02}", 1 + row / SYMBOLS), "model": model,
                "prediction": prediction, "actual": "buy"})
            .to_string()
        };
        (0..2 * SYMBOLS).map(row).collect::<Vec<_>>().join("\n")
    };
    let mut door = Native;
    let mut profile = |log: String| {
        let schema = schema_of(&mut door, log.as_bytes(), &json!({"cases": "sample"}));
        door.profile(&schema, &[Block::file("log", log.as_bytes())], 1 << 16, &[])
    };
    let (candidate, baseline) = (profile(log("new", 3))?, profile(log("old", 4))?);
    let report = Native.analyze("{}", &[("current", &candidate), ("baseline", &baseline)])?;
    serde_json::from_str(&report).map_err(|error| error.to_string())
}
