//! The parts whose speed shows: `cargo bench -p driftgate-core`. The whole is measured by `cargo xtask bench`.
#![allow(missing_docs, clippy::expect_used, clippy::unwrap_used, reason = "benchmarks")]

use std::fmt::Write;

use divan::{
    Bencher, black_box,
    counter::{BytesCount, ItemsCount},
};
use driftgate_core::{
    door::{self, ProfileHandle},
    hypothesis::{ks, ks_statistic},
    profile::{ExactSum, Levels, ValueHistogram},
    rng::Rng,
};

fn main() {
    divan::main();
}

/// Numbers that are about normal.
fn normal(n: usize) -> Vec<f64> {
    let mut rng = Rng::new(7);
    (0..n).map(|_| (0..12).map(|_| rng.unit()).sum::<f64>() - 6.0).collect()
}

const ROWS: usize = 8_192;

/// A log of ten features.
fn log(csv: bool) -> String {
    let values = normal(10 * ROWS);
    let names: Vec<String> = (0..10).map(|k| format!("feature_{k}")).collect();
    let mut text = String::new();
    if csv {
        writeln!(text, "timestamp,id,symbol,prediction,actual,{}", names.join(",")).unwrap();
    }
    for (row, features) in values.chunks(10).enumerate() {
        let (minute, second, symbol) = (row / 60 % 60, row % 60, ["AAPL", "MSFT", "XOM"][row % 3]);
        let (actual, prediction) = (100.0 + features[0], 100.0 + features[1]);
        let cells: Vec<String> = features.iter().map(|value| format!("{value:.6}")).collect();
        if csv {
            let cells = cells.join(",");
            writeln!(text, "2024-01-01T00:{minute:02}:{second:02}Z,{row},{symbol},{prediction:.6},{actual:.6},{cells}")
                .unwrap();
        } else {
            let cells: Vec<String> = names.iter().zip(cells).map(|(name, cell)| format!("\"{name}\":{cell}")).collect();
            let cells = cells.join(",");
            writeln!(
                text,
                "{{\"timestamp\":\"2024-01-01T00:{minute:02}:{second:02}Z\",\"id\":\"{row}\",\"symbol\":\"{symbol}\",\
                 \"prediction\":{prediction:.6},\"actual\":{actual:.6},{cells}}}"
            )
            .unwrap();
        }
    }
    text
}

fn schema(log: &str) -> String {
    let inference: serde_json::Value = serde_json::from_str(&door::infer(log.as_bytes(), "{}").unwrap()).unwrap();
    inference["schema"].to_string()
}

fn profile(log: &str, schema: &str) -> ProfileHandle {
    let mut profile = ProfileHandle::create(schema, "{}", None).unwrap();
    log.as_bytes().chunks(door::MAX_PUSH).for_each(|chunk| drop(profile.push(chunk).map(black_box)));
    profile.finish().unwrap();
    profile
}

#[divan::bench(args = ["jsonl", "csv"])]
fn read(bencher: Bencher<'_, '_>, format: &str) {
    let log = log(format == "csv");
    let schema = schema(&log);
    bencher.counter(BytesCount::of_str(&log)).bench(|| profile(&log, &schema));
}

/// A line with a list is not ordinary, and left to serde_json.
#[divan::bench]
fn read_by_serde_json(bencher: Bencher<'_, '_>) {
    let log = log(false).replace("\"symbol\"", "\"tags\":[1],\"symbol\"");
    let schema = schema(&log);
    bencher.counter(BytesCount::of_str(&log)).bench(|| profile(&log, &schema));
}

/// More rows than are kept whole: what folding them into a summary costs.
#[divan::bench]
fn merge(bencher: Bencher<'_, '_>) {
    let log = log(false);
    let part = profile(&log, &schema(&log));
    bencher.counter(ItemsCount::new(10 * ROWS)).bench_local(|| {
        let mut all = ProfileHandle::from_bytes(&part.to_bytes().unwrap()).unwrap();
        (1..10).for_each(|_| all.merge(&part).unwrap());
        all
    });
}

#[divan::bench(args = [10_000, 1_000_000])]
fn value_histogram(bencher: Bencher<'_, '_>, n: usize) {
    let values = normal(n);
    bencher.counter(ItemsCount::new(n)).bench(|| ValueHistogram::from_values(&values));
}

#[divan::bench]
fn exact_sum_of_values_and_squares(bencher: Bencher<'_, '_>) {
    let values = normal(ROWS);
    bencher.counter(ItemsCount::new(ROWS)).bench(|| {
        let (mut sum, mut squares) = (ExactSum::new(), ExactSum::new());
        for value in &values {
            sum.add(*value);
            squares.add_square(*value);
        }
        (sum.value(), squares.value())
    });
}

#[divan::bench]
fn levels(bencher: Bencher<'_, '_>) {
    let names: Vec<String> = (0..ROWS).map(|k| format!("level {}", k % 500)).collect();
    bencher.counter(ItemsCount::new(ROWS)).bench(|| {
        let mut levels = Levels::new();
        names.iter().for_each(|name| levels.add(name, 1));
        levels
    });
}

#[divan::bench]
fn ks_distance_of_summaries(bencher: Bencher<'_, '_>) {
    let (a, b) = (ValueHistogram::from_values(&normal(1_000_000)), ValueHistogram::from_values(&normal(500_000)));
    bencher.bench(|| ks_statistic(black_box(&a), black_box(&b)));
}

#[divan::bench]
fn ks_test_of_1000(bencher: Bencher<'_, '_>) {
    let (a, b) = (ValueHistogram::from_values(&normal(1_000)), ValueHistogram::from_values(&normal(900)));
    bencher.bench(|| ks(black_box(&a), black_box(&b)));
}
