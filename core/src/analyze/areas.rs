//! The AUC of each slice: from the rows of a log that is kept whole, from histograms for a model of a large log as a whole.

use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};

use super::context::Labels;
use crate::{
    Skip, gate,
    metric::{self, TOP_ONLY},
    profile::{MAX_RANK_ERROR, ModelSections, View, rows_of, score::Scored, value_histogram::Cell},
    table::Table,
    words,
};

/// Chances of the positive label: where it happened, and where it did not.
type Sides = [Vec<Cell>; 2];

/// The AUC of the slices of one model.
pub(super) enum Areas {
    /// Segment key -> values -> chances.
    Rows(BTreeMap<Vec<String>, BTreeMap<Vec<String>, Sides>>),
    /// The model as a whole.
    Whole(Sides),
    /// There is none.
    None(Skip),
}

impl Areas {
    /// Collects what the areas of a model follow from.
    pub(super) fn of(
        view: &View<'_>,
        model: &str,
        sections: &ModelSections,
        labels: &Labels,
        two_labels: bool,
    ) -> Self {
        if !two_labels {
            return Self::None(Skip::because(TOP_ONLY));
        }
        match (&view.rows, sections.ranking.sides()) {
            (Some(rows), _) if view.complete => {
                Self::Rows(of_rows(rows, view, model, labels.last(model).unwrap_or_default()))
            }
            (_, Some(sides)) => Self::Whole(sides),
            (_, None) => Self::None(Skip::because(TOP_ONLY)),
        }
    }

    /// The area of a slice, given by its values.
    pub(super) fn area(&self, key: &[String], values: &[&str]) -> Result<f64, Skip> {
        let sides = match self {
            Self::Rows(keys) => keys.get(key).and_then(|slices| {
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                slices.get(&values)
            }),
            Self::Whole(sides) => key.is_empty().then_some(sides),
            Self::None(reason) => return Err(reason.clone()),
        };
        let Some([positives, negatives]) = sides else {
            return Err(Skip::because("no row has a prediction, a confidence and an actual"));
        };
        let area = metric::auc(positives, negatives)?;
        if area.error > MAX_RANK_ERROR {
            let error = words::short(area.error);
            return Err(Skip::because(format!("the summary of a large log may have moved it by {error}")));
        }
        Ok(area.value)
    }

    /// Whether only the model as a whole has one.
    pub(super) const fn are_of_the_whole(&self) -> bool {
        matches!(self, Self::Whole(_))
    }
}

fn of_rows(
    rows: &Table,
    view: &View<'_>,
    model: &str,
    positive: &str,
) -> BTreeMap<Vec<String>, BTreeMap<Vec<String>, Sides>> {
    let scored = Scored::of(rows, view.settings.task);
    let mut keys: BTreeMap<Vec<String>, BTreeMap<Vec<String>, Sides>> = BTreeMap::new();
    for row in rows_of(rows, model) {
        let (Some(trust), Some((_, actual))) = (scored.trust(row), scored.labels(row)) else { continue };
        let chance = if trust.predicted == positive { trust.confidence } else { 1.0 - trust.confidence };
        let cell = Cell { min: chance, max: chance, count: 1 };
        for key in &view.settings.segments {
            let slice = keys.entry(key.clone()).or_default().entry(gate::values(rows, key, row)).or_default();
            slice[usize::from(actual != positive)].push(cell);
        }
    }
    keys
}
