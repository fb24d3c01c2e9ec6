#![allow(clippy::unwrap_used, clippy::panic, clippy::type_complexity)]

use alloc::vec;

use super::*;
use crate::math::tests::{close, numbers, uniforms};
use serde_json::Value;

fn bytes(histogram: &ValueHistogram) -> Vec<u8> {
    postcard::to_allocvec(histogram).unwrap()
}

/// Enough values of awkward shapes to leave the exact tier.
fn shapes() -> Vec<(&'static str, Vec<f64>)> {
    let u = uniforms(60_000);
    let signed = |x: f64| (x - 0.5) * 1e3;
    let wide = |x: &f64| crate::math::exp(200.0 * (x - 0.5)) * if *x > 0.7 { -1.0 } else { 1.0 };
    let atom = |x: &f64| if *x < 0.4 { 7.0 } else { signed(*x) };
    vec![
        ("uniform", u.clone()),
        ("signed", u.iter().map(|x| signed(*x)).collect()),
        ("wide", u.iter().map(wide).collect()),
        ("atom in a continuum", u.iter().map(atom).collect()),
        ("many zeros", u.iter().map(|x| if *x < 0.4 { 0.0 } else { signed(*x) }).collect()),
        ("subnormal", u.iter().map(|x| x * 1e-310).collect()),
        ("sorted blocks", (0..50_000).map(|i| f64::from(i / 2)).collect()),
        ("cluster in tails", u.iter().map(|x| if *x < 0.3 { wide(&(x / 0.3)) } else { 1.0 + x * 1e-10 }).collect()),
    ]
}

#[test]
fn keys_keep_the_order_of_values() {
    arbtest::arbtest(|u| {
        let (x, y) = (u.arbitrary::<f64>()?, u.arbitrary::<f64>()?);
        if x.is_finite() && y.is_finite() {
            assert_eq!(x.partial_cmp(&y), Some(key_of(x).cmp(&key_of(y))));
            assert_eq!(value_of(key_of(x)), x);
        }
        Ok(())
    });
    assert_eq!(key_of(-0.0), key_of(0.0));
}

#[test]
fn any_order_and_merge_tree_give_the_same_bytes() {
    for (name, values) in shapes() {
        let whole = ValueHistogram::from_values(&values);
        assert!(!whole.is_exact(), "{name} stays exact: the test shows nothing");
        let expected = bytes(&whole);
        let mut reversed = ValueHistogram::new();
        values.iter().rev().for_each(|x| reversed.push(*x));
        assert!(bytes(&reversed) == expected, "{name} reversed");
        let parts: Vec<_> = [1_009, 11_000, 3_001, 60_000].map(|size| values.chunks(size)).into();
        for chunks in parts {
            let mut merged = ValueHistogram::new();
            for chunk in chunks.rev() {
                let mut part = ValueHistogram::new();
                part.extend(chunk);
                part.merge(&merged);
                merged = part;
            }
            assert!(bytes(&merged) == expected, "{name} merged");
        }
        let (a, b) = values.split_at(values.len() / 3);
        let (a, b) = (ValueHistogram::from_values(a), ValueHistogram::from_values(b));
        let (mut ab, mut ba) = (a.clone(), b.clone());
        ab.merge(&b);
        ba.merge(&a);
        assert!(ab == whole && ba == whole, "{name} two halves");
    }
}

/// Written on the way or not, and cut anywhere: the same, though what is written is rounded.
#[test]
fn rounding_on_the_way_does_not_show() {
    for (name, values) in shapes() {
        let mut through_bytes = ValueHistogram::new();
        for chunk in values.chunks(7_001) {
            through_bytes.extend(chunk);
            through_bytes = postcard::from_bytes(&bytes(&through_bytes)).unwrap();
        }
        assert!(bytes(&through_bytes) == bytes(&ValueHistogram::from_values(&values)), "{name}");
    }
}

#[test]
fn a_summary_keeps_its_bounds_and_says_how_far_off_it_is() {
    for (name, values) in shapes() {
        let histogram = ValueHistogram::from_values(&values);
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        assert_eq!(
            (histogram.len(), histogram.min(), histogram.max()),
            (values.len() as u64, sorted.first().copied(), sorted.last().copied())
        );
        assert!(histogram.cells().len() <= MAX_CELLS && histogram.cells().len() > MAX_CELLS / 4 || name.contains("in"));
        for i in (0..sorted.len()).step_by(997) {
            let exact = sorted.partition_point(|x| *x <= sorted[i]) as f64 / sorted.len() as f64;
            let read = histogram.share_at_most(sorted[i]).unwrap();
            assert!((read - exact).abs() <= histogram.rank_error(), "{name} {i}: {read} for {exact}");
        }
    }
}

#[test]
fn rank_errors_of_ordinary_shapes_are_small_and_large_ones_are_seen() {
    let error = |name: &str| {
        let (_, values) = shapes().into_iter().find(|shape| shape.0 == name).unwrap();
        ValueHistogram::from_values(&values).rank_error()
    };
    for name in ["uniform", "signed", "many zeros", "wide", "subnormal", "sorted blocks"] {
        assert!(error(name) < 0.004, "{name}: {}", error(name));
    }
    for name in ["cluster in tails", "atom in a continuum"] {
        assert!(error(name) > 0.2, "{name}: {}", error(name));
    }
}

#[test]
fn a_small_column_is_exact_to_the_last_distinct_value() {
    let mut histogram = ValueHistogram::new();
    (0..MAX_DISTINCT).for_each(|i| histogram.push(i as f64));
    (0..MAX_DISTINCT).for_each(|i| histogram.push(i as f64));
    assert!(histogram.is_exact() && histogram.rank_error() == 0.0 && histogram.cells().len() == MAX_DISTINCT);
    histogram.push(0.5);
    assert!(!histogram.is_exact() && histogram.cells().len() <= MAX_CELLS);
}

#[test]
fn quantiles_are_those_of_numpy() {
    let all: Value = serde_json::from_str(include_str!("../../../../tests/vectors/two_sample.json")).unwrap();
    for case in all["quantiles"].as_array().unwrap() {
        let n = case["n"].as_u64().unwrap() as usize;
        let histogram =
            ValueHistogram::from_values(&uniforms(n).iter().map(|x| x * 1000.0 - 300.0).collect::<Vec<_>>());
        let (q, values) = (numbers(&case["q"]), numbers(&case["values"]));
        assert_eq!(histogram.quantiles(&q), values);
        q.iter().zip(&values).for_each(|(q, value)| assert_eq!(histogram.quantile(*q), Some(*value)));
    }
}

#[test]
fn what_waits_in_the_buffer_counts() {
    let mut histogram = ValueHistogram::new();
    histogram.extend(&[3.0, f64::NAN, -0.0, 0.0, f64::INFINITY, 1.0]);
    assert_eq!((histogram.len(), histogram.is_empty()), (4, false));
    assert_eq!((histogram.min(), histogram.max(), histogram.quantile(0.5)), (Some(0.0), Some(3.0), Some(0.5)));
    assert_eq!(histogram.share_at_most(0.0), Some(0.5));
    let settled = ValueHistogram::from_values(&[0.0, 1.0, 3.0, 0.0]);
    assert!(histogram == settled && bytes(&histogram) == bytes(&settled));
    assert_eq!(histogram.cells()[0], Cell { min: 0.0, max: 0.0, count: 2 });
}

#[test]
fn nothing_and_values_far_apart_have_stated_answers() {
    let nothing = ValueHistogram::new();
    assert_eq!((nothing.quantile(0.5), nothing.min(), nothing.share_at_most(0.0)), (None, None, None));
    assert!(nothing.is_empty() && nothing.rank_error() == 0.0 && nothing.quantiles(&[0.5]).is_empty());
    let extremes = ValueHistogram::from_values(&[f64::MIN, f64::MAX]);
    assert_eq!((extremes.quantile(0.5), extremes.quantile(1.0)), (Some(0.0), Some(f64::MAX)));
}

#[test]
fn inside_a_cell_quantile_and_share_agree() {
    let histogram = ValueHistogram::from_values(&uniforms(50_000));
    for q in [0.01, 0.3, 0.5, 0.77, 0.999] {
        let share = histogram.share_at_most(histogram.quantile(q).unwrap()).unwrap();
        assert!((share - q).abs() < 2.0 / 50_000.0, "{q}: {share}");
        close(histogram.quantile(q).unwrap(), q, 0.05);
    }
}

#[test]
fn bytes_come_back_and_altered_bytes_never_make_an_inconsistent_histogram() {
    for (name, values) in shapes() {
        let histogram = ValueHistogram::from_values(&values);
        let written = bytes(&histogram);
        assert!(written.len() < 35_000, "{name} takes {} bytes", written.len());
        let read = postcard::from_bytes::<ValueHistogram>(&written).unwrap();
        assert!(read == histogram && bytes(&read) == written, "{name}");
        assert_eq!((read.len(), read.min(), read.max()), (histogram.len(), histogram.min(), histogram.max()), "{name}");
    }
    let cell = |gap, low, width, count| WrittenCell { gap, low, width, count };
    // 4,096 cells of the width 2 with both values in each: one bit less would leave 8,192.
    let even = |first: WrittenCell, other: WrittenCell| {
        Written::Cells(1, core::iter::once(first).chain([other; 4_095]).collect())
    };
    let half = SIGN >> 1;
    let refused = [
        Written::Exact(vec![(SIGN, 0)]),
        Written::Exact(vec![(SIGN - 1, 1)]),
        Written::Exact(vec![(u64::MAX, 1)]),
        Written::Exact(vec![(SIGN, 1), (0, 1)]),
        Written::Exact(vec![(SIGN, 1), (u64::MAX, 1)]),
        Written::Exact(vec![(SIGN, 1 << 53), (1, 1)]),
        Written::Exact(vec![(SIGN, u64::MAX), (1, 1)]),
        Written::Exact(core::iter::once(SIGN).chain([1; MAX_DISTINCT]).map(|gap| (gap, 1)).collect()),
        Written::Cells(3, vec![cell(SIGN >> 3, 0, 0, 20_000)]),
        Written::Cells(0, vec![cell(SIGN, 0, 0, 20_000)]),
        Written::Cells(64, vec![cell(0, 0, 0, 20_000)]),
        // Few values, only atoms, a cell of one value, a gap of nothing, an end beyond the cell, a key beyond all values.
        even(cell(half, 0, 2, 2), cell(1, 0, 2, 2)),
        even(cell(half, 0, 0, 5), cell(1, 0, 0, 5)),
        even(cell(half, 0, 2, 5), cell(1, 0, 2, 1)),
        even(cell(half, 0, 2, 5), cell(0, 0, 2, 5)),
        even(cell(half, 0, 2, 5), cell(1, 1, 2, 5)),
        even(cell(half, 0, 2, 5), cell(1, u64::MAX, 2, 5)),
        even(cell(u64::MAX >> 1, 0, 2, 5), cell(1, 0, 2, 5)),
    ];
    for (place, written) in refused.into_iter().enumerate() {
        let written = postcard::to_allocvec(&written).unwrap();
        assert!(postcard::from_bytes::<ValueHistogram>(&written).is_err(), "{place}");
    }
    let good = postcard::to_allocvec(&even(cell(half, 0, 2, 5), cell(1, 0, 2, 5))).unwrap();
    assert!(postcard::from_bytes::<ValueHistogram>(&good).is_ok());
}

#[test]
fn hostile_bytes_do_no_harm() {
    arbtest::arbtest(|u| {
        let bytes: Vec<u8> = u.arbitrary()?;
        if let Ok(histogram) = postcard::from_bytes::<ValueHistogram>(&bytes) {
            let mut twice = histogram.clone();
            twice.merge(&histogram);
            assert_eq!(twice.len(), 2 * histogram.len());
        }
        Ok(())
    });
}

#[test]
fn groups_line_up_equal_values_and_cells_of_either_side() {
    let group = |reference, current| Group { reference, current, tied: true };
    let (a, b) = (ValueHistogram::from_values(&[1.0, -0.0, 1.0]), ValueHistogram::from_values(&[0.0, 2.0]));
    let exact = Groups::of(&a, &b);
    assert_eq!(exact.groups, [group(1, 1), group(2, 0), group(0, 1)]);
    assert_eq!((exact.reference, exact.current, exact.rank_error), (3, 2, 0.0));
    // A summarised side takes the other one along to its own coarseness.
    let u = uniforms(60_000);
    let (large, small) = (ValueHistogram::from_values(&u), ValueHistogram::from_values(&u[..500]));
    let mixed = Groups::of(&large, &small);
    assert!(mixed.groups.len() <= MAX_CELLS && mixed.rank_error >= large.rank_error());
    let sums = mixed.groups.iter().fold((0, 0), |(a, b), group| (a + group.reference, b + group.current));
    assert_eq!(sums, (60_000, 500));
    assert!(mixed.groups.iter().all(|group| group.reference >= group.current));
}

#[test]
fn values_outside_are_counted_or_bounded() {
    let small = ValueHistogram::from_values(&[-3.0, -1.0, 0.0, 0.0, 2.0, 7.0]);
    for (low, high, count) in [(-3.0, 7.0, 0), (-1.0, 2.0, 2), (0.0, 0.0, 4), (8.0, 9.0, 6), (-2.0, 1.0, 3)] {
        assert_eq!(small.outside(low, high), (count, count), "{low} {high}");
    }
    assert_eq!(ValueHistogram::new().outside(0.0, 1.0), (0, 0));
    let u = uniforms(60_000);
    let large = ValueHistogram::from_values(&u);
    assert!(!large.is_exact());
    for (low, high) in [(0.1, 0.9), (0.25, 0.3), (0.333_3, 0.333_4), (-1.0, 0.7), (0.4, 2.0), (-1.0, 2.0)] {
        let count = u.iter().filter(|x| **x < low || **x > high).count() as u64;
        let (least, most) = large.outside(low, high);
        assert!(least <= count && count <= most, "{low} {high}: {count} is not in {least}..={most}");
        assert!((most - least) as f64 <= 2.0 * large.rank_error() * 60_000.0, "{low} {high}");
    }
}
