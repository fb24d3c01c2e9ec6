//! The summary of a log of any length: bounded sections, each a commutative monoid.

use alloc::{
    collections::BTreeMap,
    string::{String, ToString},
    vec::Vec,
};

use driftgate_documents::Role;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use super::{
    BoundedMap, Calendar, ColumnKey, ColumnProfile, Merge, Ranking, Score, Settings, Timeline, Top,
    score::{Scored, label, name_of, number},
};
use crate::{
    hash::{hash, mix},
    order::IntoOrdered,
    table::{Cell, Cells, NO_TIME, Table},
};

/// Models that are profiled; the rows of further ones are only counted.
pub const MAX_MODELS: usize = 8;

/// Values of one segment key that are kept, those with the smallest hash.
pub const MAX_SEGMENTS: usize = 4096;

/// The roles whose distribution is profiled beside the features.
const PROFILED: [Role; 3] = [Role::Prediction, Role::Actual, Role::Confidence];

/// Rows by hash of the segment columns; none is empty.
type Groups = HashMap<u64, Vec<usize>, core::hash::BuildHasherDefault<crate::table::Identity>>;

/// Groups that are collected before they are added to the segments.
const MAX_GROUPS: usize = 1_024;

/// Everything about one model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelSections {
    /// Rows of the model.
    pub rows: u64,
    /// Column -> what it held.
    pub columns: BTreeMap<ColumnKey, ColumnProfile>,
    /// The model over time.
    pub timeline: Timeline,
    /// Segment key -> its values -> how well the predictions did.
    pub segments: BTreeMap<Vec<String>, BoundedMap<Score, MAX_SEGMENTS>>,
    /// What the AUC of the model as a whole follows from.
    pub ranking: Ranking,
}

/// The summary of some rows.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Sections {
    /// Rows.
    pub rows: u64,
    /// Rows without a time.
    pub untimed: u64,
    /// First and last time, nanoseconds since 1970.
    pub span: Option<(i64, i64)>,
    /// How time is cut.
    pub calendar: Calendar,
    /// Model -> its summary; at most [`MAX_MODELS`], those with the smallest hash of the name.
    pub models: BTreeMap<String, ModelSections>,
    /// Whether there were more models than are profiled.
    pub too_many_models: bool,
    /// The worst predictions.
    pub worst: Top,
    /// The latest predictions.
    pub recent: Top,
}

impl Sections {
    /// Empty sections.
    #[must_use]
    pub fn new() -> Self {
        Self { worst: Top::worst(), recent: Top::recent(), ..Self::default() }
    }

    /// Adds rows.
    pub fn update(&mut self, settings: &Settings, table: &Table) {
        self.rows += table.rows() as u64;
        self.untimed += table.time.iter().filter(|time| **time == NO_TIME).count() as u64;
        let timed = table.time.iter().copied().filter(|time| *time != NO_TIME);
        let span = timed.clone().min().zip(timed.max());
        self.span = join_spans(self.span, span);
        self.occupy(&table.time, settings.offset);
        let bucket_of = self.calendar.resolution.buckets(&table.time, settings.offset);
        for (model, rows) in rows_by_model(table) {
            let Some(sections) = self.model(&model) else { continue };
            sections.update(settings, table, &rows, &bucket_of);
        }
        self.worst.update(settings, table);
        self.recent.update(settings, table);
    }

    /// Sorts what was only collected so far, so that questions are cheap, and rounds what would be rounded on being written, so
    /// that they have the same answers before and after.
    pub fn settle(&mut self) {
        let columns = self.models.values_mut().flat_map(|model| model.columns.values_mut());
        columns.for_each(|column| column.values.round());
        self.models.values_mut().for_each(|model| model.ranking.round());
    }

    /// Gives the columns whose summary is too coarse to be compared the numbers of sampled rows instead.
    pub fn sample(&mut self, rows: &Table) {
        for (model, sections) in &mut self.models {
            for (key, column) in sections.columns.iter_mut().filter(|(_, column)| column.needs_sample()) {
                let cells = rows.columns.iter().find(|column| (column.role, &column.name) == (key.role, &key.name));
                let numbers = cells.map(|of| rows_of(rows, model).filter_map(|row| number(of.cells.get(row))));
                column.sample(numbers.into_iter().flatten().collect());
            }
        }
    }

    /// Adds the summary of other rows.
    pub fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        self.untimed += other.untimed;
        self.span = join_spans(self.span, other.span);
        let before = self.calendar.resolution;
        self.calendar.merge(&other.calendar);
        self.coarsen(before);
        let to = self.calendar.resolution;
        self.too_many_models |= other.too_many_models;
        for (name, theirs) in &other.models {
            let timeline = theirs.timeline.coarsened(other.calendar.resolution, to);
            if let Some(mine) = self.model(name) {
                mine.merge(theirs, &timeline);
            }
        }
        self.worst.merge(&other.worst);
        self.recent.merge(&other.recent);
    }

    /// The sections of a model, new if there is room for one more: the models with the smallest hash stay, whatever
    /// the order in which they come.
    fn model(&mut self, name: &str) -> Option<&mut ModelSections> {
        if !self.models.contains_key(name) {
            let order = |name: &str| (hash(name.as_bytes()), name.to_string());
            if self.models.len() == MAX_MODELS {
                self.too_many_models = true;
                let last = self.models.keys().map(|known| order(known)).max()?;
                if last < order(name) {
                    return None;
                }
                self.models.remove(&last.1);
            }
            self.models.insert(name.into(), ModelSections::default());
        }
        self.models.get_mut(name)
    }

    fn occupy(&mut self, times: &[i64], offset: i64) {
        let before = self.calendar.resolution;
        if self.calendar.occupy(times, offset) {
            self.coarsen(before);
        }
    }

    fn coarsen(&mut self, from: super::Resolution) {
        let to = self.calendar.resolution;
        if from != to {
            self.models.values_mut().for_each(|model| model.timeline = model.timeline.coarsened(from, to));
        }
    }
}

fn join_spans(a: Option<(i64, i64)>, b: Option<(i64, i64)>) -> Option<(i64, i64)> {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (a, b) => a.or(b),
    }
}

/// The rows of each model; a log without models has one without a name, and no rows have no model.
fn rows_by_model(table: &Table) -> BTreeMap<String, Vec<usize>> {
    let mut rows: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    if table.rows() == 0 {
        return rows;
    }
    let Some(models) = table.role(Role::Model) else {
        return [(String::new(), table.range().collect())].into_map();
    };
    let first = models.code_at(0);
    if table.range().all(|row| models.code_at(row) == first) {
        return [(label(models.get(0)).unwrap_or_default().into_owned(), table.range().collect())].into_map();
    }
    for run in table.range().collect::<Vec<_>>().chunk_by(|a, b| models.code_at(*a) == models.code_at(*b)) {
        let name = label(models.get(run[0])).unwrap_or_default();
        if let Some(known) = rows.get_mut(name.as_ref()) {
            known.extend_from_slice(run);
        } else {
            rows.insert(name.into_owned(), run.to_vec());
        }
    }
    rows
}

/// The rows of a model.
pub fn rows_of(table: &Table, model: &str) -> impl Iterator<Item = usize> {
    let models = table.role(Role::Model);
    table.range().filter(move |row| {
        models.map_or(model.is_empty(), |models| label(models.get(*row)).unwrap_or_default() == model)
    })
}

impl ModelSections {
    fn update(&mut self, settings: &Settings, table: &Table, rows: &[usize], bucket_of: &[i64]) {
        for column in &table.columns {
            let Some(key) = profiled(column.role, &column.name) else { continue };
            // Without a value the column is not there: CSV has to write empty cells where JSON leaves the key out.
            if rows.iter().all(|row| column.cells.get(*row) == Cell::Missing) {
                continue;
            }
            self.column(&key).update(&column.cells, rows);
            self.timeline.update(&key, &column.cells, rows, bucket_of);
        }
        self.rows += rows.len() as u64;
        self.level_columns();
        self.score_buckets(settings, table, rows, bucket_of);
        self.score_segments(settings, table, rows);
    }

    /// A column; one that is new missed all the rows before.
    fn column(&mut self, key: &ColumnKey) -> &mut ColumnProfile {
        let rows = self.rows;
        self.columns.entry(key.clone()).or_insert_with(|| {
            let mut column = ColumnProfile::default();
            column.add_missing(rows);
            column
        })
    }

    /// Columns that the latest rows did not have miss these rows.
    fn level_columns(&mut self) {
        let rows = self.rows;
        self.columns.values_mut().for_each(|column| column.add_missing(rows - column.rows()));
    }

    fn score_buckets(&mut self, settings: &Settings, table: &Table, rows: &[usize], bucket_of: &[i64]) {
        let scored = Scored::of(table, settings.task);
        let regimes = table.role(Role::Regime);
        for run in rows.chunk_by(|a, b| bucket_of[*a] == bucket_of[*b]) {
            let bucket = self.timeline.buckets.entry(bucket_of[run[0]]).or_default();
            bucket.add(&scored, run);
            let Some(regimes) = regimes else { continue };
            let mut counts: BTreeMap<_, (usize, u64)> = BTreeMap::new();
            run.iter().for_each(|row| counts.entry(regimes.code_at(*row)).or_insert((*row, 0)).1 += 1);
            counts.into_values().for_each(|(row, rows)| bucket.add_regime(regimes.get(row), rows));
        }
    }

    /// Rows that agree in every segment column are summed once, then added to each segment they belong to.
    fn score_segments(&mut self, settings: &Settings, table: &Table, rows: &[usize]) {
        let scored = Scored::of(table, settings.task);
        rows.iter().for_each(|row| self.ranking.add(&scored, *row));
        let names: Vec<&String> = settings.segment_columns();
        let columns: Vec<Option<&Cells>> = names.iter().map(|name| table.named(name)).collect();
        let mut groups: Groups = HashMap::default();
        for row in rows {
            let code = |cells: &Option<&Cells>| cells.map_or(0, |cells| cells.code_at(*row).hash());
            let mut key = columns.iter().fold(0, |key, cells| mix(key ^ code(cells)));
            // Two groups with one hash (2^-64 each) are told apart by their cells.
            while groups.get(&key).is_some_and(|group| !same(&columns, group[0], *row)) {
                key = key.wrapping_add(1);
            }
            groups.entry(key).or_default().push(*row);
            // Where nearly every row is a group of its own, groups would take more memory than what they are added to.
            if groups.len() >= MAX_GROUPS {
                self.add_groups(settings, table, &names, &columns, core::mem::take(&mut groups));
            }
        }
        self.add_groups(settings, table, &names, &columns, groups);
    }

    fn add_groups(
        &mut self,
        settings: &Settings,
        table: &Table,
        names: &[&String],
        columns: &[Option<&Cells>],
        groups: Groups,
    ) {
        let scored = Scored::of(table, settings.task);
        for rows in groups.into_values() {
            let mut score = Score::default();
            score.add(&scored, &rows);
            for key in &settings.segments {
                let values = key.iter().map(|name| value_of(names, columns, name, rows[0])).collect::<Vec<_>>();
                self.segments.entry(key.clone()).or_default().slot(&values.join(SEGMENT_SEPARATOR)).merge(&score);
            }
        }
    }

    fn merge(&mut self, other: &Self, timeline: &Timeline) {
        for (key, theirs) in &other.columns {
            self.column(key).merge(theirs);
        }
        self.rows += other.rows;
        self.level_columns();
        self.timeline.merge(timeline);
        self.ranking.merge(&other.ranking);
        for (key, theirs) in &other.segments {
            self.segments.entry(key.clone()).or_default().merge(theirs);
        }
    }
}

/// Between the values of a segment of several columns.
pub const SEGMENT_SEPARATOR: &str = "\u{0}";

fn same(columns: &[Option<&Cells>], a: usize, b: usize) -> bool {
    columns.iter().flatten().all(|cells| cells.code_at(a) == cells.code_at(b))
}

fn value_of(names: &[&String], columns: &[Option<&Cells>], name: &str, row: usize) -> String {
    let found = names.iter().position(|known| *known == name).and_then(|index| columns[index]);
    found.map_or_else(|| super::score::NONE.into(), |cells| name_of(cells.get(row)))
}

/// The key of a column whose distribution is profiled: features, and three of the roles.
fn profiled(role: Option<Role>, name: &str) -> Option<ColumnKey> {
    role.is_none_or(|role| PROFILED.contains(&role)).then(|| ColumnKey { role, name: name.to_string() })
}
