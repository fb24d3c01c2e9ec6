//! Concept drift: the relation of predictions and actuals has changed.
//!
//! A regressor: level and spread of the daily residuals, current against reference, and the early half of the current
//! window's days against its late half (of an odd number of days the middle one is late). Where all actuals are above 0
//! the residuals are relative (see `profile/residuals.rs`), else plain.
//! - The level counts from 0.32 standard deviations of the residuals it is held against. A shift of d deviations is a
//!   Wasserstein distance of d deviations, so its bands are read; the mean |error| alone would rise by some d^2 / 2, 5 %
//!   at 0.32: the error of the model may not show such a bias yet.
//! - The spread (the typical daily root mean square about the reference's mean residual) counts from a ratio of 1.5
//!   either way, as that of a column; moderate from 2, critical from 3. Residuals are as wide as the world is wild: in the
//!   second half of 2007 the ratio was 1.4 in calm windows, in the crash of 2008 it was 4.
//! - Two tests each, Bonferroni.
//!
//! A classifier: its daily error rate, early against late, from 5 points on and critical from 10. Whether it errs more
//! than in the reference is said by performance decay.

use alloc::{collections::BTreeMap, format, string::String, vec::Vec};

use driftgate_documents::{DriftVerdict, Finding, FindingKind, Role, Task};

use super::{
    Findings, Judge, Scale, Side, Windows, at_least_minor, blank, days,
    evidence::{self, Daily, Evidence, Mean},
};
use crate::{
    Skip, math,
    order::IntoOrdered,
    profile::{Bucket, ColumnKey, Moments, centred_squares},
    table::NO_TIME,
    words,
};

/// Shifts of the level, in standard deviations.
const LEVEL: Scale = Scale::WASSERSTEIN;

/// Ratios of spreads.
const SPREAD: Scale = Scale([1.5, 2.0, 3.0]);

/// Changes of an error rate; from the first on it is at least moderate.
const ERRORS: Scale = Scale([0.05, 0.05, 0.10]);

/// Compares what a model missed: with the reference, and within the current window.
pub fn concept_drift(windows: &Windows<'_>, judge: &Judge, task: Task, findings: &mut Findings) {
    match task {
        Task::Regression => residual_drift(windows, judge, findings),
        Task::Classification => error_drift(windows, judge, findings),
    }
}

/// A part of a window: its days.
type Days<'a, T> = BTreeMap<i64, &'a T>;

fn days_of<'a>(side: &'a Side<'_>, has: impl Fn(&Bucket) -> bool) -> Days<'a, Bucket> {
    let buckets = side.timeline.buckets.iter().filter(|(day, bucket)| **day != NO_TIME && has(bucket));
    buckets.map(|(day, bucket)| (*day, bucket)).into_map()
}

/// The first and the second half of the days.
fn halves<'a, T>(days: &Days<'a, T>) -> [Days<'a, T>; 2] {
    let half = days.len() / 2;
    let part = |from: usize, to: usize| days.iter().skip(from).take(to).map(|(day, of)| (*day, *of)).into_map();
    [part(0, half), part(half, days.len())]
}

/// A skip below three days on a side.
fn check(parts: [usize; 2], what: &str) -> Result<(), Skip> {
    if parts.iter().all(|days| *days >= days::MIN_DAYS) {
        return Ok(());
    }
    let least = days::MIN_DAYS;
    Err(Skip::because(format!(
        "{} and {} days with prediction and actual {what}; at least {least} on each side",
        parts[0], parts[1]
    )))
}

fn residual_drift(windows: &Windows<'_>, judge: &Judge, findings: &mut Findings) {
    let relative = [&windows.reference, &windows.current].into_iter().all(all_positive);
    if [&windows.reference, &windows.current].into_iter().any(has_no_pairs) {
        return; // said by decay
    }
    let [reference, current] = [&windows.reference, &windows.current].map(|side| residuals(side, relative));
    let unit = if relative { "relative residual" } else { "residual" };
    let [early, late] = halves(&current);
    let against = Against { windows, judge, relative, method: "residual", now: unit, before: "in the reference" };
    against.compare(&reference, &current, check([reference.len(), current.len()], "in the two windows"), findings);
    let within =
        Against { method: "early_late", now: &format!("late {unit}"), before: "early in the window", ..against };
    within.compare(&early, &late, check([early.len(), late.len()], "early and late in the window"), findings);
}

/// The residuals of each day that has any.
fn residuals<'a>(side: &'a Side<'_>, relative: bool) -> Days<'a, Moments> {
    let days = days_of(side, |bucket| bucket.score.pairs > 0).into_iter();
    let of = |(day, bucket): (i64, &'a Bucket)| {
        (day, if relative { &bucket.residuals.relative } else { &bucket.residuals.plain })
    };
    days.map(of).into_map()
}

/// Whether every actual is above 0, so that a share of it means something.
fn all_positive(side: &Side<'_>) -> bool {
    let actual = side.sections.columns.get(&ColumnKey::role(Role::Actual));
    actual.and_then(|column| column.values.min()).is_some_and(|least| least > 0.0)
}

fn has_no_pairs(side: &Side<'_>) -> bool {
    side.timeline.buckets.values().all(|bucket| bucket.score.pairs == 0)
}

/// A comparison of residuals, and how it is told.
#[derive(Clone, Copy)]
struct Against<'a> {
    windows: &'a Windows<'a>,
    judge: &'a Judge,
    relative: bool,
    method: &'a str,
    now: &'a str,
    before: &'a str,
}

/// What a change of residuals comes to.
struct Change {
    reference: f64,
    current: f64,
    effect: f64,
    scale: Scale,
    evidence: Result<Evidence, Skip>,
}

impl Against<'_> {
    fn compare(
        &self,
        reference: &Days<'_, Moments>,
        current: &Days<'_, Moments>,
        enough: Result<(), Skip>,
        findings: &mut Findings,
    ) {
        let changes = enough.and_then(|()| changes(reference, current));
        match changes {
            Err(Skip(reason)) => {
                let slice = super::model_slice(self.windows.current.model);
                findings.skip(FindingKind::ConceptDrift, None, &slice, self.method, reason);
            }
            Ok([level, spread]) => {
                let n = [reference, current].map(|days| days.values().map(|day| day.numbers).sum());
                findings.found.push(self.finding("level", &level, n));
                findings.found.push(self.finding("spread", &spread, n));
            }
        }
    }

    fn finding(&self, what: &str, change: &Change, n: [u64; 2]) -> Finding {
        let method = format!("{}_{what}", self.method);
        let mut finding = blank(FindingKind::ConceptDrift, None, self.windows, &method, "by_day");
        finding.convention = if self.relative { "relative" } else { "plain" }.into();
        let p_value = change.evidence.as_ref().ok().and_then(|evidence| evidence.p_value);
        // Level and spread are two chances to alarm.
        let p_adjusted = p_value.map(|p| (2.0 * p).min(1.0));
        conclude(&mut finding, self.judge, change, p_adjusted, n);
        let [reference, current] = [change.reference, change.current].map(|value| self.show(value));
        let (now, before, effect) = (self.now, self.before, words::short(change.effect));
        let moved = match what {
            "level" => format!("mean {now} {current}, {reference} {before}: {effect} standard deviations apart"),
            _ => format!("spread of the {now} {current}, {reference} {before}: a factor of {effect}"),
        };
        finding.message = sentence(self.windows, moved, &finding, change);
        finding
    }

    fn show(&self, residual: f64) -> String {
        if self.relative { format!("{:.2} %", 100.0 * residual) } else { words::short(residual) }
    }
}

/// The change of the level in standard deviations of the reference's rows, and that of the spread as a ratio above 1.
fn changes(reference: &Days<'_, Moments>, current: &Days<'_, Moments>) -> Result<[Change; 2], Skip> {
    let of = |days: &Days<'_, Moments>| {
        Mean::of(&evidence::sum(days.values().copied())).ok_or_else(|| Skip::because("no residual that is a number"))
    };
    let (before, now) = (of(reference)?, of(current)?);
    let deviation = math::sqrt(before.variance.max(0.0));
    if !(deviation > 0.0 && deviation.is_finite()) {
        return Err(Skip::because("the residuals it is held against never vary, or by more than a number can say"));
    }
    let series = |days: &Days<'_, Moments>, value: &dyn Fn(&Moments) -> Option<f64>| -> Daily {
        days.iter().filter_map(|(day, moments)| Some((*day, value(moments)?))).into_map()
    };
    let spread = |moments: &Moments| spread(moments, before.value);
    let [levels, levels_now] = [reference, current].map(|days| series(days, &days::level));
    let [spreads, spreads_now] = [reference, current].map(|days| series(days, &spread));
    let typical = |spreads: &Daily| math::exp(days::mean(&spreads.values().copied().collect::<Vec<f64>>()));
    let (wide, wide_now) = (typical(&spreads), typical(&spreads_now));
    Ok([
        Change {
            reference: before.value,
            current: now.value,
            effect: math::abs(now.value - before.value) / deviation,
            scale: LEVEL,
            evidence: Evidence::of_days(&levels, &levels_now),
        },
        Change {
            reference: wide,
            current: wide_now,
            effect: (wide_now / wide).max(wide / wide_now),
            scale: SPREAD,
            evidence: Evidence::of_days(&spreads, &spreads_now),
        },
    ])
}

/// 1/2 ln of the mean squared deviation from `mu`: ((Sxx - 2 mu Sx) / n + mu^2), written so that nothing cancels.
fn spread(day: &Moments, mu: f64) -> Option<f64> {
    let offset = days::level(day)? - mu;
    let square = centred_squares(day.numbers, &day.sum, &day.squares) / day.numbers as f64 + offset * offset;
    (square > 0.0 && square.is_finite()).then(|| 0.5 * math::ln(square))
}

fn error_drift(windows: &Windows<'_>, judge: &Judge, findings: &mut Findings) {
    let days = days_of(&windows.current, |bucket| bucket.score.pairs > 0);
    if has_no_pairs(&windows.current) {
        return; // said by decay
    }
    let parts = halves(&days);
    let [early, late] = parts.each_ref().map(|days| {
        let pairs = days.values().map(|bucket| bucket.score.pairs).sum::<u64>();
        Mean::share(pairs - days.values().map(|bucket| bucket.score.right).sum::<u64>(), pairs)
    });
    let enough = check([parts[0].len(), parts[1].len()], "early and late in the window");
    let (Ok(()), Some(early), Some(late)) = (&enough, early, late) else {
        let reason = enough.err().map_or_else(String::new, |skip| skip.0);
        let slice = super::model_slice(windows.current.model);
        findings.skip(FindingKind::ConceptDrift, None, &slice, "early_late_errors", reason);
        return;
    };
    let rate = |bucket: &Bucket| 1.0 - bucket.score.right as f64 / bucket.score.pairs as f64;
    let [rates, rates_now] = parts.map(|days| days.iter().map(|(day, of)| (*day, rate(of))).collect::<Daily>());
    let change = Change {
        reference: early.value,
        current: late.value,
        effect: math::abs(late.value - early.value),
        scale: ERRORS,
        evidence: Evidence::of_days(&rates, &rates_now),
    };
    let mut finding = blank(FindingKind::ConceptDrift, None, windows, "early_late_errors", "by_day");
    let p_value = change.evidence.as_ref().ok().and_then(|evidence| evidence.p_value);
    conclude(&mut finding, judge, &change, p_value, [early.n, late.n]);
    let moved = format!(
        "{:.1} % of the labels are wrong late in the window, {:.1} % early ({:+.1} points)",
        100.0 * late.value,
        100.0 * early.value,
        100.0 * (late.value - early.value)
    );
    finding.message = sentence(windows, moved, &finding, &change);
    findings.found.push(finding);
}

fn conclude(finding: &mut Finding, judge: &Judge, change: &Change, p_adjusted: Option<f64>, n: [u64; 2]) {
    finding.statistic = Some(change.current - change.reference);
    finding.effect = Some(change.effect);
    finding.threshold = Some(change.scale.0[0]);
    finding.reference = Some(change.reference);
    finding.current = Some(change.current);
    finding.n_reference = n[0];
    finding.n_current = n[1];
    let band = change.scale.band(change.effect);
    evidence::judge_by(finding, &change.evidence, p_adjusted, band.is_some(), judge.alpha);
    if finding.verdict == DriftVerdict::Drift {
        finding.severity = at_least_minor(band);
    }
}

fn sentence(windows: &Windows<'_>, moved: String, finding: &Finding, change: &Change) -> String {
    let material = change.scale.band(change.effect).is_some();
    super::of_model(windows) + &moved + &evidence::doubt(finding, &change.evidence, material)
}
