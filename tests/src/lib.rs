//! What no single package can test. The tests are in `tests/`; here is what they share: doors to walk through, and logs.

pub mod command;
pub mod doors;
pub mod logs;
