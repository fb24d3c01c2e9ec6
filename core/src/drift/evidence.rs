//! Whether a change of a mean may be chance: over days where the rule looks at days, else over rows taken as independent.

use alloc::{collections::BTreeMap, vec::Vec};

use driftgate_documents::{DriftVerdict, Finding, Rule};

use super::{Judge, Side, days};
use crate::{
    Skip, math,
    order::IntoOrdered,
    profile::{Bucket, Merge, Moments, centred_squares},
    table::NO_TIME,
};

/// One number a day, by bucket.
pub type Daily = BTreeMap<i64, f64>;

/// A mean over some rows.
#[derive(Clone, Copy)]
pub struct Mean {
    /// Rows.
    pub n: u64,
    /// Their mean.
    pub value: f64,
    /// Their variance (divisor n).
    pub variance: f64,
}

impl Mean {
    /// The mean of numbers; `None` of none.
    pub fn of(numbers: &Moments) -> Option<Self> {
        let variance = centred_squares(numbers.numbers, &numbers.sum, &numbers.squares) / numbers.numbers as f64;
        days::level(numbers).map(|value| Self { n: numbers.numbers, value, variance })
    }

    /// A share of rows; `None` of none.
    pub fn share(part: u64, n: u64) -> Option<Self> {
        let value = part as f64 / n as f64;
        (n > 0).then_some(Self { n, value, variance: value * (1.0 - value) })
    }
}

/// The moments of all days together, rows without a time included.
pub fn sum<'a>(moments: impl Iterator<Item = &'a Moments>) -> Moments {
    let mut total = Moments::default();
    moments.for_each(|moments| total.merge(moments));
    total
}

/// A number of each day that has one.
pub fn daily(side: &Side<'_>, value: impl Fn(&Bucket) -> Option<f64>) -> Daily {
    let days = side.timeline.buckets.iter().filter(|(day, _)| **day != NO_TIME);
    days.filter_map(|(day, bucket)| Some((*day, value(bucket)?))).into_map()
}

/// What speaks against chance.
pub struct Evidence {
    /// Of the test; `None` if the reference never changes and was left.
    pub p_value: Option<f64>,
    /// Effective days on both sides, where days were tested.
    pub n_effective: Option<[f64; 2]>,
    /// Whether the days' mean lies outside all reference days by more than their range.
    pub escaped: bool,
}

impl Evidence {
    /// Of two means: over the days, or over the rows where the rule looks at rows.
    ///
    /// # Errors
    /// See [`Self::of_days`] and [`over_rows`].
    pub fn of(judge: &Judge, days: [&Daily; 2], rows: [Mean; 2]) -> Result<Self, Skip> {
        match judge.rule {
            Rule::ByDay => Self::of_days(days[0], days[1]),
            _ => over_rows(rows).map(|p| Self { p_value: Some(p), n_effective: None, escaped: false }),
        }
    }

    /// Of two series of days.
    ///
    /// # Errors
    /// If there are fewer than three days on a side, or the reference never changes and is not left.
    pub fn of_days(reference: &Daily, current: &Daily) -> Result<Self, Skip> {
        let escaped = current.len() >= days::MIN_DAYS && has_left(reference, current);
        match days::compare(reference, current) {
            Ok(test) => {
                let n_effective = Some([test.n_eff_reference, test.n_eff_current]);
                Ok(Self { p_value: Some(test.p_value), n_effective, escaped })
            }
            // A reference that never changes has no test, but leaving it is leaving it.
            Err(_) if escaped => Ok(Self { p_value: None, n_effective: None, escaped }),
            Err(skip) => Err(skip),
        }
    }

    /// Whether the reference is worth too few days for the test to mean anything.
    fn is_thin(&self) -> bool {
        self.n_effective.is_some_and(|n| n[0] < days::MIN_EFFECTIVE)
    }
}

/// Whether the mean of the current days lies outside all of at least three reference days by more than their range.
pub fn has_left(reference: &Daily, current: &Daily) -> bool {
    let values = |days: &Daily| days.values().copied().collect::<Vec<f64>>();
    reference.len() >= days::MIN_DAYS
        && !current.is_empty()
        && days::has_escaped(&values(reference), days::mean(&values(current)))
}

/// Two-sided p-value of a normal test of two means; rows taken as independent.
///
/// # Errors
/// If there are fewer than two rows on a side, or rows that never vary while the means differ.
pub fn over_rows([a, b]: [Mean; 2]) -> Result<f64, Skip> {
    if a.value == b.value {
        return Ok(1.0);
    }
    let error = math::sqrt(a.variance.max(0.0) / a.n as f64 + b.variance.max(0.0) / b.n as f64);
    if error > 0.0 && a.n.min(b.n) >= 2 {
        Ok((2.0 * math::normal_sf(math::abs(a.value - b.value) / error)).min(1.0))
    } else {
        Err(Skip::because("too few rows, or rows that never vary"))
    }
}

/// Writes the evidence and what follows from it: a change drifted if it is material and no chance, and is open if it is
/// material and cannot be tested.
pub fn judge_by(
    finding: &mut Finding,
    evidence: &Result<Evidence, Skip>,
    p_adjusted: Option<f64>,
    material: bool,
    alpha: f64,
) {
    let tested = evidence.as_ref().ok();
    finding.p_value = tested.and_then(|evidence| evidence.p_value);
    finding.p_adjusted = p_adjusted;
    finding.n_effective_reference = tested.and_then(|evidence| evidence.n_effective).map(|n| n[0]);
    finding.n_effective_current = tested.and_then(|evidence| evidence.n_effective).map(|n| n[1]);
    finding.outside = tested.is_some_and(|evidence| evidence.escaped);
    finding.verdict = match tested {
        _ if !material => DriftVerdict::None,
        Some(evidence) if evidence.escaped => DriftVerdict::Drift,
        Some(evidence) if evidence.is_thin() => DriftVerdict::Inconclusive,
        Some(_) if p_adjusted.is_some_and(|p| p <= alpha) => DriftVerdict::Drift,
        Some(_) => DriftVerdict::None,
        None => DriftVerdict::Inconclusive,
    };
}

/// How sure a material change is, to be put behind what changed.
pub fn doubt(finding: &Finding, evidence: &Result<Evidence, Skip>, material: bool) -> alloc::string::String {
    match (finding.verdict, evidence) {
        (DriftVerdict::None, Ok(_)) if material => ", which may be chance".into(),
        (DriftVerdict::Inconclusive, Ok(_)) => "; its reference days depend too much on each other to say more".into(),
        (_, Err(reason)) if material => alloc::format!("; its significance is unknown: {}", reason.0),
        _ => alloc::string::String::new(),
    }
}
