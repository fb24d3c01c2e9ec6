//! A column's chunk of a row group: bytes as they are given -> pages, one at a time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use parquet::{
    basic::{CompressionCodec, Encoding},
    column::page::{Page, PageMetadata, PageReader},
    errors::ParquetError,
};

use crate::{
    Result, codec,
    header::{Header, Kind},
};

/// A page may hold so many bytes, packed or not: writers make them 1 MiB.
const MAX_PAGE: i64 = 64 * 1024 * 1024;

/// The bytes of a chunk that are not read yet.
pub struct Chunk {
    codec: CompressionCodec,
    /// Whether values may be missing: only then are levels looked at.
    has_levels: bool,
    /// Where in the file the bytes go on that were not given, and where the chunk ends.
    next: u64,
    end: u64,
    /// Bytes that were given; those before `at` were read.
    given: Vec<u8>,
    at: usize,
    /// So many bytes are needed to read on; 0 if there are enough.
    needed: usize,
    has_dictionary: bool,
}

/// A chunk that is shared by the column, which fetches bytes, and the decoder, which takes pages.
#[derive(Clone)]
pub struct Shared(Arc<Mutex<Chunk>>);

impl Shared {
    /// A chunk between two places of the file, of which nothing was given yet.
    pub fn new(codec: CompressionCodec, has_levels: bool, start: u64, end: u64) -> Self {
        let (given, at, needed, has_dictionary) = (Vec::new(), 0, 0, false);
        let chunk = Chunk { codec, has_levels, next: start, end, given, at, needed, has_dictionary };
        Self(Arc::new(Mutex::new(chunk)))
    }

    /// The chunk. There is one thread, so it is never locked for long.
    pub fn lock(&self) -> MutexGuard<'_, Chunk> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Chunk {
    /// Which bytes are wanted before the next page can be read, at least a block if there is one: start and length.
    pub fn wanted(&self, block: usize) -> Option<(u64, u64)> {
        let missing = self.needed.saturating_sub(self.given.len() - self.at);
        (missing > 0).then(|| (self.next, (missing.max(block) as u64).min(self.end - self.next)))
    }

    /// Takes the bytes that were wanted.
    pub fn give(&mut self, bytes: &[u8]) {
        self.given.drain(..self.at);
        self.at = 0;
        self.given.extend_from_slice(bytes);
        self.next += bytes.len() as u64;
        self.needed = 0;
    }

    /// Whether bytes are wanted before the next page can be read.
    pub const fn is_starved(&self) -> bool {
        self.needed > self.given.len() - self.at
    }

    /// Whether every page was read.
    pub const fn is_at_end(&self) -> bool {
        self.at == self.given.len() && self.next == self.end
    }

    /// The next page; `None` at the end, or when bytes are wanted first.
    fn page(&mut self) -> Result<Option<Page>> {
        loop {
            let rest = self.given.get(self.at..).unwrap_or_default();
            if rest.is_empty() && self.next == self.end {
                return Ok(None);
            }
            let Some((header, length)) = Header::read(rest)? else { return self.want(rest.len() + 1) };
            let size = |bytes: i64| {
                usize::try_from(bytes).ok().filter(|_| bytes <= MAX_PAGE).ok_or_else(|| {
                    format!("a page of {bytes} bytes; at most {MAX_PAGE} are read (write smaller pages or row groups)")
                })
            };
            let (packed, unpacked) = (size(header.packed)?, size(header.unpacked)?);
            let Some(body) = rest.get(length..length + packed) else { return self.want(length + packed) };
            if header.crc.is_some_and(|crc| crc as u32 != crc32fast::hash(body)) {
                return Err("a page is damaged: its checksum is wrong".into());
            }
            if header.kind()? == Kind::Data && self.has_levels && !header.has_run_lengths() {
                return Err("its levels are in the old bit-packed encoding; write it again with another writer".into());
            }
            let page = page(&header, self.codec, body, unpacked)?;
            self.at += length + packed;
            let Some(page) = page else { continue };
            if page.is_dictionary_page() && std::mem::replace(&mut self.has_dictionary, true) {
                return Err("it has two dictionaries".into());
            }
            let needs = matches!(page.encoding(), Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY);
            if needs && !self.has_dictionary {
                return Err("its dictionary is absent".into());
            }
            return Ok(Some(page));
        }
    }

    fn want(&mut self, bytes: usize) -> Result<Option<Page>> {
        if self.next - ((self.given.len() - self.at) as u64) + bytes as u64 > self.end {
            return Err("a page reaches beyond the end of its column".into());
        }
        self.needed = bytes;
        Ok(None)
    }
}

/// The page of a header and its bytes; `None` if it is of no use.
fn page(header: &Header, codec: CompressionCodec, body: &[u8], unpacked: usize) -> Result<Option<Page>> {
    let count = |value: i64| u32::try_from(value).map_err(|_| format!("the header of a page says {value} values"));
    let (encoding, num_values) = match header.kind()? {
        Kind::Index => return Ok(None),
        _ => (header.encoding()?, count(header.values)?),
    };
    let mut plain = Vec::with_capacity(unpacked);
    if header.kind()? == Kind::DataV2 {
        let [definitions, repetitions] = [count(header.levels[0])?, count(header.levels[1])?];
        let levels = definitions as usize + repetitions as usize;
        let (before, values) = body.split_at_checked(levels).ok_or("the levels of a page reach beyond its end")?;
        let length = unpacked.checked_sub(levels).ok_or("the levels of a page reach beyond its end")?;
        plain.extend_from_slice(before);
        let codec = if header.is_compressed { codec } else { CompressionCodec::UNCOMPRESSED };
        // A page without values has nothing to unpack.
        if length > 0 {
            codec::unpack(codec, values, length, &mut plain)?;
        } else if matches!(encoding, Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY) {
            // Some writers leave out the width of codes of which there are none.
            plain.push(0);
        }
        let num_nulls = count(header.missing)?;
        return Ok(Some(Page::DataPageV2 {
            buf: plain.into(),
            num_values,
            encoding,
            num_nulls,
            num_rows: count(header.rows)?,
            def_levels_byte_len: definitions,
            rep_levels_byte_len: repetitions,
            is_compressed: false,
            statistics: None,
        }));
    }
    if unpacked > 0 {
        codec::unpack(codec, body, unpacked, &mut plain)?;
    }
    let buf = Bytes::from(plain);
    if header.kind()? == Kind::Dictionary {
        if num_values as usize > buf.len() {
            return Err(format!("a dictionary of {num_values} values in {} bytes", buf.len()));
        }
        return Ok(Some(Page::DictionaryPage { buf, num_values, encoding, is_sorted: false }));
    }
    let (def_level_encoding, rep_level_encoding) = (Encoding::RLE, Encoding::RLE);
    Ok(Some(Page::DataPage { buf, num_values, encoding, def_level_encoding, rep_level_encoding, statistics: None }))
}

impl PageReader for Shared {
    fn get_next_page(&mut self) -> parquet::errors::Result<Option<Page>> {
        self.lock().page().map_err(ParquetError::General)
    }

    // Which page is the last one of a row is not known before the next one is given.
    fn at_record_boundary(&mut self) -> parquet::errors::Result<bool> {
        Ok(false)
    }

    // What follows is for skipping rows, which is not done here.
    fn peek_next_page(&mut self) -> parquet::errors::Result<Option<PageMetadata>> {
        Err(ParquetError::General("pages are read one after the other".into()))
    }

    fn skip_next_page(&mut self) -> parquet::errors::Result<()> {
        Err(ParquetError::General("pages are read one after the other".into()))
    }
}

impl Iterator for Shared {
    type Item = parquet::errors::Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}
