//! What the names of metrics in a table mean.

use driftgate_documents::find_metric;

/// The meanings of names, in one paragraph.
pub fn legend<'a>(shown: impl Iterator<Item = &'a str>) -> String {
    shown
        .filter_map(find_metric)
        .map(|metric| format!("{}: {}", metric.name, metric.meaning))
        .collect::<Vec<_>>()
        .join("; ")
}
