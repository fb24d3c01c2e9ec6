//! Could it be chance? One file per test; each is a function from samples to a small struct of named numbers.
//!
//! A statistic that cannot be computed is a [`Skip`](crate::Skip) with a reason, never a NaN.

pub mod adjust;
mod chi_square;
mod day_level;
mod ks;

pub use chi_square::{ChiSquare, chi_square};
pub use day_level::{DayLevel, day_level};
pub use ks::{Ks, KsDistance, ks, ks_statistic};
