//! The columns of two windows, in season where the plan asks for it, or against the latest rows of the reference.

use alloc::{collections::BTreeSet, format, string::String, vec::Vec};

use driftgate_documents::{FindingKind, Plan, Rule, Slice};

use super::part::part;
use crate::{
    Skip,
    drift::{Findings, Windows, season::Cycle},
    order::{IntoOrdered, StableOrder},
    profile::{Resolution, View, rows_of},
    table::{NO_TIME, Table},
};

/// The rows of the reference with which the rule `window` compares: the latest ones.
const BASELINE_ROWS: usize = 100;

/// Gives `judge` the windows whose columns are to be compared.
pub(super) fn with_columns(
    plan: &Plan,
    views: [&View<'_>; 2],
    models: [&str; 2],
    findings: &mut Findings,
    judge: impl FnOnce(&Windows<'_>, &mut Findings),
) {
    let matched = matched(plan, views, models[0]);
    if let Some(windows) = windows(plan, views, models, matched.as_ref(), findings) {
        judge(&windows, findings);
    }
}

/// Two windows, in season or against the latest rows of the reference if that is asked for and can be; why not is said.
pub(super) fn windows<'a>(
    plan: &Plan,
    views: [&'a View<'_>; 2],
    models: [&'a str; 2],
    matched: Option<&'a View<'_>>,
    findings: &mut Findings,
) -> Option<Windows<'a>> {
    let windows = in_season(plan, views, models, matched, findings)?;
    match (plan.rule, matched) {
        (Some(Rule::Window), Some(baseline)) => Some(windows.against(baseline)),
        (Some(Rule::Window), None) if !views[0].complete => {
            let reason = format!(
                "the reference is too large to be kept whole: columns compare with all of its rows, not with the latest \
                 {BASELINE_ROWS}"
            );
            findings.skip(FindingKind::FeatureDrift, None, &Slice::new(), "window", reason);
            Some(windows)
        }
        _ => Some(windows),
    }
}

fn in_season<'a>(
    plan: &Plan,
    views: [&'a View<'_>; 2],
    models: [&'a str; 2],
    matched: Option<&'a View<'_>>,
    findings: &mut Findings,
) -> Option<Windows<'a>> {
    let plain = || Windows::of(views[0], models[0], views[1], models[1]);
    let Some(season) = plan.season else { return plain() };
    let mut skip = |reason: String| findings.skip(FindingKind::FeatureDrift, None, &Slice::new(), "season", reason);
    if !views[0].complete {
        skip(
            "the reference is too large to be kept whole: days are in season, distances compare with all of its rows"
                .into(),
        );
    }
    match plain()?.in_season(season, views, matched) {
        Ok(windows) => Some(windows),
        Err(Skip(reason)) => {
            skip(reason);
            plain()
        }
    }
}

/// The reference's rows with which columns are compared: those in the phases that occur in the current window, and of
/// them the latest of `model` under the rule `window`. `None` if that is all of them, or rows or times are not at hand.
pub(super) fn matched<'a>(plan: &Plan, views: [&View<'a>; 2], model: &str) -> Option<View<'a>> {
    let rows = views[0].rows.as_deref().filter(|_| views[0].complete)?;
    let seasonal = in_phase(plan, views, rows).filter(|chosen| !chosen.is_empty());
    let chosen = match plan.rule {
        Some(Rule::Window) => {
            let of_model = rows_of(rows, model);
            let of_model: Vec<usize> = match &seasonal {
                Some(chosen) => of_model.filter(|row| chosen.binary_search(row).is_ok()).collect(),
                None => of_model.collect(),
            };
            latest(rows, of_model)
        }
        _ => seasonal?,
    };
    (!chosen.is_empty()).then(|| part(views[0], rows.select(&chosen)))
}

/// The last rows in the order of time, those without one first. Rows of one time come as if drawn: in the order of their
/// content the last ones would be the largest.
fn latest(rows: &Table, mut chosen: Vec<usize>) -> Vec<usize> {
    chosen.order_by_key(|row| (rows.time[*row], rows.lot(*row), *row));
    chosen.split_off(chosen.len().saturating_sub(BASELINE_ROWS))
}

/// The rows of the reference in the phases of the current window, ascending; `None` without a season.
fn in_phase(plan: &Plan, [reference, current]: [&View<'_>; 2], rows: &Table) -> Option<Vec<usize>> {
    let season = plan.season?;
    let occupied = &current.sections.calendar;
    let cycle = Cycle::of(season, occupied.resolution).ok()?;
    let now: BTreeSet<i64> = occupied.occupied.iter().map(|bucket| cycle.phase(*bucket)).into_set();
    let hours = Cycle::of(season, Resolution::Hour).ok()?;
    let is_now = |row: &usize| {
        let bucket = Resolution::Hour.bucket(rows.time[*row], reference.settings.offset);
        bucket != NO_TIME && now.contains(&hours.phase(bucket))
    };
    Some(rows.range().filter(is_now).collect())
}
