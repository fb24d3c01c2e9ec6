//! Where the cell of a prefix is: open addressing, at most half full, two bytes a slot.

use alloc::{vec, vec::Vec};

/// The place of no cell: there are at most 16,384.
const EMPTY: u16 = u16::MAX;

/// Prefix -> place of its cell. Empty by default, and cheap then; it never shows in a result.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    slots: Vec<u16>,
}

impl Index {
    /// The places of these prefixes, in their order, all different.
    pub(super) fn of(prefixes: impl ExactSizeIterator<Item = u64>) -> Self {
        let mut slots = vec![EMPTY; (2 * prefixes.len()).next_power_of_two()];
        let mask = slots.len() - 1;
        for (place, prefix) in prefixes.enumerate() {
            let mut slot = first_slot(prefix, mask);
            while slots[slot] != EMPTY {
                slot = (slot + 1) & mask;
            }
            slots[slot] = place as u16;
        }
        Self { slots }
    }

    /// The place that is known for `prefix`, if `holds` says that it is the one.
    #[inline]
    pub(super) fn find(&self, prefix: u64, holds: impl Fn(usize) -> bool) -> Option<usize> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut slot = first_slot(prefix, mask);
        loop {
            let place = *self.slots.get(slot)?;
            if place == EMPTY || holds(place.into()) {
                return (place != EMPTY).then_some(place.into());
            }
            slot = (slot + 1) & mask;
        }
    }
}

/// Where to begin to look (Knuth's multiplicative hashing, by the golden ratio): neighbours are far apart.
#[inline]
const fn first_slot(prefix: u64, mask: usize) -> usize {
    (prefix.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & mask
}
