//! The sandbox: everything driftgate computes, it computes in here.
//!
//! A [`Component`] is compiled once and shared by threads; a [`Sandbox`] is one instance of it with its own memory, and
//! lives for one job. A guest has nothing to call (a component with an import is refused), so all it can do is compute,
//! within [`Limits`]. This file and the one below it ([`parquet`]) are the only ones that know wasmtime.

pub mod parquet;

use std::{
    sync::mpsc::{RecvTimeoutError, channel},
    thread,
    time::Duration,
};

use wasmtime::{
    Cache, CacheConfig, Config, Engine, ResourceLimiter, Store, Trap, UpdateDeadline, WasmBacktrace,
    component::{Linker, ResourceAny},
};

use crate::error::{Error, Fault, Result};

mod bindings {
    #![allow(
        unsafe_code,
        missing_docs,
        clippy::all,
        unused_qualifications,
        reason = "generated; the WIT is documented"
    )]
    wasmtime::component::bindgen!({ path: "../wasm-component/wit", world: "analyzer" });
}
use bindings::{Analyzer, AnalyzerPre, exports::driftgate::analysis::analysis as wit};
pub use wit::{Cells, Column, Texts};

/// The component this command was built with.
pub const EMBEDDED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/driftgate.component.wasm"));

const MIB: usize = 1024 * 1024;

/// The most bytes the guest takes in one push of plain text.
pub const PUSH: usize = 256 * 1024;

/// The most compressed bytes the guest takes in one push: a repeated line grows three-hundredfold.
pub const PUSH_COMPRESSED: usize = 32 * 1024;

/// How long the ticker thread sleeps: a deadline is late by at most this.
const TICK: Duration = Duration::from_millis(50);

/// What one instance may use. All limits hold from before its first instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of linear memory.
    pub memory_bytes: usize,
    /// Bytes of one answer.
    pub output_bytes: usize,
    /// Time for one push, and for every call that is not named below (destructors too).
    pub push: Duration,
    /// Time for one analyze, decide, assign, detect, merge, `to_bytes` or `from_bytes`.
    pub analyze: Duration,
    /// Time for one calibrate: it analyses hundreds of windows.
    pub calibrate: Duration,
    /// Core instances inside the component.
    pub instances: usize,
    /// Tables inside the component.
    pub tables: usize,
    /// Elements of one table.
    pub table_elements: usize,
    /// Linear memories inside the component.
    pub memories: usize,
}

impl Limits {
    /// For profiles without kept cases.
    pub const SUMMARIES: Self = Self {
        memory_bytes: 128 * MIB,
        output_bytes: 64 * MIB,
        push: Duration::from_secs(10),
        analyze: Duration::from_secs(120),
        calibrate: Duration::from_secs(1800),
        instances: 8,
        tables: 8,
        table_elements: 20_000,
        memories: 1,
    };

    /// For merging and analysing: several windows at once, each with a view of every row of a small log.
    pub const ANALYSIS: Self = Self { memory_bytes: 1024 * MIB, output_bytes: 256 * MIB, ..Self::SUMMARIES };

    /// For profiles with cases, or with outcomes to join.
    pub const CASES: Self = Self { memory_bytes: 256 * MIB, output_bytes: 256 * MIB, ..Self::SUMMARIES };
}

/// A compiled component, ready to be instantiated by any thread.
#[derive(Clone)]
pub struct Component {
    pre: AnalyzerPre<Meter>,
    /// The reader of Parquet files, on the same engine.
    parquet: parquet::Later,
}

impl Component {
    /// The component this command was built with. Compiling takes a second the first time; `patience` is called if so.
    ///
    /// # Errors
    /// If this machine cannot run it.
    pub fn embedded(patience: impl FnOnce() + Send + 'static) -> Result<Self> {
        let (done, waiting) = channel::<()>();
        thread::spawn(move || {
            if waiting.recv_timeout(Duration::from_millis(300)) == Err(RecvTimeoutError::Timeout) {
                patience();
            }
        });
        let component = Self::load(EMBEDDED);
        drop(done);
        component
    }

    /// Compiles a component that anyone may have written.
    ///
    /// # Errors
    /// If it is no component, imports anything, or does not export the interface.
    pub fn load(bytes: &[u8]) -> Result<Self> {
        Self::on(&engine(true)?, bytes)
    }

    /// The same without deadlines: to measure what watching the clock costs, and for nothing else.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn without_deadlines(bytes: &[u8]) -> Result<Self> {
        Self::on(&engine(false)?, bytes)
    }

    fn on(engine: &Engine, bytes: &[u8]) -> Result<Self> {
        let component = wasmtime::component::Component::from_binary(engine, bytes)
            .map_err(|error| Error::caller(format!("not a WebAssembly component: {}", first_line(&error))))?;
        let imports: Vec<String> =
            component.component_type().imports(engine).map(|(name, _)| format!("`{name}`")).collect();
        if !imports.is_empty() {
            return Err(Error::caller(format!(
                "the component imports {}; driftgate runs only components that import nothing",
                imports.join(", ")
            )));
        }
        let pre = Linker::new(engine).instantiate_pre(&component).and_then(AnalyzerPre::new);
        let pre = pre.map_err(|error| {
            Error::caller(format!("the component does not export driftgate:analysis@0.1.0: {}", first_line(&error)))
        })?;
        Ok(Self { pre, parquet: parquet::Later::default() })
    }

    /// The names of what it exports.
    #[must_use]
    pub fn exports(&self) -> Vec<String> {
        let component = self.pre.instance_pre().component();
        component.component_type().exports(self.pre.engine()).map(|(name, _)| name.to_owned()).collect()
    }

    /// A fresh instance.
    ///
    /// # Errors
    /// If its first instructions break the limits.
    pub fn sandbox(&self, limits: Limits) -> Result<Sandbox> {
        let mut store = self.store(limits);
        match self.pre.instantiate(&mut store) {
            Ok(analyzer) => Ok(Sandbox { store, analyzer, limits }),
            Err(error) => Err(trapped("instantiate", &error, store.data(), limits.push)),
        }
    }

    /// What an instance lives in.
    fn store(&self, limits: Limits) -> Store<Meter> {
        let mut store = Store::new(self.pre.engine(), Meter { limits, memory_bytes: 0, refused: false });
        store.limiter(|meter| meter);
        store.set_hostcall_fuel(limits.output_bytes);
        store.epoch_deadline_callback(|_| Ok(UpdateDeadline::Interrupt));
        store.set_epoch_deadline(ticks(limits.push));
        store
    }
}

/// Which features a guest may use, and a thread that counts time for all of its instances, if they are to end in time.
fn engine(deadlines: bool) -> Result<Engine> {
    let mut config = Config::new();
    config.wasm_relaxed_simd(false).epoch_interruption(deadlines).cache(cache());
    // A trap names its function, never an offset, and nobody but wasmtime walks the guest's stack (Windows insists on being
    // able to): without these tables a seventh less has to be read, unpacked and mapped at every start.
    config.generate_address_map(false).native_unwind_info(cfg!(windows));
    let engine = Engine::new(&config)
        .map_err(|error| Error::internal(format!("this machine cannot run WebAssembly: {}", first_line(&error))))?;
    let weak = engine.weak();
    thread::spawn(move || {
        while let Some(engine) = weak.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TICK);
        }
    });
    Ok(engine)
}

/// Compiled code is kept in the user's cache folder, by wasmtime's own rules; without one it is compiled each time. The
/// least compression unpacks fastest, and is not replaced by a slower one once the code has been used often.
fn cache() -> Option<Cache> {
    let mut config = CacheConfig::new();
    config.with_baseline_compression_level(1).with_optimized_compression_level(1);
    Cache::new(config).ok()
}

fn ticks(time: Duration) -> u64 {
    u64::try_from(time.as_millis() / TICK.as_millis()).unwrap_or(u64::MAX).saturating_add(1)
}

/// Watches what an instance uses.
struct Meter {
    limits: Limits,
    memory_bytes: usize,
    refused: bool,
}

impl ResourceLimiter for Meter {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let fits = desired <= self.limits.memory_bytes;
        self.refused |= !fits;
        if fits {
            self.memory_bytes = self.memory_bytes.max(desired);
        }
        Ok(fits)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= self.limits.table_elements)
    }

    fn instances(&self) -> usize {
        self.limits.instances
    }

    fn tables(&self) -> usize {
        self.limits.tables
    }

    fn memories(&self) -> usize {
        self.limits.memories
    }
}

/// One instance. After an internal error it is of no more use.
pub struct Sandbox {
    store: Store<Meter>,
    analyzer: Analyzer,
    limits: Limits,
}

/// A profile in a sandbox: give it back with [`Sandbox::drop_profile`].
#[derive(Debug)]
pub struct Profile(ResourceAny);

/// Late outcomes in a sandbox; they live as long as it does.
#[derive(Debug)]
pub struct Outcomes(ResourceAny);

/// The answer of the gate, with its document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The verdict.
    pub verdict: driftgate_documents::Verdict,
    /// The decision as JSON.
    pub json: String,
}

fn by_name(windows: &[(&str, &Profile)]) -> Vec<(String, ResourceAny)> {
    windows.iter().map(|(name, profile)| ((*name).to_owned(), profile.0)).collect()
}

impl Sandbox {
    /// Infers the meaning of a log's columns from its first bytes.
    ///
    /// # Errors
    /// As core says.
    pub fn infer(&mut self, head: &[u8], options: &str) -> Result<String> {
        let time = self.limits.push;
        self.call("infer", time, |guest, store| guest.call_infer(store, head, options))
    }

    /// The same from its first rows, of a log of typed columns.
    ///
    /// # Errors
    /// As core says.
    pub fn infer_columns(&mut self, head: &[Column], options: &str) -> Result<String> {
        let time = self.limits.push;
        self.call("infer-columns", time, |guest, store| guest.call_infer_columns(store, head, options))
    }

    /// Begins to read a log.
    ///
    /// # Errors
    /// As core says.
    pub fn profile(&mut self, schema: &str, source: &str, outcomes: Option<&Outcomes>) -> Result<Profile> {
        let outcomes = outcomes.map(|outcomes| outcomes.0);
        let time = self.limits.push;
        self.call("profile.create", time, |guest, store| guest.profile().call_create(store, schema, source, outcomes))
            .map(Profile)
    }

    /// Begins the next file or block of the same window.
    ///
    /// # Errors
    /// As core says.
    pub fn source(&mut self, profile: &Profile, source: &str) -> Result<()> {
        let time = self.limits.push;
        self.call("profile.source", time, |guest, store| guest.profile().call_source(store, profile.0, source))
    }

    /// Reads bytes cut anywhere; answers the rows of this source so far.
    ///
    /// # Errors
    /// As core says.
    pub fn push(&mut self, profile: &Profile, chunk: &[u8]) -> Result<u64> {
        let time = self.limits.push;
        self.call("profile.push", time, |guest, store| guest.profile().call_push(store, profile.0, chunk))
    }

    /// The same for text, as hosts in other languages call it.
    ///
    /// # Errors
    /// As core says.
    pub fn push_text(&mut self, profile: &Profile, chunk: &str) -> Result<u64> {
        let time = self.limits.push;
        self.call("profile.push-text", time, |guest, store| guest.profile().call_push_text(store, profile.0, chunk))
    }

    /// Reads a batch of typed columns, at most 8,192 rows; answers the rows so far.
    ///
    /// # Errors
    /// As core says.
    pub fn push_columns(&mut self, profile: &Profile, batch: &[Column]) -> Result<u64> {
        let time = self.limits.push;
        self.call("profile.push-columns", time, |guest, store| {
            guest.profile().call_push_columns(store, profile.0, batch)
        })
    }

    /// Ends the log.
    ///
    /// # Errors
    /// As core says.
    pub fn finish(&mut self, profile: &Profile) -> Result<()> {
        let time = self.limits.push;
        self.call("profile.finish", time, |guest, store| guest.profile().call_finish(store, profile.0))
    }

    /// Adds a finished profile to another.
    ///
    /// # Errors
    /// As core says.
    pub fn merge(&mut self, into: &Profile, other: &Profile) -> Result<()> {
        let time = self.limits.analyze;
        self.call("profile.merge", time, |guest, store| guest.profile().call_merge(store, into.0, other.0))
    }

    /// A finished profile as bytes.
    ///
    /// # Errors
    /// As core says.
    pub fn to_bytes(&mut self, profile: &Profile) -> Result<Vec<u8>> {
        let time = self.limits.analyze;
        self.call("profile.to-bytes", time, |guest, store| guest.profile().call_to_bytes(store, profile.0))
    }

    /// Reads a profile back.
    ///
    /// # Errors
    /// As core says.
    pub fn from_bytes(&mut self, bytes: &[u8]) -> Result<Profile> {
        let time = self.limits.analyze;
        self.call("profile.from-bytes", time, |guest, store| guest.profile().call_from_bytes(store, bytes)).map(Profile)
    }

    /// Which files a finished profile was read from and how far: a `Provenance` as JSON.
    ///
    /// # Errors
    /// As core says.
    pub fn provenance(&mut self, profile: &Profile) -> Result<String> {
        let time = self.limits.analyze;
        self.call("profile.provenance", time, |guest, store| guest.profile().call_provenance(store, profile.0))
    }

    /// Frees a profile's memory.
    ///
    /// # Errors
    /// If the guest breaks in doing so.
    pub fn drop_profile(&mut self, profile: Profile) -> Result<()> {
        let time = self.limits.push;
        self.run("profile.drop", time, |_, store| profile.0.resource_drop(store))
    }

    /// Begins to collect outcomes.
    ///
    /// # Errors
    /// As core says.
    pub fn outcomes(&mut self, schema: &str) -> Result<Outcomes> {
        let time = self.limits.push;
        self.call("outcomes.create", time, |guest, store| guest.outcomes().call_create(store, schema)).map(Outcomes)
    }

    /// Begins the next file of outcomes.
    ///
    /// # Errors
    /// As core says.
    pub fn outcomes_source(&mut self, outcomes: &Outcomes, source: &str) -> Result<()> {
        let time = self.limits.push;
        self.call("outcomes.source", time, |guest, store| guest.outcomes().call_source(store, outcomes.0, source))
    }

    /// Reads outcomes cut anywhere; answers the ids so far.
    ///
    /// # Errors
    /// As core says.
    pub fn outcomes_push(&mut self, outcomes: &Outcomes, chunk: &[u8]) -> Result<u64> {
        let time = self.limits.push;
        self.call("outcomes.push", time, |guest, store| guest.outcomes().call_push(store, outcomes.0, chunk))
    }

    /// Reads a batch of outcomes in typed columns; answers the ids so far.
    ///
    /// # Errors
    /// As core says.
    pub fn outcomes_push_columns(&mut self, outcomes: &Outcomes, batch: &[Column]) -> Result<u64> {
        let time = self.limits.push;
        self.call("outcomes.push-columns", time, |guest, store| {
            guest.outcomes().call_push_columns(store, outcomes.0, batch)
        })
    }

    /// Ends the last file of outcomes.
    ///
    /// # Errors
    /// As core says.
    pub fn outcomes_finish(&mut self, outcomes: &Outcomes) -> Result<()> {
        let time = self.limits.push;
        self.call("outcomes.finish", time, |guest, store| guest.outcomes().call_finish(store, outcomes.0))
    }

    /// A plan and windows by name in, a report out.
    ///
    /// # Errors
    /// As core says.
    pub fn analyze(&mut self, plan: &str, windows: &[(&str, &Profile)]) -> Result<String> {
        let (windows, time) = (by_name(windows), self.limits.analyze);
        self.call("analyze", time, |guest, store| guest.call_analyze(store, plan, &windows))
    }

    /// A plan, options and windows by name in, a comparison of their models out.
    ///
    /// # Errors
    /// As core says.
    pub fn compare(&mut self, plan: &str, options: &str, windows: &[(&str, &Profile)]) -> Result<String> {
        let (windows, time) = (by_name(windows), self.limits.analyze);
        self.call("compare", time, |guest, store| guest.call_compare(store, plan, options, &windows))
    }

    /// A plan, options and a calm log in, its false alarms and power out.
    ///
    /// # Errors
    /// As core says.
    pub fn calibrate(&mut self, plan: &str, options: &str, log: &Profile) -> Result<String> {
        let time = self.limits.calibrate;
        self.call("calibrate", time, |guest, store| guest.call_calibrate(store, plan, options, log.0))
    }

    /// An assignment and units (a JSON array of texts) in, where each belongs out.
    ///
    /// # Errors
    /// As core says.
    pub fn assign(&mut self, assignment: &str, units: &str) -> Result<String> {
        let time = self.limits.analyze;
        self.call("assign", time, |guest, store| guest.call_assign(store, assignment, units))
    }

    /// A detector with its options and a stream of values in, where it changes out.
    ///
    /// # Errors
    /// As core says.
    pub fn detect(&mut self, options: &str, values: &[f64]) -> Result<String> {
        let time = self.limits.analyze;
        self.call("detect", time, |guest, store| guest.call_detect(store, options, values))
    }

    /// A policy, a report and facts in, a decision out.
    ///
    /// # Errors
    /// As core says.
    pub fn decide(&mut self, policy: &str, report: &str, facts: &str) -> Result<Decided> {
        let time = self.limits.analyze;
        let decision = self.call("decide", time, |guest, store| guest.call_decide(store, policy, report, facts))?;
        let verdict = match decision.verdict {
            wit::Verdict::Pass => driftgate_documents::Verdict::Pass,
            wit::Verdict::Fail => driftgate_documents::Verdict::Fail,
            wit::Verdict::Inconclusive => driftgate_documents::Verdict::Inconclusive,
        };
        Ok(Decided { verdict, json: decision.json })
    }

    /// The digest of core's arithmetic: two sandboxes with the same one compute the same bits.
    ///
    /// # Errors
    /// If the guest breaks.
    pub fn digest(&mut self) -> Result<u64> {
        let time = self.limits.push;
        self.run("digest", time, |guest, store| guest.call_digest(store))
    }

    /// The most linear memory this instance had so far.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.store.data().memory_bytes
    }

    fn call<T>(
        &mut self,
        function: &'static str,
        time: Duration,
        work: impl FnOnce(&wit::Guest, &mut Store<Meter>) -> wasmtime::Result<std::result::Result<T, wit::Error>>,
    ) -> Result<T> {
        self.run(function, time, work)?.map_err(|error| {
            let fault = if error.code == "state" { Fault::Internal } else { Fault::Caller };
            Error { fault, message: error.message }
        })
    }

    fn run<T>(
        &mut self,
        function: &'static str,
        time: Duration,
        work: impl FnOnce(&wit::Guest, &mut Store<Meter>) -> wasmtime::Result<T>,
    ) -> Result<T> {
        self.store.set_epoch_deadline(ticks(time));
        let guest = self.analyzer.driftgate_analysis_analysis();
        work(guest, &mut self.store).map_err(|error| trapped(function, &error, self.store.data(), time))
    }
}

/// A trap, as a sentence: where, why, and whose it is.
fn trapped(function: &str, error: &wasmtime::Error, meter: &Meter, time: Duration) -> Error {
    let place = innermost(error).map_or_else(String::new, |name| format!(" ({name})"));
    if meter.refused {
        return Error::caller(format!(
            "{function} needed more than {} MiB of memory, the limit of a sandbox: give fewer columns, segments or rows at once",
            meter.limits.memory_bytes / MIB
        ));
    }
    let why = match error.downcast_ref::<Trap>() {
        Some(Trap::Interrupt) => format!("it took longer than {} s, the limit for one call", time.as_secs()),
        Some(Trap::StackOverflow) => "it ran out of stack; this is a bug in driftgate, please report it".to_owned(),
        Some(trap) => format!("{trap}; this is a bug in driftgate, please report it"),
        None => first_line(error),
    };
    Error::internal(format!("internal error in {function}{place}: {why}"))
}

/// The innermost function of the guest that is not Rust's own way of giving up.
fn innermost(error: &wasmtime::Error) -> Option<String> {
    let trace = error.downcast_ref::<WasmBacktrace>()?;
    let names = trace.frames().iter().filter_map(|frame| frame.func_name());
    let mut names = names.map(|name| format!("{:#}", rustc_demangle::demangle(name)));
    names.find(|name| name.contains("driftgate"))
}

fn first_line(error: &wasmtime::Error) -> String {
    format!("{error:#}").lines().next().unwrap_or_default().to_owned()
}
