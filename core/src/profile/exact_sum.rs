//! Sums of f64 without any rounding, so that order, split and worker count cannot show in a result.
//!
//! A sum is kept as i64 limbs spaced 32 bits apart over the whole range of f64 and of its squares; only the touched
//! window of limbs is stored. An add touches three limbs, that of a square five, and never carries; a carry pass runs every
//! 2^29 adds. What is read out is rounded once. Compared with summing floats, a variance at an offset of 1e12 keeps all its digits.
//!
//! Limits: finite values only. A sum beyond f64 reads as an infinity, but is held exactly.

mod many;

use alloc::{vec, vec::Vec};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::math::ldexp;

/// Bit 0 of limb 0 weighs 2^-BIAS: below the square of the smallest subnormal (2^-2148).
const BIAS: i32 = 2176;
/// Enough limbs for 2^64 squares of the largest f64.
const MAX_LIMBS: usize = 137;
/// Adds between carry passes: a square adds at most 2^33 to a limb, and 2^29 * 2^33 + 2^33 fits an i64.
const MAX_ADDS: u32 = 1 << 29;
const LOW: u64 = 0xffff_ffff;

/// An exact sum of finite f64 and of their squares. Merging is exact, in any order.
#[derive(Clone, Debug, Default)]
pub struct ExactSum {
    /// Position of `limbs[0]` on the fixed scale.
    base: usize,
    /// Signed digits, not yet carried.
    limbs: Vec<i64>,
    /// Adds since the last carry pass.
    adds: u32,
}

impl ExactSum {
    /// The sum of nothing: 0.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a finite value. NaN and infinities are ignored: who calls has counted them elsewhere.
    #[inline]
    pub fn add(&mut self, value: f64) {
        let Some((mantissa, exponent, sign)) = parts(value) else { return };
        self.add_digits((exponent + BIAS) as usize, mantissa, sign);
        self.count_add();
    }

    /// Adds the exact square of a finite value, all 106 bits of it. NaN and infinities are ignored.
    #[inline]
    pub fn add_square(&mut self, value: f64) {
        let Some((mantissa, exponent, _)) = parts(value) else { return };
        self.add_square_digits((2 * exponent + BIAS) as usize, mantissa);
        self.count_add();
    }

    /// Adds `count` times a finite value, exactly. NaN and infinities are ignored.
    pub fn add_times(&mut self, value: f64, count: u64) {
        let Some((mantissa, exponent, sign)) = parts(value) else { return };
        for bit in ones(count) {
            self.add_digits((exponent + bit + BIAS) as usize, mantissa, sign);
            self.count_add();
        }
    }

    /// Adds `count` times the square of a finite value, exactly. NaN and infinities are ignored.
    pub fn add_square_times(&mut self, value: f64, count: u64) {
        let Some((mantissa, exponent, _)) = parts(value) else { return };
        for bit in ones(count) {
            self.add_square_digits((2 * exponent + bit + BIAS) as usize, mantissa);
            self.count_add();
        }
    }

    /// Adds `sign` (0 for plus, -1 for minus) times `units` * 2^exponent.
    fn add_units(&mut self, exponent: i32, units: u64, sign: i64) {
        if units > 0 {
            self.add_digits((exponent + BIAS) as usize, units, sign);
            self.count_add();
        }
    }

    /// Adds `sign` (0 for plus, -1 for minus) times `digits` * 2^position of the fixed scale.
    #[inline]
    fn add_digits(&mut self, position: usize, digits: u64, sign: i64) {
        let offset = position % 32;
        let chunks = [(digits << offset) & LOW, (digits >> (32 - offset)) & LOW, (digits >> 1) >> (63 - offset)];
        // x ^ -1 - -1 is -x: negation without a branch.
        self.add_chunks(position / 32, chunks.map(|chunk| (chunk as i64 ^ sign) - sign));
    }

    /// Adds mantissa^2 * 2^position of the fixed scale. In halves of 27 bits, because WebAssembly has no 128-bit product.
    #[inline]
    fn add_square_digits(&mut self, position: usize, mantissa: u64) {
        const HALF: u64 = (1 << 27) - 1;
        let (high, low) = (mantissa >> 27, mantissa & HALF);
        let cross = 2 * high * low;
        // mantissa^2 = upper * 2^54 + lower, with 53 and 55 bits.
        let upper = high * high + (cross >> 27);
        let lower = low * low + ((cross & HALF) << 27);
        let offset = position % 32;
        let wide = |digits: u64, by: usize| [digits << by & LOW, digits >> (32 - by) & LOW, (digits >> 1) >> (63 - by)];
        let [a, b, c] = wide(lower, offset);
        let by = (offset + 54) % 32;
        let [d, e, f] = wide(upper, by);
        // 54 bits are one limb and 22 bits, so the upper part begins one limb or two above the lower one.
        let chunks = if offset < 10 { [a, b + d, c + e, f, 0] } else { [a, b, c + d, e, f] };
        self.add_chunks(position / 32, chunks.map(|chunk| chunk as i64));
    }

    /// Adds digits to the limbs from `limb` on.
    #[inline]
    fn add_chunks<const N: usize>(&mut self, limb: usize, chunks: [i64; N]) {
        // Below the base the difference wraps, and there is no such limb.
        let start = limb.wrapping_sub(self.base);
        let window = match self.limbs.get_mut(start..).and_then(|limbs| limbs.first_chunk_mut::<N>()) {
            Some(window) => window,
            None => match self.grow(limb, limb + N).first_chunk_mut::<N>() {
                Some(window) => window,
                None => return,
            },
        };
        for (slot, chunk) in window.iter_mut().zip(chunks) {
            *slot += chunk;
        }
    }

    /// Stores the limbs of a range too; answers them.
    #[cold]
    fn grow(&mut self, from: usize, to: usize) -> &mut [i64] {
        if self.limbs.is_empty() {
            self.base = from;
        }
        let base = self.base.min(from);
        let end = (self.base + self.limbs.len()).max(to);
        let mut limbs = vec![0; end - base];
        limbs[self.base - base..][..self.limbs.len()].copy_from_slice(&self.limbs);
        (self.base, self.limbs) = (base, limbs);
        self.limbs.get_mut(from - base..).unwrap_or_default()
    }

    #[inline]
    fn count_add(&mut self) {
        self.adds += 1;
        if self.adds >= MAX_ADDS {
            self.carry();
        }
    }

    /// Brings every limb into [0, 2^32) but the last, which keeps the sign and stays within 2^32 of 0.
    fn carry(&mut self) {
        self.adds = 0;
        let Some((top, lower)) = self.limbs.split_last_mut() else { return };
        let mut carry = 0;
        for limb in lower {
            let total = *limb + carry;
            *limb = total & LOW as i64;
            carry = total >> 32;
        }
        *top += carry;
        let above = *top >> 32;
        if above != 0 && above != -1 {
            *top &= LOW as i64;
            self.limbs.push(above);
        }
    }

    /// Adds another sum, exactly.
    pub fn merge(&mut self, other: &Self) {
        if other.limbs.is_empty() {
            return;
        }
        // Their limbs are within what so many adds, and one of what was carried, can make of them.
        let adds = self.adds.saturating_add(other.adds).saturating_add(1);
        if adds >= MAX_ADDS {
            let mut carried = other.clone();
            carried.carry();
            self.carry();
            return self.merge(&carried);
        }
        let end = other.base + other.limbs.len();
        if self.limbs.is_empty() || other.base < self.base || end > self.base + self.limbs.len() {
            self.grow(other.base, end);
        }
        let start = other.base - self.base;
        for (mine, theirs) in self.limbs[start..].iter_mut().zip(&other.limbs) {
            *mine += theirs;
        }
        self.adds = adds;
    }

    /// The sum, rounded once to the nearest f64, ties to even; an infinity where it is beyond f64.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.magnitude().value()
    }

    /// The sum divided by `n`, rounded once; `None` for n = 0.
    #[must_use]
    pub fn mean(&self, n: u64) -> Option<f64> {
        (n > 0).then(|| self.magnitude().divided_by(n).value())
    }

    /// Whether the sum is exactly 0.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.magnitude().limbs.is_empty()
    }

    /// The canonical form: equal sums have equal magnitudes.
    fn magnitude(&self) -> Magnitude {
        let mut carried = self.clone();
        carried.carry();
        let negative = carried.limbs.last().is_some_and(|top| *top < 0);
        if negative {
            carried.limbs.iter_mut().for_each(|limb| *limb = -*limb);
            carried.carry();
        }
        let limbs = carried.limbs.iter().map(|limb| *limb as u32).collect();
        Magnitude { negative, base: carried.base as i32, limbs }.trimmed()
    }
}

/// The places of the bits that are 1.
fn ones(count: u64) -> impl Iterator<Item = i32> {
    (0..64).filter(move |bit| count >> bit & 1 == 1)
}

/// Mantissa, exponent of its lowest bit, and sign (0 or -1) of a finite value that is not 0.
#[inline]
fn parts(value: f64) -> Option<(u64, i32, i64)> {
    let bits = value.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i32;
    let fraction = bits & ((1 << 52) - 1);
    if exponent == 0x7ff || bits << 1 == 0 {
        return None;
    }
    let hidden = u64::from(exponent != 0) << 52;
    Some((fraction | hidden, exponent.max(1) - 1075, bits as i64 >> 63))
}

impl PartialEq for ExactSum {
    fn eq(&self, other: &Self) -> bool {
        self.magnitude() == other.magnitude()
    }
}

/// Sign, place and digits of a whole number of units 2^(32 base - BIAS); no zero limb at either end, and 0 is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Magnitude {
    negative: bool,
    base: i32,
    limbs: Vec<u32>,
}

impl Magnitude {
    fn trimmed(mut self) -> Self {
        while self.limbs.last() == Some(&0) {
            self.limbs.pop();
        }
        let zeros = self.limbs.iter().take_while(|limb| **limb == 0).count();
        self.limbs.drain(..zeros);
        self.base += zeros as i32;
        if self.limbs.is_empty() { Self::default() } else { self }
    }

    /// The digit at a place of the fixed scale.
    fn digit(&self, place: i32) -> u32 {
        let index = usize::try_from(place - self.base).ok();
        index.and_then(|index| self.limbs.get(index)).copied().unwrap_or(0)
    }

    /// One past the highest digit.
    fn end(&self) -> i32 {
        self.base + self.limbs.len() as i32
    }

    /// Rounded once to the nearest f64, ties to even.
    fn value(&self) -> f64 {
        let Some(top) = self.limbs.last() else { return 0.0 };
        let end = self.end();
        let digits = (1..=4).fold(0, |sum: u128, i| sum << 32 | u128::from(self.digit(end - i)));
        let below = self.limbs.len() > 4 && self.limbs[..self.limbs.len() - 4].iter().any(|limb| *limb != 0);
        // 128 bits from the top, the last one standing for all that is below (no tie can then be misread).
        let digits = digits | u128::from(below);
        let exponent = 32 * (end - 4) - BIAS;
        let highest = exponent + 127 - top.leading_zeros() as i32;
        let unit = (highest - 52).max(-1074);
        let rounded = round_shift(digits, unit - exponent);
        let value = ldexp(rounded as f64, unit);
        if self.negative { -value } else { value }
    }

    fn negated(mut self) -> Self {
        self.negative = !self.negative && !self.limbs.is_empty();
        self
    }

    /// The exact product with a whole number.
    fn scaled_by(&self, n: u64) -> Self {
        let factor = Self { negative: false, base: 0, limbs: vec![n as u32, (n >> 32) as u32] };
        self.times(&factor)
    }

    fn times(&self, other: &Self) -> Self {
        let mut limbs = vec![0_u32; self.limbs.len() + other.limbs.len()];
        for (i, a) in self.limbs.iter().enumerate() {
            let mut carry = 0;
            for (j, b) in other.limbs.iter().enumerate() {
                let total = u64::from(*a) * u64::from(*b) + u64::from(limbs[i + j]) + carry;
                limbs[i + j] = total as u32;
                carry = total >> 32;
            }
            limbs[i + other.limbs.len()] = carry as u32;
        }
        Self { negative: self.negative != other.negative, base: self.base + other.base, limbs }.trimmed()
    }

    /// The exact sum. Both must stand on the same scale.
    fn plus(&self, other: &Self) -> Self {
        let (base, end) = (self.base.min(other.base), self.end().max(other.end()));
        let signed = |of: &Self, place| if of.negative { -i64::from(of.digit(place)) } else { of.digit(place).into() };
        let limbs = (base..end).map(|place| signed(self, place) + signed(other, place)).collect();
        let sum = ExactSum { base: 0, limbs, adds: 0 }.magnitude();
        Self { base: if sum.limbs.is_empty() { 0 } else { sum.base + base }, ..sum }
    }

    /// The quotient by n > 0, to at least 128 bits, the last one standing for the remainder.
    fn divided_by(&self, n: u64) -> Self {
        const EXTRA: usize = 7;
        let divisor = u128::from(n);
        let mut remainder = 0;
        let mut limbs = vec![0; EXTRA + self.limbs.len()];
        for (i, slot) in limbs.iter_mut().enumerate().rev() {
            let digit = i.checked_sub(EXTRA).map_or(0, |i| self.limbs[i]);
            let dividend = remainder << 32 | u128::from(digit);
            *slot = (dividend / divisor) as u32;
            remainder = dividend % divisor;
        }
        limbs[0] |= u32::from(remainder != 0);
        Self { negative: self.negative, base: self.base - EXTRA as i32, limbs }.trimmed()
    }
}

/// `digits` / 2^shift for 0 < shift, rounded to nearest, ties to even; the result fits 54 bits.
fn round_shift(digits: u128, shift: i32) -> u64 {
    if shift > 127 {
        // All of it lies below half a unit, or the topmost bit is exactly that half.
        return u64::from(shift == 128 && digits > 1 << 127);
    }
    let kept = (digits >> shift) as u64;
    let rest = digits & ((1 << shift) - 1);
    let half = 1 << (shift - 1);
    kept + u64::from(rest > half || (rest == half && kept & 1 == 1))
}

/// The sum of squared deviations from the mean, (n * squares - sum²) / n, from exact sums and rounded once.
///
/// 0 for n = 0, and for sums that belong to no sample (where it would be negative).
#[must_use]
pub fn centred_squares(n: u64, sum: &ExactSum, squares: &ExactSum) -> f64 {
    if n == 0 {
        return 0.0;
    }
    let sum = sum.magnitude();
    // A product of two numbers on the scale carries the bias twice; the bias is a whole number of limbs.
    let mut square = sum.times(&sum);
    square.base -= BIAS / 32;
    let difference = squares.magnitude().scaled_by(n).plus(&square.negated());
    if difference.negative { 0.0 } else { difference.divided_by(n).value() }
}

/// The variance with divisor n - `ddof`; `None` where that is not above 0.
#[must_use]
pub fn variance(n: u64, ddof: u64, sum: &ExactSum, squares: &ExactSum) -> Option<f64> {
    let divisor = n.checked_sub(ddof).filter(|divisor| *divisor > 0)?;
    Some(centred_squares(n, sum, squares) / divisor as f64)
}

impl Serialize for ExactSum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.magnitude().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ExactSum {
    /// Refuses what `serialize` would not have written: the bytes may be anyone's.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Magnitude::deserialize(deserializer)?;
        let canonical = read.clone().trimmed() == read;
        if !canonical || read.base < 0 || read.base as usize + read.limbs.len() > MAX_LIMBS {
            return Err(D::Error::custom("an exact sum is not in its canonical form"));
        }
        let sign = if read.negative { -1 } else { 1 };
        let limbs = read.limbs.iter().map(|limb| sign * i64::from(*limb)).collect();
        Ok(Self { base: read.base as usize, limbs, adds: 0 })
    }
}

#[cfg(test)]
mod tests;
