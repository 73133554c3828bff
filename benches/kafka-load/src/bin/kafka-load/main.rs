//! One run of one librdkafka client against one broker of the Kafka protocol; prints one JSON line.
//!
//! The topic must exist, with at least as many partitions as are asked for. A run that could not move all of its records
//! within `--deadline-seconds` fails.

mod latency;
mod librdkafka;
mod throughput;

use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use tidelog_kafka_load::{Machine, Outcome, Process};

use crate::librdkafka::Fault;

#[derive(Parser)]
#[command(about = "The load that a librdkafka client puts on a broker; prints one JSON line")]
struct Arguments {
    #[command(subcommand)]
    workload: Workload,
}

#[derive(Subcommand)]
enum Workload {
    /// Produce as fast as the broker accepts
    Produce(Load),
    /// Consume from the beginning as fast as the broker serves
    Consume(Load),
    /// Produce, and consume what is produced, at once
    Both(Load),
    /// Send at a fixed rate; measure from when a record was to be sent until it is consumed
    EndToEnd {
        #[command(flatten)]
        load: Load,
        /// Records a second
        #[arg(long, default_value_t = 1000)]
        rate: u64,
    },
}

#[derive(Args)]
struct Load {
    /// HOST:PORT of the broker
    #[arg(long)]
    bootstrap: String,
    #[arg(long, default_value = "load")]
    topic: String,
    #[arg(long, default_value_t = 1)]
    partitions: i32,
    #[arg(long, default_value_t = 1_000_000)]
    records: u64,
    #[arg(long, default_value_t = 100)]
    record_bytes: usize,
    /// librdkafka's batch.size
    #[arg(long, default_value_t = 1_000_000)]
    batch_bytes: usize,
    #[arg(long, default_value_t = 5)]
    linger_ms: u32,
    /// 0, 1 or all
    #[arg(long, default_value = "all")]
    acks: String,
    /// Whose CPU time and memory to measure
    #[arg(long)]
    broker_pid: Option<u32>,
    #[arg(long, default_value_t = 120)]
    deadline_seconds: u64,
}

fn main() {
    let (name, load, rate) = match Arguments::parse().workload {
        Workload::Produce(load) => ("produce", load, 0),
        Workload::Consume(load) => ("consume", load, 0),
        Workload::Both(load) => ("both", load, 0),
        Workload::EndToEnd { load, rate } => ("end-to-end", load, rate),
    };
    match run(name, &load, rate) {
        Ok(outcome) => println!("{}", serde_json::to_string(&outcome).expect("numbers and texts")),
        Err(Fault(text)) => {
            eprintln!("kafka-load: {name} against {}: {text}", load.bootstrap);
            std::process::exit(1);
        }
    }
}

fn run(name: &str, load: &Load, rate: u64) -> Result<Outcome, Fault> {
    let mut outcome = Outcome {
        workload: name.to_owned(),
        records: load.records,
        record_bytes: load.record_bytes,
        batch_bytes: load.batch_bytes,
        linger_ms: load.linger_ms,
        partitions: load.partitions,
        acks: load.acks.clone(),
        ..Outcome::default()
    };
    match name {
        "produce" => throughput::produce(load, &mut outcome)?,
        "consume" => throughput::consume(load, &mut outcome)?,
        "both" => throughput::both(load, &mut outcome)?,
        _ => latency::end_to_end(load, rate, &mut outcome)?,
    }
    if let Some(pid) = load.broker_pid {
        let (resident, peak) = Process::with_id(pid).memory_kib()?;
        (outcome.broker_resident_kib, outcome.broker_peak_kib) = (Some(resident), Some(peak));
    }
    Ok(outcome)
}

/// What client, broker and machine had used when the measured part began.
struct Usage {
    client: Duration,
    broker: Option<(Process, Duration)>,
    machine: Machine,
}

impl Usage {
    fn begin(load: &Load) -> Result<Usage, Fault> {
        let broker = load.broker_pid.map(Process::with_id);
        let broker = broker.map(|broker| Ok::<_, Fault>((broker, broker.cpu_time()?))).transpose()?;
        Ok(Usage { client: Process::this().cpu_time()?, broker, machine: Machine::now()? })
    }

    /// Writes down what was used since, for so many records.
    fn end(self, records: u64, outcome: &mut Outcome) -> Result<(), Fault> {
        let client = Process::this().cpu_time()? - self.client;
        let broker =
            self.broker.map(|(broker, before)| Ok::<_, Fault>(broker.cpu_time()? - before)).transpose()?;
        outcome.foreign_cores = self.machine.foreign_cores_since(client + broker.unwrap_or_default())?;
        let millions = records as f64 / 1e6;
        outcome.client_cpu_a_million = client.as_secs_f64() / millions;
        outcome.broker_cpu_a_million = broker.map(|used| used.as_secs_f64() / millions);
        Ok(())
    }
}

impl Load {
    fn producer_settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("bootstrap.servers", self.bootstrap.clone()),
            ("client.id", "kafka-load".into()),
            ("acks", self.acks.clone()),
            ("batch.size", self.batch_bytes.to_string()),
            ("batch.num.messages", "1000000".into()),
            ("queue.buffering.max.ms", self.linger_ms.to_string()),
            ("queue.buffering.max.messages", "500000".into()),
            ("queue.buffering.max.kbytes", "524288".into()),
            // The watermarks say in the end whether all were accepted; a report for each record would cost the client more.
            ("delivery.report.only.error", "true".into()),
            // A slow broker is slow, and not sent the same again.
            ("message.send.max.retries", "0".into()),
            ("socket.timeout.ms", "300000".into()),
            ("request.timeout.ms", "300000".into()),
            ("socket.nagle.disable", "true".into()),
        ]
    }

    fn consumer_settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("bootstrap.servers", self.bootstrap.clone()),
            ("client.id", "kafka-load".into()),
            ("queued.min.messages", "1000000".into()),
            ("queued.max.messages.kbytes", "131072".into()),
            ("fetch.queue.backoff.ms", "1".into()),
            ("socket.nagle.disable", "true".into()),
        ]
    }

    fn deadline(&self) -> Duration {
        Duration::from_secs(self.deadline_seconds)
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Fault {
        Fault(format!("measuring: {error}"))
    }
}
