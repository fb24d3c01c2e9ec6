//! Can two logs of the same cases be held against each other? One set of rules for the gate and for comparisons.

mod coverage;
mod same;

use alloc::{collections::BTreeMap, format, string::String};

use driftgate_documents::{Role, Trust, TrustCheck};

pub use self::{
    coverage::{LEAST_ANSWERED, alone, between, of_coverage},
    same::SameOutcome,
};
use crate::{
    profile::{
        Conflicts, View,
        score::{at, label, name_of},
    },
    read::shorten,
    table::{Cell, Cells, Table},
    words,
};

/// The share of cases with a fault from which on nothing rests on them.
pub const BROKEN: f64 = 0.01;

/// The one row of each id; `None` where it has several.
pub type ById<'a> = BTreeMap<&'a str, Option<usize>>;

/// One of two logs.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// What to call it.
    pub name: &'a str,
    /// The log.
    pub view: &'a View<'a>,
    /// Its rows, and those of others.
    pub table: &'a Table,
    /// Which of them are its own.
    pub rows: &'a [usize],
}

impl<'a> Side<'a> {
    /// Its rows by their ids.
    #[must_use]
    pub fn by_id(&self) -> ById<'a> {
        self.table.by_id(self.rows.iter().copied())
    }
}

/// Two logs and the cases that both have.
pub struct Common<'a> {
    /// The candidate.
    pub candidate: Side<'a>,
    /// The baseline.
    pub baseline: Side<'a>,
    /// The candidate's row and the baseline's of each case.
    pub rows: &'a [[usize; 2]],
}

/// A check by its name.
#[must_use]
pub fn check(name: &str, found: Trust, message: String) -> TrustCheck {
    TrustCheck { name: name.into(), column: None, found, p_value: None, message }
}

/// What a share of faulty cases makes of the others.
#[must_use]
pub fn grade(faulty: u64, all: u64) -> Trust {
    match faulty {
        0 => Trust::Sound,
        _ if faulty as f64 > BROKEN * all as f64 => Trust::Broken,
        _ => Trust::Warning,
    }
}

impl Common<'_> {
    fn both(&self) -> String {
        format!("{} and {}", self.candidate.name, self.baseline.name)
    }

    fn cells(&self, role: Role, [mine, theirs]: [usize; 2]) -> [Cell<'_>; 2] {
        [at(self.candidate.table.role(role), mine), at(self.baseline.table.role(role), theirs)]
    }

    fn id(&self, [mine, _]: [usize; 2]) -> String {
        shorten(self.candidate.table.id.get(mine))
    }

    /// Whether both said the same about every case.
    #[must_use]
    pub fn identical(&self) -> TrustCheck {
        let is_same = |case: &&[usize; 2]| {
            [Role::Prediction, Role::Confidence].into_iter().all(|role| {
                let [mine, theirs] = self.cells(role, **case);
                mine == theirs
            })
        };
        let (same, n, both) = (self.rows.iter().filter(is_same).count(), self.rows.len(), self.both());
        if same == n && n > 0 {
            let message = format!("{both} said the same about every common case: is it the same model?");
            return check("identical", Trust::Broken, message);
        }
        check("identical", Trust::Sound, format!("{both} said the same about {same} of {n} common cases"))
    }

    /// Cases of which `same` can be said, those of them of which it does not hold, and the first of these.
    fn differing(
        &self,
        cells: [Option<&Cells>; 2],
        same: impl Fn(Cell<'_>, Cell<'_>) -> Option<bool>,
    ) -> (u64, u64, String) {
        let (mut known, mut apart, mut example) = (0, 0, String::new());
        for case in self.rows {
            let [mine, theirs] = [at(cells[0], case[0]), at(cells[1], case[1])];
            let Some(is_same) = same(mine, theirs) else { continue };
            known += 1;
            if !is_same && apart == 0 {
                example = format!(" (id {}: {} and {})", self.id(*case), name_of(mine), name_of(theirs));
            }
            apart += u64::from(!is_same);
        }
        (known, apart, example)
    }

    /// Whether both know the same outcome of every case.
    #[must_use]
    pub fn contradicting(&self) -> TrustCheck {
        let tables = [self.candidate.table, self.baseline.table];
        let same = SameOutcome::of(tables[0], tables[1]);
        let is_known = |cell: Cell<'_>| matches!(cell, Cell::Number(_) | Cell::Text(_));
        let (known, apart, example) = self.differing(tables.map(|table| table.role(Role::Actual)), |mine, theirs| {
            (is_known(mine) && is_known(theirs)).then(|| same.holds(mine, theirs))
        });
        let message = format!("{}: {apart} of {known} common cases have two different outcomes{example}", self.both());
        check("contradicting", grade(apart, known), message)
    }

    /// Whether both count the cases in the same slices; one check a column that the baseline has values of.
    pub fn slices<'a>(
        &'a self,
        columns: impl Iterator<Item = &'a String> + 'a,
    ) -> impl Iterator<Item = TrustCheck> + 'a {
        columns.filter_map(|column| {
            let cells = [&self.candidate, &self.baseline].map(|side| side.table.named(column));
            let (known, apart, example) =
                self.differing(cells, |mine, theirs| label(theirs).map(|theirs| label(mine) == Some(theirs)));
            let message = format!("{}: {apart} of {known} common cases have another {column}{example}", self.both());
            let found = TrustCheck { column: Some(column.clone()), ..check("slices", grade(apart, known), message) };
            (known > 0).then_some(found)
        })
    }
}

/// Whether the rows of a window are those of their ids.
#[must_use]
pub fn duplicates(window: &str, view: &View<'_>) -> TrustCheck {
    let repeats = &view.repeats;
    if let Some(conflicts) = repeats.conflicts {
        return check("duplicates", Trust::Broken, no_row_id(window, conflicts));
    }
    let message = match (repeats.repeated, repeats.conflicting) {
        (0, 0) if view.whole => format!("{window}: no id stands twice"),
        (0, 0) => format!("{window}: too large a log to look for ids that stand twice"),
        (repeated, conflicting) => format!(
            "{window}: {} repeat another one and {} contradict another one of the same id; they were left out",
            words::count(repeated, "row"),
            words::count(conflicting, "row")
        ),
    };
    let found = match (repeats.repeated, repeats.conflicting) {
        (0, 0) => Trust::Sound,
        (_, 0) => Trust::Warning,
        (_, conflicting) => grade(conflicting, view.row_count()),
    };
    check("duplicates", found, message)
}

/// What is said where ids name something else than rows.
#[must_use]
pub fn no_row_id(window: &str, conflicts: Conflicts) -> String {
    let percent = words::short(100.0 * conflicts.share);
    let least = if conflicts.exact { "" } else { "at least " };
    format!(
        "{window}: the id repeats with other contents in {least}{percent} % of the rows, so it is no row id: all rows count, and nothing \
         is paired by it; a column that tells rows apart is named with --map id=COLUMN"
    )
}
