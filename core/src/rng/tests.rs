#![allow(clippy::unwrap_used)]

use super::*;
use crate::hypothesis::tests::comparisons;

/// The first numbers for the seed 1234567, as in the authors' C.
#[test]
fn the_generator_is_splitmix64() {
    let mut rng = Rng::new(1_234_567);
    let expected = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
    assert_eq!(expected, [rng.bits(), rng.bits(), rng.bits()]);
}

#[test]
fn numbers_below_a_bound_are_those_of_another_implementation() {
    for case in comparisons("rng") {
        let mut rng = Rng::new(case["seed"].as_u64().unwrap());
        let bounds = [1, 7, 10, 1000, 3 << 61, (1 << 63) + 1, 250];
        for (bound, expected) in bounds.into_iter().zip(case["below"].as_array().unwrap()) {
            assert_eq!(rng.below(bound) as u64, expected.as_u64().unwrap(), "below {bound}");
        }
        assert_eq!(rng.unit(), case["unit"].as_f64().unwrap());
    }
}

#[test]
fn every_number_is_equally_likely() {
    let mut rng = Rng::new(3);
    let mut counts = [0_u32; 6];
    (0..60_000).for_each(|_| counts[rng.below(6)] += 1);
    // 10,000 each, within five standard errors.
    assert!(counts.iter().all(|count| count.abs_diff(10_000) < 457), "{counts:?}");
    assert_eq!(rng.below(0), 0);
}
