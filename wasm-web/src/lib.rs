//! The browser's door: driftgate's core behind wasm-bindgen. It translates and decides nothing.
//!
//! Documents cross as JSON text, which is read by the same parser with the same errors as everywhere; bytes cross as they are.
//! An error is a JavaScript `Error` named `DriftgateError` with a `code`. After a trap the instance must not be used again:
//! the package around this sees to that.
#![cfg(target_arch = "wasm32")]

#[cfg(not(target_feature = "simd128"))]
compile_error!("the browser's door is built with simd128: run `cargo xtask package`");

mod columns;

use std::{
    cell::{Ref, RefCell, RefMut},
    rc::Rc,
};

use driftgate_core::{
    Error,
    door::{self, OutcomesHandle, ProfileHandle},
};
use js_sys::{JsString, Reflect};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

type Result<T> = core::result::Result<T, JsValue>;

/// The meaning of a log's columns from its first bytes: `InferOptions` in, `Inference` out, both as JSON.
#[wasm_bindgen]
pub fn infer(head: &[u8], options: &str) -> Result<String> {
    door::infer(head, options).map_err(thrown)
}

/// The same from the first rows of typed columns.
#[wasm_bindgen(js_name = inferColumns)]
pub fn infer_columns(head: js_sys::Array, options: &str) -> Result<String> {
    door::infer_columns(&columns::read(&head)?, options).map_err(thrown)
}

/// A report: a `Plan` and windows in.
#[wasm_bindgen]
pub fn analyze(plan: &str, windows: &Windows) -> Result<String> {
    windows.read(|windows| door::analyze(plan, windows))
}

/// A comparison of models: a `Plan`, `ComparisonOptions` and windows in.
#[wasm_bindgen]
pub fn compare(plan: &str, options: &str, windows: &Windows) -> Result<String> {
    windows.read(|windows| door::compare(plan, options, windows))
}

/// How often a plan alarms on a calm log, and which changes it finds: a `Plan`, `CalibrationOptions` and a log in.
#[wasm_bindgen]
pub fn calibrate(plan: &str, options: &str, log: &Profile) -> Result<String> {
    door::calibrate(plan, options, &*shared(&log.0)?).map_err(thrown)
}

/// Which arm units belong to: an `Assignment` and an array of texts in.
#[wasm_bindgen]
pub fn assign(assignment: &str, units: &str) -> Result<String> {
    door::assign(assignment, units).map_err(thrown)
}

/// Where a stream changes: `DetectOptions` and values in, NaN where one is missing.
#[wasm_bindgen]
pub fn detect(options: &str, values: &[f64]) -> Result<String> {
    door::detect(options, values).map_err(thrown)
}

/// A decision: a `Policy`, a `Report` and `Facts` in. The verdict stands in it.
#[wasm_bindgen]
pub fn decide(policy: &str, report: &str, facts: &str) -> Result<String> {
    door::decide(policy, report, facts).map(|(_, json)| json).map_err(thrown)
}

/// What a policy asks of the logs: a `Policy` in, `Needs` out.
#[wasm_bindgen]
pub fn needs(policy: &str) -> Result<String> {
    door::needs(policy).map_err(thrown)
}

/// The built-in `Policy` of that name.
#[wasm_bindgen]
pub fn preset(name: &str) -> Result<String> {
    door::preset(name).map_err(thrown)
}

/// The metrics there are: `Metrics`.
#[wasm_bindgen]
pub fn metrics() -> Result<String> {
    door::metrics().map_err(thrown)
}

/// The digest of 120,000 function values: two doors with the same one compute the same bits.
#[wasm_bindgen]
pub fn digest() -> u64 {
    door::digest()
}

/// How a CSV log is laid out, as a `Layout`, told by its first bytes: at least 1 MiB of them, or all. Nothing if no header ends
/// there, or if there is something wrong with it, which its reader says.
#[wasm_bindgen]
pub fn layout(bytes: &[u8], ended: bool) -> Result<Option<String>> {
    door::layout(bytes, ended).map_err(thrown)
}

/// What the folders in a path to a log say of its rows: every column, each before its value.
#[wasm_bindgen]
pub fn partition(path: &str) -> Vec<String> {
    driftgate_blocks::partition(path).into_iter().flat_map(|(column, value)| [column, value]).collect()
}

/// Where bytes that begin with a record can be cut (0 if not yet), and the line ends before; nothing where they cannot be cut at
/// all. `separator` is that of a CSV log.
#[wasm_bindgen]
pub fn cut(bytes: &[u8], separator: Option<u8>) -> Option<Vec<usize>> {
    let end = match separator {
        Some(separator) => driftgate_blocks::end_of_records(bytes, separator)?,
        None => driftgate_blocks::end_of_lines(bytes),
    };
    Some(vec![end, driftgate_blocks::lines(&bytes[..end])])
}

/// Late outcomes, collected before the log is read.
#[wasm_bindgen]
pub struct Outcomes(RefCell<OutcomesHandle>);

#[wasm_bindgen]
impl Outcomes {
    /// Begins to collect, as a `Schema` says.
    #[wasm_bindgen(constructor)]
    pub fn new(schema: &str) -> Result<Self> {
        Ok(Self(RefCell::new(OutcomesHandle::create(schema).map_err(thrown)?)))
    }

    /// Begins the next file: a `Source`.
    pub fn source(&self, source: &str) -> Result<()> {
        exclusive(&self.0)?.source(source).map_err(thrown)
    }

    /// Reads at most 256 KiB, cut anywhere; answers the ids so far.
    pub fn push(&self, chunk: &[u8]) -> Result<f64> {
        exclusive(&self.0)?.push(chunk).map(number).map_err(thrown)
    }

    /// Reads at most 8,192 rows of typed columns; answers the ids so far.
    #[wasm_bindgen(js_name = pushColumns)]
    pub fn push_columns(&self, columns: js_sys::Array) -> Result<f64> {
        exclusive(&self.0)?.push_columns(&columns::read(&columns)?).map(number).map_err(thrown)
    }

    /// Ends the last file.
    pub fn finish(&self) -> Result<()> {
        exclusive(&self.0)?.finish().map_err(thrown)
    }
}

/// A summary of a window of a log.
#[wasm_bindgen]
pub struct Profile(Rc<RefCell<ProfileHandle>>);

#[wasm_bindgen]
impl Profile {
    /// Begins to read the first file or block of a log: a `Schema` and a `Source`.
    #[wasm_bindgen(constructor)]
    pub fn new(schema: &str, source: &str) -> Result<Self> {
        Self::around(ProfileHandle::create(schema, source, None))
    }

    /// The same with late outcomes, which are finished.
    #[wasm_bindgen(js_name = withOutcomes)]
    pub fn with_outcomes(schema: &str, source: &str, outcomes: &Outcomes) -> Result<Self> {
        Self::around(ProfileHandle::create(schema, source, Some(&*shared(&outcomes.0)?)))
    }

    /// Reads a saved profile, which may come from anyone.
    #[wasm_bindgen(js_name = fromBytes)]
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Self::around(ProfileHandle::from_bytes(bytes))
    }

    /// Begins the next file or block of the same window: a `Source`.
    pub fn source(&self, source: &str) -> Result<()> {
        exclusive(&self.0)?.source(source).map_err(thrown)
    }

    /// Reads at most 256 KiB, cut anywhere; answers the rows of this source so far.
    pub fn push(&self, chunk: &[u8]) -> Result<f64> {
        exclusive(&self.0)?.push(chunk).map(number).map_err(thrown)
    }

    /// Reads at most 8,192 rows of typed columns; answers the rows of this source so far.
    #[wasm_bindgen(js_name = pushColumns)]
    pub fn push_columns(&self, columns: js_sys::Array) -> Result<f64> {
        exclusive(&self.0)?.push_columns(&columns::read(&columns)?).map(number).map_err(thrown)
    }

    /// Ends the log.
    pub fn finish(&self) -> Result<()> {
        exclusive(&self.0)?.finish().map_err(thrown)
    }

    /// Adds another finished profile to this finished one.
    pub fn merge(&self, other: &Self) -> Result<()> {
        let other = shared(&other.0)?;
        exclusive(&self.0)?.merge(&other).map_err(thrown)
    }

    /// The finished profile as bytes: the same for any order and split of the same rows.
    #[wasm_bindgen(js_name = toBytes)]
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        shared(&self.0)?.to_bytes().map_err(thrown)
    }

    /// Which files it was read from, and how far: a `Provenance`.
    pub fn provenance(&self) -> Result<String> {
        shared(&self.0)?.provenance().map_err(thrown)
    }

    fn around(handle: core::result::Result<ProfileHandle, Error>) -> Result<Self> {
        Ok(Self(Rc::new(RefCell::new(handle.map_err(thrown)?))))
    }
}

/// Profiles by name: `reference`, `current`, `baseline`.
#[wasm_bindgen]
#[derive(Default)]
pub struct Windows(Vec<(String, Rc<RefCell<ProfileHandle>>)>);

#[wasm_bindgen]
impl Windows {
    /// None yet.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a finished profile.
    pub fn add(&mut self, name: &str, profile: &Profile) {
        self.0.push((name.into(), Rc::clone(&profile.0)));
    }

    fn read(
        &self,
        work: impl FnOnce(&[(&str, &ProfileHandle)]) -> core::result::Result<String, Error>,
    ) -> Result<String> {
        let borrowed = self.0.iter().map(|(_, handle)| shared(handle)).collect::<Result<Vec<_>>>()?;
        let windows: Vec<_> =
            self.0.iter().zip(&borrowed).map(|((name, _), handle)| (name.as_str(), &**handle)).collect();
        work(&windows).map_err(thrown)
    }
}

/// A handle that is in use answers an error, never a trap.
fn shared<T>(cell: &RefCell<T>) -> Result<Ref<'_, T>> {
    cell.try_borrow().map_err(|_| in_use())
}

fn exclusive<T>(cell: &RefCell<T>) -> Result<RefMut<'_, T>> {
    cell.try_borrow_mut().map_err(|_| in_use())
}

fn in_use() -> JsValue {
    thrown(Error::state("the handle is in use: a profile cannot be merged with itself"))
}

/// Counts stay far below 2^53.
const fn number(count: u64) -> f64 {
    count as f64
}

/// What JavaScript sees of an error.
fn thrown(error: Error) -> JsValue {
    let thrown = js_sys::Error::new(&error.message);
    thrown.set_name("DriftgateError");
    // A fresh object takes a property.
    let _ = Reflect::set(&thrown, &JsString::from("code"), &JsString::from(error.code.name()));
    thrown.into()
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn error(message: &str);
}

/// Our bugs are told to the console before they trap.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|info| error(&format!("driftgate: internal error: {info}"))));
}
