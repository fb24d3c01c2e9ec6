//! Performance estimated while actuals are still missing, with a band that should hold the later truth, or refused.
//!
//! Learnt from days whose actuals are known: those of the reference, else those of the current window before actuals begin
//! to be missing. Estimated are the calendar months of the current window, and all of it. An estimate rests on one
//! assumption, that what was learnt still holds, and is refused where that was seen to fail: on the last third of the
//! known days, or because rows are unlike all that was known. A model that became worse on inputs like the old ones
//! is not seen; only actuals tell.

mod auc;
mod band;
mod calibration;
mod chunks;
mod classifier;
mod poisson;
mod regressor;
mod support;
#[cfg(test)]
mod tests;

use alloc::{collections::BTreeMap, format, string::String, vec::Vec};

use driftgate_documents::{Estimate, Skipped, Slice, Task};

use self::{
    band::{Learner, Learnt, learn},
    chunks::{Chunk, Day, Log, chunks},
    classifier::Classifier,
    regressor::{Error, Regressor},
    support::Support,
};
use crate::{
    Skip,
    drift::model_slice,
    profile::{Bucket, Resolution, SMALL_ROWS, View},
    read::format_day,
    table::Table,
};

/// The share of bands that should hold the truth.
const LEVEL: f64 = 0.95;

/// Something that can be estimated for days without actuals.
trait Metric: Learner {
    /// What the way of estimating is called.
    const METHOD: &'static str;
    /// Whether surprises are shares of what is estimated.
    const RELATIVE: bool;
    /// The largest value there is; the smallest is 0.
    const LARGEST: f64;

    /// The metric's name.
    fn name(&self) -> &'static str;

    /// The estimate over all rows of some days.
    ///
    /// # Errors
    /// If the rows are unlike those that the model was learnt from.
    fn value(&self, model: &Self::Model, chunk: &Chunk<'_>) -> Result<f64, Skip>;

    /// The metric of the rows whose actual is known; `None` without them.
    fn realized(&self, buckets: &[&Bucket]) -> Option<f64>;
}

/// Estimates for every model of the current window some of whose actuals are missing: by model and metric, first all
/// days, then month by month.
#[must_use]
pub fn estimates(reference: Option<&View<'_>>, current: &View<'_>, skipped: &mut Vec<Skipped>) -> Vec<Estimate> {
    let Some(task) = current.settings.task else { return Vec::new() };
    let resolutions = reference.into_iter().chain([current]).map(|view| view.sections.calendar.resolution);
    let resolution = resolutions.max().unwrap_or_default().max(Resolution::Day);
    let mut estimates = Vec::new();
    for model in current.sections.models.keys() {
        let log = |view| Log::of(view, model, resolution, task);
        let Some(now) = log(current) else { continue };
        let before = reference.filter(|reference| reference.settings.task == Some(task)).and_then(log);
        match of_model(before.as_ref(), &now, task, resolution) {
            Ok(found) => estimates.extend(found),
            Err(Skip(reason)) => skipped.push(Skipped {
                kind: "estimate".into(),
                column: None,
                slice: model_slice(model),
                method: String::new(),
                reason,
            }),
        }
    }
    estimates
}

/// Day -> its rows.
type Rows = BTreeMap<i64, Vec<usize>>;

/// What is known, and what is to be estimated.
struct Job<'a> {
    known: Vec<Day<'a>>,
    chunks: Vec<Chunk<'a>>,
    /// What a day is called.
    day: &'static str,
    slice: Slice,
    /// Whether the rows of a chunk are like the known ones.
    is_supported: &'a dyn Fn(&Chunk<'_>) -> Result<(), Skip>,
}

fn of_model(
    before: Option<&Log<'_>>,
    now: &Log<'_>,
    task: Task,
    resolution: Resolution,
) -> Result<Vec<Estimate>, Skip> {
    let days = now.days();
    check_times(now, &days)?;
    let before = before.map(|log| (log, log.days())).filter(|(_, days)| days.iter().any(|day| day.labelled > 0));
    let (log, known): (&Log<'_>, Vec<Day<'_>>) = match &before {
        Some((log, days)) => (log, days.iter().filter(|day| day.is_known()).copied().collect()),
        None => (now, days.iter().take_while(|day| day.is_known()).copied().collect()),
    };
    let own = before.is_none();
    let (rows, known_rows) = (now.rows(), log.rows());
    let mut chunks = chunks(now, &days, rows.as_ref().map_or(&Rows::new(), |(_, rows)| rows));
    if own {
        // Of days that were learnt from there is nothing to estimate.
        let last = known.last().map(|day| day.number);
        chunks.retain(|chunk| chunk.days.last().map(|day| day.number) > last);
    }
    // Actuals may be missing on purpose: nothing is said of a log that knows none, nor of one that misses none.
    let knows_some = !own || days.iter().any(|day| day.labelled > 0);
    if chunks.is_empty() || !knows_some || days.iter().all(|day| day.labelled == day.rows) {
        return Ok(Vec::new());
    }
    let learnt_from: Option<(&Table, Rows)> = known_rows.map(|(table, mut rows)| {
        rows.retain(|number, _| known.binary_search_by_key(number, |day| day.number).is_ok());
        (table, rows)
    });
    let support = learnt_from
        .as_ref()
        .map(|(table, rows)| Support::of(table, &rows.values().flatten().copied().collect::<Vec<_>>()));
    let is_supported = |chunk: &Chunk<'_>| match (&support, &rows) {
        (Some(support), Some((table, _))) => support.check(table, &chunk.table_rows),
        _ if own => Ok(()),
        _ => support::check_columns(log.side.sections, now.side.sections),
    };
    let job =
        Job { known, chunks, day: resolution.name(), slice: model_slice(now.side.model), is_supported: &is_supported };
    match (task, &learnt_from, &rows) {
        (Task::Classification, ..) => job.classifier(),
        (Task::Regression, Some((known, days)), Some((table, _))) => Ok(job.regressor(known, days, table)),
        (Task::Regression, ..) => Err(Skip(format!(
            "errors are estimated from rows, of logs of up to {SMALL_ROWS} rows: give fewer days, or one model at a time"
        ))),
    }
}

/// Only days tell how sure an estimate is.
fn check_times(now: &Log<'_>, days: &[Day<'_>]) -> Result<(), Skip> {
    let misses_some = now.untimed().is_some_and(|rows| (1..rows.rows).contains(&rows.labelled));
    if days.is_empty() && misses_some {
        return Err(Skip::because(
            "no row has a time, and only days tell how sure an estimate is (--map timestamp=COLUMN)",
        ));
    }
    Ok(())
}

impl Job<'_> {
    fn classifier(&self) -> Result<Vec<Estimate>, Skip> {
        let known: Vec<&Bucket> = self.known.iter().map(|day| day.bucket).collect();
        if known.iter().all(|day| day.confidence.labels().is_some_and(BTreeMap::is_empty)) {
            return Err(Skip::because(
                "the days whose actuals are known have no confidence in [0, 1] to learn from: map it (--map confidence=COLUMN)",
            ));
        }
        let mut estimates = self.estimates(&Classifier::accuracy(known.clone()));
        estimates.extend(Classifier::auc(known).iter().flat_map(|auc| self.estimates(auc)));
        Ok(estimates)
    }

    fn regressor(&self, known: &Table, days: &Rows, table: &Table) -> Vec<Estimate> {
        let errors = [Error::Absolute, Error::Percent].into_iter();
        errors.flat_map(|error| self.estimates(&Regressor::of(error, known, days, table))).collect()
    }

    fn estimates<M: Metric>(&self, metric: &M) -> Vec<Estimate> {
        let known: Vec<&Bucket> = self.known.iter().map(|day| day.bucket).collect();
        let reference = metric.realized(&known);
        let blank = |chunk: &Chunk<'_>| Estimate { reference, ..self.blank(metric, chunk) };
        match learn(metric, self.day) {
            Ok(learnt) => self.chunks.iter().map(|chunk| self.filled(metric, &learnt, chunk, blank(chunk))).collect(),
            // What cannot be learnt is said once.
            Err(Skip(reason)) => {
                let all = self.chunks.first().map(|chunk| Estimate { refusal: Some(reason), ..blank(chunk) });
                all.into_iter().collect()
            }
        }
    }

    fn blank<M: Metric>(&self, metric: &M, chunk: &Chunk<'_>) -> Estimate {
        Estimate {
            slice: self.slice.clone(),
            metric: metric.name().into(),
            method: M::METHOD.into(),
            from: format_day(chunk.from),
            to: format_day(chunk.to),
            rows: chunk.rows(),
            labelled: chunk.labelled(),
            value: None,
            lower: None,
            upper: None,
            level: LEVEL,
            realized: metric.realized(&chunk.buckets()),
            reference: None,
            refusal: None,
        }
    }

    fn filled<M: Metric>(&self, metric: &M, learnt: &Learnt<M::Model>, chunk: &Chunk<'_>, blank: Estimate) -> Estimate {
        let value = (self.is_supported)(chunk).and_then(|()| metric.value(&learnt.model, chunk));
        let value = match value {
            Ok(value) => value,
            Err(Skip(reason)) => return Estimate { refusal: Some(reason), ..blank },
        };
        let rows: Vec<f64> = chunk.days.iter().map(|day| day.rows as f64).collect();
        let half = learnt.band.half_width(LEVEL, &rows) * if M::RELATIVE { value } else { 1.0 };
        Estimate {
            value: Some(value),
            lower: Some((value - half).max(0.0)),
            upper: Some((value + half).min(M::LARGEST)).filter(|upper| upper.is_finite()),
            ..blank
        }
    }
}
