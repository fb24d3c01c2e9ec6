//! Multivariate drift: do rows still fit the pattern that the reference's inputs follow together?
//!
//! Principal components of the reference keep the part of the inputs that moves together; what they miss of a row is its
//! error. The mean error of each day, as a logarithm, is a series like any other, compared by [`days::compare`]; the effect
//! is how many times larger the error became. This is NannyML's reconstruction error (components for 65 % of the
//! variance), but on normal scores of the reference's ranks: a few wild values, or an input of another scale, do not
//! outweigh the rest. It sees broken joins, swapped columns and values outside what the reference knew; it cannot see
//! drift along the components, which the columns' own findings show.
//!
//! A classifier that tells reference from current would be more sensitive and is never calm: with indicators of twenty
//! days, any ten days can be told from a year. Twice the error is moderate, three times critical: in windows of ten calm
//! trading days of stock prices 0 of 53 and 0 of 475 reach moderate, in a crash 95 of 100.
//!
//! Only rows with all values count; an input that is missing on more than a fifth of the rows of a side is left out.

use alloc::{collections::BTreeMap, format, string::String, vec, vec::Vec};

use driftgate_documents::{DriftVerdict, Finding, FindingKind, Rule};

use super::matrix::Matrix;
use crate::{
    Skip,
    drift::{Judge, Scale, Windows, at_least_minor, blank, days, rule_name},
    math::{self, symmetric_eigen},
    order::{IntoOrdered, StableOrder},
    words,
};

pub(super) const METHOD: &str = "reconstruction_error";

/// The share of the variance that the components keep.
const KEPT: f64 = 0.65;

/// The share of missing values from which an input is left out.
const MISSING: f64 = 0.2;

/// Rows of the reference that each input needs.
const ROWS_A_COLUMN: usize = 10;

/// Inputs named in the sentence.
const NAMED: usize = 3;

/// Compares the errors of both windows under the reference's pattern.
pub(super) fn findings(
    windows: &Windows<'_>,
    judge: &Judge,
    names: &[String],
    sides: [&Matrix; 2],
) -> Result<Vec<Finding>, Skip> {
    let columns: Vec<usize> =
        (0..names.len()).filter(|column| sides.iter().all(|side| is_full(side, *column))).collect();
    let [reference, current] = sides.map(|side| complete(side, &columns));
    let (pattern, fitted) = Pattern::of(&reference)?;
    let [before, now] = [pattern.errors(&fitted), pattern.errors(&pattern.scores(&current))];
    let [series, series_now] = [(sides[0], &reference, &before), (sides[1], &current, &now)]
        .map(|(side, rows, errors)| pattern.daily(side, &rows.rows, errors, judge.rule));
    let test = days::compare(&series, &series_now)?;
    let mean = |series: &BTreeMap<i64, f64>| series.values().sum::<f64>() / series.len() as f64;
    let levels = [mean(&series), mean(&series_now)].map(math::exp);
    let effect = levels[1] / levels[0];
    let material = effect >= Scale::RECONSTRUCTION.0[0];
    let verdict = match (material, test.n_eff_reference >= days::MIN_EFFECTIVE) {
        (true, false) => DriftVerdict::Inconclusive,
        (true, true) if test.p_value <= judge.alpha => DriftVerdict::Drift,
        _ => DriftVerdict::None,
    };
    let drifted = verdict == DriftVerdict::Drift;
    let grown = grown(&before, &now);
    let most: Vec<&str> = grown.iter().take(NAMED).map(|column| names[columns[*column]].as_str()).collect();
    let fit = match verdict {
        DriftVerdict::Drift => "no longer fit",
        DriftVerdict::Inconclusive => "may no longer fit",
        DriftVerdict::None if material => "fit, but for what chance explains,",
        DriftVerdict::None => "fit",
    };
    let grew = if drifted { format!("; most in {}", most.join(", ")) } else { String::new() };
    let message = format!(
        "Rows {fit} the pattern that {} follow in the reference: error x {}{grew}, {}",
        words::count(columns.len() as u64, "input"),
        words::short(effect),
        words::p(test.p_value)
    );
    Ok(vec![Finding {
        convention: "normal_scores".into(),
        statistic: Some(test.statistic),
        p_value: Some(test.p_value),
        p_adjusted: Some(test.p_value),
        effect: Some(effect),
        threshold: Some(Scale::RECONSTRUCTION.0[0]),
        reference: Some(levels[0]),
        current: Some(levels[1]),
        n_reference: reference.rows.len() as u64,
        n_current: current.rows.len() as u64,
        n_effective_reference: Some(test.n_eff_reference),
        n_effective_current: Some(test.n_eff_current),
        verdict,
        severity: if drifted { at_least_minor(Scale::RECONSTRUCTION.band(effect)) } else { None },
        message,
        ..blank(FindingKind::MultivariateDrift, None, windows, METHOD, rule_name(judge.rule))
    }])
}

fn is_full(side: &Matrix, column: usize) -> bool {
    let missing = side.columns[column].iter().filter(|value| value.is_nan()).count();
    missing as f64 <= MISSING * side.rows() as f64
}

/// The rows with a number in every one of some columns, by column.
struct Complete {
    /// Their places in the matrix.
    rows: Vec<usize>,
    columns: Vec<Vec<f64>>,
}

fn complete(side: &Matrix, columns: &[usize]) -> Complete {
    let has_all = |row: &usize| columns.iter().all(|column| !side.columns[*column][*row].is_nan());
    let rows: Vec<usize> = (0..side.rows()).filter(has_all).collect();
    let of = |column: &usize| rows.iter().map(|row| side.columns[*column][*row]).collect();
    Complete { columns: columns.iter().map(of).collect(), rows }
}

/// What the columns of the reference follow together.
struct Pattern {
    /// Each column of the reference, ascending.
    sorted: Vec<Vec<f64>>,
    /// The normal score of a value with `i` / 2 reference values below it (equal ones count half).
    score: Vec<f64>,
    means: Vec<f64>,
    /// Principal components, each with one weight a column.
    components: Vec<Vec<f64>>,
    /// A mean error below this is rounding: a thousandth of the variance.
    floor: f64,
}

/// The squared error of each column of each row, by column.
type Errors = Vec<Vec<f64>>;

impl Pattern {
    /// Learns the pattern; answers it with the normal scores it was learned from.
    fn of(reference: &Complete) -> Result<(Self, Vec<Vec<f64>>), Skip> {
        let (columns, rows) = (reference.columns.len(), reference.rows.len());
        if columns < 2 || rows < ROWS_A_COLUMN * columns {
            let text = "needs two inputs without many missing values, and ten reference rows for each";
            return Err(Skip::because(text));
        }
        let half = |i: usize| math::normal_quantile((i as f64 / 2.0 + 0.5) / (rows as f64 + 1.0));
        let mut pattern = Self {
            sorted: reference.columns.clone(),
            score: (0..=2 * rows).map(half).collect(),
            means: vec![0.0; columns],
            components: Vec::new(),
            floor: 0.0,
        };
        pattern.sorted.iter_mut().for_each(|column| column.order_by(f64::total_cmp));
        let mut scores = pattern.scores(reference);
        pattern.means = scores.iter().map(|column| column.iter().sum::<f64>() / rows as f64).collect();
        for (column, mean) in scores.iter_mut().zip(&pattern.means) {
            column.iter_mut().for_each(|score| *score -= mean);
        }
        let covariance = |a: &Vec<f64>, b: &Vec<f64>| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>() / rows as f64;
        let matrix = scores.iter().map(|a| scores.iter().map(|b| covariance(a, b)).collect()).collect();
        let (values, vectors) = symmetric_eigen(matrix);
        let total: f64 = values.iter().sum();
        let mut kept = 0.0;
        // One component is always left out: with all of them nothing would be an error.
        for (value, vector) in values.iter().zip(vectors).take(columns - 1) {
            if kept >= KEPT * total {
                break;
            }
            kept += value;
            pattern.components.push(vector);
        }
        pattern.floor = 1e-3 * total;
        if total > 0.0 { Ok((pattern, scores)) } else { Err(Skip::because("no input of the reference varies")) }
    }

    /// The normal score of every value among the reference's, minus the reference's mean score.
    fn scores(&self, rows: &Complete) -> Vec<Vec<f64>> {
        let of_column = |((values, sorted), mean): ((&Vec<f64>, &Vec<f64>), &f64)| {
            let score = |value: &f64| {
                let below = sorted.partition_point(|known| known < value);
                let is_known = sorted.get(below) == Some(value);
                let equal = if is_known { sorted[below..].partition_point(|known| known <= value) } else { 0 };
                self.score[2 * below + equal] - mean
            };
            values.iter().map(score).collect()
        };
        rows.columns.iter().zip(&self.sorted).zip(&self.means).map(of_column).collect()
    }

    /// What the components miss of each score, squared.
    fn errors(&self, scores: &[Vec<f64>]) -> Errors {
        let mut rest = scores.to_vec();
        for component in &self.components {
            let mut along = vec![0.0; scores.first().map_or(0, Vec::len)];
            for (column, weight) in scores.iter().zip(component) {
                along.iter_mut().zip(column).for_each(|(along, score)| *along += weight * score);
            }
            for (column, weight) in rest.iter_mut().zip(component) {
                column.iter_mut().zip(&along).for_each(|(rest, along)| *rest -= weight * along);
            }
        }
        rest.iter_mut().flatten().for_each(|rest| *rest *= *rest);
        rest
    }

    /// The logarithm of the mean error of each day, or of each row.
    fn daily(&self, side: &Matrix, rows: &[usize], errors: &Errors, rule: Rule) -> BTreeMap<i64, f64> {
        let mut of_row = vec![f64::NAN; side.rows()];
        for (at, row) in rows.iter().enumerate() {
            of_row[*row] = errors.iter().map(|column| column[at]).sum();
        }
        let level = |error: f64| math::ln(error.max(self.floor));
        if rule != Rule::ByDay {
            return rows.iter().map(|row| (*row as i64, level(of_row[*row]))).into_map();
        }
        let of_day = |(day, rows): (&i64, &Vec<usize>)| {
            let known = rows.iter().map(|row| of_row[*row]).filter(|error| !error.is_nan());
            let count = known.clone().count();
            (count > 0).then(|| (*day, level(known.sum::<f64>() / count as f64)))
        };
        side.days.iter().filter_map(of_day).into_map()
    }
}

/// The columns, the one whose mean error grew most first.
fn grown(before: &Errors, now: &Errors) -> Vec<usize> {
    let mean = |errors: &[f64]| errors.iter().sum::<f64>() / errors.len() as f64;
    let growth: Vec<f64> = before.iter().zip(now).map(|(before, now)| mean(now) - mean(before)).collect();
    let mut order: Vec<usize> = (0..growth.len()).collect();
    order.order_by(|a, b| growth[*b].total_cmp(&growth[*a]));
    order
}
