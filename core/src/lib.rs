//! From prediction logs to a promotion decision: the statistics of driftgate, and nothing else.
//!
//! ```text
//! bytes --read--> Table --update--> Profile --merge--> Profile --analyze--> Report --decide--> Decision
//! ```
//!
//! This crate never reads a file, a clock, the environment or an unseeded random number; it is `no_std` over `libm`, so
//! the same log gives the same bytes of report natively, in a sandbox and in a browser. [`door`] is what every door
//! (the component, the browser, a test) opens: JSON texts and bytes in, JSON texts and bytes out.
#![no_std]
extern crate alloc;

pub mod analyze;
pub mod assign;
pub mod compare;
pub mod decide;
pub mod detect;
pub mod distance;
pub mod door;
pub mod drift;
mod error;
pub mod estimate;
pub mod gate;
pub mod hash;
pub mod health;
pub mod hypothesis;
mod json_path;
pub mod math;
pub mod metric;
pub mod order;
pub mod profile;
pub mod read;
pub mod rng;
pub mod sequential;
pub mod table;
pub mod trust;
pub mod words;

pub use driftgate_documents::Verdict;
pub use error::{Error, ErrorCode, Skip};
