//! Values of the file -> cells. What JSON would write as text is text: dates, times of the day, UUIDs.

use std::{collections::HashMap, fmt::Write};

use crate::{
    Result,
    bindings::exports::driftgate::parquet::parquet::{Cells, Texts},
    column::{Meaning, Rows},
};

const NANOSECONDS_PER_DAY: i64 = 86_400_000_000_000;

/// The cells of whole numbers.
pub fn integers(meaning: Meaning, values: impl Iterator<Item = i64> + Clone, rows: &Rows) -> Result<Cells> {
    Ok(match meaning {
        Meaning::Instant(unit) => instants(values.map(|value| i128::from(value) * i128::from(unit)), rows),
        Meaning::Date => texts(values, rows, |day, text| date(*day, text)),
        Meaning::Time(unit) => texts(values, rows, |time, text| time_of_day(*time, unit, text)),
        Meaning::Decimal(scale) if scale != 0 => {
            Cells::Numbers(rows.spread(values.map(|value| decimal(i128::from(value), scale))))
        }
        // Beyond i64: text keeps every digit, and is read as the number where one belongs.
        Meaning::Unsigned if values.clone().any(|value| value < 0) => texts(values, rows, |value, text| {
            let _ = write!(text, "{}", *value as u64);
        }),
        _ => Cells::Integers(rows.spread(values)),
    })
}

/// The cells of instants, in nanoseconds since 1970: all as texts where one is beyond what 64 bits hold (`9999-12-31`). Where a
/// time belongs such a row is refused with that text, and elsewhere it is the same text in every format.
pub fn instants(values: impl Iterator<Item = i128> + Clone, rows: &Rows) -> Cells {
    if values.clone().all(|ns| ns > i128::from(i64::MIN) && ns <= i128::from(i64::MAX)) {
        return Cells::Times(rows.spread(values.map(|ns| ns as i64)));
    }
    texts(values, rows, |ns, text| {
        date(ns.div_euclid(i128::from(NANOSECONDS_PER_DAY)) as i64, text);
        text.push('T');
        time_of_day(ns.rem_euclid(i128::from(NANOSECONDS_PER_DAY)) as i64, 1, text);
        text.push('Z');
    })
}

/// Cells of numbers as numbers.
pub fn as_numbers(cells: Cells) -> Vec<f64> {
    match cells {
        Cells::Numbers(values) => values,
        Cells::Integers(values) => values.into_iter().map(|value| value as f64).collect(),
        // Whole numbers beyond i64.
        Cells::Texts(Texts { levels, codes }) => {
            let number = |code: u32| levels.get(code as usize).and_then(|text| text.parse().ok()).unwrap_or(f64::NAN);
            codes.into_iter().map(number).collect()
        }
        _ => Vec::new(),
    }
}

/// The cells of values that are bytes.
pub fn bytes<'a>(meaning: Meaning, values: impl Iterator<Item = &'a [u8]>, rows: &Rows) -> Result<Cells> {
    match meaning {
        Meaning::Decimal(scale) => {
            let values: Result<Vec<f64>> = values.map(|bytes| Ok(decimal(big_endian(bytes)?, scale))).collect();
            Ok(Cells::Numbers(rows.spread(values?.into_iter())))
        }
        Meaning::Half => {
            let mut shortest = Shortest::default();
            let wide = |bytes: &[u8]| match bytes {
                [low, high] => shortest.widen(half::f16::from_le_bytes([*low, *high]).to_f32()),
                _ => f64::NAN,
            };
            Ok(Cells::Numbers(rows.spread(values.map(wide))))
        }
        Meaning::Uuid => Ok(texts(values, rows, |bytes, text| uuid(bytes, text))),
        _ => Ok(texts(values, rows, |bytes, text| spell(bytes, text))),
    }
}

/// Writes bytes as the text they are; what is none in two digits a byte, so that different bytes stay different.
fn spell(bytes: &[u8], text: &mut String) {
    match std::str::from_utf8(bytes) {
        Ok(known) if !known.contains('\0') => text.push_str(known),
        _ => {
            text.push_str("0x");
            for byte in bytes {
                // Writing to a string cannot fail.
                let _ = write!(text, "{byte:02x}");
            }
        }
    }
}

/// Texts by code, in the order in which they first stand; `spell` writes a value.
fn texts<V: Eq + std::hash::Hash + Copy>(
    values: impl Iterator<Item = V>,
    rows: &Rows,
    spell: impl Fn(&V, &mut String),
) -> Cells {
    let (mut levels, mut known, mut last) = (Vec::new(), HashMap::new(), None);
    let codes = rows.spread(values.map(|value| {
        if let Some((before, code)) = last
            && before == value
        {
            return code;
        }
        let code = *known.entry(value).or_insert_with(|| {
            let mut text = String::new();
            spell(&value, &mut text);
            levels.push(text);
            levels.len() as u32 - 1
        });
        last = Some((value, code));
        code
    }));
    // A row without a value has code 0, which must not be looked at where there is none.
    Cells::Texts(Texts { levels, codes })
}

/// The old form: nanoseconds of the day, and the Julian day.
pub fn int96(words: &[u32]) -> i128 {
    let [low, high, day] = words else { return 0 };
    let of_day = (u64::from(*high) << 32 | u64::from(*low)) as i64;
    let days = i64::from(*day as i32) - 2_440_588;
    i128::from(days) * i128::from(NANOSECONDS_PER_DAY) + i128::from(of_day)
}

/// 32-bit numbers as 64-bit ones: those with the same shortest decimals, as every writer of text has them. 0.1 stays 0.1.
#[derive(Default)]
pub struct Shortest(String);

impl Shortest {
    pub fn widen(&mut self, value: f32) -> f64 {
        // Whole numbers are the same in both, and many.
        if !value.is_finite() || (value.abs() < 16_777_216.0 && value as i32 as f32 == value) {
            return f64::from(value);
        }
        self.0.clear();
        // Writing to a string cannot fail, and what it holds is a number.
        let _ = write!(self.0, "{value:e}");
        self.0.parse().unwrap_or(f64::NAN)
    }
}

/// The number nearest to a decimal.
fn decimal(unscaled: i128, scale: i32) -> f64 {
    format!("{unscaled}e{}", -i64::from(scale)).parse().unwrap_or(f64::NAN)
}

fn big_endian(bytes: &[u8]) -> Result<i128> {
    let negative = bytes.first().is_some_and(|first| *first >= 128);
    if bytes.len() > 16 {
        return Err(format!("a decimal of {} bytes; at most 16 are read (38 digits)", bytes.len()));
    }
    let start = if negative { -1 } else { 0 };
    Ok(bytes.iter().fold(start, |value, byte| value << 8 | i128::from(*byte)))
}

fn uuid(bytes: &[u8], text: &mut String) {
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        let _ = write!(text, "{byte:02x}");
    }
}

/// A day counted from 1970-01-01 in the Gregorian calendar, by the algorithm of Howard Hinnant's `civil_from_days`.
fn date(day: i64, text: &mut String) {
    let shifted = day + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let _ = write!(text, "{year:04}-{month:02}-{day:02}");
}

/// As ISO 8601 has it, with no more digits of a second than there are.
fn time_of_day(time: i64, unit: i64, text: &mut String) {
    let ns = time.checked_mul(unit).unwrap_or(0).rem_euclid(NANOSECONDS_PER_DAY);
    let seconds = ns / 1_000_000_000;
    let _ = write!(text, "{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let fraction = ns % 1_000_000_000;
    if fraction > 0 {
        let digits = format!("{fraction:09}");
        let _ = write!(text, ".{}", digits.trim_end_matches('0'));
    }
}
