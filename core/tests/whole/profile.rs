//! A profile depends on the set of its rows alone, and its bytes may come from anyone.
//!
//! The same rows are pushed in any order, cut into any parts and merged in any tree: bytes and report have to be the
//! same, below the size to which a log is kept whole and above it.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use crate::support;

use driftgate_core::{
    analyze::analyze,
    profile::{Profile, Resolution, SMALL_ROWS},
    table::NO_TIME,
};
use driftgate_documents::{Cases, Plan, Report, Role, Schema, Task};
use support::{Dice, Row, Value, table};

const DAY: i64 = 86_400_000_000_000;
const HOUR: i64 = DAY / 24;

fn schema(task: Option<Task>, cases: Cases) -> Schema {
    let key = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<String>>();
    Schema {
        roles: [(Role::Id, "id".to_string())].into(),
        ignored: Vec::new(),
        segments: vec![key(&[]), key(&["symbol"]), key(&["regime"]), key(&["regime", "symbol"])],
        task,
        timezone: "+05:30".into(),
        cases,
        from: None,
        until: None,
        probability_of: None,
        written: Default::default(),
        left_out: Default::default(),
        labels: Vec::new(),
        doubled: Vec::new(),
        seen: std::collections::BTreeMap::new(),
    }
}

/// What the rows of a generated log hold.
#[derive(Clone, Copy, Debug)]
struct Shape {
    rows: usize,
    seed: u64,
    task: Task,
    /// 0: no models.
    models: u64,
    symbols: u64,
    /// 0: no regimes.
    regimes: u64,
    /// Nanoseconds from one row to the next; 0: no times.
    step: i64,
    ids: bool,
    /// Distinct values of the first feature.
    values: u64,
    /// Labels of a classifier, at most three: two have an AUC.
    labels: u64,
}

const SMALL: Shape = Shape {
    rows: 300,
    seed: 1,
    task: Task::Regression,
    models: 3,
    symbols: 7,
    regimes: 3,
    step: HOUR,
    ids: true,
    values: 1_000,
    labels: 3,
};

fn rows(shape: Shape) -> Vec<Row> {
    let mut dice = Dice(shape.seed);
    (0..shape.rows).map(|at| row(shape, at, &mut dice)).collect()
}

fn row(shape: Shape, at: usize, dice: &mut Dice) -> Row {
    let time = if shape.step == 0 || dice.below(50) == 0 { NO_TIME } else { at as i64 * shape.step };
    // Some ids stand twice, with the same row or with another one.
    let id = if shape.ids { format!("id{}", dice.below(shape.rows as u64 * 4)) } else { String::new() };
    let mut row = Row { time, id, cells: Vec::new() };
    if shape.models > 0 {
        row.role(Role::Model, Value::text(format!("m{}", dice.below(shape.models))));
    }
    row.role(Role::Symbol, Value::text(format!("s{}", dice.below(shape.symbols))));
    if shape.regimes > 0 {
        row.role(Role::Regime, Value::text(format!("r{}", dice.below(shape.regimes))));
    }
    match shape.task {
        Task::Regression => {
            row.role(Role::Prediction, Value::Number(dice.unit() * 3.0 - 1.0));
            row.role(Role::Actual, if dice.below(9) == 0 { Value::Missing } else { Value::Number(dice.unit()) });
        }
        Task::Classification => {
            row.role(Role::Prediction, Value::text(["low", "high", "1"][dice.below(shape.labels) as usize]));
            row.role(
                Role::Actual,
                [Value::text("low"), Value::text("high"), Value::Number(1.0)][dice.below(shape.labels) as usize]
                    .clone(),
            );
            row.role(Role::Confidence, Value::Number(dice.unit()));
        }
    }
    // What happened later, of some rows; more verdicts of the rule than are kept apart, where there are many values.
    if dice.below(3) > 0 {
        let outcomes = ["profit", "loss", "Neutral", "?"];
        row.role(Role::RulePrediction, Value::text(format!("v{}", dice.below(shape.values.min(40)))));
        row.role(Role::FinalPrediction, Value::text(["buy", "avoid", "watch"][dice.below(3) as usize]));
        row.role(Role::Outcome, Value::text(outcomes[dice.below(4) as usize]));
        row.role(Role::Pnl, if dice.below(5) == 0 { Value::Missing } else { Value::Number(dice.unit() * 9.0 - 4.0) });
    }
    row.feature("x", Value::Number(dice.below(shape.values) as f64 / 7.0 - 3.0));
    // A column that comes and goes: a whole batch, a whole day or a whole model may be without it.
    let rare = [Value::Missing, Value::NonFinite, Value::Other, Value::Number(1e300), Value::text("a")];
    if (at / 40).is_multiple_of(3) {
        row.feature("rare", rare[dice.below(5) as usize].clone());
    }
    // A column of the last rows only: in their order it comes in batches of its own, shuffled it stands beside all days.
    if at >= SMALL_ROWS + 500 {
        row.feature("late", Value::Number(dice.unit()));
    }
    if at.is_multiple_of(97) {
        row.feature("once", Value::Number(at as f64));
    }
    if dice.below(4) > 0 {
        row.feature("empty", Value::Missing);
    }
    row
}

/// One profile of all rows, pushed in their order.
fn whole(schema: &Schema, rows: &[Row]) -> Profile {
    pushed(schema, rows, 1_000)
}

fn pushed(schema: &Schema, rows: &[Row], batch: usize) -> Profile {
    let mut profile = Profile::new(schema).unwrap();
    rows.chunks(batch).for_each(|rows| profile.update(&table(rows)).unwrap());
    profile
}

/// The rows shuffled, cut into `parts` and merged in a random tree.
fn scattered(schema: &Schema, rows: &[Row], parts: usize, dice: &mut Dice) -> Profile {
    let mut rows = rows.to_vec();
    dice.shuffle(&mut rows);
    let mut cuts: Vec<usize> = (1..parts).map(|_| dice.below(rows.len() as u64 + 1) as usize).collect();
    cuts.extend([0, rows.len()]);
    cuts.sort_unstable();
    let mut trees: Vec<Profile> =
        cuts.windows(2).map(|cut| pushed(schema, &rows[cut[0]..cut[1]], 1 + dice.below(8_192) as usize)).collect();
    while trees.len() > 1 {
        let taken = trees.swap_remove(dice.below(trees.len() as u64) as usize);
        let into = dice.below(trees.len() as u64) as usize;
        trees[into].merge(&taken).unwrap();
    }
    trees.remove(0)
}

/// The report of a profile against itself, without what is outside the promise.
fn report(profile: &Profile) -> Report {
    let plan = Plan { model: profile.view().main_model().map(Into::into), ..Plan::default() };
    let plan = Plan { baseline: plan.model.clone(), ..plan };
    let windows = [("current", profile), ("reference", profile), ("baseline", profile)];
    let mut report = analyze(&plan, &windows).expect("a report");
    report.provenance.clear();
    report
}

fn assert_same(a: &Profile, b: &Profile, what: &str) {
    let (first, second) = (a.to_bytes().unwrap(), b.to_bytes().unwrap());
    assert!(first == second, "{what}: the bytes differ, {} and {}", first.len(), second.len());
    let (first, second) = (report(a), report(b));
    assert_eq!(first.performance, second.performance, "{what}");
    assert_eq!(serde_json::to_string(&first).unwrap(), serde_json::to_string(&second).unwrap(), "{what}");
}

/// to_bytes, from_bytes, to_bytes is the identity, and the profile read back gives the same report.
fn assert_keeps(profile: &Profile, what: &str) {
    let bytes = profile.to_bytes().unwrap();
    let read = Profile::from_bytes(&bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(read.to_bytes().unwrap() == bytes, "{what}: other bytes after reading back");
    assert_eq!(report(&read), report(profile), "{what}");
}

mod small_logs {
    use super::*;

    fn check(shape: Shape) {
        let schema = schema(Some(shape.task), Cases::None);
        let rows = rows(shape);
        let expected = whole(&schema, &rows);
        assert_keeps(&expected, &format!("{shape:?}"));
        for seed in 0..4 {
            let mut dice = Dice(seed);
            let other = scattered(&schema, &rows, 1 + 3 * seed as usize, &mut dice);
            assert_same(&expected, &other, &format!("{shape:?} {seed}"));
        }
    }

    #[test]
    fn any_order_split_and_tree_gives_the_same_bytes() {
        for seed in 0..6 {
            check(Shape { seed, ..SMALL });
            check(Shape { seed, task: Task::Classification, ..SMALL });
            check(Shape { seed, task: Task::Classification, labels: 2, ..SMALL });
        }
    }

    #[test]
    fn a_log_may_have_no_times_no_ids_no_models_no_regimes() {
        check(Shape { step: 0, ..SMALL });
        check(Shape { ids: false, ..SMALL });
        check(Shape { models: 0, ..SMALL });
        check(Shape { models: 0, regimes: 0, step: 0, ids: false, ..SMALL });
        check(Shape { rows: 1, ..SMALL });
    }

    #[test]
    fn more_than_eight_models_are_counted_only() {
        let shape = Shape { models: 20, rows: 800, ..SMALL };
        check(shape);
        let profile = whole(&schema(Some(shape.task), Cases::None), &rows(shape));
        let report = report(&profile);
        let current = report.current.as_ref().unwrap();
        assert_eq!((current.models.len(), current.rows + current.repeated_rows + current.conflicting_rows), (8, 800));
        assert!(report.skipped.iter().any(|skipped| skipped.reason.contains("more than 8 models")));
    }

    #[test]
    fn arbitrary_rows_in_arbitrary_trees() {
        for seed in 0..200_u64 {
            // The upper half is the dice, the lower half the bytes there are.
            arbtest::arbtest(|u| {
                let shape = Shape {
                    rows: u.int_in_range(1..=60)?,
                    seed: u.arbitrary()?,
                    task: if u.arbitrary()? { Task::Regression } else { Task::Classification },
                    models: u.int_in_range(0..=12)?,
                    symbols: u.int_in_range(1..=5)?,
                    regimes: u.int_in_range(0..=3)?,
                    step: *u.choose(&[0, 1, HOUR, DAY, 40 * DAY])?,
                    ids: u.arbitrary()?,
                    values: u.int_in_range(1..=50)?,
                    labels: u.int_in_range(1..=3)?,
                };
                let schema = schema(Some(shape.task), Cases::None);
                let rows = rows(shape);
                let (expected, mut dice) = (whole(&schema, &rows), Dice(u.arbitrary()?));
                let other = scattered(&schema, &rows, u.int_in_range(1..=9)?, &mut dice);
                assert_same(&expected, &other, &format!("{shape:?}"));
                Ok(())
            })
            .seed(seed << 32 | 256);
        }
    }

    #[test]
    fn an_empty_part_changes_nothing() {
        let schema = schema(Some(Task::Regression), Cases::None);
        let rows = rows(SMALL);
        let expected = whole(&schema, &rows);
        let mut first = Profile::new(&schema).unwrap();
        first.merge(&expected).unwrap();
        assert_same(&expected, &first, "empty first");
        let mut last = expected.clone();
        last.merge(&Profile::new(&schema).unwrap()).unwrap();
        assert_same(&expected, &last, "empty last");
    }

    #[test]
    fn profiles_of_other_settings_do_not_merge() {
        let rows = rows(SMALL);
        let mine = whole(&schema(Some(Task::Regression), Cases::None), &rows);
        let other = |change: &dyn Fn(&mut Schema)| {
            let mut schema = schema(Some(Task::Regression), Cases::None);
            change(&mut schema);
            mine.clone().merge(&whole(&schema, &rows)).unwrap_err().message
        };
        assert!(other(&|schema| schema.task = None).contains("different task"));
        assert!(other(&|schema| schema.timezone = "UTC".into()).contains("different timezone"));
        assert!(other(&|schema| schema.cases = Cases::Sample).contains("different cases"));
        assert!(other(&|schema| schema.segments.truncate(2)).contains("different segments"));
    }
}

mod large_logs {
    use super::*;

    /// More rows than are kept whole, narrow, with more of everything than is kept.
    const LARGE: Shape = Shape {
        rows: SMALL_ROWS + 4_500,
        seed: 2,
        task: Task::Classification,
        models: 12,
        symbols: 5_000,
        regimes: 300,
        step: 0,
        ids: true,
        values: 40_000,
        labels: 3,
    };

    fn check(shape: Shape, cases: Cases) -> Profile {
        let schema = schema(Some(shape.task), cases);
        let mut rows = rows(shape);
        // Segments of two keys would be as many as rows; their bound is tested by the symbols.
        let schema = Schema { segments: schema.segments[..3].to_vec(), ..schema };
        let expected = whole(&schema, &rows);
        assert_keeps(&expected, &format!("{shape:?}"));
        let mut dice = Dice(shape.seed);
        // Small with small, over the threshold.
        assert_same(&expected, &scattered(&schema, &rows, 5, &mut dice), &format!("parts {shape:?}"));
        // Small with large, large with small.
        dice.shuffle(&mut rows);
        let (few, many) = rows.split_at(3_000);
        let (few, many) = (pushed(&schema, few, 777), pushed(&schema, many, 5_000));
        let (mut first, mut second) = (few.clone(), many.clone());
        first.merge(&many).unwrap();
        second.merge(&few).unwrap();
        assert_same(&expected, &first, &format!("small with large {shape:?}"));
        assert_same(&expected, &second, &format!("large with small {shape:?}"));
        expected
    }

    #[test]
    fn beyond_every_bound_the_order_does_not_matter() {
        let profile = check(LARGE, Cases::None);
        let view = profile.view();
        assert!(view.sections.too_many_models && view.sections.models.len() == 8);
        assert!(view.rows.is_none() && !view.complete);
        assert!(!report(&profile).current.unwrap().exact);
    }

    #[test]
    fn one_model_has_more_symbols_and_values_than_are_kept() {
        let shape = Shape { models: 1, task: Task::Regression, regimes: 3, ..LARGE };
        let profile = check(shape, Cases::None);
        let view = profile.view();
        let model = &view.sections.models["m0"];
        assert_eq!(model.segments[&vec!["symbol".to_string()]].len(), 4_096);
        assert!(!model.columns.keys().any(|key| key.name == "empty"));
        let values = &model.columns.iter().find(|(key, _)| key.name == "x").unwrap().1.values;
        assert!(values.rank_error() > 0.0 && values.rank_error() < 0.01);
    }

    #[test]
    fn a_classifier_of_two_labels_has_an_auc() {
        // More distinct confidences than are kept exactly.
        let profile = check(Shape { models: 1, symbols: 3, regimes: 2, labels: 2, values: 9, ..LARGE }, Cases::None);
        let report = report(&profile);
        let whole = report.performance.iter().find(|entry| entry.slice.len() == 1).unwrap();
        // Confidences are drawn apart from what happened.
        assert!((whole.metrics["auc"] - 0.5).abs() < 0.02, "{:?}", whole.metrics);
        assert!(whole.metrics["final_mean_pnl"] > 0.0 && whole.counts["final_positions"] > 10_000);
    }

    /// The days of one model, and how long a bucket is.
    fn resolution(step: i64, rows: usize) -> (Resolution, usize) {
        let shape = Shape { step, rows, models: 2, symbols: 3, regimes: 2, values: 50, ..LARGE };
        let profile = check(shape, Cases::None);
        let calendar = &profile.view().sections.calendar;
        (calendar.resolution, calendar.occupied.len())
    }

    #[test]
    fn hours_days_weeks_and_four_weeks_hold_what_they_can() {
        let rows = SMALL_ROWS + 1_000;
        let span = |days: i64| days * DAY / rows as i64;
        let (hourly, hours) = resolution(span(20), rows);
        assert!(hourly == Resolution::Hour && (480..=481).contains(&hours), "{hourly:?} {hours}");
        let (daily, days) = resolution(span(500), rows);
        assert!(daily == Resolution::Day && (500..=501).contains(&days), "{daily:?} {days}");
        let (weekly, weeks) = resolution(span(3_000), rows);
        assert!(weekly == Resolution::Week && (428..=430).contains(&weeks), "{weekly:?} {weeks}");
        let (monthly, months) = resolution(span(20_000), rows);
        assert!(monthly == Resolution::FourWeeks && (714..=716).contains(&months), "{monthly:?} {months}");
    }

    #[test]
    fn large_with_large_keeps_the_same_sample_of_ids() {
        let shape = Shape { rows: 2 * SMALL_ROWS + 9_000, symbols: 2, regimes: 2, models: 1, values: 9, ..LARGE };
        let schema = schema(Some(shape.task), Cases::Sample);
        let rows: Vec<Row> =
            rows(shape).into_iter().enumerate().map(|(at, row)| Row { id: format!("id{at}"), ..row }).collect();
        let expected = whole(&schema, &rows);
        let (first, second) = rows.split_at(SMALL_ROWS + 4_000);
        let (mut first, second) = (whole(&schema, first), whole(&schema, second));
        first.merge(&second).unwrap();
        assert_same(&expected, &first, "large with large");
        assert_keeps(&expected, "a sample");
        let view = expected.view();
        assert_eq!((view.rows.as_ref().unwrap().rows(), view.complete), (100_000, false));
    }

    #[test]
    fn a_sample_is_one_before_it_is_cut() {
        // Cutting waits for a quarter too many; what the view says must not.
        let shape = Shape { rows: 110_000, symbols: 2, regimes: 2, models: 1, values: 9, ..LARGE };
        let rows: Vec<Row> =
            rows(shape).into_iter().enumerate().map(|(at, row)| Row { id: format!("id{at}"), ..row }).collect();
        let profile = whole(&schema(Some(shape.task), Cases::Sample), &rows);
        let view = profile.view();
        assert_eq!((view.rows.as_ref().unwrap().rows(), view.complete), (100_000, false));
    }

    #[test]
    fn an_empty_part_does_not_invent_a_model() {
        let schema = schema(Some(Task::Classification), Cases::None);
        let schema = Schema { segments: schema.segments[..3].to_vec(), ..schema };
        let large = whole(&schema, &rows(Shape { models: 2, symbols: 5, regimes: 2, ..LARGE }));
        let mut merged = Profile::new(&schema).unwrap();
        merged.merge(&large).unwrap();
        assert_eq!(merged.view().sections.models.keys().collect::<Vec<_>>(), ["m0", "m1"]);
        assert_same(&large, &merged, "empty with large");
    }
}

mod bytes_from_anyone {
    use driftgate_core::{ErrorCode, hash::hash};

    use super::*;

    /// Magic, form, checksum: what stands before the contents.
    const HEAD: usize = 16;

    fn small() -> Profile {
        whole(
            &schema(Some(Task::Classification), Cases::None),
            &rows(Shape { rows: 40, task: Task::Classification, ..SMALL }),
        )
    }

    /// A large log of few different things, so that mutations meet all sections.
    fn large() -> Profile {
        large_of(Task::Regression)
    }

    fn large_of(task: Task) -> Profile {
        let narrow = Shape { models: 2, symbols: 2, regimes: 2, values: 4, labels: 2, step: 9 * HOUR, ..SMALL };
        let shape = Shape { rows: SMALL_ROWS + 600, task, ..narrow };
        let rows: Vec<Row> = rows(shape)
            .into_iter()
            .map(|mut row| {
                // Few rows are wrong, so that the list of the worst does not fill the bytes.
                row.id = String::new();
                row.cells.retain(|(role, ..)| *role != Some(Role::Actual) || row.time == 0);
                // Few confidences, so that their histograms do not fill them either.
                let confidences = row.cells.iter_mut().filter(|(role, ..)| *role == Some(Role::Confidence));
                confidences
                    .for_each(|(_, _, value)| *value = Value::Number(if row.time % 2 == 0 { 0.75 } else { 0.5 }));
                row
            })
            .collect();
        whole(&schema(Some(shape.task), Cases::None), &rows)
    }

    /// The bytes with a checksum that fits.
    fn mended(mut bytes: Vec<u8>) -> Vec<u8> {
        let checksum = hash(&bytes[HEAD..]);
        bytes[8..HEAD].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    fn refused(bytes: &[u8], what: &str) {
        let error = Profile::from_bytes(bytes).map(|_| ()).expect_err(what);
        assert!(error.code == ErrorCode::Input && error.message.starts_with("profile: "), "{what}: {error}");
    }

    /// Whatever was accepted can be analysed, merged, written and read back. An error is an answer, a panic is not.
    fn use_it(bytes: &[u8], honest: &Profile) -> bool {
        let Ok(profile) = Profile::from_bytes(bytes) else { return false };
        let plan = |profile: &Profile| Plan {
            model: profile.view().main_model().map(Into::into),
            baseline: honest.view().main_model().map(Into::into),
            max_bad_rows: Some(1.0),
            ..Plan::default()
        };
        for windows in [
            [("current", &profile), ("reference", honest), ("baseline", honest)],
            [("current", honest), ("reference", &profile), ("baseline", honest)],
        ] {
            if let Ok(report) = analyze(&plan(windows[0].1), &windows) {
                let text = serde_json::to_string(&report).unwrap();
                serde_json::from_str::<Report>(&text).expect("a report reads back");
            }
        }
        let mut merged = honest.clone();
        let _ = merged.merge(&profile).is_ok_and(|()| {
            let read = Profile::from_bytes(&merged.to_bytes().unwrap());
            read.unwrap_or_else(|error| panic!("merged: {error}"));
            true
        });
        Profile::from_bytes(&profile.to_bytes().unwrap()).unwrap_or_else(|error| panic!("again: {error}"));
        true
    }

    #[test]
    fn bytes_cut_anywhere_are_refused() {
        for profile in [small(), large()] {
            let bytes = profile.to_bytes().unwrap();
            for end in (0..HEAD + 40).chain((HEAD + 40..bytes.len()).step_by(bytes.len() / 200)) {
                refused(&bytes[..end], "cut");
                if end >= HEAD {
                    refused(&mended(bytes[..end].to_vec()), "cut, with a checksum that fits");
                }
            }
        }
    }

    #[test]
    fn any_flipped_bit_is_seen() {
        let bytes = small().to_bytes().unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            refused(&flipped, "a flipped bit");
        }
    }

    #[test]
    fn altered_small_logs_with_a_checksum_that_fits_are_refused_or_usable() {
        let honest = small();
        let bytes = honest.to_bytes().unwrap();
        let accepted = (HEAD * 8..bytes.len() * 8)
            .step_by(23)
            .filter(|bit| {
                let mut flipped = bytes.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                use_it(&mended(flipped), &honest)
            })
            .count();
        assert!(accepted > 20, "decoding is exercised: {accepted}");
    }

    #[test]
    fn altered_sections_with_a_checksum_that_fits_are_refused_or_usable() {
        for honest in [large(), large_of(Task::Classification)] {
            let bytes = honest.to_bytes().unwrap();
            let mut dice = Dice(7);
            let mut accepted = 0;
            for _ in 0..100 {
                let mut altered = bytes.clone();
                for _ in 0..=dice.below(2) {
                    let at = HEAD + dice.below((bytes.len() - HEAD) as u64) as usize;
                    altered[at] =
                        [0, 1, 0x7f, 0x80, 0xff, altered[at] ^ 1, dice.below(256) as u8][dice.below(7) as usize];
                }
                accepted += usize::from(use_it(&mended(altered), &honest));
            }
            assert!(accepted > 5, "decoding is exercised: {accepted}");
        }
    }

    #[test]
    fn the_largest_counts_are_refused() {
        // A count written as nine bytes of 0xff and one of 1 is 2^64 - 1: it is put in the place of any byte.
        let honest = large();
        let bytes = honest.to_bytes().unwrap();
        for at in (HEAD..bytes.len()).step_by(1 + bytes.len() / 150) {
            let mut altered = bytes.clone();
            altered.splice(at..=at, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]);
            use_it(&mended(altered), &honest);
        }
    }

    #[test]
    fn random_bytes_are_refused() {
        let honest = small();
        let mut dice = Dice(3);
        for length in 0..400 {
            let noise: Vec<u8> = (0..length).map(|_| dice.below(256) as u8).collect();
            refused(&noise, "noise");
            let mut headed = b"DGPF\x04\0\0\0\0\0\0\0\0\0\0\0".to_vec();
            headed.extend(noise);
            assert!(!use_it(&mended(headed), &honest));
        }
    }

    #[test]
    fn another_form_is_named() {
        let mut bytes = small().to_bytes().unwrap();
        bytes[4] = 9;
        let error = Profile::from_bytes(&bytes).map(|_| ()).unwrap_err();
        assert!(error.message.contains("form 9, this driftgate reads form"), "{error}");
    }
}
