//! Which arm of an experiment units belong to.

use std::io::{self, BufRead};

use clap::Args;
use driftgate_documents::{Assigned, AssignedArm, Assignment};

use crate::{
    document::{document, to_json},
    error::{Error, Result},
    output,
    sandbox::{Component, Limits},
    text,
};

/// What `experiment assign` is given.
#[derive(Args)]
pub(crate) struct Assign {
    /// The units, such as users or symbols; - reads them from stdin, one a line.
    #[arg(required = true, value_name = "UNIT")]
    units: Vec<String>,
    /// The experiment's name: two experiments divide the same units independently.
    #[arg(long)]
    name: String,
    /// An arm and its share of the units that take part, such as control=0.7; the shares together are 1.
    #[arg(long = "arm", required = true, value_name = "NAME=SHARE", value_parser = arm)]
    arms: Vec<AssignedArm>,
    /// The share of all units that take part, in [0, 1]. It may grow: nobody changes arms.
    #[arg(long, value_name = "SHARE", default_value = "1", value_parser = number, allow_negative_numbers = true)]
    coverage: f64,
    /// text (unit, tab, arm; the arm is empty where a unit takes no part) or json.
    #[arg(long, default_value = "text", value_parser = ["text", "json"])]
    format: String,
}

/// How the arms of a log should have been given, to be held against them.
#[derive(Args)]
pub(crate) struct Audit {
    /// Hold the arms against the hash of the experiment of this name, with --arm.
    #[arg(long, value_name = "NAME", requires = "arms")]
    experiment: Option<String>,
    /// An arm of that experiment and its share, in the experiment's order; repeatable.
    #[arg(long = "arm", value_name = "NAME=SHARE", value_parser = arm, requires = "experiment")]
    arms: Vec<AssignedArm>,
    /// The share of all units that took part.
    #[arg(long, value_name = "SHARE", default_value = "1", value_parser = number, requires = "experiment")]
    coverage: f64,
    /// The role or column that holds the unit; by default the id.
    #[arg(long, value_name = "COLUMN", requires = "experiment")]
    unit: Option<String>,
}

impl Audit {
    /// The assignment, if it is asked for.
    pub(crate) fn assignment(&self) -> Option<Assignment> {
        let experiment = self.experiment.clone()?;
        Some(Assignment { experiment, arms: self.arms.clone(), coverage: self.coverage, unit: self.unit.clone() })
    }
}

fn arm(text: &str) -> std::result::Result<AssignedArm, String> {
    let parts = text.rsplit_once('=').and_then(|(name, share)| Some((name, number(share).ok()?)));
    let (name, share) = parts.ok_or("expected NAME=SHARE, such as control=0.7")?;
    Ok(AssignedArm { name: name.to_owned(), share })
}

fn number(text: &str) -> std::result::Result<f64, String> {
    text.parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(|| "expected a number, such as 0.2".into())
}

/// Prints the arm of each unit, in the order given.
pub(crate) fn assign(asked: Assign) -> Result<()> {
    let mut units = Vec::new();
    for unit in asked.units {
        if unit == "-" {
            units.extend(from_stdin()?);
        } else {
            units.push(unit);
        }
    }
    let assignment = Assignment { experiment: asked.name, arms: asked.arms, coverage: asked.coverage, unit: None };
    let mut sandbox = Component::embedded(output::preparing)?.sandbox(Limits::ANALYSIS)?;
    let json = sandbox.assign(&to_json(&assignment)?, &to_json(&units)?)?;
    if asked.format == "json" {
        return output::give_json(&json, None);
    }
    let assigned: Vec<Assigned> = document(&json)?;
    let line =
        |one: &Assigned| format!("{}\t{}\n", text::visible(&one.unit), text::visible(one.arm.as_deref().unwrap_or("")));
    output::print_bytes(assigned.iter().map(line).collect::<String>().as_bytes())
}

/// The lines of stdin that are not empty.
fn from_stdin() -> Result<Vec<String>> {
    let lines = io::stdin().lock().lines().collect::<io::Result<Vec<String>>>();
    let lines = lines.map_err(|error| Error::file("stdin", &error))?;
    Ok(lines.into_iter().filter(|line| !line.is_empty()).collect())
}
