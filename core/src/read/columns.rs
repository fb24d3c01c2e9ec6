//! Batches of typed columns -> rows: for hosts that hold Arrow or Parquet and have no text to give.
//!
//! A value means what it would mean in a line of JSON: a number is a number, text is marked as text, `missing` is null or an
//! absent key, NaN is a missing number. A column's name is a key of the record; `features.x` is `x` among the features.

use alloc::{collections::BTreeSet, format, string::String, vec::Vec};
use core::{iter::Peekable, slice::Iter};

use super::{
    fields::Scope,
    lines::MAX_LINE,
    rows::{BATCH, Rows, Sink, Value},
};
use crate::Error;

/// A column of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct TypedColumn {
    /// Its name, once in a batch.
    pub name: String,
    /// A value for each row.
    pub cells: TypedCells,
    /// Rows without a value, from 0, ascending. What stands there in the cells is not looked at.
    pub missing: Vec<u32>,
}

/// The values of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum TypedCells {
    /// Numbers; NaN and infinities are missing numbers.
    Numbers(Vec<f64>),
    /// Whole numbers; in a column of names all their digits.
    Integers(Vec<i64>),
    /// `true` and `false`.
    Flags(Vec<bool>),
    /// Instants: nanoseconds since 1970-01-01T00:00:00Z. Where no time belongs they are read as their text in UTC.
    Times(Vec<i64>),
    /// Texts: for each row the place of its text among the levels, which may repeat and may be unused.
    Texts {
        /// The texts, at most 1 MiB each.
        levels: Vec<String>,
        /// The place of each row's text.
        codes: Vec<u32>,
    },
}

impl TypedColumn {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.cells {
            TypedCells::Numbers(values) => values.len(),
            TypedCells::Integers(values) | TypedCells::Times(values) => values.len(),
            TypedCells::Flags(values) => values.len(),
            TypedCells::Texts { codes, .. } => codes.len(),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn check(&self, rows: usize) -> Result<(), Error> {
        let wrong = |what: String| Err(Error::input(format!("column `{}`: {what}", super::cell::shorten(&self.name))));
        if self.len() != rows {
            return wrong(format!("{} rows where the first column has {rows}", self.len()));
        }
        if let Some(pair) = self.missing.windows(2).find(|pair| pair[0] >= pair[1]) {
            return wrong(format!("missing: {} stands before {}; give each row once, ascending", pair[0], pair[1]));
        }
        if let Some(last) = self.missing.last().filter(|last| **last as usize >= rows) {
            return wrong(format!("missing: {last}, but there are {rows} rows, from 0"));
        }
        let TypedCells::Texts { levels, codes } = &self.cells else { return Ok(()) };
        let mut missing = self.missing.iter().peekable();
        let bad = codes.iter().enumerate().find(|(row, code)| {
            missing.next_if(|missing| **missing as usize == *row).is_none() && **code as usize >= levels.len()
        });
        bad.map_or(Ok(()), |(row, code)| {
            wrong(format!("code {code} in row {row}, but there are {} levels", levels.len()))
        })
    }
}

/// The records of a log of columns.
pub(crate) struct Columns {
    records: u64,
    count: usize,
}

impl Columns {
    /// Begins behind that many records.
    pub(crate) const fn new(records: u64) -> Self {
        Self { records, count: 0 }
    }

    /// Number of columns in the last batch.
    pub(crate) const fn count(&self) -> usize {
        self.count
    }

    /// Reads a batch. A record's number, from 1, stands for its line.
    ///
    /// # Errors
    /// If the columns do not fit together, those of `sink`, or too many columns; a record that cannot be read is a bad row.
    pub(crate) fn push(&mut self, columns: &[TypedColumn], rows: &mut Rows, sink: Sink<'_>) -> Result<(), Error> {
        let count = check(columns)?;
        self.count = columns.len();
        let mut cursors = Vec::new();
        for row in 0..count {
            self.records += 1;
            rows.begin(self.records);
            if row == 0 {
                cursors = begin(columns, rows);
            }
            let mut too_long = None;
            for cursor in &mut cursors {
                if !cursor.put(row, rows) {
                    too_long = Some(cursor.column);
                }
            }
            match too_long {
                None => rows.end(sink)?,
                Some(column) => rows.refuse("too_long", || {
                    format!("the text in `{}` is longer than 1 MiB", super::cell::shorten(&column.name))
                })?,
            }
        }
        Ok(())
    }
}

/// Number of rows of a batch whose columns fit together.
fn check(columns: &[TypedColumn]) -> Result<usize, Error> {
    let rows = columns.first().map_or(0, TypedColumn::len);
    if rows as u64 > BATCH {
        let text = format!("push-columns: {rows} rows at once; at most {BATCH}, push the rest in further calls");
        return Err(Error::limit(text));
    }
    let mut names = BTreeSet::new();
    for column in columns {
        column.check(rows)?;
        if !names.insert(&column.name) {
            let name = super::cell::shorten(&column.name);
            return Err(Error::input(format!("column `{name}` stands twice in a batch; give each name once")));
        }
    }
    Ok(rows)
}

/// The columns with their fields, found once for the whole batch.
fn begin<'a>(columns: &'a [TypedColumn], rows: &mut Rows) -> Vec<Cursor<'a>> {
    let mut previous = None;
    let cursor = |column: &'a TypedColumn| {
        let field = rows.field(Scope::RECORD, &column.name, previous).field;
        previous = Some(field);
        Cursor { column, field, missing: column.missing.iter().peekable() }
    };
    columns.iter().map(cursor).collect()
}

/// A column on its way from the first row to the last.
struct Cursor<'a> {
    column: &'a TypedColumn,
    field: usize,
    missing: Peekable<Iter<'a, u32>>,
}

impl Cursor<'_> {
    /// Puts the value of `row`; false if it is longer than a line may be.
    fn put(&mut self, row: usize, rows: &mut Rows) -> bool {
        if self.missing.next_if(|missing| **missing as usize == row).is_some() {
            rows.put(self.field, Value::Null);
            return true;
        }
        match &self.column.cells {
            TypedCells::Numbers(values) => {
                let value = values[row];
                // A name is written as JSON would write the number, 7.0 and not 7.
                if rows.is_name(self.field) {
                    rows.put(self.field, Value::Plain(&format!("{value:?}")));
                } else {
                    rows.put(self.field, Value::Float(value));
                }
            }
            TypedCells::Integers(values) => rows.put(self.field, Value::Signed(values[row])),
            TypedCells::Flags(values) => rows.put(self.field, Value::Bool(values[row])),
            TypedCells::Times(values) => rows.put_instant(self.field, values[row]),
            TypedCells::Texts { levels, codes } => {
                let text = levels.get(codes[row] as usize).map_or("", String::as_str);
                if text.len() > MAX_LINE {
                    return false;
                }
                rows.put(self.field, Value::Quoted(text));
            }
        }
        true
    }
}
