//! A decision or a report as Markdown, for a pull request: the verdict first, then a table.

use std::fmt::Write;

use driftgate_documents::{
    CheckResult, Decision, DriftVerdict, Finding, ModelComparison, Report, Trust, TrustCheck, Verdict,
};

use super::{count, decision::covered, interval, number, slice, word};

/// The whole decision.
#[must_use]
pub fn decision(decision: &Decision) -> String {
    let mut text = format!("## driftgate: {}\n\n", heading(decision));
    if let Some(person) = &decision.r#override {
        let [actor, expires, reason] = [&person.actor, &person.expires, &person.reason].map(|text| cell(text));
        let _ = writeln!(text, "**Overridden by {actor} until {expires}:** {reason}\n");
    }
    let name =
        if decision.policy.name.is_empty() { "" } else { &format!(" `{}`", decision.policy.name.replace('`', "'")) };
    let _ = writeln!(
        text,
        "Policy{name}: {} passed, {} failed, {} inconclusive.\n",
        decision.checks_passed.len(),
        decision.checks_failed.len(),
        decision.checks_inconclusive.len()
    );
    text.push_str("| | check | value | needs | n | bounds | reason |\n|---|---|--:|--:|--:|---|---|\n");
    decision.checks.iter().for_each(|check| text.push_str(&row(check)));
    let said = covered(decision).into_iter().chain(decision.warnings.iter().map(String::as_str));
    let notes: String = said.map(|said| format!("- {}\n", cell(said))).collect();
    if !notes.is_empty() {
        let _ = write!(text, "\n{notes}");
    }
    text
}

/// What is approved, and what the statistics say.
fn heading(decision: &Decision) -> String {
    match decision.r#override {
        Some(_) => format!("approved by override (the checks say {})", decision.recommendation),
        None => decision.recommendation.clone(),
    }
}

fn row(check: &CheckResult) -> String {
    let mark = match check.verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "**fail**",
        Verdict::Inconclusive => "**open**",
    };
    let needs = format!("{} {}", cell(&check.op), number(check.threshold));
    let bounds = check.interval.map_or_else(String::new, interval);
    let (name, reason) = (cell(&check.name), cell(&check.reason));
    format!("| {mark} | {name} | {} | {needs} | {} | {bounds} | {reason} |\n", number(check.value), count(check.n))
}

/// The verdict of a report, and what drifted.
#[must_use]
pub fn report(report: &Report) -> String {
    let mut text = format!("## driftgate: {}\n\n{}\n", word(&report.verdict), cell(&report.summary));
    let drifted: Vec<&Finding> =
        report.findings.iter().filter(|finding| finding.verdict == DriftVerdict::Drift).collect();
    if !drifted.is_empty() {
        text.push_str("\n| severity | finding | column | where | finding in words |\n|---|---|---|---|---|\n");
    }
    for finding in drifted {
        let severity = finding.severity.as_ref().map(word).unwrap_or_default();
        let column = cell(finding.column.as_deref().unwrap_or_default());
        let (place, message) = (cell(&slice(&finding.slice)), cell(&finding.message));
        let _ = writeln!(text, "| {severity} | {} | {column} | {place} | {message} |", word(&finding.kind));
    }
    text
}

/// A comparison: the verdict and what to do, the tests of each challenge, and what to look at.
#[must_use]
pub fn comparison(comparison: &ModelComparison) -> String {
    let [summary, recommendation] = [&comparison.summary, &comparison.recommendation].map(|text| cell(text));
    let verdict = word(&comparison.verdict).replace('_', " ");
    let mut text = format!("## driftgate: {verdict}\n\n{summary}\n\n{recommendation}\n");
    for challenge in &comparison.challenges {
        let of = &challenge.metric;
        let _ = writeln!(
            text,
            "\n{} against {}, {}: {} against {} on {} cases\n",
            cell(&challenge.candidate),
            cell(&challenge.baseline),
            cell(&of.metric),
            number(Some(of.candidate)),
            number(Some(of.baseline)),
            count(of.n)
        );
        text.push_str("| test | | statistic | p | interval of the difference |\n|---|---|--:|--:|---|\n");
        for test in &of.tests {
            let kind = match (test.decides, test.robust) {
                (true, _) => "**decides**",
                (false, true) => "robust",
                (false, false) => "naive",
            };
            let (statistic, p) = (number(test.statistic), number(test.p_value));
            let bounds = test.interval.map_or_else(String::new, interval);
            let _ = writeln!(text, "| {} | {kind} | {statistic} | {p} | {bounds} |", cell(&test.method));
        }
        if !challenge.warnings.is_empty() {
            text.push('\n');
        }
        challenge.warnings.iter().for_each(|warning| text.push_str(&format!("- {}\n", cell(warning))));
    }
    let doubts: Vec<&TrustCheck> = comparison.trust.iter().filter(|check| check.found != Trust::Sound).collect();
    if !doubts.is_empty() {
        text.push('\n');
    }
    doubts.iter().for_each(|check| text.push_str(&format!("- {}: {}\n", word(&check.found), cell(&check.message))));
    text
}

/// A text of a log or a policy inside a cell: nothing in it is markup, a link or a mention, and it ends no cell or line.
fn cell(text: &str) -> String {
    let escaped = |c: char| match c {
        '\n' | '\r' => " ".to_owned(),
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '@' => "&#64;".to_owned(),
        '\\' | '|' | '`' | '*' | '[' | ']' | '~' | '$' => format!("\\{c}"),
        _ => c.to_string(),
    };
    text.chars().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_ends_no_cell_and_calls_nobody() {
        assert_eq!(cell("a|b\n@team <img> `x`"), "a\\|b &#64;team &lt;img&gt; \\`x\\`");
    }
}
