//! Numbers in sentences: short, the same everywhere.

use alloc::{format, string::String, vec::Vec};

use crate::math;

/// Four significant digits without trailing zeros; scientific below 0.0001 and from 10 million on.
#[must_use]
pub fn short(value: f64) -> String {
    let size = math::abs(value);
    if size == 0.0 || !value.is_finite() {
        return format!("{}", value + 0.0);
    }
    if !(1e-4..1e7).contains(&size) {
        return format!("{value:.3e}");
    }
    let decimals = (3 - math::floor(math::log10(size)) as i64).clamp(0, 7) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').into() } else { text }
}

/// A p-value: `p = 0.012`, `p < 1e-12`.
#[must_use]
pub fn p(value: f64) -> String {
    if value < 1e-12 { "p < 1e-12".into() } else { format!("p = {}", short(value)) }
}

/// A change in percent with its sign: `+12.3 %`.
#[must_use]
pub fn percent(share: f64) -> String {
    if share.is_finite() { format!("{:+.1} %", 100.0 * share) } else { "from nothing".into() }
}

/// `1 row`, `2 rows`.
#[must_use]
pub fn count(n: u64, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// The candidate with the smallest edit distance to `word`, if it is close enough to be meant.
pub(crate) fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scored = candidates.map(|candidate| (edit_distance(word, candidate), candidate));
    scored.min().filter(|(distance, _)| *distance <= word.len() / 3 + 1).map(|(_, candidate)| candidate)
}

/// Levenshtein distance, by bytes.
fn edit_distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = core::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.bytes().enumerate() {
            let change = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
