//! Which files are logs and which hold outcomes that arrived late, and what their columns mean.

use driftgate_documents::{Cases, Format, InferOptions, Inference, Role, Schema};

use super::{HEAD, LogFile, Reader, Stream, is_compressed, open_stream};
use crate::{
    document::{document, to_json},
    error::{Error, Result},
    sandbox::Sandbox,
};

/// How much is seen of every file after the first: enough to tell a log from outcomes.
const SHORT_HEAD: usize = 32 * 1024;

/// A log, ready to be read.
pub struct Log {
    /// Where it is.
    pub file: LogFile,
    /// JSONL or CSV.
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
    heads: Vec<u8>,
    first: Option<Schema>,
    /// A file whose outcomes have no time.
    undated: Option<String>,
}

/// The files of a window, sorted by what they are.
pub struct Classified {
    /// The logs.
    pub logs: Vec<Log>,
    /// The files of outcomes.
    pub outcomes: OutcomeFiles,
    /// The schema of the window, as JSON.
    pub schema: String,
    /// Things worth saying.
    pub notes: Vec<String>,
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
    let mut found =
        Classified { logs: Vec::new(), outcomes: OutcomeFiles::default(), schema: String::new(), notes: Vec::new() };
    for file in &reader.outcomes {
        let (log, head) = peek(file.clone(), HEAD)?;
        let inference = infer(sandbox, &log.file, &head, &fitting(&undated, &head, None))?;
        found.outcomes.add(log, &head, &inference)?;
    }
    let names = files.iter().map(|file| file.name.clone()).collect::<Vec<_>>().join(", ");
    for file in files {
        let (mut log, head) = peek(file, if found.logs.is_empty() { HEAD } else { SHORT_HEAD })?;
        let own = fitting(options, &head, Some(&found.outcomes.heads));
        let inferred = infer(sandbox, &log.file, &head, &own).or_else(|error| {
            // A file of outcomes lacks the columns that were mapped for the logs.
            let map = fitting(options, &head, None).map;
            let bare = InferOptions { map, timezone: options.timezone.clone(), ..InferOptions::default() };
            infer(sandbox, &log.file, &head, &bare).ok().filter(|inference| inference.outcomes).ok_or(error)
        });
        match inferred {
            Ok(inference) if inference.outcomes => found.outcomes.add(log, &head, &inference)?,
            Ok(inference) => {
                log.format = log.file.format().unwrap_or(inference.format);
                if found.logs.is_empty() {
                    found.schema = to_json(&if reader.times_only { times_only(&inference) } else { inference.schema })?;
                    found.notes = inference.notes;
                }
                found.logs.push(log);
            }
            Err(error) if found.logs.is_empty() && reader.schema.is_none() => return Err(error),
            Err(_) => {
                log.format = log.file.format().or(found.logs.first().map(|log| log.format)).unwrap_or(log.format);
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
    Ok(found)
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
    fn add(&mut self, mut log: Log, head: &[u8], inference: &Inference) -> Result<()> {
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
        log.format = log.file.format().unwrap_or(inference.format);
        self.heads.extend_from_slice(head);
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

/// The log with its head; a stream stays open behind it.
fn peek(file: LogFile, limit: usize) -> Result<(Log, Vec<u8>)> {
    let (head, opened) = if file.stream {
        let (head, rest) = open_stream(&file)?;
        (head.clone(), Some((head, rest)))
    } else {
        (file.head(limit)?, None)
    };
    let format = file.format().unwrap_or(Format::Jsonl);
    Ok((Log { format, compressed: is_compressed(&head), file, opened }, head))
}

/// The options without mapped columns that this file does not have and the `other` one has.
fn fitting(options: &InferOptions, head: &[u8], other: Option<&[u8]>) -> InferOptions {
    let has = |bytes: &[u8], column: &str| memchr::memmem::find(bytes, column.as_bytes()).is_some();
    let mut options = options.clone();
    if !is_compressed(head) {
        options.map.retain(|_, column| {
            column.is_empty() || has(head, column) || other.is_some_and(|other| !has(other, column))
        });
    }
    options
}

fn infer(sandbox: &mut Sandbox, file: &LogFile, head: &[u8], options: &InferOptions) -> Result<Inference> {
    let options = InferOptions { name: file.name.clone(), format: file.format(), ..options.clone() };
    let answer = sandbox.infer(head, &to_json(&options)?)?;
    document(&answer)
}
