//! What every door opens: JSON texts and bytes in, JSON texts and bytes out. Doors stay thin because this is here.
//!
//! A handle that answered an error stays failed: every later call answers `state`, never a trap.

use alloc::{
    collections::BTreeMap,
    format,
    rc::Rc,
    string::{String, ToString},
    vec::Vec,
};

use driftgate_documents::{
    Assigned, Assignment, CalibrationOptions, ComparisonOptions, DetectOptions, Facts, InferOptions, Metrics, Plan,
    Policy, Schema, Source, Verdict,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    Error, analyze, assign,
    decide::{self, Grounds},
    detect, json_path,
    profile::Profile,
    read::{self, LogReader, Outcomes, TypedColumn},
    words::nearest,
};

/// The most bytes one push may carry.
pub const MAX_PUSH: usize = 256 * 1024;

/// Infers the meaning of a log's columns from its first bytes: [`InferOptions`] in, `Inference` out.
///
/// # Errors
/// If the head holds no records, or a role is ambiguous or mixed up.
pub fn infer(head: &[u8], options: &str) -> Result<String, Error> {
    to_json(&read::infer(head, &parse::<InferOptions>("options", options)?)?)
}

/// The same from the first rows of a log that is typed columns, at most 8,192.
///
/// # Errors
/// Those of [`infer`], and if the columns do not fit together.
pub fn infer_columns(head: &[TypedColumn], options: &str) -> Result<String, Error> {
    to_json(&read::infer_columns(head, &parse::<InferOptions>("options", options)?)?)
}

/// How a CSV log is laid out, as a `Layout`, told by its first bytes: at least 1 MiB of them, or all. `None` if no header ends there,
/// or if there is something wrong with it, which its reader says.
///
/// # Errors
/// If it cannot be written as JSON, which would be our mistake.
pub fn layout(head: &[u8], ended: bool) -> Result<Option<String>, Error> {
    driftgate_blocks::layout(head, ended).ok().flatten().map(|layout| to_json(&layout)).transpose()
}

/// A plan and windows by name in, a report out.
///
/// # Errors
/// If the plan is wrong, a window is unknown, unfinished or given twice, or a log has too many bad rows.
pub fn analyze(plan: &str, windows: &[(&str, &ProfileHandle)]) -> Result<String, Error> {
    let plan = parse::<Plan>("plan", plan)?;
    to_json(&analyze::analyze(&plan, &finished(windows)?)?)
}

fn finished<'a>(windows: &[(&'a str, &'a ProfileHandle)]) -> Result<Vec<(&'a str, &'a Profile)>, Error> {
    windows.iter().map(|(name, handle)| Ok((*name, handle.finished()?))).collect()
}

/// A plan, [`CalibrationOptions`] and a calm log in, its false alarms and power out.
///
/// # Errors
/// If plan or options are wrong, the log is unfinished, has too many bad rows or is too large to be kept whole.
pub fn calibrate(plan: &str, options: &str, log: &ProfileHandle) -> Result<String, Error> {
    let plan = parse::<Plan>("plan", plan)?;
    let options = parse::<CalibrationOptions>("options", options)?;
    to_json(&analyze::calibrate(&plan, &options, log.finished()?)?)
}

/// A plan, [`ComparisonOptions`] and windows by name in (`current`, maybe `baseline`), a comparison of their models out.
///
/// # Errors
/// If plan or options are wrong, a window is unknown, unfinished or given twice, has too many bad rows or was profiled without its
/// cases, or there are not two arms to compare.
pub fn compare(plan: &str, options: &str, windows: &[(&str, &ProfileHandle)]) -> Result<String, Error> {
    let plan = parse::<Plan>("plan", plan)?;
    let options = parse::<ComparisonOptions>("options", options)?;
    to_json(&analyze::compare(&plan, &options, &finished(windows)?)?)
}

/// A policy, a report and facts in, a decision out.
///
/// # Errors
/// If one of the documents cannot be read; what a policy *asks* for and the report does not hold is a failed check.
pub fn decide(policy: &str, report: &str, facts: &str) -> Result<(Verdict, String), Error> {
    let policy = parse::<Policy>("policy", policy)?;
    let report = parse::<Grounds>("report", report)?;
    let facts = parse::<Facts>("facts", facts)?;
    let decision = decide::decide(&policy, &report, &facts)?;
    Ok((decision.verdict, to_json(&decision)?))
}

/// What a [`Policy`] asks of the logs, as `Needs`.
///
/// # Errors
/// If the policy cannot be read.
pub fn needs(policy: &str) -> Result<String, Error> {
    to_json(&parse::<Policy>("policy", policy)?.needs())
}

/// The built-in [`Policy`] of that name.
///
/// # Errors
/// If there is none.
pub fn preset(name: &str) -> Result<String, Error> {
    let known = Policy::PRESETS.join(", ");
    let policy = Policy::preset(name).ok_or_else(|| Error::usage(format!("policy `{name}`: expected one of {known}")));
    to_json(&policy?)
}

/// The metrics there are, as `Metrics`.
///
/// # Errors
/// If it cannot be written as JSON, which would be our mistake.
pub fn metrics() -> Result<String, Error> {
    to_json(&Metrics::ALL)
}

/// An [`Assignment`] and units as a JSON array of texts in, a JSON array of [`Assigned`] in their order out.
///
/// # Errors
/// If one of the documents cannot be read, or the arms cannot be assigned.
pub fn assign(assignment: &str, units: &str) -> Result<String, Error> {
    let assignment = parse::<Assignment>("assignment", assignment)?;
    assign::check(&assignment)?;
    let assigned = |unit: String| {
        let arm = assign::arm(&assignment, &unit).map(Into::into);
        Assigned { bucket: assign::bucket(&assignment.experiment, &unit), arm, unit }
    };
    to_json(&parse::<Vec<String>>("units", units)?.into_iter().map(assigned).collect::<Vec<_>>())
}

/// [`DetectOptions`] and a stream of values in (NaN is missing), a `Detection` out: where it changes.
///
/// # Errors
/// If the options cannot be read or are outside their ranges, or a value is not one that the detector takes.
pub fn detect(options: &str, values: &[f64]) -> Result<String, Error> {
    to_json(&detect::detect(&detect_options(options)?, values)?)
}

/// serde reads these options by way of a copy that has lost their places: the first that is wrong beside the detector alone is
/// named.
fn detect_options(text: &str) -> Result<DetectOptions, Error> {
    parse("options", text).map_err(|error| {
        let all = serde_json::from_str::<BTreeMap<String, Value>>(text).unwrap_or_default();
        let wrong = |more: String| {
            let detector = all.get("detector")?;
            serde_json::from_str::<DetectOptions>(&format!("{{\"detector\":{detector}{more}}}")).err()
        };
        let alone = |(key, value): (&String, &Value)| wrong(format!(",{}:{value}", Value::from(key.as_str())));
        let mut others = all.iter().filter(|(key, _)| *key != "detector");
        if wrong(String::new()).is_some() {
            return error;
        }
        others
            .find_map(|other| alone(other).map(|error| (other.0, error.to_string())))
            .map_or(error, |(key, message)| {
                Error::usage(format!("options, at {key}: {message}{}", suggestion(&message)))
            })
    })
}

/// The digest of 120,000 function values: two doors with the same one compute the same bits.
#[must_use]
pub fn digest() -> u64 {
    crate::math::digest()
}

/// Late outcomes while they are read and after.
pub struct OutcomesHandle {
    schema: Rc<Schema>,
    state: State<(Option<LogReader>, Outcomes), Rc<Outcomes>>,
}

/// A profile while it reads and after.
pub struct ProfileHandle {
    state: State<Reading, Profile>,
}

struct Reading {
    schema: Rc<Schema>,
    outcomes: Option<Rc<Outcomes>>,
    reader: LogReader,
    profile: Profile,
}

impl Reading {
    fn end_source(&mut self) -> Result<(), Error> {
        let provenance = self.reader.finish(&mut |table| self.profile.update(&table))?;
        self.profile.read_from(provenance);
        Ok(())
    }
}

enum State<Reading, Done> {
    Reading(Reading),
    Done(Done),
    Failed,
}

impl OutcomesHandle {
    /// Begins to collect outcomes.
    ///
    /// # Errors
    /// If the schema cannot be read or has no id or actual.
    pub fn create(schema: &str) -> Result<Self, Error> {
        let schema = Rc::new(parse::<Schema>("schema", schema)?);
        let outcomes = Outcomes::new(&schema)?;
        Ok(Self { schema, state: State::Reading((None, outcomes)) })
    }

    /// Begins the next file.
    ///
    /// # Errors
    /// If the previous file could not be ended, or the source cannot be read.
    pub fn source(&mut self, source: &str) -> Result<(), Error> {
        let schema = Rc::clone(&self.schema);
        self.reading(|reader, outcomes| {
            end(reader, outcomes)?;
            *reader = Some(LogReader::new(schema, parse::<Source>("source", source)?, None)?);
            Ok(())
        })
    }

    /// Reads bytes cut anywhere; answers the ids so far.
    ///
    /// # Errors
    /// If too many ids come, or the bytes cannot be decoded.
    pub fn push(&mut self, chunk: &[u8]) -> Result<u64, Error> {
        self.reading(|reader, outcomes| {
            let reader = reader.as_mut().ok_or_else(|| Error::state("push before source: name the file first"))?;
            check_push(chunk)?;
            reader.push(chunk, &mut |table| outcomes.insert(&table))?;
            Ok(outcomes.len())
        })
    }

    /// Reads a batch of typed columns; answers the ids so far.
    ///
    /// # Errors
    /// If too many ids come, bytes were pushed before, or the columns do not fit together.
    pub fn push_columns(&mut self, columns: &[TypedColumn]) -> Result<u64, Error> {
        self.reading(|reader, outcomes| {
            let reader =
                reader.as_mut().ok_or_else(|| Error::state("push-columns before source: name the file first"))?;
            reader.push_columns(columns, &mut |table| outcomes.insert(&table))?;
            Ok(outcomes.len())
        })
    }

    /// Ends the last file.
    ///
    /// # Errors
    /// If it could not be ended.
    pub fn finish(&mut self) -> Result<(), Error> {
        self.reading(end)?;
        if let State::Reading((_, outcomes)) = core::mem::replace(&mut self.state, State::Failed) {
            self.state = State::Done(Rc::new(outcomes));
        }
        Ok(())
    }

    fn reading<T>(
        &mut self,
        work: impl FnOnce(&mut Option<LogReader>, &mut Outcomes) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let State::Reading((reader, outcomes)) = &mut self.state else { return Err(not_reading(&self.state)) };
        let result = work(reader, outcomes);
        if result.is_err() {
            self.state = State::Failed;
        }
        result
    }

    fn finished(&self) -> Result<Rc<Outcomes>, Error> {
        match &self.state {
            State::Done(outcomes) => Ok(Rc::clone(outcomes)),
            other => Err(not_finished(other)),
        }
    }
}

fn end(reader: &mut Option<LogReader>, outcomes: &mut Outcomes) -> Result<(), Error> {
    let Some(mut reader) = reader.take() else { return Ok(()) };
    let provenance = reader.finish(&mut |table| outcomes.insert(&table))?;
    outcomes.read_from(provenance);
    Ok(())
}

impl ProfileHandle {
    /// Begins to read a log.
    ///
    /// # Errors
    /// If schema or source cannot be read, or the outcomes are not finished.
    pub fn create(schema: &str, source: &str, outcomes: Option<&OutcomesHandle>) -> Result<Self, Error> {
        let schema = Rc::new(parse::<Schema>("schema", schema)?);
        let outcomes = outcomes.map(OutcomesHandle::finished).transpose()?;
        let profile = Profile::new(&schema)?;
        let source = parse::<Source>("source", source)?;
        let reader = LogReader::new(Rc::clone(&schema), source, outcomes.clone())?;
        Ok(Self { state: State::Reading(Reading { schema, outcomes, reader, profile }) })
    }

    /// Begins the next file or block of the same window, which costs less than a profile of its own that is merged.
    ///
    /// # Errors
    /// If the previous one could not be ended, or the source cannot be read.
    pub fn source(&mut self, source: &str) -> Result<(), Error> {
        self.reading(|reading| {
            reading.end_source()?;
            let source = parse::<Source>("source", source)?;
            reading.reader = LogReader::new(Rc::clone(&reading.schema), source, reading.outcomes.clone())?;
            Ok(())
        })
    }

    /// Reads bytes cut anywhere; answers the rows of this source so far.
    ///
    /// # Errors
    /// If the bytes cannot be decoded at all; a bad row is counted instead.
    pub fn push(&mut self, chunk: &[u8]) -> Result<u64, Error> {
        self.reading(|Reading { reader, profile, .. }| {
            check_push(chunk)?;
            reader.push(chunk, &mut |table| profile.update(&table))?;
            Ok(reader.rows())
        })
    }

    /// Reads a batch of typed columns, at most 8,192 rows; answers the rows so far.
    ///
    /// # Errors
    /// If bytes were pushed before, or the columns do not fit together; a bad row is counted instead.
    pub fn push_columns(&mut self, columns: &[TypedColumn]) -> Result<u64, Error> {
        self.reading(|Reading { reader, profile, .. }| {
            reader.push_columns(columns, &mut |table| profile.update(&table))?;
            Ok(reader.rows())
        })
    }

    /// Ends the log.
    ///
    /// # Errors
    /// If it was finished before.
    pub fn finish(&mut self) -> Result<(), Error> {
        self.reading(Reading::end_source)?;
        if let State::Reading(reading) = core::mem::replace(&mut self.state, State::Failed) {
            self.state = State::Done(reading.profile);
        }
        Ok(())
    }

    /// Adds another finished profile to this finished one.
    ///
    /// # Errors
    /// If one is not finished, or they were made with different schemas.
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        let other = other.finished()?;
        match &mut self.state {
            State::Done(profile) => profile.merge(other),
            state => Err(not_finished(state)),
        }
    }

    /// The finished profile as bytes: versioned, checksummed, the same for any order and split of the same rows.
    ///
    /// # Errors
    /// If it is not finished.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        self.finished()?.to_bytes()
    }

    /// Reads a profile back. The bytes may come from anyone.
    ///
    /// # Errors
    /// If they are no profile, of another version, cut or altered.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        Ok(Self { state: State::Done(Profile::from_bytes(bytes)?) })
    }

    /// The `Provenance` of the finished profile: which files it was read from, and how far.
    ///
    /// # Errors
    /// If it is not finished.
    pub fn provenance(&self) -> Result<String, Error> {
        to_json(self.finished()?.provenance())
    }

    fn reading<T>(&mut self, work: impl FnOnce(&mut Reading) -> Result<T, Error>) -> Result<T, Error> {
        let State::Reading(reading) = &mut self.state else { return Err(not_reading(&self.state)) };
        let result = work(reading);
        if result.is_err() {
            self.state = State::Failed;
        }
        result
    }

    fn finished(&self) -> Result<&Profile, Error> {
        match &self.state {
            State::Done(profile) => Ok(profile),
            other => Err(not_finished(other)),
        }
    }
}

fn check_push(chunk: &[u8]) -> Result<(), Error> {
    if chunk.len() <= MAX_PUSH {
        return Ok(());
    }
    Err(Error::limit(format!(
        "push: {} bytes at once; at most {MAX_PUSH}, push the rest in further calls",
        chunk.len()
    )))
}

fn not_reading<R, D>(state: &State<R, D>) -> Error {
    Error::state(match state {
        State::Done(_) => "already finished: create a new handle to read more, and merge the two",
        _ => "this handle answered an error before: create a new one",
    })
}

fn not_finished<R, D>(state: &State<R, D>) -> Error {
    Error::state(match state {
        State::Reading(_) => "not finished: call finish first",
        _ => "this handle answered an error before: create a new one",
    })
}

/// Reads a document, naming the path of what is wrong and the nearest known key.
pub(crate) fn parse<T: DeserializeOwned>(document: &str, text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| refused(document, text, &error))
}

fn refused(document: &str, text: &str, error: &serde_json::Error) -> Error {
    let path = json_path::path_at(text, error.line(), error.column());
    let place = if path.is_empty() { String::new() } else { format!(", at {path}") };
    let message = error.to_string();
    Error::usage(format!("{document}{place}: {message}{}", suggestion(&message)))
}

fn to_json<T: Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::limit(format!("cannot write the document: {error}")))
}

/// serde says ``unknown field `a`, expected one of `b`, `c` ``: names the nearest of the known ones.
fn suggestion(message: &str) -> String {
    let Some(rest) = message.strip_prefix("unknown ") else { return String::new() };
    let mut quoted = rest.split('`').skip(1).step_by(2);
    let Some(unknown) = quoted.next() else { return String::new() };
    nearest(unknown, quoted).map_or_else(String::new, |known| format!("; did you mean `{known}`?"))
}
