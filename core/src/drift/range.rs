//! Values beyond what the reference ever held.
//!
//! Of n values of the reference in any order, a further one of the same distribution is the smallest or the largest of
//! all n + 1 with probability 2 / (n + 1), whatever the distribution. The share of the distribution that lies outside is
//! then Beta(2, n - 1); it exceeds ten times that expectation with a probability of about 21 e^-20 = 4e-8. So ten times
//! is no chance over independent rows.
//!
//! On panels it is no drift either: a column wanders, and one symbol of 31 that sets a new high is 3 % of the rows. Over
//! windows of 10 days in calm markets of 2007 to 2014, some column had 1 % of its rows outside in 18 to 100 % of the
//! windows, 10 % in up to 11 %, and none had 20 %; in the crash of 2008 every window had a column with 20 %. So from 1 %
//! on it is shown and from 20 % on it is drift, critical from 28 %: a KS distance is at least the share that left at one
//! end, and these are its bands.

use alloc::format;

use driftgate_documents::{DriftVerdict, FindingKind};

use super::{Findings, Judge, Scale, Windows, blank, presence::Pair, rule_name};
use crate::words;

/// The share of rows outside from which it is shown.
const SHOWN: f64 = 0.01;

/// The share of rows outside from which it is drift: moderate on the scale of KS.
const MATERIAL: f64 = Scale::KS.0[1];

/// Rows outside below which nothing is said.
const MIN_ROWS: u64 = 5;

/// How many times the expected share.
const TIMES: f64 = 10.0;

/// Counts the values of a numeric column outside [min, max] of the reference.
pub fn out_of_range(pair: &Pair<'_>, windows: &Windows<'_>, judge: &Judge, findings: &mut Findings) {
    let (reference, current) = (&pair.reference.values, &pair.current.values);
    let (Some(low), Some(high)) = (reference.min(), reference.max()) else { return };
    let (least, most) = current.outside(low, high);
    let n = current.len();
    // Counted are those that surely are outside.
    let share = least as f64 / n.max(1) as f64;
    let expected = 2.0 / (reference.len() as f64 + 1.0);
    if share < SHOWN || least < MIN_ROWS || share < TIMES * expected {
        return;
    }
    let mut finding =
        blank(FindingKind::OutOfRange, Some(&pair.key.name), windows, "outside_share", rule_name(judge.rule));
    finding.statistic = Some(share);
    finding.effect = Some(share);
    finding.threshold = Some(MATERIAL);
    finding.reference = Some(expected);
    finding.current = Some(share);
    finding.n_reference = reference.len();
    finding.n_current = n;
    finding.rank_error = (most - least) as f64 / n as f64;
    if share >= MATERIAL {
        finding.verdict = DriftVerdict::Drift;
        finding.severity = Scale::KS.band(share);
    } else if most as f64 >= MATERIAL * n as f64 {
        finding.verdict = DriftVerdict::Inconclusive;
    }
    finding.message = format!(
        "{}: {:.2} % of the values lie outside {} .. {}, all that the reference held; {:.2} % would be expected",
        pair.key.name,
        100.0 * share,
        words::short(low),
        words::short(high),
        100.0 * expected,
    );
    findings.found.push(finding);
}
