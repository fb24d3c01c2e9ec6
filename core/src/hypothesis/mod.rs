//! Could it be chance? One file per test; each is a function from samples to a small struct of named numbers.
//!
//! A statistic that cannot be computed is a [`Skip`] with a reason, never a NaN.

pub mod adjust;
mod anderson_darling;
mod block_bootstrap;
mod block_length;
mod brown_forsythe;
mod centred;
mod chi_square;
mod clustered;
mod cramer_von_mises;
mod day_level;
mod day_mean;
mod diebold_mariano;
mod fisher_exact;
mod goodness_of_fit;
mod ks;
mod mann_whitney;
mod mcnemar;
mod mean_test;
mod model_confidence_set;
mod newey_west;
mod resample;
mod trend;

use alloc::{format, vec::Vec};

pub use anderson_darling::{AndersonDarling, anderson_darling};
pub use block_bootstrap::{BlockBootstrap, block_bootstrap};
pub use block_length::optimal_block_length;
pub use brown_forsythe::{BrownForsythe, brown_forsythe};
pub use chi_square::{ChiSquare, chi_square};
pub use clustered::{cluster_variance, clustered, two_way};
pub use cramer_von_mises::{CramerVonMises, cramer_von_mises};
pub use day_level::{DayLevel, DayNoise, day_level};
pub use day_mean::day_mean;
pub use diebold_mariano::{DieboldMariano, diebold_mariano};
pub use fisher_exact::{FisherExact, fisher_exact};
pub use goodness_of_fit::goodness_of_fit;
pub(crate) use ks::exact_p;
pub use ks::{Ks, KsDistance, ks, ks_statistic};
pub use mann_whitney::{MannWhitney, mann_whitney};
pub use mcnemar::{McNemar, mcnemar};
pub use mean_test::{MeanTest, paired_t, two_proportions, welch};
pub use model_confidence_set::model_confidence_set;
pub use newey_west::{NeweyWest, newey_west};
pub use trend::{Trend, trend};

use crate::{Skip, profile::value_histogram::Groups};

/// Values on both sides together for which sums over ranks are exact in 128 bits.
const MAX_VALUES: u64 = 1 << 31;

/// Refuses samples with fewer than `least` values on a side, or too many to sum ranks exactly.
fn check_size(test: &str, groups: &Groups, least: u64) -> Result<(), Skip> {
    if groups.reference < least || groups.current < least {
        let noun = if least == 1 { "number" } else { "numbers" };
        return Err(Skip::because(format!("{test} needs at least {least} {noun} on either side")));
    }
    if groups.reference.saturating_add(groups.current) > MAX_VALUES {
        return Err(Skip::because(format!("{test} is not computed for more than {MAX_VALUES} values")));
    }
    Ok(())
}

/// The counts of both sides in the categories that occur; a missing end of one list counts as 0.
fn occurring(reference: &[u64], current: &[u64]) -> Vec<(u64, u64)> {
    let at = |counts: &[u64], i: usize| counts.get(i).copied().unwrap_or(0);
    let columns = (0..reference.len().max(current.len())).map(|i| (at(reference, i), at(current, i)));
    columns.filter(|(a, b)| *a > 0 || *b > 0).collect()
}

/// C(n, k), to the last digit while it is below 2^53.
fn binomial_coefficient(n: u64, k: u64) -> f64 {
    (1..=k.min(n - k)).fold(1.0, |product, i| product * (n + 1 - i) as f64 / i as f64)
}

#[cfg(test)]
pub(crate) mod tests {
    //! What the tests of means share.
    #![allow(clippy::unwrap_used)]

    use alloc::vec::Vec;
    use serde_json::Value;

    /// The cases of one list of `tests/oracle/comparisons.py`.
    pub(crate) fn comparisons(name: &str) -> Vec<Value> {
        let all: Value = serde_json::from_str(include_str!("../../../tests/vectors/comparisons.json")).unwrap();
        let cases = all[name].as_array().unwrap().clone();
        assert!(!cases.is_empty());
        cases
    }
}
