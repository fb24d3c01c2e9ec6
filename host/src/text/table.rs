//! Aligned columns: the first to the left, numbers to the right.

/// How a column stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// Lines of a table with a heading line; empty without rows.
pub fn table(heading: &[(&str, Side)], rows: &[Vec<String>]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| visible(cell));
        cells.chain(heading.get(column).map(|(name, _)| visible(name))).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heading.len()).map(width).collect();
    let line = |cells: Vec<String>| {
        let cells = cells.into_iter().zip(heading).zip(&widths).map(|((cell, (_, side)), width)| {
            let gap = " ".repeat(width.saturating_sub(visible(&cell)));
            if *side == Side::Left { format!("{cell}{gap}") } else { format!("{gap}{cell}") }
        });
        format!("  {}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    let names = heading.iter().map(|(name, _)| super::paint(super::QUIET, name)).collect();
    let mut text = line(names);
    rows.iter().for_each(|row| text.push_str(&line(row.clone())));
    text
}

/// The number of characters that are seen.
fn visible(text: &str) -> usize {
    anstream::adapter::strip_str(text).map(|part| part.chars().count()).sum()
}
