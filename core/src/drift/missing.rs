//! Missing values: the share of rows without a usable value.
//!
//! Under `by_day` the daily share is tested, and the change has to be seen on two days: one bad day is an accident, not
//! drift. Otherwise rows are taken as independent and counted in a 2 x 2 table. One p-value a column, Benjamini-Hochberg
//! over the columns that miss anything. A change of 10 points counts.

use alloc::{format, vec::Vec};

use driftgate_documents::{DriftVerdict, Finding, FindingKind, Rule};

use super::{
    Findings, Judge, Scale, Side, Windows, at_least_minor, blank, days,
    evidence::{self, Daily, Evidence},
    presence::Pair,
    rule_name,
};
use crate::{
    Skip,
    hypothesis::{adjust::benjamini_hochberg, chi_square},
    math, words,
};

/// The change of the share of missing values that counts.
const MATERIAL: f64 = 0.10;

/// Rows below which a share is none.
const MIN_ROWS: u64 = 5;

/// Compares the shares of missing values of all columns that miss any.
pub fn missing_values(pairs: &[Pair<'_>], windows: &Windows<'_>, judge: &Judge, findings: &mut Findings) {
    let some_missing = pairs.iter().filter(|pair| pair.reference.unusable() + pair.current.unusable() > 0);
    let tested: Vec<(&Pair<'_>, Result<Evidence, Skip>)> =
        some_missing.map(|pair| (pair, of_pair(pair, windows, judge))).collect();
    let p_value = |evidence: &Result<Evidence, Skip>| evidence.as_ref().ok().and_then(|evidence| evidence.p_value);
    let p_values: Vec<f64> = tested.iter().filter_map(|(_, evidence)| p_value(evidence)).collect();
    let mut adjusted = benjamini_hochberg(&p_values).into_iter();
    for (pair, evidence) in tested {
        let p_adjusted = p_value(&evidence).and_then(|_| adjusted.next());
        findings.found.push(conclude(pair, windows, judge, &evidence, p_adjusted));
    }
}

fn of_pair(pair: &Pair<'_>, windows: &Windows<'_>, judge: &Judge) -> Result<Evidence, Skip> {
    if judge.rule != Rule::ByDay {
        let counts = |column: &crate::profile::ColumnProfile| [column.unusable(), column.rows() - column.unusable()];
        let test = chi_square(&counts(pair.reference), &counts(pair.current))?;
        return Ok(Evidence { p_value: Some(test.p_value), n_effective: None, escaped: false });
    }
    let [reference, current] = [&windows.reference, &windows.current].map(|side| missing_days(side, pair));
    // A day's file is enough to see that what was always there is gone.
    if current.len() < days::MIN_DAYS && evidence::has_left(&reference, &current) {
        return Ok(Evidence { p_value: None, n_effective: None, escaped: true });
    }
    Evidence::of_days(&reference, &current)
}

/// The share of missing values of each day. A day on which no row has a value is not among the column's days.
fn missing_days(side: &Side<'_>, pair: &Pair<'_>) -> Daily {
    let column = side.timeline.columns.get(pair.key);
    let usable = |day: i64| {
        let moments = column.and_then(|days| days.get(&day));
        moments.map_or(0, |day| if pair.reference.is_numeric() { day.numbers } else { day.texts })
    };
    let days = side.days().filter_map(|day| Some((day, side.timeline.buckets.get(&day)?.score.rows)));
    days.filter(|(_, rows)| *rows > 0)
        .map(|(day, rows)| (day, rows.saturating_sub(usable(day)) as f64 / rows as f64))
        .collect()
}

/// Whether at least two days are away from the reference's share by half of what counts, or the window has only one. A
/// change that counts and is no single day's shows on two.
fn is_sustained(days: &Daily, before: f64) -> bool {
    let away = days.values().filter(|share| math::abs(**share - before) >= MATERIAL / 2.0).count();
    away >= 2 || days.len() <= 1
}

fn conclude(
    pair: &Pair<'_>,
    windows: &Windows<'_>,
    judge: &Judge,
    evidence: &Result<Evidence, Skip>,
    p_adjusted: Option<f64>,
) -> Finding {
    let Pair { key, reference, current } = *pair;
    let [before, now] = [reference, current].map(|column| column.unusable() as f64 / column.rows() as f64);
    let effect = math::abs(now - before);
    let mut finding = blank(FindingKind::Missingness, Some(&key.name), windows, "missing_share", rule_name(judge.rule));
    finding.statistic = Some(now - before);
    finding.effect = Some(effect);
    finding.threshold = Some(MATERIAL);
    finding.reference = Some(before);
    finding.current = Some(now);
    finding.n_reference = reference.rows();
    finding.n_current = current.rows();
    let large = effect >= MATERIAL && reference.rows().min(current.rows()) >= MIN_ROWS;
    let sustained = judge.rule != Rule::ByDay || is_sustained(&missing_days(&windows.current, pair), before);
    evidence::judge_by(&mut finding, evidence, p_adjusted, large && sustained, judge.alpha);
    if finding.verdict == DriftVerdict::Drift {
        finding.severity = at_least_minor(Scale::KS.band(effect));
    }
    let doubt = if large && !sustained { ", on a single day" } else { "" };
    finding.message = format!(
        "{}: {:.2} % of the values are missing or of another kind, {:.2} % in the reference ({} and {} without a value){doubt}{}",
        key.name,
        100.0 * now,
        100.0 * before,
        words::count(current.unusable(), "row"),
        reference.unusable(),
        evidence::doubt(&finding, evidence, large && sustained),
    );
    finding
}
