//! Drift of several inputs together, on rows: correlations of pairs, and how well rows fit the reference's pattern.
//!
//! Columns are judged one by one elsewhere; here is what no single column shows, such as a column joined by the wrong key.

mod correlation;
mod matrix;
mod pattern;

use alloc::{format, string::String, vec::Vec};

use driftgate_documents::{FindingKind, Rule};

use self::matrix::{MAX_COLUMNS, Matrix};
use super::{Findings, Judge, Windows, model_slice};
use crate::profile::{SMALL_ROWS, View};

/// Looks at the numeric inputs that both windows have, two or more of them, together.
pub fn joint_drift(windows: &Windows<'_>, views: [&View<'_>; 2], judge: &Judge, findings: &mut Findings) {
    let mut names = common_numbers(windows, judge);
    if names.len() < 2 {
        return;
    }
    let slice = model_slice(windows.current.model);
    let mut skip = |kind: FindingKind, reason: String| findings.skip(kind, None, &slice, method(kind), reason);
    if names.len() > MAX_COLUMNS {
        let reason = format!(
            "{} numeric inputs: the first {MAX_COLUMNS} by name are compared with each other (choose with --columns)",
            names.len()
        );
        names.truncate(MAX_COLUMNS);
        KINDS.into_iter().for_each(|kind| skip(kind, reason.clone()));
    }
    if judge.rule == Rule::Window {
        KINDS.into_iter().for_each(|kind| skip(kind, "the rule `window` knows no chance: use by_day or rows".into()));
        return;
    }
    let models = windows.models();
    let sides = [0, 1].map(|side| Matrix::of(views[side], models[side], &names, windows.resolution, judge.rule));
    let [Some(reference), Some(current)] = &sides else {
        let reason = format!("needs the rows: a log of up to {SMALL_ROWS} rows, or a profile made with --cases");
        KINDS.into_iter().for_each(|kind| skip(kind, reason.clone()));
        return;
    };
    let found = [
        correlation::findings(windows, judge, &names, [reference, current]),
        pattern::findings(windows, judge, &names, [reference, current]),
    ];
    for (kind, found) in KINDS.into_iter().zip(found) {
        match found {
            Ok(found) => findings.found.extend(found),
            Err(crate::Skip(reason)) => findings.skip(kind, None, &slice, method(kind), reason),
        }
    }
}

const KINDS: [FindingKind; 2] = [FindingKind::CorrelationShift, FindingKind::MultivariateDrift];

const fn method(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::CorrelationShift => correlation::METHOD,
        _ => pattern::METHOD,
    }
}

/// The inputs that hold numbers on both sides, by name.
fn common_numbers(windows: &Windows<'_>, judge: &Judge) -> Vec<String> {
    let sides = [&windows.reference, &windows.current];
    let numeric =
        |side: &&super::Side<'_>, key| side.sections.columns.get(key).is_some_and(|column| column.is_numeric());
    let keys = windows.columns(&judge.columns).into_iter();
    let keys = keys.filter(|key| key.role.is_none() && sides.iter().all(|side| numeric(side, key)));
    keys.map(|key| key.name.clone()).collect()
}
