//! Windows of logs in, a report out.
//!
//! `current` is always there; with `reference` comes drift and decay, with `baseline` what the gate compares.

mod accounts;
mod answers;
mod areas;
mod calibrate;
mod columns;
mod comparison;
mod context;
mod days;
mod distributions;
mod moving;
mod part;
mod performance;
mod plan;
mod plots;
mod ranked;
mod replay;
mod returns;
mod rolling;
mod segments;
mod spelling;
mod summary;

use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::{String, ToString},
    vec::Vec,
};

use driftgate_documents::{
    ColumnUse, DriftVerdict, Fate, Finding, FindingKind, ModelChoice, Plan, Report, Rule, Severity, Skipped, Slice,
    VERSION, Window,
};

use self::context::Labels;
pub use self::{calibrate::calibrate, comparison::compare};
use crate::{
    Error,
    drift::{self, Findings, Judge, Side, Windows},
    estimate, gate, health, math,
    order::{IntoOrdered, StableOrder},
    profile::{Profile, Resolution, Sections, View},
    read::format_day,
    trust,
    words::{self, nearest},
};

/// The windows of an analysis, by what they are for.
struct Views<'a> {
    current: View<'a>,
    reference: Option<View<'a>>,
    baseline: Option<View<'a>>,
}

/// The models whose rows are looked at.
struct Models {
    current: String,
    reference: Option<String>,
    baseline: Option<String>,
}

/// Analyses windows by name: `current`, and if present `reference` and `baseline`.
///
/// # Errors
/// If a window's name is unknown or given twice, `current` is not there, a window has no rows or too many bad ones, or
/// the plan asks for what cannot be.
pub fn analyze(plan: &Plan, windows: &[(&str, &Profile)]) -> Result<Report, Error> {
    plan::check(plan)?;
    let views = Views::of(windows)?;
    days::check(plan, views.named(), ("current", &views.current))?;
    for (name, view) in views.named() {
        check_rows(name, view, plan.max_bad_rows.unwrap_or(MAX_BAD_ROWS))?;
        check_task(name, view, plan)?;
    }
    let models = models(plan, &views)?;
    let asked = plan;
    let labels = Labels::of(&views, plan);
    let plan = labels.resolve(resolved(asked, &views, &models));
    let mut findings = Findings::default();
    let mut comparisons = Vec::new();
    if let (Some(reference), Some(model)) = (&views.reference, &models.reference)
        && let Some(pair) = Windows::of(reference, model, &views.current, &models.current)
    {
        check_columns(&plan, &pair, "neither log has a")?;
        look_for_drift(&plan, &views, &pair, &mut findings);
        spelling::note_spelling(pair.reference.sections, pair.current.sections, &mut findings);
        comparisons.push(gate::drift_score(&pair));
    }
    let mut performance = performance::performance(&views, &plan, &labels, &mut findings.skipped);
    let answers = answers::answers(&plan, &labels, &views, &models);
    comparisons.extend(answers.comparisons);
    performance::add_errors(&mut performance, &views, &plan, &labels);
    spelling::without_unmet(&mut performance, &spelling::unmet(&views, plan.task), &mut findings);
    note_limits(&views, &mut findings);
    let rolling = rolling::rolling(&plan, &views, &models, &mut findings);
    segments::segment_drift(&plan, &views, &models, &mut findings);
    let targets = health::targets(&performance, &plan);
    let trends = health::trends(&views.current, plan.task, plan.alpha.unwrap_or(ALPHA), &mut findings.skipped);
    sort(&mut findings.found);
    let kept = accounts(&views, &models, &plan, &findings);
    let verdict = match views.reference {
        // Whoever asks for moving windows asks about the latest days, too.
        Some(_) if rolling.last().is_some_and(|window| window.verdict == DriftVerdict::Drift) => DriftVerdict::Drift,
        Some(_) => verdict(&findings, plan.fail_on.unwrap_or(Severity::Moderate), has_unjudged(&kept, &views.current)),
        None => DriftVerdict::None,
    };
    let mut report = Report {
        schema: 1,
        kind: "report".into(),
        driftgate: VERSION.into(),
        reference: views
            .reference
            .as_ref()
            .map(|view| window(view, models.reference.as_ref(), &[&asked.model, &plan.model])),
        current: Some(window(&views.current, Some(&models.current), &[&asked.model])),
        baseline: views.baseline.as_ref().map(|view| window(view, models.baseline.as_ref(), &[&asked.baseline])),
        verdict,
        summary: String::new(),
        series: plots::series(&views, &models, &findings.found),
        distributions: distributions::distributions(&plan, &views, &models),
        findings: findings.found,
        comparisons,
        reference_quality: findings.quality,
        worst: plots::rows(&views.current.sections.worst),
        recent: plots::rows(&views.current.sections.recent),
        rolling,
        health: None,
        targets,
        trends,
        estimates: estimate::estimates(views.reference.as_ref(), &views.current, &mut findings.skipped),
        weakest: ranked::weakest(&performance, plan.task),
        best_regimes: ranked::best_regimes(&views, &plan, &labels, &performance, &mut findings.skipped),
        replay: replay::replay(&views.current, &models.current, &plan, &performance),
        coverage: answers.coverage,
        trust: answers.trust,
        performance,
        skipped: findings.skipped,
        provenance: views.named().map(|(name, view)| (name.to_string(), plots::provenance(view))).into_map(),
        plan,
    };
    for (window, account) in [&mut report.reference, &mut report.current, &mut report.baseline].into_iter().zip(kept) {
        if let (Some(window), Some(account)) = (window, account) {
            (window.values, window.judged_values, window.columns) = account;
        }
    }
    // Nothing is calm while values of the log were not read.
    let is_read = accounts::unread(&report).next().is_none() && !accounts::has_lost_outcomes(&report);
    if report.reference.is_some() && report.verdict == DriftVerdict::None && !is_read {
        report.verdict = DriftVerdict::Inconclusive;
    }
    report.health = Some(health::health(&report));
    report.summary = summary::summary(&report);
    if report.plan.gate.is_some() {
        add_digests(&mut report, windows)?;
    }
    Ok(report)
}

/// Values, judged values and columns of each window: reference, current, baseline.
type Kept = Option<(u64, u64, BTreeMap<String, ColumnUse>)>;

fn accounts(views: &Views<'_>, models: &Models, plan: &Plan, findings: &Findings) -> [Kept; 3] {
    let columns = |view: Option<&View<'_>>, model: Option<&String>| {
        Some(view?.sections.models.get(model?.as_str())?.columns.clone())
    };
    let reference = columns(views.reference.as_ref(), models.reference.as_ref());
    let current = columns(Some(&views.current), Some(&models.current));
    let keep = |view: Option<&View<'_>>, model: Option<&String>, other: Option<&BTreeMap<_, _>>| {
        let account = accounts::Account { model: model?, other, findings, only: &plan.columns };
        Some(account.of(view?))
    };
    [
        keep(views.reference.as_ref(), models.reference.as_ref(), current.as_ref()),
        keep(Some(&views.current), Some(&models.current), reference.as_ref()),
        keep(views.baseline.as_ref(), models.baseline.as_ref(), current.as_ref()),
    ]
}

/// Whether the current window has inputs that are not judged.
fn has_unjudged([_, current, _]: &[Kept; 3], view: &View<'_>) -> bool {
    let is_named = |name: &String| view.provenance.named.keys().any(|role| role.name() == name);
    let mut columns = current.iter().flat_map(|(.., columns)| columns);
    columns.any(|(name, column)| column.fate == Fate::NotJudged && !is_named(name))
}

fn add_digests(report: &mut Report, windows: &[(&str, &Profile)]) -> Result<(), Error> {
    for (name, profile) in windows {
        let window = match *name {
            "reference" => &mut report.reference,
            "baseline" => &mut report.baseline,
            _ => &mut report.current,
        };
        if let Some(window) = window {
            window.digest = Some(profile.digest()?);
        }
    }
    Ok(())
}

/// The share of bad rows above which a log is refused.
const MAX_BAD_ROWS: f64 = 0.01;

impl<'a> Views<'a> {
    fn of(windows: &[(&str, &'a Profile)]) -> Result<Self, Error> {
        const NAMES: [&str; 3] = ["current", "reference", "baseline"];
        let mut views: BTreeMap<&str, View<'a>> = BTreeMap::new();
        for (name, profile) in windows {
            if !NAMES.contains(name) {
                return Err(Error::usage(format!(
                    "window `{name}`: expected one of `current`, `reference`, `baseline`"
                )));
            }
            if views.insert(name, profile.view()).is_some() {
                return Err(Error::usage(format!("window `{name}` is given twice: merge the profiles first")));
            }
        }
        // Whether ids name rows is one question to all windows: what is read of one does not hang on which is larger.
        if views.values().any(|view| view.repeats.conflicts.is_some()) {
            for (name, profile) in windows {
                if let Some(view) = views.get_mut(name).filter(|view| view.repeats.conflicts.is_none()) {
                    *view = profile.view_of_all_rows();
                }
            }
        }
        let current = views.remove("current").ok_or_else(|| Error::usage("window `current` is missing"))?;
        Ok(Self { current, reference: views.remove("reference"), baseline: views.remove("baseline") })
    }

    /// The windows by name, reference first.
    fn named(&self) -> impl Iterator<Item = (&'static str, &View<'a>)> {
        let windows = [
            ("reference", self.reference.as_ref()),
            ("current", Some(&self.current)),
            ("baseline", self.baseline.as_ref()),
        ];
        windows.into_iter().filter_map(|(name, view)| Some((name, view?)))
    }
}

fn check_rows(name: &str, view: &View<'_>, allowed: f64) -> Result<(), Error> {
    let (rows, bad) = (view.row_count() + view.repeats.repeated + view.repeats.conflicting, view.bad_rows());
    // Nobody knows the day of a bad row: its share is of all that was read, of whatever day.
    let all = rows.saturating_add(bad).saturating_add(view.rows_outside());
    if all == 0 {
        let sources: Vec<&str> = view.provenance.sources.keys().map(String::as_str).collect();
        return Err(Error::input(format!("{name}: no records in {}", sources.join(", "))));
    }
    if rows == 0 && view.rows_outside() > 0 {
        return Err(days::nothing_left(name, view));
    }
    // A damaged archive ends the reading: how much is lost cannot be counted in rows.
    let damaged = view.provenance.bad_rows.contains_key("corrupt_archive") && allowed < 1.0;
    if rows == 0 || damaged || bad as f64 > allowed * all as f64 {
        let shown: Vec<String> = view
            .provenance
            .problems
            .iter()
            .filter(|problem| problem.bad_row)
            .take(10)
            .map(|problem| format!("\n  {}:{}: {}", problem.source, problem.line, problem.message))
            .collect();
        let share = 100.0 * bad as f64 / all as f64;
        return Err(Error::input(format!(
            "{name}: {bad} of {all} rows could not be read ({share:.1} %, allowed {} %); the first ones:{}\nmend the log, or go on \
             without them: --max-bad-rows {}",
            words::short(100.0 * allowed),
            shown.concat(),
            if damaged { 1.0 } else { math::ceil(share) / 100.0 }
        )));
    }
    Ok(())
}

fn check_task(name: &str, view: &View<'_>, plan: &Plan) -> Result<(), Error> {
    match (plan.task, view.settings.task) {
        (Some(asked), Some(made)) if asked != made => Err(Error::usage(format!(
            "{name}: the profile was made for {made:?} and the plan asks for {asked:?}; profile the log again with --task"
        ))),
        _ => Ok(()),
    }
}

/// Chooses whose rows are looked at.
fn models(plan: &Plan, views: &Views<'_>) -> Result<Models, Error> {
    let current = chosen("current", &views.current, plan.model.as_deref())?;
    // The reference is the world as it was: the same model's rows if it has them, else any model's, as inputs are shared.
    let reference = views.reference.as_ref().map(|view| {
        let same = view.sections.models.contains_key(&current);
        if same { current.clone() } else { view.main_model().unwrap_or_default().to_string() }
    });
    let baseline = match &views.baseline {
        Some(view) => Some(baseline_model(plan, view)?),
        None => None,
    };
    Ok(Models { current, reference, baseline })
}

fn baseline_model(plan: &Plan, view: &View<'_>) -> Result<String, Error> {
    if plan.baseline.is_none() && view.sections.models.len() > 1 {
        return Err(Error::usage(format!(
            "the baseline's log holds several models ({}); say which one is the incumbent: --baseline-model NAME",
            names(view)
        )));
    }
    chosen("baseline", view, plan.baseline.as_deref())
}

fn chosen(window: &str, view: &View<'_>, asked: Option<&str>) -> Result<String, Error> {
    let Some(asked) = asked else {
        if view.sections.too_many_models {
            return Err(Error::usage(format!(
                "{window}: more than {} models, of which {} are profiled; name one of these with --model, or give a log of fewer",
                crate::profile::MAX_MODELS,
                names(view)
            )));
        }
        return Ok(view.main_model().unwrap_or_default().to_string());
    };
    if view.sections.models.contains_key(asked) {
        return Ok(asked.to_string());
    }
    let hint = nearest(asked, view.sections.models.keys().map(String::as_str));
    let hint = hint.map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
    Err(Error::usage(format!("{window}: no model `{asked}`; the log has {}{hint}", names(view))))
}

fn names(view: &View<'_>) -> String {
    let names: Vec<&str> =
        view.sections.models.keys().map(|name| if name.is_empty() { "(none)" } else { name.as_str() }).collect();
    names.join(", ")
}

/// The plan with its defaults filled in.
fn resolved(plan: &Plan, views: &Views<'_>, models: &Models) -> Plan {
    let timed = |view: &View<'_>| !view.sections.calendar.occupied.is_empty();
    let by_day = timed(&views.current) && views.reference.as_ref().is_none_or(timed);
    let rule = plan.rule.unwrap_or(if by_day { Rule::ByDay } else { Rule::Rows });
    Plan {
        task: plan.task.or(views.current.settings.task),
        model: Some(models.current.clone()),
        baseline: models.baseline.clone(),
        rule: Some(rule),
        alpha: plan.alpha.or(Some(ALPHA)),
        fail_on: plan.fail_on.or(Some(Severity::Moderate)),
        max_bad_rows: plan.max_bad_rows.or(Some(MAX_BAD_ROWS)),
        label_horizon: plan.label_horizon.or(Some(1)),
        ..plan.clone()
    }
}

/// The false-alarm rate, where the plan names none.
const ALPHA: f64 = 0.05;

/// Trading days of a moving window, where the plan names none.
const MOVING: u32 = 10;

fn judge(plan: &Plan) -> Judge {
    Judge {
        rule: plan.rule.unwrap_or(Rule::Rows),
        alpha: plan.alpha.unwrap_or(ALPHA),
        columns: plan.columns.clone(),
        methods: plan.methods.clone(),
        conventions: plan.conventions.clone(),
        adjust: plan.adjust,
        moving: plan.rolling.unwrap_or(MOVING) as usize,
    }
}

fn look_for_drift(plan: &Plan, views: &Views<'_>, pair: &Windows<'_>, findings: &mut Findings) {
    let judge = judge(plan);
    if judge.rule == Rule::ByDay && !pair.have_days() {
        findings.skip(
            FindingKind::FeatureDrift,
            None,
            &Slice::new(),
            "by_day",
            "a window has no times (map them: --map timestamp=COLUMN) or use --rule rows",
        );
    }
    let (Some(reference), current) = (&views.reference, &views.current) else { return };
    columns::with_columns(plan, [reference, current], pair.models(), findings, |columns, findings| {
        // A baseline of few rows is for distances: a value is new if the whole reference lacks it.
        drift::presence(if judge.rule == Rule::Window { pair } else { columns }, &judge, findings);
        drift::column_drift(columns, &judge, findings);
    });
    drift::regime_drift(pair, &judge, findings);
    drift::joint_drift(pair, [reference, current], &judge, findings);
    // Every model that both windows have is judged; inputs only once, above.
    let models = current.sections.models.keys().filter(|model| reference.sections.models.contains_key(*model));
    let family: Vec<Windows<'_>> = models.filter_map(|model| Windows::of(reference, model, current, model)).collect();
    for pair in &family {
        drift::confidence_drop(pair, &judge, findings);
        drift::agreement_drop(pair, &judge, findings);
    }
    if let Some(task) = plan.task {
        drift::decay(&family, &judge, task, plan.kind, plan.positive.as_deref(), findings);
        family.iter().for_each(|pair| drift::concept_drift(pair, &judge, task, findings));
    }
}

/// Says what a large log cannot tell.
fn note_limits(views: &Views<'_>, findings: &mut Findings) {
    for (name, view) in views.named() {
        if let Some(conflicts) = view.repeats.conflicts {
            findings.skip(FindingKind::SchemaChange, None, &Slice::new(), ROW_ID, trust::no_row_id(name, conflicts));
        } else if !view.whole {
            let text = format!(
                "{name}: ids that stand twice are looked for in a log of up to {} rows",
                crate::profile::SMALL_ROWS
            );
            findings.skip(FindingKind::SchemaChange, None, &Slice::new(), "repeated_ids", text);
        }
        if view.sections.too_many_models {
            let text =
                format!("{name}: more than {} models; the rest is counted in rows only", crate::profile::MAX_MODELS);
            findings.skip(FindingKind::FeatureDrift, None, &Slice::new(), "models", text);
        }
    }
}

/// What is said where ids name something else than rows.
const ROW_ID: &str = "row_id";

/// What is said where no label of the predictions is one of the actuals.
const LABELS: &str = "labels";

/// What is said where two windows write a label alike but for case and blanks.
const SPELLING: &str = "spelling";

/// Cells with NaN or an infinity, by column, over all models.
fn not_finite(sections: &Sections) -> BTreeMap<String, u64> {
    let mut cells = BTreeMap::new();
    for (key, column) in
        sections.models.values().flat_map(|model| &model.columns).filter(|(_, column)| column.non_finite > 0)
    {
        *cells.entry(key.name.clone()).or_default() += column.non_finite;
    }
    cells
}

fn choice(view: &View<'_>, model: Option<&String>, asked: &[&Option<String>]) -> ModelChoice {
    match view.sections.models.len() {
        0 | 1 => ModelChoice::Only,
        _ if asked.iter().any(|asked| asked.as_ref() == model) => ModelChoice::Asked,
        _ => ModelChoice::MostRows,
    }
}

fn window(view: &View<'_>, model: Option<&String>, asked: &[&Option<String>]) -> Window {
    let (from, to) = view.span();
    let (first_day, last_day) = view.days().map(|(first, last)| (format_day(first), format_day(last))).unzip();
    let sections = &view.sections;
    let (resolution, day) = (sections.calendar.resolution, sections.calendar.resolution.max(Resolution::Day));
    let days: BTreeSet<i64> =
        sections.calendar.occupied.iter().map(|bucket| resolution.coarsen(*bucket, day)).into_set();
    let side = model.and_then(|model| Side::of(view, model, day));
    let mut regimes: BTreeMap<String, u64> = BTreeMap::new();
    for regime in side.iter().flat_map(|side| drift::regime_days(side).into_values()) {
        *regimes.entry(regime).or_default() += 1;
    }
    Window {
        rows: view.row_count(),
        bad_rows: view.bad_rows(),
        repeated_rows: view.repeats.repeated,
        conflicting_rows: view.repeats.conflicting,
        rows_without_time: sections.untimed,
        not_finite: not_finite(sections),
        from,
        to,
        first_day,
        last_day,
        days: days.len() as u64,
        resolution: day.name().into(),
        models: sections.models.iter().map(|(name, model)| (name.clone(), model.rows)).into_map(),
        model_choice: choice(view, model, asked),
        model: model.cloned(),
        regimes,
        exact: view.whole,
        values: 0,
        judged_values: 0,
        columns: BTreeMap::new(),
        digest: None,
    }
}

/// Most important first; findings about one column stay together, its verdict first.
fn sort(findings: &mut Vec<Finding>) {
    let mut groups: Vec<Vec<Finding>> = Vec::new();
    for finding in findings.drain(..) {
        match groups.iter_mut().find(|group| {
            let first = &group[0];
            let is_same = first.kind == finding.kind && first.column == finding.column && first.slice == finding.slice;
            first.column.is_some() && is_same
        }) {
            Some(group) => group.push(finding),
            None => groups.push(alloc::vec![finding]),
        }
    }
    let rank = |kind: FindingKind| match kind {
        FindingKind::PerformanceDecay => 0,
        FindingKind::ConceptDrift => 1,
        FindingKind::RegimeDrift => 2,
        FindingKind::SchemaChange => 3,
        FindingKind::PredictionDrift => 4,
        FindingKind::ConfidenceDrift => 5,
        FindingKind::AgreementDrift => 6,
        FindingKind::FeatureDrift => 7,
        FindingKind::MultivariateDrift => 8,
        FindingKind::CorrelationShift => 9,
        FindingKind::OutOfRange => 10,
        FindingKind::NewCategory => 11,
        FindingKind::Missingness => 12,
    };
    groups.order_by(|a, b| {
        let (a, b) = (&a[0], &b[0]);
        let drifted = |finding: &Finding| finding.verdict == DriftVerdict::Drift;
        drifted(b)
            .cmp(&drifted(a))
            .then(b.severity.cmp(&a.severity))
            .then(rank(a.kind).cmp(&rank(b.kind)))
            .then(b.effect.unwrap_or(0.0).total_cmp(&a.effect.unwrap_or(0.0)))
            .then(a.column.cmp(&b.column))
            .then(a.slice.cmp(&b.slice))
    });
    findings.extend(groups.into_iter().flatten());
}

/// `drift` if any finding reaches `fail_on`, `inconclusive` if no distribution could be judged, else `none`.
fn verdict(findings: &Findings, fail_on: Severity, unjudged: bool) -> DriftVerdict {
    if findings.found.iter().any(|finding| finding.severity.is_some_and(|severity| severity >= fail_on)) {
        return DriftVerdict::Drift;
    }
    // A drop of the mean confidence is of no column: it can alarm, but is not the distribution.
    let is_distribution = |finding: &&Finding| {
        let kinds = [FindingKind::FeatureDrift, FindingKind::PredictionDrift, FindingKind::ConfidenceDrift];
        kinds.contains(&finding.kind) && finding.column.is_some()
    };
    // A skip without a column (moving windows, too many models) says nothing about a distribution.
    let of_column =
        |skipped: &&Skipped| skipped.column.is_some() && skipped.kind == drift::kind_name(FindingKind::FeatureDrift);
    let skipped = findings.skipped.iter().any(|skipped| of_column(&skipped));
    let decided = |finding: &Finding| finding.verdict != DriftVerdict::Inconclusive;
    let mut judged = findings.found.iter().filter(is_distribution).peekable();
    let nothing = if judged.clone().any(|finding| finding.kind == FindingKind::FeatureDrift) || skipped {
        // Calm predictions say nothing about inputs none of which could be judged.
        !judged.any(|finding| finding.kind == FindingKind::FeatureDrift && decided(finding))
    } else if judged.peek().is_some() {
        !judged.any(decided)
    } else {
        // A log of errors alone can be judged by them.
        unjudged || !findings.found.iter().any(decided)
    };
    if nothing { DriftVerdict::Inconclusive } else { DriftVerdict::None }
}

/// A column that is asked for and not there is a slip of the fingers.
fn check_columns(plan: &Plan, pair: &Windows<'_>, lacking: &str) -> Result<(), Error> {
    match plan.columns.iter().find(|name| !pair.have_column(name)) {
        None => Ok(()),
        Some(name) => Err(Error::usage(format!("plan: columns: {lacking} column `{name}`"))),
    }
}
