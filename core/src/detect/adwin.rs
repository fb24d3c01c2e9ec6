//! ADWIN: a window that grows while its mean stays the same, and loses its oldest values where it does not.
//!
//! Use for any numbers, and where the size and the speed of a change are not known. It finds changes of the *mean* alone: for
//! the spread give it squares. Slow changes are found late and in small steps.
//!
//! The window is kept as buckets of 1, 2, 4, ... values, so it takes some 70 numbers for a thousand values and 170 for a million.
//! Every `clock` values, each border between two buckets is a cut, the oldest first: with n0 and n1 values on its sides and
//! m = 1/(n0 - l + 1) + 1/(n1 - l + 1) for the least length l, the means differ if their distance exceeds
//! sqrt(2 m v d) + 2/3 m d, v the variance of the window and d = ln(2 ln(n) / delta). Then the oldest bucket goes, and the search
//! begins again.
//!
//! Edge cases: equal values are no change. A window of fewer than 2 `min_window_length` values has no cut.
//! Source: Bifet and Gavaldà (2007), ADWIN2, as river 0.26.1, which begins with an empty window after a change.

use alloc::{vec, vec::Vec};

use super::{AdwinOptions, Detector, Levels, Signal, Takes, check, check_chance};
use crate::{
    Error,
    math::{abs, ln, sqrt},
};

/// The detector.
#[derive(Clone, Debug)]
pub struct Adwin {
    options: AdwinOptions,
    window: Window,
    /// Values until a change is looked for.
    wait: u32,
    levels: Option<Levels>,
}

impl Adwin {
    /// A detector with an empty window.
    ///
    /// # Errors
    /// If an option is outside its range.
    pub fn new(options: AdwinOptions) -> Result<Self, Error> {
        check_chance("delta", options.delta)?;
        check(options.clock >= 1, "clock", options.clock, "at least 1 value")?;
        check((2..=1000).contains(&options.max_buckets), "max_buckets", options.max_buckets, "2 to 1000")?;
        check(options.min_window_length >= 1, "min_window_length", options.min_window_length, "at least 1 value")?;
        Ok(Self { options, window: Window::default(), wait: options.clock, levels: None })
    }

    /// Values in the window, since the latest change.
    #[must_use]
    pub const fn width(&self) -> f64 {
        self.window.width
    }

    /// The sum of the values in the window.
    #[must_use]
    pub const fn total(&self) -> f64 {
        self.window.total
    }

    /// The variance of the values in the window, by n; 0 if it is empty.
    #[must_use]
    pub fn variance(&self) -> f64 {
        if self.window.width > 0.0 { self.window.squares / self.window.width } else { 0.0 }
    }
}

impl Detector for Adwin {
    fn takes(&self) -> Takes {
        Takes::Numbers
    }

    fn take(&mut self, x: f64) -> Signal {
        self.window.insert(x, self.options.max_buckets as usize);
        self.wait -= 1;
        if self.wait > 0 {
            return Signal::None;
        }
        self.wait = self.options.clock;
        if self.window.width <= f64::from(self.options.grace_period) {
            return Signal::None;
        }
        let (width, total) = (self.window.width, self.window.total);
        while self.window.can_be_cut(&self.options) {
            self.window.drop_oldest();
        }
        let Window { width: kept, total: after, .. } = self.window;
        if kept == width {
            return Signal::None;
        }
        self.levels = Some(Levels { before: (total - after) / (width - kept), after: after / kept });
        self.window = Window::default();
        Signal::Change
    }

    fn levels(&self) -> Option<Levels> {
        self.levels
    }
}

/// Values that were added up.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    total: f64,
    /// Squared deviations from their mean, added up.
    squares: f64,
}

/// The values since some time.
#[derive(Clone, Debug, Default)]
struct Window {
    /// In row r are buckets of 2^r values, the oldest first; the oldest of all are in the last row, which is not empty.
    rows: Vec<Vec<Bucket>>,
    width: f64,
    total: f64,
    squares: f64,
}

impl Window {
    /// Adds a value; where a row has more than `most` buckets, its two oldest become one of the next row.
    fn insert(&mut self, x: f64, most: usize) {
        if self.width > 0.0 {
            let distance = x - self.total / self.width;
            self.squares += self.width * distance * distance / (self.width + 1.0);
        }
        self.width += 1.0;
        self.total += x;
        let mut bucket = Bucket { total: x, squares: 0.0 };
        let mut size = 1.0;
        for row in &mut self.rows {
            row.push(bucket);
            if row.len() <= most {
                return;
            }
            let [a, b] = [row[0], row[1]];
            row.copy_within(2.., 0);
            row.truncate(row.len() - 2);
            let gap = a.total - b.total;
            bucket = Bucket { total: a.total + b.total, squares: a.squares + b.squares + gap * gap * (0.5 / size) };
            size *= 2.0;
        }
        self.rows.push(vec![bucket]);
    }

    /// Whether there is a cut on whose sides the means differ.
    fn can_be_cut(&self, options: &AdwinOptions) -> bool {
        let least = f64::from(options.min_window_length);
        let confidence = ln(2.0 * ln(self.width) / options.delta);
        let spread = 2.0 * (self.squares / self.width) * confidence;
        let (mut n0, mut total0) = (0.0, 0.0);
        let mut size = size_of_row(self.rows.len());
        for row in self.rows.iter().rev() {
            size *= 0.5;
            for bucket in row {
                n0 += size;
                total0 += bucket.total;
                let n1 = self.width - n0;
                if n1 < least {
                    return false;
                }
                if n0 < least {
                    continue;
                }
                let distance = abs(total0 / n0 - (self.total - total0) / n1);
                let m = 1.0 / (n0 - least + 1.0) + 1.0 / (n1 - least + 1.0);
                if distance > sqrt(m * spread) + 2.0 / 3.0 * confidence * m {
                    return true;
                }
            }
        }
        false
    }

    /// Forgets the oldest bucket.
    fn drop_oldest(&mut self) {
        let Some(oldest) = self.rows.last_mut().filter(|row| !row.is_empty()).map(|row| row.remove(0)) else { return };
        let n = size_of_row(self.rows.len() - 1);
        self.width -= n;
        self.total -= oldest.total;
        let distance = oldest.total / n - self.total / self.width;
        self.squares -= oldest.squares + n * self.width * distance * distance / (n + self.width);
        if self.rows.last().is_some_and(Vec::is_empty) {
            self.rows.pop();
        }
    }
}

/// Values in each bucket of a row.
fn size_of_row(row: usize) -> f64 {
    (0..row).fold(1.0, |size, _| 2.0 * size)
}
