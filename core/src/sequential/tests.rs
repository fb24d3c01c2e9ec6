#![allow(clippy::unwrap_used)]

use alloc::{string::ToString, vec::Vec};

use driftgate_documents::Detectable;
use serde_json::Value;

use super::*;
use crate::math::tests::{close, numbers};

fn vectors(name: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../../../tests/vectors/sequential.json")).unwrap();
    let cases = all[name].as_array().unwrap().clone();
    assert!(cases.len() > 5, "{name}");
    cases
}

#[test]
fn always_valid_bounds_are_those_of_gbstats() {
    for case in vectors("always_valid") {
        let case = numbers(&case);
        close(always_valid(case[0] as u64, case[1]), case[2], 1e-12);
    }
    for case in vectors("always_valid_one_sided") {
        let case = numbers(&case);
        close(always_valid_one_sided(case[0] as u64, case[1]), case[2], 1e-12);
    }
}

#[test]
fn planned_bounds_are_those_of_another_integration() {
    for case in vectors("planned") {
        let case = numbers(&case);
        let sides = if case[3] == 2.0 { Sides::Two } else { Sides::One };
        close(planned_look(case[0] as u32, case[1] as u32, case[2], sides).unwrap(), case[4], 1e-9);
    }
}

#[test]
fn five_looks_as_published() {
    // Lan and DeMets' spending as O'Brien and Fleming, two-sided 0.05, as printed by gsDesign and rpact.
    for (look, expected) in (1..).zip([4.8769, 3.3570, 2.6803, 2.2898, 2.0310]) {
        let bound = planned_look(look, 5, 0.05, Sides::Two).unwrap();
        assert!(abs(bound - expected) < 5e-5, "{look}: {bound}");
    }
}

#[test]
fn what_cannot_be_planned_says_why() {
    let said = |look, planned, alpha| planned_look(look, planned, alpha, Sides::One).unwrap_err().to_string();
    assert_eq!(
        said(1, 0, 0.05),
        "planned looks: their number is 0; allowed is 1 to 200 (more often than that: looks = \"any\")"
    );
    assert!(said(1, 201, 0.05).contains("their number is 201"));
    assert_eq!(said(0, 28, 0.05), "planned looks: the look is 0; allowed is 1 to 28");
    assert!(said(29, 28, 0.05).contains("the look is 29"));
    for alpha in [0.0, -1.0, 0.5, f64::NAN, 1e-10] {
        assert!(said(1, 28, alpha).contains("allowed is 1e-9 to below 0.5"), "{alpha}");
    }
}

#[test]
fn few_clusters_widen_a_bound() {
    for case in vectors("as_student") {
        let case = numbers(&case);
        close(as_student(case[0], case[1]), case[2], 1e-9);
        close(as_student(-case[0], case[1]), -case[2], 1e-9);
    }
    assert!(as_student(0.0, 3.0) < 1e-300);
    assert_eq!(as_student(60.0, 3.0), f64::INFINITY);
    assert!(as_student(1.0, 0.0).is_nan() && as_student(f64::NAN, 3.0).is_nan());
}

#[test]
fn the_edges_of_always_valid_bounds() {
    assert_eq!(always_valid(0, 0.05), f64::INFINITY);
    assert_eq!(always_valid_one_sided(0, 0.05), f64::INFINITY);
    assert!(
        always_valid(10, 1.0).is_nan()
            && always_valid_one_sided(10, 0.5).is_nan()
            && always_valid(10, f64::NAN).is_nan()
    );
}

#[test]
fn the_probability_to_be_better_and_its_losses() {
    for case in vectors("bayes") {
        let number = |at: usize| case[at].as_f64().unwrap();
        let found = bayes(number(0), number(1), case[2].as_bool().unwrap());
        close(found.candidate_better, number(3), 1e-11);
        close(found.loss_of_candidate, number(4), 1e-9);
        close(found.loss_of_baseline, number(5), 1e-9);
    }
    let certain = |difference| {
        let found = bayes(difference, 0.0, false);
        [found.candidate_better, found.loss_of_candidate, found.loss_of_baseline]
    };
    assert_eq!(certain(-2.0), [1.0, 0.0, 2.0]);
    assert_eq!(certain(2.0), [0.0, 2.0, 0.0]);
    assert_eq!(certain(0.0), [0.5, 0.0, 0.0]);
    assert!(bayes(f64::NAN, 1.0, true).loss_of_candidate.is_nan());
}

#[test]
fn what_data_could_find() {
    for case in vectors("detectable") {
        let number = |name: &str| case[name].as_f64().unwrap();
        let count = |name: &str| case[name].as_u64();
        let found = detectable(
            number("difference"),
            number("standard_error"),
            count("rows").unwrap(),
            count("days").unwrap(),
            number("baseline"),
            number("alpha"),
            number("power"),
        );
        close(found.minimum_detectable, number("minimum_detectable"), 1e-12);
        assert_eq!(found.minimum_detectable_share.is_some(), case["share"].is_number());
        if let Some(share) = found.minimum_detectable_share {
            close(share, number("share"), 1e-12);
        }
        assert_eq!((found.rows_needed, found.days_needed), (count("rows_needed"), count("days_needed")));
    }
    let nothing = Detectable {
        minimum_detectable: 0.0,
        minimum_detectable_share: Some(0.0),
        rows_needed: None,
        days_needed: None,
    };
    assert_eq!(detectable(0.0, 0.0, 100, 10, 1.0, 0.05, 0.8), nothing);
}
