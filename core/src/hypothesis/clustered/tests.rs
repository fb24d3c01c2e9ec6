#![allow(clippy::unwrap_used)]

use alloc::vec::Vec;

use serde_json::Value;

use super::*;
use crate::{
    hypothesis::tests::comparisons,
    math::tests::{close, numbers},
};

fn labels(list: &Value) -> Vec<u32> {
    numbers(list).into_iter().map(|x| x as u32).collect()
}

#[test]
fn standard_errors_are_those_of_statsmodels() {
    for case in comparisons("clusters") {
        let (scores, first, second) = (numbers(&case["scores"]), labels(&case["first"]), labels(&case["second"]));
        let estimate = case["estimate"].as_f64().unwrap();
        let one = clustered(estimate, &scores, &first).unwrap();
        let both = two_way(estimate, &scores, &first, &second).unwrap();
        for (found, expected) in [(one, &case["one_way"]), (both, &case["two_way"])] {
            // Scores of the oracle's regression carry its rounding.
            close(found.standard_error, expected["standard_error"].as_f64().unwrap(), 1e-12);
            close(found.p_value, expected["p_value"].as_f64().unwrap(), 1e-9);
        }
    }
}

#[test]
fn a_cluster_a_row_is_the_t_test() {
    let days = [0.5, 1.5, -0.25, 3.0, 2.25, 1.0];
    let mean = days.iter().sum::<f64>() / 6.0;
    let scores = days.map(|x| (x - mean) / 6.0);
    let (clustered, plain) =
        (clustered(mean, &scores, &[0, 1, 2, 3, 4, 5]).unwrap(), super::super::paired_t(&days).unwrap());
    close(clustered.standard_error, plain.standard_error, 1e-14);
    assert_eq!(clustered.df, 5.0);
    // In two ways each row is a cluster of its own as well: V1 + V2 - V12 is V1.
    let both = two_way(mean, &scores, &[0, 1, 2, 3, 4, 5], &[9, 8, 7, 6, 5, 4]).unwrap();
    close(both.standard_error, plain.standard_error, 1e-14);
}

#[test]
fn the_order_of_rows_and_the_names_of_clusters_do_not_matter() {
    let (scores, days) = ([0.1, -0.3, 0.7, -0.2, -0.3], [1, 1, 2, 2, 3]);
    let (turned, named) = ([-0.3, -0.2, 0.7, -0.3, 0.1], [0, 900, 900, 7, 7]);
    assert_eq!(clustered(0.5, &scores, &days).unwrap(), clustered(0.5, &turned, &named).unwrap());
}

#[test]
fn clusters_that_say_nothing_are_skipped() {
    assert!(clustered(1.0, &[0.5, -0.5], &[3, 3]).unwrap_err().0.contains("two clusters"));
    assert!(clustered(1.0, &[], &[]).is_err());
    assert!(clustered(1.0, &[0.5, -0.5], &[3]).unwrap_err().0.contains("2 scores"));
    // Both days are alike: 0.1 + 0.2 - 0.3 is not 0 in f64, but it is no variance.
    let cancels = clustered(1.0, &[0.1, 0.2, -0.3, 0.1, 0.2, -0.3], &[1, 1, 1, 2, 2, 2]);
    assert!(cancels.unwrap_err().0.contains("cancel"));
    // Every day and every symbol sums to 0, single rows do not.
    let checkers = two_way(1.0, &[1.0, -1.0, -1.0, 1.0], &[0, 0, 1, 1], &[0, 1, 0, 1]);
    assert!(checkers.unwrap_err().0.contains("cancel"));
    assert!(clustered(1.0, &[f64::NAN, 1.0], &[0, 1]).is_err());
    let same = clustered(0.0, &[0.0, 0.0], &[0, 1]).unwrap();
    assert_eq!((same.standard_error, same.p_value), (0.0, 1.0));
}
