//! Seeded random numbers, the same on every machine: those of core, made normal by Marsaglia's polar method.

use driftgate_core::{
    hash::{hash, mix},
    math::{ln, sqrt},
    rng::Rng,
};

/// A stream of random numbers.
pub struct Random {
    bits: Rng,
    /// The second normal number of a pair.
    spare: Option<f64>,
}

impl Random {
    /// The stream of one replication of a named experiment: no other replication or thread has a part in it.
    #[must_use]
    pub fn of(experiment: &str, replication: u64) -> Self {
        Self { bits: Rng::new(mix(hash(experiment.as_bytes()) ^ mix(replication))), spare: None }
    }

    /// Evenly spread over (-1, 1).
    fn signed(&mut self) -> f64 {
        ((self.bits.bits() >> 11) as f64 + 0.5) / (1_u64 << 52) as f64 - 1.0
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
mod tests {
    use super::*;

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
