//! Rows to train on, as JSONL or CSV that driftgate itself reads again: every name is a role's.
//!
//! The weight is called `sample_weight`, because a log with a column `weight` is refused.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use driftgate_documents::{Format, Performance, Replay, ReplayRow, Report, Value};
use serde::Serialize;
use serde_json::Number;

use crate::{
    document::to_json,
    error::{Error, Result},
};

/// Columns before the features.
const COLUMNS: [&str; 11] = [
    "timestamp",
    "id",
    "model",
    "symbol",
    "sector",
    "regime",
    "prediction",
    "actual",
    "confidence",
    "score",
    "sample_weight",
];

/// A row as it is written.
#[derive(Serialize)]
struct Line<'a> {
    timestamp: Option<&'a str>,
    id: Option<&'a str>,
    model: &'a str,
    symbol: Option<&'a str>,
    sector: Option<&'a str>,
    regime: Option<&'a str>,
    prediction: Option<Cell<'a>>,
    actual: Option<Cell<'a>>,
    confidence: Option<f64>,
    score: Option<f64>,
    sample_weight: f64,
    features: &'a BTreeMap<String, Value>,
}

/// A label, or a number where the text is one.
#[derive(Serialize)]
#[serde(untagged)]
enum Cell<'a> {
    Number(Number),
    Text(&'a str),
}

impl<'a> Cell<'a> {
    /// The report holds predictions as texts; `007` stays one.
    fn of(text: &'a str) -> Self {
        serde_json::from_str(text).map_or(Self::Text(text), Self::Number)
    }
}

/// How rows are written: as asked for, else as the file's name says, else JSONL.
///
/// # Errors
/// If another format is asked for.
pub fn format(asked: Option<&str>, file: Option<&Path>) -> Result<Format> {
    let is_csv = |file: &Path| file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    match asked {
        Some("jsonl") => Ok(Format::Jsonl),
        Some("csv") => Ok(Format::Csv),
        Some(other) => Err(Error::caller(format!("--format {other}: expected one of jsonl, csv"))),
        None if file.is_some_and(is_csv) => Ok(Format::Csv),
        None => Ok(Format::Jsonl),
    }
}

/// The buffer of a report.
///
/// # Errors
/// If nothing in the log was wrong, or nobody can know.
pub fn buffer(report: &Report) -> Result<&Replay> {
    if let Some(replay) = report.replay.as_ref().filter(|replay| replay.rows > 0) {
        return Ok(replay);
    }
    let window = report.current.as_ref();
    let model = window.and_then(|window| window.model.as_deref()).unwrap_or_default();
    let is_model = |p: &&Performance| p.slice.get("model").is_none_or(|name| name == model);
    let mut of_model = report.performance.iter().filter(|p| p.window == "current").filter(is_model);
    Err(Error::caller(if of_model.all(|p| p.pairs == 0) {
        "replay: no row has both a prediction and an actual, so nobody knows which were wrong; add --outcomes FILES with \
         what happened, or name the columns with --map prediction=COLUMN --map actual=COLUMN"
    } else {
        "replay: no prediction of this log was wrong, so there is nothing to learn from again; give a log with wrong ones"
    }))
}

/// The rows to train on, as the bytes of a file.
///
/// # Errors
/// If no row fits what is asked for.
pub fn rows(replay: &Replay, format: Format) -> Result<String> {
    if replay.sample.is_empty() {
        return Err(Error::caller(
            "replay: of the wrong predictions none fits --batch, --share and --weakest; ask for a larger batch or more sectors",
        ));
    }
    match format {
        Format::Csv => csv(&replay.sample),
        _ => replay.sample.iter().map(|row| Ok(to_json(&line(row))? + "\n")).collect(),
    }
}

fn line(row: &ReplayRow) -> Line<'_> {
    let given = &row.row;
    Line {
        timestamp: given.timestamp.as_deref(),
        id: given.id.as_deref(),
        model: &given.model,
        symbol: given.symbol.as_deref(),
        sector: row.sector.as_deref(),
        regime: row.regime.as_deref(),
        prediction: given.prediction.as_deref().map(Cell::of),
        actual: given.actual.as_deref().map(Cell::of),
        confidence: given.confidence,
        score: given.score,
        sample_weight: row.weight,
        features: &row.features,
    }
}

/// A header with every feature that any row has, then the rows; what is missing is empty.
fn csv(sample: &[ReplayRow]) -> Result<String> {
    let features: BTreeSet<&str> = sample.iter().flat_map(|row| row.features.keys()).map(String::as_str).collect();
    let header = COLUMNS.iter().map(|column| (*column).to_owned());
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write =
        |record: Vec<String>| writer.write_record(record).map_err(|error| Error::internal(error.to_string()));
    write(header.chain(features.iter().map(|feature| format!("feature.{feature}"))).collect())?;
    for row in sample {
        let given = &row.row;
        let texts = [
            &given.timestamp,
            &given.id,
            &Some(given.model.clone()),
            &given.symbol,
            &row.sector,
            &row.regime,
            &given.prediction,
            &given.actual,
        ]
        .map(|text| text.clone().unwrap_or_default());
        let numbers =
            [given.confidence, given.score, Some(row.weight)].map(|value| value.map_or_else(String::new, number));
        let cells = features.iter().map(|feature| match row.features.get(*feature) {
            None => String::new(),
            Some(Value::Number(value)) => number(*value),
            Some(Value::Text(text)) => text.clone(),
        });
        write(texts.into_iter().chain(numbers).chain(cells).collect())?;
    }
    let bytes = writer.into_inner().map_err(|error| Error::internal(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| Error::internal(error.to_string()))
}

/// The shortest text that is this number again.
fn number(value: f64) -> String {
    format!("{value:?}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    fn replay() -> Replay {
        serde_json::from_value(json!({
            "rows": 2, "limit": 1000, "average_confidence": 0.9, "confidently_wrong": 2, "by": {},
            "sample": [
                {"timestamp": "2008-10-01T21:00:00Z", "id": "a", "model": "m", "symbol": "X", "prediction": "101.5",
                 "actual": "99", "confidence": null, "score": 0.025, "sector": "Oil, gas", "regime": null, "weight": 3.0,
                 "features": {"x": 0.1, "note": "a \"word\""}},
                {"timestamp": null, "id": "b", "model": "m", "symbol": null, "prediction": "007", "actual": "buy",
                 "confidence": 0.9, "score": 0.9, "sector": null, "regime": "crash", "weight": 3.0, "features": {"y": 1e-7}},
            ]
        }))
        .unwrap()
    }

    #[test]
    fn rows_are_written_by_the_names_of_roles() {
        let text = rows(&replay(), Format::Jsonl).unwrap();
        let first = r#"{"timestamp":"2008-10-01T21:00:00Z","id":"a","model":"m","symbol":"X","sector":"Oil, gas","regime":null,"prediction":101.5,"actual":99,"confidence":null,"score":0.025,"sample_weight":3.0,"features":{"note":"a \"word\"","x":0.1}}"#;
        assert_eq!(text.lines().next(), Some(first));
        assert!(text.lines().nth(1).unwrap().contains(r#""prediction":"007","actual":"buy""#));
    }

    #[test]
    fn csv_has_a_column_for_every_feature() {
        let text = rows(&replay(), Format::Csv).unwrap();
        let expected = "timestamp,id,model,symbol,sector,regime,prediction,actual,confidence,score,sample_weight,feature.note,feature.x,feature.y
2008-10-01T21:00:00Z,a,m,X,\"Oil, gas\",,101.5,99,,0.025,3.0,\"a \"\"word\"\"\",0.1,
,b,m,,,crash,007,buy,0.9,0.9,3.0,,,1e-7
";
        assert_eq!(text, expected);
    }

    #[test]
    fn the_format_is_asked_for_or_the_files() {
        assert_eq!(format(None, Some(Path::new("rows.CSV"))).unwrap(), Format::Csv);
        assert_eq!(format(Some("jsonl"), Some(Path::new("rows.csv"))).unwrap(), Format::Jsonl);
        assert_eq!(format(None, None).unwrap(), Format::Jsonl);
        assert!(format(Some("xml"), None).unwrap_err().message.contains("jsonl, csv"));
    }
}
