//! From arguments to finished profiles: finding files, cutting them into blocks, reading the blocks in parallel.
//!
//! Bytes are never parsed here. The one thing this side knows of a log is where a record ends, and that only to cut.

mod blocks;
mod files;
mod outcomes;
mod parquet;
mod resume;
mod tap;
mod window;

pub use files::{Found, LogFile, expand, files_of, open_stream, split_profiles};
pub use outcomes::{OutcomeFiles, classify};
pub use resume::{News, Start, news};
pub use tap::{Digests, Progress};
pub use window::{Reader, Window, cannot_be_cut, merged, read_logs, read_window};

/// Bytes from anywhere; workers may take it over.
pub type Stream = Box<dyn std::io::Read + Send + Sync>;

/// How many bytes `infer` sees of a log.
pub const HEAD: usize = 256 * 1024;

/// The first bytes of a saved profile.
pub const PROFILE_MAGIC: &[u8] = b"DGPF";

/// Whether these first bytes are of a compressed log: gzip or zstd.
#[must_use]
pub fn is_compressed(head: &[u8]) -> bool {
    head.starts_with(&[0x1f, 0x8b]) || head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) || is_skippable(head)
}

/// Whether a skippable frame of zstd stands first, as parallel compressors write it.
fn is_skippable(head: &[u8]) -> bool {
    head.starts_with(&[head.first().copied().unwrap_or_default(), 0x2a, 0x4d, 0x18])
        && matches!(head.first(), Some(0x50..=0x5f))
}

/// The name of a log without the extension of its compression.
#[must_use]
pub fn unpacked_name(name: &str) -> &str {
    [".gz", ".zst"].iter().find_map(|extension| name.strip_suffix(extension)).unwrap_or(name)
}
