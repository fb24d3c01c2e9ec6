//! The tests on independent values: their size, and their power where something changed.

use driftgate_core::{
    Skip,
    hypothesis::{anderson_darling, brown_forsythe, chi_square, cramer_von_mises, fisher_exact, ks, mann_whitney},
    profile::ValueHistogram,
};

use super::{LEVELS, Random, Rate, count};

/// Normal numbers, and the same cut into categories.
pub struct Sample {
    values: ValueHistogram,
    /// Five categories that hold 40, 30, 15, 10 and 5 % of what is not changed.
    five: Vec<u64>,
    /// Two halves.
    halves: Vec<u64>,
    /// 90 % and 10 %.
    rare: Vec<u64>,
}

/// The quantiles of the normal distribution at 0.4, 0.7, 0.85 and 0.95, and at 0.9.
const CUTS: [f64; 4] =
    [-0.253_347_103_135_799_7, 0.524_400_512_708_041, 1.036_433_389_493_789_8, 1.644_853_626_951_472_7];
const RARE: f64 = 1.281_551_565_544_600_4;

/// What happened to the current sample.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// What the documents call it.
    pub name: &'static str,
    /// Added, in standard deviations.
    pub shift: f64,
    /// The variance is multiplied by its square.
    pub scale: f64,
}

/// Nothing.
pub const NOTHING: Change = Change { name: "nothing", shift: 0.0, scale: 1.0 };

/// What a test should see.
pub const CHANGES: [Change; 4] = [
    Change { name: "+0.25 sd", shift: 0.25, scale: 1.0 },
    Change { name: "+0.5 sd", shift: 0.5, scale: 1.0 },
    Change { name: "+1 sd", shift: 1.0, scale: 1.0 },
    // The square root of 1.5.
    Change { name: "variance x 1.5", shift: 0.0, scale: 1.224_744_871_391_589 },
];

impl Sample {
    /// `n` values.
    pub fn of(random: &mut Random, n: usize, change: Change) -> Self {
        let values: Vec<f64> = (0..n).map(|_| change.shift + change.scale * random.normal()).collect();
        let cut = |cuts: &[f64]| {
            let mut counts = vec![0; cuts.len() + 1];
            values.iter().for_each(|x| counts[cuts.iter().filter(|cut| x > *cut).count()] += 1);
            counts
        };
        Self { five: cut(&CUTS), halves: cut(&[0.0]), rare: cut(&[RARE]), values: ValueHistogram::from_values(&values) }
    }
}

/// A test by name.
pub struct Test {
    /// As the documents call it.
    pub name: &'static str,
    /// Whether it is exact for counts or few ranks, and so may reject less often than its level but not more often.
    pub conservative: bool,
    p_value: fn(&Sample, &Sample) -> Result<f64, Skip>,
}

/// Every test on independent values.
pub const TESTS: [Test; 9] = [
    Test { name: "ks", conservative: true, p_value: |a, b| Ok(ks(&a.values, &b.values)?.p_value) },
    Test {
        name: "cramer_von_mises",
        conservative: false,
        p_value: |a, b| Ok(cramer_von_mises(&a.values, &b.values)?.p_value),
    },
    Test { name: "mann_whitney", conservative: false, p_value: |a, b| Ok(mann_whitney(&a.values, &b.values)?.p_value) },
    Test {
        name: "anderson_darling",
        conservative: false,
        p_value: |a, b| Ok(anderson_darling(&a.values, &b.values)?.p_value),
    },
    Test {
        name: "brown_forsythe",
        conservative: false,
        p_value: |a, b| Ok(brown_forsythe(&a.values, &b.values)?.p_value),
    },
    Test {
        name: "chi_square, 5 categories",
        conservative: false,
        p_value: |a, b| Ok(chi_square(&a.five, &b.five)?.p_value),
    },
    Test {
        name: "chi_square, 2 halves",
        conservative: true,
        p_value: |a, b| Ok(chi_square(&a.halves, &b.halves)?.p_value),
    },
    Test {
        name: "fisher_exact, 2 halves",
        conservative: true,
        p_value: |a, b| Ok(fisher_exact(&a.halves, &b.halves)?.p_value),
    },
    Test {
        name: "fisher_exact, 10 %",
        conservative: true,
        p_value: |a, b| Ok(fisher_exact(&a.rare, &b.rare)?.p_value),
    },
];

impl Test {
    /// Whether it rejects at each of the [`LEVELS`]; a skipped test does not.
    #[must_use]
    pub fn rejects(&self, reference: &Sample, current: &Sample) -> [bool; 2] {
        let p_value = (self.p_value)(reference, current).unwrap_or(1.0);
        LEVELS.map(|level| p_value <= level)
    }
}

/// How often each of the [`TESTS`] rejects at each of the [`LEVELS`], with `n` reference and `m` current values.
#[must_use]
pub fn rates(n: usize, m: usize, change: Change, replications: u64) -> Vec<[Rate; 2]> {
    let experiment = format!("tests {n} {m} {}", change.name);
    let counted = count(&experiment, replications, |random| {
        let (reference, current) = (Sample::of(random, n, NOTHING), Sample::of(random, m, change));
        TESTS.iter().flat_map(|test| test.rejects(&reference, &current)).collect()
    });
    counted.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect()
}
