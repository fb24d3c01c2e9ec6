//! Performance estimated while actuals are still missing.

use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::Slice;

/// An estimate for some days, with a band that should hold the later truth, or the reason why there is none.
///
/// Learnt from days whose actuals are known: those of the reference or, if it knows none of this model, those of the current
/// window before actuals begin to be missing. It holds as long as what was learnt does: a model that became worse on
/// inputs and confidences like the old ones is not seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Estimate {
    /// The model.
    #[serde(rename = "where")]
    pub slice: Slice,
    /// `accuracy`, `auc` (of two labels; scores in twentieths, ties count half), `mae` or `mape` (in percent).
    pub metric: String,
    /// `calibrated_confidence` for classifiers, `error_model` for regressors.
    pub method: String,
    /// First day, such as `2008-10-01`: of the window, or of a calendar month in it.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Rows with a time and a prediction.
    pub rows: u64,
    /// Of these, rows whose actual is known.
    pub labelled: u64,
    /// The estimate over all rows, their actual known or not; `null` if it is refused. In [0, 1], or 0 and more for errors.
    pub value: Option<f64>,
    /// Lower end of the band; no lower than the metric can be.
    pub lower: Option<f64>,
    /// Upper end of the band; no higher than the metric can be.
    pub upper: Option<f64>,
    /// The share of bands that should hold the truth, such as 0.95.
    pub level: f64,
    /// The metric on the rows whose actual is known; `null` without any.
    pub realized: Option<f64>,
    /// The metric on the rows that the estimate was learnt from.
    pub reference: Option<f64>,
    /// Why there is no estimate, and what would help.
    pub refusal: Option<String>,
}
