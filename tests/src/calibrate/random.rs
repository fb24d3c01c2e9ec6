//! Seeded random numbers, the same on every machine: splitmix64 (Steele, Lea and Flood 2014) and Marsaglia's polar method.

use driftgate_core::{
    hash::{hash, mix},
    math::{ln, sqrt},
};

/// A stream of random numbers.
pub struct Random {
    state: u64,
    /// The second normal number of a pair.
    spare: Option<f64>,
}

impl Random {
    /// The stream of one replication of a named experiment: no other replication or thread has a part in it.
    #[must_use]
    pub fn of(experiment: &str, replication: u64) -> Self {
        Self { state: mix(hash(experiment.as_bytes()) ^ mix(replication)), spare: None }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// Evenly spread over (-1, 1).
    fn signed(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / (1_u64 << 52) as f64 - 1.0
    }

    /// A normal number with mean 0 and variance 1.
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (x, y) = (self.signed(), self.signed());
            let square = x * x + y * y;
            if square < 1.0 {
                let scale = sqrt(-2.0 * ln(square) / square);
                self.spare = Some(y * scale);
                return x * scale;
            }
        }
    }

    /// A number per day with mean 0 and variance 1, each the one before times `phi` (in [0, 1)) plus chance: AR(1), with
    /// the first day as likely as any other.
    pub fn days(&mut self, days: usize, phi: f64) -> Vec<f64> {
        let new = sqrt(1.0 - phi * phi);
        let mut value = self.normal();
        let day = |_| {
            let today = value;
            value = phi * today + new * self.normal();
            today
        };
        (0..days).map(day).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    /// The first numbers of splitmix64 for the seed 1234567, as in its authors' C.
    #[test]
    fn the_generator_is_splitmix64() {
        let mut random = Random { state: 1_234_567, spare: None };
        let expected = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!(expected, [random.next(), random.next(), random.next()]);
    }

    /// Within five standard errors.
    #[test]
    fn days_have_variance_1_and_their_autocorrelation() {
        let days = Random::of("days", 0).days(200_000, 0.6);
        let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / 200_000.0;
        assert!(mean(&mut days.iter().copied()).abs() < 5.0 * 2.0 / 447.0);
        assert!((mean(&mut days.iter().map(|x| x * x)) - 1.0).abs() < 5.0 * 2.07 / 447.0);
        assert!((mean(&mut days.windows(2).map(|pair| pair[0] * pair[1])) - 0.6).abs() < 5.0 * 2.0 / 447.0);
    }
}
