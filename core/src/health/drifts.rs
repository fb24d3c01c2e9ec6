//! Drift: the finding that weighs most.

use alloc::format;

use driftgate_documents::{DriftVerdict, Finding, FindingKind, Report};

use super::{Answer, fall, of_severity};
use crate::{
    drift::{Scale, model_slice},
    words,
};

pub(super) fn score(report: &Report) -> Answer {
    if report.reference.is_none() {
        return Err("there is no reference to compare with (--reference)".into());
    }
    let model = model_slice(report.plan.model.as_deref().unwrap_or_default());
    let mine = || report.findings.iter().filter(|found| found.slice == model && counts(found));
    let worst = mine().min_by(|a, b| weight(a).total_cmp(&weight(b)));
    match worst {
        Some(found) => {
            let others = mine().count() - 1;
            let more =
                if others > 0 { format!(" (and {} more)", words::count(others as u64, "finding")) } else { "".into() };
            Ok((weight(found), format!("{}{more}", found.message)))
        }
        None if report.verdict == DriftVerdict::Inconclusive => {
            Err("too little data to say whether anything drifted".into())
        }
        None => Ok((1.0, "nothing drifted".into())),
    }
}

/// Whether a finding is drift; errors and data quality are components of their own, and further
/// distances only read again what one has judged.
fn counts(found: &Finding) -> bool {
    let other = [FindingKind::PerformanceDecay, FindingKind::Missingness, FindingKind::SchemaChange];
    let of_column = [FindingKind::FeatureDrift, FindingKind::PredictionDrift, FindingKind::ConfidenceDrift];
    let reads_again = of_column.contains(&found.kind) && found.column.is_some() && !JUDGES.contains(&&*found.method);
    found.verdict == DriftVerdict::Drift && !other.contains(&found.kind) && !reads_again
}

/// The methods that give a column its verdict.
const JUDGES: [&str; 2] = ["ks", "chi_square"];

fn weight(found: &Finding) -> f64 {
    let step = of_severity(found.severity);
    // Between two steps lies how far the distance is from the next band.
    let [_, moderate, critical] = Scale::KS.0;
    match (found.method.as_str(), found.effect) {
        (method, Some(effect)) if JUDGES.contains(&method) => step.min(fall(effect, [moderate, critical])),
        _ => step,
    }
}
