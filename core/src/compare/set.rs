//! More than two models on the same cases: those that cannot be told from the best.

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use driftgate_documents::{ConfidenceSet, SetMember, Spread};

use super::{Arm, Question, arms::mean};
use crate::{
    Skip,
    hypothesis::model_confidence_set,
    math,
    order::{IntoOrdered, StableOrder},
};

/// The model confidence set of at least three arms, on the daily mean losses of the cases they all answered.
///
/// # Errors
/// If no case is common to all, some have no time, or there are too few days.
pub fn confidence_set(arms: &[Arm<'_>], question: &Question<'_>) -> Result<ConfidenceSet, Skip> {
    let cases = common_to_all(arms, question.metric.name);
    if cases.is_empty() {
        return Err(Skip::because("no case was answered by all arms"));
    }
    let mut days: BTreeMap<i64, Vec<&Vec<usize>>> = BTreeMap::new();
    for places in &cases {
        let day = arms[0].days[places[0]].ok_or_else(|| Skip::because("some rows have no time"))?;
        days.entry(day).or_default().push(places);
    }
    let sign = if question.metric.larger_is_better { -1.0 } else { 1.0 };
    let value =
        |arm: usize, place: usize| arms[arm].values.get(question.metric.name).map_or(f64::NAN, |values| values[place]);
    let daily = |arm: usize| {
        let of_day =
            |places: &Vec<&Vec<usize>>| mean(places.iter().map(|places| sign * value(arm, places[arm]))).unwrap_or(0.0);
        days.values().map(of_day).collect::<Vec<f64>>()
    };
    let losses: Vec<Vec<f64>> = (0..arms.len()).map(daily).collect();
    let p_values = model_confidence_set(&losses, question.draws, question.seed)?;
    let root = question.metric.spread == Spread::RootMean;
    let member = |(arm, p_value): (usize, f64)| {
        let mean = mean(cases.iter().map(|places| value(arm, places[arm]))).unwrap_or(0.0);
        SetMember {
            name: arms[arm].name.clone(),
            value: if root { math::sqrt(mean) } else { mean },
            p_value,
            included: p_value >= question.alpha,
        }
    };
    let mut models: Vec<SetMember> = p_values.into_iter().enumerate().map(member).collect();
    models.order_by(|a, b| b.p_value.total_cmp(&a.p_value).then((sign * a.value).total_cmp(&(sign * b.value))));
    Ok(ConfidenceSet { confidence: 1.0 - question.alpha, n: cases.len() as u64, days: days.len() as u64, models })
}

/// Of every case with a value in all arms, its place in each.
fn common_to_all(arms: &[Arm<'_>], metric: &str) -> Vec<Vec<usize>> {
    let has = |arm: &Arm<'_>, place: usize| arm.values.get(metric).is_some_and(|values| !values[place].is_nan());
    let places = |arm: &Arm<'_>| {
        let with_id = (0..arm.rows.len()).filter(|place| !arm.id(*place).is_empty() && has(arm, *place));
        with_id.map(|place| (String::from(arm.id(place)), place)).into_map()
    };
    let all: Vec<BTreeMap<String, usize>> = arms.iter().map(places).collect();
    let Some((first, others)) = all.split_first() else { return Vec::new() };
    let case = |(id, place): (&String, &usize)| {
        let elsewhere = others.iter().map(|arm| arm.get(id).copied()).collect::<Option<Vec<usize>>>()?;
        Some(core::iter::once(*place).chain(elsewhere).collect())
    };
    first.iter().filter_map(case).collect()
}
