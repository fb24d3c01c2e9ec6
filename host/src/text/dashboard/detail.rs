//! What `--detailed` adds: every list behind the page.

use std::{collections::BTreeSet, fmt::Write};

use driftgate_documents::{DriftVerdict, Finding, Performance, Ranked, Report, Series};

use super::{columns, health::latest, model, models::ranked, values};
use crate::text::{
    BAD, GOOD, HEADING, QUIET, UNSURE,
    bars::{bar, sparkline},
    count, number, paint,
    report::{day, is_overall, sentence},
    table::{Side, WIDTH, paragraph, table},
};

/// Worst predictions shown.
const WORST: usize = 10;

/// All of it.
pub(super) fn detail(text: &mut String, report: &Report) {
    for performance in report.performance.iter().filter(|p| p.window == "current" && is_overall(&p.slice)) {
        reliability(text, performance);
        confusion(text, performance);
    }
    let best: Vec<&Ranked> = report.best_regimes.iter().collect();
    ranked(text, "Best regime of each symbol, of at least 30 rows", &best);
    findings(text, &report.findings);
    let worst = latest(&report.worst, WORST, "worst predictions");
    if !worst.is_empty() {
        let _ = writeln!(text, "{worst}");
    }
    series(text, &report.series);
}

/// How often predictions of each confidence came true.
fn reliability(text: &mut String, performance: &Performance) {
    if performance.reliability.is_empty() {
        return;
    }
    let heading = [
        ("confidence", Side::Left),
        ("rows", Side::Right),
        ("mean", Side::Right),
        ("right", Side::Right),
        ("share of right ones, 0 to 1", Side::Left),
    ];
    let row = |bin: &driftgate_documents::ReliabilityBin| {
        vec![
            format!("{:.1} .. {:.1}", bin.from, bin.to),
            count(bin.pairs),
            number(Some(bin.confidence)),
            number(Some(bin.accuracy)),
            bar(bin.accuracy, 40),
        ]
    };
    let rows: Vec<Vec<String>> = performance.reliability.iter().map(row).collect();
    let title = format!(
        "Reliability of {}: mean confidence and share of right ones should be alike",
        model(&performance.slice)
    );
    let _ = writeln!(text, "{}\n{}", paint(HEADING, &title), table(&heading, &rows));
}

/// Actual labels down, predicted ones across.
fn confusion(text: &mut String, performance: &Performance) {
    let labels: BTreeSet<&str> =
        performance.confusion.values().flat_map(|row| row.keys()).map(String::as_str).collect();
    if labels.is_empty() {
        return;
    }
    let mut heading = vec![("actual", Side::Left)];
    heading.extend(labels.iter().map(|label| (*label, Side::Right)));
    let row = |(actual, predicted): (&String, &std::collections::BTreeMap<String, u64>)| {
        let mut cells = vec![actual.clone()];
        cells.extend(labels.iter().map(|label| count(predicted.get(*label).copied().unwrap_or(0))));
        cells
    };
    let rows: Vec<Vec<String>> = performance.confusion.iter().map(row).collect();
    let title = format!("Confusion of {}: actual labels down, predicted ones across", model(&performance.slice));
    let _ = writeln!(text, "{}\n{}", paint(HEADING, &title), table(&heading, &rows));
}

/// Every finding in a sentence.
fn findings(text: &mut String, findings: &[Finding]) {
    if findings.is_empty() {
        return;
    }
    let _ = writeln!(text, "{}", paint(HEADING, "All findings (!: drift, -: none, ?: too little data)"));
    for finding in findings {
        let mark = match finding.verdict {
            DriftVerdict::Drift => paint(BAD, "!"),
            DriftVerdict::None => paint(GOOD, "-"),
            DriftVerdict::Inconclusive => paint(UNSURE, "?"),
        };
        text.push_str(&paragraph(&format!("  {mark} "), &sentence(finding)));
    }
    text.push('\n');
}

/// The lines over time of each model as a whole, reference and current.
fn series(text: &mut String, series: &[Series]) {
    let is_line = |s: &&Series| s.values.iter().any(Option::is_some);
    let row = |s: &Series| {
        let known: Vec<f64> = s.values.iter().flatten().copied().collect();
        let low = known.iter().copied().min_by(f64::total_cmp);
        let high = known.iter().copied().max_by(f64::total_cmp);
        let slice = [model(&s.slice), columns(&s.slice), values(&s.slice)];
        let slice: Vec<String> = slice.into_iter().filter(|part| !part.is_empty()).collect();
        let what = s.column.as_ref().map_or_else(|| s.metric.clone(), |column| format!("{} of {column}", s.metric));
        let from = s.at.first().map_or("", |time| day(time));
        vec![
            s.window.clone(),
            slice.join(" "),
            what,
            from.to_owned(),
            number(low),
            number(high),
            sparkline(&s.values, WIDTH / 5),
        ]
    };
    let rows: Vec<Vec<String>> = series.iter().filter(is_line).map(row).collect();
    if rows.is_empty() {
        return;
    }
    let heading = [
        ("window", Side::Left),
        ("model", Side::Left),
        ("what", Side::Left),
        ("from", Side::Left),
        ("lowest", Side::Right),
        ("highest", Side::Right),
        ("over time", Side::Left),
    ];
    let _ = writeln!(text, "{}\n{}", paint(HEADING, "Over time"), table(&heading, &rows));
    let _ = writeln!(text, "  {}\n", paint(QUIET, "Each line is drawn between its own lowest and highest value."));
}
