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
        (None, ConvertedType::NONE) if physical == Type::BYTE_ARRAY => Meaning::Text,
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

/// Values of one type while a batch of them is collected.
struct Typed<T: DataType> {
    reader: ColumnReaderImpl<T>,
    levels: Vec<i16>,
    values: Vec<T::T>,
}

/// Any of them.
trait Values {
    /// Reads up to so many rows of what was given; answers how many.
    fn read(&mut self, rows: usize) -> parquet::errors::Result<usize>;
    /// The cells of all rows that were read, and which of them are missing: those whose level is not the highest.
    fn take(&mut self, rows: usize, highest: i16) -> Result<(Cells, Vec<u32>)>;
}

/// A column of a row group.
pub struct Leaf {
    name: String,
    chunk: Shared,
    highest: i16,
    values: Box<dyn Values>,
    read: usize,
}

impl Leaf {
    /// The column `name` of a row group, from the pages of its chunk.
    pub fn new(name: String, meaning: Meaning, column: &ColumnDescPtr, chunk: Shared) -> Self {
        let reader = get_column_reader(column.clone(), Box::new(chunk.clone()));
        let values = values(meaning, reader);
        Self { name, chunk, highest: column.max_def_level(), values, read: 0 }
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
        while self.read < rows {
            let wrong = |error: &dyn std::fmt::Display| format!("column `{}`: {error}", self.name);
            let read = self.values.read(rows - self.read).map_err(|error| wrong(&plain(&error.to_string())))?;
            self.read += read;
            if read == 0 {
                let chunk = self.chunk.lock();
                if chunk.is_starved() {
                    return Ok(false);
                }
                if chunk.is_at_end() {
                    return Err(wrong(&"it has fewer values than the file has rows"));
                }
            }
        }
        Ok(true)
    }

    /// The batch of all rows that were read.
    ///
    /// # Errors
    /// If a value cannot be read.
    pub fn take(&mut self) -> Result<Column> {
        let rows = std::mem::take(&mut self.read);
        let taken = self.values.take(rows, self.highest);
        let (cells, missing) = taken.map_err(|error| format!("column `{}`: {error}", self.name))?;
        Ok(Column { name: self.name.clone(), cells, missing })
    }
}

/// What the parquet crate says, without its own prefix.
fn plain(message: &str) -> &str {
    message.strip_prefix("Parquet error: ").unwrap_or(message)
}

fn values(meaning: Meaning, reader: ColumnReader) -> Box<dyn Values> {
    fn typed<T: DataType>(
        reader: ColumnReader,
        cells: impl Fn(&[T::T], &Rows) -> Result<Cells> + 'static,
    ) -> Box<dyn Values> {
        let typed = Typed::<T> { reader: get_typed_column_reader(reader), levels: Vec::new(), values: Vec::new() };
        Box::new((typed, cells))
    }
    match reader {
        ColumnReader::BoolColumnReader(_) => {
            typed::<BoolType>(reader, |values, rows| Ok(Cells::Flags(rows.spread(values.iter().copied()))))
        }
        ColumnReader::Int32ColumnReader(_) => typed::<Int32Type>(reader, move |values, rows| {
            let wide = |value: &i32| match meaning {
                Meaning::Unsigned => i64::from(*value as u32),
                _ => i64::from(*value),
            };
            values::integers(meaning, values.iter().map(wide), rows)
        }),
        ColumnReader::Int64ColumnReader(_) => {
            typed::<Int64Type>(reader, move |values, rows| values::integers(meaning, values.iter().copied(), rows))
        }
        ColumnReader::Int96ColumnReader(_) => typed::<Int96Type>(reader, |values, rows| {
            Ok(Cells::Times(rows.spread(values.iter().map(|value| values::int96(value.data())))))
        }),
        ColumnReader::FloatColumnReader(_) => typed::<FloatType>(reader, |values, rows| {
            let mut shortest = values::Shortest::default();
            Ok(Cells::Numbers(rows.spread(values.iter().map(|value| shortest.widen(*value)))))
        }),
        ColumnReader::DoubleColumnReader(_) => {
            typed::<DoubleType>(reader, |values, rows| Ok(Cells::Numbers(rows.spread(values.iter().copied()))))
        }
        ColumnReader::ByteArrayColumnReader(_) => typed::<ByteArrayType>(reader, move |values, rows| {
            values::bytes(meaning, values.iter().map(|value| value.data()), rows)
        }),
        ColumnReader::FixedLenByteArrayColumnReader(_) => {
            typed::<FixedLenByteArrayType>(reader, move |values, rows| {
                values::bytes(meaning, values.iter().map(|value| value.data()), rows)
            })
        }
    }
}

impl<T: DataType, F: Fn(&[T::T], &Rows) -> Result<Cells>> Values for (Typed<T>, F) {
    fn read(&mut self, rows: usize) -> parquet::errors::Result<usize> {
        let Typed { reader, levels, values } = &mut self.0;
        reader.read_records(rows, Some(levels), None, values).map(|(rows, _, _)| rows)
    }

    fn take(&mut self, count: usize, highest: i16) -> Result<(Cells, Vec<u32>)> {
        let Typed { levels, values, .. } = &mut self.0;
        let absent = |(row, level): (usize, &i16)| (*level < highest).then_some(row as u32);
        let missing = if highest == 0 { Vec::new() } else { levels.iter().enumerate().filter_map(absent).collect() };
        let rows = Rows { count, missing };
        if values.len() + rows.missing.len() != count {
            return Err("its values do not fit its levels".into());
        }
        let cells = self.1(values, &rows)?;
        levels.clear();
        values.clear();
        Ok((cells, rows.missing))
    }
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
