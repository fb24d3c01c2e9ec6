//! What was wrong with a log: all of it counted, the first of it kept.

use alloc::{
    collections::BTreeMap,
    string::{String, ToString},
    vec::Vec,
};

use crate::order::StableOrder;
use driftgate_documents::{Problem, Provenance};

/// So many problems are kept, the first by line and column.
const KEPT: usize = 100;

/// Problems of one source.
pub(crate) struct Problems {
    source: String,
    kept: Vec<Problem>,
    /// A later line than this cannot be among the first any more.
    last_line: u64,
    count: u64,
    bad_rows: BTreeMap<String, u64>,
}

impl Problems {
    pub(crate) const fn new(source: String) -> Self {
        Self { source, kept: Vec::new(), last_line: u64::MAX, count: 0, bad_rows: BTreeMap::new() }
    }

    /// Something worth saying about a row that is kept, or about the file (line 0).
    pub(crate) fn warn(&mut self, line: u64, column: &str, code: &str, message: impl FnOnce() -> String) {
        self.add(line, column, code, false, message);
    }

    /// A row that was left out.
    pub(crate) fn bad_row(&mut self, line: u64, column: &str, code: &str, message: impl FnOnce() -> String) {
        match self.bad_rows.get_mut(code) {
            Some(count) => *count += 1,
            None => drop(self.bad_rows.insert(code.into(), 1)),
        }
        self.add(line, column, code, true, message);
    }

    /// Rows left out so far.
    pub(crate) fn bad_rows(&self) -> u64 {
        self.bad_rows.values().sum()
    }

    /// The first problem so far.
    pub(crate) fn first(&self) -> Option<&Problem> {
        self.kept.iter().min()
    }

    fn add(&mut self, line: u64, column: &str, code: &str, bad_row: bool, message: impl FnOnce() -> String) {
        self.count += 1;
        if line > self.last_line {
            return;
        }
        let (source, column, code) = (self.source.clone(), column.to_string(), code.to_string());
        self.kept.push(Problem { source, line, column, bad_row, code, message: message() });
        // Sorting at twice the number keeps the cost of each problem constant.
        if self.kept.len() >= 2 * KEPT {
            self.cut();
        }
    }

    fn cut(&mut self) {
        self.kept.order();
        self.kept.truncate(KEPT);
        if let Some(last) = self.kept.get(KEPT - 1) {
            self.last_line = last.line;
        }
    }

    /// Writes them down.
    pub(crate) fn into_provenance(mut self, provenance: &mut Provenance) {
        self.cut();
        provenance.bad_rows = self.bad_rows;
        provenance.problems = self.kept;
        provenance.problem_count = self.count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_hundred_are_kept_and_all_are_counted() {
        let mut problems = Problems::new("log".into());
        for line in (1..=500).rev() {
            problems.bad_row(line, "", "code", String::new);
        }
        problems.warn(0, "", "file", String::new);
        let mut provenance = Provenance::default();
        assert_eq!(problems.bad_rows(), 500);
        problems.into_provenance(&mut provenance);
        assert_eq!(provenance.problem_count, 501);
        assert_eq!(provenance.problems.len(), 100);
        assert!(provenance.problems.iter().map(|problem| problem.line).eq(0..100));
        assert_eq!(provenance.bad_rows.get("code"), Some(&500));
    }
}
