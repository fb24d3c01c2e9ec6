//! How small a difference data could find, and how much more data would find the one seen.
//!
//! Source: the normal approximation of the power of a two-sided test, the far tail left out. More rows of the same kind make the
//! standard error smaller with their square root.

use driftgate_documents::Detectable;

use crate::math::{abs, ceil, normal_quantile};

/// Below this |baseline| a share of it is not given.
const NEAR_ZERO: f64 = 1e-9;

/// What data of `rows` rows over `days` days could find at `alpha` in (0, 1) with `power` in (0, 1), where the
/// `difference` = candidate - baseline was seen with `standard_error` >= 0.
///
/// Nothing is needed (None) where the difference is 0, or at least the minimum detectable one already, or would need more than
/// 1e15 rows. Days are counted up.
#[must_use]
pub fn detectable(
    difference: f64,
    standard_error: f64,
    rows: u64,
    days: u64,
    baseline: f64,
    alpha: f64,
    power: f64,
) -> Detectable {
    let minimum = (normal_quantile(1.0 - 0.5 * alpha) + normal_quantile(power)) * standard_error;
    let ratio = minimum / abs(difference);
    let needed = ceil(rows as f64 * ratio * ratio);
    let further = (ratio > 1.0 && needed < 1e15).then(|| (needed as u64).saturating_sub(rows).max(1));
    Detectable {
        minimum_detectable: minimum,
        minimum_detectable_share: (abs(baseline) > NEAR_ZERO).then(|| minimum / abs(baseline)),
        rows_needed: further,
        days_needed: further.map(|rows_needed| ceil(rows_needed as f64 * days as f64 / rows as f64) as u64),
    }
}
