//! Seeded random numbers for resampling: the same for one seed on every machine.
//!
//! splitmix64 of Steele, Lea and Flood (2014): a counter, and the [`mix`] that spreads it. It is not meant for secrets.

use crate::hash::mix;

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// The stream of a seed; every seed is a good one.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 even bits.
    pub const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// Evenly spread over the multiples of 2^-53 in [0, 1).
    pub const fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number below `n`, each equally likely; 0 for n = 0.
    ///
    /// Source: Lemire (2019): the upper half of a product, drawn again where its lower half would favour some numbers.
    pub const fn below(&mut self, n: usize) -> usize {
        let n = n as u64;
        loop {
            let product = self.bits() as u128 * n as u128;
            // 2^64 mod n products of a number lie here; without them each number has as many as the next.
            if n == 0 || product as u64 >= n.wrapping_neg() % n {
                return (product >> 64) as usize;
            }
        }
    }
}

#[cfg(test)]
mod tests;
