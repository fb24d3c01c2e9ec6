//! Drift of every column: KS for numbers, chi-square and total variation for categories, one p-value, one verdict. What
//! else a plan asks for is read in [`methods`](super::methods).

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use driftgate_documents::{Adjust, DriftVerdict, Finding, FindingKind, ReferenceQuality, Rule};

use super::{
    Findings, Judge, Scale, Side, Windows, at_least_minor, blank, column_kind, days,
    frozen::{self, Frozen, Stillness},
    methods::{Readings, Samples, chi_square_p},
    rule_name,
    unjudged::unjudged,
};
use crate::{
    Skip,
    distance::total_variation,
    hypothesis::{
        DayLevel,
        adjust::{benjamini_hochberg, benjamini_yekutieli, bonferroni, holm},
        chi_square, ks, ks_statistic,
    },
    profile::{ColumnKey, ColumnProfile, MAX_RANK_ERROR, Merge, Moments, levels::PairedLevels, pair},
    words,
};

/// The least KS distance or total variation that counts under `by_day`.
const MATERIAL: f64 = 0.10;

/// The ratio of spreads that counts under `by_day`, either way.
const MATERIAL_SPREAD: f64 = 1.5;

/// What is known about a column before the number of tests is.
struct Candidate<'a> {
    key: &'a ColumnKey,
    numeric: bool,
    finding: Finding,
    readings: Readings,
    p_values: Vec<f64>,
    days: Option<days::ByDay>,
    /// Why the rule cannot decide, if it cannot.
    undecided: Option<String>,
}

/// Judges every column that both sides have.
pub fn column_drift(windows: &Windows<'_>, judge: &Judge, findings: &mut Findings) {
    let mut candidates = Vec::new();
    collect(windows, judge, &mut candidates, findings);
    let adjusted = adjust(judge, candidates.iter());
    for (candidate, p_adjusted) in candidates.into_iter().zip(adjusted) {
        conclude(windows, judge, candidate, p_adjusted, findings);
    }
}

/// Judges the columns of several pairs of windows as one family of tests; one list of findings a pair.
#[must_use]
pub fn family_drift(family: &[Windows<'_>], judge: &Judge) -> Vec<Findings> {
    let mut answers: Vec<Findings> = family.iter().map(|_| Findings::default()).collect();
    let mut members = Vec::new();
    for (windows, findings) in family.iter().zip(&mut answers) {
        let mut candidates = Vec::new();
        collect(windows, judge, &mut candidates, findings);
        members.push(candidates);
    }
    let mut adjusted = adjust(judge, members.iter().flatten()).into_iter();
    for ((windows, candidates), findings) in family.iter().zip(members).zip(&mut answers) {
        for (candidate, p_adjusted) in candidates.into_iter().zip(adjusted.by_ref()) {
            conclude(windows, judge, candidate, p_adjusted, findings);
        }
    }
    answers
}

/// The columns that both sides have, before the number of tests is known.
fn collect<'a>(windows: &'a Windows<'_>, judge: &Judge, candidates: &mut Vec<Candidate<'a>>, findings: &mut Findings) {
    for key in windows.columns(&judge.columns) {
        let sides = [&windows.reference, &windows.current].map(|side| side.sections.columns.get(key));
        let [Some(reference), Some(current)] = sides else { continue };
        if reference.is_numeric() != current.is_numeric() {
            continue; // said by `presence`: another type
        }
        if key.role.is_none() && unjudged(reference, current).is_some() {
            continue; // said by the account of columns
        }
        match candidate(windows, judge, key, reference, current) {
            Ok(candidate) => candidates.push(candidate),
            Err(Skip(reason)) => {
                let method = if reference.is_numeric() { "ks" } else { "chi_square" };
                findings.skip(
                    column_kind(key),
                    Some(&key.name),
                    &super::model_slice(windows.current.model),
                    method,
                    reason,
                );
            }
        }
    }
}

fn candidate<'a>(
    windows: &Windows<'_>,
    judge: &Judge,
    key: &'a ColumnKey,
    reference: &ColumnProfile,
    current: &ColumnProfile,
) -> Result<Candidate<'a>, Skip> {
    let numeric = reference.is_numeric();
    let days = match judge.rule {
        Rule::ByDay => Some(days::by_day(windows, key, numeric)),
        _ => None,
    };
    let mut finding = blank(column_kind(key), Some(&key.name), windows, "", rule_name(judge.rule));
    let (p_rows, readings) = if numeric {
        let p_value = of_numbers(windows, key, reference, current, judge, &mut finding)?;
        (p_value, Readings::of(judge, Samples::Numbers(reference.compared(), current.compared())))
    } else {
        let paired = pair(&reference.levels, &current.levels);
        finding.n_reference = reference.texts;
        finding.n_current = current.texts;
        let p_value = of_categories(&paired, judge, &mut finding)?;
        (Some(p_value), Readings::of(judge, Samples::Categories(&paired.reference, &paired.current)))
    };
    let (days, undecided) = match days {
        Some(Err(Skip(reason))) => (None, Some(reason)),
        days => (days.transpose()?, None),
    };
    let p_values = match (&days, &undecided) {
        (Some(days), _) => days.p_values.clone(),
        (None, Some(_)) => Vec::new(),
        (None, None) => p_rows.into_iter().collect(),
    };
    Ok(Candidate { key, numeric, finding, readings, p_values, days, undecided })
}

/// KS; answers the p-value for the rules that look at rows.
fn of_numbers(
    windows: &Windows<'_>,
    key: &ColumnKey,
    reference: &ColumnProfile,
    current: &ColumnProfile,
    judge: &Judge,
    finding: &mut Finding,
) -> Result<Option<f64>, Skip> {
    let by_rows = matches!(judge.rule, Rule::Rows | Rule::Any);
    let (before, now) = (reference.compared(), current.compared());
    // The exact p-value costs rows x rows: it is only computed where a rule reads it.
    let (statistic, rank_error, p_value) = if by_rows {
        let test = ks(before, now)?;
        (test.statistic, test.rank_error, Some(test.p_value))
    } else {
        let distance = ks_statistic(before, now)?;
        (distance.statistic, distance.rank_error, None)
    };
    if rank_error > MAX_RANK_ERROR {
        return Err(Skip::because(format!(
            "the summary may have moved ranks by {}: a tight cluster inside very wide tails. Profiles made with --cases keep rows to \
             compare instead",
            words::short(rank_error)
        )));
    }
    finding.method = "ks".into();
    finding.convention = "scipy-1.17".into();
    finding.statistic = Some(statistic);
    finding.effect = Some((statistic - rank_error).max(0.0));
    finding.rank_error = rank_error;
    finding.n_reference = before.len();
    finding.n_current = now.len();
    finding.reference = mean(&windows.reference, key);
    finding.current = mean(&windows.current, key);
    Ok(p_value)
}

/// Chi-square and its effect, total variation; answers the p-value over rows.
fn of_categories(paired: &PairedLevels, judge: &Judge, finding: &mut Finding) -> Result<f64, Skip> {
    let (before, now) = (&paired.reference, &paired.current);
    let test = chi_square(before, now)?;
    let (convention, p_value) = chi_square_p(judge, before, now, test.p_value);
    finding.method = "chi_square".into();
    finding.convention = convention.into();
    finding.statistic = Some(test.statistic);
    finding.effect = Some(total_variation(before, now)?);
    Ok(p_value)
}

/// The mean of all numbers of a column.
fn mean(side: &Side<'_>, key: &ColumnKey) -> Option<f64> {
    let mut total = Moments::default();
    side.sections.timeline.columns.get(key)?.values().for_each(|moments| total.merge(moments));
    days::level(&total)
}

/// The smallest adjusted p-value of each column, over all tests of all columns.
fn adjust<'a, 'b: 'a>(judge: &Judge, candidates: impl Iterator<Item = &'a Candidate<'b>> + Clone) -> Vec<Option<f64>> {
    let all: Vec<f64> = candidates.clone().flat_map(|candidate| candidate.p_values.iter().copied()).collect();
    let mut rest = adjusted(judge, &all).into_iter();
    let smallest = |candidate: &Candidate<'_>| rest.by_ref().take(candidate.p_values.len()).min_by(f64::total_cmp);
    candidates.map(smallest).collect()
}

/// The p-values of one family, adjusted as the plan or the rule says.
pub(super) fn adjusted(judge: &Judge, p_values: &[f64]) -> Vec<f64> {
    let default = if judge.rule == Rule::Any { Adjust::None } else { Adjust::BenjaminiHochberg };
    match judge.adjust.unwrap_or(default) {
        Adjust::BenjaminiHochberg => benjamini_hochberg(p_values),
        Adjust::Holm => holm(p_values),
        Adjust::Bonferroni => bonferroni(p_values),
        Adjust::BenjaminiYekutieli => benjamini_yekutieli(p_values),
        Adjust::None => p_values.to_vec(),
    }
}

fn conclude(
    windows: &Windows<'_>,
    judge: &Judge,
    candidate: Candidate<'_>,
    p_adjusted: Option<f64>,
    findings: &mut Findings,
) {
    let Candidate { key, numeric, mut finding, readings, p_values, days, undecided } = candidate;
    finding.p_value = p_values.iter().copied().min_by(f64::total_cmp);
    finding.p_adjusted = p_adjusted;
    if let Some(days) = &days {
        finding.outside = days.escaped;
        finding.one_value = days.stillness.and_then(Stillness::sure);
        finding.n_effective_reference = days.level.map(|test| test.n_eff_reference);
        finding.n_effective_current = days.level.map(|test| test.n_eff_current);
        findings.quality.extend(days.level.map(|test| quality(key, &finding, days.days_reference, &test)));
    }
    let effect = finding.effect.unwrap_or(0.0);
    (finding.verdict, finding.threshold) = verdict(judge, effect, readings.psi, p_adjusted, days.as_ref());
    let drifted = finding.verdict == DriftVerdict::Drift;
    // A day without any spread is as far from one with spread as can be: their share counts as a distance.
    let size = effect.max(days.as_ref().and_then(days::ByDay::stilled).unwrap_or(0.0));
    finding.severity = if drifted { at_least_minor(Scale::KS.band(size)) } else { None };
    finding.message = sentence(windows, key, &finding, numeric, days.as_ref());
    if let Some(reason) = undecided {
        finding.verdict = DriftVerdict::Inconclusive;
        finding.severity = None;
        finding.message = format!("{} cannot be judged: {reason}", key.name);
    }
    findings.found.push(finding.clone());
    readings.report(judge, &finding, findings);
}

/// The verdict and the effect it was measured against.
fn verdict(
    judge: &Judge,
    effect: f64,
    psi: Option<f64>,
    p_adjusted: Option<f64>,
    days: Option<&days::ByDay>,
) -> (DriftVerdict, Option<f64>) {
    let significant = |alpha: f64| p_adjusted.is_some_and(|p| p <= alpha);
    let (drifted, threshold) = match (judge.rule, days) {
        (Rule::ByDay, Some(days)) => {
            let outside = !(1.0 / MATERIAL_SPREAD..=MATERIAL_SPREAD).contains(&days.spread_ratio);
            let material = effect >= MATERIAL || outside;
            let drifted = material && (days.escaped || significant(judge.alpha)) || days.stilled().is_some();
            if days.is_thin() && !drifted {
                return (DriftVerdict::Inconclusive, Some(MATERIAL));
            }
            (drifted, MATERIAL)
        }
        (Rule::Any, _) => (p_adjusted.is_some_and(|p| p < 0.05) || psi.is_some_and(|psi| psi >= 0.25), 0.0),
        (Rule::Window, _) => (effect > 0.15, 0.15),
        (Rule::ByDay | Rule::Rows, _) => (significant(judge.alpha) && effect >= Scale::KS.0[0], Scale::KS.0[0]),
    };
    (if drifted { DriftVerdict::Drift } else { DriftVerdict::None }, Some(threshold))
}

fn quality(key: &ColumnKey, finding: &Finding, days: usize, test: &DayLevel) -> ReferenceQuality {
    let [before, now] = [test.n_eff_reference, test.n_eff_current];
    // (z for 5 % two-sided + z for 80 % power) x the standard error of a difference of means.
    let smallest = (1.959_963_984_540_054 + 0.841_621_233_572_914_3) * crate::math::sqrt(1.0 / before + 1.0 / now);
    let hint = (before < 10.0)
        .then(|| format!("{} effective days are few: use at least 250 days of reference", words::short(before)));
    ReferenceQuality {
        column: key.name.clone(),
        rows: finding.n_reference,
        days: days as u64,
        effective_days: before,
        smallest_shift: smallest.is_finite().then_some(smallest),
        hint,
    }
}

/// Days that hold one value only, where their share changed.
fn stillness(windows: &Windows<'_>, still: &Stillness) -> String {
    let Stillness { reference, current, p_value } = still;
    let unit = windows.resolution.name();
    let of = |days: &Frozen| format!("{} of {}", days.frozen, words::count(days.days as u64, unit));
    if current.share() > reference.share() {
        let by_itself =
            p_value.filter(|_| still.is_sure()).map_or_else(String::new, |p| format!("; {} by itself", words::p(p)));
        format!(", one value only on {} ({} in the reference{by_itself})", of(current), of(reference))
    } else if reference.share() - current.share() >= frozen::MATERIAL {
        format!(", several values a {unit} where {} of the reference had one only", of(reference))
    } else {
        String::new()
    }
}

fn sentence(
    windows: &Windows<'_>,
    key: &ColumnKey,
    finding: &Finding,
    numeric: bool,
    days: Option<&days::ByDay>,
) -> String {
    let what = match finding.kind {
        FindingKind::PredictionDrift => "the prediction".to_string(),
        FindingKind::ConfidenceDrift => "confidence".to_string(),
        _ => key.name.clone(),
    };
    let distance =
        format!("{} {}", if numeric { "KS" } else { "total variation" }, words::short(finding.effect.unwrap_or(0.0)));
    let moved = match (finding.reference, finding.current) {
        (Some(before), Some(now)) => format!(", mean {} -> {}", words::short(before), words::short(now)),
        _ => String::new(),
    };
    let sure = finding.p_adjusted.map_or(String::new(), |p| format!(", adjusted {}", words::p(p)));
    let over = days.map_or(String::new(), |days| {
        let current = words::count(windows.current.days().count() as u64, windows.resolution.name());
        format!(" over {} and {current}", days.days_reference)
    });
    let verdict = match finding.verdict {
        DriftVerdict::Drift => "drifted",
        DriftVerdict::None if finding.effect.unwrap_or(0.0) >= MATERIAL => "differs, but no more than chance explains",
        DriftVerdict::None => "is as before",
        DriftVerdict::Inconclusive => "cannot be judged: its reference days depend too much on each other",
    };
    let rows =
        [&windows.reference, &windows.current].map(|side| side.sections.columns.get(key).map_or(0, |of| of.numbers));
    let sampled = numeric && rows != [finding.n_reference, finding.n_current];
    let sample = if sampled { ", by a sample of rows" } else { "" };
    let still = days.and_then(|days| days.stillness).map_or(String::new(), |still| stillness(windows, &still));
    let outside = if finding.outside { ", outside all reference days" } else { "" };
    format!("{what} {verdict}: {distance}{moved}{still}{outside}{sure}{over}{sample}")
}
