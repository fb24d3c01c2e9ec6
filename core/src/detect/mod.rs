//! Streaming detectors: has what comes in changed? One value at a time, in bounded memory.
//!
//! | detector | values | finds |
//! |---|---|---|
//! | [`Adwin`] | numbers | a change of the mean, of any size, with a bound on false alarms |
//! | [`Kswin`] | numbers | a change of the distribution |
//! | [`PageHinkley`] | numbers | a lasting change of the mean, in the unit of the values |
//! | [`Cusum`] | numbers | a lasting change of the mean, in standard deviations of a calm start |
//! | [`HddmA`], [`HddmW`] | [0, 1] | a rise of the mean (or a change): abrupt, gradual |
//! | [`Ddm`], [`Eddm`] | 0, 1 | a rise of the error rate: abrupt, gradual |
//!
//! ```
//! use driftgate_core::detect::{Adwin, AdwinOptions, Detector, Signal};
//!
//! let mut detector = Adwin::new(AdwinOptions::default())?;
//! for x in [0.0; 200].into_iter().chain([1.0; 200]) {
//!     match detector.update(x) {
//!         Signal::Change => return Ok(()), // after some of the ones
//!         Signal::Warning => unreachable!("ADWIN does not warn"),
//!         Signal::None => {}
//!     }
//! }
//! panic!("not found");
//! # #[allow(unreachable_code)]
//! # Ok::<(), driftgate_core::Error>(())
//! ```
//!
//! All take values as independent: where neighbours depend on each other (one symbol after the other, slow waves) they alarm
//! more often than their options say. After a change each begins anew with the next value. Definitions, defaults and the places
//! of changes are those of river 0.26.1, except the draws of KSWIN (its own seed) and CUSUM (which river does not have).

mod adwin;
mod cusum;
mod ddm;
mod eddm;
mod hddm_a;
mod hddm_w;
mod kswin;
mod mean;
mod page_hinkley;

use alloc::{boxed::Box, format, vec::Vec};
use core::fmt::Display;

pub use adwin::Adwin;
pub use cusum::Cusum;
pub use ddm::Ddm;
pub use driftgate_documents::{
    AdwinOptions, CusumOptions, DdmOptions, DetectOptions, EddmOptions, HddmAOptions, HddmWOptions, KswinOptions,
    PageHinkleyOptions, Shifts,
};
use driftgate_documents::{DetectedChange, Detection, VERSION, WarningZone};
pub use eddm::Eddm;
pub use hddm_a::HddmA;
pub use hddm_w::HddmW;
pub use kswin::Kswin;
pub use page_hinkley::PageHinkley;

use crate::{Error, math::abs};

/// The largest size of a number: squares of sums of such numbers do not overflow.
const LARGEST: f64 = 1e100;

/// What a value says about the stream.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Nothing.
    None,
    /// It may be changing.
    Warning,
    /// It has changed.
    Change,
}

/// The values that a detector takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// 0 and 1.
    Flags,
    /// Numbers in [0, 1].
    Shares,
    /// Numbers of a size of at most 1e100.
    Numbers,
}

impl Takes {
    /// Whether `x` is one of them; never so for NaN.
    #[must_use]
    pub fn holds(self, x: f64) -> bool {
        match self {
            Self::Flags => x == 0.0 || x == 1.0,
            Self::Shares => (0.0..=1.0).contains(&x),
            Self::Numbers => abs(x) <= LARGEST,
        }
    }

    const fn allowed(self) -> &'static str {
        match self {
            Self::Flags => "0 (right) and 1 (wrong)",
            Self::Shares => "0 to 1",
            Self::Numbers => "-1e100 to 1e100",
        }
    }
}

/// The level of a stream on either side of a change, in the unit of its values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Levels {
    /// Before it.
    pub before: f64,
    /// After it.
    pub after: f64,
}

/// What finds changes in a stream.
pub trait Detector {
    /// The values it takes.
    fn takes(&self) -> Takes;

    /// Takes the next value, one that it [`takes`](Self::takes).
    fn take(&mut self, x: f64) -> Signal;

    /// Takes the next value; leaves out what it does not take, such as NaN.
    fn update(&mut self, x: f64) -> Signal {
        if self.takes().holds(x) { self.take(x) } else { Signal::None }
    }

    /// The levels around the latest change; `None` before the first, and of detectors that estimate none.
    fn levels(&self) -> Option<Levels> {
        None
    }
}

/// The detector that is asked for, before its first value.
///
/// # Errors
/// If an option is outside its range.
pub fn detector(options: &DetectOptions) -> Result<Box<dyn Detector>, Error> {
    Ok(match *options {
        DetectOptions::Adwin(options) => Box::new(Adwin::new(options)?),
        DetectOptions::Ddm(options) => Box::new(Ddm::new(options)?),
        DetectOptions::Eddm(options) => Box::new(Eddm::new(options)?),
        DetectOptions::HddmA(options) => Box::new(HddmA::new(options)?),
        DetectOptions::HddmW(options) => Box::new(HddmW::new(options)?),
        DetectOptions::Kswin(options) => Box::new(Kswin::new(options)?),
        DetectOptions::PageHinkley(options) => Box::new(PageHinkley::new(options)?),
        DetectOptions::Cusum(options) => Box::new(Cusum::new(options)?),
    })
}

/// Where values changed. NaN is a missing value: counted, and otherwise as if it were not there.
///
/// # Errors
/// If an option is outside its range, or a value is not one that the detector takes.
pub fn detect(options: &DetectOptions, values: &[f64]) -> Result<Detection, Error> {
    let mut detector = detector(options)?;
    let mut missing = 0;
    let (mut changes, mut warnings) = (Vec::new(), Vec::<WarningZone>::new());
    let mut last = Signal::None;
    for (at, &x) in (0_u64..).zip(values) {
        if x.is_nan() {
            missing += 1;
            continue;
        }
        if !detector.takes().holds(x) {
            let allowed = detector.takes().allowed();
            return Err(Error::input(format!(
                "values, at [{at}]: {x:?}; this detector takes {allowed}, and NaN for a missing value"
            )));
        }
        let signal = detector.take(x);
        match (signal, warnings.last_mut()) {
            (Signal::None, _) => {}
            (Signal::Warning, Some(zone)) if last == Signal::Warning => zone.to = at,
            (Signal::Warning, _) => warnings.push(WarningZone { from: at, to: at }),
            (Signal::Change, _) => {
                let levels = detector.levels();
                let (before, after) = (levels.map(|levels| levels.before), levels.map(|levels| levels.after));
                changes.push(DetectedChange { at, before, after });
            }
        }
        last = signal;
    }
    Ok(Detection {
        schema: 1,
        kind: "detection".into(),
        driftgate: VERSION.into(),
        options: options.clone(),
        values: values.len() as u64,
        missing,
        changes,
        warnings,
    })
}

/// An error about an option, unless it is as `allowed`.
fn check(is_allowed: bool, option: &str, value: impl Display, allowed: &str) -> Result<(), Error> {
    if is_allowed {
        return Ok(());
    }
    Err(Error::usage(format!("options, at {option}: {value}; allowed is {allowed}")))
}

/// An error about a chance, unless it is in (0, 1).
fn check_chance(option: &str, chance: f64) -> Result<(), Error> {
    check(chance > 0.0 && chance < 1.0, option, chance, "above 0 and below 1")
}

#[cfg(test)]
mod tests;
