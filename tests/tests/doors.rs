//! The same log gives the same bytes: through every door, in any order, split, chunking, number of workers and format.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write;

use driftgate::{
    read::{Reader, read_window},
    sandbox::{Component, Limits},
};
use driftgate_core::read::{TypedCells, TypedColumn};
use driftgate_documents::InferOptions;
use driftgate_tests::{
    doors::{Block, Door, Native, Sandboxed, doors, every_door, promised, schema_of},
    logs::{Record, Shape, csv, jsonl, records, shuffled},
};
use flate2::{Compression, write::GzEncoder};
use serde_json::json;

/// More than 16,384 distinct values a column and more than 4,096 symbols, and still a small log.
const SMALL: Shape = Shape { rows: 20_000, symbols: 9_000, step: 600, shift: 0.0 };

/// A log that is folded into sections, over 567 days, so that its timeline coarsens to weeks.
const LARGE: Shape = Shape { rows: 70_000, symbols: 9_000, step: 700, shift: 0.1 };

/// Writes records as a log.
type Writer = fn(&[Record]) -> Vec<u8>;

fn schema(bytes: &[u8]) -> String {
    schema_of(&mut Native, bytes, &json!({ "segments": [["note"]] }))
}

fn one(name: &str, bytes: &[u8]) -> Vec<Block> {
    vec![Block::file(name, bytes)]
}

fn profile_in_chunks(door: &mut dyn Door, bytes: &[u8], chunk: usize) -> Vec<u8> {
    door.profile(&schema(bytes), &one("log", bytes), chunk, &[]).unwrap()
}

/// Parts of the records as blocks of one file.
fn parts(records: &[Record], parts: usize, write: Writer) -> Vec<Block> {
    records.chunks(records.len().div_ceil(parts)).map(|part| Block::file("log", &write(part))).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn the_arithmetic_is_the_same_to_the_bit() {
    for (name, mut door) in every_door() {
        assert_eq!(format!("{:016x}", door.digest()), format!("{:016x}", Native.digest()), "{name}");
    }
}

#[test]
fn infer_answers_the_same_bytes() {
    for bytes in [jsonl(&records(1, SMALL)), csv(&records(1, SMALL))] {
        let head = &bytes[..100_000];
        let answers: Vec<_> = doors().iter_mut().map(|(_, door)| door.infer(head, &json!({}))).collect();
        assert!(answers[0].is_ok());
        assert!(answers.iter().all(|other| *other == answers[0]), "{answers:?}");
    }
}

#[test]
fn chunks_may_be_cut_anywhere() {
    let few = Shape { rows: 300, ..SMALL };
    let plain = jsonl(&records(2, few));
    let zstd = zstd::encode_all(plain.as_slice(), 3).unwrap();
    for bytes in [gzip(&plain), zstd, csv(&records(2, few)), plain] {
        let whole = profile_in_chunks(&mut Native, &bytes, 65_536);
        for (name, mut door) in doors() {
            for chunk in [1, 7, 65_536] {
                let same = profile_in_chunks(&mut *door, &bytes, chunk) == whole;
                assert!(same, "{name}, chunks of {chunk}");
            }
        }
    }
}

#[test]
fn typed_columns_give_the_same_profile_through_both_doors() {
    let (levels, codes) = (vec!["up".to_owned(), "down".to_owned()], vec![0, 1, 0]);
    let batch = [
        ("timestamp", TypedCells::Times(vec![0, 1_600_000_000_000_000_001, 0])),
        ("id", TypedCells::Integers(vec![i64::MIN, i64::MAX, 0])),
        ("prediction", TypedCells::Texts { levels, codes }),
        ("features.x", TypedCells::Numbers(vec![0.1, f64::NAN, -0.0])),
        ("features.flag", TypedCells::Flags(vec![true, false, true])),
        ("words", TypedCells::Unread(3)),
    ];
    let batch = batch.map(|(name, cells)| TypedColumn { name: name.into(), cells, missing: vec![2] });
    let batches = [batch.to_vec(), batch.to_vec()];
    let native = Native.columns(&batches, &json!({})).unwrap();
    assert!(native.0.contains(r#""format":"columns""#) && native.0.contains(r#""id":"id""#), "{}", native.0);
    assert!(native == Sandboxed::new().columns(&batches, &json!({})).unwrap());
    let twice = [vec![batch[0].clone(), batch[0].clone()]];
    for (name, mut door) in every_door() {
        let error = door.columns(&twice, &json!({})).unwrap_err();
        assert!(error.contains("column `timestamp` stands twice"), "{name}: {error}");
    }
}

#[test]
fn small_and_large_logs_give_the_same_profile_through_both_doors() {
    for shape in [SMALL, LARGE] {
        for bytes in [jsonl(&records(3, shape)), csv(&records(3, shape))] {
            let native = profile_in_chunks(&mut Native, &bytes, 65_536);
            assert!(native == profile_in_chunks(&mut Sandboxed::new(), &bytes, 65_536), "{} rows", shape.rows);
        }
    }
}

#[test]
fn any_order_and_split_gives_the_same_profile() {
    for shape in [SMALL, LARGE] {
        let records = records(4, shape);
        let schema = schema(&jsonl(&records));
        let whole = Native.profile(&schema, &parts(&records, 1, jsonl), 65_536, &[]).unwrap();
        let shuffled = shuffled(&records, 5);
        for (name, mut door) in doors() {
            for count in [1, 2, 8] {
                let parts = parts(&shuffled, count, jsonl);
                let merged = door.profile(&schema, &parts, 65_536, &[]).unwrap();
                assert!(merged == whole, "{name}, {} rows, shuffled, in {count} parts", shape.rows);
                let read = door.read(&schema, &parts, 65_536).unwrap();
                assert!(read == whole, "{name}, {} rows, shuffled, {count} parts in one profile", shape.rows);
            }
        }
    }
}

#[test]
fn a_profile_keeps_how_far_its_files_were_read_in_any_order() {
    let bytes = jsonl(&records(4, Shape { rows: 20, ..SMALL }));
    // The second file of the name is the later one, and of each the furthest counts.
    let positions = [(0, 900), (1, 200), (1, 300), (0, 1000)];
    let block = |(turn, bytes_read): (u64, u64)| Block {
        source: json!({ "name": "log", "position": { "turn": turn, "bytes": bytes_read, "head": "ab" } }),
        bytes: bytes.clone(),
    };
    let mut blocks: Vec<Block> = positions.map(block).into();
    for _ in 0..2 {
        let answers = doors().into_iter().map(|(_, mut door)| {
            let profile = door.profile(&schema(&bytes), &blocks, 4096, &[]).unwrap();
            door.provenance(&profile).unwrap()
        });
        let answers: Vec<String> = answers.collect();
        assert!(answers.iter().all(|other| *other == answers[0]), "{answers:?}");
        let provenance: serde_json::Value = serde_json::from_str(&answers[0]).unwrap();
        let position = json!({ "turn": 1, "bytes": 300, "lines": 0, "head_bytes": 0, "head": "ab" });
        assert_eq!(provenance["sources"]["log"]["position"], position);
        blocks.reverse();
    }
}

#[test]
fn a_window_of_time_gives_the_same_profile_for_any_chunk_split_and_door() {
    for (shape, from, until) in [(SMALL, "2020-02-01", "2020-02-28"), (LARGE, "2020-01-02", "2021-08-28")] {
        let records = records(14, shape);
        let options = json!({ "from": from, "until": until, "timezone": "+05:30" });
        let schema = schema_of(&mut Native, &jsonl(&records), &options);
        let whole = Native.profile(&schema, &parts(&records, 1, jsonl), 65_536, &[]).unwrap();
        let window = Native.analyze("{}", &[("current", &whole)]).unwrap();
        let window: serde_json::Value = serde_json::from_str(&window).unwrap();
        assert_eq!((&window["current"]["first_day"], &window["current"]["last_day"]), (&json!(from), &json!(until)));
        let left_out = window["provenance"]["current"]["outside"][0]["rows"].as_u64().unwrap();
        assert_eq!(window["current"]["rows"].as_u64().unwrap() + left_out, shape.rows as u64);
        let shuffled = shuffled(&records, 15);
        for (name, mut door) in doors() {
            for (count, chunk) in [(1, 4_099), (2, 65_536), (8, 32_768)] {
                let split = door.profile(&schema, &parts(&shuffled, count, jsonl), chunk, &[]).unwrap();
                assert!(split == whole, "{name}, {} rows, in {count} parts, chunks of {chunk}", shape.rows);
            }
        }
    }
}

#[test]
fn three_profiles_merge_in_every_order() {
    let records = records(6, LARGE);
    let schema = schema(&jsonl(&records));
    // A part that is small, one that is large, one that is neither: together they are large.
    let cut = [&records[..1_000], &records[1_000..68_000], &records[68_000..]];
    let each = cut.map(|part| Native.profile(&schema, &one("log", &jsonl(part)), 65_536, &[]).unwrap());
    let whole = Native.profile(&schema, &one("log", &jsonl(&records)), 65_536, &[]).unwrap();
    for (name, mut door) in doors() {
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let [a, b, c] = order.map(|i| each[i].clone());
            let ab = door.merge(&[a.clone(), b.clone()]).unwrap();
            let bc = door.merge(&[b, c.clone()]).unwrap();
            let (left, right) = (door.merge(&[ab, c]).unwrap(), door.merge(&[a, bc]).unwrap());
            assert!(left == whole && right == whole, "{name}, order {order:?}");
        }
    }
}

#[test]
fn one_two_and_eight_workers_give_the_same_profile() {
    let folder = tempfile::tempdir().unwrap();
    let component = Component::embedded(|| {}).unwrap();
    let records = records(7, LARGE);
    for (name, bytes) in [("log.jsonl", jsonl(&records)), ("log.csv", csv(&records))] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let profile = |jobs: usize| {
            let reader = Reader {
                component: &component,
                jobs,
                limits: Limits::SUMMARIES,
                outcomes: Vec::new(),
                as_of: None,
                times_only: false,
                schema: None,
                allow_truncated: false,
                quiet: true,
            };
            let files = [path.clone()];
            let window = read_window(&reader, "log", &files, &InferOptions::default(), false).unwrap();
            Native.merge(&window.profiles).unwrap()
        };
        let alone = profile(1);
        assert!(alone == profile(2) && alone == profile(8), "{name}");
    }
}

#[test]
fn reports_are_the_same_in_every_format_and_through_both_doors() {
    for shape in [SMALL, LARGE] {
        let (before, now) = (records(8, SMALL), records(9, shape));
        let formats: [Writer; 3] = [jsonl, csv, |records| gzip(&jsonl(records))];
        let mut reports = Vec::new();
        for write in formats {
            let (before, now) = (write(&before), write(&shuffled(&now, 1)));
            for (name, mut door) in doors() {
                let windows = [&before, &now].map(|bytes| profile_in_chunks(&mut *door, bytes, 32_768));
                let windows = [("reference", windows[0].as_slice()), ("current", windows[1].as_slice())];
                reports.push((name, promised(&door.analyze("{}", &windows).unwrap())));
            }
        }
        assert!(reports[0].1.contains("\"feature_drift\""));
        for (name, report) in &reports[1..] {
            assert!(*report == reports[0].1, "{name}, {} rows", shape.rows);
        }
    }
}

#[test]
fn moving_windows_seasons_segments_and_calibrations_are_the_same_through_both_doors() {
    let shape = Shape { rows: 4_000, ..SMALL };
    let (before, now) = (jsonl(&records(8, shape)), jsonl(&records(9, shape)));
    let plan = r#"{"rolling":5,"season":"weekday","segment_drift":true}"#;
    let answer = |(_, mut door): (&str, Box<dyn Door>)| {
        let [before, now] = [&before, &now].map(|bytes| profile_in_chunks(&mut *door, bytes, 32_768));
        let report = door.analyze(plan, &[("reference", &before), ("current", &now)]).unwrap();
        [promised(&report), door.calibrate("{}", r#"{"windows":[5]}"#, &before).unwrap()]
    };
    let answers: Vec<[String; 2]> = doors().into_iter().map(answer).collect();
    assert!(answers.iter().all(|other| *other == answers[0]));
    assert!(answers[0][0].contains("\"rolling\":[{") && answers[0][1].contains("\"false_alarms\":[{"));
}

#[test]
fn outcomes_are_joined_the_same() {
    let records = records(10, Shape { rows: 2_000, ..SMALL });
    let log = jsonl(&records);
    let outcomes: String =
        (0..2_000).map(|row| format!("{{\"id\":\"case-{row}\",\"actual\":{}.5}}\n", 100 + row % 10)).collect();
    let outcomes = one("outcomes", outcomes.as_bytes());
    let schema = schema(&log);
    let profiles: Vec<Vec<u8>> = every_door()
        .iter_mut()
        .map(|(_, door)| door.profile(&schema, &one("log", &log), 4_096, &outcomes).unwrap())
        .collect();
    assert!(profiles.iter().all(|other| *other == profiles[0]));
    let without = Native.profile(&schema, &one("log", &log), 4_096, &[]).unwrap();
    assert!(profiles[0] != without, "nothing was joined");
}

#[test]
fn decisions_are_the_same() {
    let policy = json!({ "check": [
        { "metric": "mae", "at_most": 0.3, "confidence": 0.95 },
        { "metric": "mae", "each": "regime", "against": "baseline", "no_worse_than": "5%", "confidence": 0.9 },
        { "metric": "drift_score", "below": 0.2 },
        { "metric": "replay_improvement", "above": 0.0 },
    ]});
    let log = |seed: u64| jsonl(&records(seed, Shape { rows: 5_000, ..SMALL }));
    let options = json!({ "cases": "sample" });
    let mut decisions = Vec::new();
    for (_, mut door) in doors() {
        let mut window = |seed: u64| {
            let bytes = log(seed);
            let schema = schema_of(&mut *door, &bytes, &options);
            door.profile(&schema, &one("log", &bytes), 65_536, &[]).unwrap()
        };
        let (current, baseline, reference) = (window(11), window(12), window(13));
        let windows = [("current", &*current), ("baseline", &*baseline), ("reference", &*reference)];
        let report = door.analyze(r#"{"model":"a","baseline":"a"}"#, &windows).unwrap();
        decisions.push(door.decide(&policy.to_string(), &report, "{}").unwrap());
    }
    assert!(decisions[0].contains("\"replay_improvement\""));
    assert!(decisions.iter().all(|other| *other == decisions[0]), "{decisions:?}");
}

#[test]
fn units_are_given_to_the_same_arms_through_both_doors() {
    let assignment =
        r#"{"experiment":"seed","arms":[{"name":"control","share":0.2},{"name":"new","share":0.8}],"coverage":0.5}"#;
    for (name, mut door) in every_door() {
        // The buckets are published by GrowthBook (cases.json of its SDKs).
        let answer = door.assign(assignment, r#"["a","b"]"#).unwrap();
        assert_eq!(
            answer, r#"[{"unit":"a","bucket":0.0505,"arm":"control"},{"unit":"b","bucket":0.2696,"arm":"new"}]"#,
            "{name}"
        );
        let error = door.assign(&assignment.replace("0.8", "0.7"), "[]").unwrap_err();
        assert!(error.contains("they have to be 1"), "{name}: {error}");
        let error = door.assign(assignment, r#"["a",1]"#).unwrap_err();
        assert!(error.contains("units, at [1]: invalid type"), "{name}: {error}");
    }
}

#[test]
fn streams_change_at_the_same_places_through_both_doors() {
    // The generator of tests/oracle: 2,000 values in [0, 1), then as many 0.3 higher; one is missing.
    let step = |x: &mut u64| {
        *x = (1_103_515_245 * *x + 12_345) % (1 << 31);
        Some(*x as f64 / f64::from(1_u32 << 31))
    };
    let uniform = (0..4_000).scan(1, |x, _| step(x));
    let mut values: Vec<f64> = uniform.zip(0..).map(|(u, at)| if at < 2_000 { u } else { u + 0.3 }).collect();
    values.insert(1_000, f64::NAN);
    let native = Native.detect(r#"{"detector":"adwin"}"#, &values).unwrap();
    for (name, mut door) in every_door() {
        // River 0.26.1 finds the change at 2079, without the missing value.
        let answer = door.detect(r#"{"detector":"adwin"}"#, &values).unwrap();
        assert!(answer.contains(r#""values":4001,"missing":1,"changes":[{"at":2080,"#), "{name}: {answer}");
        assert!(answer == native, "{name}");
        let error = door.detect(r#"{"detector":"adwin","detla":0.1}"#, &values).unwrap_err();
        assert!(error.contains("did you mean `delta`?"), "{name}: {error}");
        let error = door.detect(r#"{"detector":"ddm"}"#, &[0.0, 1.0, 0.5]).unwrap_err();
        assert!(error.contains("values, at [2]: 0.5; this detector takes 0 (right) and 1 (wrong)"), "{name}: {error}");
    }
}
