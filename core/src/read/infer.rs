//! The head of a log -> what its columns mean, once and for every worker.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::{String, ToString},
    vec::Vec,
};

use driftgate_documents::{ColumnEvidence, ColumnKind, InferOptions, Inference, Role, Schema, Task, Written};

use super::{
    TypedColumn, cell, counters,
    days::Days,
    fields::{self, Meaning, Mode, Naming, split_prefix},
    gics,
    look::{Push, forms, seen_columns},
    probability, proposals, roles,
    roles::Seen,
    time,
};
use crate::{
    Error,
    order::{IntoOrdered, StableOrder},
    profile::score::label,
    table::{Cell, Kind},
};

/// At most so many distinct whole numbers are labels rather than quantities.
const MAX_LABELS: usize = 20;

/// Segments that every log is counted by, as far as it has them.
const DEFAULT_SEGMENTS: [&[&str]; 7] =
    [&[], &["version"], &["symbol"], &["sector"], &["regime"], &["source"], &["regime", "sector"]];

/// Infers the meaning of a log's columns from its first bytes, which may end anywhere.
///
/// # Errors
/// If there are no records, a name in `options` is not there, a role is ambiguous, values contradict a role, a number may be read
/// in two ways, or certain days are asked for that are no dates, are exchanged, or cannot be told for want of times.
pub fn infer(head: &[u8], options: &InferOptions) -> Result<Inference, Error> {
    meaning_of(options, &|reader, keep| reader.push(head, keep))
}

/// The same from the first rows of a log that is typed columns.
///
/// # Errors
/// Those of [`infer`], and if the columns do not fit together.
pub fn infer_columns(head: &[TypedColumn], options: &InferOptions) -> Result<Inference, Error> {
    meaning_of(options, &|reader, keep| reader.push_columns(head, keep))
}

fn meaning_of(options: &InferOptions, push: Push<'_>) -> Result<Inference, Error> {
    let ((table, reader), forms, said) = forms(options, push)?;
    let columns = seen_columns(&table);
    let claims = roles::claim(&columns, &options.map, &options.ignore)?;
    roles::check_values(&columns, &claims.roles)?;
    let timezone = options.timezone.clone().unwrap_or_else(|| "UTC".into());
    let mut schema = Schema {
        task: options.task.or_else(|| task(&columns, &claims.roles)),
        roles: claims.roles,
        ignored: claims.ignored,
        segments: Vec::new(),
        timezone,
        cases: options.cases,
        from: options.from.clone(),
        until: options.until.clone(),
        probability_of: None,
        written: forms.written,
        left_out: BTreeMap::new(),
        labels: forms.labels,
        doubled: doubled(&columns),
        seen: BTreeMap::new(),
    };
    Days::of(&schema)?;
    let is_kept = |column: &str| is_asked_for(&schema, &columns, options, column);
    let mut left_out = counters::find(&columns, is_kept);
    left_out.extend(counters::time_folders(&options.partition, is_kept));
    schema.left_out = left_out;
    schema.segments = segments(&schema, &columns, options)?;
    schema.seen = seen(&schema, &columns);
    schema.probability_of = probability_of(&schema, &columns, options)?;
    let said = said.into_iter().chain(unknown_ignored(&columns, &options.ignore));
    Ok(Inference {
        outcomes: is_outcomes(&schema, &columns),
        format: reader.format().unwrap_or(driftgate_documents::Format::Jsonl),
        columns: columns.iter().map(|column| evidence(column, &schema)).collect(),
        notes: notes(&schema, &columns, options).into_iter().chain(said).collect(),
        schema,
    })
}

/// Whether a column has a role, is left out already, or is to be counted by.
fn is_asked_for(schema: &Schema, columns: &[Seen<'_>], options: &InferOptions, column: &str) -> bool {
    let mut segments = options.segments.iter().chain(&options.wanted_segments).flatten();
    schema.roles.values().chain(&schema.ignored).any(|known| known == column)
        || segments.any(|name| roles::find(columns, name) == Some(column))
}

/// What is to be said of columns that are to be left out and are not there: another log may have them.
fn unknown_ignored(columns: &[Seen<'_>], ignore: &[String]) -> Vec<String> {
    let is_there = |name: &&String| {
        roles::find(columns, name).is_some() || columns.iter().any(|column| fields::is_path_to(name, column.name))
    };
    let known = || columns.iter().map(|column| column.name);
    let missing = ignore.iter().filter(|name| !is_there(name)).map(|name| {
        let hint =
            crate::words::nearest(name, known()).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        format!("--ignore {name}: this log has no column of that name{hint}")
    });
    missing.collect()
}

/// Features whose name a column outside of the features has too.
fn doubled(columns: &[Seen<'_>]) -> Vec<String> {
    let prefixed = columns.iter().map(|column| split_prefix(column.name)).filter(|(prefixed, _)| *prefixed);
    let bare = |name: &str| columns.iter().any(|column| column.name == name);
    prefixed.map(|(_, name)| name).filter(|name| bare(name)).map(ToString::to_string).collect()
}

fn task(columns: &[Seen<'_>], claimed: &BTreeMap<Role, String>) -> Option<Task> {
    let of = |role| claimed.get(&role).and_then(|name| columns.iter().find(|column| column.name == name));
    let values = |column: &&Seen<'_>| column.is_text().is_some();
    let known = [Role::Prediction, Role::Actual].map(|role| of(role).filter(values));
    let mut known = known.into_iter().flatten().peekable();
    if known.peek()?.is_text() == Some(true) {
        return Some(Task::Classification);
    }
    // Whole predictions of what is no whole number, and the other way round, are quantities.
    Some(if known.all(holds_labels) { Task::Classification } else { Task::Regression })
}

/// Whether the numbers of a column may be labels: whole, and few.
fn holds_labels(column: &Seen<'_>) -> bool {
    let mut labels = BTreeSet::new();
    (0..column.cells.len()).all(|row| match column.cells.get(row) {
        Cell::Number(value) => {
            labels.insert(value.to_bits());
            crate::math::trunc(value) == value && labels.len() <= MAX_LABELS
        }
        _ => true,
    })
}

/// What the task was taken for, where nobody said it.
fn task_note(schema: &Schema, columns: &[Seen<'_>], options: &InferOptions) -> Option<String> {
    let of = |role| schema.roles.get(&role).and_then(|name| columns.iter().find(|column| column.name == name));
    let task = schema.task.filter(|_| options.task.is_none())?;
    let column = of(Role::Prediction).or_else(|| of(Role::Actual))?;
    Some(match task {
        Task::Classification => {
            let labels = (0..column.cells.len()).filter_map(|row| label(column.cells.get(row))).into_set().len();
            let labels = crate::words::count(labels as u64, "label");
            format!("task: classification, `{}` holds {labels}; --task regression says otherwise", column.name)
        }
        Task::Regression => {
            format!("task: regression, `{}` is a quantity; --task classification says otherwise", column.name)
        }
    })
}

/// The label whose probability the confidences are, if they are not that of each prediction.
fn probability_of(schema: &Schema, columns: &[Seen<'_>], options: &InferOptions) -> Result<Option<String>, Error> {
    let of = |role| schema.roles.get(&role).and_then(|name| columns.iter().find(|column| column.name == name));
    if schema.task != Some(Task::Classification) {
        return Ok(None);
    }
    let (Some(predictions), Some(confidences)) = (of(Role::Prediction), of(Role::Confidence)) else { return Ok(None) };
    let Some(asked) = &options.confidence_of else {
        return Ok(probability::label_of(predictions.cells, confidences.cells));
    };
    let labels: BTreeSet<_> =
        (0..predictions.cells.len()).filter_map(|row| label(predictions.cells.get(row))).into_set();
    if labels.len() > 2 && asked != probability::PREDICTION {
        let text =
            format!("--confidence-of {asked}: the log predicts more than two labels; then it can only be `prediction`");
        return Err(Error::usage(text));
    }
    if labels.len() == 2 && asked != probability::PREDICTION && !labels.contains(asked.as_str()) {
        let known = labels.into_iter().collect::<Vec<_>>().join("`, `");
        return Err(Error::usage(format!("--confidence-of {asked}: expected `prediction` or a label of `{known}`")));
    }
    Ok(probability::asked(asked))
}

/// The segment keys, each sorted, without doubles: those every log has and those asked for.
fn segments(schema: &Schema, columns: &[Seen<'_>], options: &InferOptions) -> Result<Vec<Vec<String>>, Error> {
    let mut all = BTreeSet::new();
    for key in DEFAULT_SEGMENTS {
        if key.iter().all(|name| has_role(schema, name)) {
            all.insert(key.iter().map(ToString::to_string).collect::<Vec<_>>());
        }
    }
    for key in &options.segments {
        all.insert(segment_key(schema, columns, key)?);
    }
    // What a policy asks of a column that is not there is a failed check of the gate, not an error here.
    all.extend(options.wanted_segments.iter().filter_map(|key| segment_key(schema, columns, key).ok()));
    Ok(all.into_iter().collect())
}

fn segment_key(schema: &Schema, columns: &[Seen<'_>], key: &[String]) -> Result<Vec<String>, Error> {
    let mut names = key.iter().map(|name| segment_name(schema, columns, name)).collect::<Result<Vec<_>, _>>()?;
    names.order();
    names.dedup();
    Ok(names)
}

/// Whether the log has a role; a sector is looked up if there are symbols.
fn has_role(schema: &Schema, name: &str) -> bool {
    let has = |role| schema.roles.contains_key(&role);
    Role::from_name(name).is_some_and(|role| has(role) || (role == Role::Sector && has(Role::Symbol)))
}

/// The name under which a column is counted: that of its role, or of the feature without prefix.
fn segment_name(schema: &Schema, columns: &[Seen<'_>], name: &str) -> Result<String, Error> {
    if has_role(schema, name) {
        return Ok(name.to_string());
    }
    let found = roles::find(columns, name).map(|column| meaning(schema, column));
    if let Some(Meaning::Column(_, name)) = found {
        return Ok(name);
    }
    let known = || schema.roles.keys().map(|role| role.name()).chain(columns.iter().map(|column| column.name));
    let hint =
        crate::words::nearest(name, known()).map_or_else(|| ".".into(), |known| format!("; did you mean `{known}`?"));
    Err(Error::usage(format!(
        "segment `{name}`: there is no such role or column{hint} There are {}",
        roles::list(known())
    )))
}

fn meaning(schema: &Schema, column: &str) -> Meaning {
    Naming::Schema(schema).meaning(column)
}

/// What each column mostly holds, under the name it has in the table. Times and ids have no kind.
fn seen(schema: &Schema, columns: &[Seen<'_>]) -> BTreeMap<String, ColumnKind> {
    let mut kinds = BTreeMap::new();
    for column in columns {
        let Meaning::Column(role, name) = meaning(schema, column.name) else { continue };
        if matches!(role, Some(Role::Timestamp | Role::Id)) {
            continue;
        }
        let Some(is_text) = column.is_text() else { continue };
        let is_text = is_text || Naming::Schema(schema).written(column.name) == Some(&Written::Codes);
        let is_name = Naming::Schema(schema).mode(role, &name).0 == Mode::Name;
        kinds.insert(name, if is_text || is_name { ColumnKind::Category } else { ColumnKind::Number });
    }
    kinds
}

/// Whether this is a log of what happened, to be joined by id to predictions. Such records often carry a remark or two
/// (`holding_days`); columns named as features, or as many unclaimed columns as roles, make it a log of its own.
fn is_outcomes(schema: &Schema, columns: &[Seen<'_>]) -> bool {
    let has = |role| schema.roles.contains_key(&role);
    let is_free = |column: &&Seen<'_>| matches!(meaning(schema, column.name), Meaning::Column(None, _));
    let has_features = columns.iter().filter(is_free).any(|column| split_prefix(column.name).0);
    let few = columns.iter().filter(is_free).count() < schema.roles.len();
    let happened = has(Role::Actual) || has(Role::Outcome) || has(Role::Pnl);
    has(Role::Id) && happened && !has(Role::Prediction) && !has_features && few
}

fn evidence(column: &Seen<'_>, schema: &Schema) -> ColumnEvidence {
    let role = match meaning(schema, column.name) {
        Meaning::Column(role, _) => role,
        Meaning::Ignored => None,
    };
    let (numbers, texts) = (column.count(Kind::Number), column.count(Kind::Text));
    ColumnEvidence {
        column: column.name.to_string(),
        role,
        numbers,
        texts,
        missing: column.cells.len() as u64 - numbers - texts,
        example: column.example().map(|text| cell::shorten(&text)),
    }
}

fn notes(schema: &Schema, columns: &[Seen<'_>], options: &InferOptions) -> Vec<String> {
    let has = |role| schema.roles.contains_key(&role);
    let of = |role| schema.roles.get(&role).and_then(|name| columns.iter().find(|column| column.name == name));
    let mut notes = of(Role::Timestamp).map_or_else(Vec::new, time_notes);
    let free: Vec<_> =
        columns.iter().filter(|column| matches!(meaning(schema, column.name), Meaning::Column(None, _))).collect();
    let mut say = |wanted: bool, role: Role, what: &str| {
        if wanted && !has(role) {
            let proposal = proposals::of(role, &free, of(Role::Prediction).or_else(|| of(Role::Actual)));
            notes.push(format!("no column for `{}`: {what}{proposal}", role.name()));
        }
    };
    say(true, Role::Timestamp, "no timeline and no windows by day");
    say(true, Role::Id, "two models cannot be paired and late outcomes cannot be joined");
    say(!has(Role::Actual), Role::Prediction, "only the features can be looked at");
    say(has(Role::Actual), Role::Prediction, "no error measure can be computed");
    say(has(Role::Prediction), Role::Actual, "no error measure can be computed");
    let others = [Role::Model, Role::Version, Role::Symbol, Role::Base, Role::Confidence, Role::Regime, Role::Pnl];
    for role in others.into_iter().filter(|role| !has(*role)) {
        let proposal = proposals::of(role, &free, None);
        notes.extend((!proposal.is_empty()).then(|| format!("no column for `{}`{proposal}", role.name())));
    }
    notes.extend(task_note(schema, columns, options));
    if let (Some(label), Some(column)) = (&schema.probability_of, of(Role::Confidence)) {
        notes.push(probability::note(column.name, label));
    }
    let role = if has(Role::Id) { "ROLE" } else { Role::Id.name() };
    notes.extend(schema.left_out.iter().map(|(column, reason)| counters::note(column, reason, role)));
    let symbols = of(Role::Symbol).filter(|_| !has(Role::Sector));
    if let Some(symbols) = symbols {
        let lookup = gics::Lookup::new();
        let levels = symbols.cells.levels();
        let found = levels.iter().filter(|symbol| lookup.sector(symbol).is_some()).count();
        notes.push(format!(
            "no column for `sector`: looked up from `{}`, known for {found} of {} symbols in the head",
            symbols.name,
            levels.len()
        ));
    }
    notes
}

fn time_notes(column: &Seen<'_>) -> Vec<String> {
    let noted = |cell: Cell<'_>| match cell {
        Cell::Text(text) => time::parse(text).ok()?.note,
        Cell::Number(value) => time::parse(&value.to_string()).ok()?.note,
        _ => None,
    };
    let found: Vec<_> = (0..column.cells.len()).filter_map(|row| noted(column.cells.get(row))).collect();
    let mut notes = Vec::new();
    if found.contains(&time::Note::ZoneAbsent) {
        notes.push(format!("`{}` holds times without a zone: read as UTC", column.name));
    }
    if found.contains(&time::Note::DigitsAsDate) {
        notes.push(format!(
            "`{}` holds digits such as {}: read as calendar times",
            column.name,
            column.example().unwrap_or_default()
        ));
    }
    notes
}
