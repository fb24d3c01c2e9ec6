#![allow(clippy::unwrap_used)]

use alloc::{
    string::{String, ToString},
    vec,
    vec::Vec,
};

use driftgate_documents::AssignedArm;
use serde_json::Value;

use super::*;
use crate::math::tests::numbers;

fn vectors(name: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../../../tests/vectors/assignment.json")).unwrap();
    all[name].as_array().unwrap().clone()
}

/// Arms named 0, 1, 2 ...
fn numbered(shares: &[f64], coverage: f64) -> Assignment {
    let arm = |(number, share): (usize, &f64)| AssignedArm { name: number.to_string(), share: *share };
    let arms = shares.iter().enumerate().map(arm).collect();
    Assignment { experiment: "new-model".into(), arms, coverage, unit: None }
}

#[test]
fn buckets_are_those_of_growthbook() {
    let cases = [vectors("published_hash"), vectors("hash")].concat();
    assert!(cases.len() > 50);
    for case in cases {
        assert_eq!(bucket(case[0].as_str().unwrap(), case[1].as_str().unwrap()), case[2].as_f64().unwrap(), "{case}");
    }
}

#[test]
fn ranges_are_those_of_growthbook() {
    for case in vectors("published_ranges") {
        let assignment = numbered(&numbers(&case[0]), case[1].as_f64().unwrap());
        check(&assignment).unwrap();
        for (number, range) in case[2].as_array().unwrap().iter().enumerate() {
            let range = numbers(range);
            let inside = (0..BUCKETS).map(|n| f64::from(n) / f64::from(BUCKETS));
            let mine = inside.filter(|n| arm_of(&assignment, *n) == Some(number.to_string().as_str()));
            let theirs =
                (0..BUCKETS).map(|n| f64::from(n) / f64::from(BUCKETS)).filter(|n| range[0] <= *n && *n < range[1]);
            assert!(mine.eq(theirs), "{case}");
        }
    }
}

#[test]
fn arms_are_those_of_growthbook() {
    for case in vectors("arms") {
        let assignment = numbered(&numbers(&case["shares"]), case["coverage"].as_f64().unwrap());
        check(&assignment).unwrap();
        for (unit, expected) in vectors("hash").iter().zip(case["arms"].as_array().unwrap()) {
            let expected = expected.as_i64().filter(|number| *number >= 0).map(|number| number.to_string());
            let experiment = unit[0].as_str().unwrap().to_string();
            let found =
                arm(&Assignment { experiment, ..assignment.clone() }, unit[1].as_str().unwrap()).map(String::from);
            assert_eq!(found, expected, "{unit}");
        }
    }
}

#[test]
fn growing_coverage_moves_nobody() {
    let units: Vec<String> = (0..2000).map(|number| number.to_string()).collect();
    let mut before: Vec<Option<String>> = vec![None; units.len()];
    for percent in [0, 1, 10, 50, 99, 100] {
        let assignment = numbered(&[0.2, 0.3, 0.5], f64::from(percent) / 100.0);
        for (unit, before) in units.iter().zip(&mut before) {
            let now = arm(&assignment, unit).map(String::from);
            assert!(before.is_none() || *before == now, "{unit} at {percent} %");
            *before = now;
        }
    }
    assert!(before.iter().all(Option::is_some));
    // 2000 units of which 600 are expected: five standard deviations are 102.
    let second = before.iter().filter(|arm| arm.as_deref() == Some("1")).count();
    assert!((498..=702).contains(&second), "{second}");
}

#[test]
fn what_cannot_be_assigned_says_where_and_why() {
    let said = |change: &dyn Fn(&mut Assignment)| {
        let mut assignment = numbered(&[0.7, 0.3], 1.0);
        change(&mut assignment);
        check(&assignment).unwrap_err().to_string()
    };
    let one = |change: &dyn Fn(&mut AssignedArm)| said(&|all| change(&mut all.arms[1]));
    assert!(said(&|all| all.experiment.clear()).starts_with("assignment, at experiment: the name is empty"));
    for coverage in [-0.1, 1.1, f64::NAN] {
        assert!(said(&|all| all.coverage = coverage).contains("at coverage: "), "{coverage}");
    }
    assert!(said(&|all| all.arms.truncate(1)).contains("at arms: 1; allowed is at least 2"));
    assert!(one(&|arm| arm.name.clear()).contains("at arms[1].name: the name is empty"));
    assert!(one(&|arm| arm.name = "0".into()).contains("at arms[1].name: 0 is the name of another arm"));
    for share in [0.0, -0.3, 1.5, f64::NAN, f64::INFINITY] {
        assert!(one(&|arm| arm.share = share).contains("at arms[1].share: "), "{share}");
    }
    assert!(one(&|arm| arm.share = 0.2).contains("the shares together are 0.8999999999999999; they have to be 1"));
    assert!(one(&|arm| arm.share = 0.300_000_1).contains("they have to be 1"));
    assert_eq!(check(&numbered(&[0.7, 0.300_000_000_1], 0.0)), Ok(()));
}
