//! What no single package can test. The tests are in `tests/`; here is what they share: doors to walk through, logs, and the
//! simulations of [`calibrate`].

pub mod calibrate;
pub mod command;
pub mod doors;
pub mod logs;
