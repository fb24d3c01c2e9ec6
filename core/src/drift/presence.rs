//! What is there at all: columns on one side only, columns of another type, missing values, values and categories that
//! never were.

use alloc::{format, vec::Vec};

use driftgate_documents::{DriftVerdict, FindingKind, Role, Severity};

use super::{
    Findings, Judge, Windows, blank, categories::new_categories, missing::missing_values, range::out_of_range,
    unjudged::unjudged,
};
use crate::profile::{ColumnKey, ColumnProfile};

/// A column that both sides have, of the same type.
#[derive(Clone, Copy)]
pub struct Pair<'a> {
    /// Which.
    pub key: &'a ColumnKey,
    /// What the reference held.
    pub reference: &'a ColumnProfile,
    /// What the current window holds.
    pub current: &'a ColumnProfile,
}

/// Compares what the columns of both sides hold.
pub fn presence(windows: &Windows<'_>, judge: &Judge, findings: &mut Findings) {
    let mut pairs = Vec::new();
    for key in windows.columns(&judge.columns) {
        let sides = [&windows.reference, &windows.current].map(|side| side.sections.columns.get(key));
        match sides {
            [Some(reference), Some(current)] if reference.is_numeric() != current.is_numeric() => {
                another_type(windows, key, reference, current, findings);
            }
            [Some(reference), Some(current)] => pairs.push(Pair { key, reference, current }),
            [None, Some(_)] if is_feature(key) => one_sided(windows, key, "is not in the reference", findings),
            [Some(_), None] if is_feature(key) => one_sided(windows, key, "is gone: the reference has it", findings),
            _ => {}
        }
    }
    missing_values(&pairs, windows, judge, findings);
    // The values of the others are new in every row, or the same.
    for pair in pairs.iter().filter(|pair| pair.key.role.is_some() || unjudged(pair.reference, pair.current).is_none())
    {
        if pair.reference.is_numeric() {
            out_of_range(pair, windows, judge, findings);
        } else {
            new_categories(pair, windows, judge, findings);
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

fn another_type(
    windows: &Windows<'_>,
    key: &ColumnKey,
    reference: &ColumnProfile,
    current: &ColumnProfile,
    findings: &mut Findings,
) {
    let kind = |column: &ColumnProfile| if column.is_numeric() { "numbers" } else { "text" };
    let mut finding = blank(FindingKind::SchemaChange, Some(&key.name), windows, "type", "rows");
    finding.verdict = DriftVerdict::Drift;
    finding.severity = Some(Severity::Critical);
    finding.message = format!("column {} held {} and now holds {}", key.name, kind(reference), kind(current));
    findings.found.push(finding);
}
