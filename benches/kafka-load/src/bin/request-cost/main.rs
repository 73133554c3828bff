//! CPU that a broker uses for one request: Metadata, ListOffsets and fetches that find nothing, over the raw wire.
//!
//! One connection, one request under way. Give one broker, or two that run at the same time: each request then is sent to
//! both in alternation, and the table says how many times as much the second uses. Topics `request-cost-N` are made if they
//! are missing.
//!
//! ```text
//! request-cost --bootstrap 127.0.0.1:9092 --broker-pid 4711 --bootstrap 127.0.0.1:9192 --broker-pid 4712
//! ```

mod requests;
mod wire;

use std::io;
use std::time::{Duration, Instant};

use clap::Parser;
use comfy_table::{CellAlignment, Table, presets};
use tidelog_kafka_load::Process;

use crate::requests::{Kind, Script};
use crate::wire::Connection;

/// A broker that uses less of a core is idle; a JVM without work uses one or two.
const IDLE_PERCENT: f64 = 4.0;
const SETTLED_WITHIN: Duration = Duration::from_secs(60);

/// CPU that a broker uses for a request; of two brokers, beside each other.
#[derive(Debug, Parser)]
struct Arguments {
    /// HOST:PORT of a broker; once more for another
    #[arg(long, required = true)]
    bootstrap: Vec<String>,
    /// The broker's process on this machine; as often as --bootstrap
    #[arg(long, required = true)]
    broker_pid: Vec<u32>,
    /// Only requests whose name has this in it, for example Fetch
    #[arg(long, default_value = "")]
    only: String,
    /// Turns that are measured for each request and broker; the median counts
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// How long a turn is
    #[arg(long, default_value_t = 1.0)]
    seconds: f64,
    /// How long each request is sent to each broker first: a JVM compiles what is hot
    #[arg(long, default_value_t = 5.0)]
    warm_up_seconds: f64,
}

/// A broker that is asked one thing.
struct Subject {
    process: Process,
    connection: Connection,
    script: Script,
}

/// What one turn found.
#[derive(Clone, Copy)]
struct Turn {
    cpu_micros: f64,
    a_second: f64,
}

fn main() {
    let arguments = Arguments::parse();
    if let Err(error) = run(&arguments) {
        eprintln!("request-cost: {error}");
        std::process::exit(1);
    }
}

fn run(arguments: &Arguments) -> io::Result<()> {
    let Arguments { bootstrap, broker_pid, .. } = arguments;
    if bootstrap.len() != broker_pid.len() || bootstrap.len() > 2 {
        return Err(io::Error::other("give one broker or two, each with --bootstrap and --broker-pid"));
    }
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    let mut header = vec!["request".to_owned()];
    for address in bootstrap {
        header.extend([format!("{address}: µs of CPU a request"), "requests/s".to_owned()]);
    }
    if bootstrap.len() == 2 {
        header.push("CPU, second ÷ first".to_owned());
    }
    table.set_header(header);
    let kinds: Vec<Kind> =
        Kind::ALL.into_iter().filter(|kind| kind.label().contains(&arguments.only)).collect();
    prepare(arguments, &kinds)?;
    for kind in kinds {
        let turns = measure(arguments, kind)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", kind.label())))?;
        let mut row = vec![kind.label()];
        for turn in &turns {
            row.extend([format!("{:.1}", turn.cpu_micros), format!("{:.0}", turn.a_second)]);
        }
        if let [first, second] = turns.as_slice() {
            row.push(format!("{:.2}", second.cpu_micros / first.cpu_micros));
        }
        eprintln!("{}", row.join("  "));
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!("{table}");
    Ok(())
}

/// Makes all topics, and waits until the brokers have nothing more to do with them: their CPU would be the requests'.
fn prepare(arguments: &Arguments, kinds: &[Kind]) -> io::Result<()> {
    for (address, pid) in arguments.bootstrap.iter().zip(&arguments.broker_pid) {
        for kind in kinds {
            Subject::new(address, *pid, *kind)?;
        }
        let (process, begun) = (Process::with_id(*pid), Instant::now());
        loop {
            let before = process.cpu_time()?;
            std::thread::sleep(Duration::from_secs(1));
            let idle_percent = (process.cpu_time()? - before).as_secs_f64() * 100.0;
            if idle_percent < IDLE_PERCENT || begun.elapsed() > SETTLED_WITHIN {
                eprintln!("{address}: {idle_percent:.1} % of a core when nothing is asked");
                break;
            }
        }
    }
    Ok(())
}

/// The medians, broker by broker.
fn measure(arguments: &Arguments, kind: Kind) -> io::Result<Vec<Turn>> {
    let brokers = arguments.bootstrap.iter().zip(&arguments.broker_pid);
    let mut subjects = brokers
        .map(|(address, pid)| Subject::new(address, *pid, kind))
        .collect::<io::Result<Vec<Subject>>>()?;
    for subject in &mut subjects {
        subject.turn(Duration::from_secs_f64(arguments.warm_up_seconds))?;
    }
    let mut turns = vec![Vec::new(); subjects.len()];
    for _ in 0..arguments.rounds.max(1) {
        for (subject, turns) in subjects.iter_mut().zip(&mut turns) {
            turns.push(subject.turn(Duration::from_secs_f64(arguments.seconds))?);
        }
    }
    Ok(turns.into_iter().map(median).collect())
}

impl Subject {
    fn new(address: &str, pid: u32, kind: Kind) -> io::Result<Subject> {
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{address}: {error}"));
        let mut connection = Connection::open(address).map_err(named)?;
        let script = kind.prepare(&mut connection).map_err(named)?;
        Ok(Subject { process: Process::with_id(pid), connection, script })
    }

    fn turn(&mut self, duration: Duration) -> io::Result<Turn> {
        let (begun, used) = (Instant::now(), self.process.cpu_time()?);
        let mut requests = 0.0;
        while begun.elapsed() < duration {
            self.script.step(&mut self.connection)?;
            requests += 1.0;
        }
        let used = self.process.cpu_time()? - used;
        let requests = f64::max(requests, 1.0);
        Ok(Turn {
            cpu_micros: used.as_secs_f64() * 1e6 / requests,
            a_second: requests / begun.elapsed().as_secs_f64(),
        })
    }
}

fn median(mut turns: Vec<Turn>) -> Turn {
    turns.sort_by(|one, other| one.cpu_micros.total_cmp(&other.cpu_micros));
    turns[turns.len() / 2]
}
