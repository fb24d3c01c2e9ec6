//! Bytes -> tables.
//!
//! ```text
//! chunks cut anywhere --gzip--> plain bytes --lines--> JSONL --+
//!                                          \--csv-core--> CSV --+--> rows --> batches of at most 8,192 rows
//! typed columns ---------------------------------------------/
//! ```
//!
//! Nothing here can be made to fail by a log, short of what makes the whole log unreadable: a bad row is counted, kept as
//! a problem with its line and reason, and left out. Memory is bounded by the longest line allowed (1 MiB) and a batch.

mod cell;
mod columns;
mod counters;
mod csv;
mod days;
mod fields;
mod gics;
mod gzip;
mod infer;
mod jsonl;
mod lines;
mod look;
mod number;
mod ordinary;
mod outcomes;
mod probability;
mod problems;
mod proposals;
mod reader;
mod roles;
mod rows;
mod style;
mod time;
mod written;
mod zstd;

pub(crate) use cell::shorten;
pub use columns::{TypedCells, TypedColumn};
pub use gics::canonical_sector;
pub use infer::{infer, infer_columns};
pub use outcomes::Outcomes;
pub use reader::LogReader;
pub use time::{format_day, format_time, parse as parse_time, parse_day, parse_timezone};
