//! The same calls natively, through the component, and through the browser's door in Node and in Chromium.

mod web;

use driftgate::sandbox::{Cells, Column, Component, EMBEDDED, Limits, Sandbox, Texts};
use driftgate_core::{
    door::{self, OutcomesHandle, ProfileHandle},
    read::{TypedCells, TypedColumn},
};
use serde_json::{Value, json};

pub use self::web::Web;

/// Bytes of a log with the document that says where they come from.
#[derive(Clone)]
pub struct Block {
    /// A `Source`.
    pub source: Value,
    /// The bytes; those of CSV begin with the header.
    pub bytes: Vec<u8>,
}

impl Block {
    /// A whole file.
    #[must_use]
    pub fn file(name: &str, bytes: &[u8]) -> Self {
        Self { source: json!({ "name": name }), bytes: bytes.to_vec() }
    }
}

/// What every door can do. Errors are the messages.
pub trait Door {
    /// The answer of `infer`.
    fn infer(&mut self, head: &[u8], options: &Value) -> Result<String, String>;
    /// Profiles each block, pushed in chunks of `chunk` bytes, and merges them from left to right.
    fn profile(&mut self, schema: &str, blocks: &[Block], chunk: usize, outcomes: &[Block]) -> Result<Vec<u8>, String>;
    /// The answer of `infer-columns`, and the profile of the batches with the schema in it.
    fn columns(&mut self, batches: &[Vec<TypedColumn>], options: &Value) -> Result<(String, Vec<u8>), String>;
    /// One profile that reads each block after the other, as a worker does.
    fn read(&mut self, schema: &str, blocks: &[Block], chunk: usize) -> Result<Vec<u8>, String>;
    /// Merges saved profiles from left to right.
    fn merge(&mut self, profiles: &[Vec<u8>]) -> Result<Vec<u8>, String>;
    /// The provenance of a saved profile.
    fn provenance(&mut self, profile: &[u8]) -> Result<String, String>;
    /// The report on windows of saved profiles.
    fn analyze(&mut self, plan: &str, windows: &[(&str, &[u8])]) -> Result<String, String>;
    /// The calibration of a plan on a saved profile.
    fn calibrate(&mut self, plan: &str, options: &str, log: &[u8]) -> Result<String, String>;
    /// The comparison of the models of windows of saved profiles.
    fn compare(&mut self, plan: &str, options: &str, windows: &[(&str, &[u8])]) -> Result<String, String>;
    /// Which arm units belong to.
    fn assign(&mut self, assignment: &str, units: &str) -> Result<String, String>;
    /// Where a stream changes.
    fn detect(&mut self, options: &str, values: &[f64]) -> Result<String, String>;
    /// The decision.
    fn decide(&mut self, policy: &str, report: &str, facts: &str) -> Result<String, String>;
    /// The digest of the arithmetic.
    fn digest(&mut self) -> u64;
}

/// Core, called directly.
pub struct Native;

/// Core in the component, in the host's sandbox.
pub struct Sandboxed(Sandbox);

impl Sandboxed {
    /// A fresh sandbox with the larger limits.
    #[must_use]
    pub fn new() -> Self {
        let component = Component::embedded(|| {}).expect("the embedded component runs here");
        Self(component.sandbox(Limits::CASES).expect("a sandbox fits"))
    }

    /// One that does not watch the clock: to measure what watching it costs.
    #[must_use]
    pub fn unlimited() -> Self {
        let component = Component::without_deadlines(EMBEDDED).expect("the embedded component runs here");
        Self(component.sandbox(Limits::CASES).expect("a sandbox fits"))
    }

    /// Work on windows of saved profiles.
    fn on_profiles(
        &mut self,
        windows: &[(&str, &[u8])],
        work: impl FnOnce(&mut Sandbox, &[(&str, &driftgate::sandbox::Profile)]) -> driftgate::Result<String>,
    ) -> Result<String, String> {
        let sandbox = &mut self.0;
        let read = |(name, bytes): &(&str, &[u8])| Ok((String::from(*name), sandbox.from_bytes(bytes)?));
        let profiles: driftgate::Result<Vec<_>> = windows.iter().map(read).collect();
        let answer = profiles.and_then(|profiles| {
            let windows: Vec<_> = profiles.iter().map(|(name, profile)| (name.as_str(), profile)).collect();
            work(&mut self.0, &windows)
        });
        answer.map_err(|error| error.to_string())
    }
}

impl Default for Sandboxed {
    fn default() -> Self {
        Self::new()
    }
}

/// Every door, by name.
#[must_use]
pub fn every_door() -> Vec<(&'static str, Box<dyn Door>)> {
    let mut doors = doors();
    doors.push(("chromium", Box::new(Web::start("chromium"))));
    doors
}

/// The doors through which many large logs pass in a short time. A page gets them letter by letter, and Node runs the same engine.
#[must_use]
pub fn doors() -> Vec<(&'static str, Box<dyn Door>)> {
    vec![
        ("native", Box::new(Native)),
        ("component", Box::new(Sandboxed::new())),
        ("node", Box::new(Web::start("node"))),
    ]
}

/// The schema that a log's own head gives.
#[must_use]
pub fn schema_of(door: &mut dyn Door, bytes: &[u8], options: &Value) -> String {
    let head = &bytes[..bytes.len().min(256 * 1024)];
    schema_in(&door.infer(head, options).expect("the head can be read"))
}

fn schema_in(inference: &str) -> String {
    let inference: Value = serde_json::from_str(inference).expect("JSON");
    inference["schema"].to_string()
}

/// Columns as the host's side of the component has them.
fn across(columns: &[TypedColumn]) -> Vec<Column> {
    let one = |column: &TypedColumn| Column {
        name: column.name.clone(),
        cells: match column.cells.clone() {
            TypedCells::Numbers(values) => Cells::Numbers(values),
            TypedCells::Integers(values) => Cells::Integers(values),
            TypedCells::Flags(values) => Cells::Flags(values),
            TypedCells::Times(values) => Cells::Times(values),
            TypedCells::Texts { levels, codes } => Cells::Texts(Texts { levels, codes }),
            TypedCells::Unread(rows) => Cells::Unread(rows),
        },
        missing: column.missing.clone(),
    };
    columns.iter().map(one).collect()
}

/// A report without the part that is outside the promise of equal bytes.
#[must_use]
pub fn promised(report: &str) -> String {
    let mut report: Value = serde_json::from_str(report).expect("JSON");
    report.as_object_mut().expect("an object").remove("provenance").expect("a provenance");
    report.to_string()
}

impl Door for Native {
    fn infer(&mut self, head: &[u8], options: &Value) -> Result<String, String> {
        door::infer(head, &options.to_string()).map_err(|error| error.message)
    }

    fn profile(&mut self, schema: &str, blocks: &[Block], chunk: usize, outcomes: &[Block]) -> Result<Vec<u8>, String> {
        let outcomes = native_outcomes(outcomes, chunk)?;
        let mut profiles = Vec::new();
        for block in blocks {
            let source = block.source.to_string();
            let mut profile =
                ProfileHandle::create(schema, &source, outcomes.as_ref()).map_err(|error| error.message)?;
            for chunk in block.bytes.chunks(chunk) {
                profile.push(chunk).map_err(|error| error.message)?;
            }
            profile.finish().map_err(|error| error.message)?;
            profiles.push(profile);
        }
        merged(profiles)
    }

    fn columns(&mut self, batches: &[Vec<TypedColumn>], options: &Value) -> Result<(String, Vec<u8>), String> {
        let work = || {
            let inference = door::infer_columns(&batches[0], &options.to_string())?;
            let mut profile = ProfileHandle::create(&schema_in(&inference), "{}", None)?;
            batches.iter().try_for_each(|batch| profile.push_columns(batch).map(drop))?;
            profile.finish()?;
            Ok((inference, profile.to_bytes()?))
        };
        work().map_err(|error: driftgate_core::Error| error.message)
    }

    fn read(&mut self, schema: &str, blocks: &[Block], chunk: usize) -> Result<Vec<u8>, String> {
        let work = || {
            let mut profile = ProfileHandle::create(schema, &blocks[0].source.to_string(), None)?;
            for (at, block) in blocks.iter().enumerate() {
                if at > 0 {
                    profile.source(&block.source.to_string())?;
                }
                block.bytes.chunks(chunk).try_for_each(|chunk| profile.push(chunk).map(drop))?;
            }
            profile.finish()?;
            profile.to_bytes()
        };
        work().map_err(|error: driftgate_core::Error| error.message)
    }

    fn merge(&mut self, profiles: &[Vec<u8>]) -> Result<Vec<u8>, String> {
        let profiles = profiles.iter().map(|bytes| ProfileHandle::from_bytes(bytes).map_err(|error| error.message));
        merged(profiles.collect::<Result<_, _>>()?)
    }

    fn provenance(&mut self, profile: &[u8]) -> Result<String, String> {
        let profile = ProfileHandle::from_bytes(profile).map_err(|error| error.message)?;
        profile.provenance().map_err(|error| error.message)
    }

    fn analyze(&mut self, plan: &str, windows: &[(&str, &[u8])]) -> Result<String, String> {
        on_handles(windows, |windows| door::analyze(plan, windows))
    }

    fn compare(&mut self, plan: &str, options: &str, windows: &[(&str, &[u8])]) -> Result<String, String> {
        on_handles(windows, |windows| door::compare(plan, options, windows))
    }

    fn calibrate(&mut self, plan: &str, options: &str, log: &[u8]) -> Result<String, String> {
        ProfileHandle::from_bytes(log)
            .and_then(|log| door::calibrate(plan, options, &log))
            .map_err(|error| error.message)
    }

    fn assign(&mut self, assignment: &str, units: &str) -> Result<String, String> {
        door::assign(assignment, units).map_err(|error| error.message)
    }

    fn detect(&mut self, options: &str, values: &[f64]) -> Result<String, String> {
        door::detect(options, values).map_err(|error| error.message)
    }

    fn decide(&mut self, policy: &str, report: &str, facts: &str) -> Result<String, String> {
        door::decide(policy, report, facts).map(|(_, json)| json).map_err(|error| error.message)
    }

    fn digest(&mut self) -> u64 {
        door::digest()
    }
}

/// Work on windows of saved profiles.
fn on_handles(
    windows: &[(&str, &[u8])],
    work: impl FnOnce(&[(&str, &ProfileHandle)]) -> Result<String, driftgate_core::Error>,
) -> Result<String, String> {
    let profiles = windows.iter().map(|(_, bytes)| ProfileHandle::from_bytes(bytes).map_err(|error| error.message));
    let profiles: Vec<ProfileHandle> = profiles.collect::<Result<_, _>>()?;
    let windows: Vec<(&str, &ProfileHandle)> = windows.iter().map(|(name, _)| *name).zip(&profiles).collect();
    work(&windows).map_err(|error| error.message)
}

fn native_outcomes(blocks: &[Block], chunk: usize) -> Result<Option<OutcomesHandle>, String> {
    let Some(first) = blocks.first() else { return Ok(None) };
    let schema = schema_of(&mut Native, &first.bytes, &json!({}));
    let mut outcomes = OutcomesHandle::create(&schema).map_err(|error| error.message)?;
    for block in blocks {
        outcomes.source(&block.source.to_string()).map_err(|error| error.message)?;
        for chunk in block.bytes.chunks(chunk) {
            outcomes.push(chunk).map_err(|error| error.message)?;
        }
    }
    outcomes.finish().map_err(|error| error.message)?;
    Ok(Some(outcomes))
}

fn merged(profiles: Vec<ProfileHandle>) -> Result<Vec<u8>, String> {
    let mut profiles = profiles.into_iter();
    let mut first = profiles.next().ok_or("no profile")?;
    for profile in profiles {
        first.merge(&profile).map_err(|error| error.message)?;
    }
    first.to_bytes().map_err(|error| error.message)
}

impl Door for Sandboxed {
    fn infer(&mut self, head: &[u8], options: &Value) -> Result<String, String> {
        self.0.infer(head, &options.to_string()).map_err(|error| error.to_string())
    }

    fn profile(&mut self, schema: &str, blocks: &[Block], chunk: usize, outcomes: &[Block]) -> Result<Vec<u8>, String> {
        let sandbox = &mut self.0;
        let mut work = || -> driftgate::Result<Vec<u8>> {
            let outcomes = match outcomes.first() {
                None => None,
                Some(first) => {
                    let inference: Value = serde_json::from_str(&sandbox.infer(&first.bytes, "{}")?).expect("JSON");
                    let handle = sandbox.outcomes(&inference["schema"].to_string())?;
                    for block in outcomes {
                        sandbox.outcomes_source(&handle, &block.source.to_string())?;
                        block.bytes.chunks(chunk).try_for_each(|c| sandbox.outcomes_push(&handle, c).map(drop))?;
                    }
                    sandbox.outcomes_finish(&handle)?;
                    Some(handle)
                }
            };
            let mut all = None;
            for block in blocks {
                let profile = sandbox.profile(schema, &block.source.to_string(), outcomes.as_ref())?;
                block.bytes.chunks(chunk).try_for_each(|c| sandbox.push(&profile, c).map(drop))?;
                sandbox.finish(&profile)?;
                match &all {
                    None => all = Some(profile),
                    Some(first) => sandbox.merge(first, &profile)?,
                }
            }
            sandbox.to_bytes(&all.expect("at least one block"))
        };
        work().map_err(|error| error.to_string())
    }

    fn columns(&mut self, batches: &[Vec<TypedColumn>], options: &Value) -> Result<(String, Vec<u8>), String> {
        let sandbox = &mut self.0;
        let mut work = || {
            let inference = sandbox.infer_columns(&across(&batches[0]), &options.to_string())?;
            let profile = sandbox.profile(&schema_in(&inference), "{}", None)?;
            batches.iter().try_for_each(|batch| sandbox.push_columns(&profile, &across(batch)).map(drop))?;
            sandbox.finish(&profile)?;
            Ok((inference, sandbox.to_bytes(&profile)?))
        };
        work().map_err(|error: driftgate::Error| error.to_string())
    }

    fn read(&mut self, schema: &str, blocks: &[Block], chunk: usize) -> Result<Vec<u8>, String> {
        let sandbox = &mut self.0;
        let mut work = || -> driftgate::Result<Vec<u8>> {
            let profile = sandbox.profile(schema, &blocks[0].source.to_string(), None)?;
            for (at, block) in blocks.iter().enumerate() {
                if at > 0 {
                    sandbox.source(&profile, &block.source.to_string())?;
                }
                block.bytes.chunks(chunk).try_for_each(|chunk| sandbox.push(&profile, chunk).map(drop))?;
            }
            sandbox.finish(&profile)?;
            sandbox.to_bytes(&profile)
        };
        work().map_err(|error| error.to_string())
    }

    fn merge(&mut self, profiles: &[Vec<u8>]) -> Result<Vec<u8>, String> {
        let sandbox = &mut self.0;
        let mut work = || -> driftgate::Result<Vec<u8>> {
            let first = sandbox.from_bytes(&profiles[0])?;
            for bytes in &profiles[1..] {
                let other = sandbox.from_bytes(bytes)?;
                sandbox.merge(&first, &other)?;
            }
            sandbox.to_bytes(&first)
        };
        work().map_err(|error| error.to_string())
    }

    fn provenance(&mut self, profile: &[u8]) -> Result<String, String> {
        let profile = self.0.from_bytes(profile).map_err(|error| error.to_string())?;
        self.0.provenance(&profile).map_err(|error| error.to_string())
    }

    fn analyze(&mut self, plan: &str, windows: &[(&str, &[u8])]) -> Result<String, String> {
        self.on_profiles(windows, |sandbox, windows| sandbox.analyze(plan, windows))
    }

    fn compare(&mut self, plan: &str, options: &str, windows: &[(&str, &[u8])]) -> Result<String, String> {
        self.on_profiles(windows, |sandbox, windows| sandbox.compare(plan, options, windows))
    }

    fn calibrate(&mut self, plan: &str, options: &str, log: &[u8]) -> Result<String, String> {
        let log = self.0.from_bytes(log).map_err(|error| error.to_string())?;
        self.0.calibrate(plan, options, &log).map_err(|error| error.to_string())
    }

    fn assign(&mut self, assignment: &str, units: &str) -> Result<String, String> {
        self.0.assign(assignment, units).map_err(|error| error.to_string())
    }

    fn detect(&mut self, options: &str, values: &[f64]) -> Result<String, String> {
        self.0.detect(options, values).map_err(|error| error.to_string())
    }

    fn decide(&mut self, policy: &str, report: &str, facts: &str) -> Result<String, String> {
        self.0.decide(policy, report, facts).map(|decided| decided.json).map_err(|error| error.to_string())
    }

    fn digest(&mut self) -> u64 {
        self.0.digest().expect("the component computes")
    }
}
