//! The only module that knows libm and statrs.
