//! Apache Kafka, the floor and Tidelog side by side: one machine, one load client, in alternation.
//!
//! Every cell of the grid is run so many rounds; in a round each broker has its turn, on a topic of its own. Before each run
//! memory is warmed and the machine is waited for until it is quiet. Runs go to a JSON file; tables, chart and page are
//! made from that file, and can be made again with `--from`.

mod brokers;
mod chart;
mod grid;
mod report;
mod results;
mod series;
mod wire;

use std::io;
use std::path::PathBuf;

use clap::Parser;

use crate::brokers::{Kind, Places};
use crate::results::Results;

/// Brokers of the Kafka protocol side by side under one librdkafka client.
#[derive(Debug, Parser)]
pub struct Arguments {
    /// Which ones
    #[arg(long, value_delimiter = ',', default_value = "kafka,floor,tidelog")]
    brokers: Vec<Kind>,
    /// Every combination instead of the few that the claims rest on: an hour or two instead of minutes
    #[arg(long)]
    full: bool,
    /// Only cells whose name has this in it
    #[arg(long, default_value = "")]
    only: String,
    /// Runs of each cell against each broker
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Starts of each broker on an empty directory
    #[arg(long, default_value_t = 3)]
    starts: usize,
    /// How long each broker is loaded before anything is measured: a JVM compiles what is hot
    #[arg(long, default_value_t = 60)]
    warm_up_seconds: u64,
    /// How long to wait before a run for others to use less than a tenth of a core; 0 does not wait
    #[arg(long, default_value_t = 30)]
    quiet_seconds: u64,
    /// Where brokers keep their data, on the disk that counts
    #[arg(long, default_value = "target/side-by-side")]
    scratch: PathBuf,
    /// Where results go: side-by-side.json, .svg and .md
    #[arg(long, default_value = "target/side-by-side/results")]
    results: PathBuf,
    /// Runs nothing: makes table, chart and page of this JSON file again
    #[arg(long)]
    from: Option<PathBuf>,
    /// The script that starts Apache Kafka
    #[arg(long, default_value = "scripts/kafka-reference")]
    kafka_reference: PathBuf,
    /// A line for Kafka's server.properties; repeat it for more
    #[arg(long = "kafka-override", value_name = "KEY=VALUE")]
    kafka_overrides: Vec<String>,
    #[arg(long, default_value = "target/release/floor")]
    floor: PathBuf,
    #[arg(long, default_value = "target/release/tidelog")]
    tidelog: PathBuf,
    #[arg(long, default_value = "target/release/kafka-load")]
    load_client: PathBuf,
}

fn main() {
    if let Err(error) = run(&Arguments::parse()) {
        eprintln!("side-by-side: {error}");
        std::process::exit(1);
    }
}

fn run(arguments: &Arguments) -> io::Result<()> {
    let results = match &arguments.from {
        Some(file) => serde_json::from_slice(&std::fs::read(file)?)?,
        None => series::run(arguments, &arguments.places()?)?,
    };
    arguments.keep(&results)?;
    println!("\n{}\nkept in {}", report::terminal(&results), arguments.results.display());
    Ok(())
}

impl Arguments {
    /// All of them absolute, since programs run elsewhere.
    fn places(&self) -> io::Result<Places> {
        Ok(Places {
            scratch: std::path::absolute(&self.scratch)?,
            kafka_reference: std::path::absolute(&self.kafka_reference)?,
            kafka_overrides: self.kafka_overrides.clone(),
            floor: std::path::absolute(&self.floor)?,
            tidelog: std::path::absolute(&self.tidelog)?,
        })
    }

    fn keep(&self, results: &Results) -> io::Result<()> {
        std::fs::create_dir_all(&self.results)?;
        let file = |ending: &str| self.results.join(format!("side-by-side.{ending}"));
        std::fs::write(file("json"), serde_json::to_string_pretty(results)? + "\n")?;
        std::fs::write(file("svg"), chart::svg(results))?;
        std::fs::write(file("md"), report::page(results))?;
        Ok(())
    }
}
