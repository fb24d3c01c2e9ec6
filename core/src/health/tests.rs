use super::*;

#[test]
fn a_score_falls_straight_to_half_and_to_nothing() {
    let falls = |limits: [f64; 2], points: &[(f64, f64)]| {
        for (effect, score) in points {
            assert!((fall(*effect, limits) - score).abs() < 1e-15, "{effect} of {limits:?}");
        }
    };
    falls([0.1, 0.2], &[(-1.0, 1.0), (0.0, 1.0), (0.05, 0.75), (0.1, 0.5), (0.15, 0.25), (0.2, 0.0), (9.0, 0.0)]);
    falls([0.2, 0.2], &[(0.1, 0.75), (0.2, 0.0), (f64::INFINITY, 0.0)]);
}

#[test]
fn a_status_is_a_range_of_scores() {
    let all = [None, Some(1.0), Some(0.500_001), Some(0.5), Some(1e-9), Some(0.0)].map(status);
    use HealthStatus::{Critical, Healthy, Unknown, Warning};
    assert_eq!(all, [Unknown, Healthy, Healthy, Warning, Warning, Critical]);
}
