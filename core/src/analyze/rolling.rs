//! The current window day by day: windows of N trading days, each judged as a log of its own, and since when they alarm.

use alloc::{format, string::String, vec::Vec};

use driftgate_documents::{Finding, FindingKind, Plan, Rolling, Slice};

use super::{Models, Views, moving::TradingDays};
use crate::{
    Skip,
    drift::{self, Findings},
};

/// Judges every window and writes into the findings since when their columns alarm.
pub(super) fn rolling(plan: &Plan, views: &Views<'_>, models: &Models, findings: &mut Findings) -> Vec<Rolling> {
    let (Some(length), Some(reference), Some(model)) = (plan.rolling, &views.reference, &models.reference) else {
        return Vec::new();
    };
    let length = length as usize;
    let days = match TradingDays::of(&views.current, &models.current, plan.season) {
        Ok(days) if days.len() >= length => days,
        Ok(days) => return skip(format!("{} trading days are fewer than a window of {length}", days.len()), findings),
        Err(Skip(reason)) => return skip(reason, findings),
    };
    let firsts = 0..=days.len() - length;
    let judged: Vec<Rolling> =
        firsts.map(|first| days.judged(plan, first..first + length, (reference, model), &models.current)).collect();
    findings.found.iter_mut().for_each(|finding| date(finding, &judged));
    judged
}

fn skip(reason: String, findings: &mut Findings) -> Vec<Rolling> {
    findings.skip(FindingKind::FeatureDrift, None, &Slice::new(), "rolling", reason);
    Vec::new()
}

/// Dates the run of alarms of a finding's column.
fn date(finding: &mut Finding, windows: &[Rolling]) {
    let Some(column) = &finding.column else { return };
    let alarms: Vec<bool> = windows.iter().map(|window| window.columns.contains(column)).collect();
    if let Some((first, state)) = drift::latest_run(&alarms) {
        finding.since = Some(windows[first].to.clone());
        finding.state = Some(state);
    }
}
