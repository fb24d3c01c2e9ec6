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
//! | [`Metrics`] | this crate | a person, a page |
//! | [`DetectOptions`] | a person | `detect` |
//! | [`Detection`] | `detect` | a person who asks when a stream changed |
//!
//! Names are snake_case everywhere, absent numbers are `null` (never NaN), maps are ordered, and fields are only ever
//! added.
#![no_std]
extern crate alloc;

mod assignment;
mod calibration;
mod comparison;
mod decision;
mod detection;
mod distribution;
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
pub use detection::*;
pub use distribution::*;
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

/// One JSON Schema of all documents, by name under `$defs`.
#[cfg(feature = "schema")]
#[must_use]
pub fn json_schema() -> alloc::string::String {
    // A description beside a reference would make a type of its own for each field: `Plan` is one type, wherever it stands.
    let apart = schemars::transform::RecursiveTransform(|schema: &mut schemars::Schema| {
        if let Some(object) = schema.as_object_mut().filter(|object| object.len() > 1)
            && let Some(reference) = object.remove("$ref")
        {
            object.insert("allOf".into(), [schemars::json_schema!({ "$ref": reference })].into_iter().collect());
        }
    });
    let settings = schemars::generate::SchemaSettings::draft2020_12();
    let mut generator = settings.with_transform(apart).into_generator();
    macro_rules! include {
        ($($document:ty),*) => { $( generator.subschema_for::<$document>(); )* };
    }
    include!(
        Assigned,
        Assignment,
        Calibration,
        CalibrationOptions,
        ComparisonOptions,
        Decision,
        DetectOptions,
        Detection,
        Facts,
        InferOptions,
        Inference,
        Metrics,
        ModelComparison,
        Needs,
        Plan,
        Policy,
        Provenance,
        Report,
        Schema,
        Source
    );
    let documents = schemars::json_schema!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "driftgate documents",
        "$defs": generator.take_definitions(true),
    });
    alloc::format!("{:#}\n", documents.to_value())
}
