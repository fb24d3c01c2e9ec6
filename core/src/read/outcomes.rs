//! Outcomes that arrive after the prediction: collected by id, then joined to rows before they are profiled.

use alloc::{borrow::Cow, format, vec, vec::Vec};

use driftgate_documents::{Provenance, Role, Schema};
use hashbrown::HashMap;

use super::roles;
use crate::{
    Error,
    table::{Cell, Column, Identity, Table},
};

/// More ids than this are refused.
pub const MAX_OUTCOMES: usize = 1_000_000;

/// The roles an outcome record can fill in.
const JOINED: [Role; 3] = [Role::Actual, Role::Outcome, Role::Pnl];

/// What happened, by id.
pub struct Outcomes {
    /// The hash of the id -> its row in `table`. Two ids with one 64-bit hash are told apart by their text.
    rows: HashMap<u64, u32, core::hash::BuildHasherDefault<Identity>>,
    table: Table,
    /// What the log itself has no column for: outcome records may have one, under any name that is known.
    unclaimed: Vec<Role>,
    provenance: Provenance,
}

impl Outcomes {
    /// No outcomes yet.
    ///
    /// # Errors
    /// If the log has no id or nothing to join.
    pub fn new(schema: &Schema) -> Result<Self, Error> {
        if !schema.roles.contains_key(&Role::Id) || !JOINED.iter().any(|role| schema.roles.contains_key(role)) {
            let found = schema.roles.values().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            return Err(Error::input(format!(
                "outcomes: need a column for `id` and one for `actual`, found {found}; name them with --map id=COLUMN"
            )));
        }
        let unclaimed = JOINED.into_iter().filter(|role| !schema.roles.contains_key(role)).collect();
        Ok(Self { rows: HashMap::default(), table: Table::default(), unclaimed, provenance: Provenance::default() })
    }

    /// Number of ids.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.rows.len() as u64
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Adds a batch of outcome records. The first record of an id stays; a later one that says the same is a repeat.
    ///
    /// # Errors
    /// Past [`MAX_OUTCOMES`] ids.
    pub fn insert(&mut self, batch: &Table) -> Result<(), Error> {
        let batch = &*self.claimed(batch);
        for row in batch.range().filter(|row| !batch.id.get(*row).is_empty()) {
            let id = batch.id.get(row);
            if self.find(id).is_some() {
                continue;
            }
            if self.rows.len() == MAX_OUTCOMES {
                return Err(Error::limit(format!(
                    "outcomes: more than {MAX_OUTCOMES} ids; profile the log in parts (by month, say), each with its own \
                     outcomes, and merge the profiles"
                )));
            }
            let mut key = crate::hash::hash(id.as_bytes());
            while self.rows.contains_key(&key) {
                key = key.wrapping_add(1);
            }
            self.rows.insert(key, self.table.rows() as u32);
            self.table.append_rows(batch, [row]);
        }
        Ok(())
    }

    /// A batch in which the columns have the roles that the log itself has no column for.
    fn claimed<'a>(&self, batch: &'a Table) -> Cow<'a, Table> {
        let named = |role: Role| {
            let is = |column: &Column| column.role.is_none() && roles::is_named(role, &column.name);
            Some((role, batch.columns.iter().position(is)?))
        };
        let found: Vec<(Role, usize)> = self.unclaimed.iter().filter_map(|role| named(*role)).collect();
        let mut batch = Cow::Borrowed(batch);
        for (role, index) in found {
            if let Some(column) = batch.to_mut().columns.get_mut(index) {
                column.role = Some(role);
                column.name = role.name().into();
            }
        }
        batch
    }

    /// Remembers what was wrong with a file of outcomes.
    pub fn read_from(&mut self, provenance: Provenance) {
        self.provenance.problems.extend(provenance.problems);
    }

    /// Fills in what a batch does not know yet; answers how many rows got an outcome.
    pub fn join(&self, batch: &mut Table) -> u64 {
        let found: Vec<Option<u32>> = batch.range().map(|row| self.find(batch.id.get(row)).copied()).collect();
        let mut joined = vec![false; found.len()];
        for role in JOINED {
            let Some(mine) = self.table.role(role) else { continue };
            let theirs = batch.role_mut(role);
            let old = core::mem::take(theirs);
            for (row, outcome) in found.iter().enumerate() {
                let known = !matches!(old.get(row), Cell::Missing | Cell::NonFinite);
                let cell = outcome.filter(|_| !known).map_or(Cell::Missing, |index| mine.get(index as usize));
                joined[row] |= cell != Cell::Missing;
                theirs.set(row, if cell == Cell::Missing { old.get(row) } else { cell });
            }
        }
        joined.into_iter().filter(|joined| *joined).count() as u64
    }

    fn find(&self, id: &str) -> Option<&u32> {
        let mut key = crate::hash::hash(id.as_bytes());
        loop {
            match self.rows.get(&key) {
                Some(row) if self.table.id.get(*row as usize) == id => return Some(row),
                Some(_) => key = key.wrapping_add(1),
                None => return None,
            }
        }
    }
}
