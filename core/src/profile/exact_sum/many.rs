//! Many values into exact sums at once.
//!
//! The mantissas of values with one exponent add up as whole numbers. So a run of values is first added by exponent, then moved
//! into the limbs, exponent by exponent: about 40 instructions a value and its square instead of 160.

use super::ExactSum;

/// Values between two moves: so many mantissas of 53 bits fit an i64, and so many products of halves a u64.
const RUN: usize = 1 << 10;
/// Fewer values than this are added one by one.
const WORTH_IT: usize = 8;
/// The exponents that are told apart, from that of the largest value down. Smaller values are added one by one.
const EXPONENTS: usize = 64;
/// Bits of the lower half of a mantissa.
const HALF: u32 = 27;

/// What the values of one exponent sum up to, in units of their last bit.
#[derive(Clone, Copy, Default)]
struct Of {
    mantissas: i64,
    /// Squares of the lower halves, products of both halves, squares of the upper halves.
    low: u64,
    cross: u64,
    high: u64,
}

impl ExactSum {
    /// Adds finite values. NaN and infinities are ignored: who calls has counted them elsewhere.
    pub fn add_all(&mut self, values: &[f64]) {
        let mut unused = Self::new();
        values.chunks(RUN).for_each(|run| add_run::<false>(self, &mut unused, run));
    }

    /// Adds finite values to one sum and their squares to another. NaN and infinities are ignored.
    pub fn add_values_and_squares(sum: &mut Self, squares: &mut Self, values: &[f64]) {
        values.chunks(RUN).for_each(|run| add_run::<true>(sum, squares, run));
    }
}

fn add_run<const SQUARES: bool>(sum: &mut ExactSum, squares: &mut ExactSum, run: &[f64]) {
    let mut one = |value: f64| {
        sum.add(value);
        if SQUARES {
            squares.add_square(value);
        }
    };
    if run.len() < WORTH_IT {
        return run.iter().for_each(|value| one(*value));
    }
    let exponent_of = |value: &f64| value.to_bits() >> 52 & 0x7ff;
    let Some(top) = run.iter().map(exponent_of).filter(|exponent| *exponent < 0x7ff).max() else { return };
    let mut by_exponent = [Of::default(); EXPONENTS];
    for value in run {
        let exponent = exponent_of(value);
        // What is not finite is above the top, and wraps; 0 and what is smaller than normal has no hidden bit.
        let slot = top.wrapping_sub(exponent) as usize;
        let (Some(of), true) = (by_exponent.get_mut(slot), exponent > 0) else {
            one(*value);
            continue;
        };
        let bits = value.to_bits();
        let mantissa = bits & ((1 << 52) - 1) | 1 << 52;
        let sign = bits as i64 >> 63;
        of.mantissas += (mantissa as i64 ^ sign) - sign;
        if SQUARES {
            let (high, low) = (mantissa >> HALF, mantissa & ((1 << HALF) - 1));
            of.low += low * low;
            of.cross += high * low;
            of.high += high * high;
        }
    }
    for (exponent, of) in (0..=top).rev().zip(&by_exponent) {
        let exponent = exponent as i32 - 1075;
        sum.add_units(exponent, of.mantissas.unsigned_abs(), of.mantissas >> 63);
        if SQUARES {
            squares.add_units(2 * exponent, of.low, 0);
            squares.add_units(2 * exponent + HALF as i32 + 1, of.cross, 0);
            squares.add_units(2 * exponent + 2 * HALF as i32, of.high, 0);
        }
    }
}
