//! Drops: of the mean confidence (by a tenth of the reference's), and of the agreement with the rule (by 15 points).
//!
//! Only falls count here; a confidence that rose is seen by its distribution. A drop is moderate from its threshold on
//! and critical from twice that on.

use alloc::{format, string::String};

use driftgate_documents::{DriftVerdict, Finding, FindingKind, Role, Severity};

use super::{
    Findings, Judge, Side, Windows, blank, days,
    evidence::{self, Daily, Evidence, Mean},
    model_slice, rule_name,
};
use crate::{
    order::IntoOrdered,
    profile::{Bucket, ColumnKey},
    table::NO_TIME,
    words,
};

/// The relative fall of the mean confidence that counts.
const CONFIDENCE: f64 = 0.10;

/// The fall of the share of rows on which prediction and rule agree that counts.
const AGREEMENT: f64 = 0.15;

/// Compares the mean confidence, relative to the reference's. Skipped where that is not above 0.
pub fn confidence_drop(windows: &Windows<'_>, judge: &Judge, findings: &mut Findings) {
    let [reference, current] = [&windows.reference, &windows.current].map(confidence);
    let (Some((before, days)), Some((now, days_now))) = (reference, current) else { return };
    let mut finding = blank(FindingKind::ConfidenceDrift, None, windows, "mean_drop", rule_name(judge.rule));
    if before.value <= 0.0 {
        let slice = model_slice(windows.current.model);
        let reason = "the reference's mean confidence is not above 0, so a relative drop means nothing";
        findings.skip(finding.kind, None, &slice, "mean_drop", reason);
        return;
    }
    let drop = (before.value - now.value) / before.value;
    let evidence = Evidence::of(judge, [&days, &days_now], [before, now]);
    conclude(&mut finding, judge, [before, now], drop, CONFIDENCE, &evidence);
    let change = format!(
        "mean confidence {} -> {} ({})",
        words::short(before.value),
        words::short(now.value),
        words::percent(-drop)
    );
    finding.message = sentence(windows, &change, &finding, &evidence);
    findings.found.push(finding);
}

/// Compares how often prediction and rule agree, among rows that have both.
pub fn agreement_drop(windows: &Windows<'_>, judge: &Judge, findings: &mut Findings) {
    let [reference, current] = [&windows.reference, &windows.current].map(agreement);
    let (Some((before, days)), Some((now, days_now))) = (reference, current) else { return };
    let mut finding = blank(FindingKind::AgreementDrift, None, windows, "agreement", rule_name(judge.rule));
    let drop = before.value - now.value;
    let evidence = Evidence::of(judge, [&days, &days_now], [before, now]);
    conclude(&mut finding, judge, [before, now], drop, AGREEMENT, &evidence);
    let change = format!(
        "prediction and rule agree on {:.1} % of the rows, {:.1} % in the reference ({:+.1} points)",
        100.0 * now.value,
        100.0 * before.value,
        -100.0 * drop
    );
    finding.message = sentence(windows, &change, &finding, &evidence);
    findings.found.push(finding);
}

/// The mean confidence over all rows and by day; `None` without any.
fn confidence(side: &Side<'_>) -> Option<(Mean, Daily)> {
    let buckets = side.timeline.columns.get(&ColumnKey::role(Role::Confidence))?;
    let timed = buckets.iter().filter(|(day, _)| **day != NO_TIME);
    let by_day = timed.filter_map(|(day, moments)| Some((*day, days::level(moments)?))).into_map();
    Some((Mean::of(&evidence::sum(buckets.values()))?, by_day))
}

/// The share of rows on which both agree, over all rows and by day; `None` without any that have both.
fn agreement(side: &Side<'_>) -> Option<(Mean, Daily)> {
    let of = |bucket: &Bucket| Mean::share(bucket.score.agreeing, bucket.score.ruled_rows);
    let scores = || side.timeline.buckets.values().map(|bucket| &bucket.score);
    let all = Mean::share(scores().map(|score| score.agreeing).sum(), scores().map(|score| score.ruled_rows).sum())?;
    Some((all, evidence::daily(side, |bucket| Some(of(bucket)?.value))))
}

fn conclude(
    finding: &mut Finding,
    judge: &Judge,
    [before, now]: [Mean; 2],
    drop: f64,
    threshold: f64,
    evidence: &Result<Evidence, crate::Skip>,
) {
    finding.statistic = Some(now.value - before.value);
    finding.effect = Some(drop);
    finding.threshold = Some(threshold);
    finding.reference = Some(before.value);
    finding.current = Some(now.value);
    finding.n_reference = before.n;
    finding.n_current = now.n;
    let p_value = evidence.as_ref().ok().and_then(|evidence| evidence.p_value);
    evidence::judge_by(finding, evidence, p_value, drop >= threshold, judge.alpha);
    if finding.verdict == DriftVerdict::Drift {
        finding.severity = Some(if drop >= 2.0 * threshold { Severity::Critical } else { Severity::Moderate });
    }
}

fn sentence(
    windows: &Windows<'_>,
    change: &str,
    finding: &Finding,
    evidence: &Result<Evidence, crate::Skip>,
) -> String {
    let material = finding.effect >= finding.threshold;
    super::of_model(windows) + change + &evidence::doubt(finding, evidence, material)
}
