//! Model confidence set: of several models, which may be the best one?
//!
//! Models are held against the mean of those still in the set; while chance does not explain the worst of them, it leaves.
//! A model's p-value is the level below which it stays: with probability 1 - alpha the best model is among those whose
//! p-value is at least alpha. Use on daily losses of the same days. It finds no order among those that stay, and with few
//! days nearly all of them do.
//!
//! Edge cases: the model that stays to the end has p-value 1, as do models with equal losses; a model that differs from the
//! others by the same on every day is skipped with them, since nothing can be said about chance.
//! Source: Hansen, Lunde and Nason (2011) with their statistic T_max, as arch 8 `MCS(method="max")`; in place of the share
//! of draws, 1 is added to both counts. Blocks of the largest [`optimal_block_length`](super::optimal_block_length()) of a
//! model's difference from the mean of all.

use alloc::{vec, vec::Vec};

use super::{
    block_length::{block_length, enough_days},
    centred::Centred,
    resample::Resample,
};
use crate::{Skip, math::sqrt};

/// A variance below this share of the squared losses is what rounding leaves of equal ones.
const ROUNDING: f64 = 1e-24;

/// The p-value of each model, in (0, 1]; `losses` are by model and day, smaller is better.
///
/// # Errors
/// If there is no model or draw, series differ in length or have fewer than nine days, a model differs from the others by the
/// same on every day, or losses are too far apart.
pub fn model_confidence_set(losses: &[Vec<f64>], draws: u32, seed: u64) -> Result<Vec<f64>, Skip> {
    let days = losses.first().map_or(0, Vec::len);
    enough_days(days)?;
    if losses.iter().any(|of| of.len() != days) || draws == 0 {
        return Err(Skip::because("a model confidence set needs the same days of every model, and draws"));
    }
    let relative = relative(losses)?;
    let length = relative.iter().map(block_length).fold(1.0, f64::max);
    let resampled = resampled_means(&relative, Resample::new(days, length, seed), draws);
    let means: Vec<f64> = relative.iter().map(|of| of.mean).collect();
    let squares = losses.iter().flatten().map(|loss| loss * loss).sum::<f64>() / (days * losses.len()) as f64;
    if !squares.is_finite() {
        return Err(Skip::because("the losses are too far apart to compute with"));
    }
    let mut inside: Vec<usize> = (0..losses.len()).collect();
    let mut p_values = vec![1.0; losses.len()];
    let mut largest = 0.0_f64;
    while inside.len() > 1 {
        let round = Round::of(&inside, &means, &resampled, ROUNDING * squares / days as f64)?;
        // A model that leaves later has at least the p-value of those before it.
        largest = largest.max(round.p_value);
        round.worst.iter().for_each(|model| p_values[*model] = largest);
        inside.retain(|model| !round.worst.contains(model));
    }
    Ok(p_values)
}

/// The losses of each model minus the mean of all models' on that day.
fn relative(losses: &[Vec<f64>]) -> Result<Vec<Centred>, Skip> {
    let count = losses.len() as f64;
    let common = |day: usize| losses.iter().map(|of| of[day]).sum::<f64>() / count;
    let of = |model: &Vec<f64>| {
        let apart: Vec<f64> = model.iter().enumerate().map(|(day, loss)| loss - common(day)).collect();
        Centred::of("a model confidence set", &apart)
    };
    losses.iter().map(of).collect()
}

/// Draw after draw, the mean of each model over the same resampled days, less its mean over all days.
fn resampled_means(relative: &[Centred], mut resample: Resample, draws: u32) -> Vec<f64> {
    let (models, days) = (relative.len(), relative.first().map_or(0, |of| of.days.len()));
    let by_day: Vec<f64> = (0..days).flat_map(|day| relative.iter().map(move |of| of.days[day])).collect();
    let mut sums = vec![0.0; models * draws as usize];
    for sums in sums.chunks_exact_mut(models) {
        resample.draw(|day| sums.iter_mut().zip(&by_day[day * models..]).for_each(|(sum, value)| *sum += value));
    }
    sums.iter().map(|sum| sum / days as f64).collect()
}

/// Who is worst of those in the set, and how surprising that is.
struct Round {
    /// One model, or several with the same losses.
    worst: Vec<usize>,
    p_value: f64,
}

impl Round {
    /// `resampled` holds a mean by draw and model; variances up to `rounding` are those of equal losses.
    fn of(inside: &[usize], means: &[f64], resampled: &[f64], rounding: f64) -> Result<Self, Skip> {
        let apart: Vec<f64> = apart(inside, means).collect();
        let draws: Vec<f64> = resampled.chunks_exact(means.len()).flat_map(|draw| self::apart(inside, draw)).collect();
        let draws = draws.chunks_exact(inside.len());
        let count = draws.len() as f64;
        let mut errors = Vec::new();
        for (at, mean) in apart.iter().enumerate() {
            let variance = draws.clone().map(|draw| draw[at] * draw[at]).sum::<f64>() / count;
            let equal = variance <= rounding;
            if equal && mean * mean > rounding {
                return Err(Skip::because(
                    "a model differs from the others by the same on every day, so nothing can be said about chance",
                ));
            }
            // Equal models are 0 standard errors apart, whatever rounding leaves.
            errors.push(if equal { f64::INFINITY } else { sqrt(variance) });
        }
        let largest = |values: &[f64]| values.iter().zip(&errors).map(|(x, error)| x / error).fold(f64::MIN, f64::max);
        let statistic = largest(&apart);
        let is_worst = |at: usize| apart[at] / errors[at] == statistic;
        let worst = (0..inside.len()).filter(|at| is_worst(*at)).map(|at| inside[at]).collect();
        // As in a bootstrap of one series, a draw that is as far counts as such, whatever rounding did.
        let as_far = draws.clone().filter(|draw| largest(draw) >= statistic * (1.0 - 1e-12)).count();
        Ok(Self { worst, p_value: (1.0 + as_far as f64) / (1.0 + count) })
    }
}

/// The values of those in the set, each less their mean.
fn apart<'a>(inside: &'a [usize], values: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
    let mean = inside.iter().map(|model| values[*model]).sum::<f64>() / inside.len() as f64;
    inside.iter().map(move |model| values[*model] - mean)
}

#[cfg(test)]
mod tests;
