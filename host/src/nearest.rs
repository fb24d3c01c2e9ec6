//! What was meant by a word nobody knows.

/// The candidate nearest to `word`, if it is near enough to be meant.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scored = candidates.map(|candidate| (strsim::levenshtein(word, candidate), candidate));
    scored.min().filter(|(distance, _)| *distance <= word.len() / 3 + 1).map(|(_, candidate)| candidate)
}

/// serde says ``unknown field `a`, expected one of `b`, `c` ``: the nearest of the known ones, as the end of a sentence.
#[must_use]
pub fn suggestion(message: &str) -> String {
    let Some((_, rest)) = message.split_once("unknown ") else { return String::new() };
    let mut quoted = rest.split('`').skip(1).step_by(2);
    let Some(unknown) = quoted.next() else { return String::new() };
    nearest(unknown, quoted).map_or_else(String::new, |known| format!("; did you mean `{known}`?"))
}
