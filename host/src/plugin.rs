//! `driftgate plugin check`: what a component is, and whether it does its work within the limits.

use std::{fs, path::Path};

use driftgate_documents::{Inference, Report};

use crate::{
    document::document,
    error::{Error, Fault, Result},
    output,
    sandbox::{Component, Limits, Sandbox},
};

/// A log small enough to be read in a glance, with everything a log has.
const LOG: &str = include_str!("plugin_log.csv");

/// Checks a component and prints what was found.
pub fn check(file: &Path) -> Result<()> {
    let bytes = fs::read(file).map_err(|error| Error::file(file.display(), &error))?;
    let named = |error: Error| Error { message: format!("{}: {error}", file.display()), ..error };
    let component = Component::load(&bytes).map_err(named)?;
    let say = |what: &str, found: &str| output::print(&format!("{what:<12}{found}\n"));
    say("size", &format!("{} KiB", bytes.len().div_ceil(1024)))?;
    say("imports", "none")?;
    say("exports", &component.exports().join(", "))?;
    let mut sandbox = component.sandbox(Limits::SUMMARIES).map_err(named)?;
    // Whatever goes wrong in here is the component's fault, hence the caller's who gave it.
    let conformance = conform(&mut sandbox);
    say("memory", &format!("{} KiB", sandbox.memory_bytes().div_ceil(1024)))?;
    let lines = conformance.map_err(|error| named(Error { fault: Fault::Caller, ..error }))?;
    lines.iter().try_for_each(|(what, found)| say(what, found))?;
    output::print("conforms\n")
}

fn conform(sandbox: &mut Sandbox) -> Result<Vec<(&'static str, String)>> {
    let inference: Inference = document(&sandbox.infer(LOG.as_bytes(), "{}")?)?;
    let roles: Vec<&str> = inference.schema.roles.keys().map(|role| role.name()).collect();
    let schema = serde_json::to_string(&inference.schema).map_err(|error| Error::internal(error.to_string()))?;
    let mut found = vec![("infer", format!("roles {}", roles.join(", ")))];
    found.push(("arithmetic", format!("{:016x}", sandbox.digest()?)));
    let mut profiles = Vec::new();
    for chunk in [LOG.len(), 7] {
        let profile = sandbox.profile(&schema, r#"{"name":"log","format":"csv"}"#, None)?;
        LOG.as_bytes().chunks(chunk).try_for_each(|bytes| sandbox.push(&profile, bytes).map(drop))?;
        sandbox.finish(&profile)?;
        profiles.push((sandbox.to_bytes(&profile)?, profile));
    }
    let [(whole, current), (cut, reference)] = &profiles[..] else {
        return Err(Error::internal("two profiles were made and lost"));
    };
    if whole != cut {
        return Err(Error::caller("a log pushed in one piece and in pieces of 7 bytes gives different profiles"));
    }
    found.push(("profile", format!("{} bytes, the same for any cut of the log", whole.len())));
    let again = sandbox.from_bytes(whole)?;
    if sandbox.to_bytes(&again)? != *whole {
        return Err(Error::caller("a profile read back gives other bytes"));
    }
    if sandbox.merge(current, current).is_ok() {
        return Err(Error::caller("a profile merged with itself must be an error"));
    }
    let report: Report = document(&sandbox.analyze("{}", &[("reference", reference), ("current", current)])?)?;
    found.push(("analyze", report.summary));
    Ok(found)
}
