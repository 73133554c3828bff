//! What can be typed: the options of every command and the list of commands. Each command's own options are in its file.

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands::{completions, config, consume, produce, serve, topic};
use crate::error::Exit;
use crate::logging::LogFormat;
use crate::{bench, demo};

/// `0.1.0 (1a2b3c4d5e6f)`: the version, and the commit it was built from.
pub const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("TIDELOG_COMMIT"), ")");

const EXAMPLES: &str = "\
Examples:
  tidelog demo                                   see that it works
  tidelog serve                                  start a node
  tidelog topic create events --partitions 12    in a second terminal
  seq 1000 | tidelog produce events
  tidelog consume events
  tidelog help consume                           how to follow, seek and format";

/// A partitioned, replicated commit log in one binary
///
/// `tidelog serve` is a node; everything else is a tool that talks to one over gRPC, at --bootstrap.
#[derive(Debug, Parser)]
#[command(name = "tidelog", version = VERSION, after_help = EXAMPLES, after_long_help = long_help())]
#[command(arg_required_else_help = true, max_term_width = 110)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// gRPC addresses of some brokers, with commas between them [default: 127.0.0.1:9094]
    #[arg(long, global = true, env = "TIDELOG_BOOTSTRAP", value_name = "ADDR")]
    pub bootstrap: Option<String>,
    /// How results are shown
    #[arg(long, global = true, env = "TIDELOG_OUTPUT", value_enum, default_value_t = Format::Human)]
    pub output: Format,
    /// What is logged: error, warn, info, debug, trace, or per part such as info,tidelog_broker=debug
    /// [env: TIDELOG_LOG_LEVEL] [default: info for serve, else warn]
    #[arg(long, global = true, value_name = "LEVEL", hide_short_help = true)]
    pub log_level: Option<String>,
    /// How it is logged [env: TIDELOG_LOG_FORMAT] [default: human]
    #[arg(
        long,
        global = true,
        value_enum,
        hide_possible_values = true,
        value_name = "human|json",
        hide_short_help = true
    )]
    pub log_format: Option<LogFormat>,
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
    Serve(serve::Args),
    /// See that it works: a node, a producer and consumers on real input, verified
    Demo(demo::Args),
    /// Create, list, describe, alter, delete and trim topics
    #[command(subcommand)]
    Topic(topic::Command),
    /// Write records, from lines or JSON
    Produce(produce::Args),
    /// Read records, as lines or JSON
    Consume(consume::Args),
    /// Measure throughput and latency
    Bench(bench::Args),
    /// Show and explain settings
    #[command(subcommand)]
    Config(config::Command),
    /// Print a completion script for a shell
    Completions(completions::Args),
}

fn long_help() -> String {
    let mut text = format!("{EXAMPLES}\n\nExit codes:\n    0  done\n");
    for (exit, meaning) in Exit::MEANINGS {
        text.push_str(&format!("  {:>3}  {meaning}\n", exit as u8));
    }
    text
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_shows_an_example() {
        let mut commands = vec![Cli::command()];
        while let Some(mut command) = commands.pop() {
            commands.extend(command.get_subcommands().cloned());
            let help = command.render_long_help().to_string();
            assert!(help.contains("Example"), "{}: {help}", command.get_name());
        }
    }
}
