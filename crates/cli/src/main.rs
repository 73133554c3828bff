//! The one binary: a node, the tools to use one, and the proof that it works.
//!
//! `args` is what can be typed; each command is a file in `commands`, with `demo` and `bench` in rooms of their own;
//! `output` is how results are shown; `error` is how a run ends. Everything but `serve` is only a client.

mod args;
mod bench;
mod commands;
mod demo;
mod error;
mod output;

use std::process::ExitCode;

use args::{Cli, Command};
use clap::Parser;
use error::CliError;
use output::Output;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What every command is given.
#[derive(Clone, Debug)]
pub struct Context {
    /// Shows results.
    pub output: Output,
    /// gRPC addresses of some brokers, separated by commas.
    pub bootstrap: String,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let output = Output::new(cli.global.output);
    let context = Context { output, bootstrap: cli.global.bootstrap };
    let result = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(run(cli.command, &context)),
        Err(error) => Err(CliError::failed(format!("the runtime cannot start: {error}"))),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => output.error(&error),
    }
}

async fn run(command: Command, context: &Context) -> Result<(), CliError> {
    match command {
        Command::Demo(args) => demo::run(args, context).await,
        Command::Bench(args) => bench::run(args, context).await,
        _ => Err(CliError::failed("this command is not built yet")),
    }
}
