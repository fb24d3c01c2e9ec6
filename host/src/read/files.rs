//! Files, globs, directories and stdin, as the caller wrote them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use driftgate_blocks::partition;
use driftgate_documents::Format;

use super::{HEAD, PROFILE_MAGIC, Start, Stream, unpacked_name};
use crate::error::{Error, Result};

/// One log, or one saved profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFile {
    /// As messages name it.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// The first bytes of what can be read only once (stdin, a pipe); such a log is read on from there.
    pub stream: bool,
    /// Its size, where there is one.
    pub bytes: Option<u64>,
    /// From where it is read, in whole records only; `None` is all of it.
    pub start: Option<Start>,
    /// Column -> its value in every row: what its folders say (`sector=oil/part-0.parquet`).
    pub partition: BTreeMap<String, String>,
}

/// What the arguments named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The files, in the caller's order; those of a directory or glob are sorted.
    pub files: Vec<LogFile>,
    /// Things worth saying.
    pub notes: Vec<String>,
}

/// Resolves arguments: `-`, a file, a glob, a directory with daily logs.
///
/// # Errors
/// If one names nothing.
pub fn expand(arguments: &[impl AsRef<Path>]) -> Result<Found> {
    let mut found = Found::default();
    for argument in arguments {
        let path = argument.as_ref();
        let is_pattern = || path.to_str().filter(|text| text.contains(['*', '?', '[']));
        if path == Path::new("-") {
            let stream = LogFile {
                name: "stdin".into(),
                path: path.to_owned(),
                stream: true,
                bytes: None,
                start: None,
                partition: BTreeMap::new(),
            };
            found.files.push(stream);
        } else if path.is_dir() {
            directory(path, &mut found)?;
        } else if path.exists() {
            found.files.push(LogFile::at(path)?);
        } else if let Some(text) = is_pattern() {
            pattern(text, &mut found)?;
        } else {
            return Err(missing(path));
        }
    }
    let streams = found.files.iter().filter(|file| file.path == Path::new("-")).count();
    if streams > 1 {
        return Err(Error::caller("`-` (stdin) stands twice; it can be read once"));
    }
    Ok(found)
}

/// The files that an argument names, if it names any.
#[must_use]
pub fn files_of(argument: &Path) -> Vec<PathBuf> {
    if argument.is_file() {
        return vec![argument.to_owned()];
    }
    let is_option = argument.as_os_str().as_encoded_bytes().starts_with(b"-");
    let found = if is_option { Found::default() } else { expand(&[argument]).unwrap_or_default() };
    found.files.into_iter().map(|file| file.path).collect()
}

/// Those of the files that are saved profiles, and the others.
///
/// # Errors
/// If a file cannot be read.
pub fn split_profiles(files: Vec<LogFile>) -> Result<(Vec<LogFile>, Vec<LogFile>)> {
    let mut split = (Vec::new(), Vec::new());
    for file in files {
        let side = if file.is_profile()? { &mut split.0 } else { &mut split.1 };
        side.push(file);
    }
    Ok(split)
}

impl LogFile {
    /// The file at `path`, which exists.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn at(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let metadata = fs::metadata(path).map_err(|error| Error::file(&name, &error))?;
        let stream = !metadata.is_file();
        let bytes = (!stream).then_some(metadata.len());
        Ok(Self { name, path: path.to_owned(), stream, bytes, start: None, partition: BTreeMap::new() })
    }

    /// JSONL, CSV or Parquet, if the name says so.
    #[must_use]
    pub fn format(&self) -> Option<Format> {
        let lower = self.name.to_ascii_lowercase();
        let name = unpacked_name(&lower);
        match Path::new(name).extension()?.to_str()? {
            "jsonl" | "ndjson" => Some(Format::Jsonl),
            "csv" | "tsv" => Some(Format::Csv),
            "parquet" if name == lower => Some(Format::Parquet),
            _ => None,
        }
    }

    /// Opens it from the start.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn open(&self) -> Result<Stream> {
        if self.path == Path::new("-") {
            return Ok(Box::new(io::stdin()));
        }
        File::open(&self.path).map(|file| Box::new(file) as Stream).map_err(|error| Error::file(&self.name, &error))
    }

    /// Its first bytes, at most `limit`. Not for streams: what was read of them is gone.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn head(&self, limit: usize) -> Result<Vec<u8>> {
        head_of(&mut self.open()?, limit).map_err(|error| Error::file(&self.name, &error))
    }

    /// Whether it is a saved profile.
    fn is_profile(&self) -> Result<bool> {
        Ok(!self.stream && self.head(PROFILE_MAGIC.len())? == PROFILE_MAGIC)
    }
}

/// The first bytes of a stream, and the stream from behind them.
///
/// # Errors
/// If it cannot be read.
pub fn open_stream(file: &LogFile) -> Result<(Vec<u8>, Stream)> {
    let mut reader = file.open()?;
    let head = head_of(&mut reader, HEAD).map_err(|error| Error::file(&file.name, &error))?;
    Ok((head, reader))
}

fn head_of(reader: &mut impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    reader.take(limit as u64).read_to_end(&mut head)?;
    Ok(head)
}

fn is_log(path: &Path) -> bool {
    let lower = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let name = unpacked_name(&lower);
    lower.ends_with(".parquet")
        || [".jsonl", ".ndjson", ".csv", ".tsv"].iter().any(|extension| name.ends_with(extension))
}

fn directory(path: &Path, found: &mut Found) -> Result<()> {
    let (mut logs, mut others) = (Vec::new(), Vec::new());
    walk(path, &mut BTreeSet::new(), &mut logs, &mut others)?;
    if logs.is_empty() {
        let hint = if others.is_empty() { "it holds no files" } else { "its files have other names" };
        return Err(Error::caller(format!(
            "{}: no logs in this directory ({hint}); looked for *.jsonl, *.ndjson, *.csv and *.tsv, plain, .gz or .zst, and *.parquet",
            path.display()
        )));
    }
    if let Some(first) = others.first() {
        let first = first.strip_prefix(path).unwrap_or(first).to_string_lossy();
        let message = format!("{}: ignored {} other files, such as {first}", path.display(), others.len());
        found.notes.push(message);
    }
    logs.sort();
    for log in logs {
        found.files.push(partitioned(&log, log.strip_prefix(path).unwrap_or(&log))?);
    }
    Ok(())
}

/// The logs of a directory and of the directories in it. Those that begin with a point or an underscore belong to the tools that
/// write logs.
fn walk(path: &Path, seen: &mut BTreeSet<PathBuf>, logs: &mut Vec<PathBuf>, others: &mut Vec<PathBuf>) -> Result<()> {
    let failed = |path: &Path, error: &io::Error| Error::file(path.display(), error);
    // Links may lead back to where they are.
    if !seen.insert(fs::canonicalize(path).map_err(|error| failed(path, &error))?) {
        return Ok(());
    }
    for entry in fs::read_dir(path).map_err(|error| failed(path, &error))? {
        let entry = entry.map_err(|error| failed(path, &error))?.path();
        // A link to nothing, or a log that nobody may look at, would be rows that are missing without a word.
        let found = fs::metadata(&entry).map_err(|error| failed(&entry, &error))?;
        let name = entry.file_name().unwrap_or_default().as_encoded_bytes();
        let is_of_tools = name.starts_with(b".") || name.starts_with(b"_");
        if found.is_dir() && !is_of_tools {
            walk(&entry, seen, logs, others)?;
        } else if found.is_file() && is_log(&entry) {
            logs.push(entry);
        } else {
            others.push(entry);
        }
    }
    Ok(())
}

/// A log with what its folders below the one that was named say.
fn partitioned(path: &Path, below: &Path) -> Result<LogFile> {
    Ok(LogFile { partition: partition(&below.to_string_lossy()), ..LogFile::at(path)? })
}

fn pattern(argument: &str, found: &mut Found) -> Result<()> {
    let paths = glob::glob(argument).map_err(|error| Error::caller(format!("{argument}: not a pattern: {error}")))?;
    let mut paths = paths
        .collect::<std::result::Result<Vec<PathBuf>, _>>()
        .map_err(|error| Error::file(error.path().display(), error.error()))?;
    for path in &paths {
        // As in a folder: a link to nothing would be rows that are missing without a word.
        fs::metadata(path).map_err(|error| Error::file(path.display(), &error))?;
    }
    paths.retain(|path| path.is_file());
    paths.sort();
    if paths.is_empty() {
        return Err(Error::caller(format!("{argument}: no file matches; see `ls {argument}`")));
    }
    for path in paths {
        found.files.push(partitioned(&path, &path)?);
    }
    Ok(())
}

fn missing(path: &Path) -> Error {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let wanted = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let Ok(entries) = fs::read_dir(folder) else {
        return Error::caller(format!("{}: there is no directory {}", path.display(), folder.display()));
    };
    let names: Vec<String> = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    let near = crate::nearest::nearest(&wanted, names.iter().map(String::as_str));
    let hint = near.map_or_else(String::new, |name| {
        let mut near = path.to_owned();
        near.set_file_name(name);
        format!("; did you mean {}?", near.display())
    });
    Error::caller(format!("{}: there is no such file{hint}", path.display()))
}
