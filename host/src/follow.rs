//! `--resume` and `--follow`: logs are read on from where they were read before, and what is new is merged into one state.
//!
//! The state is a profile; where its logs stopped stands in its provenance. So it can be saved, and read on by another process,
//! and memory does not grow with what went by.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use driftgate_documents::{Cases, InferOptions, Position, Provenance};

use crate::{
    commands,
    document::document,
    error::{Error, Result},
    interrupt, output,
    read::{Digests, Found, Reader, Window, expand, merged, news, read_logs, split_profiles},
    sandbox::{Component, Limits, Profile, Sandbox},
    settings::Settings,
};

/// How often is looked, unless said otherwise.
const EVERY: Duration = Duration::from_secs(1);

/// A time such as 5s, 500ms or 1m, from 100 ms to a day.
pub fn every(text: &str) -> std::result::Result<Duration, String> {
    let time = text.parse::<jiff::SignedDuration>().ok().and_then(|time| Duration::try_from(time).ok());
    let fits = |time: &Duration| (Duration::from_millis(100)..=Duration::from_secs(86_400)).contains(time);
    time.filter(fits).ok_or_else(|| "expected a time from 100ms to 24h, such as 5s".into())
}

/// Logs that are read on.
struct Logs<'a> {
    arguments: &'a [PathBuf],
    options: InferOptions,
    reader: Reader<'a>,
    /// What was read so far, as a saved profile, and how far.
    state: Option<Vec<u8>>,
    known: BTreeMap<String, Position>,
    said: BTreeSet<String>,
}

impl<'a> Logs<'a> {
    fn new(reader: Reader<'a>, arguments: &'a [PathBuf], options: InferOptions) -> Self {
        Self { arguments, options, reader, state: None, known: BTreeMap::new(), said: BTreeSet::new() }
    }

    /// Begins where a saved profile ends.
    fn begin(&mut self, saved: Vec<u8>) -> Result<()> {
        let mut sandbox = self.reader.component.sandbox(Limits::ANALYSIS)?;
        let profile = sandbox.from_bytes(&saved)?;
        self.known = positions(&mut sandbox, &profile)?;
        self.state = Some(saved);
        Ok(())
    }

    /// Reads what is new into the state; answers whether anything was.
    fn read_on(&mut self) -> Result<bool> {
        let Found { files, notes } = self.found()?;
        self.say(notes);
        let (saved, files) = split_profiles(files)?;
        if let Some(saved) = saved.first() {
            return Err(Error::caller(format!(
                "{}: a saved profile does not grow; give the logs to --resume and --follow",
                saved.name
            )));
        }
        let news = news(files, &self.known)?;
        self.say(news.notes);
        if news.files.is_empty() {
            return Ok(false);
        }
        let mut window = Window::default();
        window.profiles.extend(self.state.clone());
        read_logs(&self.reader, "current", news.files, &self.options, &Digests::default(), &mut window)?;
        self.say(window.notes);
        self.reader.schema = window.schema;
        let mut sandbox = self.reader.component.sandbox(Limits::ANALYSIS)?;
        let profile = merged(&mut sandbox, window.profiles)?;
        let known = positions(&mut sandbox, &profile)?;
        let grew = self.state.is_none() || known != self.known;
        if grew {
            self.state = Some(sandbox.to_bytes(&profile)?);
            self.known = known;
        }
        Ok(grew)
    }

    /// The files there are now. Between two moves of a rotation a name may be missing for a while.
    fn found(&self) -> Result<Found> {
        if self.state.is_none() {
            return expand(self.arguments);
        }
        let mut all = Found::default();
        for argument in self.arguments {
            if let Ok(found) = expand(std::slice::from_ref(argument)) {
                all.files.extend(found.files);
                all.notes.extend(found.notes);
            }
        }
        Ok(all)
    }

    fn say(&mut self, notes: Vec<String>) {
        for note in notes {
            if self.said.insert(note.clone()) {
                output::note(&format!("note: {note}"), self.reader.quiet);
            }
        }
    }
}

fn positions(sandbox: &mut Sandbox, profile: &Profile) -> Result<BTreeMap<String, Position>> {
    let provenance: Provenance = document(&sandbox.provenance(profile)?)?;
    let sources = provenance.sources.into_iter();
    Ok(sources.filter_map(|(name, source)| Some((name, source.position?))).collect())
}

/// What cannot be asked of logs that are read on.
fn check_settings(settings: &Settings, logs: &[PathBuf]) -> Result<()> {
    let refused = [
        ("as_of", "--as-of", "rows that were left out are not read again when their day comes"),
        ("lookback", "--lookback", "a state cannot be cut to its last days any more"),
        ("outcomes", "--outcomes", "outcomes are joined to rows when these are read, and later ones would be lost"),
    ];
    if let Some((_, flag, why)) = refused.iter().find(|(name, ..)| settings.get(name).is_some()) {
        return Err(Error::caller(format!(
            "{flag} does not go with --resume or --follow: {why}; leave one of them out"
        )));
    }
    match expand(logs)?.files.iter().find(|file| file.stream) {
        None => Ok(()),
        Some(file) => Err(Error::caller(format!(
            "{}: read once, up to its end, so it is followed anyway: leave out --resume and --follow",
            file.name
        ))),
    }
}

/// Reads on into the saved profile at `path`, once or, with `follow`, for good.
pub fn profile(
    settings: &Settings,
    quiet: bool,
    logs: &[PathBuf],
    options: InferOptions,
    path: &Path,
    resume: bool,
    follow: Option<Option<Duration>>,
) -> Result<()> {
    check_settings(settings, logs)?;
    let component = Component::embedded(output::preparing)?;
    let reader = commands::reader(&component, settings, quiet, options.cases)?;
    let mut logs = Logs::new(reader, logs, options);
    let named = |error: Error| Error { message: format!("{}: {error}", path.display()), ..error };
    match fs::read(path) {
        Ok(saved) if resume => logs.begin(saved).map_err(named)?,
        Err(error) if resume && error.kind() != io::ErrorKind::NotFound => {
            return Err(Error::file(path.display(), &error));
        }
        _ => {}
    }
    if follow.is_some() {
        interrupt::ends_with(0);
    }
    loop {
        if logs.read_on()? {
            let bytes = logs.state.as_deref().unwrap_or_default();
            output::save(path, bytes)?;
            output::note(&format!("{}: {} KiB", path.display(), bytes.len().div_ceil(1024)), quiet);
        } else if follow.is_none() {
            if logs.state.is_none() {
                return Err(Error::caller(
                    "no whole record yet: with --resume a last line without line end is left for the next time",
                ));
            }
            output::note(&format!("{}: nothing new", path.display()), quiet);
        }
        match follow {
            None => return Ok(()),
            Some(every) => thread::sleep(every.unwrap_or(EVERY)),
        }
    }
}

/// Checks logs against the reference again whenever they grew; `give` takes each report and answers its exit code.
pub fn check(
    settings: &Settings,
    quiet: bool,
    logs: &[PathBuf],
    reference: &[PathBuf],
    every: Option<Duration>,
    mut give: impl FnMut(&str) -> Result<u8>,
) -> Result<u8> {
    if reference.is_empty() {
        return Err(Error::caller("check --follow: compared with what? add --reference LOGS"));
    }
    check_settings(settings, logs)?;
    let plan = settings.plan()?;
    let options = settings.infer_options()?;
    let component = Component::embedded(output::preparing)?;
    let reader = commands::reader(&component, settings, quiet, Cases::None)?;
    let (reference, confidence_of) = commands::reference(&reader, reference, &options)?;
    let confidence_of = options.confidence_of.clone().or(confidence_of);
    let mut logs = Logs::new(reader, logs, InferOptions { confidence_of, ..options });
    // Nothing was decided before the first report.
    let mut code = 3;
    interrupt::ends_with(code);
    loop {
        if logs.read_on()? {
            let mut sandbox = component.sandbox(Limits::ANALYSIS)?;
            let before = sandbox.from_bytes(&reference)?;
            let now = sandbox.from_bytes(logs.state.as_deref().unwrap_or_default())?;
            let report = sandbox.analyze(&plan, &[("reference", &before), ("current", &now)])?;
            let _whole = interrupt::answering();
            code = give(&report)?;
            interrupt::ends_with(code);
        }
        if output::is_closed() {
            return Ok(code);
        }
        thread::sleep(every.unwrap_or(EVERY));
    }
}
