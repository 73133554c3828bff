//! The brokers that are compared: how each is started, given topics and stopped.

use std::fs::File;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::wire::Connection;

const START: Duration = Duration::from_secs(90);
const STOP: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(1);
const FIRST_TOPIC: &str = "first";

/// A broker to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Apache Kafka, by `scripts/kafka-reference`.
    Kafka,
    /// The physical ceiling, `benches/floor`.
    Floor,
    /// Tidelog.
    Tidelog,
}

/// Where programs and directories are.
pub struct Places {
    pub scratch: PathBuf,
    pub kafka_reference: PathBuf,
    pub kafka_overrides: Vec<String>,
    pub floor: PathBuf,
    pub tidelog: PathBuf,
}

/// A broker that runs.
pub struct Broker {
    kind: Kind,
    address: SocketAddr,
    pid: u32,
    /// What was started: the broker, or the script that has started it and ended.
    child: Child,
    directory: PathBuf,
    script: PathBuf,
    /// From exec to the answer to its first record, on an empty directory.
    pub first_produce: Duration,
}

impl Kind {
    /// As tables and files have it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Kafka => "kafka",
            Kind::Floor => "floor",
            Kind::Tidelog => "tidelog",
        }
    }

    /// The floor serves the one topic that it was started for, and is started for each run.
    pub fn is_started_for_each_run(self) -> bool {
        self == Kind::Floor
    }

    /// What a topic's configs are for it to be durable, or not, when that is not the default.
    fn configs(self, durable: bool) -> &'static [(&'static str, &'static str)] {
        match (self, durable) {
            (Kind::Kafka, true) => &[("flush.messages", "1")],
            (Kind::Tidelog, false) => &[("tidelog.durability", "replicated")],
            _ => &[],
        }
    }
}

impl Broker {
    /// Starts it on an empty directory and waits until it has accepted a record. `partitions` and `durable` are for the floor.
    pub fn start(kind: Kind, places: &Places, partitions: i32, durable: bool) -> io::Result<Broker> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let directory = places.scratch.join(format!("{}-{port}", kind.name()));
        std::fs::create_dir_all(&places.scratch)?;
        let log = File::create(places.scratch.join(format!("{}.log", kind.name())))?;
        let mut command = match kind {
            Kind::Kafka => kafka(places, &directory, port),
            Kind::Floor => floor(places, &directory, address, partitions, durable)?,
            Kind::Tidelog => tidelog(places, &directory, address),
        };
        let begun = Instant::now();
        let child = command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn();
        let child =
            child.map_err(|error| io::Error::other(format!("{command:?} cannot be started: {error}")))?;
        let script = places.kafka_reference.clone();
        let pid = child.id();
        let mut broker =
            Broker { kind, address, pid, child, directory, script, first_produce: Duration::ZERO };
        match broker.await_first_produce(begun) {
            Ok(()) => Ok(broker),
            Err(error) => {
                let log = format!("{}/{}.log", places.scratch.display(), kind.name());
                let _ = broker.stop();
                Err(io::Error::other(format!(
                    "{} does not start: {error}; its output is in {log}",
                    kind.name()
                )))
            }
        }
    }

    fn await_first_produce(&mut self, begun: Instant) -> io::Result<()> {
        loop {
            let tried = self.first_produce();
            if tried.is_ok() {
                break;
            }
            let ended =
                self.child.try_wait()?.is_some_and(|status| self.kind != Kind::Kafka || !status.success());
            if ended || begun.elapsed() > START {
                return tried.map_err(|error| {
                    io::Error::other(format!("no record after {:?}: {error}", begun.elapsed()))
                });
            }
            std::thread::sleep(POLL);
        }
        self.first_produce = begun.elapsed();
        if self.kind == Kind::Kafka {
            // The script formats first: what counts begins when the node itself does.
            let pid = std::fs::read_to_string(self.directory.join("kafka.pid"))?;
            self.pid = pid.trim().parse().map_err(io::Error::other)?;
            self.first_produce = age(self.pid)?;
        }
        Ok(())
    }

    fn first_produce(&self) -> io::Result<()> {
        let mut connection = Connection::open(self.address)?;
        if self.kind != Kind::Floor {
            connection.create_topic(FIRST_TOPIC, 1, &[])?;
        }
        connection.produce_one(FIRST_TOPIC)
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Makes a topic for a run.
    pub fn create_topic(&self, name: &str, partitions: i32, durable: bool) -> io::Result<()> {
        match self.kind {
            Kind::Floor => Ok(()),
            kind => Connection::open(self.address)?.create_topic(name, partitions, kind.configs(durable)),
        }
    }

    /// Removes topics whose runs are over.
    pub fn delete_topics(&self, names: &[String]) -> io::Result<()> {
        Connection::open(self.address)?.delete_topics(names)
    }

    /// Ends it and removes its data, except the floor's: deleting gigabytes between two runs disturbs the second.
    pub fn stop(&mut self) -> io::Result<()> {
        if self.kind == Kind::Kafka {
            wait(&mut self.child, STOP)?;
            let mut stop = Command::new(&self.script)
                .arg("stop")
                .arg("--dir")
                .arg(&self.directory)
                .stdout(Stdio::null())
                .spawn()?;
            return wait(&mut stop, STOP);
        }
        let pid = rustix::process::Pid::from_child(&self.child);
        // It may have ended by itself; that shows in the wait.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        wait(&mut self.child, STOP)?;
        if self.kind == Kind::Floor { Ok(()) } else { std::fs::remove_dir_all(&self.directory) }
    }
}

fn kafka(places: &Places, directory: &Path, port: u16) -> Command {
    let mut command = Command::new(&places.kafka_reference);
    command.args(["start", "--port", &port.to_string(), "--dir"]).arg(directory);
    for line in &places.kafka_overrides {
        command.args(["--override", line]);
    }
    command
}

fn floor(
    places: &Places,
    directory: &Path,
    address: SocketAddr,
    partitions: i32,
    durable: bool,
) -> io::Result<Command> {
    std::fs::create_dir_all(directory)?;
    let mut command = Command::new(&places.floor);
    command.arg(address.to_string()).arg(directory).arg(partitions.to_string());
    command.arg(if durable { "durable" } else { "cached" });
    Ok(command)
}

fn tidelog(places: &Places, directory: &Path, address: SocketAddr) -> Command {
    let mut command = Command::new(&places.tidelog);
    command.args([
        "serve",
        "--log-level",
        "warn",
        "--grpc",
        "127.0.0.1:0",
        "--http",
        "127.0.0.1:0",
        "--kafka",
    ]);
    command.arg(address.to_string()).arg("--data-dir").arg(directory);
    command
}

/// Waits for a process, at most so long; then kills it.
pub fn wait(child: &mut Child, most: Duration) -> io::Result<()> {
    let begun = Instant::now();
    while child.try_wait()?.is_none() {
        if begun.elapsed() > most {
            child.kill()?;
            child.wait()?;
            return Err(io::Error::other(format!("it had not ended after {most:?} and was killed")));
        }
        std::thread::sleep(POLL);
    }
    Ok(())
}

/// How long a process has run, to 10 ms.
fn age(pid: u32) -> io::Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The 22nd field, hundredths of a second from boot; the second, in brackets, may have spaces.
    let (_, after) = stat.rsplit_once(") ").ok_or_else(|| io::Error::other("/proc/PID/stat has no name"))?;
    let ticks: u64 = after.split(' ').nth(19).and_then(|field| field.parse().ok()).unwrap_or(0);
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let now = Duration::new(now.tv_sec as u64, now.tv_nsec as u32);
    Ok(now.saturating_sub(Duration::from_millis(ticks * 10)))
}
