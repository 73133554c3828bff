//! What happens meanwhile, on standard error: for people or as JSON.

use std::io::{self, IsTerminal};

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

use crate::error::{CliError, Exit};

/// How it is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people
    #[default]
    Human,
    /// One JSON object a line
    Json,
}

/// Starts logging; once in a process.
pub fn start(level: &str, format: LogFormat) -> Result<(), CliError> {
    let filter = EnvFilter::try_new(level).map_err(|error| {
        CliError::new(
            Exit::Configuration,
            format!("'{level}' is not a log level ({error}): give error, warn, info, debug, trace or off"),
        )
    })?;
    let colours =
        io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(colours);
    match format {
        LogFormat::Human => logs.with_target(false).init(),
        LogFormat::Json => logs.json().flatten_event(true).init(),
    }
    Ok(())
}
