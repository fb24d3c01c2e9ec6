//! The decision about a candidate: made, kept in a history, and made again from its document.

use std::path::{Path, PathBuf};

use driftgate_documents::{Cases, Decision, Facts, GatePlan, InferOptions, Override, Plan, Policy, VERSION};
use serde_json::Value;

use super::{Analysis, WindowInput, reader};
use crate::{
    days,
    document::{document, to_json},
    error::{Error, Result},
    history::History,
    output,
    sandbox::Component,
    settings::{self, Settings},
};

/// The logs of a gate.
pub struct GateInputs<'a> {
    /// The candidate's.
    pub candidate: &'a [PathBuf],
    /// The incumbent's.
    pub baseline: &'a [PathBuf],
    /// The training-time window.
    pub reference: &'a [PathBuf],
}

/// What a gate is told beside its settings and logs.
#[derive(Default)]
pub struct GateOptions<'a> {
    /// A person's override.
    pub overruled: Option<Override>,
    /// Where earlier decisions stand and this one is added.
    pub history: Option<&'a Path>,
}

/// What a gate answers.
pub struct GateAnswer {
    /// What the decision rests on, as JSON.
    pub report: String,
    /// The decision, as JSON.
    pub decision: String,
}

/// A report and the sandbox that made it.
struct Measured {
    analysis: Analysis,
    report: String,
}

/// The decision about a candidate.
pub fn gate(settings: &Settings, quiet: bool, inputs: &GateInputs<'_>, options: GateOptions<'_>) -> Result<GateAnswer> {
    let policy = settings::policy(settings.text("policy").unwrap_or("production"))?;
    let mut measured = measure(settings, quiet, inputs, &policy)?;
    // Until the decision stands in the history nobody else reads it: of two at once one is the other's earlier look.
    let history = options.history.map(History::open).transpose()?;
    let looks = match &history {
        Some(history) => history.looks(&policy.name, &measured.models()?),
        None => Vec::new(),
    };
    let facts = Facts {
        now: Some(jiff::Timestamp::now().to_string()),
        candidate_digest: measured.analysis.digest("current"),
        baseline_digest: measured.analysis.digest("baseline"),
        reference_digest: measured.analysis.digest("reference"),
        previous_looks: looks,
        r#override: options.overruled,
    };
    let decision = measured.decide(&policy, &facts)?;
    if let Some(history) = history {
        history.add(&decision)?;
    }
    Ok(GateAnswer { report: measured.report, decision })
}

/// Makes the decision of a document again, of logs that should be the same; answers the first difference, if there is any.
/// How the logs are read (`--map`, `--segment`, `--timezone`) is no part of the document and has to be said again.
pub fn replay(settings: Settings, quiet: bool, inputs: &GateInputs<'_>, file: &Path) -> Result<Option<String>> {
    let text = std::fs::read_to_string(file).map_err(|error| Error::file(file.display(), &error))?;
    let wrong = |error: serde_json::Error| Error::caller(format!("{}: not a decision: {error}", file.display()));
    let written: Value = serde_json::from_str(&text).map_err(wrong)?;
    let old: Decision = serde_json::from_str(&text).map_err(wrong)?;
    if old.driftgate != VERSION {
        return Ok(Some(format!("driftgate: {} decided, this is {VERSION}", old.driftgate)));
    }
    if old.inputs.is_empty() {
        return Err(Error::caller(format!(
            "{}: holds no digests of its inputs, so it cannot be replayed",
            file.display()
        )));
    }
    let settings = settings.planned(&old.plan, &file.display().to_string())?;
    let mut measured = measure(&settings, quiet, inputs, &old.policy)?;
    let again: Value = document(&measured.decide(&old.policy, &old.facts)?)?;
    // Other inputs explain whatever else differs.
    let inputs = difference("inputs", &written["inputs"], &again["inputs"]);
    Ok(inputs.or_else(|| difference("", &written, &again)))
}

/// The first place at which two documents differ, with both values.
fn difference(place: &str, written: &Value, again: &Value) -> Option<String> {
    let below = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
    match (written, again) {
        (Value::Object(a), Value::Object(b)) => {
            let names = a.keys().chain(b.keys().filter(|name| !a.contains_key(*name)));
            names.into_iter().find_map(|name| {
                let [a, b] = [a, b].map(|fields| fields.get(name).unwrap_or(&Value::Null));
                difference(&below(name), a, b)
            })
        }
        (Value::Array(a), Value::Array(b)) => (0..a.len().max(b.len())).find_map(|at| {
            let [a, b] = [a, b].map(|items| items.get(at).unwrap_or(&Value::Null));
            difference(&below(&at.to_string()), a, b)
        }),
        _ => (written != again).then(|| format!("{place}: {written} was decided on, now it is {again}")),
    }
}

fn measure(settings: &Settings, quiet: bool, inputs: &GateInputs<'_>, policy: &Policy) -> Result<Measured> {
    let needs = policy.needs();
    let plan = Plan { gate: Some(GatePlan { jackknife: needs.jackknife }), ..document(&settings.plan()?)? };
    let options = InferOptions { cases: Cases::Sample, ..settings.infer_options()? };
    let component = Component::embedded(output::preparing)?;
    let reader = reader(&component, settings, quiet, Cases::Sample)?;
    // The incumbent is judged on the same days; what the candidate was trained on only has to be known by then.
    let window = days::current(&reader, settings, inputs.candidate, &options)?;
    let mut judged = days::within(&options, &window);
    let options = days::within(&options, &days::known(settings));
    judged.wanted_segments.extend(needs.segments);
    let windows = [
        WindowInput { name: "current", logs: inputs.candidate, options: judged.clone(), digest: true },
        WindowInput { name: "baseline", logs: inputs.baseline, options: judged, digest: true },
        WindowInput { name: "reference", logs: inputs.reference, options, digest: true },
    ];
    let mut analysis = Analysis::read(&reader, &windows)?;
    let report = analysis.report(&to_json(&plan)?)?;
    Ok(Measured { analysis, report })
}

impl Measured {
    fn decide(&mut self, policy: &Policy, facts: &Facts) -> Result<String> {
        Ok(self.analysis.sandbox.decide(&to_json(policy)?, &self.report, &to_json(facts)?)?.json)
    }

    /// The candidate's model and, if there is one, the baseline's.
    fn models(&self) -> Result<(String, Option<String>)> {
        let report: driftgate_documents::Report = document(&self.report)?;
        let model = |window: Option<driftgate_documents::Window>| window.map(|window| window.model.unwrap_or_default());
        Ok((model(report.current).unwrap_or_default(), model(report.baseline)))
    }
}
