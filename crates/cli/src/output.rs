//! How results are shown: for people or as JSON.

use std::process::ExitCode;

use crate::args::Format;
use crate::error::CliError;

/// Shows results. Cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    format: Format,
}

impl Output {
    pub fn new(format: Format) -> Self {
        Output { format }
    }

    /// Whether a program reads the results.
    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Says on standard error why the run failed.
    pub fn error(&self, error: &CliError) -> ExitCode {
        eprintln!("error: {error}");
        error.exit.into()
    }
}
