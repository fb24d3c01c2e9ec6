//! What the data themselves say: no policy talks a decision out of it.

use super::*;

/// Passes on `labels()`, whatever the data say of themselves.
fn passes() -> Value {
    json!({"metric": "accuracy", "above": 0.65})
}

fn verdict(report: &Grounds, checks: &[Value]) -> Verdict {
    decided(&json!({"check": checks}), report, &json!({})).unwrap().verdict
}

#[test]
fn a_candidate_has_to_answer_the_cases_of_the_baseline() {
    let with = |answered, known, beyond| Grounds { coverage: Some(coverage(answered, known, beyond)), ..labels() };
    for (answered, known, beyond, expected) in [
        (400, 400, 0, PASS),
        (396, 396, 0, PASS),
        (395, 395, 0, UNSURE),
        // Answered, and without an outcome that could show an error.
        (400, 395, 0, UNSURE),
        // 4 of 404 and 5 of 405 are cases of the candidate's own.
        (400, 400, 4, PASS),
        (400, 400, 5, UNSURE),
    ] {
        assert_eq!(verdict(&with(answered, known, beyond), &[passes()]), expected, "{answered} {known} {beyond}");
    }
    let none = Grounds { coverage: Some(Coverage { cases: 0, ..coverage(0, 0, 0) }), ..labels() };
    assert_eq!(verdict(&none, &[passes()]), UNSURE);
    let decision = decided(&json!({"check": [passes()]}), &with(380, 380, 0), &json!({})).unwrap();
    assert_eq!(decision.coverage, Some(coverage(380, 380, 0)));
    assert!(decision.warnings[0].starts_with("answered some: what is left unanswered"), "{:?}", decision.warnings);
}

#[test]
fn a_policy_says_how_many_have_to_be_answered() {
    let mut report = Grounds { coverage: Some(coverage(380, 380, 0)), ..labels() };
    report.comparisons.push(comparison("answered", &[], Some(0.95), 400));
    let asked = |least: f64| [passes(), json!({"metric": "answered", "at_least": least})];
    assert_eq!(verdict(&report, &asked(0.95)), PASS);
    assert_eq!(verdict(&report, &asked(0.96)), FAIL);
    let error = decided(&json!({"check": [{"metric": "answered", "at_least": 95}]}), &report, &json!({})).unwrap_err();
    assert!(error.message.contains("answered at least 95: no value passes"), "{error}");
}

#[test]
fn broken_data_promote_nobody_and_doubtful_data_are_said() {
    for (found, expected) in [(Trust::Sound, PASS), (Trust::Warning, PASS), (Trust::Broken, UNSURE)] {
        for name in ["contradicting", "duplicates", "labels"] {
            let mut report = labels();
            report.trust.push(trust(name, found));
            let decision = decided(&json!({"check": [passes()]}), &report, &json!({})).unwrap();
            assert_eq!(decision.verdict, expected, "{name}");
            assert_eq!(decision.warnings.iter().any(|said| said.contains(name)), found != Trust::Sound, "{name}");
            let failing = json!({"metric": "accuracy", "above": 0.99});
            assert_eq!(verdict(&report, &[failing]), FAIL, "{name}");
        }
    }
}

#[test]
fn slices_that_the_logs_divide_in_two_ways_decide_nothing() {
    let mut report = labels();
    report.trust.push(TrustCheck { column: Some("sector".into()), ..trust("slices", Trust::Broken) });
    assert_eq!(verdict(&report, &[passes()]), PASS, "no check looks at sectors");
    let of_sector = json!({"metric": "accuracy", "each": "sector", "above": 0.4});
    assert_eq!(verdict(&report, &[of_sector]), UNSURE);
}

#[test]
fn each_runs_over_the_values_of_every_window() {
    let each = json!({"metric": "accuracy", "each": "sector", "above": 0.4});
    let with = |window: &str, model: &str, sector: &str| {
        let mut report = labels();
        report.reference = Some(super::window("old"));
        report.performance.push(entry(window, &[("model", model), ("sector", sector)], 45, &[("accuracy", 0.7)]));
        let answers = answers(&each, &report);
        assert_eq!(answers.len(), 4, "{window}");
        answers.into_iter().find(|answer| answer.slice["sector"] == sector).unwrap()
    };
    for (window, model, reason) in [
        ("baseline", "old", "no row of the candidate; the baseline has 45 rows"),
        ("reference", "old", "no row of the candidate; the reference has 45 rows"),
        ("current", "new", "no row of the baseline; the candidate has 45 rows"),
    ] {
        let answer = with(window, model, "Materials");
        assert_eq!(answer.verdict, UNSURE, "{window}");
        assert!(answer.reason.starts_with(reason), "{window}: {}", answer.reason);
    }
}

#[test]
fn a_slice_of_which_the_baseline_answered_more_is_open() {
    let of_energy = json!({"metric": "accuracy", "where": {"sector": "Energy"}, "above": 0.4});
    for (pairs, expected) in [(180, PASS), (179, PASS), (178, UNSURE)] {
        let mut report = labels();
        let entry = report.performance.iter_mut().find(|entry| {
            entry.window == "current" && entry.slice.get("sector").is_some_and(|sector| sector == "Energy")
        });
        entry.unwrap().pairs = pairs;
        assert_eq!(answer(&of_energy, &report).verdict, expected, "{pairs}");
    }
}
