//! hypothesis
