//! Aligned columns: the first to the left, numbers to the right; and sentences that fit a terminal.

/// Characters of a line, in a terminal of usual width.
pub const WIDTH: usize = 100;

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
    let widths = widths(heading, rows);
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

/// The same, whose last column holds sentences: they go on below themselves where the line ends.
pub fn table_with_sentences(heading: &[(&str, Side)], rows: &[Vec<String>]) -> String {
    let last = heading.len().saturating_sub(1);
    let before: usize = widths(heading, rows).iter().take(last).map(|width| width + 2).sum();
    let mut lines = Vec::new();
    for row in rows {
        let sentence = row.last().map_or("", String::as_str);
        let parts = wrap(sentence, WIDTH.saturating_sub(before + 2));
        for (index, part) in parts.into_iter().enumerate() {
            let mut cells = if index == 0 { row.clone() } else { vec![String::new(); last + 1] };
            cells.truncate(last);
            cells.push(part);
            lines.push(cells);
        }
    }
    table(heading, &lines)
}

fn widths(heading: &[(&str, Side)], rows: &[Vec<String>]) -> Vec<usize> {
    let width = |(column, (name, _)): (usize, &(&str, Side))| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| visible(cell));
        cells.chain([visible(name)]).max().unwrap_or(0)
    };
    heading.iter().enumerate().map(width).collect()
}

/// A sentence in lines of at most that width, but at least 30; a longer word stays whole.
pub fn wrap(sentence: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in sentence.split(' ') {
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            line.push_str(word);
        } else if visible(line) + 1 + visible(word) <= width.max(30) {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// A sentence in lines, the first after `start`, the others below its beginning.
pub fn paragraph(start: &str, sentence: &str) -> String {
    let indent = visible(start);
    let lines = wrap(sentence, WIDTH.saturating_sub(indent));
    let rest = format!("\n{}", " ".repeat(indent));
    format!("{start}{}\n", lines.join(&rest))
}

/// A remark in lines.
pub fn quiet(text: &mut String, remark: &str) {
    for line in wrap(remark, WIDTH - 2) {
        text.push_str(&format!("  {}\n", super::paint(super::QUIET, &line)));
    }
}

/// The number of characters that are seen.
pub fn visible(text: &str) -> usize {
    anstream::adapter::strip_str(text).map(|part| part.chars().count()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_go_on_below_themselves() {
        let long = "word ".repeat(30);
        let text = paragraph("  - ", long.trim_end());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert!(lines[1].starts_with("    word"), "{text}");
        let text = table_with_sentences(
            &[("name", Side::Left), ("reason", Side::Left)],
            &[vec!["drift".into(), long.trim_end().into()], vec!["data".into(), "short".into()]],
        );
        let lines: Vec<String> = text.lines().map(|line| anstream::adapter::strip_str(line).to_string()).collect();
        assert_eq!(lines[0], "  name   reason");
        assert!(lines[2].starts_with("         word"), "{lines:?}");
        assert_eq!(lines[3], "  data   short");
    }
}
