//! Where a log can be cut into blocks that are read in any order: at line ends, and in CSV only where no quote is open.
//!
//! And what the names of folders say. For whoever reads logs by several workers and has the bytes before core: a host, and a page in a browser.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod layout;
mod partition;

use memchr::{memchr, memchr_iter, memchr2_iter, memrchr};

pub use layout::{LAYOUT_BYTES, MAX_HEADER, layout};
pub use partition::partition;

/// Behind the last whole line; 0 if none is whole yet. In JSONL every line is a record.
#[must_use]
pub fn end_of_lines(bytes: &[u8]) -> usize {
    memrchr(b'\n', bytes).map_or(0, |at| at + 1)
}

/// Behind the last whole record of CSV whose cells this byte separates; 0 if none is whole yet. The bytes begin with a record.
///
/// `None` where a bare quote (in the middle of an unquoted field) makes counting quotes meaningless: from here on the log is
/// one piece.
#[must_use]
pub fn end_of_records(bytes: &[u8], separator: u8) -> Option<usize> {
    if memchr(b'"', bytes).is_none() {
        return Some(end_of_lines(bytes));
    }
    let (mut open, mut end) = (false, 0);
    for at in memchr2_iter(b'"', b'\n', bytes) {
        if bytes[at] == b'"' {
            if !open && at > 0 && !opens_field(bytes[at - 1], separator) {
                return None;
            }
            open = !open;
        } else if !open {
            end = at + 1;
        }
    }
    Some(end)
}

/// Whether a quote after this byte opens a field, or is the second of an escaped pair.
const fn opens_field(before: u8, separator: u8) -> bool {
    before == separator || matches!(before, b'\n' | b'\r' | b'"')
}

/// Line ends among the bytes.
#[must_use]
pub fn lines(bytes: &[u8]) -> usize {
    memchr_iter(b'\n', bytes).count()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn jsonl_is_cut_behind_its_last_line_end() {
        for (text, end) in [("", 0), ("{\"a\":1}", 0), ("{}\n", 3), ("{}\r\n{}\n{\"a", 7), ("{\"a\":\"\\\"\"}\n{", 11)]
        {
            assert_eq!(end_of_lines(text.as_bytes()), end, "{text:?}");
        }
    }

    #[test]
    fn csv_is_cut_where_no_quote_is_open() {
        for (text, end) in [
            ("", Some(0)),
            ("1,2", Some(0)),
            ("1,2\n3,", Some(4)),
            ("1,\"x\ny\"\n2,z", Some(8)),
            ("1,2\n3,\"x\ny", Some(4)),
            ("\"x\ny", Some(0)),
            ("\"say \"\"x\n\"\"\"\n", Some(13)),
            ("1,\"a\"\r\n2,\"b\"\r\n", Some(14)),
            ("1,a|\"x\n", None),
            ("1,2\n3,5\" wide\n", None),
            ("1,\"a\"b\"\n", None),
        ] {
            assert_eq!(end_of_records(text.as_bytes(), b','), end, "{text:?}");
        }
    }

    #[test]
    fn lines_are_counted_by_their_ends() {
        assert_eq!(["", "a", "a\n", "\n\na\r\nb"].map(|text| lines(text.as_bytes())), [0, 0, 1, 3]);
    }

    /// Whatever stands before a cut and behind it is read alike apart: cutting twice is cutting once.
    #[test]
    fn a_cut_is_the_same_however_the_bytes_come() {
        let log = b"1,\"x\ny\"\n2,z\n\"\"\"q\"\",\n\",w\n3,4\n5";
        let whole = end_of_records(log, b',');
        for split in 0..=log.len() {
            let first = end_of_records(&log[..split], b',').unwrap();
            assert_eq!(end_of_records(&log[first..], b',').map(|end| first + end), whole, "{split}");
        }
    }
}
