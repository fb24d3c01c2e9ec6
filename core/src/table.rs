//! Rows of a log as columns: what reading gives and profiling takes.
//!
//! A table has a time and an id per row and any number of columns. A column is named by its role or, without one, by the
//! feature's name; its cells may be of mixed kinds, because what a column *is* can only be said when all of it was seen.

use alloc::{collections::BTreeMap, string::String, vec, vec::Vec};
use core::{cmp::Ordering, ops::Range};

use driftgate_documents::Role;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use crate::{Error, hash::hash, order::StableOrder};

/// The time of a row that has none.
pub const NO_TIME: i64 = i64::MIN;

/// One value of a log.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// No value: absent, empty, `null`.
    Missing,
    /// NaN or an infinity: counted, then treated as missing.
    NonFinite,
    /// A finite number.
    Number(f64),
    /// Text, or `true` / `false`.
    Text(&'a str),
    /// An object or a list, where a value belongs: counted, then treated as missing.
    Other,
}

/// What kind of value a cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[repr(u8)]
pub enum Kind {
    /// See [`Cell::Missing`].
    Missing,
    /// See [`Cell::NonFinite`].
    NonFinite,
    /// See [`Cell::Number`].
    Number,
    /// See [`Cell::Text`].
    Text,
    /// See [`Cell::Other`].
    Other,
}

/// Many short strings in one allocation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Strings {
    bytes: String,
    ends: Vec<u32>,
}

impl Strings {
    /// Number of strings.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Appends a string. The total is bounded by the caller (a batch, or a small log); past 4 GiB text is cut.
    pub fn push(&mut self, text: &str) {
        let fits = u32::try_from(self.bytes.len() + text.len()).is_ok();
        self.bytes.push_str(if fits { text } else { "" });
        self.ends.push(self.bytes.len() as u32);
    }

    /// The string at `index`; empty past the end.
    #[must_use]
    pub fn get(&self, index: usize) -> &str {
        let Some(&end) = self.ends.get(index) else { return "" };
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        self.bytes.get(start as usize..end as usize).unwrap_or("")
    }

    fn truncate(&mut self, len: usize) {
        if len < self.ends.len() {
            self.bytes.truncate(if len == 0 { 0 } else { self.ends[len - 1] as usize });
            self.ends.truncate(len);
        }
    }

    fn is_valid(&self) -> bool {
        self.ends.is_sorted()
            && self.ends.iter().all(|end| self.bytes.is_char_boundary(*end as usize))
            && self.ends.last().copied().unwrap_or(0) as usize == self.bytes.len()
    }
}

/// The cells of one column: a kind and a number each; text is a code into `levels`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Cells {
    kinds: Vec<Kind>,
    values: Vec<f64>,
    levels: Vec<String>,
    #[serde(skip)]
    codes: HashMap<u64, u32, core::hash::BuildHasherDefault<Identity>>,
}

/// A cell of one column, told from others of the same column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code(Kind, u64);

impl Code {
    /// A number that equal codes share, and different ones almost never do.
    #[must_use]
    pub const fn hash(self) -> u64 {
        self.1 ^ ((self.0 as u64) << 52)
    }
}

/// A hasher for keys that are hashes already.
#[derive(Clone, Default)]
pub struct Identity(u64);

impl core::hash::Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash(bytes);
    }
    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

impl Cells {
    /// No cells, with room for some.
    #[must_use]
    pub fn with_capacity(rows: usize) -> Self {
        Self { kinds: Vec::with_capacity(rows), values: Vec::with_capacity(rows), ..Self::default() }
    }

    /// Number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// The cell of `row`; missing past the end.
    #[must_use]
    pub fn get(&self, row: usize) -> Cell<'_> {
        match self.kinds.get(row) {
            None | Some(Kind::Missing) => Cell::Missing,
            Some(Kind::NonFinite) => Cell::NonFinite,
            Some(Kind::Other) => Cell::Other,
            Some(Kind::Number) => Cell::Number(self.values[row]),
            Some(Kind::Text) => Cell::Text(self.level(self.values[row] as u32)),
        }
    }

    /// The number in `row`; NaN where there is none.
    #[must_use]
    pub fn number(&self, row: usize) -> f64 {
        match self.get(row) {
            Cell::Number(value) => value,
            _ => f64::NAN,
        }
    }

    /// The text in `row`; `None` where there is none.
    #[must_use]
    pub fn text(&self, row: usize) -> Option<&str> {
        match self.get(row) {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The kind of the cell in each row.
    #[must_use]
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// Number or level code of the cell in each row; meaningless where the kind is neither.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// What equal cells of this column share, and different ones do not.
    #[must_use]
    pub fn code_at(&self, row: usize) -> Code {
        let kind = self.kinds.get(row).copied().unwrap_or(Kind::Missing);
        Code(kind, self.values.get(row).map_or(0, |value| (value + 0.0).to_bits()))
    }

    /// The distinct texts, by code.
    #[must_use]
    pub fn levels(&self) -> &[String] {
        &self.levels
    }

    fn level(&self, code: u32) -> &str {
        self.levels.get(code as usize).map_or("", String::as_str)
    }

    /// Sets the cell of `row`, which is at or after the last one; skipped rows become missing. Setting the last row again
    /// overwrites it.
    pub fn set(&mut self, row: usize, cell: Cell<'_>) {
        if self.kinds.len() > row {
            self.resize(row);
        }
        self.add(row, cell);
    }

    /// Sets the cell of `row`, unless it or a later one has a cell already: answers whether it could.
    #[inline]
    pub fn add(&mut self, row: usize, cell: Cell<'_>) -> bool {
        if self.kinds.len() != row {
            if self.kinds.len() > row {
                return false;
            }
            self.resize(row);
        }
        let (kind, value) = match cell {
            Cell::Missing => (Kind::Missing, 0.0),
            Cell::NonFinite => (Kind::NonFinite, 0.0),
            Cell::Other => (Kind::Other, 0.0),
            Cell::Number(value) => (Kind::Number, value),
            Cell::Text(text) => (Kind::Text, f64::from(self.code(text))),
        };
        self.kinds.push(kind);
        self.values.push(value);
        true
    }

    /// Makes it `rows` long: cuts, or adds missing cells.
    pub fn resize(&mut self, rows: usize) {
        self.kinds.resize(rows, Kind::Missing);
        self.values.resize(rows, 0.0);
    }

    /// The code of a text, new if it was not seen before.
    fn code(&mut self, text: &str) -> u32 {
        // Logs repeat themselves: the text of the row before needs no hash.
        let before = match (self.kinds.last(), self.values.last()) {
            (Some(Kind::Text), Some(&value)) => value as u32,
            _ => 0,
        };
        if self.levels.get(before as usize).is_some_and(|level| level == text) {
            return before;
        }
        // Open addressing over the 64-bit hash: on the (unheard of) equal hash of two texts the next slot is tried.
        let mut key = hash(text.as_bytes());
        loop {
            match self.codes.get(&key) {
                Some(&code) if self.levels[code as usize] == text => return code,
                Some(_) => key = key.wrapping_add(1),
                None => {
                    let code = self.levels.len() as u32;
                    self.levels.push(text.into());
                    self.codes.insert(key, code);
                    return code;
                }
            }
        }
    }

    fn append(&mut self, other: &Self, rows: impl Iterator<Item = usize>) {
        let mut translated: Vec<Option<u32>> = vec![None; other.levels.len()];
        for row in rows {
            let kind = other.kinds.get(row).copied().unwrap_or(Kind::Missing);
            let value = match kind {
                Kind::Text => {
                    let code = other.values[row] as usize;
                    let known = translated.get(code).copied().flatten();
                    let mine = known.unwrap_or_else(|| self.code(other.level(code as u32)));
                    if let Some(slot) = translated.get_mut(code) {
                        *slot = Some(mine);
                    }
                    f64::from(mine)
                }
                Kind::Number => other.values[row],
                _ => 0.0,
            };
            self.kinds.push(kind);
            self.values.push(value);
        }
    }

    /// A total order of two cells: by kind, then value.
    #[must_use]
    pub fn compare(&self, a: usize, b: usize) -> Ordering {
        match (self.get(a), self.get(b)) {
            (Cell::Number(x), Cell::Number(y)) => x.total_cmp(&y),
            (Cell::Text(x), Cell::Text(y)) => x.cmp(y),
            _ => self.kinds.get(a).cmp(&self.kinds.get(b)),
        }
    }

    fn is_valid(&self, rows: usize) -> bool {
        let mut cells = self.kinds.iter().zip(&self.values);
        self.kinds.len() == rows
            && self.values.len() == rows
            && cells.all(|(kind, value)| match kind {
                Kind::Number => value.is_finite(),
                Kind::Text => {
                    *value >= 0.0 && *value < self.levels.len() as f64 && crate::math::trunc(*value) == *value
                }
                _ => *value == 0.0,
            })
    }
}

/// A column: its role or, without one, a feature.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Column {
    /// What it is for; `None` is a feature.
    pub role: Option<Role>,
    /// The role's name, or the feature's without prefix.
    pub name: String,
    /// The cells.
    pub cells: Cells,
}

/// Rows of a log, by column.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Table {
    /// Nanoseconds since 1970-01-01T00:00:00Z, or [`NO_TIME`].
    pub time: Vec<i64>,
    /// The id, or empty.
    pub id: Strings,
    /// The columns, in the order in which they were first seen.
    pub columns: Vec<Column>,
}

impl Table {
    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.time.len()
    }

    /// The position of a column; new and all missing if it was not there.
    pub fn column_index(&mut self, role: Option<Role>, name: &str) -> usize {
        if let Some(found) = self.columns.iter().position(|column| column.role == role && column.name == name) {
            return found;
        }
        self.columns.push(Column { role, name: name.into(), cells: Cells::default() });
        self.columns.len() - 1
    }

    /// Of some rows the one of each id; `None` for an id of several, as an arbitrary one could decide. Rows without an id are left
    /// out.
    #[must_use]
    pub fn by_id(&self, rows: impl Iterator<Item = usize>) -> BTreeMap<&str, Option<usize>> {
        let mut by_id = BTreeMap::new();
        for row in rows.filter(|row| !self.id.get(*row).is_empty()) {
            by_id.entry(self.id.get(row)).and_modify(|known| *known = None).or_insert(Some(row));
        }
        by_id
    }

    /// The cells of a role, if the log has it.
    #[must_use]
    pub fn role(&self, role: Role) -> Option<&Cells> {
        self.columns.iter().find(|column| column.role == Some(role)).map(|column| &column.cells)
    }

    /// The cells of a role or of a feature of that name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Cells> {
        let by_role = Role::from_name(name).and_then(|role| self.role(role));
        by_role.or_else(|| self.columns.iter().find(|c| c.role.is_none() && c.name == name).map(|c| &c.cells))
    }

    /// Makes the cells of a role, all missing if the log does not have it.
    pub fn role_mut(&mut self, role: Role) -> &mut Cells {
        let rows = self.rows();
        let index = self.column_index(Some(role), role.name());
        let cells = &mut self.columns[index].cells;
        cells.resize(rows);
        cells
    }

    /// Ends a row that began with a push to `time` and `id`: every column gets a cell.
    pub fn pad(&mut self) {
        let rows = self.rows();
        let short = self.columns.iter_mut().filter(|column| column.cells.len() != rows);
        short.for_each(|column| column.cells.resize(rows));
    }

    /// Takes back everything past `rows`: a row that turned out to be bad.
    pub fn truncate(&mut self, rows: usize) {
        self.time.truncate(rows);
        self.id.truncate(rows);
        for column in &mut self.columns {
            if column.cells.len() > rows {
                column.cells.resize(rows);
            }
        }
    }

    /// Appends the rows of another table.
    pub fn append(&mut self, other: &Self) {
        self.append_rows(other, 0..other.rows());
    }

    /// Appends some rows of another table.
    pub fn append_rows<I: Iterator<Item = usize> + Clone>(
        &mut self,
        other: &Self,
        rows: impl IntoIterator<IntoIter = I>,
    ) {
        let rows = rows.into_iter();
        let start = self.rows();
        self.time.extend(rows.clone().map(|row| other.time[row]));
        rows.clone().for_each(|row| self.id.push(other.id.get(row)));
        for column in &other.columns {
            let index = self.column_index(column.role, &column.name);
            let cells = &mut self.columns[index].cells;
            cells.resize(start);
            cells.append(&column.cells, rows.clone());
        }
        self.pad();
    }

    /// The table with only these rows, in this order, without levels nobody uses.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        let mut selected = Self::default();
        selected.append_rows(self, rows.iter().copied());
        selected
    }

    /// The same rows in the one order that depends on their content alone, with columns and levels sorted.
    #[must_use]
    pub fn canonical(mut self) -> Self {
        self.columns.order_by(|a, b| (a.role, &a.name).cmp(&(b.role, &b.name)));
        let mut order: Vec<usize> = (0..self.rows()).collect();
        order.order_by(|a, b| self.compare(*a, *b));
        let mut sorted = self.select(&order);
        sorted.settle();
        sorted
    }

    /// Brings columns and levels, not rows, into the order that depends on their content alone.
    pub fn settle(&mut self) {
        self.columns.retain(|column| column.cells.kinds.iter().any(|kind| *kind != Kind::Missing));
        self.columns.order_by(|a, b| (a.role, &a.name).cmp(&(b.role, &b.name)));
        self.columns.iter_mut().for_each(|column| column.cells.sort_levels());
    }

    /// About how many bytes the rows take; depends on the set of rows alone, not on how they were collected.
    #[must_use]
    pub fn weight(&self) -> usize {
        let columns = self.columns.iter().filter(|c| c.cells.kinds.iter().any(|kind| *kind != Kind::Missing));
        let (count, levels) = columns.fold((0, 0), |(count, levels), column| {
            (count + 1, levels + column.cells.levels.iter().map(String::len).sum::<usize>())
        });
        self.rows() * (16 + 9 * count) + self.id.bytes.len() + levels
    }

    /// A total order of rows by content: time, id, then every column in order. Equal rows are interchangeable.
    #[must_use]
    pub fn compare(&self, a: usize, b: usize) -> Ordering {
        let head = (self.time[a], self.id.get(a)).cmp(&(self.time[b], self.id.get(b)));
        self.columns.iter().fold(head, |order, column| order.then_with(|| column.cells.compare(a, b)))
    }

    /// A number by which rows are drawn as if by lot, the same for the same id; in a table in canonical order the same
    /// for the same rows, too. A row without an id is known by its place.
    #[must_use]
    pub fn lot(&self, row: usize) -> u64 {
        match self.id.get(row) {
            "" => hash(&(row as u64).to_le_bytes()),
            id => hash(id.as_bytes()),
        }
    }

    /// Takes the ids away: they do not tell rows apart.
    pub fn forget_ids(&mut self) {
        self.id = Strings::default();
        self.range().for_each(|_| self.id.push(""));
    }

    /// The row numbers.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        0..self.rows()
    }

    /// Checks what came from bytes that anyone may have written.
    ///
    /// # Errors
    /// If lengths disagree, a code has no level, or a number is not finite.
    pub fn validate(&mut self) -> Result<(), Error> {
        let rows = self.rows();
        let valid = self.id.len() == rows
            && self.id.is_valid()
            && self.columns.len() <= MAX_COLUMNS
            && self.columns.iter().all(|column| column.cells.is_valid(rows));
        self.columns.iter_mut().for_each(|column| column.cells.rebuild_codes());
        if valid { Ok(()) } else { Err(Error::input("profile: the kept rows are inconsistent; it was altered or cut")) }
    }
}

/// More columns than this are an error: a log whose keys are data.
pub const MAX_COLUMNS: usize = 1024;

impl Cells {
    fn rebuild_codes(&mut self) {
        let levels = core::mem::take(&mut self.levels);
        self.codes.clear();
        for level in &levels {
            self.code(level);
        }
        self.levels = levels;
    }

    /// Sorts the levels and translates the codes.
    fn sort_levels(&mut self) {
        let mut order: Vec<usize> = (0..self.levels.len()).collect();
        order.order_by(|a, b| self.levels[*a].cmp(&self.levels[*b]));
        let mut code_of = vec![0.0; order.len()];
        for (new, old) in order.iter().enumerate() {
            code_of[*old] = new as f64;
        }
        for (kind, value) in self.kinds.iter().zip(&mut self.values) {
            if *kind == Kind::Text {
                *value = code_of[*value as usize];
            }
        }
        self.levels.order();
        self.rebuild_codes();
    }
}
