//! How often each test and rule alarms though nothing has changed, and how often when something has: by simulation.
//!
//! `cargo xtask calibrate` prints what `docs/calibration.md` explains. Every number follows from the name of its
//! experiment and the number of replications, on any machine and any number of threads.

pub mod comparisons;
pub mod days;
pub mod looks;
mod random;
mod rate;
pub mod rules;
pub mod samples;

pub use random::Random;
pub use rate::{Rate, count};

/// The two levels at which sizes are shown.
pub const LEVELS: [f64; 2] = [0.05, 0.01];
