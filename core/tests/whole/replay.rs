//! The error replay buffer of a small log whose rows can be counted by hand.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use crate::support;

use driftgate_documents::{Replay, Value};
use serde_json::json;
use support::{close, day, lines, profile, report, schema};

/// 120 rows of each of two models, in two sectors. Model `a` is wrong in every fourth row, sure of it by 0.5 to 0.99; it
/// is wrong twice as often in Energy. Model `b` is always wrong.
fn log() -> String {
    lines((0..240).map(|at| {
        let (row, model) = (at / 2, if at % 2 == 0 { "a" } else { "b" });
        let sector = if row % 3 == 0 { "Energy" } else { "Materials" };
        let wrong = model == "b" || row % if sector == "Energy" { 2 } else { 4 } == 1;
        json!({"timestamp": day(row / 4), "id": format!("i{row:02}"), "model": model, "symbol": format!("s{}", row % 5),
            "sector": sector, "regime": if row < 40 { "calm" } else { "crash" }, "prediction": "up",
            "actual": if wrong { "down" } else { "up" }, "confidence": 0.5 + (row * 7 % 50) as f64 / 100.0,
            "features": {"x": row, "kind": "k"}})
    }))
}

/// The rows of model `a` that are wrong, most confident first, as the definition has it.
fn wrong() -> Vec<(usize, f64)> {
    let mut rows: Vec<(usize, f64)> = (0..120)
        .filter(|row| if row % 3 == 0 { row % 2 == 1 } else { row % 4 == 1 })
        .map(|row| (row, 0.5 + (row * 7 % 50) as f64 / 100.0))
        .collect();
    rows.sort_by(|x, y| y.1.total_cmp(&x.1).then(x.0.cmp(&y.0)));
    rows
}

fn replay(plan: serde_json::Value) -> Replay {
    let log = log();
    let report = report(&plan.to_string(), &[("current", &profile(&log, &schema(&log)))]);
    report.replay.expect("something is wrong")
}

#[test]
fn the_buffer_in_numbers_is_that_of_its_rows() {
    let (replay, wrong) = (replay(json!({"model": "a"})), wrong());
    assert_eq!((replay.rows, replay.limit), (wrong.len() as u64, 1000));
    let mean = |rows: &[(usize, f64)]| rows.iter().map(|(_, confidence)| confidence).sum::<f64>() / rows.len() as f64;
    close(replay.average_confidence.unwrap(), mean(&wrong), 1e-12, "all");
    assert_eq!(replay.confidently_wrong, wrong.iter().filter(|(_, confidence)| *confidence > 0.8).count() as u64);
    let group = |keep: &dyn Fn(usize) -> bool| wrong.iter().copied().filter(|(row, _)| keep(*row)).collect::<Vec<_>>();
    for (by, value, rows) in [
        ("regime", "calm", group(&|row| row < 40)),
        ("regime", "crash", group(&|row| row >= 40)),
        ("sector", "Energy", group(&|row| row % 3 == 0)),
        ("symbol", "s1", group(&|row| row % 5 == 1)),
        ("actual", "down", group(&|_| true)),
        ("prediction", "up", group(&|_| true)),
    ] {
        let found = &replay.by[by][value];
        assert_eq!(found.rows, rows.len() as u64, "{by} {value}");
        close(found.share, rows.len() as f64 / wrong.len() as f64, 1e-12, value);
        close(found.average_confidence.unwrap(), mean(&rows), 1e-12, value);
        close(found.average_score, mean(&rows), 1e-12, value);
    }
    assert!(replay.sample.is_empty(), "nobody asked for rows");
}

#[test]
fn a_sample_is_the_most_wrong_first_and_a_share_of_the_batch() {
    let ids = |plan: serde_json::Value| -> Vec<String> {
        replay(plan).sample.into_iter().map(|sampled| sampled.row.id.unwrap()).collect()
    };
    let wrong: Vec<String> = wrong().into_iter().map(|(row, _)| format!("i{row:02}")).collect();
    assert_eq!(ids(json!({"model": "a", "replay": {}})), wrong);
    assert_eq!(ids(json!({"model": "a", "replay": {"batch": 50}})), wrong[..10]);
    assert_eq!(ids(json!({"model": "a", "replay": {"batch": 50, "share": 0.1}})), wrong[..5]);
    // Energy is right in 20 of 40 rows, Materials in 60 of 80.
    let sector = |plan| replay(plan).sample.into_iter().map(|sampled| sampled.sector.unwrap()).collect::<Vec<_>>();
    assert!(sector(json!({"model": "a", "replay": {"weakest": 1}})).iter().all(|sector| sector == "Energy"));
}

#[test]
fn a_sampled_row_has_all_that_training_needs() {
    let sampled = replay(json!({"model": "a", "replay": {"weight": 2.5}})).sample.swap_remove(0);
    let (row, confidence) = wrong()[0];
    assert_eq!(sampled.row.id, Some(format!("i{row:02}")));
    assert_eq!((sampled.row.prediction.as_deref(), sampled.row.actual.as_deref()), (Some("up"), Some("down")));
    close(sampled.row.confidence.unwrap(), confidence, 1e-12, "confidence");
    assert_eq!(sampled.weight.to_bits(), 2.5_f64.to_bits());
    let features = [("kind".to_string(), Value::Text("k".into())), ("x".to_string(), Value::Number(row as f64))];
    assert_eq!(sampled.features, features.into());
    assert_eq!(sampled.regime.as_deref(), Some(if row < 40 { "calm" } else { "crash" }));
}

#[test]
fn a_log_without_errors_has_no_buffer() {
    let right = lines((0..10).map(|at| json!({"id": format!("i{at}"), "prediction": "up", "actual": "up"})));
    assert!(report("{}", &[("current", &profile(&right, &schema(&right)))]).replay.is_none());
    let inputs = lines((0..10).map(|at| json!({"id": format!("i{at}"), "x": at})));
    assert!(report("{}", &[("current", &profile(&inputs, &schema(&inputs)))]).replay.is_none());
}
