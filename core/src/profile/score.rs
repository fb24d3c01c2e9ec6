//! How well predictions did on some rows: counts and exact sums from which every performance metric follows.
//!
//! The same summary serves a segment and a bucket of the timeline. It is a commutative monoid: any order, any split.

use alloc::{
    borrow::Cow,
    format,
    string::{String, ToString},
    vec::Vec,
};

use driftgate_documents::{Role, Task};
use serde::{Deserialize, Serialize};

use super::{
    ConfidenceBins, Decider, Earned, ExactSum, Levels, Merge, Money,
    money::{Outcome, Said},
};
use crate::{
    math,
    table::{Cell, Cells, Table},
};

/// Between the two labels of a pair in [`Score::confusion`].
const SEPARATOR: char = '\u{0}';

/// Counts and exact sums over some rows of one model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Rows.
    pub rows: u64,
    /// Rows with prediction and actual of the kind the task asks for.
    pub pairs: u64,
    /// Sum of |prediction - actual|.
    pub absolute: ExactSum,
    /// Sum of (prediction - actual)^2.
    pub squared: ExactSum,
    /// Sum of |prediction - actual| / |actual| over rows with actual != 0.
    pub relative: ExactSum,
    /// Rows with actual != 0.
    pub relative_rows: u64,
    /// Sum of actual.
    pub actual: ExactSum,
    /// Sum of actual^2.
    pub actual_squares: ExactSum,
    /// Rows with prediction, actual and base.
    pub based_rows: u64,
    /// Of these, rows whose predicted direction came true.
    pub direction_right: u64,
    /// Sum of |prediction - actual| over the rows with a base.
    pub based_absolute: ExactSum,
    /// Sum of |base - actual|: the naive forecast's error.
    pub naive_absolute: ExactSum,
    /// Sum of |base - actual| / |actual| over rows with actual != 0.
    pub naive_relative: ExactSum,
    /// Rows with base and actual != 0.
    pub naive_relative_rows: u64,
    /// Pairs whose labels are equal.
    pub right: u64,
    /// (actual, predicted) -> pairs.
    confusion: Levels,
    /// Predicted label -> rows.
    pub predictions: Levels,
    /// Sum of the confidence.
    pub confidence: ExactSum,
    /// Rows with a confidence.
    pub confidence_rows: u64,
    /// The confidences of a classifier's predictions, and how often they came true.
    pub reliability: ConfidenceBins,
    /// Rows of a classifier whose confidence is no probability: outside [0, 1].
    pub improper: u64,
    /// Sum of (confidence - 1)^2 of right and confidence^2 of wrong predictions.
    pub brier: ExactSum,
    /// Sum of [`Trust::log_loss`]; it means something for at most two labels.
    pub log_loss: ExactSum,
    /// Rows with prediction and rule prediction.
    pub ruled_rows: u64,
    /// Of these, rows on which both agree.
    pub agreeing: u64,
    /// Rows with rule prediction and actual.
    pub rule_pairs: u64,
    /// Of these, right ones.
    pub rule_right: u64,
    /// Rows with final prediction and actual.
    pub final_pairs: u64,
    /// Of these, right ones.
    pub final_right: u64,
    /// Rows that say where their final prediction came from.
    pub sourced_rows: u64,
    /// Of these, rows from the model (`ml`).
    pub ml_rows: u64,
    /// Outcomes and P&L.
    pub money: Money,
}

/// The columns of a table that a score is made of.
pub struct Scored<'a> {
    task: Option<Task>,
    prediction: Option<&'a Cells>,
    actual: Option<&'a Cells>,
    base: Option<&'a Cells>,
    confidence: Option<&'a Cells>,
    rule: Option<&'a Cells>,
    decided: Option<&'a Cells>,
    source: Option<&'a Cells>,
    outcome: Option<&'a Cells>,
    pnl: Option<&'a Cells>,
}

/// How sure a classifier was of a prediction, and whether it was right.
pub struct Trust<'a> {
    /// The predicted label.
    pub predicted: Cow<'a, str>,
    /// In [0, 1].
    pub confidence: f64,
    /// `None` while the actual is not known.
    pub right: Option<bool>,
}

impl Trust<'_> {
    /// Confidence - 1 if right, confidence - 0 if wrong: the root of a row's Brier score.
    #[must_use]
    pub fn gap(&self) -> Option<f64> {
        Some(self.confidence - f64::from(u8::from(self.right?)))
    }

    /// -ln of the probability that a model of two labels gave to what happened, kept away from 0 and 1 by 2^-52 as
    /// scikit-learn does.
    #[must_use]
    pub fn log_loss(&self) -> Option<f64> {
        let chance = if self.right? { self.confidence } else { 1.0 - self.confidence };
        Some(-math::ln(chance.clamp(f64::EPSILON, 1.0 - f64::EPSILON)))
    }
}

/// What a rule and whoever decided said of a row, as labels.
#[derive(Default)]
pub struct Answers<'a> {
    predicted: Option<Cow<'a, str>>,
    rule: Option<Cow<'a, str>>,
    decided: Option<Cow<'a, str>>,
    actual: Option<Cow<'a, str>>,
}

impl Answers<'_> {
    /// Whether model and rule say the same; `None` unless both said something.
    #[must_use]
    pub fn agrees(&self) -> Option<bool> {
        Some(self.rule.as_ref()? == self.predicted.as_ref()?)
    }

    /// Whether the rule was right; `None` unless both sides are there.
    #[must_use]
    pub fn rule_is_right(&self) -> Option<bool> {
        Some(self.rule.as_ref()? == self.actual.as_ref()?)
    }

    /// Whether the final prediction was right; `None` unless both sides are there.
    #[must_use]
    pub fn final_is_right(&self) -> Option<bool> {
        Some(self.decided.as_ref()? == self.actual.as_ref()?)
    }
}

impl<'a> Scored<'a> {
    /// Finds the columns of `table`.
    #[must_use]
    pub fn of(table: &'a Table, task: Option<Task>) -> Self {
        Self {
            task,
            prediction: table.role(Role::Prediction),
            actual: table.role(Role::Actual),
            base: table.role(Role::Base),
            confidence: table.role(Role::Confidence),
            rule: table.role(Role::RulePrediction),
            decided: table.role(Role::FinalPrediction),
            source: table.role(Role::Source),
            outcome: table.role(Role::Outcome),
            pnl: table.role(Role::Pnl),
        }
    }

    /// Prediction and actual of a row that counts as a pair of a regressor: their difference is a number too.
    #[must_use]
    pub fn number_pair(&self, row: usize) -> Option<(f64, f64)> {
        let wanted = self.task == Some(Task::Regression);
        self.numbers(row).filter(|(prediction, actual)| wanted && (prediction - actual).is_finite())
    }

    /// Prediction and actual of a row of a regressor.
    #[must_use]
    pub fn numbers(&self, row: usize) -> Option<(f64, f64)> {
        match (at(self.prediction, row), at(self.actual, row)) {
            (Cell::Number(prediction), Cell::Number(actual)) => Some((prediction, actual)),
            _ => None,
        }
    }

    /// Predicted and actual label of a row of a classifier.
    #[must_use]
    pub fn labels(&self, row: usize) -> Option<(Cow<'a, str>, Cow<'a, str>)> {
        Some((label(at(self.prediction, row))?, label(at(self.actual, row))?))
    }

    /// The last known value before the prediction, if the log has one.
    #[must_use]
    pub fn base(&self, row: usize) -> Option<f64> {
        number(at(self.base, row))
    }

    /// Whether the final prediction of a row is the model's; `None` if the row does not say.
    #[must_use]
    pub fn is_from_model(&self, row: usize) -> Option<bool> {
        label(at(self.source, row)).map(|source| source.eq_ignore_ascii_case("ml"))
    }

    const fn has_rule_or_source(&self) -> bool {
        self.rule.is_some() || self.decided.is_some() || self.source.is_some()
    }

    const fn has_money(&self) -> bool {
        self.outcome.is_some() || self.pnl.is_some()
    }

    /// The answers of a row beside the model's.
    #[must_use]
    pub fn answers(&self, row: usize) -> Answers<'a> {
        let [rule, decided] = [self.rule, self.decided].map(|cells| label(at(cells, row)));
        // Most logs have neither, and a label may have to be written out.
        if rule.is_none() && decided.is_none() {
            return Answers::default();
        }
        let [predicted, actual] = [self.prediction, self.actual].map(|cells| label(at(cells, row)));
        Answers { predicted, rule, decided, actual }
    }

    /// The confidence of a row, if it has one.
    #[must_use]
    pub fn confidence(&self, row: usize) -> Option<f64> {
        number(at(self.confidence, row))
    }

    /// How sure a classifier was of a row, if that is a probability.
    #[must_use]
    pub fn trust(&self, row: usize) -> Option<Trust<'a>> {
        if self.task != Some(Task::Classification) {
            return None;
        }
        let predicted = label(at(self.prediction, row))?;
        let confidence = self.confidence(row).filter(|confidence| (0.0..=1.0).contains(confidence))?;
        let right = label(at(self.actual, row)).map(|actual| actual == predicted);
        Some(Trust { predicted, confidence, right })
    }

    /// What became of a row, if anything is known.
    #[must_use]
    pub fn earned(&self, row: usize) -> Option<Earned> {
        let earned = Earned { outcome: Outcome::of(at(self.outcome, row)), pnl: number(at(self.pnl, row)) };
        (earned.outcome.is_some() || earned.pnl.is_some()).then_some(earned)
    }

    /// What a decider said of a row.
    #[must_use]
    pub fn said(&self, decider: Decider, row: usize) -> Option<Said<'a>> {
        let cells = match decider {
            Decider::Model => self.prediction,
            Decider::Rule => self.rule,
            Decider::Final => self.decided,
        };
        Said::of(at(cells, row), self.task)
    }

    /// How wrong a row is: for a classifier the confidence (1 without one) if the label is wrong, else 0; for a
    /// regressor |error| / |actual| (|error| where actual is 0). `None` without prediction or actual.
    #[must_use]
    pub fn wrongness(&self, row: usize) -> Option<f64> {
        match self.task? {
            Task::Classification => {
                let (predicted, actual) = self.labels(row)?;
                let confidence = self.confidence(row).unwrap_or(1.0);
                Some(if predicted == actual { 0.0 } else { confidence })
            }
            Task::Regression => {
                let (prediction, actual) = self.numbers(row)?;
                let error = math::abs(prediction - actual);
                let relative = if actual == 0.0 { error } else { error / math::abs(actual) };
                relative.is_finite().then_some(relative)
            }
        }
    }
}

/// The cell of an optional column.
#[must_use]
pub fn at(cells: Option<&Cells>, row: usize) -> Cell<'_> {
    cells.map_or(Cell::Missing, |cells| cells.get(row))
}

/// A finite number, if the cell holds one.
#[must_use]
pub fn number(cell: Cell<'_>) -> Option<f64> {
    if let Cell::Number(value) = cell { Some(value) } else { None }
}

/// The label of a cell: text as it is, a number in its shortest form, so that 1, 1.0 and "1" are one label.
#[must_use]
pub fn label(cell: Cell<'_>) -> Option<Cow<'_, str>> {
    match cell {
        Cell::Text(text) => Some(Cow::Borrowed(text)),
        Cell::Number(value) => Some(Cow::Owned(format!("{}", value + 0.0))),
        _ => None,
    }
}

impl Score {
    /// Adds rows.
    pub fn add(&mut self, columns: &Scored<'_>, rows: &[usize]) {
        self.rows += rows.len() as u64;
        match columns.task {
            Some(Task::Regression) => self.add_numbers(columns, rows),
            Some(Task::Classification) => rows.iter().for_each(|row| self.add_labels(columns, *row)),
            None => {}
        }
        let confidences: Vec<f64> = rows.iter().filter_map(|row| columns.confidence(*row)).collect();
        self.confidence.add_all(&confidences);
        self.confidence_rows += confidences.len() as u64;
        if columns.has_rule_or_source() {
            rows.iter().for_each(|row| self.add_rule(columns, *row));
        }
        if columns.has_money() {
            rows.iter().for_each(|row| self.money.add(columns, *row));
        }
    }

    fn add_numbers(&mut self, columns: &Scored<'_>, rows: &[usize]) {
        let pairs = rows.iter().filter_map(|row| Some((*row, columns.number_pair(*row)?)));
        let pairs: Vec<(usize, (f64, f64))> = pairs.collect();
        let errors: Vec<f64> = pairs.iter().map(|(_, (prediction, actual))| math::abs(prediction - actual)).collect();
        let actuals: Vec<f64> = pairs.iter().map(|(_, (_, actual))| *actual).collect();
        self.pairs += errors.len() as u64;
        ExactSum::add_values_and_squares(&mut self.absolute, &mut self.squared, &errors);
        ExactSum::add_values_and_squares(&mut self.actual, &mut self.actual_squares, &actuals);
        add_relative(&mut self.relative, &mut self.relative_rows, &errors, &actuals);
        if columns.base.is_none() {
            return;
        }
        let based = || pairs.iter().filter_map(|(row, pair)| Some((*pair, columns.base(*row)?)));
        let errors: Vec<f64> = based().map(|((prediction, actual), _)| math::abs(prediction - actual)).collect();
        let naive: Vec<f64> = based().map(|((_, actual), base)| math::abs(base - actual)).collect();
        let actuals: Vec<f64> = based().map(|((_, actual), _)| actual).collect();
        let right = based().filter(|((prediction, actual), base)| (prediction > base) == (actual > base));
        self.direction_right += right.count() as u64;
        self.based_rows += errors.len() as u64;
        self.based_absolute.add_all(&errors);
        self.naive_absolute.add_all(&naive);
        add_relative(&mut self.naive_relative, &mut self.naive_relative_rows, &naive, &actuals);
    }

    fn add_labels(&mut self, columns: &Scored<'_>, row: usize) {
        let Some(predicted) = label(at(columns.prediction, row)) else { return };
        self.predictions.add(&predicted, 1);
        match columns.trust(row) {
            Some(trust) => {
                self.reliability.add(&trust);
                if let (Some(gap), Some(loss)) = (trust.gap(), trust.log_loss()) {
                    self.brier.add_square(gap);
                    self.log_loss.add(loss);
                }
            }
            None => self.improper += u64::from(columns.confidence(row).is_some()),
        }
        let Some(actual) = label(at(columns.actual, row)) else { return };
        self.pairs += 1;
        self.right += u64::from(predicted == actual);
        let mut pair = actual.to_string();
        pair.push(SEPARATOR);
        pair.push_str(&predicted);
        self.confusion.add(&pair, 1);
    }

    fn add_rule(&mut self, columns: &Scored<'_>, row: usize) {
        if let Some(from_model) = columns.is_from_model(row) {
            self.sourced_rows += 1;
            self.ml_rows += u64::from(from_model);
        }
        let answers = columns.answers(row);
        if let Some(agrees) = answers.agrees() {
            self.ruled_rows += 1;
            self.agreeing += u64::from(agrees);
        }
        if let Some(right) = answers.rule_is_right() {
            self.rule_pairs += 1;
            self.rule_right += u64::from(right);
        }
        if let Some(right) = answers.final_is_right() {
            self.final_pairs += 1;
            self.final_right += u64::from(right);
        }
    }

    /// Pairs in the confusion matrix.
    #[must_use]
    pub fn confusion_total(&self) -> u64 {
        self.confusion.total()
    }

    /// Every predicted and actual label that is kept; a label may come more than once.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        let pairs = self.confusion.iter().filter_map(|(pair, _)| pair.split_once(SEPARATOR));
        pairs.flat_map(|(actual, predicted)| [actual, predicted]).chain(self.predictions.iter().map(|(label, _)| label))
    }

    /// Every (actual, predicted, pairs), in the order of the labels; `None` if there were too many to count them all.
    #[must_use]
    pub fn confusion(&self) -> Option<impl Iterator<Item = (&str, &str, u64)>> {
        self.confusion
            .is_complete()
            .then(|| self.confusion.iter().filter_map(|(pair, n)| pair.split_once(SEPARATOR).map(|(a, p)| (a, p, n))))
    }
}

impl Merge for Score {
    fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        self.pairs += other.pairs;
        self.absolute.merge(&other.absolute);
        self.squared.merge(&other.squared);
        self.relative.merge(&other.relative);
        self.relative_rows += other.relative_rows;
        self.actual.merge(&other.actual);
        self.actual_squares.merge(&other.actual_squares);
        self.based_rows += other.based_rows;
        self.direction_right += other.direction_right;
        self.based_absolute.merge(&other.based_absolute);
        self.naive_absolute.merge(&other.naive_absolute);
        self.naive_relative.merge(&other.naive_relative);
        self.naive_relative_rows += other.naive_relative_rows;
        self.right += other.right;
        self.confusion.merge(&other.confusion);
        self.predictions.merge(&other.predictions);
        self.confidence.merge(&other.confidence);
        self.confidence_rows += other.confidence_rows;
        self.reliability.merge(&other.reliability);
        self.improper += other.improper;
        self.brier.merge(&other.brier);
        self.log_loss.merge(&other.log_loss);
        self.ruled_rows += other.ruled_rows;
        self.agreeing += other.agreeing;
        self.rule_pairs += other.rule_pairs;
        self.rule_right += other.rule_right;
        self.final_pairs += other.final_pairs;
        self.final_right += other.final_right;
        self.sourced_rows += other.sourced_rows;
        self.ml_rows += other.ml_rows;
        self.money.merge(&other.money);
    }
}

/// Adds error / |actual| where that is a number; errors have no sign here.
fn add_relative(sum: &mut ExactSum, rows: &mut u64, errors: &[f64], actuals: &[f64]) {
    let relative = errors.iter().zip(actuals).map(|(error, actual)| error / math::abs(*actual));
    // 0 / 0 is no number either.
    let relative: Vec<f64> = relative.filter(|relative| relative.is_finite()).collect();
    sum.add_all(&relative);
    *rows += relative.len() as u64;
}

/// What a slice is called where a row has no value for it.
pub const NONE: &str = "(none)";

/// Owned label of a cell, or [`NONE`].
#[must_use]
pub fn name_of(cell: Cell<'_>) -> String {
    label(cell).map_or_else(|| NONE.into(), Cow::into_owned)
}
