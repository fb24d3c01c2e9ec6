//! From bytes to reports and decisions, through the door: one binary, as building one for each file took longer than all tests.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod calibrate;
mod calibration;
mod columns;
mod compare;
mod compare_size;
mod concept;
mod counters;
mod days;
mod distributions;
mod drift;
mod estimates;
mod findings;
mod frozen;
mod gate;
mod health;
mod ids;
mod joint;
mod methods;
mod metrics;
mod ordinary;
mod profile;
mod proposals;
mod read;
mod replay;
mod season;
mod segments;
mod shared_data;
mod spelling;
mod support;
mod writing;
