//! What can go wrong, and whose it is: the exit code follows from it.

use std::fmt;

/// Whose mistake it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An argument, a setting, a file, a log, or one too large for the sandbox's memory: exit code 2.
    Caller,
    /// driftgate's own, or the sandbox's time: exit code 4.
    Internal,
}

/// What is wrong, and what to type next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Whose mistake it was.
    pub fault: Fault,
    /// A sentence or two for a person.
    pub message: String,
}

/// The result of everything here.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An argument, a setting, a file or a log is wrong.
    pub fn caller(message: impl Into<String>) -> Self {
        Self { fault: Fault::Caller, message: message.into() }
    }

    /// driftgate itself is wrong.
    pub fn internal(message: impl Into<String>) -> Self {
        Self { fault: Fault::Internal, message: message.into() }
    }

    /// A file cannot be read or written.
    pub fn file(path: impl fmt::Display, error: &std::io::Error) -> Self {
        Self::caller(format!("{path}: {error}"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
