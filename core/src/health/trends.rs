//! Where the metrics of a model go over the days of the current window.

use alloc::{format, string::String, vec::Vec};

use driftgate_documents::{Direction, Role, Skipped, Slice, Task, Trend};

use crate::{
    Skip,
    drift::{Side, model_slice},
    hypothesis::trend,
    profile::{Bucket, ColumnKey, Moments, Resolution, View},
    read::format_day,
    table::NO_TIME,
    words,
};

/// Day (or week) -> value.
type Days = Vec<(i64, f64)>;

/// A line for every metric of every model that has values over time. It rises or falls if its p-value is at most `alpha`.
pub fn trends(view: &View<'_>, task: Option<Task>, alpha: f64, skipped: &mut Vec<Skipped>) -> Vec<Trend> {
    let resolution = view.sections.calendar.resolution.max(Resolution::Day);
    let mut found = Vec::new();
    for model in view.sections.models.keys() {
        let Some(side) = Side::of(view, model, resolution) else { continue };
        let slice = model_slice(model);
        for (metric, days) in series(&side, task).into_iter().filter(|(_, days)| !days.is_empty()) {
            match line(&slice, metric, &days, resolution, alpha) {
                Ok(trend) => found.push(trend),
                Err(Skip(reason)) => skipped.push(Skipped {
                    kind: "trend".into(),
                    column: None,
                    slice: slice.clone(),
                    method: metric.into(),
                    reason,
                }),
            }
        }
    }
    found
}

fn series(side: &Side<'_>, task: Option<Task>) -> Vec<(&'static str, Days)> {
    let buckets = || side.timeline.buckets.iter().filter(|(day, _)| **day != NO_TIME);
    let of = |value: &dyn Fn(&Bucket) -> Option<f64>| -> Days {
        buckets().filter_map(|(day, bucket)| Some((*day, value(bucket)?))).collect()
    };
    let confidence = side.timeline.columns.get(&ColumnKey::role(Role::Confidence)).into_iter().flatten();
    let mean = |moments: &Moments| moments.sum.mean(moments.numbers);
    let confidence = confidence.filter(|(day, _)| **day != NO_TIME);
    let confidence = confidence.filter_map(|(day, moments)| Some((*day, mean(moments)?))).collect();
    let mut all = match task {
        Some(Task::Classification) => alloc::vec![(
            "accuracy",
            of(&|bucket| (bucket.score.pairs > 0).then(|| bucket.score.right as f64 / bucket.score.pairs as f64))
        )],
        Some(Task::Regression) => alloc::vec![
            ("mae", of(&|bucket| bucket.score.absolute.mean(bucket.score.pairs))),
            ("mape", of(&|bucket| Some(100.0 * bucket.score.relative.mean(bucket.score.relative_rows)?))),
        ],
        None => Vec::new(),
    };
    all.push(("average_confidence", confidence));
    all
}

fn line(slice: &Slice, metric: &str, days: &Days, resolution: Resolution, alpha: f64) -> Result<Trend, Skip> {
    let values: Vec<f64> = days.iter().map(|(_, value)| *value).collect();
    let fitted = trend(&values)?;
    let [from, to] = [days.first(), days.last()].map(|day| resolution.first_day(day.map_or(0, |(day, _)| *day)));
    // One step is so many calendar days on average.
    let step = (to - from) as f64 / (values.len() - 1) as f64;
    let per_30_days = fitted.slope * 30.0 / step;
    let direction = match fitted.p_value <= alpha {
        true if fitted.slope > 0.0 => Direction::Rising,
        true if fitted.slope < 0.0 => Direction::Falling,
        _ => Direction::Steady,
    };
    let [from, to] = [from, to].map(format_day);
    Ok(Trend {
        message: sentence(metric, direction, per_30_days, fitted.p_value, [&from, &to]),
        slice: slice.clone(),
        metric: metric.into(),
        from,
        to,
        days: values.len() as u64,
        per_30_days,
        p_value: fitted.p_value,
        direction,
    })
}

fn sentence(metric: &str, direction: Direction, change: f64, p_value: f64, [from, to]: [&str; 2]) -> String {
    let name = metric.replace('_', " ");
    let p = words::p(p_value);
    match direction {
        Direction::Steady => format!("{name} neither rises nor falls from {from} to {to} ({p})"),
        Direction::Rising => format!("{name} rises from {from} to {to}, by {} in 30 days ({p})", words::short(change)),
        Direction::Falling => {
            format!("{name} falls from {from} to {to}, by {} in 30 days ({p})", words::short(-change))
        }
    }
}
