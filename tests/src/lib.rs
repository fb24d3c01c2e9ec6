//! What no single package can test. See `tests/`.
