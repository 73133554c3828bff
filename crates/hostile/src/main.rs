//! `tidelog-hostile`: a million hostile requests against a Tidelog node of its own, with an honest client beside them. Prints
//! what was reached, and fails if the node was hurt.

use std::collections::BTreeMap;
use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use tidelog_hostile::{
    Attack, Client, Corpus, Crowd, Honest, HonestReport, Janitor, Metrics, NodeProcess, Progress, World,
    give_way,
};
use tidelog_kafka_schema::Schemas;

/// Workers that send at the same time.
const WORKERS: usize = 8;
/// What memory may grow by after the warm-up.
const GROWTH_MAX_BYTES: u64 = 64 << 20;
/// Of all cases so many in a hundred must reach a handler …
const REACHED_MIN_PERCENT: u64 = 30;
/// … and so many of a million for each API.
const REACHED_MIN_OF_API: u64 = 5_000;
/// One case in so many warms up.
const WARM_UP_ONE_IN: u64 = 10;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Hostile Kafka requests, by the million
#[derive(Debug, Parser)]
struct Args {
    /// How many cases
    #[arg(long, default_value_t = 1_000_000)]
    cases: u64,
    /// What they are made from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only this case, alone
    #[arg(long)]
    case: Option<u64>,
    /// Begin with this case
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Cases a second; 0: as many as can be
    #[arg(long, default_value_t = 0)]
    rate: u64,
    /// Connections that say nothing
    #[arg(long, default_value_t = 1000)]
    silent: usize,
    /// Connections that read nothing
    #[arg(long, default_value_t = 24)]
    deaf: usize,
    /// Connections that flood with records and want no answer
    #[arg(long, default_value_t = 2)]
    floods: usize,
    /// How long the honest client is measured alone, in seconds
    #[arg(long, default_value_t = 5)]
    alone: u64,
    /// The node's program
    #[arg(long, default_value = "target/release/tidelog")]
    program: PathBuf,
    /// Keep the node's data and log there
    #[arg(long)]
    keep: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(Args::parse()) {
        Ok(faults) if faults.is_empty() => {
            println!("the node was not hurt");
            ExitCode::SUCCESS
        }
        Ok(faults) => {
            faults.iter().for_each(|fault| println!("FAULT {fault}"));
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("the run could not be made: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns what was wrong.
fn run(args: Args) -> Outcome<Vec<String>> {
    let scratch = tempfile::tempdir()?;
    let folder = args.keep.clone().unwrap_or_else(|| scratch.path().to_owned());
    std::fs::create_dir_all(&folder)?;
    let schemas = Arc::new(Schemas::checked_in()?);
    let attackers = runtime(true)?;
    let mut node = attackers.block_on(NodeProcess::start(&args.program, &folder))?;
    let topic = format!("honest-and-not-to-be-hit-{:016x}", args.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut client = HonestThread::start(schemas.clone(), node.kafka, topic.clone())?;

    let (mut janitor, corpus) = attackers.block_on(async {
        let mut asking = Client::connect(schemas.clone(), node.kafka, &topic).await?;
        let corpus = Corpus::load(&asking.advertised().await?)?;
        Outcome::Ok((Janitor::start(schemas.clone(), node.kafka, topic.clone()).await?, corpus))
    })?;
    let world = attackers.block_on(janitor.round())?;
    if let Some(number) = args.case {
        let attack = Attack::new(corpus, world, node.kafka, args.seed, (number, 1), 0);
        println!("{}", attack.case(number));
        attackers.block_on(attack.replay(number));
        println!("{:?}", attack.progress());
        return Ok(hurt(&mut node, &attack));
    }

    std::thread::sleep(Duration::from_secs(args.alone));
    let alone = client.restart()?;
    let crowd_topic = world.topics.first().map_or("hostile-0", |topic| &topic.0).to_owned();
    let attack = Attack::new(corpus, world, node.kafka, args.seed, (args.from, args.cases), args.rate);
    let crowd =
        Crowd::gather(schemas.clone(), node.kafka, &crowd_topic, (args.silent, args.deaf, args.floods));
    let crowd = attackers.block_on(crowd)?;
    let memory = attackers.block_on(drive(&attack, janitor, &mut node, args.cases));
    let beside = client.stop()?;
    drop(crowd);

    let metrics = attackers.block_on(Metrics::scrape(node.http)).unwrap_or_default();
    let mut faults = hurt(&mut node, &attack);
    if faults.iter().any(|fault| fault.contains("panicked")) {
        faults.extend(culprits(&attackers, &attack, &node));
    }
    report(&attack, &metrics, &alone, &beside, memory);
    faults.extend(shortcomings(&args, &attack, &metrics, &beside, memory));
    Ok(faults)
}

fn runtime(gives_way: bool) -> Outcome<tokio::runtime::Runtime> {
    let start = move || {
        if gives_way {
            give_way();
        }
    };
    Ok(tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .on_thread_start(start)
        .build()?)
}

/// What memory the node took: after the warm-up, at most after that, at the end. In bytes.
#[derive(Clone, Copy, Debug, Default)]
struct Memory {
    warm: u64,
    most: u64,
    /// How many cases had been sent then.
    most_at: u64,
    end: u64,
}

/// Runs the attack, and watches the node meanwhile.
async fn drive(attack: &Arc<Attack>, janitor: Janitor, node: &mut NodeProcess, cases: u64) -> Memory {
    let bar = ProgressBar::new(cases);
    let style = ProgressStyle::with_template("{elapsed_precise} {wide_bar} {pos}/{len} {per_sec} {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let telling = attack.clone();
    let tidying = tokio::spawn(janitor.run(move |world: World| telling.set_world(world)));
    let workers: Vec<_> = (0..WORKERS).map(|_| tokio::spawn(attack.clone().work())).collect();
    let mut memory = Memory::default();
    let mut said = Instant::now();
    while !workers.iter().all(tokio::task::JoinHandle::is_finished) {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let (progress, resident) = (attack.progress(), node.resident_bytes());
        if progress.sent >= cases / WARM_UP_ONE_IN {
            if memory.warm == 0 {
                memory.warm = resident;
            }
            if resident > memory.most {
                (memory.most, memory.most_at) = (resident, progress.sent);
            }
        }
        bar.set_position(progress.sent);
        bar.set_message(format!("{} MiB", resident >> 20));
        if bar.is_hidden() && said.elapsed() >= Duration::from_secs(20) {
            said = Instant::now();
            eprintln!("{} cases, {} MiB", progress.sent, resident >> 20);
        }
        if !node.is_alive() || !node.panics().is_empty() {
            workers.iter().for_each(tokio::task::JoinHandle::abort);
        }
    }
    bar.finish_and_clear();
    tidying.abort();
    // What connections that are gone have left is given back within a moment.
    tokio::time::sleep(Duration::from_secs(3)).await;
    memory.end = node.resident_bytes();
    memory
}

/// The node's own complaints, and what came over the wire.
fn hurt(node: &mut NodeProcess, attack: &Attack) -> Vec<String> {
    let mut faults = attack.faults();
    if !node.is_alive() {
        faults.push("the node is dead".to_owned());
    }
    faults.extend(node.panics());
    faults.extend(node.errors());
    faults
}

/// Sends the cases that were closed last again, one at a time: those that make the node panic once more.
fn culprits(runtime: &tokio::runtime::Runtime, attack: &Attack, node: &NodeProcess) -> Vec<String> {
    let mut culprits = Vec::new();
    for number in attack.suspects() {
        let before = node.panics().len();
        runtime.block_on(attack.replay(number));
        std::thread::sleep(Duration::from_millis(5));
        if node.panics().len() > before {
            culprits.push(format!("panics again by {}", attack.case(number)));
            if culprits.len() == 5 {
                break;
            }
        }
    }
    culprits
}

fn report(attack: &Attack, metrics: &Metrics, alone: &HonestReport, beside: &HonestReport, memory: Memory) {
    let reached = reached(attack, metrics);
    let answers = attack.answers();
    println!("{:<28} {:>12} {:>12}", "API", "reached", "answered");
    for (api, reached) in &reached {
        println!("{api:<28} {reached:>12} {:>12}", answers.get(api).copied().unwrap_or(0));
    }
    let Progress { sent, answered, closed, abandoned, held_up } = attack.progress();
    let all: u64 = reached.values().sum();
    println!("{:<28} {all:>12} {answered:>12}", "all");
    println!(
        "{sent} cases: {answered} answers, {closed} closed without one, {abandoned} abandoned by their sender, \
         {held_up} held up by a quota until they left"
    );
    for (reason, count) in metrics.by_label("tidelog_kafka_disconnects_total") {
        println!("  closed by the node: {reason:<24} {count:>10}");
    }
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    println!(
        "memory: {:.1} MiB after the warm-up, {:.1} at most (after {} cases), {:.1} at the end",
        mib(memory.warm),
        mib(memory.most),
        memory.most_at,
        mib(memory.end)
    );
    for (when, honest) in [("alone", alone), ("beside the attack", beside)] {
        let at = |quantile| honest.latency_us.value_at_quantile(quantile) as f64 / 1000.0;
        println!(
            "honest client {when}: {} requests served, p50 {:.2} ms, p99 {:.2} ms, at most {:.2} ms",
            honest.served,
            at(0.5),
            at(0.99),
            honest.latency_us.max() as f64 / 1000.0
        );
    }
    let ratio = beside.latency_us.value_at_quantile(0.99) as f64
        / alone.latency_us.value_at_quantile(0.99).max(1) as f64;
    println!("honest client's p99: {ratio:.1} times what it is alone");
}

/// As the node counts it; answers where it does not say.
fn reached(attack: &Attack, metrics: &Metrics) -> BTreeMap<String, u64> {
    let counted = metrics.by_label("tidelog_kafka_requests_total");
    if counted.is_empty() { attack.answers() } else { counted }
}

fn shortcomings(
    args: &Args,
    attack: &Attack,
    metrics: &Metrics,
    beside: &HonestReport,
    memory: Memory,
) -> Vec<String> {
    let mut faults: Vec<String> =
        beside.faults.iter().map(|fault| format!("the honest client: {fault}")).collect();
    // The node counts the crowd's requests and the janitor's, too; an answer is a case's own.
    let answers = attack.answers();
    let all: u64 = answers.values().sum();
    if all * 100 < args.cases * REACHED_MIN_PERCENT {
        faults
            .push(format!("{all} of {} cases reached a handler: {REACHED_MIN_PERCENT} % should", args.cases));
    }
    let least = REACHED_MIN_OF_API * args.cases / 1_000_000;
    for (api, reached) in answers.iter().filter(|(_, reached)| **reached < least) {
        faults.push(format!("{api}: {reached} cases reached its handler, {least} should"));
    }
    let unanswerable =
        metrics.by_label("tidelog_kafka_disconnects_total").remove("unanswerable").unwrap_or(0);
    if unanswerable > 0 {
        faults
            .push(format!("{unanswerable} answers could not be written: see the node's log at debug level"));
    }
    let growth = memory.most.saturating_sub(memory.warm);
    if growth > GROWTH_MAX_BYTES {
        let limit = GROWTH_MAX_BYTES >> 20;
        faults.push(format!("memory grew by {} MiB after the warm-up: {limit} are allowed", growth >> 20));
    }
    faults
}

/// The honest client, on a thread that does not give way.
struct HonestThread {
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<(tokio::runtime::Runtime, Honest, HonestReport)>>,
}

impl HonestThread {
    fn start(schemas: Arc<Schemas>, address: SocketAddr, topic: String) -> Outcome<HonestThread> {
        let runtime = runtime(false)?;
        let honest = runtime.block_on(Honest::start(schemas, address, &topic))?;
        Ok(HonestThread::run(runtime, honest))
    }

    fn run(runtime: tokio::runtime::Runtime, mut honest: Honest) -> HonestThread {
        let stop = Arc::new(AtomicBool::new(false));
        let stopping = stop.clone();
        let thread = std::thread::spawn(move || {
            let report = runtime.block_on(honest.run(&stopping));
            (runtime, honest, report)
        });
        HonestThread { stop, thread: Some(thread) }
    }

    /// What it was like up to now; it goes on.
    fn restart(&mut self) -> Outcome<HonestReport> {
        let (runtime, honest, report) = self.end()?;
        *self = HonestThread::run(runtime, honest);
        Ok(report)
    }

    fn stop(mut self) -> Outcome<HonestReport> {
        Ok(self.end()?.2)
    }

    fn end(&mut self) -> Outcome<(tokio::runtime::Runtime, Honest, HonestReport)> {
        self.stop.store(true, Ordering::Relaxed);
        let thread = self.thread.take().ok_or("the honest client has stopped")?;
        thread.join().map_err(|_| "the honest client panicked".into())
    }
}
