//! Columns that nothing can be said of by their distribution: read, but of values that are new in nearly every row, times, or the
//! same everywhere; or not read at all, because they hold what is neither a number nor a category.

use alloc::{format, string::String};

use crate::{
    profile::{ColumnProfile, Levels, MAX_SHARES},
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
    let of_number = |is: &dyn Fn(&str) -> bool| {
        let mut such = levels.iter().map(|(text, _)| text).filter(|text| is(text)).peekable();
        let example = such.peek().copied().unwrap_or_default();
        (such.count() as f64 >= MOST * levels.len() as f64).then(|| Unjudged::UnknownStyle(shorten(example)))
    };
    // What stands around a number is the same in all of a column; few such texts are categories.
    let around = levels.iter().find_map(|(text, _)| opening(text)).filter(|_| levels.distinct() > MAX_SHARES as f64);
    let wrapped =
        around.and_then(|around| of_number(&|text| text.strip_prefix(around).is_some_and(looks_like_a_number)));
    if wrapped.is_some() || levels.distinct() < NEW * levels.total() as f64 {
        return wrapped;
    }
    of_number(&looks_like_a_number).or(Some(Unjudged::New))
}

/// What stands before the number in `Decimal('1.5')`, `{"x": 1.5}` or `x=1.5`.
fn opening(text: &str) -> Option<&str> {
    let last = text.rfind(['(', '[', '{', '='])?;
    let inside = text.get(last + 1..)?;
    let number = inside.find(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'))?;
    text.get(..last + 1 + number)
}

/// Whether a text begins with a digit, a sign or a currency aside, and is made of digits for the greater part.
fn looks_like_a_number(text: &str) -> bool {
    let closing = |c: char| c.is_whitespace() || matches!(c, ')' | ']' | '}' | '\'' | '"');
    let text = text.trim_end_matches(closing).trim_start();
    let front = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let short_front = text.chars().count() - front.chars().count() <= 2;
    let (all, digits) = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .fold((0, 0), |(all, digits), c| (all + 1, digits + usize::from(c.is_ascii_digit())));
    let is_address = text.parse::<core::net::Ipv4Addr>().is_ok();
    short_front && front.starts_with(|c: char| c.is_ascii_digit()) && 2 * digits >= all && !is_address
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: impl Iterator<Item = String>) -> Option<Unjudged> {
        let mut levels = Levels::new();
        texts.for_each(|text| levels.add(&text, 1));
        of_texts(&levels)
    }

    #[test]
    fn numbers_in_a_wrapping_are_not_free_text() {
        let wrappings = [
            ("Decimal('", "')"),
            ("{'x': ", "}"),
            ("x=", ""),
            ("np.float64(", ")"),
            ("tensor(", ")"),
            ("Timedelta(seconds=", ")"),
        ];
        for (before, after) in wrappings {
            let many = of((0..500).map(|i| format!("{before}{:.1}{after}", f64::from(i % 450) / 7.0 - 20.0)));
            assert!(matches!(many, Some(Unjudged::UnknownStyle(_))), "{before}: {many:?}");
            // Few of them are categories.
            assert_eq!(of((0..500).map(|i| format!("{before}{}{after}", i % 5))), None, "{before}");
        }
    }

    #[test]
    fn ids_names_and_addresses_are_no_numbers() {
        for written in [
            |i: u32| format!("user_{i}"),
            |i: u32| format!("ORD-{i}"),
            |i: u32| format!("user:{i}"),
            |i: u32| format!("Alien {} (19{:02})", i, i % 100),
            |i: u32| format!("192.168.{}.{}", i / 250, i % 250),
            |i: u32| format!("what is {i} + {i}?"),
        ] {
            assert_eq!(of((0..500).map(written)), Some(Unjudged::New), "{}", written(7));
        }
    }
}
