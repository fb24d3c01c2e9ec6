//! Errors of predicted numbers. Sums are exact, so a slice of 10^9 rows is as right as one of ten.

use super::{Metrics, share};
use crate::{
    Skip, math,
    profile::{Score, centred_squares},
};

const NO_PAIRS: &str = "no row has both a prediction and an actual";
const NO_BASE: &str =
    "no base: map the last known value (--map base=COLUMN); a small log with symbol and time uses the previous actual";
const ZERO_ACTUALS: &str = "every actual is 0, a percentage of it is undefined";

/// MAE, RMSE, MAPE (percent), R2, and against the naive forecast (tomorrow is as today).
pub(super) fn regression(score: &Score, metrics: &mut Metrics) {
    metrics.set("mae", mean(&score.absolute.value(), score.pairs, NO_PAIRS));
    metrics.set("rmse", mean(&score.squared.value(), score.pairs, NO_PAIRS).map(math::sqrt));
    let mape = mean(&score.relative.value(), score.relative_rows, no_percentage(score)).map(|mape| 100.0 * mape);
    metrics.set_over("mape", score.relative_rows, mape);
    metrics.set("r2", r2(score));
    if score.pairs > 0 {
        naive(score, metrics);
    }
}

fn naive(score: &Score, metrics: &mut Metrics) {
    let rows = score.based_rows;
    metrics.set_over("directional_accuracy", rows, share(score.direction_right, rows, NO_BASE));
    let naive_mae = mean(&score.naive_absolute.value(), rows, NO_BASE);
    metrics.set_over("naive_mae", rows, naive_mae.clone());
    let naive_mape = mean(&score.naive_relative.value(), score.naive_relative_rows, NO_BASE).map(|mape| 100.0 * mape);
    metrics.set_over("naive_mape", score.naive_relative_rows, naive_mape);
    let mae = mean(&score.based_absolute.value(), rows, NO_BASE);
    metrics.set("skill", naive_mae.and_then(|naive| ratio(mae?, naive)));
}

fn ratio(mae: f64, naive: f64) -> Result<f64, Skip> {
    if naive > 0.0 { Ok(mae / naive) } else { Err(Skip::because("the naive forecast makes no error")) }
}

fn no_percentage(score: &Score) -> &'static str {
    if score.pairs == 0 { NO_PAIRS } else { ZERO_ACTUALS }
}

fn mean(sum: &f64, rows: u64, nothing: &str) -> Result<f64, Skip> {
    if rows == 0 { Err(Skip::because(nothing)) } else { Ok(sum / rows as f64) }
}

/// 1 - residual / total sum of squares; skipped where the actuals are constant.
fn r2(score: &Score) -> Result<f64, Skip> {
    if score.pairs == 0 {
        return Err(Skip::because(NO_PAIRS));
    }
    let total = centred_squares(score.pairs, &score.actual, &score.actual_squares);
    if total > 0.0 { Ok(1.0 - score.squared.value() / total) } else { Err(Skip::because("the actuals are constant")) }
}
