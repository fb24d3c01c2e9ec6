//! How a CSV file is laid out: what separates its cells, where its header stands and where its first record begins.

use alloc::{format, string::String, vec, vec::Vec};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use driftgate_documents::Layout;

/// The separators there are, in the order in which they are preferred.
const SEPARATORS: [u8; 5] = [b',', b';', b'\t', b'|', b'^'];

/// What else people put between cells: a file of one column that is full of it is refused.
const OTHERS: [u8; 4] = [b' ', b':', b'~', b'\x01'];

/// A layout is told by so many of a file's first bytes, whoever asks; a longer header needs more of them.
pub const LAYOUT_BYTES: usize = 64 * 1024;

/// No header is longer.
pub const MAX_HEADER: usize = 1024 * 1024;

/// Records that are looked at.
const RECORDS: usize = 25;

/// Title lines before a header, at most.
const TITLES: usize = 20;

/// Finds the layout in a file's first bytes, of which there are at least [`MAX_HEADER`] unless the file has `ended`. `None` if no
/// header ends in them.
///
/// # Errors
/// If the header is one cell that another separator seems to divide, or `sep=` names no separator.
pub fn layout(head: &[u8], ended: bool) -> Result<Option<Layout>, String> {
    let first = head.get(..LAYOUT_BYTES).unwrap_or(head);
    match look(first, ended && first.len() == head.len())? {
        Some(layout) => Ok(Some(layout)),
        None if head.len() >= MAX_HEADER || (ended && head.len() > LAYOUT_BYTES) => {
            let most = head.get(..MAX_HEADER).unwrap_or(head);
            look(most, ended && most.len() == head.len())
        }
        None => Ok(None),
    }
}

fn look(head: &[u8], ended: bool) -> Result<Option<Layout>, String> {
    let start = text_start(head);
    let (start, named) = named_separator(head, start)?;
    let rest = head.get(start..).unwrap_or_default();
    let (separator, header) = match named {
        Some(separator) => (separator, 0),
        None => table(rest, ended),
    };
    let records = records(rest, separator, ended);
    let Some(found) = records.get(header) else { return Ok(None) };
    if found.cells == 1 {
        refuse_other(rest, &records)?;
    }
    let place = |at: usize| (start + at) as u64;
    Ok(Some(Layout { separator: char::from(separator), start: place(found.start), end: place(found.end) }))
}

/// Behind the byte order mark and blank lines.
fn text_start(head: &[u8]) -> usize {
    let mark = if head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let rest = head.get(mark..).unwrap_or_default();
    let text = rest.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(0);
    // A header may begin with an empty cell: what stands before its first letter belongs to it.
    let line = rest.get(..text).unwrap_or_default().iter().rposition(|byte| matches!(byte, b'\n' | b'\r'));
    mark + line.map_or(0, |line| line + 1)
}

/// The separator that a first line such as `sep=;` names, and what comes behind it.
fn named_separator(head: &[u8], start: usize) -> Result<(usize, Option<u8>), String> {
    let rest = head.get(start..).unwrap_or_default();
    let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
    let (line, behind) = rest.split_at(end);
    let line = line.trim_ascii();
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    let Some(named) = line.strip_prefix(b"sep=").or_else(|| line.strip_prefix(b"SEP=")) else {
        return Ok((start, None));
    };
    let separator = match named {
        [one] if SEPARATORS.contains(one) => *one,
        [] => b'\t',
        // A header such as `sep=a,b` names columns.
        _ if named.len() > 1 => return Ok((start, None)),
        _ => {
            let named = String::from_utf8_lossy(named);
            return Err(format!(
                "`sep={named}` names no separator that is read; write cells with `,` `;` a tab `|` or `^` between them"
            ));
        }
    };
    let ends = behind.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
    Ok((start + end + ends, Some(separator)))
}

/// A record, from its first byte to behind its line end.
struct Record {
    start: usize,
    end: usize,
    cells: usize,
    /// Whether every cell holds something that is no number, as the names of columns do.
    names: bool,
}

/// The separator, and which record is the header: the first, unless all before the header have far fewer cells than a table that
/// follows.
fn table(text: &[u8], ended: bool) -> (u8, usize) {
    let usual = most_frequent(text);
    let first = records(text, usual, ended);
    let width = first.first().map_or(0, |record| record.cells);
    let alike = first.iter().filter(|record| record.cells == width).count();
    if (width > 1 && (alike > 1 || first.len() < 3)) || first.len() < 3 {
        return (usual, 0);
    }
    let tables = SEPARATORS.iter().filter_map(|separator| {
        let records = records(text, *separator, ended);
        let header = titled(&records)?;
        Some((records.len() - header, *separator, header))
    });
    // Of two separators with as many rows the preferred one.
    let best = tables.fold(None, |best: Option<(usize, u8, usize)>, table| match best {
        Some(best) if best.0 >= table.0 => Some(best),
        _ => Some(table),
    });
    best.map_or((usual, 0), |(_, separator, header)| (separator, header))
}

/// Which record is a header behind titles, if one is.
fn titled(records: &[Record]) -> Option<usize> {
    let widest = records.iter().map(|record| record.cells).max()?;
    let header = records.iter().take(TITLES + 1).position(|record| record.cells == widest)?;
    let (titles, table) = records.split_at_checked(header)?;
    let alike = table.iter().filter(|record| record.cells == widest).count();
    let narrow = titles.iter().all(|title| title.cells == 1 || 2 * title.cells <= widest);
    let has_table = table.len() >= 2 && 10 * alike >= 9 * table.len();
    (header > 0 && widest > 1 && narrow && has_table && table.first()?.names).then_some(header)
}

/// The separator that stands most often outside of quotes in the first line, a comma if none does.
fn most_frequent(text: &[u8]) -> u8 {
    let line =
        text.iter().position(|byte| matches!(byte, b'\n' | b'\r')).and_then(|end| text.get(..end)).unwrap_or(text);
    let mut counts = [0_usize; SEPARATORS.len()];
    let mut quoted = false;
    for byte in line {
        quoted ^= *byte == b'"';
        if let Some(at) = SEPARATORS.iter().position(|separator| separator == byte).filter(|_| !quoted) {
            counts[at] += 1;
        }
    }
    let most = counts.iter().copied().max().unwrap_or(0);
    SEPARATORS
        .iter()
        .zip(counts)
        .find(|(_, count)| *count == most && most > 0)
        .map_or(b',', |(separator, _)| *separator)
}

/// The first whole records of a text, as the reader of CSV sees them.
fn records(text: &[u8], separator: u8, ended: bool) -> Vec<Record> {
    let mut reader: Reader = ReaderBuilder::new().delimiter(separator).build();
    let (mut bytes, mut ends) = (vec![0; 4096], vec![0; 256]);
    let (mut at, mut found) = (0, Vec::new());
    while found.len() < RECORDS {
        // What csv-core skips before a record is no part of it.
        at += text.get(at..).unwrap_or_default().iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        let start = at;
        let (mut filled, mut cells) = (0, 0);
        loop {
            let rest = text.get(at..).unwrap_or_default();
            // Behind the last line end, an end of the file ends the last record.
            let input: &[u8] = if rest.is_empty() && ended && at > start { b"\n" } else { rest };
            if input.is_empty() {
                return found;
            }
            let room = bytes.get_mut(filled..).unwrap_or_default();
            let places = ends.get_mut(cells..).unwrap_or_default();
            let (result, consumed, written, ended_cells) = reader.read_record(input, room, places);
            at = (at + consumed).min(text.len());
            filled += written;
            cells += ended_cells;
            match result {
                ReadRecordResult::Record => break,
                ReadRecordResult::OutputFull => bytes.resize(2 * bytes.len(), 0),
                ReadRecordResult::OutputEndsFull => ends.resize(2 * ends.len(), 0),
                ReadRecordResult::InputEmpty if rest.is_empty() => return found,
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::End => return found,
            }
        }
        // The second half of a line end belongs to the record, too.
        if text.get(at.wrapping_sub(1)) == Some(&b'\r') && text.get(at) == Some(&b'\n') {
            at += 1;
        }
        let names = names(bytes.get(..filled).unwrap_or_default(), ends.get(..cells).unwrap_or_default());
        found.push(Record { start, end: at, cells, names });
    }
    found
}

fn names(bytes: &[u8], ends: &[usize]) -> bool {
    let starts = core::iter::once(0).chain(ends.iter().copied());
    let mut cells = starts.zip(ends).map(|(start, end)| bytes.get(start..*end).unwrap_or_default().trim_ascii());
    cells.all(|cell| !cell.is_empty() && core::str::from_utf8(cell).is_ok_and(|cell| cell.parse::<f64>().is_err()))
}

/// A header of one cell is refused where header and rows are divided alike by something else.
fn refuse_other(text: &[u8], records: &[Record]) -> Result<(), String> {
    let [header, rows @ ..] = records else { return Ok(()) };
    let count = |record: &Record, other: u8| {
        text.get(record.start..record.end)
            .unwrap_or_default()
            .trim_ascii()
            .iter()
            .filter(|byte| **byte == other)
            .count()
    };
    let divides = |other: &&u8| {
        let times = count(header, **other);
        times > 0 && !rows.is_empty() && rows.iter().all(|row| count(row, **other) == times)
    };
    match OTHERS.iter().find(divides) {
        None => Ok(()),
        Some(other) => {
            let what =
                if *other == b' ' { "blanks".into() } else { format!("`{}`", char::from(*other).escape_debug()) };
            Err(format!(
                "the header is one column, and {what} seem to divide it; write cells with `,` `;` a tab `|` or `^` between them"
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn found(text: &str) -> (char, &str) {
        let layout = layout(text.as_bytes(), true).unwrap().unwrap();
        (layout.separator, &text[layout.start as usize..layout.end as usize])
    }

    #[test]
    fn a_header_ends_where_the_reader_ends_it() {
        for (text, header) in [
            ("a,b\n1,2\n", "a,b\n"),
            ("a,b\r\n1,2\r\n", "a,b\r\n"),
            ("a,b\r1,2\r", "a,b\r"),
            ("a,disk 5\" wide\n1,2\n", "a,disk 5\" wide\n"),
            ("a,\"b\nc\"\n1,2\n", "a,\"b\nc\"\n"),
            ("\u{feff}\na,b\n1,2\n", "a,b\n"),
            ("\r\n \na,b\r\n1,2", "a,b\r\n"),
            ("\ta\tb\n0\t1\t2\n", "\ta\tb\n"),
            ("a,b", "a,b"),
        ] {
            assert_eq!(found(text).1, header, "{text:?}");
        }
        assert_eq!(layout(b"a,b", false), Ok(None));
        assert_eq!(layout(b"", true), Ok(None));
    }

    #[test]
    fn the_separator_is_the_most_frequent_of_the_header() {
        for (text, separator) in [
            ("a,b;c\n1,2\n", ','),
            ("a;b;c,d\n1;2;3\n", ';'),
            ("a\tb\n1\t2\n", '\t'),
            ("a|b|c\n1|2|3\n", '|'),
            ("a^b\n1^2\n", '^'),
            ("\"a;b\",c\n1,2\n", ','),
            ("sep=;\na;b\n1;2\n", ';'),
            ("sep=|\r\na|b\r\n1|2\r\n", '|'),
            ("x\n1\n2\n", ','),
            ("my column\n1\n2\n", ','),
        ] {
            assert_eq!(found(text).0, separator, "{text:?}");
        }
        assert_eq!(found("sep=;\na;b\n1;2\n").1, "a;b\n");
    }

    #[test]
    fn titles_are_no_header() {
        for (text, header) in [
            ("Report of March\n\na,b,c\n1,2,3\n4,5,6\n", "a,b,c\n"),
            ("Report, March 2024\na;b;c;d\n1;2;3;4\n4;5;6;7\n5;6;7;8\n", "a;b;c;d\n"),
            ("# made by a tool\n# twice\na,b\n1,2\n3,4\n", "a,b\n"),
            // A header that lacks the name of the first column is none that could be told from data.
            ("a,b\n1,2,3\n4,5,6\n7,8,9\n", "a,b\n"),
            // Rows that are broken do not make the header a title.
            ("a,b,c\n1,2\n3,4\n5,6\n", "a,b,c\n"),
            ("x\n1\n2\n3\n", "x\n"),
        ] {
            assert_eq!(found(text).1, header, "{text:?}");
        }
    }

    #[test]
    fn one_column_that_something_else_divides_is_refused() {
        for text in ["a b c\n1 2 3\n4 5 6\n", "a:b\n1:2\n", "a~b\n1~2\n3~4\n"] {
            assert!(layout(text.as_bytes(), true).unwrap_err().contains("one column"), "{text:?}");
        }
        assert!(layout(b"sep=x\na\n", true).is_err());
    }
}
