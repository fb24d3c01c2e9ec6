//! Bytes -> tables.

mod outcomes;

use alloc::rc::Rc;

use driftgate_documents::{InferOptions, Inference, Provenance, Schema, Source};
pub use outcomes::Outcomes;

use crate::{Error, table::Table};

/// STUB
pub fn infer(_head: &[u8], _options: &InferOptions) -> Result<Inference, Error> {
    Err(Error::state("stub"))
}

/// STUB
pub struct LogReader;
impl LogReader {
    /// STUB
    pub fn new(_schema: Rc<Schema>, _source: Source, _outcomes: Option<Rc<Outcomes>>) -> Result<Self, Error> {
        Err(Error::state("stub"))
    }
    /// Reads a chunk cut anywhere; hands every full batch (8,192 rows) to `sink`.
    pub fn push(&mut self, _chunk: &[u8], _sink: &mut dyn FnMut(Table) -> Result<(), Error>) -> Result<(), Error> {
        Err(Error::state("stub"))
    }
    /// Ends the log: hands over the last batch, answers what was read and what was wrong.
    pub fn finish(&mut self, _sink: &mut dyn FnMut(Table) -> Result<(), Error>) -> Result<Provenance, Error> {
        Err(Error::state("stub"))
    }
    /// Good rows so far.
    pub fn rows(&self) -> u64 {
        0
    }
}
