//! Gzip as a push parser: compressed bytes cut anywhere in, plain bytes out in pieces of at most 32 KiB.
//!
//! Several members in a row are one stream (RFC 1952), as `cat a.gz b.gz` makes them; length and checksum of each are
//! checked. Zero bytes after the last member are padding, anything else there is ignored, as gzip itself does.

use alloc::{boxed::Box, vec, vec::Vec};

use miniz_oxide::{
    DataFormat, MZError, MZFlush, MZStatus,
    inflate::stream::{InflateState, MinReset, inflate},
};

use crate::Error;

const PIECE: usize = 32 * 1024;
const FLAG_HEADER_CRC: u8 = 2;
const FLAG_EXTRA: u8 = 4;
const FLAG_NAME: u8 = 8;
const FLAG_COMMENT: u8 = 16;

/// Where in a member the stream stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// In the ten fixed bytes; so many are collected.
    Header,
    /// In the two bytes that give the length of the extra field.
    ExtraLength,
    /// So many bytes are left to skip.
    Skip(usize),
    /// In a text that ends with a zero byte.
    Text,
    Body,
    Trailer,
    /// After a member: another one, padding or nothing.
    Between,
    /// After the last member, in bytes that are not gzip.
    Ignoring,
}

/// A gzip stream while it is read.
pub(crate) struct Gzip {
    state: State,
    /// Header flags still to be served.
    flags: u8,
    small: Vec<u8>,
    inflater: Box<InflateState>,
    piece: Vec<u8>,
    crc: u32,
    length: u32,
}

impl Gzip {
    pub(crate) fn new() -> Self {
        Self {
            state: State::Header,
            flags: 0,
            small: Vec::new(),
            inflater: InflateState::new_boxed(DataFormat::Raw),
            piece: vec![0; PIECE],
            crc: 0,
            length: 0,
        }
    }

    /// Decodes a chunk; answers why the stream is corrupt, if it is. Nothing may be pushed after that.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn push(
        &mut self,
        mut input: &[u8],
        out: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<Option<&'static str>, Error> {
        while !input.is_empty() {
            if self.state == State::Body {
                match self.inflate(&mut input, out)? {
                    None => {}
                    corrupt => return Ok(corrupt),
                }
            } else if let Some(corrupt) = self.frame(&mut input) {
                return Ok(Some(corrupt));
            }
        }
        Ok(None)
    }

    /// Whether the stream may end here: after a whole member.
    pub(crate) fn is_complete(&self) -> bool {
        matches!(self.state, State::Between | State::Ignoring)
    }

    fn inflate(
        &mut self,
        input: &mut &[u8],
        out: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<Option<&'static str>, Error> {
        // The loop also asks again without input, because output may wait inside the inflater.
        loop {
            let step = inflate(&mut self.inflater, input, &mut self.piece, MZFlush::None);
            *input = input.get(step.bytes_consumed..).unwrap_or_default();
            let plain = self.piece.get(..step.bytes_written).unwrap_or_default();
            self.crc = crc32(self.crc, plain);
            self.length = self.length.wrapping_add(plain.len() as u32);
            if !plain.is_empty() {
                out(plain)?;
            }
            match step.status {
                Ok(MZStatus::StreamEnd) => {
                    self.state = State::Trailer;
                    return Ok(None);
                }
                Ok(_) if step.bytes_consumed + step.bytes_written > 0 => {}
                Ok(_) | Err(MZError::Buf) => return Ok(None),
                Err(_) => return Ok(Some("the compressed data is damaged")),
            }
        }
    }

    /// Takes one byte outside the compressed data.
    fn frame(&mut self, input: &mut &[u8]) -> Option<&'static str> {
        let (&byte, rest) = input.split_first()?;
        *input = rest;
        match self.state {
            State::Header => return self.header(byte),
            State::ExtraLength => {
                self.small.push(byte);
                if let [low, high] = self.small[..] {
                    self.small.clear();
                    self.skip(usize::from(u16::from_le_bytes([low, high])));
                }
            }
            State::Skip(left) => self.skip(left - 1),
            State::Text if byte == 0 => self.next_field(),
            State::Trailer => return self.trailer(byte),
            State::Between if byte == 0x1f => {
                self.state = State::Header;
                return self.header(byte);
            }
            State::Between if byte != 0 => self.state = State::Ignoring,
            State::Text | State::Between | State::Ignoring | State::Body => {}
        }
        None
    }

    fn header(&mut self, byte: u8) -> Option<&'static str> {
        self.small.push(byte);
        let [first, second, method, flags, .., _] = self.small[..] else { return None };
        if self.small.len() < 10 {
            return None;
        }
        self.small.clear();
        if [first, second, method] != [0x1f, 0x8b, 8] || flags & 0xe0 != 0 {
            return Some("the header of a compressed part is damaged");
        }
        self.flags = flags;
        self.next_field();
        None
    }

    /// Goes to the next optional field of the header, in the order of RFC 1952, or to the data.
    fn next_field(&mut self) {
        let wanted = [FLAG_EXTRA, FLAG_NAME, FLAG_COMMENT, FLAG_HEADER_CRC];
        let next = wanted.into_iter().find(|flag| self.flags & flag != 0).unwrap_or(0);
        self.flags &= !next;
        self.state = match next {
            FLAG_EXTRA => State::ExtraLength,
            FLAG_NAME | FLAG_COMMENT => State::Text,
            FLAG_HEADER_CRC => State::Skip(2),
            _ => self.begin_body(),
        };
    }

    fn begin_body(&mut self) -> State {
        self.inflater.reset_as(MinReset);
        self.crc = 0;
        self.length = 0;
        State::Body
    }

    fn skip(&mut self, left: usize) {
        self.state = State::Skip(left);
        if left == 0 {
            self.next_field();
        }
    }

    fn trailer(&mut self, byte: u8) -> Option<&'static str> {
        self.small.push(byte);
        let [a, b, c, d, e, f, g, h] = self.small[..] else { return None };
        self.small.clear();
        self.state = State::Between;
        let intact = u32::from_le_bytes([a, b, c, d]) == self.crc && u32::from_le_bytes([e, f, g, h]) == self.length;
        (!intact).then_some("its checksum does not match: some records before this may be wrong")
    }
}

/// Four tables: the first is that of the byte-wise algorithm, each further one of a byte that stands one place earlier.
const CRC_TABLES: [[u32; 256]; 4] = crc_tables();

const fn crc_tables() -> [[u32; 256]; 4] {
    let mut tables = [[0; 256]; 4];
    let mut index = 0;
    while index < 256 {
        let mut crc = index as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
            bit += 1;
        }
        tables[0][index] = crc;
        index += 1;
    }
    index = 0;
    while index < 1024 - 256 {
        let before = tables[index / 256][index % 256];
        tables[index / 256 + 1][index % 256] = (before >> 8) ^ tables[0][(before & 0xff) as usize];
        index += 1;
    }
    tables
}

/// CRC-32 of `bytes` after bytes whose CRC is `crc`, four at a time.
fn crc32(crc: u32, bytes: &[u8]) -> u32 {
    let at = |table: usize, byte: u32| CRC_TABLES[table][(byte & 0xff) as usize];
    let (fours, rest) = bytes.as_chunks::<4>();
    let sum = fours.iter().fold(!crc, |sum, four| {
        let word = sum ^ u32::from_le_bytes(*four);
        at(3, word) ^ at(2, word >> 8) ^ at(1, word >> 16) ^ at(0, word >> 24)
    });
    !rest.iter().fold(sum, |sum, byte| (sum >> 8) ^ at(0, sum ^ u32::from(*byte)))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A gzip member with every optional header field.
    pub(crate) fn member(plain: &[u8]) -> Vec<u8> {
        let mut bytes =
            vec![0x1f, 0x8b, 8, FLAG_EXTRA | FLAG_NAME | FLAG_COMMENT | FLAG_HEADER_CRC, 0, 0, 0, 0, 0, 255];
        bytes.extend([3, 0, 1, 2, 3]);
        bytes.extend(b"name\0comment\0");
        bytes.extend([0, 0]);
        bytes.extend(miniz_oxide::deflate::compress_to_vec(plain, 6));
        bytes.extend(crc32(0, plain).to_le_bytes());
        bytes.extend((plain.len() as u32).to_le_bytes());
        bytes
    }

    fn decode(bytes: &[u8], chunk: usize) -> (Vec<u8>, Option<&'static str>, bool) {
        let (mut gzip, mut plain) = (Gzip::new(), Vec::new());
        for part in bytes.chunks(chunk) {
            let corrupt = gzip.push(part, &mut |piece| {
                plain.extend_from_slice(piece);
                Ok(())
            });
            if let Ok(Some(reason)) = corrupt {
                return (plain, Some(reason), false);
            }
        }
        (plain, None, gzip.is_complete())
    }

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(crc32(0, b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(crc32(0, b"12345"), b"6789"), 0xcbf4_3926);
    }

    #[test]
    fn members_in_a_row_are_one_stream_however_it_is_cut() {
        let text: Vec<u8> = (0..100_000_u32).flat_map(|i| (i / 7).to_le_bytes()).collect();
        let mut bytes = member(&text);
        bytes.extend(member(b"more"));
        bytes.extend([0; 5]);
        for chunk in [1, 7, 65_536, bytes.len()] {
            let (plain, corrupt, complete) = decode(&bytes, chunk);
            assert_eq!((corrupt, complete), (None, true), "chunks of {chunk}");
            assert!(plain == [&text[..], b"more"].concat(), "chunks of {chunk}");
        }
    }

    #[test]
    fn a_cut_stream_is_incomplete_and_a_damaged_one_is_said_to_be() {
        let bytes = member(b"some text, some text, some text");
        for end in 1..bytes.len() {
            assert!(!decode(&bytes[..end], 3).2, "cut at {end}");
        }
        let mut wrong = bytes.clone();
        let last = wrong.len() - 6;
        wrong[last] ^= 1;
        assert!(decode(&wrong, 5).1.is_some_and(|reason| reason.contains("checksum")));
        let mut wrong = bytes;
        wrong[30] = 0xff;
        assert!(decode(&wrong, 5).1.is_some());
    }

    #[test]
    fn bytes_after_the_last_member_are_ignored() {
        let mut bytes = member(b"text");
        bytes.extend(b"garbage\x1f");
        assert_eq!(decode(&bytes, 4), (b"text".to_vec(), None, true));
    }
}
