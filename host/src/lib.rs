//! The host: reads logs, streams them into a sandboxed component, and tells a person what came out.
//!
//! It never computes a statistic: it depends on the documents and on the component file, not on core, so every number
//! it shows is the sandbox's.

pub mod cli;
mod commands;
mod days;
mod demo;
mod document;
mod error;
mod experiment;
mod follow;
mod history;
mod interrupt;
mod nearest;
mod output;
mod plugin;
pub mod read;
mod replay;
pub mod sandbox;
mod settings;
mod text;

pub use error::{Error, Fault, Result};
