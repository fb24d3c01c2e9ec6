//! What the commands do, without saying how it is shown: logs in, documents out.

pub mod gate;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use driftgate_documents::{
    Assignment, CalibrationOptions, Cases, ComparisonOptions, Days, InferOptions, Provenance, ReplayPlan, Schema,
    VERSION, Written,
};

use crate::{
    days,
    document::{document, to_json},
    error::{Error, Result},
    output,
    read::{PROFILE_MAGIC, Reader, cannot_be_cut, expand, merged, read_window, split_profiles},
    sandbox::{Component, Limits, Profile, Sandbox},
    settings::{NAMES_IN_USE, Origin, SETTINGS, Settings, shown},
};

/// One window to be read.
struct WindowInput<'a> {
    name: &'static str,
    logs: &'a [PathBuf],
    options: InferOptions,
    digest: bool,
}

/// A sandbox with finished windows in it.
struct Analysis {
    sandbox: Sandbox,
    windows: Vec<(&'static str, Profile)>,
    digests: Vec<(&'static str, Option<String>)>,
    /// What the logs' values told, or the options.
    confidence_of: Option<String>,
}

/// The report of current against reference, as JSON. Without a reference it is the log itself before its last days.
pub fn check(settings: &Settings, quiet: bool, logs: &[PathBuf], reference: &[PathBuf]) -> Result<String> {
    if reference.is_empty() && settings.lookback().is_none() {
        return Err(Error::caller(
            "check: compared with what? add --reference LOGS, or --lookback DAYS to compare the log's last days with those before",
        ));
    }
    report(settings, quiet, logs, reference)
}

/// The same, without a reference of one window alone.
pub fn report(settings: &Settings, quiet: bool, logs: &[PathBuf], reference: &[PathBuf]) -> Result<String> {
    let split = reference.is_empty() && settings.lookback().is_some();
    if reference.is_empty() && !split {
        return segments(settings, quiet, logs, &[]);
    }
    let plan = settings.plan()?;
    let options = settings.infer_options()?;
    let component = Component::embedded(output::preparing)?;
    let reader = reader(&component, settings, quiet, Cases::None)?;
    if split {
        days::check_readable_again(logs, "give the log as a file, or add --reference LOGS")?;
    }
    let window = days::current(&reader, settings, logs, &options)?;
    let before = if split { days::before(&window)? } else { days::known(settings) };
    let input = |name, logs, days| WindowInput { name, logs, options: days::within(&options, days), digest: false };
    let reference = if split { logs } else { reference };
    Analysis::read(&reader, &[input("reference", reference, &before), input("current", logs, &window)])?.report(&plan)
}

/// The report of one window alone, as JSON, counted by these columns as well.
pub fn segments(settings: &Settings, quiet: bool, logs: &[PathBuf], by: &[String]) -> Result<String> {
    let mut options = settings.infer_options()?;
    if !by.is_empty() {
        options.segments.push(by.to_vec());
    }
    alone(settings, quiet, logs, &settings.plan()?, &options)
}

/// The report of one window alone, as JSON, with rows of its error replay buffer as asked for.
pub fn replay(settings: &Settings, quiet: bool, logs: &[PathBuf], wanted: Option<ReplayPlan>) -> Result<String> {
    alone(settings, quiet, logs, &settings.plan_with(wanted)?, &settings.infer_options()?)
}

fn alone(settings: &Settings, quiet: bool, logs: &[PathBuf], plan: &str, options: &InferOptions) -> Result<String> {
    let component = Component::embedded(output::preparing)?;
    let reader = reader(&component, settings, quiet, Cases::None)?;
    let options = days::within(options, &days::current(&reader, settings, logs, options)?);
    let input = WindowInput { name: "current", logs, options, digest: false };
    Analysis::read(&reader, &[input])?.report(plan)
}

/// The false alarms and the power of the plan on a calm log, as JSON.
pub fn calibrate(settings: &Settings, quiet: bool, log: &[PathBuf], options: &CalibrationOptions) -> Result<String> {
    let plan = settings.plan()?;
    let options_of_log = settings.infer_options()?;
    let component = Component::embedded(output::preparing)?;
    let reader = reader(&component, settings, quiet, Cases::None)?;
    let days = days::current(&reader, settings, log, &options_of_log)?;
    let input =
        WindowInput { name: "reference", logs: log, options: days::within(&options_of_log, &days), digest: false };
    let mut analysis = Analysis::read(&reader, &[input])?;
    match analysis.windows.first() {
        Some((_, profile)) => {
            output::waiting("judging hundreds of windows; a log of three years takes a minute or two", quiet);
            analysis.sandbox.calibrate(&plan, &to_json(options)?, profile)
        }
        None => Err(Error::internal("a window was lost")),
    }
}

/// The comparison of the models of logs, as JSON; with a baseline's logs, its model is the incumbent.
pub fn compare(
    settings: &Settings,
    quiet: bool,
    logs: &[PathBuf],
    baseline: &[PathBuf],
    assignment: Option<Assignment>,
) -> Result<String> {
    let plan = settings.comparison_plan()?;
    let asked = to_json(&ComparisonOptions { assignment, ..settings.comparison_options()? })?;
    let options = InferOptions { cases: Cases::Sample, ..settings.infer_options()? };
    let component = Component::embedded(output::preparing)?;
    let reader = reader(&component, settings, quiet, Cases::Sample)?;
    let options = days::within(&options, &days::current(&reader, settings, logs, &options)?);
    let windows = [
        WindowInput { name: "current", logs, options: options.clone(), digest: false },
        WindowInput { name: "baseline", logs: baseline, options, digest: false },
    ];
    let mut analysis = Analysis::read(&reader, &windows)?;
    let windows: Vec<(&str, &Profile)> = analysis.windows.iter().map(|(name, profile)| (*name, profile)).collect();
    analysis.sandbox.compare(&plan, &asked, &windows)
}

/// What a log to be profiled is read with.
pub fn profile_options(settings: &Settings, cases: bool, days: &Days) -> Result<InferOptions> {
    let cases = if cases { Cases::Sample } else { Cases::None };
    Ok(days::within(&InferOptions { cases, ..settings.infer_options()? }, days))
}

/// A reference that is kept, as the bytes of a profile, and what its values tell of the confidence.
pub fn reference(reader: &Reader<'_>, logs: &[PathBuf], options: &InferOptions) -> Result<(Vec<u8>, Option<String>)> {
    let input = WindowInput { name: "reference", logs, options: options.clone(), digest: false };
    let mut analysis = Analysis::read(reader, &[input])?;
    let confidence_of = analysis.confidence_of.take();
    match analysis.windows.first() {
        Some((_, profile)) => Ok((analysis.sandbox.to_bytes(profile)?, confidence_of)),
        None => Err(Error::internal("a window was lost")),
    }
}

/// The profile of logs, as bytes; of the given days, or of those the settings ask for.
pub fn profile(settings: &Settings, quiet: bool, logs: &[PathBuf], cases: bool, given: Days) -> Result<Vec<u8>> {
    let options = profile_options(settings, cases, &Days::default())?;
    let component = Component::embedded(output::preparing)?;
    let reader = reader(&component, settings, quiet, options.cases)?;
    let asked = days::current(&reader, settings, logs, &options)?;
    let days = match (given == Days::default(), asked == Days::default()) {
        (true, _) => asked,
        (false, true) => given,
        (false, false) => {
            return Err(Error::caller(
                "profile: --from and --until say which days, and so do --as-of and --lookback; give only one of the pairs",
            ));
        }
    };
    // Elsewhere the analysis refuses a profile that holds what nobody could know by then.
    if let Some(saved) = split_profiles(expand(logs)?.files)?.0.first().filter(|_| days != Days::default()) {
        return Err(cannot_be_cut(&saved.name, "the same days"));
    }
    let input = WindowInput { name: "current", logs, options: days::within(&options, &days), digest: false };
    let mut analysis = Analysis::read(&reader, &[input])?;
    match analysis.windows.first() {
        Some((_, profile)) => analysis.sandbox.to_bytes(profile),
        None => Err(Error::internal("a window was lost")),
    }
}

/// Saved profiles merged into one, as bytes.
pub fn merge(files: &[PathBuf]) -> Result<Vec<u8>> {
    let mut profiles = Vec::new();
    for file in expand(files)?.files {
        let bytes = std::fs::read(&file.path).map_err(|error| Error::file(&file.name, &error))?;
        if !bytes.starts_with(PROFILE_MAGIC) {
            return Err(Error::caller(format!(
                "{}: not a saved profile; make one with `driftgate profile {} -o FILE`",
                file.name, file.name
            )));
        }
        profiles.push(bytes);
    }
    let mut sandbox = Component::embedded(output::preparing)?.sandbox(Limits::ANALYSIS)?;
    let profile = merged(&mut sandbox, profiles)?;
    sandbox.to_bytes(&profile)
}

/// Every setting with its value and origin, as text.
pub fn config(settings: &Settings) -> Result<String> {
    let mut lines = vec![format!("driftgate {VERSION}"), String::new()];
    for setting in &SETTINGS {
        let (value, origin) = match settings.get(setting.name) {
            Some((value, Origin::Call(flag))) => (shown(value), format!("{flag} of this call")),
            Some((value, Origin::Environment(name))) => (shown(value), format!("environment, {name}")),
            Some((value, Origin::File(path))) => (shown(value), format!("file {path}")),
            None => (setting.default.to_owned(), "default".to_owned()),
        };
        lines.push(format!("{:<14} = {value:<42}  # {origin}", setting.name));
    }
    for (name, meaning) in NAMES_IN_USE {
        if let Ok(value) = std::env::var(name) {
            lines.push(format!("{name} = {value}  # environment: {meaning}; no command of this version uses it"));
        }
    }
    lines.push(String::new());
    lines.push("A value comes from the call, else from DRIFTGATE_* in the environment, else from --plan FILE.".into());
    settings.plan()?;
    settings.infer_options()?;
    Ok(format!("{}\n", lines.join("\n")))
}

/// How the logs of a command are read.
pub fn reader<'a>(component: &'a Component, settings: &Settings, quiet: bool, cases: Cases) -> Result<Reader<'a>> {
    let outcomes = expand(&settings.list("outcomes"))?.files;
    let kept = cases == Cases::Sample || !outcomes.is_empty();
    let limits = if kept { Limits::CASES } else { Limits::SUMMARIES };
    let as_of = settings.text("as_of").map(str::to_owned);
    let allow_truncated = settings.allow_truncated();
    Ok(Reader {
        component,
        jobs: settings.jobs(),
        limits,
        outcomes,
        as_of,
        times_only: false,
        schema: None,
        allow_truncated,
        quiet,
    })
}

impl Analysis {
    fn read(reader: &Reader<'_>, inputs: &[WindowInput<'_>]) -> Result<Self> {
        if inputs.iter().flat_map(|input| input.logs).filter(|log| *log == Path::new("-")).count() > 1 {
            return Err(Error::caller("`-` (stdin) stands twice; it can be read once"));
        }
        let sandbox = reader.component.sandbox(Limits::ANALYSIS)?;
        let mut analysis = Self { sandbox, windows: Vec::new(), digests: Vec::new(), confidence_of: None };
        let mut said = BTreeSet::new();
        // What the others are compared with comes first: where a head leaves open how a column is written, that decides.
        let order = |input: &&WindowInput<'_>| {
            ["reference", "baseline"].iter().position(|name| *name == input.name).unwrap_or(2)
        };
        let mut inputs: Vec<_> = inputs.iter().filter(|input| !input.logs.is_empty()).collect();
        inputs.sort_by_key(order);
        let mut schemas: Vec<Option<Schema>> = Vec::new();
        for input in &inputs {
            let like = schemas.first().cloned().flatten();
            let schema = analysis.read_window(reader, input, like, &mut said)?;
            schemas.push(schema);
        }
        // Numbers alone are categories, too, where a log that is read later holds words among them.
        for (input, schema) in inputs.iter().zip(&schemas) {
            let has_codes = |later: &&Schema| schema.as_ref().is_some_and(|schema| lacks_codes(schema, later));
            let streams = || expand(input.logs).is_ok_and(|found| found.files.iter().any(|file| file.stream));
            if let Some(later) = schemas.iter().flatten().find(has_codes).filter(|_| !streams()) {
                analysis.read_window(reader, input, Some(later.clone()), &mut said)?;
            }
        }
        Ok(analysis)
    }

    /// Reads a window, in place of what was read of it before; answers what its columns mean.
    fn read_window(
        &mut self,
        reader: &Reader<'_>,
        input: &WindowInput<'_>,
        like: Option<Schema>,
        said: &mut BTreeSet<String>,
    ) -> Result<Option<Schema>> {
        let mut options = InferOptions { like, ..input.options.clone() };
        options.confidence_of = options.confidence_of.or_else(|| self.confidence_of.clone());
        let window = read_window(reader, input.name, input.logs, &options, input.digest)?;
        // What one window's values tell holds for the others, whose heads may hold too few.
        self.confidence_of = window.confidence_of.or(options.confidence_of);
        let news = window.notes.into_iter().filter(|line| said.insert(line.clone()));
        news.for_each(|line| output::note(&format!("note: {line}"), reader.quiet));
        let profile = merged(&mut self.sandbox, window.profiles)?;
        if let Some((late, row)) = window.ids {
            let read: Provenance = document(&self.sandbox.provenance(&profile)?)?;
            if read.outcomes > 0 && read.outcomes_joined == 0 {
                let text = format!(
                    "note: {}: none of the {} late outcomes found its row: their ids are such as `{late}`, those of the rows such as \
                     `{row}`; name the column that holds the same ids with --map id=COLUMN",
                    input.name, read.outcomes
                );
                output::note(&text, reader.quiet);
            }
        }
        self.windows.retain(|(name, _)| *name != input.name);
        self.windows.push((input.name, profile));
        self.digests.retain(|(name, _)| *name != input.name);
        self.digests.push((input.name, window.digest));
        window.schema.as_deref().map(document).transpose()
    }

    fn report(&mut self, plan: &str) -> Result<String> {
        let windows: Vec<(&str, &Profile)> = self.windows.iter().map(|(name, profile)| (*name, profile)).collect();
        self.sandbox.analyze(plan, &windows)
    }

    fn digest(&self, name: &str) -> Option<String> {
        self.digests.iter().find(|(window, _)| *window == name)?.1.clone()
    }
}

/// Whether a column that `later` reads as categories is there and read otherwise.
fn lacks_codes(schema: &Schema, later: &Schema) -> bool {
    let mut codes = later.written.iter().filter(|(_, written)| **written == Written::Codes);
    codes.any(|(column, _)| {
        let is_it = |name: &String| {
            column.strip_suffix(name.as_str()).is_some_and(|path| path.is_empty() || path.ends_with('.'))
        };
        schema.written.get(column) != Some(&Written::Codes) && schema.seen.keys().any(is_it)
    })
}
