//! The days a profile was asked for. Merging profiles of different days asks for all of them: a month is the merge of
//! its days.

use alloc::vec::Vec;

use driftgate_documents::Days as Document;
use serde::{Deserialize, Serialize};

use super::Merge;
use crate::{
    Error,
    read::{Days, format_day},
};

/// First and last days, counted from 1970-01-01, in order and with a gap between each two: one form for each set of days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked(Vec<(i64, i64)>);

impl Asked {
    pub(super) fn of(days: Days) -> Self {
        Self([(days.first, days.last)].into())
    }

    /// As a report names them; empty if every day was asked for.
    #[must_use]
    pub fn document(&self) -> Vec<Document> {
        let all = |(first, last): &(i64, i64)| (*first, *last) == (Days::ALL.first, Days::ALL.last);
        let named = |day: i64, open: i64| (day != open).then(|| format_day(day));
        let runs = self.0.iter().filter(|run| !all(run));
        runs.map(|(first, last)| Document { from: named(*first, Days::ALL.first), until: named(*last, Days::ALL.last) })
            .collect()
    }

    /// Checks what came from bytes.
    pub(super) fn validate(&self) -> Result<(), Error> {
        let apart = self.0.windows(2).all(|pair| matches!(pair, [a, b] if a.1.saturating_add(1) < b.0));
        let ordered = self.0.iter().all(|(first, last)| first <= last);
        if apart && ordered && !self.0.is_empty() {
            return Ok(());
        }
        Err(super::validate::damaged("the list of days asked for"))
    }
}

impl Merge for Asked {
    fn merge(&mut self, other: &Self) {
        self.0.extend(&other.0);
        self.0.sort_unstable();
        let mut runs: Vec<(i64, i64)> = Vec::new();
        for (first, last) in self.0.drain(..) {
            match runs.last_mut() {
                Some(run) if first <= run.1.saturating_add(1) => run.1 = run.1.max(last),
                _ => runs.push((first, last)),
            }
        }
        self.0 = runs;
    }
}
