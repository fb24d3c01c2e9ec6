//! What the metrics of a model depend on beside its rows: the plan, and its labels in all windows together.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
};

use driftgate_documents::{Classes, Plan};

use super::{Views, returns::DAYS_PER_YEAR};
use crate::{
    metric::{self, Context},
    profile::{ModelSections, Score},
};

/// More labels than this need not be told apart here.
const FEW: usize = 2;

/// What is known of the labels of all models.
pub(super) struct Labels {
    classes: Classes,
    /// Whether any label of any model, rule or outcome is of a class.
    classed: bool,
    /// Whether there are outcomes or P&L at all.
    money: bool,
    /// Model -> its labels, up to one more than a few.
    models: BTreeMap<String, BTreeSet<String>>,
}

impl Labels {
    /// Looks through all windows: a month in which nothing was bought is no log without a buy class.
    pub(super) fn of(views: &Views<'_>, plan: &Plan) -> Self {
        let mut all = Self {
            classes: plan.classes.clone().unwrap_or_default(),
            classed: false,
            money: false,
            models: BTreeMap::new(),
        };
        for (_, view) in views.named() {
            for (name, model) in &view.sections.models {
                let labels = all.models.entry(name.clone()).or_default();
                for score in scores(model) {
                    for label in score.labels() {
                        all.classed |= metric::class(&all.classes, label).is_some();
                        if labels.len() <= FEW && !labels.contains(label) {
                            labels.insert(label.into());
                        }
                    }
                    for (_, ledger) in score.money.ledgers() {
                        all.money = true;
                        let mut said = ledger.labels().into_iter().flatten();
                        all.classed |= said.any(|(label, _)| metric::class(&all.classes, label).is_some());
                    }
                }
            }
        }
        all
    }

    /// What the metrics of a model need to know; of rows of several models (a variant's, under no name) what holds for all.
    pub(super) fn context<'a>(&'a self, plan: &'a Plan, model: &str) -> Context<'a> {
        Context {
            positive: plan.positive.as_deref(),
            classes: self.classed.then_some(&self.classes),
            two_labels: match self.models.get(model) {
                Some(labels) => labels.len() <= FEW,
                None => self.models.values().all(|labels| labels.len() <= FEW),
            },
        }
    }

    /// The last label of a model of two, by which others are told from it.
    pub(super) fn last(&self, model: &str) -> Option<&str> {
        self.models.get(model)?.last().map(String::as_str)
    }

    /// The plan with the defaults that outcomes and P&L make use of, where a log has any.
    pub(super) fn resolve(&self, plan: Plan) -> Plan {
        if !self.money {
            return plan;
        }
        Plan { classes: Some(self.classes.clone()), days_per_year: plan.days_per_year.or(Some(DAYS_PER_YEAR)), ..plan }
    }
}

fn scores(model: &ModelSections) -> impl Iterator<Item = &Score> {
    model.timeline.buckets.values().map(|bucket| &bucket.score)
}
