#![allow(clippy::unwrap_used, clippy::panic)]

use alloc::{string::ToString, vec, vec::Vec};

use serde_json::{Value, json};

use super::*;
use crate::math::tests::{close, numbers, uniforms};

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../tests/vectors/detectors.json")).unwrap()
}

/// The streams of the vectors, as `tests/oracle/detectors.py` builds them.
fn stream(name: &str) -> Vec<f64> {
    let of = |value: fn(f64, usize) -> f64| uniforms(4000).into_iter().zip(0..).map(|(u, i)| value(u, i)).collect();
    match name {
        "cont" => of(|u, i| if i < 2000 { u } else { u + 0.3 }),
        "bern" => of(|u, i| f64::from(u8::from(u < if i < 2000 { 0.1 } else { 0.3 }))),
        "stationary" => of(|u, _| u),
        "stationary_bern" => of(|u, _| f64::from(u8::from(u < 0.2))),
        "fall" => of(|u, i| if i < 2000 { u } else { u - 0.3 }),
        "fall_bern" => of(|u, i| f64::from(u8::from(u < if i < 2000 { 0.4 } else { 0.1 }))),
        "gradual" => of(|u, i| u + 0.0002 * i as f64),
        "gradual_bern" => of(|u, i| f64::from(u8::from(u < 0.05 + 0.0001 * i as f64))),
        "gradual_share" => of(|u, i| 0.5 * u + 0.000_125 * i as f64),
        "steps" => of(|u, i| u + (i / 400 % 2) as f64),
        "steps_bern" => of(|u, i| f64::from(u8::from(u < if i / 400 % 2 == 0 { 0.1 } else { 0.5 }))),
        "far" => of(|u, i| if i < 2000 { 1e6 + u } else { 1e6 + u + 0.3 }),
        "wider" => of(|u, i| if i < 2000 { u } else { 3.0 * u - 1.0 }),
        "constant" => vec![0.25; 4000],
        "zeros" => vec![0.0; 4000],
        "ones" => vec![1.0; 4000],
        "zeros_then_ones" => of(|_, i| f64::from(u8::from(i >= 2000))),
        "short" => uniforms(7),
        "short_bern" => vec![0.0, 1.0, 0.0, 0.0, 1.0],
        "empty" => Vec::new(),
        other => panic!("{other}"),
    }
}

/// The options of a case as a document.
fn options(case: &Value) -> DetectOptions {
    let mut document = case["options"].clone();
    document["detector"] = case["detector"].clone();
    serde_json::from_value(document).unwrap()
}

fn default(detector: &str) -> DetectOptions {
    serde_json::from_value(json!({ "detector": detector })).unwrap()
}

const ALL: [&str; 8] = ["adwin", "ddm", "eddm", "hddm_a", "hddm_w", "kswin", "page_hinkley", "cusum"];

#[test]
fn changes_and_warnings_are_where_the_oracle_finds_them() {
    let vectors = vectors();
    let cases = vectors["cases"].as_array().unwrap();
    let mut seen = (0, 0);
    for case in cases {
        let name = format!("{} {} {}", case["detector"], case["options"], case["stream"]);
        let found = detect(&options(case), &stream(case["stream"].as_str().unwrap())).unwrap();
        let changes: Vec<u64> = found.changes.iter().map(|change| change.at).collect();
        assert_eq!(json!(changes), case["changes"], "changes of {name}");
        let warnings: Vec<[u64; 2]> = found.warnings.iter().map(|zone| [zone.from, zone.to]).collect();
        assert_eq!(json!(warnings), case["warnings"], "warnings of {name}");
        seen = (seen.0 + changes.len(), seen.1 + warnings.len());
    }
    assert!(cases.len() > 200 && seen.0 > 500 && seen.1 > 500, "{seen:?} of {}", cases.len());
}

#[test]
fn levels_around_a_change_are_those_of_the_oracle() {
    let mut seen = 0;
    for case in vectors()["cases"].as_array().unwrap() {
        let found = detect(&options(case), &stream(case["stream"].as_str().unwrap())).unwrap();
        let Some(levels) = case["levels"].as_array() else {
            assert!(found.changes.iter().all(|change| change.before.is_none() && change.after.is_none()), "{case}");
            continue;
        };
        assert_eq!(levels.len(), found.changes.len());
        for (change, levels) in found.changes.iter().zip(levels) {
            for (mine, theirs) in [change.before, change.after].into_iter().zip(numbers(levels)) {
                // A level may be 0, from sums of both signs: absolute, in the unit of values around 1 (1e6 in `far`).
                let mine = mine.unwrap();
                assert!(abs(mine - theirs) <= 1e-12 * abs(theirs).max(1.0), "{mine} is not {theirs}: {case}");
                seen += 1;
            }
        }
    }
    assert!(seen > 500, "{seen}");
}

#[test]
fn the_window_of_adwin_is_that_of_river() {
    let cases = vectors()["cases"].clone();
    let cases = cases.as_array().unwrap().iter().filter(|case| case.get("width").is_some());
    let mut seen = 0;
    for case in cases {
        let DetectOptions::Adwin(options) = options(case) else { panic!("{case}") };
        let mut detector = Adwin::new(options).unwrap();
        for x in stream(case["stream"].as_str().unwrap()) {
            let _ = detector.update(x);
        }
        let number = |name: &str| case[name].as_f64().unwrap();
        assert_eq!(detector.width(), number("width"), "{case}");
        close(detector.total(), number("total"), 1e-12);
        // 1e6 away from 0, squared distances of 0.1 keep ten digits less than they have.
        let far = case["stream"] == "far";
        assert!(abs(detector.variance() - number("variance")) <= if far { 1e-9 } else { 1e-14 }, "{case}");
        seen += 1;
    }
    assert!(seen > 30, "{seen}");
}

#[test]
fn cusum_is_montgomerys_table() {
    let case = &vectors()["montgomery"];
    let options = json!({ "detector": "cusum", "mean": 10.0, "sd": 1.0, "k": 0.5, "h": 5.0 });
    assert_eq!(case["options"], json!({ "mean": 10.0, "sd": 1.0, "k": 0.5, "h": 5.0 }));
    let found = detect(&serde_json::from_value(options).unwrap(), &numbers(&case["values"])).unwrap();
    let [change] = found.changes[..] else { panic!("{:?}", found.changes) };
    assert_eq!((change.at, change.before), (case["at"].as_u64().unwrap(), Some(10.0)));
    assert_eq!(format!("{:.2}", change.after.unwrap()), case["after"].to_string());
}

#[test]
fn what_kswin_takes_for_a_change_is_what_scipy_gives_that_p_value() {
    for case in vectors()["kswin_gaps"].as_array().unwrap() {
        let n = case["n"].as_u64().unwrap() as u32;
        let alpha = case["alpha"].as_f64().unwrap();
        let detector = Kswin::new(KswinOptions { alpha, window_size: 2 * n, stat_size: n, seed: 1 });
        match case["gap"].as_u64() {
            Some(gap) => {
                let mut detector = detector.unwrap();
                // The latest values are those before, moved by so many places.
                let mut signal = |moved: u64| {
                    let before = (0..n).map(f64::from);
                    let after = (0..n).map(|x| f64::from(x) + moved as f64 - 0.5);
                    before.chain(after).map(|x| detector.update(x)).last().unwrap()
                };
                assert_eq!(signal(gap), Signal::Change, "{case}");
                assert_eq!(signal(gap - 1), Signal::None, "{case}");
            }
            None => assert!(detector.unwrap_err().message.contains("at stat_size: "), "{case}"),
        }
    }
}

#[test]
fn kswin_finds_a_step_and_nothing_in_calm_values_whatever_is_drawn() {
    let case = &vectors()["kswin_seeds"];
    let whole = |name: &str| case[name].as_u64().unwrap();
    assert_eq!(whole("calm_changes"), 0);
    let calm = &stream(case["calm"].as_str().unwrap())[..whole("calm_values") as usize];
    for seed in 0..20 {
        let options =
            KswinOptions { alpha: case["options"]["alpha"].as_f64().unwrap(), seed, ..KswinOptions::default() };
        let options = DetectOptions::Kswin(options);
        let found = detect(&options, &stream(case["stream"].as_str().unwrap())).unwrap();
        assert!((whole("earliest")..=whole("latest")).contains(&found.changes[0].at), "{:?}", found.changes);
        assert_eq!(detect(&options, calm).unwrap().changes, [], "seed {seed}");
    }
}

#[test]
fn the_draws_of_kswin_follow_its_seed() {
    let values = stream("wider");
    let of = |seed: u64| {
        let options = KswinOptions { alpha: 0.05, seed, ..KswinOptions::default() };
        detect(&DetectOptions::Kswin(options), &values).unwrap().changes
    };
    assert_eq!(of(3), of(3));
    assert_ne!(of(3), of(4));
}

#[test]
fn missing_values_are_counted_and_otherwise_not_there() {
    for name in ALL {
        let values = stream("steps_bern");
        let plain = detect(&default(name), &values).unwrap();
        assert_eq!((plain.values, plain.missing), (4000, 0));
        let gaps: Vec<f64> = values.iter().flat_map(|x| [f64::NAN, *x]).collect();
        let found = detect(&default(name), &gaps).unwrap();
        assert_eq!((found.values, found.missing), (8000, 4000), "{name}");
        let moved = |at: u64| 2 * at + 1;
        let changes: Vec<_> = plain.changes.iter().map(|one| DetectedChange { at: moved(one.at), ..*one }).collect();
        let zone = |zone: &WarningZone| WarningZone { from: moved(zone.from), to: moved(zone.to) };
        assert_eq!((found.changes, found.warnings), (changes, plain.warnings.iter().map(zone).collect()), "{name}");
    }
}

#[test]
fn values_that_a_detector_does_not_take_are_refused_with_their_place() {
    let wrong = |name: &str, x: f64| detect(&default(name), &[0.0, f64::NAN, x]).unwrap_err();
    for (names, values) in [
        (&["ddm", "eddm"][..], &[0.5, -1.0, 2.0, f64::INFINITY][..]),
        (&["hddm_a", "hddm_w"], &[-0.1, 1.1, f64::NEG_INFINITY]),
        (&["adwin", "kswin", "page_hinkley", "cusum"], &[f64::INFINITY, f64::NEG_INFINITY, 1.1e100]),
    ] {
        for (name, x) in names.iter().flat_map(|name| values.iter().map(move |x| (name, *x))) {
            let error = wrong(name, x);
            let start = format!("values, at [2]: {x:?}; this detector takes ");
            assert!(error.message.starts_with(&start), "{name}: {}", error.message);
            assert_eq!(error.code.name(), "input");
            let mut one = detector(&default(name)).unwrap();
            assert_eq!(one.update(x), Signal::None);
        }
    }
    assert!(wrong("ddm", 0.5).message.ends_with("takes 0 (right) and 1 (wrong), and NaN for a missing value"));
}

#[test]
fn a_value_that_is_left_out_changes_nothing() {
    for name in ALL {
        let [mut one, mut other] = [(); 2].map(|()| detector(&default(name)).unwrap());
        for x in stream("steps_bern") {
            let _ = one.update(f64::NAN);
            assert_eq!(one.update(x), other.update(x), "{name}");
        }
    }
}

#[test]
fn options_outside_their_range_are_refused_by_name_value_and_range() {
    let wrong = [
        (r#""adwin", "delta": 0"#, "delta: 0; allowed is above 0 and below 1"),
        (r#""adwin", "delta": 1"#, "delta: 1; "),
        (r#""adwin", "clock": 0"#, "clock: 0; allowed is at least 1"),
        (r#""adwin", "max_buckets": 1"#, "max_buckets: 1; allowed is 2 to 1000"),
        (r#""adwin", "max_buckets": 1001"#, "max_buckets: 1001; "),
        (r#""adwin", "min_window_length": 0"#, "min_window_length: 0; "),
        (r#""ddm", "warning_threshold": -1"#, "warning_threshold: -1; allowed is a number of at least 0"),
        (r#""ddm", "drift_threshold": 1.5"#, "drift_threshold: 1.5; allowed is a number of at least warning_threshold"),
        (r#""eddm", "beta": 0"#, "beta: 0; allowed is above 0 and at most 1"),
        (r#""eddm", "alpha": 0.5"#, "alpha: 0.5; allowed is beta to 1"),
        (r#""eddm", "alpha": 1.5"#, "alpha: 1.5; "),
        (r#""hddm_a", "drift_confidence": 1"#, "drift_confidence: 1; allowed is above 0 and below 1"),
        (r#""hddm_a", "warning_confidence": 0.0001"#, "warning_confidence: 0.0001; allowed is drift_confidence to"),
        (r#""hddm_w", "warning_confidence": 1"#, "warning_confidence: 1; "),
        (r#""hddm_w", "lambda_val": 0"#, "lambda_val: 0; allowed is above 0 and at most 1"),
        (r#""hddm_w", "lambda_val": 1.1"#, "lambda_val: 1.1; "),
        (r#""kswin", "alpha": 1"#, "alpha: 1; "),
        (r#""kswin", "stat_size": 0"#, "stat_size: 0; allowed is 1 to 10000"),
        (r#""kswin", "stat_size": 51"#, "window_size: 100; allowed is at least twice stat_size"),
        (r#""kswin", "stat_size": 4294967295"#, "stat_size: 4294967295; "),
        (r#""kswin", "window_size": 4294967295"#, "window_size: 4294967295; "),
        (r#""page_hinkley", "delta": -0.1"#, "delta: -0.1; "),
        (r#""page_hinkley", "threshold": 1e101"#, "threshold: 1"),
        (r#""page_hinkley", "alpha": 1.1"#, "alpha: 1.1; allowed is 0 to 1"),
        (r#""cusum", "k": -0.5"#, "k: -0.5; "),
        (r#""cusum", "h": 0"#, "h: 0; allowed is above 0"),
        (r#""cusum", "warm_start": 1"#, "warm_start: 1; allowed is at least 2"),
        (r#""cusum", "mean": 3"#, "mean: 3; allowed is mean and sd together"),
        (r#""cusum", "sd": 3"#, "sd: 3; allowed is mean and sd together"),
        (r#""cusum", "mean": 3, "sd": 0"#, "sd: 0; "),
        (r#""cusum", "mean": -1e200, "sd": 1"#, "mean: -1"),
    ];
    for (options, expected) in wrong {
        let options: DetectOptions = serde_json::from_str(&format!("{{\"detector\": {options}}}")).unwrap();
        let error = detect(&options, &[]).unwrap_err();
        assert!(error.message.starts_with(&format!("options, at {expected}")), "{expected}: {}", error.message);
        assert_eq!(error.code.name(), "usage");
    }
    // What JSON cannot say.
    for delta in [f64::NAN, f64::INFINITY] {
        assert!(Adwin::new(AdwinOptions { delta, ..AdwinOptions::default() }).is_err());
    }
    let nan = DdmOptions { drift_threshold: f64::NAN, ..DdmOptions::default() };
    assert!(Ddm::new(nan).is_err());
    assert!(Cusum::new(CusumOptions { mean: Some(f64::NAN), sd: Some(1.0), ..CusumOptions::default() }).is_err());
}

#[test]
fn cusum_learns_on_while_all_values_are_equal() {
    let options = DetectOptions::Cusum(CusumOptions { warm_start: 5, ..CusumOptions::default() });
    assert_eq!(detect(&options, &[3.0; 500]).unwrap().changes, []);
    // Fifty zeros and a one are learnt: mean 1/51, sd 0.14. The next one is seven of these above.
    let found = detect(&options, &[[0.0; 50], [1.0; 50]].concat()).unwrap();
    assert_eq!(found.changes[0].at, 51);
    close(found.changes[0].before.unwrap(), 1.0 / 51.0, 1e-12);
}

#[test]
fn extreme_values_never_panic() {
    let extremes = [0.0, -0.0, 1.0, 5e-324, 1e-100, 0.5, 1e100, -1e100, 1e99];
    arbtest::arbtest(|u| {
        let picks: Vec<u8> = u.arbitrary()?;
        for name in ALL {
            let takes = detector(&default(name)).unwrap().takes();
            let values: Vec<f64> = picks.iter().map(|pick| extremes[usize::from(*pick) % extremes.len()]).collect();
            let values: Vec<f64> = values.into_iter().filter(|x| takes.holds(*x)).cycle().take(300).collect();
            let found = detect(&default(name), &values).unwrap();
            let levels = found.changes.iter().flat_map(|change| [change.before, change.after]).flatten();
            for level in levels {
                assert!(level.is_finite(), "{name}: {level}");
            }
        }
        Ok(())
    });
}

#[test]
fn the_document_echoes_every_default_and_names_what_is_wrong() {
    let answer = |options: &str| crate::door::detect(options, &[1.0, f64::NAN]);
    let start = format!(r#"{{"schema":1,"kind":"detection","driftgate":"{VERSION}","options":{{"detector":"#);
    for (name, echoed) in [
        ("adwin", r#""delta":0.002,"clock":32,"max_buckets":5,"min_window_length":5,"grace_period":10"#),
        ("ddm", r#""warm_start":30,"warning_threshold":2.0,"drift_threshold":3.0"#),
        ("eddm", r#""warm_start":30,"alpha":0.95,"beta":0.9"#),
        ("hddm_a", r#""drift_confidence":0.001,"warning_confidence":0.005,"two_sided_test":false"#),
        ("hddm_w", r#""drift_confidence":0.001,"warning_confidence":0.005,"lambda_val":0.05,"two_sided_test":false"#),
        ("kswin", r#""alpha":0.005,"window_size":100,"stat_size":30,"seed":1"#),
        ("page_hinkley", r#""min_instances":30,"delta":0.005,"threshold":50.0,"alpha":0.9999,"mode":"both""#),
        ("cusum", r#""k":0.5,"h":5.0,"warm_start":100,"mean":null,"sd":null"#),
    ] {
        let whole = format!(r#"{start}"{name}",{echoed}}},"values":2,"missing":1,"changes":[],"warnings":[]}}"#);
        assert_eq!(answer(&format!(r#"{{"detector":"{name}"}}"#)).unwrap(), whole);
        // What was echoed can be asked again.
        assert_eq!(answer(&format!(r#"{{"detector":"{name}",{echoed}}}"#)).unwrap(), whole);
    }
    for (options, start, end) in [
        (r#"{"detector":"adwin","detla":0.1}"#, "options, at detla: unknown field `detla`", "did you mean `delta`?"),
        (r#"{"detector":"adwn"}"#, "options, at detector: unknown variant `adwn`", "did you mean `adwin`?"),
        (r#"{"delta":0.1}"#, "options: missing field `detector`", ""),
        (r#"{"clock":3,"delta":"x","detector":"adwin"}"#, "options, at delta: invalid type: string \"x\"", ""),
        (r#"{"detector":"adwin","clock":-1}"#, "options, at clock: invalid value: integer `-1`", ""),
        (
            r#"{"detector":"page_hinkley","mode":"upp"}"#,
            "options, at mode: unknown variant `upp`",
            "did you mean `up`?",
        ),
        (r#"{"detector":"ddm","clock":3}"#, "options, at clock: unknown field `clock`", ""),
        ("[]", "options: ", ""),
    ] {
        let error = answer(options).unwrap_err();
        assert_eq!(error.code.name(), "usage");
        assert!(error.message.starts_with(start) && error.message.ends_with(end), "{options}: {}", error.message);
    }
}
