//! The columns of a log as the schema sees them: what each key or header name is for, found once and remembered.

use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};

use driftgate_documents::{ColumnKind, Role, Schema, Written};

use super::{number::word_at, style::Style};

/// Where a key stands: in the record itself, or in an object or a list of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scope(usize);

impl Scope {
    /// The record itself.
    pub(crate) const RECORD: Self = Self(0);
}

/// How the cells of a column are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// As a name: never a number.
    Name,
    /// As it stands: text stays text.
    Raw,
    /// As a category, though some look like numbers.
    Code,
    /// As a number where it is one, else as text.
    Value,
    /// The same, with the decimals of 32 bits.
    Float32,
    /// As a number in the style of that place among [`Fields::styles`], else as text.
    Styled(usize),
}

/// What a field is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Left out.
    Ignored,
    Time,
    Id,
    /// Objects and lists, maybe as JSON text: what they hold goes into columns of its own; that something else stood here, into
    /// this one.
    Nested {
        column: usize,
        json: bool,
    },
    /// A column of the table.
    Cell {
        column: usize,
        mode: Mode,
        expected: Option<ColumnKind>,
        /// Whether its column has a role: then objects and lists are no value of it.
        role: Option<Role>,
    },
}

impl Target {
    /// The column into which a number goes as it is.
    #[inline]
    pub(crate) const fn numbers(self) -> Option<usize> {
        match self {
            Self::Cell { column, mode: Mode::Value, expected: None | Some(ColumnKind::Number), .. } => Some(column),
            _ => None,
        }
    }
}

/// One column of the log.
pub(crate) struct Field {
    /// As written in the log, without the path to it; `[3]` in a list.
    pub(crate) key: String,
    /// The key as JSON has it, in quotes and with its colon.
    quoted: Literal,
    /// The path to it: `inputs.age`, `features[3]`.
    pub(crate) label: String,
    scope: Scope,
    pub(crate) target: Target,
    /// The attempt to read a row in which it was last seen: twice in one is a key that stands there twice.
    pub(crate) attempt: u64,
    /// What was said of it already, by [`Noted`](super::rows::Noted).
    pub(crate) noted: [bool; 3],
    /// The field that came after this one in the previous record.
    next: usize,
    /// The scope of the objects and lists that stood here.
    inside: Option<Scope>,
}

/// The keys of one scope.
struct Keys {
    /// The label of the object or list; empty for the record.
    path: String,
    fields: BTreeMap<String, usize>,
    /// The field that stood first in the previous record.
    first: usize,
}

/// The fields of a log, in the order in which they were first seen.
pub(crate) struct Fields {
    all: Vec<Field>,
    scopes: Vec<Keys>,
    /// How numbers for people are written.
    pub(crate) styles: Vec<Style>,
}

impl Default for Fields {
    fn default() -> Self {
        Self { all: Vec::new(), scopes: alloc::vec![Keys::of("")], styles: Vec::new() }
    }
}

impl Keys {
    fn of(path: &str) -> Self {
        Self { path: path.into(), fields: BTreeMap::new(), first: 0 }
    }
}

impl Fields {
    /// The field that is likely to come after `previous`, because records tend to repeat their order.
    #[inline]
    fn likely(&self, scope: Scope, previous: Option<usize>) -> usize {
        match previous.and_then(|index| self.all.get(index)) {
            Some(field) => field.next,
            None => self.scopes.get(scope.0).map_or(0, |keys| keys.first),
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
        let keys = self.scopes.get_mut(scope.0)?;
        let found = *keys.fields.get(key)?;
        match previous.and_then(|index| self.all.get_mut(index)) {
            Some(field) => field.next = found,
            None => keys.first = found,
        }
        Some(found)
    }

    /// The field of a key, if there is one, without a guess.
    pub(crate) fn known(&self, scope: Scope, key: &str) -> Option<usize> {
        self.scopes.get(scope.0)?.fields.get(key).copied()
    }

    /// The path to a key: `inputs.age`, `features[3]`.
    pub(crate) fn label(&self, scope: Scope, key: &str) -> String {
        match self.scopes.get(scope.0).map_or("", |keys| keys.path.as_str()) {
            "" => key.into(),
            path if key.starts_with('[') => format!("{path}{key}"),
            path => format!("{path}.{key}"),
        }
    }

    /// Adds a field that was not there.
    pub(crate) fn add(&mut self, scope: Scope, key: &str, target: Target) -> usize {
        let index = self.all.len();
        let label = self.label(scope, key);
        let quoted = Literal::of_key(key);
        let field = Field {
            key: key.into(),
            quoted,
            label,
            scope,
            target,
            attempt: 0,
            noted: [false; 3],
            next: 0,
            inside: None,
        };
        self.all.push(field);
        if let Some(keys) = self.scopes.get_mut(scope.0) {
            keys.fields.insert(key.into(), index);
        }
        index
    }

    /// The scope of the objects and lists that stand in a field.
    pub(crate) fn inside(&mut self, index: usize) -> Option<Scope> {
        let field = self.all.get_mut(index)?;
        Some(*field.inside.get_or_insert_with(|| {
            self.scopes.push(Keys::of(&field.label));
            Scope(self.scopes.len() - 1)
        }))
    }

    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut Field> {
        self.all.get_mut(index)
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
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
    AsWritten(&'a Forms),
}

/// What is known of a head's columns before there is a schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Forms {
    /// Whether anything is known yet: at first every cell of text stays text.
    pub(crate) known: bool,
    /// Columns whose text stays as it is: ids and other names, times, and what is left out.
    pub(crate) names: Vec<String>,
    /// Column -> how its values are written.
    pub(crate) written: BTreeMap<String, Written>,
    /// Words that elsewhere mean a missing value,
    pub(crate) labels: Vec<String>,
    /// and the columns in which they are labels.
    pub(crate) label_columns: Vec<String>,
}

/// What a column is in the table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    Ignored,
    /// A role, or a feature of that name.
    Column(Option<Role>, String),
}

impl Naming<'_> {
    /// What a column means, by the path to it.
    pub(crate) fn meaning(&self, label: &str) -> Meaning {
        let Self::Schema(schema) = self else { return Meaning::Column(None, label.into()) };
        let (prefixed, bare) = split_prefix(label);
        let same = |name: &String| split_prefix(name) == (prefixed, bare);
        if let Some((role, _)) = schema.roles.iter().find(|(_, name)| same(name)) {
            return Meaning::Column(Some(*role), role.name().to_string());
        }
        if schema.ignored.iter().chain(schema.left_out.keys()).any(|name| same(name) || is_path_to(name, label)) {
            return Meaning::Ignored;
        }
        let keeps_path = schema.doubled.iter().any(|name| name == bare);
        Meaning::Column(None, if keeps_path { label } else { bare }.into())
    }

    /// How the values of a column are written.
    pub(crate) fn written(&self, label: &str) -> Option<&Written> {
        let written = match self {
            Self::Schema(schema) => &schema.written,
            Self::AsWritten(forms) => &forms.written,
        };
        let bare = |name: &str| split_prefix(name).1 == split_prefix(label).1;
        written.get(label).or_else(|| written.iter().find(|(name, _)| bare(name)).map(|(_, written)| written))
    }

    /// Whether a word that elsewhere means a missing value is a label of this column.
    pub(crate) fn is_label(&self, role: Option<Role>, label: &str, word: &str) -> bool {
        match self {
            Self::Schema(schema) => {
                role.is_some_and(|role| LABELS.contains(&role)) && schema.labels.iter().any(|known| known == word)
            }
            Self::AsWritten(forms) => {
                forms.label_columns.iter().any(|column| column == label)
                    && forms.labels.iter().any(|known| known == word)
            }
        }
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
            None => (Mode::Code, None),
            _ => (Mode::Name, None),
        }
    }
}

/// The roles whose values may be labels.
pub(crate) const LABELS: [Role; 4] = [Role::Prediction, Role::Actual, Role::RulePrediction, Role::FinalPrediction];

/// Whether a column stands inside the object or list of that name.
pub(crate) fn is_path_to(name: &str, label: &str) -> bool {
    label.strip_prefix(name).is_some_and(|rest| rest.starts_with(['.', '[']))
}

/// Whether a name has the prefix of a feature, and the name without it. `feature_x` keeps its name.
pub(crate) fn split_prefix(name: &str) -> (bool, &str) {
    let bare = name.strip_prefix("features.").or_else(|| name.strip_prefix("feature."));
    bare.filter(|bare| !bare.is_empty()).map_or((false, name), |bare| (true, bare))
}
