//! Can the data be trusted? Checks before any verdict: what they find broken leaves no winner.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::{String, ToString},
    vec::Vec,
};

use driftgate_documents::{Assignment, Coverage, Design, Trust, TrustCheck};

use super::{Arm, Places, Question};
use crate::{
    assign,
    hypothesis::{chi_square, goodness_of_fit},
    order::IntoOrdered,
    read::shorten,
    table::Table,
    trust::{BROKEN, Common, LEAST_ANSWERED, between as coverage_between, check, grade as grade_share, of_coverage},
    words,
};

/// p-value below which traffic is not what was planned. Source: Fabijan et al. (2019).
const MISMATCH: f64 = 0.001;
/// Differences of shares that matter, from which on they break a comparison.
const DELAY: f64 = 0.05;
const CROSSOVER: f64 = 0.10;
/// The share of entities in one arm alone, from which on entities are what was assigned.
const BY_ENTITY: f64 = 0.9;

/// What is checked of each arm: ids that stand more than once, and rows without a time.
pub fn of_arm(arm: &Arm<'_>) -> impl Iterator<Item = TrustCheck> {
    let repeated = (arm.repeated > 0).then(|| {
        let message = format!(
            "{}: {} left out, as others of the arm have their id (two versions of the model?)",
            arm.name,
            words::count(arm.repeated, "row")
        );
        check("duplicates", Trust::Warning, message)
    });
    let (untimed, all) = (arm.days.iter().filter(|day| day.is_none()).count() as u64, arm.days.len() as u64);
    let without = (untimed > 0 && untimed < all).then(|| {
        let message = format!(
            "{}: {untimed} of {} have no time and are left out, as the verdict comes from days",
            arm.name,
            words::count(all, "row")
        );
        check("times", grade_share(untimed, all), message)
    });
    repeated.into_iter().chain(without)
}

/// What is checked of the incumbent and a challenger.
#[must_use]
pub fn of_pair(
    candidate: &Arm<'_>,
    baseline: &Arm<'_>,
    common: &Places,
    design: Design,
    question: &Question<'_>,
) -> Vec<TrustCheck> {
    let both = format!("{} and {}", candidate.name, baseline.name);
    let mut checks = Vec::new();
    if design == Design::Paired {
        checks.extend(of_cases(candidate, baseline, common, question));
    } else {
        checks.extend(crossover(candidate, baseline, common, &both));
    }
    checks.extend(label_delay(candidate, baseline, common, design, &both));
    checks
}

/// What is checked of the cases that both arms were to answer.
fn of_cases(
    candidate: &Arm<'_>,
    baseline: &Arm<'_>,
    common: &Places,
    question: &Question<'_>,
) -> impl Iterator<Item = TrustCheck> {
    let sides = [candidate.side(), baseline.side()];
    let coverage = coverage_between(&sides[0], &sides[1], [&sides[0].by_id(), &sides[1].by_id()]);
    // Only common cases are compared: others do no harm.
    let coverage = coverage.map(|found| of_coverage(&Coverage { beyond: 0, ..found }, LEAST_ANSWERED));
    let rows: Vec<[usize; 2]> = common
        .candidate
        .iter()
        .zip(&common.baseline)
        .map(|(mine, theirs)| [candidate.rows[*mine], baseline.rows[*theirs]])
        .collect();
    let [candidate, baseline] = sides;
    let cases = Common { candidate, baseline, rows: &rows };
    let columns = question.segments.iter().flatten().into_set();
    // Slices are shown, and decide nothing.
    let slices = cases.slices(columns.into_iter()).filter(|check| check.found != Trust::Sound);
    let slices: Vec<_> = slices.map(|check| TrustCheck { found: Trust::Warning, ..check }).collect();
    coverage.into_iter().chain([cases.identical(), cases.contradicting()]).chain(slices)
}

/// Whether the outcomes of one arm arrive later than those of the other.
fn label_delay(
    candidate: &Arm<'_>,
    baseline: &Arm<'_>,
    common: &Places,
    design: Design,
    both: &str,
) -> Option<TrustCheck> {
    let count = |arm: &Arm<'_>, places: &[usize]| {
        let labelled: Vec<bool> = arm.labelled().collect();
        match design {
            Design::Paired => (places.iter().filter(|place| labelled[**place]).count() as u64, places.len() as u64),
            Design::Disjoint => (labelled.iter().filter(|yes| **yes).count() as u64, labelled.len() as u64),
        }
    };
    let (mine, theirs) = (count(candidate, &common.candidate), count(baseline, &common.baseline));
    if mine.1 == 0 || theirs.1 == 0 {
        return None;
    }
    let share = |(labelled, rows): (u64, u64)| labelled as f64 / rows as f64;
    let shares = [share(mine), share(theirs)].map(|share| words::short(100.0 * share));
    let message = format!("{both}: {} % and {} % of the rows have an outcome", shares[0], shares[1]);
    let p_value =
        chi_square(&[mine.0, mine.1 - mine.0], &[theirs.0, theirs.1 - theirs.0]).ok().map(|test| test.p_value);
    let apart = crate::math::abs(share(mine) - share(theirs));
    let found = match p_value {
        Some(p) if p < MISMATCH && apart >= DELAY => Trust::Broken,
        Some(p) if p < MISMATCH => Trust::Warning,
        _ => Trust::Sound,
    };
    Some(TrustCheck { p_value, ..check("label_delay", found, message) })
}

/// Whether what was assigned to one arm stands in the other as well: ids, and entities if most of them are in one arm only. A
/// whole exchange of the arms at some day shows in the entities.
fn crossover(candidate: &Arm<'_>, baseline: &Arm<'_>, common: &Places, both: &str) -> Vec<TrustCheck> {
    let smaller = candidate.rows.len().min(baseline.rows.len());
    let ids = common.candidate.len();
    let (found, message) = match (ids, example(candidate), example(baseline)) {
        (0, Some(mine), Some(theirs)) => {
            let examples = format!("{} has `{mine}`, {} has `{theirs}`", candidate.name, baseline.name);
            // Arms of one log share no id by design; two logs of the same cases that share none are written in two ways.
            let apart = !core::ptr::eq(candidate.table, baseline.table);
            let advice = "; if these are the same cases, give both logs the same ids (--map id=COLUMN)";
            let message = format!("{both}: no id stands in both arms ({examples}){}", if apart { advice } else { "" });
            (if apart { Trust::Warning } else { Trust::Sound }, message)
        }
        _ => (grade(ids, smaller), format!("{both}: {ids} ids stand in both arms; they are left out")),
    };
    let mut checks = alloc::vec![check("crossover", found, message)];
    let assigned = Assigned::of(&[entities(candidate), entities(baseline)]);
    if assigned.moved > 0 && assigned.is_by_entity() {
        let Assigned { all, moved } = assigned;
        let message = format!(
            "{both}: {moved} of {all} symbols moved from one arm to the other, where all others stayed: were the arms swapped?"
        );
        checks.push(check("arm_swap", Trust::Warning, message));
    }
    checks
}

/// The first id of an arm.
fn example(arm: &Arm<'_>) -> Option<String> {
    (0..arm.rows.len()).map(|place| arm.id(place)).find(|id| !id.is_empty()).map(shorten)
}

fn entities(arm: &Arm<'_>) -> BTreeSet<String> {
    (0..arm.rows.len()).filter_map(|place| arm.entity(place)).into_set()
}

/// How entities stand to arms.
struct Assigned {
    /// Entities.
    all: usize,
    /// Of these, those in more than one arm.
    moved: usize,
}

impl Assigned {
    fn of(arms: &[BTreeSet<String>]) -> Self {
        let mut seen: BTreeMap<&String, usize> = BTreeMap::new();
        arms.iter().flatten().for_each(|entity| *seen.entry(entity).or_default() += 1);
        Self { all: seen.len(), moved: seen.values().filter(|arms| **arms > 1).count() }
    }

    /// Whether entities are what was divided: where requests are, every busy entity is in more than one arm.
    fn is_by_entity(&self) -> bool {
        self.all > 0 && (self.all - self.moved) as f64 >= BY_ENTITY * self.all as f64
    }
}

fn grade(part: usize, whole: usize) -> Trust {
    match part {
        0 => Trust::Sound,
        _ if part as f64 >= CROSSOVER * whole as f64 => Trust::Broken,
        _ => Trust::Warning,
    }
}

/// Whether disjoint traffic is divided as planned. What is counted is what was assigned: entities, if most of them are in one arm
/// only, as one that is busy counts once; else rows.
#[must_use]
pub fn sample_ratio(arms: &[Arm<'_>], planned: &[f64]) -> Option<TrustCheck> {
    let entities: Vec<BTreeSet<String>> = arms.iter().map(entities).collect();
    let by_entity = Assigned::of(&entities).is_by_entity();
    let counts: Vec<u64> = if by_entity {
        entities.iter().map(|of| of.len() as u64).collect()
    } else {
        arms.iter().map(|arm| arm.rows.len() as u64).collect()
    };
    let test = goodness_of_fit(&counts, planned).ok()?;
    let total: u64 = counts.iter().sum();
    let shares = arms.iter().zip(&counts).zip(planned).map(|((arm, count), share)| {
        let observed = 100.0 * *count as f64 / total as f64;
        format!("{} {} % (planned {} %)", arm.name, words::short(observed), words::short(100.0 * share))
    });
    let shares = shares.collect::<Vec<_>>().join(", ");
    let (found, verdict) = if test.p_value < MISMATCH {
        (Trust::Broken, "sample-ratio mismatch: some were lost or added in one arm, so a difference may be theirs")
    } else {
        (Trust::Sound, "as planned")
    };
    let counted = if by_entity { "of the symbols " } else { "of the rows " };
    let message = format!("{counted}{shares}: {verdict}");
    Some(TrustCheck { p_value: Some(test.p_value), ..check("sample_ratio", found, message) })
}

/// Whether the arms of the log are those that the hash gives.
#[must_use]
pub fn assignment(arms: &[Arm<'_>], assignment: &Assignment) -> TrustCheck {
    let unit = assignment.unit.as_deref().unwrap_or("id");
    let (mut right, mut wrong, mut outside, mut unknown) = (0_u64, 0_u64, 0_u64, 0_u64);
    let mut instead: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for arm in arms {
        for row in &arm.rows {
            match unit_of(arm.table, unit, *row).map(|unit| assign::arm(assignment, &unit)) {
                None => unknown += 1,
                Some(None) => outside += 1,
                Some(Some(expected)) if expected == arm.name => right += 1,
                Some(Some(expected)) => {
                    wrong += 1;
                    *instead.entry((expected, arm.name.as_str())).or_default() += 1;
                }
            }
        }
    }
    let all = right + wrong + outside + unknown;
    let mut message = format!("{right} of {} are in the arm that the hash of `{unit}` gives", words::count(all, "row"));
    if unknown > 0 {
        message += &format!("; {unknown} have no `{unit}`");
    }
    if outside > 0 {
        message += &format!("; {outside} are outside the coverage");
    }
    // Of two arms: most of either are in the other one.
    if wrong > right {
        message += "; the arms are swapped, or the experiment's name or order of arms is another one";
    } else if let Some(((expected, found), rows)) = instead.iter().max_by_key(|(_, rows)| **rows) {
        message += &format!("; {rows} of `{expected}` are in `{found}`");
    }
    let found = match all - right {
        0 => Trust::Sound,
        missed if missed as f64 > BROKEN * all as f64 => Trust::Broken,
        _ => Trust::Warning,
    };
    check("assignment", found, message)
}

fn unit_of(table: &Table, unit: &str, row: usize) -> Option<String> {
    if unit == "id" {
        return Some(table.id.get(row)).filter(|id| !id.is_empty()).map(ToString::to_string);
    }
    crate::profile::score::label(table.named(unit)?.get(row)).map(|unit| unit.into_owned())
}

/// How far the arms of disjoint traffic are of different composition: the check, and whether the difference has another sign when
/// both arms are given the same mix (Simpson's paradox).
#[must_use]
pub fn mix(candidate: &Arm<'_>, baseline: &Arm<'_>, question: &Question<'_>) -> Vec<TrustCheck> {
    question.segments.iter().filter_map(|key| mix_of(candidate, baseline, question, key)).collect()
}

/// The least total variation between the mixes of two arms that is said.
const MIX: f64 = 0.05;

fn mix_of(candidate: &Arm<'_>, baseline: &Arm<'_>, question: &Question<'_>, key: &[String]) -> Option<TrustCheck> {
    let mut cells: BTreeMap<Vec<String>, [Cell; 2]> = BTreeMap::new();
    for (side, arm) in [candidate, baseline].into_iter().enumerate() {
        let values = arm.values.get(question.metric.name)?;
        for (place, value) in values.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
            let cell = &mut cells.entry(arm.segment(key, place)).or_default()[side];
            cell.rows += 1;
            cell.sum += value;
            cell.squares += value * value;
        }
    }
    let rows = |side: usize| cells.values().map(|cell| cell[side].rows).collect::<Vec<u64>>();
    let (mine, theirs) = (rows(0), rows(1));
    let test = chi_square(&mine, &theirs).ok()?;
    let shared = cells.values().filter(|cell| cell[0].rows > 0 && cell[1].rows > 0).count();
    // Where most values are in one arm only, they are what was assigned.
    if 2 * shared < cells.len() {
        return None;
    }
    let (all_mine, all_theirs) = (mine.iter().sum::<u64>() as f64, theirs.iter().sum::<u64>() as f64);
    let apart = |cell: &[Cell; 2]| cell[0].rows as f64 / all_mine - cell[1].rows as f64 / all_theirs;
    let total = 0.5 * cells.values().map(|cell| crate::math::abs(apart(cell))).sum::<f64>();
    let name = key.join(" x ");
    if !(test.p_value < MISMATCH && total >= MIX) {
        return None;
    }
    let (most, cell) =
        cells.iter().max_by(|a, b| crate::math::abs(apart(a.1)).total_cmp(&crate::math::abs(apart(b.1))))?;
    let shares =
        [cell[0].rows as f64 / all_mine, cell[1].rows as f64 / all_theirs].map(|share| words::short(100.0 * share));
    let mut message = format!(
        "the arms differ in {name}: {} is {} % of {} and {} % of {}",
        most.join(", "),
        shares[0],
        candidate.name,
        shares[1],
        baseline.name
    );
    let crude = cells.values().map(|cell| cell[0].sum).sum::<f64>() / all_mine
        - cells.values().map(|cell| cell[1].sum).sum::<f64>() / all_theirs;
    let both = || cells.values().filter(|cell| cell[0].rows > 0 && cell[1].rows > 0);
    let weight: f64 = both().map(|cell| (cell[0].rows + cell[1].rows) as f64).sum();
    let share = |cell: &[Cell; 2]| (cell[0].rows + cell[1].rows) as f64 / weight;
    let standardised = both()
        .map(|cell| (cell[0].rows + cell[1].rows) as f64 / weight * (cell[0].mean() - cell[1].mean()))
        .sum::<f64>();
    let variance =
        both().map(|cell| share(cell) * share(cell) * (cell[0].variance() + cell[1].variance())).sum::<f64>();
    // Between two differences that are nothing the sign may change by chance.
    let matters = crate::math::abs(crude - standardised) > 2.0 * crate::math::sqrt(variance);
    let reverses = crude * standardised < 0.0 && matters;
    if reverses {
        message += &format!(
            "; with the same mix in both the difference turns round, from {} to {} (Simpson's paradox): compare within {name}",
            words::short(crude),
            words::short(standardised)
        );
    }
    let found = if reverses { Trust::Broken } else { Trust::Warning };
    Some(TrustCheck { p_value: Some(test.p_value), ..check("mix", found, message) })
}

#[derive(Clone, Copy, Default)]
struct Cell {
    rows: u64,
    sum: f64,
    squares: f64,
}

impl Cell {
    /// The variance of the mean, rows taken as independent.
    fn variance(&self) -> f64 {
        let mean = self.mean();
        (self.squares / self.rows as f64 - mean * mean).max(0.0) / self.rows as f64
    }

    fn mean(&self) -> f64 {
        self.sum / self.rows as f64
    }
}
