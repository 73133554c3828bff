//! What can be typed.

use clap::{Args, Parser, Subcommand, ValueEnum};

/// A partitioned, replicated commit log in one binary.
#[derive(Debug, Parser)]
#[command(name = "tidelog", version, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
pub struct Global {
    /// gRPC addresses of some brokers, separated by commas
    #[arg(long, global = true, env = "TIDELOG_BOOTSTRAP", value_name = "ADDR", default_value = "127.0.0.1:9094")]
    pub bootstrap: String,
    /// How results are shown
    #[arg(long, global = true, env = "TIDELOG_OUTPUT", value_enum, default_value_t = Format::Human)]
    pub output: Format,
}

/// How results are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Tables and sentences
    Human,
    /// JSON, one document a result
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a node
    Serve,
    /// Prove on real input that it works
    Demo(crate::demo::Args),
    /// Create, list, describe, change and delete topics
    Topic,
    /// Write records
    Produce,
    /// Read records
    Consume,
    /// Measure
    Bench(crate::bench::Args),
    /// Show and explain settings
    Config,
    /// Print a completion script
    Completions,
}
