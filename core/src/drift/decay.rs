//! Performance decay: a threshold by kind of model is exceeded *and* the daily losses differ significantly.
//!
//! Beside it stands the same change of the naive forecast: when both rose alike, the world changed and not the model.

use alloc::{format, string::String, vec::Vec};

use driftgate_documents::{DriftVerdict, Finding, FindingKind, ModelKind, Rule, Severity, Task};

use super::{
    Findings, Judge, Side, Windows, blank,
    columns::adjusted,
    days,
    evidence::{Daily, Mean, daily, over_rows},
    rule_name,
};
use crate::{
    Skip, math,
    metric::{self, Context, Metrics},
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

/// A metric of one model in both windows, before the number of tests is known.
struct Candidate<'a> {
    windows: &'a Windows<'a>,
    threshold: &'static Threshold,
    /// The naive forecast's MAE, where there is one.
    naive: Vec<f64>,
    worse: f64,
    finding: Finding,
    /// Why there is no test.
    doubt: String,
}

/// Compares the errors of each model in both windows. Every model has its chance to alarm: their tests are one family.
/// (Accuracy and F1 of a model share a test, which Benjamini-Hochberg does not notice.)
pub fn decay(
    family: &[Windows<'_>],
    judge: &Judge,
    task: Task,
    kind: Option<ModelKind>,
    positive: Option<&str>,
    findings: &mut Findings,
) {
    let mut candidates = Vec::new();
    for windows in family {
        let totals = [&windows.reference, &windows.current].map(total);
        if totals.iter().all(|score| score.pairs == 0) {
            continue; // inputs alone: nothing was promised
        }
        let metrics = totals
            .each_ref()
            .map(|score| metric::metrics(score, Some(task), &Context { positive, ..Context::default() }));
        let of = thresholds(kind, task).iter();
        candidates
            .extend(of.filter_map(|threshold| candidate(windows, judge, threshold, &totals, &metrics, task, findings)));
    }
    let p_values: Vec<f64> = candidates.iter().filter_map(|candidate| candidate.finding.p_value).collect();
    let mut adjusted = adjusted(judge, &p_values).into_iter();
    for mut candidate in candidates {
        candidate.finding.p_adjusted = candidate.finding.p_value.and_then(|_| adjusted.next());
        findings.found.push(conclude(candidate, judge));
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

fn candidate<'a>(
    windows: &'a Windows<'_>,
    judge: &Judge,
    threshold: &'static Threshold,
    totals: &[Score; 2],
    metrics: &[Metrics; 2],
    task: Task,
    findings: &mut Findings,
) -> Option<Candidate<'a>> {
    let name = threshold.metric;
    let slice = super::model_slice(windows.current.model);
    let (Some(before), Some(now)) = (metrics[0].values.get(name), metrics[1].values.get(name)) else {
        let side = if metrics[0].values.contains_key(name) { "current" } else { "reference" };
        findings.skip(FindingKind::PerformanceDecay, None, &slice, name, no_value(name, side, task));
        return None;
    };
    let worse = if threshold.points { before - now } else { change(*before, *now) };
    let mut finding = blank(FindingKind::PerformanceDecay, None, windows, name, rule_name(judge.rule));
    finding.statistic = Some(now - before);
    finding.effect = worse.is_finite().then_some(worse);
    finding.threshold = Some(threshold.warning);
    finding.reference = Some(*before);
    finding.current = Some(*now);
    finding.n_reference = totals[0].pairs;
    finding.n_current = totals[1].pairs;
    let mut doubt = String::new();
    match significance(windows, judge, name, task, totals) {
        Ok(test) => {
            finding.p_value = Some(test.p_value);
            finding.n_effective_reference = test.n_effective.map(|n| n[0]);
            finding.n_effective_current = test.n_effective.map(|n| n[1]);
        }
        Err(reason) => doubt = format!("; its significance is unknown: {}", reason.0),
    }
    let naive = metrics.iter().filter_map(|metrics| metrics.values.get("naive_mae").copied()).collect();
    Some(Candidate { windows, threshold, naive, worse, finding, doubt })
}

fn conclude(candidate: Candidate<'_>, judge: &Judge) -> Finding {
    let Candidate { windows, threshold, naive, worse, mut finding, doubt } = candidate;
    let significant = finding.p_adjusted.is_some_and(|p| p <= judge.alpha);
    if worse >= threshold.warning && significant {
        finding.verdict = DriftVerdict::Drift;
        finding.severity = Some(if worse >= threshold.critical { Severity::Critical } else { Severity::Moderate });
    } else if worse >= threshold.warning && finding.p_value.is_none() {
        finding.verdict = DriftVerdict::Inconclusive;
    }
    finding.message = super::of_model(windows) + &sentence(threshold, &finding, worse, significant, &naive) + &doubt;
    finding
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

fn sentence(threshold: &Threshold, finding: &Finding, worse: f64, significant: bool, naive: &[f64]) -> String {
    let name = if threshold.metric.len() <= 4 { threshold.metric.to_uppercase() } else { threshold.metric.into() };
    let moved = if threshold.points { format!("{:+.1} points", -100.0 * worse) } else { words::percent(worse) };
    let noise = if worse >= threshold.warning && !significant { ", which may be chance" } else { "" };
    let world = match naive {
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
    let [before, now] = [finding.reference, finding.current].map(|value| words::short(value.unwrap_or(f64::NAN)));
    format!("{name} {before} -> {now} ({moved}{noise}){world}")
}
