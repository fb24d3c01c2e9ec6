//! Which files are logs and which hold outcomes that arrived late, and what their columns mean.

use driftgate_documents::{Format, InferOptions, Inference};

use super::{GZIP_MAGIC, HEAD, LogFile, Stream, open_stream};
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
    outcomes: &[LogFile],
    options: &InferOptions,
) -> Result<Classified> {
    let mut found =
        Classified { logs: Vec::new(), outcomes: OutcomeFiles::default(), schema: String::new(), notes: Vec::new() };
    for file in outcomes {
        let (log, head) = peek(file.clone(), HEAD)?;
        let inference = infer(sandbox, &log.file, &head, &fitting(options, &head, None))?;
        found.outcomes.add(log, &head, &inference)?;
    }
    let names = files.iter().map(|file| file.name.clone()).collect::<Vec<_>>().join(", ");
    for file in files {
        let (mut log, head) = peek(file, if found.logs.is_empty() { HEAD } else { SHORT_HEAD })?;
        let own = fitting(options, &head, Some(&found.outcomes.heads));
        let inferred = infer(sandbox, &log.file, &head, &own).or_else(|error| {
            // A file of outcomes lacks the columns that were mapped for the logs.
            let bare = InferOptions { map: fitting(options, &head, None).map, ..InferOptions::default() };
            infer(sandbox, &log.file, &head, &bare).ok().filter(|inference| inference.outcomes).ok_or(error)
        });
        match inferred {
            Ok(inference) if inference.outcomes => found.outcomes.add(log, &head, &inference)?,
            Ok(inference) => {
                log.format = log.file.format().unwrap_or(inference.format);
                if found.logs.is_empty() {
                    found.schema = to_json(&inference.schema)?;
                    found.notes = inference.notes;
                }
                found.logs.push(log);
            }
            Err(error) if found.logs.is_empty() => return Err(error),
            Err(_) => {
                log.format = log.file.format().or(found.logs.first().map(|log| log.format)).unwrap_or(log.format);
                found.logs.push(log);
            }
        }
    }
    if found.logs.is_empty() {
        return Err(Error::caller(format!(
            "{names}: only outcomes (ids and actuals, no predictions or features); give the log of predictions too"
        )));
    }
    Ok(found)
}

impl OutcomeFiles {
    fn add(&mut self, mut log: Log, head: &[u8], inference: &Inference) -> Result<()> {
        if log.opened.is_some() {
            return Err(Error::caller(format!(
                "{}: outcomes are read once by every worker, so they must come from a file",
                log.file.name
            )));
        }
        if self.logs.is_empty() {
            self.schema = to_json(&inference.schema)?;
        }
        log.format = log.file.format().unwrap_or(inference.format);
        self.heads.extend_from_slice(head);
        self.logs.push(log);
        Ok(())
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
    Ok((Log { format, compressed: head.starts_with(GZIP_MAGIC), file, opened }, head))
}

/// The options without mapped columns that this file does not have and the `other` one has.
fn fitting(options: &InferOptions, head: &[u8], other: Option<&[u8]>) -> InferOptions {
    let has = |bytes: &[u8], column: &str| memchr::memmem::find(bytes, column.as_bytes()).is_some();
    let mut options = options.clone();
    if !head.starts_with(GZIP_MAGIC) {
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
