//! A head, looked at before there is a schema: how its columns are written, and what they hold when that is known.

use alloc::{
    collections::BTreeSet,
    format,
    string::{String, ToString},
    vec::Vec,
};

use driftgate_documents::{InferOptions, Role, Source, Written};

use super::{
    LogReader, cell,
    fields::{Forms, LABELS, Naming},
    roles::{self, Seen},
    rows::Sink,
    style,
};
use crate::{
    Error,
    order::IntoOrdered,
    table::{Cell, Cells, Column, Kind, Table},
};

/// Reads the head into a reader.
pub(super) type Push<'a> = &'a dyn Fn(&mut LogReader, Sink<'_>) -> Result<(), Error>;

/// JSON text inside of JSON text is looked for so often.
const JSON_LEVELS: usize = 3;

/// A head as it was read.
pub(super) type Look = (Table, LogReader);

pub(super) fn seen_columns(table: &Table) -> Vec<Seen<'_>> {
    table.columns.iter().map(|column| Seen { name: &column.name, cells: &column.cells }).collect()
}

/// The head, how its columns are written, and what is to be said of that.
pub(super) fn forms(options: &InferOptions, push: Push<'_>) -> Result<(Look, Forms, Vec<String>), Error> {
    let mut forms = Forms::default();
    let mut level = 0;
    loop {
        let (table, reader) = look(options, forms.clone(), push)?;
        let columns = seen_columns(&table);
        let json = style::json_columns(&columns);
        let claims = roles::claim(&columns, &options.map, &options.ignore)?;
        let of = |role: &Role| claims.roles.get(role).map(String::as_str);
        level += 1;
        if level <= JSON_LEVELS && json.iter().any(|column| !forms.written.contains_key(column)) {
            forms.written.extend(json.into_iter().map(|column| (column, Written::Json)));
            continue;
        }
        let values = [&LABELS[..], &[Role::Base, Role::Confidence, Role::Pnl]].concat();
        let named = claims.roles.iter().filter(|(role, _)| !values.contains(role)).map(|(_, column)| column.as_str());
        let names: BTreeSet<&str> = named.chain(claims.ignored.iter().map(String::as_str)).into_set();
        let labels: Vec<&str> = LABELS.iter().filter_map(of).collect();
        let styles = style::find(&columns, &names, &labels, reader.separator(), options)?;
        forms.written.extend(styles);
        for path in style::nested(&columns).into_iter().filter(|path| !claims.roles.values().any(|of| of == path)) {
            forms.written.entry(path).or_insert(Written::Nested);
        }
        forms.label_columns = labels.into_iter().map(ToString::to_string).collect();
        let predictions = columns.iter().filter(|column| of(&Role::Prediction) == Some(column.name));
        forms.labels = predictions.flat_map(|column| label_words(column)).collect();
        forms.names = names.iter().map(ToString::to_string).collect();
        forms.known = true;
        let notes = form_notes(&columns, &forms, &names);
        // Objects and lists were looked into, unless other values stand there, too.
        let is_known = |(path, written): (&String, &Written)| {
            *written == Written::Nested && columns.iter().all(|column| column.name != path)
        };
        let look = if forms.written.iter().all(is_known) {
            (as_known(table, &forms), reader)
        } else {
            look(options, forms.clone(), push)?
        };
        return Ok((look, forms, notes));
    }
}

/// What a second look would find where every column is written plainly: only its texts are read again.
fn as_known(mut table: Table, forms: &Forms) -> Table {
    for Column { name, cells, .. } in table.columns.iter_mut().filter(|column| !forms.names.contains(&column.name)) {
        let is_label = |word: &str| Naming::AsWritten(forms).is_label(None, name, word);
        let known = |cell| match cell {
            Cell::Text(text) => {
                let cell = cell::read(text);
                if cell::missing_word(cell, is_label).is_some() { Cell::Missing } else { cell }
            }
            cell => cell,
        };
        if cells.levels().iter().all(|text| known(Cell::Text(text)) == Cell::Text(text)) {
            continue;
        }
        let mut again = Cells::with_capacity(cells.len());
        (0..cells.len()).for_each(|row| again.set(row, known(cells.get(row))));
        *cells = again;
    }
    table
}

/// Words such as `None` that a model predicts: at least one prediction in a hundred.
fn label_words(column: &Seen<'_>) -> Vec<String> {
    let texts = style::counted(column);
    let (words, labels): (Vec<_>, Vec<_>) = texts.into_iter().partition(|(text, _)| cell::means_missing(text));
    let sum = |texts: &[(&str, u64)]| texts.iter().map(|(_, count)| count).sum::<u64>();
    // Beside numbers it stands for one that is missing.
    let numbers = column.count(Kind::Number) + sum_of_numbers(&labels);
    let all = sum(&words) + sum(&labels) + column.count(Kind::Number);
    let is_label = |count: u64| 2 * numbers < all && 100 * count >= all;
    words.into_iter().filter(|(_, count)| is_label(*count)).map(|(text, _)| text.to_string()).collect()
}

/// How many of the texts are numbers.
fn sum_of_numbers(texts: &[(&str, u64)]) -> u64 {
    texts.iter().filter(|(text, _)| matches!(cell::read(text), Cell::Number(_))).map(|(_, count)| count).sum()
}

fn form_notes(columns: &[Seen<'_>], forms: &Forms, names: &BTreeSet<&str>) -> Vec<String> {
    let mut notes = Vec::new();
    for column in columns.iter().filter(|column| !names.contains(column.name)) {
        let texts = style::counted(column);
        if let Some(written) = forms.written.get(column.name) {
            let plain = |text: &str| matches!(cell::read(text), Cell::Number(_) | Cell::Missing);
            let example = texts.iter().find(|(text, _)| !plain(text)).map(|(text, _)| (*text).to_string());
            notes.push(style::note(column.name, written, &example.or_else(|| column.example()).unwrap_or_default()));
        }
        let is_label = |word: &str| {
            forms.label_columns.iter().any(|label| label == column.name)
                && forms.labels.iter().any(|label| label == word)
        };
        for (word, count) in texts.into_iter().filter(|(word, _)| cell::means_missing(word) && !is_label(word)) {
            let cells = crate::words::count(count, "cell");
            notes.push(format!("`{}`: {cells} of the head hold `{word}`: read as missing", column.name));
        }
    }
    notes.extend(
        forms
            .written
            .iter()
            .filter(|(_, written)| **written == Written::Json)
            .map(|(name, written)| style::note(name, written, "")),
    );
    notes
}

/// Reads the head, every column as it is written.
fn look(options: &InferOptions, forms: Forms, push: Push<'_>) -> Result<Look, Error> {
    let mut reader = LogReader::as_written(source(options), forms);
    let mut table = Table::default();
    let mut keep = |batch: Table| {
        if table.rows() == 0 {
            table = batch;
        } else {
            table.append(&batch);
        }
        Ok(())
    };
    push(&mut reader, &mut keep)?;
    reader.finish_head(&mut keep)?;
    if table.rows() == 0 {
        return Err(no_records(&options.name, &reader));
    }
    Ok((table, reader))
}

fn no_records(name: &str, reader: &LogReader) -> Error {
    let name = if name.is_empty() { "the log" } else { name };
    Error::input(match (reader.first_problem(), reader.header_columns()) {
        (Some(problem), _) => {
            format!("no records in {name} could be read; the first reason: line {}: {}", problem.line, problem.message)
        }
        (None, Some(columns)) => {
            format!("no records in {name}: there is a header of {columns} columns (they are fine) and no row")
        }
        (None, None) => format!("no records in {name}: it is empty or blank"),
    })
}

fn source(options: &InferOptions) -> Source {
    let partition = options.partition.clone();
    Source { name: options.name.clone(), format: options.format, partition, ..Source::default() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// What is seen of a head: its columns with their cells.
    fn cells(table: &Table) -> Vec<(String, Vec<String>)> {
        let of = |column: &Column| (0..table.rows()).map(|row| format!("{:?}", column.cells.get(row))).collect();
        table.columns.iter().map(|column| (column.name.clone(), of(column))).collect()
    }

    #[test]
    fn texts_that_are_read_again_are_what_a_second_look_finds() {
        let words = [
            "1",
            "-2.5",
            "0.125",
            "1e3",
            "True",
            "false",
            "NA",
            "None",
            "-",
            "NaN",
            "inf",
            "",
            "null",
            " 3 ",
            "\"4.5\"",
            "\" x \"",
            "a",
            "007",
            "up",
            "2024-01-02T03:04:05Z",
        ];
        let mut state = 1_u64;
        let mut pick = |below: usize| {
            state = crate::hash::mix(state.wrapping_add(1));
            (state % below as u64) as usize
        };
        let mut again = 0;
        for _ in 0..400 {
            let kinds: Vec<Vec<usize>> = (0..4).map(|_| (0..3).map(|_| pick(words.len())).collect()).collect();
            let mut log = String::from("prediction,actual,x,y\n");
            for _ in 0..40 {
                let row: Vec<&str> = kinds.iter().map(|kinds| words[kinds[pick(3)]]).collect();
                log += &(row.join(",") + "\n");
            }
            let push = |reader: &mut LogReader, keep: Sink<'_>| reader.push(log.as_bytes(), keep);
            let options = InferOptions::default();
            let Ok(((table, _), forms, _)) = forms(&options, &push) else { continue };
            let (second, _) = look(&options, forms.clone(), &push).unwrap();
            assert_eq!(cells(&table), cells(&second), "{log}");
            again += usize::from(forms.written.is_empty());
        }
        assert!(again > 50, "{again}");
    }
}
