//! STUB
use crate::Error;
use driftgate_documents::{Decision, Facts, Policy, Report};
/// STUB
pub fn decide(_p: &Policy, _r: &Report, _f: &Facts) -> Result<Decision, Error> {
    Err(Error::state("stub"))
}
