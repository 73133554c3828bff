//! The one binary: a node, the tools to use one, and the proof that it works.
//!
//! `args` is what can be typed; each command is a file in `commands`, with `demo` and `bench` in rooms of their own;
//! `settings` is how a node is set up; `output` is how results are shown and `error` how a run ends that fails. Everything
//! but `serve` and `demo` is only a client.

mod args;
mod bench;
mod commands;
mod demo;
mod error;
mod logging;
mod output;
mod process;
mod settings;
mod units;

use std::process::ExitCode;
use std::time::Instant;

use args::{Cli, Command, Global};
use clap::{Parser, ValueEnum};
use commands::{completions, config, consume, produce, serve, topic};
use error::{CliError, Exit};
use logging::LogFormat;
use output::Output;
use tidelog_client::{Client, ClientOptions};
use tokio::runtime::Runtime;

/// Many small buffers live and die on different threads here, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Where `tidelog serve` listens if nobody says.
const DEFAULT_BOOTSTRAP: &str = "127.0.0.1:9094";

/// What every command is given.
#[derive(Debug)]
pub struct Context {
    /// Shows results.
    pub output: Output,
    /// gRPC addresses of some brokers, with commas between them.
    pub bootstrap: String,
    /// The options of every command, as they were typed.
    pub global: Global,
    /// When the process began.
    pub started: Instant,
}

impl Context {
    /// A client of the brokers that the user named.
    pub async fn connect(&self) -> Result<Client, CliError> {
        let mut options = ClientOptions::from(self.bootstrap.as_str());
        options.client_id = concat!("tidelog-cli/", env!("CARGO_PKG_VERSION")).to_owned();
        Ok(Client::connect(options).await?)
    }
}

fn main() -> ExitCode {
    let started = Instant::now();
    let Cli { global, command } = Cli::parse();
    let output = Output::new(global.output);
    let bootstrap = global.bootstrap.clone().unwrap_or_else(|| DEFAULT_BOOTSTRAP.to_owned());
    let context = Context { output, bootstrap, global, started };
    let result = Runtime::new()
        .map_err(|error| CliError::failed(format!("the runtime cannot start: {error}")))
        .and_then(|runtime| {
            let result = runtime.block_on(run(command, &context));
            // Tasks end with the process. Ended one by one they would see each other go, and warn of broken connections.
            std::mem::forget(runtime);
            result
        });
    output.end(result)
}

async fn run(command: Command, context: &Context) -> Result<(), CliError> {
    // A node's logging is one of its settings.
    if !matches!(command, Command::Serve(_)) {
        log_as_client(&context.global)?;
    }
    match command {
        Command::Serve(args) => serve::run(args, context).await,
        Command::Demo(args) => demo::run(args, context).await,
        Command::Topic(command) => topic::run(command, context).await,
        Command::Produce(args) => produce::run(args, context).await,
        Command::Consume(args) => consume::run(args, context).await,
        Command::Bench(args) => bench::run(args, context).await,
        Command::Config(command) => config::run(command, context).await,
        Command::Completions(args) => completions::run(&args, context),
    }
}

fn log_as_client(global: &Global) -> Result<(), CliError> {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let level = global.log_level.clone().or_else(|| variable("TIDELOG_LOG_LEVEL"));
    let format = match (global.log_format, variable("TIDELOG_LOG_FORMAT")) {
        (Some(format), _) => format,
        (None, None) => LogFormat::Human,
        (None, Some(text)) => LogFormat::from_str(&text, true).map_err(|_| {
            CliError::new(
                Exit::Configuration,
                format!("TIDELOG_LOG_FORMAT: '{text}' is not valid; give human or json"),
            )
        })?,
    };
    logging::start(level.as_deref().unwrap_or("warn"), format)
}
