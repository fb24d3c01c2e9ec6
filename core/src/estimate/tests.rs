#![allow(clippy::unwrap_used, clippy::panic)]

use alloc::{borrow::Cow, vec, vec::Vec};

use serde_json::Value;

use super::{
    auc::Scores,
    band::{Band, Learner, learn},
    calibration::{Calibration, isotonic},
    poisson::{Design, expected, poisson},
};
use crate::{
    Skip,
    math::{
        solve_positive_definite, student_t_critical,
        tests::{close, numbers},
    },
    profile::{LabelledConfidence, score::Trust},
};

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../tests/vectors/estimates.json")).unwrap()
}

fn cases(name: &str) -> Vec<Value> {
    vectors()[name].as_array().unwrap().clone()
}

/// Rows (label, confidence, right).
fn confidences(rows: &Value) -> LabelledConfidence {
    let mut confidences = LabelledConfidence::default();
    for row in rows.as_array().unwrap() {
        confidences.add(&Trust {
            predicted: Cow::Borrowed(row[0].as_str().unwrap()),
            confidence: row[1].as_f64().unwrap(),
            right: row[2].as_bool(),
        });
    }
    confidences
}

#[test]
fn critical_values_of_students_t_are_those_of_scipy() {
    for case in cases("critical") {
        let number = |name: &str| case[name].as_f64().unwrap();
        close(student_t_critical(number("p"), number("df")), number("t"), 1e-11);
    }
    assert_eq!(student_t_critical(0.0, 5.0), f64::INFINITY);
    assert!(student_t_critical(0.05, 0.0).is_nan() && student_t_critical(1.1, 5.0).is_nan());
}

#[test]
fn isotonic_regression_is_that_of_scikit_learn() {
    for case in cases("isotonic") {
        let found = isotonic(&numbers(&case["values"]), &numbers(&case["weights"]));
        let wanted = numbers(&case["isotonic"]);
        assert_eq!(found.len(), wanted.len());
        found.iter().zip(wanted).for_each(|(found, wanted)| close(*found, wanted, 1e-12));
    }
    assert!(isotonic(&[], &[]).is_empty());
}

#[test]
fn chances_are_those_of_scikit_learn_and_numpy() {
    for case in cases("calibrations") {
        let calibration = Calibration::of([&confidences(&case["rows"])]).unwrap();
        for (ask, chance) in case["asked"].as_array().unwrap().iter().zip(numbers(&case["chances"])) {
            close(calibration.chance(ask[0].as_str().unwrap(), ask[1].as_f64().unwrap()), chance, 1e-12);
        }
    }
    assert!(Calibration::of([&LabelledConfidence::default()]).is_none());
}

#[test]
fn a_calibration_knows_the_confidences_between_those_it_saw() {
    let calibration =
        Calibration::of([&confidences(&serde_json::json!([["a", 0.62, true], ["a", 0.9, true]]))]).unwrap();
    let known: Vec<u8> = (0..20).filter(|bin| calibration.knows("a", *bin)).collect();
    assert_eq!(known, (12..=18).collect::<Vec<u8>>());
    assert!(!calibration.knows("b", 12));
}

#[test]
fn an_expected_auc_is_that_of_all_pairs() {
    for case in cases("aucs") {
        let mut scores = Scores::default();
        for group in case["groups"].as_array().unwrap() {
            let number = |at: usize| group[at].as_u64().unwrap();
            scores.expect(number(1) as u8, group[0].as_bool().unwrap(), number(2), group[3].as_f64().unwrap());
        }
        close(scores.auc().unwrap(), case["auc"].as_f64().unwrap(), 1e-12);
    }
    let mut alone = Scores::default();
    alone.expect(15, true, 1, 0.7);
    assert_eq!(alone.auc(), None, "one row makes no pair");
    assert_eq!(Scores::default().auc(), None);
}

#[test]
fn a_known_auc_is_that_of_scikit_learn_and_so_is_what_moves_it() {
    let case = &vectors()["known_auc"];
    let (mut known, confidences) = (Scores::default(), confidences(&case["rows"]));
    for (label, bins) in confidences.labels().unwrap() {
        bins.iter().for_each(|(number, bin)| known.count(number, label == "b", bin));
    }
    close(known.auc().unwrap(), case["auc"].as_f64().unwrap(), 1e-12);
    let gradient = known.gradient().unwrap();
    for (cell, rise) in numbers(&case["rise"]).into_iter().enumerate() {
        let (mut one, mut none) = (Scores::default(), Scores::default());
        one.expect(cell as u8, true, 1, 1.0);
        none.expect(cell as u8, true, 1, 0.0);
        close(gradient.surprise(&one, &none), rise, 1e-11);
    }
}

#[test]
fn poisson_regression_is_that_of_scikit_learn_and_statsmodels() {
    for case in cases("poisson") {
        let design = Design { width: case["width"].as_u64().unwrap() as usize, values: numbers(&case["x"]) };
        let y = numbers(&case["y"]);
        let rows: Vec<usize> = (0..y.len()).collect();
        let found = poisson(&design, &y, &rows, case["ridge"].as_f64().unwrap()).unwrap();
        for (found, wanted) in found.iter().zip(numbers(&case["coefficients"])) {
            assert!((found - wanted).abs() <= 1e-9 * wanted.abs().max(1.0), "{found} is not {wanted}");
        }
        // The constant is free, so the sums agree.
        let sum: f64 = rows.iter().map(|row| expected(&found, design.row(*row))).sum();
        close(sum, y.iter().sum(), 1e-9);
    }
}

#[test]
fn a_regression_without_errors_or_with_a_constant_input() {
    let design = Design { width: 2, values: [1.0, 0.0].repeat(10) };
    let rows: Vec<usize> = (0..10).collect();
    let Err(Skip(reason)) = poisson(&design, &[0.0; 10], &rows, 0.01) else { panic!("fitted zeros") };
    assert!(reason.contains("every error is 0"));
    // An input that says nothing has the coefficient 0, thanks to the ridge; without it nothing tells which.
    let found = poisson(&design, &[3.0; 10], &rows, 0.01).unwrap();
    close(found[0], crate::math::ln(3.0), 1e-12);
    assert_eq!(found[1], 0.0);
    assert!(poisson(&design, &[3.0; 10], &rows, 0.0).is_err());
    assert!(poisson(&design, &[], &[], 0.01).is_err());
}

#[test]
fn systems_of_equations_are_solved_or_refused() {
    // By hand: 4x + 2y = 10, 2x + 3y = 11.
    let solved = solve_positive_definite(vec![vec![4.0, 2.0], vec![2.0, 3.0]], vec![10.0, 11.0]).unwrap();
    close(solved[0], 1.0, 1e-15);
    close(solved[1], 3.0, 1e-15);
    assert_eq!(solve_positive_definite(vec![vec![1.0, 1.0], vec![1.0, 1.0]], vec![1.0, 1.0]), None);
    assert_eq!(solve_positive_definite(vec![vec![-1.0]], vec![1.0]), None);
    assert_eq!(solve_positive_definite(vec![vec![1.0]], vec![1.0, 2.0]), None);
    assert_eq!(solve_positive_definite(Vec::new(), Vec::new()), Some(Vec::new()));
}

#[test]
fn bands_are_those_of_numpy() {
    for case in cases("bands") {
        let band = Band::of(&numbers(&case["surprises"]), &numbers(&case["pairs"])).unwrap();
        close(band.half_width(0.95, &numbers(&case["rows"])), case["half_width"].as_f64().unwrap(), 1e-9);
    }
    assert!(Band::of(&[0.0; 40], &[5.0; 40]).is_err(), "never a surprise: no chance to speak of");
    assert!(Band::of(&[1e300, -1e300, 1.0], &[1.0; 3]).is_err());
}

/// Days with one number each, estimated by the mean of those learnt from.
struct Mean(Vec<f64>);

impl Learner for Mean {
    type Model = f64;

    fn days(&self) -> usize {
        self.0.len()
    }

    fn pairs(&self, _: usize) -> f64 {
        10.0
    }

    fn learn(&self, days: &[usize]) -> Result<f64, Skip> {
        Ok(days.iter().map(|day| self.0[*day]).sum::<f64>() / days.len() as f64)
    }

    fn surprise(&self, model: &f64, day: usize) -> f64 {
        10.0 * (self.0[day] - model)
    }
}

#[test]
fn what_the_last_third_of_the_known_days_belies_is_refused() {
    let calm: Vec<f64> = (0..90).map(|day| f64::from(day * 7 % 11)).collect();
    assert!(learn(&Mean(calm.clone()), "day").is_ok());
    let jumped = calm.iter().enumerate().map(|(day, x)| if day < 60 { *x } else { x + 4.0 }).collect();
    let Err(Skip(reason)) = learn(&Mean(jumped), "day") else { panic!("not refused") };
    assert!(reason.contains("the last third comes out"), "{reason}");
    let Err(Skip(reason)) = learn(&Mean(calm[..20].to_vec()), "day") else { panic!("not refused") };
    assert!(reason.contains("20 days with 200 known actuals"), "{reason}");
    let Err(Skip(reason)) = learn(&Mean(Vec::new()), "day") else { panic!("not refused") };
    assert!(reason.contains("0 days"), "{reason}");
}
