//! A small log, kept whole: what needs every row at once (repeats of an id, the previous actual of a symbol) is exact here.

use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

use driftgate_documents::{Problem, Role};

use super::{
    row_ids::Conflicts,
    score::{at, name_of},
};
use crate::{
    order::StableOrder,
    table::{Cell, NO_TIME, Table},
};

/// What was found when repeats were taken out.
#[derive(Clone, Debug, Default)]
pub struct Repeats {
    /// Rows that repeat another one exactly: dropped.
    pub repeated: u64,
    /// Rows that contradict another one of the same id: dropped.
    pub conflicting: u64,
    /// The first of them, for a person.
    pub problems: Vec<Problem>,
    /// How often ids stand in rows of other contents, if too often for row ids: then no row was dropped.
    pub conflicts: Option<Conflicts>,
}

/// How many repeats are named.
const NAMED: usize = 20;

/// The roles that say which prediction a row is: one row of each is kept.
pub(super) const IDENTITY: [Role; 3] = [Role::Model, Role::Version, Role::Variant];

/// Finds the repeats of ids in a table in canonical order: which rows stay, of each id and model the first, and what the others are.
#[must_use]
pub fn repeats(table: &Table) -> (Vec<usize>, Repeats) {
    let mut found = Repeats::default();
    let mut order: Vec<usize> = table.range().filter(|row| !table.id.get(*row).is_empty()).collect();
    let with_id = order.len() as u64;
    order.order_by(|a, b| identity(table, *a, *b).then(a.cmp(b)));
    let mut keep = vec![true; table.rows()];
    for same in order.chunk_by(|a, b| identity(table, *a, *b).is_eq()) {
        for row in &same[1..] {
            keep[*row] = false;
            found.add(table, same[0], *row);
        }
    }
    found.conflicts = Conflicts::of(found.conflicting, with_id - found.repeated, true);
    (table.range().filter(|row| keep[*row]).collect(), found)
}

/// A table with one row of each id and model.
#[must_use]
pub fn without_repeats(table: Table) -> (Table, Repeats) {
    let (kept, found) = repeats(&table);
    if kept.len() == table.rows() { (table, found) } else { (table.select(&kept), found) }
}

fn identity(table: &Table, a: usize, b: usize) -> core::cmp::Ordering {
    let by_id = table.id.get(a).cmp(table.id.get(b));
    IDENTITY.iter().fold(by_id, |order, role| {
        order.then_with(|| table.role(*role).map_or(core::cmp::Ordering::Equal, |cells| cells.compare(a, b)))
    })
}

impl Repeats {
    fn add(&mut self, table: &Table, kept: usize, dropped: usize) {
        let differs = table.columns.iter().find(|column| column.cells.compare(kept, dropped).is_ne());
        let (code, what) = match differs {
            None if table.time[kept] == table.time[dropped] => {
                ("repeated_id", "stands twice; one row was dropped".into())
            }
            None => ("conflicting_id", "stands twice with different times; the earlier row was kept".into()),
            Some(column) => {
                let (mine, theirs) = (name_of(column.cells.get(kept)), name_of(column.cells.get(dropped)));
                let name = &column.name;
                (
                    "conflicting_id",
                    format!("stands twice, with {name} {mine} and {theirs}; the row with {mine} was kept"),
                )
            }
        };
        *(if code == "repeated_id" { &mut self.repeated } else { &mut self.conflicting }) += 1;
        if self.problems.len() < NAMED {
            let model = table.role(Role::Model).map(|cells| name_of(cells.get(kept)));
            let model = model.map_or(String::new(), |model| format!(" of model {model}"));
            self.problems.push(Problem {
                source: String::new(),
                line: 0,
                column: "id".into(),
                bad_row: false,
                code: code.into(),
                message: format!("id {}{model} {what}", table.id.get(kept)),
            });
        }
    }
}

/// Fills the role `base` with the previous actual of the same model and symbol, where the log has no base and its
/// actuals are numbers: the naive forecast. Rows without an earlier one, or without a time, have none.
pub fn fill_base(table: &mut Table) {
    if table.role(Role::Base).is_some() || table.role(Role::Symbol).is_none() {
        return;
    }
    let mut order: Vec<usize> = table.range().filter(|row| table.time[*row] != NO_TIME).collect();
    order.order_by_key(|row| table.time[*row]);
    let mut bases: Vec<Option<f64>> = vec![None; table.rows()];
    let mut last: BTreeMap<[String; 3], Previous> = BTreeMap::new();
    for row in order {
        let key = [Role::Model, Role::Version, Role::Symbol].map(|role| name_of(at(table.role(role), row)));
        let previous = last.entry(key).or_default();
        bases[row] = previous.before(table.time[row]);
        if let Cell::Number(actual) = at(table.role(Role::Actual), row) {
            previous.see(table.time[row], actual);
        }
    }
    if bases.iter().any(Option::is_some) {
        let cells = table.role_mut(Role::Base);
        *cells = crate::table::Cells::default();
        for (row, base) in bases.into_iter().enumerate() {
            cells.set(row, base.map_or(Cell::Missing, Cell::Number));
        }
    }
}

/// The latest actual of a symbol, and the one before it for rows that share the latest one's time.
#[derive(Default)]
struct Previous {
    latest: Option<(i64, f64)>,
    earlier: Option<f64>,
}

impl Previous {
    fn before(&self, time: i64) -> Option<f64> {
        match self.latest {
            Some((at, actual)) if at < time => Some(actual),
            _ => self.earlier,
        }
    }

    fn see(&mut self, time: i64, actual: f64) {
        if let Some((at, before)) = self.latest
            && at < time
        {
            self.earlier = Some(before);
        }
        self.latest = Some((time, actual));
    }
}

/// What a row says, for the lists of a report.
#[must_use]
pub fn text_of(cell: Cell<'_>) -> Option<String> {
    super::score::label(cell).map(|label| label.to_string())
}
