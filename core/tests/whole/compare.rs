//! Comparisons of models, from logs to the verdict.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use crate::support;

use driftgate_core::{
    door::{self, ProfileHandle},
    math,
};
use driftgate_documents::{ComparisonVerdict, Design, ModelComparison, Trust, TrustCheck};
use serde_json::{Value, json};
use support::{Dice, close, comparison, day, lines, profile, schema, test_of};

/// 40 days of 20 symbols, of two models: `b` has errors of `factor` times those of `a`, which change from day to day.
fn paired(factor: f64) -> Vec<Value> {
    let mut dice = Dice(7);
    let mut rows = Vec::new();
    for at in 0..40 {
        let size = 0.5 + dice.unit();
        for symbol in 0..20 {
            let (actual, error) = (100.0 + dice.unit(), size * (0.5 + dice.unit()));
            let row = |model: &str, prediction: f64| {
                json!({"timestamp": day(at), "id": format!("{symbol}-{at}"), "symbol": format!("S{symbol}"), "model": model,
                       "sector": if symbol < 10 { "Energy" } else { "Financials" }, "prediction": prediction, "actual": actual})
            };
            rows.push(row("a", actual + error));
            rows.push(row("b", actual - factor * error));
        }
    }
    rows
}

fn of_log(log: &str, options: Value) -> ModelComparison {
    let schema = schema(log);
    comparison("{}", &options.to_string(), &[("current", &profile(log, &schema))])
}

fn of_rows(rows: &[Value], options: Value) -> ModelComparison {
    of_log(&lines(rows.iter().cloned()), options)
}

fn refused(log: &str, plan: &str, options: Value) -> String {
    let schema = schema(log);
    let window: ProfileHandle = profile(log, &schema);
    door::compare(plan, &options.to_string(), &[("current", &window)]).expect_err("an error").message
}

fn trust<'a>(answer: &'a ModelComparison, name: &str) -> &'a TrustCheck {
    answer.trust.iter().find(|check| check.name == name).unwrap_or_else(|| panic!("no {name}: {:?}", answer.trust))
}

#[test]
fn a_better_candidate_wins_and_swapping_the_arms_turns_every_sign() {
    let rows = paired(0.8);
    let there = of_rows(&rows, json!({"arms": ["a", "b"]}));
    let back = of_rows(&rows, json!({"arms": ["b", "a"]}));
    assert_eq!((there.verdict, there.winner.as_deref()), (ComparisonVerdict::CandidateBetter, Some("b")));
    assert_eq!((back.verdict, back.winner.as_deref()), (ComparisonVerdict::BaselineBetter, Some("b")));
    assert_eq!(there.recommendation, "Promote b: better, clear and safe.");
    assert_eq!(back.recommendation, "Keep b.");
    let (of, swapped) = (&there.challenges[0].metric, &back.challenges[0].metric);
    assert_eq!(there.challenges[0].design, Design::Paired);
    close(of.improvement.unwrap(), 0.2, 1e-9, "on the baseline");
    close(of.improvement_on_loser.unwrap(), 0.2, 1e-9, "on the loser");
    close(swapped.improvement.unwrap(), -0.25, 1e-9, "on the baseline, swapped");
    close(swapped.improvement_on_loser.unwrap(), 0.2, 1e-9, "on the loser, swapped");
    for (test, other) in of.tests.iter().zip(&swapped.tests) {
        assert_eq!(test.method, other.method);
        assert_eq!(test.statistic, other.statistic.map(|t| -t), "{}", test.method);
        assert_eq!(test.p_value, other.p_value, "{}", test.method);
    }
    let bayes = [&there, &back].map(|answer| answer.challenges[0].bayes.unwrap());
    close(bayes[0].candidate_better, 1.0 - bayes[1].candidate_better, 1e-12, "probability");
}

#[test]
fn a_model_against_itself_is_no_comparison() {
    let answer = of_rows(&paired(-1.0), json!({}));
    assert_eq!(answer.verdict, ComparisonVerdict::Inconclusive);
    assert_eq!(trust(&answer, "identical").found, Trust::Broken);
    assert_eq!(answer.winner, None);
    let log = lines(paired(0.8));
    assert_eq!(
        refused(&log, "{}", json!({"arms": ["a", "a"]})),
        "compare: an arm is named twice: a model cannot be compared with itself"
    );
}

#[test]
fn few_pairs_are_inconclusive() {
    let rows: Vec<Value> = paired(0.8).into_iter().take(2 * 25).collect();
    let answer = of_rows(&rows, json!({}));
    assert_eq!(answer.verdict, ComparisonVerdict::Inconclusive);
    assert!(answer.summary.ends_with("25 pairs in the smaller arm; at least 30"), "{}", answer.summary);
}

/// 700 and 300 rows of traffic, of labels right with the chances given; every case has one arm.
fn traffic(control: usize, new: usize, chances: (u64, u64)) -> Vec<Value> {
    let mut dice = Dice(3);
    let row = |at: usize, (arm, chance): (&str, u64), dice: &mut Dice| {
        let right = dice.below(100) < chance;
        json!({"timestamp": day(at % 28), "id": format!("{arm}{at}"), "model": "m", "variant": arm, "prediction": "yes",
               "actual": if right { "yes" } else { "no" }})
    };
    let first = (0..control).map(|at| row(at, ("control", chances.0), &mut dice)).collect::<Vec<_>>();
    first.into_iter().chain((0..new).map(|at| row(at, ("new", chances.1), &mut dice)).collect::<Vec<_>>()).collect()
}

#[test]
fn disjoint_traffic_is_compared_as_two_groups() {
    let answer =
        of_rows(&traffic(1400, 600, (50, 65)), json!({"by": "variant", "split": {"control": 0.7, "new": 0.3}}));
    let challenge = &answer.challenges[0];
    assert_eq!((challenge.design, challenge.verdict), (Design::Disjoint, ComparisonVerdict::CandidateBetter));
    assert_eq!((trust(&answer, "sample_ratio").found, answer.arms[0].planned_share), (Trust::Sound, Some(0.7)));
    // z of two proportions, by hand from the counts.
    let (p1, p2) = (challenge.metric.baseline, challenge.metric.candidate);
    let pooled = (1400.0 * p1 + 600.0 * p2) / 2000.0;
    let z = (p2 - p1) / math::sqrt(pooled * (1.0 - pooled) * (1.0 / 1400.0 + 1.0 / 600.0));
    close(test_of(&challenge.metric, "proportions").statistic.unwrap(), z, 1e-9, "z");
    assert_eq!(challenge.metric.n, 2000);
}

#[test]
fn traffic_that_is_not_divided_as_planned_has_no_winner() {
    let answer = of_rows(&traffic(1400, 600, (50, 65)), json!({"by": "variant"}));
    let ratio = trust(&answer, "sample_ratio");
    assert_eq!((ratio.found, answer.verdict), (Trust::Broken, ComparisonVerdict::Inconclusive));
    // chi-square of 1400 and 600 against 1000 each: 160 + 160.
    assert!(ratio.p_value.unwrap() < 1e-60 && ratio.message.contains("sample-ratio mismatch"), "{ratio:?}");
    assert!(
        answer.recommendation.starts_with("Mend the data first: of the rows control 70 % (planned 50 %)"),
        "{}",
        answer.recommendation
    );
}

/// Ten busy users in one arm are ten, however many rows they have.
#[test]
fn where_users_are_divided_users_are_counted() {
    let mut rows = traffic(600, 600, (50, 50));
    for (at, row) in rows.iter_mut().enumerate() {
        // 60 users in either arm; one row each but for the first ten of `control`, who have 55.
        row["symbol"] = json!(if at < 600 {
            format!("c{}", if at < 550 { at / 55 } else { at - 540 })
        } else {
            format!("n{}", at % 60)
        });
    }
    let few = rows.split_off(900);
    assert_eq!(few.len(), 300);
    let answer = of_rows(&rows, json!({"by": "variant"}));
    let ratio = trust(&answer, "sample_ratio");
    // By rows 600 and 300 would be p < 1e-20; by users 60 and 60 are as planned.
    assert_eq!((ratio.found, ratio.p_value), (Trust::Sound, Some(1.0)), "{}", ratio.message);
    assert!(ratio.message.starts_with("of the symbols control 50 %"), "{}", ratio.message);
}

/// With three labels a top confidence gives no log loss, whatever the rows are grouped by.
#[test]
fn variants_of_a_model_of_three_labels_have_no_log_loss() {
    let mut rows = traffic(300, 300, (50, 50));
    for (at, row) in rows.iter_mut().enumerate() {
        row["confidence"] = json!(0.6);
        if at % 3 == 0 {
            row["prediction"] = json!("maybe");
        }
    }
    let answer = of_rows(&rows, json!({"by": "variant"}));
    let others: Vec<&str> = answer.challenges[0].others.iter().map(|other| other.metric.as_str()).collect();
    assert!(others.contains(&"brier") && !others.contains(&"log_loss"), "{others:?}");
}

#[test]
fn outcomes_that_arrive_later_in_one_arm_are_seen() {
    let mut rows = traffic(600, 600, (50, 50));
    let late = rows.iter_mut().filter(|row| row["variant"] == "new").take(200);
    late.for_each(|row| row["actual"] = Value::Null);
    let answer = of_rows(&rows, json!({"by": "variant"}));
    let delay = trust(&answer, "label_delay");
    assert_eq!((delay.found, answer.verdict), (Trust::Broken, ComparisonVerdict::Inconclusive));
    assert!(delay.message.contains("66.67 % and 100 % of the rows have an outcome"), "{}", delay.message);
}

#[test]
fn ids_in_both_arms_of_disjoint_traffic_are_left_out_and_many_break_it() {
    for (shared, found) in [(10, Trust::Warning), (100, Trust::Broken)] {
        let mut rows = traffic(600, 600, (50, 50));
        for at in 0..shared {
            rows[600 + at]["id"] = rows[at]["id"].clone();
        }
        let answer = of_rows(&rows, json!({"by": "variant"}));
        assert_eq!(trust(&answer, "crossover").found, found);
        assert_eq!(answer.challenges[0].metric.n, 1200 - 2 * shared as u64);
    }
}

/// Berkeley-like: within either sector the new arm is better, on the whole it looks worse, as it got the hard sector.
#[test]
fn a_paradox_of_simpson_is_named_and_has_no_winner() {
    let mut rows = Vec::new();
    let mut add = |arm: &str, sector: &str, n: usize, right: usize| {
        for at in 0..n {
            let actual = if at * right / n != (at + 1) * right / n { "yes" } else { "no" };
            rows.push(json!({"timestamp": day(at % 28), "id": format!("{arm}{sector}{at}"), "model": "m", "variant": arm, "sector": sector,
                             "prediction": "yes", "actual": actual}));
        }
    };
    add("control", "easy", 900, 720);
    add("control", "hard", 100, 30);
    add("new", "easy", 100, 85);
    add("new", "hard", 900, 315);
    let answer = of_rows(&rows, json!({"by": "variant"}));
    let mix = trust(&answer, "mix");
    assert_eq!((mix.found, answer.verdict), (Trust::Broken, ComparisonVerdict::Inconclusive));
    // Crude 0.40 - 0.75; with half of the rows in either sector: (0.05 + 0.05) / 2.
    assert!(mix.message.contains("from -0.35 to 0.05 (Simpson's paradox): compare within sector"), "{}", mix.message);
}

/// Which arm is whose is what the hash gives (its vectors are in `core/src/assign`).
#[test]
fn the_arms_of_a_log_are_held_against_the_hash() {
    let assignment = json!({"experiment": "e", "arms": [{"name": "control", "share": 0.5}, {"name": "new", "share": 0.5}], "coverage": 0.8});
    let units: Vec<String> = (0..1000).map(|unit| format!("u{unit}")).collect();
    let answer = door::assign(&assignment.to_string(), &json!(units).to_string()).unwrap();
    let assigned: Vec<Value> = serde_json::from_str(&answer).unwrap();
    let rows = |arm: fn(&str) -> &str| {
        let taking_part = assigned.iter().enumerate().filter(|(_, unit)| !unit["arm"].is_null());
        taking_part
            .map(|(at, unit)| {
                json!({"timestamp": day(at % 28), "id": unit["unit"], "model": "m", "variant": arm(unit["arm"].as_str().unwrap()),
                       "prediction": "yes", "actual": if at % 3 == 0 { "yes" } else { "no" }})
            })
            .collect::<Vec<_>>()
    };
    let options = json!({"by": "variant", "assignment": assignment});
    let right = of_rows(&rows(|arm| if arm == "new" { "new" } else { "control" }), options.clone());
    assert_eq!(trust(&right, "assignment").found, Trust::Sound, "{:?}", right.trust);
    let swapped = of_rows(&rows(|arm| if arm == "new" { "control" } else { "new" }), options);
    let check = trust(&swapped, "assignment");
    assert_eq!((check.found, swapped.verdict), (Trust::Broken, ComparisonVerdict::Inconclusive));
    assert!(check.message.contains("the arms are swapped"), "{}", check.message);
}

/// Two differences of nothing have signs, and they may differ: that is no paradox, though the mixes differ.
#[test]
fn signs_that_chance_turns_are_no_paradox() {
    let mut rows = Vec::new();
    for (arm, sector, n, right) in
        [("control", "x", 600, 301), ("control", "y", 400, 200), ("new", "x", 400, 201), ("new", "y", 600, 299)]
    {
        for at in 0..n {
            let actual = if at < right { "yes" } else { "no" };
            rows.push(json!({"timestamp": day(at % 28), "id": format!("{arm}{sector}{at}"), "model": "m", "variant": arm, "sector": sector,
                             "prediction": "yes", "actual": actual}));
        }
    }
    // Crude 0.500 - 0.501; with half of the rows in either sector (0.5025 - 0.50167 + 0.49833 - 0.5) / 2 = -0.0004 or, of other
    // counts, above 0: all far within a standard error of 0.022.
    let answer = of_rows(&rows, json!({"by": "variant"}));
    let mix = trust(&answer, "mix");
    assert_eq!((mix.found, answer.verdict), (Trust::Warning, ComparisonVerdict::NoEvidence), "{}", mix.message);
}

#[test]
fn a_slice_that_says_the_opposite_is_named() {
    let mut rows = paired(0.7);
    for row in rows.iter_mut().filter(|row| row["model"] == "b" && row["symbol"] == "S3") {
        let error = 3.0 * (row["actual"].as_f64().unwrap() - row["prediction"].as_f64().unwrap());
        row["prediction"] = json!(row["actual"].as_f64().unwrap() - error);
    }
    let answer = of_rows(&rows, json!({}));
    let challenge = &answer.challenges[0];
    assert_eq!(challenge.verdict, ComparisonVerdict::CandidateBetter);
    let reversed: Vec<_> =
        challenge.slices.iter().filter(|slice| slice.reversed).map(|slice| &slice.slice["symbol"]).collect();
    assert_eq!(reversed, ["S3"]);
    assert!(challenge.warnings.iter().any(|warning| warning.starts_with("on symbol=S3 it is the other way round")));
}

#[test]
fn more_than_two_models_share_the_level_and_have_a_confidence_set() {
    let mut rows = paired(0.8);
    let worse: Vec<Value> = rows
        .iter()
        .filter(|row| row["model"] == "a")
        .map(|row| {
            let (actual, prediction) = (row["actual"].as_f64().unwrap(), row["prediction"].as_f64().unwrap());
            let mut row = row.clone();
            row["model"] = json!("c");
            row["prediction"] = json!(actual + 1.5 * (prediction - actual));
            row
        })
        .collect();
    rows.extend(worse);
    let answer = of_rows(&rows, json!({"arms": ["a", "b", "c"]}));
    assert_eq!(answer.winner.as_deref(), Some("b"));
    let verdicts: Vec<ComparisonVerdict> = answer.challenges.iter().map(|challenge| challenge.verdict).collect();
    assert_eq!(verdicts, [ComparisonVerdict::CandidateBetter, ComparisonVerdict::BaselineBetter]);
    for challenge in &answer.challenges {
        let p = challenge.metric.tests.iter().find(|test| test.decides).unwrap().p_value.unwrap();
        assert!(challenge.p_adjusted.unwrap() >= p);
    }
    let set = answer.confidence_set.unwrap();
    let members: Vec<(&str, bool)> = set.models.iter().map(|member| (member.name.as_str(), member.included)).collect();
    assert_eq!(members, [("b", true), ("a", false), ("c", false)]);
    assert_eq!((set.n, set.days), (800, 40));
}

#[test]
fn the_incumbent_may_have_a_log_of_its_own() {
    let of = |model: &str| lines(paired(0.8).into_iter().filter(|row| row["model"] == model));
    // Both logs name no model.
    let nameless = |log: String| log.replace("\"model\":\"a\",", "").replace("\"model\":\"b\",", "");
    let (a, b) = (nameless(of("a")), nameless(of("b")));
    let schema = schema(&b);
    let windows = [("current", &profile(&b, &schema)), ("baseline", &profile(&a, &schema))];
    let answer = comparison("{}", "{}", &windows);
    assert_eq!(answer.verdict, ComparisonVerdict::CandidateBetter);
    assert_eq!(answer.challenges[0].baseline, "(baseline)");
    close(answer.challenges[0].metric.improvement.unwrap(), 0.2, 1e-9, "improvement");
}

#[test]
fn repeated_looks_ask_for_more() {
    // The difference of single days is noise, and of 40 days about 2.3 standard errors.
    let mut rows = paired(1.0);
    let mut dice = Dice(11);
    let shifts: Vec<f64> = (0..40).map(|_| dice.unit() - 0.5 - 0.105).collect();
    for row in rows.iter_mut().filter(|row| row["model"] == "b") {
        let at = row["id"].as_str().unwrap().split('-').nth(1).unwrap().parse::<usize>().unwrap();
        row["prediction"] = json!(row["prediction"].as_f64().unwrap() - shifts[at]);
    }
    let once = of_rows(&rows, json!({}));
    let (any, first, last) = (
        of_rows(&rows, json!({"looks": "any"})),
        of_rows(&rows, json!({"looks": {"planned": 10}, "look": 1})),
        of_rows(&rows, json!({"looks": {"planned": 10}, "look": 10})),
    );
    let t = test_of(&once.challenges[0].metric, "by_day").statistic.unwrap();
    assert!((2.1..3.0).contains(&t.abs()), "{t}");
    assert_ne!(once.verdict, ComparisonVerdict::NoEvidence, "{}", once.summary);
    assert_eq!((any.verdict, first.verdict), (ComparisonVerdict::NoEvidence, ComparisonVerdict::NoEvidence));
    assert_eq!(last.verdict, once.verdict);
    let bounds = once.challenges[0].metric.always_valid.unwrap();
    assert!(bounds[0] < 0.0 && bounds[1] > 0.0, "{bounds:?}");
}

#[test]
fn without_times_symbols_give_the_verdict_and_without_those_rows() {
    let strip = |names: &[&str]| {
        let mut rows = paired(0.8);
        for row in &mut rows {
            names.iter().for_each(|name| drop(row.as_object_mut().unwrap().remove(*name)));
        }
        of_rows(&rows, json!({}))
    };
    for (answer, method) in
        [(strip(&["timestamp"]), "by_symbol"), (strip(&["timestamp", "symbol", "sector"]), "paired_t")]
    {
        let of = &answer.challenges[0].metric;
        let decides: Vec<&str> = of.tests.iter().filter(|test| test.decides).map(|test| test.method.as_str()).collect();
        assert_eq!(decides, [method]);
        assert!(
            answer
                .skipped
                .iter()
                .any(|skip| skip.method == "by_day" && skip.reason.ends_with("some rows have no time"))
        );
    }
}

#[test]
fn what_cannot_be_asked_is_refused_with_what_to_type() {
    let log = lines(paired(0.8));
    for (options, expected) in [
        (json!({"arms": ["a", "bb"]}), "compare: no model `bb`; the log has a, b; did you mean `b`?"),
        (json!({"min_rows": 1}), "compare: min_rows is 1; allowed is 2 or more, such as 30"),
        (json!({"power": 1.0}), "compare: power is 1; allowed is above 0 and below 1, such as 0.8"),
        (json!({"clear": -0.1}), "compare: clear is -0.1; allowed is a share of at least 0, such as 0.1 for 10 %"),
        (json!({"draws": 10}), "compare: draws is 10; allowed is 100 to 100000"),
        (json!({"looks": {"planned": 201}, "look": 1}), "compare: looks: 201 are planned; allowed is 1 to 200"),
        (json!({"looks": {"planned": 5}}), "compare: which of the planned looks is this? give look, from 1"),
        (json!({"looks": {"planned": 5}, "look": 6}), "compare: look is 6; allowed is 1 to 5, as many as are planned"),
        (json!({"look": 2}), "compare: look is given without a number of planned looks: looks = { planned = N }"),
        (json!({"by": "variant"}), "compare: no row has a variant; say which column holds it: --map variant=COLUMN"),
        (json!({"metric": "accuracy"}), "compare: metric `accuracy` cannot be compared row by row"),
        (json!({"metric": "mea"}), "; did you mean `mae`? There are mae, rmse, mape"),
        (json!({"metric": "r2"}), "compare: metric `r2` cannot be compared row by row"),
    ] {
        let message = refused(&log, "{}", options.clone());
        assert!(message.contains(expected), "{options}: {message}");
    }
    let one = lines(paired(0.8).into_iter().filter(|row| row["model"] == "a"));
    assert!(refused(&one, "{}", json!({})).starts_with("compare: the log has one model only (a): "));
    let unlabelled = lines(paired(0.8).into_iter().map(|mut row| {
        row["actual"] = Value::Null;
        row
    }));
    assert!(refused(&unlabelled, r#"{"task": "regression"}"#, json!({})).contains("no rows with mae to compare"));
    assert!(refused(&log, r#"{"baseline": "z"}"#, json!({})).contains("the incumbent `z` is none of the arms: a, b"));
}

#[test]
fn the_same_log_in_any_order_gives_the_same_bytes() {
    let mut rows = paired(0.9);
    let answer = |rows: &[Value]| {
        let log = lines(rows.iter().cloned());
        let schema = schema(lines(paired(0.9)));
        let mut document: Value =
            serde_json::from_str(&door::compare("{}", "{}", &[("current", &profile(&log, &schema))]).unwrap()).unwrap();
        document.as_object_mut().unwrap().remove("provenance");
        document.to_string()
    };
    let first = answer(&rows);
    Dice(5).shuffle(&mut rows);
    assert_eq!(answer(&rows), first);
}

/// Rows that are right with a chance in 10,000, of arms `a` and `b` without times.
fn arms(sizes: [usize; 2], chances: [u64; 2], dice: &mut Dice) -> Vec<Value> {
    let mut rows = Vec::new();
    for ((arm, size), chance) in ["a", "b"].into_iter().zip(sizes).zip(chances) {
        rows.extend((0..size).map(|at| {
            let actual = if dice.below(10_000) < chance { "yes" } else { "no" };
            json!({"id": format!("{arm}{at}"), "model": "m", "variant": arm, "prediction": "yes", "actual": actual})
        }));
    }
    rows
}

#[test]
fn one_model_in_two_arms_seldom_wins_however_small_an_arm_and_rare_an_error() {
    let mut dice = Dice(11);
    let options = |[a, b]: [usize; 2]| {
        let share = a as f64 / (a + b) as f64;
        json!({"by": "variant", "min_rows": 20, "split": {"a": share, "b": 1.0 - share}})
    };
    for (sizes, chance) in [
        ([20, 400], 5_000),
        ([40, 700], 9_600),
        ([60, 60], 9_500),
        ([100, 900], 9_000),
        ([300, 300], 50),
        ([400, 4_000], 9_800),
    ] {
        let runs = 200;
        let wins = |_: &usize| {
            let answer = of_rows(&arms(sizes, [chance, chance], &mut dice), options(sizes));
            answer.winner.is_some()
        };
        let winners = (0..runs).filter(wins).count() as f64;
        // 5 % nominal and two standard errors of 200 runs.
        let most = runs as f64 * (0.05 + 2.0 * math::sqrt(0.05 * 0.95 / runs as f64));
        assert!(winners <= most, "{sizes:?} at {chance}: {winners} of {runs}, at most {most}");
    }
}

#[test]
fn an_arm_without_an_error_is_no_winner_unless_errors_were_to_be_expected() {
    let mut dice = Dice(5);
    let answer = of_rows(
        &arms([755, 45], [9_600, 10_000], &mut dice),
        json!({"by": "variant", "arms": ["a", "b"], "split": {"a": 0.94375, "b": 0.05625}}),
    );
    assert_eq!(answer.verdict, ComparisonVerdict::Inconclusive);
    assert!(answer.challenges[0].message.contains("at least 5"), "{}", answer.challenges[0].message);
    // Fisher's exact p of 0 errors in 500 against about 50 in 500 is below 1e-14.
    let answer = of_rows(&arms([500, 500], [9_000, 10_000], &mut dice), json!({"by": "variant", "arms": ["a", "b"]}));
    assert_eq!(answer.verdict, ComparisonVerdict::CandidateBetter);
}

#[test]
fn rows_without_a_time_are_left_out_and_said() {
    let with = |untimed: usize| {
        let mut rows = paired(0.8);
        for row in rows.iter_mut().take(2 * untimed) {
            row["timestamp"] = Value::Null;
        }
        of_rows(&rows, json!({"arms": ["a", "b"]}))
    };
    let (all, few, many) = (with(0), with(8), with(9));
    assert!(all.trust.iter().all(|check| check.name != "times"));
    // 8 and 9 of the 800 rows of an arm.
    assert_eq!((trust(&few, "times").found, few.verdict), (Trust::Warning, ComparisonVerdict::CandidateBetter));
    assert_eq!((few.challenges[0].metric.n, few.challenges[0].metric.days), (792, 40));
    assert_eq!((trust(&many, "times").found, many.verdict), (Trust::Broken, ComparisonVerdict::Inconclusive));
}

#[test]
fn cases_left_unanswered_leave_no_winner() {
    let with = |left_out: usize, answer: Option<Value>| {
        let mut left = left_out;
        let rows = paired(0.8).into_iter().filter_map(|mut row| {
            if row["model"] == "b" && left > 0 {
                left -= 1;
                row["prediction"] = answer.clone()?;
            }
            Some(row)
        });
        of_rows(&rows.collect::<Vec<_>>(), json!({"arms": ["a", "b"]}))
    };
    for unanswered in [None, Some(Value::Null), Some(json!("NaN")), Some(json!("")), Some(json!("Infinity"))] {
        let few = with(8, unanswered.clone());
        assert_eq!((trust(&few, "coverage").found, few.verdict), (Trust::Sound, ComparisonVerdict::CandidateBetter));
        let many = with(9, unanswered.clone());
        let coverage = trust(&many, "coverage");
        assert_eq!((coverage.found, many.verdict), (Trust::Broken, ComparisonVerdict::Inconclusive), "{unanswered:?}");
        assert!(coverage.message.starts_with("answered 791 of 800 ids of the baseline"), "{}", coverage.message);
    }
}
