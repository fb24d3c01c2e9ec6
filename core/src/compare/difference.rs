//! Is a difference chance? The naive test, and beside it those that know that rows depend on each other.
//!
//! The verdict comes from days: rows of one day move together, and days depend on each other. Without times it comes from entities, and
//! without those from rows, which is said.

use alloc::{format, string::String, vec::Vec};

use driftgate_documents::{Design, DifferenceTest, MetricComparison, Spread};

use super::{Question, Sample};
use crate::{
    Skip,
    hypothesis::{
        MeanTest, block_bootstrap, clustered, day_mean, diebold_mariano, mann_whitney, mcnemar, newey_west, paired_t,
        two_proportions, two_way, welch,
    },
    math,
    profile::value_histogram::ValueHistogram,
    sequential, words,
};

/// The name of the test that gives the verdict, where there are days.
pub const BY_DAY: &str = "by_day";

/// One metric of two arms, tested.
pub struct Tested {
    /// What goes into the answer.
    pub comparison: MetricComparison,
    /// The test that gives the verdict.
    pub decides: Option<MeanTest>,
    /// Why a test could not be computed.
    pub skipped: Vec<(&'static str, Skip)>,
}

/// Compares two arms on one metric. Only the one that decides is worth a bootstrap.
#[must_use]
pub fn compare(sample: &Sample, question: &Question<'_>) -> Tested {
    let decides = sample.metric.name == question.metric.name;
    let mut tests = Tests {
        question,
        draws: if decides { question.draws } else { 0 },
        done: Vec::new(),
        means: Vec::new(),
        skipped: Vec::new(),
        decides: None,
    };
    match sample.design {
        Design::Paired => tests.paired(sample),
        Design::Disjoint => tests.disjoint(sample),
    }
    tests.robust(sample);
    let difference = sample.difference();
    let (loser_value, loser) = loser(sample);
    let always_valid = tests.decides.map(|test| {
        let deviate = sequential::always_valid(sample.n(), question.alpha);
        let margin = sequential::as_student(deviate, test.df) * test.standard_error;
        [difference - margin, difference + margin]
    });
    let comparison = MetricComparison {
        metric: sample.metric.name.into(),
        larger_is_better: sample.metric.larger_is_better,
        n: sample.n(),
        days: sample.day_count as u64,
        candidate: sample.candidate_value,
        baseline: sample.baseline_value,
        difference,
        improvement: share(gain(sample), sample.baseline_value, &sample.baseline),
        improvement_on_loser: share(math::abs(difference), loser_value, loser),
        tests: tests.done,
        always_valid: always_valid.filter(|bounds| bounds.iter().all(|bound| bound.is_finite())),
    };
    Tested { comparison, decides: tests.decides, skipped: tests.skipped }
}

/// How much better the candidate is, in the metric's unit: positive is better.
fn gain(sample: &Sample) -> f64 {
    if sample.metric.larger_is_better { sample.difference() } else { -sample.difference() }
}

/// The worse side: metric and values.
fn loser(sample: &Sample) -> (f64, &[f64]) {
    if gain(sample) >= 0.0 {
        (sample.baseline_value, &sample.baseline)
    } else {
        (sample.candidate_value, &sample.candidate)
    }
}

/// A change as a share of |whole|. None where the whole is not clearly apart from 0 (two standard errors of independent rows): the
/// share of nearly nothing says nothing.
fn share(change: f64, whole: f64, values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    let mean = super::arms::mean(values.iter().copied())?;
    let squares = super::arms::mean(values.iter().map(|value| (value - mean) * (value - mean)))?;
    let is_apart = math::abs(mean) > 2.0 * math::sqrt(squares / n);
    let share = change / math::abs(whole);
    (is_apart && share.is_finite()).then_some(share)
}

struct Tests<'a, 'b> {
    question: &'a Question<'b>,
    /// Draws of the bootstrap; 0 is none.
    draws: u32,
    done: Vec<DifferenceTest>,
    means: Vec<(&'static str, MeanTest)>,
    skipped: Vec<(&'static str, Skip)>,
    decides: Option<MeanTest>,
}

impl Tests<'_, '_> {
    fn paired(&mut self, sample: &Sample) {
        let n = sample.n() as f64;
        let difference = sample.difference();
        // Of means these are the differences themselves.
        let differences: Vec<f64> = sample.scores.iter().map(|score| difference + n * score).collect();
        self.mean("paired_t", false, paired_t(&differences), "rows, taken as independent");
        if sample.metric.name == "accuracy" {
            self.mcnemar(sample);
        }
    }

    fn mcnemar(&mut self, sample: &Sample) {
        let pairs = || sample.candidate.iter().zip(&sample.baseline);
        let only_candidate = pairs().filter(|(candidate, baseline)| candidate > baseline).count() as u64;
        let only_baseline = pairs().filter(|(candidate, baseline)| candidate < baseline).count() as u64;
        let note = format!(
            "only the candidate right {only_candidate}, only the baseline {only_baseline}; rows, taken as independent"
        );
        match mcnemar(only_candidate, only_baseline) {
            Ok(test) => self.done.push(DifferenceTest {
                statistic: Some(test.statistic),
                p_value: Some(test.p_value),
                ..blank("mcnemar", false, note)
            }),
            Err(skip) => self.skipped.push(("mcnemar", skip)),
        }
    }

    fn disjoint(&mut self, sample: &Sample) {
        if sample.metric.spread == Spread::Share {
            let right =
                |values: &[f64]| (values.iter().filter(|value| **value > 0.0).count() as u64, values.len() as u64);
            let test = two_proportions(right(&sample.baseline), right(&sample.candidate));
            return self.mean("proportions", false, test, "rows, taken as independent");
        }
        if sample.metric.spread == Spread::Mean {
            self.mean("welch", false, welch(&sample.baseline, &sample.candidate), "rows, taken as independent");
        }
        let [baseline, candidate] =
            [&sample.baseline, &sample.candidate].map(|values| ValueHistogram::from_values(values));
        match mann_whitney(&baseline, &candidate) {
            Ok(test) => self.done.push(DifferenceTest {
                statistic: Some(test.u),
                p_value: Some(test.p_value),
                ..blank(
                    "mann_whitney",
                    false,
                    format!(
                        "a candidate's value exceeds a baseline's in {} of pairs; rows, taken as independent",
                        words::short(test.superiority)
                    ),
                )
            }),
            Err(skip) => self.skipped.push(("mann_whitney", skip)),
        }
    }

    fn robust(&mut self, sample: &Sample) {
        let difference = sample.difference();
        let series = sample.series();
        if !sample.entities.is_empty() {
            let test = clustered(difference, &sample.scores, &sample.entities);
            self.mean("by_symbol", true, test, "symbols are clusters");
        }
        if series.is_empty() {
            let none = || Skip::because("some rows have no time");
            [BY_DAY, "newey_west", "block_bootstrap"].into_iter().for_each(|name| self.skipped.push((name, none())));
        } else {
            self.mean(
                "clustered_by_day",
                true,
                clustered(difference, &sample.scores, &sample.days),
                "days are clusters, taken as independent",
            );
            if !sample.entities.is_empty() {
                let test = two_way(difference, &sample.scores, &sample.days, &sample.entities);
                self.mean("two_way", true, test, "days and symbols are clusters");
            }
            self.by_series(sample, &series);
        }
        self.choose(!series.is_empty());
    }

    fn by_series(&mut self, sample: &Sample, series: &[f64]) {
        self.mean(BY_DAY, true, day_mean(series), "days, which depend on each other");
        if sample.design == Design::Paired {
            let horizon = self.question.horizon as usize;
            match diebold_mariano(series, horizon) {
                Ok(found) => {
                    let fallback = if found.fell_back { "; long-run variance not positive, so horizon 1" } else { "" };
                    let note = format!("days, horizon {}{fallback}", words::count(horizon as u64, "day"));
                    self.mean("diebold_mariano", true, Ok(found.test), note);
                }
                Err(skip) => self.skipped.push(("diebold_mariano", skip)),
            }
        }
        match newey_west(series) {
            Ok(found) => {
                let note = format!("days, {}", words::count(found.lags as u64, "lag"));
                self.mean("newey_west", true, Ok(found.test), note);
            }
            Err(skip) => self.skipped.push(("newey_west", skip)),
        }
        if self.draws > 0 {
            self.bootstrap(series);
        }
    }

    fn bootstrap(&mut self, series: &[f64]) {
        match block_bootstrap(series, self.question.alpha, self.draws, self.question.seed) {
            Ok(found) => self.done.push(DifferenceTest {
                p_value: Some(found.p_value),
                standard_error: Some(found.standard_error),
                interval: Some(found.interval),
                ..blank(
                    "block_bootstrap",
                    true,
                    format!("days, {} draws, mean block {} days", self.draws, words::short(found.block_length)),
                )
            }),
            Err(skip) => self.skipped.push(("block_bootstrap", skip)),
        }
    }

    /// Days give the verdict; without times symbols, and without those rows. Where rows have times, rows alone are no evidence.
    fn choose(&mut self, has_days: bool) {
        let order: &[&str] = if has_days { &[BY_DAY] } else { &["by_symbol", "paired_t", "welch", "proportions"] };
        let found = order.iter().find_map(|name| self.means.iter().find(|(method, _)| method == name));
        let Some((method, test)) = found else { return };
        self.decides = Some(*test);
        self.done.iter_mut().for_each(|test| test.decides = test.method == *method);
    }

    fn mean(&mut self, method: &'static str, robust: bool, test: Result<MeanTest, Skip>, note: impl Into<String>) {
        match test {
            Ok(test) => {
                self.means.push((method, test));
                self.done.push(DifferenceTest {
                    statistic: Some(test.statistic),
                    df: Some(test.df).filter(|df| df.is_finite()),
                    p_value: Some(test.p_value),
                    standard_error: Some(test.standard_error),
                    interval: Some(test.interval(self.question.alpha))
                        .filter(|ends| ends.iter().all(|end| end.is_finite())),
                    ..blank(method, robust, note.into())
                })
            }
            Err(skip) => self.skipped.push((method, skip)),
        }
    }
}

fn blank(method: &str, robust: bool, note: String) -> DifferenceTest {
    DifferenceTest {
        method: method.into(),
        robust,
        decides: false,
        statistic: None,
        df: None,
        p_value: None,
        standard_error: None,
        interval: None,
        note,
    }
}
