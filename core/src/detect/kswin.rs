//! KSWIN: the latest values against a sample of those before, by the Kolmogorov-Smirnov test.
//!
//! Use where the shape of a distribution may change and its mean need not. A test with every value finds a change by chance sooner
//! or later: for long streams alpha has to be far smaller than for one test, such as 1e-6.
//!
//! Of the latest `window_size` values, the last `stat_size` are compared with as many drawn from the others, without replacement. A
//! change where p <= alpha and the statistic exceeds 0.1. Both samples have one size, so p falls as the statistic rises: the least
//! gap that is a change is found once.
//!
//! Edge cases: equal values are no change; ties count as in the two-sample test. A value costs the time to sort `stat_size` numbers.
//! Source: Raab, Heusinger and Schleif (2020), as river 0.26.1, but with driftgate's own random numbers.

use alloc::{collections::VecDeque, format, vec::Vec};

use super::{Detector, KswinOptions, Levels, Signal, Takes, check, check_chance};
use crate::{Error, hypothesis::exact_p, rng::Rng};

/// The detector.
#[derive(Clone, Debug)]
pub struct Kswin {
    options: KswinOptions,
    rng: Rng,
    /// The least number of values, of `stat_size`, by which the distributions differ where it is a change.
    gap: usize,
    window: VecDeque<f64>,
    /// The places before the latest values, in the order of earlier draws.
    places: Vec<usize>,
    /// What is drawn and what is latest, kept for their memory.
    samples: [Vec<f64>; 2],
    levels: Option<Levels>,
}

impl Kswin {
    /// A detector with an empty window.
    ///
    /// # Errors
    /// If an option is outside its range, or `stat_size` is too small for a p-value of `alpha`.
    pub fn new(options: KswinOptions) -> Result<Self, Error> {
        let KswinOptions { alpha, window_size, stat_size, seed } = options;
        check_chance("alpha", alpha)?;
        check((1..=10_000).contains(&stat_size), "stat_size", stat_size, "1 to 10000 values")?;
        let allowed = "at least twice stat_size and at most 100000 values";
        check((2 * stat_size..=100_000).contains(&window_size), "window_size", window_size, allowed)?;
        let n = u64::from(stat_size);
        let gaps: Vec<u32> = (1..=stat_size).collect();
        let below = gaps.partition_point(|gap| {
            let statistic = f64::from(*gap) / f64::from(stat_size);
            statistic <= 0.1 || exact_p(statistic, n, n) > alpha
        });
        check(below < gaps.len(), "stat_size", stat_size, &format!("more values: so few never give p = {alpha}"))?;
        Ok(Self {
            options,
            rng: Rng::new(seed),
            gap: below + 1,
            window: VecDeque::new(),
            places: (0..(window_size - stat_size) as usize).collect(),
            samples: [Vec::new(), Vec::new()],
            levels: None,
        })
    }

    /// Draws as many of the earlier values as are the latest, and sorts both.
    fn draw(&mut self) {
        let size = self.options.stat_size as usize;
        let [drawn, latest] = &mut self.samples;
        drawn.clear();
        for at in 0..size {
            let other = at + self.rng.below(self.places.len() - at);
            self.places.swap(at, other);
            drawn.extend(self.window.get(self.places[at]));
        }
        latest.clear();
        latest.extend(self.window.iter().skip(self.places.len()));
        drawn.sort_unstable_by(f64::total_cmp);
        latest.sort_unstable_by(f64::total_cmp);
    }

    fn levels_now(&self) -> Levels {
        let before = self.places.len();
        let mean = |sum: f64, n: usize| sum / n as f64;
        Levels {
            before: mean(self.window.iter().take(before).sum(), before),
            after: mean(self.window.iter().skip(before).sum(), self.options.stat_size as usize),
        }
    }
}

/// The largest difference of the numbers of values up to any one, of two sorted samples of one size.
fn largest_gap(a: &[f64], b: &[f64]) -> usize {
    let (mut i, mut j, mut largest) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        let least = x.min(*y);
        i += a[i..].iter().take_while(|x| **x <= least).count();
        j += b[j..].iter().take_while(|y| **y <= least).count();
        largest = largest.max(i.abs_diff(j));
    }
    largest
}

impl Detector for Kswin {
    fn takes(&self) -> Takes {
        Takes::Numbers
    }

    fn take(&mut self, x: f64) -> Signal {
        let size = self.options.window_size as usize;
        if self.window.len() == size {
            self.window.pop_front();
        }
        self.window.push_back(x);
        if self.window.len() < size {
            return Signal::None;
        }
        self.draw();
        if largest_gap(&self.samples[0], &self.samples[1]) < self.gap {
            return Signal::None;
        }
        self.levels = Some(self.levels_now());
        self.window.clear();
        Signal::Change
    }

    /// The means of the window's earlier and of its latest values, though it may be something else that changed.
    fn levels(&self) -> Option<Levels> {
        self.levels
    }
}

#[cfg(test)]
mod tests;
