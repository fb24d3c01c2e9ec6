//! The gap between two empirical distribution functions, piece by piece along the line.

use alloc::vec::Vec;

use crate::{
    Skip,
    order::StableOrder,
    profile::value_histogram::{Cell, ValueHistogram},
};

/// A stretch of the line on which the gap is linear: constant unless it cuts a cell.
pub(super) struct Piece {
    /// Its length, in units of the values, above 0.
    pub(super) width: f64,
    /// The gap (reference - current) at its left end, in [-1, 1].
    pub(super) left: f64,
    /// The gap at its right end, in [-1, 1].
    pub(super) right: f64,
}

/// The pieces between the smallest and the largest value of both sides.
///
/// # Errors
/// If a side is empty, or values are further apart than f64 reaches.
pub(super) fn pieces(what: &str, reference: &ValueHistogram, current: &ValueHistogram) -> Result<Vec<Piece>, Skip> {
    if reference.is_empty() || current.is_empty() {
        return Err(Skip::because(alloc::format!("{what} needs at least one number on either side")));
    }
    let (a, b) = (reference.cells(), current.cells());
    let (n, m) = (reference.len() as f64, current.len() as f64);
    let mut ends: Vec<f64> = a.iter().chain(b.iter()).flat_map(|cell| [cell.min, cell.max]).collect();
    ends.order_by(f64::total_cmp);
    ends.dedup();
    if (ends[ends.len() - 1] - ends[0]).is_infinite() {
        return Err(Skip::because("the values are too far apart to compute with"));
    }
    let (mut before, mut now) = (Counts { cells: &a, below: 0.0 }, Counts { cells: &b, below: 0.0 });
    // Whole numbers while exact, so that small gaps between large samples keep their digits.
    let gap = |x: f64, y: f64| (x * m - y * n) / (n * m);
    let mut pieces: Vec<Piece> = Vec::with_capacity(ends.len());
    let mut last = None;
    for end in ends {
        let (x, y) = (before.around(end), now.around(end));
        if let Some((start, left)) = last {
            pieces.push(Piece { width: end - start, left, right: gap(x.0, y.0) });
        }
        last = Some((end, gap(x.1, y.1)));
    }
    Ok(pieces)
}

/// How many values lie below and up to a place, for places in ascending order.
struct Counts<'a> {
    cells: &'a [Cell],
    below: f64,
}

impl Counts<'_> {
    /// The number of values below `x`, and up to it.
    fn around(&mut self, x: f64) -> (f64, f64) {
        while let Some((first, rest)) = self.cells.split_first() {
            if first.max >= x {
                break;
            }
            self.below += first.count as f64;
            self.cells = rest;
        }
        match self.cells.first() {
            Some(cell) if cell.min <= x => {
                let up_to = self.below + cell.at_most(x);
                // Within a cell values are spread evenly: nothing jumps but at its first value.
                (if cell.min == x { self.below } else { up_to }, up_to)
            }
            _ => (self.below, self.below),
        }
    }
}
