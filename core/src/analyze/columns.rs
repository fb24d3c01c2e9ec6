//! The columns of two windows, in season where the plan asks for it.

use alloc::{collections::BTreeSet, string::String, vec::Vec};

use driftgate_documents::{FindingKind, Plan, Slice};

use super::part::part;
use crate::{
    Skip,
    drift::{Findings, Windows, season::Cycle},
    profile::{Resolution, View},
    table::NO_TIME,
};

/// Gives `judge` the windows whose columns are to be compared.
pub(super) fn with_columns(
    plan: &Plan,
    views: [&View<'_>; 2],
    models: [&str; 2],
    findings: &mut Findings,
    judge: impl FnOnce(&Windows<'_>, &mut Findings),
) {
    let matched = matched(plan, views);
    if let Some(windows) = windows(plan, views, models, matched.as_ref(), findings) {
        judge(&windows, findings);
    }
}

/// Two windows, in season if that is asked for and can be; why not is said.
pub(super) fn windows<'a>(
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

/// The reference's rows in the phases that occur in the current window; `None` without a season, or where rows or times
/// are not at hand.
pub(super) fn matched<'a>(plan: &Plan, [reference, current]: [&View<'a>; 2]) -> Option<View<'a>> {
    let season = plan.season?;
    let rows = reference.rows.as_deref().filter(|_| reference.complete)?;
    let occupied = &current.sections.calendar;
    let cycle = Cycle::of(season, occupied.resolution).ok()?;
    let now: BTreeSet<i64> = occupied.occupied.iter().map(|bucket| cycle.phase(*bucket)).collect();
    let hours = Cycle::of(season, Resolution::Hour).ok()?;
    let is_now = |row: &usize| {
        let bucket = Resolution::Hour.bucket(rows.time[*row], reference.settings.offset);
        bucket != NO_TIME && now.contains(&hours.phase(bucket))
    };
    let chosen: Vec<usize> = rows.range().filter(is_now).collect();
    (!chosen.is_empty()).then(|| part(reference, rows.select(&chosen)))
}
