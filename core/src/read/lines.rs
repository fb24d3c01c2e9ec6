//! Bytes cut anywhere -> whole lines, with at most [`MAX_LINE`] bytes kept.

use alloc::vec::Vec;

use memchr::memchr;

use crate::Error;

/// A line or record longer than this is refused: 1 MiB.
pub(crate) const MAX_LINE: usize = 1024 * 1024;

/// A line without its end, or the news that it was longer than [`MAX_LINE`].
pub(crate) enum Line<'a> {
    Whole(&'a [u8]),
    TooLong,
}

/// Cuts bytes into lines.
pub(crate) struct Lines {
    partial: Vec<u8>,
    /// In the rest of a line that is too long and was reported.
    skipping: bool,
    /// The number of the line that is being collected, from 1.
    number: u64,
}

impl Lines {
    /// Begins in the line of that number.
    pub(crate) const fn new(number: u64) -> Self {
        Self { partial: Vec::new(), skipping: false, number }
    }

    /// Hands out every line that ends in this chunk.
    ///
    /// # Errors
    /// Those of `each`.
    pub(crate) fn push(
        &mut self,
        mut chunk: &[u8],
        each: &mut dyn FnMut(u64, Line<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        while let Some(end) = memchr(b'\n', chunk) {
            let (head, rest) = chunk.split_at(end);
            chunk = rest.get(1..).unwrap_or_default();
            if self.partial.is_empty() && !self.skipping && head.len() <= MAX_LINE {
                each(self.number, Line::Whole(without_return(head)))?;
            } else {
                self.keep(head, each)?;
                self.end(each)?;
            }
            self.number += 1;
        }
        self.keep(chunk, each)
    }

    /// Hands out the last line, if it did not end with a line end.
    ///
    /// # Errors
    /// Those of `each`.
    pub(crate) fn finish(&mut self, each: &mut dyn FnMut(u64, Line<'_>) -> Result<(), Error>) -> Result<(), Error> {
        self.end(each)
    }

    /// Forgets the last line: its end was cut off.
    pub(crate) fn drop_partial(&mut self) {
        self.partial.clear();
    }

    fn keep(&mut self, part: &[u8], each: &mut dyn FnMut(u64, Line<'_>) -> Result<(), Error>) -> Result<(), Error> {
        if self.skipping {
            return Ok(());
        }
        if self.partial.len() + part.len() > MAX_LINE {
            self.skipping = true;
            self.partial = Vec::new();
            return each(self.number, Line::TooLong);
        }
        self.partial.extend_from_slice(part);
        Ok(())
    }

    fn end(&mut self, each: &mut dyn FnMut(u64, Line<'_>) -> Result<(), Error>) -> Result<(), Error> {
        let skipped = core::mem::take(&mut self.skipping);
        if skipped || self.partial.is_empty() {
            return Ok(());
        }
        let result = each(self.number, Line::Whole(without_return(&self.partial)));
        self.partial.clear();
        result
    }
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}
