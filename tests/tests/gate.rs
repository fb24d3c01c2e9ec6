//! The command `gate` as a pipeline has it: its history, a decision made again, a person's override, the formats of a CI.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, path::Path, thread};

use driftgate_tests::command::{driftgate, folder_of_logs};
use quick_xml::{Reader, events::Event};
use serde_json::Value;

const GOOD: &str = "gate --candidate candidate_good.csv --baseline incumbent.csv --reference training.csv -q";
const BAD: &str = "gate --candidate candidate_bad.csv --baseline incumbent.csv --reference training.csv -q";

/// Exit code, stdout and stderr of a command; words in quotes are one argument.
fn run(folder: &Path, typed: &str) -> (i32, String, String) {
    let parts = typed.split('\'').enumerate();
    let words = parts.flat_map(|(at, part)| match at % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect(),
        _ => vec![part.to_owned()],
    });
    let output = driftgate().args(words).current_dir(folder).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn decision(folder: &Path, typed: &str) -> (i32, Value) {
    let (code, text, error) = run(folder, &format!("{typed} --format json"));
    (code, serde_json::from_str(&text).unwrap_or_else(|_| panic!("$ driftgate {typed}\n{error}")))
}

#[test]
fn a_history_knows_the_earlier_looks_at_the_same_models() {
    let folder = folder_of_logs();
    let typed = format!("{GOOD} --history history.jsonl");
    let (code, first) = decision(folder.path(), &typed);
    assert_eq!((code, first["facts"]["previous_looks"].as_array().unwrap().len()), (0, 0));
    let (_, second) = decision(folder.path(), &typed);
    assert_eq!(second["facts"]["previous_looks"], serde_json::json!([first["facts"]["now"]]));
    // Another candidate and another policy are looked at for the first time.
    for other in [format!("{BAD} --history history.jsonl"), format!("{typed} --policy testing")] {
        let (_, other) = decision(folder.path(), &other);
        assert!(other["facts"]["previous_looks"].as_array().unwrap().is_empty());
    }
    let history = fs::read_to_string(folder.path().join("history.jsonl")).unwrap();
    assert_eq!(history.lines().count(), 4);
    assert_eq!(serde_json::from_str::<Value>(history.lines().nth(1).unwrap()).unwrap(), second);

    fs::write(folder.path().join("history.jsonl"), format!("{}\n{{\"schema\":\n", history.lines().next().unwrap()))
        .unwrap();
    let (code, _, error) = run(folder.path(), &typed);
    assert!(code == 2 && error.contains("history.jsonl:2: not a decision"), "{code} {error}");
}

#[test]
fn processes_at_once_are_each_others_earlier_looks() {
    let folder = folder_of_logs();
    let typed = format!("{GOOD} --history history.jsonl --jobs 1");
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| assert_eq!(run(folder.path(), &typed).0, 0));
        }
    });
    let history = fs::read_to_string(folder.path().join("history.jsonl")).unwrap();
    let looks = |line: &str| {
        let decision: Value = serde_json::from_str(line).unwrap();
        decision["facts"]["previous_looks"].as_array().unwrap().len()
    };
    assert_eq!(history.lines().map(looks).collect::<Vec<_>>(), [0, 1, 2]);
}

#[test]
fn a_decision_is_made_again_bit_for_bit_or_the_first_difference_is_named() {
    let folder = folder_of_logs();
    let (_, text, _) = run(folder.path(), &format!("{GOOD} --policy testing --alpha 0.02 --format json"));
    fs::write(folder.path().join("decision.json"), &text).unwrap();
    let replay = "gate --replay decision.json --baseline incumbent.csv --reference training.csv -q --candidate";
    let (code, answer, error) = run(folder.path(), &format!("{replay} candidate_good.csv"));
    assert_eq!((code, answer.as_str()), (0, "same\n"), "{error}");

    // The same rows in two files, the later ones first.
    let log = fs::read_to_string(folder.path().join("candidate_good.csv")).unwrap();
    let (header, rows) = log.split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    let (early, late) = rows.split_at(rows.len() / 3);
    let part = |name: &str, rows: &[&str]| {
        fs::write(folder.path().join(name), format!("{header}\n{}\n", rows.join("\n"))).unwrap()
    };
    part("a.csv", late);
    part("b.csv", early);
    let (code, answer, error) = run(folder.path(), &format!("{replay} a.csv b.csv"));
    assert_eq!((code, answer.as_str()), (0, "same\n"), "{error}");

    part("a.csv", &late[1..]);
    let (code, answer, _) = run(folder.path(), &format!("{replay} a.csv b.csv"));
    assert!(code == 1 && answer.starts_with("different: inputs.current: \"sha256:"), "{code} {answer}");
    let of = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        fs::write(folder.path().join("decision.json"), text.replacen(from, to, 1)).unwrap();
        run(folder.path(), &format!("{replay} candidate_good.csv"))
    };
    let (code, answer, _) = of(r#""driftgate":"0.1.0""#, r#""driftgate":"0.0.9""#);
    assert!(code == 1 && answer.starts_with("different: driftgate: 0.0.9 decided"), "{answer}");
    let (code, answer, _) = of(r#""rows_needed":null"#, r#""rows_needed":7"#);
    assert!(code == 1 && answer.starts_with("different: checks.") && answer.contains("rows_needed: 7 was"), "{answer}");
    let (code, _, error) = run(folder.path(), &format!("{replay} candidate_good.csv --policy testing"));
    assert!(code == 2 && error.contains("cannot be used with"), "{error}");
}

#[test]
fn an_override_approves_and_changes_nothing_else() {
    let folder = folder_of_logs();
    let (code, without) = decision(folder.path(), BAD);
    assert_eq!((code, &without["approved"], &without["override"]), (1, &Value::Bool(false), &Value::Null));
    let given = "--override-actor Ada --override-reason 'the incumbent is down' --override-expires";
    let (code, with) = decision(folder.path(), &format!("{BAD} {given} 2200-01-01"));
    assert_eq!((code, &with["approved"], &with["recommendation"]), (0, &Value::Bool(true), &Value::from("REJECT")));
    assert_eq!((&with["verdict"], &with["checks"]), (&without["verdict"], &without["checks"]));
    assert_eq!((&with["override"]["actor"], &with["override"]), (&Value::from("Ada"), &with["facts"]["override"]));
    let (_, text, _) = run(folder.path(), &format!("{BAD} {given} 2200-01-01"));
    assert!(text.starts_with("APPROVED BY OVERRIDE  Ada until 2200-01-01: the incumbent is down"), "{text}");
    assert!(text.contains("REJECT") && text.contains("exit code 0"), "{text}");

    let (code, expired) = decision(folder.path(), &format!("{BAD} {given} 2020-01-01T00:00:00Z"));
    assert_eq!((code, &expired["approved"], &expired["override"]), (1, &Value::Bool(false), &Value::Null));
    let warnings = expired["warnings"].to_string();
    assert!(warnings.contains("override not in force: it expired at 2020-01-01T00:00:00Z"), "{warnings}");
    for (typed, said) in [
        ("--override-actor Ada", "--override-reason"),
        ("--override-reason why --override-expires 2200-01-01", "--override-actor"),
        ("--override-actor Ada --override-reason why --override-expires tomorrow", "2026-12-01"),
    ] {
        let (code, _, error) = run(folder.path(), &format!("{BAD} {typed}"));
        assert!(code == 2 && error.contains(said), "{typed}: {code} {error}");
    }
}

/// The tests of a JUnit file: name and what is inside each, `failure inconclusive`, `skipped` or nothing.
fn tests(xml: &str) -> Vec<(String, String)> {
    let mut reader = Reader::from_str(xml);
    let mut found: Vec<(String, String)> = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) | Event::Empty(tag) => {
                let attribute = |name: &str| {
                    let found = tag.try_get_attribute(name).unwrap();
                    found.map(|found| found.value.into_owned()).unwrap_or_default()
                };
                match tag.name().as_ref() {
                    "testcase" => found.push((attribute("name"), String::new())),
                    "failure" => found.last_mut().unwrap().1 = format!("failure {}", attribute("type")),
                    "skipped" => found.last_mut().unwrap().1 = "skipped".into(),
                    _ => {}
                }
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

#[test]
fn junit_says_what_the_exit_code_says() {
    let folder = folder_of_logs();
    for (typed, expected) in [(GOOD, 0), (BAD, 1), (&format!("{GOOD} --policy testing"), 3)] {
        let (code, decision) = decision(folder.path(), typed);
        let (again, xml, _) = run(folder.path(), &format!("{typed} --format junit"));
        assert_eq!((code, again), (expected, expected), "{typed}");
        let found = tests(&xml);
        let checks = decision["checks"].as_array().unwrap();
        // Beside them: how many were answered, and the answer.
        assert_eq!(found.len(), checks.len() + 2, "{xml}");
        for ((name, inside), check) in found.iter().zip(checks) {
            let inside_of = |verdict: &str| match verdict {
                "pass" => String::new(),
                other => format!("failure {other}"),
            };
            assert_eq!(
                (name.as_str(), inside),
                (check["name"].as_str().unwrap(), &inside_of(check["verdict"].as_str().unwrap()))
            );
        }
    }
    let given = "--override-actor Ada --override-reason why --override-expires 2200-01-01 --format junit";
    let (code, xml, _) = run(folder.path(), &format!("{BAD} {given}"));
    assert!(code == 0 && tests(&xml).iter().all(|(_, inside)| !inside.starts_with("failure")), "{xml}");
    let (code, xml, _) = run(folder.path(), "check crash.jsonl --reference reference.jsonl -q --format junit");
    assert!(code == 1 && tests(&xml).last().unwrap() == &("verdict".to_owned(), "failure drift".to_owned()), "{xml}");
}

#[test]
fn markdown_is_a_verdict_and_a_table() {
    let folder = folder_of_logs();
    fs::write(
        folder.path().join("policy.toml"),
        "name = 'p'\n[[check]]\nname = \"a|b\\n@all <b>\"\nmetric = 'accuracy'\nabove = 0.99\n",
    )
    .unwrap();
    let (code, text, error) = run(folder.path(), &format!("{BAD} --policy policy.toml --format markdown"));
    assert_eq!(code, 1, "{error}");
    assert!(text.starts_with("## driftgate: REJECT\n"), "{text}");
    let row = text.lines().find(|line| line.contains("**fail**")).unwrap();
    assert!(row.starts_with("| **fail** | a\\|b\\\\n&#64;all &lt;b&gt; | 0."), "{row}");
    assert_eq!(row.replace("\\|", "").matches('|').count(), 8, "{row}");
    let (code, text, _) = run(folder.path(), "check crash.jsonl --reference reference.jsonl -q --format markdown");
    assert!(code == 1 && text.starts_with("## driftgate: drift\n") && text.contains("| critical |"), "{text}");
    let (code, _, error) = run(folder.path(), "segments crash.jsonl -q --format junit");
    assert!(code == 2 && error.contains("gate") && error.contains("check"), "{error}");
}
