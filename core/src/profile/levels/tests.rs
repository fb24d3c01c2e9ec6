#![allow(clippy::unwrap_used, clippy::panic)]

use alloc::{format, vec};

use super::*;

fn of(counts: &[(&str, u64)]) -> Levels {
    let mut levels = Levels::new();
    counts.iter().for_each(|(level, count)| levels.add(level, *count));
    levels
}

fn many(from: u32, to: u32) -> Levels {
    let mut levels = Levels::new();
    (from..to).for_each(|i| levels.add(&format!("id-{i}"), 2));
    levels
}

#[test]
fn a_few_levels_are_counted_and_listed_by_text() {
    let levels = of(&[("b", 2), ("a", 1), ("b", 3), ("none", 0), ("", 4)]);
    assert_eq!(levels.iter().collect::<Vec<_>>(), [("", 4), ("a", 1), ("b", 5)]);
    assert_eq!((levels.get("b"), levels.get("none"), levels.total(), levels.len()), (5, 0, 10, 3));
    assert!(levels.is_complete() && levels.other() == 0 && Levels::new().is_empty());
}

#[test]
fn beyond_the_bound_counts_stay_complete_in_any_merge_tree() {
    let whole = many(0, 9_000);
    assert_eq!((whole.len(), whole.total(), whole.is_complete()), (MAX_LEVELS, 18_000, false));
    assert!(whole.iter().all(|(_, count)| count == 2));
    assert_eq!(whole.other(), 2 * (9_000 - 4_096));
    let parts = [many(0, 100), many(100, 6_000), many(6_000, 9_000)];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut left = parts[order[0]].clone();
        left.merge(&parts[order[1]]);
        left.merge(&parts[order[2]]);
        let mut right = parts[order[1]].clone();
        right.merge(&parts[order[2]]);
        right.merge(&parts[order[0]]);
        assert!(left == whole && right == whole, "{order:?}");
        assert!(postcard::to_allocvec(&left).unwrap() == postcard::to_allocvec(&whole).unwrap());
    }
}

#[test]
fn bytes_come_back_and_counts_of_nothing_or_too_much_are_refused() {
    let levels = many(0, 5_000);
    let bytes = postcard::to_allocvec(&levels).unwrap();
    assert!(postcard::from_bytes::<Levels>(&bytes).unwrap() == levels);
    for counts in [vec![("a", 0_u64)], vec![("a", u64::MAX), ("b", 1)], vec![("a", (1 << 53) + 1)]] {
        let bytes = postcard::to_allocvec(&(counts, None::<u64>)).unwrap();
        assert!(postcard::from_bytes::<Levels>(&bytes).is_err());
    }
}

#[test]
fn pairs_cover_the_union() {
    let paired = pair(&of(&[("b", 2), ("c", 1)]), &of(&[("a", 5), ("b", 7)]));
    assert_eq!(paired.levels, ["a", "b", "c"].map(|level| Some(level.into())));
    assert_eq!((paired.reference, paired.current), (vec![0, 2, 1], vec![5, 7, 0]));
    assert_eq!(pair(&Levels::new(), &Levels::new()), PairedLevels::default());
}

#[test]
fn pairs_never_compare_a_complete_count_with_a_cut_one() {
    let (large, small) = (many(0, 9_000), many(0, 6_000));
    let paired = pair(&large, &small);
    let bins = paired.levels.len();
    assert!(bins <= MAX_LEVELS + 1 && paired.levels[bins - 1].is_none());
    assert_eq!((paired.reference.iter().sum::<u64>(), paired.current.iter().sum::<u64>()), (18_000, 12_000));
    // A level that both kept has the same count on both sides, or was not in the smaller one at all.
    let bins = paired.levels.iter().zip(paired.reference.iter().zip(&paired.current));
    for (level, (r, c)) in bins.filter(|(level, _)| level.is_some()) {
        let number: u32 = level.as_deref().unwrap().trim_start_matches("id-").parse().unwrap();
        assert_eq!((*r, *c), (2, if number < 6_000 { 2 } else { 0 }), "{level:?}");
    }
}

#[test]
fn the_number_of_levels_is_exact_and_then_close() {
    for (distinct, error) in [(1_u32, 0.0), (4_096, 0.0), (20_000, 0.08), (200_000, 0.08)] {
        let mut levels = Levels::new();
        (0..distinct).for_each(|level| levels.add(&alloc::format!("level {level}"), 3));
        // Five standard errors: 1 / sqrt(4,096) is 1.6 %.
        assert!((levels.distinct() / f64::from(distinct) - 1.0).abs() <= error, "{} of {distinct}", levels.distinct());
    }
}
