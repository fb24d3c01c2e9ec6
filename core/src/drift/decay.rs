//! Performance decay: a threshold by kind of model is exceeded *and* the daily losses differ significantly.
//!
//! Beside it stands the same change of the naive forecast: when both rose alike, the world changed and not the model.

use alloc::{format, string::String, vec::Vec};

use driftgate_documents::{DriftVerdict, FindingKind, ModelKind, Rule, Severity, Task};

use super::{
    Findings, Judge, Side, Windows, blank, days,
    evidence::{Daily, Mean, daily, over_rows},
    rule_name,
};
use crate::{
    Skip, math,
    metric::{self, Metrics},
    profile::{Merge, Score},
    words,
};

/// How much worse a metric may get: relative to the reference, or in points.
struct Threshold {
    metric: &'static str,
    warning: f64,
    critical: f64,
    /// Whether the two are points (0.03 is 3 points) rather than shares of the reference value.
    points: bool,
}

/// The share of a model's decay that the naive forecast has to show for the world to be the reason.
const SAME_WORLD: f64 = 0.9;

const fn relative(metric: &'static str, warning: f64, critical: f64) -> Threshold {
    Threshold { metric, warning, critical, points: false }
}

const fn points(metric: &'static str, warning: f64, critical: f64) -> Threshold {
    Threshold { metric, warning, critical, points: true }
}

const PRICE: [Threshold; 2] = [relative("mae", 0.10, 0.15), relative("rmse", 0.15, 0.20)];
const CLASSIFIER: [Threshold; 2] = [points("accuracy", 0.03, 0.05), points("f1", 0.03, 0.05)];
const RISK: [Threshold; 1] = [relative("mae", 0.08, 0.10)];
const GENERIC: [Threshold; 1] = [relative("mae", 0.20, 0.20)];

/// Compares the errors of one model in both windows.
pub fn decay(
    windows: &Windows<'_>,
    judge: &Judge,
    task: Task,
    kind: Option<ModelKind>,
    positive: Option<&str>,
    findings: &mut Findings,
) {
    let totals = [&windows.reference, &windows.current].map(total);
    if totals.iter().all(|score| score.pairs == 0) {
        return; // inputs alone: nothing was promised
    }
    let metrics = totals.each_ref().map(|score| metric::metrics(score, Some(task), positive));
    for threshold in thresholds(kind, task) {
        one(windows, judge, threshold, &totals, &metrics, task, findings);
    }
}

fn thresholds(kind: Option<ModelKind>, task: Task) -> &'static [Threshold] {
    match (kind, task) {
        (Some(ModelKind::PricePredictor), _) => &PRICE,
        (Some(ModelKind::Classifier), _) | (None | Some(ModelKind::Generic), Task::Classification) => &CLASSIFIER,
        (Some(ModelKind::RiskAssessor), _) => &RISK,
        (Some(ModelKind::Generic) | None, Task::Regression) => &GENERIC,
    }
}

fn total(side: &Side<'_>) -> Score {
    let mut total = Score::default();
    side.timeline.buckets.values().for_each(|bucket| total.merge(&bucket.score));
    total
}

fn one(
    windows: &Windows<'_>,
    judge: &Judge,
    threshold: &Threshold,
    totals: &[Score; 2],
    metrics: &[Metrics; 2],
    task: Task,
    findings: &mut Findings,
) {
    let name = threshold.metric;
    let slice = super::model_slice(windows.current.model);
    let (Some(before), Some(now)) = (metrics[0].values.get(name), metrics[1].values.get(name)) else {
        let side = if metrics[0].values.contains_key(name) { "current" } else { "reference" };
        findings.skip(FindingKind::PerformanceDecay, None, &slice, name, no_value(name, side, task));
        return;
    };
    let worse = if threshold.points { before - now } else { change(*before, *now) };
    let test = significance(windows, judge, name, task, totals);
    let significant = test.as_ref().is_ok_and(|test| test.p_value <= 0.05);
    let mut finding = blank(FindingKind::PerformanceDecay, None, windows, name, rule_name(judge.rule));
    finding.statistic = Some(now - before);
    finding.effect = worse.is_finite().then_some(worse);
    finding.threshold = Some(threshold.warning);
    finding.reference = Some(*before);
    finding.current = Some(*now);
    finding.n_reference = totals[0].pairs;
    finding.n_current = totals[1].pairs;
    let mut doubt = String::new();
    match test {
        Ok(test) => {
            finding.p_value = Some(test.p_value);
            finding.p_adjusted = Some(test.p_value);
            finding.n_effective_reference = test.n_effective.map(|n| n[0]);
            finding.n_effective_current = test.n_effective.map(|n| n[1]);
        }
        Err(reason) => doubt = format!("; its significance is unknown: {}", reason.0),
    }
    if worse >= threshold.warning && significant {
        finding.verdict = DriftVerdict::Drift;
        finding.severity = Some(if worse >= threshold.critical { Severity::Critical } else { Severity::Moderate });
    } else if worse >= threshold.warning && finding.p_value.is_none() {
        finding.verdict = DriftVerdict::Inconclusive;
    }
    finding.message =
        super::of_model(windows) + &sentence(threshold, *before, *now, worse, significant, metrics) + &doubt;
    findings.found.push(finding);
}

fn no_value(name: &str, side: &str, task: Task) -> String {
    match (name, task) {
        ("accuracy" | "f1", Task::Regression) => {
            "predictions are numbers: use directional_accuracy (--kind price_predictor)".into()
        }
        ("mae" | "rmse", Task::Classification) => "predictions are labels: use accuracy (--kind classifier)".into(),
        _ => format!("the {side} has no rows with both a prediction and an actual"),
    }
}

/// Relative change; infinite from 0.
fn change(before: f64, now: f64) -> f64 {
    if before == now { 0.0 } else { (now - before) / math::abs(before) }
}

/// Whether a difference of losses may be chance.
struct Significance {
    p_value: f64,
    n_effective: Option<[f64; 2]>,
}

/// Tests the loss behind a metric: over days, or over rows where the rule looks at rows.
fn significance(
    windows: &Windows<'_>,
    judge: &Judge,
    name: &str,
    task: Task,
    totals: &[Score; 2],
) -> Result<Significance, Skip> {
    if judge.rule != Rule::ByDay {
        let [Some(before), Some(now)] = totals.each_ref().map(|score| mean_loss(score, task)) else {
            return Err(Skip::because("no rows with both a prediction and an actual"));
        };
        return over_rows([before, now]).map(|p_value| Significance { p_value, n_effective: None });
    }
    let [reference, current] = [&windows.reference, &windows.current].map(|side| losses(side, name, task));
    let test = days::compare(&reference, &current)?;
    let n_effective = Some([test.n_eff_reference, test.n_eff_current]);
    Ok(Significance { p_value: test.p_value, n_effective })
}

/// The mean |error| or the share of wrong labels over all rows; `None` of none.
fn mean_loss(score: &Score, task: Task) -> Option<Mean> {
    if task == Task::Classification {
        return Mean::share(score.pairs.saturating_sub(score.right), score.pairs);
    }
    let value = score.absolute.mean(score.pairs)?;
    let variance = score.squared.mean(score.pairs)? - value * value;
    Some(Mean { n: score.pairs, value, variance })
}

/// The mean loss of each day: |error|, error^2, or the share of wrong labels.
fn losses(side: &Side<'_>, name: &str, task: Task) -> Daily {
    daily(side, |bucket| (bucket.score.pairs > 0).then(|| loss(&bucket.score, name, task)))
}

fn loss(score: &Score, name: &str, task: Task) -> f64 {
    let pairs = score.pairs as f64;
    match (task, name) {
        (Task::Classification, _) => 1.0 - score.right as f64 / pairs,
        (_, "rmse") => score.squared.value() / pairs,
        _ => score.absolute.value() / pairs,
    }
}

fn sentence(
    threshold: &Threshold,
    before: f64,
    now: f64,
    worse: f64,
    significant: bool,
    metrics: &[Metrics; 2],
) -> String {
    let name = if threshold.metric.len() <= 4 { threshold.metric.to_uppercase() } else { threshold.metric.into() };
    let moved = if threshold.points { format!("{:+.1} points", -100.0 * worse) } else { words::percent(worse) };
    let noise = if worse >= threshold.warning && !significant { ", which may be chance" } else { "" };
    let naive: Vec<f64> = metrics.iter().filter_map(|metrics| metrics.values.get("naive_mae").copied()).collect();
    let world = match naive.as_slice() {
        [naive_before, naive_now] if !threshold.points => {
            let naive = change(*naive_before, *naive_now);
            let why = if worse >= threshold.warning && naive >= worse * SAME_WORLD {
                ": the world changed, not the model"
            } else {
                ""
            };
            format!("; the naive forecast's moved {}{why}", words::percent(naive))
        }
        _ => String::new(),
    };
    format!("{name} {} -> {} ({moved}{noise}){world}", words::short(before), words::short(now))
}
