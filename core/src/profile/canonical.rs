//! Rows as bytes: in the one order that depends on their content alone. Only the rows are copied for that, not the profile
//! around them, which may take most of a sandbox.

use serde::{Serialize, Serializer};

use super::Cases;
use crate::table::Table;

/// The rows of a small log.
pub(super) fn rows<S: Serializer>(rows: &Option<Table>, serializer: S) -> Result<S::Ok, S::Error> {
    rows.clone().map(Table::canonical).serialize(serializer)
}

/// The rows of a sample.
pub(super) fn cases<S: Serializer>(cases: &Cases, serializer: S) -> Result<S::Ok, S::Error> {
    cases.clone().canonical().serialize(serializer)
}

/// Rows that have an order of their own: only their columns and levels are put in order.
pub(super) fn listed<S: Serializer>(rows: &Table, serializer: S) -> Result<S::Ok, S::Error> {
    let mut rows = rows.clone();
    rows.settle();
    rows.serialize(serializer)
}
