//! STUB
pub mod bounded;
pub mod exact_sum;
pub mod levels;
pub mod value_histogram;

use crate::{Error, table::Table};
use alloc::vec::Vec;
use driftgate_documents::{Provenance, Schema};
/// STUB
pub struct Profile;
impl Profile {
    /// STUB
    pub fn new(_schema: &Schema) -> Result<Self, Error> {
        Ok(Self)
    }
    /// STUB
    pub fn update(&mut self, _table: &Table) -> Result<(), Error> {
        Ok(())
    }
    /// STUB
    pub fn read_from(&mut self, _p: Provenance) {}
    /// STUB
    pub fn merge(&mut self, _o: &Self) -> Result<(), Error> {
        Ok(())
    }
    /// STUB
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        Ok(Vec::new())
    }
    /// STUB
    pub fn from_bytes(_b: &[u8]) -> Result<Self, Error> {
        Ok(Self)
    }
}
