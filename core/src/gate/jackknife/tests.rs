#![allow(clippy::unwrap_used)]

use super::*;

fn errors(without: &[f64]) -> Option<f64> {
    spread(9, without.iter().copied()).map(|error| error.standard_error)
}

#[test]
fn the_jackknife_of_a_mean_is_its_standard_error() {
    // 1, 2, 3, 4, 5 without each: the textbook's sqrt(2.5 / 5).
    let without = [14.0, 13.0, 12.0, 11.0, 10.0].map(|sum: f64| sum / 4.0);
    math::tests::close(errors(&without).unwrap(), math::sqrt(0.5), 1e-12);
}

#[test]
fn fewer_than_two_clusters_have_no_spread() {
    assert_eq!((errors(&[]), errors(&[0.5])), (None, None));
    assert_eq!(errors(&[0.5, 0.5]), Some(0.0));
    assert_eq!(errors(&[f64::MAX, f64::MIN]), None, "no infinity in a document");
}

#[test]
fn a_cluster_without_rows_of_a_side_leaves_that_side_as_it_is() {
    let side = |all: f64, without: &[(i64, f64)]| LeftOut { all, without: without.iter().copied().collect() };
    let (mine, theirs) = (side(0.5, &[(1, 0.4), (2, 0.6)]), side(0.3, &[(2, 0.2), (7, 0.4)]));
    // 0.4 - 0.3, 0.6 - 0.2, 0.5 - 0.4: the mean is 0.2, the squares 0.01 + 0.04 + 0.01, and 2 / 3 of them 0.04.
    let error = of_difference(3, &mine, &theirs).unwrap();
    math::tests::close(error.standard_error, 0.2, 1e-12);
    assert_eq!((error.clusters, error.rows), (3, 3));
}
