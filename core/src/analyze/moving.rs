//! Windows of trading days cut out of a log that is kept whole, each judged as a log of its own.

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use core::ops::Range;

use driftgate_documents::{DriftVerdict, Plan, Rolling, Season, Severity};

use super::{columns::with_columns, judge, part::part_with, verdict};
use crate::{
    Skip,
    drift::{self, Findings, Judge, Windows},
    order::StableOrder,
    profile::{Resolution, Settings, View, rows_of},
    read::format_day,
    table::{NO_TIME, Table},
};

/// The fewest days that are ever judged.
pub(super) const MIN_DAYS: u32 = 3;

/// The rows of one model by trading day: a day of the log's timezone that has rows.
pub(super) struct TradingDays<'a> {
    view: &'a View<'a>,
    pub(super) rows: &'a Table,
    /// Without segments, which moving windows have no use for.
    settings: Settings,
    /// Days, unless hours are looked at: then they need not be added up for each pair of windows.
    finest: Resolution,
    days: Vec<(i64, Vec<usize>)>,
}

impl<'a> TradingDays<'a> {
    /// Cuts a log.
    ///
    /// # Errors
    /// If the log is too large to be kept whole.
    pub(super) fn of(view: &'a View<'a>, model: &str, season: Option<Season>) -> Result<Self, Skip> {
        let rows = view.rows.as_deref().filter(|_| view.complete).ok_or_else(|| {
            Skip::because(
                "moving windows need every row, and this log is too large to be kept whole: give a part of it",
            )
        })?;
        let mut days: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        for row in rows_of(rows, model).filter(|row| rows.time[*row] != NO_TIME) {
            days.entry(Resolution::Day.bucket(rows.time[row], view.settings.offset)).or_default().push(row);
        }
        let settings = Settings { segments: Vec::new(), ..view.settings.clone() };
        let finest = if season == Some(Season::Hour) { Resolution::Hour } else { Resolution::Day };
        Ok(Self { view, rows, settings, finest, days: days.into_iter().collect() })
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.days.len()
    }

    /// The date of a day; empty beyond the last one.
    pub(super) fn date(&self, day: usize) -> String {
        self.days.get(day).map_or_else(String::new, |(day, _)| format_day(*day))
    }

    /// The rows of some days, by their positions.
    pub(super) fn rows_of(&self, days: impl Iterator<Item = usize>) -> Table {
        let chosen: Vec<usize> = days.filter_map(|day| self.days.get(day)).flat_map(|(_, rows)| rows.clone()).collect();
        self.rows.select(&chosen)
    }

    /// Rows as a window of their own.
    pub(super) fn view(&self, rows: Table) -> View<'_> {
        part_with(&self.settings, self.finest, self.view, rows)
    }

    /// Judges a window, given by the positions of its days.
    pub(super) fn judged(
        &self,
        plan: &Plan,
        window: Range<usize>,
        reference: (&View<'_>, &str),
        model: &str,
    ) -> Rolling {
        let findings = findings(plan, reference, (&self.view(self.rows_of(window.clone())), model));
        let drifted = || findings.found.iter().filter(|finding| finding.verdict == DriftVerdict::Drift);
        let mut columns: Vec<String> = drifted().filter_map(|finding| finding.column.clone()).collect();
        columns.order();
        columns.dedup();
        Rolling {
            from: self.date(window.start),
            to: self.date(window.end - 1),
            verdict: verdict(&findings, plan.fail_on.unwrap_or(Severity::Moderate), false),
            severity: drifted().filter_map(|finding| finding.severity).max(),
            columns,
        }
    }
}

/// What a window's inputs, predictions and regime say; its errors are not looked at.
pub(super) fn findings(plan: &Plan, reference: (&View<'_>, &str), current: (&View<'_>, &str)) -> Findings {
    let mut findings = Findings::default();
    // Only verdicts are wanted: naming the method that gives them reads no further one.
    let judge = Judge { methods: ["ks".into()].into(), ..judge(plan) };
    with_columns(plan, [reference.0, current.0], [reference.1, current.1], &mut findings, |pair, findings| {
        drift::column_drift(pair, &judge, findings);
    });
    if let Some(pair) = Windows::of(reference.0, reference.1, current.0, current.1) {
        drift::regime_drift(&pair, &judge, &mut findings);
    }
    findings
}
