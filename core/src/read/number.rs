//! Decimal digits -> f64, correctly rounded, without looking at them twice.

/// 10^k is exact in f64 up to here.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// Digits that always fit a u64.
const MAX_DIGITS: usize = 19;

/// Reads `-?digits.digits`, at most seven digits on either side of the point, from the start of `bytes`: the value, correctly
/// rounded, and the bytes it took. `None` if there is something else. It is what most cells are, without a branch for each digit.
#[inline(always)]
pub(crate) fn short_float(bytes: &[u8]) -> Option<(f64, usize)> {
    let start = usize::from(bytes.first() == Some(&b'-'));
    let word = padded_word_at(bytes, start)?;
    let whole = leading_digits(word);
    let point = start + whole as usize;
    if !(1..8).contains(&whole) || bytes.get(point) != Some(&b'.') {
        return None;
    }
    let tail = padded_word_at(bytes, point + 1)?;
    let decimals = leading_digits(tail);
    if !(1..8).contains(&decimals) {
        return None;
    }
    // Both are exact in f64: at most 14 digits, and a small power of ten.
    let digits = first_digits(word, whole) * WHOLE_POWERS[decimals as usize] + first_digits(tail, decimals);
    let value = digits as f64 / POWERS[decimals as usize];
    Some((if start > 0 { -value } else { value }, point + 1 + decimals as usize))
}

/// A number of the plain form `-12.50`, at the start of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    /// Whether there is a minus sign.
    pub(crate) negative: bool,
    /// All digits as one whole number.
    pub(crate) digits: u64,
    /// Digits behind the point; `None` without a point.
    pub(crate) decimals: Option<usize>,
    /// Bytes before the point, the sign included.
    pub(crate) whole: usize,
    /// Bytes.
    pub(crate) length: usize,
}

impl Decimal {
    /// Reads `-?digits` or `-?digits.digits` from the start of `bytes`; `None` if there is something else, or more digits than fit.
    #[inline]
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let negative = bytes.first() == Some(&b'-');
        let start = usize::from(negative);
        // Few digits stand before the point: one by one is faster there.
        let (digits, whole) = one_by_one(bytes, start, 0);
        if whole == start {
            return None;
        }
        if bytes.get(whole) != Some(&b'.') {
            let fits = whole - start <= MAX_DIGITS;
            return fits.then_some(Self { negative, digits, decimals: None, whole, length: whole });
        }
        let (digits, length) = run(bytes, whole + 1, digits);
        let decimals = length - whole - 1;
        let fits = decimals > 0 && whole - start + decimals <= MAX_DIGITS;
        fits.then_some(Self { negative, digits, decimals: Some(decimals), whole, length })
    }

    /// The value, if one division of exact numbers gives it: rounded once, so rounded correctly (Clinger 1990).
    pub(crate) fn value(&self) -> Option<f64> {
        let power = POWERS.get(self.decimals.unwrap_or(0))?;
        if self.decimals.is_some() && self.digits > 1 << 53 {
            return None;
        }
        let value = self.digits as f64 / power;
        Some(if self.negative { -value } else { value })
    }
}

/// The digits from `at` on, behind those of `digits`, and where they end. Beyond [`MAX_DIGITS`] the number means nothing.
#[inline]
fn run(bytes: &[u8], mut at: usize, mut digits: u64) -> (u64, usize) {
    while let Some(word) = word_at(bytes, at) {
        let count = leading_digits(word);
        if count == 0 {
            return (digits, at);
        }
        digits = digits.wrapping_mul(WHOLE_POWERS[count as usize]).wrapping_add(first_digits(word, count));
        at += count as usize;
        if count < 8 {
            return (digits, at);
        }
    }
    one_by_one(bytes, at, digits)
}

#[inline]
fn one_by_one(bytes: &[u8], mut at: usize, mut digits: u64) -> (u64, usize) {
    for byte in bytes.get(at..).unwrap_or_default() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        digits = digits.wrapping_mul(10).wrapping_add(digit.into());
        at += 1;
    }
    (digits, at)
}

const WHOLE_POWERS: [u64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

#[inline]
pub(super) fn word_at(text: &[u8], start: usize) -> Option<u64> {
    text.get(start..)?.first_chunk::<8>().map(|bytes| u64::from_le_bytes(*bytes))
}

/// Eight bytes from a place on, zeros behind the end.
#[inline]
fn padded_word_at(text: &[u8], start: usize) -> Option<u64> {
    word_at(text, start).or_else(|| last_bytes(text, start))
}

/// Fewer than eight bytes, zeros behind them.
#[cold]
fn last_bytes(text: &[u8], start: usize) -> Option<u64> {
    let rest = text.get(start..)?;
    Some(rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)))
}

/// The number that the first digits of a word spell, 1 to 8 of them.
#[inline]
const fn first_digits(word: u64, count: u32) -> u64 {
    // Moved to the end of the word: what stands before them then counts as zeros.
    eight_digits(word << (64 - 8 * count))
}

/// How many of the eight bytes, from the lowest on, are digits before the first that is not.
#[inline]
const fn leading_digits(word: u64) -> u32 {
    let value = word ^ 0x3030_3030_3030_3030;
    // A byte above 9 gets its high bit here, or had it; a carry can only spoil bytes above one that was found.
    let not = (value.wrapping_add(0x7676_7676_7676_7676) | value) & 0x8080_8080_8080_8080;
    not.trailing_zeros() / 8
}

/// The number that eight digits spell, the first one in the lowest byte: pairs, then fours, then all.
#[inline]
const fn eight_digits(word: u64) -> u64 {
    let ones = word & 0x0f0f_0f0f_0f0f_0f0f;
    let pairs = (ones.wrapping_mul((10 << 8) + 1) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul((100 << 16) + 1) >> 16) & 0x0000_ffff_0000_ffff;
    fours.wrapping_mul((10_000 << 32) + 1) >> 32
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use alloc::{format, string::ToString};

    use super::*;

    #[test]
    fn what_is_read_is_what_the_standard_library_reads() {
        let mut state = 1_u64;
        for round in 0..200_000_u64 {
            state = crate::hash::mix(state.wrapping_add(round));
            let whole = state >> (8 + state % 56);
            let decimals = (state >> 7) as usize % 20;
            let digits = format!("{:020}", crate::hash::mix(state));
            let text = match decimals {
                0 => format!("{whole}"),
                n => format!("{}{whole}.{}", if state & 1 == 0 { "-" } else { "" }, &digits[20 - n..]),
            };
            if let Some((value, length)) = short_float(text.as_bytes()) {
                assert_eq!((value.to_bits(), length), (text.parse::<f64>().unwrap().to_bits(), text.len()), "{text}");
            }
            let Some(value) = Decimal::read(text.as_bytes()).and_then(|read| {
                assert_eq!(read.length, text.len(), "{text}");
                read.value()
            }) else {
                continue;
            };
            assert_eq!(value.to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
        }
    }

    #[test]
    fn only_the_plain_form_is_read() {
        for text in ["", "-", "+1", ".5", "5.", "1.x", "a", "12345678901234567890", "1.2345678901234567890"] {
            assert_eq!(Decimal::read(text.as_bytes()), None, "{text}");
        }
        let read = Decimal::read(b"-0.50,").unwrap();
        assert_eq!((read.negative, read.digits, read.decimals, read.whole, read.length), (true, 50, Some(2), 2, 5));
        assert_eq!(Decimal::read(b"-0").unwrap().value().unwrap().to_string(), "-0");
        assert_eq!(Decimal::read(b"7e3").unwrap().length, 1);
        // 2^53 + 1 with a point: two roundings could go wrong, so the standard library is asked.
        assert_eq!(Decimal::read(b"9007199254740.993").unwrap().value(), None);
    }
}
