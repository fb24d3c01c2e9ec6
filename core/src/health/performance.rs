//! Performance: the decay that weighs most; where actuals are still missing, what is estimated of it.

use alloc::{format, string::String, vec::Vec};

use driftgate_documents::{DriftVerdict, Estimate, Finding, FindingKind, Report, Severity, Task};

use super::{Answer, fall, whole};
use crate::{
    drift::{limits, model_slice},
    metric, words,
};

pub(super) fn score(report: &Report) -> Answer {
    if report.reference.is_none() {
        return Err("there is no reference to compare with (--reference)".into());
    }
    let slice = model_slice(report.plan.model.as_deref().unwrap_or_default());
    let decays = report.findings.iter().filter(|found| found.kind == FindingKind::PerformanceDecay);
    let mine: Vec<&Finding> = decays.filter(|found| found.slice == slice).collect();
    let judged: Vec<(f64, String)> = mine.iter().filter_map(|found| decay(report, found)).collect();
    if let Some(worst) = least(judged) {
        return Ok(worst);
    }
    let estimated = report.estimates.iter().filter(|estimate| estimate.slice == slice);
    let current = report.current.as_ref();
    let all = |estimate: &&Estimate| {
        current.is_some_and(|window| {
            (window.first_day.as_ref(), window.last_day.as_ref()) == (Some(&estimate.from), Some(&estimate.to))
        })
    };
    if let Some(worst) = least(estimated.filter(all).filter_map(|estimate| estimate_score(report, estimate)).collect())
    {
        return Ok(worst);
    }
    Err(mine.first().map_or_else(|| "no actuals are known in both windows".into(), |found| found.message.clone()))
}

fn least(scores: Vec<(f64, String)>) -> Option<(f64, String)> {
    scores.into_iter().min_by(|a, b| a.0.total_cmp(&b.0))
}

/// The score of a metric that was tested. What may be chance does not count against the model, and where the world
/// changed it is the model's skill that counts.
fn decay(report: &Report, found: &Finding) -> Option<(f64, String)> {
    let limits = limits(&found.method, report.plan.kind, report.plan.task?)?;
    let alpha = report.plan.alpha.unwrap_or(0.05);
    let significant = found.p_adjusted? <= alpha;
    if found.verdict == DriftVerdict::Drift && found.severity == Some(Severity::Minor) {
        let skill = |window: &str| whole(report, window)?.metrics.get("skill").copied();
        let (before, now) = (skill("reference")?, skill("current")?);
        return Some((fall(now / before - 1.0, limits), found.message.clone()));
    }
    // From no error at all any is infinitely worse.
    let effect = if significant { found.effect.unwrap_or(f64::INFINITY) } else { 0.0 };
    Some((fall(effect, limits), found.message.clone()))
}

/// The score of an estimate: what its band leaves open does not count against the model.
fn estimate_score(report: &Report, estimate: &Estimate) -> Option<(f64, String)> {
    let (value, lower, upper) = (estimate.value?, estimate.lower?, estimate.upper?);
    let reference = estimate.reference?;
    let task = report.plan.task?;
    let limits = limits(&estimate.metric, report.plan.kind, task)?;
    let larger_is_better = metric::find(&estimate.metric)?.larger_is_better;
    let outside = if larger_is_better { upper < reference } else { lower > reference };
    let worse = match task {
        Task::Classification => reference - value,
        Task::Regression => value / reference - 1.0,
    };
    let reason = format!(
        "estimated, as actuals are missing: {} {} ({} .. {}), {} in the reference",
        estimate.metric,
        words::short(value),
        words::short(lower),
        words::short(upper),
        words::short(reference)
    );
    Some((fall(if outside { worse } else { 0.0 }, limits), reason))
}
