//! Categories that never stood in the reference.

use alloc::{format, string::String, vec::Vec};

use driftgate_documents::{DriftVerdict, FindingKind, Rule};

use super::{Findings, Judge, Scale, Side, Windows, at_least_minor, blank, presence::Pair, rule_name};
use crate::{
    profile::{ColumnKey, Moments},
    table::NO_TIME,
};

/// The share of rows in new categories from which it counts.
const NEW_SHARE: f64 = 0.01;

/// Rows in new categories below which it does not count.
const MIN_NEW_ROWS: u64 = 5;

/// Shows the texts that never stood in the reference.
pub fn new_categories(pair: &Pair<'_>, windows: &Windows<'_>, judge: &Judge, findings: &mut Findings) {
    let Pair { key, reference, current } = *pair;
    if !reference.levels.is_complete() {
        return; // said by `column_drift`
    }
    let new: Vec<(&str, u64)> = current.levels.iter().filter(|(name, _)| reference.levels.get(name) == 0).collect();
    let rows: u64 = new.iter().map(|(_, count)| count).sum();
    if rows == 0 {
        return;
    }
    let share = rows as f64 / current.texts as f64;
    let mut finding = blank(FindingKind::NewCategory, Some(&key.name), windows, "new_share", rule_name(judge.rule));
    finding.statistic = Some(share);
    finding.effect = Some(share);
    finding.threshold = Some(NEW_SHARE);
    finding.n_reference = reference.texts;
    finding.n_current = current.texts;
    // Texts that stood once say how often a new one comes without any drift (Good 1953).
    let singles = reference.levels.iter().filter(|(_, count)| *count == 1).count() as f64 / reference.texts as f64;
    let chance = share < NEW_SHARE || share < 2.0 * singles || rows < MIN_NEW_ROWS;
    if !chance && (judge.rule != Rule::ByDay || stands_on_two_days(&windows.current, key, &new)) {
        finding.verdict = DriftVerdict::Drift;
        finding.severity = at_least_minor(Scale::KS.band(share));
    }
    let shown: Vec<&str> = new.iter().take(5).map(|(name, _)| *name).collect();
    let more = if new.len() > 5 { format!(" and {} more", new.len() - 5) } else { String::new() };
    let list = shown.join("`, `");
    finding.message =
        format!("{}: `{list}`{more} never stood in the reference ({:.2} % of the rows)", key.name, 100.0 * share);
    findings.found.push(finding);
}

/// Whether new texts stand on at least two days, or the window has only one. Where a day has too many texts to be
/// counted it is taken as yes: the bound on rows decides.
fn stands_on_two_days(side: &Side<'_>, key: &ColumnKey, new: &[(&str, u64)]) -> bool {
    let holds = |day: &Moments| day.too_many || new.iter().any(|(text, _)| day.shares.contains_key(*text));
    let buckets = side.timeline.columns.get(key).into_iter().flatten();
    let days = buckets.filter(|(day, moments)| **day != NO_TIME && holds(moments)).count();
    days >= 2 || side.days().count() <= 1
}
