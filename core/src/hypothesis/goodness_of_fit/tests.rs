#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

/// Expected: scipy 1.17.0, `scipy.stats.chisquare(counts, total * shares)`.
#[test]
fn as_scipy() {
    for (counts, shares, statistic, p_value) in [
        (&[821, 1075][..], &[0.5, 0.5][..], 34.027426160337555, 5.434069368882341e-09),
        (&[50, 30, 20], &[0.25, 0.5, 0.25], 34.0, 4.139937718785163e-08),
        (&[15752, 15257], &[0.5, 0.5], 7.9017382050372476, 0.0049387316157770466),
    ] {
        let test = goodness_of_fit(counts, shares).unwrap();
        assert!((test.statistic / statistic - 1.0).abs() < 1e-12, "{counts:?}");
        assert!((test.p_value / p_value - 1.0).abs() < 1e-9, "{counts:?}");
    }
}

#[test]
fn exactly_as_planned_is_no_surprise() {
    let test = goodness_of_fit(&[700, 300], &[0.7, 0.3]).unwrap();
    assert!(test.statistic.abs() < 1e-12 && (test.p_value - 1.0).abs() < 1e-6);
}

#[test]
fn nothing_to_compare_is_skipped() {
    assert!(goodness_of_fit(&[1], &[1.0]).is_err());
    assert!(goodness_of_fit(&[0, 0], &[0.5, 0.5]).is_err());
    assert!(goodness_of_fit(&[1, 2], &[0.0, 1.0]).is_err());
    assert!(goodness_of_fit(&[1, 2, 3], &[0.5, 0.5]).is_err());
}
