//! How far apart are two samples? One file per distance; none of them says whether it could be chance.
//!
//! A number of a binned distance means little without its binning, so each names its convention. The default ones work
//! at any size; those of other tools need every value, and are skipped once a histogram has had to summarise.

mod bins;
mod cramers_v;
mod energy;
mod gaps;
mod hellinger;
mod jensen_shannon;
mod kullback_leibler;
mod l_infinity;
mod psi;
mod total_variation;
mod wasserstein;

pub use cramers_v::cramers_v;
pub use energy::energy;
pub use hellinger::{hellinger, hellinger_categories};
pub use jensen_shannon::{JensenShannonConvention, jensen_shannon, jensen_shannon_categories};
pub use kullback_leibler::{kullback_leibler, kullback_leibler_categories};
pub use l_infinity::l_infinity;
pub use psi::{Psi, PsiConvention, psi, psi_by, psi_categories, psi_categories_by};
pub use total_variation::total_variation;
pub use wasserstein::{Wasserstein, wasserstein};

/// A distance between two samples of numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distance {
    /// The distance; 0 between equal samples.
    pub value: f64,
    /// How far a share of values may be off, in [0, 2]: the rank errors of both sides added; 0 while both are exact.
    pub rank_error: f64,
}

#[cfg(test)]
pub(crate) mod tests;
