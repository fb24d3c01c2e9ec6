//! From arguments to finished profiles: finding files, cutting them into blocks, reading the blocks in parallel.
//!
//! Bytes are never parsed here. The one thing this side knows of a log is where a record ends, and that only to cut.

mod blocks;
mod files;
mod outcomes;
mod tap;
mod window;

pub use files::{Found, LogFile, expand, open_stream, split_profiles};
pub use outcomes::{OutcomeFiles, classify};
pub use tap::{Digests, Progress};
pub use window::{Reader, Window, cannot_be_cut, merged, read_window};

/// Bytes from anywhere; workers may take it over.
pub type Stream = Box<dyn std::io::Read + Send + Sync>;

/// How many bytes `infer` sees of a log.
pub const HEAD: usize = 256 * 1024;

/// The first bytes of a saved profile.
pub const PROFILE_MAGIC: &[u8] = b"DGPF";

/// The first bytes of gzip.
pub const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];
