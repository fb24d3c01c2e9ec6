//! What the commands do, without saying how it is shown: logs in, documents out.

use std::collections::BTreeSet;

use driftgate_documents::{CalibrationOptions, Cases, Facts, InferOptions, VERSION};

use crate::{
    document::to_json,
    error::{Error, Result},
    output,
    read::{PROFILE_MAGIC, Reader, expand, read_window},
    sandbox::{Component, Decided, Limits, Profile, Sandbox},
    settings::{self, NAMES_IN_USE, Origin, SETTINGS, Settings, shown},
};

/// The logs of a gate.
pub struct GateInputs<'a> {
    /// The candidate's.
    pub candidate: &'a [String],
    /// The incumbent's.
    pub baseline: &'a [String],
    /// The training-time window.
    pub reference: &'a [String],
}

/// What a gate answers.
pub struct GateAnswer {
    /// What the decision rests on, as JSON.
    pub report: String,
    /// The decision.
    pub decision: Decided,
}

/// One window to be read.
struct WindowInput<'a> {
    name: &'static str,
    logs: &'a [String],
    options: InferOptions,
    digest: bool,
}

/// A sandbox with finished windows in it.
struct Analysis {
    sandbox: Sandbox,
    windows: Vec<(&'static str, Profile)>,
    digests: Vec<(&'static str, Option<String>)>,
}

/// The report of current against reference, as JSON.
pub fn check(settings: &Settings, quiet: bool, logs: &[String], reference: &[String]) -> Result<String> {
    let plan = settings.plan()?;
    let options = settings.infer_options()?;
    let input = |name, logs| WindowInput { name, logs, options: options.clone(), digest: false };
    let inputs = [input("reference", reference), input("current", logs)];
    Analysis::read(settings, quiet, &inputs, Cases::None)?.report(&plan)
}

/// The report of one window alone, as JSON.
pub fn segments(settings: &Settings, quiet: bool, logs: &[String]) -> Result<String> {
    let plan = settings.plan()?;
    let input = WindowInput { name: "current", logs, options: settings.infer_options()?, digest: false };
    Analysis::read(settings, quiet, &[input], Cases::None)?.report(&plan)
}

/// The false alarms and the power of the plan on a calm log, as JSON.
pub fn calibrate(settings: &Settings, quiet: bool, log: &[String], options: &CalibrationOptions) -> Result<String> {
    let plan = settings.plan()?;
    let input = WindowInput { name: "reference", logs: log, options: settings.infer_options()?, digest: false };
    let mut analysis = Analysis::read(settings, quiet, &[input], Cases::None)?;
    match analysis.windows.first() {
        Some((_, profile)) => analysis.sandbox.calibrate(&plan, &to_json(options)?, profile),
        None => Err(Error::internal("a window was lost")),
    }
}

/// The decision about a candidate.
pub fn gate(settings: &Settings, quiet: bool, inputs: &GateInputs<'_>) -> Result<GateAnswer> {
    let policy = settings::policy(settings.text("policy").unwrap_or("production"))?;
    let plan = settings.plan()?;
    let options = InferOptions { cases: Cases::Sample, ..settings.infer_options()? };
    let mut judged = options.clone();
    judged.wanted_segments.extend(policy.check.iter().map(driftgate_documents::Check::segment));
    let windows = [
        WindowInput { name: "current", logs: inputs.candidate, options: judged.clone(), digest: true },
        WindowInput { name: "baseline", logs: inputs.baseline, options: judged, digest: true },
        WindowInput { name: "reference", logs: inputs.reference, options, digest: false },
    ];
    let mut analysis = Analysis::read(settings, quiet, &windows, Cases::Sample)?;
    let report = analysis.report(&plan)?;
    let facts = Facts {
        now: Some(jiff::Timestamp::now().to_string()),
        candidate_digest: analysis.digest("current"),
        baseline_digest: analysis.digest("baseline"),
        ..Facts::default()
    };
    let decision = analysis.sandbox.decide(&to_json(&policy)?, &report, &to_json(&facts)?)?;
    Ok(GateAnswer { report, decision })
}

/// The profile of logs, as bytes.
pub fn profile(settings: &Settings, quiet: bool, logs: &[String], cases: bool) -> Result<Vec<u8>> {
    let cases = if cases { Cases::Sample } else { Cases::None };
    let options = InferOptions { cases, ..settings.infer_options()? };
    let input = WindowInput { name: "current", logs, options, digest: false };
    let mut analysis = Analysis::read(settings, quiet, &[input], cases)?;
    match analysis.windows.first() {
        Some((_, profile)) => analysis.sandbox.to_bytes(profile),
        None => Err(Error::internal("a window was lost")),
    }
}

/// Saved profiles merged into one, as bytes.
pub fn merge(files: &[String]) -> Result<Vec<u8>> {
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

impl Analysis {
    fn read(settings: &Settings, quiet: bool, inputs: &[WindowInput<'_>], cases: Cases) -> Result<Self> {
        if inputs.iter().flat_map(|input| input.logs).filter(|log| *log == "-").count() > 1 {
            return Err(Error::caller("`-` (stdin) stands twice; it can be read once"));
        }
        let outcomes = expand(&settings.list("outcomes"))?.files;
        let kept = cases == Cases::Sample || !outcomes.is_empty();
        let limits = if kept { Limits::CASES } else { Limits::SUMMARIES };
        let component = Component::embedded(output::preparing)?;
        let reader = Reader { component: &component, jobs: settings.jobs(), limits, outcomes, quiet };
        let sandbox = component.sandbox(Limits::ANALYSIS)?;
        let mut analysis = Self { sandbox, windows: Vec::new(), digests: Vec::new() };
        let mut said = BTreeSet::new();
        for input in inputs.iter().filter(|input| !input.logs.is_empty()) {
            let window = read_window(&reader, input.name, input.logs, &input.options, input.digest)?;
            let news = window.notes.into_iter().filter(|line| said.insert(line.clone()));
            news.for_each(|line| output::note(&format!("note: {line}"), quiet));
            let profile = merged(&mut analysis.sandbox, window.profiles)?;
            analysis.windows.push((input.name, profile));
            analysis.digests.push((input.name, window.digest));
        }
        Ok(analysis)
    }

    fn report(&mut self, plan: &str) -> Result<String> {
        let windows: Vec<(&str, &Profile)> = self.windows.iter().map(|(name, profile)| (*name, profile)).collect();
        self.sandbox.analyze(plan, &windows)
    }

    fn digest(&self, name: &str) -> Option<String> {
        self.digests.iter().find(|(window, _)| *window == name)?.1.clone()
    }
}

/// One profile of several: the order does not matter.
fn merged(sandbox: &mut Sandbox, profiles: Vec<Vec<u8>>) -> Result<Profile> {
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
