//! A profile depends on the set of its rows alone, and its bytes may come from anyone.
//!
//! The same rows are pushed in any order, cut into any parts and merged in any tree: bytes and report have to be the
//! same, below the size to which a log is kept whole and above it.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod support;

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
            row.role(Role::Prediction, Value::text(["low", "high", "1"][dice.below(3) as usize]));
            row.role(Role::Actual, [Value::text("low"), Value::text("high"), Value::Number(1.0)][dice.below(3) as usize].clone());
            row.role(Role::Confidence, Value::Number(dice.unit()));
        }
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
    if at % 97 == 0 {
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
