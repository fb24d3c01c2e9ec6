#![allow(clippy::unwrap_used)]

use super::*;
use crate::math::tests::{close, numbers};
use serde_json::Value;

fn clustered(values: &[f64], groups: &[f64]) -> Clustered {
    let mut rows = Clustered::default();
    values.iter().zip(groups).for_each(|(value, group)| rows.add(*group as i64, *value));
    rows
}

#[test]
fn standard_errors_are_those_of_statsmodels() {
    let all: Value = serde_json::from_str(include_str!("../../../../tests/vectors/gate.json")).unwrap();
    for case in all["clustered"].as_array().unwrap() {
        let rows = clustered(&numbers(&case["values"]), &numbers(&case["groups"]));
        close(rows.mean().unwrap(), case["mean"].as_f64().unwrap(), 1e-12);
        close(rows.standard_error().unwrap(), case["standard_error"].as_f64().unwrap(), 1e-9);
    }
}

#[test]
fn one_day_or_none_has_no_standard_error() {
    assert_eq!((clustered(&[], &[]).mean(), clustered(&[], &[]).standard_error()), (None, None));
    assert_eq!(clustered(&[1.0, 0.0, 1.0], &[3.0, 3.0, 3.0]).standard_error(), None);
    assert_eq!(clustered(&[1.0, 1.0, 1.0], &[1.0, 2.0, 3.0]).standard_error(), Some(0.0));
}

#[test]
fn rows_of_a_horizon_are_one_cluster() {
    const DAY: i64 = 86_400_000_000_000;
    let table = Table { time: alloc::vec![0, DAY - 1, DAY, 4 * DAY, NO_TIME, NO_TIME], ..Table::default() };
    let settings = Settings {
        segments: Vec::new(),
        task: None,
        timezone: "UTC".into(),
        offset: 0,
        keep: driftgate_documents::Cases::None,
    };
    let of = |horizon| [0, 1, 2, 3].map(|row| cluster(&table, row, &settings, horizon));
    assert_eq!((of(1), of(2), of(5)), ([0, 0, 1, 4], [0, 0, 0, 2], [0, 0, 0, 0]));
    assert_ne!(
        cluster(&table, 4, &settings, 1),
        cluster(&table, 5, &settings, 1),
        "without a time each row is its own"
    );
    // A quarter to midnight in UTC is the next day in India.
    assert_eq!(cluster(&table, 1, &Settings { offset: 19_800, ..settings }, 1), 1);
}
