//! The second component: Parquet files as batches of typed columns, in a sandbox of their own.
//!
//! Whatever goes wrong in there is about the file: even a trap is what a damaged file did to its decoder, and the decoder cannot
//! reach anything else.

use std::sync::{Arc, OnceLock};

use wasmtime::{
    Engine, Store,
    component::{Linker, ResourceAny},
};

use super::{Cells, Column, Component, Limits, MIB, Meter, Texts, first_line, ticks, trapped};
use crate::error::{Error, Result};

mod bindings {
    #![allow(
        unsafe_code,
        missing_docs,
        clippy::all,
        unused_qualifications,
        reason = "generated; the WIT is documented"
    )]
    wasmtime::component::bindgen!({ path: "../parquet-component/wit", world: "reader" });
}
use bindings::{Reader, ReaderPre, exports::driftgate::parquet::parquet as wit};

/// The component this command was built with.
pub const EMBEDDED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/driftgate-parquet.component.wasm"));

/// The component once it was needed: most logs are text.
#[derive(Clone, Default)]
pub(super) struct Later(Arc<OnceLock<ReaderPre<Meter>>>);

impl Later {
    fn get(&self, engine: &Engine) -> Result<ReaderPre<Meter>> {
        if let Some(pre) = self.0.get() {
            return Ok(pre.clone());
        }
        let pre = wasmtime::component::Component::from_binary(engine, EMBEDDED)
            .and_then(|component| Linker::new(engine).instantiate_pre(&component))
            .and_then(ReaderPre::new)
            .map_err(|error| Error::internal(format!("the reader of Parquet files: {}", first_line(&error))))?;
        Ok(self.0.get_or_init(|| pre).clone())
    }
}

/// What a Parquet file asks for, or gives.
#[derive(Debug)]
pub enum Step {
    /// These bytes of the file are wanted.
    Wanted {
        /// Where they begin.
        start: u64,
        /// How many they are.
        length: u64,
    },
    /// The next rows, at most 8,192.
    Batch(Vec<Column>),
    /// There are no more.
    End,
}

/// A Parquet file in a sandbox.
pub struct ParquetFile {
    store: Store<Meter>,
    reader: Reader,
    file: ResourceAny,
    limits: Limits,
}

impl Component {
    /// Begins a Parquet file of so many bytes.
    ///
    /// # Errors
    /// If this machine cannot run the reader.
    pub fn parquet(&self, limits: Limits, size: u64) -> Result<ParquetFile> {
        let pre = self.parquet.get(self.pre.engine())?;
        let mut store = self.store(limits);
        let file = pre.instantiate(&mut store).and_then(|reader| {
            let file = reader.driftgate_parquet_parquet().file().call_create(&mut store, size)?;
            Ok((reader, file))
        });
        match file {
            Ok((reader, file)) => Ok(ParquetFile { store, reader, file, limits }),
            Err(error) => Err(trapped("parquet.create", &error, store.data(), limits.push)),
        }
    }
}

impl ParquetFile {
    /// What comes next.
    ///
    /// # Errors
    /// If the file cannot be read; the message does not name it.
    pub fn step(&mut self) -> Result<Step> {
        let step = self.run("next", |file, store, handle| file.call_next(store, handle))?;
        Ok(match step {
            wit::Step::Wanted(range) => Step::Wanted { start: range.start, length: range.length },
            wit::Step::Batch(columns) => Step::Batch(columns.into_iter().map(Into::into).collect()),
            wit::Step::End => Step::End,
        })
    }

    /// The bytes that were wanted.
    ///
    /// # Errors
    /// If the file cannot be read; the message does not name it.
    pub fn give(&mut self, bytes: &[u8]) -> Result<()> {
        self.run("give", |file, store, handle| file.call_give(store, handle, bytes))
    }

    /// What is worth saying so far.
    ///
    /// # Errors
    /// If the guest breaks.
    pub fn notes(&mut self) -> Result<Vec<String>> {
        self.run("notes", |file, store, handle| file.call_notes(store, handle).map(Ok))
    }

    /// The most linear memory this instance had so far.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.store.data().memory_bytes
    }

    fn run<T>(
        &mut self,
        function: &str,
        work: impl FnOnce(
            &wit::GuestFile<'_>,
            &mut Store<Meter>,
            ResourceAny,
        ) -> wasmtime::Result<std::result::Result<T, String>>,
    ) -> Result<T> {
        self.store.set_epoch_deadline(ticks(self.limits.push));
        let file = self.reader.driftgate_parquet_parquet().file();
        match work(&file, &mut self.store, self.file) {
            Ok(answer) => {
                answer.map_err(|message| Error::caller(format!("this Parquet file cannot be read: {message}")))
            }
            Err(_) if self.store.data().refused => Err(Error::caller(format!(
                "this Parquet file needs more than {} MiB of memory: write it with smaller pages or row groups",
                self.limits.memory_bytes / MIB
            ))),
            Err(error) => {
                let why = trapped(function, &error, self.store.data(), self.limits.push).message;
                let why = why.trim_start_matches("internal error in ").split(';').next().unwrap_or_default();
                Err(Error::caller(format!("this Parquet file is damaged: its decoder gave up ({why})")))
            }
        }
    }
}

impl From<wit::Column> for Column {
    fn from(column: wit::Column) -> Self {
        let cells = match column.cells {
            wit::Cells::Numbers(values) => Cells::Numbers(values),
            wit::Cells::Integers(values) => Cells::Integers(values),
            wit::Cells::Flags(values) => Cells::Flags(values),
            wit::Cells::Times(values) => Cells::Times(values),
            wit::Cells::Texts(texts) => Cells::Texts(Texts { levels: texts.levels, codes: texts.codes }),
            wit::Cells::Unread(rows) => Cells::Unread(rows),
        };
        Self { name: column.name, cells, missing: column.missing }
    }
}
