//! Columns that only say where a row stands: a running number, the index of a data frame. Every later log has other values
//! there, so they would always drift; they are left out, and named.

use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};

use super::{fields::split_prefix, roles::Seen};
use crate::{order::IntoOrdered, table::Cell};

/// So many rows show that a column counts them, whatever its name.
const ENOUGH: usize = 20;

/// Beyond so large a number the next one cannot be told from it.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Digits below 1980 are a number rather than a date, in nanoseconds since 1970.
const EARLIEST: i64 = 315_532_800_000_000_000;

/// Names by which tools and people write a row's number.
const NAMES: [&str; 9] =
    ["index", "level_0", "idx", "row", "row_number", "row_num", "rownum", "row_index", "row.names"];

/// The columns that only say where a row stands, and why they are left out; those that `is_kept` stay.
pub(crate) fn find(columns: &[Seen<'_>], is_kept: impl Fn(&str) -> bool) -> BTreeMap<String, String> {
    let free = columns.iter().filter(|column| !is_kept(column.name));
    free.filter_map(|column| Some((column.name.to_string(), reason(column)?.into()))).into_map()
}

/// The folders that say when their rows are: every later log has others.
pub(crate) fn time_folders(
    partition: &BTreeMap<String, String>,
    is_kept: impl Fn(&str) -> bool,
) -> impl Iterator<Item = (String, String)> {
    const PARTS: [&str; 7] = ["year", "quarter", "month", "week", "day", "hour", "minute"];
    let of_time = move |(column, value): &(&String, &String)| {
        let is_part = PARTS.iter().any(|part| part.eq_ignore_ascii_case(column)) && is_digits(value);
        let is_date = value.len() >= 6 && super::parse_time(value).is_ok_and(|instant| instant.ns > EARLIEST);
        (is_part || is_date) && !is_kept(column)
    };
    partition.iter().filter(of_time).map(|(column, _)| (column.clone(), "it says when its rows are".into()))
}

/// What is to be said of such a column; `role` is one that it may have.
pub(crate) fn note(column: &str, reason: &str, role: &str) -> String {
    let what = reason.strip_prefix("it ").unwrap_or(reason);
    format!("`{column}` {what}: left out (--map {role}=\"{column}\" keeps it)")
}

fn reason(column: &Seen<'_>) -> Option<&'static str> {
    // An index that holds measurements is an input like others.
    let is_measured = |cell: Cell<'_>| matches!(cell, Cell::Number(value) if crate::math::trunc(value) != value);
    if is_level(column.name) {
        let measured = (0..column.cells.len()).any(|row| is_measured(column.cells.get(row)));
        return (!measured).then_some("it is the index of a data frame");
    }
    let numbers = whole_numbers(column)?;
    let rises = numbers.windows(2).filter(|pair| matches!(pair, [one, next] if *next == one + 1.0)).count();
    // What the log itself calls a feature is one, and so is a place of a list.
    let is_input = split_prefix(column.name).0 || column.name.ends_with(']');
    let counts = !is_input && numbers.len() >= ENOUGH && rises + 1 == numbers.len();
    // Rows may be shuffled, or come from several frames one after the other.
    let is_index = || numbers.len() > 1 && (2 * rises > numbers.len() || are_different(&numbers));
    (counts || (is_name(column.name) && is_index())).then_some("it counts the rows")
}

/// How pandas writes an index without a name to Parquet.
fn is_level(name: &str) -> bool {
    let level = name.strip_prefix("__index_level_").and_then(|rest| rest.strip_suffix("__"));
    level.is_some_and(is_digits)
}

/// Whether a column without a name, which `csv` calls by its place, or one that is named for the rows' numbers.
fn is_name(name: &str) -> bool {
    let numbered = ["Unnamed: ", "column "].into_iter().find_map(|prefix| name.strip_prefix(prefix));
    name.is_empty() || numbered.is_some_and(is_digits) || NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Digits; `0.1` where pandas found `Unnamed: 0` there already.
fn is_digits(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit()) && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// The values, if all of them are whole numbers.
fn whole_numbers(column: &Seen<'_>) -> Option<Vec<f64>> {
    let whole = |row| match column.cells.get(row) {
        Cell::Number(value) => Some(value).filter(|value| crate::math::trunc(*value) == *value && value.abs() < EXACT),
        _ => None,
    };
    (0..column.cells.len()).map(whole).collect()
}

fn are_different(numbers: &[f64]) -> bool {
    numbers.iter().map(|number| number.to_bits()).into_set().len() == numbers.len()
}
