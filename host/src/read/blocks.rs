//! A log in blocks that can be read in any order.
//!
//! A bare quote (in the middle of an unquoted field) makes counting quotes meaningless, and a record longer than a few
//! blocks cannot be cut: from there on the rest of the file is one piece, for one worker.

use std::io::{self, Cursor, Read};

use driftgate_blocks::{MAX_HEADER, end_of_lines, end_of_records, layout, lines};
use driftgate_documents::{Format, Layout};

/// Bytes of a block, about: every worker has one, the queue one for each, and memory is to stay below 100 MB.
pub const BLOCK: usize = 2 * 1024 * 1024;

/// A buffer that grew to this many blocks without a place to cut holds no ordinary records.
const MOST_BLOCKS: usize = 4;

/// A part of a log that starts and ends between two records.
pub enum Piece<R> {
    /// Whole records.
    Block {
        /// The bytes.
        bytes: Vec<u8>,
        /// Lines between the header (or the start) and these bytes.
        lines_before: u64,
    },
    /// The rest of the file, which could not be cut.
    Rest {
        /// The bytes.
        reader: io::Chain<Cursor<Vec<u8>>, R>,
        /// Lines between the header (or the start) and these bytes.
        lines_before: u64,
    },
}

/// Cuts a reader into pieces; always at least one, so that an empty log is seen too.
pub struct Blocks<R> {
    reader: Option<R>,
    format: Format,
    block: usize,
    /// What stands before the records of a CSV log, up to the end of its header; empty for JSONL.
    pub header: Vec<u8>,
    /// How a CSV log is laid out; `None` for JSONL, and where nobody can tell: then it is one piece.
    pub layout: Option<Layout>,
    pending: Vec<u8>,
    /// Bytes of the log up to the end of the last piece.
    pub bytes: u64,
    /// Lines among them, without the header's.
    pub lines: u64,
    /// Whether a record without line end is left where it is.
    whole: bool,
    ended: bool,
}

impl<R: Read> Blocks<R> {
    /// Begins to cut; reads the header.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub fn new(reader: R, format: Format) -> io::Result<Self> {
        Self::with_block(reader, format, BLOCK)
    }

    fn with_block(reader: R, format: Format, block: usize) -> io::Result<Self> {
        let mut blocks = Self {
            reader: Some(reader),
            format,
            block,
            header: Vec::new(),
            layout: None,
            pending: Vec::new(),
            bytes: 0,
            lines: 0,
            whole: false,
            ended: false,
        };
        if format == Format::Csv {
            blocks.fill(block.max(MAX_HEADER))?;
            // What is wrong with a header is said by its reader.
            blocks.layout = layout(&blocks.pending, blocks.ended).ok().flatten();
            let end = blocks.layout.map_or(0, |layout| usize::try_from(layout.end).unwrap_or(usize::MAX));
            let rest = blocks.pending.split_off(end.min(blocks.pending.len()));
            blocks.header = std::mem::replace(&mut blocks.pending, rest);
            blocks.bytes = blocks.header.len() as u64;
        }
        Ok(blocks)
    }

    /// Begins behind the first `bytes` of a log and the `lines` among them: what follows belongs to this header.
    pub fn after(
        reader: R,
        format: Format,
        (header, layout): (Vec<u8>, Option<Layout>),
        bytes: u64,
        lines: u64,
    ) -> Self {
        let (reader, pending) = (Some(reader), Vec::new());
        Self { reader, format, block: BLOCK, header, layout, pending, bytes, lines, whole: true, ended: false }
    }

    /// Leaves a last record without line end for another time, and cuts or fails: never a rest as one piece.
    pub fn whole(self) -> Self {
        Self { whole: true, ..self }
    }

    /// The next piece; `None` after the last.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub fn next(&mut self) -> io::Result<Option<Piece<R>>> {
        let lines_before = self.lines;
        for blocks in 1..=MOST_BLOCKS {
            if self.reader.is_none() {
                return Ok(None);
            }
            let most = self.block * blocks;
            self.fill(most)?;
            if self.ended && self.pending.len() <= most {
                let mut bytes = std::mem::take(&mut self.pending);
                if self.whole {
                    bytes.truncate(self.cut(&bytes).ok_or_else(uncut)?);
                }
                self.reader = None;
                self.pass(&bytes);
                let last = lines_before > 0 && bytes.is_empty();
                return Ok((!last).then_some(Piece::Block { bytes, lines_before }));
            }
            match self.cut(self.pending.get(..most).unwrap_or(&self.pending)) {
                Some(0) => {}
                Some(end) => {
                    let rest = self.pending.split_off(end);
                    let bytes = std::mem::replace(&mut self.pending, rest);
                    self.pass(&bytes);
                    return Ok(Some(Piece::Block { bytes, lines_before }));
                }
                None => break,
            }
        }
        if self.whole {
            return Err(uncut());
        }
        let pending = Cursor::new(std::mem::take(&mut self.pending));
        Ok(self.reader.take().map(|reader| Piece::Rest { reader: pending.chain(reader), lines_before }))
    }

    /// The last place where the bytes can be cut, 0 if there is none yet; `None` where they cannot be cut at all.
    fn cut(&self, bytes: &[u8]) -> Option<usize> {
        match (self.format, self.layout) {
            (Format::Csv, Some(layout)) => end_of_records(bytes, u8::try_from(layout.separator).ok()?),
            (Format::Csv, None) => None,
            _ => Some(end_of_lines(bytes)),
        }
    }

    fn pass(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.lines += lines(bytes) as u64;
    }

    fn fill(&mut self, until: usize) -> io::Result<()> {
        let missing = until.saturating_sub(self.pending.len());
        if let Some(reader) = self.reader.as_mut().filter(|_| missing > 0) {
            self.pending.reserve(missing);
            self.ended = reader.take(missing as u64).read_to_end(&mut self.pending)? < missing;
        }
        Ok(())
    }
}

fn uncut() -> io::Error {
    io::Error::other(
        "quotes stand in the middle of its fields, or a record is longer than 8 MiB: it can only be read as one piece, without \
         --resume or --follow",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// What comes out, as text: blocks, then `rest:` and the uncut rest.
    fn pieces(text: &str, format: Format, block: usize) -> (String, Vec<String>) {
        let mut blocks = Blocks::with_block(Cursor::new(text.as_bytes().to_vec()), format, block).unwrap();
        let mut found = Vec::new();
        while let Some(piece) = blocks.next().unwrap() {
            found.push(match piece {
                Piece::Block { bytes, lines_before } => {
                    format!("{lines_before}:{}", String::from_utf8(bytes).unwrap())
                }
                Piece::Rest { mut reader, lines_before } => {
                    let mut text = String::new();
                    reader.read_to_string(&mut text).unwrap();
                    format!("rest {lines_before}:{text}")
                }
            });
        }
        (String::from_utf8(blocks.header).unwrap(), found)
    }

    #[test]
    fn jsonl_is_cut_at_line_ends() {
        let (header, found) = pieces("{\"a\":1}\n{\"a\":2}\n{\"a\":3}", Format::Jsonl, 17);
        assert_eq!(header, "");
        assert_eq!(found, ["0:{\"a\":1}\n{\"a\":2}\n", "2:{\"a\":3}"]);
    }

    #[test]
    fn csv_is_cut_after_the_header_and_never_inside_quotes() {
        let (header, found) = pieces("a,b\n1,\"x\ny\"\n2,z\n3,w\n", Format::Csv, 9);
        assert_eq!(header, "a,b\n");
        assert_eq!(found, ["0:1,\"x\ny\"\n", "2:2,z\n3,w\n"]);
    }

    #[test]
    fn a_bare_quote_gives_the_rest_to_one_worker() {
        let (_, found) = pieces("a,b\n1,5\" wide\n2,6\" wide\n3,7\n", Format::Csv, 12);
        assert_eq!(found, ["rest 0:1,5\" wide\n2,6\" wide\n3,7\n"]);
    }

    #[test]
    fn a_record_without_end_gives_the_rest_to_one_worker() {
        let text = format!("{{\"a\":\"{}\"}}\n", "x".repeat(100));
        let (_, found) = pieces(&text, Format::Jsonl, 10);
        assert_eq!(found, [format!("rest 0:{text}")]);
    }

    #[test]
    fn whole_records_leave_a_line_without_end_and_say_where_they_stop() {
        let read = |mut blocks: Blocks<Cursor<Vec<u8>>>| {
            let mut text = String::new();
            while let Some(Piece::Block { bytes, .. }) = blocks.next().unwrap() {
                text += &String::from_utf8(bytes).unwrap();
            }
            (text, blocks.bytes, blocks.lines)
        };
        let log = b"a,b\n1,2\n3,\"x\ny\"\n4,\"op\nen";
        let first = Blocks::new(Cursor::new(log.to_vec()), Format::Csv).unwrap().whole();
        assert_eq!(read(first), ("1,2\n3,\"x\ny\"\n".into(), 16, 3));
        let rest = b"4,\"op\nen\"\n5,6".to_vec();
        let on = Blocks::after(
            Cursor::new(rest),
            Format::Csv,
            (b"a,b\n".to_vec(), Some(Layout { separator: ',', start: 0, end: 4 })),
            16,
            3,
        );
        assert_eq!(read(on), ("4,\"op\nen\"\n".into(), 26, 5));
        let mut bare = Blocks::new(Cursor::new(b"a,b\n1,5\" wide\n".to_vec()), Format::Csv).unwrap().whole();
        assert!(bare.next().is_err());
    }

    #[test]
    fn an_empty_log_is_one_empty_block() {
        assert_eq!(pieces("", Format::Jsonl, 10), (String::new(), vec!["0:".to_owned()]));
        assert_eq!(pieces("a,b\n", Format::Csv, 10), ("a,b\n".to_owned(), vec!["0:".to_owned()]));
    }
}
