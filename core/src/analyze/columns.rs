//! The columns of two windows, in season where the plan asks for it.

use alloc::{collections::BTreeSet, vec::Vec};

use driftgate_documents::{FindingKind, Plan, Season, Slice};

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
    judge: impl Fn(&Windows<'_>, &mut Findings),
) {
    let plain = || Windows::of(views[0], models[0], views[1], models[1]);
    let Some(season) = plan.season else {
        plain().iter().for_each(|windows| judge(windows, findings));
        return;
    };
    let matched = matched(season, views);
    let mut skip = |reason| findings.skip(FindingKind::FeatureDrift, None, &Slice::new(), "season", reason);
    if !views[0].complete {
        skip(
            "the reference is too large to be kept whole: distances compare with all of its rows, only days are in season",
        );
    }
    let Some(windows) = plain() else { return };
    match windows.in_season(season, views, matched.as_ref()) {
        Ok(windows) => judge(&windows, findings),
        Err(Skip(reason)) => {
            findings.skip(FindingKind::FeatureDrift, None, &Slice::new(), "season", reason);
            plain().iter().for_each(|windows| judge(windows, findings));
        }
    }
}

/// The reference's rows in the phases that occur in the current window; `None` where rows or times are not at hand.
fn matched<'a>(season: Season, [reference, current]: [&View<'a>; 2]) -> Option<View<'a>> {
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
    (!chosen.is_empty()).then(|| part(reference, rows, &chosen))
}
