//! Logs in, a comparison of their models or variants out.

use alloc::{
    collections::BTreeSet,
    format,
    string::{String, ToString},
    vec::Vec,
};

use driftgate_documents::{
    Arm as ArmFacts, ArmsBy, Challenge, ComparisonOptions, ComparisonVerdict, Design, Looks, METRICS, Metric,
    ModelComparison, Plan, Skipped, Slice, Task, Trust, TrustCheck, VERSION,
};

use super::{
    ALPHA, MAX_BAD_ROWS, Models, Views, baseline_model, check_rows, check_task, context::Labels, days, names, plots,
    resolved,
};
use crate::{
    Error, assign,
    compare::{Arm, Question, adjust, assignment, challenge, confidence_set, of_arm, sample_ratio, variants},
    metric,
    order::IntoOrdered,
    profile::{Profile, View},
    read::format_day,
    sequential::MAX_LOOKS,
    table::Table,
    trust,
    words::{self, nearest},
};

/// Compares the models (or variants) of `current`; with a window `baseline`, its model is the incumbent.
///
/// # Errors
/// If plan or options ask for what cannot be, a window has no rows or too many bad ones or was profiled without its cases, or there
/// are fewer than two arms with outcomes.
pub fn compare(
    plan: &Plan,
    options: &ComparisonOptions,
    windows: &[(&str, &Profile)],
) -> Result<ModelComparison, Error> {
    super::plan::check(plan)?;
    check_options(options)?;
    let views = Views::of(windows)?;
    if views.reference.is_some() {
        return Err(Error::usage(
            "compare: a reference is not used here; give the incumbent's log as `baseline`, or both models in one log",
        ));
    }
    days::check(plan, views.named(), ("current", &views.current))?;
    for (name, view) in views.named() {
        check_rows(name, view, plan.max_bad_rows.unwrap_or(MAX_BAD_ROWS))?;
        check_task(name, view, plan)?;
    }
    let asked = plan;
    let labels = Labels::of(&views, plan);
    let named = named_arms(plan, options, &views)?;
    let models = Models {
        current: named.challengers.first().cloned().unwrap_or_default(),
        reference: None,
        baseline: Some(named.incumbent.clone()),
    };
    let plan = labels.resolve(resolved(plan, &views, &models));
    let metric = deciding_metric(options, plan.task)?;
    let arms = named.arms(&plan, options, &views, &labels)?;
    let guessed = options.arms.is_empty() && asked.baseline.is_none() && !named.apart;
    let options = ComparisonOptions {
        arms: arms.iter().map(|arm| arm.name.clone()).collect(),
        metric: Some(metric.name.into()),
        ..options.clone()
    };
    let segments = segments(&views.current);
    let level = (plan.alpha.unwrap_or(ALPHA), plan.label_horizon.unwrap_or(1));
    let question = Question::of(&options, metric, level, arms.len() - 1, &segments);
    let mut answer = answer(plan, options.clone(), &views, &arms, &question)?;
    if guessed {
        let warning = "nobody said which arm is the incumbent; it is the first by name: --models INCUMBENT,CANDIDATE";
        answer.challenges.iter_mut().take(1).for_each(|challenge| challenge.warnings.push(warning.into()));
    }
    Ok(answer)
}

fn answer(
    plan: Plan,
    options: ComparisonOptions,
    views: &Views<'_>,
    arms: &[Arm<'_>],
    question: &Question<'_>,
) -> Result<ModelComparison, Error> {
    let mut skipped = Vec::new();
    let mut open = Vec::new();
    for candidate in &arms[1..] {
        match challenge(candidate, &arms[0], question) {
            Ok(found) => open.push(found),
            Err(skip) => skipped.push(not_compared(&candidate.name, skip.0)),
        }
    }
    if open.is_empty() {
        let why: Vec<&str> = skipped.iter().map(|skip: &Skipped| skip.reason.as_str()).collect();
        return Err(Error::input(format!(
            "compare: {}; are the outcomes in another file (--outcomes FILES)?",
            why.join("; ")
        )));
    }
    let disjoint = open.iter().any(|open| open.challenge.design == Design::Disjoint);
    let planned = planned_shares(&options, arms)?;
    let mut checks: Vec<TrustCheck> = views.named().map(|(name, view)| duplicates(name, view, options.by)).collect();
    checks.extend(super::spelling::of_labels(views, plan.task));
    checks.extend(arms.iter().flat_map(of_arm));
    if disjoint {
        checks.extend(sample_ratio(arms, &planned));
    }
    checks.extend(options.assignment.as_ref().map(|wanted| assignment(arms, wanted)));
    let broken = checks.iter().any(|check| check.found == Trust::Broken);
    adjust(&mut open, question, broken);
    let confidence_set = if arms.len() > 2 && !disjoint {
        confidence_set(arms, question).map_err(|skip| skipped.push(not_compared("confidence_set", skip.0))).ok()
    } else {
        None
    };
    let mut challenges = Vec::new();
    for open in open {
        checks.extend(open.trust);
        skipped.extend(open.skipped);
        challenges.push(open.challenge);
    }
    let best = best(&challenges);
    let winner = match best.verdict {
        ComparisonVerdict::CandidateBetter => Some(best.candidate.clone()),
        ComparisonVerdict::BaselineBetter => Some(best.baseline.clone()),
        _ => None,
    };
    let rows = arms.iter().map(|arm| arm.rows.len()).sum::<usize>() as f64;
    let facts = arms.iter().zip(&planned).map(|(arm, share)| facts(arm, rows, disjoint.then_some(*share)));
    Ok(ModelComparison {
        schema: 1,
        kind: "model_comparison".into(),
        driftgate: VERSION.into(),
        verdict: best.verdict,
        winner,
        summary: summary(best, views),
        recommendation: recommendation(best, &checks, question.clear),
        arms: facts.collect(),
        provenance: views.named().map(|(name, view)| (name.to_string(), plots::provenance(view))).into_map(),
        challenges,
        confidence_set,
        trust: checks,
        skipped,
        plan,
        options,
    })
}

fn not_compared(method: &str, reason: String) -> Skipped {
    Skipped { kind: "comparison".into(), column: None, slice: Slice::new(), method: method.into(), reason }
}

/// Checks options.
///
/// # Errors
/// Names the field, its value and what is allowed.
fn check_options(options: &ComparisonOptions) -> Result<(), Error> {
    let wrong = |what: String| Err(Error::usage(format!("compare: {what}")));
    if options.min_rows < 2 {
        return wrong(format!("min_rows is {}; allowed is 2 or more, such as 30", options.min_rows));
    }
    if !(options.power > 0.0 && options.power < 1.0) {
        return wrong(format!("power is {}; allowed is above 0 and below 1, such as 0.8", options.power));
    }
    if !(options.clear >= 0.0 && options.clear.is_finite()) {
        return wrong(format!("clear is {}; allowed is a share of at least 0, such as 0.1 for 10 %", options.clear));
    }
    if !(100..=100_000).contains(&options.draws) {
        return wrong(format!("draws is {}; allowed is 100 to 100000", options.draws));
    }
    if let Some(Looks::Planned(planned)) = options.looks
        && !(1..=MAX_LOOKS).contains(&planned)
    {
        return wrong(format!(
            "looks: {planned} are planned; allowed is 1 to {MAX_LOOKS} (more often than that: \"any\")"
        ));
    }
    match (options.looks, options.look) {
        (Some(Looks::Planned(planned)), Some(look)) if look == 0 || look > planned => {
            return wrong(format!("look is {look}; allowed is 1 to {planned}, as many as are planned"));
        }
        (Some(Looks::Planned(_)), None) => {
            return wrong("which of the planned looks is this? give look, from 1".into());
        }
        (None | Some(Looks::Any), Some(_)) => {
            return wrong("look is given without a number of planned looks: looks = { planned = N }".into());
        }
        _ => {}
    }
    if let Some((name, share)) = options.split.iter().find(|(_, share)| !(**share > 0.0 && **share <= 1.0)) {
        return wrong(format!("split: {name} is {share}; allowed is above 0 up to 1, and together 1"));
    }
    options.assignment.as_ref().map_or(Ok(()), assign::check)
}

/// The names of the arms.
struct Named {
    incumbent: String,
    challengers: Vec<String>,
    /// Whether the incumbent is in a window of its own.
    apart: bool,
}

fn named_arms(plan: &Plan, options: &ComparisonOptions, views: &Views<'_>) -> Result<Named, Error> {
    let known = arms_of(&views.current, options.by)?;
    if let Some(unknown) = options.arms.iter().find(|name| !known.contains(name)) {
        let hint = nearest(unknown, known.iter().map(String::as_str));
        let hint = hint.map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
        let what = if options.by == ArmsBy::Model { "model" } else { "variant" };
        return Err(Error::usage(format!("compare: no {what} `{unknown}`; the log has {}{hint}", known.join(", "))));
    }
    let distinct: BTreeSet<&String> = options.arms.iter().into_set();
    if distinct.len() < options.arms.len() {
        return Err(Error::usage("compare: an arm is named twice: a model cannot be compared with itself"));
    }
    let mut arms = if options.arms.is_empty() { known.clone() } else { options.arms.clone() };
    if let Some(baseline) = &views.baseline {
        let incumbent = baseline_model(plan, baseline)?;
        return Ok(Named { incumbent, challengers: arms, apart: true });
    }
    if let Some(name) = &plan.baseline {
        if !known.contains(name) {
            let known = known.join(", ");
            return Err(Error::usage(format!("compare: the incumbent `{name}` is none of the arms: {known}")));
        }
        arms.retain(|arm| arm != name);
        arms.insert(0, name.clone());
    }
    if arms.len() < 2 {
        let alone = arms.pop().unwrap_or_default();
        let other = known.iter().find(|name| **name != alone);
        return Err(Error::usage(other.map_or_else(
            || {
                format!(
                    "compare: the log has one model only ({}): give the other one's log as well, or its own as --baseline LOGS, or \
                     compare variants (--by variant)",
                    names(&views.current)
                )
            },
            |other| format!("compare: `{alone}` is compared with what? name the incumbent first: --models {other},{alone}"),
        )));
    }
    let incumbent = arms.remove(0);
    Ok(Named { incumbent, challengers: arms, apart: false })
}

fn arms_of(view: &View<'_>, by: ArmsBy) -> Result<Vec<String>, Error> {
    if by == ArmsBy::Model {
        return Ok(view.sections.models.keys().cloned().collect());
    }
    let found: Vec<String> = variants(rows(view, "current")?).into_iter().collect();
    if found.is_empty() {
        return Err(Error::usage("compare: no row has a variant; say which column holds it: --map variant=COLUMN"));
    }
    Ok(found)
}

fn rows<'v>(view: &'v View<'_>, name: &str) -> Result<&'v Table, Error> {
    view.rows.as_deref().ok_or_else(|| {
        Error::usage(format!("{name}: the profile holds sums and no cases to pair: profile the log again with --cases"))
    })
}

impl Named {
    fn arms<'v>(
        &self,
        plan: &Plan,
        options: &ComparisonOptions,
        views: &'v Views<'_>,
        labels: &Labels,
    ) -> Result<Vec<Arm<'v>>, Error> {
        let arm = |name: &String, view: &'v View<'_>, window: &str, by: ArmsBy| {
            let model = if by == ArmsBy::Model { name } else { "" };
            let context = labels.context(plan, model);
            Ok::<_, Error>(Arm::of(name, by, view, rows(view, window)?, &context))
        };
        let mut incumbent = match &views.baseline {
            Some(baseline) if self.apart => arm(&self.incumbent, baseline, "baseline", ArmsBy::Model)?,
            _ => arm(&self.incumbent, &views.current, "current", options.by)?,
        };
        // Two logs of models with one name, or of none.
        if self.challengers.contains(&incumbent.name) {
            incumbent.name = format!("{} (baseline)", incumbent.name).trim_start().into();
        }
        let challengers = self.challengers.iter().map(|name| arm(name, &views.current, "current", options.by));
        core::iter::once(Ok(incumbent)).chain(challengers).collect()
    }
}

/// The metric that is asked for, or that of the task.
fn deciding_metric(options: &ComparisonOptions, task: Option<Task>) -> Result<&'static Metric, Error> {
    let fits = |metric: &&Metric| metric.spread.is_of_rows() && (metric.task.is_none() || metric.task == task);
    let Some(name) = &options.metric else {
        let default = match task {
            Some(Task::Classification) => "accuracy",
            Some(Task::Regression) => "mae",
            None => "",
        };
        return metric::find(default).ok_or_else(|| {
            Error::usage(
                "compare: the log has no predictions with outcomes; name the metric that decides: --metric NAME",
            )
        });
    };
    metric::find(name).filter(fits).ok_or_else(|| {
        let known: Vec<&str> = METRICS.iter().filter(fits).map(|metric| metric.name).collect();
        let hint = nearest(name, known.iter().copied());
        let hint = hint.map_or_else(|| ".".into(), |name| format!("; did you mean `{name}`?"));
        Error::usage(format!(
            "compare: metric `{name}` cannot be compared row by row{hint} There are {}",
            known.join(", ")
        ))
    })
}

/// The declared segments that are no model of their own.
fn segments(view: &View<'_>) -> Vec<Vec<String>> {
    let keys = view.settings.segments.iter();
    keys.filter(|key| !key.is_empty() && !key.iter().any(|name| name == "model")).cloned().collect()
}

fn planned_shares(options: &ComparisonOptions, arms: &[Arm<'_>]) -> Result<Vec<f64>, Error> {
    if options.split.is_empty() {
        return Ok(alloc::vec![1.0 / arms.len() as f64; arms.len()]);
    }
    let names: Vec<&str> = arms.iter().map(|arm| arm.name.as_str()).collect();
    let share = |name: &&str| options.split.get(*name).copied();
    let shares = names.iter().map(share).collect::<Option<Vec<f64>>>().filter(|_| options.split.len() == names.len());
    let shares = shares.ok_or_else(|| {
        let named: Vec<&str> = options.split.keys().map(String::as_str).collect();
        Error::usage(format!("compare: split names {}, and the arms are {}", named.join(", "), names.join(", ")))
    })?;
    let whole: f64 = shares.iter().sum();
    if crate::math::abs(whole - 1.0) > 1e-9 {
        return Err(Error::usage(format!("compare: the shares of split are together {whole}; they have to be 1")));
    }
    Ok(shares)
}

/// Models answer the same cases, which cannot be found without row ids; variants have cases of their own.
fn duplicates(name: &str, view: &View<'_>, by: ArmsBy) -> TrustCheck {
    let found = trust::duplicates(name, view);
    let alone = view.repeats.conflicts.is_some() && by == ArmsBy::Variant;
    if alone { TrustCheck { found: Trust::Warning, ..found } } else { found }
}

fn facts(arm: &Arm<'_>, all: f64, planned_share: Option<f64>) -> ArmFacts {
    let days: BTreeSet<i64> = arm.days.iter().flatten().copied().into_set();
    ArmFacts {
        name: arm.name.clone(),
        rows: arm.rows.len() as u64,
        labelled: arm.labelled().filter(|yes| *yes).count() as u64,
        days: days.len() as u64,
        from: days.first().map(|day| format_day(*day)),
        to: days.last().map(|day| format_day(*day)),
        share: arm.rows.len() as f64 / all,
        planned_share,
        metrics: arm.metrics(),
    }
}

/// The challenge that says most: a better candidate, else one that may be better yet, else a worse one; of several the one that
/// improved most.
fn best(challenges: &[Challenge]) -> &Challenge {
    let rank = |challenge: &Challenge| match challenge.verdict {
        ComparisonVerdict::CandidateBetter => 0,
        ComparisonVerdict::NoEvidence => 1,
        ComparisonVerdict::Inconclusive => 2,
        ComparisonVerdict::BaselineBetter => 3,
    };
    let gain = |challenge: &Challenge| {
        let of = &challenge.metric;
        if of.larger_is_better { of.difference } else { -of.difference }
    };
    let mut best = &challenges[0];
    for challenge in challenges {
        if rank(challenge).cmp(&rank(best)).then(gain(best).total_cmp(&gain(challenge))).is_lt() {
            best = challenge;
        }
    }
    best
}

fn summary(best: &Challenge, views: &Views<'_>) -> String {
    let mut summary = format!("{} against {}: {}", best.candidate, best.baseline, best.message);
    for (name, view) in views.named().filter(|(_, view)| !view.complete) {
        let rows = view.rows.as_ref().map_or(0, |rows| rows.rows());
        summary += &format!(" ({name}: a sample of {rows} of {})", words::count(view.row_count(), "row"));
    }
    summary
}

fn recommendation(best: &Challenge, trust: &[TrustCheck], clear: f64) -> String {
    let Challenge { candidate, baseline, stopping, .. } = best;
    match best.verdict {
        ComparisonVerdict::CandidateBetter if !stopping.safe => {
            format!("Do not promote {candidate} yet: it is better, but not safe, as another metric became worse.")
        }
        ComparisonVerdict::CandidateBetter if !stopping.clear => {
            let clear = words::percent(clear);
            format!(
                "Promote {candidate} if so small an improvement is worth a change: from {clear} on it would be clear."
            )
        }
        ComparisonVerdict::CandidateBetter => format!("Promote {candidate}: better, clear and safe."),
        ComparisonVerdict::BaselineBetter => format!("Keep {baseline}."),
        ComparisonVerdict::NoEvidence => format!("Keep {baseline}. {}", patience(best)),
        ComparisonVerdict::Inconclusive => {
            let broken: Vec<&str> =
                trust.iter().filter(|check| check.found == Trust::Broken).map(|check| check.message.as_str()).collect();
            if broken.is_empty() {
                format!("Keep {baseline} and collect more. {}", patience(best))
            } else {
                format!("Mend the data first: {}.", broken.join("; "))
            }
        }
    }
}

/// What it would take.
fn patience(best: &Challenge) -> String {
    let Some(power) = &best.power else { return String::new() };
    let share = power
        .minimum_detectable_share
        .map_or_else(String::new, |share| format!(" ({} %)", words::short(100.0 * share)));
    let mut text = format!("Data like these find a difference of {}{share}.", words::short(power.minimum_detectable));
    if let (Some(rows), Some(days)) = (power.rows_needed, power.days_needed) {
        text += &format!(
            " The one seen would take about {} more ({}).",
            words::count(days, "day"),
            words::count(rows, "row")
        );
    }
    text
}
