//! One challenger against the incumbent: the tests, and what follows from them.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use driftgate_documents::{
    Challenge, ComparisonVerdict, Design, DifferenceTest, Looks, MetricComparison, Skipped, Slice, Spread, Stopping,
    Trust, TrustCheck,
};

use super::{
    Arm, Places, Question, Sample, common,
    difference::{Tested, compare},
    slices::slices,
    trust,
};
use crate::{
    Skip,
    hypothesis::{MeanTest, adjust::holm},
    math, metric,
    sequential::{self, Sides},
    words,
};

/// From this share of the smaller arm's rows on, cases that both answered make a paired comparison.
const PAIRED: f64 = 0.5;

/// Right and wrong answers that the smaller arm has to be expected to have, at the share of both arms together.
const EXPECTED: f64 = 5.0;

/// A challenge, with what its verdict still needs: p-values of all challenges are adjusted together.
pub struct Open {
    /// The challenge, so far without a verdict.
    pub challenge: Challenge,
    /// What the data checks found.
    pub trust: Vec<TrustCheck>,
    /// What could not be computed.
    pub skipped: Vec<Skipped>,
    /// The test that decides.
    decides: Option<MeanTest>,
    /// Pairs, or rows of the smaller arm.
    smaller: u64,
    /// Why the arms are too small for a share as rare as this one.
    rare: Option<String>,
}

/// Compares a challenger with the incumbent.
///
/// # Errors
/// If one of them has no row with a value of the metric.
pub fn challenge(candidate: &Arm<'_>, baseline: &Arm<'_>, question: &Question<'_>) -> Result<Open, Skip> {
    let both = common(candidate, baseline);
    let smaller = candidate.rows.len().min(baseline.rows.len());
    let paired = smaller > 0 && both.candidate.len() as f64 >= PAIRED * smaller as f64;
    let design = if paired { Design::Paired } else { Design::Disjoint };
    let mut trust = trust::of_pair(candidate, baseline, &both, design, question);
    if !paired {
        trust.extend(trust::mix(candidate, baseline, question));
    }
    let places = if paired { both } else { without(candidate, baseline, &both) };
    let sample = Sample::of(candidate, baseline, &places, design, question.metric).ok_or_else(|| {
        let name = question.metric.name;
        Skip::because(format!("{} and {} have no rows with {name} to compare", candidate.name, baseline.name))
    })?;
    let main = compare(&sample, question);
    let others: Vec<Tested> = other_metrics(candidate, baseline, &places, design, question);
    let skipped = main.skipped.iter().chain(others.iter().flat_map(|other| &other.skipped));
    let pair = format!("{} against {}", candidate.name, baseline.name);
    let mut skipped: Vec<Skipped> = skipped.map(|(method, reason)| skip(method, &pair, reason)).collect();
    skipped.dedup();
    let bayes = main
        .decides
        .map(|test| sequential::bayes(sample.difference(), test.standard_error, question.metric.larger_is_better));
    let alpha = question.alpha / question.challenges as f64;
    let power = main.decides.filter(|test| test.standard_error > 0.0).map(|test| {
        let (difference, error) = (sample.difference(), test.standard_error);
        let days = sample.day_count as u64;
        sequential::detectable(difference, error, sample.n(), days, sample.baseline_value, alpha, question.power)
    });
    let slices = slices(candidate, baseline, &places, question, &sample);
    let mut challenge = Challenge {
        candidate: candidate.name.clone(),
        baseline: baseline.name.clone(),
        design,
        verdict: ComparisonVerdict::Inconclusive,
        message: String::new(),
        metric: main.comparison,
        others: Vec::new(),
        p_adjusted: None,
        bayes,
        power,
        stopping: Stopping { safe: others.iter().all(|other| is_safe(other, question.alpha)), ..Stopping::default() },
        slices,
        warnings: Vec::new(),
    };
    challenge.warnings = warnings(&challenge, &others, question);
    challenge.others = others.into_iter().map(|other| other.comparison).collect();
    Ok(Open { challenge, trust, skipped, decides: main.decides, smaller: sample.smaller(), rare: rare(&sample) })
}

/// Why two arms of rows that are right or wrong say nothing: an arm without an error has no spread, and its test would be sure of
/// itself. Source: Cochran (1954), five expected of either kind.
fn rare(sample: &Sample) -> Option<String> {
    if sample.design == Design::Paired || sample.metric.spread != Spread::Share {
        return None;
    }
    let values = || sample.candidate.iter().chain(&sample.baseline);
    let all = values().count() as f64;
    let ones = values().filter(|value| **value > 0.0).count() as f64;
    let share = ones.min(all - ones) / all;
    let expected = share * sample.smaller() as f64;
    (expected < EXPECTED).then(|| {
        let needed = if share > 0.0 {
            format!("; from {} rows on it can be decided", words::short(math::ceil(EXPECTED / share)))
        } else {
            String::new()
        };
        format!(
            "{} in the smaller arm, of which {} are expected to differ from most: at least {EXPECTED}{needed}",
            words::count(sample.smaller(), "row"),
            words::short(expected)
        )
    })
}

fn skip(method: &str, what: &str, reason: &Skip) -> Skipped {
    Skipped {
        kind: "comparison".into(),
        column: None,
        slice: Slice::new(),
        method: method.into(),
        reason: format!("{what}: {}", reason.0),
    }
}

/// All rows but those whose id stands in both arms.
fn without(candidate: &Arm<'_>, baseline: &Arm<'_>, both: &Places) -> Places {
    let rest = |arm: &Arm<'_>, taken: &[usize]| {
        let mut free = alloc::vec![true; arm.rows.len()];
        taken.iter().for_each(|place| free[*place] = false);
        (0..arm.rows.len()).filter(|place| free[*place]).collect()
    };
    Places { candidate: rest(candidate, &both.candidate), baseline: rest(baseline, &both.baseline) }
}

/// Every other metric that both arms have row by row.
fn other_metrics(
    candidate: &Arm<'_>,
    baseline: &Arm<'_>,
    places: &Places,
    design: Design,
    question: &Question<'_>,
) -> Vec<Tested> {
    let names = candidate.values.keys().filter(|name| **name != question.metric.name);
    let metrics = names.filter_map(|name| metric::find(name)).filter(|metric| metric.spread.is_of_rows());
    let sample = |metric| Sample::of(candidate, baseline, places, design, metric);
    let enough = |sample: &Sample| sample.smaller() >= question.min_rows;
    // A metric that is the same in every row (the rule's, of two models on the same cases) is none of theirs.
    let differs = |sample: &Sample| design == Design::Disjoint || sample.candidate != sample.baseline;
    metrics
        .filter_map(sample)
        .filter(|sample| enough(sample) && differs(sample))
        .map(|sample| compare(&sample, question))
        .collect()
}

/// Not worse beyond chance.
fn is_safe(tested: &Tested, alpha: f64) -> bool {
    !tested.decides.is_some_and(|test| test.p_value < alpha && is_worse(&tested.comparison))
}

fn is_worse(comparison: &MetricComparison) -> bool {
    if comparison.larger_is_better { comparison.difference < 0.0 } else { comparison.difference > 0.0 }
}

fn warnings(challenge: &Challenge, others: &[Tested], question: &Question<'_>) -> Vec<String> {
    let mut warnings = Vec::new();
    for other in others.iter().filter(|other| !is_safe(other, question.alpha)) {
        let of = &other.comparison;
        warnings.push(format!(
            "{} is worse: {} against {}",
            of.metric,
            words::short(of.candidate),
            words::short(of.baseline)
        ));
    }
    for slice in challenge.slices.iter().filter(|slice| slice.reversed) {
        let place: Vec<String> = slice.slice.iter().map(|(column, value)| format!("{column}={value}")).collect();
        warnings.push(format!(
            "on {} it is the other way round: {} against {} ({})",
            place.join(", "),
            words::short(slice.candidate),
            words::short(slice.baseline),
            slice.p_adjusted.map_or_else(String::new, words::p)
        ));
    }
    let days = challenge.metric.days;
    if days > 0 && days < question.min_days {
        warnings.push(format!(
            "early: {}, and at least {} are advised, so that each weekday is seen twice",
            words::count(days, "day"),
            question.min_days
        ));
    }
    warnings
}

/// Adjusts the p-values of all challenges and gives each its verdict.
pub fn adjust(challenges: &mut [Open], question: &Question<'_>, broken: bool) {
    let tested: Vec<f64> = challenges.iter().filter_map(|open| open.decides.map(|test| test.p_value)).collect();
    let mut adjusted = holm(&tested).into_iter();
    for open in challenges {
        open.challenge.p_adjusted = open.decides.and_then(|_| adjusted.next());
        decide(open, question, broken);
    }
}

fn decide(open: &mut Open, question: &Question<'_>, broken: bool) {
    let broken = broken || open.trust.iter().any(|check| check.found == Trust::Broken);
    let tested = open.decides.map(|test| is_significant(open, &test, question));
    let of = &open.challenge.metric;
    let significant = !broken && matches!(tested, Some(Ok(true)));
    let (verdict, message) = match tested {
        _ if broken => {
            (ComparisonVerdict::Inconclusive, "the data cannot be trusted, so there is no verdict".to_string())
        }
        _ if open.smaller < question.min_rows => {
            let least = question.min_rows;
            let noun = if open.challenge.design == Design::Paired { "pair" } else { "row" };
            let message = format!("{} in the smaller arm; at least {least}", words::count(open.smaller, noun));
            (ComparisonVerdict::Inconclusive, message)
        }
        _ if open.rare.is_some() => (ComparisonVerdict::Inconclusive, open.rare.clone().unwrap_or_default()),
        None => (ComparisonVerdict::Inconclusive, no_test(&open.skipped)),
        Some(Err(message)) => (ComparisonVerdict::Inconclusive, message),
        Some(Ok(false)) => (ComparisonVerdict::NoEvidence, no_evidence(of, question)),
        Some(Ok(true)) if is_worse(of) => (ComparisonVerdict::BaselineBetter, evidence(of, &open.challenge.baseline)),
        Some(Ok(true)) => (ComparisonVerdict::CandidateBetter, evidence(of, &open.challenge.candidate)),
    };
    let better = verdict == ComparisonVerdict::CandidateBetter;
    let is_clear = of.improvement.is_some_and(|share| share >= question.clear);
    open.challenge.stopping.significant = significant;
    open.challenge.stopping.clear = better && is_clear;
    open.challenge.verdict = verdict;
    open.challenge.message = message;
}

fn no_test(skipped: &[Skipped]) -> String {
    let why = skipped.iter().find(|skip| skip.method == super::difference::BY_DAY).or(skipped.first());
    format!("no test could be made: {}", why.map_or("no rows", |skip| skip.reason.as_str()))
}

/// Whether the difference is not chance, at this look.
///
/// # Errors
/// If the looks that were planned are used up.
fn is_significant(open: &Open, test: &MeanTest, question: &Question<'_>) -> Result<bool, String> {
    let Some((looks, look)) = question.looks else {
        return Ok(open.challenge.p_adjusted.is_some_and(|p| p < question.alpha));
    };
    // The levels of several challenges at several looks are divided equally: Bonferroni needs no p-values.
    let alpha = question.alpha / question.challenges as f64;
    let deviate = match looks {
        Looks::Any => sequential::always_valid(open.challenge.metric.n, alpha),
        Looks::Planned(planned) => {
            sequential::planned_look(look, planned, alpha, Sides::Two).map_err(|error| error.message)?
        }
    };
    Ok(math::abs(test.statistic) >= sequential::as_student(deviate, test.df))
}

fn deciding(of: &MetricComparison) -> Option<&DifferenceTest> {
    of.tests.iter().find(|test| test.decides)
}

fn naive(of: &MetricComparison) -> Option<&DifferenceTest> {
    of.tests.iter().find(|test| !test.robust)
}

fn evidence(of: &MetricComparison, winner: &str) -> String {
    let test = deciding(of).map_or_else(String::new, |test| format!(" ({})", said(test)));
    // Against the loser it is another share only where the baseline won.
    let shares = match (of.improvement, of.improvement_on_loser) {
        (Some(share), Some(on_loser)) if share < 0.0 => {
            format!(", {} against the baseline, {} against the loser", words::percent(share), words::percent(on_loser))
        }
        (Some(share), _) => format!(", {}", words::percent(share)),
        _ => String::new(),
    };
    format!(
        "{winner} is better: {} {} against {} of the baseline{shares}{test}",
        of.metric,
        words::short(of.candidate),
        words::short(of.baseline)
    )
}

fn no_evidence(of: &MetricComparison, question: &Question<'_>) -> String {
    let Some(test) = deciding(of) else { return String::new() };
    let mut message = format!(
        "no evidence of a difference: {} {} against {} of the baseline ({})",
        of.metric,
        words::short(of.candidate),
        words::short(of.baseline),
        said(test)
    );
    // The classic mistake, named where it would have been made.
    if let Some(rows) =
        naive(of).filter(|rows| rows.method != test.method && rows.p_value.is_some_and(|p| p < question.alpha))
    {
        message += &format!(
            "; taken as independent rows it would look sure ({}), but rows of one day move together, and {} are worth far fewer than {}",
            said(rows),
            words::count(of.days, "day"),
            words::count(of.n, "row")
        );
    }
    if question.looks.is_some() {
        message += "; looking repeatedly asks for more than a single test would";
    }
    message
}

/// `by_day t = 1.67, p = 0.095`.
fn said(test: &DifferenceTest) -> String {
    let p = test.p_value.map_or_else(String::new, words::p);
    match test.statistic {
        Some(statistic) => {
            let sign = match test.method.as_str() {
                "mcnemar" => "chi2",
                "proportions" => "z",
                _ => "t",
            };
            format!("{} {sign} = {}, {p}", test.method, words::short(statistic))
        }
        None => format!("{} {p}", test.method),
    }
}
