//! Which entries of a report a check is about.

use alloc::{collections::BTreeMap, format, string::String, vec::Vec};

use driftgate_documents::{Check, Comparison, Performance, Slice, Window};

use super::Grounds;
use crate::{order::IntoOrdered, profile::score::NONE, read::canonical_sector, words};

/// The entries a check asks for.
pub(super) enum Slices<'a> {
    /// These entries, one or (with `each`) several.
    Found(Vec<&'a Performance>),
    /// The candidate's log has no such column, or it was not profiled.
    NoColumn(String),
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
    let has_key = |entry: &&Performance| keys(&entry.slice).eq(names.iter().map(String::as_str));
    // A column that the schema promises and no row has is as absent as one nobody knows.
    let known = |name: &&String| current().any(|entry| entry.slice.get(*name).is_some_and(|value| value != NONE));
    if let Some(missing) = names.iter().find(|name| !known(name)) {
        return Slices::NoColumn(missing.clone());
    }
    if current().find(has_key).is_none() {
        return if names.is_empty() { Slices::Empty } else { Slices::NotTogether };
    }
    let found: Vec<&Performance> =
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

/// The slices of a check that other windows have and the candidate, or the baseline, lacks: each with the reason why nothing is known
/// of it.
pub(super) fn lacking(check: &Check, report: &Grounds) -> BTreeMap<Slice, String> {
    let names = check.segment();
    let of = |window: &str| {
        let of_window = match window {
            "current" => &report.current,
            "baseline" => &report.baseline,
            _ => &report.reference,
        };
        let model = of_window.as_ref().and_then(|window| window.model.clone()).unwrap_or_default();
        let is_asked = |entry: &&Performance| {
            entry.window == window
                && is_of(entry, &model)
                && keys(&entry.slice).eq(names.iter().map(String::as_str))
                && matches(&check.slice, &entry.slice)
                && entry.slice.values().all(|value| value != NONE)
        };
        let slice = |entry: &Performance| {
            (without_model(&entry.slice).map(|(name, value)| (name.into(), value.into())).into_map(), entry.rows)
        };
        let found: BTreeMap<Slice, u64> = report.performance.iter().filter(is_asked).map(slice).into_map();
        found
    };
    let (mine, theirs, before) = (of("current"), of("baseline"), of("reference"));
    let rows = |rows: &u64| words::count(*rows, "row");
    let mut lacking = BTreeMap::new();
    for (window, of_window) in [("reference", &before), ("baseline", &theirs)] {
        for (slice, n) in of_window.iter().filter(|(slice, _)| !mine.contains_key(*slice)) {
            lacking.insert(slice.clone(), format!("no row of the candidate; the {window} has {}", rows(n)));
        }
    }
    if report.baseline.is_some() {
        for (slice, n) in mine.iter().filter(|(slice, _)| !theirs.contains_key(*slice)) {
            lacking.insert(slice.clone(), format!("no row of the baseline; the candidate has {}", rows(n)));
        }
    }
    lacking
}

/// Why a slice is not known to be answered, where the baseline knows more of its cases; `least` is the share that is demanded.
pub(super) fn unanswered(slice: &Slice, report: &Grounds, least: f64) -> Option<String> {
    let of = |window: &str, model: &str| {
        let is_it = |entry: &&Performance| {
            entry.window == window && is_of(entry, model) && without_model(&entry.slice).eq(without_model(slice))
        };
        report.performance.iter().find(is_it).map(|entry| entry.pairs)
    };
    let model = |window: &Option<Window>| window.as_ref().map(|window| window.model.clone().unwrap_or_default());
    let (mine, theirs) = (of("current", &model(&report.current)?)?, of("baseline", &model(&report.baseline)?)?);
    ((mine as f64) < least * theirs as f64)
        .then(|| format!("the candidate has {mine} answers with an outcome here, the baseline {theirs}"))
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
