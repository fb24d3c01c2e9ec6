//! The area under the ROC curve without each cluster, from one sort of all rows: what a cluster's rows win and lose against all
//! others is taken away, and what they win among themselves, which was taken twice, is given back.

use alloc::{collections::BTreeMap, vec::Vec};

use super::LeftOut;
use crate::{order::StableOrder, profile::score::Scored};

/// The chance given to the positive label, and whether that happened.
#[derive(Clone, Copy)]
struct Chance {
    cluster: i64,
    chance: f64,
    happened: bool,
}

/// Of the rows (cluster, row) of a model of two labels; `None` where one of these never happens with or without a cluster.
pub(super) fn left_out(scored: &Scored<'_>, rows: &[(i64, usize)]) -> Option<LeftOut> {
    let mut chances = chances(scored, rows);
    let total = Wins::of(&mut chances);
    let mut lost: BTreeMap<i64, u64> = BTreeMap::new();
    chances.iter().zip(&total.each).for_each(|(row, wins)| *lost.entry(row.cluster).or_default() += wins);
    // A stable sort: within a cluster the order of the chances stays.
    chances.order_by_key(|row| row.cluster);
    let mut without = BTreeMap::new();
    for of_cluster in chances.chunk_by_mut(|a, b| a.cluster == b.cluster) {
        let (cluster, within) = (of_cluster[0].cluster, Wins::of(of_cluster));
        let rest = Wins {
            twice: total.twice + within.twice - lost.get(&cluster)?,
            positives: total.positives - within.positives,
            negatives: total.negatives - within.negatives,
            each: Vec::new(),
        };
        without.insert(cluster, rest.area()?);
    }
    Some(LeftOut { all: total.area()?, without })
}

fn chances(scored: &Scored<'_>, rows: &[(i64, usize)]) -> Vec<Chance> {
    let labels = rows.iter().filter_map(|(_, row)| scored.labels(*row));
    let Some(positive) = labels.flat_map(|(predicted, actual)| [predicted, actual]).max() else { return Vec::new() };
    let chance = |(cluster, row): &(i64, usize)| {
        let (trust, (_, actual)) = (scored.trust(*row)?, scored.labels(*row)?);
        let chance = if trust.predicted == positive { trust.confidence } else { 1.0 - trust.confidence };
        Some(Chance { cluster: *cluster, chance, happened: actual == positive })
    };
    rows.iter().filter_map(chance).collect()
}

/// Pairs of a positive and a negative row that are ranked right, counted twice so that ties count once.
struct Wins {
    twice: u64,
    positives: u64,
    negatives: u64,
    /// Of each row, in the order of the chances.
    each: Vec<u64>,
}

impl Wins {
    /// Sorts the rows by their chances, and counts.
    fn of(rows: &mut [Chance]) -> Self {
        rows.order_by(|a, b| a.chance.total_cmp(&b.chance));
        let count = |rows: &[Chance]| {
            let positives = rows.iter().filter(|row| row.happened).count() as u64;
            (positives, rows.len() as u64 - positives)
        };
        let (positives, negatives) = count(rows);
        let mut wins = Self { twice: 0, positives, negatives, each: Vec::with_capacity(rows.len()) };
        let (mut positives_below, mut negatives_below) = (0, 0);
        for tied in rows.chunk_by(|a, b| a.chance == b.chance) {
            let (positives_here, negatives_here) = count(tied);
            positives_below += positives_here;
            wins.twice += positives_here * (2 * negatives_below + negatives_here);
            let of_negative = 2 * (positives - positives_below) + positives_here;
            let of_positive = 2 * negatives_below + negatives_here;
            wins.each.extend(tied.iter().map(|row| if row.happened { of_positive } else { of_negative }));
            negatives_below += negatives_here;
        }
        wins
    }

    fn area(&self) -> Option<f64> {
        let pairs = 2 * self.positives * self.negatives;
        (pairs > 0).then(|| self.twice as f64 / pairs as f64)
    }
}
