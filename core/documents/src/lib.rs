//! The documents driftgate reads and writes, as serde types and nothing else: no arithmetic, no I/O.
//!
//! | document | who writes it | who reads it |
//! |---|---|---|
//! | [`InferOptions`], [`Source`] | the caller | `infer`, a profile |
//! | [`Schema`] | `infer` | every worker that reads the log |
//! | [`Plan`] | a person (TOML or JSON) | `analyze` |
//! | [`Report`] | `analyze` | a person, the gate, a dashboard |
//! | [`Calibration`] | `calibrate` | a person who wonders how far to trust an alarm |
//! | [`Policy`], [`Facts`] | a person, the host | `decide` |
//! | [`Assignment`] | a person | `assign`, a comparison that audits it |
//! | [`Decision`] | `decide` | a person, a pipeline |
//!
//! Names are snake_case everywhere, absent numbers are `null` (never NaN), maps are ordered, and fields are only ever
//! added.
#![no_std]
extern crate alloc;

mod assignment;
mod calibration;
mod comparison;
mod decision;
mod estimate;
mod health;
mod metric;
mod plan;
mod policy;
mod replay;
mod report;
mod schema;

pub use assignment::*;
pub use calibration::*;
pub use comparison::*;
pub use decision::*;
pub use estimate::*;
pub use health::*;
pub use metric::*;
pub use plan::*;
pub use policy::*;
pub use replay::*;
pub use report::*;
pub use schema::*;

/// The version every document carries and every reader checks.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
