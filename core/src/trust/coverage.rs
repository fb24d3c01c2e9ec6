//! How many of the baseline's cases a candidate answered. What is left unanswered is where a model would have been wrong.

use alloc::{format, string::String};

use driftgate_documents::{Coverage, Role, Task, Trust, TrustCheck};

use super::{ById, Side, check};
use crate::{
    hash::hash,
    profile::{
        ColumnKey, View,
        score::{at, label, number},
    },
    words,
};

/// The share of the cases that a candidate has to answer, where a policy says no other.
pub const LEAST_ANSWERED: f64 = 0.99;

/// Of two logs with ids in common: of the baseline's cases with an outcome on either side, how many the candidate answered, and how
/// many have an outcome on both. Of large logs only the ids with the smallest hash are kept, and those that both keep are counted.
/// `ids` are the rows of each side by id. `None` if no id is common.
#[must_use]
pub fn between(candidate: &Side<'_>, baseline: &Side<'_>, ids: [&ById<'_>; 2]) -> Option<Coverage> {
    let up_to = candidate.view.up_to.min(baseline.view.up_to);
    let is_kept = |id: &str| up_to == u64::MAX || hash(id.as_bytes()) <= up_to;
    let [mine, theirs] = ids;
    if !theirs.keys().any(|id| mine.contains_key(id)) {
        return None;
    }
    let has_outcome = |side: &Side<'_>, row: &Option<usize>| {
        row.is_some_and(|row| label(at(side.table.role(Role::Actual), row)).is_some())
    };
    let answers = |row: &Option<usize>| {
        row.is_some_and(|row| {
            let prediction = at(candidate.table.role(Role::Prediction), row);
            let is_number = candidate.view.settings.task == Some(Task::Regression);
            if is_number { number(prediction).is_some() } else { label(prediction).is_some() }
        })
    };
    let mut found = Coverage { window: "baseline".into(), exact: up_to == u64::MAX, ..Coverage::default() };
    for (id, row) in theirs.iter().filter(|(id, _)| is_kept(id)) {
        let other = mine.get(id).unwrap_or(&None);
        // Which of several rows of the baseline is meant is not known; but an answer is owed.
        if row.is_none() {
            found.cases += u64::from(!answers(other));
            continue;
        }
        let outcomes = [has_outcome(baseline, row), has_outcome(candidate, other)];
        let is_case = outcomes.contains(&true);
        found.cases += u64::from(is_case);
        found.answered += u64::from(is_case && answers(other));
        found.known += u64::from(answers(other) && outcomes == [true, true]);
    }
    let is_beyond =
        |(id, row): &(&&str, &Option<usize>)| is_kept(id) && !theirs.contains_key(*id) && has_outcome(candidate, row);
    found.beyond = mine.iter().filter(is_beyond).count() as u64;
    if up_to == u64::MAX {
        let unnamed = |row: &&usize| candidate.table.id.get(**row).is_empty() && has_outcome(candidate, &Some(**row));
        found.beyond += candidate.rows.iter().filter(unnamed).count() as u64;
    }
    Some(worded(found))
}

/// Of a log without a baseline: how many of its rows hold an answer. Rows that could not be read do not.
#[must_use]
pub fn alone(view: &View<'_>, model: &str) -> Option<Coverage> {
    let model = view.sections.models.get(model)?;
    let predictions = model.columns.get(&ColumnKey::role(Role::Prediction))?;
    let answered = predictions.numbers + predictions.texts;
    let cases = model.rows.saturating_add(view.bad_rows());
    Some(worded(Coverage {
        window: "current".into(),
        cases,
        answered,
        known: answered,
        exact: true,
        ..Coverage::default()
    }))
}

fn worded(found: Coverage) -> Coverage {
    let share = |part: u64| if found.cases == 0 { 0.0 } else { part as f64 / found.cases as f64 };
    let percent = |part: u64| words::short(100.0 * share(part));
    let of = if found.window == "baseline" { "ids of the baseline with an outcome" } else { "rows" };
    let mut message = format!("answered {} of {} {of} ({} %)", found.answered, found.cases, percent(found.answered));
    if found.known < found.answered {
        message += &format!("; {} of them have an outcome in both logs ({} %)", found.known, percent(found.known));
    }
    if found.beyond > 0 {
        message += &format!("; {} more are none of the baseline's", words::count(found.beyond, "row"));
    }
    if !found.exact {
        message += "; counted on the ids that both logs keep";
    }
    Coverage { share: share(found.answered), message, ..found }
}

/// What a coverage makes of a comparison; `least` is the share that is demanded.
#[must_use]
pub fn of_coverage(coverage: &Coverage, least: f64) -> TrustCheck {
    let Coverage { cases, known, beyond, share, .. } = coverage;
    let is_short = |part: u64| (part as f64) < least * *cases as f64;
    let mine = known + beyond;
    let (found, why) = if *cases == 0 {
        (Trust::Broken, "no case of the baseline has an outcome")
    } else if *share < least {
        (Trust::Broken, "what is left unanswered may be what is hard")
    } else if is_short(*known) {
        (Trust::Broken, "what has no outcome may be what went wrong")
    } else if *beyond as f64 > (1.0 - least) * mine as f64 {
        (Trust::Broken, "cases of its own may be easy ones; cut both logs to the same time (--from, --until)")
    } else {
        (Trust::Sound, "")
    };
    let mut message: String = coverage.message.clone();
    if found == Trust::Broken {
        message += &format!(": {why}");
    }
    check("coverage", found, message)
}
