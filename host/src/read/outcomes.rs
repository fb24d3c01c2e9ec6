//! Which files are logs and which hold outcomes that arrived late, and what their columns mean.

use std::collections::BTreeSet;

use driftgate_documents::{Cases, Format, InferOptions, Inference, Role, Schema};

use super::{HEAD, LogFile, Reader, Stream, is_compressed, open_stream, parquet};
use crate::{
    document::{document, to_json},
    error::{Error, Result},
    sandbox::{Column, Component, Sandbox},
};

/// How much is seen of every file after the first: enough to tell a log from outcomes.
const SHORT_HEAD: usize = 32 * 1024;

/// A log, ready to be read.
pub struct Log {
    /// Where it is.
    pub file: LogFile,
    /// JSONL, CSV or Parquet.
    pub format: Format,
    /// Whether it is compressed: then it cannot be cut.
    pub compressed: bool,
    /// What can be read only once was opened already: its first bytes, and the rest.
    pub opened: Option<(Vec<u8>, Stream)>,
}

/// Files of outcomes and the schema they are read with.
#[derive(Default)]
pub struct OutcomeFiles {
    /// The files.
    pub logs: Vec<Log>,
    /// Their schema, as JSON.
    pub schema: String,
    /// The first id of them.
    pub id: Option<String>,
    heads: Vec<u8>,
    first: Option<Schema>,
    /// A file whose outcomes have no time.
    undated: Option<String>,
}

/// The files of a window, sorted by what they are.
pub struct Classified {
    /// The logs.
    pub logs: Vec<Log>,
    /// The first id of their rows.
    pub id: Option<String>,
    /// The files of outcomes.
    pub outcomes: OutcomeFiles,
    /// The schema of the window, as JSON.
    pub schema: String,
    /// Things worth saying.
    pub notes: Vec<String>,
    /// Among them what there is to say about Parquet files, once however many they are.
    parquet: BTreeSet<String>,
}

/// Looks at the head of every file.
///
/// # Errors
/// If a file cannot be read, or the first log's columns have no clear meaning.
pub fn classify(
    sandbox: &mut Sandbox,
    files: Vec<LogFile>,
    reader: &Reader<'_>,
    options: &InferOptions,
) -> Result<Classified> {
    // An outcome is known by its own time, not by the days of the window.
    let undated = InferOptions { from: None, until: None, ..options.clone() };
    let mut found = Classified {
        logs: Vec::new(),
        id: None,
        outcomes: OutcomeFiles::default(),
        schema: String::new(),
        notes: Vec::new(),
        parquet: BTreeSet::new(),
    };
    for file in &reader.outcomes {
        let (log, head) = peek(reader.component, file.clone(), HEAD)?;
        let inference = infer(sandbox, &log, &head, &fitting(&undated, &head, None))?;
        found.outcomes.add(log, head, &inference)?;
    }
    let names = files.iter().map(|file| file.name.clone()).collect::<Vec<_>>().join(", ");
    for file in files {
        let (mut log, head) = peek(reader.component, file, if found.logs.is_empty() { HEAD } else { SHORT_HEAD })?;
        let own = fitting(options, &head, Some(&found.outcomes.heads));
        let inferred = infer(sandbox, &log, &head, &own).or_else(|error| {
            // A file of outcomes lacks the columns that were mapped for the logs.
            let map = fitting(options, &head, None).map;
            let bare = InferOptions { map, timezone: options.timezone.clone(), ..InferOptions::default() };
            infer(sandbox, &log, &head, &bare).ok().filter(|inference| inference.outcomes).ok_or(error)
        });
        match inferred {
            Ok(inference) if inference.outcomes => found.outcomes.add(log, head, &inference)?,
            Ok(inference) => {
                log.format = log.known_format().unwrap_or(inference.format);
                if found.logs.is_empty() {
                    found.id = first_id(&inference);
                    found.schema = to_json(&if reader.times_only { times_only(&inference) } else { inference.schema })?;
                    found.notes = inference.notes;
                }
                found.parquet.extend(head.notes);
                found.logs.push(log);
            }
            Err(error) if found.logs.is_empty() && reader.schema.is_none() => return Err(error),
            Err(_) => {
                log.format = log.known_format().or(found.logs.first().map(|log| log.format)).unwrap_or(log.format);
                found.logs.push(log);
            }
        }
    }
    if let Some(schema) = &reader.schema {
        found.schema.clone_from(schema);
    }
    if found.logs.is_empty() {
        return Err(Error::caller(format!(
            "{names}: only outcomes (ids and actuals, no predictions or features); give the log of predictions too"
        )));
    }
    found.notes.extend(found.outcomes.settle(reader.as_of.as_ref())?);
    found.notes.extend(std::mem::take(&mut found.parquet));
    Ok(found)
}

fn first_id(inference: &Inference) -> Option<String> {
    inference.columns.iter().find(|column| column.role == Some(Role::Id))?.example.clone()
}

/// The meaning of a log of which only the times are read.
fn times_only(inference: &Inference) -> Schema {
    let others = inference.columns.iter().filter(|column| column.role != Some(Role::Timestamp));
    let mut schema = inference.schema.clone();
    schema.roles.retain(|role, _| *role == Role::Timestamp);
    Schema {
        ignored: others.map(|column| column.column.clone()).collect(),
        segments: Vec::new(),
        task: None,
        cases: Cases::None,
        ..schema
    }
}

impl OutcomeFiles {
    fn add(&mut self, mut log: Log, head: Head, inference: &Inference) -> Result<()> {
        if log.opened.is_some() {
            return Err(Error::caller(format!(
                "{}: outcomes are read once by every worker, so they must come from a file",
                log.file.name
            )));
        }
        if !inference.schema.roles.contains_key(&Role::Timestamp) {
            self.undated.get_or_insert_with(|| log.file.name.clone());
        }
        self.first.get_or_insert_with(|| inference.schema.clone());
        self.id = self.id.take().or_else(|| first_id(inference));
        log.format = log.known_format().unwrap_or(inference.format);
        self.heads.extend(head.bytes);
        self.logs.push(log);
        Ok(())
    }

    /// Writes down the schema of them all: what arrived after `as_of` is left out. Answers what has to be said.
    fn settle(&mut self, as_of: Option<&String>) -> Result<Option<String>> {
        let Some(first) = self.first.take() else { return Ok(None) };
        let until = as_of.filter(|_| self.undated.is_none()).cloned();
        self.schema = to_json(&Schema { from: None, until, ..first })?;
        let undated = self.undated.as_ref().zip(as_of);
        Ok(undated.map(|(name, day)| format!("{name}: outcomes without a time: all of them count as known on {day}")))
    }
}

/// What is seen of a log before it is read.
struct Head {
    /// Its first bytes; of a Parquet file the names of its columns.
    bytes: Vec<u8>,
    /// The first rows of a Parquet file,
    columns: Option<Vec<Column>>,
    /// and what there is to say about it.
    notes: Vec<String>,
}

impl Log {
    /// The format, where the bytes or the name say it.
    fn known_format(&self) -> Option<Format> {
        if self.format == Format::Parquet { Some(Format::Parquet) } else { self.file.format() }
    }
}

/// The log with its head; a stream stays open behind it.
fn peek(component: &Component, file: LogFile, limit: usize) -> Result<(Log, Head)> {
    let (bytes, opened) = if file.stream {
        let (head, rest) = open_stream(&file)?;
        (head.clone(), Some((head, rest)))
    } else {
        (file.head(limit)?, None)
    };
    if parquet::check_parquet(&file, &bytes)? {
        if file.stream {
            return Err(parquet::refuse_stream(&file));
        }
        let (columns, notes) = parquet::head(component, &file)?;
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let head = Head { bytes: names.join("\n").into_bytes(), columns: Some(columns), notes };
        return Ok((Log { format: Format::Parquet, compressed: false, file, opened: None }, head));
    }
    let format = file.format().unwrap_or(Format::Jsonl);
    let log = Log { format, compressed: is_compressed(&bytes), file, opened };
    Ok((log, Head { bytes, columns: None, notes: Vec::new() }))
}

/// The options without mapped columns that this file does not have and the `other` one has.
fn fitting(options: &InferOptions, head: &Head, other: Option<&[u8]>) -> InferOptions {
    let has = |bytes: &[u8], column: &str| memchr::memmem::find(bytes, column.as_bytes()).is_some();
    let mut options = options.clone();
    if !is_compressed(&head.bytes) {
        options.map.retain(|_, column| {
            column.is_empty() || has(&head.bytes, column) || other.is_some_and(|other| !has(other, column))
        });
    }
    options
}

fn infer(sandbox: &mut Sandbox, log: &Log, head: &Head, options: &InferOptions) -> Result<Inference> {
    let options = InferOptions {
        name: log.file.name.clone(),
        format: log.known_format(),
        partition: log.file.partition.clone(),
        ..options.clone()
    };
    let options = to_json(&options)?;
    let answer = match &head.columns {
        Some(columns) => sandbox.infer_columns(columns, &options)?,
        None => sandbox.infer(&head.bytes, &options)?,
    };
    document(&answer)
}
