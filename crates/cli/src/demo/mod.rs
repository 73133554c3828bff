//! `tidelog demo`: a stream of events through a real node and back, compared record by record.
//!
//! The story is here, in order; its parts: `source` and `page_views` give events, `feed` sends them, `readers` read them
//! back, `ledger` compares, `board` is what those share, `view` shows what goes on, `summary` is what it ends with.

mod board;
mod feed;
mod home;
mod ledger;
mod page_views;
mod readers;
mod source;
mod summary;
mod view;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tidelog_broker::{Node, NodeConfig};
use tidelog_client::{
    Admin, Client, Compression, ErrorCode, NewTopic, NodeId, PartitionDescription, Producer, ProducerOptions,
};
use tokio::sync::{oneshot, watch};
use tokio::task::{JoinError, JoinSet};
use tokio::time::timeout;

use self::board::Board;
use self::feed::{Fed, Feed};
use self::home::Home;
use self::page_views::PageViews;
use self::readers::{Ends, Reader, Sabotage, Saboteur};
use self::source::Source;
use self::summary::{Ending, Summary};
use self::view::Title;
use crate::Context;
use crate::error::CliError;
use crate::output::Output;
use crate::process::{Interrupts, Process};

const PARTITIONS: u32 = 12;
const READERS: usize = 3;
/// How many page views there are if nobody says.
const DEFAULT_RECORDS: u64 = 8_000_000;
/// What the producer may have on its way: more would only queue up, and show as latency.
const PRODUCER_MEMORY_BYTES: usize = 4 << 20;
/// A node in the same process that has not answered by then will not.
const DELIVERY_TIMEOUT_MS: u64 = 20_000;
/// How long the feed may take to end after an interruption; it may wait for input.
const FEED_PATIENCE: Duration = Duration::from_millis(200);
/// How long what was sent may take to come back after an interruption.
const DRAIN_PATIENCE: Duration = Duration::from_secs(2);

/// Options of `demo`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tidelog demo                                       8,000,000 page views, in a quarter of a minute
  tidelog demo --duration 1m --keep-data ./demo      then look: tidelog serve --data-dir ./demo
  tidelog demo --input flights.jsonl --key carrier   your own events, one JSON object a line
  zcat log.gz | tidelog demo --input -               any lines

Each line of --input, empty ones too, is one record, its bytes untouched. Lines without the --key field are spread over
the partitions in turn, as all are without --key. The exit code is 0 if every record came back once, in order and
unchanged, and 15 if not.")]
pub struct Args {
    /// How many events [default: 8000000; with --input all lines]
    #[arg(long, value_name = "N")]
    records: Option<u64>,
    /// Stream for so long, such as 30s or 5m, instead of so many
    #[arg(long, value_name = "TIME", conflicts_with = "records", value_parser = parse_duration)]
    duration: Option<Duration>,
    /// Stream the lines of a file, or of standard input (-), instead of made-up page views
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// The field of each line, a JSON object, that is its key
    #[arg(long, value_name = "FIELD", requires = "input")]
    key: Option<String>,
    /// Make other page views up
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "input")]
    seed: u64,
    /// Keep the node's data in this directory instead of removing them
    #[arg(long, value_name = "DIR")]
    keep_data: Option<PathBuf>,
    /// Tamper with what is read, once, to see the proof fail
    #[arg(long, value_enum, hide = true)]
    sabotage: Option<Sabotage>,
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    let duration: SignedDuration =
        text.parse().map_err(|_| "give a time such as 30s, 5m or 1h".to_owned())?;
    Duration::try_from(duration).map_err(|_| "give a time above zero".to_owned())
}

/// Runs it.
pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let mut interrupts = Interrupts::listen()?;
    let source = args.source()?;
    let home = Home::new(args.keep_data.as_deref())?;
    // The id that `tidelog serve` takes if nobody says: with --keep-data it goes on with this node's data.
    let config = NodeConfig { node_id: NodeId(1), ..NodeConfig::embedded(home.path().to_owned()) };
    let node = Node::start(config).await?;
    let played = play(&args, context.output, source, &node, &mut interrupts).await;
    node.shut_down().await;
    let summary = Summary { place: home.leave()?, ..played? };
    summary.show(&context.output)?;
    summary.verdict()
}

/// With a node that runs: streams, reads back, compares.
async fn play(
    args: &Args,
    output: Output,
    source: Source,
    node: &Node,
    interrupts: &mut Interrupts,
) -> Result<Summary, CliError> {
    let client = Client::connect(node.addresses().grpc.to_string()).await?;
    let topic = create_topic(&client.admin(), &args.topic()).await?;
    let board = Arc::new(Board::new(PARTITIONS, READERS));
    let saboteur = args.sabotage.map(|sabotage| Arc::new(Saboteur::new(sabotage)));
    let mut play = Play::begin(&client, &topic, &board, saboteur.as_ref()).await?;
    let (tell_over, over) = watch::channel(false);
    let view = tokio::spawn(view::show(output, args.title(), board.clone(), over));
    let feed = args.feed(source, topic.clone(), play.producer.clone(), board.clone());
    let ended = play.run(feed.start(), interrupts).await;
    let elapsed = board.snapshot().elapsed;
    play.leave().await;
    tell_over.send_replace(true);
    let latencies = view.await.map_err(panicked)?;
    let (fed, ending) = ended?;
    if saboteur.is_some_and(|saboteur| !saboteur.is_done()) {
        return Err(CliError::failed(
            "--sabotage found nothing to tamper with: more records of one key are needed",
        ));
    }
    Ok(Summary {
        events: args.events(),
        totals: board.finish(ending != Ending::CutOff),
        ending,
        elapsed,
        read_bytes: board.snapshot().read_bytes,
        latencies,
        stored_bytes: stored_bytes(&client.admin(), &topic).await?,
        peak_memory_bytes: Process::Own.peak_memory_bytes(),
        unkeyed: fed.unkeyed,
        place: summary::Place::default(),
        topic,
    })
}

/// Everything that moves while the demo runs, but the feed.
struct Play {
    producer: Producer,
    admin: Admin,
    topic: String,
    board: Arc<Board>,
    readers: JoinSet<Result<(), CliError>>,
    tell_ends: watch::Sender<Option<Ends>>,
}

impl Play {
    async fn begin(
        client: &Client,
        topic: &str,
        board: &Arc<Board>,
        saboteur: Option<&Arc<Saboteur>>,
    ) -> Result<Self, CliError> {
        let options = ProducerOptions {
            compression: Compression::Lz4,
            buffer_memory_bytes: PRODUCER_MEMORY_BYTES,
            delivery_timeout_ms: DELIVERY_TIMEOUT_MS,
            ..ProducerOptions::default()
        };
        let producer = client.producer(options)?;
        let (tell_ends, ends) = watch::channel(None);
        let mut readers = JoinSet::new();
        let share = PARTITIONS / READERS as u32;
        for index in 0..READERS {
            let partitions = index as u32 * share..(index as u32 + 1) * share;
            let (board, saboteur) = (board.clone(), saboteur.cloned());
            let reader = Reader::start(index, client, topic, partitions, board, saboteur).await?;
            readers.spawn(reader.run(ends.clone()));
        }
        let (admin, topic, board) = (client.admin(), topic.to_owned(), board.clone());
        Ok(Play { producer, admin, topic, board, readers, tell_ends })
    }

    /// Until everything came back, or the user has seen enough.
    async fn run(
        &mut self,
        feed: oneshot::Receiver<Result<Fed, CliError>>,
        interrupts: &mut Interrupts,
    ) -> Result<(Fed, Ending), CliError> {
        let mut feed = std::pin::pin!(feed);
        let fed = tokio::select! {
            fed = &mut feed => Some(fed),
            () = interrupts.next() => None,
            // A reader ends before it is told to only if it fails.
            failed = self.readers.join_next() => return Err(failure(failed)),
        };
        let Some(fed) = fed else {
            self.board.stop();
            // What it cannot say any more is nothing.
            let fed =
                timeout(FEED_PATIENCE, feed).await.ok().and_then(Result::ok).unwrap_or(Ok(Fed::default()))?;
            let drained = tokio::select! {
                drained = timeout(DRAIN_PATIENCE, self.drain()) => drained.ok().transpose()?,
                () = interrupts.next() => None,
            };
            return Ok((fed, drained.map_or(Ending::CutOff, |()| Ending::Interrupted)));
        };
        let fed = fed.unwrap_or_else(|_| Err(CliError::failed("the thread that sends ended early")))?;
        tokio::select! {
            drained = self.drain() => drained.map(|()| (fed, Ending::Complete)),
            () = interrupts.next() => Ok((fed, Ending::CutOff)),
        }
    }

    /// Ends what still moves, so that the node does not leave before its clients.
    async fn leave(mut self) {
        self.board.stop();
        self.readers.shutdown().await;
        // What was sent and not read is of no interest any more.
        let _ = timeout(DRAIN_PATIENCE, self.producer.close()).await;
    }

    /// Waits until everything is stored, and then until it is read.
    async fn drain(&mut self) -> Result<(), CliError> {
        self.producer.close().await;
        let description = self.admin.describe_topic(&self.topic).await?;
        let end = |partition: &PartitionDescription| partition.high_watermark.unwrap_or(0);
        self.tell_ends.send_replace(Some(description.partitions.iter().map(end).collect()));
        while let Some(ended) = self.readers.join_next().await {
            ended.map_err(panicked)??;
        }
        Ok(())
    }
}

fn failure(ended: Option<Result<Result<(), CliError>, JoinError>>) -> CliError {
    match ended {
        Some(Ok(Err(error))) => error,
        Some(Err(error)) => panicked(error),
        Some(Ok(Ok(()))) | None => CliError::failed("a reader ended before the end"),
    }
}

fn panicked(error: JoinError) -> CliError {
    CliError::failed(format!("a part of the demo broke: {error}"))
}

/// Creates the topic, under the first free of the names `name`, `name-2`, `name-3`, …
async fn create_topic(admin: &Admin, name: &str) -> Result<String, CliError> {
    let mut number = 1;
    loop {
        let name = if number == 1 { name.to_owned() } else { format!("{name}-{number}") };
        let new = NewTopic { name: name.clone(), partitions: PARTITIONS as i32, ..NewTopic::default() };
        match admin.create_topic(new).await {
            Ok(_) => return Ok(name),
            Err(error) if error.code() == Some(ErrorCode::TopicAlreadyExists) => number += 1,
            Err(error) => return Err(error.into()),
        }
    }
}

async fn stored_bytes(admin: &Admin, topic: &str) -> Result<u64, CliError> {
    let description = admin.describe_topic(topic).await?;
    let each = description.partitions.iter().filter_map(|partition| partition.size_bytes);
    Ok(each.map(|bytes| bytes.max(0) as u64).sum())
}

impl Args {
    fn source(&self) -> Result<Source, CliError> {
        match &self.input {
            Some(path) => Source::open(path, self.key.clone()),
            None => Ok(Source::PageViews(PageViews::new(self.seed))),
        }
    }

    fn feed(&self, source: Source, topic: String, producer: Producer, board: Arc<Board>) -> Feed {
        Feed {
            source,
            max_records: self.total_records().unwrap_or(u64::MAX),
            max_duration: self.duration.unwrap_or(Duration::MAX),
            topic,
            partitions: PARTITIONS,
            producer,
            board,
        }
    }

    fn total_records(&self) -> Option<u64> {
        self.records.or((self.input.is_none() && self.duration.is_none()).then_some(DEFAULT_RECORDS))
    }

    /// What is streamed, for people.
    fn events(&self) -> String {
        let Some(path) = &self.input else { return format!("page views of seed {}", self.seed) };
        let name = if path.as_os_str() == "-" { "standard input".into() } else { path.display().to_string() };
        match &self.key {
            Some(key) => format!("lines of {name}, keyed by {key}"),
            None => format!("lines of {name}, without keys"),
        }
    }

    /// After the file, as far as a topic's name allows.
    fn topic(&self) -> String {
        let Some(path) = &self.input else { return "page-views".to_owned() };
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let allowed = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
        let name: String = stem.chars().filter(|letter| allowed(*letter)).take(100).collect();
        if name.trim_matches(['-', '_']).is_empty() { "events".to_owned() } else { name }
    }

    fn title(&self) -> Title {
        let events = if self.input.is_some() { "lines" } else { "page views" };
        let text = format!("{events} → lz4 → {PARTITIONS} partitions on disk → {READERS} readers");
        Title { text, total_records: self.total_records(), total_duration: self.duration }
    }
}
