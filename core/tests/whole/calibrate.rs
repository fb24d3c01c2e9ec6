//! Calibration of a plan on logs so plain that every window, alarm and found change can be counted by hand.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use crate::support;

use driftgate_core::door::{self, ProfileHandle};
use driftgate_documents::{Calibration, FalseAlarms, Power};
use serde_json::{Value, json};
use support::{Dice, day, lines, profile, profile_of, schema};

/// Ten rows a day. `grid` is 0..9, `pair` is -1 and 1; every other day both lie 0.1 higher, every other pair of days `pair`
/// is 2 % wider. `grid` lies 50 higher on the `moved` days: alone on a day of a window of at most ten it moves the window's
/// mean by 5 or more, beyond the range of 0.1 that calm days have, and a tenth of the values or more (KS).
fn rows(days: usize, moved: &[usize]) -> Vec<Value> {
    let row = |at: usize| {
        let (date, of) = (at / 10, at % 10);
        let lift = (date % 2) as f64 / 10.0;
        let wide = 1.0 + (date / 2 % 2) as f64 / 50.0;
        let grid = of as f64 + lift + if moved.contains(&date) { 50.0 } else { 0.0 };
        let pair = if of % 2 == 0 { -wide } else { wide } + lift;
        json!({"timestamp": day(date), "id": format!("i{at}"), "grid": grid, "pair": pair})
    };
    (0..days * 10).map(row).collect()
}

fn log(days: usize, moved: &[usize]) -> ProfileHandle {
    let log = lines(rows(days, moved));
    profile(&log, &schema(&log))
}

fn calibrated(plan: &Value, options: &Value, log: &ProfileHandle) -> Calibration {
    let answer = door::calibrate(&plan.to_string(), &options.to_string(), log).expect("a calibration");
    serde_json::from_str(&answer).unwrap()
}

fn refused(plan: &Value, options: &Value, log: &ProfileHandle) -> String {
    door::calibrate(&plan.to_string(), &options.to_string(), log).expect_err("an error").message
}

/// Windows, alarms, inconclusive, episodes, windows that do not overlap and their alarms.
fn counts(of: &FalseAlarms) -> [u64; 6] {
    [of.windows, of.alarms, of.inconclusive, of.episodes, of.disjoint_windows, of.disjoint_alarms]
}

/// The positions of the days on which alarming windows begin; each is checked to be as long as it should.
fn starts(of: &FalseAlarms) -> Vec<usize> {
    let position = |date: &str| (0..336).find(|at| day(*at)[..10] == *date).expect("a day of the log");
    let start = |window: &driftgate_documents::Rolling| {
        let (from, to) = (position(&window.from), position(&window.to));
        assert_eq!(to + 1 - from, of.days as usize);
        from
    };
    of.alarming.iter().map(start).collect()
}

/// scipy 1.17: `scipy.stats.binomtest(hits, tries).proportion_ci(method="wilson")`.
fn interval(of: &FalseAlarms, [low, high]: [f64; 2]) {
    let interval = of.disjoint_interval.expect("windows");
    assert!((interval[0] - low).abs() <= 1e-12 && (interval[1] - high).abs() <= 1e-12, "{interval:?}");
}

#[test]
fn windows_with_a_trailing_reference_are_counted() {
    // 60 days, the last five moved. Windows of 5 begin on days 30 to 55; those from 51 on hold a moved day, their
    // references none. Those that begin on 30, 35, .. 55 do not overlap.
    let log = log(60, &[55, 56, 57, 58, 59]);
    let answer = calibrated(&json!({}), &json!({"windows": [5], "trailing": 30}), &log);
    let of = &answer.false_alarms[0];
    assert_eq!((answer.false_alarms.len(), counts(of)), (1, [26, 5, 0, 1, 6, 1]));
    assert_eq!(starts(of), [51, 52, 53, 54, 55]);
    interval(of, [0.030_053_369_748_306_69, 0.563_502_822_186_470_2]);
    assert!(of.alarming.iter().all(|window| window.columns == ["grid"]), "{:?}", of.alarming);
    assert_eq!(
        (answer.rows, answer.days, answer.from, answer.to),
        (600, 60, day(0)[..10].into(), day(59)[..10].into())
    );
    assert!(answer.skipped.is_empty(), "{:?}", answer.skipped);
    // The plan is written out, and the rule is that of rows with a time.
    assert_eq!(serde_json::to_value(answer.plan.rule).unwrap(), "by_day");
}

#[test]
fn a_gap_lies_between_window_and_reference() {
    // Windows of 3 days need 20 + 30 days before them: they begin on days 50 to 57. Moved are 51 and 57, so 50 and 51
    // alarm, and 55, 56 and 57; their references end on day 36.
    let log = log(60, &[51, 57]);
    let options = json!({"windows": [3], "trailing": 30, "gap": 20});
    let answer = calibrated(&json!({}), &options, &log);
    let of = &answer.false_alarms[0];
    assert_eq!(counts(of), [8, 5, 0, 2, 3, 2]);
    assert_eq!(starts(of), [50, 51, 55, 56, 57]);
    interval(of, [0.207_659_600_802_047_82, 0.938_508_055_279_603_8]);
    // One day more of either leaves a window less.
    for options in
        [json!({"windows": [3], "trailing": 31, "gap": 20}), json!({"windows": [3], "trailing": 30, "gap": 21})]
    {
        assert_eq!(counts(&calibrated(&json!({}), &options, &log).false_alarms[0])[0], 7, "{options}");
    }
}

#[test]
fn without_trailing_the_reference_is_every_other_day_of_the_log() {
    let calm = calibrated(&json!({}), &json!({"windows": [5]}), &log(40, &[]));
    assert_eq!(counts(&calm.false_alarms[0]), [36, 0, 0, 0, 8, 0]);
    interval(&calm.false_alarms[0], [0.0, 0.324_407_564_883_880_23]);
    // The window of all moved days is not its own reference: it leaves the range of the others.
    let moved = calibrated(&json!({}), &json!({"windows": [5]}), &log(40, &[20, 21, 22, 23, 24]));
    assert!(starts(&moved.false_alarms[0]).contains(&20));
    // Ten days, windows of 5, two days between: only the first and the last window leave three days of reference. Both
    // alarm, and are no neighbours.
    let halves = calibrated(&json!({}), &json!({"windows": [5], "gap": 2}), &log(10, &[5, 6, 7, 8, 9]));
    assert_eq!(counts(&halves.false_alarms[0]), [2, 2, 0, 2, 2, 2]);
    assert_eq!(starts(&halves.false_alarms[0]), [0, 5]);
    interval(&halves.false_alarms[0], [0.342_380_227_506_653_03, 1.0]);
}

#[test]
fn a_log_that_is_too_short_for_a_length_says_so() {
    let answer = calibrated(&json!({}), &json!({"windows": [20, 5, 100, 5], "trailing": 30}), &log(45, &[]));
    assert_eq!(answer.false_alarms.iter().map(|of| of.days).collect::<Vec<_>>(), [5]);
    let said: Vec<(&str, &str)> =
        answer.skipped.iter().map(|skipped| (skipped.kind.as_str(), skipped.method.as_str())).collect();
    assert_eq!(said, [("calibration", "windows of 20 days"), ("calibration", "windows of 100 days")]);
    assert!(answer.skipped[0].reason.contains("45 trading days leave no window"), "{}", answer.skipped[0].reason);
    assert!(answer.power.iter().all(|power| power.days == 5));
}

fn power<'a>(answer: &'a Calibration, column: &str, change: &str, size: f64) -> &'a Power {
    let is =
        |power: &&Power| power.column == column && power.change == change && power.size.to_bits() == size.to_bits();
    answer.power.iter().find(is).unwrap_or_else(|| panic!("no {column} {change} {size}: {:?}", answer.power))
}

#[test]
fn a_change_is_found_in_every_window_or_in_none() {
    let answer = calibrated(&json!({}), &json!({"windows": [5], "trailing": 30}), &log(60, &[]));
    assert_eq!(counts(&answer.false_alarms[0]), [26, 0, 0, 0, 6, 0]);
    interval(&answer.false_alarms[0], [0.0, 0.390_334_287_902_165_3]);
    // `pair` has a deviation of 1: all of its level leaves the range of 0.1, and KS is 1/2.
    for size in [0.25, 0.5, 1.0] {
        let found = power(&answer, "pair", "level", size);
        assert_eq!((found.days, found.windows, found.found), (5, 6, 6), "{size}");
    }
    let wider = power(&answer, "pair", "spread", 1.5);
    assert_eq!((wider.windows, wider.found), (6, 6));
    // `grid` has a deviation of 2.87: a quarter of it passes one value of ten, which is minor; all of it three.
    assert_eq!(power(&answer, "grid", "level", 0.25).found, 0);
    assert_eq!(power(&answer, "grid", "level", 1.0).found, 6);
    let minor = calibrated(&json!({"fail_on": "minor"}), &json!({"windows": [5], "trailing": 30}), &log(60, &[]));
    assert_eq!(power(&minor, "grid", "level", 0.25).found, 6);
}

#[test]
fn at_most_twenty_windows_are_changed_and_evenly_chosen() {
    // 63 days, windows of 3: 21 do not overlap, of which every second one is changed.
    let answer = calibrated(&json!({}), &json!({"windows": [3]}), &log(63, &[]));
    assert_eq!(answer.false_alarms[0].disjoint_windows, 21);
    assert!(answer.power.iter().all(|power| power.windows == 11), "{:?}", answer.power);
}

#[test]
fn the_plan_chooses_the_columns() {
    let log = log(60, &[55, 56, 57, 58, 59]);
    let options = json!({"windows": [5], "trailing": 30});
    let answer = calibrated(&json!({"columns": ["pair"]}), &options, &log);
    assert_eq!(counts(&answer.false_alarms[0]), [26, 0, 0, 0, 6, 0]);
    assert!(answer.power.iter().all(|power| power.column == "pair") && answer.power.len() == 4);
    let said = refused(&json!({"columns": ["pair", "triple"]}), &options, &log);
    assert!(said.contains("the log has no column `triple`"), "{said}");
}

#[test]
fn other_rules_judge_the_same_windows() {
    let log = log(60, &[55, 56, 57, 58, 59]);
    for rule in ["rows", "any", "window"] {
        let answer = calibrated(&json!({"rule": rule}), &json!({"windows": [5], "trailing": 30}), &log);
        let of = &answer.false_alarms[0];
        let starts = starts(of);
        // KS of calm windows is at most 0.1; of the last one it is 1.
        assert!(
            of.windows == 26 && starts.iter().all(|start| *start >= 51) && starts.contains(&55),
            "{rule}: {starts:?}"
        );
    }
}

#[test]
fn the_rows_of_one_model_with_a_time_are_judged() {
    // `few` wrote one row on each of 30 days, of another scale, and `many` ten rows on each of 60.
    let mut all = rows(60, &[]);
    all.iter_mut().for_each(|row| row["model"] = json!("many"));
    let few = |at: usize| json!({"timestamp": day(at), "id": format!("f{at}"), "model": "few", "grid": 1e9 + (at % 2) as f64, "pair": 0.5});
    all.extend((10..40).map(few));
    let mut timeless = rows(1, &[]);
    timeless.iter_mut().enumerate().for_each(|(at, row)| {
        *row = json!({"id": format!("t{at}"), "model": "many", "grid": 1e12, "pair": 1e12});
    });
    all.extend(timeless);
    let text = lines(all);
    let log = profile(&text, &schema(&text));
    let options = json!({"windows": [5], "trailing": 20});
    let many = calibrated(&json!({}), &options, &log);
    assert_eq!((many.model.as_str(), many.rows, many.days), ("many", 600, 60));
    // A deviation is that of the rows that are judged: of all rows it would be so large that nothing is missed.
    assert_eq!((power(&many, "grid", "level", 0.25).found, power(&many, "grid", "level", 1.0).found), (0, 8));
    let few = calibrated(&json!({"model": "few"}), &options, &log);
    assert_eq!((few.model.as_str(), few.rows, few.days, few.false_alarms[0].windows), ("few", 30, 30, 6));
    assert_eq!((few.from, few.to), (day(10)[..10].into(), day(39)[..10].into()));
    let said = refused(&json!({"model": "man"}), &options, &log);
    assert!(said.contains("reference: no model `man`") && said.contains("did you mean `many`?"), "{said}");
}

#[test]
fn texts_have_no_power() {
    let text = lines((0..120).map(|at| {
        // One number in ten among words: a column of categories, which is judged as one.
        let mixed = if at % 10 == 0 { json!(at) } else { json!(["a", "b"][at % 2]) };
        json!({"timestamp": day(at / 2), "id": format!("i{at}"), "mixed": mixed, "x": at % 2})
    }));
    let answer = calibrated(&json!({}), &json!({"windows": [5]}), &profile(&text, &schema(&text)));
    assert!(answer.power.iter().all(|power| power.column == "x") && answer.power.len() == 4, "{:?}", answer.power);
}

#[test]
fn more_inputs_than_are_changed_are_said() {
    let text = lines((0..80).map(|at| {
        let mut row = json!({"timestamp": day(at / 2), "id": format!("i{at}")});
        (0..33).for_each(|column| row[format!("x{column:02}")] = json!(at % 2 + at / 2 % 2));
        row
    }));
    let answer = calibrated(&json!({}), &json!({"windows": [20], "trailing": 20}), &profile(&text, &schema(&text)));
    assert_eq!((answer.power.len(), answer.power.last().unwrap().column.as_str()), (32 * 4, "x31"));
    assert!(answer.skipped[0].reason.contains("33 inputs"), "{:?}", answer.skipped);
}

#[test]
fn what_cannot_be_asked_for_is_refused() {
    let log = log(20, &[]);
    let said = |options: Value| refused(&json!({}), &options, &log);
    assert!(said(json!({"windows": []})).contains("windows is empty; give lengths in trading days"));
    assert!(said(json!({"windows": [5, 2]})).contains("2 trading days; windows and trailing need 3 or more"));
    assert!(said(json!({"trailing": 2})).contains("2 trading days; windows and trailing need 3 or more"));
    assert!(said(json!({"window": [5]})).contains("did you mean `windows`?"));
    assert!(refused(&json!({"alpha": 0}), &json!({}), &log).contains("alpha is 0"));
    // What the plan rules out is not judged in silence.
    let said = refused(&json!({"as_of": &day(18)[..10]}), &json!({}), &log);
    assert!(said.contains("reference: holds rows of 2020-01-20, unknown as of 2020-01-19"), "{said}");
    let said = refused(&json!({"lookback": 10}), &json!({}), &log);
    assert!(said.contains("reference: holds rows of 2020-01-01, and lookback asks for 10 days"), "{said}");
    let text = lines(rows(20, &[]));
    let unfinished = ProfileHandle::create(&schema(&text), r#"{"name": "log"}"#, None).unwrap();
    assert!(refused(&json!({}), &json!({}), &unfinished).contains("not finished"));
}

#[test]
fn a_log_without_times_or_too_large_to_be_kept_is_refused() {
    let text = lines((0..60).map(|at| json!({"id": format!("i{at}"), "x": at % 7})));
    let said = refused(&json!({}), &json!({}), &profile(&text, &schema(&text)));
    assert!(said.contains("no row has a time") && said.contains("--map timestamp=COLUMN"), "{said}");
    // 65,536 rows are kept whole, one more is not.
    let large = |rows: usize| {
        let row = |at: usize| format!("{{\"timestamp\":\"{}\",\"id\":\"i{at}\",\"x\":{}}}\n", day(at % 6), at % 7);
        let text: String = (0..rows).map(row).collect();
        profile(&text, &schema(&text))
    };
    assert!(refused(&json!({}), &json!({}), &large(65_537)).contains("too large to be kept whole: give a part of it"));
    let whole = calibrated(&json!({}), &json!({"windows": [3]}), &large(65_536));
    assert_eq!((whole.rows, whole.false_alarms[0].windows), (65_536, 4));
}

#[test]
fn a_reference_of_more_days_than_are_kept_is_inconclusive_and_says_what_to_do() {
    // 520 days in a row; a reference of 515 is kept by weeks, of which a window of five days has one or two.
    let row = |at: usize| json!({"timestamp": 1_577_880_000 + at / 2 * 86_400, "id": format!("i{at}"), "x": at % 2 + at / 2 % 2});
    let text = lines((0..1040).map(row));
    let log = profile(&text, &schema(&text));
    let all = calibrated(&json!({}), &json!({"windows": [5]}), &log);
    assert_eq!((all.days, all.false_alarms[0].windows, all.false_alarms[0].inconclusive), (520, 516, 516));
    assert_eq!(all.skipped.len(), 1);
    assert!(all.skipped[0].reason.contains("kept by weeks") && all.skipped[0].reason.contains("--trailing 250"));
    let trailing = calibrated(&json!({}), &json!({"windows": [5], "trailing": 250}), &log);
    assert_eq!((trailing.false_alarms[0].windows, trailing.false_alarms[0].inconclusive), (266, 0));
    assert!(trailing.skipped.is_empty());
}

#[test]
fn any_order_and_split_of_the_rows_gives_the_same_bytes() {
    let mut rows = rows(60, &[51, 57]);
    let schema = schema(lines(rows.clone()));
    let answer = |parts: &[&[Value]]| {
        let texts: Vec<String> = parts.iter().map(|rows| lines(rows.to_vec())).collect();
        let texts: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
        door::calibrate("{}", r#"{"windows": [3, 5], "trailing": 30}"#, &profile_of(&texts, &schema, None)).unwrap()
    };
    let expected = answer(&[&rows]);
    let mut dice = Dice(1);
    for split in [1, 77, 300, 599] {
        dice.shuffle(&mut rows);
        let (one, other) = rows.split_at(split);
        assert_eq!(answer(&[one, other]), expected);
        assert_eq!(answer(&[other, one]), expected);
    }
}
