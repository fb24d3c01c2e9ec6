//! Which days of a log are read: `--as-of` and `--lookback` become a first and a last day.
//!
//! Nothing is cut here: the sandbox leaves rows out while it reads. A saved profile cannot be cut any more.

use std::path::PathBuf;

use driftgate_documents::{Days, InferOptions, Report};
use jiff::{Span, civil::Date};

use crate::{
    document::document,
    error::{Error, Result},
    read::{Reader, cannot_be_cut, expand, merged, read_window, split_profiles},
    sandbox::Limits,
    settings::{self, Settings},
};

/// The days of the window in question: the last `--lookback` ones up to `--as-of`, or else up to the log's last row.
pub fn current(reader: &Reader<'_>, settings: &Settings, logs: &[PathBuf], options: &InferOptions) -> Result<Days> {
    let Some(lookback) = settings.lookback() else { return Ok(known(settings)) };
    let last = match settings.as_of() {
        Some(day) => day,
        None => last_day(reader, logs, options, lookback)?,
    };
    let from = earlier(last, lookback - 1)?;
    Ok(Days { from: Some(from.to_string()), until: Some(last.to_string()) })
}

/// The days that are known as of `--as-of`.
pub fn known(settings: &Settings) -> Days {
    Days { from: None, until: settings.as_of().map(|day| day.to_string()) }
}

/// The days before a window: its own log's reference.
pub fn before(window: &Days) -> Result<Days> {
    let first = window.from.as_deref().and_then(settings::date);
    let first = first.ok_or_else(|| Error::internal("a window without a first day has no days before it"))?;
    Ok(Days { from: None, until: Some(earlier(first, 1)?.to_string()) })
}

/// The options with which a log is read for these days only.
pub fn within(options: &InferOptions, days: &Days) -> InferOptions {
    InferOptions { from: days.from.clone(), until: days.until.clone(), ..options.clone() }
}

/// Refuses what can be read once, where the log has to be read again.
pub fn check_readable_again(logs: &[PathBuf], hint: &str) -> Result<()> {
    match expand(logs)?.files.into_iter().find(|file| file.stream) {
        None => Ok(()),
        Some(file) => Err(Error::caller(format!("--lookback: {} can be read only once; {hint}", file.name))),
    }
}

fn earlier(day: Date, days: i64) -> Result<Date> {
    let span = Span::new().try_days(days).and_then(|span| day.checked_sub(span));
    span.map_err(|_| Error::caller(format!("--lookback: no calendar reaches {days} days back from {day}; try 30")))
}

/// The last calendar day with a row: the times of the log are read once, before its window is.
fn last_day(reader: &Reader<'_>, logs: &[PathBuf], options: &InferOptions, lookback: i64) -> Result<Date> {
    check_readable_again(logs, "its last day is not known before: add --as-of DATE, or give the log as a file")?;
    if let Some(saved) = split_profiles(expand(logs)?.files)?.0.first() {
        return Err(cannot_be_cut(&saved.name, &format!("--lookback {lookback}")));
    }
    let times = Reader { times_only: true, outcomes: Vec::new(), as_of: None, schema: None, ..reader.clone() };
    let window = read_window(&times, "days", logs, options, false)?;
    let mut sandbox = reader.component.sandbox(Limits::ANALYSIS)?;
    let profile = merged(&mut sandbox, window.profiles)?;
    // Whether too many rows are bad is said when the log itself is read.
    let report: Report = document(&sandbox.analyze(r#"{"max_bad_rows":1}"#, &[("current", &profile)])?)?;
    let last = report.current.and_then(|window| window.last_day);
    last.as_deref().and_then(settings::date).ok_or_else(|| {
        let names: Vec<String> = logs.iter().map(|log| log.display().to_string()).collect();
        Error::caller(format!("--lookback: no row of {} has a time; name it: --map timestamp=COLUMN", names.join(", ")))
    })
}
