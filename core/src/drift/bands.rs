//! How large an effect is: bands per distance, aligned so that one shift falls into the same band whichever is read.

use driftgate_documents::Severity;

/// The lower ends (inclusive) of minor, moderate and critical.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale(pub [f64; 3]);

impl Scale {
    /// Population stability index.
    pub const PSI: Self = Self([0.10, 0.25, 0.50]);
    /// Kolmogorov-Smirnov statistic; total variation and changes of a share are read on the same scale.
    pub const KS: Self = Self([0.13, 0.20, 0.28]);

    /// Jensen-Shannon distance, base 2.
    pub const JENSEN_SHANNON: Self = Self([0.13, 0.21, 0.29]);
    /// Hellinger distance.
    pub const HELLINGER: Self = Self([0.11, 0.18, 0.25]);
    /// Wasserstein distance in standard deviations of the reference.
    pub const WASSERSTEIN: Self = Self([0.32, 0.51, 0.73]);

    /// Change of a correlation.
    pub const CORRELATION: Self = Self([0.20, 0.30, 0.50]);
    /// Reconstruction error in multiples of the reference's.
    pub const RECONSTRUCTION: Self = Self([1.5, 2.0, 3.0]);

    /// The band an effect falls into; `None` below the first.
    #[must_use]
    pub fn band(self, effect: f64) -> Option<Severity> {
        let [minor, moderate, critical] = self.0;
        match effect {
            _ if effect >= critical => Some(Severity::Critical),
            _ if effect >= moderate => Some(Severity::Moderate),
            _ if effect >= minor => Some(Severity::Minor),
            _ => None,
        }
    }
}
