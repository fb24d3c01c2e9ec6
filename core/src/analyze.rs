//! STUB
use crate::{Error, profile::Profile};
use driftgate_documents::{Plan, Report};
/// STUB
pub fn analyze(_plan: &Plan, _windows: &[(&str, &Profile)]) -> Result<Report, Error> {
    Err(Error::state("stub"))
}
