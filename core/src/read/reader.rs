//! A log while it is read: unpacks, tells JSONL from CSV, and hands the bytes to the reader of the format.

use alloc::{boxed::Box, format, rc::Rc, vec::Vec};

use driftgate_documents::{Format, Layout, Position, Problem, Provenance, Role, Schema, Source, SourceRead};

use super::{
    Outcomes, TypedColumn,
    columns::Columns,
    csv::Csv,
    days::Days,
    fields::Forms,
    gzip::Gzip,
    jsonl::Jsonl,
    lines::{Lines, MAX_LINE},
    rows::{Rows, Sink},
    zstd::{self, Zstd},
};
use crate::Error;

/// Reads one log, or one block of it, from chunks cut anywhere.
pub struct LogReader {
    name: alloc::string::String,
    position: Option<Position>,
    allow_truncated: bool,
    packing: Packing,
    text: Text,
    rows: Rows,
    finished: bool,
}

/// Whether the bytes are compressed.
enum Packing {
    /// Not known before the first few bytes, which wait here.
    Unknown(Vec<u8>),
    Plain,
    Packed(Packed),
    /// Compressed data was damaged: what follows is not looked at.
    Stopped,
}

/// What a file is, is told by so many of its first bytes.
const MAGIC_BYTES: usize = 16;

/// How the bytes are compressed.
enum Packed {
    Gzip(Gzip),
    Zstd(Box<Zstd>),
}

impl Packed {
    /// Tells by the first bytes.
    fn of(first: &[u8]) -> Option<Self> {
        if first.starts_with(&[0x1f, 0x8b]) {
            Some(Self::Gzip(Gzip::new()))
        } else if zstd::begins(first) {
            Some(Self::Zstd(Box::new(Zstd::new())))
        } else {
            None
        }
    }

    fn push(
        &mut self,
        chunk: &[u8],
        out: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<Option<&'static str>, Error> {
        match self {
            Self::Gzip(gzip) => gzip.push(chunk, out),
            Self::Zstd(zstd) => zstd.push(chunk, out),
        }
    }

    /// Of a stream that ends early: gives what waits inside.
    fn flush(&mut self, out: &mut dyn FnMut(&[u8]) -> Result<(), Error>) -> Result<(), Error> {
        match self {
            Self::Gzip(_) => Ok(()),
            Self::Zstd(zstd) => zstd.flush(out),
        }
    }

    fn is_complete(&self) -> bool {
        match self {
            Self::Gzip(gzip) => gzip.is_complete(),
            Self::Zstd(zstd) => zstd.is_complete(),
        }
    }
}

/// The plain bytes.
struct Text {
    format: Option<Format>,
    lines_before: u64,
    layout: Option<Layout>,
    stage: Stage,
}

enum Stage {
    /// Before the first byte that is not white space; up to three bytes that may be a byte order mark wait here.
    Start {
        mark: Vec<u8>,
        marked: bool,
        line: u64,
        /// Bytes that were skipped.
        skipped: u64,
    },
    Jsonl(Lines, Jsonl),
    Csv(Box<Csv>),
    Columns(Columns),
}

impl LogReader {
    /// Begins a log.
    ///
    /// # Errors
    /// If the schema asks for what cannot be: row weights, one column in two roles, an unknown time zone, days that are
    /// no dates or cannot be told.
    pub fn new(schema: Rc<Schema>, source: Source, outcomes: Option<Rc<Outcomes>>) -> Result<Self, Error> {
        let days = check_schema(&schema)?;
        Ok(Self::begin(Some(schema), Forms::default(), days, source, outcomes))
    }

    /// Begins a log whose columns are all read as they are written, to look at them.
    pub(crate) fn as_written(source: Source, forms: Forms) -> Self {
        Self::begin(None, forms, Days::ALL, source, None)
    }

    fn begin(
        schema: Option<Rc<Schema>>,
        forms: Forms,
        days: Days,
        source: Source,
        outcomes: Option<Rc<Outcomes>>,
    ) -> Self {
        let stage = Stage::Start { mark: Vec::new(), marked: false, line: 1, skipped: 0 };
        Self {
            name: source.name.clone(),
            position: source.position,
            allow_truncated: source.allow_truncated,
            packing: Packing::Unknown(Vec::new()),
            text: Text { format: source.format, lines_before: source.lines_before, layout: source.layout, stage },
            rows: Rows::new(schema, forms, days, source.name, outcomes).with_partition(source.partition),
            finished: false,
        }
    }

    /// Reads a chunk cut anywhere; hands every full batch (8,192 rows) to `sink`.
    ///
    /// # Errors
    /// If this is no log at all, has too many columns, or `sink` answers an error; a bad row is counted instead.
    pub fn push(&mut self, chunk: &[u8], sink: Sink<'_>) -> Result<(), Error> {
        if self.finished {
            return Err(Error::state("push after finish: begin a new log"));
        }
        if matches!(self.text.stage, Stage::Columns(_)) {
            return Err(Error::state("push after push-columns: a log is either bytes or columns; begin a new log"));
        }
        let result = self.unpack(chunk, sink);
        result.map_err(|error| self.named(error))
    }

    /// Reads a batch of typed columns, at most 8,192 rows; they are the next records of the log. A log is columns or bytes.
    ///
    /// # Errors
    /// If bytes were pushed before, the columns do not fit together or are too many, or `sink` answers an error; a bad row is
    /// counted instead.
    pub fn push_columns(&mut self, columns: &[TypedColumn], sink: Sink<'_>) -> Result<(), Error> {
        if self.finished {
            return Err(Error::state("push-columns after finish: begin a new log"));
        }
        let result = self.read_columns(columns, sink);
        result.map_err(|error| self.named(error))
    }

    fn read_columns(&mut self, batch: &[TypedColumn], sink: Sink<'_>) -> Result<(), Error> {
        let Text { format, lines_before, stage, .. } = &mut self.text;
        if matches!(stage, Stage::Start { .. }) && matches!(&self.packing, Packing::Unknown(first) if first.is_empty())
        {
            self.packing = Packing::Plain;
            if *format != Some(Format::Parquet) {
                *format = Some(Format::Columns);
            }
            *stage = Stage::Columns(Columns::new(*lines_before));
        }
        match stage {
            Stage::Columns(columns) => columns.push(batch, &mut self.rows, sink),
            _ => Err(Error::state("push-columns after push: a log is either bytes or columns; begin a new log")),
        }
    }

    /// Ends the log: hands over the last batch, answers what was read and what was wrong.
    ///
    /// # Errors
    /// If it was finished before, is no log at all, or `sink` answers an error.
    pub fn finish(&mut self, sink: Sink<'_>) -> Result<Provenance, Error> {
        if core::mem::replace(&mut self.finished, true) {
            return Err(Error::state("finish after finish: begin a new log"));
        }
        let result = self.end(false, sink);
        result.map_err(|error| self.named(error))?;
        Ok(self.provenance())
    }

    /// Ends the head of a log: its last line may be cut and counts only if it is the only one.
    pub(crate) fn finish_head(&mut self, sink: Sink<'_>) -> Result<(), Error> {
        self.finished = true;
        let result = self.end(true, sink);
        result.map_err(|error| self.named(error))
    }

    /// Good rows so far, of the days that are read.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows.count()
    }

    /// The format, once it is known.
    pub(crate) const fn format(&self) -> Option<Format> {
        self.text.format
    }

    /// What separates the cells of CSV.
    pub(crate) fn separator(&self) -> Option<u8> {
        match &self.text.stage {
            Stage::Csv(csv) => Some(csv.separator()),
            _ => None,
        }
    }

    /// Number of columns that a CSV file's header or a batch named, once it was read.
    pub(crate) fn header_columns(&self) -> Option<usize> {
        match &self.text.stage {
            Stage::Csv(csv) => csv.columns(),
            Stage::Columns(columns) => Some(columns.count()),
            _ => None,
        }
    }

    /// The first thing that was wrong.
    pub(crate) fn first_problem(&self) -> Option<&Problem> {
        self.rows.problems.first()
    }

    /// Says which log an error is about.
    fn named(&self, error: Error) -> Error {
        if self.name.is_empty() {
            error
        } else {
            Error { message: format!("{}: {}", self.name, error.message), ..error }
        }
    }

    fn unpack(&mut self, chunk: &[u8], sink: Sink<'_>) -> Result<(), Error> {
        let Self { packing, text, rows, .. } = self;
        match packing {
            Packing::Unknown(first) => {
                first.extend_from_slice(chunk);
                if first.len() < MAGIC_BYTES { Ok(()) } else { self.recognise(sink) }
            }
            Packing::Plain => text.push(chunk, rows, sink),
            Packing::Packed(packed) => {
                if let Some(reason) = packed.push(chunk, &mut |plain| text.push(plain, rows, sink))? {
                    self.stop(reason);
                }
                Ok(())
            }
            Packing::Stopped => Ok(()),
        }
    }

    /// Tells compressed from plain by the first bytes, and reads them.
    fn recognise(&mut self, sink: Sink<'_>) -> Result<(), Error> {
        let Packing::Unknown(first) = core::mem::replace(&mut self.packing, Packing::Plain) else { return Ok(()) };
        check_magic(&first)?;
        if let Some(packed) = Packed::of(&first) {
            self.packing = Packing::Packed(packed);
        }
        self.unpack(&first, sink)
    }

    /// Ends the bytes. The last line is not counted if it was cut: if the compressed file ends early, or if this is the
    /// head of a log, unless it is all there is to look at.
    fn end(&mut self, head: bool, sink: Sink<'_>) -> Result<(), Error> {
        if matches!(self.packing, Packing::Unknown(_)) {
            self.recognise(sink)?;
        }
        let broken = match &self.packing {
            Packing::Packed(packed) => !packed.is_complete(),
            Packing::Stopped => true,
            _ => false,
        };
        let Self { packing, text, rows, .. } = self;
        if let Packing::Packed(packed) = packing {
            packed.flush(&mut |plain| text.push(plain, rows, sink))?;
        }
        let cut = if head { self.rows.count() > 0 } else { broken };
        self.text.finish(cut, &mut self.rows, sink)?;
        if broken && matches!(self.packing, Packing::Packed(_)) {
            let count = self.rows.count();
            if !head && !self.allow_truncated {
                return Err(Error::input(format!(
                    "the compressed file ends early, after record {count}: it was cut; get it as a whole, or read what is there with \
                     --allow-truncated"
                )));
            }
            self.rows.problems.warn(0, "", "truncated_archive", || {
                format!("the compressed file ends early, after record {count}; the records before that are used")
            });
        }
        self.rows.flush(sink)
    }

    fn stop(&mut self, reason: &str) {
        self.packing = Packing::Stopped;
        let count = self.rows.count();
        self.rows.problems.bad_row(0, "", "corrupt_archive", || {
            format!("the compressed file cannot be read beyond record {count}: {reason}; nothing after that is read")
        });
    }

    fn provenance(&mut self) -> Provenance {
        let mut provenance = Provenance {
            outcomes_joined: self.rows.joined,
            outcomes: self.rows.outcomes(),
            left_out: self.rows.left_out_columns(),
            named: core::mem::take(&mut self.rows.named),
            outside: self.rows.outside().into_iter().collect(),
            ..Provenance::default()
        };
        let source = SourceRead {
            format: self.text.format,
            rows: self.rows.count(),
            bad_rows: self.rows.problems.bad_rows(),
            position: self.position.take(),
        };
        provenance.sources.insert(self.name.clone(), source);
        let empty = super::problems::Problems::new(alloc::string::String::new());
        core::mem::replace(&mut self.rows.problems, empty).into_provenance(&mut provenance);
        provenance
    }
}

/// Refuses what is known to be no text, with what to do.
fn check_magic(first: &[u8]) -> Result<(), Error> {
    let known: [(&[u8], &str); 27] = [
        (
            b"PAR1",
            "a Parquet file: its columns are read out of it by the component driftgate:parquet and pushed as columns (the driftgate command does so for a file)",
        ),
        (b"PK\x03\x04", "a ZIP archive (.xlsx and .npz are such, too); unpack it, or export it as CSV"),
        (b"BZh", "compressed with bzip2; decompress it first (bunzip2) or use gzip"),
        (b"\xfd7zXZ\0", "compressed with xz; decompress it first (unxz) or use gzip or zstd"),
        (b"\x04\x22\x4d\x18", "compressed with lz4; decompress it first (unlz4) or use gzip or zstd"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"),
        (b"Rar!\x1a\x07", "a RAR archive; unpack it first"),
        (b"%PDF-", "a PDF document; export the table in it as CSV"),
        (b"\x89PNG", "a PNG image"),
        (b"\xff\xd8\xff", "a JPEG image"),
        (b"GIF8", "a GIF image"),
        (b"ARROW1", "an Arrow file (Feather); write it as Parquet"),
        (b"FEA1", "a Feather file; write it as Parquet"),
        (b"Obj\x01", "an Avro file; write it as Parquet"),
        (b"ORC", "an ORC file; write it as Parquet"),
        (b"\x89HDF", "an HDF5 file; write its table as Parquet or CSV"),
        (b"SQLite format 3", "an SQLite database; export the table as CSV"),
        (b"\x80\x04\x95", "a Python pickle; write the frame as Parquet or CSV"),
        (b"\x80\x05\x95", "a Python pickle; write the frame as Parquet or CSV"),
        (b"\x93NUMPY", "a NumPy array; write it as CSV with a header"),
        (b"\xd0\xcf\x11\xe0", "an old Office document; export it as CSV"),
        (b"\xff\xfe\0\0", "UTF-32 text; convert it first (iconv -f UTF-32 -t UTF-8)"),
        (b"\xff\xfe", "UTF-16 text; convert it first (iconv -f UTF-16 -t UTF-8)"),
        (b"\xfe\xff", "UTF-16 text; convert it first (iconv -f UTF-16 -t UTF-8)"),
        (b"\x7fELF", "a program"),
        (b"\xca\xfe\xba\xbe", "a program"),
        (b"\x80\x02}", "a Python pickle; write the frame as Parquet or CSV"),
    ];
    match known.into_iter().find(|(magic, _)| first.starts_with(magic)) {
        // A header of CSV may begin with these letters.
        Some((b"ORC" | b"FEA1" | b"GIF8", _)) if first.get(3..).is_some_and(is_text) => Ok(()),
        Some((_, what)) => Err(Error::input(format!("this is {what}"))),
        None => Ok(()),
    }
}

fn is_text(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace())
}

fn check_schema(schema: &Schema) -> Result<Days, Error> {
    if let Some(column) = schema.roles.get(&Role::Weight) {
        return Err(super::roles::weight_refused(column));
    }
    for (role, column) in &schema.roles {
        if let Some((other, _)) = schema.roles.iter().find(|(other, name)| *other < role && *name == column) {
            return Err(Error::usage(format!(
                "column `{column}` cannot be both {} and {}; map one of them to another column",
                other.name(),
                role.name()
            )));
        }
    }
    Days::of(schema)
}

impl Text {
    fn push(&mut self, chunk: &[u8], rows: &mut Rows, sink: Sink<'_>) -> Result<(), Error> {
        match &mut self.stage {
            Stage::Start { .. } => self.start(chunk, rows, sink),
            Stage::Jsonl(lines, jsonl) => lines.push(chunk, &mut |number, line| jsonl.line(rows, number, line, sink)),
            Stage::Csv(csv) => csv.push(chunk, rows, sink),
            Stage::Columns(_) => Ok(()),
        }
    }

    /// Skips the byte order mark and white space; the first byte after them tells the format.
    fn start(&mut self, chunk: &[u8], rows: &mut Rows, sink: Sink<'_>) -> Result<(), Error> {
        let Stage::Start { mark, marked, line, skipped } = &mut self.stage else { return Ok(()) };
        mark.extend_from_slice(chunk);
        if !*marked {
            if mark.len() < 3 && b"\xef\xbb\xbf".starts_with(mark) {
                return Ok(());
            }
            *marked = true;
            if mark.starts_with(b"\xef\xbb\xbf") {
                mark.drain(..3);
                *skipped += 3;
            }
        }
        // A line that begins with blanks or a separator begins there: a header may have an empty first cell.
        let text = mark.iter().position(|byte| !byte.is_ascii_whitespace());
        let blank = mark.get(..text.unwrap_or(mark.len())).unwrap_or_default();
        let at = blank.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).map_or(0, |end| end + 1);
        *line += newlines(blank.get(..at).unwrap_or_default());
        *skipped += at as u64;
        mark.drain(..at);
        let Some(first) = text.and_then(|text| mark.get(text - at).copied()) else {
            // A blank line of a megabyte is no header.
            if mark.len() > MAX_LINE {
                *skipped += mark.len() as u64;
                mark.clear();
            }
            return Ok(());
        };
        let (bytes, line, skipped) = (core::mem::take(mark), *line, *skipped);
        self.stage = self.recognise(first, line, skipped)?;
        self.push(&bytes, rows, sink)
    }

    fn recognise(&mut self, first: u8, line: u64, skipped: u64) -> Result<Stage, Error> {
        let at_file_start = self.lines_before == 0;
        if first == b'[' && at_file_start && self.format != Some(Format::Csv) {
            return Err(Error::input(
                "the log begins with `[`; one JSON object per line is needed, without a list around them: jq -c '.[]' \
                 LOG.json > LOG.jsonl",
            ));
        }
        if first == b'<' && at_file_start {
            return Err(Error::input("this is HTML or XML; save the log itself, not the page that shows it"));
        }
        let seen = if first == b'{' { Format::Jsonl } else { Format::Csv };
        let format = *self.format.get_or_insert(seen);
        match format {
            Format::Jsonl => Ok(Stage::Jsonl(Lines::new(line + self.lines_before), Jsonl::default())),
            Format::Csv => Ok(Stage::Csv(Box::new(Csv::new(line, self.lines_before, self.layout, skipped)))),
            Format::Columns | Format::Parquet => Err(Error::usage(
                "the source says that columns come, but bytes were pushed: leave out `format`, or push columns",
            )),
        }
    }

    fn finish(&mut self, cut: bool, rows: &mut Rows, sink: Sink<'_>) -> Result<(), Error> {
        if let Stage::Start { marked, .. } = &mut self.stage {
            // Fewer than three bytes that could still have become a byte order mark.
            *marked = true;
            self.start(&[], rows, sink)?;
        }
        match &mut self.stage {
            Stage::Start { .. } | Stage::Columns(_) => Ok(()),
            Stage::Jsonl(lines, jsonl) => {
                if cut {
                    lines.drop_partial();
                }
                lines.finish(&mut |number, line| jsonl.line(rows, number, line, sink))
            }
            Stage::Csv(csv) => csv.finish(cut, rows, sink),
        }
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}
