//! Reading a window: one thread cuts, the others push blocks into sandboxes of their own, and profiles come out.
//!
//! Which worker gets which block does not matter: profiles merge in any order with the same bytes.

use std::{
    io::{self, Cursor, Read},
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use driftgate_documents::{Format, InferOptions, Layout, Position, Schema, Source};

use super::{
    Digests, Found, LogFile, OutcomeFiles, Progress, Stream,
    blocks::{Blocks, Piece},
    classify, expand,
    outcomes::Log,
    parquet,
    resume::{self, Opened},
    split_profiles,
};
use crate::{
    document::document,
    error::{Error, Result},
    sandbox::{Component, Limits, Outcomes, PUSH, PUSH_COMPRESSED, Profile, Sandbox},
};

/// How windows are read.
#[derive(Clone)]
pub struct Reader<'a> {
    /// The code that reads.
    pub component: &'a Component,
    /// Number of workers.
    pub jobs: usize,
    /// What each worker may use.
    pub limits: Limits,
    /// Files of outcomes, beside those among the logs.
    pub outcomes: Vec<LogFile>,
    /// The day that is taken for today: later outcomes are not known.
    pub as_of: Option<String>,
    /// Only the times of the rows are read: the cheapest profile that knows the log's days.
    pub times_only: bool,
    /// What the columns mean, as JSON, where that is known already: what is read later is read alike.
    pub schema: Option<String>,
    /// Whether a compressed log that ends early is read as far as it goes.
    pub allow_truncated: bool,
    /// No progress bar.
    pub quiet: bool,
}

/// A window, read: profiles still to be merged.
#[derive(Default)]
pub struct Window {
    /// Saved profiles and those of the workers, as bytes.
    pub profiles: Vec<Vec<u8>>,
    /// The digest of the files, if asked for.
    pub digest: Option<String>,
    /// The most memory a worker used.
    pub memory_bytes: usize,
    /// Things worth saying.
    pub notes: Vec<String>,
    /// The label whose probability the logs hold in place of a confidence.
    pub confidence_of: Option<String>,
    /// What the logs' columns were taken to mean, as JSON.
    pub schema: Option<String>,
    /// The first id of the late outcomes and that of the rows, where both are there.
    pub ids: Option<(String, String)>,
}

/// Reads the logs and profiles that the arguments name.
///
/// # Errors
/// If a file cannot be read or a log not be understood.
pub fn read_window(
    reader: &Reader<'_>,
    label: &str,
    arguments: &[PathBuf],
    options: &InferOptions,
    digest: bool,
) -> Result<Window> {
    let Found { files, notes } = expand(arguments)?;
    let (saved, logs) = split_profiles(files)?;
    // A profile that ends by `as_of` is fine as it is; the analysis looks.
    let cut = options.from.is_some() || options.until != reader.as_of;
    if let Some(file) = saved.first().filter(|_| cut) {
        let flag = |name: &str, date: &Option<String>| date.as_ref().map(|date| format!("--{name} {date}"));
        let flags = [flag("from", &options.from), flag("until", &options.until)];
        let name = format!("{label}: {}", file.name);
        return Err(cannot_be_cut(&name, &flags.into_iter().flatten().collect::<Vec<_>>().join(" ")));
    }
    let digests = Digests::new(digest);
    let mut window = Window { notes, ..Window::default() };
    let asks = !options.map.is_empty()
        || !options.segments.is_empty()
        || options.timezone.is_some()
        || !options.ignore.is_empty()
        || options.decimal.is_some()
        || options.confidence_of.is_some();
    if !saved.is_empty() && (asks || !reader.outcomes.is_empty()) {
        window.notes.push(
            "a saved profile keeps the options it was made with: --map, --ignore, --decimal, --segment, --timezone, --confidence-of and --outcomes do not change it".into(),
        );
    }
    for file in saved {
        let mut bytes = Vec::new();
        let mut tap = digests.tap(file.open()?);
        tap.read_to_end(&mut bytes).map_err(|error| Error::file(&file.name, &error))?;
        window.profiles.push(bytes);
    }
    if !logs.is_empty() {
        read_logs(reader, label, logs, options, &digests, &mut window)?;
    }
    window.digest = digests.digest();
    Ok(window)
}

/// Reads logs, at least one, into a window.
///
/// # Errors
/// If a file cannot be read or a log not be understood.
pub fn read_logs(
    reader: &Reader<'_>,
    label: &str,
    logs: Vec<LogFile>,
    options: &InferOptions,
    digests: &Digests,
    window: &mut Window,
) -> Result<()> {
    let mut sandbox = reader.component.sandbox(reader.limits)?;
    let classified = classify(&mut sandbox, logs, reader, options)?;
    drop(sandbox);
    if let Some(log) = classified.outcomes.logs.iter().find(|log| log.file.start.is_some()) {
        return Err(Error::caller(format!(
            "{}: outcomes are joined to rows when these are read, so logs with outcomes of their own cannot be read on; profile \
             them without --resume or --follow",
            log.file.name
        )));
    }
    window.confidence_of = document::<Schema>(&classified.schema)?.probability_of;
    window.notes.extend(classified.notes);
    let bytes = classified.logs.iter().map(|log| log.file.bytes).sum::<Option<u64>>();
    let shared = Shared {
        reader,
        schema: &classified.schema,
        outcomes: &classified.outcomes,
        progress: Progress::new(label, bytes, reader.quiet),
        rows: AtomicU64::new(0),
        failed: AtomicBool::new(false),
    };
    let (profiles, memory_bytes) = shared.run(classified.logs, digests)?;
    window.profiles.extend(profiles);
    window.memory_bytes = memory_bytes;
    window.ids = classified.outcomes.id.zip(classified.id);
    window.schema = Some(classified.schema);
    Ok(())
}

/// The error for a saved profile of which only certain days are wanted.
#[must_use]
pub fn cannot_be_cut(name: &str, flags: &str) -> Error {
    Error::caller(format!("{name}: a saved profile cannot be cut by time; profile its logs again with {flags}"))
}

/// A piece of a log, to be read by any worker.
struct Job {
    /// Its place among all pieces: of several errors the first is reported.
    order: usize,
    source: String,
    header: Arc<[u8]>,
    body: Body,
}

enum Body {
    Bytes(Vec<u8>),
    Stream {
        reader: Stream,
        chunk: usize,
        name: String,
    },
    /// Read by one worker: only what stands in a file's end says what stands where.
    Parquet(LogFile),
}

/// What all workers of a window see.
struct Shared<'a> {
    reader: &'a Reader<'a>,
    schema: &'a str,
    outcomes: &'a OutcomeFiles,
    progress: Progress,
    rows: AtomicU64,
    failed: AtomicBool,
}

/// What went wrong, and at which piece.
type Failure = (usize, Error);

/// A worker's profile and the memory it used, if it got any work.
type Answer = std::result::Result<Option<(Vec<u8>, usize)>, Failure>;

impl Shared<'_> {
    /// Profiles of all workers, and the most memory one used.
    fn run(&self, logs: Vec<Log>, digests: &Digests) -> Result<(Vec<Vec<u8>>, usize)> {
        let (sender, receiver) = sync_channel(self.reader.jobs);
        let receiver = Arc::new(Mutex::new(receiver));
        let answers: Vec<Answer> = thread::scope(|scope| {
            let workers: Vec<_> = (0..self.reader.jobs)
                .map(|_| {
                    let receiver = Arc::clone(&receiver);
                    scope.spawn(move || self.work(&receiver))
                })
                .collect();
            drop(receiver);
            let cutting = self.cut_all(logs, digests, &sender);
            drop(sender);
            let answers = workers.into_iter().map(|worker| {
                worker.join().unwrap_or_else(|_| Err((0, Error::internal("a worker thread ended unexpectedly"))))
            });
            answers.chain([cutting.map(|()| None)]).collect()
        });
        self.progress.finish();
        let (mut profiles, mut memory, mut failures) = (Vec::new(), 0, Vec::new());
        for answer in answers {
            match answer {
                Ok(Some((bytes, memory_bytes))) => {
                    profiles.push(bytes);
                    memory = memory.max(memory_bytes);
                }
                Ok(None) => {}
                Err(failure) => failures.push(failure),
            }
        }
        match failures.into_iter().min_by_key(|(order, _)| *order) {
            Some((_, error)) => Err(error),
            None => Ok((profiles, memory)),
        }
    }

    /// Hands every piece of every log to the workers.
    fn cut_all(&self, logs: Vec<Log>, digests: &Digests, jobs: &SyncSender<Job>) -> std::result::Result<(), Failure> {
        let mut order = 0;
        for log in logs {
            let name = log.file.name.clone();
            self.cut(log, digests, jobs, &mut order)
                .map_err(|error| (order, Error::file(&name, &error)))?
                .map_err(|error| (order, error))?;
        }
        Ok(())
    }

    fn cut(&self, log: Log, digests: &Digests, jobs: &SyncSender<Job>, order: &mut usize) -> io::Result<Result<()>> {
        let Opened { reader, header, layout, mark } = match log.opened {
            Some((head, rest)) => {
                Opened { reader: Box::new(Cursor::new(head).chain(rest)), header: Vec::new(), layout: None, mark: None }
            }
            None => match resume::open(&log.file, log.format) {
                Ok(opened) => opened,
                Err(error) => return Ok(Err(error)),
            },
        };
        let (name, partition) = (log.file.name.clone(), log.file.partition.clone());
        let mut send =
            |header: &Arc<[u8]>, layout: Option<Layout>, body: Body, lines_before: u64, position: Option<Position>| {
                let source = Source {
                    name: name.clone(),
                    format: Some(log.format),
                    lines_before,
                    position,
                    layout,
                    partition: partition.clone(),
                    allow_truncated: self.reader.allow_truncated,
                };
                let source = serde_json::to_string(&source).unwrap_or_default();
                let job = Job { order: *order, source, header: Arc::clone(header), body };
                *order += 1;
                // Sending fails only when every worker is gone, and then each has left its reason.
                !self.failed.load(Ordering::Relaxed) && jobs.send(job).is_ok()
            };
        if log.format == Format::Parquet {
            digests.whole(std::fs::File::open(&log.file.path)?)?;
            send(&Arc::from([]), None, Body::Parquet(log.file), 0, mark);
            return Ok(Ok(()));
        }
        let reader = digests.tap(reader);
        let stream = |reader, chunk| Body::Stream { reader, chunk, name: name.clone() };
        if log.compressed {
            send(&Arc::from([]), None, stream(Box::new(reader), PUSH_COMPRESSED), 0, mark);
            return Ok(Ok(()));
        }
        let mut blocks = match &log.file.start {
            None => Blocks::new(reader, log.format)?,
            Some(resume::Start { after: None, .. }) => Blocks::new(reader, log.format)?.whole(),
            Some(resume::Start { after: Some(at), .. }) => {
                Blocks::after(reader, log.format, (header, layout), at.bytes, at.lines)
            }
        };
        let (header, layout): (Arc<[u8]>, _) = (Arc::from(std::mem::take(&mut blocks.header)), blocks.layout);
        while let Some(piece) = blocks.next()? {
            let wanted = match piece {
                Piece::Block { bytes, lines_before } => {
                    let at = mark.clone().map(|mark| Position { bytes: blocks.bytes, lines: blocks.lines, ..mark });
                    send(&header, layout, Body::Bytes(bytes), lines_before, at)
                }
                Piece::Rest { reader, lines_before } => send(
                    &header,
                    layout,
                    stream(Box::new(reader), PUSH),
                    lines_before,
                    mark.as_ref().map(resume::uncut),
                ),
            };
            if !wanted {
                break;
            }
        }
        Ok(Ok(()))
    }

    /// One worker: takes pieces until there are no more; answers its profile, if it got any.
    fn work(&self, jobs: &Mutex<Receiver<Job>>) -> Answer {
        let mut worker: Option<Worker> = None;
        while let Some(job) = next(jobs) {
            let order = job.order;
            let done = match &mut worker {
                Some(worker) => self.read(worker, job),
                none => self.hire().and_then(|worker| self.read(none.insert(worker), job)),
            };
            if let Err(error) = done {
                // The cutter stops; what is in the queue is left.
                self.failed.store(true, Ordering::Relaxed);
                while next(jobs).is_some() {}
                return Err((order, error));
            }
        }
        let Some(Worker { mut sandbox, profile: Some(profile), .. }) = worker else { return Ok(None) };
        let bytes = sandbox.finish(&profile).and_then(|()| sandbox.to_bytes(&profile));
        Ok(Some((bytes.map_err(|error| (usize::MAX, error))?, sandbox.memory_bytes())))
    }

    /// A worker with a sandbox of its own, who knows the outcomes.
    fn hire(&self) -> Result<Worker> {
        let mut sandbox = self.reader.component.sandbox(self.reader.limits)?;
        if self.outcomes.logs.is_empty() {
            return Ok(Worker { sandbox, outcomes: None, profile: None });
        }
        let outcomes = sandbox.outcomes(&self.outcomes.schema)?;
        for log in &self.outcomes.logs {
            let source = Source {
                name: log.file.name.clone(),
                format: Some(log.format),
                allow_truncated: self.reader.allow_truncated,
                ..Source::default()
            };
            let source = serde_json::to_string(&source).unwrap_or_default();
            sandbox.outcomes_source(&outcomes, &source)?;
            if log.format == Format::Parquet {
                parquet::batches(self.reader.component, &log.file, |batch, _| {
                    sandbox.outcomes_push_columns(&outcomes, batch).map(drop)
                })?;
                continue;
            }
            let chunk = if log.compressed { PUSH_COMPRESSED } else { PUSH };
            chunks(&log.file.name, log.file.open()?, chunk, |bytes| sandbox.outcomes_push(&outcomes, bytes).map(drop))?;
        }
        sandbox.outcomes_finish(&outcomes)?;
        Ok(Worker { sandbox, outcomes: Some(outcomes), profile: None })
    }

    /// Reads one piece into the worker's profile.
    fn read(&self, worker: &mut Worker, job: Job) -> Result<()> {
        let Worker { sandbox, outcomes, profile } = worker;
        let profile = match profile {
            Some(profile) => {
                sandbox.source(profile, &job.source)?;
                profile
            }
            none => none.insert(sandbox.profile(self.schema, &job.source, outcomes.as_ref())?),
        };
        let mut rows = 0;
        let mut advance = |bytes: usize, now: u64| {
            let more = now.saturating_sub(rows);
            let all = self.rows.fetch_add(more, Ordering::Relaxed) + more;
            rows = now;
            self.progress.advance(bytes, all);
        };
        if let Body::Parquet(file) = &job.body {
            parquet::batches(self.reader.component, file, |batch, bytes| {
                advance(bytes, sandbox.push_columns(profile, batch)?);
                Ok(())
            })?;
        }
        let mut push = |bytes: &[u8]| {
            advance(bytes.len(), sandbox.push(profile, bytes)?);
            Ok(())
        };
        job.header.chunks(PUSH).try_for_each(&mut push)?;
        match job.body {
            Body::Bytes(bytes) => bytes.chunks(PUSH).try_for_each(&mut push)?,
            Body::Stream { reader, chunk, name } => chunks(&name, reader, chunk, push)?,
            Body::Parquet(_) => {}
        }
        Ok(())
    }
}

struct Worker {
    sandbox: Sandbox,
    outcomes: Option<Outcomes>,
    profile: Option<Profile>,
}

fn next(jobs: &Mutex<Receiver<Job>>) -> Option<Job> {
    jobs.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

/// Hands on what a reader gives, in chunks of at most `size` bytes.
fn chunks(name: &str, mut reader: impl Read, size: usize, mut push: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
    let mut buffer = Vec::with_capacity(size);
    loop {
        buffer.clear();
        let read = (&mut reader).take(size as u64).read_to_end(&mut buffer);
        match read.map_err(|error| Error::file(name, &error))? {
            0 => return Ok(()),
            _ => push(&buffer)?,
        }
    }
}

/// One profile of several: the order does not matter.
///
/// # Errors
/// If they are no profiles, or were made with different settings.
pub fn merged(sandbox: &mut Sandbox, profiles: Vec<Vec<u8>>) -> Result<Profile> {
    let mut all: Option<Profile> = None;
    for bytes in profiles {
        let profile = sandbox.from_bytes(&bytes)?;
        match &all {
            None => all = Some(profile),
            Some(first) => {
                sandbox.merge(first, &profile)?;
                sandbox.drop_profile(profile)?;
            }
        }
    }
    all.ok_or_else(|| Error::internal("a window was read and gave no profile"))
}
