//! One file a command.

pub mod completions;
pub mod config;
pub mod consume;
mod format_string;
mod json_row;
pub mod produce;
pub mod serve;
pub mod topic;

use clap::CommandFactory;

/// The whole command line's definition.
fn definition() -> clap::Command {
    crate::args::Cli::command()
}
