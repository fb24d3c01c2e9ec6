#![allow(clippy::unwrap_used)]

use super::*;
use crate::math::tests::uniforms;

#[test]
fn draws_take_no_place_twice_and_any_place_alike() {
    let mut detector = Kswin::new(KswinOptions { alpha: 1e-9, ..KswinOptions::default() }).unwrap();
    let mut counts = [0_u32; 70];
    for x in uniforms(100 + 7_000) {
        let _ = detector.update(x);
        // All values differ: a place drawn twice would stand in the sample twice.
        assert!(detector.samples[0].windows(2).all(|pair| pair[0] < pair[1]));
        detector.places.iter().take(detector.samples[0].len()).for_each(|place| counts[*place] += 1);
    }
    assert_eq!(detector.samples[0].len(), 30);
    // 7001 draws of 30 of 70: 3000 each, sd 41; five of them are 207.
    assert!(counts.iter().all(|count| count.abs_diff(3000) < 207), "{counts:?}");
}

#[test]
fn the_largest_gap_is_that_of_counting() {
    arbtest::arbtest(|u| {
        let pairs: Vec<(u8, u8)> = u.arbitrary()?;
        let (mut a, mut b): (Vec<f64>, Vec<f64>) =
            pairs.iter().map(|(a, b)| (f64::from(a % 9), f64::from(b % 9))).unzip();
        a.sort_by(f64::total_cmp);
        b.sort_by(f64::total_cmp);
        let up_to = |sample: &[f64], x: u8| sample.iter().filter(|y| **y <= f64::from(x)).count();
        let counted = (0..9).map(|x| up_to(&a, x).abs_diff(up_to(&b, x))).max().unwrap();
        assert_eq!(largest_gap(&a, &b), counted);
        Ok(())
    });
}
