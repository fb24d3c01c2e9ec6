//! Has it drifted? Two windows in, findings out.
//!
//! One p-value per column; distances are effects. A distance without a p-value ignores sample size, a p-value without an
//! effect ignores relevance, and p-values over rows are nonsense on panels, where the symbols of a day move together: so
//! by default days are the observations ([`Rule::ByDay`]).

mod bands;
mod categories;
mod columns;
mod concept;
mod days;
mod decay;
mod drops;
mod evidence;
mod frozen;
mod joint;
mod methods;
mod missing;
mod presence;
mod range;
mod regime;
mod runs;
pub mod season;
pub mod unjudged;

use alloc::{
    borrow::Cow,
    collections::BTreeMap,
    string::{String, ToString},
    vec::Vec,
};

use driftgate_documents::{
    Adjust, DriftVerdict, Finding, FindingKind, ReferenceQuality, Role, Rule, Severity, Skipped, Slice,
};

pub use self::{
    bands::Scale,
    columns::{column_drift, family_drift},
    concept::concept_drift,
    decay::{decay, limits},
    drops::{agreement_drop, confidence_drop},
    joint::joint_drift,
    methods::check_methods,
    presence::presence,
    regime::{regime_days, regime_drift},
    runs::latest_run,
};
use crate::{
    order::{IntoOrdered, StableOrder},
    profile::{ColumnKey, ModelSections, Resolution, Timeline, View},
};

/// One model's rows in two windows, cut into the same days.
pub struct Windows<'a> {
    /// The reference.
    pub reference: Side<'a>,
    /// The window in question.
    pub current: Side<'a>,
    /// How long a "day" is: a day unless a window spans more than 512 of them.
    pub resolution: Resolution,
    /// What columns are compared in, if a plan asks for it.
    pub cycle: Option<season::Cycle>,
}

/// One model's rows in one window.
pub struct Side<'a> {
    /// The model.
    pub model: &'a str,
    /// Its summary.
    pub sections: &'a ModelSections,
    /// The same over days.
    pub timeline: Cow<'a, Timeline>,
}

impl<'a> Windows<'a> {
    /// Two models' rows; `None` if a window does not hold its model.
    #[must_use]
    pub fn of(reference: &'a View<'_>, model: &'a str, current: &'a View<'_>, current_model: &'a str) -> Option<Self> {
        let resolutions = [reference, current].map(|view| view.sections.calendar.resolution);
        let resolution = resolutions.into_iter().max().unwrap_or_default().max(Resolution::Day);
        Some(Self {
            reference: Side::of(reference, model, resolution)?,
            current: Side::of(current, current_model, resolution)?,
            resolution,
            cycle: None,
        })
    }

    /// The same windows with other rows of the reference: what is read of it is of these rows alone.
    #[must_use]
    pub fn against(mut self, reference: &'a View<'_>) -> Self {
        if let Some(side) = Side::of(reference, self.reference.model, self.resolution) {
            self.reference = side;
        }
        self
    }

    /// The models, the reference's first.
    #[must_use]
    pub const fn models(&self) -> [&'a str; 2] {
        [self.reference.model, self.current.model]
    }

    /// Whether both windows have days to compare.
    #[must_use]
    pub fn have_days(&self) -> bool {
        self.reference.days().next().is_some() && self.current.days().next().is_some()
    }

    /// Whether either side has a column of that name.
    #[must_use]
    pub fn have_column(&self, name: &str) -> bool {
        self.columns(&[]).iter().any(|key| key.name == name)
    }

    /// The columns of either side: features, prediction and confidence.
    fn columns(&self, only: &[String]) -> Vec<&ColumnKey> {
        let sides = [&self.reference, &self.current];
        let mut keys: Vec<&ColumnKey> = sides.iter().flat_map(|side| side.sections.columns.keys()).collect();
        keys.order();
        keys.dedup();
        keys.retain(|key| key.role != Some(Role::Actual) && (only.is_empty() || only.contains(&key.name)));
        keys
    }
}

impl<'a> Side<'a> {
    /// The rows of `model` in days, or in buckets of `to` if that is coarser; `None` if the window does not hold it.
    #[must_use]
    pub fn of(view: &'a View<'_>, model: &'a str, to: Resolution) -> Option<Self> {
        let sections = view.sections.models.get(model)?;
        let from = view.sections.calendar.resolution;
        let timeline = if from == to {
            Cow::Borrowed(&sections.timeline)
        } else {
            Cow::Owned(sections.timeline.coarsened(from, to))
        };
        Some(Self { model, sections, timeline })
    }

    /// The days with rows of this model.
    pub fn days(&self) -> impl Iterator<Item = i64> {
        self.timeline.buckets.keys().copied().filter(|bucket| *bucket != crate::table::NO_TIME)
    }
}

/// How verdicts are given: the plan with its defaults filled in.
#[derive(Clone, Debug)]
pub struct Judge {
    /// The rule.
    pub rule: Rule,
    /// The false-alarm rate over all columns.
    pub alpha: f64,
    /// Only these columns; empty is all.
    pub columns: Vec<String>,
    /// What is shown beside the method that gives the verdict; empty is PSI.
    pub methods: Vec<String>,
    /// Method -> convention, where not its default.
    pub conventions: BTreeMap<String, String>,
    /// How p-values are adjusted; `None` is the rule's own way.
    pub adjust: Option<Adjust>,
    /// Trading days of the moving windows that tell since when a model decays.
    pub moving: usize,
}

/// What an analysis collects.
#[derive(Default)]
pub struct Findings {
    /// Statements.
    pub found: Vec<Finding>,
    /// What could not be said.
    pub skipped: Vec<Skipped>,
    /// What the reference can show.
    pub quality: Vec<ReferenceQuality>,
}

impl Findings {
    /// Adds a reason why something was not computed.
    pub fn skip(
        &mut self,
        kind: FindingKind,
        column: Option<&str>,
        slice: &Slice,
        method: &str,
        reason: impl Into<String>,
    ) {
        self.skipped.push(Skipped {
            kind: kind_name(kind).into(),
            column: column.map(ToString::to_string),
            slice: slice.clone(),
            method: method.into(),
            reason: reason.into(),
        });
    }
}

/// The kind's name in documents.
#[must_use]
pub const fn kind_name(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::FeatureDrift => "feature_drift",
        FindingKind::PredictionDrift => "prediction_drift",
        FindingKind::ConfidenceDrift => "confidence_drift",
        FindingKind::AgreementDrift => "agreement_drift",
        FindingKind::ConceptDrift => "concept_drift",
        FindingKind::RegimeDrift => "regime_drift",
        FindingKind::PerformanceDecay => "performance_decay",
        FindingKind::Missingness => "missingness",
        FindingKind::OutOfRange => "out_of_range",
        FindingKind::NewCategory => "new_category",
        FindingKind::SchemaChange => "schema_change",
        FindingKind::CorrelationShift => "correlation_shift",
        FindingKind::MultivariateDrift => "multivariate_drift",
    }
}

/// The rule's name in documents.
#[must_use]
pub const fn rule_name(rule: Rule) -> &'static str {
    match rule {
        Rule::ByDay => "by_day",
        Rule::Rows => "rows",
        Rule::Any => "any",
        Rule::Window => "window",
    }
}

/// What a finding about a column is called.
pub(crate) fn column_kind(key: &ColumnKey) -> FindingKind {
    match key.role {
        Some(Role::Prediction) => FindingKind::PredictionDrift,
        Some(Role::Confidence) => FindingKind::ConfidenceDrift,
        _ => FindingKind::FeatureDrift,
    }
}

/// An empty finding about a column of the current model, to be filled in.
fn blank(kind: FindingKind, column: Option<&str>, windows: &Windows<'_>, method: &str, rule: &str) -> Finding {
    Finding {
        kind,
        column: column.map(ToString::to_string),
        slice: model_slice(windows.current.model),
        method: method.into(),
        convention: String::new(),
        rule: rule.into(),
        statistic: None,
        p_value: None,
        p_adjusted: None,
        effect: None,
        threshold: None,
        reference: None,
        current: None,
        n_reference: 0,
        n_current: 0,
        n_effective_reference: None,
        n_effective_current: None,
        rank_error: 0.0,
        outside: false,
        one_value: None,
        verdict: DriftVerdict::None,
        severity: None,
        since: None,
        state: None,
        message: String::new(),
    }
}

/// The slice of one model; empty for a log without models.
#[must_use]
pub fn model_slice(model: &str) -> Slice {
    if model.is_empty() { Slice::new() } else { [("model".into(), model.into())].into_map() }
}

/// The model's name in front of a sentence; nothing for a log without models.
fn of_model(windows: &Windows<'_>) -> String {
    let model = windows.current.model;
    if model.is_empty() { String::new() } else { alloc::format!("{model}: ") }
}

/// A severity no less than minor: what drifted is at least that.
fn at_least_minor(severity: Option<Severity>) -> Option<Severity> {
    severity.or(Some(Severity::Minor))
}
