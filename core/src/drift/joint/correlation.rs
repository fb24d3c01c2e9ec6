//! Correlation shift: do two inputs still move together as they did?
//!
//! Spearman's rank correlation *within* each day, over the rows of that day, and the mean of the days. Ranks leave a
//! monotone change of either column without effect, and ranks within a day also whatever moves all rows of a day alike,
//! so drift of a column alone is no alarm. The days' correlations are a series like any other: its mean is compared by
//! [`days::compare`]. Correlations over whole windows have no power on panels: there the common moves of a few days are
//! most of what is seen. What this cannot see: inputs that are the same for all rows of a day, or logs with fewer than
//! five rows a day. Values missing in either column are left out pair by pair.
//!
//! A change of 0.2 counts, 0.3 is moderate, 0.5 critical (Cohen's steps for a correlation are 0.1, 0.3, 0.5; a day of 30
//! rows moves by 0.18 by chance). In windows of ten calm trading days of stock prices, 0 of 53 and 12 of 475 reach
//! moderate with ten inputs (at alpha 0.05).
//! Where rows are the observations: Fisher's z of the two correlations, with Fieller's 1.06 (1957).

use alloc::{collections::BTreeMap, format, string::String, vec, vec::Vec};

use driftgate_documents::{DriftVerdict, Finding, FindingKind, Rule};

use super::matrix::Matrix;
use crate::{
    Skip,
    drift::{Judge, Scale, Windows, at_least_minor, blank, columns::adjusted, days, rule_name},
    math,
    order::{IntoOrdered, StableOrder},
    words,
};

pub(super) const METHOD: &str = "spearman";

/// Rows with both values that a day needs.
const MIN_ROWS: usize = 5;

/// Pairs that are findings of their own; further ones are counted.
const SHOWN: usize = 10;

/// Two columns in both windows.
struct Pair {
    columns: [usize; 2],
    /// Correlation in the reference and now, in [-1, 1].
    correlation: [f64; 2],
    rows: [u64; 2],
    p_value: f64,
    p_adjusted: f64,
    n_effective: Option<[f64; 2]>,
}

impl Pair {
    fn change(&self) -> f64 {
        self.correlation[1] - self.correlation[0]
    }

    fn has_drifted(&self, judge: &Judge) -> bool {
        self.p_adjusted <= judge.alpha && math::abs(self.change()) >= Scale::CORRELATION.0[0]
    }

    fn name(&self, names: &[String]) -> String {
        self.columns.map(|column| names[column].as_str()).join(" x ")
    }
}

/// One finding about all pairs, then one for each that drifted, the largest change first.
pub(super) fn findings(
    windows: &Windows<'_>,
    judge: &Judge,
    names: &[String],
    sides: [&Matrix; 2],
) -> Result<Vec<Finding>, Skip> {
    let sides = sides.map(Ranked::of);
    let all = (0..names.len()).flat_map(|a| (a + 1..names.len()).map(move |b| [a, b]));
    let mut pairs: Vec<Pair> = all.filter_map(|columns| pair(judge, &sides, columns)).collect();
    let adjusted = adjusted(judge, &pairs.iter().map(|pair| pair.p_value).collect::<Vec<_>>());
    pairs.iter_mut().zip(adjusted).for_each(|(pair, p)| pair.p_adjusted = p);
    // A stable sort: ties stay in the order of the names.
    pairs.order_by(|a, b| {
        let drifted = b.has_drifted(judge).cmp(&a.has_drifted(judge));
        drifted.then(math::abs(b.change()).total_cmp(&math::abs(a.change())))
    });
    let Some(largest) = pairs.first() else {
        let days = days::MIN_DAYS;
        return Err(Skip::because(format!(
            "no two inputs vary on {days} days of each side with {MIN_ROWS} rows or more, independent enough to compare"
        )));
    };
    let drifted: Vec<&Pair> = pairs.iter().filter(|pair| pair.has_drifted(judge)).collect();
    let count = words::count(pairs.len() as u64, "pair");
    let mut summary = finding(windows, judge, names, largest);
    let most = format!("the largest change is {}", summary.message);
    summary.column = None;
    summary.message = match drifted.len() {
        0 => format!("Correlations of {count} of inputs are as before; {most}"),
        moved => format!("Correlations of {moved} of {count} of inputs shifted; {most}"),
    };
    let shown = drifted.iter().take(SHOWN).map(|pair| finding(windows, judge, names, pair));
    Ok(core::iter::once(summary).chain(shown).collect())
}

fn finding(windows: &Windows<'_>, judge: &Judge, names: &[String], pair: &Pair) -> Finding {
    let name = pair.name(names);
    let effect = math::abs(pair.change());
    let drifted = pair.has_drifted(judge);
    let [before, now] = pair.correlation;
    let within = if judge.rule == Rule::ByDay { " within days" } else { "" };
    Finding {
        convention: if judge.rule == Rule::ByDay { "within_days" } else { "fieller" }.into(),
        statistic: Some(pair.change()),
        p_value: Some(pair.p_value),
        p_adjusted: Some(pair.p_adjusted),
        effect: Some(effect),
        threshold: Some(Scale::CORRELATION.0[0]),
        reference: Some(before),
        current: Some(now),
        n_reference: pair.rows[0],
        n_current: pair.rows[1],
        n_effective_reference: pair.n_effective.map(|n| n[0]),
        n_effective_current: pair.n_effective.map(|n| n[1]),
        verdict: if drifted { DriftVerdict::Drift } else { DriftVerdict::None },
        severity: if drifted { at_least_minor(Scale::CORRELATION.band(effect)) } else { None },
        message: format!(
            "{name}: rank correlation{within} {} -> {}, adjusted {}",
            words::short(before),
            words::short(now),
            words::p(pair.p_adjusted)
        ),
        ..blank(FindingKind::CorrelationShift, Some(&name), windows, METHOD, rule_name(judge.rule))
    }
}

/// A window with the rows of each day in the order of each column.
struct Ranked<'a> {
    matrix: &'a Matrix,
    days: BTreeMap<i64, Vec<InDay>>,
}

/// One column on one day.
struct InDay {
    /// The rows that have a number, ascending by it.
    order: Vec<usize>,
    /// The centred ranks of all rows of the day, where all have a number: then a pair costs one product a row.
    ranks: Option<Vec<f64>>,
}

impl<'a> Ranked<'a> {
    fn of(matrix: &'a Matrix) -> Self {
        let mut place = vec![0; matrix.rows()];
        let mut of_day = |rows: &[usize]| {
            rows.iter().enumerate().for_each(|(at, row)| place[*row] = at);
            matrix.columns.iter().map(|values| InDay::of(values, rows, &place)).collect()
        };
        Self { matrix, days: matrix.days.iter().map(|(day, rows)| (*day, of_day(rows))).into_map() }
    }
}

impl InDay {
    fn of(values: &[f64], rows: &[usize], place: &[usize]) -> Self {
        let mut order: Vec<usize> = rows.iter().copied().filter(|row| !values[*row].is_nan()).collect();
        order.order_by(|a, b| values[*a].total_cmp(&values[*b]));
        let ranks = (order.len() == rows.len()).then(|| {
            let mut ranks = vec![0.0; rows.len()];
            each_rank(&order, values, |row, rank| ranks[place[row]] = rank);
            ranks
        });
        Self { order, ranks }
    }
}

/// Compares two columns; `None` where they cannot be.
fn pair(judge: &Judge, sides: &[Ranked<'_>; 2], columns: [usize; 2]) -> Option<Pair> {
    let [reference, current] = sides.each_ref().map(|side| side.daily(columns));
    let rows = [&reference, &current].map(|daily| daily.values().map(|(_, rows)| *rows).sum::<u64>());
    let series = |daily: &BTreeMap<i64, (f64, u64)>| daily.iter().map(|(day, (r, _))| (*day, *r)).into_map();
    let [reference, current]: [BTreeMap<i64, f64>; 2] = [series(&reference), series(&current)];
    let mean = |series: &BTreeMap<i64, f64>| series.values().sum::<f64>() / series.len() as f64;
    let correlation = [mean(&reference), mean(&current)];
    let known = Pair { columns, correlation, rows, p_value: 1.0, p_adjusted: 1.0, n_effective: None };
    if judge.rule != Rule::ByDay {
        return Some(Pair { p_value: fieller(correlation, rows)?, ..known });
    }
    let test = days::compare(&reference, &current).ok().filter(|test| test.n_eff_reference >= days::MIN_EFFECTIVE)?;
    Some(Pair { p_value: test.p_value, n_effective: Some([test.n_eff_reference, test.n_eff_current]), ..known })
}

impl Ranked<'_> {
    /// Day -> Spearman's correlation of two columns and the rows behind it; days on which either does not vary have none.
    fn daily(&self, [a, b]: [usize; 2]) -> BTreeMap<i64, (f64, u64)> {
        let mut scratch = vec![0.0; self.matrix.rows()];
        let of_day = |(day, columns): (&i64, &Vec<InDay>)| {
            let (rows, [of_left, of_right, product]) = match (&columns[a].ranks, &columns[b].ranks) {
                (Some(left), Some(right)) => (left.len(), [dot(left, left), dot(right, right), dot(left, right)]),
                _ => self.pairwise([a, b], columns, &mut scratch),
            };
            let scale = math::sqrt(of_left) * math::sqrt(of_right);
            let varies = rows >= MIN_ROWS && scale > 0.0;
            varies.then(|| (*day, ((product / scale).clamp(-1.0, 1.0), rows as u64)))
        };
        self.days.iter().filter_map(of_day).into_map()
    }

    /// Sums of squares and products of the ranks among the rows that have both values, and the number of these rows.
    fn pairwise(&self, [a, b]: [usize; 2], columns: &[InDay], scratch: &mut [f64]) -> (usize, [f64; 3]) {
        let [left, right] = [a, b].map(|column| &self.matrix.columns[column]);
        let common = |column: usize, other: &[f64]| -> Vec<usize> {
            columns[column].order.iter().copied().filter(|row| !other[*row].is_nan()).collect()
        };
        let (by_left, by_right) = (common(a, right), common(b, left));
        let [mut of_left, mut of_right, mut product] = [0.0; 3];
        each_rank(&by_left, left, |row, rank| {
            scratch[row] = rank;
            of_left += rank * rank;
        });
        each_rank(&by_right, right, |row, rank| {
            of_right += rank * rank;
            product += rank * scratch[row];
        });
        (by_left.len(), [of_left, of_right, product])
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Gives each row's midrank minus the mean rank: multiples of 1/2, so that sums of their products are exact.
fn each_rank(order: &[usize], values: &[f64], mut give: impl FnMut(usize, f64)) {
    let middle = (order.len() as f64 + 1.0) / 2.0;
    let mut before = 0;
    for ties in order.chunk_by(|a, b| values[*a] == values[*b]) {
        let rank = before as f64 + (ties.len() as f64 + 1.0) / 2.0 - middle;
        ties.iter().for_each(|row| give(*row, rank));
        before += ties.len();
    }
}

/// Two-sided p-value of the difference of two rank correlations over independent rows.
fn fieller(correlation: [f64; 2], rows: [u64; 2]) -> Option<f64> {
    let [before, now] = correlation;
    if before.is_nan() || now.is_nan() {
        return None;
    }
    // A perfect correlation has no finite z; 1e-6 short of it is sure enough.
    let z = |r: f64| math::atanh(r.clamp(-1.0 + 1e-6, 1.0 - 1e-6));
    let variance: f64 = rows.iter().map(|rows| 1.06 / (*rows as f64 - 3.0)).sum();
    let score = math::abs(z(now) - z(before)) / math::sqrt(variance);
    Some((2.0 * math::normal_sf(score)).min(1.0))
}
