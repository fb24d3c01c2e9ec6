//! One check of a policy, answered from a report.

use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

use driftgate_documents::{Check, CheckResult, Comparison, Margin, Performance, Slice, Spread, Task, Verdict};

use super::{
    Grounds, data,
    looks::{Bound, Look},
    slices::{self, Slices},
    value::{self, Answer, Estimate, Op},
};
use crate::{
    metric,
    order::IntoOrdered,
    words::{self, nearest},
};

/// The metrics of a pair of logs, which have no slices.
const PAIRED: [&str; 5] = ["drift_score", "input_change", "replay_improvement", "replay_fixed_share", data::ANSWERED];

/// The metrics that every case with an outcome counts in: their pairs are the common cases.
const OF_ALL_CASES: [&str; 2] = ["accuracy", "mae"];

/// Answers a check; several results with `each`.
///
/// # Errors
/// If the check cannot mean anything.
pub(super) fn answer(check: &Check, report: &Grounds, look: Look, least: f64) -> Result<Vec<CheckResult>, String> {
    let mut results = of_slices(check, report, look)?;
    for result in results.iter_mut().filter(|result| result.verdict == Verdict::Pass && !result.slice.is_empty()) {
        if let Some(why) = slices::unanswered(&result.slice, report, least) {
            result.verdict = Verdict::Inconclusive;
            result.reason = format!("{why} ({})", result.reason);
        }
    }
    Ok(results)
}

fn of_slices(check: &Check, report: &Grounds, look: Look) -> Result<Vec<CheckResult>, String> {
    validate(check)?;
    let bound = check.confidence.map(|confidence| look.bound(confidence)).transpose()?;
    let bound = bound.as_ref();
    if PAIRED.contains(&check.metric.as_str()) {
        return Ok(vec![of_comparison(check, report, bound)?]);
    }
    if metric::find(&check.metric).is_none() {
        return Ok(vec![failed(check, unknown(&check.metric))]);
    }
    if let Some(problem) = wrong_task(check, report) {
        return Ok(vec![failed(check, problem)]);
    }
    Ok(match slices::find(check, report) {
        Slices::NoColumn(name) => {
            vec![failed(check, format!("the candidate's log has no column `{name}` (map it: --map {name}=COLUMN)"))]
        }
        Slices::NotTogether => {
            let names = check.segment().join(",");
            vec![failed(check, format!("not profiled: the slices of {names} together (--segment {names})"))]
        }
        Slices::Empty => vec![CheckResult {
            verdict: Verdict::Inconclusive,
            reason: "no row in this slice".into(),
            rows_needed: check.min_rows,
            ..blank(check, &check.slice)
        }],
        Slices::Found(entries) => {
            let each = entries.into_iter().map(|entry| of_slice(check, entry, report, bound));
            let mut results = each.collect::<Result<Vec<_>, String>>()?;
            results.extend(further_values(check, report));
            for (slice, reason) in slices::lacking(check, report) {
                match results.iter_mut().find(|result| result.slice == slice) {
                    Some(result) if result.verdict == Verdict::Pass => {
                        result.verdict = Verdict::Inconclusive;
                        result.reason = format!("{reason} ({})", result.reason);
                    }
                    Some(_) => {}
                    None => {
                        results.push(CheckResult { verdict: Verdict::Inconclusive, reason, ..blank(check, &slice) })
                    }
                }
            }
            results
        }
    })
}

fn validate(check: &Check) -> Result<(), String> {
    if let Some(confidence) = check.confidence
        && !(confidence > 0.5 && confidence < 1.0)
    {
        return Err(format!("confidence is {confidence}; allowed is above 0.5 and below 1, such as 0.95"));
    }
    let is_change = check.no_worse_than.is_some() || check.better_by.is_some();
    if is_change != check.against.is_some() {
        return Err("against = \"baseline\" goes with no_worse_than or better_by, and they with it".into());
    }
    if !is_change {
        return check_threshold(check);
    }
    if check.no_worse_than.is_some() && check.better_by.is_some() {
        return Err("no_worse_than and better_by in one check: write two checks".into());
    }
    if [check.above, check.at_least, check.below, check.at_most].iter().any(Option::is_some) {
        return Err("a threshold and a margin against the baseline in one check: write two checks".into());
    }
    if PAIRED.contains(&check.metric.as_str()) {
        return Err(format!(
            "{} compares with the baseline already: give it above, at_least, below or at_most",
            check.metric
        ));
    }
    check_margin(check)
}

/// The least and the largest value of a metric or of a comparison of two logs.
fn range(metric: &str) -> [Option<f64>; 2] {
    match metric::find(metric) {
        Some(metric) => metric.range,
        None if matches!(metric, "drift_score" | "input_change" | "replay_fixed_share" | data::ANSWERED) => {
            [Some(0.0), Some(1.0)]
        }
        None => [None, None],
    }
}

/// A threshold that every possible value passes, or none, was meant in another unit.
fn check_threshold(check: &Check) -> Result<(), String> {
    let (op, threshold) = value::threshold(check)?;
    let range = range(&check.metric);
    let (hardest, easiest) = if op.wants_more() { (range[0], range[1]) } else { (range[1], range[0]) };
    let passes = if hardest.is_some_and(|end| op.holds(end, threshold)) {
        "every value passes"
    } else if easiest.is_some_and(|end| !op.holds(end, threshold)) {
        "no value passes"
    } else {
        return Ok(());
    };
    let said = format!("{} {} {}", check.metric, op.words(), words::short(threshold));
    Err(format!("{said}: {passes}, as {} is {}{}", check.metric, within(range), percent_hint(range, threshold)))
}

/// A margin as wide as the metric itself says nothing.
fn check_margin(check: &Check) -> Result<(), String> {
    let size = margin(check, 1.0)?;
    let given = check.no_worse_than.as_ref().or(check.better_by.as_ref());
    if matches!(given, Some(Margin::Relative(_))) && size >= 1.0 {
        return Err(format!("a margin of {} %: allowed is less than 100 %", words::short(100.0 * size)));
    }
    let range = range(&check.metric);
    match (given, range) {
        (Some(Margin::Absolute(_)), [Some(least), Some(most)]) if size >= most - least => {
            let passes = if check.better_by.is_some() { "no candidate passes" } else { "every candidate passes" };
            let hint = format!("; did you mean \"{}%\" or {}?", words::short(size), words::short(size / 100.0));
            let hint = if size <= 100.0 { hint } else { String::new() };
            Err(format!("a margin of {}: {passes}, as {} is {}{hint}", words::short(size), check.metric, within(range)))
        }
        _ => Ok(()),
    }
}

fn within([least, most]: [Option<f64>; 2]) -> String {
    match (least, most) {
        (Some(least), Some(most)) => format!("between {} and {}", words::short(least), words::short(most)),
        (Some(least), None) => format!("at least {}", words::short(least)),
        (None, Some(most)) => format!("at most {}", words::short(most)),
        (None, None) => "any number".into(),
    }
}

/// A share that was written in percent.
fn percent_hint(range: [Option<f64>; 2], threshold: f64) -> String {
    let is_percent = range == [Some(0.0), Some(1.0)] && (2.0..=100.0).contains(&threshold);
    if is_percent { format!("; did you mean {}?", words::short(threshold / 100.0)) } else { String::new() }
}

fn blank(check: &Check, slice: &Slice) -> CheckResult {
    let (op, threshold) = value::threshold(check).map_or((">=", None), |(op, threshold)| (op.name(), Some(threshold)));
    let by_slice = || value::name(&check.metric, slices::without_model(slice));
    CheckResult {
        name: match &check.name {
            Some(name) if check.each.is_some() && !slice.is_empty() => format!("{name} ({})", by_slice()),
            Some(name) => name.clone(),
            None => by_slice(),
        },
        metric: check.metric.clone(),
        slice: slices::without_model(slice).map(|(name, value)| (name.to_string(), value.to_string())).into_map(),
        value: None,
        baseline: None,
        op: op.into(),
        threshold,
        n: 0,
        interval: None,
        verdict: Verdict::Fail,
        reason: String::new(),
        rows_needed: None,
    }
}

fn failed(check: &Check, reason: String) -> CheckResult {
    CheckResult { reason, ..blank(check, &check.slice) }
}

fn unknown(name: &str) -> String {
    let known = || metric::METRICS.iter().map(|metric| metric.name).chain(PAIRED);
    let hint = nearest(name, known()).map_or_else(String::new, |near| format!("; did you mean {near}?"));
    format!("unknown metric {name}{hint} (known: {})", known().collect::<Vec<_>>().join(", "))
}

/// A classifier's metric asked of a regressor, or the reverse.
fn wrong_task(check: &Check, report: &Grounds) -> Option<String> {
    let needed = metric::find(&check.metric)?.task?;
    match (needed, report.plan.task?) {
        (Task::Classification, Task::Regression) => Some(format!(
            "{} needs labels and these predictions are numbers: use directional_accuracy, mae or mape",
            check.metric
        )),
        (Task::Regression, Task::Classification) => {
            Some(format!("{} needs numbers and these predictions are labels: use accuracy or f1", check.metric))
        }
        _ => None,
    }
}

fn of_comparison(check: &Check, report: &Grounds, bound: Option<&Bound>) -> Result<CheckResult, String> {
    let (op, threshold) = value::threshold(check)?;
    let needs = if check.metric == "drift_score" { "--reference LOGS" } else { "--baseline LOGS" };
    let Some(found) = report.comparisons.iter().find(|comparison| comparison.metric == check.metric) else {
        let kept = check.metric != "drift_score" && report.baseline.is_some();
        let why = if kept {
            "the baseline's rows were not kept: profile it with --cases".into()
        } else {
            format!("not measured: give {needs}")
        };
        return Ok(failed(check, why));
    };
    if !check.slice.is_empty() || check.each.is_some() {
        return Ok(failed(
            check,
            format!("{} is measured on the whole log: take `where` and `each` away", check.metric),
        ));
    }
    let result = CheckResult { value: found.value, n: found.n, ..blank(check, &Slice::new()) };
    let Some(value) = found.value else { return Ok(without_value(result, found)) };
    if let Some(answer) = too_few(check, found.n) {
        return Ok(filled(result, answer));
    }
    let mut answer = match (bound, found.standard_error) {
        (None, _) => value::compare(value, op, threshold),
        (Some(bound), Some(error)) => {
            let estimate = Estimate { value, error, clusters: found.clusters, n: found.n };
            value::compare_bound(estimate, op, threshold, bound)
        }
        (Some(_), None) => no_bound(check, report),
    };
    answer.reason = format!("{}: {}", answer.reason, found.message);
    Ok(filled(result, answer))
}

/// Too few rows is inconclusive; anything else that prevents a value (a missing column, no common id) fails.
fn without_value(result: CheckResult, found: &Comparison) -> CheckResult {
    let rows_needed = found.details.get("rows_needed").map(|rows| *rows as u64);
    let verdict = if rows_needed.is_some() { Verdict::Inconclusive } else { Verdict::Fail };
    let rows_needed = rows_needed.filter(|rows| *rows > 0);
    CheckResult { verdict, rows_needed, reason: found.message.clone(), ..result }
}

fn filled(result: CheckResult, answer: Answer) -> CheckResult {
    let Answer { verdict, interval, rows_needed, reason } = answer;
    CheckResult { verdict, interval, rows_needed, reason, ..result }
}

fn too_few(check: &Check, n: u64) -> Option<Answer> {
    let least = check.min_rows.unwrap_or(1).max(1);
    (n < least).then(|| Answer {
        verdict: Verdict::Inconclusive,
        interval: None,
        rows_needed: Some(least - n),
        reason: format!("{}; at least {least}", words::count(n, "row")),
    })
}

/// Why there is no standard error to decide on.
fn no_bound(check: &Check, report: &Grounds) -> Answer {
    let asked = || report.plan.gate.as_ref().is_some_and(|gate| gate.jackknife.contains(&check.segment()));
    let why = match metric::find(&check.metric).map(|metric| metric.spread) {
        None if check.metric != "replay_improvement" => {
            "the largest of several distances, and a share of the worst, have none".into()
        }
        Some(Spread::Unknown) => "it follows the one path of the days, and has none".into(),
        Some(Spread::Jackknife) if !asked() => {
            format!("the plan did not ask for one (gate: {{\"jackknife\": [{:?}]}})", check.segment())
        }
        Some(Spread::Jackknife) => {
            "it needs two days of rows at hand, and a value without each of the days (sharpe: every row of the log)"
                .into()
        }
        _ => "it needs at least two days of rows at hand (of a saved profile: made with --cases)".into(),
    };
    Answer::plain(Verdict::Inconclusive, format!("no confidence bound for {}: {why}", check.metric))
}

fn of_slice(
    check: &Check,
    entry: &Performance,
    report: &Grounds,
    bound: Option<&Bound>,
) -> Result<CheckResult, String> {
    let n = entry.counts.get(&check.metric).copied().unwrap_or(entry.pairs);
    let value = entry.metrics.get(&check.metric).copied();
    let result = CheckResult { value, n, ..blank(check, &entry.slice) };
    if let Some(answer) = too_few(check, n) {
        return Ok(filled(result, answer));
    }
    let Some(value) = value else {
        return Ok(CheckResult { reason: why_missing(check, entry, report), ..result });
    };
    if check.against.is_some() {
        return change(check, (entry, value), result, report, bound);
    }
    let (op, threshold) = value::threshold(check)?;
    // Of a large log the bound is that of a sample, and so are the rows that would decide it.
    let sampled = entry.sampled.get(&check.metric).copied().filter(|rows| *rows < n);
    let rows = sampled.unwrap_or(n);
    let mut answer = match (bound, entry.standard_errors.get(&check.metric)) {
        (None, _) => value::compare(value, op, threshold),
        (Some(bound), Some(error)) => {
            let clusters = entry.clusters.get(&check.metric).copied();
            value::compare_bound(Estimate { value, error: *error, clusters, n: rows }, op, threshold, bound)
        }
        (Some(_), None) => no_bound(check, report),
    };
    if answer.interval.is_some() && sampled.is_some() {
        answer.reason.push_str(&format!(" (bounds from a sample of {rows} of {n} rows)"));
    }
    Ok(filled(result, answer))
}

/// With `each`: values beyond those a profile counts are not judged, so all of them cannot pass.
fn further_values(check: &Check, report: &Grounds) -> Option<CheckResult> {
    let key = check.segment().join(" x ");
    let left_out = report.skipped.iter().any(|skipped| {
        skipped.kind == "performance" && skipped.method == key && skipped.reason.starts_with("current: more than")
    });
    (check.each.is_some() && left_out).then(|| CheckResult {
        verdict: Verdict::Inconclusive,
        reason: format!("{key} has more values than are counted: those left out were not judged"),
        ..blank(check, &check.slice)
    })
}

fn why_missing(check: &Check, entry: &Performance, report: &Grounds) -> String {
    let same = report.skipped.iter().find(|skipped| {
        skipped.method == check.metric
            && skipped.reason.starts_with("current: ")
            && skipped.slice.get("model") == entry.slice.get("model")
    });
    same.map_or_else(
        || format!("{} could not be computed on this slice", check.metric),
        |skipped| skipped.reason.clone(),
    )
}

/// Candidate against baseline on the same slice, with a margin on |baseline|.
fn change(
    check: &Check,
    (entry, value): (&Performance, f64),
    result: CheckResult,
    report: &Grounds,
    bound: Option<&Bound>,
) -> Result<CheckResult, String> {
    let theirs = slices::of_baseline(entry, report);
    let Some(baseline) = theirs.and_then(|other| other.metrics.get(&check.metric)).copied() else {
        let reason = if report.baseline.is_some() {
            "the baseline has no such slice or metric"
        } else {
            "not measured: give --baseline LOGS"
        };
        return Ok(CheckResult { reason: reason.into(), ..result });
    };
    let of = |name: &str| slices::comparison(name, entry, report);
    let paired = of(&check.metric);
    let cases = OF_ALL_CASES.iter().find_map(|name| of(name)).or(paired).map_or(0, |cases| cases.n);
    let all_common = theirs.is_some_and(|other| other.pairs == cases && entry.pairs == cases);
    // On the common cases, where the logs hold others, too.
    let change = paired.and_then(|paired| paired.value);
    let on_common = |side: &str| paired.and_then(|paired| paired.details.get(side)).copied().filter(|_| !all_common);
    let baseline = on_common("baseline").unwrap_or(baseline);
    let value = if all_common { value } else { change.map_or(value, |change| baseline + change) };
    let (op, threshold) = limit(check, baseline)?;
    let n = paired.map_or(cases, |paired| paired.n);
    let result = CheckResult {
        value: Some(value),
        baseline: Some(baseline),
        op: op.name().into(),
        threshold: Some(threshold),
        n,
        ..result
    };
    if let Some(answer) = too_few(check, n) {
        let reason = format!("{} common to both logs", answer.reason);
        return Ok(filled(result, Answer { reason, ..answer }));
    }
    let measured = paired.and_then(|paired| {
        let (value, error) = (baseline + paired.value?, paired.standard_error?);
        Some(Estimate { value, error, clusters: paired.clusters, n })
    });
    let answer = match (bound, measured) {
        (None, _) if paired.is_none() && !all_common => Answer::plain(
            Verdict::Inconclusive,
            format!("the logs hold different cases ({cases} are common), and {} is not compared by case", check.metric),
        ),
        (None, _) => {
            let answer = value::compare(value, op, threshold);
            let reason = format!("{} (baseline {})", answer.reason, words::short(baseline));
            Answer { reason, ..answer }
        }
        // On the common cases: is the change beyond what the threshold allows?
        (Some(bound), Some(estimate)) => value::compare_bound(estimate, op, threshold, bound),
        (Some(_), None) => no_bound(check, report),
    };
    Ok(filled(result, answer))
}

/// What the candidate has to reach: better is up (>=) or down (<=); a loss is allowed up to the margin, a gain is demanded from it.
fn limit(check: &Check, baseline: f64) -> Result<(Op, f64), String> {
    let larger = metric::find(&check.metric).is_some_and(|metric| metric.larger_is_better);
    let margin = margin(check, baseline)?;
    let demanded = if check.better_by.is_some() { margin } else { -margin };
    Ok(if larger { (Op::AtLeast, baseline + demanded) } else { (Op::AtMost, baseline - demanded) })
}

/// The margin in the metric's own unit; at least 0.
fn margin(check: &Check, baseline: f64) -> Result<f64, String> {
    let Some(margin) = check.no_worse_than.as_ref().or(check.better_by.as_ref()) else { return Ok(0.0) };
    let allowed =
        "allowed is a number of at least 0 in the metric's unit, or a percentage of |baseline| such as \"2%\"";
    let size = match margin {
        Margin::Absolute(size) => *size,
        Margin::Relative(text) => {
            let number = text.trim().strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
            number.ok_or_else(|| format!("margin \"{text}\": {allowed}"))? / 100.0 * crate::math::abs(baseline)
        }
    };
    if size.is_finite() && size >= 0.0 { Ok(size) } else { Err(format!("margin {size}: {allowed}")) }
}
