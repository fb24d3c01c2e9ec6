//! `make_log ROWS SEED SHIFT jsonl|csv`: a prediction log of any size on stdout, to measure with.
//!
//! One model, 8 symbols, 3 regimes, a row every ten seconds, ten features that are about normal (sums of twelve uniform numbers), the
//! first of them moved by SHIFT. The same arguments give the same log.
#![allow(clippy::print_stderr, reason = "a command")]

use std::{
    env,
    io::{self, BufWriter, Write},
    process::ExitCode,
};

use driftgate_core::rng::Rng;

const FEATURES: [&str; 10] =
    ["ret_1d", "ret_5d", "ret_20d", "vol_20d", "rsi_14", "macd", "bb_pos", "volume_z", "atr_14", "gap"];
const SYMBOLS: [&str; 8] = ["AAPL", "MSFT", "XOM", "JPM", "JNJ", "WMT", "KO", "INTC"];
const REGIMES: [&str; 10] =
    ["normal", "normal", "normal", "normal", "normal", "normal", "normal", "normal", "crash", "recovery"];

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let parsed = match arguments.as_slice() {
        [rows, seed, shift, format] => {
            rows.parse().ok().zip(seed.parse().ok()).zip(shift.parse().ok()).zip(Some(format))
        }
        _ => None,
    };
    let Some((((rows, seed), shift), format)) = parsed else {
        eprintln!("usage: make_log ROWS SEED SHIFT jsonl|csv");
        return ExitCode::from(2);
    };
    match write(rows, seed, shift, format == "csv") {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads has had enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("make_log: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A sum of twelve uniform numbers, which is about normal.
fn normal(rng: &mut Rng) -> f64 {
    let four = |word: u64| (0..4).map(|part| f64::from((word >> (16 * part)) as u16)).sum::<f64>();
    (0..3).map(|_| four(rng.bits())).sum::<f64>() / 65_536.0 - 6.0
}

fn write(rows: u64, seed: u64, shift: f64, csv: bool) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    let mut rng = Rng::new(seed);
    if csv {
        write!(out, "timestamp,id,model,symbol,regime,prediction,actual,confidence")?;
        FEATURES.iter().try_for_each(|name| write!(out, ",feature.{name}"))?;
        writeln!(out)?;
    }
    for row in 0..rows {
        let mut features: [f64; 10] = std::array::from_fn(|_| normal(&mut rng));
        features[0] += shift;
        let level = 100.0 + features.iter().zip(1..).map(|(value, k)| 0.3 * f64::from(k) * value).sum::<f64>();
        let actual = level + normal(&mut rng);
        let prediction = actual + (1.0 + shift) * normal(&mut rng);
        let confidence = 0.5 + rng.below(5_000) as f64 / 10_000.0;
        let (symbol, regime) = (SYMBOLS[rng.below(8)], REGIMES[rng.below(10)]);
        // Twelve months of 28 days, then from the start again.
        let (day, second) = (row / 8_640 % 336, row % 8_640 * 10);
        let (month, day) = (day / 28 + 1, day % 28 + 1);
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        let time = format_args!("2024-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
        if csv {
            write!(out, "{time},{row},rf_v2,{symbol},{regime},{prediction:.6},{actual:.6},{confidence:.4}")?;
            features.iter().try_for_each(|value| write!(out, ",{value:.6}"))?;
            writeln!(out)?;
        } else {
            write!(
                out,
                "{{\"timestamp\":\"{time}\",\"id\":\"{row}\",\"model\":\"rf_v2\",\"symbol\":\"{symbol}\",\"regime\":\"{regime}\",\
                 \"prediction\":{prediction:.6},\"actual\":{actual:.6},\"confidence\":{confidence:.4},\"features\":{{"
            )?;
            for (at, (name, value)) in FEATURES.iter().zip(features).enumerate() {
                let comma = if at == 0 { "" } else { "," };
                write!(out, "{comma}\"{name}\":{value:.6}")?;
            }
            writeln!(out, "}}}}")?;
        }
    }
    out.flush()
}
