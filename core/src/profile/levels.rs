//! How often each text of a categorical column occurred: exact to 4,096 levels, bounded beyond.
//!
//! Which levels are kept and why the counts of kept levels are complete: see [`BoundedMap`].

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use super::bounded::BoundedMap;
use crate::order::StableOrder;

/// Levels kept.
pub const MAX_LEVELS: usize = 4_096;
/// Counts must fit a number of JavaScript.
const MAX_COUNT: u64 = 1 << 53;

/// Counts by level.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Levels(BoundedMap<u64, MAX_LEVELS>);

impl Levels {
    /// No levels.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts a level `count` more times; 0 adds nothing, not even the level.
    pub fn add(&mut self, level: &str, count: u64) {
        if count > 0 {
            let slot = self.0.slot(level);
            *slot = slot.saturating_add(count);
        }
    }

    /// Adds other counts. The result is that of all of them together.
    pub fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0);
    }

    /// Levels with their counts, in the order of the texts.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.by_text().into_iter().map(|(level, count)| (level, *count))
    }

    /// The count of a level; 0 if it did not occur or is not kept.
    #[must_use]
    pub fn get(&self, level: &str) -> u64 {
        self.0.get(level).copied().unwrap_or(0)
    }

    /// Number of kept levels, at most 4,096.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// How many levels there are: exact to 4,096, beyond that estimated from the largest hash of the kept ones, which are those with
    /// the smallest (Bar-Yossef et al. 2002; one standard error is 1.6 %).
    #[must_use]
    pub fn distinct(&self) -> f64 {
        self.0.distinct()
    }

    /// Whether nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The sum of all counts, `other` included.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.values().fold(self.other(), |total, count| total.saturating_add(*count))
    }

    /// The count of all levels that are not kept.
    #[must_use]
    pub fn other(&self) -> u64 {
        self.0.other().copied().unwrap_or(0)
    }

    /// Whether every level is kept.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.0.is_complete()
    }

    /// Whether the count of this level would be complete here.
    pub(crate) fn covers(&self, level: &str) -> bool {
        self.0.covers(level)
    }
}

impl<'de> Deserialize<'de> for Levels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let levels = Self(BoundedMap::deserialize(deserializer)?);
        let positive = levels.0.values().chain(levels.0.other()).all(|count| *count > 0);
        if !positive || levels.total() > MAX_COUNT {
            return Err(D::Error::custom("counts of levels must be above 0 and at most 2^53 together"));
        }
        Ok(levels)
    }
}

/// Two samples of levels side by side, one bin per level; all three lists have one length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PairedLevels {
    /// The level of each bin, in the order of the texts; `None`, at the end, is everything else.
    pub levels: Vec<Option<String>>,
    /// Counts of the reference.
    pub reference: Vec<u64>,
    /// Counts of the current window.
    pub current: Vec<u64>,
}

/// Lines up two samples over the union of their levels. Levels that either side may not have counted completely share
/// one bin with the rest, so that every bin compares like with like.
#[must_use]
pub fn pair(reference: &Levels, current: &Levels) -> PairedLevels {
    let mut names: Vec<&str> = reference.iter().chain(current.iter()).map(|(level, _)| level).collect();
    names.order();
    names.dedup();
    names.retain(|name| reference.covers(name) && current.covers(name));
    let mut paired = PairedLevels {
        levels: names.iter().map(|name| Some((*name).into())).collect(),
        reference: names.iter().map(|name| reference.get(name)).collect(),
        current: names.iter().map(|name| current.get(name)).collect(),
    };
    let rest = |of: &Levels, counted: &[u64]| of.total().saturating_sub(counted.iter().sum());
    let others = (rest(reference, &paired.reference), rest(current, &paired.current));
    if others != (0, 0) {
        paired.levels.push(None);
        paired.reference.push(others.0);
        paired.current.push(others.1);
    }
    paired
}

#[cfg(test)]
mod tests;
