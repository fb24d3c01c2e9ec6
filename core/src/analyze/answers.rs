//! What the candidate answered, against the baseline where there is one, and whether the two logs can be held against each other.

use alloc::{
    collections::BTreeSet,
    string::{String, ToString},
    vec::Vec,
};

use driftgate_documents::{Comparison, Coverage, Plan, Role, TrustCheck};

use super::{Models, Views, context::Labels, performance, spelling};
use crate::{
    gate::{self, Pairs},
    order::IntoOrdered,
    profile::{View, rows_of},
    table::Table,
    trust::{self, Common, Side},
};

/// What a model or its log is by name is no property of a case.
const OF_MODEL: [Role; 4] = [Role::Model, Role::Version, Role::Variant, Role::Source];

/// What was found.
pub(super) struct Answers {
    pub(super) comparisons: Vec<Comparison>,
    pub(super) coverage: Option<Coverage>,
    pub(super) trust: Vec<TrustCheck>,
}

pub(super) fn answers(plan: &Plan, labels: &Labels, views: &Views<'_>, models: &Models) -> Answers {
    let judged = [Some(("current", &views.current)), views.baseline.as_ref().map(|view| ("baseline", view))];
    let mut trust: Vec<_> = judged.into_iter().flatten().map(|(name, view)| trust::duplicates(name, view)).collect();
    trust.extend(spelling::of_labels(views, plan.task));
    let mut answers = match (&views.baseline, &models.baseline) {
        (Some(baseline), Some(model)) => {
            let sides = [(&views.current, models.current.as_str()), (baseline, model.as_str())];
            against(plan, labels, sides)
        }
        _ => Answers {
            comparisons: Vec::new(),
            coverage: trust::alone(&views.current, &models.current),
            trust: Vec::new(),
        },
    };
    answers.comparisons.extend(answers.coverage.iter().map(answered));
    trust.append(&mut answers.trust);
    Answers { trust, ..answers }
}

/// The candidate's window and model against the baseline's.
fn against(plan: &Plan, labels: &Labels, [(current, model), (baseline, incumbent)]: [(&View<'_>, &str); 2]) -> Answers {
    let (Some(mine), Some(theirs)) = (&current.rows, &baseline.rows) else {
        return Answers { comparisons: Vec::new(), coverage: None, trust: Vec::new() };
    };
    let rows = |table: &Table, model: &str| rows_of(table, model).collect::<Vec<_>>();
    let (my_rows, their_rows) = (rows(mine, model), rows(theirs, incumbent));
    let my_side = Side { name: "candidate", view: current, table: mine, rows: &my_rows };
    let their_side = Side { name: "baseline", view: baseline, table: theirs, rows: &their_rows };
    let ids = [my_side.by_id(), their_side.by_id()];
    let ids = [&ids[0], &ids[1]];
    let pairs = Pairs::of(mine, theirs, ids, current.settings);
    let mut comparisons = gate::replay(&pairs, mine, theirs, current.settings, plan.label_horizon.unwrap_or(1));
    comparisons.push(gate::input_change(&pairs, mine, theirs));
    let candidate = performance::measured(current, mine, plan, labels, model);
    let jackknife = plan.gate.as_ref().map_or(&[][..], |gate| &gate.jackknife);
    comparisons.extend(gate::changes(
        &pairs,
        &candidate,
        &performance::measured(baseline, theirs, plan, labels, incumbent),
        jackknife,
    ));
    if !current.complete || !baseline.complete {
        let note = alloc::format!(" (sample of {} of {} cases)", mine.rows(), current.row_count());
        comparisons.iter_mut().for_each(|comparison| comparison.message.push_str(&note));
    }
    let cases = Common { candidate: my_side, baseline: their_side, rows: &pairs.common };
    let mut trust = Vec::new();
    if !pairs.common.is_empty() {
        trust.extend([cases.identical(), cases.contradicting()]);
        let columns: BTreeSet<String> = current.settings.segments.iter().flatten().cloned().into_set();
        let of_case = |column: &&String| !OF_MODEL.iter().any(|role| role.name() == column.as_str());
        trust.extend(cases.slices(columns.iter().filter(of_case)));
    }
    Answers { comparisons, coverage: trust::between(&my_side, &their_side, ids), trust }
}

/// The share of the cases that were answered, as a policy can ask for it.
fn answered(coverage: &Coverage) -> Comparison {
    Comparison {
        value: (coverage.cases > 0).then_some(coverage.share),
        n: coverage.cases,
        message: coverage.message.to_string(),
        ..gate::blank("answered")
    }
}
