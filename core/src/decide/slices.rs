//! Which entries of a report a check is about.

use driftgate_documents::{Check, Comparison, Performance, Slice};

use super::Grounds;
use crate::read::canonical_sector;

/// The entries a check asks for.
pub(super) enum Slices<'a> {
    /// These entries, one or (with `each`) several.
    Found(alloc::vec::Vec<&'a Performance>),
    /// The candidate's log has no such column, or it was not profiled.
    NoColumn(alloc::string::String),
    /// The columns are there, and their combination was not profiled.
    NotTogether,
    /// The column is there, the value is not.
    Empty,
}

/// The entries of the candidate's window that a check is about.
pub(super) fn find<'a>(check: &Check, report: &'a Grounds) -> Slices<'a> {
    let names = check.segment();
    let model = report.current.as_ref().and_then(|window| window.model.as_deref()).unwrap_or_default();
    let current = || report.performance.iter().filter(move |entry| entry.window == "current" && is_of(entry, model));
    let has_key = |entry: &&Performance| keys(&entry.slice).eq(names.iter().map(alloc::string::String::as_str));
    // A column that the schema promises and no row has is as absent as one nobody knows.
    let known = |name: &&alloc::string::String| {
        current().any(|entry| entry.slice.get(*name).is_some_and(|value| value != crate::profile::score::NONE))
    };
    if let Some(missing) = names.iter().find(|name| !known(name)) {
        return Slices::NoColumn(missing.clone());
    }
    if current().find(has_key).is_none() {
        return if names.is_empty() { Slices::Empty } else { Slices::NotTogether };
    }
    let found: alloc::vec::Vec<&Performance> =
        current().filter(has_key).filter(|entry| matches(&check.slice, &entry.slice)).collect();
    if found.is_empty() { Slices::Empty } else { Slices::Found(found) }
}

/// The same slice in the baseline's window.
pub(super) fn of_baseline<'a>(entry: &Performance, report: &'a Grounds) -> Option<&'a Performance> {
    let model = report.baseline.as_ref()?.model.as_deref()?;
    report.performance.iter().find(|other| {
        other.window == "baseline" && is_of(other, model) && without_model(&other.slice).eq(without_model(&entry.slice))
    })
}

/// The change of a metric on the common cases of the same slice.
pub(super) fn comparison<'a>(metric: &str, entry: &Performance, report: &'a Grounds) -> Option<&'a Comparison> {
    report.comparisons.iter().find(|comparison| {
        comparison.metric == metric && without_model(&comparison.slice).eq(without_model(&entry.slice))
    })
}

/// A slice as checks name it: without the model.
pub(super) fn without_model(slice: &Slice) -> impl Iterator<Item = (&str, &str)> {
    slice.iter().filter(|(name, _)| *name != "model").map(|(name, value)| (name.as_str(), value.as_str()))
}

fn keys(slice: &Slice) -> impl Iterator<Item = &str> {
    without_model(slice).map(|(name, _)| name)
}

fn is_of(entry: &Performance, model: &str) -> bool {
    entry.slice.get("model").map_or("", |name| name.as_str()) == model
}

/// Whether a slice has the values asked for; sectors also by their everyday names.
fn matches(asked: &Slice, slice: &Slice) -> bool {
    asked.iter().all(|(name, value)| {
        slice.get(name).is_some_and(|found| {
            let alias = || canonical_sector(value).is_some_and(|sector| canonical_sector(found) == Some(sector));
            found == value || (name == "sector" && alias())
        })
    })
}
