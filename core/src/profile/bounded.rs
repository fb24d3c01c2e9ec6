//! A map from text to something mergeable, bounded by keeping the texts with the smallest hash.
//!
//! While at most `CAPACITY` texts occurred, all are kept. Beyond that those with the smallest hash (ties: the smaller
//! text) are kept, and everything said of the others is in `other`. A text that is kept at the end was never dropped
//! on the way, since what is dropped stays above the threshold; so its value is complete, and order and merge tree
//! cannot show. Which texts are kept has nothing to do with how frequent they are.

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::hash::hash;

/// What can absorb another of its kind, in any order.
pub trait Merge {
    /// Takes in another one.
    fn merge(&mut self, other: &Self);
}

impl Merge for u64 {
    fn merge(&mut self, other: &Self) {
        *self = self.saturating_add(*other);
    }
}

/// Values by text, for at most `CAPACITY` texts.
#[derive(Clone, Debug, PartialEq)]
pub struct BoundedMap<V, const CAPACITY: usize> {
    /// By hash and text, so that the first to be dropped is the last one.
    kept: BTreeMap<(u64, String), V>,
    /// All that belongs to dropped texts; `None` while none was dropped.
    other: Option<V>,
}

impl<V, const CAPACITY: usize> Default for BoundedMap<V, CAPACITY> {
    fn default() -> Self {
        Self { kept: BTreeMap::new(), other: None }
    }
}

impl<V: Merge + Default, const CAPACITY: usize> BoundedMap<V, CAPACITY> {
    /// An empty map.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The value to update for a text: its own, new if it was not there, or that of `other`.
    pub fn slot(&mut self, text: &str) -> &mut V {
        let hash = hash(text.as_bytes());
        if self.find(hash, text).is_none() && self.admits(hash, text) {
            self.make_room();
            self.kept.insert((hash, text.into()), V::default());
        }
        let from = self.kept.range_mut((hash, String::new())..);
        let mut same_hash = from.take_while(|(key, _)| key.0 == hash);
        match same_hash.find(|(key, _)| key.1 == text) {
            Some((_, value)) => value,
            None => self.other.get_or_insert_default(),
        }
    }

    /// Whether a text belongs to the kept ones. Above the threshold the answer stays no for ever.
    fn admits(&self, hash: u64, text: &str) -> bool {
        let below = |(last, _): (&(u64, String), &V)| (hash, text) < (last.0, last.1.as_str());
        self.kept.len() < CAPACITY || self.kept.last_key_value().is_some_and(below)
    }

    fn make_room(&mut self) {
        while self.kept.len() >= CAPACITY {
            let Some((_, dropped)) = self.kept.pop_last() else { return };
            self.other.get_or_insert_default().merge(&dropped);
        }
    }

    /// Takes in another map. The result is that of everything said to both.
    pub fn merge(&mut self, other: &Self) {
        for ((_, text), value) in &other.kept {
            self.slot(text).merge(value);
        }
        if let Some(value) = &other.other {
            self.other.get_or_insert_default().merge(value);
        }
    }
}

impl<V, const CAPACITY: usize> BoundedMap<V, CAPACITY> {
    fn find(&self, hash: u64, text: &str) -> Option<&V> {
        // An empty String costs no allocation, so a search by &str needs no key of its own.
        let from = self.kept.range((hash, String::new())..);
        from.take_while(|(key, _)| key.0 == hash).find(|(key, _)| key.1 == text).map(|(_, value)| value)
    }

    /// The value of a kept text.
    #[must_use]
    pub fn get(&self, text: &str) -> Option<&V> {
        self.find(hash(text.as_bytes()), text)
    }

    /// Number of kept texts, at most `CAPACITY`.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// How many texts there were: the kept ones, or an estimate of all by how close their hashes stand.
    #[must_use]
    pub fn distinct(&self) -> f64 {
        let kept = self.kept.len() as f64;
        match self.kept.last_key_value() {
            Some(((last, _), _)) if self.other.is_some() => {
                (kept - 1.0) / (*last as f64 / 18_446_744_073_709_551_616.0)
            }
            _ => kept,
        }
    }

    /// Whether nothing was ever said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty() && self.other.is_none()
    }

    /// The kept texts with their values, in the order of the texts.
    #[must_use]
    pub fn by_text(&self) -> Vec<(&str, &V)> {
        let mut sorted: Vec<_> = self.kept.iter().map(|((_, text), value)| (text.as_str(), value)).collect();
        sorted.sort_unstable_by_key(|(text, _)| *text);
        sorted
    }

    /// The values of kept texts, in the order of hashes.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.kept.values()
    }

    /// All that belongs to texts that are not kept; `None` while all are.
    #[must_use]
    pub fn other(&self) -> Option<&V> {
        self.other.as_ref()
    }

    /// Whether every text is kept.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.other.is_none()
    }

    /// Whether the value of this text would be complete here: it is kept, or absent although nothing was dropped, or
    /// below the threshold.
    pub(crate) fn covers(&self, text: &str) -> bool {
        let key = (hash(text.as_bytes()), text);
        let below = self.kept.last_key_value().is_some_and(|(last, _)| key <= (last.0, last.1.as_str()));
        self.is_complete() || below
    }
}

#[derive(Serialize)]
struct Written<'a, V> {
    kept: Vec<(&'a str, &'a V)>,
    other: Option<&'a V>,
}

#[derive(Deserialize)]
struct Read<V> {
    kept: Vec<(String, V)>,
    other: Option<V>,
}

impl<V: Serialize, const CAPACITY: usize> Serialize for BoundedMap<V, CAPACITY> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written { kept: self.by_text(), other: self.other() }.serialize(serializer)
    }
}

impl<'de, V: Deserialize<'de>, const CAPACITY: usize> Deserialize<'de> for BoundedMap<V, CAPACITY> {
    /// Refuses what `serialize` would not have written: the bytes may be anyone's.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Read::<V>::deserialize(deserializer)?;
        let ascending = read.kept.is_sorted_by(|a, b| a.0 < b.0);
        let full = read.kept.len() == CAPACITY || (read.kept.len() < CAPACITY && read.other.is_none());
        if !ascending || !full {
            return Err(D::Error::custom("a bounded map is not in its canonical form"));
        }
        // Collected, not filled one by one: nodes are full then, and many columns have such a map.
        let kept = read.kept.into_iter().map(|(text, value)| ((hash(text.as_bytes()), text), value)).collect();
        Ok(Self { kept, other: read.other })
    }
}

#[cfg(test)]
mod tests;
