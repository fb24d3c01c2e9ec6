//! How is the model, and why? Read off a finished report: nothing is measured here that is not in it.
//!
//! Every component is 1 where nothing speaks against the model, falls straight to 0.5 at the threshold of a warning and on
//! to 0 at the critical one. Health is the least of them, so one bad part cannot hide behind good ones; a component that
//! cannot be known does not count, and says so.

mod calibration;
mod data;
mod drifts;
mod performance;
mod trends;

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use driftgate_documents::{
    Health, HealthComponent, HealthStatus, Performance, Plan, Report, Role, Severity, Slice, Target,
};

pub use self::trends::trends;
use crate::drift::model_slice;

/// The health of the report's model.
#[must_use]
pub fn health(report: &Report) -> Health {
    let components = [
        ("performance", performance::score(report)),
        ("drift", drifts::score(report)),
        ("calibration", calibration::score(report)),
        ("data_quality", data::score(report)),
    ];
    let components = components.map(|(name, answer)| component(name, answer)).to_vec();
    let worst = components.iter().filter(|component| component.score.is_some()).min_by(|a, b| {
        let [a, b] = [a, b].map(|component| component.score.unwrap_or(f64::NAN));
        a.total_cmp(&b)
    });
    let score = worst.and_then(|component| component.score);
    // Good data alone are no healthy model.
    let judged = components[..2].iter().any(|component| component.score.is_some());
    let score = score.filter(|score| judged || *score <= 0.5);
    let status = status(score);
    let slice = model_slice(report.plan.model.as_deref().unwrap_or_default());
    let message = sentence(&slice, status, worst, &components) + &missed(report, &slice);
    Health { slice, score, status, message, components }
}

/// A score and its reason, or the reason why there is none.
type Answer = Result<(f64, String), String>;

fn component(name: &str, answer: Answer) -> HealthComponent {
    let (score, reason) = match answer {
        Ok((score, reason)) => (Some(score), reason),
        Err(reason) => (None, reason),
    };
    HealthComponent { name: name.into(), score, reason }
}

const fn status(score: Option<f64>) -> HealthStatus {
    match score {
        None => HealthStatus::Unknown,
        Some(score) if score > 0.5 => HealthStatus::Healthy,
        Some(score) if score > 0.0 => HealthStatus::Warning,
        Some(_) => HealthStatus::Critical,
    }
}

fn sentence(
    slice: &Slice,
    status: HealthStatus,
    worst: Option<&HealthComponent>,
    components: &[HealthComponent],
) -> String {
    let name = slice.get(Role::Model.name());
    let model = name.map_or("the model", String::as_str);
    // Findings name the model themselves, and so does this sentence.
    let reason = |component: &HealthComponent| {
        let own = name.and_then(|name| component.reason.strip_prefix(name.as_str())?.strip_prefix(": "));
        own.unwrap_or(&component.reason).to_string()
    };
    let mut text = match (status, worst) {
        (HealthStatus::Unknown, _) | (_, None) => {
            return format!("The health of {model} is not known: {}.", components[0].reason);
        }
        (HealthStatus::Critical, Some(worst)) => format!("{model} is in a critical state: {}.", reason(worst)),
        (HealthStatus::Warning, Some(worst)) => format!("{model} needs a look: {}.", reason(worst)),
        (HealthStatus::Healthy, Some(worst)) if worst.score == Some(1.0) => {
            format!("{model} is healthy: nothing speaks against it.")
        }
        (HealthStatus::Healthy, Some(worst)) => {
            format!("{model} is healthy; what speaks against it most: {}.", reason(worst))
        }
    };
    let unknown: Vec<String> = components
        .iter()
        .filter(|component| component.score.is_none())
        .map(|component| component.name.replace('_', " "))
        .collect();
    if !unknown.is_empty() {
        text.push_str(&format!(" Not known: {}.", unknown.join(", ")));
    }
    text
}

/// Targets of use are no part of the score, but whoever reads of health should hear of them.
fn missed(report: &Report, slice: &Slice) -> String {
    let missed = report.targets.iter().filter(|target| target.slice == *slice && !target.met);
    let names: Vec<String> = missed.map(|target| target.metric.replace('_', " ")).collect();
    if names.is_empty() { String::new() } else { format!(" Below target: {}.", names.join(", ")) }
}

/// 1 at 0 (and below), 0.5 at `warning`, 0 at `critical` and beyond; 0 from `warning` on where both are the same.
fn fall(effect: f64, [warning, critical]: [f64; 2]) -> f64 {
    if effect >= critical {
        0.0
    } else if effect >= warning {
        0.5 * (critical - effect) / (critical - warning)
    } else {
        1.0 - 0.5 * effect.max(0.0) / warning
    }
}

/// The same of what has a severity only.
const fn of_severity(severity: Option<Severity>) -> f64 {
    match severity {
        None => 1.0,
        Some(Severity::Minor) => 0.75,
        Some(Severity::Moderate) => 0.5,
        Some(Severity::Critical) => 0.0,
    }
}

/// The entry of the report's model as a whole in a window.
fn whole<'a>(report: &'a Report, window: &str) -> Option<&'a Performance> {
    let slice = model_slice(report.plan.model.as_deref().unwrap_or_default());
    report.performance.iter().find(|entry| entry.window == window && entry.slice == slice)
}

/// Usage, agreement and confidence of every model of the current window against what they should be.
#[must_use]
pub fn targets(performance: &[Performance], plan: &Plan) -> Vec<Target> {
    let targets = plan.targets.unwrap_or_default();
    let wanted = [
        ("usage", targets.usage),
        ("agreement", targets.agreement),
        ("average_confidence", targets.average_confidence),
    ];
    let is_whole = |entry: &&Performance| entry.slice.keys().all(|column| column == Role::Model.name());
    let of_model = |entry: &Performance| {
        let of_metric = |(metric, above): (&str, f64)| {
            let value = *entry.metrics.get(metric)?;
            Some(Target { slice: entry.slice.clone(), metric: metric.into(), value, above, met: value > above })
        };
        wanted.into_iter().filter_map(of_metric).collect::<Vec<_>>()
    };
    performance.iter().filter(|entry| entry.window == "current").filter(is_whole).flat_map(of_model).collect()
}

#[cfg(test)]
mod tests;
