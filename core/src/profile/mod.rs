//! A mergeable summary of a window of a log.
//!
//! A small log (about 16 MiB of columns) is kept whole; a larger one is folded into bounded [`Sections`]. Which of the two a
//! profile is depends on the set of its rows alone, and so do its bytes: any order, split or number of workers gives the
//! same ones. Outcomes are joined before profiling, never here.
//!
//! Invariants for whoever changes this: every part is a commutative monoid under `merge`; a bound only ever tightens, by
//! a rule about the *set* of rows; `from_bytes` trusts nothing.

pub mod bounded;
mod canonical;
mod cases;
mod columns;
mod confidence;
pub mod exact_sum;
pub mod levels;
mod money;
mod ranking;
mod residuals;
mod row_ids;
pub mod score;
mod sections;
mod small;
mod timeline;
mod top;
mod validate;
pub mod value_histogram;

use alloc::{
    borrow::Cow,
    format,
    string::{String, ToString},
    vec::Vec,
};

use driftgate_documents::{Cases as Keep, Outside, Provenance, Role, Schema, Task};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use self::{
    bounded::{BoundedMap, Merge},
    cases::{Cases, MAX_CASES},
    columns::ColumnProfile,
    confidence::{ConfidenceBin, ConfidenceBins, LabelledConfidence},
    exact_sum::{ExactSum, centred_squares},
    levels::{Levels, pair},
    money::{Decider, Earned, Ledger, Money, Outcome, Said, Tally},
    ranking::Ranking,
    residuals::Residuals,
    row_ids::{Conflicts, RowIds},
    score::Score,
    sections::{MAX_MODELS, MAX_SEGMENTS, ModelSections, SEGMENT_SEPARATOR, Sections, rows_of},
    small::{Repeats, text_of},
    timeline::{Bucket, Calendar, MAX_BUCKETS, MAX_SHARES, Moments, Resolution, Timeline},
    top::Top,
    value_histogram::{MAX_RANK_ERROR, ValueHistogram},
};
use crate::{
    Error,
    hash::hash,
    order::StableOrder,
    read::{format_time, parse_timezone},
    table::Table,
};

/// Rows of a log that is kept whole, at most.
pub const SMALL_ROWS: usize = 65_536;

/// Weight (see [`Table::weight`]) of a log that is kept whole, at most.
pub const SMALL_WEIGHT: usize = 16 << 20;

/// A column of a profile: its role or, without one, a feature of that name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ColumnKey {
    /// What it is for.
    pub role: Option<Role>,
    /// The role's name, or the feature's.
    pub name: String,
}

/// What two profiles have to agree on to be merged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The segment keys that are counted.
    pub segments: Vec<Vec<String>>,
    /// Regression or classification.
    pub task: Option<Task>,
    /// The time zone as written.
    pub timezone: String,
    /// Seconds east of UTC.
    pub offset: i64,
    /// Which rows of a large log are kept.
    pub keep: Keep,
}

impl Settings {
    /// The columns that any segment key names, sorted.
    #[must_use]
    pub fn segment_columns(&self) -> Vec<&String> {
        let mut names: Vec<&String> = self.segments.iter().flatten().collect();
        names.order();
        names.dedup();
        names
    }
}

/// A summary of a window of a log.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Profile {
    settings: Settings,
    /// The rows themselves, while the log is small.
    #[serde(serialize_with = "canonical::rows")]
    small: Option<Table>,
    /// The summary, once it is not.
    sections: Sections,
    /// The sampled rows, once it is not.
    #[serde(serialize_with = "canonical::cases")]
    cases: Cases,
    /// The rows of some ids, once it is not.
    row_ids: RowIds,
    provenance: Provenance,
}

/// A profile as an analysis sees it, whether the log was small or large.
pub struct View<'a> {
    /// What the profile was made with.
    pub settings: &'a Settings,
    /// The summary.
    pub sections: Cow<'a, Sections>,
    /// Rows with all their columns: all of a small log, a sample of a large one if it was asked for.
    pub rows: Option<Cow<'a, Table>>,
    /// Whether `rows` are all rows; rows without an id are not in a sample.
    pub complete: bool,
    /// The rows of all ids whose hash is at most this are among `rows`, if there are any.
    pub up_to: u64,
    /// Whether the log is small and everything is known exactly.
    pub whole: bool,
    /// Ids that stood more than once.
    pub repeats: Repeats,
    /// Where the rows came from.
    pub provenance: &'a Provenance,
}

impl Profile {
    /// An empty profile.
    ///
    /// # Errors
    /// If the schema's time zone is not known.
    pub fn new(schema: &Schema) -> Result<Self, Error> {
        let settings = Settings {
            segments: segments_of(schema),
            task: schema.task,
            timezone: schema.timezone.clone(),
            offset: parse_timezone(&schema.timezone)?,
            keep: schema.cases,
        };
        Ok(Self {
            settings,
            small: Some(Table::default()),
            sections: Sections::new(),
            cases: Cases::default(),
            row_ids: RowIds::default(),
            provenance: Provenance::default(),
        })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// None today; a bound that cannot be kept would be one.
    pub fn update(&mut self, table: &Table) -> Result<(), Error> {
        match &mut self.small {
            Some(small) => {
                small.append(table);
                self.fold_if_large();
            }
            None => self.fold(table),
        }
        Ok(())
    }

    /// Remembers where rows came from.
    pub fn read_from(&mut self, provenance: Provenance) {
        merge_provenance(&mut self.provenance, provenance);
    }

    /// Where the rows came from.
    #[must_use]
    pub const fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// Adds another profile.
    ///
    /// # Errors
    /// If they were made with different settings.
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        self.check_settings(&other.settings)?;
        if self.sections.rows + other.sections.rows > validate::MAX_ROWS {
            return Err(Error::limit("merge: more than 2^53 rows together; a JSON number cannot count them"));
        }
        match &other.small {
            Some(rows) => self.update(rows)?,
            None => {
                if let Some(small) = self.small.take() {
                    self.fold(&small);
                }
                self.sections.merge(&other.sections);
                self.cases.merge(&other.cases);
                self.row_ids.merge(&other.row_ids);
            }
        }
        self.read_from(other.provenance.clone());
        Ok(())
    }

    fn check_settings(&self, other: &Settings) -> Result<(), Error> {
        let (mine, theirs) = (&self.settings, other);
        let differs = [
            (mine.segments != theirs.segments, "segments", format!("{:?} and {:?}", mine.segments, theirs.segments)),
            (mine.task != theirs.task, "task", format!("{:?} and {:?}", mine.task, theirs.task)),
            (mine.timezone != theirs.timezone, "timezone", format!("{} and {}", mine.timezone, theirs.timezone)),
            (mine.keep != theirs.keep, "cases", format!("{:?} and {:?}", mine.keep, theirs.keep)),
        ];
        match differs.into_iter().find(|(differs, ..)| *differs) {
            None => Ok(()),
            Some((_, what, values)) => Err(Error::usage(format!(
                "merge: the profiles were made with different {what} ({values}); profile the logs again with the same options"
            ))),
        }
    }

    fn fold_if_large(&mut self) {
        let large = |table: &Table| table.rows() > SMALL_ROWS || table.weight() > SMALL_WEIGHT;
        if let Some(small) = self.small.take_if(|small| large(small)) {
            self.fold(&small);
        }
    }

    fn fold(&mut self, table: &Table) {
        self.sections.update(&self.settings, table);
        self.row_ids.update(table);
        if self.settings.keep == Keep::Sample {
            self.cases.update(table);
        }
    }

    /// The profile as an analysis sees it: one row of each id, unless ids are no row ids.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        self.seen(true)
    }

    /// The profile with all its rows: where the ids of a window beside it are no row ids.
    #[must_use]
    pub fn view_of_all_rows(&self) -> View<'_> {
        self.seen(false)
    }

    fn seen(&self, row_ids: bool) -> View<'_> {
        let Some(small) = &self.small else { return self.seen_large(row_ids) };
        let mut rows = small.clone().canonical();
        let (kept, mut repeats) = small::repeats(&rows);
        let named = row_ids && repeats.conflicts.is_none();
        if !named {
            repeats = Repeats { conflicts: repeats.conflicts, ..Repeats::default() };
        } else if kept.len() < rows.rows() {
            rows = rows.select(&kept);
        }
        if self.settings.task == Some(Task::Regression) {
            small::fill_base(&mut rows);
        }
        let mut sections = Sections::new();
        sections.update(&self.settings, &rows);
        sections.settle();
        if !named {
            rows.forget_ids();
        }
        View {
            settings: &self.settings,
            sections: Cow::Owned(sections),
            rows: Some(Cow::Owned(rows)),
            complete: true,
            up_to: u64::MAX,
            whole: true,
            repeats,
            provenance: &self.provenance,
        }
    }

    fn seen_large(&self, row_ids: bool) -> View<'_> {
        let repeats = Repeats { conflicts: self.row_ids.conflicts(), ..Repeats::default() };
        let named = row_ids && repeats.conflicts.is_none();
        let sampled = self.settings.keep == Keep::Sample;
        let cases = sampled.then(|| self.cases.clone().canonical());
        let up_to = cases.as_ref().map_or(0, Cases::up_to);
        let rows = cases.map(Cases::into_rows);
        let mut sections = self.sections.clone();
        sections.settle();
        rows.iter().for_each(|rows| sections.sample(rows));
        let complete = rows.as_ref().is_some_and(|rows| rows.rows() as u64 == self.sections.rows);
        let rows = rows.map(|mut rows| {
            if named {
                return small::without_repeats(rows).0;
            }
            rows.forget_ids();
            rows
        });
        View {
            settings: &self.settings,
            sections: Cow::Owned(sections),
            complete,
            up_to,
            rows: rows.map(Cow::Owned),
            whole: false,
            repeats,
            provenance: &self.provenance,
        }
    }

    /// The profile as bytes: a magic, the version, a checksum, then the contents in canonical form.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let contents = postcard::to_allocvec(self)
            .map_err(|error| Error::limit(format!("profile: cannot be written: {error}")))?;
        let mut bytes = Vec::with_capacity(contents.len() + 16);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&FORMAT.to_le_bytes());
        bytes.extend_from_slice(&hash(&contents).to_le_bytes());
        bytes.extend_from_slice(&contents);
        Ok(bytes)
    }

    /// SHA-256 of the contents without their provenance: which rows were read and how, not from which files. The same for any
    /// split, order and format of the log.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn digest(&self) -> Result<String, Error> {
        let contents = postcard::to_allocvec(&Self { provenance: Provenance::default(), ..self.clone() })
            .map_err(|error| Error::limit(format!("profile: cannot be written: {error}")))?;
        let bytes = Sha256::digest(contents);
        Ok(bytes.iter().fold(String::from("sha256:"), |text, byte| text + &format!("{byte:02x}")))
    }

    /// Reads a profile back.
    ///
    /// # Errors
    /// If the bytes are no profile, of another version, cut or altered.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let no_profile =
            || Error::input("profile: these bytes are not a driftgate profile (make one with `driftgate profile`)");
        let rest = bytes.strip_prefix(MAGIC).ok_or_else(no_profile)?;
        let (format, rest) = rest.split_first_chunk::<4>().ok_or_else(no_profile)?;
        let format = u32::from_le_bytes(*format);
        if format != FORMAT {
            return Err(Error::input(format!(
                "profile: form {format}, this driftgate reads form {FORMAT}; profile the logs again with this version"
            )));
        }
        let (checksum, contents) = rest.split_first_chunk::<8>().ok_or_else(no_profile)?;
        let damaged = || Error::input("profile: the bytes are cut or altered; make it again with `driftgate profile`");
        if u64::from_le_bytes(*checksum) != hash(contents) {
            return Err(damaged());
        }
        let mut profile: Self = postcard::from_bytes(contents).map_err(|_| damaged())?;
        profile.validate()?;
        Ok(profile)
    }
}

/// The declared keys without the model, by which everything is divided anyway.
fn segments_of(schema: &Schema) -> Vec<Vec<String>> {
    let mut segments = schema.segments.clone();
    segments.iter_mut().for_each(|key| key.retain(|name| name != Role::Model.name()));
    segments.order();
    segments.dedup();
    segments
}

const MAGIC: &[u8] = b"DGPF";

/// Raised whenever the contents change: until the first published version, other forms are refused.
const FORMAT: u32 = 7;

/// How many problems are kept, the first ones by file and line.
const MAX_PROBLEMS: usize = 100;

fn merge_provenance(mine: &mut Provenance, theirs: Provenance) {
    for (name, source) in theirs.sources {
        let known = mine.sources.entry(name).or_default();
        known.format = known.format.or(source.format);
        // Saturating: these counts may come from bytes, and nothing is computed from them.
        known.rows.merge(&source.rows);
        known.bad_rows.merge(&source.bad_rows);
        known.position = known.position.take().max(source.position);
    }
    for (reason, rows) in theirs.bad_rows {
        mine.bad_rows.entry(reason).or_default().merge(&rows);
    }
    mine.problems.extend(theirs.problems);
    mine.problems.order();
    mine.problems.truncate(MAX_PROBLEMS);
    mine.problem_count.merge(&theirs.problem_count);
    mine.outcomes_joined.merge(&theirs.outcomes_joined);
    // Every worker knows all of them.
    mine.outcomes = mine.outcomes.max(theirs.outcomes);
    for (column, reason) in theirs.left_out {
        mine.left_out.entry(column).or_insert(reason);
    }
    for (role, values) in theirs.named {
        mine.named.entry(role).or_default().merge(&values);
    }
    theirs.outside.into_iter().for_each(|outside| merge_outside(&mut mine.outside, outside));
}

fn merge_outside(mine: &mut Vec<Outside>, theirs: Outside) {
    let known = match mine.binary_search_by(|known| known.asked.cmp(&theirs.asked)) {
        Err(at) => return mine.insert(at, theirs),
        Ok(at) => &mut mine[at],
    };
    known.rows.merge(&theirs.rows);
    known.untimed_rows.merge(&theirs.untimed_rows);
    // Dates of four-digit years are in the order of their text.
    known.first_day = [known.first_day.take(), theirs.first_day].into_iter().flatten().min();
    known.last_day = known.last_day.take().max(theirs.last_day);
}

impl View<'_> {
    /// Rows used.
    #[must_use]
    pub fn row_count(&self) -> u64 {
        self.sections.rows
    }

    /// Rows that could not be read.
    #[must_use]
    pub fn bad_rows(&self) -> u64 {
        self.provenance.bad_rows.values().fold(0, |total: u64, rows| total.saturating_add(*rows))
    }

    /// Rows that could be read and were left out, as they are not of the days asked for.
    #[must_use]
    pub fn rows_outside(&self) -> u64 {
        let counts = self.provenance.outside.iter().flat_map(|outside| [outside.rows, outside.untimed_rows]);
        counts.fold(0, u64::saturating_add)
    }

    /// The model with most rows; on a tie the first by name.
    #[must_use]
    pub fn main_model(&self) -> Option<&str> {
        let models = self.sections.models.iter();
        models.max_by(|a, b| a.1.rows.cmp(&b.1.rows).then(b.0.cmp(a.0))).map(|(name, _)| name.as_str())
    }

    /// First and last time as text.
    #[must_use]
    pub fn span(&self) -> (Option<String>, Option<String>) {
        let (from, to) = self.sections.span.unzip();
        (from.map(format_time), to.map(format_time))
    }

    /// First and last calendar day, counted from 1970-01-01.
    #[must_use]
    pub fn days(&self) -> Option<(i64, i64)> {
        let day = |time| Resolution::Day.bucket(time, self.settings.offset);
        self.sections.span.map(|(from, to)| (day(from), day(to)))
    }
}

impl ColumnKey {
    /// The key of a feature.
    #[must_use]
    pub fn feature(name: &str) -> Self {
        Self { role: None, name: name.to_string() }
    }

    /// The key of a role.
    #[must_use]
    pub fn role(role: Role) -> Self {
        Self { role: Some(role), name: role.name().into() }
    }
}
