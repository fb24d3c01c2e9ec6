//! Cells of one record after the other -> batches of a table.
//!
//! A record is begun, its cells are put in any order, and it is ended or refused; a refused one leaves nothing behind.
//! The reader of a format knows bytes and never columns; this knows columns and never bytes.

use alloc::{
    borrow::Cow,
    collections::BTreeMap,
    format,
    rc::Rc,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt::{self, Write};

use driftgate_documents::{ColumnKind, Outside, Role, Schema, Written};

use super::{
    Outcomes, cell,
    days::{Days, LeftOut},
    fields::{Fields, Forms, Meaning, Mode, Naming, Scope, Target},
    gics, jsonl, probability,
    problems::Problems,
    style::{self, Style},
    time::{self, Note},
};
use crate::{
    Error,
    order::IntoOrdered,
    table::{Cell, Column, Kind, MAX_COLUMNS, NO_TIME, Table},
};

/// A batch holds at most so many rows.
pub(crate) const BATCH: u64 = 8_192;

/// Where whole batches go.
pub(crate) type Sink<'a> = &'a mut dyn FnMut(Table) -> Result<(), Error>;

/// A value as a format has it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    /// Text that may be a number by intent: a CSV cell.
    Plain(&'a str),
    /// The same, in quotes: the blanks around it belong to it.
    Exact(&'a str),
    /// Text that was marked as such: a JSON string.
    Quoted(&'a str),
    /// A list or an object, by name.
    Nested(&'static str),
}

/// Why a row is refused, or what is said about it.
struct Remark {
    column: String,
    code: &'static str,
    message: String,
    /// The field that is not to be remarked upon again for that reason.
    once: Option<(usize, Noted)>,
}

/// What is said of a field once.
#[derive(Clone, Copy)]
pub(crate) enum Noted {
    /// Its numbers are written as text.
    NumberAsText,
    /// A word stands where a value is missing.
    MissingWord,
    /// It stands in the row, too, and not only in the name of a folder.
    OwnPartition,
}

/// Where a value goes.
#[derive(Clone, Copy)]
struct Place {
    column: usize,
    role: Option<Role>,
}

/// The field of a key.
#[derive(Clone, Copy)]
pub(crate) struct Found {
    pub(crate) field: usize,
    /// The column into which its numbers go as they are, by [`Rows::set_number`].
    pub(crate) numbers: Option<usize>,
}

/// Collects rows.
pub(crate) struct Rows {
    schema: Option<Rc<Schema>>,
    /// How columns are written, where there is no schema.
    forms: Forms,
    /// The keys of lists: `[0]`, `[1]`, ...
    places: Vec<String>,
    /// Column -> its value in every record,
    /// Values by role of the columns that are not judged themselves.
    pub(crate) named: BTreeMap<Role, u64>,
    partition: BTreeMap<String, String>,
    /// and the fields of these columns, once there was a record.
    partition_fields: Vec<usize>,
    days: Days,
    left_out: LeftOut,
    outcomes: Option<Rc<Outcomes>>,
    pub(crate) problems: Problems,
    pub(crate) joined: u64,
    /// Rows handed over.
    handed: u64,
    table: Table,
    fields: Fields,
    line: u64,
    attempt: u64,
    /// The attempt at which rows were last handed over.
    handed_at: u64,
    time: i64,
    id: String,
    bad: Option<Remark>,
    remarks: Vec<Remark>,
    noted_times: [bool; 3],
    last_time: time::Known,
    scratch: String,
    /// A number stood where a name belongs and was not a plain integer: the record must be read again, numbers as text.
    pub(crate) wants_text: bool,
    /// There are more columns than a table may have.
    overflow: bool,
    lookup: Option<gics::Lookup>,
}

impl Rows {
    /// Collects rows as the schema says, or every column as it is written if there is none.
    pub(crate) fn new(
        schema: Option<Rc<Schema>>,
        forms: Forms,
        days: Days,
        source: String,
        outcomes: Option<Rc<Outcomes>>,
    ) -> Self {
        let has = |role| schema.as_ref().is_some_and(|schema| schema.roles.contains_key(&role));
        let lookup = (has(Role::Symbol) && !has(Role::Sector)).then(gics::Lookup::new);
        Self {
            schema,
            forms,
            places: Vec::new(),
            named: BTreeMap::new(),
            partition: BTreeMap::new(),
            partition_fields: Vec::new(),
            days,
            left_out: LeftOut::default(),
            outcomes,
            problems: Problems::new(source),
            joined: 0,
            handed: 0,
            table: Table::default(),
            fields: Fields::default(),
            line: 0,
            attempt: 0,
            handed_at: 0,
            time: NO_TIME,
            id: String::new(),
            bad: None,
            remarks: Vec::new(),
            noted_times: [false; 3],
            last_time: time::Known::default(),
            scratch: String::new(),
            wants_text: false,
            overflow: false,
            lookup,
        }
    }

    /// The same, with values that every record has, where it does not say otherwise itself.
    pub(crate) fn with_partition(self, partition: BTreeMap<String, String>) -> Self {
        Self { partition, ..self }
    }

    /// Ids of the outcomes that are joined.
    pub(crate) fn outcomes(&self) -> u64 {
        self.outcomes.as_ref().map_or(0, |outcomes| outcomes.len())
    }

    /// Puts the values that every record has.
    fn put_partition(&mut self) {
        let partition = core::mem::take(&mut self.partition);
        if self.partition_fields.is_empty() {
            let fields = partition.keys().map(|name| match self.fields.known(Scope::RECORD, name) {
                Some(field) => field,
                None => self.add_field(Scope::RECORD, name),
            });
            self.partition_fields = fields.collect();
        }
        for (place, (name, value)) in partition.iter().enumerate() {
            let Some(field) = self.partition_fields.get(place).copied() else { continue };
            if !self.holds(field) {
                self.put(field, Value::Plain(value));
            } else if !self.holds_text(field, value) {
                let message =
                    format!("the row says something else than the folder's name ({name}={value}): the row's is read");
                self.remark_once(field, Noted::OwnPartition, "partition_differs", message);
            }
        }
        self.partition = partition;
    }

    /// Whether this record has a value in a field already.
    fn holds(&mut self, field: usize) -> bool {
        let row = self.table.time.len();
        match self.target(field) {
            Target::Ignored => true,
            Target::Time => self.time != NO_TIME,
            Target::Id => !self.id.is_empty(),
            Target::Cell { column, .. } | Target::Nested { column, .. } => {
                self.table.columns.get(column).is_some_and(|known| known.cells.len() > row)
            }
        }
    }

    /// Whether it is that text, or the number that the text is.
    fn holds_text(&mut self, field: usize, text: &str) -> bool {
        let Target::Cell { column, .. } = self.target(field) else { return true };
        let Some(known) = self.table.columns.get(column) else { return true };
        match known.cells.get(self.table.time.len()) {
            Cell::Text(own) => own == text,
            Cell::Number(own) => cell::read(text) == Cell::Number(own),
            Cell::Missing => text.is_empty(),
            Cell::NonFinite | Cell::Other => false,
        }
    }

    /// Good rows so far.
    pub(crate) fn count(&self) -> u64 {
        self.handed + self.table.rows() as u64
    }

    /// What was left out because certain days were asked for.
    pub(crate) fn outside(&self) -> Option<Outside> {
        self.days.document(self.left_out)
    }

    /// Which columns are left out, and why.
    pub(crate) fn left_out_columns(&self) -> BTreeMap<String, String> {
        let Some(schema) = &self.schema else { return BTreeMap::new() };
        let asked = schema.ignored.iter().map(|column| (column.clone(), "left out on request".to_string()));
        asked.chain(schema.left_out.clone()).into_map()
    }

    /// Counts the values of columns that are not judged themselves.
    fn count_named(&mut self, batch: &Table) {
        let times = batch.time.iter().filter(|time| **time != NO_TIME).count();
        let ids = batch.range().filter(|row| !batch.id.get(*row).is_empty()).count();
        let judged = [Role::Prediction, Role::Actual, Role::Confidence, Role::Regime];
        let columns = batch.columns.iter().filter_map(|column| {
            let role = column.role.filter(|role| !judged.contains(role))?;
            Some((role, column.cells.kinds().iter().filter(|kind| **kind != Kind::Missing).count()))
        });
        for (role, values) in
            columns.chain([(Role::Timestamp, times), (Role::Id, ids)]).filter(|(_, values)| *values > 0)
        {
            *self.named.entry(role).or_default() += values as u64;
        }
    }

    /// Begins a record that stands in `line`.
    pub(crate) fn begin(&mut self, line: u64) {
        self.line = line;
        self.attempt += 1;
        self.time = NO_TIME;
        self.id.clear();
        self.bad = None;
        self.remarks.clear();
    }

    /// Ends the record: it is kept, unless one of its cells made it a bad row or it is not of the days that are read.
    ///
    /// # Errors
    /// If the log has too many columns, or those of `sink`.
    pub(crate) fn end(&mut self, sink: Sink<'_>) -> Result<(), Error> {
        if !self.partition.is_empty() {
            self.put_partition();
        }
        self.check_columns()?;
        if let Some(bad) = self.bad.take() {
            self.take_back();
            self.problems.bad_row(self.line, &bad.column, bad.code, || bad.message);
        } else if self.days.admit(self.time, &mut self.left_out) {
            self.keep();
        } else {
            self.take_back();
        }
        // Counted in records, not in rows: the texts of those that were taken back stay in the table until it is handed over.
        if self.attempt - self.handed_at < BATCH { Ok(()) } else { self.flush(sink) }
    }

    fn keep(&mut self) {
        self.table.time.push(self.time);
        self.table.id.push(&self.id);
        if self.remarks.is_empty() {
            return;
        }
        for remark in self.remarks.drain(..) {
            if let Some((index, what)) = remark.once
                && let Some(field) = self.fields.get_mut(index)
            {
                field.noted[what as usize] = true;
            }
            self.problems.warn(self.line, &remark.column, remark.code, || remark.message);
        }
    }

    /// Takes the record back: it cannot be read.
    ///
    /// # Errors
    /// If the log has too many columns.
    pub(crate) fn refuse(&mut self, code: &str, message: impl FnOnce() -> String) -> Result<(), Error> {
        self.take_back();
        self.problems.bad_row(self.line, "", code, message);
        self.check_columns()
    }

    /// Takes the record back to read it in another way.
    pub(crate) fn take_back(&mut self) {
        self.table.truncate(self.table.rows());
        if self.remarks.iter().any(|remark| matches!(remark.code, "zone_absent" | "digits_as_date")) {
            self.noted_times = [false; 3];
        }
        self.remarks.clear();
    }

    fn check_columns(&self) -> Result<(), Error> {
        if !self.overflow {
            return Ok(());
        }
        Err(Error::limit(format!(
            "line {}: more than {MAX_COLUMNS} columns; are the keys data? Put one value per key and record",
            self.line
        )))
    }

    /// Looks whether a header belongs to this log at all.
    ///
    /// # Errors
    /// If it names none of the columns that the schema knows.
    pub(crate) fn check_header(&self, names: &[&str]) -> Result<(), Error> {
        let Some(schema) = &self.schema else { return Ok(()) };
        let naming = Naming::Schema(schema);
        let is_known = |name: &&str| match naming.meaning(name) {
            Meaning::Ignored | Meaning::Column(Some(_), _) => true,
            Meaning::Column(None, name) => schema.seen.contains_key(&name) || schema.written.contains_key(&name),
        };
        if names.iter().any(is_known) || (schema.roles.is_empty() && schema.seen.is_empty()) {
            return Ok(());
        }
        let known = schema.roles.values().chain(schema.seen.keys()).map(String::as_str);
        Err(Error::input(format!(
            "the header names none of the columns of this log ({}): it names {}; is this another log?",
            super::roles::list(known),
            super::roles::list(names.iter().copied())
        )))
    }

    /// The field of a key; new if it was not seen before.
    pub(crate) fn field(&mut self, scope: Scope, key: &str, previous: Option<usize>) -> Found {
        let found = self.fields.find(scope, key, previous);
        let field = found.unwrap_or_else(|| self.add_field(scope, key));
        self.enter(field);
        Found { field, numbers: self.target(field).numbers() }
    }

    /// The field whose key, in quotes and with its colon, stands at the start of `json`, if it is the one that followed
    /// `previous` in the record before and is new in this one; and the length of that.
    #[inline]
    pub(crate) fn likely_field(
        &mut self,
        scope: Scope,
        json: &[u8],
        previous: Option<usize>,
    ) -> Option<(Found, usize)> {
        let attempt = self.attempt;
        let (field, known, length) = self.fields.at(scope, json, previous)?;
        let found = Found { field, numbers: known.target.numbers() };
        (core::mem::replace(&mut known.attempt, attempt) != attempt).then_some((found, length))
    }

    /// Notes that a field stands in this record.
    fn enter(&mut self, index: usize) {
        let Some(field) = self.fields.get_mut(index) else { return };
        if field.attempt == self.attempt {
            let label = field.label.clone();
            self.refuse_double(label);
        }
        if let Some(field) = self.fields.get_mut(index) {
            field.attempt = self.attempt;
        }
    }

    /// Two values for one column: nobody knows which is meant.
    fn refuse_double(&mut self, column: String) {
        let message = format!("`{column}` stands here more than once; write each key once in a record");
        self.bad = Some(Remark { column, code: "duplicate_key", message, once: None });
    }

    fn add_field(&mut self, scope: Scope, key: &str) -> usize {
        if self.fields.len() >= MAX_COLUMNS {
            // The number of no field: what is put there goes nowhere, and the record's end says why.
            self.overflow = true;
            return usize::MAX;
        }
        let label = self.fields.label(scope, key);
        let schema = self.schema.clone();
        let naming = schema.as_deref().map_or(Naming::AsWritten(&self.forms), Naming::Schema);
        let target = match naming.meaning(&label) {
            Meaning::Ignored => Target::Ignored,
            Meaning::Column(Some(Role::Timestamp), _) => Target::Time,
            Meaning::Column(Some(Role::Id), _) => Target::Id,
            Meaning::Column(role, name) => {
                let column = self.table.column_index(role, &name);
                let (mode, expected) = naming.mode(role, &name);
                let is_plain = mode == Mode::Value;
                let mode = match naming.written(&label) {
                    Some(written @ (Written::Json | Written::Nested)) if role.is_none() => {
                        let json = *written == Written::Json;
                        return self.fields.add(scope, key, Target::Nested { column, json });
                    }
                    Some(Written::Codes) if is_plain => Mode::Code,
                    Some(Written::Float32) if is_plain => Mode::Float32,
                    Some(Written::Numbers { decimal, unit }) if is_plain => {
                        self.fields.styles.push(Style { decimal: *decimal, unit: unit.clone() });
                        Mode::Styled(self.fields.styles.len() - 1)
                    }
                    _ if schema.is_none() && (!self.forms.known || self.forms.names.contains(&label)) => Mode::Raw,
                    _ => mode,
                };
                Target::Cell { column, mode, expected, role }
            }
        };
        self.fields.add(scope, key, target)
    }

    /// The scope of what an object or a list in this field holds; `None` if it belongs to nothing.
    pub(crate) fn inside(&mut self, field: usize) -> Option<Scope> {
        match self.target(field) {
            Target::Nested { .. } | Target::Cell { role: None, .. } => self.fields.inside(field),
            _ => None,
        }
    }

    /// Puts the numbers of a list, each into a column of its own; NaN is none.
    pub(crate) fn put_list(&mut self, scope: Scope, numbers: &[f64]) {
        let mut places = core::mem::take(&mut self.places);
        for place in places.len()..numbers.len() {
            places.push(format!("[{place}]"));
        }
        let mut previous = None;
        for (number, place) in numbers.iter().zip(&places) {
            let field = self.field(scope, place, previous).field;
            self.put(field, Value::Float(*number));
            previous = Some(field);
        }
        self.places = places;
    }

    /// Whether a field is read as a name, so that a number's digits matter.
    pub(crate) fn is_name(&mut self, field: usize) -> bool {
        matches!(self.target(field), Target::Id | Target::Cell { mode: Mode::Name | Mode::Code, .. })
    }

    fn target(&mut self, field: usize) -> Target {
        self.fields.get_mut(field).map_or(Target::Ignored, |field| field.target)
    }

    /// Puts a finite number into the column of a field's numbers.
    #[inline]
    pub(crate) fn set_number(&mut self, column: usize, value: f64) {
        self.set(column, Cell::Number(value));
    }

    /// Puts a value into a field of the record.
    pub(crate) fn put(&mut self, field: usize, value: Value<'_>) {
        match self.target(field) {
            Target::Ignored => {}
            Target::Time => self.put_time(field, value),
            Target::Id => self.put_id(field, value),
            Target::Nested { column, json } => self.put_nested(field, column, json, value),
            Target::Cell { column, mode: mode @ (Mode::Name | Mode::Code), role, .. } => {
                self.put_name(field, column, role, mode, value);
            }
            Target::Cell { column, mode, expected, role } => {
                self.put_value(field, Place { column, role }, mode, expected, value);
            }
        }
    }

    fn put_value(&mut self, field: usize, place: Place, mode: Mode, expected: Option<ColumnKind>, value: Value<'_>) {
        let cell = match value {
            Value::Null => Cell::Missing,
            Value::Bool(value) => Cell::Text(if value { "true" } else { "false" }),
            Value::Unsigned(value) => Cell::Number(value as f64),
            Value::Signed(value) => Cell::Number(value as f64),
            Value::Float(value) if value.is_finite() => Cell::Number(value),
            Value::Float(_) => Cell::NonFinite,
            Value::Plain(text) if mode == Mode::Raw => cell::as_written(cell::unpadded(text)),
            Value::Plain(text) => self.read_cell(field, place.role, mode, cell::unpadded(text)),
            Value::Exact(text) | Value::Quoted(text) => self.read_cell(field, place.role, mode, text),
            Value::Nested(_) => Cell::Other,
        };
        let cell = match cell {
            Cell::Number(number) if mode == Mode::Float32 => Cell::Number(style::shortest_float32(number)),
            cell => cell,
        };
        self.set(place.column, cell);
        match (expected, cell) {
            (Some(ColumnKind::Number), Cell::Number(_))
                if matches!(value, Value::Quoted(_)) && !matches!(mode, Mode::Styled(_)) =>
            {
                self.remark_number_as_text(field);
            }
            (Some(ColumnKind::Number), Cell::Text(_) | Cell::Other) => self.remark_mixed(field, "a number", value),
            (Some(ColumnKind::Category), Cell::Number(_) | Cell::Other) => self.remark_mixed(field, "text", value),
            _ => {}
        }
    }

    /// Reads the text of a cell as its column is written.
    fn read_cell<'a>(&mut self, field: usize, role: Option<Role>, mode: Mode, text: &'a str) -> Cell<'a> {
        let read = match mode {
            Mode::Raw if text.is_empty() => return Cell::Missing,
            Mode::Raw => return Cell::Text(text),
            Mode::Styled(place) => match self.fields.styles.get(place).and_then(|style| style.read(text)) {
                Some(value) => return Cell::Number(value),
                // In such a column `1.5` beside `1.234,50` is no number that anybody can be sure of.
                None => match cell::read(text) {
                    Cell::Number(_) => Cell::Text(text),
                    cell => cell,
                },
            },
            _ => cell::read(text),
        };
        self.unless_missing(field, role, read)
    }

    /// A cell, or a missing one where a word means that; the word is remarked.
    fn unless_missing<'a>(&mut self, field: usize, role: Option<Role>, cell: Cell<'a>) -> Cell<'a> {
        let Some(word) = cell::missing_word(cell, |word| self.is_label(field, role, word)) else { return cell };
        self.remark_missing(field, word);
        Cell::Missing
    }

    fn is_label(&mut self, field: usize, role: Option<Role>, word: &str) -> bool {
        let label = self.label(field);
        let naming = self.schema.as_deref().map_or(Naming::AsWritten(&self.forms), Naming::Schema);
        naming.is_label(role, &label, word)
    }

    fn put_name(&mut self, field: usize, column: usize, role: Option<Role>, mode: Mode, value: Value<'_>) {
        if matches!(value, Value::Nested(_)) {
            self.set(column, Cell::Other);
            return self.remark_mixed(field, "text", value);
        }
        let text = self.spell(value);
        let cell = text.as_deref().map_or(Cell::Missing, cell::read_name);
        let cell = if mode == Mode::Code { self.unless_missing(field, role, cell) } else { cell };
        let cell = match cell {
            Cell::Text(word) if mode == Mode::Code => Cell::Text(cell::truth(word)),
            cell => cell,
        };
        self.set(column, cell);
        self.give_back(text);
    }

    fn put_nested(&mut self, field: usize, column: usize, json: bool, value: Value<'_>) {
        let text = match value {
            Value::Null => return self.set(column, Cell::Missing),
            Value::Plain(text) | Value::Exact(text) | Value::Quoted(text) => Some(text.trim_ascii()),
            _ => None,
        };
        if text.is_some_and(|text| matches!(cell::read(text), Cell::Missing) || cell::means_missing(text)) {
            return self.set(column, Cell::Missing);
        }
        let Some(text) = text.filter(|_| json) else {
            self.set(column, Cell::Other);
            let message = format!("expected an object or a list, found {}; it is not read", describe(value));
            return self.remark(field, "not_nested", message);
        };
        if let Err(reason) = jsonl::cell_of(self, field, text) {
            self.refuse_cell(field, "not_json", format!("expected JSON text as in the other rows: {reason}"));
        }
    }

    fn put_id(&mut self, field: usize, value: Value<'_>) {
        if matches!(value, Value::Nested(_)) {
            self.id.clear();
            return self.remark_mixed(field, "text", value);
        }
        let wanted_text = self.wants_text;
        let text = self.spell(value);
        if matches!(value, Value::Float(value) if cell::has_all_digits(value)) {
            // No other digits were written: the record need not be read again for them.
            self.wants_text = wanted_text;
        }
        self.id.clear();
        if let Some(Cell::Text(id)) = text.as_deref().map(cell::read_name) {
            self.id.push_str(&cell::whole(id));
        }
        self.give_back(text);
    }

    fn put_time(&mut self, field: usize, value: Value<'_>) {
        self.time = NO_TIME;
        if matches!(value, Value::Nested(_) | Value::Bool(_)) {
            return self.refuse_cell(field, "timestamp", format!("expected a time, found {}", describe(value)));
        }
        let wanted_text = core::mem::take(&mut self.wants_text);
        let text = self.spell(value);
        // The shortest decimals of a float are those that were written, as far as seconds since 1970 go.
        self.wants_text = wanted_text;
        if let Some(text) = &text {
            self.read_time(field, text);
        }
        self.give_back(text);
    }

    /// Puts an instant into a field: where a time belongs as it is, elsewhere as its text.
    pub(crate) fn put_instant(&mut self, field: usize, ns: i64) {
        if self.target(field) != Target::Time {
            return self.put(field, Value::Quoted(&time::format_time(ns)));
        }
        self.time = ns;
        if ns == NO_TIME {
            self.refuse_cell(field, "timestamp", time::out_of_range(&time::format_time(ns)));
        }
    }

    fn read_time(&mut self, field: usize, text: &str) {
        if let Some(instant) = self.last_time.instant_of(text) {
            self.time = instant.ns;
            return self.note_time(field, instant.note);
        }
        if matches!(cell::read(text), Cell::Missing | Cell::NonFinite) || cell::means_missing(text.trim_ascii()) {
            return;
        }
        if time::stands_for_none(text) {
            let message = format!("{} stands where there is no time: the row is read without one", cell::shorten(text));
            return self.remark(field, "no_time", message);
        }
        match read_time(text) {
            Ok(instant) => {
                self.time = instant.ns;
                self.last_time.set(text, instant);
                self.note_time(field, instant.note);
            }
            Err(reason) => self.refuse_cell(field, "timestamp", reason),
        }
    }

    fn note_time(&mut self, field: usize, note: Option<Note>) {
        let Some(note) = note else { return };
        let (slot, code, message) = match note {
            Note::ZoneAbsent => (0, "zone_absent", "times without a zone are read as UTC"),
            Note::DigitsAsDate => {
                (1, "digits_as_date", "digits such as 20081006 or 20081006210000 are read as a calendar time")
            }
            // Said every time: it moves the instant.
            Note::LeapSecond => (2, "leap_second", "the leap second 60 is read as second 59"),
        };
        let said = &mut self.noted_times[slot];
        if !core::mem::replace(said, note != Note::LeapSecond) {
            self.remark(field, code, message.into());
        }
    }

    /// A value as the text it would be in a CSV cell; `None` for null.
    fn spell<'a>(&mut self, value: Value<'a>) -> Option<Cow<'a, str>> {
        let number: &dyn fmt::Display = match &value {
            Value::Plain(value) => return Some(Cow::Borrowed(cell::unpadded(value))),
            Value::Exact(value) | Value::Quoted(value) => return Some(Cow::Borrowed(value)),
            Value::Null | Value::Nested(_) => return None,
            Value::Bool(value) => value,
            Value::Unsigned(value) => value,
            Value::Signed(value) => value,
            Value::Float(value) => {
                self.wants_text = true;
                value
            }
        };
        let mut text = core::mem::take(&mut self.scratch);
        text.clear();
        // Writing to a string cannot fail.
        let _ = write!(text, "{number}");
        Some(Cow::Owned(text))
    }

    /// Returns the text of [`Self::spell`], so that its memory is used again.
    fn give_back(&mut self, text: Option<Cow<'_, str>>) {
        if let Some(Cow::Owned(text)) = text {
            self.scratch = text;
        }
    }

    #[inline]
    fn set(&mut self, column: usize, cell: Cell<'_>) {
        let row = self.table.time.len();
        if self.table.columns.get_mut(column).is_some_and(|known| !known.cells.add(row, cell)) {
            self.refuse_second(column);
        }
    }

    /// Two keys that mean one column, such as `x` and `features.x` where the head held one of them.
    #[cold]
    fn refuse_second(&mut self, column: usize) {
        let name = self.table.columns.get(column).map_or_else(String::new, |known| known.name.clone());
        self.refuse_double(name);
    }

    fn label(&mut self, field: usize) -> String {
        self.fields.get_mut(field).map_or_else(String::new, |field| field.label.clone())
    }

    fn remark(&mut self, field: usize, code: &'static str, message: String) {
        let column = self.label(field);
        self.remarks.push(Remark { column, code, message, once: None });
    }

    fn remark_mixed(&mut self, field: usize, expected: &str, value: Value<'_>) {
        let message = format!("expected {expected}, found {}", describe(value));
        self.remark(field, "mixed_types", message);
    }

    fn remark_number_as_text(&mut self, field: usize) {
        let message = "a number written as text is read as the number".to_string();
        self.remark_once(field, Noted::NumberAsText, "number_as_text", message);
    }

    fn remark_missing(&mut self, field: usize, word: &str) {
        let message = format!("`{word}` is read as a missing value");
        self.remark_once(field, Noted::MissingWord, "missing_word", message);
    }

    fn remark_once(&mut self, field: usize, what: Noted, code: &'static str, message: String) {
        if self.fields.get_mut(field).is_none_or(|field| field.noted[what as usize]) {
            return;
        }
        let column = self.label(field);
        self.remarks.push(Remark { column, code, message, once: Some((field, what)) });
    }

    fn refuse_cell(&mut self, field: usize, code: &'static str, message: String) {
        let column = self.label(field);
        self.bad = Some(Remark { column, code, message, once: None });
    }

    /// Hands over the rows that are left.
    ///
    /// # Errors
    /// Those of `sink`.
    pub(crate) fn flush(&mut self, sink: Sink<'_>) -> Result<(), Error> {
        let empty = self.table.columns.iter().map(|column| Column {
            role: column.role,
            name: column.name.clone(),
            // Often the next batch is as large.
            cells: crate::table::Cells::with_capacity(column.cells.len()),
        });
        let next = Table { columns: empty.collect(), ..Table::default() };
        let mut batch = core::mem::replace(&mut self.table, next);
        self.handed_at = self.attempt;
        if batch.rows() == 0 {
            return Ok(());
        }
        // Objects and lists have no cells of their own: their parts have.
        batch.columns.retain(|column| !column.cells.is_empty());
        // A column that a record does not have is filled up by its next one, or here.
        batch.pad();
        self.handed += batch.rows() as u64;
        self.count_named(&batch);
        if let Some(lookup) = &self.lookup {
            fill_sectors(&mut batch, lookup);
        }
        if let Some(outcomes) = &self.outcomes {
            self.joined += outcomes.join(&mut batch);
        }
        if let Some(of) = self.schema.as_ref().and_then(|schema| schema.probability_of.as_deref()) {
            probability::to_confidence(&mut batch, of);
        }
        sink(batch)
    }
}

/// Reads a timestamp that may also be a number in exponential notation.
fn read_time(text: &str) -> Result<time::Instant, String> {
    time::parse(text).or_else(|reason| match cell::read(text) {
        Cell::Number(value) => time::parse(&value.to_string()),
        _ => Err(reason),
    })
}

/// Gives every row the sector of its symbol, if it is known.
fn fill_sectors(batch: &mut Table, lookup: &gics::Lookup) {
    let Some(symbols) = batch.role(Role::Symbol) else { return };
    let by_code: Vec<_> = symbols.levels().iter().map(|symbol| lookup.sector(symbol)).collect();
    let of_row = |row| match symbols.get(row) {
        Cell::Text(_) => by_code.get(symbols.values()[row] as usize).copied().flatten(),
        _ => None,
    };
    let sectors: Vec<_> = batch.range().map(of_row).collect();
    let cells = batch.role_mut(Role::Sector);
    *cells = crate::table::Cells::default();
    for (row, sector) in sectors.into_iter().enumerate() {
        cells.set(row, sector.map_or(Cell::Missing, Cell::Text));
    }
}

/// A value in a message.
fn describe(value: Value<'_>) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::Unsigned(value) => format!("the number {value}"),
        Value::Signed(value) => format!("the number {value}"),
        Value::Float(value) => format!("the number {value}"),
        Value::Plain(text) | Value::Exact(text) | Value::Quoted(text) => {
            format!("the text \"{}\"", cell::shorten(text))
        }
        Value::Nested(what) => what.into(),
    }
}
