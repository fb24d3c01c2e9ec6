//! Parquet files: one sandbox says which bytes of the file it wants and gives batches, which go into another.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
};

use driftgate_documents::Format;

use super::LogFile;
use crate::{
    error::{Error, Result},
    sandbox::{
        Column, Component, Limits,
        parquet::{ParquetFile, Step},
    },
};

/// The limits of the sandbox that reads a file: 300 columns with a page and a dictionary of 1 MiB each.
const LIMITS: Limits = Limits::ANALYSIS;

/// Whether these first bytes are of a Parquet file; an encrypted one begins with the second mark.
pub fn is_parquet(head: &[u8]) -> bool {
    head.starts_with(b"PAR1") || head.starts_with(b"PARE")
}

/// Whether it is a Parquet file, by its first bytes.
///
/// # Errors
/// If only the file's name says that it is one.
pub fn check_parquet(file: &LogFile, head: &[u8]) -> Result<bool> {
    if is_parquet(head) {
        return Ok(true);
    }
    match file.format() {
        Some(Format::Parquet) if head.is_empty() => Err(named(file, Error::caller("it is empty"))),
        Some(Format::Parquet) => {
            Err(named(file, Error::caller("it has the name of a Parquet file but does not begin as one does (PAR1)")))
        }
        _ => Ok(false),
    }
}

/// The error for a Parquet file that comes through a pipe.
pub fn refuse_stream(file: &LogFile) -> Error {
    let why = "a Parquet file is read from its end, so it cannot come through a pipe; save it and name the file";
    named(file, Error::caller(why))
}

/// The first rows of a file, and what is worth saying about it.
///
/// # Errors
/// If it cannot be read.
pub fn head(component: &Component, file: &LogFile) -> Result<(Vec<Column>, Vec<String>)> {
    let mut opened = Opened::new(component, file)?;
    let head = opened.next(&mut |_| {})?.unwrap_or_default();
    let notes = opened.guest.notes()?;
    Ok((head, notes))
}

/// Hands on every batch of a file, and how many bytes were read for it.
///
/// # Errors
/// If it cannot be read, or those of `push`.
pub fn batches(
    component: &Component,
    file: &LogFile,
    mut push: impl FnMut(&[Column], usize) -> Result<()>,
) -> Result<()> {
    let mut opened = Opened::new(component, file)?;
    let mut bytes = 0;
    while let Some(batch) = opened.next(&mut |more| bytes += more)? {
        push(&batch, std::mem::take(&mut bytes))?;
    }
    Ok(())
}

struct Opened<'a> {
    log: &'a LogFile,
    file: File,
    guest: ParquetFile,
    buffer: Vec<u8>,
}

impl<'a> Opened<'a> {
    fn new(component: &Component, log: &'a LogFile) -> Result<Self> {
        let file = File::open(&log.path).map_err(|error| Error::file(&log.name, &error))?;
        let size = file.metadata().map_err(|error| Error::file(&log.name, &error))?.len();
        Ok(Self { log, file, guest: component.parquet(LIMITS, size)?, buffer: Vec::new() })
    }

    /// The next batch; `None` after the last.
    fn next(&mut self, read: &mut dyn FnMut(usize)) -> Result<Option<Vec<Column>>> {
        loop {
            match self.guest.step().map_err(|error| named(self.log, error))? {
                Step::Batch(columns) => return Ok(Some(columns)),
                Step::End => return Ok(None),
                Step::Wanted { start, length } => {
                    self.buffer.clear();
                    self.file
                        .seek(SeekFrom::Start(start))
                        .and_then(|_| (&mut self.file).take(length).read_to_end(&mut self.buffer))
                        .map_err(|error| Error::file(&self.log.name, &error))?;
                    read(self.buffer.len());
                    self.guest.give(&self.buffer).map_err(|error| named(self.log, error))?;
                }
            }
        }
    }
}

fn named(file: &LogFile, error: Error) -> Error {
    Error { message: format!("{}: {}", file.name, error.message), ..error }
}
