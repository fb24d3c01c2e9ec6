//! Logs made by a small integer generator, so that every machine has the same ones.

use std::fmt::Write;

/// x -> (1103515245 x + 12345) mod 2^31, as in the vectors.
pub struct Lcg(u64);

impl Lcg {
    /// Begins at a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next integer below 2^31.
    pub const fn next(&mut self) -> u64 {
        self.0 = (1_103_515_245 * self.0 + 12_345) % (1 << 31);
        self.0
    }

    /// The next number in [0, 1), of 62 random bits: mostly 16 or 17 digits when written out.
    pub fn unit(&mut self) -> f64 {
        let bits = (self.next() << 31) | self.next();
        bits as f64 / (1_u64 << 62) as f64
    }

    /// One of `n`.
    pub const fn below(&mut self, n: u64) -> u64 {
        (self.next() >> 8) % n
    }
}

/// One record, before it is written as JSONL or CSV.
#[derive(Clone)]
pub struct Record {
    time: String,
    id: String,
    model: &'static str,
    symbol: String,
    regime: &'static str,
    prediction: f64,
    actual: Option<f64>,
    features: [f64; 2],
    note: String,
}

/// What a generated log is like.
#[derive(Clone, Copy)]
pub struct Shape {
    /// Rows.
    pub rows: usize,
    /// Different symbols.
    pub symbols: u64,
    /// Seconds between rows.
    pub step: u64,
    /// What is added to a feature.
    pub shift: f64,
}

/// The records of a log.
#[must_use]
pub fn records(seed: u64, shape: Shape) -> Vec<Record> {
    let mut lcg = Lcg::new(seed);
    (0..shape.rows).map(|row| record(&mut lcg, row, shape)).collect()
}

fn record(lcg: &mut Lcg, row: usize, shape: Shape) -> Record {
    let second = row as u64 * shape.step;
    let (day, rest) = (second / 86_400, second % 86_400);
    // Twelve months of 28 days keep this writer free of a calendar.
    let (year, month, day) = (2020 + day / 336, 1 + day % 336 / 28, 1 + day % 28);
    let time = format!("{year}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60);
    let actual = 100.0 + 10.0 * lcg.unit();
    let notes = ["plain", "comma, inside", "two\nlines", "a \"quoted\" word", ""];
    Record {
        time,
        id: format!("case-{row}"),
        model: if row.is_multiple_of(3) { "b" } else { "a" },
        symbol: format!("S{}", lcg.below(shape.symbols)),
        regime: if lcg.below(5) == 0 { "crash" } else { "normal" },
        prediction: actual + lcg.unit() - 0.5,
        actual: (lcg.below(10) > 0).then_some(actual),
        features: [lcg.unit() + shape.shift, 1e12 + lcg.unit()],
        note: notes[lcg.below(5) as usize].into(),
    }
}

/// The records as JSONL.
#[must_use]
pub fn jsonl(records: &[Record]) -> Vec<u8> {
    let mut text = String::new();
    for r in records {
        let actual = r.actual.map_or_else(|| "null".into(), |actual| format!("{actual:?}"));
        let (x, y) = (r.features[0], r.features[1]);
        let note = serde_json::Value::from(r.note.as_str());
        let _ = writeln!(
            text,
            r#"{{"timestamp":"{}","id":"{}","model":"{}","symbol":"{}","regime":"{}","prediction":{:?},"actual":{actual},"features":{{"x":{x:?},"y":{y:?},"note":{note},"empty":null}}}}"#,
            r.time, r.id, r.model, r.symbol, r.regime, r.prediction,
        );
    }
    text.into_bytes()
}

/// The header of [`csv`].
pub const HEADER: &str =
    "timestamp,id,model,symbol,regime,prediction,actual,feature.x,feature.y,feature.note,feature.empty\n";

/// The records as CSV, with quoted commas, quotes and line ends, and a column without any value.
#[must_use]
pub fn csv(records: &[Record]) -> Vec<u8> {
    let mut text = String::from(HEADER);
    for r in records {
        let actual = r.actual.map_or_else(String::new, |actual| format!("{actual:?}"));
        let (x, y) = (r.features[0], r.features[1]);
        let note = r.note.replace('"', "\"\"");
        let _ = writeln!(
            text,
            "{},{},{},{},{},{:?},{actual},{x:?},{y:?},\"{note}\",",
            r.time, r.id, r.model, r.symbol, r.regime, r.prediction,
        );
    }
    text.into_bytes()
}

/// The same records in another order.
#[must_use]
pub fn shuffled(records: &[Record], seed: u64) -> Vec<Record> {
    let (mut lcg, mut shuffled) = (Lcg::new(seed), records.to_vec());
    for end in (1..shuffled.len()).rev() {
        shuffled.swap(end, lcg.below(end as u64 + 1) as usize);
    }
    shuffled
}
