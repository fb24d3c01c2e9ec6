//! Which column is what: by name, by `--map`, and by a look at the values whether that can be.

use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};

use driftgate_documents::Role;

use super::{fields::split_prefix, time};
use crate::{
    Error,
    order::StableOrder,
    table::{Cell, Cells, Kind},
    words::nearest,
};

/// The names by which a role is known, beside its own.
const fn aliases(role: Role) -> &'static [&'static str] {
    match role {
        Role::Timestamp => &["ts", "time", "date", "datetime"],
        Role::Id => &["prediction_id", "request_id"],
        Role::Model => &["model_id", "model_name"],
        Role::Version => &["model_version"],
        Role::Symbol => &["ticker", "entity"],
        Role::Sector => &["gics"],
        Role::Regime => &["market_state"],
        Role::Base => &["last", "close"],
        Role::Prediction => &["pred", "y_pred", "yhat", "predicted", "ml_verdict"],
        Role::Actual => &["y", "y_true", "target", "label", "outcome_value"],
        Role::Confidence => &["score", "probability", "y_pred_proba", "ml_confidence"],
        Role::RulePrediction => &["rule_verdict"],
        Role::FinalPrediction => &["final_verdict"],
        Role::Pnl => &["pnl_pct"],
        Role::Source | Role::Variant | Role::Outcome | Role::Weight => &[],
    }
}

/// A column of the head.
pub(crate) struct Seen<'a> {
    pub(crate) name: &'a str,
    pub(crate) cells: &'a Cells,
}

impl Seen<'_> {
    pub(crate) fn count(&self, kind: Kind) -> u64 {
        self.cells.kinds().iter().filter(|other| **other == kind).count() as u64
    }

    /// Whether most of its values are texts; `None` without values.
    pub(crate) fn is_text(&self) -> Option<bool> {
        let (numbers, texts) = (self.count(Kind::Number), self.count(Kind::Text));
        (numbers + texts > 0).then_some(texts > numbers)
    }

    /// The first value, as text.
    pub(crate) fn example(&self) -> Option<String> {
        (0..self.cells.len()).find_map(|row| match self.cells.get(row) {
            Cell::Number(value) => Some(value.to_string()),
            Cell::Text(text) => Some(text.to_string()),
            _ => None,
        })
    }

    fn first(&self, is: impl Fn(Cell<'_>) -> bool) -> Option<Cell<'_>> {
        (0..self.cells.len()).map(|row| self.cells.get(row)).find(|cell| is(*cell))
    }

    fn share(&self, is: impl Fn(Cell<'_>) -> bool) -> Option<(bool, String)> {
        let values = || (0..self.cells.len()).map(|row| self.cells.get(row));
        let filled = values().filter(|cell| matches!(cell, Cell::Number(_) | Cell::Text(_))).count();
        let wrong = values().filter(|cell| is(*cell)).count();
        let example = match self.first(is)? {
            Cell::Number(value) => value.to_string(),
            Cell::Text(text) => format!("\"{}\"", super::cell::shorten(text)),
            _ => String::new(),
        };
        Some((2 * wrong > filled, example))
    }
}

/// Roles and the columns left out.
pub(crate) struct Claims {
    pub(crate) roles: BTreeMap<Role, String>,
    pub(crate) ignored: Vec<String>,
}

/// Gives roles to columns: what `map` says, then names and aliases among the columns that are left, without those to be ignored.
pub(crate) fn claim(columns: &[Seen<'_>], map: &BTreeMap<String, String>, ignore: &[String]) -> Result<Claims, Error> {
    let mut claims = mapped(columns, map)?;
    let named = |name: &String| find(columns, name).map_or_else(|| name.clone(), ToString::to_string);
    claims.ignored = ignore.iter().map(named).collect();
    claims.ignored.order();
    claims.ignored.dedup();
    if let Some((role, column)) = claims.roles.iter().find(|(_, column)| claims.ignored.contains(column)) {
        return Err(Error::usage(format!("--map {}={column} and --ignore {column}: say one of the two", role.name())));
    }
    for role in Role::ALL {
        if map.contains_key(role.name()) {
            continue;
        }
        let free: Vec<&str> =
            columns.iter().map(|column| column.name).filter(|name| !claims.has_column(name)).collect();
        if let Some(column) = by_name(role, &free)? {
            claims.roles.insert(role, column.to_string());
        }
    }
    match claims.roles.get(&Role::Weight) {
        Some(column) => Err(weight_refused(column)),
        None => Ok(claims),
    }
}

impl Claims {
    fn has_column(&self, name: &str) -> bool {
        self.roles.values().chain(&self.ignored).any(|taken| taken == name)
    }
}

/// The error for a log with row weights.
pub(crate) fn weight_refused(column: &str) -> Error {
    Error::usage(format!(
        "column `{column}`: row weights are not supported yet, and ignoring them in silence would change every number; leave \
         the column out with --ignore {column}"
    ))
}

fn mapped(columns: &[Seen<'_>], map: &BTreeMap<String, String>) -> Result<Claims, Error> {
    let mut claims = Claims { roles: BTreeMap::new(), ignored: Vec::new() };
    for (name, column) in map {
        let role = Role::from_name(name).ok_or_else(|| unknown_role(name))?;
        // The role is taken away: what its name would have taken is a column as others are.
        if column.is_empty() {
            continue;
        }
        let column = find(columns, column).ok_or_else(|| unknown_column(role, column, columns))?;
        if let Some((other, _)) = claims.roles.iter().find(|(_, taken)| *taken == column) {
            return Err(Error::usage(format!(
                "--map: column `{column}` cannot be both {} and {}; give each role a column of its own",
                other.name(),
                role.name()
            )));
        }
        claims.roles.insert(role, column.to_string());
    }
    Ok(claims)
}

/// A column by its name as written, in any case, or without the prefix of a feature.
pub(crate) fn find<'a>(columns: &[Seen<'a>], name: &str) -> Option<&'a str> {
    let names = || columns.iter().map(|column| column.name);
    let unique = |mut found: Vec<&'a str>| if found.len() == 1 { found.pop() } else { None };
    names()
        .find(|column| *column == name)
        .or_else(|| unique(names().filter(|column| column.eq_ignore_ascii_case(name)).collect()))
        .or_else(|| unique(names().filter(|column| split_prefix(column).1 == split_prefix(name).1).collect()))
}

/// Whether a column has a name of that role.
pub(crate) fn is_named(role: Role, column: &str) -> bool {
    role.name().eq_ignore_ascii_case(column) || aliases(role).iter().any(|alias| alias.eq_ignore_ascii_case(column))
}

/// The column that has a role by name: its own name before others, as written before in another case.
fn by_name<'a>(role: Role, columns: &[&'a str]) -> Result<Option<&'a str>, Error> {
    if let Some(own) = columns.iter().find(|column| **column == role.name()) {
        return Ok(Some(own));
    }
    let own: Vec<&str> = columns.iter().copied().filter(|column| column.eq_ignore_ascii_case(role.name())).collect();
    let any: Vec<&str> = columns.iter().copied().filter(|column| is_named(role, column)).collect();
    match if own.is_empty() { &any[..] } else { &own[..] } {
        [] => Ok(None),
        [one] => Ok(Some(*one)),
        [first, ..] => Err(Error::usage(format!(
            "more than one column may be {name}: {}; say which with --map {name}={first}",
            list(any.iter().copied()),
            name = role.name()
        ))),
    }
}

fn unknown_role(name: &str) -> Error {
    let roles = || Role::ALL.iter().map(|role| role.name());
    let hint = nearest(name, roles()).map_or_else(|| ".".into(), |known| format!("; did you mean `{known}`?"));
    Error::usage(format!("--map {name}=...: there is no role `{name}`{hint} Roles are {}", list(roles())))
}

fn unknown_column(role: Role, name: &str, columns: &[Seen<'_>]) -> Error {
    let names = || columns.iter().map(|column| column.name);
    let hint = nearest(name, names()).map_or_else(|| ".".into(), |known| format!("; did you mean `{known}`?"));
    Error::usage(format!(
        "--map {}={name}: there is no column `{name}`{hint} Columns are {}",
        role.name(),
        list(names())
    ))
}

/// Names in a message: the first 40 of them.
pub(crate) fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<String> = names.map(|name| format!("`{}`", super::cell::shorten(name))).collect();
    let more = names.len().saturating_sub(40);
    names.truncate(40);
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    names.join(", ") + &rest
}

/// Looks at the values whether the roles can be right.
pub(crate) fn check_values(columns: &[Seen<'_>], roles: &BTreeMap<Role, String>) -> Result<(), Error> {
    let of = |role| roles.get(&role).and_then(|name| columns.iter().find(|column| column.name == name));
    if let Some(column) = of(Role::Timestamp) {
        let wrong = |cell: Cell<'_>| !is_time(cell);
        let why = match column.first(wrong) {
            Some(Cell::Text(text)) if time::is_local(text) => ", where the order of day and month is not clear",
            _ => "",
        };
        let hint = format!("{why}; write its times like that");
        refuse_if_mostly(column, Role::Timestamp, [&format!("a time such as {}", time::EXAMPLE), &hint], wrong)?;
        refuse_if_doubtful(column)?;
    }
    for role in [Role::Base, Role::Pnl] {
        if let Some(column) = of(role) {
            refuse_if_mostly(column, role, ["a number", ""], |cell| matches!(cell, Cell::Text(_)))?;
        }
    }
    if let Some(column) = of(Role::Confidence) {
        let wrong = |cell: Cell<'_>| match cell {
            Cell::Number(value) => !(0.0..=1.0).contains(&value),
            cell => matches!(cell, Cell::Text(_)),
        };
        refuse_if_mostly(column, Role::Confidence, ["a number in [0, 1]", ""], wrong)?;
    }
    match (of(Role::Prediction), of(Role::Actual)) {
        (Some(prediction), Some(actual)) => check_pair(prediction, actual),
        _ => Ok(()),
    }
}

/// Nobody can tell hours of a calendar, or days of a spreadsheet, from seconds.
fn refuse_if_doubtful(column: &Seen<'_>) -> Result<(), Error> {
    let reading = |cell: Cell<'_>| match cell {
        Cell::Number(value) => Some(time::other_reading(&value.to_string())),
        Cell::Text(text) => Some(time::other_reading(text)),
        _ => None,
    };
    let mut readings = (0..column.cells.len()).filter_map(|row| reading(column.cells.get(row)));
    match readings.next() {
        Some(Some(first)) if readings.all(|other| other == Some(first)) => Err(Error::input(format!(
            "column `{}` holds {}, which may be {first} or seconds since 1970; write its times like {}",
            column.name,
            column.example().unwrap_or_default(),
            time::EXAMPLE
        ))),
        _ => Ok(()),
    }
}

fn is_time(cell: Cell<'_>) -> bool {
    match cell {
        Cell::Number(value) => time::parse(&value.to_string()).is_ok(),
        Cell::Text(text) => time::parse(text).is_ok(),
        _ => true,
    }
}

fn refuse_if_mostly(
    column: &Seen<'_>,
    role: Role,
    [expected, hint]: [&str; 2],
    wrong: impl Fn(Cell<'_>) -> bool,
) -> Result<(), Error> {
    match column.share(wrong) {
        Some((true, example)) => Err(Error::usage(format!(
            "column `{}` was taken for {role}: expected {expected}, got {example} and more like it{hint}; name the right \
             column with --map {role}=COLUMN, or let this one be an input with --map {role}=",
            column.name,
            role = role.name()
        ))),
        _ => Ok(()),
    }
}

fn check_pair(prediction: &Seen<'_>, actual: &Seen<'_>) -> Result<(), Error> {
    let kind = |text: bool| if text { "texts" } else { "numbers" };
    match (prediction.is_text(), actual.is_text()) {
        (Some(p), Some(a)) if p != a => Err(Error::usage(format!(
            "column `{}` (prediction) holds {} such as {}, column `{}` (actual) {} such as {}: they cannot be compared; name the \
             right ones with --map prediction=COLUMN --map actual=COLUMN",
            prediction.name,
            kind(p),
            super::cell::shorten(&prediction.example().unwrap_or_default()),
            actual.name,
            kind(a),
            super::cell::shorten(&actual.example().unwrap_or_default()),
        ))),
        _ => Ok(()),
    }
}
