//! The same values however they are written: nested, as JSON text, with separators and units, in words for missing. What is expected
//! of each is what the plain form of the same rows gives, or the numbers that the table was made of.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use std::{fmt::Write, io::Write as _, rc::Rc};

use driftgate_core::{
    Error,
    read::{LogReader, infer},
    table::{Cell, Kind, Table},
};
use driftgate_documents::{
    DecimalMark, DriftVerdict, Fate, InferOptions, Inference, Provenance, Report, Source, Written,
};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};

use crate::support::{Dice, lines, profile, report};

fn meaning(log: &str) -> Result<Inference, Error> {
    infer(log.as_bytes(), &InferOptions::default())
}

fn read_as(log: &str, options: &InferOptions) -> (Table, Provenance) {
    let schema = infer(log.as_bytes(), options).expect("a log").schema;
    let mut reader = LogReader::new(Rc::new(schema), Source::default(), None).expect("a reader");
    let mut table = Table::default();
    let mut keep = |batch: Table| {
        table.append(&batch);
        Ok(())
    };
    log.as_bytes().chunks(97).for_each(|chunk| reader.push(chunk, &mut keep).expect("bytes"));
    let provenance = reader.finish(&mut keep).expect("an end");
    (table, provenance)
}

fn read(log: &str) -> (Table, Provenance) {
    read_as(log, &InferOptions::default())
}

fn numbers(table: &Table, name: &str) -> Vec<Option<f64>> {
    let cells = table.named(name).unwrap_or_else(|| panic!("no {name} in {:?}", names(table)));
    (0..table.rows())
        .map(|row| match cells.get(row) {
            Cell::Number(value) => Some(value),
            _ => None,
        })
        .collect()
}

fn texts<'a>(table: &'a Table, name: &str) -> Vec<Option<&'a str>> {
    let cells = table.named(name).unwrap_or_else(|| panic!("no {name} in {:?}", names(table)));
    (0..table.rows()).map(|row| cells.text(row)).collect()
}

fn names(table: &Table) -> Vec<&str> {
    table.columns.iter().map(|column| column.name.as_str()).collect()
}

/// A CSV column `x` of these cells.
fn column(cells: &[&str]) -> String {
    cells.iter().enumerate().fold(String::from("id;x\n"), |log, (at, cell)| log + &format!("{at};{cell}\n"))
}

mod structure {
    use super::*;

    #[test]
    fn objects_of_any_name_and_depth_are_columns_under_their_path() {
        let (table, provenance) = read(&lines((0..30).map(|at| {
            json!({"id": at, "inputs": {"age": at * 7 % 11, "geo": {"city": "Rome", "at": {"lat": 41.5}}}, "y": {"deep": {"er": at * 2}}})
        })));
        assert_eq!(numbers(&table, "inputs.age")[7], Some(5.0));
        assert_eq!(texts(&table, "inputs.geo.city")[3], Some("Rome"));
        assert_eq!(numbers(&table, "inputs.geo.at.lat")[29], Some(41.5));
        assert_eq!(numbers(&table, "y.deep.er")[10], Some(20.0));
        assert_eq!(provenance.problem_count, 0);
    }

    #[test]
    fn lists_of_numbers_are_columns_up_to_64() {
        let list = |length: usize| (0..length).map(|at| json!(at as f64 / 4.0)).collect::<Vec<_>>();
        let (table, _) =
            read(&lines((0..30).map(|at| json!({"id": at, "features": list(64), "short": [at, null, 2.5]}))));
        assert_eq!(numbers(&table, "features[63]")[0], Some(15.75));
        assert_eq!((numbers(&table, "short[0]")[9], numbers(&table, "short[1]")[9]), (Some(9.0), None));
        let (table, _) =
            read(&lines((0..30).map(|at| json!({"id": at, "long": list(65), "tags": ["a", "b"], "x": at}))));
        for name in ["long", "tags"] {
            let cells = table.named(name).expect("a column");
            assert!(cells.kinds().iter().all(|kind| *kind == Kind::Other), "{name}");
        }
        assert!(!names(&table).contains(&"long[0]"));
    }

    #[test]
    fn json_text_in_cells_is_opened_where_all_rows_hold_it() {
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let csv = (0..30).fold(String::from("id,payload,y\n"), |log, at| {
            let payload = json!({"a": at, "in": {"b": [at, 1]}}).to_string();
            log + &format!("{at},{},{}\n", if at == 5 { String::new() } else { quoted(&payload) }, at % 3)
        });
        let jsonl = lines((0..30).map(|at| {
            let payload = json!({"a": at, "in": {"b": [at, 1]}}).to_string();
            json!({"id": at, "payload": if at == 5 { Value::Null } else { json!(payload) }, "y": at % 3})
        }));
        for log in [csv, jsonl] {
            let (table, provenance) = read(&log);
            assert_eq!(
                (numbers(&table, "payload.a")[7], numbers(&table, "payload.in.b[0]")[7]),
                (Some(7.0), Some(7.0))
            );
            assert_eq!(numbers(&table, "payload.a")[5], None);
            assert_eq!(provenance.problem_count, 0);
        }
        // One row that holds none: the column stays text.
        let mixed = lines((0..30).map(|at| json!({"id": at, "p": if at == 3 { "no" } else { "{\"a\":1}" }})));
        assert_eq!(texts(&read(&mixed).0, "p")[3], Some("no"));
    }

    #[test]
    fn a_name_inside_and_outside_of_the_features_is_two_columns() {
        let log =
            lines((0..30).map(|at| json!({"id": at, "x": at * 7 % 11, "features": {"x": -(at * 7 % 11), "z": 1.5}})));
        let (table, _) = read(&log);
        assert_eq!((numbers(&table, "x")[4], numbers(&table, "features.x")[4]), (Some(6.0), Some(-6.0)));
        assert_eq!(numbers(&table, "z")[4], Some(1.5));
        // Where the head held one of them, a row with both is bad: nobody knows which is meant.
        let late = lines((0..30).map(|at| json!({"id": at, "features": {"x": at % 3}})));
        let schema = meaning(&late).expect("a log").schema;
        let both = late + "{\"id\":99,\"x\":1,\"features\":{\"x\":2}}\n";
        let mut reader = LogReader::new(Rc::new(schema), Source::default(), None).expect("a reader");
        reader.push(both.as_bytes(), &mut |_| Ok(())).expect("bytes");
        let provenance = reader.finish(&mut |_| Ok(())).expect("an end");
        assert_eq!(provenance.bad_rows.get("duplicate_key"), Some(&1));
    }

    #[test]
    fn a_column_or_all_below_its_path_can_be_left_out() {
        let log = lines((0..30).map(|at| json!({"id": at, "meta": {"tags": ["a"], "n": at}, "x": at % 3})));
        let mut schema = meaning(&log).expect("a log").schema;
        schema.ignored.push("meta".into());
        let mut reader = LogReader::new(Rc::new(schema), Source::default(), None).expect("a reader");
        let mut table = Table::default();
        let mut keep = |batch: Table| {
            table.append(&batch);
            Ok(())
        };
        reader.push(log.as_bytes(), &mut keep).expect("bytes");
        reader.finish(&mut keep).expect("an end");
        assert_eq!(names(&table), ["x"]);
    }
}

mod styles {
    use super::*;

    #[test]
    fn numbers_for_people_are_the_numbers() {
        for (cells, values) in [
            (["1.288,5", "-0,765", "12", "7,25"], [1288.5, -0.765, 12.0, 7.25]),
            (["$12.50", "$1,234.00", "$0.99", "$7"], [12.5, 1234.0, 0.99, 7.0]),
            (["12 %", "62.88 %", "-3 %", "100 %"], [0.12, 0.6288, -0.03, 1.0]),
            (["1 234,5", "12 345", "7", "0,5"], [1234.5, 12_345.0, 7.0, 0.5]),
            (["1'234.5", "12'345.25", "7.0", "0.5"], [1234.5, 12_345.25, 7.0, 0.5]),
            (["5 kg", "12.5 kg", "0.25 kg", "7 kg"], [5.0, 12.5, 0.25, 7.0]),
            (["12,34,567.5", "1,234.25", "99", "1,00,000"], [1_234_567.5, 1234.25, 99.0, 100_000.0]),
            (["(12.50)", "1,234.50", "7.25", "-3.5"], [-12.5, 1234.5, 7.25, -3.5]),
            (["1,23E+02", "4,5E-01", "7,0E+00", "1,5"], [123.0, 0.45, 7.0, 1.5]),
        ] {
            let rows: Vec<&str> = cells.iter().copied().cycle().take(40).collect();
            let (table, provenance) = read(&column(&rows));
            assert_eq!(numbers(&table, "x")[..4], values.map(Some), "{cells:?}");
            assert_eq!(provenance.problem_count, 0, "{cells:?}");
            let jsonl = lines(rows.iter().enumerate().map(|(at, cell)| json!({"id": at, "x": cell})));
            assert_eq!(numbers(&read(&jsonl).0, "x")[..4], values.map(Some), "{cells:?} as JSON");
        }
    }

    #[test]
    fn what_may_be_two_numbers_is_refused_with_both() {
        let log = column(&["1,234", "5,678", "9,012", "3,456"]);
        let error = meaning(&log).map(|_| ()).expect_err("two readings");
        for part in ["`x`", "\"1,234\"", "1234", "1.234", "--decimal point", "--decimal comma", "--ignore x"] {
            assert!(error.message.contains(part), "{part}: {}", error.message);
        }
        for (decimal, value) in [(DecimalMark::Point, 1234.0), (DecimalMark::Comma, 1.234)] {
            let options = InferOptions { decimal: Some(decimal), ..InferOptions::default() };
            assert_eq!(numbers(&read_as(&log, &options).0, "x")[0], Some(value));
        }
        // Another column tells, or the commas between cells, or the log that this one is compared with.
        let told = "id;x;y\n".to_string() + &(0..30).map(|at| format!("{at};1,234;{at},5\n")).collect::<String>();
        assert_eq!(numbers(&read(&told).0, "x")[0], Some(1.234));
        let commas = "id,x\n".to_string() + &(0..30).map(|at| format!("{at},\"1,234\"\n")).collect::<String>();
        assert_eq!(numbers(&read(&commas).0, "x")[0], Some(1234.0));
        let like = meaning(&column(&["1,5", "-0,25"])).expect("a log").schema;
        let options = InferOptions { like: Some(like), ..InferOptions::default() };
        assert_eq!(numbers(&read_as(&log, &options).0, "x")[0], Some(1.234));
    }

    #[test]
    fn plain_numbers_and_categories_stay_what_they_are() {
        for (cells, is_number) in [
            (["1.288", "2.765", "3.022", "7.338"], true),
            (["Q1", "Q2", "Q3", "Q4"], false),
            (["A12", "B7", "C3", "D9"], false),
            (["12-24", "25-34", "35-44", "45-54"], false),
            (["2024-02-01", "2024-02-02", "2024-02-03", "2024-02-04"], false),
            (["10.0.0.1", "10.0.0.2", "10.0.1.7", "10.2.0.1"], false),
            (["1e5", "2.5e-3", "7", "0.1"], true),
        ] {
            let rows: Vec<&str> = cells.iter().copied().cycle().take(40).collect();
            let log = column(&rows);
            assert!(meaning(&log).expect("a log").schema.written.is_empty(), "{cells:?}");
            assert_eq!(numbers(&read(&log).0, "x")[0].is_some(), is_number, "{cells:?}");
        }
    }

    #[test]
    fn words_for_missing_are_missing_and_said() {
        for word in ["NA", "None", "NULL", "\\N", "n/a", "?", "-", "<NA>", "NaT", "#N/A", "N/A"] {
            let rows: Vec<&str> = ["1.5", word, "2.5", word].into_iter().cycle().take(40).collect();
            let (table, provenance) = read(&column(&rows));
            assert_eq!(numbers(&table, "x")[..4], [Some(1.5), None, Some(2.5), None], "{word}");
            assert_eq!(table.named("x").unwrap().kinds()[1], Kind::Missing, "{word}");
            assert_eq!(provenance.problems[0].code, "missing_word", "{word}");
            assert!(provenance.problems[0].message.contains(word));
            let notes = meaning(&column(&rows)).expect("a log").notes;
            assert!(notes.iter().any(|note| note.contains("20 cells") && note.contains(word)), "{notes:?}");
        }
    }

    #[test]
    fn a_word_that_the_model_predicts_is_a_label() {
        let log = (0..60).fold(String::from("id,prediction,actual,x\n"), |log, at| {
            let label = ["None", "low", "high"][at % 3];
            log + &format!("{at},{label},{label},{}\n", if at % 3 == 0 { "None" } else { "1" })
        });
        let (table, _) = read(&log);
        assert_eq!((texts(&table, "prediction")[0], texts(&table, "actual")[0]), (Some("None"), Some("None")));
        assert_eq!(table.named("x").unwrap().kinds()[0], Kind::Missing);
    }

    /// `None` beside predicted numbers is a prediction that is missing.
    #[test]
    fn a_word_beside_predicted_numbers_is_missing() {
        let log = (0..60).fold(String::from("id,prediction,actual\n"), |log, at| {
            let predicted = if at % 3 == 0 { "None".to_string() } else { format!("{at}.5") };
            log + &format!("{at},{predicted},{at}.25\n")
        });
        let (table, _) = read(&log);
        assert_eq!(numbers(&table, "prediction")[..3], [None, Some(1.5), Some(2.5)]);
        assert_eq!(table.named("prediction").unwrap().kinds()[0], Kind::Missing);
    }

    #[test]
    fn truth_values_are_one_kind_in_every_format() {
        let spelled = |word: &'static str, other: &'static str| {
            let rows: Vec<&str> = [word, other].into_iter().cycle().take(40).collect();
            texts(&read(&column(&rows)).0, "x").into_iter().flatten().map(ToString::to_string).collect::<Vec<_>>()
        };
        let plain: Vec<String> = ["true", "false"].into_iter().cycle().take(40).map(Into::into).collect();
        assert_eq!(spelled("true", "false"), plain);
        assert_eq!(spelled("True", "False"), plain);
        assert_eq!(spelled("TRUE", "FALSE"), plain);
        let jsonl = lines((0..40).map(|at| json!({"id": at, "x": at % 2 == 0})));
        assert_eq!(texts(&read(&jsonl).0, "x").into_iter().flatten().collect::<Vec<_>>(), plain);
    }

    #[test]
    fn codes_of_digits_and_letters_are_categories() {
        let rows: Vec<&str> = ["0815", "SW1A", "4711", "W1"].into_iter().cycle().take(40).collect();
        let (table, provenance) = read(&column(&rows));
        assert_eq!(texts(&table, "x")[..4], ["0815", "SW1A", "4711", "W1"].map(Some));
        assert_eq!(provenance.problem_count, 0);
        let jsonl =
            lines((0..40).map(|at| json!({"id": at, "x": if at % 2 == 0 { json!(4711) } else { json!("W1") }})));
        assert_eq!(texts(&read(&jsonl).0, "x")[..2], [Some("4711"), Some("W1")]);
    }

    #[test]
    fn numbers_of_32_bits_have_their_shortest_decimals() {
        let values: Vec<f32> = (1..60).map(|at| at as f32 / 10.0).collect();
        let wide = lines(values.iter().enumerate().map(|(at, value)| json!({"id": at, "x": f64::from(*value)})));
        assert!(wide.contains("0.10000000149011612"));
        assert_eq!(meaning(&wide).expect("a log").schema.written.get("x"), Some(&Written::Float32));
        let expected: Vec<_> = values.iter().map(|value| value.to_string().parse::<f64>().ok()).collect();
        assert_eq!(numbers(&read(&wide).0, "x"), expected);
        // Numbers of 64 bits, and halves that 32 bits hold as well, stay.
        let halves = lines((0..60).map(|at| json!({"id": at, "x": f64::from(at) * 0.5, "y": f64::from(at) / 3.0})));
        assert!(meaning(&halves).expect("a log").schema.written.is_empty());
    }

    #[test]
    fn blanks_around_cells_without_quotes_are_no_part_of_them() {
        let log = "id, x, z\n1, yes ,\" yes \"\n2,\tno, \"b\"\n3, yes,\"c\"\n";
        let (table, _) = read(log);
        assert_eq!(texts(&table, "x"), [Some("yes"), Some("no"), Some("yes")]);
        assert_eq!(texts(&table, "z"), [Some(" yes "), Some("b"), Some("c")]);
    }
}

mod times {
    use super::*;

    #[test]
    fn words_and_dates_that_stand_for_none_are_no_time() {
        for none in ["NaT", "NULL", "NA", "0000-00-00 00:00:00", "9999-12-31", "0001-01-01T00:00:00Z", ""] {
            let log = (0..20).fold(String::from("timestamp,x\n"), |log, at| {
                log + &if at % 4 == 0 { format!("{none},{at}\n") } else { format!("2024-01-{:02},{at}\n", at + 1) }
            });
            let (table, provenance) = read(&log);
            assert_eq!((table.rows(), provenance.bad_rows.len()), (20, 0), "{none}");
            assert_eq!(table.time.iter().filter(|time| **time == driftgate_core::table::NO_TIME).count(), 5, "{none}");
        }
    }

    #[test]
    fn a_first_line_of_values_is_no_header() {
        for log in ["1.5,up\n2.5,down\n", "2024-01-02T03:04:05Z,7\n2024-01-02T03:04:06Z,8\n"] {
            let refused = meaning(log).unwrap_err().to_string();
            assert!(refused.contains("first line holds values"), "{refused}");
        }
        // Places and years are names that tables have.
        assert!(meaning("0,1,2019\n2,3,4\n").is_ok());
    }

    #[test]
    fn folders_that_say_when_are_left_out_and_others_are_columns() {
        let log = "timestamp,x\n2024-01-01,1\n2024-01-02,2\n";
        let of = |column: &str, value: &str| {
            let partition = [(column.to_string(), value.to_string())].into();
            let schema = infer(log.as_bytes(), &InferOptions { partition, ..InferOptions::default() }).unwrap().schema;
            schema.left_out.contains_key(column)
        };
        for (column, value) in [("dt", "2024-01-01"), ("event_date", "20240101"), ("year", "2024"), ("hour", "07")] {
            assert!(of(column, value), "{column}");
        }
        for (column, value) in [("part", "100000"), ("sector", "oil"), ("year", "first")] {
            assert!(!of(column, value), "{column}");
        }
    }

    #[test]
    fn a_column_of_a_folder_that_the_rows_have_too_is_compared_with_theirs() {
        for log in ["x,part\n1,EU\n2,EU\n", "{\"x\":1,\"part\":\"EU\"}\n{\"x\":2,\"part\":\"EU\"}\n"] {
            for (value, differs) in [("EU", 0), ("US", 1)] {
                let partition = [("part".to_string(), value.to_string())].into();
                let schema =
                    infer(log.as_bytes(), &InferOptions { partition, ..InferOptions::default() }).unwrap().schema;
                let partition = [("part".to_string(), value.to_string())].into();
                let source = Source { partition, ..Source::default() };
                let mut reader = LogReader::new(Rc::new(schema), source, None).unwrap();
                let mut table = Table::default();
                let mut keep = |batch: Table| {
                    table.append(&batch);
                    Ok(())
                };
                reader.push(log.as_bytes(), &mut keep).unwrap();
                let provenance = reader.finish(&mut keep).unwrap();
                assert_eq!(texts(&table, "part"), [Some("EU"), Some("EU")], "{log}");
                assert_eq!((provenance.problem_count, provenance.bad_rows.len()), (differs, 0), "{log}");
            }
        }
    }
}

mod accounts {
    use super::*;

    fn judged(reference: &str, current: &str) -> Report {
        let of = |log: &str| profile(log, &serde_json::to_string(&meaning(log).expect("a log").schema).unwrap());
        report(r#"{"rule":"rows"}"#, &[("reference", &of(reference)), ("current", &of(current))])
    }

    fn fate(report: &Report, column: &str) -> Fate {
        report.current.as_ref().unwrap().columns[column].fate
    }

    fn log(seed: u64, extra: impl Fn(usize) -> Value) -> String {
        let mut dice = Dice(seed);
        lines((0..200).map(|at| {
            let mut row = json!({"id": at, "prediction": dice.unit(), "x": dice.unit()});
            if let (Some(row), Value::Object(extra)) = (row.as_object_mut(), extra(at)) {
                row.extend(extra);
            }
            row
        }))
    }

    #[test]
    fn what_was_not_read_makes_a_calm_verdict_inconclusive() {
        let calm = judged(&log(1, |_| json!({})), &log(2, |_| json!({})));
        assert_eq!((calm.verdict, fate(&calm, "x")), (DriftVerdict::None, Fate::Judged));
        for (name, extra) in [
            ("labels", json!({"u": ["a", "b"]})),
            ("a long list", json!({"u": vec![0.5; 100]})),
            ("a list of objects", json!({"u": [{"a": 1}]})),
        ] {
            let found = judged(&log(1, |_| extra.clone()), &log(2, |_| extra.clone()));
            assert_eq!((found.verdict, fate(&found, "u")), (DriftVerdict::Inconclusive, Fate::NotRead), "{name}");
            assert!(found.summary.contains("`u`"), "{}", found.summary);
        }
        let unknown = |at: usize| json!({"u": format!("{}.{}.7/{}", at * 7 % 97, at * 31 % 89, at)});
        let found = judged(&log(1, unknown), &log(2, unknown));
        assert_eq!((found.verdict, fate(&found, "u")), (DriftVerdict::Inconclusive, Fate::NotRead));
    }

    #[test]
    fn what_cannot_be_judged_is_named_and_changes_no_verdict() {
        let extra = |from: usize| move |at: usize| json!({"note": format!("customer {} said so", from + at), "const": 7, "when": format!("2024-01-01T00:{:02}:{:02}Z", at / 60, at % 60)});
        let found = judged(&log(1, extra(0)), &log(2, extra(1000)));
        assert_eq!(found.verdict, DriftVerdict::None);
        for name in ["note", "const", "when"] {
            assert_eq!(fate(&found, name), Fate::NotJudged, "{name}");
        }
        let window = found.current.unwrap();
        // timestamp, prediction, x, note, const and when of 200 rows; two of them are judged.
        assert_eq!((window.values, window.judged_values), (1200, 400));
    }

    #[test]
    fn words_among_numbers_are_not_read_and_named_unless_they_are_few() {
        // One row in `every` holds the other kind of value, which is another one now.
        let words = |every: usize, word: &'static str| {
            move |at: usize| {
                if at.is_multiple_of(every) { json!({"u": word}) } else { json!({"u": (at * 37 % 101) as f64 / 7.0}) }
            }
        };
        let numbers = |every: usize, add: f64| {
            move |at: usize| {
                if at.is_multiple_of(every) {
                    json!({"u": (at % 5) as f64 + add + 0.5})
                } else {
                    json!({"u": (["a", "b"][at % 2])})
                }
            }
        };
        for every in [3, 10, 50] {
            for (reference, current) in [
                (log(1, words(every, "LOW")), log(2, words(every, "HIGH"))),
                (log(1, numbers(every, 0.0)), log(2, numbers(every, 50.0))),
            ] {
                let found = judged(&reference, &current);
                assert_eq!((found.verdict, fate(&found, "u")), (DriftVerdict::Inconclusive, Fate::NotRead), "{every}");
            }
        }
        let found = judged(&log(1, words(190, "LOW")), &log(2, words(190, "LOW")));
        assert_eq!((found.verdict, fate(&found, "u")), (DriftVerdict::None, Fate::Judged));
    }

    #[test]
    fn columns_with_a_role_are_counted_and_named() {
        let row = |at: usize| json!({"symbol": (["A", "B"][at % 2]), "close": at, "sector": "oil"});
        let found = judged(&log(1, row), &log(2, row));
        let window = found.current.as_ref().unwrap();
        for (name, part) in
            [("id", "names the row"), ("symbol", "counted by it"), ("base", "errors"), ("sector", "counted")]
        {
            let used = &window.columns[name];
            assert_eq!((used.fate, used.values), (Fate::NotJudged, 200), "{name}");
            assert!(used.reason.as_ref().unwrap().contains(part), "{used:?}");
        }
        // id, prediction, x, symbol, close and sector of 200 rows; prediction and x are judged.
        assert_eq!((window.values, window.judged_values, found.verdict), (1_200, 400, DriftVerdict::None));
    }

    #[test]
    fn actuals_without_predictions_are_not_judged() {
        let actuals = |seed: u64| {
            let mut dice = Dice(seed);
            lines((0..200).map(|at| json!({"id": at, "actual": dice.unit(), "x": dice.unit()})))
        };
        let found = judged(&actuals(1), &actuals(2));
        assert_eq!((fate(&found, "actual"), fate(&found, "x")), (Fate::NotJudged, Fate::Judged));
    }

    #[test]
    fn days_written_as_texts_are_times_however_many_rows_share_one() {
        let day = |month: usize| move |at: usize| json!({"dt": format!("2024-{month:02}-{:02}", 1 + at % 28)});
        let found = judged(&log(1, day(1)), &log(2, day(3)));
        assert_eq!((found.verdict, fate(&found, "dt")), (DriftVerdict::None, Fate::NotJudged));
    }

    #[test]
    fn half_new_texts_are_categories() {
        // 100 labels of two rows each; all of them are replaced.
        let label = |prefix: &'static str| move |at: usize| json!({"u": format!("{prefix}{}", at / 2)});
        let found = judged(&log(1, label("a")), &log(2, label("b")));
        assert_eq!((found.verdict, fate(&found, "u")), (DriftVerdict::Drift, Fate::Judged));
    }

    /// A log that is compared with another one: how that one is written is known.
    fn like(reference: &str, current: &str) -> Result<Inference, Error> {
        let like = Some(meaning(reference).expect("a log").schema);
        infer(current.as_bytes(), &InferOptions { like, ..InferOptions::default() })
    }

    #[test]
    fn numbers_in_another_unit_are_refused() {
        let weights = |unit: &'static str| log(1, move |at| json!({"w": format!("{}.5{unit}", at % 9)}));
        for (before, now) in [(" kg", " g"), (" kg", ""), ("", " kg"), (" $", " \u{20ac}")] {
            let refused = like(&weights(before), &weights(now)).unwrap_err().to_string();
            assert!(refused.contains("`w`") && refused.contains("--ignore w"), "{refused}");
        }
        assert!(like(&weights(" kg"), &weights(" kg")).is_ok());
    }

    #[test]
    fn a_letter_behind_some_of_the_numbers_is_no_unit() {
        let codes = log(1, |at| json!({"u": if at % 2 == 0 { format!("{}A", at % 7) } else { (at % 7).to_string() }}));
        assert_eq!(meaning(&codes).unwrap().schema.written.get("u"), Some(&Written::Codes));
        // A zero needs no unit.
        let percents = log(1, |at| json!({"u": if at % 2 == 0 { format!("{}%", 1 + at % 7) } else { "0".into() }}));
        assert!(matches!(meaning(&percents).unwrap().schema.written.get("u"), Some(Written::Numbers { .. })));
    }

    #[test]
    fn a_constant_that_changes_is_drift() {
        let found = judged(&log(1, |_| json!({"c": 1})), &log(2, |_| json!({"c": 2})));
        assert_eq!((found.verdict, fate(&found, "c")), (DriftVerdict::Drift, Fate::Judged));
    }
}

/// A row of a random table.
type Values = (f64, f64, bool, &'static str);

/// Random tables in several dialects: the report is that of the plain form.
#[test]
fn a_dialect_changes_nothing() {
    let mut dice = Dice(7);
    for round in 0..6 {
        let rows: Vec<Values> = (0..150)
            .map(|_| {
                let cents = (dice.unit() * 2e6) as i64 - 200_000;
                (
                    cents as f64 / 100.0,
                    (dice.unit() * 1000.0).floor() / 1000.0,
                    dice.unit() < 0.4,
                    ["p", "q", "r"][dice.below(3) as usize],
                )
            })
            .collect();
        let day = |at: usize| format!("2024-01-{:02}T12:00:00Z", 1 + at / 5);
        let plain = lines(rows.iter().enumerate().map(|(at, (a, b, flag, word))| {
            json!({"timestamp": day(at), "id": format!("i{at}"), "a": a, "b": b, "flag": flag, "word": word})
        }));
        let answer = |log: &[u8]| {
            let meaning = infer(log, &InferOptions::default());
            let meaning = meaning.unwrap_or_else(|error| panic!("{error}: {:.300}", String::from_utf8_lossy(log)));
            let schema = serde_json::to_string(&meaning.schema).unwrap();
            let profile = profile(log, &schema);
            let mut report = report("{}", &[("reference", &profile), ("current", &profile)]);
            report.provenance.clear();
            report
        };
        let expected = answer(plain.as_bytes());
        let csv = |separator: &str, end: &str, cell: &dyn Fn(&Values) -> [String; 4]| {
            let mut log = ["timestamp", "id", "a", "b", "flag", "word"].join(separator) + end;
            for (at, row) in rows.iter().enumerate() {
                let [a, b, flag, word] = cell(row);
                let _ = write!(log, "{}{end}", [day(at), format!("i{at}"), a, b, flag, word].join(separator));
            }
            log
        };
        let grouped = |value: f64, group: char, mark: char| {
            let text = format!("{:.2}", value.abs());
            let (whole, cents) = text.split_once('.').unwrap();
            let digits: Vec<char> = whole.chars().collect();
            let mut out = String::new();
            for (at, digit) in digits.iter().enumerate() {
                if at > 0 && (digits.len() - at).is_multiple_of(3) {
                    out.push(group);
                }
                out.push(*digit);
            }
            format!("{}{out}{mark}{cents}", if value < 0.0 { "-" } else { "" })
        };
        let comma = |value: f64| value.to_string().replace('.', ",");
        let dialects = [
            csv(",", "\n", &|(a, b, flag, word)| [a.to_string(), b.to_string(), flag.to_string(), (*word).to_string()]),
            csv(",", "\r\n", &|(a, b, flag, word)| [format!(" {a}"), format!("{b} "), if *flag { "True" } else { "False" }.into(), format!("\"{word}\"")]),
            csv(";", "\n", &|(a, b, flag, word)| [grouped(*a, '.', ','), comma(*b), if *flag { "TRUE" } else { "FALSE" }.into(), (*word).to_string()]),
            csv(";", "\n", &|(a, b, flag, word)| [grouped(*a, ' ', ',') + " EUR", comma(*b), flag.to_string(), (*word).to_string()]),
            csv("\t", "\n", &|(a, b, flag, word)| [grouped(*a, ',', '.'), b.to_string(), flag.to_string(), (*word).to_string()]),
            csv(",", "\n", &|(a, b, flag, word)| [format!("\"${}\"", grouped(*a, ',', '.')), b.to_string(), flag.to_string(), (*word).to_string()]),
            lines(rows.iter().enumerate().map(|(at, (a, b, flag, word))| {
                json!({"timestamp": day(at), "id": format!("i{at}"), "features": {"a": a, "b": b, "flag": flag, "word": word}})
            })),
            lines(rows.iter().enumerate().map(|(at, (a, b, flag, word))| {
                json!({"timestamp": day(at), "id": format!("i{at}"), "a": grouped(*a, '\u{202f}', ','), "b": comma(*b), "flag": flag.to_string(), "word": word})
            })),
            String::from("\u{feff}sep=|\r\n") + &csv("|", "\r\n", &|(a, b, flag, word)| [a.to_string(), b.to_string(), flag.to_string(), (*word).to_string()]),
            String::from("Predictions of March\r\r") + &csv("^", "\r", &|(a, b, flag, word)| [a.to_string(), b.to_string(), flag.to_string(), (*word).to_string()]),
            rows.iter().enumerate().fold(String::from("timestamp,id,features\n"), |log, (at, (a, b, flag, word))| {
                let inside = json!({"a": a, "b": b, "flag": flag, "word": word}).to_string().replace('"', "\"\"");
                log + &format!("{},i{at},\"{inside}\"\n", day(at))
            }),
            lines(rows.iter().enumerate().map(|(at, (a, b, flag, word))| {
                // Noon of 2024-01-01 in milliseconds, and five rows a day.
                let ms = 1_704_110_400_000_u64 + (at as u64 / 5) * 86_400_000;
                json!({"timestamp": ms, "id": format!("i{at}"), "features": json!({"a": a, "b": b, "flag": flag, "word": word}).to_string()})
            })),
        ];
        for (at, dialect) in dialects.iter().enumerate() {
            let log = dialect.as_bytes();
            let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
            gzip.write_all(log).unwrap();
            for packed in [log, &gzip.finish().unwrap(), &zstd::encode_all(log, 1).unwrap()] {
                let found = answer(packed);
                assert!(
                    found == expected,
                    "round {round}, dialect {at}: {:?} for {:?}",
                    found.current,
                    expected.current
                );
            }
        }
    }
}
