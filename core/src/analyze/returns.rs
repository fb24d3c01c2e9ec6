//! Sharpe ratio and drawdown of a model as a whole: from the daily mean P&L of its positions.

use alloc::{collections::BTreeMap, format, vec::Vec};

use driftgate_documents::Plan;

use crate::{
    Skip,
    metric::{self, Context, Metrics},
    profile::{Decider, Merge, ModelSections, Money, Resolution, View, rows_of, score::Scored},
    table::NO_TIME,
};

/// Trading days a year, where the plan has no other number.
pub(super) const DAYS_PER_YEAR: u32 = 252;

/// Adds both, if the model has a P&L.
pub(super) fn add(
    view: &View<'_>,
    model: (&str, &ModelSections),
    plan: &Plan,
    context: &Context<'_>,
    metrics: &mut Metrics,
) {
    let priced = |money: &Money| money.ledger(Decider::Model).is_some_and(|ledger| ledger.all().priced > 0);
    if !model.1.timeline.buckets.values().any(|bucket| priced(&bucket.score.money)) {
        return;
    }
    let days = daily(view, model).and_then(|days| metric::daily_means(&days, context.classes));
    let days = days.map(|days| days.into_iter().map(|(_, mean)| mean).collect::<Vec<f64>>());
    let of = |statistic: &dyn Fn(&[f64]) -> Result<f64, Skip>| days.clone().and_then(|days| statistic(&days));
    let days_per_year = plan.days_per_year.unwrap_or(DAYS_PER_YEAR);
    metrics.set("sharpe", of(&|days| metric::sharpe(days, days_per_year)));
    metrics.set("max_drawdown", of(&metric::max_drawdown));
    for name in ["sharpe", "max_drawdown"] {
        // What they rest on are days.
        metrics.counts.insert(name.into(), days.as_ref().map_or(0, |days| days.len() as u64));
    }
}

/// Outcomes and P&L by day.
fn daily(view: &View<'_>, (model, sections): (&str, &ModelSections)) -> Result<BTreeMap<i64, Money>, Skip> {
    let resolution = view.sections.calendar.resolution;
    if let Some(rows) = view.rows.as_ref().filter(|_| view.complete) {
        let scored = Scored::of(rows, view.settings.task);
        return Ok(metric::money_by_day(rows, &scored, rows_of(rows, model), view.settings.offset));
    }
    let mut days: BTreeMap<i64, Money> = BTreeMap::new();
    if resolution <= Resolution::Day {
        for (at, bucket) in sections.timeline.buckets.iter().filter(|(at, _)| **at != NO_TIME) {
            days.entry(resolution.coarsen(*at, Resolution::Day)).or_default().merge(&bucket.score.money);
        }
    } else {
        let kept = resolution.name();
        return Err(Skip::because(format!(
            "a large log of so many days is kept by {kept}, and this needs days: give at most 512 of them (--lookback)"
        )));
    }
    Ok(days)
}
