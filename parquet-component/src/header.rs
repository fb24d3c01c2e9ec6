//! The header of a page, in Thrift's compact protocol. The parquet crate keeps its own parser to itself.

use parquet::basic::Encoding;

use crate::Result;

/// A header longer than this (statistics of long texts) is none: 1 MiB.
const MAX_HEADER: usize = 1024 * 1024;

/// Structures in structures, at most: the format has three.
const MAX_DEPTH: u32 = 8;

/// What kind of page follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Data, the levels compressed with the values.
    Data,
    /// Data of the second version, the levels before the compressed values.
    DataV2,
    Dictionary,
    /// Of no use here.
    Index,
}

/// The fields that are used.
#[derive(Clone, Debug, Default)]
pub struct Header {
    kind: i64,
    /// Bytes of the page when unpacked.
    pub unpacked: i64,
    /// Bytes of the page in the file.
    pub packed: i64,
    /// CRC-32 of the page in the file.
    pub crc: Option<i64>,
    /// Values, missing ones included.
    pub values: i64,
    encoding: i64,
    level_encoding: i64,
    pub missing: i64,
    pub rows: i64,
    /// Bytes of the definition and repetition levels of a page of the second version.
    pub levels: [i64; 2],
    /// Of a page of the second version, whether its values are compressed.
    pub is_compressed: bool,
}

impl Header {
    /// Reads a header and answers its length; `None` if the bytes end before it does.
    ///
    /// # Errors
    /// If this is no header.
    pub fn read(bytes: &[u8]) -> Result<Option<(Self, usize)>> {
        let mut thrift = Thrift { rest: bytes };
        let mut header = Self { is_compressed: true, ..Self::default() };
        let whole = thrift.structure(MAX_DEPTH, &mut |thrift, field, kind| header.field(thrift, field, kind));
        match whole {
            Ok(()) => Ok(Some((header, bytes.len() - thrift.rest.len()))),
            Err(Stop::Ended) if bytes.len() < MAX_HEADER => Ok(None),
            Err(Stop::Ended) => Err("the header of a page has no end".into()),
            Err(Stop::Bad) => Err("the header of a page is damaged".into()),
        }
    }

    fn field(&mut self, thrift: &mut Thrift<'_>, field: i64, kind: u8) -> Thrifted<bool> {
        let place = match field {
            1 => &mut self.kind,
            2 => &mut self.unpacked,
            3 => &mut self.packed,
            4 => self.crc.insert(0),
            5 | 7 | 8 if kind == STRUCTURE => {
                thrift.structure(MAX_DEPTH - 1, &mut |thrift, inner, kind| self.inner(thrift, (field, inner), kind))?;
                return Ok(true);
            }
            _ => return Ok(false),
        };
        *place = thrift.number(kind)?;
        Ok(true)
    }

    fn inner(&mut self, thrift: &mut Thrift<'_>, path: (i64, i64), kind: u8) -> Thrifted<bool> {
        let place = match path {
            (_, 1) => &mut self.values,
            (5 | 7, 2) | (8, 4) => &mut self.encoding,
            (5, 3) => &mut self.level_encoding,
            (8, 2) => &mut self.missing,
            (8, 3) => &mut self.rows,
            (8, 5) => &mut self.levels[0],
            (8, 6) => &mut self.levels[1],
            (8, 7) => {
                self.is_compressed = kind == TRUE;
                return Ok(true);
            }
            _ => return Ok(false),
        };
        *place = thrift.number(kind)?;
        Ok(true)
    }

    /// The kind of the page.
    ///
    /// # Errors
    /// If there is no such kind.
    pub fn kind(&self) -> Result<Kind> {
        match self.kind {
            0 => Ok(Kind::Data),
            1 => Ok(Kind::Index),
            2 => Ok(Kind::Dictionary),
            3 => Ok(Kind::DataV2),
            kind => Err(format!("a page of the unknown kind {kind}")),
        }
    }

    /// How the values are encoded.
    ///
    /// # Errors
    /// If there is no such encoding.
    pub fn encoding(&self) -> Result<Encoding> {
        Ok(match self.encoding {
            0 => Encoding::PLAIN,
            2 => Encoding::PLAIN_DICTIONARY,
            3 => Encoding::RLE,
            5 => Encoding::DELTA_BINARY_PACKED,
            6 => Encoding::DELTA_LENGTH_BYTE_ARRAY,
            7 => Encoding::DELTA_BYTE_ARRAY,
            8 => Encoding::RLE_DICTIONARY,
            9 => Encoding::BYTE_STREAM_SPLIT,
            encoding => return Err(format!("values in the unknown encoding {encoding}")),
        })
    }

    /// Whether the levels of a page of the first version are run lengths, as all but ancient writers have them.
    pub const fn has_run_lengths(&self) -> bool {
        self.level_encoding == 3
    }
}

/// Why reading stops.
enum Stop {
    /// The bytes end.
    Ended,
    Bad,
}

type Thrifted<T> = std::result::Result<T, Stop>;

const TRUE: u8 = 1;
const FALSE: u8 = 2;
const STRUCTURE: u8 = 12;

/// Bytes in the compact protocol.
struct Thrift<'a> {
    rest: &'a [u8],
}

impl Thrift<'_> {
    /// Reads a structure; `each` takes the fields it knows, by number and type, and answers false for the others.
    fn structure(&mut self, depth: u32, each: &mut dyn FnMut(&mut Self, i64, u8) -> Thrifted<bool>) -> Thrifted<()> {
        let mut field = 0_i64;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Ok(());
            }
            let kind = head & 15;
            field = match head >> 4 {
                0 => self.zigzag()?,
                delta => field.checked_add(i64::from(delta)).ok_or(Stop::Bad)?,
            };
            if !each(self, field, kind)? {
                self.skip(kind, depth)?;
            }
        }
    }

    fn number(&mut self, kind: u8) -> Thrifted<i64> {
        match kind {
            4..=6 => self.zigzag(),
            _ => Err(Stop::Bad),
        }
    }

    fn skip(&mut self, kind: u8, depth: u32) -> Thrifted<()> {
        let depth = depth.checked_sub(1).ok_or(Stop::Bad)?;
        match kind {
            TRUE | FALSE => Ok(()),
            3 => self.pass(1),
            4..=6 => self.varint().map(|_| ()),
            7 => self.pass(8),
            8 => {
                let length = self.varint()?;
                self.pass(usize::try_from(length).map_err(|_| Stop::Bad)?)
            }
            9 | 10 => {
                let head = self.byte()?;
                let count = if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) };
                // An element takes at least a byte, so a count that lies ends with the bytes.
                (0..count).try_for_each(|_| match head & 15 {
                    TRUE | FALSE => self.pass(1),
                    kind => self.skip(kind, depth),
                })
            }
            STRUCTURE => self.structure(depth, &mut |_, _, _| Ok(false)),
            _ => Err(Stop::Bad),
        }
    }

    fn byte(&mut self) -> Thrifted<u8> {
        let (first, rest) = self.rest.split_first().ok_or(Stop::Ended)?;
        self.rest = rest;
        Ok(*first)
    }

    fn pass(&mut self, length: usize) -> Thrifted<()> {
        self.rest = self.rest.get(length..).ok_or(Stop::Ended)?;
        Ok(())
    }

    fn varint(&mut self) -> Thrifted<u64> {
        let mut value = 0_u64;
        for shift in (0..70).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 127).checked_shl(shift).ok_or(Stop::Bad)?;
            if byte < 128 {
                return Ok(value);
            }
        }
        Err(Stop::Bad)
    }

    fn zigzag(&mut self) -> Thrifted<i64> {
        let value = self.varint()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }
}
