//! The columns of a log as the schema sees them: what each key or header name is for, found once and remembered.

use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};

use driftgate_documents::{ColumnKind, Role, Schema};

use super::number::word_at;

/// Where a key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// In the record itself.
    Record,
    /// In the object `features`.
    Features,
}

/// How the cells of a column are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// As a name: never a number.
    Name,
    /// As a number where it is one, else as text.
    Value,
}

/// What a field is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Left out on request.
    Ignored,
    /// The object that holds the features.
    Features,
    Time,
    Id,
    /// A column of the table.
    Cell {
        column: usize,
        mode: Mode,
        expected: Option<ColumnKind>,
    },
}

impl Target {
    /// The column into which a number goes as it is.
    #[inline]
    pub(crate) const fn numbers(self) -> Option<usize> {
        match self {
            Self::Cell { column, mode: Mode::Value, expected: None | Some(ColumnKind::Number) } => Some(column),
            _ => None,
        }
    }
}

/// One column of the log.
pub(crate) struct Field {
    /// As written in the log; inside `features` without a prefix.
    pub(crate) key: String,
    /// The key as JSON has it, in quotes and with its colon.
    quoted: Literal,
    /// As a person would point to it.
    pub(crate) label: String,
    scope: Scope,
    pub(crate) target: Target,
    /// The attempt to read a row in which it was last seen: twice in one is a key that stands there twice.
    pub(crate) attempt: u64,
    /// Whether it was said that its numbers are written as text.
    pub(crate) noted: bool,
    /// The field that came after this one in the previous record.
    next: usize,
}

/// The fields of a log, in the order in which they were first seen.
#[derive(Default)]
pub(crate) struct Fields {
    all: Vec<Field>,
    record: BTreeMap<String, usize>,
    features: BTreeMap<String, usize>,
    first: [usize; 2],
}

impl Fields {
    /// The field that is likely to come after `previous`, because records tend to repeat their order.
    #[inline]
    fn likely(&self, scope: Scope, previous: Option<usize>) -> usize {
        match previous.and_then(|index| self.all.get(index)) {
            Some(field) => field.next,
            None => self.first[scope as usize],
        }
    }

    /// The likely field, if its key in quotes and a colon are what `json` begins with; and the length of that.
    #[inline]
    pub(crate) fn at(
        &mut self,
        scope: Scope,
        json: &[u8],
        previous: Option<usize>,
    ) -> Option<(usize, &mut Field, usize)> {
        let guess = self.likely(scope, previous);
        let field = self.all.get_mut(guess)?;
        if field.scope != scope || !field.quoted.begins(json) {
            return None;
        }
        let length = field.quoted.length;
        Some((guess, field, length))
    }

    /// The field of a key; `previous` is the one that stood before it.
    pub(crate) fn find(&mut self, scope: Scope, key: &str, previous: Option<usize>) -> Option<usize> {
        let guess = self.likely(scope, previous);
        // Field 0 is never a wrong guess by accident: `scope` is part of what is compared.
        if self.all.get(guess).is_some_and(|field| field.scope == scope && field.key == key) {
            return Some(guess);
        }
        let found = *self.map(scope).get(key)?;
        match previous.and_then(|index| self.all.get_mut(index)) {
            Some(field) => field.next = found,
            None => self.first[scope as usize] = found,
        }
        Some(found)
    }

    /// Adds a field that was not there.
    pub(crate) fn add(&mut self, scope: Scope, key: &str, target: Target) -> usize {
        let index = self.all.len();
        let label = if scope == Scope::Features { format!("features.{key}") } else { key.into() };
        let quoted = Literal::of_key(key);
        self.all.push(Field { key: key.into(), quoted, label, scope, target, attempt: 0, noted: false, next: 0 });
        self.map(scope).insert(key.into(), index);
        index
    }

    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut Field> {
        self.all.get_mut(index)
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    const fn map(&mut self, scope: Scope) -> &mut BTreeMap<String, usize> {
        match scope {
            Scope::Record => &mut self.record,
            Scope::Features => &mut self.features,
        }
    }
}

/// A short text to be found again and again: compared by words of eight bytes, the last of which may overlap the one before.
struct Literal {
    /// The first word.
    first: u64,
    /// The words between the first and the last, of a text of more than 16 bytes.
    middle: Vec<u64>,
    /// The last word, and where it stands.
    last: u64,
    last_start: usize,
    /// Which bits of a word count: fewer than all in a text of less than eight bytes.
    counts: u64,
    /// Bytes; 0 for what is never found.
    length: usize,
}

impl Literal {
    /// A key in quotes, and a colon; never found if the key has to be escaped.
    fn of_key(key: &str) -> Self {
        let mut text = format!("\"{key}\":").into_bytes();
        let escaped = key.bytes().any(|byte| matches!(byte, b'"' | b'\\' | ..b' '));
        let length = if escaped { 0 } else { text.len() };
        let counts = if length < 8 { (1 << (8 * length)) - 1 } else { u64::MAX };
        text.resize(text.len().max(8), 0);
        let last_start = text.len() - 8;
        let word = |start: usize| word_at(&text, start).unwrap_or_default();
        let middle = (8..last_start).step_by(8).map(word).collect();
        Self { first: word(0), middle, last: word(last_start), last_start, counts, length }
    }

    /// Whether `text` begins with it. At the very end of a text a literal of less than eight bytes is not found.
    #[inline]
    fn begins(&self, text: &[u8]) -> bool {
        let same =
            |start: usize, word: u64| word_at(text, start).is_some_and(|found| (found ^ word) & self.counts == 0);
        let middle = || self.middle.iter().enumerate().all(|(place, word)| same(8 * (place + 1), *word));
        self.length > 0 && same(0, self.first) && same(self.last_start, self.last) && middle()
    }
}

/// What columns are read as.
pub(crate) enum Naming<'a> {
    /// By the schema.
    Schema(&'a Schema),
    /// Every column as a feature of the name it has in the log: how a head is looked at before there is a schema.
    AsWritten,
}

/// What a column is in the table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    Ignored,
    /// A role, or a feature of that name.
    Column(Option<Role>, String),
}

impl Naming<'_> {
    /// What a key or header name means.
    pub(crate) fn meaning(&self, scope: Scope, key: &str) -> Meaning {
        let (prefixed, bare) = match scope {
            Scope::Features => (true, key),
            Scope::Record => split_prefix(key),
        };
        match self {
            Self::AsWritten if scope == Scope::Features => Meaning::Column(None, format!("features.{key}")),
            Self::AsWritten => Meaning::Column(None, key.into()),
            Self::Schema(schema) => {
                let same = |name: &String| split_prefix(name) == (prefixed, bare);
                if let Some((role, _)) = schema.roles.iter().find(|(_, name)| same(name)) {
                    return Meaning::Column(Some(*role), role.name().to_string());
                }
                if schema.ignored.iter().any(same) {
                    return Meaning::Ignored;
                }
                Meaning::Column(None, bare.into())
            }
        }
    }

    /// Whether an object under this key holds features.
    pub(crate) fn holds_features(&self, key: &str) -> bool {
        matches!(key, "features" | "feature") && self.meaning(Scope::Record, key) == Meaning::Column(None, key.into())
    }

    /// How the cells of a column are read and what they should be.
    pub(crate) fn mode(&self, role: Option<Role>, name: &str) -> (Mode, Option<ColumnKind>) {
        let Self::Schema(schema) = self else { return (Mode::Value, None) };
        match role {
            Some(Role::Base | Role::Confidence | Role::Pnl | Role::Weight) => (Mode::Value, Some(ColumnKind::Number)),
            Some(Role::Prediction | Role::Actual | Role::RulePrediction | Role::FinalPrediction) => {
                (Mode::Value, schema.seen.get(name).copied())
            }
            None if !schema.segments.iter().flatten().any(|key| key == name) => {
                (Mode::Value, schema.seen.get(name).copied())
            }
            _ => (Mode::Name, None),
        }
    }
}

/// Whether a name has the prefix of a feature, and the name without it. `feature_x` keeps its name.
pub(crate) fn split_prefix(name: &str) -> (bool, &str) {
    let bare = name.strip_prefix("features.").or_else(|| name.strip_prefix("feature."));
    bare.filter(|bare| !bare.is_empty()).map_or((false, name), |bare| (true, bare))
}
