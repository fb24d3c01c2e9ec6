//! What became of the incumbent's errors.

use alloc::{collections::BTreeSet, format, string::String, vec::Vec};

use driftgate_documents::{Comparison, Task};

use super::{Clustered, Pair, Pairs, blank, errors::cluster};
use crate::{
    hypothesis::mcnemar,
    order::{IntoOrdered, StableOrder},
    profile::{
        Settings,
        score::{Scored, at, label},
    },
    table::Table,
    words,
};

/// The incumbent's worst cases that are looked at for the share put right.
const WORST: usize = 1000;

/// `replay_improvement` = (errors put right - new errors) / all pairs, and `replay_fixed_share` = the share of the
/// incumbent's worst 1,000 put right, beside the chance level. For numbers "right" is the smaller absolute error.
#[must_use]
pub fn replay(
    pairs: &Pairs,
    candidate: &Table,
    baseline: &Table,
    settings: &Settings,
    horizon: u32,
) -> Vec<Comparison> {
    let mut improvement = blank("replay_improvement");
    let mut fixed_share = blank("replay_fixed_share");
    improvement.n = pairs.pairs.len() as u64;
    improvement.details = [
        ("common".into(), pairs.common.len() as f64),
        ("same".into(), pairs.same as f64),
        ("contradicting".into(), pairs.contradicting as f64),
        ("ambiguous".into(), pairs.ambiguous as f64),
    ]
    .into_map();
    if pairs.pairs.is_empty() {
        let why = if pairs.common.is_empty() && pairs.ambiguous > 0 {
            "every common id stands in several rows of one model (its versions?): tell them apart, such as with --map model=version"
                .into()
        } else if pairs.common.is_empty() {
            nothing_in_common(pairs)
        } else if let Some(first) = &pairs.contradiction {
            let cases = words::count(pairs.contradicting, "common case");
            format!("{cases} that could be paired, and different actuals in the two logs ({first}): which are true?")
        } else {
            "no common id has a prediction and an actual in both logs".into()
        };
        improvement.message.clone_from(&why);
        fixed_share.message = why;
        return alloc::vec![improvement, fixed_share];
    }
    let mut net = Clustered::default();
    let (mut fixed, mut broken) = (0_u64, 0_u64);
    for pair in &pairs.pairs {
        let gain = gain(pair);
        fixed += u64::from(gain > 0.0);
        broken += u64::from(gain < 0.0);
        net.add(cluster(candidate, pair.candidate, settings, horizon), gain);
    }
    let wrong = pairs.pairs.iter().filter(|pair| pair.baseline_loss > 0.0).count();
    improvement.value = Some((fixed as f64 - broken as f64) / pairs.pairs.len() as f64);
    improvement.standard_error = net.standard_error();
    improvement.clusters = net.clusters();
    improvement.details.extend([
        ("fixed".into(), fixed as f64),
        ("newly_wrong".into(), broken as f64),
        ("incumbent_errors".into(), wrong as f64),
    ]);
    if let (Some(Task::Classification), Ok(test)) = (settings.task, mcnemar(fixed, broken)) {
        improvement.details.extend([("mcnemar".into(), test.statistic), ("mcnemar_p_value".into(), test.p_value)]);
    }
    improvement.message = format!(
        "{fixed} of the incumbent's errors put right, {broken} new ones, on {}",
        words::count(improvement.n, "common case")
    );
    alloc::vec![improvement, share_of_worst(fixed_share, pairs, baseline, settings)]
}

/// Why no row of the one log is one of the other.
fn nothing_in_common(pairs: &Pairs) -> String {
    let examples = pairs.examples.as_ref().map_or_else(String::new, |[candidate, baseline]| {
        format!(" (the candidate has `{candidate}`, the baseline `{baseline}`)")
    });
    format!(
        "no id stands in both logs{examples}: pairing needs the role id with the same values in both (--map id=COLUMN)"
    )
}

/// +1 where the candidate puts the incumbent's error right, -1 where it makes a new one, else 0.
fn gain(pair: &Pair) -> f64 {
    match pair.candidate_loss.total_cmp(&pair.baseline_loss) {
        core::cmp::Ordering::Less => 1.0,
        core::cmp::Ordering::Equal => 0.0,
        core::cmp::Ordering::Greater => -1.0,
    }
}

fn share_of_worst(mut answer: Comparison, pairs: &Pairs, baseline: &Table, settings: &Settings) -> Comparison {
    let scored = Scored::of(baseline, settings.task);
    let wrongness = |pair: &Pair| scored.wrongness(pair.baseline).unwrap_or(0.0);
    let mut worst: Vec<&Pair> = pairs.pairs.iter().filter(|pair| pair.baseline_loss > 0.0).collect();
    worst.order_by(|a, b| wrongness(b).total_cmp(&wrongness(a)).then(baseline.compare(a.baseline, b.baseline)));
    worst.truncate(WORST);
    answer.n = worst.len() as u64;
    if worst.is_empty() {
        answer.message = "the incumbent made no errors on the common cases".into();
        return answer;
    }
    let fixed = worst.iter().filter(|pair| pair.candidate_loss < pair.baseline_loss).count();
    let chance = chance(baseline, settings);
    answer.value = Some(fixed as f64 / worst.len() as f64);
    answer.details = [("fixed".into(), fixed as f64), ("chance".into(), chance)].into_map();
    answer.message = format!(
        "{fixed} of the incumbent's worst {} put right; guessing would put right {} %",
        worst.len(),
        words::short(100.0 * chance)
    );
    answer
}

/// What guessing would put right: one in (number of labels) of a classifier's errors, half of a regressor's.
fn chance(baseline: &Table, settings: &Settings) -> f64 {
    if settings.task == Some(Task::Regression) {
        return 0.5;
    }
    let actual = baseline.role(driftgate_documents::Role::Actual);
    let labels: BTreeSet<String> = baseline.range().filter_map(|row| label(at(actual, row)).map(Into::into)).into_set();
    1.0 / labels.len().max(2) as f64
}
