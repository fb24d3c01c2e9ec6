//! A decision: every check on a line, then what to do.

use std::fmt::Write;

use driftgate_documents::{CheckResult, Decision, Verdict};

use super::{
    BAD, GOOD, QUIET, UNSURE, count, number, paint,
    table::{Side, table},
};

/// The whole decision.
#[must_use]
pub fn decision(decision: &Decision) -> String {
    let mut text = String::new();
    let checks = decision.checks.len();
    let sentence = match decision.verdict {
        Verdict::Pass => format!("all {checks} checks of the policy {} pass", decision.policy.name),
        Verdict::Fail => {
            format!("{} of {checks} checks of the policy {} fail", decision.checks_failed.len(), decision.policy.name)
        }
        Verdict::Inconclusive if decision.checks_inconclusive.is_empty() => {
            format!("all {checks} checks of the policy {} pass, but the data leave it open", decision.policy.name)
        }
        Verdict::Inconclusive => format!(
            "{} of {checks} checks of the policy {} have too little data",
            decision.checks_inconclusive.len(),
            decision.policy.name
        ),
    };
    if let Some(person) = &decision.r#override {
        let title = paint(UNSURE, "APPROVED BY OVERRIDE");
        let _ = writeln!(text, "{title}  {} until {}: {}\n", person.actor, person.expires, person.reason);
    }
    let _ = writeln!(text, "{}  {sentence}\n", paint(style(decision.verdict), &decision.recommendation));
    let heading = [
        ("", Side::Left),
        ("check", Side::Left),
        ("value", Side::Right),
        ("", Side::Left),
        ("needs", Side::Right),
        ("n", Side::Right),
        (if decision.checks.iter().any(|check| check.interval.is_some()) { "bounds" } else { "" }, Side::Left),
    ];
    let rows: Vec<Vec<String>> = decision.checks.iter().map(row).collect();
    text.push_str(&table(&heading, &rows));
    let open = decision.checks.iter().filter(|check| check.verdict != Verdict::Pass);
    for check in open {
        let needed = check.rows_needed.filter(|_| !check.reason.contains("more row"));
        let needed = needed.map_or_else(String::new, |rows| format!(" ({} more rows)", count(rows)));
        let _ = write!(text, "\n  {} {}: {}{needed}", mark(check.verdict), check.name, check.reason);
    }
    if let Some(coverage) = covered(decision) {
        let _ = write!(text, "\n  {} {coverage}", paint(GOOD, "data"));
    }
    for warning in &decision.warnings {
        let _ = write!(text, "\n  {} {warning}", paint(UNSURE, "note"));
    }
    let next = match decision.r#override {
        Some(_) => OVERRULED,
        None => next(decision.verdict),
    };
    let _ = writeln!(text, "\n\n{}", paint(QUIET, next));
    text
}

/// How many cases were answered, where no warning says it.
pub(super) fn covered(decision: &Decision) -> Option<&str> {
    let message = decision.coverage.as_ref()?.message.as_str();
    (!decision.warnings.iter().any(|warning| warning.starts_with(message))).then_some(message)
}

fn row(check: &CheckResult) -> Vec<String> {
    vec![
        mark(check.verdict),
        check.name.clone(),
        number(check.value),
        check.op.clone(),
        number(check.threshold),
        count(check.n),
        check
            .interval
            .map_or_else(String::new, |[low, high]| format!("{} .. {}", number(Some(low)), number(Some(high)))),
    ]
}

fn style(verdict: Verdict) -> anstyle::Style {
    match verdict {
        Verdict::Pass => GOOD,
        Verdict::Fail => BAD,
        Verdict::Inconclusive => UNSURE,
    }
}

fn mark(verdict: Verdict) -> String {
    let word = match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "FAIL",
        Verdict::Inconclusive => "????",
    };
    paint(style(verdict), word)
}

const OVERRULED: &str = "Next: the candidate may be promoted on the responsibility of who overrode; what the checks say stays as it is. \
     This command ended with exit code 0.";

const fn next(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "Next: promote the candidate. This command ended with exit code 0.",
        Verdict::Fail => {
            "Next: keep the incumbent; `--format json` holds every number. This command ended with exit code 1."
        }
        Verdict::Inconclusive => {
            "Next: settle what is open above and ask again; nothing is promoted meanwhile. This command ended with exit code 3."
        }
    }
}
