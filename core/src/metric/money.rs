//! What verdicts were worth: outcomes and P&L of the model, the rule and the final prediction.
//!
//! A position is a row whose verdict is of the buy class. In a log that knows neither class (a regressor, other labels) every
//! row is one. A decider without outcomes or P&L is left out without a word.

use alloc::string::String;

use driftgate_documents::Classes;

use super::{Metrics, share};
use crate::{
    Skip,
    profile::{Decider, Earned, Ledger, Merge, Outcome, Said, Score, Tally},
};

/// What a label says to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Hold.
    Buy,
    /// Stay out.
    Avoid,
}

/// The class of a label, whatever its case; `None` of any other label.
#[must_use]
pub fn class(classes: &Classes, label: &str) -> Option<Class> {
    let is_of = |labels: &[String]| labels.iter().any(|known| known.eq_ignore_ascii_case(label));
    if is_of(&classes.buy) { Some(Class::Buy) } else { is_of(&classes.avoid).then_some(Class::Avoid) }
}

/// What the metrics of a decider are called.
pub struct Names {
    /// Share of verdicts that the outcome confirms.
    pub outcome_accuracy: &'static str,
    excluded: &'static str,
    positions: &'static str,
    /// Mean P&L of the positions.
    pub mean_pnl: &'static str,
    /// Share of profits among the positions.
    pub profit_rate: &'static str,
    /// Share of gains among the positions; of the model alone.
    pub hit_rate: Option<&'static str>,
}

/// The names for a decider.
#[must_use]
pub const fn names(decider: Decider) -> Names {
    match decider {
        Decider::Model => Names {
            outcome_accuracy: "outcome_accuracy",
            excluded: "outcome_accuracy_excluded",
            positions: "positions",
            mean_pnl: "mean_pnl",
            profit_rate: "profit_rate",
            hit_rate: Some("hit_rate"),
        },
        Decider::Rule => Names {
            outcome_accuracy: "rule_outcome_accuracy",
            excluded: "rule_outcome_accuracy_excluded",
            positions: "rule_positions",
            mean_pnl: "rule_mean_pnl",
            profit_rate: "rule_profit_rate",
            hit_rate: None,
        },
        Decider::Final => Names {
            outcome_accuracy: "final_outcome_accuracy",
            excluded: "final_outcome_accuracy_excluded",
            positions: "final_positions",
            mean_pnl: "final_mean_pnl",
            profit_rate: "final_profit_rate",
            hit_rate: None,
        },
    }
}

pub(super) fn money(score: &Score, classes: Option<&Classes>, metrics: &mut Metrics) {
    for (decider, ledger) in score.money.ledgers() {
        let (names, all) = (names(decider), ledger.all());
        if all.outcomes() > 0 {
            outcome_accuracy(ledger, &all, classes, &names, metrics);
        }
        match positions(ledger, classes) {
            Ok(positions) => of_positions(&positions, &all, &names, metrics),
            Err(reason) => metrics.set(names.mean_pnl, Err(reason)),
        }
    }
}

fn outcome_accuracy(ledger: &Ledger, all: &Tally, classes: Option<&Classes>, names: &Names, metrics: &mut Metrics) {
    let (Some(labels), Some(classes)) = (ledger.labels(), classes) else {
        let reason = if classes.is_some() { TOO_MANY } else { NO_CLASS };
        return metrics.set(names.outcome_accuracy, Err(Skip::because(reason)));
    };
    let (mut right, mut wrong) = (0, 0);
    for (label, tally) in labels {
        let (confirmed, refuted) = match class(classes, label) {
            Some(Class::Buy) => (tally.profits, tally.losses),
            Some(Class::Avoid) => (tally.losses, tally.profits),
            None => (0, 0),
        };
        right += confirmed;
        wrong += refuted;
    }
    metrics.counts.insert(names.excluded.into(), all.outcomes() - right - wrong);
    let nothing = "no verdict of the buy or avoid class came out as profit or loss";
    metrics.set_over(names.outcome_accuracy, right + wrong, share(right, right + wrong, nothing));
}

fn of_positions(positions: &Tally, all: &Tally, names: &Names, metrics: &mut Metrics) {
    let nothing = "no verdict is of the buy class";
    metrics.counts.insert(names.positions.into(), positions.rows);
    if all.priced > 0 {
        let mean = positions.pnl.mean(positions.priced).ok_or_else(|| Skip::because(nothing));
        metrics.set_over(names.mean_pnl, positions.priced, mean);
        if let Some(name) = names.hit_rate {
            metrics.set_over(name, positions.priced, share(positions.gains, positions.priced, nothing));
        }
    }
    if all.outcomes() > 0 {
        let outcomes = positions.outcomes();
        metrics.set_over(names.profit_rate, outcomes, share(positions.profits, outcomes, nothing));
    }
}

const TOO_MANY: &str = "more than 32 labels as verdicts: which of them mean to hold cannot be told apart any more";
const NO_CLASS: &str = "no verdict is of the buy or avoid class: name your labels (classes in the plan)";

/// The rows of a decider that were positions. `classes` is `None` where the log knows neither class.
///
/// # Errors
/// If there were too many labels to tell them apart.
pub fn positions(ledger: &Ledger, classes: Option<&Classes>) -> Result<Tally, Skip> {
    let Some(classes) = classes else { return Ok(ledger.all()) };
    let (Some(labels), Some(numbers)) = (ledger.labels(), ledger.numbers()) else {
        return Err(Skip::because(TOO_MANY));
    };
    let mut positions = numbers.clone();
    let held = labels.iter().filter(|(label, _)| class(classes, label) == Some(Class::Buy));
    held.for_each(|(_, tally)| positions.merge(tally));
    Ok(positions)
}

/// The values of one row whose means are the metrics of a decider.
pub(super) fn values(
    decider: Decider,
    said: &Said<'_>,
    earned: &Earned,
    classes: Option<&Classes>,
    add: &mut impl FnMut(&'static str, f64),
) {
    let names = names(decider);
    let is = |yes: bool| f64::from(u8::from(yes));
    let of_label = match (said, classes) {
        (Said::Label(label), Some(classes)) => class(classes, label),
        _ => None,
    };
    let verdict = of_label.zip(earned.outcome).filter(|(_, outcome)| *outcome != Outcome::Neutral);
    if let Some((class, outcome)) = verdict {
        add(names.outcome_accuracy, is((class == Class::Buy) == (outcome == Outcome::Profit)));
    }
    if classes.is_some() && of_label != Some(Class::Buy) && *said != Said::Number {
        return;
    }
    if let Some(pnl) = earned.pnl {
        add(names.mean_pnl, pnl);
        if let Some(name) = names.hit_rate {
            add(name, is(pnl > 0.0));
        }
    }
    if let Some(outcome) = earned.outcome {
        add(names.profit_rate, is(outcome == Outcome::Profit));
    }
}
