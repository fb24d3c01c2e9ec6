//! The tests that decide a comparison keep their level where days, or the rows of a day, depend on each other, and a t test
//! that does not know it fires on a quarter of equal models. All tables: `docs/calibration.md`.
#![allow(clippy::unwrap_used)]

use driftgate_core::{
    hypothesis::{clustered, day_mean, paired_t},
    math::sqrt,
    rng::Rng,
};

const REPLICATIONS: usize = 400;
/// At 5 %, so many of 400 or more come by chance with p = 0.0006: scipy's `binom.sf(35, 400, 0.05)`.
const TOO_MANY: usize = 36;
/// A quarter.
const NAIVE: usize = 100;
const DAYS: usize = 120;

/// Variance 1, and near enough to normal.
fn chance(rng: &mut Rng) -> f64 {
    (0..12).map(|_| rng.unit()).sum::<f64>() - 6.0
}

/// AR(1) days of variance 1 around a mean.
fn days(rng: &mut Rng, rho: f64, mean: f64) -> Vec<f64> {
    let mut value = chance(rng);
    let day = |_| {
        value = rho * value + sqrt(1.0 - rho * rho) * chance(rng);
        mean + value
    };
    (0..DAYS).map(day).collect()
}

/// In how many of 400 simulations a p-value is at most 5 %.
fn rejections(p_value: impl Fn(&mut Rng) -> f64) -> usize {
    (0..REPLICATIONS).filter(|at| p_value(&mut Rng::new(*at as u64 + 1_000)) <= 0.05).count()
}

#[test]
fn the_test_of_daily_differences_keeps_its_level_where_days_depend_on_each_other() {
    for rho in [0.0, 0.6, 0.8] {
        let naive = rejections(|rng| paired_t(&days(rng, rho, 0.0)).unwrap().p_value);
        let robust = rejections(|rng| day_mean(&days(rng, rho, 0.0)).unwrap().p_value);
        assert!(robust < TOO_MANY, "rho {rho}: {robust} of {REPLICATIONS}");
        assert_eq!(naive >= NAIVE, rho > 0.0, "rho {rho}: the t test fires on {naive} of {REPLICATIONS}");
    }
    // Nor does it sleep: half a standard deviation is found in most.
    let found = rejections(|rng| day_mean(&days(rng, 0.6, 0.5)).unwrap().p_value);
    assert!(found > REPLICATIONS / 2, "{found}");
}

#[test]
fn standard_errors_by_day_keep_their_level_where_the_rows_of_a_day_move_together() {
    const SYMBOLS: usize = 31;
    let panel = |rng: &mut Rng| -> Vec<f64> {
        days(rng, 0.0, 0.0).into_iter().flat_map(|day| [day; SYMBOLS]).map(|day| day + chance(rng)).collect()
    };
    let of_days: Vec<u32> = (0..DAYS * SYMBOLS).map(|row| (row / SYMBOLS) as u32).collect();
    let by_day = |rows: &[f64]| {
        let n = rows.len() as f64;
        let mean = rows.iter().sum::<f64>() / n;
        let scores: Vec<f64> = rows.iter().map(|row| (row - mean) / n).collect();
        clustered(mean, &scores, &of_days).unwrap().p_value
    };
    let naive = rejections(|rng| paired_t(&panel(rng)).unwrap().p_value);
    let robust = rejections(|rng| by_day(&panel(rng)));
    assert!(robust < TOO_MANY, "{robust} of {REPLICATIONS}");
    assert!(naive >= NAIVE, "the t test of rows fires on {naive} of {REPLICATIONS}");
}
