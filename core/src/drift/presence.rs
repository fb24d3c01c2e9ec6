//! What is there at all: columns on one side only, columns of another type, missing values, new categories.

use alloc::{format, string::String, vec::Vec};

use driftgate_documents::{DriftVerdict, FindingKind, Role, Severity};

use super::{Findings, Judge, Scale, Windows, at_least_minor, blank, rule_name};
use crate::{
    profile::{ColumnKey, ColumnProfile},
    words,
};

/// The share of rows in new categories from which it counts.
const NEW_SHARE: f64 = 0.01;

/// Rows in new categories below which it does not count.
const MIN_NEW_ROWS: u64 = 5;

/// The change of the share of missing values that counts.
const MISSING_CHANGE: f64 = 0.10;

/// A column that both sides have.
#[derive(Clone, Copy)]
struct Pair<'a> {
    windows: &'a Windows<'a>,
    judge: &'a Judge,
    key: &'a ColumnKey,
    reference: &'a ColumnProfile,
    current: &'a ColumnProfile,
}

/// Compares what the columns of both sides hold.
pub fn presence(windows: &Windows<'_>, judge: &Judge, findings: &mut Findings) {
    for key in windows.columns(&judge.columns) {
        let sides = [&windows.reference, &windows.current].map(|side| side.sections.columns.get(key));
        match sides {
            [Some(reference), Some(current)] => both(&Pair { windows, judge, key, reference, current }, findings),
            [None, Some(_)] if is_feature(key) => one_sided(windows, key, "is not in the reference", findings),
            [Some(_), None] if is_feature(key) => one_sided(windows, key, "is gone: the reference has it", findings),
            _ => {}
        }
    }
}

/// A reference of inputs alone has no predictions and no confidence, which is no change of the log.
fn is_feature(key: &ColumnKey) -> bool {
    !matches!(key.role, Some(Role::Prediction | Role::Confidence))
}

fn one_sided(windows: &Windows<'_>, key: &ColumnKey, what: &str, findings: &mut Findings) {
    let mut finding = blank(FindingKind::SchemaChange, Some(&key.name), windows, "presence", "rows");
    finding.verdict = DriftVerdict::Drift;
    finding.severity = Some(Severity::Moderate);
    finding.message = format!("column {} {what}", key.name);
    findings.found.push(finding);
}

fn both(pair: &Pair<'_>, findings: &mut Findings) {
    let Pair { windows, key, reference, current, .. } = *pair;
    if reference.is_numeric() != current.is_numeric() {
        let kind = |column: &ColumnProfile| if column.is_numeric() { "numbers" } else { "text" };
        let mut finding = blank(FindingKind::SchemaChange, Some(&key.name), windows, "type", "rows");
        finding.verdict = DriftVerdict::Drift;
        finding.severity = Some(Severity::Critical);
        finding.message = format!("column {} held {} and now holds {}", key.name, kind(reference), kind(current));
        findings.found.push(finding);
        return;
    }
    missing_values(pair, findings);
    if !reference.is_numeric() {
        new_categories(pair, findings);
    }
}

fn missing_values(pair: &Pair<'_>, findings: &mut Findings) {
    let Pair { windows, judge, key, reference, current } = *pair;
    if reference.unusable() + current.unusable() == 0 {
        return;
    }
    let [before, now] = [reference, current].map(|column| column.unusable() as f64 / column.rows() as f64);
    let effect = crate::math::abs(now - before);
    let mut finding = blank(FindingKind::Missingness, Some(&key.name), windows, "missing_share", rule_name(judge.rule));
    finding.statistic = Some(now - before);
    finding.effect = Some(effect);
    finding.threshold = Some(MISSING_CHANGE);
    finding.reference = Some(before);
    finding.current = Some(now);
    finding.n_reference = reference.rows();
    finding.n_current = current.rows();
    // Fewer than five rows are no share.
    if effect >= MISSING_CHANGE && reference.rows().min(current.rows()) >= MIN_NEW_ROWS {
        finding.verdict = DriftVerdict::Drift;
        finding.severity = at_least_minor(Scale::KS.band(effect));
    }
    finding.message = format!(
        "{}: {:.2} % of the values are missing or of another kind, {:.2} % in the reference ({} and {} without a value)",
        key.name,
        100.0 * now,
        100.0 * before,
        words::count(current.unusable(), "row"),
        reference.unusable(),
    );
    findings.found.push(finding);
}

fn new_categories(pair: &Pair<'_>, findings: &mut Findings) {
    let Pair { windows, judge, key, reference, current } = *pair;
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
    if share >= NEW_SHARE && share >= 2.0 * singles && rows >= MIN_NEW_ROWS {
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
