//! Unpacking a page: never more bytes than its header promised, which the caller has capped.

use std::io::Read;

use parquet::basic::CompressionCodec;

use crate::Result;

/// The page's plain bytes, appended to `out`; exactly `length` of them.
///
/// # Errors
/// If the bytes are damaged, are more or fewer, or packed in a way that is not read.
pub fn unpack(codec: CompressionCodec, packed: &[u8], length: usize, out: &mut Vec<u8>) -> Result<()> {
    let before = out.len();
    let wrong = |error: &dyn std::fmt::Display| format!("a page cannot be unpacked ({codec:?}): {error}");
    match codec {
        CompressionCodec::UNCOMPRESSED => out.extend_from_slice(packed),
        CompressionCodec::SNAPPY => {
            let claimed = snap::raw::decompress_len(packed).map_err(|error| wrong(&error))?;
            if claimed == length {
                out.resize(before + length, 0);
                let plain = out.get_mut(before..).unwrap_or_default();
                snap::raw::Decoder::new().decompress(packed, plain).map_err(|error| wrong(&error))?;
            }
        }
        CompressionCodec::LZ4_RAW => {
            out.resize(before + length, 0);
            let plain = out.get_mut(before..).unwrap_or_default();
            let unpacked = lz4_flex::block::decompress_into(packed, plain).map_err(|error| wrong(&error))?;
            out.truncate(before + unpacked);
        }
        CompressionCodec::GZIP => {
            drain(flate2::read::MultiGzDecoder::new(packed), length, out).map_err(|e| wrong(&e))?
        }
        CompressionCodec::ZSTD => {
            let frames = ruzstd::decoding::StreamingDecoder::new(packed).map_err(|error| wrong(&error))?;
            drain(frames, length, out).map_err(|error| wrong(&error))?;
        }
        CompressionCodec::BROTLI => {
            drain(brotli_decompressor::Decompressor::new(packed, 4096), length, out).map_err(|error| wrong(&error))?;
        }
        CompressionCodec::LZO | CompressionCodec::LZ4 => {
            return Err(format!(
                "it is compressed with {codec:?}, which is not read; write it again with zstd or snappy"
            ));
        }
    }
    match out.len() - before {
        unpacked if unpacked == length => Ok(()),
        _ => Err(wrong(&format!("it does not hold the {length} bytes that its header promises"))),
    }
}

/// Reads to the end, but no further than a byte beyond what was promised.
fn drain(reader: impl Read, length: usize, out: &mut Vec<u8>) -> std::io::Result<()> {
    out.reserve(length);
    reader.take(length as u64 + 1).read_to_end(out).map(|_| ())
}
