//! Columns that nothing can be said of by their distribution: read, but of values that are new in nearly every row, times, or the
//! same everywhere; or not read at all, because they hold what is neither a number nor a category.

use alloc::{format, string::String};

use crate::{
    profile::{ColumnProfile, Levels},
    read::{parse_time, shorten},
    words,
};

/// The share of distinct texts from which on nearly every value is new.
const NEW: f64 = 0.9;

/// Texts below which nothing is said about their being new.
const MIN_TEXTS: u64 = 20;

/// The share of unread values below which a column is judged by the others, as for rows that could not be read.
const FEW: f64 = 0.01;

/// The share of texts that have to look alike for a column to be called so.
const MOST: f64 = 0.9;

/// Why a column is not judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unjudged {
    /// Nearly every text is another one: ids, free text.
    New,
    /// Its texts are times.
    Times,
    /// It holds one value, the same in both windows.
    Constant(String),
    /// It holds lists or objects where values belong: so many of its cells.
    Nested(u64),
    /// So many of its values are texts beside numbers, or numbers beside texts (`true`): the others are judged without them.
    Mixed(u64, bool),
    /// Nearly every text is another one, and looks like a number in a style nobody told of, such as this one.
    UnknownStyle(String),
}

impl Unjudged {
    /// Whether its values were not read, so that nothing can be called calm.
    #[must_use]
    pub const fn is_unread(&self) -> bool {
        matches!(self, Self::Nested(_) | Self::Mixed(..) | Self::UnknownStyle(_))
    }

    /// The reason, and what to do about it.
    #[must_use]
    pub fn reason(&self, column: &str) -> String {
        match self {
            Self::New => "nearly every value is another one (an id, free text)".into(),
            Self::Times => "it holds times".into(),
            Self::Constant(value) => format!("every row holds {value}"),
            Self::Nested(cells) => format!(
                "lists or objects stand in {} of it, which are not read (lists of at most 64 numbers are); write the values into columns \
                 of their own, or leave it out with --ignore {column}",
                words::count(*cells, "cell")
            ),
            Self::Mixed(cells, numbers) => {
                let (few, most) = if *numbers { ("numbers", "words") } else { ("words", "numbers") };
                format!(
                    "{few} stand in {} of it where the others hold {most}, and are not judged; write all in one way, or leave it out \
                     with --ignore {column}",
                    words::count(*cells, "cell")
                )
            }
            Self::UnknownStyle(example) => format!(
                "it holds numbers in a style that is not known, such as \"{example}\"; write plain numbers, or leave it out with \
                 --ignore {column}"
            ),
        }
    }
}

/// Why a column of two windows is not judged; `None` if it is.
#[must_use]
pub fn unjudged(reference: &ColumnProfile, current: &ColumnProfile) -> Option<Unjudged> {
    let [before, now] = [reference, current].map(alone);
    match (before, now) {
        (Some(before), _) if before.is_unread() => Some(before),
        (_, Some(now)) if now.is_unread() => Some(now),
        (before, now) if before == now => now,
        _ => None,
    }
}

/// The same for a column of one window.
#[must_use]
pub fn alone(column: &ColumnProfile) -> Option<Unjudged> {
    let cells = column.numbers + column.texts + column.other;
    if column.other as f64 > FEW * cells as f64 {
        return Some(Unjudged::Nested(column.other));
    }
    let few = column.numbers.min(column.texts);
    if few as f64 > FEW * cells as f64 {
        return Some(Unjudged::Mixed(few, !column.is_numeric()));
    }
    if column.is_numeric() {
        let value = column.values.min().filter(|min| column.values.max() == Some(*min) && column.texts == 0)?;
        return Some(Unjudged::Constant(words::short(value)));
    }
    if let (1, Some((text, _))) = (column.levels.len(), column.levels.iter().next())
        && column.numbers == 0
        && column.levels.is_complete()
    {
        return Some(Unjudged::Constant(format!("\"{}\"", shorten(text))));
    }
    of_texts(&column.levels)
}

fn of_texts(levels: &Levels) -> Option<Unjudged> {
    if levels.total() < MIN_TEXTS {
        return None;
    }
    let share = |is: fn(&str) -> bool| levels.iter().filter(|(text, _)| is(text)).count() as f64 / levels.len() as f64;
    // Every later log has later ones, however many rows share a day.
    if share(|text| parse_time(text).is_ok()) >= MOST {
        return Some(Unjudged::Times);
    }
    if levels.distinct() < NEW * levels.total() as f64 {
        return None;
    }
    if share(looks_like_a_number) >= MOST {
        let example = levels.iter().map(|(text, _)| text).find(|text| looks_like_a_number(text)).unwrap_or_default();
        return Some(Unjudged::UnknownStyle(shorten(example)));
    }
    Some(Unjudged::New)
}

/// Whether a text begins with a digit, a sign or a currency aside, and is made of digits for the greater part.
fn looks_like_a_number(text: &str) -> bool {
    let text = text.trim();
    let front = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let short_front = text.chars().count() - front.chars().count() <= 2;
    let (all, digits) = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .fold((0, 0), |(all, digits), c| (all + 1, digits + usize::from(c.is_ascii_digit())));
    short_front && front.starts_with(|c: char| c.is_ascii_digit()) && 2 * digits >= all
}
