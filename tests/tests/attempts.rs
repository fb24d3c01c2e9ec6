//! Attempts to talk the gate into a promotion. `docs/gate.md` lists them; none may end with exit code 0.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fmt::Write, fs, io::Write as _, path::Path};

use driftgate_tests::command::{driftgate, root};

/// One prediction of a log.
#[derive(Clone)]
struct Row {
    time: String,
    id: String,
    sector: String,
    prediction: String,
    actual: String,
}

const HEADER: &str = "timestamp,id,model,sector,prediction,actual\n";

const POLICY: &str = r#"name = "p"
[[check]]
metric = "accuracy"
above = 0.65
[[check]]
metric = "accuracy"
each = "sector"
at_least = 0.55
min_rows = 30
[[check]]
metric = "replay_improvement"
above = 0
[[check]]
metric = "accuracy"
against = "baseline"
no_worse_than = "2%"
"#;

/// 630 cases of 30 days and three sectors, of which a model is right about a share in hundredths by sector.
fn log(seed: u64, right: [u64; 3]) -> Vec<Row> {
    let mixed = |n: u64| {
        (n ^ (n >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 33
    };
    let case = |n: u64| {
        let sector = (n % 3) as usize;
        let answers = ["no", "yes"];
        let actual = (mixed(n) % 2) as usize;
        let is_right = mixed(n + 1_000 * seed) % 100 < right[sector];
        Row {
            time: format!("2024-05-{:02}T{:02}:00:00Z", 1 + n / 21, n % 21),
            id: format!("case{n}"),
            sector: ["bank", "tech", "oil"][sector].into(),
            prediction: answers[if is_right { actual } else { 1 - actual }].into(),
            actual: answers[actual].into(),
        }
    };
    (0..630).map(case).collect()
}

fn incumbent() -> Vec<Row> {
    log(1, [70, 70, 70])
}

/// Worse than the incumbent, most of all in oil.
fn bad() -> Vec<Row> {
    log(2, [68, 68, 35])
}

/// Better than the incumbent, but for oil.
fn uneven() -> Vec<Row> {
    log(4, [95, 95, 40])
}

fn csv(model: &str, rows: &[Row]) -> String {
    let mut text = String::from(HEADER);
    for Row { time, id, sector, prediction, actual } in rows {
        writeln!(text, "{time},{id},{model},{sector},{prediction},{actual}").unwrap();
    }
    text
}

fn is_right(row: &Row) -> bool {
    row.prediction == row.actual
}

/// A log with its wrong rows changed.
fn wrong(mut rows: Vec<Row>, change: impl Fn(&mut Row)) -> String {
    rows.iter_mut().filter(|row| !is_right(row)).for_each(change);
    csv("new", &rows)
}

/// A log's rows of one kind.
fn only(rows: Vec<Row>, keep: impl Fn(&Row) -> bool) -> String {
    csv("new", &rows.into_iter().filter(keep).collect::<Vec<_>>())
}

/// The bad candidate's log with more rows.
fn with(more: impl Fn(&Row) -> Vec<Row>) -> String {
    let rows = bad();
    let more: Vec<Row> = rows.iter().flat_map(more).collect();
    csv("new", &[rows, more].concat())
}

/// Attempts on the log: what is done, and the candidate's log.
fn on_the_log() -> Vec<(&'static str, String)> {
    let copied = |row: &mut Row| row.actual.clone_from(&row.prediction);
    let easy = |id: &dyn Fn(usize, &str) -> String| {
        with(|row| {
            let copies = if is_right(row) { 5 } else { 0 };
            (0..copies).map(|at| Row { id: id(at, &row.id), ..row.clone() }).collect()
        })
    };
    vec![
        ("leave the wrong rows out", only(bad(), is_right)),
        (
            "leave half of the wrong rows out",
            only(bad(), |row| is_right(row) || row.id.ends_with(['0', '2', '4', '6', '8'])),
        ),
        ("leave the weak sector out", only(uneven(), |row| row.sector != "oil")),
        ("leave most of the weak sector out", only(uneven(), |row| row.sector != "oil" || is_right(row))),
        ("hand in the first days alone", only(uneven(), |row| row.time.as_str() < "2024-05-15")),
        ("leave the prediction of wrong rows empty", wrong(bad(), |row| row.prediction.clear())),
        ("predict null where it is wrong", wrong(bad(), |row| row.prediction = "null".into())),
        ("predict NaN where it is wrong", wrong(bad(), |row| row.prediction = "NaN".into())),
        ("predict Infinity where it is wrong", wrong(bad(), |row| row.prediction = "Infinity".into())),
        ("predict n/a where it is wrong", wrong(bad(), |row| row.prediction = "n/a".into())),
        ("predict a new label where it is wrong", wrong(bad(), |row| row.prediction = "unsure".into())),
        ("copy predictions into actual", wrong(bad(), copied)),
        (
            "copy predictions into actual in the weak sector",
            wrong(uneven(), |row| {
                if row.sector == "oil" {
                    copied(row)
                }
            }),
        ),
        ("leave the outcome of wrong rows empty", wrong(bad(), |row| row.actual.clear())),
        ("write NA as the outcome of wrong rows", wrong(bad(), |row| row.actual = "NA".into())),
        (
            "write another label as the outcome of wrong rows",
            wrong(bad(), |row| row.actual = row.prediction.to_uppercase()),
        ),
        (
            "give wrong rows other ids and outcomes",
            wrong(bad(), |row| {
                copied(row);
                row.id.insert(0, 'x');
            }),
        ),
        (
            "give wrong rows no id and other outcomes",
            wrong(bad(), |row| {
                copied(row);
                row.id.clear();
            }),
        ),
        ("give all rows other ids, and wrong ones other outcomes", wrong(bad(), copied).replace("case", "x")),
        ("leave the id column out", wrong(bad(), copied).replace(",id,", ",note,")),
        ("call the weak sector OIL where it is wrong", wrong(uneven(), |row| row.sector.make_ascii_uppercase())),
        ("move wrong rows of the weak sector into a strong one", wrong(uneven(), |row| row.sector = "bank".into())),
        ("leave the sector of wrong rows empty", wrong(uneven(), |row| row.sector.clear())),
        ("leave the sector column out", csv("new", &uneven()).replace(",sector,", ",part,")),
        ("add easy cases", easy(&|at, id| format!("more{at}{id}"))),
        ("add easy cases without an id", easy(&|_, _| String::new())),
        ("add right rows again", easy(&|_, id| id.into())),
        (
            "say the opposite in a second row of the same id",
            with(|row| {
                let second = Row { prediction: row.actual.clone(), ..row.clone() };
                if is_right(row) { Vec::new() } else { vec![second] }
            }),
        ),
        ("spoil the lines of wrong rows", wrong(bad(), |row| row.time = "no time at all".into())),
        ("write a cell too many into wrong rows", wrong(bad(), |row| row.actual.push_str(",x"))),
        ("give wrong rows no time", wrong(bad(), |row| row.time.clear())),
        ("hand in the incumbent's log", csv("old", &incumbent())),
        ("hand in the incumbent's log under another name", csv("new", &incumbent())),
        ("hand in a handful of right rows", only(bad(), |row| is_right(row) && row.id.len() == 5)),
        ("hand in a header alone", HEADER.into()),
        ("hide a model that is always right beside its own", {
            let right = wrong(bad(), |row| row.prediction.clone_from(&row.actual)).replace(",new,", ",other,");
            csv("new", &bad()) + right.split_once('\n').unwrap().1
        }),
    ]
}

/// Attempts on the policy: what is done, what is replaced, and by what.
const ON_THE_POLICY: &[(&str, &str, &str)] = &[
    ("ask for nothing", POLICY, "name = \"p\"\n"),
    ("demand an accuracy above -1", "above = 0.65", "above = -1"),
    ("demand an accuracy of at least 0", "above = 0.65", "at_least = 0"),
    ("allow a margin of 2", "\"2%\"", "2"),
    ("allow a margin of 100 %", "\"2%\"", "\"100%\""),
    ("allow a negative margin", "\"2%\"", "-0.5"),
    ("demand nan", "above = 0.65", "above = nan"),
    ("demand a confidence of nan", "above = 0.65", "above = 0.1\nconfidence = nan"),
    ("misspell the metric", "metric = \"accuracy\"\nabove", "metric = \"acuracy\"\nabove"),
    ("misspell the threshold", "above = 0.65", "abvoe = 0.65"),
    ("ask for a sector that is not there", "above = 0.65", "above = 0.1\nwhere = { sector = \"gold\" }"),
    ("ask for a column that is not there", "each = \"sector\"", "each = \"secotr\""),
    (
        "demand that half of the cases be answered, as a percentage",
        "above = 0.65",
        "above = 0.1\n[[check]]\nmetric = \"answered\"\nat_least = 50",
    ),
];

fn code(folder: &Path, candidate: &str, policy: &str) -> (i32, String) {
    let arguments = ["gate", "--candidate", candidate, "--baseline", "incumbent.csv", "--policy", policy];
    let output = driftgate().args(arguments).current_dir(folder).output().unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).join("\n");
    (output.status.code().unwrap(), said)
}

#[test]
fn no_attempt_ends_with_a_promotion() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("incumbent.csv"), csv("old", &incumbent())).unwrap();
    fs::write(at("policy.toml"), POLICY).unwrap();
    fs::write(at("good.csv"), csv("new", &log(3, [90, 90, 90]))).unwrap();
    fs::write(at("bad.csv"), csv("new", &bad())).unwrap();
    let (promoted, said) = code(folder.path(), "good.csv", "policy.toml");
    assert_eq!(promoted, 0, "an honest good candidate\n{said}");
    let (rejected, said) = code(folder.path(), "bad.csv", "policy.toml");
    assert_eq!(rejected, 1, "an honest bad candidate\n{said}");

    let listed = fs::read_to_string(root().join("docs/gate.md")).unwrap();
    let answers = |what: &str, candidate: &str, policy: &str| {
        let (code, said) = code(folder.path(), candidate, policy);
        assert!((1..=3).contains(&code), "{what}: exit code {code}\n{said}");
        let ends = ["", "REJECT", "refused", "INCONCLUSIVE"][code as usize];
        let line = format!("| {what} | {ends} |");
        assert!(listed.contains(&line), "docs/gate.md lacks: {line}\n{said}");
    };
    for (what, log) in on_the_log() {
        fs::write(at("candidate.csv"), log).unwrap();
        answers(what, "candidate.csv", "policy.toml");
    }
    for (what, before, after) in ON_THE_POLICY {
        assert!(POLICY.contains(before), "{what}");
        fs::write(at("other.toml"), POLICY.replacen(before, after, 1)).unwrap();
        answers(what, "bad.csv", "other.toml");
    }
    // A log that ends where an error would begin.
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(csv("new", &log(3, [90, 90, 35])).as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    fs::write(at("cut.csv.gz"), &packed[..packed.len() / 2]).unwrap();
    answers("cut the log in the middle of gzip", "cut.csv.gz", "policy.toml");
    answers("ask for a policy that is not there", "bad.csv", "nowhere.toml");
}
