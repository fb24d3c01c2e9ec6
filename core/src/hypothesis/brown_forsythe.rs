//! Brown-Forsythe test: did the spread around the median change?
//!
//! Use for volatility: it compares mean absolute deviations from the own median, so neither a shift nor heavy tails
//! disturb it. It is blind to a change of shape at equal spread. Values are taken as independent.
//!
//! Edge cases: an empty side and fewer than three values together are skipped, and so are samples whose values all lie
//! equally far from their median, which leaves nothing to measure chance by. Beyond 16,384 distinct values those of one
//! cell count as its middle. Source: Brown and Forsythe (1974); as scipy 1.17 `levene` with `center="median"`; with two
//! samples F is a squared t, whose tail keeps its digits.

use crate::{
    Skip,
    math::{abs, sqrt, student_t_two_sided},
    profile::{
        exact_sum::{ExactSum, centred_squares},
        value_histogram::ValueHistogram,
    },
};

/// How the spreads differ, and how surprising that is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BrownForsythe {
    /// F with 1 and `df` degrees of freedom, at least 0.
    pub statistic: f64,
    /// Degrees of freedom within the samples: n + m - 2.
    pub df: f64,
    /// P(a value at least this large), in [0, 1].
    pub p_value: f64,
    /// Mean absolute deviation from the median in the reference, in its units.
    pub spread_reference: f64,
    /// Mean absolute deviation from the median in the current sample, in its units.
    pub spread_current: f64,
}

/// Compares two samples.
///
/// # Errors
/// If a side is empty, there are fewer than three values, they are too far apart for f64, or do not vary in distance.
pub fn brown_forsythe(reference: &ValueHistogram, current: &ValueHistogram) -> Result<BrownForsythe, Skip> {
    let sides = (Deviations::of(reference), Deviations::of(current));
    let (Some(before), Some(now)) = sides else {
        return Err(Skip::because("the Brown-Forsythe test needs at least one number on either side"));
    };
    let (n, m) = (reference.len() as f64, current.len() as f64);
    let df = n + m - 2.0;
    let (within, gap) = (before.squares + now.squares, now.mean - before.mean);
    if !(within.is_finite() && gap.is_finite()) {
        return Err(Skip::because("the values are too far apart to compute with"));
    }
    if df < 1.0 || within == 0.0 {
        return Err(Skip::because("the Brown-Forsythe test needs values at different distances from their median"));
    }
    let t = gap / sqrt(within / df * (1.0 / n + 1.0 / m));
    let p_value = student_t_two_sided(t, df);
    Ok(BrownForsythe { statistic: t * t, df, p_value, spread_reference: before.mean, spread_current: now.mean })
}

/// Absolute deviations from the median: their mean, and the squares around it.
struct Deviations {
    mean: f64,
    squares: f64,
}

impl Deviations {
    fn of(side: &ValueHistogram) -> Option<Self> {
        let (centre, n) = (side.quantile(0.5)?, side.len());
        let (mut sum, mut squares) = (ExactSum::new(), ExactSum::new());
        for cell in side.cells().iter() {
            let deviation = abs(cell.middle() - centre);
            if !deviation.is_finite() {
                return Some(Self { mean: f64::INFINITY, squares: f64::INFINITY });
            }
            sum.add_times(deviation, cell.count);
            squares.add_square_times(deviation, cell.count);
        }
        Some(Self { mean: sum.mean(n)?, squares: centred_squares(n, &sum, &squares) })
    }
}

#[cfg(test)]
mod tests;
