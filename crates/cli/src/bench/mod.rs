//! `tidelog bench`: how many records a second, how long each takes, and what that costs.
//!
//! The story is here; its parts: `payload` is what is sent, `schedule` when, `load` sends, `sink` reads and verifies,
//! `meter` is what those share, `target` is the broker, `round` one measurement, `ramp` the search for the highest rate,
//! `progress` and `report` what is shown.

mod load;
mod meter;
mod payload;
mod progress;
mod ramp;
mod report;
mod round;
mod schedule;
mod sink;
mod target;

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tidelog_client::{Acks, Admin, Client, Compression, ErrorCode, NewTopic, ProducerOptions};

use self::progress::Progress;
use self::ramp::Ramp;
use self::report::Report;
use self::round::{Measured, Round};
use self::target::Broker;
use crate::Context;
use crate::error::{CliError, Exit};
use crate::output::{Column, Output, interrupted};
use crate::process::{Interrupts, Process};
use crate::units;

/// Options of `bench`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tidelog bench                                             as fast as it goes, on a broker of its own
  tidelog bench --rate 20000 --duration 1m --linger-ms 0    latency at a rate
  tidelog bench --ramp --p99-ms 10                          the highest rate that holds a latency
  tidelog bench --partitions 100 --keys 1000000 --verify    records with keys, every one checked
  tidelog bench --bootstrap broker:9094 --output json       a broker that runs, figures for a program

With --rate each record has a time when it is due, and its latency counts from then, however late it was sent: an open
loop. Without it the latencies show how long the client's buffers are. Processor time is that of all threads of the
client, and of the broker if it is a process of this machine.")]
pub struct Args {
    /// How many records [default: 5000000, with --rate as many as are due in 30 s]
    #[arg(long, value_name = "N")]
    records: Option<u64>,
    /// With --rate: for how long, such as 30s; with --ramp: for how long each step [default: 5s]
    #[arg(long, value_name = "TIME", conflicts_with = "records", value_parser = parse_duration)]
    duration: Option<Duration>,
    /// Records that are sent first and do not count [default: a tenth more, at most a second's]
    #[arg(long, value_name = "N")]
    warm_up_records: Option<u64>,
    /// Bytes of a record's value
    #[arg(long, value_name = "BYTES", default_value_t = 100, value_parser = parse_size)]
    size: usize,
    /// How well values compress: by lz4 to about one Nth
    #[arg(long, value_name = "N", default_value_t = 3.0, value_parser = parse_ratio)]
    compressibility: f64,
    /// Records with keys, of so many different ones; otherwise without
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    keys: Option<u32>,
    /// Both at once, or one after filling the topic
    #[arg(long, value_enum, default_value_t = Mode::Both)]
    mode: Mode,
    /// Partitions of the topic
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    partitions: u32,
    /// none, gzip, snappy, lz4 or zstd
    #[arg(long, default_value = "none")]
    compression: Compression,
    /// How many producers
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = parse_crowd)]
    producers: usize,
    /// How many consumers
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = parse_crowd)]
    consumers: usize,
    /// Records a second, over all producers [default: as fast as they are taken; with --ramp the first: 10000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    rate: Option<u64>,
    /// Find the highest rate that holds --p99-ms end to end
    #[arg(long)]
    ramp: bool,
    /// With --ramp: the latency that is to hold
    #[arg(long, value_name = "MS", default_value_t = 10.0)]
    p99_ms: f64,
    /// When a record counts as sent: 0 at once, 1 when the leader has it, all when all in-sync replicas have it
    #[arg(long, value_name = "0|1|all", default_value = "all", value_parser = parse_acks)]
    acks: Acks,
    /// What the topic's records wait for: fsync, or replicated (Kafka's promise)
    #[arg(long, value_name = "fsync|replicated", default_value = "fsync", value_parser = ["fsync", "replicated"])]
    durability: String,
    /// How long a producer waits for more records to fill a batch
    #[arg(long, value_name = "MS", default_value_t = 5)]
    linger_ms: u64,
    /// A batch is sent when it is so large
    #[arg(long, value_name = "BYTES", default_value_t = 65_536)]
    batch_size: usize,
    /// Check every record: its bytes, once, in order
    #[arg(long)]
    verify: bool,
    /// Measure a broker of its own, also when --bootstrap is set
    #[arg(long)]
    embedded: bool,
    /// Where the own broker's data are for the time; they show how fast this disk is [default: the system's]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// The process of the broker at --bootstrap, if it is on this machine
    #[arg(long, value_name = "PID")]
    broker_pid: Option<u32>,
    /// Use this topic, creating it if need be, and leave it; otherwise a new one is used and deleted
    #[arg(long, value_name = "NAME")]
    topic: Option<String>,
}

/// In which direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// Produce and consume at once
    Both,
    /// Produce only
    Produce,
    /// Consume only, what the topic holds or --records that are sent before
    Consume,
}

impl Mode {
    /// For people and programs.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Both => "both",
            Mode::Produce => "produce",
            Mode::Consume => "consume",
        }
    }
}

const DEFAULT_RECORDS: u64 = 5_000_000;
const DEFAULT_DURATION: Duration = Duration::from_secs(30);
const DEFAULT_STEP: Duration = Duration::from_secs(5);
const DEFAULT_FIRST_RATE: u64 = 10_000;
/// A rate that is not reached to this share does not hold.
const HELD_SHARE: f64 = 0.98;

/// Runs it.
pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    if args.verify && args.mode != Mode::Both {
        let message = "--verify compares what is sent with what is read at once";
        return Err(CliError::new(Exit::Usage, message).fix("leave --mode out"));
    }
    let interrupts = Interrupts::listen()?;
    let broker = args.broker(context).await?;
    let measured = measure(&args, context.output, &broker, interrupts).await;
    broker.leave().await?;
    measured
}

async fn measure(
    args: &Args,
    output: Output,
    broker: &Broker,
    interrupts: Interrupts,
) -> Result<(), CliError> {
    let client = Client::connect(broker.address.clone()).await?;
    let topic = args.create_topic(&client.admin()).await?;
    let mut bench = Bench {
        args,
        output,
        broker,
        topic: topic.clone(),
        client: client.clone(),
        progress: Progress::new(output),
        interrupts,
    };
    let measured = if args.ramp { bench.ramp().await } else { bench.once().await };
    if args.topic.is_none() && !broker.is_own() {
        client.admin().delete_topic(&topic).await?;
    }
    measured
}

/// What all rounds have in common.
struct Bench<'a> {
    args: &'a Args,
    output: Output,
    broker: &'a Broker,
    topic: String,
    client: Client,
    progress: Progress,
    interrupts: Interrupts,
}

impl Bench<'_> {
    /// One round, after filling the topic if there is nothing to consume.
    async fn once(&mut self) -> Result<(), CliError> {
        let args = self.args;
        let rate = args.rate;
        let seconds = args.duration.unwrap_or(DEFAULT_DURATION).as_secs_f64();
        let by_rate = rate.map(|rate| (rate as f64 * seconds) as u64);
        let records = args.records.or(by_rate).unwrap_or(DEFAULT_RECORDS).max(1);
        if args.mode == Mode::Consume && self.is_empty().await? {
            verdict(&self.round(Mode::Produce, records, None).await?)?;
        }
        let measured = self.round(args.mode, records, rate).await?;
        let report = self.report(rate, &measured);
        if self.output.is_json() {
            self.output.json(&json!({"settings": args.settings(), "results": [report.json()]}))?;
        } else {
            report.text(&self.output)?;
        }
        verdict(&measured)
    }

    /// Round after round until the highest rate that holds is known.
    async fn ramp(&mut self) -> Result<(), CliError> {
        let mut ramp = Ramp::new(self.args.rate.unwrap_or(DEFAULT_FIRST_RATE));
        let mut steps = Vec::new();
        let mut rows = Vec::new();
        let seconds = self.args.duration.unwrap_or(DEFAULT_STEP).as_secs_f64();
        while let Some(rate) = ramp.next() {
            let records = ((rate as f64 * seconds) as u64).max(1);
            let measured = self.round(Mode::Both, records, Some(rate)).await?;
            let p99_ms = measured.read_latencies.value_at_quantile(0.99) as f64 / 1e3;
            let is_reached = measured.read.rate() >= HELD_SHARE * rate as f64;
            let held = p99_ms <= self.args.p99_ms && is_reached;
            ramp.record(rate, held);
            rows.push(step_row(rate, &measured, held));
            let mut step = self.report(Some(rate), &measured).json();
            step["held"] = Value::Bool(held);
            steps.push(step);
            verdict(&measured)?;
        }
        let highest = ramp.highest();
        if self.output.is_json() {
            let (settings, p99_ms) = (self.args.settings(), self.args.p99_ms);
            return self.output.json(
                &json!({"settings": settings, "p99_ms": p99_ms, "highest_rate": highest, "results": steps}),
            );
        }
        self.output.table(&STEP_COLUMNS, rows)?;
        self.output.line("")?;
        self.output.line(match highest {
            Some(rate) => format!("{} records/s hold p99 ≤ {} ms", units::count(rate), self.args.p99_ms),
            None => format!("no rate holds p99 ≤ {} ms", self.args.p99_ms),
        })
    }

    async fn round(&mut self, mode: Mode, records: u64, rate: Option<u64>) -> Result<Measured, CliError> {
        let at_most = rate.unwrap_or(u64::MAX);
        let warm_up_records = self.args.warm_up_records.unwrap_or((records / 10).min(at_most));
        let round = Round { args: self.args, mode, records, warm_up_records, rate, topic: &self.topic };
        round.run(&self.client, self.broker, &self.progress, &mut self.interrupts).await
    }

    fn report<'a>(&'a self, rate: Option<u64>, measured: &'a Measured) -> Report<'a> {
        let broker_peak_memory_bytes = self.broker.process.and_then(Process::peak_memory_bytes);
        let mode = if self.args.ramp { Mode::Both } else { self.args.mode };
        Report { args: self.args, mode, rate, measured, broker_peak_memory_bytes }
    }

    async fn is_empty(&self) -> Result<bool, CliError> {
        let description = self.client.admin().describe_topic(&self.topic).await?;
        Ok(description
            .partitions
            .iter()
            .all(|partition| partition.high_watermark == partition.log_start_offset))
    }
}

fn verdict(measured: &Measured) -> Result<(), CliError> {
    if let Some(verdict) = measured.verdict {
        verdict.check()?;
    }
    if measured.is_partial { Err(interrupted()) } else { Ok(()) }
}

const STEP_COLUMNS: [Column; 7] = [
    Column::Right("rate"),
    Column::Right("out/s"),
    Column::Right("p50"),
    Column::Right("p99"),
    Column::Right("p99.9"),
    Column::Right("broker s/M"),
    Column::Left("holds"),
];

fn step_row(rate: u64, measured: &Measured, held: bool) -> Vec<String> {
    let latency = |quantile| {
        units::duration(Duration::from_micros(measured.read_latencies.value_at_quantile(quantile)))
    };
    let cpu = measured.cpu.broker.map(|time| time.as_secs_f64() * 1e6 / measured.read.records.max(1) as f64);
    vec![
        units::count(rate),
        units::count(measured.read.rate() as u64),
        latency(0.5),
        latency(0.99),
        latency(0.999),
        cpu.map_or_else(String::new, |seconds| format!("{seconds:.3}")),
        (if held { "yes" } else { "no" }).to_owned(),
    ]
}

impl Args {
    async fn broker(&self, context: &Context) -> Result<Broker, CliError> {
        if context.global.bootstrap.is_some() && !self.embedded {
            return Ok(Broker::running(context.bootstrap.clone(), self.broker_pid.map(Process::Id)));
        }
        let parent = self.data_dir.clone().unwrap_or_else(std::env::temp_dir);
        Broker::start(&parent).await
    }

    async fn create_topic(&self, admin: &Admin) -> Result<String, CliError> {
        let unique = format!("bench-{}", std::process::id());
        let name = self.topic.clone().unwrap_or(unique);
        let configs = [("tidelog.durability".to_owned(), self.durability.clone())].into();
        let partitions = self.partitions as i32;
        let new = NewTopic { name: name.clone(), partitions, configs, ..NewTopic::default() };
        match admin.create_topic(new).await {
            Ok(_) => Ok(name),
            Err(error) if error.code() == Some(ErrorCode::TopicAlreadyExists) && self.topic.is_some() => {
                Ok(name)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn producer_options(&self) -> ProducerOptions {
        ProducerOptions {
            acks: self.acks,
            linger_ms: self.linger_ms,
            batch_size_bytes: self.batch_size,
            compression: self.compression,
            ..ProducerOptions::default()
        }
    }

    fn settings(&self) -> Value {
        json!({
            "size": self.size,
            "compressibility": self.compressibility,
            "keys": self.keys,
            "partitions": self.partitions,
            "compression": self.compression.to_string(),
            "producers": self.producers,
            "consumers": self.consumers,
            "acks": acks_name(self.acks),
            "durability": self.durability,
            "linger_ms": self.linger_ms,
            "batch_size": self.batch_size,
            "verify": self.verify,
        })
    }
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    let duration: SignedDuration =
        text.parse().map_err(|_| "give a time such as 30s, 5m or 1h".to_owned())?;
    Duration::try_from(duration).map_err(|_| "give a time above zero".to_owned())
}

fn parse_size(text: &str) -> Result<usize, String> {
    let size = text.parse().ok().filter(|size| (payload::MIN_SIZE..=1_000_000).contains(size));
    size.ok_or_else(|| format!("give {} to 1000000: a record says when it was due", payload::MIN_SIZE))
}

fn parse_ratio(text: &str) -> Result<f64, String> {
    let ratio = text.parse().ok().filter(|ratio| (1.0..=1000.0).contains(ratio));
    ratio.ok_or_else(|| "give 1 to 1000".to_owned())
}

fn parse_crowd(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|count| (1..=1000).contains(count)).ok_or_else(|| "give 1 to 1000".to_owned())
}

fn parse_acks(text: &str) -> Result<Acks, String> {
    match text {
        "0" => Ok(Acks::None),
        "1" => Ok(Acks::Leader),
        "all" | "-1" => Ok(Acks::All),
        _ => Err("give 0, 1 or all".to_owned()),
    }
}

fn acks_name(acks: Acks) -> &'static str {
    match acks {
        Acks::None => "0",
        Acks::Leader => "1",
        Acks::All => "all",
    }
}
