//! Performance decay: a threshold by kind of model is exceeded *and* the daily losses differ significantly.
//!
//! Beside it stands the same change of the naive forecast: when both rose alike, the world changed and not the model, and
//! the finding is minor. Since when is told by windows of trading days, moved day by day through the current one.

use alloc::{borrow::Cow, format, string::String, vec::Vec};

use driftgate_documents::{DriftVerdict, Finding, FindingKind, ModelKind, Rule, Severity, State, Task};

use super::{
    Findings, Judge, Side, Windows, blank,
    columns::adjusted,
    days,
    evidence::{Daily, Mean, daily, over_rows},
    latest_run, rule_name,
};
use crate::{
    Skip, math,
    metric::{self, Context, Metrics},
    order::IntoOrdered,
    profile::{Bucket, Merge, Score, Timeline},
    read::format_day,
    table::NO_TIME,
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

const PRICE: [Threshold; 3] = [relative("mae", 0.10, 0.15), relative("rmse", 0.15, 0.20), relative("mape", 0.10, 0.15)];
const CLASSIFIER: [Threshold; 2] = [points("accuracy", 0.03, 0.05), points("f1", 0.03, 0.05)];
const RISK: [Threshold; 1] = [relative("mae", 0.08, 0.10)];
const GENERIC: [Threshold; 2] = [relative("mae", 0.20, 0.20), relative("mape", 0.20, 0.20)];

/// A metric of one model in both windows, before the number of tests is known.
struct Candidate<'a> {
    windows: &'a Windows<'a>,
    threshold: &'static Threshold,
    /// The same metric of the naive forecast, where there is one.
    naive: Option<[f64; 2]>,
    /// MAE over that of the naive forecast, where there is one.
    skill: Option<[f64; 2]>,
    worse: f64,
    finding: Finding,
    /// Why there is no test, or why it says nothing.
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
    let measure = Measure { judge, task, positive };
    let mut candidates = Vec::new();
    for windows in family {
        let totals = [&windows.reference, &windows.current].map(total);
        if totals.iter().all(|score| score.pairs == 0) {
            continue; // inputs alone: nothing was promised
        }
        let of = thresholds(kind, task).iter();
        candidates.extend(of.filter_map(|threshold| candidate(windows, &measure, threshold, &totals, findings)));
    }
    let p_values: Vec<f64> = candidates.iter().filter_map(|candidate| candidate.finding.p_value).collect();
    let mut adjusted = adjusted(judge, &p_values).into_iter();
    for mut candidate in candidates {
        candidate.finding.p_adjusted = candidate.finding.p_value.and_then(|_| adjusted.next());
        findings.found.push(conclude(candidate, &measure));
    }
}

/// How metrics are taken and judged.
struct Measure<'a> {
    judge: &'a Judge,
    task: Task,
    positive: Option<&'a str>,
}

impl Measure<'_> {
    fn metrics(&self, score: &Score) -> Metrics {
        metric::metrics(score, Some(self.task), &Context { positive: self.positive, ..Context::default() })
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

/// How much worse a metric may get before it is a warning, and before it is critical.
#[must_use]
pub fn limits(metric: &str, kind: Option<ModelKind>, task: Task) -> Option<[f64; 2]> {
    let threshold = thresholds(kind, task).iter().find(|threshold| threshold.metric == metric)?;
    Some([threshold.warning, threshold.critical])
}

fn total(side: &Side<'_>) -> Score {
    let mut total = Score::default();
    side.timeline.buckets.values().for_each(|bucket| total.merge(&bucket.score));
    total
}

fn candidate<'a>(
    windows: &'a Windows<'_>,
    measure: &Measure<'_>,
    threshold: &'static Threshold,
    totals: &[Score; 2],
    findings: &mut Findings,
) -> Option<Candidate<'a>> {
    let name = threshold.metric;
    let metrics = totals.each_ref().map(|score| measure.metrics(score));
    let both = |name: &str| Some([*metrics[0].values.get(name)?, *metrics[1].values.get(name)?]);
    let naive = both(if name == "mape" { "naive_mape" } else { "naive_mae" });
    // Percentages mean something where there is a last value to forecast from; and rows have no test of them.
    if name == "mape" && (naive.is_none() || measure.judge.rule != Rule::ByDay) {
        return None;
    }
    let slice = super::model_slice(windows.current.model);
    let Some([before, now]) = both(name) else {
        let side = if metrics[0].values.contains_key(name) { "current" } else { "reference" };
        findings.skip(FindingKind::PerformanceDecay, None, &slice, name, no_value(name, side, measure.task));
        return None;
    };
    let worse = threshold.worse(before, now);
    let mut finding = blank(FindingKind::PerformanceDecay, None, windows, name, rule_name(measure.judge.rule));
    finding.statistic = Some(now - before);
    finding.effect = worse.is_finite().then_some(worse);
    finding.threshold = Some(threshold.warning);
    finding.reference = Some(before);
    finding.current = Some(now);
    finding.n_reference = totals[0].pairs;
    finding.n_current = totals[1].pairs;
    let mut doubt = String::new();
    match significance([&windows.reference, &windows.current], measure, name) {
        Ok(test) => {
            finding.n_effective_reference = test.n_effective.map(|n| n[0]);
            finding.n_effective_current = test.n_effective.map(|n| n[1]);
            finding.p_value = (!test.is_thin()).then_some(test.p_value);
            if test.is_thin() && worse >= threshold.warning {
                doubt = "; the reference days depend too much on each other to say more".into();
            }
        }
        Err(reason) => doubt = format!("; its significance is unknown: {}", reason.0),
    }
    Some(Candidate { windows, threshold, naive, skill: both("skill"), worse, finding, doubt })
}

fn conclude(candidate: Candidate<'_>, measure: &Measure<'_>) -> Finding {
    let significant = candidate.finding.p_adjusted.is_some_and(|p| p <= measure.judge.alpha);
    let message = super::of_model(candidate.windows) + &sentence(&candidate, significant);
    let same_world = candidate.is_of_the_world();
    let Candidate { windows, threshold, worse, mut finding, doubt, .. } = candidate;
    if worse >= threshold.warning && significant {
        finding.verdict = DriftVerdict::Drift;
        finding.severity = Some(match worse >= threshold.critical {
            _ if same_world => Severity::Minor,
            true => Severity::Critical,
            false => Severity::Moderate,
        });
        (finding.since, finding.state) = since(windows, threshold, measure).unzip();
    } else if worse >= threshold.warning && finding.p_value.is_none() {
        finding.verdict = DriftVerdict::Inconclusive;
    }
    finding.message = message + &doubt;
    finding
}

impl Threshold {
    /// How much worse the metric got, on the scale of the threshold; infinite from 0.
    fn worse(&self, before: f64, now: f64) -> f64 {
        if self.points { before - now } else { change(before, now) }
    }
}

impl Candidate<'_> {
    /// Whether the naive forecast got worse by about as much: then the world is the reason.
    fn is_of_the_world(&self) -> bool {
        let naive = self.naive.filter(|_| !self.threshold.points);
        self.worse >= self.threshold.warning
            && naive.is_some_and(|[before, now]| change(before, now) >= self.worse * SAME_WORLD)
    }
}

/// The last day of the first window in the latest run of windows that decay, and where that run stands.
fn since(windows: &Windows<'_>, threshold: &Threshold, measure: &Measure<'_>) -> Option<(String, State)> {
    let reference = &windows.reference;
    let before = *measure.metrics(&total(reference)).values.get(threshold.metric)?;
    let buckets = windows.current.timeline.buckets.iter();
    let days: Vec<(&i64, &Bucket)> =
        buckets.filter(|(day, bucket)| **day != NO_TIME && bucket.score.pairs > 0).collect();
    let alarms: Vec<bool> = days
        .windows(measure.judge.moving)
        .map(|days| {
            let buckets = days.iter().map(|(day, bucket)| (**day, (*bucket).clone())).into_map();
            let timeline = Cow::Owned(Timeline { buckets, ..Timeline::default() });
            let window = Side { model: windows.current.model, sections: windows.current.sections, timeline };
            let now = measure.metrics(&total(&window)).values.get(threshold.metric).copied();
            now.is_some_and(|now| threshold.worse(before, now) >= threshold.warning)
                && significance([reference, &window], measure, threshold.metric)
                    .is_ok_and(|test| !test.is_thin() && test.p_value <= measure.judge.alpha)
        })
        .collect();
    let (first, state) = latest_run(&alarms)?;
    let (day, _) = days.get(first + measure.judge.moving - 1)?;
    Some((format_day(windows.resolution.first_day(**day)), state))
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

impl Significance {
    /// Whether the reference is worth too few days for the test to mean anything.
    fn is_thin(&self) -> bool {
        self.n_effective.is_some_and(|n| n[0] < days::MIN_EFFECTIVE)
    }
}

/// Tests the loss behind a metric: over days, or over rows where the rule looks at rows.
fn significance(sides: [&Side<'_>; 2], measure: &Measure<'_>, name: &str) -> Result<Significance, Skip> {
    if measure.judge.rule != Rule::ByDay {
        let [Some(before), Some(now)] = sides.map(|side| mean_loss(&total(side), measure.task)) else {
            return Err(Skip::because("no rows with both a prediction and an actual"));
        };
        return over_rows([before, now]).map(|p_value| Significance { p_value, n_effective: None });
    }
    let [reference, current] = sides.map(|side| losses(side, name, measure.task));
    let test = days::compare(&reference, &current)?;
    Ok(Significance { p_value: test.p_value, n_effective: Some([test.n_eff_reference, test.n_eff_current]) })
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

/// The mean loss of each day: |error|, |error| / |actual|, error^2, or the share of wrong labels.
fn losses(side: &Side<'_>, name: &str, task: Task) -> Daily {
    daily(side, |bucket| loss(&bucket.score, name, task))
}

fn loss(score: &Score, name: &str, task: Task) -> Option<f64> {
    match (task, name) {
        (Task::Classification, _) => (score.pairs > 0).then(|| 1.0 - score.right as f64 / score.pairs as f64),
        (_, "rmse") => score.squared.mean(score.pairs),
        (_, "mape") => score.relative.mean(score.relative_rows),
        _ => score.absolute.mean(score.pairs),
    }
}

fn sentence(candidate: &Candidate<'_>, significant: bool) -> String {
    let Candidate { threshold, finding, worse, .. } = candidate;
    let name = if threshold.metric.len() <= 4 { threshold.metric.to_uppercase() } else { threshold.metric.into() };
    let moved = if threshold.points { format!("{:+.1} points", -100.0 * worse) } else { words::percent(*worse) };
    let noise = if *worse >= threshold.warning && !significant { ", which may be chance" } else { "" };
    let world = match candidate.naive {
        Some([before, now]) if !threshold.points => {
            let naive = words::percent(change(before, now));
            let skill = candidate.skill.map_or_else(String::new, |[before, now]| {
                format!(" (skill {} -> {})", words::short(before), words::short(now))
            });
            let why = if candidate.is_of_the_world() {
                format!(": the world changed, not the model{skill}")
            } else {
                String::new()
            };
            format!("; the naive forecast's moved {naive}{why}")
        }
        _ => String::new(),
    };
    let [before, now] = [finding.reference, finding.current].map(|value| words::short(value.unwrap_or(f64::NAN)));
    format!("{name} {before} -> {now} ({moved}{noise}){world}")
}
