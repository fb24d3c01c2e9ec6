//! Two histograms side by side, for tests that only need to know who stands below whom.

use alloc::vec::Vec;

use super::{Cell, ValueHistogram, key_of};

/// The pooled values of two samples in ascending order, with how often each occurs on either side.
///
/// Where a side is summarised, values of one cell are no longer told apart: they count as evenly mixed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Groups {
    /// Ascending.
    pub(crate) groups: Vec<Group>,
    /// Values in the reference.
    pub(crate) reference: u64,
    /// Values in the current sample.
    pub(crate) current: u64,
    /// The largest shares of both sides in a group of unequal values, added; in [0, 2], 0 while both are exact.
    pub(crate) rank_error: f64,
}

/// Values that are equal, or not told apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Group {
    /// How many the reference has.
    pub(crate) reference: u64,
    /// How many the current sample has; never 0 on both sides.
    pub(crate) current: u64,
    /// Whether all are equal.
    pub(crate) tied: bool,
}

impl Groups {
    /// Lines up two samples.
    pub(crate) fn of(reference: &ValueHistogram, current: &ValueHistogram) -> Self {
        let mut sides = [reference.settled().into_owned(), current.settled().into_owned()];
        let dropped = sides[0].dropped.max(sides[1].dropped);
        sides.iter_mut().for_each(|side| side.coarsen(dropped));
        let (mut a, mut b) = (sides[0].cells.iter().peekable(), sides[1].cells.iter().peekable());
        let prefix = |cell: &Cell| key_of(cell.min) >> dropped;
        let (mut groups, mut largest) = (Vec::new(), (0, 0));
        while let Some(least) = [a.peek(), b.peek()].into_iter().flatten().map(|cell| prefix(cell)).min() {
            let pair = (a.next_if(|cell| prefix(cell) == least), b.next_if(|cell| prefix(cell) == least));
            let count = |cell: Option<&Cell>| cell.map_or(0, |cell| cell.count);
            let group = Group { reference: count(pair.0), current: count(pair.1), tied: all_equal(pair) };
            if !group.tied {
                largest = (group.reference.max(largest.0), group.current.max(largest.1));
            }
            groups.push(group);
        }
        let (reference, current) = (sides[0].len(), sides[1].len());
        let share = |count: u64, of: u64| if of == 0 { 0.0 } else { count as f64 / of as f64 };
        let rank_error = share(largest.0, reference) + share(largest.1, current);
        Self { groups, reference, current, rank_error }
    }

    /// Whether no value occurs twice, on one side or on both.
    pub(crate) fn are_distinct(&self) -> bool {
        self.groups.iter().all(|group| group.reference + group.current == 1)
    }

    /// Reference and current count of each group.
    pub(crate) fn counts(&self) -> (Vec<u64>, Vec<u64>) {
        self.groups.iter().map(|group| (group.reference, group.current)).unzip()
    }
}

/// Whether all values of two cells are one.
fn all_equal(cells: (Option<&Cell>, Option<&Cell>)) -> bool {
    let mut both = [cells.0, cells.1].into_iter().flatten();
    let Some(first) = both.next() else { return true };
    first.is_atom() && both.all(|cell| cell.is_atom() && cell.min == first.min)
}
