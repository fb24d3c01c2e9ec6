//! A column of the file: pages -> the cells of a batch.

use parquet::{
    basic::{ConvertedType, LogicalType, TimeUnit, Type},
    column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader, get_typed_column_reader},
    data_type::{
        BoolType, ByteArrayType, DataType, DoubleType, FixedLenByteArrayType, FloatType, Int32Type, Int64Type,
        Int96Type,
    },
    schema::types::ColumnDescPtr,
};

use crate::{
    Result,
    bindings::exports::driftgate::parquet::parquet::{Cells, Column},
    chunk::Shared,
    values,
};

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Meaning {
    Flag,
    Integer,
    /// Whole numbers without a sign.
    Unsigned,
    Number,
    /// 16-bit numbers.
    Half,
    /// Whole numbers that stand for so many digits behind the point.
    Decimal(i32),
    /// Days since 1970.
    Date,
    /// Time of the day, so many nanoseconds a unit.
    Time(i64),
    /// Time since 1970, so many nanoseconds a unit.
    Instant(i64),
    /// The old form of an instant.
    Int96,
    Text,
    Uuid,
}

impl Meaning {
    /// Whether the values are numbers.
    pub const fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Unsigned | Self::Number | Self::Half | Self::Decimal(_))
    }
}

/// The meaning of a column's values, or what they are instead; and whether its times have no zone.
pub fn meaning(column: &ColumnDescPtr) -> std::result::Result<(Meaning, bool), String> {
    let nanoseconds = |unit: &TimeUnit| match unit {
        TimeUnit::MILLIS => 1_000_000,
        TimeUnit::MICROS => 1_000,
        TimeUnit::NANOS => 1,
    };
    let (logical, converted) = (column.logical_type_ref(), column.converted_type());
    let physical = column.physical_type();
    let is_bytes = matches!(physical, Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY);
    let is_whole = matches!(physical, Type::INT32 | Type::INT64);
    let meaning = match (logical, converted) {
        (Some(LogicalType::Timestamp(of)), _) if physical == Type::INT64 => {
            return Ok((Meaning::Instant(nanoseconds(&of.unit)), !of.is_adjusted_to_u_t_c));
        }
        (Some(LogicalType::Time(of)), _) if is_whole => Meaning::Time(nanoseconds(&of.unit)),
        (None, ConvertedType::TIMESTAMP_MILLIS) if is_whole => Meaning::Instant(1_000_000),
        (None, ConvertedType::TIMESTAMP_MICROS) if is_whole => Meaning::Instant(1_000),
        (None, ConvertedType::TIME_MILLIS) if is_whole => Meaning::Time(1_000_000),
        (None, ConvertedType::TIME_MICROS) if is_whole => Meaning::Time(1_000),
        (Some(LogicalType::Date), _) | (_, ConvertedType::DATE) if physical == Type::INT32 => Meaning::Date,
        (Some(LogicalType::Decimal(of)), _) if is_bytes || is_whole => Meaning::Decimal(of.scale),
        (_, ConvertedType::DECIMAL) if is_bytes || is_whole => Meaning::Decimal(column.type_scale()),
        (_, ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64)
            if is_whole =>
        {
            Meaning::Unsigned
        }
        (Some(LogicalType::Integer(of)), _) if is_whole && !of.is_signed => Meaning::Unsigned,
        (Some(LogicalType::Float16), _) if physical == Type::FIXED_LEN_BYTE_ARRAY && column.type_length() == 2 => {
            Meaning::Half
        }
        (Some(LogicalType::Uuid), _) if physical == Type::FIXED_LEN_BYTE_ARRAY && column.type_length() == 16 => {
            Meaning::Uuid
        }
        (Some(LogicalType::String | LogicalType::Enum | LogicalType::Json), _) if is_bytes => Meaning::Text,
        (_, ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON) if is_bytes => Meaning::Text,
        // Old writers do not say of a text that it is one.
        (None, ConvertedType::NONE) if is_bytes => Meaning::Text,
        (Some(other), _) if is_bytes => return Err(format!("holds values of the type {other:?}")),
        _ => match physical {
            Type::BOOLEAN => Meaning::Flag,
            Type::INT32 | Type::INT64 => Meaning::Integer,
            Type::INT96 => return Ok((Meaning::Int96, true)),
            Type::FLOAT | Type::DOUBLE => Meaning::Number,
            Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY => return Err(format!("holds bytes ({converted})")),
        },
    };
    Ok((meaning, false))
}

/// What a column of the file becomes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// A column: a value a row.
    Value,
    /// Lists of numbers: a column for each place. An element is there from that definition level on.
    List(i16),
    /// A column of values that are not read; there from that definition level on.
    Unread(i16),
}

/// The most numbers of a list that are read, as of one in JSON.
const MAX_LIST: usize = 64;

/// Values of one type while a batch of them is collected.
struct Typed<T: DataType> {
    reader: ColumnReaderImpl<T>,
    shape: Shape,
    is_repeated: bool,
    /// The definition level of a value.
    highest: i16,
    definitions: Vec<i16>,
    /// Of lists: 0 where a row begins.
    repetitions: Vec<i16>,
    values: Vec<T::T>,
    /// Rows that were begun.
    begun: usize,
}

/// Any of them.
trait Values {
    /// Reads on in what was given, to the end of so many rows; answers how much was read.
    fn read(&mut self, rows: usize) -> parquet::errors::Result<usize>;
    /// How many rows were read; the last one of lists is whole at the end alone.
    fn rows(&self, is_end: bool) -> usize;
    /// Takes so many rows.
    fn take(&mut self, rows: usize, name: &str) -> Result<Vec<Column>>;
}

/// A column of a row group.
pub struct Leaf {
    name: String,
    chunk: Shared,
    values: Box<dyn Values>,
}

impl Leaf {
    /// The column `name` of a row group, from the pages of its chunk.
    pub fn new(name: String, meaning: Meaning, shape: Shape, column: &ColumnDescPtr, chunk: Shared) -> Self {
        let reader = get_column_reader(column.clone(), Box::new(chunk.clone()));
        Self { name, chunk, values: values(meaning, shape, column, reader) }
    }

    /// Which bytes are wanted, at least a block if there is one: start and length.
    pub fn wanted(&self, block: usize) -> Option<(u64, u64)> {
        self.chunk.lock().wanted(block)
    }

    /// Takes the bytes that were wanted.
    pub fn give(&self, bytes: &[u8]) {
        self.chunk.lock().give(bytes);
    }

    /// Reads on until there are so many rows; false if bytes are wanted before.
    ///
    /// # Errors
    /// If a page cannot be read, or there are fewer rows.
    pub fn fill(&mut self, rows: usize) -> Result<bool> {
        while self.values.rows(false) < rows {
            if self.read(rows)? == 0 {
                let chunk = self.chunk.lock();
                if chunk.is_starved() {
                    return Ok(false);
                }
                if chunk.is_at_end() {
                    return match self.values.rows(true) {
                        found if found < rows => Err(self.wrong("it has fewer values than the file has rows")),
                        _ => Ok(true),
                    };
                }
            }
        }
        Ok(true)
    }

    /// Reads to the end, behind the last row; false if bytes are wanted before.
    ///
    /// # Errors
    /// If there are more rows than the footer says.
    pub fn end(&mut self) -> Result<bool> {
        while self.values.rows(true) == 0 && self.read(1)? == 0 {
            let chunk = self.chunk.lock();
            if chunk.is_starved() || chunk.is_at_end() {
                return Ok(!chunk.is_starved());
            }
        }
        Err(self.wrong("it has more values than the footer says the file has rows"))
    }

    /// The columns of that many rows.
    ///
    /// # Errors
    /// If a value cannot be read.
    pub fn take(&mut self, rows: usize) -> Result<Vec<Column>> {
        self.values.take(rows, &self.name).map_err(|error| self.wrong(&error))
    }

    fn read(&mut self, rows: usize) -> Result<usize> {
        self.values.read(rows).map_err(|error| self.wrong(plain(&error.to_string())))
    }

    fn wrong(&self, what: &str) -> String {
        format!("column `{}`: {what}", self.name)
    }
}

/// What the parquet crate says, without its own prefix.
fn plain(message: &str) -> &str {
    message.strip_prefix("Parquet error: ").unwrap_or(message)
}

fn values(meaning: Meaning, shape: Shape, column: &ColumnDescPtr, reader: ColumnReader) -> Box<dyn Values> {
    fn typed<T: DataType>(
        (shape, column, reader): (Shape, &ColumnDescPtr, ColumnReader),
        cells: impl Fn(&[T::T], &Rows) -> Result<Cells> + 'static,
    ) -> Box<dyn Values> {
        let typed = Typed::<T> {
            reader: get_typed_column_reader(reader),
            shape,
            is_repeated: column.max_rep_level() > 0,
            highest: column.max_def_level(),
            definitions: Vec::new(),
            repetitions: Vec::new(),
            values: Vec::new(),
            begun: 0,
        };
        Box::new((typed, cells))
    }
    let of = (shape, column, reader);
    match &of.2 {
        ColumnReader::BoolColumnReader(_) => {
            typed::<BoolType>(of, |values, rows| Ok(Cells::Flags(rows.spread(values.iter().copied()))))
        }
        ColumnReader::Int32ColumnReader(_) => typed::<Int32Type>(of, move |values, rows| {
            let wide = |value: &i32| match meaning {
                Meaning::Unsigned => i64::from(*value as u32),
                _ => i64::from(*value),
            };
            values::integers(meaning, values.iter().map(wide), rows)
        }),
        ColumnReader::Int64ColumnReader(_) => {
            typed::<Int64Type>(of, move |values, rows| values::integers(meaning, values.iter().copied(), rows))
        }
        ColumnReader::Int96ColumnReader(_) => typed::<Int96Type>(of, |values, rows| {
            Ok(values::instants(values.iter().map(|value| values::int96(value.data())), rows))
        }),
        ColumnReader::FloatColumnReader(_) => typed::<FloatType>(of, |values, rows| {
            let mut shortest = values::Shortest::default();
            Ok(Cells::Numbers(rows.spread(values.iter().map(|value| shortest.widen(*value)))))
        }),
        ColumnReader::DoubleColumnReader(_) => {
            typed::<DoubleType>(of, |values, rows| Ok(Cells::Numbers(rows.spread(values.iter().copied()))))
        }
        ColumnReader::ByteArrayColumnReader(_) => typed::<ByteArrayType>(of, move |values, rows| {
            values::bytes(meaning, values.iter().map(|value| value.data()), rows)
        }),
        ColumnReader::FixedLenByteArrayColumnReader(_) => typed::<FixedLenByteArrayType>(of, move |values, rows| {
            values::bytes(meaning, values.iter().map(|value| value.data()), rows)
        }),
    }
}

impl<T: DataType, F: Fn(&[T::T], &Rows) -> Result<Cells>> Values for (Typed<T>, F) {
    fn read(&mut self, rows: usize) -> parquet::errors::Result<usize> {
        let Typed { reader, is_repeated, definitions, repetitions, values, begun, .. } = &mut self.0;
        // Where a row of lists ends is known from where the next one begins.
        let wanted = (rows + usize::from(*is_repeated)).saturating_sub(*begun).max(1);
        let before = repetitions.len();
        let (rows, _, levels) = reader.read_records(wanted, Some(definitions), Some(repetitions), values)?;
        *begun +=
            if *is_repeated { repetitions.iter().skip(before).filter(|level| **level == 0).count() } else { rows };
        Ok(levels)
    }

    fn rows(&self, is_end: bool) -> usize {
        self.0.begun - usize::from(self.0.is_repeated && !is_end && self.0.begun > 0)
    }

    fn take(&mut self, rows: usize, name: &str) -> Result<Vec<Column>> {
        let Typed { shape, highest, is_repeated, definitions, repetitions, values, begun, .. } = &mut self.0;
        let mut starts = repetitions.iter().enumerate().filter(|(_, level)| **level == 0).map(|(at, _)| at);
        let end = starts.nth(rows).unwrap_or(definitions.len());
        let levels = &definitions[..end];
        let count = if *highest == 0 { rows } else { levels.iter().filter(|level| *level == highest).count() };
        let read = values.get(..count).ok_or("its values do not fit its levels")?;
        let columns = match *shape {
            Shape::Value => {
                let absent = |(row, level): (usize, &i16)| (level < highest).then_some(row as u32);
                let rows = Rows { count: rows, missing: levels.iter().enumerate().filter_map(absent).collect() };
                if count + rows.missing.len() != rows.count {
                    return Err("its values do not fit its levels".into());
                }
                let cells = self.1(read, &rows)?;
                vec![Column { name: name.into(), cells, missing: rows.missing }]
            }
            Shape::Unread(_) if *highest == 0 => vec![unread(name, std::iter::repeat_n(true, rows))],
            Shape::Unread(there) if !*is_repeated => vec![unread(name, levels.iter().map(|level| *level >= there))],
            Shape::Unread(there) => {
                let firsts = levels.iter().zip(&*repetitions).filter(|(_, repetition)| **repetition == 0);
                vec![unread(name, firsts.map(|(definition, _)| *definition >= there))]
            }
            Shape::List(there) => {
                let numbers = values::as_numbers(self.1(read, &Rows { count, missing: Vec::new() })?);
                let mut numbers = numbers.into_iter();
                let mut lists: Vec<Vec<f64>> = Vec::with_capacity(rows);
                for (definition, repetition) in levels.iter().zip(&*repetitions) {
                    if *repetition == 0 {
                        lists.push(Vec::new());
                    }
                    let number = if definition == highest { numbers.next() } else { None };
                    // One more than are read tells that a list is too long.
                    if let Some(list) = lists.last_mut().filter(|list| *definition >= there && list.len() <= MAX_LIST) {
                        list.push(number.unwrap_or(f64::NAN));
                    }
                }
                places(name, &lists)
            }
        };
        definitions.drain(..end);
        repetitions.drain(..end.min(repetitions.len()));
        values.drain(..count);
        *begun -= rows;
        Ok(columns)
    }
}

/// A column of values that are not read: whether there is one, by row.
fn unread(name: &str, there: impl Iterator<Item = bool>) -> Column {
    let mut rows = 0;
    let missing = there.zip(0..).inspect(|_| rows += 1).filter(|(there, _)| !there).map(|(_, row)| row).collect();
    Column { name: name.into(), cells: Cells::Unread(rows), missing }
}

/// Lists as columns, one for each place; the lists that are too long as values that are not read.
fn places(name: &str, lists: &[Vec<f64>]) -> Vec<Column> {
    let is_read = |list: &Vec<f64>| list.len() <= MAX_LIST;
    let longest = lists.iter().filter(|list| is_read(list)).map(Vec::len).max().unwrap_or(0);
    let column = |place: usize| {
        let cell = |list: &Vec<f64>| list.get(place).copied().filter(|_| is_read(list));
        let absent = lists.iter().zip(0..).filter(|(list, _)| cell(list).is_none()).map(|(_, row)| row);
        Column {
            name: format!("{name}[{place}]"),
            cells: Cells::Numbers(lists.iter().map(|list| cell(list).unwrap_or_default()).collect()),
            missing: absent.collect(),
        }
    };
    let mut columns: Vec<_> = (0..longest).map(column).collect();
    if longest == 0 || !lists.iter().all(is_read) {
        columns.push(unread(name, lists.iter().map(|list| !is_read(list))));
    }
    columns
}

/// The rows of a batch, and those of them without a value.
pub struct Rows {
    count: usize,
    missing: Vec<u32>,
}

impl Rows {
    /// Values, one for each row that has one -> one for each row.
    pub fn spread<V: Default>(&self, mut values: impl Iterator<Item = V>) -> Vec<V> {
        if self.missing.is_empty() {
            return values.collect();
        }
        let mut missing = self.missing.iter().copied().peekable();
        let cell = |row: usize| match missing.next_if(|missing| *missing as usize == row) {
            Some(_) => V::default(),
            None => values.next().unwrap_or_default(),
        };
        (0..self.count).map(cell).collect()
    }
}
