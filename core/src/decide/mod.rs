//! A policy and a report in, a decision out. It fails closed: what cannot be read is never a pass.
//!
//! Unknown metric, missing column, NaN, zero checks, a candidate identical to the baseline: fail. An empty slice, too few
//! rows, a bound that straddles the threshold: inconclusive, with the rows that would decide it.

mod check;
mod data;
mod looks;
mod overruled;
mod slices;
mod value;

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use driftgate_documents::{
    CheckResult, Comparison, Coverage, Decision, Facts, ModelChoice, Performance, Plan, Policy, Skipped, Trust,
    TrustCheck, VERSION, Verdict, Window,
};
use serde::Deserialize;

use crate::{Error, order::IntoOrdered};
use looks::Look;

/// What a decision rests on: these fields of a report. The others, which are most of it, are not even read.
#[derive(Clone, Deserialize)]
pub struct Grounds {
    /// The resolved plan.
    pub plan: Plan,
    /// The reference window.
    pub reference: Option<Window>,
    /// The candidate's window.
    pub current: Option<Window>,
    /// The incumbent's window.
    pub baseline: Option<Window>,
    /// How well each model did on each slice.
    pub performance: Vec<Performance>,
    /// Candidate against baseline and reference.
    pub comparisons: Vec<Comparison>,
    /// How many cases the candidate answered.
    #[serde(default)]
    pub coverage: Option<Coverage>,
    /// Whether the logs can be held against each other.
    #[serde(default)]
    pub trust: Vec<TrustCheck>,
    /// What could not be computed, and why.
    pub skipped: Vec<Skipped>,
}

/// Decides.
///
/// # Errors
/// If the policy cannot mean anything: a check with no threshold or two, a threshold that is not finite, a confidence
/// outside (0.5, 1), a margin that cannot be read, an `against` that does not fit, a number of planned looks outside 1..=200.
pub fn decide(policy: &Policy, report: &Grounds, facts: &Facts) -> Result<Decision, Error> {
    candidate_is_clear(report)?;
    let look = Look::of(policy, facts)?;
    let least = data::least_answered(policy);
    let mut checks: Vec<CheckResult> = Vec::new();
    for (index, check) in policy.check.iter().enumerate() {
        let place = format!("policy: check {} ({})", index + 1, check.metric);
        checks.extend(
            check::answer(check, report, look, least).map_err(|message| Error::usage(format!("{place}: {message}")))?,
        );
    }
    if let Some(problem) = identical(report, facts) {
        fail_all(&mut checks, &problem);
    }
    let mut warnings = warnings(policy, report);
    let mut verdict = verdict(&checks);
    let trust = data::trust(policy, report, least);
    if verdict == Verdict::Pass && trust.iter().any(|check| check.found == Trust::Broken) {
        verdict = Verdict::Inconclusive;
    }
    let unsound = trust.into_iter().filter(|check| check.found != Trust::Sound);
    warnings.splice(0..0, unsound.map(|check| check.message));
    if verdict == Verdict::Pass && report.baseline.is_some() && !identity_is_known(report) {
        verdict = Verdict::Inconclusive;
        warnings.push(
            "candidate and baseline have no case in common, so it is not known whether they are different models: give both \
             logs ids (--map id=COLUMN), saved profiles made with --cases, or no baseline"
                .into(),
        );
    }
    let overruled = match overruled::in_force(facts) {
        Some(Err(why)) => {
            warnings.push(why);
            None
        }
        given => given.and_then(Result::ok),
    };
    let windows = [("current", &report.current), ("baseline", &report.baseline), ("reference", &report.reference)];
    let digest = |(name, window): (&str, &Option<Window>)| Some((name.to_string(), window.as_ref()?.digest.clone()?));
    let model = |window: &Option<Window>| window.as_ref().map(|window| window.model.clone().unwrap_or_default());
    let of = |wanted: Verdict| checks.iter().filter(|c| c.verdict == wanted).map(|c| c.name.clone()).collect();
    Ok(Decision {
        schema: 1,
        kind: "decision".into(),
        driftgate: VERSION.into(),
        candidate: model(&report.current).unwrap_or_default(),
        baseline: model(&report.baseline),
        policy: policy.clone(),
        plan: report.plan.clone(),
        inputs: windows.into_iter().filter_map(digest).into_map(),
        facts: facts.clone(),
        verdict,
        approved: verdict == Verdict::Pass || overruled.is_some(),
        recommendation: recommendation(verdict).into(),
        checks_passed: of(Verdict::Pass),
        checks_failed: of(Verdict::Fail),
        checks_inconclusive: of(Verdict::Inconclusive),
        coverage: report.coverage.clone(),
        checks,
        warnings,
        r#override: overruled,
    })
}

/// A candidate is not guessed.
fn candidate_is_clear(report: &Grounds) -> Result<(), Error> {
    match &report.current {
        Some(window) if window.model_choice == ModelChoice::MostRows => {
            let names: Vec<&str> = window.models.keys().map(String::as_str).collect();
            Err(Error::usage(format!(
                "the candidate's log holds several models ({}); say which one is the candidate: --model NAME",
                names.join(", ")
            )))
        }
        _ => Ok(()),
    }
}

/// Any fail: fail; else any inconclusive: inconclusive; else pass. Nothing asked is nothing passed.
fn verdict(checks: &[CheckResult]) -> Verdict {
    let any = |wanted: Verdict| checks.iter().any(|check| check.verdict == wanted);
    if checks.is_empty() || any(Verdict::Fail) {
        Verdict::Fail
    } else if any(Verdict::Inconclusive) {
        Verdict::Inconclusive
    } else {
        Verdict::Pass
    }
}

const fn recommendation(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "PROMOTE",
        Verdict::Fail => "REJECT",
        Verdict::Inconclusive => "INCONCLUSIVE",
    }
}

/// Whether any case shows that candidate and baseline are two models.
fn identity_is_known(report: &Grounds) -> bool {
    report.trust.iter().any(|check| check.name == "identical")
}

/// Why candidate and baseline are the same model, if they are.
fn identical(report: &Grounds, facts: &Facts) -> Option<String> {
    if facts.candidate_digest.is_some() && facts.candidate_digest == facts.baseline_digest {
        return Some("the candidate's log and the baseline's are the same file".into());
    }
    let same = report.trust.iter().find(|check| check.name == "identical" && check.found == Trust::Broken);
    same.map(|check| check.message.clone())
}

fn fail_all(checks: &mut [CheckResult], problem: &str) {
    for check in checks {
        check.verdict = Verdict::Fail;
        check.reason = format!("{problem} ({})", check.reason);
    }
}

fn warnings(policy: &Policy, report: &Grounds) -> Vec<String> {
    let mut warnings = Vec::new();
    if policy.check.is_empty() {
        warnings.push("the policy has no checks: nothing was asked, so nothing is approved".into());
    }
    if policy.looks.is_some() && policy.check.iter().all(|check| check.confidence.is_none()) {
        warnings.push(
            "the policy says how often it is looked at (looks), but none of its checks has a confidence: nothing keeps chance              from passing at one of the looks"
                .into(),
        );
    }
    let replay = report.comparisons.iter().find(|comparison| comparison.metric == "replay_improvement");
    let counted = |name: &str| replay.and_then(|replay| replay.details.get(name)).filter(|rows| **rows > 0.0);
    if let Some(ambiguous) = counted("ambiguous") {
        warnings.push(format!(
            "{ambiguous} common ids stand in several rows of one model (its versions or variants?); they were not paired, as it is \
             not known which row is meant: give logs of one version, or make it the model (--map model=version)"
        ));
    }
    warnings.extend(replay.and_then(nothing_in_common));
    warnings.extend(periods(report));
    warnings
}

/// What is said about two logs that both have ids and none in common.
fn nothing_in_common(replay: &Comparison) -> Option<String> {
    let nothing = |name: &str| replay.details.get(name).is_some_and(|rows| *rows == 0.0);
    (nothing("common") && nothing("ambiguous") && replay.n == 0)
        .then(|| format!("nothing is paired: {}", replay.message))
}

/// Almost every honest candidate exceeds a drift score of 0.20 against another time.
fn periods(report: &Grounds) -> Option<String> {
    let (reference, current) = (report.reference.as_ref()?, report.current.as_ref()?);
    let apart = reference.to.as_ref()? < current.from.as_ref()? || current.to.as_ref()? < reference.from.as_ref()?;
    apart.then(|| {
        "reference and evaluation do not overlap in time: the drift score then measures the change of the world as much as \
         the candidate's inputs"
            .into()
    })
}

#[cfg(test)]
mod tests;
