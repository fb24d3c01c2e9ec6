//! A comparison of models: the verdict and what to do, then the tests side by side, then what to look at.

use std::fmt::Write;

use driftgate_documents::{
    Challenge, ComparisonVerdict, ConfidenceSet, Design, MetricComparison, ModelComparison, SliceComparison, Trust,
};

use super::{
    BAD, GOOD, HEADING, UNSURE, by_reason, count, interval, number, paint, slice,
    table::{Side, paragraph, quiet, table, table_with_sentences},
};

/// Slices shown of each challenge: those that differ most surely.
const SLICES: usize = 8;

/// A page to read.
#[must_use]
pub fn comparison(comparison: &ModelComparison) -> String {
    let (style, word) = match comparison.verdict {
        ComparisonVerdict::CandidateBetter => (GOOD, "CANDIDATE BETTER"),
        ComparisonVerdict::BaselineBetter => (BAD, "BASELINE BETTER"),
        ComparisonVerdict::NoEvidence => (UNSURE, "NO EVIDENCE"),
        ComparisonVerdict::Inconclusive => (UNSURE, "INCONCLUSIVE"),
    };
    let mut text = paragraph(&format!("{}  ", paint(style, word)), &comparison.summary);
    text.push_str(&paragraph("  ", &comparison.recommendation));
    text.push('\n');
    text.push_str(&arms(comparison));
    for challenge in &comparison.challenges {
        text.push_str(&of_challenge(challenge, comparison.challenges.len() > 1));
    }
    if let Some(set) = &comparison.confidence_set {
        text.push_str(&confidence_set(set, comparison));
    }
    text.push_str(&trust(comparison));
    text.push_str(&skipped(comparison));
    text
}

fn arms(comparison: &ModelComparison) -> String {
    let mut metrics: Vec<&str> =
        comparison.arms.iter().flat_map(|arm| arm.metrics.keys()).map(String::as_str).collect();
    metrics.sort_unstable();
    metrics.dedup();
    let main = comparison.options.metric.as_deref().unwrap_or("");
    metrics.sort_by_key(|metric| *metric != main);
    metrics.truncate(5);
    let mut heading = vec![
        ("arm", Side::Left),
        ("rows", Side::Right),
        ("with outcome", Side::Right),
        ("days", Side::Right),
        ("from", Side::Left),
        ("to", Side::Left),
    ];
    heading.extend(metrics.iter().map(|metric| (*metric, Side::Right)));
    let row = |(place, arm): (usize, &driftgate_documents::Arm)| {
        let role = if place == 0 { " (incumbent)" } else { "" };
        let day = |day: &Option<String>| day.clone().unwrap_or_else(|| "-".into());
        let name = if arm.name.is_empty() { "(no name)" } else { &arm.name };
        let mut cells = vec![
            format!("{name}{role}"),
            count(arm.rows),
            count(arm.labelled),
            count(arm.days),
            day(&arm.from),
            day(&arm.to),
        ];
        cells.extend(metrics.iter().map(|metric| number(arm.metrics.get(*metric).copied())));
        cells
    };
    let rows: Vec<Vec<String>> = comparison.arms.iter().enumerate().map(row).collect();
    format!("{}\n{}\n", paint(HEADING, "Arms"), table(&heading, &rows))
}

fn of_challenge(challenge: &Challenge, several: bool) -> String {
    let of = &challenge.metric;
    let how = match challenge.design {
        Design::Paired => format!("{} pairs on {} days", count(of.n), count(of.days)),
        Design::Disjoint => format!("{} rows of different cases on {} days", count(of.n), count(of.days)),
    };
    let title = format!("{} against {}, by {}: {how}", challenge.candidate, challenge.baseline, of.metric);
    let mut text = format!("{}\n", paint(HEADING, &title));
    if several {
        text.push_str(&paragraph("  ", &challenge.message));
    }
    text.push_str(&tests(of));
    facts(&mut text, challenge);
    if !challenge.others.is_empty() {
        let _ = writeln!(text, "\n{}\n{}", paint(HEADING, "Other metrics"), others(&challenge.others));
    }
    text.push_str(&slices(&challenge.slices));
    if !challenge.warnings.is_empty() {
        let _ = writeln!(text, "{}", paint(HEADING, "To look at"));
        challenge.warnings.iter().for_each(|warning| text.push_str(&paragraph("  ! ", warning)));
        text.push('\n');
    }
    text
}

/// Naive and robust tests side by side; the one that decides is marked.
fn tests(of: &MetricComparison) -> String {
    let heading = [
        ("test", Side::Left),
        ("", Side::Left),
        ("statistic", Side::Right),
        ("p", Side::Right),
        ("std. error", Side::Right),
        ("interval", Side::Right),
        ("", Side::Left),
    ];
    let row = |test: &driftgate_documents::DifferenceTest| {
        let kind = match (test.decides, test.robust) {
            (true, _) => paint(GOOD, "decides"),
            (false, true) => "robust".into(),
            (false, false) => "naive".into(),
        };
        vec![
            test.method.clone(),
            kind,
            number(test.statistic),
            number(test.p_value),
            number(test.standard_error),
            test.interval.map_or_else(|| "-".into(), interval),
            test.note.clone(),
        ]
    };
    table_with_sentences(&heading, &of.tests.iter().map(row).collect::<Vec<_>>())
}

fn facts(text: &mut String, challenge: &Challenge) {
    let of = &challenge.metric;
    let mut lines = vec![format!(
        "Difference (candidate - baseline) {}: {} against {}",
        number(Some(of.difference)),
        number(Some(of.candidate)),
        number(Some(of.baseline))
    )];
    if let (Some(share), Some(on_loser)) = (of.improvement, of.improvement_on_loser) {
        lines.push(format!(
            "Improvement of the candidate on the baseline {:+.2} %; of the winner on the loser {:.2} %",
            100.0 * share,
            100.0 * on_loser
        ));
    }
    if let Some(bounds) = of.always_valid {
        lines.push(format!("However often one looks, the difference is in {}", interval(bounds)));
    }
    if let Some(bayes) = &challenge.bayes {
        lines.push(format!(
            "Probability that the candidate is better {:.1} %; expected loss of choosing it {}, of keeping the baseline {}",
            100.0 * bayes.candidate_better,
            number(Some(bayes.loss_of_candidate)),
            number(Some(bayes.loss_of_baseline))
        ));
    }
    if let Some(power) = &challenge.power {
        let share =
            power.minimum_detectable_share.map_or_else(String::new, |share| format!(" ({:.2} %)", 100.0 * share));
        lines.push(format!("Smallest difference such data find {}{share}", number(Some(power.minimum_detectable))));
    }
    let yes = |holds: bool| if holds { "yes" } else { "no" };
    let stopping = challenge.stopping;
    lines.push(format!(
        "Stop? significant {}, clear {}, safe {}",
        yes(stopping.significant),
        yes(stopping.clear),
        yes(stopping.safe)
    ));
    text.push('\n');
    lines.iter().for_each(|line| text.push_str(&paragraph("  ", line)));
}

fn others(others: &[MetricComparison]) -> String {
    let heading = [
        ("metric", Side::Left),
        ("candidate", Side::Right),
        ("baseline", Side::Right),
        ("improvement", Side::Right),
        ("p naive", Side::Right),
        ("p by day", Side::Right),
    ];
    let row = |of: &MetricComparison| {
        let p = |wanted: fn(&&driftgate_documents::DifferenceTest) -> bool| {
            number(of.tests.iter().find(wanted).and_then(|test| test.p_value))
        };
        vec![
            of.metric.clone(),
            number(Some(of.candidate)),
            number(Some(of.baseline)),
            of.improvement.map_or_else(|| "-".into(), |share| format!("{:+.2} %", 100.0 * share)),
            p(|test| !test.robust),
            p(|test| test.decides),
        ]
    };
    table(&heading, &others.iter().map(row).collect::<Vec<_>>())
}

fn slices(slices: &[SliceComparison]) -> String {
    if slices.is_empty() {
        return String::new();
    }
    let mut shown: Vec<&SliceComparison> = slices.iter().collect();
    let surely = |slice: &SliceComparison| slice.p_adjusted.unwrap_or(1.0);
    shown.sort_by(|a, b| surely(a).total_cmp(&surely(b)));
    let heading = [
        ("slice", Side::Left),
        ("n", Side::Right),
        ("candidate", Side::Right),
        ("baseline", Side::Right),
        ("difference", Side::Right),
        ("p adjusted", Side::Right),
        ("", Side::Left),
    ];
    let row = |of: &&SliceComparison| {
        vec![
            slice(&of.slice),
            count(of.n),
            number(Some(of.candidate)),
            number(Some(of.baseline)),
            number(Some(of.difference)),
            number(of.p_adjusted),
            if of.reversed { paint(BAD, "the other way round") } else { String::new() },
        ]
    };
    let rows: Vec<Vec<String>> = shown.iter().take(SLICES).map(row).collect();
    let mut text = format!("{}\n{}", paint(HEADING, "By segment"), table(&heading, &rows));
    if slices.len() > SLICES {
        quiet(&mut text, &format!("{} more slices: see --format json", slices.len() - SLICES));
    }
    text.push('\n');
    text
}

fn confidence_set(set: &ConfidenceSet, comparison: &ModelComparison) -> String {
    let metric = comparison.options.metric.as_deref().unwrap_or("value");
    let title = format!(
        "The best one is, at {} % confidence, among (of {} common cases on {} days)",
        number(Some(100.0 * set.confidence)),
        count(set.n),
        count(set.days)
    );
    let heading = [("model", Side::Left), (metric, Side::Right), ("p", Side::Right), ("", Side::Left)];
    let row = |member: &driftgate_documents::SetMember| {
        let word = if member.included { paint(GOOD, "among them") } else { "left out".into() };
        vec![member.name.clone(), number(Some(member.value)), number(Some(member.p_value)), word]
    };
    format!("{}\n{}\n", paint(HEADING, &title), table(&heading, &set.models.iter().map(row).collect::<Vec<_>>()))
}

fn trust(comparison: &ModelComparison) -> String {
    let mut text = format!("{}\n", paint(HEADING, "Can the data be trusted?"));
    for check in &comparison.trust {
        let (style, word) = match check.found {
            Trust::Sound => (GOOD, "ok     "),
            Trust::Warning => (UNSURE, "look   "),
            Trust::Broken => (BAD, "broken "),
        };
        let p = check.p_value.map_or_else(String::new, |p| format!(" (p = {})", number(Some(p))));
        text.push_str(&paragraph(&format!("  {} ", paint(style, word)), &format!("{}{p}", check.message)));
    }
    text.push('\n');
    text
}

fn skipped(comparison: &ModelComparison) -> String {
    if comparison.skipped.is_empty() {
        return String::new();
    }
    let mut text = format!("{}\n", paint(HEADING, "Not computed"));
    for (reason, names) in by_reason(comparison.skipped.iter().map(|skip| (skip.reason.as_str(), skip.method.clone())))
    {
        text.push_str(&paragraph("  ", &format!("{names}: {reason}")));
    }
    text
}
