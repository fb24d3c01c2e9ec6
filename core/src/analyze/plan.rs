//! What a plan may ask: every number in its range, every name known.

use alloc::format;

use driftgate_documents::{Plan, Targets};

use super::{distributions::BINS, moving, replay};
use crate::{Error, drift};

/// Checks a plan.
///
/// # Errors
/// Names the field, its value and what is allowed.
pub(super) fn check(plan: &Plan) -> Result<(), Error> {
    if let Some(alpha) = plan.alpha
        && !(alpha > 0.0 && alpha <= 0.5)
    {
        return Err(Error::usage(format!("plan: alpha is {alpha}; allowed is above 0 up to 0.5, such as 0.01")));
    }
    if let Some(share) = plan.max_bad_rows
        && !(0.0..=1.0).contains(&share)
    {
        return Err(Error::usage(format!("plan: max_bad_rows is {share}; allowed is 0 to 1, such as 0.01 for 1 %")));
    }
    if let Some(days) = plan.rolling
        && days < moving::MIN_DAYS
    {
        return Err(Error::usage(format!(
            "plan: rolling is {days}; allowed is {} trading days or more, such as 10",
            moving::MIN_DAYS
        )));
    }
    if plan.lookback == Some(0) {
        return Err(Error::usage("plan: lookback is 0; allowed is 1 day or more, such as 30"));
    }
    if plan.label_horizon == Some(0) {
        return Err(Error::usage("plan: label_horizon is 0; allowed is 1 day or more"));
    }
    if plan.days_per_year == Some(0) {
        return Err(Error::usage("plan: days_per_year is 0; allowed is 1 or more, such as 252"));
    }
    if let Some(bins) = plan.distributions
        && !BINS.contains(&bins)
    {
        let (least, most) = BINS.into_inner();
        return Err(Error::usage(format!(
            "plan: distributions is {bins}; allowed is {least} to {most} bins, such as 40"
        )));
    }
    plan.targets.map_or(Ok(()), check_targets)?;
    check_classes(plan)?;
    plan.replay.as_ref().map_or(Ok(()), replay::check)?;
    drift::check_methods(plan)
}

fn check_targets(Targets { usage, agreement, average_confidence }: Targets) -> Result<(), Error> {
    let targets = [("usage", usage), ("agreement", agreement), ("average_confidence", average_confidence)];
    match targets.into_iter().find(|(_, target)| !(0.0..=1.0).contains(target)) {
        None => Ok(()),
        Some((name, target)) => {
            Err(Error::usage(format!("plan: targets.{name} is {target}; allowed is 0 to 1, such as 0.8 for 80 %")))
        }
    }
}

fn check_classes(plan: &Plan) -> Result<(), Error> {
    let Some(classes) = &plan.classes else { return Ok(()) };
    let is_bought = |label: &&alloc::string::String| classes.buy.iter().any(|buy| buy.eq_ignore_ascii_case(label));
    match classes.avoid.iter().find(is_bought) {
        None => Ok(()),
        Some(label) => Err(Error::usage(format!("plan: classes: `{label}` is both a label to buy and one to avoid"))),
    }
}
