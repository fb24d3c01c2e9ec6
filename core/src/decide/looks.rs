//! Which look of several a decision is, and how far from a value the bounds of a check then are.
//!
//! A candidate that is judged every night on data that grow would pass by chance sooner or later: with `looks` in the policy, the chance
//! of error that a check's `confidence` leaves is spent over all looks.

use alloc::{format, string::String};

use driftgate_documents::{Facts, Looks, Policy};

use crate::{
    Error, math,
    order::IntoOrdered,
    sequential::{self, MAX_LOOKS, Sides},
};

/// Which look this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// The only one.
    Only,
    /// One of any number.
    OfAny,
    /// The first number of the second; beyond it, nothing is left to decide with.
    OfPlanned(u32, u32),
}

impl Look {
    /// The look after the previous ones; a time that is there twice is one look.
    ///
    /// # Errors
    /// If a number of looks is planned that bounds are not computed for.
    pub(super) fn of(policy: &Policy, facts: &Facts) -> Result<Self, Error> {
        Ok(match policy.looks {
            None => Self::Only,
            Some(Looks::Any) => Self::OfAny,
            Some(Looks::Planned(planned)) if (1..=MAX_LOOKS).contains(&planned) => {
                let previous = facts.previous_looks.iter().into_set().len();
                Self::OfPlanned(u32::try_from(previous).unwrap_or(u32::MAX).saturating_add(1), planned)
            }
            Some(Looks::Planned(planned)) => {
                return Err(Error::usage(format!(
                    "policy, at looks.planned: {planned}; allowed is 1 to {MAX_LOOKS} (for more looks: looks = \"any\")"
                )));
            }
        })
    }

    /// The bounds of a check at `confidence`, in (0.5, 1).
    ///
    /// # Errors
    /// If the confidence is beyond those that looks can be planned for.
    pub(super) fn bound(self, confidence: f64) -> Result<Bound, String> {
        let deviate = match self {
            Self::Only => Some(math::normal_quantile(confidence)),
            Self::OfPlanned(look, planned) if look <= planned => {
                let bound = sequential::planned_look(look, planned, 1.0 - confidence, Sides::One);
                Some(bound.map_err(|error| error.message)?)
            }
            Self::OfAny | Self::OfPlanned(..) => None,
        };
        Ok(Bound { confidence, look: self, deviate })
    }
}

/// One-sided bounds on both sides of a value.
pub(super) struct Bound {
    /// In (0.5, 1).
    pub(super) confidence: f64,
    look: Look,
    /// In standard errors; `None` where the rows decide it, or no look is left.
    deviate: Option<f64>,
}

impl Bound {
    /// How many standard errors, of so many clusters of so many rows, the bounds are from the value: Student's t, unless
    /// clusters are unknown. `None` if no look is left.
    pub(super) fn deviate(&self, rows: u64, clusters: Option<u64>) -> Option<f64> {
        let normal = match self.look {
            Look::OfAny => sequential::always_valid_one_sided(rows, 1.0 - self.confidence),
            Look::Only | Look::OfPlanned(..) => self.deviate?,
        };
        Some(clusters.map_or(normal, |clusters| sequential::as_student(normal, clusters.saturating_sub(1) as f64)))
    }

    /// Which look it is, to be put behind the bounds.
    pub(super) fn look(&self) -> String {
        match self.look {
            Look::Only => String::new(),
            Look::OfAny => " (they hold at every look)".into(),
            Look::OfPlanned(look, planned) => format!(" (look {look} of {planned})"),
        }
    }
}
