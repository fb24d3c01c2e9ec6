//! How the model is in a line, what that rests on, and how it is used.

use std::fmt::Write;

use driftgate_documents::{HealthStatus, Performance, Report, Row};

use super::model;
use crate::text::{
    BAD, GOOD, HEADING, QUIET, UNSURE,
    bars::bar,
    count, number, paint,
    report::is_overall,
    table::{Side, paragraph, table, table_with_sentences},
    word,
};

/// Latest predictions shown.
const LATEST: usize = 5;

/// Characters of a bar for the whole.
const BAR: usize = 30;

/// Status and score; the sentence names the model and says why.
pub(super) fn first_line(report: &Report) -> String {
    let Some(health) = &report.health else {
        return paragraph("", &format!("{}. {}", paint(UNSURE, "Health unknown"), report.summary)) + "\n";
    };
    let style = match health.status {
        HealthStatus::Healthy => GOOD,
        HealthStatus::Warning | HealthStatus::Unknown => UNSURE,
        HealthStatus::Critical => BAD,
    };
    let mut status = word(&health.status).to_uppercase();
    if let Some(score) = health.score {
        let _ = write!(status, " {}", of_one(score));
    }
    paragraph("", &format!("{}  {}", paint(style, &status), health.message)) + "\n"
}

/// A score in two digits; one that is hardly above 0 does not look like 0.
fn of_one(score: f64) -> String {
    if score > 0.0 && score < 0.01 { number(Some(score)) } else { format!("{score:.2}") }
}

/// The components of health with their reasons.
pub(super) fn components(text: &mut String, report: &Report) {
    let Some(health) = &report.health else { return };
    let row = |component: &driftgate_documents::HealthComponent| {
        let style = match component.score {
            Some(score) if score > 0.5 => GOOD,
            Some(score) if score > 0.0 => UNSURE,
            Some(_) => BAD,
            None => QUIET,
        };
        let score = component.score.map_or_else(|| "unknown".into(), of_one);
        vec![component.name.replace('_', " "), paint(style, &score), component.reason.clone()]
    };
    let heading = [("component", Side::Left), ("score", Side::Right), ("reason", Side::Left)];
    let rows: Vec<Vec<String>> = health.components.iter().map(row).collect();
    let _ = writeln!(text, "{}", paint(HEADING, "Health"));
    text.push_str(&table_with_sentences(&heading, &rows));
    let legend = "1: as it should be; 0.5: warning; 0: critical. The least score counts, unknown ones do not.";
    let _ = writeln!(text, "  {}\n", paint(QUIET, legend));
}

/// How the models are used: rows, targets, verdicts, the latest predictions.
pub(super) fn usage(text: &mut String, report: &Report) {
    let _ = writeln!(text, "{}", paint(HEADING, "Use"));
    if let Some(window) = &report.current {
        let days = format!(" on {} {}s", count(window.days), window.resolution);
        let days = if window.days > 0 { days } else { String::new() };
        let _ = writeln!(text, "  {} rows{days}", count(window.rows));
    }
    text.push_str(&targets(report));
    text.push('\n');
    let overall = |p: &&Performance| p.window == "current" && is_overall(&p.slice) && !p.predictions.is_empty();
    for performance in report.performance.iter().filter(overall) {
        let _ = writeln!(text, "{}", verdicts(performance));
    }
    text.push_str(&latest(&report.recent, LATEST, "latest predictions"));
    text.push('\n');
}

fn targets(report: &Report) -> String {
    let heading = [
        ("model", Side::Left),
        ("use", Side::Left),
        ("value", Side::Right),
        ("should be", Side::Right),
        ("", Side::Left),
    ];
    let row = |target: &driftgate_documents::Target| {
        let met = if target.met { paint(GOOD, "met") } else { paint(BAD, "not met") };
        let name = match target.metric.as_str() {
            "usage" => "usage of the model",
            "agreement" => "agreement with the rule",
            "average_confidence" => "average confidence",
            other => other,
        };
        let above = format!("above {}", number(Some(target.above)));
        vec![model(&target.slice), name.to_owned(), number(Some(target.value)), above, met]
    };
    table(&heading, &report.targets.iter().map(row).collect::<Vec<_>>())
}

/// How often each label is predicted, most often first.
fn verdicts(performance: &Performance) -> String {
    let mut shares: Vec<(&String, f64)> =
        performance.predictions.iter().map(|(label, share)| (label, *share)).collect();
    shares.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let name = model(&performance.slice);
    let heading = [(name.as_str(), Side::Left), ("predicted", Side::Right), ("", Side::Left)];
    let row =
        |(label, share): &(&String, f64)| vec![(*label).clone(), format!("{:.1} %", 100.0 * share), bar(*share, BAR)];
    let shown: Vec<Vec<String>> = shares.iter().take(10).map(row).collect();
    let more = shares.len().saturating_sub(shown.len());
    let rest = if more > 0 { format!("  and {more} more labels\n") } else { String::new() };
    table(&heading, &shown) + &rest
}

/// Rows of the log, as many as asked for.
pub(super) fn latest(rows: &[Row], most: usize, title: &str) -> String {
    let heading = [
        (title, Side::Left),
        ("model", Side::Left),
        ("symbol", Side::Left),
        ("prediction", Side::Right),
        ("actual", Side::Right),
        ("confidence", Side::Right),
    ];
    let cell = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
    let row = |row: &Row| {
        let time = row.timestamp.as_deref().or(row.id.as_deref()).unwrap_or("-");
        vec![
            time.trim_end_matches(":00Z").replace('T', " "),
            row.model.clone(),
            cell(&row.symbol),
            cell(&row.prediction),
            cell(&row.actual),
            number(row.confidence),
        ]
    };
    table(&heading, &rows.iter().take(most).map(row).collect::<Vec<_>>())
}
