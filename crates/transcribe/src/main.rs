//! Records what Apache Kafka answers, and shows where another broker answers something else.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tidelog_kafka_schema::Schemas;
use tidelog_transcribe::{
    Deviations, Player, Replay, Script, Transcript, compare, load_scripts, mutations, record, replay,
};

/// Transcripts of Apache Kafka's answers. See crates/transcribe/scenarios/README.md.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Only the scripts of these names.
    #[arg(long, global = true, value_delimiter = ',')]
    only: Vec<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Play all scenarios against a fresh Apache Kafka and keep its answers.
    Record {
        /// Its address: HOST:PORT.
        #[arg(long)]
        bootstrap: String,
    },
    /// Play all scenarios against a running broker and list where it differs.
    Replay {
        /// Its address: HOST:PORT.
        #[arg(long)]
        bootstrap: String,
    },
    /// Change every field of every kept answer in turn, and show that each change is noticed.
    Mutate,
}

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("transcribe: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all is well.
fn run(arguments: &Arguments) -> Fallible<bool> {
    let mut scripts = load_scripts(&home("scenarios"))?;
    scripts.retain(|script| arguments.only.is_empty() || arguments.only.contains(&script.stem));
    match &arguments.command {
        Command::Record { bootstrap } => record_all(&scripts, resolve(bootstrap)?).map(|()| true),
        Command::Replay { bootstrap } => replay_all(&scripts, resolve(bootstrap)?),
        Command::Mutate => mutate_all(&scripts),
    }
}

fn record_all(scripts: &[Script], address: SocketAddr) -> Fallible<()> {
    let schemas = Schemas::checked_in()?;
    let mut player = Player::new(&schemas, address)?.strict();
    for script in scripts {
        let transcript = record(&mut player, script)?;
        transcript.save(&transcript_path(script))?;
        println!(
            "{}: {} scenarios, {} answers",
            script.stem,
            script.scenarios.len(),
            transcript.entries.len()
        );
    }
    Ok(())
}

fn replay_all(scripts: &[Script], address: SocketAddr) -> Fallible<bool> {
    let schemas = Schemas::checked_in()?;
    let mut player = Player::new(&schemas, address)?;
    let mut deviations = Deviations::load(&home("deviations.json5"))?;
    let mut found = Replay::default();
    for script in scripts {
        let transcript = Transcript::load(&transcript_path(script))?;
        replay(&mut player, script, &transcript, &mut deviations, &mut found)?;
    }
    println!("{found}");
    Ok(found.difference_count() == 0)
}

fn mutate_all(scripts: &[Script]) -> Fallible<bool> {
    let (mut changed, mut missed) = (0, 0);
    for script in scripts {
        let transcript = Transcript::load(&transcript_path(script))?;
        for mutation in mutations(&transcript, 1) {
            changed += 1;
            if compare(mutation.kafka, &mutation.changed).is_empty() {
                missed += 1;
                println!("not noticed: {} {:?} {}", mutation.api, mutation.place, mutation.path);
            }
        }
    }
    println!("{changed} changes, {missed} not noticed");
    Ok(missed == 0 && changed > 0)
}

fn home(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn transcript_path(script: &Script) -> PathBuf {
    home("transcripts").join(&script.stem).with_extension("json")
}

fn resolve(bootstrap: &str) -> Fallible<SocketAddr> {
    Ok(bootstrap.to_socket_addrs()?.next().ok_or("the address means nothing")?)
}
