//! A file while it is read: its end, its footer, then one row group after the other, all columns in step.

use std::sync::Arc;

use parquet::{
    basic::{ConvertedType, LogicalType, Repetition},
    file::metadata::{ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData},
    schema::types::{ColumnDescPtr, Type},
};

use crate::{
    Result,
    bindings::exports::driftgate::parquet::parquet::{Column, Range, Step},
    chunk::Shared,
    column::{Leaf, Meaning, Shape, meaning},
};

/// A batch holds at most so many rows,
const MAX_ROWS: u64 = 8_192;
/// and about so many bytes.
const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// The last bytes of a file: the length of its footer, and its mark.
const TAIL: u64 = 8;

/// A footer is a few KB, with thousands of row groups of hundreds of columns a few MB.
const MAX_FOOTER: u64 = 16 * 1024 * 1024;

/// A file may promise so many rows a byte, once there are many: one constant column reaches 2,000, a bomb a million.
const MAX_RATIO: u64 = 4_096;
/// Before so many rows the ratio is not asked.
const FREE: u64 = 64 * 1024 * 1024;

/// Bytes that are fetched at once for all columns together, and the most and least for one.
const FETCH: usize = 16 * 1024 * 1024;
const MOST: usize = 1024 * 1024;
const LEAST: usize = 64 * 1024;

/// A Parquet file.
pub struct File {
    size: u64,
    stage: Stage,
    notes: Vec<String>,
}

enum Stage {
    /// The last bytes are wanted.
    Tail,
    /// The footer is wanted: where it stands.
    Footer(Range),
    Body(Box<Body>),
    Failed(String),
}

/// What the footer says, and the row group that is read.
struct Body {
    meta: Arc<ParquetMetaData>,
    wanted: Vec<Wanted>,
    group: usize,
    leaves: Vec<Leaf>,
    /// Rows of the group that are not handed out yet.
    rows: u64,
    /// Rows of its batches.
    step: u64,
    /// The column that bytes are fetched for.
    starved: usize,
    /// Whether a batch was handed out.
    begun: bool,
}

/// A column that is read.
struct Wanted {
    index: usize,
    name: String,
    meaning: Meaning,
    shape: Shape,
    column: ColumnDescPtr,
}

impl File {
    pub const fn new(size: u64) -> Self {
        Self { size, stage: Stage::Tail, notes: Vec::new() }
    }

    pub fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    /// What comes next.
    ///
    /// # Errors
    /// If the file is damaged, encrypted or uses what is not read here; the same one from then on.
    pub fn next(&mut self) -> Result<Step> {
        let step = match &mut self.stage {
            Stage::Tail if self.size < 2 * TAIL => Err("it is too short for a Parquet file".into()),
            Stage::Tail => Ok(Step::Wanted(Range { start: self.size - TAIL, length: TAIL })),
            Stage::Footer(range) => Ok(Step::Wanted(*range)),
            Stage::Body(body) => body.next(self.size),
            Stage::Failed(error) => return Err(error.clone()),
        };
        self.or_fail(step)
    }

    /// The bytes that were wanted.
    ///
    /// # Errors
    /// If none were, they are too many or too few, or the footer cannot be read.
    pub fn give(&mut self, bytes: &[u8]) -> Result<()> {
        let Step::Wanted(range) = self.next()? else { return self.or_fail(Err("no bytes were wanted".into())) };
        let done = if range.length == bytes.len() as u64 {
            self.take(bytes)
        } else {
            Err(format!("{} bytes were given where {} were wanted; did the file change?", bytes.len(), range.length))
        };
        self.or_fail(done)
    }

    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        match &mut self.stage {
            Stage::Tail => self.stage = Stage::Footer(footer(bytes, self.size)?),
            Stage::Footer(_) => {
                let meta = ParquetMetaDataReader::decode_metadata(bytes).map_err(|error| format!("footer: {error}"))?;
                let rows = meta.row_groups().iter().map(|group| u64::try_from(group.num_rows()).unwrap_or(0));
                let rows = rows.fold(0, u64::saturating_add);
                if rows > FREE && rows / self.size > MAX_RATIO {
                    return Err(format!("it promises {rows} rows in {} bytes, which no log needs", self.size));
                }
                let wanted = wanted(&meta, &mut self.notes)?;
                self.stage = Stage::Body(Box::new(Body::new(Arc::new(meta), wanted)));
            }
            Stage::Body(body) => body.give(bytes),
            Stage::Failed(_) => {}
        }
        Ok(())
    }

    fn or_fail<T>(&mut self, result: Result<T>) -> Result<T> {
        if let Err(error) = &result {
            self.stage = Stage::Failed(error.clone());
        }
        result
    }
}

/// Where the footer stands, from the last bytes.
fn footer(tail: &[u8], size: u64) -> Result<Range> {
    let [a, b, c, d, mark @ ..] = tail else { return Err("the end of the file is absent".into()) };
    match mark {
        b"PAR1" => {}
        b"PARE" => return Err("it is encrypted; write it without encryption".into()),
        _ => return Err("it does not end as a Parquet file does: it was cut, or is still being written".into()),
    }
    let length = u64::from(u32::from_le_bytes([*a, *b, *c, *d]));
    if length > MAX_FOOTER {
        return Err(format!("its footer has {length} bytes; at most {MAX_FOOTER} are read"));
    }
    let start = size.checked_sub(length + TAIL).filter(|start| *start >= 4);
    let start = start.ok_or_else(|| format!("its footer of {length} bytes does not fit into the file; it was cut"))?;
    Ok(Range { start, length })
}

/// The columns that are read: values by the path to them (`inputs.age`), and lists. Lists of numbers become columns; what other lists
/// and maps hold is counted as not read.
fn wanted(meta: &ParquetMetaData, notes: &mut Vec<String>) -> Result<Vec<Wanted>> {
    let (mut wanted, mut zoneless) = (Vec::<Wanted>::new(), Vec::new());
    let schema = meta.file_metadata().schema_descr();
    for (index, column) in schema.columns().iter().enumerate() {
        let (name, repeated) = place(schema.root_schema(), column.path().parts());
        let known = meaning(column);
        let shape = match (&repeated, &known) {
            (None, Ok(_)) => Shape::Value,
            (None, Err(_)) => Shape::Unread(column.max_def_level()),
            (Some(Repeated { level, is_plain: true }), Ok((meaning, _)))
                if meaning.is_number() && column.max_rep_level() == 1 =>
            {
                Shape::List(*level)
            }
            (Some(Repeated { level, .. }), _) => Shape::Unread(*level),
        };
        // A map and a list of structs have a column for each part: the first one tells in which rows there is something.
        if repeated.is_some() && wanted.iter().any(|other| other.name == name) {
            continue;
        }
        let why = known.as_ref().err().filter(|_| repeated.is_none()).cloned();
        let (meaning, has_no_zone) = known.unwrap_or((Meaning::Text, false));
        match (shape, why) {
            (Shape::Value, _) if has_no_zone => zoneless.push(format!("`{name}`")),
            (_, Some(why)) => notes.push(format!("column `{name}` {why}: it is not read (--ignore {name})")),
            (Shape::Unread(_), None) => notes.push(format!(
                "column `{name}` holds lists or maps that are no lists of numbers: they are not read (--ignore {name})"
            )),
            _ => {}
        }
        wanted.push(Wanted { index, name, meaning, shape, column: column.clone() });
    }
    if wanted.is_empty() {
        return Err("it has no columns".into());
    }
    if !zoneless.is_empty() {
        notes.push(format!("times without a zone are read as UTC: {}", zoneless.join(", ")));
    }
    Ok(wanted)
}

/// The list or map that a value stands in.
#[derive(Clone, Copy)]
struct Repeated {
    /// The definition level from which on there is an element.
    level: i16,
    /// Whether the value is an element itself, and no part of one.
    is_plain: bool,
}

/// The path to the values of a column, and to the outermost list or map if there is one.
fn place(root: &Type, path: &[String]) -> (String, Option<Repeated>) {
    let (mut group, mut level) = (root, 0);
    for (depth, part) in path.iter().enumerate() {
        let Some(node) = group.get_fields().iter().find(|field| field.name() == part) else { break };
        let repetition = node.get_basic_info().has_repetition().then(|| node.get_basic_info().repetition());
        level += i16::from(repetition.is_some_and(|repetition| repetition != Repetition::REQUIRED));
        if repetition == Some(Repetition::REPEATED) {
            // The list is the group around what is repeated, of writers that do as the format wants.
            let info = group.get_basic_info();
            let kinds = (info.logical_type_ref(), info.converted_type());
            let is_map =
                matches!(kinds, (Some(LogicalType::Map), _) | (_, ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE));
            let is_list = matches!(kinds, (Some(LogicalType::List), _) | (_, ConvertedType::LIST));
            let outside = depth + usize::from(!is_map && !is_list);
            let is_plain = !is_map && path.len() <= depth + 1 + usize::from(is_list);
            return (path.get(..outside).unwrap_or_default().join("."), Some(Repeated { level, is_plain }));
        }
        group = node;
    }
    (path.join("."), None)
}

impl Body {
    fn new(meta: Arc<ParquetMetaData>, wanted: Vec<Wanted>) -> Self {
        Self { meta, wanted, group: 0, leaves: Vec::new(), rows: 0, step: 0, starved: 0, begun: false }
    }

    fn next(&mut self, size: u64) -> Result<Step> {
        while self.rows == 0 {
            if let Some(step) = self.fetch_where(Leaf::end)? {
                return Ok(step);
            }
            let Some(group) = self.meta.row_groups().get(self.group) else { return Ok(self.end()) };
            (self.rows, self.step) = (count(group.num_rows(), "rows")?, step(group)?);
            self.leaves = self.wanted.iter().map(|wanted| wanted.leaf(group, size)).collect::<Result<_>>()?;
            self.group += 1;
        }
        let rows = self.rows.min(self.step);
        if let Some(step) = self.fetch_where(|leaf| leaf.fill(rows as usize))? {
            return Ok(step);
        }
        self.rows -= rows;
        self.begun = true;
        let columns = self.leaves.iter_mut().map(|leaf| leaf.take(rows as usize)).collect::<Result<Vec<_>>>()?;
        Ok(Step::Batch(columns.into_iter().flatten().collect()))
    }

    /// The bytes that are wanted by the first column that has not read enough.
    fn fetch_where(&mut self, has_enough: impl Fn(&mut Leaf) -> Result<bool>) -> Result<Option<Step>> {
        for (index, leaf) in self.leaves.iter_mut().enumerate() {
            if !has_enough(leaf)? {
                self.starved = index;
                let block = (FETCH / self.wanted.len()).clamp(LEAST, MOST);
                let (start, length) = leaf.wanted(block).ok_or("a column wants bytes that are not there")?;
                return Ok(Some(Step::Wanted(Range { start, length })));
            }
        }
        Ok(None)
    }

    fn give(&mut self, bytes: &[u8]) {
        if let Some(leaf) = self.leaves.get(self.starved) {
            leaf.give(bytes);
        }
    }

    /// The end; before it, if there were no rows, a batch that at least names the columns.
    fn end(&mut self) -> Step {
        if std::mem::replace(&mut self.begun, true) {
            return Step::End;
        }
        let column = |wanted: &Wanted| {
            let cells = crate::bindings::exports::driftgate::parquet::parquet::Cells::Numbers(Vec::new());
            Column { name: wanted.name.clone(), cells, missing: Vec::new() }
        };
        Step::Batch(self.wanted.iter().map(column).collect())
    }
}

impl Wanted {
    fn leaf(&self, group: &RowGroupMetaData, size: u64) -> Result<Leaf> {
        let wrong = |what: &str| format!("column `{}`: {what}", self.name);
        let chunk = group.columns().get(self.index).ok_or_else(|| wrong("a row group does not have it"))?;
        if chunk.file_path().is_some() {
            return Err(wrong("its values stand in another file, which is not read"));
        }
        let data = chunk.data_page_offset();
        let start = chunk.dictionary_page_offset().filter(|at| *at > 0 && *at < data).unwrap_or(data);
        let start = count(start, "the start of a column")?;
        let end = start.checked_add(count(chunk.compressed_size(), "bytes of a column")?);
        let end = end.filter(|end| *end <= size).ok_or_else(|| wrong("it reaches beyond the end of the file"))?;
        let chunk = Shared::new(chunk.compression_codec(), self.column.max_def_level() > 0, start, end);
        Ok(Leaf::new(self.name.clone(), self.meaning, self.shape, &self.column, chunk))
    }
}

/// Rows of a group's batches: fewer where rows are long.
fn step(group: &RowGroupMetaData) -> Result<u64> {
    let bytes = count(group.total_byte_size(), "bytes of a row group")?;
    let row = bytes / count(group.num_rows(), "rows")?.max(1);
    Ok((MAX_BYTES / row.max(1)).clamp(1, MAX_ROWS))
}

fn count(value: i64, what: &str) -> Result<u64> {
    u64::try_from(value).map_err(|_| format!("its footer is damaged ({what}: {value})"))
}
