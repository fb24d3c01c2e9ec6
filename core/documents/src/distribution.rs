//! How the values of columns are spread: what a page draws over each other.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::FindingKind;

/// How the values of one column are spread in every window, over the same bins or levels: all rows of the model in question.
///
/// A column is one of numbers if the windows together hold more numbers than texts. Without any value in any window there are
/// neither bins nor levels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Distribution {
    /// The kind of the findings on this column's distribution; `null` of the actual, which no finding judges by itself.
    pub kind: Option<FindingKind>,
    /// The column, as findings name it.
    pub column: String,
    /// Of numbers: the edges of the bins, ascending, one more than there are bins; a bin holds edge <= x < next edge, the last
    /// one its upper edge too. Bins are equally wide, by 1, 2 or 5 times a power of ten, so edges are short decimals. They reach
    /// from the least 0.5 % quantile to the greatest 99.5 % quantile of the windows, and where these are equal from the least value
    /// to the greatest; around a single value there is one bin. Whole numbers that need no more bins than asked for stand in the
    /// middle of bins of width 1. Empty of categories.
    pub edges: Vec<f64>,
    /// Of categories: the 20 levels that are most frequent in all windows together, most frequent first, equally frequent ones by
    /// name. Of a column with more than 4,096 levels in a window it is 20 of those that are counted. Empty of numbers.
    pub levels: Vec<String>,
    /// In the reference window, if there is one.
    pub reference: Option<Counts>,
    /// In the current window.
    pub current: Option<Counts>,
    /// In the baseline window, if there is one.
    pub baseline: Option<Counts>,
}

/// The values of one column in one window, counted. `counts`, `below`, `above` and `other` add up to `values`, and with
/// `missing` to the rows of the model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Counts {
    /// Values in each bin, or of each level.
    pub counts: Vec<u64>,
    /// Numbers below the first edge.
    pub below: u64,
    /// Numbers above the last edge.
    pub above: u64,
    /// Values of levels that are not listed.
    pub other: u64,
    /// Rows without a value of the column's kind: as in `missingness`, a word among numbers is none.
    pub missing: u64,
    /// Values.
    pub values: u64,
    /// The mean of the numbers. `mean`, `min`, `median` and `max` are `null` without numbers, and of categories.
    pub mean: Option<f64>,
    /// The smallest number.
    pub min: Option<f64>,
    /// The median: between the two in the middle, if their number is even.
    pub median: Option<f64>,
    /// The largest number.
    pub max: Option<f64>,
    /// How far summarising may have moved a rank, as a share of `values` in [0, 1]: so many of them may be counted on the wrong side
    /// of an edge, or lie on the wrong side of the median. 0 is exact, as of every log that is kept whole and of categories.
    pub rank_error: f64,
}
