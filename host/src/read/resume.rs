//! Reading on: what of some files is new since they were read last, and opening them there.
//!
//! A file is known by its first bytes, not by its name alone: a log that is rotated goes on under another name, and another file
//! begins under its own.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use driftgate_blocks::{MAX_HEADER, layout};
use driftgate_documents::{Format, Layout, Position};
use sha2::{Digest, Sha256};

use super::{LogFile, Stream, is_compressed, parquet::is_parquet, tap::hex};
use crate::error::{Error, Result};

/// A file is known by so many of its first bytes.
const HEAD_BYTES: u64 = 4096;

/// A header, and the first record of a new file, are looked for in so many bytes.
const FIRST_LINES: u64 = 2 * MAX_HEADER as u64;

/// The bytes of a position in a file that had to be read as one piece: nobody knows where a record of it ends.
const UNCUT: u64 = u64::MAX;

/// From where a log is read, in whole records only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// How many files of this name came before.
    pub turn: u64,
    /// Where reading stopped; `None` is the start of the file.
    pub after: Option<Position>,
}

/// What is new.
#[derive(Debug, Default)]
pub struct News {
    /// Files with records that were not read yet; the rest of a file that was rotated comes before the one of its name.
    pub files: Vec<LogFile>,
    /// Things worth saying.
    pub notes: Vec<String>,
}

/// A log, opened where it is to be read.
pub struct Opened {
    /// The bytes.
    pub reader: Stream,
    /// What stands before the records of a CSV log that is read on,
    pub header: Vec<u8>,
    /// and how it is laid out.
    pub layout: Option<Layout>,
    /// Which file it is and how long it was, where it is one.
    pub mark: Option<Position>,
}

/// The position in a file that is read as one piece.
pub fn uncut(mark: &Position) -> Position {
    Position { bytes: UNCUT, ..mark.clone() }
}

/// Opens a log at its start, or where it is to be read on.
///
/// # Errors
/// If it cannot be read.
pub fn open(log: &LogFile, format: Format) -> Result<Opened> {
    if log.stream {
        return Ok(Opened { reader: log.open()?, header: Vec::new(), layout: None, mark: None });
    }
    open_file(log, format).map_err(|error| Error::file(&log.name, &error))
}

fn open_file(log: &LogFile, format: Format) -> io::Result<Opened> {
    let mut file = File::open(&log.path)?;
    let head = first_bytes(&mut file, HEAD_BYTES)?;
    let after = log.start.as_ref().and_then(|start| start.after.as_ref());
    let bytes = file.metadata()?.len();
    let mark = Position {
        turn: log.start.as_ref().map_or(0, |start| start.turn),
        bytes,
        lines: 0,
        head_bytes: head.len() as u64,
        head: digest(&head),
    };
    let (mut header, mut found) = (Vec::new(), None);
    if let Some(after) = after {
        if !is_same(&head, bytes, after) {
            // It was rotated since it was looked at: the next look finds both files.
            return Ok(Opened { reader: Box::new(io::empty()), header, layout: None, mark: None });
        }
        if format == Format::Csv {
            file.rewind()?;
            header = first_bytes(&mut file, FIRST_LINES)?;
            found = layout(&header, (header.len() as u64) < FIRST_LINES).ok().flatten();
            header.truncate(found.map_or(0, |layout| usize::try_from(layout.end).unwrap_or(0)));
        }
    }
    file.seek(SeekFrom::Start(after.map_or(0, |after| after.bytes)))?;
    Ok(Opened { reader: Box::new(file), header, layout: found, mark: Some(mark) })
}

/// What of these files is new since they were read up to the positions.
///
/// # Errors
/// If a file cannot be read, or not be read on: a stream, or one that is compressed or could not be cut, and grew.
pub fn news(found: Vec<LogFile>, known: &BTreeMap<String, Position>) -> Result<News> {
    let seen = found.into_iter().map(Seen::of).collect::<Result<Vec<Seen>>>()?;
    let replaced = |name: &String, position: &Position| {
        seen.iter().find(|seen| seen.file.name == *name).is_none_or(|seen| !seen.is(position))
    };
    let gone: BTreeMap<&String, &Position> = known.iter().filter(|(name, at)| replaced(name, at)).collect();
    let mut news = News::default();
    let mut renamed = BTreeSet::new();
    let mut starts = Vec::new();
    for seen in &seen {
        let own = known.get(&seen.file.name);
        let same = own.filter(|at| seen.is(at));
        let moved = gone.iter().filter(|(_, at)| at.head_bytes > 0 && seen.is(at));
        let moved = moved.max_by_key(|(_, at)| at.bytes).filter(|_| same.is_none());
        renamed.extend(moved.map(|(name, _)| *name));
        let turn = match (own, same) {
            (Some(own), None) => own.turn.saturating_add(1),
            (own, _) => own.map_or(0, |own| own.turn),
        };
        starts.push(Start { turn, after: same.or(moved.map(|(_, at)| *at)).cloned() });
    }
    for (seen, start) in seen.iter().zip(starts) {
        let name = &seen.file.name;
        let lost = gone.get(name).filter(|_| !renamed.contains(name));
        if let Some(at) = lost {
            match beside(&seen.file.path, at, known)? {
                Some((rest, start)) => news.files.extend(rest.from(start)?),
                None => news.notes.push(format!(
                    "{name}: another file stands there since {} bytes of the old one were read; no file beside it begins like \
                     the old one, so what may have been written to that afterwards is not found",
                    at.bytes
                )),
            }
        }
        news.files.extend(seen.from(start)?);
    }
    Ok(news)
}

/// The file that was read up to the position and has another name now, in the same folder, and where to read it on.
fn beside(path: &Path, at: &Position, known: &BTreeMap<String, Position>) -> Result<Option<(Seen, Start)>> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let listed = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let entries = fs::read_dir(listed).map_err(|error| Error::file(listed.display(), &error))?;
    let mut paths: Vec<_> = entries.flatten().map(|entry| folder.join(entry.file_name())).collect();
    paths.retain(|other| {
        let name = other.file_name().unwrap_or_default().to_string_lossy();
        other != path && name.starts_with(&stem) && other.is_file()
    });
    paths.sort();
    for path in paths {
        let seen = Seen::of(LogFile::at(&path)?)?;
        if at.head_bytes > 0 && seen.is(at) {
            // Its rest may have been read under its new name, too.
            let later = known.get(&seen.file.name).filter(|later| seen.is(later) && later.bytes > at.bytes);
            let turn = known.get(&seen.file.name).map_or(0, |own| own.turn.saturating_add(u64::from(later.is_none())));
            let after = Some(later.unwrap_or(at).clone());
            return Ok(Some((seen, Start { turn, after })));
        }
    }
    Ok(None)
}

/// A file as it is now.
struct Seen {
    file: LogFile,
    head: Vec<u8>,
    bytes: u64,
}

impl Seen {
    fn of(file: LogFile) -> Result<Self> {
        let Some(bytes) = file.bytes.filter(|_| !file.stream) else {
            return Err(Error::caller(format!(
                "{}: a stream is read once, up to its end; --resume and --follow are for files (leave them out: a pipe is \
                 followed anyway)",
                file.name
            )));
        };
        let head = usize::try_from(HEAD_BYTES).map_or(Ok(Vec::new()), |limit| file.head(limit))?;
        Ok(Self { head, bytes, file })
    }

    /// Whether it is the file that was read up to this position.
    fn is(&self, at: &Position) -> bool {
        is_same(&self.head, self.bytes, at)
    }

    /// The file, to be read from there, if whole records stand behind.
    fn from(&self, start: Start) -> Result<Option<LogFile>> {
        let name = &self.file.name;
        let already = start.after.as_ref().map_or(0, |at| at.bytes);
        if already == UNCUT {
            return Err(Error::caller(format!(
                "{name}: quotes stand in the middle of its fields (or a record is longer than 8 MiB), so it can only be read as \
                 one piece, not on from where it was read; profile it without --resume or --follow"
            )));
        }
        if already == self.bytes {
            return Ok(None);
        }
        let at_once = is_compressed(&self.head) || is_parquet(&self.head);
        if at_once && start.after.is_some() {
            return Err(Error::caller(format!(
                "{name}: grew from {already} to {} bytes, and a compressed or Parquet file is read as a whole or not at all; profile its \
                 logs again without --resume, or write to a plain file",
                self.bytes
            )));
        }
        let whole = at_once || has_records(&self.file, &start).map_err(|error| Error::file(name, &error))?;
        let bytes = Some(self.bytes.saturating_sub(already));
        Ok(whole.then(|| LogFile { start: Some(start), bytes, ..self.file.clone() }))
    }
}

fn is_same(head: &[u8], bytes: u64, at: &Position) -> bool {
    let first = usize::try_from(at.head_bytes).ok().and_then(|count| head.get(..count));
    (bytes >= at.bytes || at.bytes == UNCUT) && first.is_some_and(|first| digest(first) == at.head)
}

/// Whether a line ends behind the start; of a new file, a line that is no header of CSV.
fn has_records(log: &LogFile, start: &Start) -> io::Result<bool> {
    let mut file = File::open(&log.path)?;
    let Some(after) = &start.after else {
        let first = first_bytes(&mut file, FIRST_LINES)?;
        let text = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&first).trim_ascii_start();
        let csv = log.format().map_or(!text.starts_with(b"{"), |format| format == Format::Csv);
        if first.len() as u64 == FIRST_LINES {
            return Ok(true);
        }
        let records = if csv {
            let found = layout(&first, false).ok().flatten();
            found.and_then(|layout| first.get(usize::try_from(layout.end).ok()?..)).unwrap_or_default()
        } else {
            text
        };
        return Ok(!records.trim_ascii().is_empty() && records.contains(&b'\n'));
    };
    file.seek(SeekFrom::Start(after.bytes))?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut buffer)?;
        let new = buffer.get(..read).unwrap_or_default();
        if read == 0 || memchr::memchr(b'\n', new).is_some() {
            return Ok(read > 0);
        }
    }
}

fn first_bytes(file: &mut File, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
