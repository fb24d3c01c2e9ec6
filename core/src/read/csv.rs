//! Comma-separated values -> rows. Lines without quotes are cut here; all others go through csv-core, which never fails and
//! never allocates.
//!
//! Separator and header are where `driftgate-blocks` finds them, so that whoever cuts a file cuts where this reads. Lines are physical ones,
//! so a record after a quoted line end keeps the number an editor shows.

use alloc::{format, string::String, vec, vec::Vec};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use driftgate_blocks::{LAYOUT_BYTES, MAX_HEADER, layout};
use driftgate_documents::Layout;
use memchr::{memchr, memchr_iter, memchr2};

use super::{
    fields::Scope,
    lines::MAX_LINE,
    number::short_float,
    rows::{Found, Rows, Sink, Value},
};
use crate::Error;

/// More columns than this in one record are not looked at: such a record is a bad row anyway.
const MAX_CELLS: usize = 4 * crate::table::MAX_COLUMNS;

/// Reads CSV.
pub(crate) struct Csv {
    /// Bytes before the layout is known.
    head: Vec<u8>,
    /// Where the header stands, if the caller knows.
    layout: Option<Layout>,
    /// Bytes of the file before these.
    skipped: u64,
    separator: u8,
    reader: Option<Reader>,
    record: Vec<u8>,
    /// The same as it is written, with its quotes.
    written: Vec<u8>,
    ends: Vec<usize>,
    filled: usize,
    cells: usize,
    /// The record is longer than [`MAX_LINE`] or has more than [`MAX_CELLS`] cells: the rest of it is dropped.
    too_long: bool,
    /// Nothing of the next record has been read.
    at_start: bool,
    /// The line in which the record begins.
    record_line: u64,
    /// Line ends read outside of csv-core, and lines that lie between the header and these bytes.
    lines_aside: u64,
    lines_before: u64,
    /// The field of each column, once the header is read.
    fields: Option<Vec<Found>>,
}

impl Csv {
    /// Begins in line `first_line`, behind `skipped` bytes of the file; `lines_before` lines lie between the header and the rest.
    pub(crate) fn new(first_line: u64, lines_before: u64, layout: Option<Layout>, skipped: u64) -> Self {
        Self {
            head: Vec::new(),
            layout,
            skipped,
            separator: b',',
            reader: None,
            record: vec![0; 4096],
            written: Vec::new(),
            ends: vec![0; 64],
            filled: 0,
            cells: 0,
            too_long: false,
            at_start: true,
            record_line: first_line,
            lines_aside: first_line - 1,
            lines_before,
            fields: None,
        }
    }

    /// Reads bytes cut anywhere.
    ///
    /// # Errors
    /// If the header cannot be used, or those of `sink`.
    pub(crate) fn push(&mut self, chunk: &[u8], rows: &mut Rows, sink: Sink<'_>) -> Result<(), Error> {
        if self.reader.is_some() {
            return self.read(chunk, rows, sink);
        }
        self.head.extend_from_slice(chunk);
        // The layout is found in as many bytes however they come.
        if self.layout.is_none() && self.head.len() >= LAYOUT_BYTES {
            self.layout = self.find_layout(false)?;
        }
        match self.layout {
            Some(layout) if self.head.len() as u64 >= layout.start.saturating_sub(self.skipped) => {
                self.begin(layout, rows, sink)
            }
            None if self.head.len() > MAX_HEADER => Err(header_too_long()),
            _ => Ok(()),
        }
    }

    /// Ends the log; with `cut` the last record is not counted, because its end is missing.
    ///
    /// # Errors
    /// If the header cannot be used, or those of `sink`.
    pub(crate) fn finish(&mut self, cut: bool, rows: &mut Rows, sink: Sink<'_>) -> Result<(), Error> {
        if self.reader.is_none() {
            let layout = match self.layout {
                Some(layout) => Some(layout),
                None => self.find_layout(true)?,
            };
            match layout {
                Some(layout) => self.begin(layout, rows, sink)?,
                None if self.head.trim_ascii().is_empty() => return Ok(()),
                None if self.head.len() > MAX_HEADER => return Err(header_too_long()),
                None => return Err(Error::input("a quote in the header is never closed; is this a CSV file?")),
            }
        }
        if self.at_start || (cut && self.fields.is_some()) {
            return Ok(());
        }
        // A line end ends the last record, unless it stands inside quotes. (csv-core 0.1.13 cannot be asked, nor cloned to
        // try: the clone of its table forgets which states are final.)
        let last_line = self.line();
        self.step(b"\n", rows, sink)?;
        if self.at_start { Ok(()) } else { self.refuse_open_quote(last_line, rows) }
    }

    /// What separates the cells.
    pub(crate) const fn separator(&self) -> u8 {
        self.separator
    }

    /// Number of columns in the header, once it is read.
    pub(crate) fn columns(&self) -> Option<usize> {
        self.fields.as_ref().map(Vec::len)
    }

    /// The layout of the bytes so far, counted from the start of the file.
    fn find_layout(&self, ended: bool) -> Result<Option<Layout>, Error> {
        let found = layout(&self.head, ended).map_err(Error::input)?;
        let from_start = |at: u64| at + self.skipped;
        Ok(found.map(|found| Layout { start: from_start(found.start), end: from_start(found.end), ..found }))
    }

    fn begin(&mut self, layout: Layout, rows: &mut Rows, sink: Sink<'_>) -> Result<(), Error> {
        let head = core::mem::take(&mut self.head);
        let start = usize::try_from(layout.start.saturating_sub(self.skipped)).unwrap_or(usize::MAX);
        let (before, rest) = head.split_at_checked(start).unwrap_or((&[], &head));
        self.separator = u8::try_from(layout.separator).unwrap_or(b',');
        self.reader = Some(ReaderBuilder::new().delimiter(self.separator).build());
        let titles = before.trim_ascii();
        if !titles.is_empty() && self.lines_before == 0 && !titles.starts_with(b"sep=") {
            let title = super::cell::shorten(&String::from_utf8_lossy(titles));
            rows.problems.warn(self.record_line, "", "title_lines", || {
                format!("\"{title}\" stands before the header and is taken for a title")
            });
        }
        self.lines_aside += memchr_iter(b'\n', before).count() as u64;
        self.read(rest, rows, sink)
    }

    fn read(&mut self, mut input: &[u8], rows: &mut Rows, sink: Sink<'_>) -> Result<(), Error> {
        while !input.is_empty() {
            if self.at_start {
                // csv-core skips empty lines, but the line of a record is to be that of its first cell.
                let Some((first, rest)) = input.split_first() else { break };
                if matches!(first, b'\n' | b'\r') {
                    self.lines_aside += u64::from(*first == b'\n');
                    input = rest;
                    continue;
                }
                self.record_line = self.line();
                if let Some(length) = self.plain_line(input, rows, sink)? {
                    self.lines_aside += 1;
                    input = input.get(length..).unwrap_or_default();
                    continue;
                }
                self.at_start = false;
            }
            let consumed = self.step(input, rows, sink)?;
            input = input.get(consumed..).unwrap_or_default();
        }
        Ok(())
    }

    /// Reads the line that the input begins with, if it is whole and holds nothing but cells; answers its length with its end.
    fn plain_line(&self, input: &[u8], rows: &mut Rows, sink: Sink<'_>) -> Result<Option<usize>, Error> {
        let Some(fields) = &self.fields else { return Ok(None) };
        let end = memchr2(b'\n', b'"', input).filter(|end| input.get(*end) == Some(&b'\n') && *end <= MAX_LINE);
        let Some(line) = end.and_then(|end| input.get(..end)) else { return Ok(None) };
        rows.begin(self.record_line);
        if plain_cells(line.strip_suffix(b"\r").unwrap_or(line), self.separator, fields, rows).is_none() {
            rows.take_back();
            return Ok(None);
        }
        rows.end(sink)?;
        Ok(Some(line.len() + 1))
    }

    /// The line that is being read, in the file.
    fn line(&self) -> u64 {
        let before = if self.fields.is_some() { self.lines_before } else { 0 };
        self.reader.as_ref().map_or(1, Reader::line) + self.lines_aside + before
    }

    /// Reads until the input, the record or the room for it ends; answers how many bytes were read.
    fn step(&mut self, input: &[u8], rows: &mut Rows, sink: Sink<'_>) -> Result<usize, Error> {
        self.make_room();
        let Some(reader) = &mut self.reader else { return Ok(input.len()) };
        let room = self.record.get_mut(self.filled..).unwrap_or_default();
        let ends = self.ends.get_mut(self.cells..).unwrap_or_default();
        let (result, consumed, written, ended) = reader.read_record(input, room, ends);
        self.filled += written;
        self.cells += ended;
        if self.filled <= MAX_LINE {
            self.written.extend_from_slice(input.get(..consumed).unwrap_or_default());
        }
        if matches!(result, ReadRecordResult::Record) {
            self.end_record(rows, sink)?;
        }
        Ok(consumed)
    }

    /// Makes room for more of the record, or marks it as too long and lets the room be overwritten.
    fn make_room(&mut self) {
        if self.filled > MAX_LINE || self.cells >= MAX_CELLS {
            self.too_long = true;
        }
        if self.too_long {
            self.filled = 0;
            self.cells = 0;
        }
        if self.filled == self.record.len() {
            self.record.resize(2 * self.filled, 0);
        }
        if self.cells == self.ends.len() {
            self.ends.resize(2 * self.cells, 0);
        }
    }

    fn end_record(&mut self, rows: &mut Rows, sink: Sink<'_>) -> Result<(), Error> {
        let too_long = core::mem::take(&mut self.too_long) || self.filled > MAX_LINE;
        let (filled, cells) = (core::mem::take(&mut self.filled), core::mem::take(&mut self.cells));
        let written = core::mem::take(&mut self.written);
        self.at_start = true;
        let bytes = self.record.get(..filled).unwrap_or_default();
        let ends = self.ends.get(..cells).unwrap_or_default();
        let Some(fields) = &self.fields else {
            if too_long {
                return Err(header_too_long());
            }
            self.fields = Some(header(bytes, ends, rows)?);
            return Ok(());
        };
        rows.begin(self.record_line);
        if too_long {
            return rows.refuse("too_long", || {
                format!("the record is longer than 1 MiB or {MAX_CELLS} cells; is a quote left open?")
            });
        }
        record(bytes, ends, &enclosed(&written, self.separator), fields, rows, sink)?;
        self.written = written;
        self.written.clear();
        Ok(())
    }

    fn refuse_open_quote(&mut self, last: u64, rows: &mut Rows) -> Result<(), Error> {
        let whole_cells = if self.cells == 0 { 0 } else { self.ends.get(self.cells - 1).copied().unwrap_or(0) };
        let before = self.record.get(..whole_cells).unwrap_or_default();
        let opened = self.record_line + memchr_iter(b'\n', before).count() as u64;
        if self.fields.is_none() {
            return Err(Error::input("a quote in the header is never closed; is this a CSV file?"));
        }
        rows.begin(opened);
        rows.refuse("unclosed_quote", || {
            format!(
                "the quote opened in line {opened} is never closed: lines {opened} to {last} were taken as one cell and left \
                 out"
            )
        })
    }
}

/// Puts the cells of a line without quotes; `None` if there are more or fewer than fields, or one is no plain text.
fn plain_cells(line: &[u8], separator: u8, fields: &[Found], rows: &mut Rows) -> Option<()> {
    // A return would end the line in its midst.
    if line.trim_ascii().is_empty() || memchr2(b'\r', 0, line).is_some() {
        return None;
    }
    let mut rest = Some(line);
    for field in fields {
        let cell = rest?;
        let ends = |(_, length): &(f64, usize)| cell.get(*length).is_none_or(|next| *next == separator);
        let number = field.numbers.and_then(|column| Some((column, short_float(cell).filter(ends)?)));
        let length = match number {
            Some((column, (value, length))) => {
                rows.set_number(column, value);
                length
            }
            None => {
                let length = memchr(separator, cell).unwrap_or(cell.len());
                rows.put(field.field, Value::Plain(core::str::from_utf8(cell.get(..length)?).ok()?));
                length
            }
        };
        rest = cell.get(length + 1..);
    }
    rest.is_none().then_some(())
}

fn header_too_long() -> Error {
    Error::input("the header is longer than 1 MiB; is this a CSV file?")
}

/// The cells of a record as text; `None` where a cell is not UTF-8.
fn cells<'a>(record: &'a str, ends: &'a [usize]) -> impl Iterator<Item = Option<&'a str>> {
    let starts = core::iter::once(0).chain(ends.iter().copied());
    starts.zip(ends).map(|(start, end)| record.get(start..*end))
}

/// Finds the field of every column. A column without a name goes by its place, `column 1`: if it counts the rows (the index that
/// some writers add) it is left out, else it is an input as others are.
fn header(bytes: &[u8], ends: &[usize], rows: &mut Rows) -> Result<Vec<Found>, Error> {
    let not_text = || Error::input("the header is not UTF-8 text; is this a CSV file?");
    let text = core::str::from_utf8(bytes).map_err(|_| not_text())?;
    if text.contains('\0') {
        return Err(Error::input(
            "the header holds a NUL byte; is this a CSV file? (a .tar archive has to be unpacked first)",
        ));
    }
    let named = |(at, name): (usize, Option<&str>)| match name.map(str::trim_ascii)? {
        "" => Some(format!("column {}", at + 1)),
        name => Some(name.into()),
    };
    let names = cells(text, ends).enumerate().map(named).collect::<Option<Vec<String>>>().ok_or_else(not_text)?;
    for (at, name) in names.iter().enumerate() {
        let before = names.iter().take(at).position(|other| other == name);
        if let Some(before) = before {
            return Err(Error::input(format!(
                "the header has `{name}` twice, as columns {} and {}; rename one of them",
                before + 1,
                at + 1
            )));
        }
    }
    if names.len() > crate::table::MAX_COLUMNS {
        return Err(Error::limit(format!(
            "the header has {} columns; at most {} can be read",
            names.len(),
            crate::table::MAX_COLUMNS
        )));
    }
    if let Some(value) = names.iter().find(|name| is_value(name)) {
        return Err(Error::input(format!(
            "the first line holds values, such as {}, and no names of columns: is there no header? Write one as the first line",
            super::cell::shorten(value)
        )));
    }
    rows.check_header(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
    rows.begin(0);
    Ok(names.iter().map(|name| rows.field(Scope::RECORD, name, None)).collect())
}

/// Whether a name is one that no column has: a number with decimals, a time of day.
fn is_value(name: &str) -> bool {
    let number = name.contains('.') && name.parse::<f64>().is_ok();
    number || (name.contains(':') && super::parse_time(name).is_ok())
}

/// Which cells of a record, as it is written, stand in quotes.
fn enclosed(written: &[u8], separator: u8) -> Vec<bool> {
    let mut cells = Vec::new();
    let mut rest = written;
    loop {
        let quoted = rest.first() == Some(&b'"');
        cells.push(quoted);
        let mut open = false;
        let ends = |byte: &u8| {
            open ^= quoted && *byte == b'"';
            !open && *byte == separator
        };
        match rest.iter().position(ends) {
            Some(end) => rest = rest.get(end + 1..).unwrap_or_default(),
            None => return cells,
        }
    }
}

fn record(
    bytes: &[u8],
    ends: &[usize],
    enclosed: &[bool],
    fields: &[Found],
    rows: &mut Rows,
    sink: Sink<'_>,
) -> Result<(), Error> {
    let text = match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let cell = 1 + ends.iter().take_while(|end| **end <= error.valid_up_to()).count();
            return rows.refuse("invalid_utf8", || format!("cell {cell} of the record is not UTF-8"));
        }
    };
    if ends.len() == 1 && text.trim_ascii().is_empty() {
        return Ok(());
    }
    if ends.len() != fields.len() {
        return rows.refuse("cell_count", || format!("{} cells, but the header has {}", ends.len(), fields.len()));
    }
    if let Some(at) = memchr(0, bytes) {
        let cell = 1 + ends.iter().take_while(|end| **end <= at).count();
        return rows.refuse("nul", || format!("cell {cell} of the record holds a NUL byte"));
    }
    for (at, (field, cell)) in fields.iter().zip(cells(text, ends)).enumerate() {
        match cell {
            Some(cell) if enclosed.get(at) == Some(&true) => rows.put(field.field, Value::Exact(cell)),
            Some(cell) => rows.put(field.field, Value::Plain(cell)),
            None => return rows.refuse("invalid_utf8", || String::from("a cell of the record is not UTF-8")),
        }
    }
    rows.end(sink)
}
