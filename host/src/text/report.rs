//! A report: the verdict in a sentence, then what drifted, then how well the models do, then what is missing.

use std::collections::BTreeMap;
use std::fmt::Write;

use driftgate_documents::{
    DriftVerdict, Finding, FindingKind, OneValueDays, Performance, Problem, Provenance, Report, Severity, Skipped,
    Slice, State, Window,
};

use super::{
    BAD, GOOD, HEADING, QUIET, UNSURE, by_reason, count, interval, number, paint, slice,
    table::{Side, paragraph, quiet, table, table_with_sentences},
    word,
};

/// Problems of a log shown; the others are counted.
const PROBLEMS: usize = 10;
const SKIPPED: usize = 5;

/// Metrics worth a line, in this order.
const METRICS: [&str; 13] = [
    "mae",
    "rmse",
    "mape",
    "directional_accuracy",
    "accuracy",
    "f1",
    "precision",
    "recall",
    "auc",
    "brier",
    "ece",
    "outcome_accuracy",
    "mean_pnl",
];

/// How to read the table of columns.
const LEGEND: &str = "ks: largest gap of the two distributions, 0 to 1; psi: from 0.25 on it is usually called significant; \
    p adjusted: the chance of such a change without drift, days as observations, over all columns together";

/// The whole report.
#[must_use]
pub fn report(report: &Report) -> String {
    let rest = report.summary.split_once(". ").map_or_else(String::new, |(_, rest)| format!(". {rest}"));
    let read = super::account::account(report);
    let mut text = format!("{read}{}\n", paragraph("", &format!("{}{rest}", verdict(report))));
    windows(&mut text, report);
    drift(&mut text, report, usize::MAX);
    text.push_str(&performance(&report.performance, "Performance", &METRICS));
    shape(&mut text, report);
    text
}

/// The summary's first sentence in the colour of the verdict.
pub fn verdict(report: &Report) -> String {
    let style = match report.verdict {
        DriftVerdict::None => GOOD,
        DriftVerdict::Drift => BAD,
        DriftVerdict::Inconclusive => UNSURE,
    };
    paint(style, report.summary.split_once(". ").map_or(report.summary.as_str(), |(first, _)| first))
}

/// What drifted, columns first, then sentences, at most so many of each.
pub fn drift(text: &mut String, report: &Report, most: usize) {
    columns(text, &report.findings, most);
    sentences(text, &report.findings, most);
    rolling(text, report);
}

/// What could not be computed, and what was wrong with the logs.
pub fn shape(text: &mut String, report: &Report) {
    skipped(text, report);
    problems(text, &report.provenance);
}

/// Each window in a line: how much, from when to when, whose.
pub fn windows(text: &mut String, report: &Report) {
    for (name, window) in
        [("reference", &report.reference), ("baseline", &report.baseline), ("current", &report.current)]
    {
        if let Some(window) = window {
            let left_out = report.provenance.get(name).map_or_else(String::new, left_out);
            text.push_str(&paragraph(&format!("  {name:<10}"), &format!("{}{left_out}", describe(window))));
        }
    }
    text.push('\n');
}

fn describe(window: &Window) -> String {
    let mut line = format!("{} rows", count(window.rows));
    if let (Some(first), Some(last)) = (&window.first_day, &window.last_day) {
        let _ = write!(line, ", {first} .. {last}");
    }
    if let Some(model) = window.model.as_ref().filter(|model| !model.is_empty()) {
        let _ = write!(line, ", model {model}");
    }
    if window.models.len() > 1 {
        let _ = write!(line, " (of {})", window.models.len());
    }
    if !window.regimes.is_empty() {
        let mut regimes: Vec<_> = window.regimes.iter().collect();
        regimes.sort_by(|a, b| b.1.cmp(a.1));
        let regimes: Vec<String> = regimes.into_iter().map(|(name, days)| format!("{name} {days}")).collect();
        let _ = write!(line, "; {}s by regime: {}", window.resolution, regimes.join(", "));
    }
    if !window.not_finite.is_empty() {
        let columns: Vec<String> = window.not_finite.iter().map(|(name, cells)| format!("{name} {cells}")).collect();
        let _ = write!(line, "; NaN or infinite, taken as missing: {}", columns.join(", "));
    }
    if window.bad_rows > 0 {
        let _ = write!(line, "; {} bad rows", count(window.bad_rows));
    }
    line
}

/// What was left out because certain days were asked for.
fn left_out(provenance: &Provenance) -> String {
    let mut line = String::new();
    match provenance.outside.as_slice() {
        [] => {}
        [outside] => {
            if outside.rows > 0 {
                let _ = write!(line, "; {} rows outside {} left out", count(outside.rows), outside.asked);
            }
            if outside.untimed_rows > 0 {
                let _ = write!(line, "; {} rows without a time left out", count(outside.untimed_rows));
            }
        }
        several => {
            let _ = write!(line, "; made of {} windows of time, each without the rows outside it", several.len());
        }
    }
    line
}

/// The day of a time.
pub fn day(time: &str) -> &str {
    time.get(..10).unwrap_or(time)
}

fn is_column(finding: &Finding) -> bool {
    matches!(finding.kind, FindingKind::FeatureDrift | FindingKind::PredictionDrift | FindingKind::ConfidenceDrift)
        && finding.column.is_some()
        && is_overall(&finding.slice)
}

/// One line a drifted column; the others in one line together.
fn columns(text: &mut String, findings: &[Finding], most: usize) {
    let mut by_column: Vec<(&str, Vec<&Finding>)> = Vec::new();
    for finding in findings.iter().filter(|finding| is_column(finding)) {
        let name = finding.column.as_deref().unwrap_or_default();
        match by_column.iter_mut().find(|(known, _)| *known == name) {
            Some((_, group)) => group.push(finding),
            None => by_column.push((name, vec![finding])),
        }
    }
    let drifted = |group: &[&Finding]| group.iter().any(|finding| finding.verdict == DriftVerdict::Drift);
    let (loud, silent): (Vec<_>, Vec<_>) = by_column.into_iter().partition(|(_, group)| drifted(group));
    let rows: Vec<Vec<String>> = loud.iter().take(most).map(|(name, group)| column_row(name, group)).collect();
    if !rows.is_empty() {
        let heading = [
            ("column", Side::Left),
            ("ks", Side::Right),
            ("psi", Side::Right),
            ("p adjusted", Side::Right),
            ("severity", Side::Left),
            ("", Side::Left),
        ];
        let table = table_with_sentences(&heading, &rows);
        let _ = writeln!(text, "{}\n{}", paint(HEADING, "Drifted columns"), table.trim_end());
    }
    let judged = |group: &[&Finding]| group.iter().any(|finding| finding.verdict == DriftVerdict::None);
    let (calm, unsure): (Vec<_>, Vec<_>) = silent.iter().partition(|(_, group)| judged(group));
    let counted = [
        (loud.len().saturating_sub(most), "more with drift"),
        (calm.len(), "without drift"),
        (unsure.len(), "with too little data to say"),
    ];
    let counted = counted
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| format!("{n} column{} {what}", if *n == 1 { "" } else { "s" }));
    let line = counted.collect::<Vec<_>>().join(", ");
    if !line.is_empty() {
        let _ = writeln!(text, "  {}", paint(QUIET, &line));
    }
    if !rows.is_empty() {
        quiet(text, LEGEND);
    }
    if !rows.is_empty() || !silent.is_empty() {
        text.push('\n');
    }
}

fn column_row(name: &str, group: &[&Finding]) -> Vec<String> {
    let statistic = |method: &str| number(group.iter().find(|f| f.method == method).and_then(|f| f.statistic));
    let p = group.iter().filter_map(|finding| finding.p_adjusted).min_by(f64::total_cmp);
    let severity = group.iter().filter_map(|finding| finding.severity).max();
    let mut notes: Vec<String> = Vec::new();
    if group.iter().any(|finding| finding.outside) {
        notes.push("outside all reference days".into());
    }
    notes.extend(group.iter().find_map(|finding| finding.one_value.as_ref()).map(one_value));
    notes.extend(group.iter().find_map(|finding| since(finding)));
    let severity = severity.map_or_else(String::new, |severity| {
        let style = if severity >= Severity::Critical { BAD } else { UNSURE };
        paint(style, &word(&severity))
    });
    vec![name.to_owned(), statistic("ks"), statistic("psi"), number(p), severity, notes.join(", ")]
}

/// Days of one value, with the chance that decided.
fn one_value(days: &OneValueDays) -> String {
    let OneValueDays { current, days_current, p_value, .. } = days;
    format!("one value only on {current} of {days_current} days (p {})", number(Some(*p_value)))
}

/// Since when a finding alarms, where moving windows say so.
fn since(finding: &Finding) -> Option<String> {
    let (since, state) = finding.since.as_deref().zip(finding.state)?;
    let since = day(since);
    Some(match state {
        State::New => format!("new on {since}"),
        State::Continuing => format!("continuing since {since}"),
        State::Cleared => format!("began {since}, over by the end"),
    })
}

/// Findings that are no column's distribution, as sentences: those that drifted, and the regime in any case. Of the
/// correlations the one sentence about all pairs is enough.
fn sentences(text: &mut String, findings: &[Finding], most: usize) {
    let others: Vec<&Finding> = findings
        .iter()
        .filter(|f| !(is_column(f) || f.kind == FindingKind::CorrelationShift && f.column.is_some()))
        .filter(|f| f.verdict == DriftVerdict::Drift || f.kind == FindingKind::RegimeDrift)
        .collect();
    for finding in others.iter().take(most) {
        let mark = if finding.verdict == DriftVerdict::Drift { paint(BAD, "!") } else { paint(QUIET, "-") };
        text.push_str(&paragraph(&format!("  {mark} "), &sentence(finding)));
    }
    if others.len() > most {
        quiet(text, &format!("and {} more: --detailed", others.len() - most));
    }
    if !others.is_empty() {
        text.push('\n');
    }
}

/// What a finding says, and since when.
pub fn sentence(finding: &Finding) -> String {
    let since = since(finding).map_or_else(String::new, |since| format!(" ({since})"));
    format!("{}{since}", finding.message)
}

/// Runs of alarming windows, each in a line.
fn rolling(text: &mut String, report: &Report) {
    let windows = &report.rolling;
    if windows.is_empty() {
        return;
    }
    let alarms = windows.iter().filter(|window| window.verdict == DriftVerdict::Drift).count();
    let days = report.plan.rolling.unwrap_or_default();
    let title = format!("Windows of {days} trading days: {alarms} of {} alarm", windows.len());
    let _ = writeln!(text, "{}", paint(HEADING, &title));
    for run in windows.chunk_by(|a, b| a.verdict == b.verdict).filter(|run| run[0].verdict == DriftVerdict::Drift) {
        let mut columns: Vec<&str> = run.iter().flat_map(|window| &window.columns).map(String::as_str).collect();
        columns.sort_unstable();
        columns.dedup();
        let (first, last) = (&run[0].to, &run[run.len() - 1].to);
        text.push_str(&paragraph("  ", &format!("from {first} to {last}: {}", columns.join(", "))));
    }
    text.push('\n');
}

/// These metrics of each model as a whole, reference against current; empty if there are none.
pub fn performance(performance: &[Performance], title: &str, metrics: &[&str]) -> String {
    let overall = |window: &str| -> BTreeMap<&str, &Performance> {
        let mine = performance.iter().filter(|p| p.window == window && is_overall(&p.slice) && !p.metrics.is_empty());
        mine.map(|p| (p.slice.get("model").map_or("", String::as_str), p)).collect()
    };
    let (before, now) = (overall("reference"), overall("current"));
    let mut rows = Vec::new();
    for (model, current) in &now {
        let known = metrics.iter().filter_map(|metric| Some((*metric, *current.metrics.get(*metric)?)));
        for (metric, value) in known {
            let old = before.get(model).and_then(|p| p.metrics.get(metric)).copied();
            let change = old.filter(|old| *old > 0.0).map(|old| format!("{:+.1} %", 100.0 * (value - old) / old));
            rows.push(vec![
                (*model).to_owned(),
                metric.to_owned(),
                number(old),
                number(Some(value)),
                current.intervals.get(metric).map_or_else(String::new, |bounds| interval(*bounds)),
                change.unwrap_or_default(),
                count(current.counts.get(metric).copied().unwrap_or(current.pairs)),
            ]);
        }
    }
    let heading = [
        ("model", Side::Left),
        ("metric", Side::Left),
        ("reference", Side::Right),
        ("current", Side::Right),
        (if now.values().any(|p| !p.intervals.is_empty()) { "95 % interval" } else { "" }, Side::Left),
        ("change", Side::Right),
        ("n", Side::Right),
    ];
    if rows.is_empty() {
        return String::new();
    }
    format!("{}\n{}\n", paint(HEADING, title), table(&heading, &rows))
}

/// Whether a slice is a whole model.
pub fn is_overall(slice: &Slice) -> bool {
    slice.keys().all(|column| column == "model")
}

fn skipped(text: &mut String, report: &Report) {
    if report.skipped.is_empty() {
        return;
    }
    let named = |skip: &Skipped| {
        let what =
            skip.column.as_ref().map_or_else(|| skip.method.clone(), |column| format!("{} {column}", skip.method));
        if is_overall(&skip.slice) { what } else { format!("{what} ({})", slice(&skip.slice)) }
    };
    let reasons = by_reason(report.skipped.iter().map(|skip| (skip.reason.as_str(), named(skip))));
    let _ = writeln!(text, "{}", paint(HEADING, "Not computed"));
    for (reason, names) in reasons.iter().take(SKIPPED) {
        text.push_str(&paragraph("  ", &format!("{names}: {reason}")));
    }
    if reasons.len() > SKIPPED {
        let _ = writeln!(text, "  {} more reasons: see --format json", reasons.len() - SKIPPED);
    }
    text.push('\n');
}

fn problems(text: &mut String, provenance: &BTreeMap<String, Provenance>) {
    let all = provenance.values().map(|p| p.problem_count).sum::<u64>();
    if all == 0 {
        return;
    }
    let _ = writeln!(text, "{}", paint(HEADING, "Problems in the logs"));
    let each =
        provenance.iter().flat_map(|(window, found)| found.problems.iter().map(move |problem| (window, problem)));
    let shown =
        each.take(PROBLEMS).map(|(window, problem)| writeln!(text, "  {}", place(window, problem))).count() as u64;
    if all > shown {
        let _ = writeln!(text, "  and {} more", count(all - shown));
    }
    text.push('\n');
}

/// A problem with its file and line, or its window where it is no single line's.
fn place(window: &str, problem: &Problem) -> String {
    let source = if problem.source.is_empty() { window } else { &problem.source };
    let line = if problem.line > 0 { format!(":{}", problem.line) } else { String::new() };
    // A message about ids names the column itself.
    let column = Some(&problem.column).filter(|column| !column.is_empty() && problem.line > 0);
    let column = column.map_or_else(String::new, |column| format!("column {column}: "));
    format!("{source}{line}: {column}{}", problem.message)
}
