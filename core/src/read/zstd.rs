//! Zstandard as a push parser: compressed bytes cut anywhere in, plain bytes out, block by block.
//!
//! Several frames in a row are one stream (RFC 8878), skippable ones are skipped, and the checksum of each frame that has one is
//! checked. At most a window (8 MiB) of plain bytes waits inside.

use alloc::vec::Vec;

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder, errors::FrameDecoderError};

use crate::Error;

/// The first bytes of a frame.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Whether a stream begins so: with a frame, or with one to be skipped, as parallel compressors write it.
pub(crate) fn begins(first: &[u8]) -> bool {
    first.starts_with(&MAGIC) || matches!(first, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

/// The largest window: what RFC 8878 asks decoders to support, and what `zstd -19` makes.
const MAX_WINDOW: u64 = 8 * 1024 * 1024;

/// Plain bytes a compressed one may stand for, once there are many: logs reach 300, a bomb 30,000.
const MAX_RATIO: u64 = 4096;
/// Before so many plain bytes the ratio is not asked: a small file of one line repeated is no bomb.
const FREE: u64 = 64 * 1024 * 1024;

const DAMAGED: &str = "the compressed data is damaged";

/// Where in a frame the stream stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before the header of a frame.
    Frame,
    /// Before a block; whether a checksum follows the last one.
    Block { checksum: bool },
    /// So many bytes of a skippable frame are left.
    Skip(usize),
}

/// A zstd stream while it is read.
pub(crate) struct Zstd {
    decoder: FrameDecoder,
    state: State,
    /// Bytes that are not yet a whole header or block: less than 128 KiB and a few.
    waiting: Vec<u8>,
    compressed: u64,
    plain: u64,
}

impl Zstd {
    pub(crate) fn new() -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(MAX_WINDOW);
        Self { decoder, state: State::Frame, waiting: Vec::new(), compressed: 0, plain: 0 }
    }

    /// Decodes a chunk; answers why the stream cannot be read on, if so. Nothing may be pushed after that.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn push(
        &mut self,
        input: &[u8],
        out: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<Option<&'static str>, Error> {
        self.compressed += input.len() as u64;
        let mut bytes = core::mem::take(&mut self.waiting);
        bytes.extend_from_slice(input);
        let mut rest = bytes.as_slice();
        loop {
            match self.step(rest, out)? {
                Ok(0) => break,
                Ok(taken) => rest = rest.get(taken..).unwrap_or_default(),
                Err(corrupt) => return Ok(Some(corrupt)),
            }
        }
        self.waiting = rest.to_vec();
        Ok(None)
    }

    /// Of a stream that ends early: gives the plain bytes that wait for a window to fill. They are given by a last, empty block.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn flush(&mut self, out: &mut dyn FnMut(&[u8]) -> Result<(), Error>) -> Result<(), Error> {
        const LAST_EMPTY_AND_CHECKSUM: [u8; 7] = [1, 0, 0, 0, 0, 0, 0];
        if !matches!(self.state, State::Block { .. }) {
            return Ok(());
        }
        self.state = State::Frame;
        let ended = self.decoder.decode_blocks(&LAST_EMPTY_AND_CHECKSUM[..], BlockDecodingStrategy::UptoBlocks(1));
        match self.decoder.collect() {
            Some(plain) if ended.is_ok() => out(&plain),
            _ => Ok(()),
        }
    }

    /// Whether the stream may end here: after a whole frame.
    pub(crate) fn is_complete(&self) -> bool {
        self.state == State::Frame && self.waiting.is_empty()
    }

    /// Takes one header or block; answers how many bytes that was, 0 if it is not there as a whole.
    fn step(
        &mut self,
        bytes: &[u8],
        out: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<Result<usize, &'static str>, Error> {
        match self.state {
            State::Frame => Ok(self.frame(bytes)),
            State::Skip(left) => {
                let taken = left.min(bytes.len());
                self.state = if taken == left { State::Frame } else { State::Skip(left - taken) };
                Ok(Ok(taken))
            }
            State::Block { checksum } => match block_length(bytes, checksum) {
                Some(length) if length <= bytes.len() => self.block(bytes.get(..length).unwrap_or_default(), out),
                _ => Ok(Ok(0)),
            },
        }
    }

    fn frame(&mut self, bytes: &[u8]) -> Result<usize, &'static str> {
        let Some((magic, after)) = bytes.split_first_chunk::<4>() else { return Ok(0) };
        if u32::from_le_bytes(*magic) & 0xffff_fff0 == 0x184d_2a50 {
            let Some((length, _)) = after.split_first_chunk::<4>() else { return Ok(0) };
            self.state = State::Skip(u32::from_le_bytes(*length) as usize);
            return Ok(8);
        }
        if *magic != MAGIC {
            return Err("what follows the compressed data is no zstd");
        }
        let Some(&descriptor) = after.first() else { return Ok(0) };
        let length = header_length(descriptor);
        let Some(header) = bytes.get(..length) else { return Ok(0) };
        self.decoder.reset(header).map_err(|error| match error {
            FrameDecoderError::WindowSizeTooBig { .. } => {
                "it was compressed with a window above 8 MiB; compress it again without --long and --ultra"
            }
            FrameDecoderError::DictNotProvided { .. } => {
                "it was compressed with a dictionary; compress it again without"
            }
            _ => DAMAGED,
        })?;
        self.state = State::Block { checksum: descriptor & 4 != 0 };
        Ok(length)
    }

    /// Decodes a whole block.
    fn block(
        &mut self,
        block: &[u8],
        out: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<Result<usize, &'static str>, Error> {
        let Ok(ended) = self.decoder.decode_blocks(block, BlockDecodingStrategy::UptoBlocks(1)) else {
            return Ok(Err(DAMAGED));
        };
        if let Some(plain) = self.decoder.collect() {
            self.plain += plain.len() as u64;
            if self.plain > FREE && self.plain > MAX_RATIO * self.compressed {
                return Ok(Err("it expands more than 4,096 times: this is no log"));
            }
            out(&plain)?;
        }
        if ended {
            self.state = State::Frame;
            let expected = self.decoder.get_checksum_from_data();
            if expected.is_some() && expected != self.decoder.get_calculated_checksum() {
                return Ok(Err("its checksum does not match: some records before this may be wrong"));
            }
        }
        Ok(Ok(block.len()))
    }
}

/// The length of a frame's header with this descriptor, magic number included. Source: RFC 8878, 3.1.1.1.
fn header_length(descriptor: u8) -> usize {
    let single = usize::from(descriptor >> 5 & 1);
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let size = [single, 2, 4, 8][usize::from(descriptor >> 6)];
    4 + 1 + (1 - single) + dictionary + size
}

/// The length of the block that begins here, with its header and the checksum after a last one; `None` if the header is not there.
fn block_length(bytes: &[u8], checksum: bool) -> Option<usize> {
    let [a, b, c] = *bytes.first_chunk::<3>()?;
    let header = u32::from_le_bytes([a, b, c, 0]);
    let is_last = header & 1 == 1;
    let is_run = header >> 1 & 3 == 1;
    let content = if is_run { 1 } else { (header >> 3) as usize };
    Some(3 + content + if is_last && checksum { 4 } else { 0 })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    extern crate std;

    use super::*;

    fn decode(bytes: &[u8], chunk: usize) -> (Vec<u8>, Option<&'static str>, bool) {
        let (mut zstd, mut plain) = (Zstd::new(), Vec::new());
        for part in bytes.chunks(chunk) {
            let corrupt = zstd.push(part, &mut |piece| {
                plain.extend_from_slice(piece);
                Ok(())
            });
            if let Some(reason) = corrupt.unwrap() {
                return (plain, Some(reason), false);
            }
        }
        (plain, None, zstd.is_complete())
    }

    /// As libzstd compresses it, with a checksum.
    fn frame(plain: &[u8], level: i32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = zstd::Encoder::new(&mut bytes, level).unwrap();
        encoder.include_checksum(true).unwrap();
        std::io::Write::write_all(&mut encoder, plain).unwrap();
        encoder.finish().unwrap();
        bytes
    }

    fn text() -> Vec<u8> {
        (0..600_000_u32).flat_map(|i| (i / 7).to_le_bytes()).collect()
    }

    #[test]
    fn frames_in_a_row_are_one_stream_however_it_is_cut() {
        let text = text();
        for level in [1, 3, 19] {
            let mut bytes = frame(&text, level);
            bytes.extend([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
            bytes.extend(frame(b"more", level));
            bytes.extend(frame(b"", level));
            for chunk in [7, 65_536, bytes.len()] {
                let (plain, corrupt, complete) = decode(&bytes, chunk);
                assert_eq!((corrupt, complete), (None, true), "level {level}, chunks of {chunk}");
                assert!(plain == [&text[..], b"more"].concat(), "level {level}, chunks of {chunk}");
            }
        }
    }

    #[test]
    fn a_cut_stream_is_incomplete_and_a_damaged_one_is_said_to_be() {
        let bytes = frame(b"some text, some text, some text", 3);
        for end in 1..bytes.len() {
            assert!(!decode(&bytes[..end], 3).2, "cut at {end}");
        }
        let long = frame(&text(), 3);
        let mut cut = Zstd::new();
        let mut plain = Vec::new();
        let mut out = |piece: &[u8]| {
            plain.extend_from_slice(piece);
            Ok(())
        };
        assert_eq!(cut.push(&long[..long.len() * 6 / 10], &mut out).unwrap(), None);
        cut.flush(&mut out).unwrap();
        assert!(
            plain.len() > 1_000_000 && text().starts_with(&plain),
            "what came before the cut is given: {}",
            plain.len()
        );
        let mut wrong = bytes.clone();
        *wrong.last_mut().unwrap() ^= 1;
        assert!(decode(&wrong, 5).1.unwrap().contains("checksum"));
        let mut wrong = frame(&text(), 3);
        let middle = wrong.len() / 2;
        wrong[middle..middle + 40].fill(0xff);
        assert!(decode(&wrong, 4096).1.is_some());
        let garbage = [&bytes[..], b"garbage"].concat();
        assert!(decode(&garbage, 4096).1.unwrap().contains("no zstd"));
    }

    #[test]
    fn a_window_that_is_too_large_is_refused_with_what_to_do() {
        let mut bytes = Vec::new();
        let mut encoder = zstd::Encoder::new(&mut bytes, 3).unwrap();
        encoder.window_log(27).unwrap();
        std::io::Write::write_all(&mut encoder, b"text").unwrap();
        std::io::Write::flush(&mut encoder).unwrap();
        encoder.finish().unwrap();
        assert!(decode(&bytes, 64).1.unwrap().contains("without --long"));
    }

    #[test]
    fn a_bomb_is_not_exploded() {
        // Blocks that repeat one byte 128 KiB times, in four bytes each.
        let mut bytes = [&MAGIC[..], &[0, 0x58]].concat();
        let run = (128 * 1024_u32) << 3 | 1 << 1;
        for _ in 0..100_000 {
            bytes.extend(&run.to_le_bytes()[..3]);
            bytes.push(b' ');
        }
        let mut zstd = Zstd::new();
        let mut plain = 0_u64;
        let corrupt = bytes.chunks(4096).find_map(|part| {
            zstd.push(part, &mut |piece| {
                plain += piece.len() as u64;
                Ok(())
            })
            .unwrap()
        });
        assert!(corrupt.unwrap().contains("4,096 times"));
        assert!(plain < 2 * FREE, "{plain}");
    }
}
