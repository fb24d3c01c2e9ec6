//! A mean that is kept up value by value.

/// The mean of the values so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mean {
    /// How many they are, a whole number.
    pub n: f64,
    /// Their mean; 0 of none.
    pub value: f64,
}

impl Mean {
    /// Adds a value. Rounds as river does: thresholds are met exactly by streams of zeros and ones.
    pub fn add(&mut self, x: f64) {
        self.n += 1.0;
        self.value += (1.0 / self.n) * (x - self.value);
    }

    /// The mean of the values that came after the `first` ones, of which there have to be some.
    pub fn since(&self, first: &Self) -> f64 {
        (self.n * self.value - first.n * first.value) / (self.n - first.n)
    }
}

/// The mean and spread of the values so far.
///
/// Source: Welford (1962).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spread {
    /// Their mean.
    pub mean: Mean,
    squares: f64,
}

impl Spread {
    /// Adds a value.
    pub fn add(&mut self, x: f64) {
        let before = self.mean.value;
        self.mean.add(x);
        self.squares += (x - before) * (x - self.mean.value);
    }

    /// The variance, by n - 1; 0 of fewer than two values.
    pub fn variance(&self) -> f64 {
        if self.mean.n > 1.0 { self.squares / (self.mean.n - 1.0) } else { 0.0 }
    }
}
