//! The ordinary line of a JSONL log, read straight into its row: the same columns in the same order as in the line before,
//! texts without escapes, numbers without an exponent, no lists and no objects but `features`.
//!
//! It takes a subset of JSON and reads it as serde_json does; of anything else it says no, and the whole line is read again
//! by serde_json. So what it cannot read costs time, never a row. (Measured against serde_json, sonic-rs and simd-json in
//! docs/benchmarks.md: those build what columns do not need, and guess nothing from the line before.)

use super::{
    fields::Scope,
    number::{Decimal, short_float},
    rows::{Rows, Value},
};

/// Reads a record that was begun; answers whether it could. If not, the record has to be taken back.
pub(crate) fn record(line: &[u8], rows: &mut Rows) -> bool {
    let Ok(text) = core::str::from_utf8(line) else { return false };
    let mut scanner = Scanner { text, bytes: line, at: 0 };
    scanner.skip_spaces();
    scanner.object(rows, Scope::Record).is_some() && {
        scanner.skip_spaces();
        scanner.at == line.len()
    }
}

struct Scanner<'a> {
    text: &'a str,
    /// The bytes of `text`.
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    fn object(&mut self, rows: &mut Rows, scope: Scope) -> Option<()> {
        self.take(b'{')?;
        self.skip_spaces();
        if self.take(b'}').is_some() {
            return Some(());
        }
        let mut previous = None;
        loop {
            let (field, numbers) = self.key(rows, scope, previous)?;
            self.skip_spaces();
            match self.peek()? {
                b'{' if rows.holds_features(field) => self.object(rows, Scope::Features)?,
                b'-' | b'0'..=b'9' => match (self.float(), numbers) {
                    (Some((value, length)), Some(column)) => {
                        rows.set_number(column, value);
                        self.at += length;
                    }
                    _ => rows.put(field, self.number()?),
                },
                b'"' => rows.put(field, Value::Quoted(self.text()?)),
                b't' => rows.put(field, self.word(b"true", Value::Bool(true))?),
                b'f' => rows.put(field, self.word(b"false", Value::Bool(false))?),
                b'n' => rows.put(field, self.word(b"null", Value::Null)?),
                _ => return None,
            }
            previous = Some(field);
            self.skip_spaces();
            if self.take(b',').is_none() {
                return self.take(b'}');
            }
            self.skip_spaces();
        }
    }

    /// A key and its colon: its field, and the column of its numbers.
    #[inline]
    fn key(&mut self, rows: &mut Rows, scope: Scope, previous: Option<usize>) -> Option<(usize, Option<usize>)> {
        if let Some(likely) = rows.likely_field(scope, self.rest(), previous) {
            self.at += likely.length;
            return Some((likely.field, likely.numbers));
        }
        let key = self.text()?;
        self.skip_spaces();
        self.take(b':')?;
        let field = rows.field(scope, key, previous);
        Some((field, rows.numbers_of(field)))
    }

    fn word(&mut self, word: &[u8], value: Value<'a>) -> Option<Value<'a>> {
        let found = self.rest().starts_with(word);
        self.at += word.len();
        found.then_some(value)
    }

    /// What most numbers are, and its length.
    #[inline]
    fn float(&self) -> Option<(f64, usize)> {
        let token = self.rest();
        let (value, length) = short_float(token)?;
        let digits = token.strip_prefix(b"-").unwrap_or(token);
        let leading_zero = digits.first() == Some(&b'0') && digits.get(1) != Some(&b'.');
        let ends = matches!(token.get(length), Some(b',' | b'}' | b' ' | b'\t' | b'\r'));
        (ends && !leading_zero).then_some((value, length))
    }

    /// A number without an exponent; whole numbers stay whole, as in serde_json.
    fn number(&mut self) -> Option<Value<'a>> {
        let decimal = Decimal::read(self.rest())?;
        let sign = usize::from(decimal.negative);
        let start = self.at;
        let leading_zero = decimal.whole > sign + 1 && self.bytes.get(start + sign) == Some(&b'0');
        self.at += decimal.length;
        let ends = matches!(self.peek(), Some(b',' | b'}' | b' ' | b'\t' | b'\r'));
        if leading_zero || !ends {
            return None;
        }
        Some(match decimal {
            Decimal { decimals: None, negative: false, digits, .. } => Value::Unsigned(digits),
            Decimal { decimals: None, negative: true, digits, .. } if digits > 0 => {
                Value::Signed(0_i64.checked_sub_unsigned(digits)?)
            }
            _ => Value::Float(match decimal.value() {
                Some(value) => value,
                None => self.text.get(start..self.at)?.parse().ok()?,
            }),
        })
    }

    /// A text without escapes, with its quotes.
    fn text(&mut self) -> Option<&'a str> {
        self.take(b'"')?;
        let length = plain_length(self.rest());
        let text = self.text.get(self.at..self.at + length);
        self.at += length;
        self.take(b'"')?;
        text
    }

    #[inline]
    fn take(&mut self, byte: u8) -> Option<()> {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found.then_some(())
    }

    #[inline]
    fn skip_spaces(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r')) {
            self.at += 1;
        }
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }
}

/// Bytes before the first quote, backslash or control character, eight at a time.
fn plain_length(text: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 0xff;
    const HIGHS: u64 = ONES << 7;
    // The high bit of each byte that is 0; above the lowest of them it may be wrong.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    let (words, tail) = text.as_chunks::<8>();
    for (at, bytes) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*bytes);
        let controls = word.wrapping_sub(ONES * u64::from(b' ')) & !word & HIGHS;
        let found = zeros(word ^ (ONES * u64::from(b'"'))) | zeros(word ^ (ONES * u64::from(b'\\'))) | controls;
        if found != 0 {
            return 8 * at + found.trailing_zeros() as usize / 8;
        }
    }
    let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | ..b' ');
    text.len() - tail.len() + tail.iter().position(ends).unwrap_or(tail.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_ends_where_it_does_byte_by_byte() {
        let mut state = 7_u64;
        for length in 0..60 {
            for _ in 0..2_000 {
                let text: alloc::vec::Vec<u8> = (0..length)
                    .map(|_| {
                        state = crate::hash::mix(state.wrapping_add(1));
                        // Mostly what does not end a text, and the neighbours of what does.
                        match state % 97 {
                            0 => b'"',
                            1 => b'\\',
                            2 => (state >> 8) as u8 % 32,
                            3 => 0x20,
                            4 => 0x7f,
                            5 => 0x80 | (state >> 8) as u8,
                            6 => b'!',
                            _ => b'#' + (state >> 8) as u8 % 50,
                        }
                    })
                    .collect();
                let slow = text.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..b' '));
                assert_eq!(plain_length(&text), slow.unwrap_or(text.len()), "{text:?}");
            }
        }
    }
}
