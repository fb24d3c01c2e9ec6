//! Order in little code: std's stable sort is compiled again for every type and comparison, some five kilobytes each, and a page
//! has to load them all. Here one sort of places serves everything; what is generic only moves the items.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use core::cmp::Ordering;

/// Maps and sets, filled one by one: `collect` would sort the items first. Their nodes stay half empty, so what can hold thousands of
/// entries in every column is collected.
pub trait IntoOrdered: IntoIterator + Sized {
    /// A map of pairs; of those with the same key the last one stays.
    fn into_map<K: Ord, V>(self) -> BTreeMap<K, V>
    where
        Self: IntoIterator<Item = (K, V)>,
    {
        let mut map = BTreeMap::new();
        map.extend(self);
        map
    }

    /// A set of items; of equal ones the first one stays.
    fn into_set(self) -> BTreeSet<Self::Item>
    where
        Self::Item: Ord,
    {
        let mut set = BTreeSet::new();
        set.extend(self);
        set
    }
}

impl<Items: IntoIterator> IntoOrdered for Items {}

/// Stable sorting of what is sorted once. A column of numbers that is sorted for every batch has std's own sort.
pub trait StableOrder<T> {
    /// Sorts; equal items keep their order.
    fn order_by(&mut self, compare: impl FnMut(&T, &T) -> Ordering);

    /// Sorts by a key, which is computed for every comparison.
    fn order_by_key<K: Ord>(&mut self, key: impl Fn(&T) -> K);

    /// Sorts by the order of the type.
    fn order(&mut self)
    where
        T: Ord;
}

impl<T> StableOrder<T> for [T] {
    fn order_by(&mut self, mut compare: impl FnMut(&T, &T) -> Ordering) {
        let places = sorted_places(self.len(), &mut |a, b| compare(&self[a], &self[b]));
        arrange(self, places);
    }

    fn order_by_key<K: Ord>(&mut self, key: impl Fn(&T) -> K) {
        self.order_by(|a, b| key(a).cmp(&key(b)));
    }

    fn order(&mut self)
    where
        T: Ord,
    {
        self.order_by(T::cmp);
    }
}

/// The places 0 to n - 1 in the order of what stands there.
#[inline(never)]
fn sorted_places(n: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..n).collect();
    places.sort_by(|a, b| compare(*a, *b));
    places
}

/// Puts at each place the item that stood at `places` of it, cycle by cycle.
fn arrange<T>(items: &mut [T], mut places: Vec<usize>) {
    for start in 0..places.len() {
        let mut at = start;
        while places[at] != start {
            let from = core::mem::replace(&mut places[at], at);
            items.swap(at, from);
            at = from;
        }
        places[at] = at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_the_stable_sort_of_std() {
        let mut state = 3_u64;
        for n in (0..40).chain([1_000, 5_000]) {
            for kinds in [1, 2, 10, 1_000_000] {
                let mut items: Vec<(u64, usize)> = (0..n)
                    .map(|at| {
                        state = crate::hash::mix(state.wrapping_add(1));
                        (state % kinds, at)
                    })
                    .collect();
                let mut expected = items.clone();
                expected.sort_by_key(|(kind, _)| *kind);
                items.order_by_key(|(kind, _)| *kind);
                assert_eq!(items, expected);
                expected.sort_by(|a, b| b.cmp(a));
                items.order_by(|a, b| b.cmp(a));
                assert_eq!(items, expected);
                items.order();
                assert!(items.is_sorted());
            }
        }
    }
}
