//! The rules on whole logs: how often a report about unchanged columns alarms, and how often a changed column is seen.
//!
//! A log has five columns, four of numbers and one of three texts, and a number of rows ("symbols") a day. What the rows
//! of a day have in common is a factor per column, which may depend on the day before.

use driftgate_core::{
    Error,
    analyze::analyze,
    profile::Profile,
    table::{Cell, Table},
};
use driftgate_documents::{Cases, DriftVerdict, Finding, FindingKind, Plan, Rule, Schema};

use super::{
    Random, Rate, count,
    samples::{Change, NOTHING},
};

/// How the rows of a log depend on each other.
#[derive(Clone, Copy, Debug)]
pub struct Rows {
    /// What the documents call it.
    pub name: &'static str,
    /// The share of a cell's variance that all rows of the day have in common, in [0, 1].
    pub common: f64,
    /// The coefficient of AR(1) of the common factor, in [0, 1).
    pub phi: f64,
}

/// Rows without any dependence.
pub const INDEPENDENT: Rows = Rows { name: "i.i.d. rows", common: 0.0, phi: 0.0 };

/// Every kind of log that is simulated.
pub const PANELS: [Rows; 6] = [
    INDEPENDENT,
    Rows { name: "common factor", common: 0.5, phi: 0.0 },
    Rows { name: "AR(1) 0.3", common: 0.5, phi: 0.3 },
    Rows { name: "AR(1) 0.6", common: 0.5, phi: 0.6 },
    Rows { name: "AR(1) 0.9", common: 0.5, phi: 0.9 },
    Rows { name: "AR(1) 0.98", common: 0.5, phi: 0.98 },
];

/// The size of a window.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Days.
    pub days: usize,
    /// Rows a day.
    pub symbols: usize,
}

/// The rules by name.
pub const RULES: [(&str, Rule); 4] =
    [("by_day", Rule::ByDay), ("rows", Rule::Rows), ("any", Rule::Any), ("window", Rule::Window)];

/// Columns of numbers; the one of texts comes after them.
const NUMBERS: usize = 4;
const NAMES: [&str; 5] = ["a", "b", "c", "d", "kind"];
const DAY: i64 = 86_400_000_000_000;

/// A log; `change` happened to its first column.
fn table(random: &mut Random, size: Size, rows: Rows, first_day: usize, change: Change) -> Table {
    use driftgate_core::math::sqrt;
    let mut table = Table::default();
    for day in 0..size.days {
        for _ in 0..size.symbols {
            table.time.push((first_day + day) as i64 * DAY);
            table.id.push("");
        }
    }
    let (common, own) = (sqrt(rows.common), sqrt(1.0 - rows.common));
    for (at, name) in NAMES.iter().enumerate() {
        let factor = random.days(size.days, rows.phi);
        let column = table.column_index(None, name);
        let cells = &mut table.columns[column].cells;
        for (row, level) in factor.iter().flat_map(|level| std::iter::repeat_n(level, size.symbols)).enumerate() {
            let x = common * level + own * random.normal();
            cells.set(
                row,
                match at {
                    0 => Cell::Number(change.shift + change.scale * x),
                    NUMBERS => Cell::Text(if x < -0.5 {
                        "low"
                    } else if x < 0.5 {
                        "mid"
                    } else {
                        "high"
                    }),
                    _ => Cell::Number(x),
                },
            );
        }
    }
    table
}

fn profile(table: &Table) -> Result<Profile, Error> {
    let schema = Schema {
        roles: Default::default(),
        ignored: Vec::new(),
        segments: Vec::new(),
        task: None,
        timezone: "UTC".into(),
        cases: Cases::None,
        from: None,
        until: None,
        probability_of: None,
        written: Default::default(),
        left_out: Default::default(),
        labels: Vec::new(),
        doubled: Vec::new(),
        seen: Default::default(),
    };
    let mut profile = Profile::new(&schema)?;
    profile.update(table)?;
    Ok(profile)
}

/// What a rule said of a log: whether any column drifted, whether the first one did, whether any cannot be judged.
fn answers(reference: &Profile, current: &Profile, rule: Rule) -> Result<[bool; 3], Error> {
    let plan = Plan { rule: Some(rule), ..Plan::default() };
    let report = analyze(&plan, &[("reference", reference), ("current", current)])?;
    let drifted = |finding: &&Finding| finding.verdict == DriftVerdict::Drift;
    let columns = || report.findings.iter().filter(|finding| finding.kind == FindingKind::FeatureDrift);
    Ok([
        columns().any(|finding| drifted(&finding)),
        columns().filter(drifted).any(|finding| finding.column.as_deref() == Some(NAMES[0])),
        columns().any(|finding| finding.verdict == DriftVerdict::Inconclusive),
    ])
}

/// How often a rule did what.
#[derive(Clone, Copy, Debug)]
pub struct Alarms {
    /// A report in which any column drifted.
    pub any: Rate,
    /// A report in which the first column drifted, the only one that may have changed.
    pub first: Rate,
    /// A report in which a column could not be judged.
    pub open: Rate,
}

/// Simulates two logs and judges them by some rules, through the path that every report takes.
#[must_use]
pub fn rates(
    rules: &[Rule],
    reference: Size,
    current: Size,
    rows: Rows,
    change: Change,
    replications: u64,
) -> Vec<Alarms> {
    let experiment = format!("rules {reference:?} {current:?} {} {}", rows.name, change.name);
    let counted = count(&experiment, replications, |random| {
        let before = profile(&table(random, reference, rows, 0, NOTHING));
        let now = profile(&table(random, current, rows, reference.days, change));
        // An error here is a mistake of this file: it counts as everything at once, so that it cannot be missed.
        let judge = |rule: &Rule| match (&before, &now) {
            (Ok(before), Ok(now)) => answers(before, now, *rule).unwrap_or([true; 3]),
            _ => [true; 3],
        };
        rules.iter().flat_map(judge).collect()
    });
    counted.chunks_exact(3).map(|three| Alarms { any: three[0], first: three[1], open: three[2] }).collect()
}
