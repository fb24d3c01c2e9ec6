//! Fisher's exact test on the categories of two samples: how likely are counts this uneven, given their totals?
//!
//! Use instead of [`chi_square`](super::chi_square()) where counts are small (expected ones below 5). It conditions on how
//! often each category occurs on both sides together. Values are taken as independent.
//!
//! For two categories it is Fisher's test; for more, Freeman and Halton's extension of it. All tables with the same
//! totals are walked through; more than a million of them are skipped, since then chi-square is good.
//!
//! Edge cases: categories that occur on neither side are left out; an empty side or a single category is skipped.
//! Source: Fisher (1934), Freeman and Halton (1951); as R's `fisher.test`: the chances of all tables that are no more
//! likely than the observed one, within a relative 1e-7 for ties.

use alloc::{vec, vec::Vec};

use super::occurring;
use crate::{Skip, math::binomial_pmf, order::StableOrder};

/// More tables than this are not walked through.
const MAX_TABLES: f64 = 1_000_000.0;
/// Counts up to here are exact in f64.
const MAX_ROWS: u128 = 1 << 53;
/// Tables this much more likely than the observed one count as equally likely.
const TIE: f64 = 1.0 + 1e-7;

/// How surprising the counts are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FisherExact {
    /// Two-sided p-value, in (0, 1].
    pub p_value: f64,
}

/// Compares the counts of two samples, category by category; a missing end of one list counts as 0.
///
/// # Errors
/// If a side is empty, fewer than two categories occur, or more than a million tables have the same totals.
pub fn fisher_exact(reference: &[u64], current: &[u64]) -> Result<FisherExact, Skip> {
    let mut columns = occurring(reference, current);
    let rows: u128 = columns.iter().map(|(a, b)| u128::from(*a) + u128::from(*b)).sum();
    if rows > MAX_ROWS {
        return Err(Skip::because("Fisher's test is not computed for more than 2^53 rows"));
    }
    let (n, m) = columns.iter().fold((0, 0), |(n, m), (a, b)| (n + a, m + b));
    if n == 0 || m == 0 || columns.len() < 2 {
        return Err(Skip::because("Fisher's test needs rows on either side and at least two categories"));
    }
    columns.order_by_key(|(a, b)| a + b);
    let totals: Vec<u64> = columns.iter().map(|(a, b)| a + b).collect();
    let others = totals.len() - 1;
    if totals[..others].iter().map(|total| *total as f64 + 1.0).product::<f64>() > MAX_TABLES {
        return Err(Skip::because("Fisher's test would have to walk through more than a million tables"));
    }
    let observed: Vec<usize> = columns[..others].iter().map(|(a, _)| *a as usize).collect();
    let tables = Tables::new(&totals, (n, n + m));
    let limit = tables.chance_of(&observed).unwrap_or(0.0) * TIE;
    Ok(FisherExact { p_value: tables.sum_up_to(limit).min(1.0) })
}

/// All ways to share out the totals of the categories.
struct Tables {
    /// Chance of each count of the reference in each category but the largest, as if categories were independent.
    chances: Vec<Vec<f64>>,
    /// Rows of the largest category, whose count follows from the others.
    largest: u64,
    /// Rows of the reference, and of both sides.
    share: (u64, u64),
    /// The chance that independent categories give as many rows of the reference.
    total: f64,
}

impl Tables {
    /// The tables with these totals by category, of which there is at least one.
    fn new(totals: &[u64], share: (u64, u64)) -> Self {
        let (largest, others) = totals.split_last().unwrap_or((&0, &[]));
        let of = |size: &u64| (0..=*size).map(|count| binomial_pmf(count, *size, share)).collect();
        let total = binomial_pmf(share.0, share.1, share);
        Self { chances: others.iter().map(of).collect(), largest: *largest, share, total }
    }

    /// The chance of one table, by the counts of the reference in all categories but the largest; `None` if they are
    /// too many or too few.
    fn chance_of(&self, counts: &[usize]) -> Option<f64> {
        let rest = self.share.0.checked_sub(counts.iter().sum::<usize>() as u64)?;
        if rest > self.largest {
            return None;
        }
        let product: f64 = counts.iter().zip(&self.chances).map(|(count, chances)| chances[*count]).product();
        Some(product * binomial_pmf(rest, self.largest, self.share) / self.total)
    }

    /// The sum of the chances of all tables, where they are at most `limit`.
    fn sum_up_to(&self, limit: f64) -> f64 {
        let mut counts = vec![0; self.chances.len()];
        let mut sum = 0.0;
        loop {
            sum += self.chance_of(&counts).filter(|chance| *chance <= limit).unwrap_or(0.0);
            let next = counts.iter().zip(&self.chances).position(|(count, chances)| count + 1 < chances.len());
            let Some(place) = next else { return sum };
            counts[place] += 1;
            counts[..place].fill(0);
        }
    }
}

#[cfg(test)]
mod tests;
