#![allow(clippy::unwrap_used, clippy::panic)]

use alloc::vec::Vec;

use super::*;
use crate::math::tests::numbers;
use serde_json::Value;

fn sums(values: &[f64]) -> (ExactSum, ExactSum) {
    let (mut sum, mut squares) = (ExactSum::new(), ExactSum::new());
    for value in values {
        sum.add(*value);
        squares.add_square(*value);
    }
    (sum, squares)
}

/// Finite values of every magnitude.
fn finite(u: &mut arbtest::arbitrary::Unstructured<'_>) -> arbtest::arbitrary::Result<Vec<f64>> {
    let mut values: Vec<f64> = u.arbitrary()?;
    values.retain(|x| x.is_finite());
    Ok(values)
}

#[test]
fn sums_means_and_deviations_are_those_of_fractions_bit_by_bit() {
    let all: Value = serde_json::from_str(include_str!("../../../../tests/vectors/sums.json")).unwrap();
    for case in all["cases"].as_array().unwrap() {
        let values = numbers(&case["values"]);
        let (sum, squares) = sums(&values);
        let n = values.len() as u64;
        let name = case["name"].as_str().unwrap();
        assert_eq!(sum.value(), case["sum"].as_f64().unwrap_or(f64::INFINITY), "sum of {name}");
        assert_eq!(squares.value(), case["squares"].as_f64().unwrap_or(f64::INFINITY), "squares of {name}");
        assert_eq!(sum.mean(n), case["mean"].as_f64(), "mean of {name}");
        let expected = case["centred_squares"].as_f64().unwrap_or(f64::INFINITY);
        assert_eq!(centred_squares(n, &sum, &squares), expected, "centred squares of {name}");
    }
}

#[test]
fn any_order_and_any_split_give_the_same_bytes() {
    arbtest::arbtest(|u| {
        let mut values = finite(u)?;
        let whole = sums(&values);
        let cut = u.int_in_range(0..=values.len())?;
        values.reverse();
        let (mut sum, mut squares) = sums(&values[cut..]);
        let rest = sums(&values[..cut]);
        sum.merge(&rest.0);
        squares.merge(&rest.1);
        assert_eq!(sum, whole.0);
        for (a, b) in [(&sum, &whole.0), (&squares, &whole.1)] {
            assert_eq!(postcard::to_allocvec(a).unwrap(), postcard::to_allocvec(b).unwrap());
        }
        Ok(())
    });
}

#[test]
fn adding_and_taking_away_leaves_exactly_nothing() {
    arbtest::arbtest(|u| {
        let values = finite(u)?;
        let (mut sum, _) = sums(&values);
        values.iter().for_each(|x| sum.add(-x));
        assert!(sum.is_zero() && sum == ExactSum::new() && sum.value() == 0.0);
        Ok(())
    });
}

#[test]
fn one_value_reads_back_and_its_square_is_that_of_the_hardware() {
    arbtest::arbtest(|u| {
        let Some(x) = finite(u)?.first().copied() else { return Ok(()) };
        let (sum, squares) = sums(&[x]);
        assert_eq!(sum.value(), x);
        assert_eq!(squares.value(), x * x);
        assert_eq!(centred_squares(1, &sum, &squares), 0.0);
        Ok(())
    });
}

#[test]
fn bytes_come_back_and_go_on_summing() {
    arbtest::arbtest(|u| {
        let values = finite(u)?;
        let (sum, _) = sums(&values);
        let bytes = postcard::to_allocvec(&sum).unwrap();
        let mut back: ExactSum = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(back, sum);
        back.merge(&sum);
        assert_eq!(back.value(), sums(&[values.clone(), values].concat()).0.value());
        Ok(())
    });
}

#[test]
fn carries_run_before_limbs_overflow() {
    let mut sum = ExactSum::new();
    sum.add(-1.5);
    sum.adds = MAX_ADDS - 3;
    sum.limbs.iter_mut().for_each(|limb| *limb -= 1 << 62);
    let before = sum.clone();
    (0..10).for_each(|_| sum.add(-1.0));
    assert!(sum.adds < 10 && sum.limbs.iter().all(|limb| limb.unsigned_abs() < 1 << 36));
    (0..10).for_each(|_| sum.add(1.0));
    assert_eq!(sum, before);
}

#[test]
fn repeated_carries_of_a_negative_sum_do_not_grow_it() {
    let mut sum = ExactSum::new();
    sum.add(-1.0);
    sum.carry();
    let limbs = sum.limbs.len();
    (0..100).for_each(|_| sum.carry());
    assert_eq!((sum.limbs.len(), sum.value()), (limbs, -1.0));
}

#[test]
fn not_a_number_and_infinities_are_no_part_of_a_sum() {
    let (sum, squares) = sums(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0]);
    assert!(sum.is_zero() && squares.is_zero());
}

#[test]
fn variance_at_an_offset_keeps_its_digits_and_needs_enough_values() {
    let (sum, squares) = sums(&[1e12, 1e12 + 1.0]);
    assert_eq!(variance(2, 0, &sum, &squares), Some(0.25));
    assert_eq!(variance(2, 1, &sum, &squares), Some(0.5));
    assert_eq!((variance(1, 1, &sum, &squares), variance(0, 0, &sum, &squares)), (None, None));
}

#[test]
fn sums_of_no_sample_have_no_negative_deviation() {
    let (sum, _) = sums(&[5.0]);
    assert_eq!(centred_squares(1, &sum, &ExactSum::new()), 0.0);
    assert_eq!(centred_squares(0, &sum, &sum), 0.0);
}

#[test]
fn altered_bytes_are_refused() {
    let refused = [
        (false, 0, Vec::from([0_u32])),
        (false, 0, Vec::from([0, 1])),
        (false, 3, Vec::from([1, 0])),
        (true, 0, Vec::new()),
        (false, 5, Vec::new()),
        (false, -1, Vec::from([1])),
        (false, 137, Vec::from([1])),
        (false, i32::MAX, Vec::from([1])),
        (false, 0, [1; 138].into()),
    ];
    for case in refused {
        let bytes = postcard::to_allocvec(&case).unwrap();
        assert!(postcard::from_bytes::<ExactSum>(&bytes).is_err(), "{case:?}");
    }
    let kept = postcard::to_allocvec(&(true, 136, Vec::from([u32::MAX]))).unwrap();
    let mut extreme: ExactSum = postcard::from_bytes(&kept).unwrap();
    extreme.merge(&extreme.clone());
    assert_eq!(extreme.value(), f64::NEG_INFINITY);
    assert_eq!(centred_squares(u64::MAX, &extreme, &extreme), 0.0);
    let error = serde_json::from_str::<ExactSum>(r#"{"negative":true,"base":0,"limbs":[]}"#).unwrap_err();
    assert!(alloc::format!("{error}").contains("canonical"));
}

#[test]
fn adding_many_times_is_adding_again_and_again() {
    arbtest::arbtest(|u| {
        let (value, count): (f64, u16) = (u.arbitrary()?, u.arbitrary()?);
        let (mut at_once, mut squares_at_once) = (ExactSum::new(), ExactSum::new());
        at_once.add_times(value, count.into());
        squares_at_once.add_square_times(value, count.into());
        let (mut sum, mut squares) = (ExactSum::new(), ExactSum::new());
        for _ in 0..count {
            sum.add(value);
            squares.add_square(value);
        }
        assert!(sum == at_once && squares == squares_at_once, "{value} x {count}");
        Ok(())
    });
}

/// Both sums of all values at once.
fn many(values: &[f64]) -> (ExactSum, ExactSum) {
    let (mut sum, mut squares) = sums(&[]);
    ExactSum::add_values_and_squares(&mut sum, &mut squares, values);
    let mut alone = ExactSum::new();
    alone.add_all(values);
    assert_eq!(alone, sum);
    (sum, squares)
}

#[test]
fn many_values_at_once_are_the_same_values_one_by_one() {
    arbtest::arbtest(|u| {
        // Values near each other, as in a column, among values of every magnitude, with what is no number.
        let mut values: Vec<f64> = u.arbitrary()?;
        let near: Vec<i32> = u.arbitrary()?;
        let scale: f64 = u.arbitrary()?;
        values.extend(near.iter().map(|whole| f64::from(*whole) * scale));
        values.extend(near.iter().map(|whole| f64::from(*whole) / 1e6));
        assert_eq!(many(&values), sums(&values), "{values:?}");
        Ok(())
    });
}

#[test]
fn the_largest_mantissas_of_one_exponent_overflow_nothing() {
    for largest in [2.0 - f64::EPSILON, f64::EPSILON - 2.0, f64::MAX, -f64::MAX, f64::MIN_POSITIVE * 1.5, 5e-324] {
        for count in [7, 8, 1023, 1024, 1025, 5000] {
            let (mut sum, mut squares) = sums(&[]);
            sum.add_times(largest, count);
            squares.add_square_times(largest, count);
            assert_eq!(many(&alloc::vec![largest; count as usize]), (sum, squares), "{largest} x {count}");
        }
    }
}
