//! Where a stream of values changes: what a detector is asked, and its answer.
//!
//! Names and defaults of the options are those of river 0.26.1, where it has the detector.

use alloc::{string::String, vec::Vec};
use serde::{Deserialize, Serialize};

/// Which detector looks, and its options. What is left out has its default; the answer echoes what was used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "detector", rename_all = "snake_case")]
pub enum DetectOptions {
    /// Numbers: a window that grows while its mean stays the same, and is cut where it does not.
    Adwin(AdwinOptions),
    /// Errors (0 or 1): the error rate against the lowest so far.
    Ddm(DdmOptions),
    /// Errors (0 or 1): the distance between errors against the longest so far.
    Eddm(EddmOptions),
    /// Values in [0, 1]: means before and after a cut, by Hoeffding's bound.
    HddmA(HddmAOptions),
    /// Values in [0, 1]: exponentially weighted means before and after a cut, by McDiarmid's bound.
    HddmW(HddmWOptions),
    /// Numbers: the latest values against a sample of those before, by the Kolmogorov-Smirnov test.
    Kswin(KswinOptions),
    /// Numbers: summed deviations from the mean so far.
    PageHinkley(PageHinkleyOptions),
    /// Numbers: summed deviations from a mean that is given or learnt first, in standard deviations.
    Cusum(CusumOptions),
}

/// How ADWIN looks for a change of the mean.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct AdwinOptions {
    /// The chance of a false alarm that its bound is made for, in (0, 1); by default 0.002.
    pub delta: f64,
    /// A change is looked for once in so many values, at least 1; by default 32.
    pub clock: u32,
    /// Buckets of one size before two become one of the next, 2 to 1,000; by default 5.
    pub max_buckets: u32,
    /// The least values on either side of a cut, at least 1; by default 5.
    pub min_window_length: u32,
    /// No change is looked for while the window has no more values than this; by default 10.
    pub grace_period: u32,
}

impl Default for AdwinOptions {
    fn default() -> Self {
        Self { delta: 0.002, clock: 32, max_buckets: 5, min_window_length: 5, grace_period: 10 }
    }
}

/// How DDM looks for a rise of the error rate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct DdmOptions {
    /// Values before anything is said; by default 30.
    pub warm_start: u32,
    /// A warning is so many standard deviations above the lowest rate, at least 0; by default 2.
    pub warning_threshold: f64,
    /// A change is so many, at least `warning_threshold`; by default 3.
    pub drift_threshold: f64,
}

impl Default for DdmOptions {
    fn default() -> Self {
        Self { warm_start: 30, warning_threshold: 2.0, drift_threshold: 3.0 }
    }
}

/// How EDDM looks for errors that come closer together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct EddmOptions {
    /// Errors before anything is said; by default 30.
    pub warm_start: u32,
    /// A warning is a distance below this share of the longest, `beta` to 1; by default 0.95.
    pub alpha: f64,
    /// A change is one below this share, above 0 and at most 1; by default 0.9.
    pub beta: f64,
}

impl Default for EddmOptions {
    fn default() -> Self {
        Self { warm_start: 30, alpha: 0.95, beta: 0.9 }
    }
}

/// How HDDM-A compares means.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct HddmAOptions {
    /// The chance of error of a change, in (0, 1); by default 0.001.
    pub drift_confidence: f64,
    /// The chance of error of a warning, `drift_confidence` to below 1; by default 0.005.
    pub warning_confidence: f64,
    /// Whether a fall is a change, too; by default only a rise is.
    pub two_sided_test: bool,
}

impl Default for HddmAOptions {
    fn default() -> Self {
        Self { drift_confidence: 0.001, warning_confidence: 0.005, two_sided_test: false }
    }
}

/// How HDDM-W compares weighted means.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct HddmWOptions {
    /// The chance of error of a change, in (0, 1); by default 0.001.
    pub drift_confidence: f64,
    /// The chance of error of a warning, `drift_confidence` to below 1; by default 0.005.
    pub warning_confidence: f64,
    /// The weight of the latest value, above 0 and at most 1; by default 0.05.
    pub lambda_val: f64,
    /// Whether a fall is a change, too; by default only a rise is.
    pub two_sided_test: bool,
}

impl Default for HddmWOptions {
    fn default() -> Self {
        Self { drift_confidence: 0.001, warning_confidence: 0.005, lambda_val: 0.05, two_sided_test: false }
    }
}

/// How KSWIN compares distributions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct KswinOptions {
    /// The p-value at which it is a change, in (0, 1), tested anew with every value; by default 0.005.
    pub alpha: f64,
    /// Values that are kept, at least twice `stat_size` and at most 100,000; by default 100.
    pub window_size: u32,
    /// How many of them are the latest, and how many of the others are drawn, 1 to 10,000; by default 30.
    pub stat_size: u32,
    /// The seed of the draws; by default 1.
    pub seed: u64,
}

impl Default for KswinOptions {
    fn default() -> Self {
        Self { alpha: 0.005, window_size: 100, stat_size: 30, seed: 1 }
    }
}

/// Which way a mean may move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Shifts {
    /// A rise is a change.
    Up,
    /// A fall is a change.
    Down,
    /// Either is.
    #[default]
    Both,
}

/// How the Page-Hinkley test sums deviations.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct PageHinkleyOptions {
    /// Values before anything is said; by default 30.
    pub min_instances: u32,
    /// A deviation that is let pass, in the unit of the values, at least 0; by default 0.005.
    pub delta: f64,
    /// A change is a sum above this, in the unit of the values, at least 0; by default 50.
    pub threshold: f64,
    /// What is left of a sum with each further value, in [0, 1]; by default 0.9999.
    pub alpha: f64,
    /// Which way the mean may move; by default both.
    pub mode: Shifts,
}

impl Default for PageHinkleyOptions {
    fn default() -> Self {
        Self { min_instances: 30, delta: 0.005, threshold: 50.0, alpha: 1.0 - 0.0001, mode: Shifts::Both }
    }
}

/// How CUSUM sums deviations.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct CusumOptions {
    /// A deviation that is let pass: half the shift to be found, in standard deviations, at least 0; by default 0.5.
    pub k: f64,
    /// A change is a sum above this, in standard deviations, above 0; by default 5.
    pub h: f64,
    /// Values from which mean and standard deviation are learnt where they are not given, at least 2; by default 100.
    pub warm_start: u32,
    /// The mean that is to be kept, given together with `sd`.
    pub mean: Option<f64>,
    /// The standard deviation, above 0, given together with `mean`.
    pub sd: Option<f64>,
}

impl Default for CusumOptions {
    fn default() -> Self {
        Self { k: 0.5, h: 5.0, warm_start: 100, mean: None, sd: None }
    }
}

/// Where a stream of values changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Detection {
    /// Version of this document's form: 1.
    pub schema: u32,
    /// Always `detection`.
    pub kind: String,
    /// The version of driftgate that detected.
    pub driftgate: String,
    /// The detector with all of its options.
    pub options: DetectOptions,
    /// How many values were given, missing ones too.
    pub values: u64,
    /// How many of them were missing (NaN).
    pub missing: u64,
    /// Where a change was found, in the order of the values. After each the detector began anew.
    pub changes: Vec<DetectedChange>,
    /// Where a detector that warns (ddm, eddm, hddm_a, hddm_w) did, without a pause, in the order of the values.
    pub warnings: Vec<WarningZone>,
}

/// A change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DetectedChange {
    /// The place of the value at which it was found, from 0; it began earlier.
    pub at: u64,
    /// The level before, as the detector estimates it, in the unit of the values; `null` of eddm and page_hinkley.
    pub before: Option<f64>,
    /// The level after, likewise.
    pub after: Option<f64>,
}

/// Values that each gave a warning, and no change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WarningZone {
    /// The place of the first, from 0.
    pub from: u64,
    /// The place of the last.
    pub to: u64,
}
