//! The values of single rows whose means are metrics: what standard errors follow from.

use driftgate_documents::Task;

use super::{Context, money};
use crate::{
    math,
    profile::{Decider, score::Scored},
};

/// Gives every metric that a row counts in with its value; for `rmse`, a root, the squared error.
pub fn values(
    scored: &Scored<'_>,
    task: Option<Task>,
    context: &Context<'_>,
    row: usize,
    mut add: impl FnMut(&'static str, f64),
) {
    // As in a score: a value beyond f64 is none.
    let mut add = |name: &'static str, value: f64| {
        if value.is_finite() {
            add(name, value);
        }
    };
    match task {
        Some(Task::Regression) => numbers(scored, row, &mut add),
        Some(Task::Classification) => labels(scored, context, row, &mut add),
        None => {}
    }
    log(scored, row, &mut add);
    if let Some(earned) = scored.earned(row) {
        for decider in Decider::ALL {
            if let Some(said) = scored.said(decider, row) {
                money::values(decider, &said, &earned, context.classes, &mut add);
            }
        }
    }
}

fn is(yes: bool) -> f64 {
    f64::from(u8::from(yes))
}

fn numbers(scored: &Scored<'_>, row: usize, add: &mut impl FnMut(&'static str, f64)) {
    let Some((prediction, actual)) = scored.number_pair(row) else { return };
    let error = math::abs(prediction - actual);
    add("mae", error);
    add("rmse", error * error);
    if actual != 0.0 {
        add("mape", 100.0 * (error / math::abs(actual)));
    }
    if let Some(base) = scored.base(row) {
        add("directional_accuracy", is((prediction > base) == (actual > base)));
    }
}

fn labels(scored: &Scored<'_>, context: &Context<'_>, row: usize, add: &mut impl FnMut(&'static str, f64)) {
    if let Some((predicted, actual)) = scored.labels(row) {
        add("accuracy", is(predicted == actual));
    }
    let Some(trust) = scored.trust(row) else { return };
    if let Some(gap) = trust.gap() {
        add("brier", gap * gap);
    }
    if let Some(loss) = trust.log_loss().filter(|_| context.two_labels) {
        add("log_loss", loss);
    }
}

fn log(scored: &Scored<'_>, row: usize, add: &mut impl FnMut(&'static str, f64)) {
    if let Some(from_model) = scored.is_from_model(row) {
        add("usage", is(from_model));
    }
    let answers = scored.answers(row);
    if let Some(agrees) = answers.agrees() {
        add("agreement", is(agrees));
    }
    if let Some(right) = answers.rule_is_right() {
        add("rule_accuracy", is(right));
    }
    if let Some(right) = answers.final_is_right() {
        add("final_accuracy", is(right));
    }
}
