//! The ordinary line of a JSONL log, read straight into its row: the same columns in the same order as in the line before,
//! texts without escapes, numbers without an exponent, no lists.
//!
//! It takes a subset of JSON and reads it as serde_json does; of anything else it says no, and the whole line is read again
//! by serde_json. So what it cannot read costs time, never a row. (Measured against serde_json, sonic-rs and simd-json in
//! docs/benchmarks.md: those build what columns do not need, and guess nothing from the line before.)

use super::{
    fields::Scope,
    number::{Decimal, short_float},
    rows::{Found, Rows, Value},
};

/// Objects inside objects that are read here; deeper ones are left to serde_json, which knows how deep it may go.
const MAX_DEPTH: usize = 16;

/// Reads a record that was begun; answers whether it could. If not, the record has to be taken back.
pub(crate) fn record(line: &[u8], rows: &mut Rows) -> bool {
    let line = Scanner(line);
    let end = line.object(line.spaces(0), rows, Scope::RECORD, 0);
    end.is_some_and(|end| line.spaces(end) == line.0.len())
}

/// A line. Every method begins at a place of it and answers the place behind what it read: a place in a variable is faster
/// in WebAssembly than one in memory.
#[derive(Clone, Copy)]
struct Scanner<'a>(&'a [u8]);

impl<'a> Scanner<'a> {
    fn object(self, at: usize, rows: &mut Rows, scope: Scope, depth: usize) -> Option<usize> {
        if depth > MAX_DEPTH {
            return None;
        }
        let mut at = self.spaces(self.take(at, b'{')?);
        if let Some(end) = self.take(at, b'}') {
            return Some(end);
        }
        let mut previous = None;
        loop {
            let (key, after) = self.key(at, rows, scope, previous)?;
            at = self.spaces(after);
            let first = self.byte(at)?;
            at = match (first, key.numbers) {
                (b'-' | b'0'..=b'9', Some(column)) if let Some((value, end)) = self.float(at) => {
                    rows.set_number(column, value);
                    end
                }
                (b'{', _) => {
                    let scope = rows.inside(key.field)?;
                    self.object(at, rows, scope, depth + 1)?
                }
                _ => {
                    let (value, end) = self.value(first, at)?;
                    rows.put(key.field, value);
                    end
                }
            };
            previous = Some(key.field);
            at = self.spaces(at);
            match self.byte(at)? {
                b',' => at = self.spaces(at + 1),
                b'}' => return Some(at + 1),
                _ => return None,
            }
        }
    }

    /// A key and its colon.
    #[inline]
    fn key(self, at: usize, rows: &mut Rows, scope: Scope, previous: Option<usize>) -> Option<(Found, usize)> {
        if let Some((found, length)) = rows.likely_field(scope, self.rest(at), previous) {
            return Some((found, at + length));
        }
        let (key, end) = self.text(at)?;
        let end = self.take(self.spaces(end), b':')?;
        Some((rows.field(scope, key, previous), end))
    }

    fn value(self, first: u8, at: usize) -> Option<(Value<'a>, usize)> {
        let word = |word: &[u8], value| self.rest(at).starts_with(word).then_some((value, at + word.len()));
        match first {
            b'"' => self.text(at).map(|(text, end)| (Value::Quoted(text), end)),
            b't' => word(b"true", Value::Bool(true)),
            b'f' => word(b"false", Value::Bool(false)),
            b'n' => word(b"null", Value::Null),
            _ => self.number(at),
        }
    }

    /// What most numbers are.
    #[inline]
    fn float(self, at: usize) -> Option<(f64, usize)> {
        let token = self.rest(at);
        let (value, length) = short_float(token)?;
        let digits = token.strip_prefix(b"-").unwrap_or(token);
        let leading_zero = digits.first() == Some(&b'0') && digits.get(1) != Some(&b'.');
        (self.is_end(at + length) && !leading_zero).then_some((value, at + length))
    }

    /// A number without an exponent; whole numbers stay whole, as in serde_json.
    fn number(self, at: usize) -> Option<(Value<'a>, usize)> {
        let decimal = Decimal::read(self.rest(at))?;
        let sign = usize::from(decimal.negative);
        let leading_zero = decimal.whole > sign + 1 && self.byte(at + sign) == Some(b'0');
        let end = at + decimal.length;
        if leading_zero || !self.is_end(end) {
            return None;
        }
        let value = match decimal {
            Decimal { decimals: None, negative: false, digits, .. } => Value::Unsigned(digits),
            Decimal { decimals: None, negative: true, digits, .. } if digits > 0 => {
                Value::Signed(0_i64.checked_sub_unsigned(digits)?)
            }
            _ => Value::Float(match decimal.value() {
                Some(value) => value,
                None => core::str::from_utf8(self.0.get(at..end)?).ok()?.parse().ok()?,
            }),
        };
        Some((value, end))
    }

    /// Whether a number may end here.
    #[inline]
    fn is_end(self, at: usize) -> bool {
        matches!(self.byte(at), Some(b',' | b'}' | b' ' | b'\t' | b'\r'))
    }

    /// A text without escapes, with its quotes.
    fn text(self, at: usize) -> Option<(&'a str, usize)> {
        let rest = self.rest(self.take(at, b'"')?);
        let length = plain_length(rest);
        let end = self.take(at + 1 + length, b'"')?;
        // Text by text: to check a whole line costs WebAssembly more than to read it.
        Some((core::str::from_utf8(rest.get(..length)?).ok()?, end))
    }

    #[inline]
    fn take(self, at: usize, byte: u8) -> Option<usize> {
        (self.byte(at) == Some(byte)).then_some(at + 1)
    }

    #[inline]
    fn spaces(self, mut at: usize) -> usize {
        while matches!(self.byte(at), Some(b' ' | b'\t' | b'\r')) {
            at += 1;
        }
        at
    }

    #[inline]
    fn byte(self, at: usize) -> Option<u8> {
        self.0.get(at).copied()
    }

    #[inline]
    fn rest(self, at: usize) -> &'a [u8] {
        self.0.get(at..).unwrap_or_default()
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
