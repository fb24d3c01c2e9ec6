//! A number against a threshold, plainly or on its confidence bound.

use alloc::{
    format,
    string::{String, ToString},
};

use driftgate_documents::{Check, Verdict};

use super::looks::Bound;
use crate::{math, words};

/// The comparison a check makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Above,
    AtLeast,
    Below,
    AtMost,
}

impl Op {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Above => ">",
            Self::AtLeast => ">=",
            Self::Below => "<",
            Self::AtMost => "<=",
        }
    }

    /// Whether `value` passes; NaN never does.
    pub(super) fn holds(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::Above => value > threshold,
            Self::AtLeast => value >= threshold,
            Self::Below => value < threshold,
            Self::AtMost => value <= threshold,
        }
    }

    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Above => "above",
            Self::AtLeast => "at least",
            Self::Below => "below",
            Self::AtMost => "at most",
        }
    }

    pub(super) const fn wants_more(self) -> bool {
        matches!(self, Self::Above | Self::AtLeast)
    }
}

/// Operation and threshold of a value check.
///
/// # Errors
/// If there is none, more than one, or it is not finite.
pub(super) fn threshold(check: &Check) -> Result<(Op, f64), String> {
    let all = [
        (Op::Above, check.above),
        (Op::AtLeast, check.at_least),
        (Op::Below, check.below),
        (Op::AtMost, check.at_most),
    ];
    let mut given = all.into_iter().filter_map(|(op, threshold)| Some((op, threshold?)));
    let wanted = "one of above, at_least, below, at_most (or against = \"baseline\" with no_worse_than or better_by)";
    let first = given.next().ok_or_else(|| format!("no threshold: give {wanted}"))?;
    if given.next().is_some() {
        return Err(format!("more than one threshold: give {wanted}, and a second check for a second one"));
    }
    if first.1.is_finite() { Ok(first) } else { Err(format!("threshold {} is not a finite number", first.1)) }
}

/// What a comparison found.
pub(super) struct Answer {
    pub(super) verdict: Verdict,
    pub(super) interval: Option<[f64; 2]>,
    pub(super) rows_needed: Option<u64>,
    pub(super) reason: String,
}

impl Answer {
    pub(super) fn plain(verdict: Verdict, reason: impl Into<String>) -> Self {
        Self { verdict, interval: None, rows_needed: None, reason: reason.into() }
    }
}

/// Compares the value itself.
pub(super) fn compare(value: f64, op: Op, threshold: f64) -> Answer {
    let relation = format!("{} {}", op.words(), words::short(threshold));
    if op.holds(value, threshold) {
        Answer::plain(Verdict::Pass, format!("{} is {relation}", words::short(value)))
    } else {
        Answer::plain(Verdict::Fail, format!("{} is not {relation}", words::short(value)))
    }
}

/// A value with what its bounds follow from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Estimate {
    pub(super) value: f64,
    /// Standard error of the value.
    pub(super) error: f64,
    /// Clusters that the error is of, if known.
    pub(super) clusters: Option<u64>,
    /// Rows.
    pub(super) n: u64,
}

/// Compares one-sided bounds: pass if even the unfavourable one clears the threshold, fail if even the favourable one
/// misses it, else inconclusive with the rows that would decide it at the current estimate.
pub(super) fn compare_bound(estimate: Estimate, op: Op, threshold: f64, bound: &Bound) -> Answer {
    let Estimate { value, error, clusters, n } = estimate;
    if error <= 0.0 {
        return Answer::plain(
            Verdict::Inconclusive,
            format!("no confidence bound: all {} agree, too few days to see any spread", words::count(n, "row")),
        );
    }
    let Some(deviate) = bound.deviate(n, clusters) else {
        return Answer::plain(
            Verdict::Inconclusive,
            format!("no look is left{}: the policy plans fewer than there were; judge a new candidate", bound.look()),
        );
    };
    let (low, high) = (value - deviate * error, value + deviate * error);
    if low.is_infinite() {
        return Answer::plain(Verdict::Inconclusive, format!("too few days for a confidence bound{}", bound.look()));
    }
    let (worse, better) = if op.wants_more() { (low, high) } else { (high, low) };
    let (percent, threshold_text) = (words::short(100.0 * bound.confidence), words::short(threshold));
    let level = format!("{percent} % bounds [{}, {}]{}", words::short(low), words::short(high), bound.look());
    let (verdict, reason) = if op.holds(worse, threshold) {
        (Verdict::Pass, format!("even the cautious end of the {level} is {} {threshold_text}", op.words()))
    } else if op.holds(better, threshold) {
        (Verdict::Inconclusive, format!("{threshold_text} is inside the {level}"))
    } else {
        (Verdict::Fail, format!("even the favourable end of the {level} is not {} {threshold_text}", op.words()))
    };
    let rows_needed =
        if verdict == Verdict::Inconclusive { rows_needed(value, error, n, threshold, deviate) } else { None };
    let more =
        rows_needed.map_or(String::new(), |rows| format!("; about {} would decide it", words::count(rows, "more row")));
    Answer { verdict, interval: Some([low, high]), rows_needed, reason: reason + &more }
}

/// ceil(z^2 variance / (value - threshold)^2) - n, where variance = error^2 n holds the design effect; `None` if the
/// value is the threshold: no number of rows would decide that.
fn rows_needed(value: f64, error: f64, n: u64, threshold: f64, z: f64) -> Option<u64> {
    let distance = value - threshold;
    let needed = math::ceil(z * z * error * error * n as f64 / (distance * distance));
    (needed.is_finite() && needed < 1e15).then(|| (needed as u64).saturating_sub(n).max(1))
}

/// A slice as a check's name: `accuracy where regime=crash`.
pub(super) fn name<'a>(metric: &str, slice: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let parts: alloc::vec::Vec<String> = slice.map(|(name, value)| format!("{name}={value}")).collect();
    if parts.is_empty() { metric.to_string() } else { format!("{metric} where {}", parts.join(", ")) }
}
