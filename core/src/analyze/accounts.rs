//! What became of every column of a window: judged, not judged, not read or left out, and why.

use alloc::{
    collections::BTreeMap,
    string::{String, ToString},
};

use driftgate_documents::{ColumnUse, DriftVerdict, Fate, Report, Role};

use crate::{
    drift::{self, Findings, unjudged},
    profile::{ColumnKey, ColumnProfile, View},
};

/// What the columns of a window are held against.
pub(super) struct Account<'a> {
    /// The model whose rows are looked at.
    pub(super) model: &'a str,
    /// The same model's columns in the window it is compared with, if there is one.
    pub(super) other: Option<&'a BTreeMap<ColumnKey, ColumnProfile>>,
    /// What was found of them.
    pub(super) findings: &'a Findings,
    /// The columns that were asked for; empty is all.
    pub(super) only: &'a [String],
}

impl Account<'_> {
    /// The values of a window, those that were judged, and what became of each column.
    pub(super) fn of(&self, view: &View<'_>) -> (u64, u64, BTreeMap<String, ColumnUse>) {
        let (mut all, mut judged, mut uses) = (0, 0, BTreeMap::new());
        let mut values: BTreeMap<&ColumnKey, u64> = BTreeMap::new();
        for (key, column) in view.sections.models.values().flat_map(|model| &model.columns) {
            *values.entry(key).or_default() += values_of(column);
        }
        let model = view.sections.models.get(self.model);
        for (key, values) in values {
            let column = model.and_then(|model| model.columns.get(key));
            let has_predictions =
                model.is_some_and(|model| model.columns.contains_key(&ColumnKey::role(Role::Prediction)));
            let (fate, reason) = if key.role == Some(Role::Actual) && !has_predictions {
                (Fate::NotJudged, Some("without predictions nothing is measured by it".into()))
            } else {
                self.fate(key, column)
            };
            all += values;
            // The inputs of other models' rows may be other ones.
            judged += column.filter(|_| fate == Fate::Judged).map_or(0, values_of);
            uses.insert(key.name.clone(), ColumnUse { fate, values, reason });
        }
        for (role, values) in &view.provenance.named {
            // Counts of a profile may come from bytes that anyone wrote.
            all = u64::saturating_add(all, *values);
            let named = ColumnUse { fate: Fate::NotJudged, values: *values, reason: Some(part_of(*role).into()) };
            uses.entry(role.name().to_string()).or_insert(named);
        }
        for (column, reason) in &view.provenance.left_out {
            let left_out = ColumnUse { fate: Fate::LeftOut, values: 0, reason: Some(reason.clone()) };
            uses.entry(column.clone()).or_insert(left_out);
        }
        (all, judged, uses)
    }

    fn fate(&self, key: &ColumnKey, column: Option<&ColumnProfile>) -> (Fate, Option<String>) {
        let other = self.other.and_then(|columns| columns.get(key));
        let why = match (column, other) {
            (Some(column), Some(other)) => unjudged::unjudged(column, other),
            (Some(column), None) => unjudged::alone(column),
            _ => None,
        };
        match why {
            Some(why) if why.is_unread() => return (Fate::NotRead, Some(why.reason(&key.name))),
            // Performance is judged by it all the same.
            _ if key.role.is_some() => return (Fate::Judged, None),
            Some(why) => return (Fate::NotJudged, Some(why.reason(&key.name))),
            None => {}
        }
        let not_judged = |reason: &str| (Fate::NotJudged, Some(reason.to_string()));
        if self.other.is_none() {
            return not_judged("there is no reference to compare it with");
        }
        if !self.only.is_empty() && !self.only.contains(&key.name) {
            return not_judged("other columns were asked for");
        }
        match self.undecided(key) {
            Some(reason) => not_judged(&reason),
            None => (Fate::Judged, None),
        }
    }

    /// Why the rule could not decide on a column.
    fn undecided(&self, key: &ColumnKey) -> Option<String> {
        let mut found =
            self.findings.found.iter().filter(|finding| {
                finding.kind == drift::column_kind(key) && finding.column.as_ref() == Some(&key.name)
            });
        let of_rule = |method: &str| matches!(method, "ks" | "chi_square");
        let undecided = found.find(|finding| of_rule(&finding.method) && finding.slice.len() <= 1);
        let undecided = undecided.filter(|finding| finding.verdict == DriftVerdict::Inconclusive);
        let mut skipped = self.findings.skipped.iter().filter(|skipped| {
            skipped.column.as_ref() == Some(&key.name)
                && skipped.kind == drift::kind_name(drift::column_kind(key))
                && of_rule(&skipped.method)
        });
        undecided
            .map(|finding| finding.message.clone())
            .or_else(|| skipped.next().map(|skipped| skipped.reason.clone()))
    }
}

const fn values_of(column: &ColumnProfile) -> u64 {
    column.numbers + column.texts + column.other
}

/// What a column with a role is for, where its own values are not held against others.
const fn part_of(role: Role) -> &'static str {
    match role {
        Role::Timestamp => "it says when a row was predicted",
        Role::Id => "it names the row",
        Role::Model | Role::Version | Role::Variant => "it names the model",
        Role::Base => "errors are compared with those of this forecast",
        Role::RulePrediction | Role::FinalPrediction => "it is a forecast beside the model's",
        Role::Outcome | Role::Pnl => "money is counted by it",
        _ => "rows are counted by it, but how many there are of each is not judged",
    }
}

/// The columns of the windows in question that hold values which were not read, with the reason.
pub(super) fn unread(report: &Report) -> impl Iterator<Item = (&String, &str)> {
    let windows = [&report.current, &report.reference].into_iter().flatten();
    let columns = windows.flat_map(|window| &window.columns).filter(|(_, column)| column.fate == Fate::NotRead);
    columns.map(|(name, column)| (name, column.reason.as_deref().unwrap_or_default()))
}

/// Whether late outcomes were given and none of them found its row.
pub(super) fn has_lost_outcomes(report: &Report) -> bool {
    let windows = report.provenance.values();
    let (given, found) = windows.fold((false, false), |(given, found), window| {
        (given || window.outcomes > 0, found || window.outcomes_joined > 0)
    });
    given && !found
}
