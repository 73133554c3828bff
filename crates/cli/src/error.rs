//! How a run ends that did not succeed: a kind with an exit code of its own, one sentence, and the way out.

use std::process::ExitCode;

/// What went wrong, as the exit status tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// None of the others.
    Failed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// What was asked to be verified is not so.
    Unverified = 20,
}

/// Why a command failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CliError {
    /// The kind.
    pub exit: Exit,
    /// Cause, limit and value.
    pub message: String,
    /// What to do about it.
    pub fix: Option<String>,
}

impl CliError {
    /// A failure of this kind.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        CliError { exit, message: message.into(), fix: None }
    }

    /// A failure of no special kind.
    pub fn failed(message: impl Into<String>) -> Self {
        CliError::new(Exit::Failed, message)
    }

    /// The same, with the way out.
    pub fn fix(self, fix: impl Into<String>) -> Self {
        CliError { fix: Some(fix.into()), ..self }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}
