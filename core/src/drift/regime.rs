//! Regime drift: which state of the world the days were in, and whether the mix changed. Days are counted, never rows.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::{String, ToString},
    vec::Vec,
};

use driftgate_documents::{DriftVerdict, FindingKind, Severity};

use super::{Findings, Judge, Scale, Side, Windows, at_least_minor, blank, days, rule_name};
use crate::{
    distance::total_variation,
    order::{IntoOrdered, StableOrder},
    words,
};

/// The last days whose mode says which regime it is now.
const LAST_DAYS: usize = 5;

/// The total variation of day shares that counts.
const MATERIAL: f64 = 0.10;

/// A regime of fewer of the reference's days is one that it hardly knew.
const RARE: f64 = 0.05;

/// The regime of each day: the one most of its rows are in.
#[must_use]
pub fn regime_days(side: &Side<'_>) -> BTreeMap<i64, String> {
    let buckets = side.timeline.buckets.iter().filter(|(day, _)| **day != crate::table::NO_TIME);
    buckets.filter_map(|(day, bucket)| Some((*day, bucket.regime()?.to_string()))).into_map()
}

/// Names the shift (`normal -> crash` or `stable`) and measures the change of the mix.
pub fn regime_drift(windows: &Windows<'_>, judge: &Judge, findings: &mut Findings) {
    let [reference, current] = [&windows.reference, &windows.current].map(regime_days);
    if reference.is_empty() || current.is_empty() {
        return; // a log without regimes is not incomplete
    }
    let names: BTreeSet<&String> = reference.values().chain(current.values()).collect();
    let count = |days: &BTreeMap<i64, String>| -> Vec<u64> {
        names.iter().map(|name| days.values().filter(|regime| regime == name).count() as u64).collect()
    };
    let Ok(effect) = total_variation(&count(&reference), &count(&current)) else { return };
    let before = mode(reference.values().rev());
    let now = mode(current.values().rev().take(LAST_DAYS));
    let shifted = before != now;
    // The regime of the last days is one of several that come and go, unless the reference hardly knew it.
    let known = reference.values().filter(|regime| **regime == now).count() as f64;
    let counts = shifted && (effect >= MATERIAL || known < RARE * reference.len() as f64);
    let p_value = smallest_p(&names, &reference, &current);
    let significant = p_value.is_some_and(|p| p <= judge.alpha) && effect >= MATERIAL;

    let mut finding =
        blank(FindingKind::RegimeDrift, Some("regime"), windows, "total_variation", rule_name(judge.rule));
    finding.convention = "day_shares".into();
    finding.statistic = Some(effect);
    finding.effect = Some(effect);
    finding.threshold = Some(MATERIAL);
    finding.p_value = p_value;
    finding.p_adjusted = p_value;
    finding.n_reference = reference.len() as u64;
    finding.n_current = current.len() as u64;
    if counts || significant {
        let band = at_least_minor(Scale::KS.band(effect));
        finding.verdict = DriftVerdict::Drift;
        finding.severity = if counts { band.max(Some(Severity::Moderate)) } else { band };
    }
    let shift = if shifted { format!("{before} -> {now}") } else { format!("stable ({now})") };
    finding.message = format!(
        "Regime {shift}: {}; the mix of days changed by {} (total variation)",
        mix(&current, windows.resolution.name()),
        words::short(effect),
    );
    findings.found.push(finding);
}

/// The most frequent name of days that come latest first; on a tie that of the later day.
fn mode<'a>(regimes: impl Iterator<Item = &'a String>) -> String {
    let mut counts: BTreeMap<&String, (usize, usize)> = BTreeMap::new();
    for (position, name) in regimes.enumerate() {
        let entry = counts.entry(name).or_insert((0, position));
        entry.0 += 1;
    }
    counts
        .into_iter()
        .max_by_key(|(_, (count, first))| (*count, core::cmp::Reverse(*first)))
        .map_or_else(String::new, |(name, _)| name.clone())
}

/// The mix in words, most frequent first.
fn mix(days: &BTreeMap<i64, String>, unit: &str) -> String {
    let mut counts: BTreeMap<&String, u64> = BTreeMap::new();
    days.values().for_each(|name| *counts.entry(name).or_default() += 1);
    let mut sorted: Vec<(&String, u64)> = counts.into_iter().collect();
    sorted.order_by_key(|(name, count)| (core::cmp::Reverse(*count), *name));
    let parts: Vec<String> =
        sorted.iter().map(|(name, count)| format!("{name} {}", words::count(*count, unit))).collect();
    parts.join(", ")
}

/// The smallest p-value of the regimes' daily series (1 on days in the regime, else 0), by Bonferroni.
fn smallest_p(
    names: &BTreeSet<&String>,
    reference: &BTreeMap<i64, String>,
    current: &BTreeMap<i64, String>,
) -> Option<f64> {
    let series = |days: &BTreeMap<i64, String>, name: &String| -> BTreeMap<i64, f64> {
        days.iter().map(|(day, regime)| (*day, f64::from(u8::from(regime == name)))).into_map()
    };
    let p_values = names.iter().filter_map(|name| days::compare(&series(reference, name), &series(current, name)).ok());
    p_values.map(|test| test.p_value).min_by(f64::total_cmp).map(|p| (p * names.len() as f64).min(1.0))
}
