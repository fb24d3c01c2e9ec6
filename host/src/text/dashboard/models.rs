//! How well each model does: as a whole, against the rule, by regime, where it is weak, where it goes, what is estimated.

use std::fmt::Write;

use driftgate_documents::{Direction, Estimate, Performance, Ranked, Report, Trend, find_metric};

use super::{columns, model, values};
use crate::text::{
    BAD, GOOD, HEADING, QUIET, UNSURE, by_reason, count, interval, metrics, number, paint,
    report::{self, is_overall},
    segments,
    table::{Side, paragraph, quiet, table},
};

const ERRORS: [&str; 10] =
    ["accuracy", "f1", "precision", "recall", "auc", "mape", "mae", "rmse", "directional_accuracy", "skill"];
const CALIBRATION: [&str; 3] = ["ece", "brier", "log_loss"];
const MONEY: [&str; 5] = ["mean_pnl", "hit_rate", "profit_rate", "sharpe", "max_drawdown"];

/// What ML, rule and final verdict are compared by; the rule's and the final one's metrics have a prefix.
const AGAINST_RULES: [(&str, &str); 4] = [
    ("accuracy", "right labels"),
    ("outcome_accuracy", "right by outcome"),
    ("mean_pnl", "mean P&L, %"),
    ("profit_rate", "share of profits"),
];

/// Each model, reference against current: errors, calibration, money.
pub(super) fn performance(text: &mut String, report: &Report) {
    let parts = [
        ("Performance", &ERRORS[..]),
        ("Calibration: is the confidence worth what it says?", &CALIBRATION[..]),
        ("Money", &MONEY[..]),
    ];
    for (title, metrics) in parts {
        let table = report::performance(&report.performance, title, metrics);
        if table.is_empty() {
            continue;
        }
        text.push_str(table.trim_end());
        text.push('\n');
        let overall: Vec<&Performance> = current(report).filter(|p| is_overall(&p.slice)).collect();
        let shown = metrics.iter().copied().filter(|metric| overall.iter().any(|p| p.metrics.contains_key(*metric)));
        quiet(text, &metrics::legend(shown));
        text.push('\n');
    }
}

fn current(report: &Report) -> impl Iterator<Item = &Performance> {
    report.performance.iter().filter(|p| p.window == "current")
}

/// ML, rule and final verdict side by side.
pub(super) fn against_rules(text: &mut String, report: &Report) {
    let mut rows = Vec::new();
    for p in current(report).filter(|p| is_overall(&p.slice)) {
        for (metric, name) in AGAINST_RULES {
            let of = |prefix: &str| p.metrics.get(&format!("{prefix}{metric}")).copied();
            let others = [of("rule_"), of("final_")];
            if others.iter().all(Option::is_none) {
                continue;
            }
            let [rule, last] = others.map(number);
            rows.push(vec![model(&p.slice), name.to_owned(), number(of("")), rule, last]);
        }
    }
    if rows.is_empty() {
        return;
    }
    let heading =
        [("model", Side::Left), ("", Side::Left), ("ml", Side::Right), ("rule", Side::Right), ("final", Side::Right)];
    let _ = writeln!(text, "{}\n{}", paint(HEADING, "ML against the rule"), table(&heading, &rows).trim_end());
    quiet(text, "final: what was decided in the end. Right by outcome: profit where bought, loss where avoided.");
    text.push('\n');
}

/// Every regime of the current window.
pub(super) fn regimes(text: &mut String, report: &Report) {
    let group: Vec<&Performance> = current(report).filter(|p| segments::key(p) == ["regime"]).collect();
    if !group.is_empty() {
        let rows = segments::rows(group, &segments::Wanted::default());
        let _ = writeln!(text, "{}\n{rows}", paint(HEADING, "By regime"));
    }
}

/// The weakest sectors; in detail the weakest of everything, and the best regime of each symbol.
pub(super) fn weakest(text: &mut String, report: &Report, detailed: bool) {
    let wanted = |ranked: &&Ranked| detailed || columns(&ranked.slice) == "sector";
    let shown: Vec<&Ranked> = report.weakest.iter().filter(wanted).collect();
    let title = if detailed { "Weakest slices, of at least 30 rows" } else { "Weakest sectors, of at least 30 rows" };
    ranked(text, title, &shown);
}

/// Slices that stand out.
pub(super) fn ranked(text: &mut String, title: &str, shown: &[&Ranked]) {
    if shown.is_empty() {
        return;
    }
    let heading = [
        ("model", Side::Left),
        ("", Side::Left),
        ("slice", Side::Left),
        ("metric", Side::Left),
        ("value", Side::Right),
        ("95 % interval", Side::Left),
        ("n", Side::Right),
    ];
    let row = |ranked: &&Ranked| {
        vec![
            model(&ranked.slice),
            columns(&ranked.slice),
            values(&ranked.slice),
            ranked.metric.clone(),
            number(Some(ranked.value)),
            ranked.interval.map_or_else(|| "-".into(), interval),
            count(ranked.n),
        ]
    };
    let _ =
        writeln!(text, "{}\n{}", paint(HEADING, title), table(&heading, &shown.iter().map(row).collect::<Vec<_>>()));
}

/// Where metrics go over the days of the current window.
pub(super) fn trends(text: &mut String, report: &Report) {
    if report.trends.is_empty() {
        return;
    }
    let _ = writeln!(text, "{}", paint(HEADING, "Trends"));
    for trend in &report.trends {
        let model = Some(model(&trend.slice)).filter(|model| !model.is_empty());
        let model = model.map_or_else(String::new, |model| format!("{model}: "));
        text.push_str(&paragraph(&format!("  {} ", arrow(trend)), &format!("{model}{}", trend.message)));
    }
    text.push('\n');
}

/// An arrow in the colour of what it means for the model.
fn arrow(trend: &Trend) -> String {
    let larger_is_worse = find_metric(&trend.metric).is_some_and(|metric| !metric.larger_is_better);
    let (arrow, worse) = match trend.direction {
        Direction::Rising => ("↗", larger_is_worse),
        Direction::Falling => ("↘", !larger_is_worse),
        Direction::Steady => return paint(QUIET, "→"),
    };
    paint(if worse { BAD } else { GOOD }, arrow)
}

/// What is estimated while actuals are missing, by month: for the model in question, in detail for all.
pub(super) fn estimates(text: &mut String, report: &Report, detailed: bool) {
    let asked = report.current.as_ref().and_then(|window| window.model.as_ref());
    let wanted = |e: &&Estimate| detailed || asked.is_none_or(|asked| *asked == model(&e.slice));
    let shown: Vec<&Estimate> = report.estimates.iter().filter(wanted).collect();
    let Some(first) = shown.first() else { return };
    let heading = [
        ("model", Side::Left),
        ("metric", Side::Left),
        ("days", Side::Left),
        ("rows", Side::Right),
        ("known", Side::Right),
        ("estimate", Side::Right),
        ("band", Side::Left),
        ("realized", Side::Right),
    ];
    let row = |e: &&Estimate| {
        let band = e.lower.zip(e.upper).map_or_else(String::new, |(low, high)| interval([low, high]));
        let value = if e.refusal.is_some() { paint(UNSURE, "refused") } else { number(e.value) };
        vec![
            model(&e.slice),
            e.metric.clone(),
            month(&e.from, &e.to),
            count(e.rows),
            count(e.labelled),
            value,
            band,
            number(e.realized),
        ]
    };
    let _ = writeln!(text, "{}", paint(HEADING, "Estimated while actuals are missing"));
    text.push_str(&table(&heading, &shown.iter().map(row).collect::<Vec<_>>()));
    let legend = format!(
        "known: rows whose actual is known; realized: the metric on these. {} % of the bands should hold the later truth.",
        number(Some(100.0 * first.level))
    );
    quiet(text, &legend);
    refusals(text, &shown);
    text.push('\n');
}

/// Each reason once, with what it refuses.
fn refusals(text: &mut String, estimates: &[&Estimate]) {
    let refused = estimates.iter().filter_map(|estimate| {
        let what = format!("{} {}", estimate.metric, month(&estimate.from, &estimate.to));
        Some((estimate.refusal.as_deref()?, what))
    });
    for (reason, names) in by_reason(refused) {
        let mark = paint(UNSURE, "refused");
        text.push_str(&paragraph(&format!("  {mark} "), &format!("{names}: {reason}")));
    }
}

/// A calendar month by its name, other days by the first and the last.
fn month(from: &str, to: &str) -> String {
    match (from.get(..7), to.get(..7)) {
        (Some(first), Some(last)) if first == last => first.to_owned(),
        _ => format!("{from} .. {to}"),
    }
}
