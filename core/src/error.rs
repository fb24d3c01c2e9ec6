//! The caller's mistakes ([`Error`]) and the data's limits ([`Skip`]).

use alloc::string::String;
use core::fmt;

/// Whose mistake it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// The bytes of a log or profile.
    Input,
    /// A plan, policy, schema or option.
    Usage,
    /// A call at the wrong time, such as a push after finish.
    State,
    /// A stated limit was reached.
    Limit,
}

impl ErrorCode {
    /// The code as doors hand it out.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Usage => "usage",
            Self::State => "state",
            Self::Limit => "limit",
        }
    }
}

/// A mistake of the caller's, with place, value, allowed range and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Whose mistake it was.
    pub code: ErrorCode,
    /// What is wrong and what to do.
    pub message: String,
}

impl Error {
    /// The bytes of a log or profile are wrong.
    pub fn input(message: impl Into<String>) -> Self {
        Self { code: ErrorCode::Input, message: message.into() }
    }

    /// A plan, policy, schema or option is wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { code: ErrorCode::Usage, message: message.into() }
    }

    /// A call came at the wrong time.
    pub fn state(message: impl Into<String>) -> Self {
        Self { code: ErrorCode::State, message: message.into() }
    }

    /// A stated limit was reached.
    pub fn limit(message: impl Into<String>) -> Self {
        Self { code: ErrorCode::Limit, message: message.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for Error {}

/// Why a statistic cannot be computed: one sentence for a person, with what would help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skip(pub String);

impl Skip {
    /// Not computed, because of `reason`.
    pub fn because(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}
