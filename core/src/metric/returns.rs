//! What a P&L by day says: the Sharpe ratio and the largest drawdown.
//!
//! The value of a day is the mean P&L of its positions, in percent; days without one are left out. Sources: Sharpe (1994),
//! with no risk-free rate; drawdown of the compounded days from 1 on, which stays at 100 % once all is lost.

use alloc::{collections::BTreeMap, vec::Vec};

use driftgate_documents::Classes;

use super::positions;
use crate::{
    Skip, math,
    profile::{Decider, ExactSum, Money, Resolution, centred_squares, score::Scored},
    table::{NO_TIME, Table},
};

/// Outcomes and P&L of rows by day, `offset` seconds east of Greenwich; rows without a time are left out.
#[must_use]
pub fn money_by_day(
    table: &Table,
    scored: &Scored<'_>,
    rows: impl Iterator<Item = usize>,
    offset: i64,
) -> BTreeMap<i64, Money> {
    let mut days: BTreeMap<i64, Money> = BTreeMap::new();
    for row in rows.filter(|row| table.time[*row] != NO_TIME) {
        days.entry(Resolution::Day.bucket(table.time[row], offset)).or_default().add(scored, row);
    }
    days
}

/// The mean P&L of the model's positions of each day that has any, by day.
///
/// # Errors
/// If there were too many labels to tell positions.
pub fn daily_means(days: &BTreeMap<i64, Money>, classes: Option<&Classes>) -> Result<Vec<(i64, f64)>, Skip> {
    let mut means = Vec::new();
    for (day, money) in days {
        if let Some(ledger) = money.ledger(Decider::Model) {
            let positions = positions(ledger, classes)?;
            means.extend(positions.pnl.mean(positions.priced).map(|mean| (*day, mean)));
        }
    }
    Ok(means)
}

/// mean / standard deviation (divisor n - 1) of the days, times the root of the days of a year.
///
/// # Errors
/// If there are fewer than two days, or all days are alike.
pub fn sharpe(days: &[f64], days_per_year: u32) -> Result<f64, Skip> {
    if days.len() < 2 {
        return Err(Skip::because("fewer than two days have positions with a P&L"));
    }
    let (mut sum, mut squares, n) = (ExactSum::new(), ExactSum::new(), days.len() as u64);
    for day in days {
        sum.add(*day);
        squares.add_square(*day);
    }
    let variance = centred_squares(n, &sum, &squares) / (n - 1) as f64;
    if variance > 0.0 {
        Ok(sum.value() / n as f64 / math::sqrt(variance) * math::sqrt(f64::from(days_per_year)))
    } else {
        Err(Skip::because("the mean P&L is the same on all days"))
    }
}

/// The largest fall from a peak, in percent of the peak, of what 1 became when each day's percents were earned on all of it;
/// in [0, 100].
///
/// # Errors
/// If there are no days, or what became of it is too large for a number.
pub fn max_drawdown(days: &[f64]) -> Result<f64, Skip> {
    if days.is_empty() {
        return Err(Skip::because("no day has positions with a P&L"));
    }
    let (mut worth, mut peak, mut worst) = (1.0_f64, 1.0_f64, 0.0_f64);
    for day in days {
        worth *= (1.0 + day / 100.0).max(0.0);
        if !worth.is_finite() {
            return Err(Skip::because("the compounded P&L is too large for a number: is it in percent?"));
        }
        peak = peak.max(worth);
        worst = worst.max(1.0 - worth / peak);
    }
    Ok(100.0 * worst)
}
