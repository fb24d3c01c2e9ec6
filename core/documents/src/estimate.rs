//! Performance estimated while actuals are still missing.

use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::Slice;

/// An estimate for some days, with a band that should hold the later truth, or the reason why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The model.
    #[serde(rename = "where")]
    pub slice: Slice,
    /// `accuracy`, `auc`, `mae` or `mape`.
    pub metric: String,
    /// `calibrated_confidence` for classifiers, `error_model` for regressors.
    pub method: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Rows with a prediction.
    pub rows: u64,
    /// Of these, rows whose actual is known.
    pub labelled: u64,
    /// The estimate; `null` if it is refused.
    pub value: Option<f64>,
    /// Lower end of the band.
    pub lower: Option<f64>,
    /// Upper end of the band.
    pub upper: Option<f64>,
    /// The share of bands that should hold the truth, such as 0.95.
    pub level: f64,
    /// The metric on the rows whose actual is known.
    pub realized: Option<f64>,
    /// The metric on the rows that the estimate was learnt from.
    pub reference: Option<f64>,
    /// Why there is no estimate, and what would help.
    pub refusal: Option<String>,
}
