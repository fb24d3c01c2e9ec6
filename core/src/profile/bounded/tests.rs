#![allow(clippy::unwrap_used, clippy::panic, clippy::type_complexity)]

use alloc::{borrow::ToOwned, format, vec};

use super::*;

type Small = BoundedMap<u64, 8>;

fn said(texts: &[u8]) -> Small {
    let mut map = Small::new();
    texts.iter().for_each(|text| *map.slot(&format!("level {text}")) += 1);
    map
}

fn bytes(map: &Small) -> Vec<u8> {
    postcard::to_allocvec(map).unwrap()
}

#[test]
fn any_order_and_split_give_the_same_bytes_and_kept_texts_are_complete() {
    arbtest::arbtest(|u| {
        let mut texts: Vec<u8> = u.arbitrary()?;
        let whole = said(&texts);
        let (a, b) = texts.split_at(u.int_in_range(0..=texts.len())?);
        let (mut ab, mut ba) = (said(a), said(b));
        ab.merge(&said(b));
        ba.merge(&said(a));
        assert!(bytes(&ab) == bytes(&whole) && ba == whole);
        texts.reverse();
        assert_eq!(bytes(&said(&texts)), bytes(&whole));
        for (text, count) in whole.by_text() {
            let occurred = texts.iter().filter(|t| format!("level {t}") == text).count();
            assert_eq!(*count, occurred as u64, "{text}");
        }
        let total = whole.values().sum::<u64>() + whole.other().copied().unwrap_or(0);
        assert_eq!(total, texts.len() as u64);
        Ok(())
    });
}

#[test]
fn the_smallest_hashes_are_kept() {
    let all: Vec<u8> = (0..=255).collect();
    let map = said(&all);
    let mut hashes: Vec<u64> = all.iter().map(|text| hash(format!("level {text}").as_bytes())).collect();
    hashes.sort_unstable();
    let mut kept: Vec<u64> = map.by_text().iter().map(|(text, _)| hash(text.as_bytes())).collect();
    kept.sort_unstable();
    assert_eq!(kept, hashes[..8]);
    assert_eq!((map.len(), map.is_complete(), map.other()), (8, false, Some(&248)));
}

#[test]
fn a_text_above_the_threshold_is_never_admitted_again() {
    let mut map = said(&(0..=255).collect::<Vec<u8>>());
    let dropped = (0..=255).map(|i| format!("level {i}")).find(|text| map.get(text).is_none()).unwrap();
    let before = map.other().copied().unwrap();
    *map.slot(&dropped) += 5;
    assert_eq!((map.get(&dropped), map.other().copied(), map.covers(&dropped)), (None, Some(before + 5), false));
    let kept = map.by_text()[0].0.to_owned();
    assert!(map.covers(&kept));
}

#[test]
fn bytes_come_back_and_altered_bytes_are_refused() {
    for map in [Small::new(), said(&[1, 2, 2]), said(&(0..99).collect::<Vec<u8>>())] {
        assert_eq!(postcard::from_bytes::<Small>(&bytes(&map)).unwrap(), map);
    }
    let nine: Vec<(String, u64)> = (0..9).map(|i| (format!("{i}"), 1)).collect();
    let refused: [(Vec<(String, u64)>, Option<u64>); 4] = [
        (vec![("b".into(), 1), ("a".into(), 1)], None),
        (vec![("a".into(), 1), ("a".into(), 1)], None),
        (vec![("a".into(), 1)], Some(3)),
        (nine, None),
    ];
    for case in refused {
        assert!(postcard::from_bytes::<Small>(&postcard::to_allocvec(&case).unwrap()).is_err(), "{case:?}");
    }
}
