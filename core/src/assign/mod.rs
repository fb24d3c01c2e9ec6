//! Which arm of an experiment a unit belongs to: the same answer for the same name, everywhere and without a table.
//!
//! A unit's bucket is GrowthBook's hash, version 2: h(h(experiment + unit) in decimal) mod 10,000 / 10,000, where h is FNV-1a
//! over 32 bits. As in GrowthBook's JavaScript and Python, it takes the *UTF-16 code units* of a text, not its bytes: for ASCII
//! that is the same, and other SDKs that hash UTF-8 differ beyond. An arm starts at the sum of the shares before it and is coverage x
//! share wide, so that growing coverage adds units to each arm and moves nobody.
//!
//! Source: GrowthBook's "Build your own SDK", and the cases that its SDKs share.

use alloc::{collections::BTreeSet, format, string::ToString};

use driftgate_documents::Assignment;

use crate::{Error, math::abs};

/// The number of buckets.
const BUCKETS: u32 = 10_000;

/// How far from 1 the shares together may be.
const ROUNDING: f64 = 1e-9;

/// Whether an assignment can be carried out.
///
/// # Errors
/// If the experiment or an arm has no name, an arm's name is repeated, there are fewer than two arms, a share is not in
/// (0, 1], the shares together are not 1, or coverage is not in [0, 1].
pub fn check(assignment: &Assignment) -> Result<(), Error> {
    let wrong = |place: &str, problem: &str| Err(Error::usage(format!("assignment, at {place}: {problem}")));
    if assignment.experiment.is_empty() {
        return wrong(
            "experiment",
            "the name is empty; it divides the units, so give one that no other experiment has",
        );
    }
    if !(0.0..=1.0).contains(&assignment.coverage) {
        return wrong(
            "coverage",
            &format!("{}; allowed is 0 to 1, the share of units that take part", assignment.coverage),
        );
    }
    if assignment.arms.len() < 2 {
        return wrong("arms", &format!("{}; allowed is at least 2, such as control and new", assignment.arms.len()));
    }
    let mut names = BTreeSet::new();
    for (index, arm) in assignment.arms.iter().enumerate() {
        let place = |field: &str| format!("arms[{index}].{field}");
        if arm.name.is_empty() {
            return wrong(&place("name"), "the name is empty; give each arm a name");
        }
        if !names.insert(&arm.name) {
            return wrong(&place("name"), &format!("{} is the name of another arm, too; give each its own", arm.name));
        }
        if !(arm.share > 0.0 && arm.share <= 1.0) {
            return wrong(&place("share"), &format!("{}; allowed is above 0 and at most 1", arm.share));
        }
    }
    let sum: f64 = assignment.arms.iter().map(|arm| arm.share).sum();
    if abs(sum - 1.0) > ROUNDING {
        return wrong(
            "arms",
            &format!("the shares together are {sum}; they have to be 1 (what shall not take part is coverage)"),
        );
    }
    Ok(())
}

/// The bucket of a unit: one of 0, 0.0001, ... 0.9999, evenly spread over units and independent between experiments.
#[must_use]
pub fn bucket(experiment: &str, unit: &str) -> f64 {
    let first = fnv1a(experiment.encode_utf16().chain(unit.encode_utf16()));
    let second = fnv1a(first.to_string().encode_utf16());
    f64::from(second % BUCKETS) / f64::from(BUCKETS)
}

/// The arm of a unit under a [`check`]ed assignment; `None` if the unit takes no part.
#[must_use]
pub fn arm<'a>(assignment: &'a Assignment, unit: &str) -> Option<&'a str> {
    arm_of(assignment, bucket(&assignment.experiment, unit))
}

/// The arm whose range holds a bucket.
fn arm_of(assignment: &Assignment, bucket: f64) -> Option<&str> {
    let mut start = 0.0;
    assignment.arms.iter().find_map(|arm| {
        let range = start..start + assignment.coverage * arm.share;
        start += arm.share;
        range.contains(&bucket).then_some(arm.name.as_str())
    })
}

/// FNV-1a over 32 bits, of code units.
fn fnv1a(units: impl Iterator<Item = u16>) -> u32 {
    units.fold(0x811c_9dc5, |state: u32, unit| (state ^ u32::from(unit)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests;
