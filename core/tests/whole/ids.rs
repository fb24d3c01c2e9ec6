//! Whole ids and outcomes: which rows of two logs are one case, however each log writes it.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use crate::support;

use driftgate_core::door::{OutcomesHandle, ProfileHandle};
use driftgate_documents::{Design, InferOptions, ModelComparison, Report, Task, Trust, TrustCheck};
use support::{Dice, comparison, decide, profile, profile_of, report, schema, schema_with};

/// 60 cases of ten days, with ids written by `id` and actuals by `actual`; the model's predictions come from `seed`.
fn csv(model: &str, seed: u64, id: impl Fn(usize) -> String, actual: impl Fn(f64) -> String) -> String {
    let mut predictions = Dice(seed);
    let mut outcomes = Dice(7);
    let rows = (0..60).map(|at| {
        let outcome = 100.0 + 3.0 * outcomes.unit();
        let (day, id, actual) = (1 + at / 6, id(at), actual(outcome));
        format!("2024-01-{day:02}T12:00:00Z,{id},{model},{},{actual}\n", outcome + predictions.unit())
    });
    format!("timestamp,id,model,prediction,actual\n{}", rows.collect::<String>())
}

fn full(outcome: f64) -> String {
    outcome.to_string()
}

fn jsonl(model: &str, seed: u64, id: impl Fn(usize) -> String) -> String {
    let log = csv(model, seed, id, full);
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        format!(
            "{{\"timestamp\":\"{}\",\"id\":{},\"model\":\"{}\",\"prediction\":{},\"actual\":{}}}\n",
            cells[0], cells[1], cells[2], cells[3], cells[4]
        )
    };
    log.lines().skip(1).map(row).collect()
}

fn regression(log: &str) -> String {
    schema_with(log, &InferOptions { task: Some(Task::Regression), ..InferOptions::default() })
}

fn windows(candidate: &str, baseline: &str) -> [ProfileHandle; 2] {
    [candidate, baseline].map(|log| profile(log, &regression(log)))
}

fn compare(candidate: &str, baseline: &str) -> ModelComparison {
    let [current, baseline] = windows(candidate, baseline);
    comparison("{}", "{}", &[("current", &current), ("baseline", &baseline)])
}

fn gate(candidate: &str, baseline: &str) -> Report {
    let [current, baseline] = windows(candidate, baseline);
    report("{}", &[("current", &current), ("baseline", &baseline)])
}

fn detail(report: &Report, name: &str) -> f64 {
    let replay = report.comparisons.iter().find(|comparison| comparison.metric == "replay_improvement").unwrap();
    replay.details[name]
}

fn check<'a>(comparison: &'a ModelComparison, name: &str) -> &'a TrustCheck {
    comparison.trust.iter().find(|check| check.name == name).unwrap_or_else(|| panic!("{:?}", comparison.trust))
}

const POLICY: &str = r#"{"name":"p","check":[{"metric":"mae","against":"baseline","no_worse_than":"2%"}]}"#;

#[test]
fn a_whole_number_is_one_id_however_a_log_writes_it() {
    let baseline = csv("old", 1, |at| format!("{}", 1000 + at), full);
    for candidate in [
        csv("new", 2, |at| format!("{}.0", 1000 + at), full),
        csv("new", 2, |at| format!("{}.000", 1000 + at), full),
        csv("new", 2, |at| format!("\"{}\"", 1000 + at), full),
        jsonl("new", 2, |at| format!("{}", 1000 + at)),
        jsonl("new", 2, |at| format!("{}.0", 1000 + at)),
        jsonl("new", 2, |at| format!("\"{}.0\"", 1000 + at)),
    ] {
        let comparison = compare(&candidate, &baseline);
        assert_eq!(comparison.challenges[0].design, Design::Paired, "{candidate}");
        assert_eq!(detail(&gate(&candidate, &baseline), "common"), 60.0);
        assert_eq!(detail(&gate(&baseline, &candidate), "common"), 60.0);
    }
}

#[test]
fn ids_beyond_the_digits_of_a_float_keep_them() {
    // Neighbours that one f64 stands for: 2^53 + 1 and its even neighbours.
    let id = |at: usize| format!("{}", 9_007_199_254_740_993_u64 + at as u64);
    let baseline = csv("old", 1, id, full);
    for candidate in [csv("new", 2, |at| id(at) + ".0", full), jsonl("new", 2, id), jsonl("new", 2, |at| id(at) + ".0")]
    {
        assert_eq!(detail(&gate(&candidate, &baseline), "common"), 60.0, "{candidate}");
    }
}

#[test]
fn outcomes_find_their_rows_however_either_writes_the_id() {
    let log =
        "timestamp,id,prediction,actual,x\n2024-01-01,1000,yes,,1\n2024-01-01,1001,no,,2\n2024-01-02,1002,no,,3\n";
    for outcomes in [
        "id,actual\n1000.0,yes\n1001.0,yes\n",
        "{\"id\":1000,\"actual\":\"yes\"}\n{\"id\":1001.0,\"actual\":\"yes\"}\n",
        "{\"id\":\"1000\",\"actual\":\"yes\"}\n{\"id\":\"1001.0\",\"actual\":\"yes\"}\n",
    ] {
        let mut found = OutcomesHandle::create(&schema(log)).unwrap();
        found.source(r#"{"name":"outcomes"}"#).unwrap();
        found.push(outcomes.as_bytes()).unwrap();
        found.finish().unwrap();
        let report = report("{}", &[("current", &profile_of(&[log.as_bytes()], &schema(log), Some(&found)))]);
        assert_eq!(report.provenance["current"].outcomes_joined, 2, "{outcomes}");
    }
}

#[test]
fn two_logs_without_a_common_id_are_told_with_an_example_of_each() {
    let candidate = csv("new", 2, |at| format!("c-{}", 10 + at), full);
    let baseline = csv("old", 1, |at| format!("{}", 1010 + at), full);
    let crossover = compare(&candidate, &baseline);
    let crossover = check(&crossover, "crossover");
    assert_eq!(crossover.found, Trust::Warning);
    assert!(crossover.message.contains("`c-10`") && crossover.message.contains("`1010`"), "{}", crossover.message);
    let decision = decide(POLICY, &gate(&candidate, &baseline), "{}");
    let said = decision.warnings.iter().find(|warning| warning.contains("no id stands in both")).expect("a warning");
    assert!(said.contains("`c-10`") && said.contains("`1010`"), "{said}");
    // Arms of one log have no id in common by design.
    let both = candidate.clone() + &baseline.lines().skip(1).map(|line| format!("{line}\n")).collect::<String>();
    let one = comparison("{}", r#"{"arms":["old","new"]}"#, &[("current", &profile(&both, &regression(&both)))]);
    assert_eq!(check(&one, "crossover").found, Trust::Sound);
}

#[test]
fn outcomes_that_differ_by_rounding_are_the_same() {
    let id = |at: usize| format!("k{at}");
    let baseline = csv("old", 1, id, full);
    let rounded = |decimals: usize| csv("new", 2, id, move |outcome| format!("{outcome:.decimals$}"));
    let single = csv("new", 2, id, |outcome| (outcome as f32).to_string());
    for candidate in [rounded(6), rounded(4), rounded(2), single] {
        for (mine, theirs) in [(&candidate, &baseline), (&baseline, &candidate)] {
            let report = gate(mine, theirs);
            assert_eq!((detail(&report, "contradicting"), detail(&report, "common")), (0.0, 60.0));
            assert_eq!(check(&compare(mine, theirs), "contradicting").found, Trust::Sound);
        }
    }
    // Steps of 1 over a range of 3 are no rounding: a copied prediction would look like one.
    let report = gate(&rounded(0), &baseline);
    assert!(detail(&report, "contradicting") > 50.0);
}

#[test]
fn different_outcomes_are_told_with_an_id_and_both_values() {
    let id = |at: usize| format!("k{at}");
    let baseline = csv("old", 1, id, |outcome| format!("{outcome:.2}"));
    let mut candidate = csv("new", 2, id, |outcome| format!("{outcome:.2}"));
    let line = candidate.lines().find(|line| line.contains(",k31,")).unwrap().to_string();
    let truth = line.rsplit(',').next().unwrap();
    candidate = candidate.replace(&line, &line.replace(truth, "250.5"));
    let expected = format!("id k31: 250.5 and {truth}");
    let found = compare(&candidate, &baseline);
    assert!(check(&found, "contradicting").message.contains(&expected), "{}", check(&found, "contradicting").message);
    let report = gate(&candidate, &baseline);
    assert_eq!(detail(&report, "contradicting"), 1.0);
    let decision = decide(POLICY, &report, "{}");
    assert!(decision.warnings.iter().any(|warning| warning.contains(&expected)), "{:?}", decision.warnings);
}

/// Lists: `size` items a request, ten requests a day over 20 days; ids name the request.
fn lists(size: usize, seed: u64, requests: usize) -> String {
    let mut dice = Dice(seed);
    let mut log = String::from("timestamp,id,item,prediction\n");
    for request in 0..requests {
        for place in 0..size {
            let (day, score) = (1 + request * 20 / requests, dice.unit());
            // The score has its place: no two rows of a request are equal.
            let score = place as f64 + (score * 1000.0).round() / 1000.0;
            let item = ["a", "b", "c", "d"][dice.below(4) as usize];
            log += &format!("2024-01-{day:02}T12:00:00Z,q{request},{item},{score}\n");
        }
    }
    log
}

fn said<'a>(report: &'a Report, method: &str) -> Vec<&'a str> {
    let of = report.skipped.iter().filter(|skipped| skipped.method == method);
    of.map(|skipped| skipped.reason.as_str()).collect()
}

#[test]
fn ids_that_repeat_with_other_contents_are_no_row_ids() {
    let (long, short) = (lists(8, 1, 200), lists(2, 2, 200));
    for (current, reference) in
        [(&long, &short), (&short, &long), (&long, &lists(1, 3, 200)), (&lists(1, 3, 200), &long)]
    {
        let meaning = schema(&long);
        let windows = [("current", &profile(current, &meaning)), ("reference", &profile(reference, &meaning))];
        let report = report("{}", &windows);
        let rows = |log: &str| log.lines().count() as u64 - 1;
        for (window, log) in [(&report.current, current), (&report.reference, reference)] {
            let window = window.as_ref().unwrap();
            assert_eq!((window.rows, window.repeated_rows, window.conflicting_rows), (rows(log), 0, 0));
        }
        // 7 of 8 rows are not the first of their id.
        let told = said(&report, "row_id");
        assert!(told.iter().any(|told| told.contains("87.5 % of the rows, so it is no row id")), "{told:?}");
        assert!(report.summary.contains("no row id"), "{}", report.summary);
    }
}

#[test]
fn the_same_is_seen_of_a_large_log_however_it_is_split() {
    let log = lists(8, 5, 10_000);
    let meaning = schema(&log);
    let whole = profile(&log, &meaning);
    let (head, rows) = log.split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    let parts: Vec<String> = rows.chunks(27_001).rev().map(|part| format!("{head}\n{}\n", part.join("\n"))).collect();
    let parts: Vec<&[u8]> = parts.iter().map(String::as_bytes).collect();
    let [one, many] = [&whole, &profile_of(&parts, &meaning, None)].map(|log| report("{}", &[("current", log)]));
    assert!(!one.current.as_ref().unwrap().exact);
    assert_eq!(said(&one, "row_id"), said(&many, "row_id"));
    assert!(said(&one, "row_id")[0].contains("at least 87.5 % of the rows"), "{:?}", said(&one, "row_id"));
    // Against a small log of row ids: of that, too, all rows count.
    let small = lists(1, 6, 200) + "2024-01-03T12:00:00Z,q5,b,7.5\n";
    let both = report("{}", &[("current", &profile(&small, &meaning)), ("reference", &whole)]);
    assert_eq!(both.current.unwrap().rows, 201);
    // A large log of row ids says nothing.
    let plain = report("{}", &[("current", &profile(lists(1, 7, 70_000), &meaning))]);
    assert_eq!(said(&plain, "row_id"), Vec::<&str>::new());
}

#[test]
fn a_few_contradictions_stay_slips() {
    let mut log = lists(1, 8, 1_200);
    (0..11).for_each(|at| log += &format!("2024-01-03T12:00:00Z,q{at},b,99.5\n"));
    let found = report("{}", &[("current", &profile(&log, &schema(&log)))]);
    let window = found.current.as_ref().unwrap();
    assert_eq!((window.rows, window.conflicting_rows), (1_200, 11));
    assert!(said(&found, "row_id").is_empty());
    // Sent twice is no conflict, however often.
    let twice = lists(1, 8, 1_200) + lists(1, 8, 1_200).split_once('\n').unwrap().1;
    let found = report("{}", &[("current", &profile(&twice, &schema(&twice)))]);
    assert_eq!((found.current.as_ref().unwrap().rows, found.current.as_ref().unwrap().repeated_rows), (1_200, 1_200));
}

#[test]
fn nothing_is_paired_by_what_is_no_row_id() {
    let with = |model: &str, seed: u64| {
        let rows = lists(4, seed, 200);
        let rows = rows.lines().skip(1).map(|row| format!("{row},{model},{}\n", row.len() % 3));
        format!("timestamp,id,item,prediction,model,actual\n{}", rows.collect::<String>())
    };
    let (candidate, baseline) = (with("new", 1), with("old", 2));
    let comparison = compare(&candidate, &baseline);
    assert_eq!(check(&comparison, "duplicates").found, Trust::Broken);
    assert!(check(&comparison, "duplicates").message.contains("75 % of the rows"), "{:?}", comparison.trust);
    let report = gate(&candidate, &baseline);
    assert_eq!(detail(&report, "common"), 0.0);
    let decision = decide(POLICY, &report, "{}");
    assert!(decision.warnings.iter().any(|warning| warning.contains("no row id")), "{:?}", decision.warnings);
    assert!(!decision.approved);
}
