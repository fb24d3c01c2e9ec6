//! Drift within each value of the declared segments: a family of tests of its own, over all segments and columns.
//!
//! It needs every row of both windows, so they have to be small logs.

use alloc::{collections::BTreeMap, format, string::String, vec::Vec};

use driftgate_documents::{DriftVerdict, FindingKind, Plan, Rule, Slice};

use super::{Models, Views, columns, judge, part::part, performance::slice};
use crate::{
    drift::{self, Findings},
    gate,
    order::{IntoOrdered, StableOrder},
    profile::{Resolution, View, rows_of},
    table::Table,
    words,
};

/// Values of a segment key that are judged: those with most rows now.
const MAX_VALUES: usize = 50;

/// Days with rows that a value needs on either side where days are the observations.
const MIN_DAYS: usize = 3;

/// One value of a segment key, in both windows.
struct Segment<'a> {
    slice: Slice,
    name: String,
    sides: [View<'a>; 2],
    /// The reference's rows in season.
    matched: Option<View<'a>>,
}

/// Judges every segment; only columns that drifted become findings.
pub(super) fn segment_drift(plan: &Plan, views: &Views<'_>, models: &Models, findings: &mut Findings) {
    let (true, Some(reference), Some(model)) = (plan.segment_drift, &views.reference, &models.reference) else {
        return;
    };
    let sides = [(reference, model.as_str()), (&views.current, models.current.as_str())];
    let tables = sides.map(|(view, _)| view.rows.as_deref().filter(|_| view.complete));
    let [Some(before), Some(now)] = tables else {
        return skip(findings, "segments", "drift by segment needs every row, and a log is too large to be kept whole");
    };
    let mut segments = Vec::new();
    for key in reference.settings.segments.iter().filter(|key| !key.is_empty()) {
        segments.extend(of_key(plan, key, sides, [before, now], findings));
    }
    let mut family = Vec::new();
    for segment in &segments {
        let sides = segment.sides.each_ref();
        // Why there is no season was said of the log as a whole.
        let mut said = Findings::default();
        let windows = columns::windows(plan, sides, [model, &models.current], segment.matched.as_ref(), &mut said);
        family.extend(windows.map(|windows| (segment, windows)));
    }
    let (members, windows): (Vec<_>, Vec<_>) = family.into_iter().unzip();
    for (segment, answer) in members.into_iter().zip(drift::family_drift(&windows, &judge(plan))) {
        let drifted = answer.found.into_iter().filter(|finding| finding.verdict == DriftVerdict::Drift);
        // The other methods read again what these two have judged.
        for mut finding in drifted.filter(|finding| matches!(finding.method.as_str(), "ks" | "chi_square")) {
            finding.slice = segment.slice.clone();
            finding.message = format!("{}: {}", segment.name, finding.message);
            findings.found.push(finding);
        }
    }
}

/// Values of a key -> their rows.
type Rows = BTreeMap<Vec<String>, Vec<usize>>;

fn of_key<'a>(
    plan: &Plan,
    key: &[String],
    sides: [(&View<'a>, &str); 2],
    tables: [&Table; 2],
    findings: &mut Findings,
) -> Vec<Segment<'a>> {
    let [before, now] = [0, 1].map(|side| {
        let mut rows = Rows::new();
        for row in rows_of(tables[side], sides[side].1) {
            rows.entry(gate::values(tables[side], key, row)).or_default().push(row);
        }
        rows
    });
    let days = |side: usize, rows: &[usize]| {
        let bucket = |row: &usize| Resolution::Day.bucket(tables[side].time[*row], sides[side].0.settings.offset);
        rows.iter().map(bucket).into_set().len()
    };
    let least = if plan.rule == Some(Rule::ByDay) { MIN_DAYS } else { 1 };
    let all = before.keys().chain(now.keys()).into_set().len();
    let mut common: Vec<(&Vec<String>, [&Vec<usize>; 2])> =
        now.iter().filter_map(|(values, now)| Some((values, [before.get(values)?, now]))).collect();
    common.retain(|(_, rows)| days(0, rows[0]) >= least && days(1, rows[1]) >= least);
    // Most rows first; a stable sort keeps ties in the order of the names.
    common.order_by_key(|(_, rows)| core::cmp::Reverse(rows[1].len()));
    let name = key.join(" x ");
    if common.len() < all {
        let few = words::count((all - common.len()) as u64, "value");
        skip(findings, &name, format!("drift of {few} of {all} is not judged: fewer than {least} days on a side"));
    }
    if common.len() > MAX_VALUES {
        skip(
            findings,
            &name,
            format!("drift is judged in the {MAX_VALUES} values with most rows, of {}", common.len()),
        );
        common.truncate(MAX_VALUES);
    }
    let segment = |(values, rows): (&Vec<String>, [&Vec<usize>; 2])| {
        let parts = [0, 1].map(|side| part(sides[side].0, tables[side].select(rows[side])));
        let texts: Vec<&str> = values.iter().map(String::as_str).collect();
        let matched = columns::matched(plan, parts.each_ref(), sides[0].1);
        Segment { slice: slice(sides[1].1, key, &texts), name: texts.join(" x "), sides: parts, matched }
    };
    common.into_iter().map(segment).collect()
}

fn skip(findings: &mut Findings, method: &str, reason: impl Into<String>) {
    findings.skip(FindingKind::FeatureDrift, None, &Slice::new(), method, reason);
}
