//! The false-alarm rate of a plan on a log of one's own that is taken to be calm, and its power: what it would find.
//!
//! Moving windows of the log are judged against its other days. Every alarm is false by assumption, so what is printed
//! is an upper bound if something did happen. Then changes of known size are put into the same windows.

use alloc::{format, string::String, vec::Vec};
use core::ops::Range;

use driftgate_documents::{
    Calibration, CalibrationOptions, DriftVerdict, FalseAlarms, FindingKind, Plan, Power, Rolling, Skipped, Slice,
    VERSION,
};

use super::{
    MAX_BAD_ROWS, Models, Views, check_columns, check_rows, check_task, chosen, days,
    moving::{MIN_DAYS, TradingDays, findings},
    resolved,
};
use crate::{
    Error, Skip,
    drift::Windows,
    math,
    order::{IntoOrdered, StableOrder},
    profile::{ExactSum, MAX_BUCKETS, Profile, View, exact_sum},
    table::{Cell, Cells, Table},
};

/// The most windows of one length into which changes are put.
const POWER_WINDOWS: usize = 20;

/// The most columns whose power is measured, by name.
const POWER_COLUMNS: usize = 32;

/// The changes: what, and how much.
const CHANGES: [(&str, f64); 4] = [("level", 0.25), ("level", 0.5), ("level", 1.0), ("spread", 1.5)];

/// Calibrates a plan on a calm log.
///
/// # Errors
/// If plan or options ask for what cannot be, or the log has no rows, too many bad ones, none with a time, or is too
/// large to be kept whole.
pub fn calibrate(plan: &Plan, options: &CalibrationOptions, log: &Profile) -> Result<Calibration, Error> {
    super::plan::check(plan)?;
    check_options(options)?;
    let views = Views { current: log.view(), reference: None, baseline: None };
    let models = check_log(plan, &views.current)?;
    let plan = resolved(plan, &views, &models);
    let days =
        TradingDays::of(&views.current, &models.current, plan.season).map_err(|Skip(reason)| Error::limit(reason))?;
    if days.len() == 0 {
        return Err(Error::usage(format!(
            "{NAME}: no row has a time, and windows are of trading days; say which column holds it: --map timestamp=COLUMN"
        )));
    }
    let log = Log { plan: &plan, options, model: &models.current, days };
    let (inputs, mut skipped) = (log.inputs(), log.notes());
    let mut lengths: Vec<OfLength> = Vec::new();
    for length in options.windows.iter().copied().into_set() {
        match log.windows(length as usize) {
            windows if windows.is_empty() => skipped.push(log.too_short(length)),
            windows => lengths.push(OfLength::of(length, windows)),
        }
    }
    log.judge(&mut lengths, &inputs[..inputs.len().min(POWER_COLUMNS)]);
    if inputs.len() > POWER_COLUMNS {
        let reason =
            format!("{} inputs: the power of the first {POWER_COLUMNS} by name is shown (--columns)", inputs.len());
        skipped.push(skip("power", reason));
    }
    Ok(Calibration {
        schema: 1,
        kind: "calibration".into(),
        driftgate: VERSION.into(),
        options: options.clone(),
        model: models.current.clone(),
        rows: log.days.rows_of(0..log.days.len()).rows() as u64,
        days: log.days.len() as u64,
        from: log.days.date(0),
        to: log.days.date(log.days.len().saturating_sub(1)),
        false_alarms: lengths.iter().map(OfLength::false_alarms).collect(),
        power: lengths.into_iter().flat_map(|of| of.power).collect(),
        skipped,
        plan,
    })
}

/// What a log to calibrate on is called.
const NAME: &str = "reference";

/// Checks the log and chooses the model whose rows are judged.
fn check_log(plan: &Plan, log: &View<'_>) -> Result<Models, Error> {
    days::check(plan, core::iter::once((NAME, log)), (NAME, log))?;
    check_rows(NAME, log, plan.max_bad_rows.unwrap_or(MAX_BAD_ROWS))?;
    check_task(NAME, log, plan)?;
    let model = chosen(NAME, log, plan.model.as_deref())?;
    if let Some(alone) = Windows::of(log, &model, log, &model) {
        check_columns(plan, &alone, "the log has no")?;
    }
    Ok(Models { current: model, reference: None, baseline: None })
}

fn skip(method: impl Into<String>, reason: String) -> Skipped {
    Skipped { kind: "calibration".into(), column: None, slice: Slice::new(), method: method.into(), reason }
}

fn check_options(options: &CalibrationOptions) -> Result<(), Error> {
    if options.windows.is_empty() {
        return Err(Error::usage("calibrate: windows is empty; give lengths in trading days, such as 5,10,20"));
    }
    let lengths = options.windows.iter().chain(&options.trailing);
    match lengths.copied().find(|length| *length < MIN_DAYS) {
        None => Ok(()),
        Some(length) => Err(Error::usage(format!(
            "calibrate: {length} trading days; windows and trailing need {MIN_DAYS} or more, such as 10 and 250"
        ))),
    }
}

/// A log that is taken to be calm, and how it is judged.
struct Log<'a> {
    plan: &'a Plan,
    options: &'a CalibrationOptions,
    model: &'a str,
    days: TradingDays<'a>,
}

/// The windows of one length, and what is found in them.
struct OfLength {
    length: u32,
    windows: Vec<Range<usize>>,
    /// The positions of windows that do not overlap, from the first one on.
    disjoint: Vec<usize>,
    judged: Vec<Rolling>,
    power: Vec<Power>,
}

impl Log<'_> {
    /// Every window of `length` days that leaves a reference, as positions of trading days.
    fn windows(&self, length: usize) -> Vec<Range<usize>> {
        let all = (0..(self.days.len() + 1).saturating_sub(length)).map(|first| first..first + length);
        all.filter(|window| self.reference_of(window).len() >= MIN_DAYS as usize).collect()
    }

    /// The days a window is judged against; too few of them if the log does not hold as many as are asked for.
    fn reference_of(&self, window: &Range<usize>) -> Vec<usize> {
        let gap = self.options.gap as usize;
        let before = 0..window.start.saturating_sub(gap);
        match self.options.trailing {
            Some(days) => {
                before.end.checked_sub(days as usize).map_or_else(Vec::new, |from| (from..before.end).collect())
            }
            None => before.chain(window.end.saturating_add(gap)..self.days.len()).collect(),
        }
    }

    fn too_short(&self, length: u32) -> Skipped {
        let reason = format!(
            "{} trading days leave no window with a reference beside it: give a longer log, or less of --windows, \
             --trailing and --gap",
            self.days.len()
        );
        skip(format!("windows of {length} days"), reason)
    }

    /// What of the log as a whole makes the answer coarser than it could be.
    fn notes(&self) -> Vec<Skipped> {
        let longest = self.options.trailing.map_or(self.days.len(), |days| self.days.len().min(days as usize));
        let reason = format!(
            "references of more than {MAX_BUCKETS} days are kept by weeks, and a window of fewer than {MIN_DAYS} weeks is \
             then inconclusive: give --trailing 250"
        );
        if longest > MAX_BUCKETS { alloc::vec![skip("reference", reason)] } else { Vec::new() }
    }

    /// Judges every window. Windows that begin on one day often share their reference, so they are judged one after the
    /// other.
    fn judge(&self, lengths: &mut [OfLength], inputs: &[(usize, Moments)]) {
        let mut known: Option<(Vec<usize>, View<'_>)> = None;
        for first in 0..self.days.len() {
            for of in lengths.iter_mut() {
                let Some(window) = of.windows.get(of.judged.len()).filter(|window| window.start == first).cloned()
                else {
                    continue;
                };
                let days = self.reference_of(&window);
                if known.as_ref().is_none_or(|(known, _)| *known != days) {
                    let view = self.days.view(self.days.rows_of(days.iter().copied()));
                    known = Some((days, view));
                }
                let Some((_, reference)) = &known else { continue };
                if of.is_for_power() {
                    self.power(of, reference, window.clone(), inputs);
                }
                of.judged.push(self.days.judged(self.plan, window, (reference, self.model), self.model));
            }
        }
    }

    /// Puts every change of every numeric input into a window.
    fn power(&self, of: &mut OfLength, reference: &View<'_>, window: Range<usize>, inputs: &[(usize, Moments)]) {
        let rows = self.days.rows_of(window);
        let changes = inputs.iter().flat_map(|input| CHANGES.map(|change| (input, change)));
        for (at, ((column, moments), (change, size))) in changes.enumerate() {
            let found = self.finds(reference, &rows, *column, *moments, change, size);
            if of.power.len() <= at {
                let column = self.days.rows.columns[*column].name.clone();
                of.power.push(Power { days: of.length, column, change: change.into(), size, windows: 0, found: 0 });
            }
            of.power[at].windows += 1;
            of.power[at].found += u64::from(found);
        }
    }

    /// The numeric features the plan looks at, with mean and standard deviation over the log, by name.
    fn inputs(&self) -> Vec<(usize, Moments)> {
        let rows = self.days.rows_of(0..self.days.len());
        let columns = rows.columns.iter().enumerate();
        let asked = columns.filter(|(_, column)| {
            column.role.is_none() && (self.plan.columns.is_empty() || self.plan.columns.contains(&column.name))
        });
        let inputs = asked.filter_map(|(at, column)| Some((at, Moments::of(&column.cells)?)));
        let mut inputs: Vec<(usize, Moments)> = inputs.collect();
        inputs.order_by_key(|(at, _)| &self.days.rows.columns[*at].name);
        inputs
    }

    /// Whether the change is found where it was put.
    fn finds(&self, reference: &View<'_>, rows: &Table, column: usize, of: Moments, change: &str, size: f64) -> bool {
        let mut changed = rows.clone();
        let old = core::mem::take(&mut changed.columns[column].cells);
        for row in rows.range() {
            let cell = match old.get(row) {
                Cell::Number(value) => {
                    let moved =
                        if change == "level" { value + size * of.sd } else { of.mean + size * (value - of.mean) };
                    if moved.is_finite() { Cell::Number(moved) } else { Cell::NonFinite }
                }
                other => other,
            };
            changed.columns[column].cells.set(row, cell);
        }
        let findings = findings(self.plan, (reference, self.model), (&self.days.view(changed), self.model));
        let name = &rows.columns[column].name;
        findings.found.iter().any(|finding| {
            finding.kind == FindingKind::FeatureDrift
                && finding.column.as_ref() == Some(name)
                && finding.severity.is_some_and(|severity| self.plan.fail_on.is_none_or(|least| severity >= least))
        })
    }
}

/// Mean and standard deviation of a column of numbers that vary.
#[derive(Clone, Copy)]
struct Moments {
    mean: f64,
    sd: f64,
}

impl Moments {
    fn of(cells: &Cells) -> Option<Self> {
        let (mut n, mut texts, mut sum, mut squares) = (0, 0, ExactSum::new(), ExactSum::new());
        for row in 0..cells.len() {
            match cells.get(row) {
                Cell::Number(value) => {
                    n += 1;
                    sum.add(value);
                    squares.add_square(value);
                }
                Cell::Text(_) => texts += 1,
                _ => {}
            }
        }
        if n <= texts {
            return None; // judged as a category
        }
        let sd = math::sqrt(exact_sum::variance(n, 0, &sum, &squares)?);
        (sd > 0.0 && sd.is_finite()).then_some(Self { mean: sum.mean(n)?, sd })
    }
}

impl OfLength {
    fn of(length: u32, windows: Vec<Range<usize>>) -> Self {
        let mut free = 0;
        let mut disjoint = Vec::new();
        for (at, window) in windows.iter().enumerate() {
            if window.start >= free {
                free = window.end;
                disjoint.push(at);
            }
        }
        Self { length, windows, disjoint, judged: Vec::new(), power: Vec::new() }
    }

    /// Whether the next window is one of those into which changes are put: evenly chosen ones that do not overlap.
    fn is_for_power(&self) -> bool {
        let step = self.disjoint.len().div_ceil(POWER_WINDOWS).max(1);
        self.disjoint.iter().step_by(step).any(|at| *at == self.judged.len())
    }

    fn false_alarms(&self) -> FalseAlarms {
        let is = |at: usize, verdict: DriftVerdict| self.judged[at].verdict == verdict;
        let is_alarm = |at: usize| is(at, DriftVerdict::Drift);
        let all = 0..self.judged.len();
        let count = |verdict: DriftVerdict| all.clone().filter(|at| is(*at, verdict)).count() as u64;
        let disjoint_alarms = self.disjoint.iter().filter(|at| is_alarm(**at)).count() as u64;
        let disjoint_windows = self.disjoint.len() as u64;
        let alarming = self.judged.iter().filter(|window| window.verdict == DriftVerdict::Drift);
        // Windows in the middle of a short log may be left out: those beside them are no neighbours.
        let goes_on =
            |at: usize| at > 0 && is_alarm(at - 1) && self.windows[at].start == self.windows[at - 1].start + 1;
        FalseAlarms {
            days: self.length,
            windows: self.judged.len() as u64,
            alarms: count(DriftVerdict::Drift),
            inconclusive: count(DriftVerdict::Inconclusive),
            episodes: all.clone().filter(|at| is_alarm(*at) && !goes_on(*at)).count() as u64,
            disjoint_windows,
            disjoint_alarms,
            disjoint_interval: wilson(disjoint_alarms, disjoint_windows),
            alarming: alarming.cloned().collect(),
        }
    }
}

/// Wilson's 95 % interval of a share.
fn wilson(hits: u64, tries: u64) -> Option<[f64; 2]> {
    const Z: f64 = 1.959_963_984_540_054;
    let n = tries as f64;
    let share = hits as f64 / n;
    let centre = (share + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z * math::sqrt(share * (1.0 - share) / n + Z * Z / (4.0 * n * n)) / (1.0 + Z * Z / n);
    (tries > 0).then_some([(centre - half).max(0.0), (centre + half).min(1.0)])
}
