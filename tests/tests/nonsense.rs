//! Whatever is typed or found in a file: an error that says what to do. Never a panic, never a raw trap.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

use driftgate_tests::command::{driftgate, folder_of_logs};

/// Files beside the example logs.
const FILES: &[(&str, &str)] = &[
    ("empty.jsonl", ""),
    ("blank.jsonl", "\n\n  \n"),
    ("header.csv", "timestamp,id,prediction,actual\n"),
    ("array.jsonl", "[{\"prediction\":1}]\n"),
    ("twice.csv", "yhat,pred,actual\n1,2,3\n"),
    ("mixed_up.csv", "prediction,actual\n1.5,high\n2.5,low\n3.5,high\n"),
    ("times.csv", "timestamp,prediction,actual\nyesterday,1.5,2\ntoday,2.5,3\n"),
    ("sure.csv", "prediction,actual,confidence\n1.5,2.5,75\n2.5,3.5,80\n"),
    ("heavy.csv", "prediction,actual,weight\n1.5,2.5,1\n2.5,3.5,2\n"),
    ("broken.jsonl", "{\"prediction\":1.5,\"actual\":2}\n{\"prediction\":,}\n{\"prediction\":1.5\n"),
    ("utf16.csv", "\u{feff}a\u{0}b\u{0}\n\u{0}1\u{0}\n"),
    ("words.txt", "these are only words\nand more of them\n"),
    ("same_header.csv", "prediction,prediction\n1,2\n"),
    ("not.profile", "DGPF but nothing else"),
    ("unknown_key.toml", "[[check]]\nmetric = \"accuracy\"\nabvoe = 0.65\n"),
    ("two_thresholds.toml", "[[check]]\nmetric = \"accuracy\"\nabove = 0.65\nbelow = 0.9\n"),
    ("no_threshold.toml", "[[check]]\nmetric = \"accuracy\"\n"),
    ("confidence.toml", "[[check]]\nmetric = \"accuracy\"\nabove = 0.65\nconfidence = 95\n"),
    ("margin.toml", "[[check]]\nmetric = \"accuracy\"\nagainst = \"baseline\"\nno_worse_than = \"a bit\"\n"),
    ("against.toml", "[[check]]\nmetric = \"accuracy\"\nno_worse_than = \"2%\"\n"),
    ("nan.toml", "[[check]]\nmetric = \"accuracy\"\nabove = nan\n"),
    ("nan_confidence.toml", "[[check]]\nmetric = \"accuracy\"\nabove = 0.65\nconfidence = nan\n"),
    ("percent.toml", "[[check]]\nmetric = \"accuracy\"\nabove = 65\n"),
    ("wide_margin.toml", "[[check]]\nmetric = \"accuracy\"\nagainst = \"baseline\"\nno_worse_than = 2\n"),
    ("unreadable.toml", "[[check\nmetric = \n"),
    ("type.toml", "[[check]]\nmetric = \"accuracy\"\nabove = \"much\"\n"),
    ("plan.toml", "alhpa = 0.01\n"),
    ("unlabelled.csv", "id,prediction,confidence\na,buy,0.5\nb,watch,0.75\n"),
    ("right.csv", "id,prediction,actual\na,buy,buy\nb,watch,watch\n"),
    ("page.csv", "  <!DOCTYPE html>\n<html><body>not found</body></html>\n"),
    ("paper.csv", "%PDF-1.7 and more of it\n"),
    ("two_readings.csv", "id;prediction\na;1,234\nb;5,678\n"),
    ("blanks.csv", "id prediction\na 1\nb 2\n"),
    ("untimed.csv", "prediction,actual\n1.5,2.5\n2.5,3.25\n"),
    ("text.component.wasm", "no component at all"),
];

/// What is typed, and words that the answer on stderr has to hold.
const TYPED: &[(&str, &[&str])] = &[
    ("check crahs.jsonl --reference reference.jsonl", &["crahs.jsonl", "crash.jsonl"]),
    ("check crash.jsonl --reference nowhere/", &["nowhere"]),
    ("check *.parquet --reference reference.jsonl", &["*.parquet"]),
    ("check empty.jsonl --reference reference.jsonl", &["no records", "empty.jsonl"]),
    ("check blank.jsonl --reference reference.jsonl", &["no records", "blank.jsonl"]),
    ("check header.csv --reference reference.jsonl", &["no records", "header.csv"]),
    ("check array.jsonl --reference reference.jsonl", &["one", "jq"]),
    ("segments twice.csv", &["--map prediction="]),
    ("segments mixed_up.csv", &["prediction", "actual", "--map"]),
    ("segments times.csv", &["timestamp", "yesterday"]),
    ("segments sure.csv", &["confidence", "--map"]),
    ("segments heavy.csv", &["weight", "--ignore weight"]),
    ("segments broken.jsonl", &["broken.jsonl:2", "--max-bad-rows"]),
    ("segments utf16.csv", &["utf16.csv"]),
    ("segments page.csv", &["page.csv", "HTML"]),
    ("segments paper.csv", &["paper.csv", "PDF"]),
    ("segments two_readings.csv", &["1234", "1.234", "--decimal comma", "--ignore prediction"]),
    ("segments blanks.csv", &["one column", "blanks"]),
    (
        "check crash.jsonl --reference reference.jsonl --output reference.jsonl",
        &["--output reference.jsonl", "would be lost"],
    ),
    ("profile crash.jsonl -ocrash.jsonl", &["-o crash.jsonl", "would be lost"]),
    ("profile . -o reference.jsonl", &["reference.jsonl", "would be lost"]),
    ("report crash.jsonl --reference=reference.jsonl --export=./reference.jsonl", &["--export", "would be lost"]),
    ("segments crash.jsonl --decimal dot", &["--decimal dot", "point, comma"]),
    ("segments same_header.csv", &["prediction", "twice"]),
    ("segments crash.jsonl --map prediction=prediciton", &["prediciton", "prediction"]),
    ("segments crash.jsonl --map predicition=prediction", &["predicition", "prediction"]),
    ("segments crash.jsonl --map prediction", &["prediction", "="]),
    ("segments crash.jsonl --segment contry", &["contry"]),
    ("segments crash.jsonl --timezone Mars/Phobos", &["Mars/Phobos", "UTC"]),
    ("segments crash.jsonl --task regresion", &["regresion", "regression"]),
    ("segments crash.jsonl --model rf_v3", &["rf_v3", "rf_v2"]),
    ("segments crash.jsonl --jobs 0", &["jobs"]),
    ("segments crash.jsonl --jobs many", &["many"]),
    ("segments crash.jsonl --format xml", &["xml", "json"]),
    ("segments crash.jsonl --plan plan.toml", &["alhpa", "alpha"]),
    ("segments crash.jsonl --plan nowhere.toml", &["nowhere.toml"]),
    ("check crash.jsonl --reference reference.jsonl --alpha 2", &["alpha", "0.5"]),
    ("check crash.jsonl --reference reference.jsonl --alpha NaN", &["alpha"]),
    ("check crash.jsonl --reference reference.jsonl --rule by_week", &["by_week", "by_day"]),
    ("check crash.jsonl --reference reference.jsonl --fail-on terrible", &["terrible", "critical"]),
    ("check crash.jsonl --reference reference.jsonl --max-bad-rows -1", &["max"]),
    ("check crash.jsonl --reference not.profile", &["profile"]),
    ("check crash.jsonl --reference reference.jsonl --rolling 2", &["rolling", "3"]),
    ("check crash.jsonl --reference reference.jsonl --method waserstein", &["waserstein", "wasserstein"]),
    ("check crash.jsonl --reference reference.jsonl --convention psi=evidentely", &["evidentely", "evidently"]),
    ("check crash.jsonl --reference reference.jsonl --adjust hol", &["hol", "holm"]),
    ("check crash.jsonl --reference reference.jsonl --columns vol_20", &["vol_20"]),
    ("check - --reference -", &["stdin"]),
    ("profile crash.jsonl --resume", &["-o"]),
    ("profile - -o x.profile --resume", &["stdin", "--resume"]),
    ("profile - -o x.profile --follow", &["stdin", "--follow"]),
    ("profile crash.jsonl -o x.profile --every 5s", &["--follow"]),
    ("profile crash.jsonl -o x.profile --follow --every 5", &["--every", "5s"]),
    ("profile crash.jsonl -o x.profile --follow --every 1ms", &["--every", "100ms"]),
    ("profile crash.jsonl -o x.profile --follow --lookback 30", &["--lookback", "--follow"]),
    ("profile crash.jsonl -o x.profile --resume --as-of 2008-09-30", &["--as-of", "--resume"]),
    ("profile crash.jsonl -o x.profile --resume --outcomes right.csv", &["--outcomes", "--resume"]),
    ("profile crsh.jsonl -o x.profile --follow", &["crsh.jsonl", "crash.jsonl"]),
    ("check crash.jsonl --follow", &["--reference"]),
    ("check crash.jsonl --reference reference.jsonl --follow --format junit", &["junit", "-o"]),
    ("check crash.jsonl --reference reference.jsonl --follow --as-of 2008-09-30", &["--as-of", "--follow"]),
    ("chek crash.jsonl", &["chek", "check"]),
    ("check crash.jsonl", &["--reference"]),
    ("check crash.jsonl", &["--lookback"]),
    ("check crash.jsonl --reference reference.jsonl --as-of 30.09.2008", &["--as-of", "30.09.2008", "2008-09-30"]),
    ("check crash.jsonl --reference reference.jsonl --as-of 2008-09-31", &["--as-of", "2008-09-31"]),
    (
        "check crash.jsonl --reference reference.jsonl --as-of 2007-05-31",
        &["current", "none of 450 rows", "2008-09-15"],
    ),
    ("check crash.jsonl --reference reference.jsonl --lookback 0", &["--lookback 0", "at least 1"]),
    ("check crash.jsonl --lookback 4294967296", &["--lookback 4294967296", "2^32"]),
    ("check crash.jsonl --lookback 4294967295", &["--lookback", "calendar"]),
    ("check crash.jsonl --lookback 400", &["reference", "none of 450 rows", "2008-09-15 .. 2008-12-30", "--lookback"]),
    ("check - --lookback 30 --reference reference.jsonl", &["--lookback", "stdin", "--as-of"]),
    ("check - --lookback 30 --as-of 2008-11-30", &["--lookback", "stdin", "--reference"]),
    ("check untimed.csv --lookback 30", &["untimed.csv", "time", "--map timestamp="]),
    ("check untimed.csv --reference untimed.csv --as-of 2008-11-30", &["timestamp", "--map timestamp="]),
    ("check saved.profile --lookback 30", &["saved.profile", "cannot be cut", "--lookback 30"]),
    ("check saved.profile --as-of 2008-11-30 --lookback 30", &["reference: saved.profile", "with --until 2008-10-31"]),
    (
        "check saved.profile --as-of 2008-11-30 --lookback 30 --reference reference.jsonl",
        &["current: saved.profile", "--from 2008-11-01 --until 2008-11-30"],
    ),
    ("segments saved.profile --as-of 2008-11-30", &["current", "2008-12-30", "2008-11-30", "cannot be cut"]),
    ("profile saved.profile --until 2008-11-30 -o out.profile", &["saved.profile", "cannot be cut"]),
    ("profile crash.jsonl --from 2008-10-01 --until 2008-09-30 -o out.profile", &["2008-10-01", "2008-09-30"]),
    ("profile crash.jsonl --from soon -o out.profile", &["from", "soon"]),
    ("profile crash.jsonl --from 2008-10-01 --as-of 2008-10-31 -o out.profile", &["--from", "--as-of", "only one"]),
    ("segments crash.jsonl --by sectr", &["sectr", "sector"]),
    ("segments saved.profile --by weekday", &["--by weekday", "no such table", "regime,sector"]),
    ("segments crash.jsonl --sort mea", &["--sort mea", "`mae`", "rows"]),
    ("segments crash.jsonl --sort mae:up", &["mae:asc", "mae:desc"]),
    ("segments crash.jsonl --top 0", &["--top", "0"]),
    ("segments crash.jsonl --top many", &["--top", "many"]),
    ("report", &["LOGS"]),
    ("report crahs.jsonl", &["crahs.jsonl", "crash.jsonl"]),
    ("report crash.jsonl --export nowhere/page.txt", &["nowhere/page.txt"]),
    ("report crash.jsonl --target usge=0.8", &["usge", "usage"]),
    ("report crash.jsonl --target usage=80", &["usage=80", "between 0 and 1"]),
    ("report crash.jsonl --target usage", &["usage", "usage=0.8"]),
    ("report crash.jsonl --days-per-year 0", &["--days-per-year 0", "at least 1"]),
    ("report crash.jsonl --buy-labels ,", &["--buy-labels", "labels"]),
    ("report saved.profile --lookback 30", &["saved.profile", "cannot be cut"]),
    ("replay crash.jsonl", &["crash.jsonl", "replay"]),
    ("replay export crash.jsonl --share 2", &["--share", "at most 1"]),
    ("replay export crash.jsonl --share NaN", &["--share", "at most 1"]),
    ("replay export crash.jsonl --weight 0", &["--weight", "above 0"]),
    ("replay export crash.jsonl --batch 0", &["--batch", "0"]),
    ("replay export crash.jsonl --weakest 0", &["--weakest", "0"]),
    ("replay export crash.jsonl --format xml", &["xml", "jsonl, csv"]),
    ("replay export unlabelled.csv", &["--outcomes", "--map actual="]),
    ("replay export unlabelled.csv -o out.jsonl", &["nobody knows"]),
    ("replay stats unlabelled.csv", &["--outcomes"]),
    ("replay stats right.csv", &["no prediction", "was wrong"]),
    ("merge crash.jsonl -o out.profile", &["crash.jsonl", "profile"]),
    ("merge not.profile -o out.profile", &["profile"]),
    ("profile crash.jsonl -o nowhere/out.profile", &["nowhere"]),
    ("gate --candidate candidate_good.csv --policy nowhere.toml", &["nowhere.toml"]),
    ("gate --candidate candidate_good.csv --policy prodction", &["prodction", "production"]),
    ("gate --candidate candidate_good.csv --policy unknown_key.toml", &["abvoe", "above"]),
    ("gate --candidate candidate_good.csv --policy two_thresholds.toml", &["check 1", "threshold"]),
    ("gate --candidate candidate_good.csv --policy no_threshold.toml", &["check 1", "above"]),
    ("gate --candidate candidate_good.csv --policy confidence.toml", &["95", "0.95"]),
    ("gate --candidate candidate_good.csv --policy margin.toml", &["a bit", "2%"]),
    ("gate --candidate candidate_good.csv --policy against.toml", &["against"]),
    ("gate --candidate candidate_good.csv --policy nan.toml", &["above"]),
    ("gate --candidate candidate_good.csv --policy nan_confidence.toml", &["confidence", "finite"]),
    ("gate --candidate candidate_good.csv --policy percent.toml", &["no value passes", "0.65"]),
    ("gate --candidate candidate_good.csv --policy wide_margin.toml", &["every candidate passes", "2%"]),
    ("gate --candidate candidate_good.csv --policy unreadable.toml", &["unreadable.toml"]),
    ("gate --candidate candidate_good.csv --policy type.toml", &["much"]),
    ("gate --candidate crash.jsonl", &["--model", "rf_v2"]),
    ("compare crash.jsonl --models rf_v2", &["--models hgb_v2,rf_v2"]),
    ("compare crash.jsonl --models rf_v2,hgb_v3", &["hgb_v3", "did you mean `hgb_v2`"]),
    ("compare crash.jsonl --models rf_v2,rf_v2", &["with itself"]),
    ("compare candidate_good.csv", &["one model only (vol_v2)", "--baseline LOGS"]),
    ("compare crash.jsonl --metric mea", &["mea", "did you mean `mae`?"]),
    ("compare crash.jsonl --metric accuracy", &["accuracy", "There are mae"]),
    ("compare crash.jsonl --by arm", &["--by arm", "variant"]),
    ("compare crash.jsonl --by variant", &["--map variant=COLUMN"]),
    ("compare crash.jsonl --looks often", &["--looks often", "any"]),
    ("compare crash.jsonl --looks 10", &["which of the planned looks"]),
    ("compare crash.jsonl --looks 10 --look 11", &["look is 11", "1 to 10"]),
    ("compare crash.jsonl --split rf_v2=0.7", &["split", "the arms are hgb_v2, rf_v2"]),
    ("compare crash.jsonl --split rf_v2=0.7,hgb_v2=0.7", &["1.4", "have to be 1"]),
    ("compare crash.jsonl --split rf_v2", &["ARM=SHARE"]),
    ("compare crash.jsonl --confidence 95", &["--confidence 95", "0.95"]),
    ("compare crash.jsonl --draws 5", &["draws is 5", "100 to 100000"]),
    ("compare crash.jsonl --experiment e", &["--arm"]),
    ("compare crash.jsonl --format junit", &["junit", "text and json"]),
    ("compare - --baseline -", &["stdin"]),
    ("compare crash.jsonl --baseline crash.jsonl", &["hgb_v2, rf_v2", "--baseline-model"]),
    ("gate --candidate candidate_good.csv --override-actor me", &["--override-reason"]),
    ("gate --candidate candidate_good.csv --history broken.jsonl", &["broken.jsonl:1", "not a decision"]),
    ("plugin check text.component.wasm", &["not a WebAssembly component"]),
    ("plugin check nowhere.wasm", &["nowhere.wasm"]),
];

#[test]
fn nonsense_is_answered_with_what_to_do() {
    let folder = folder_of_logs();
    for (name, text) in FILES {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let profiled =
        driftgate().args("profile crash.jsonl -q -o saved.profile".split(' ')).current_dir(folder.path()).status();
    assert!(profiled.unwrap().success());
    let mut wrong = Vec::new();
    for (typed, words) in TYPED {
        let output = driftgate().args(typed.split(' ')).current_dir(folder.path()).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        let raw = ["panicked", "RUST_BACKTRACE", "wasm trap", "internal error"].iter().any(|word| error.contains(word));
        let missing: Vec<_> = words.iter().filter(|word| !error.contains(**word)).collect();
        if output.status.code() != Some(2) || raw || !missing.is_empty() {
            wrong.push(format!("$ driftgate {typed}\n{:?}, lacks {missing:?}:\n{error}", output.status.code()));
        }
    }
    assert!(wrong.is_empty(), "{} answers:\n{}", wrong.len(), wrong.join("\n"));
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .collect();
    assert!(
        !left.iter().any(|name| name.starts_with("out.") || name.ends_with(".tmp")),
        "something half-written was left: {left:?}"
    );
}

#[test]
fn a_reader_that_stops_early_is_no_error() {
    let folder = folder_of_logs();
    let mut child = driftgate()
        .args(["segments", "crash.jsonl", "--format", "json", "--quiet"])
        .current_dir(folder.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}
