//! Running: starts, warm-up, then cell by cell, round by round, broker by broker.

use std::io;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tidelog_kafka_load::{Machine, Outcome, Process};

use crate::Arguments;
use crate::brokers::{Broker, Kind, Places, wait};
use crate::grid::{self, Cell, Workload};
use crate::report::describe;
use crate::results::{self, CellRuns, Results, Run, Start};

const RUN_SECONDS: u64 = 120;
/// Others may take so much while one waits, in cores.
const QUIET_CORES: f64 = 0.1;

struct Series<'a> {
    arguments: &'a Arguments,
    places: &'a Places,
    standing: Vec<Broker>,
    floor: Option<Broker>,
    topics: Vec<String>,
    topics_made: usize,
    begun: Instant,
    runs_done: usize,
    runs_in_all: usize,
}

/// Runs what the arguments say.
pub fn run(arguments: &Arguments, places: &Places) -> io::Result<Results> {
    let all = if arguments.full { grid::full() } else { grid::quick() };
    let cells: Vec<Cell> = all.into_iter().filter(|cell| cell.label().contains(&arguments.only)).collect();
    let mut results = Results {
        machine: machine(),
        brokers: arguments.brokers.clone(),
        starts: starts(arguments, places)?,
        cells: Vec::new(),
    };
    let mut series = Series {
        arguments,
        places,
        standing: Vec::new(),
        floor: None,
        topics: Vec::new(),
        topics_made: 0,
        begun: Instant::now(),
        runs_done: 0,
        runs_in_all: cells.len() * arguments.rounds * arguments.brokers.len(),
    };
    for kind in arguments.brokers.iter().filter(|kind| !kind.is_started_for_each_run()) {
        series.standing.push(Broker::start(*kind, places, 0, false)?);
    }
    let ran = series.warm_up().and_then(|()| {
        series.begun = Instant::now();
        cells.iter().try_for_each(|cell| {
            series.cell(cell, &mut results)?;
            // What an hour found is not lost by what comes in the next.
            arguments.keep(&results)
        })
    });
    // What stands is ended even when a run has failed.
    let stopped: io::Result<()> =
        series.standing.iter_mut().chain(&mut series.floor).try_for_each(Broker::stop);
    ran.and(stopped)?;
    Ok(results)
}

fn starts(arguments: &Arguments, places: &Places) -> io::Result<Vec<Start>> {
    let mut starts = Vec::new();
    for _ in 0..arguments.starts {
        for kind in &arguments.brokers {
            let mut broker = Broker::start(*kind, places, 1, false)?;
            let (resident_kib, _) = Process::with_id(broker.pid()).memory_kib()?;
            let seconds = broker.first_produce.as_secs_f64();
            println!(
                "start {:8} {:.3} s to the first record, {} MiB",
                kind.name(),
                seconds,
                resident_kib >> 10
            );
            broker.stop()?;
            starts.push(Start { broker: *kind, seconds, resident_kib });
        }
    }
    remove_floors(places)?;
    Ok(starts)
}

impl Series<'_> {
    fn warm_up(&mut self) -> io::Result<()> {
        let until = Instant::now() + Duration::from_secs(self.arguments.warm_up_seconds);
        let cells = grid::quick();
        for cell in cells.iter().cycle().filter(|cell| !matches!(cell.workload, Workload::EndToEnd(_))) {
            if Instant::now() >= until || self.standing.is_empty() {
                break;
            }
            println!(
                "warming up, {:.0} s left",
                until.saturating_duration_since(Instant::now()).as_secs_f64()
            );
            for index in 0..self.standing.len() {
                let topic = self.topic(index, cell)?;
                self.load(&self.standing[index], cell, &topic)?;
                self.load(&self.standing[index], &cell.consumed(), &topic)?;
            }
            self.end_of_cell()?;
        }
        Ok(())
    }

    fn cell(&mut self, cell: &Cell, results: &mut Results) -> io::Result<()> {
        println!("\n{}", cell.label());
        let (mut runs, mut consumed) = (Vec::new(), Vec::new());
        for round in 0..self.arguments.rounds {
            for turn in 0..self.arguments.brokers.len() {
                // Whose turn is first goes round, too.
                let broker = self.arguments.brokers[(round + turn) % self.arguments.brokers.len()];
                let (outcome, read) = self.turn(broker, cell)?;
                self.runs_done += 1;
                println!("  {}  {:8} {}", self.progress(), broker.name(), describe(&outcome));
                runs.push(Run { round, broker, outcome });
                consumed.extend(read.map(|outcome| Run { round, broker, outcome }));
            }
        }
        self.end_of_cell()?;
        results.cells.push(CellRuns { cell: cell.clone(), runs });
        if !consumed.is_empty() {
            results.cells.push(CellRuns { cell: cell.consumed(), runs: consumed });
        }
        Ok(())
    }

    /// One broker's run; and one that consumes what it left, where that is asked.
    fn turn(&mut self, kind: Kind, cell: &Cell) -> io::Result<(Outcome, Option<Outcome>)> {
        if kind.is_started_for_each_run() {
            self.floor = Some(Broker::start(kind, self.places, cell.partitions, cell.durable)?);
        }
        let index = self.standing.iter().position(|broker| broker.kind() == kind);
        let topic = index.map_or(Ok("floor".to_owned()), |index| self.topic(index, cell))?;
        let broker = index
            .map(|index| &self.standing[index])
            .or(self.floor.as_ref())
            .expect("every kind is one or the other");
        let outcome = self.measure(broker, cell, &topic)?;
        let is_read = cell.workload == Workload::Produce && !cell.durable;
        let consumed = is_read.then(|| self.measure(broker, &cell.consumed(), &topic)).transpose()?;
        if let Some(mut floor) = self.floor.take() {
            floor.stop()?;
        }
        Ok((outcome, consumed))
    }

    fn topic(&mut self, index: usize, cell: &Cell) -> io::Result<String> {
        self.topics_made += 1;
        let name = format!("run-{}", self.topics_made);
        self.standing[index].create_topic(&name, cell.partitions, cell.durable)?;
        self.topics.push(name.clone());
        Ok(name)
    }

    fn measure(&self, broker: &Broker, cell: &Cell, topic: &str) -> io::Result<Outcome> {
        if cell.workload != Workload::Consume {
            warm_memory(cell.bytes() * 2);
        }
        await_quiet(Duration::from_secs(self.arguments.quiet_seconds))?;
        self.load(broker, cell, topic)
    }

    fn load(&self, broker: &Broker, cell: &Cell, topic: &str) -> io::Result<Outcome> {
        let mut command = Command::new(&self.arguments.load_client);
        let workload = match cell.workload {
            Workload::Produce => "produce",
            Workload::Consume => "consume",
            Workload::Both => "both",
            Workload::EndToEnd(_) => "end-to-end",
        };
        command.args([workload, "--topic", topic, "--bootstrap", &broker.address().to_string()]);
        let numbers = [
            ("--broker-pid", u64::from(broker.pid())),
            ("--partitions", cell.partitions as u64),
            ("--records", cell.records),
            ("--record-bytes", cell.record_bytes as u64),
            ("--batch-bytes", cell.batch_bytes as u64),
            ("--linger-ms", u64::from(cell.linger_ms)),
            ("--deadline-seconds", RUN_SECONDS),
        ];
        for (name, number) in numbers {
            command.args([name, &number.to_string()]);
        }
        if let Workload::EndToEnd(rate) = cell.workload {
            command.args(["--rate", &rate.to_string()]);
        }
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().expect("it is piped");
        wait(&mut child, Duration::from_secs(RUN_SECONDS + 30))?;
        let printed = io::read_to_string(stdout)?;
        let fault =
            |error| io::Error::other(format!("{} with {}: {error}", cell.label(), broker.kind().name()));
        serde_json::from_str(&printed).map_err(fault)
    }

    /// Only now data is deleted, and memory handed back.
    fn end_of_cell(&mut self) -> io::Result<()> {
        let topics = std::mem::take(&mut self.topics);
        for broker in &self.standing {
            // Each has some of them; the rest it does not know.
            for topic in &topics {
                let _ = broker.delete_topics(std::slice::from_ref(topic));
            }
        }
        remove_floors(self.places)
    }

    fn progress(&self) -> String {
        let a_run = self.begun.elapsed().as_secs_f64() / self.runs_done as f64;
        let left = a_run * (self.runs_in_all - self.runs_done) as f64;
        let (minutes, seconds) = (left as u64 / 60, left as u64 % 60);
        format!("{:3}/{} {minutes:3} min {seconds:02} s left", self.runs_done, self.runs_in_all)
    }
}

/// Has the host back this much of the memory that is free, so that no broker pays for it: a free page that was handed back
/// to the hypervisor costs six times as much to write as one that was not.
fn warm_memory(bytes: u64) {
    let mut memory = Vec::<u8>::with_capacity(bytes as usize);
    for page in memory.spare_capacity_mut().chunks_mut(4096) {
        page[0].write(1);
    }
    std::hint::black_box(&memory);
}

fn await_quiet(patience: Duration) -> io::Result<()> {
    let begun = Instant::now();
    while begun.elapsed() < patience {
        let before = Machine::now()?;
        std::thread::sleep(Duration::from_millis(500));
        if before.foreign_cores_since(Duration::ZERO)? < QUIET_CORES {
            break;
        }
    }
    Ok(())
}

fn remove_floors(places: &Places) -> io::Result<()> {
    for entry in std::fs::read_dir(&places.scratch)? {
        let path = entry?.path();
        let is_floor = path.is_dir()
            && path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("floor-"));
        if is_floor {
            std::fs::remove_dir_all(path)?;
        }
    }
    Ok(())
}

fn machine() -> results::Machine {
    let said = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().ok();
        output.map_or(String::new(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let line = |file: &str, name: &str| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let value = text.lines().find(|line| line.starts_with(name)).and_then(|line| line.split_once(':'));
        value.map_or(String::new(), |(_, value)| value.trim().to_owned())
    };
    let memory: u64 = line("/proc/meminfo", "MemTotal").trim_end_matches(" kB").parse().unwrap_or(0);
    results::Machine {
        date: said("date", &["-u", "+%Y-%m-%d"]),
        commit: said("git", &["rev-parse", "--short", "HEAD"]),
        processor: line("/proc/cpuinfo", "model name"),
        cores: std::thread::available_parallelism().map_or(0, usize::from),
        memory_mib: memory >> 10,
        kernel: said("uname", &["-r"]),
    }
}
