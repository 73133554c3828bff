//! `tidelog produce`: records in, from lines or JSON.
//!
//! Three parts run at once: a thread reads the input, whose reads may block for ever; `feed` makes records of its lines
//! and hands them to the producer; `confirm` waits for their answers. What must stay true: memory is bounded (few chunks
//! between reader and feed, the producer's own limit behind), and the run says how many records are stored whatever ends
//! it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use tidelog_client::{
    Acks, Compression, Delivery, DeliveryError, Header, Producer, ProducerOptions, ProducerRecord,
};
use tokio::sync::mpsc;

use super::json_row::Row;
use crate::Context;
use crate::error::{CliError, Exit};
use crate::output::{Output, interrupted};
use crate::process::Interrupts;
use crate::settings::key_value;
use crate::units;

/// Options of `produce`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  seq 1000 | tidelog produce events              each line is a value
  tidelog produce events --file access.log --compression lz4
  echo user-7:clicked | tidelog produce events --key-separator :
  echo clicked | tidelog produce events --key user-7 --header source=web
  echo '{\"key\":\"user-7\",\"value\":{\"page\":\"/\"},\"headers\":{\"source\":\"web\"}}' |
    tidelog produce events --json-each-row

A row of --json-each-row has \"value\" and may have \"key\", \"headers\", \"partition\" and \"timestamp\" (milliseconds \
since 1970, or a time). A string is text, {\"base64\":\"...\"} is bytes, null is nothing; other JSON under \"value\" is \
taken as its text. Records with the same key go to the same partition and keep their order.")]
pub struct Args {
    /// The topic
    topic: String,
    /// Read this file instead of standard input; - is standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Each line is a record in JSON
    #[arg(long)]
    json_each_row: bool,
    /// Each line is a key and a value with this between them; \t is a tab
    #[arg(long, value_name = "TEXT", value_parser = separator, conflicts_with = "json_each_row")]
    key_separator: Option<Separator>,
    /// The key of every record
    #[arg(short, long, conflicts_with_all = ["key_separator", "json_each_row"])]
    key: Option<String>,
    /// A header of every record; repeat it for more
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    header: Vec<(String, String)>,
    /// Write to this partition, whatever the key
    #[arg(short, long, value_name = "N")]
    partition: Option<i32>,
    /// How batches are compressed
    #[arg(long, value_enum, default_value_t = Codec::None)]
    compression: Codec,
    /// When a record counts as stored: on all in-sync replicas, on the leader, or when it is sent
    #[arg(long, value_enum, default_value_t = AcksArg::All)]
    acks: AcksArg,
}

impl Args {
    /// The file to read, if it is not standard input.
    fn file(&self) -> Option<&Path> {
        self.file.as_deref().filter(|path| path.as_os_str() != "-")
    }

    /// Whether a person types the records.
    fn is_typed(&self) -> bool {
        self.file().is_none() && io::stdin().is_terminal()
    }
}

/// What stands between key and value.
#[derive(Clone, Debug)]
struct Separator(Vec<u8>);

fn separator(text: &str) -> Result<Separator, String> {
    match units::unescape(text) {
        bytes if bytes.is_empty() => Err("give at least one character".to_owned()),
        bytes => Ok(Separator(bytes)),
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Codec {
    None,
    Gzip,
    Snappy,
    Lz4,
    Zstd,
}

impl From<Codec> for Compression {
    fn from(codec: Codec) -> Self {
        match codec {
            Codec::None => Compression::None,
            Codec::Gzip => Compression::Gzip,
            Codec::Snappy => Compression::Snappy,
            Codec::Lz4 => Compression::Lz4,
            Codec::Zstd => Compression::Zstd,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum AcksArg {
    All,
    #[value(name = "1")]
    Leader,
    #[value(name = "0")]
    None,
}

impl From<AcksArg> for Acks {
    fn from(acks: AcksArg) -> Self {
        match acks {
            AcksArg::All => Acks::All,
            AcksArg::Leader => Acks::Leader,
            AcksArg::None => Acks::None,
        }
    }
}

/// The largest record that is taken: the most that a producer may put into one request.
const LARGEST_RECORD_BYTES: usize = 8 << 20;

/// Reads and sends.
pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let client = context.connect().await?;
    let producer = client.producer(ProducerOptions {
        acks: args.acks.into(),
        compression: args.compression.into(),
        // The topic's own limit decides.
        max_request_bytes: LARGEST_RECORD_BYTES,
        ..ProducerOptions::default()
    })?;
    // A topic that is not there is told before anything is read.
    producer.partition_count(&args.topic).await?;

    let begun = Instant::now();
    let output = context.output;
    let (input, input_bytes) = open(&args)?;
    if args.is_typed() {
        output.note("one record a line; Ctrl-D ends, Ctrl-C too");
    }
    let progress = progress(&args, input_bytes, output);
    let chunks = read_in_background(input);
    let (sent, unconfirmed) = mpsc::channel(LISTS_UNCONFIRMED);
    let stop = Arc::new(AtomicBool::new(false));
    let confirming = tokio::spawn(confirm(unconfirmed, Arc::clone(&stop)));

    let mut interrupts = Interrupts::listen()?;
    let feed = Feed {
        args: &args,
        producer: &producer,
        sent,
        stop,
        progress: &progress,
        accepted: Vec::new(),
        line: 0,
    };
    let fed = feed.run(chunks, &mut interrupts).await;
    let tally = tokio::select! {
        tally = confirming => tally.map_err(|error| CliError::failed(format!("the answers were lost: {error}")))?,
        () = interrupts.next() => return Err(cut_off()),
    };
    progress.finish_and_clear();
    tally.show(&args, begun, output)?;
    match tally.failure {
        Some(error) => Err(error.into()),
        None => fed,
    }
}

/// Interrupted a second time, or while the last answers were awaited.
fn cut_off() -> CliError {
    let message = "interrupted before every record had its answer; the last ones may or may not be stored";
    CliError::new(Exit::Interrupted, message)
}

fn open(args: &Args) -> Result<(Box<dyn Read + Send>, Option<u64>), CliError> {
    let Some(path) = args.file() else {
        return Ok((Box::new(io::stdin()), None));
    };
    let unreadable =
        |error| CliError::new(Exit::Input, format!("the file {} cannot be read: {error}", path.display()));
    let file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    Ok((Box::new(file), Some(length)))
}

fn progress(args: &Args, input_bytes: Option<u64>, output: Output) -> ProgressBar {
    if args.is_typed() || !output.shows_progress() {
        return ProgressBar::hidden();
    }
    let template = match input_bytes {
        Some(_) => {
            "{bar:40} {percent:>3} %  {decimal_bytes} of {decimal_total_bytes}  {decimal_bytes_per_sec}  {eta} left"
        }
        None => "{spinner} {decimal_bytes}  {decimal_bytes_per_sec}",
    };
    let bar = input_bytes.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

/// Lines of the input, whole ones, each with its end but perhaps the last.
type Chunk = Result<Vec<u8>, CliError>;

/// Chunks that the reader may be ahead.
const CHUNKS_AHEAD: usize = 4;
/// How much is read at once.
const CHUNK_BYTES: usize = 64 << 10;

/// A thread of its own, since reading a terminal or a pipe blocks; the process does not wait for it at its end.
fn read_in_background(mut input: impl Read + Send + 'static) -> mpsc::Receiver<Chunk> {
    let (chunks, receiver) = mpsc::channel(CHUNKS_AHEAD);
    std::thread::spawn(move || {
        let mut lines = Lines { rest: Vec::new() };
        loop {
            let chunk = lines.next(&mut input);
            let ends = !matches!(&chunk, Ok(Some(_)));
            if let Some(chunk) = chunk.transpose()
                && chunks.blocking_send(chunk).is_err()
            {
                return;
            }
            if ends {
                return;
            }
        }
    });
    receiver
}

/// Cuts what is read behind a line's end.
struct Lines {
    /// The beginning of a line.
    rest: Vec<u8>,
}

impl Lines {
    /// The next whole lines; `None` at the end.
    fn next(&mut self, input: &mut impl Read) -> Result<Option<Vec<u8>>, CliError> {
        loop {
            let begin = self.rest.len();
            self.rest.resize(begin + CHUNK_BYTES, 0);
            let read = input.read(&mut self.rest[begin..]);
            self.rest.truncate(begin + read.as_ref().copied().unwrap_or(0));
            match read {
                Ok(0) => return Ok(Some(std::mem::take(&mut self.rest)).filter(|rest| !rest.is_empty())),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    return Err(CliError::new(Exit::Input, format!("the input cannot be read: {error}")));
                }
            }
            if let Some(end) = self.rest[begin..].iter().rposition(|byte| *byte == b'\n') {
                let rest = self.rest.split_off(begin + end + 1);
                return Ok(Some(std::mem::replace(&mut self.rest, rest)));
            }
            if self.rest.len() > LARGEST_RECORD_BYTES {
                let message =
                    format!("a line is longer than {LARGEST_RECORD_BYTES} bytes, the largest record");
                return Err(CliError::new(Exit::Input, message).fix("split it"));
            }
        }
    }
}

/// Lists of records between feed and confirm.
const LISTS_UNCONFIRMED: usize = 64;

/// A record that was accepted.
struct Sent {
    delivery: Delivery,
    /// Of key and value.
    bytes: u64,
}

/// Makes records of lines, and sends them.
struct Feed<'a> {
    args: &'a Args,
    producer: &'a Producer,
    sent: mpsc::Sender<Vec<Sent>>,
    /// A record could not be stored: more would only be more of the same.
    stop: Arc<AtomicBool>,
    progress: &'a ProgressBar,
    /// Not handed over yet.
    accepted: Vec<Sent>,
    line: u64,
}

impl Feed<'_> {
    /// Sends all lines.
    async fn run(
        mut self,
        mut chunks: mpsc::Receiver<Chunk>,
        interrupts: &mut Interrupts,
    ) -> Result<(), CliError> {
        let fed = tokio::select! {
            fed = self.feed(&mut chunks) => fed,
            () = interrupts.next() => Err(interrupted()),
        };
        tokio::select! {
            () = self.hand_over() => fed,
            () = interrupts.next() => Err(cut_off()),
        }
    }

    async fn feed(&mut self, chunks: &mut mpsc::Receiver<Chunk>) -> Result<(), CliError> {
        while let Some(chunk) = chunks.recv().await {
            let chunk = chunk?;
            self.send_lines(&chunk).await?;
            self.hand_over().await;
            if self.stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            self.progress.inc(chunk.len() as u64);
        }
        Ok(())
    }

    /// Gives what was accepted to `confirm`; if this is cut off, the next one does.
    async fn hand_over(&mut self) {
        // The receiver lives as long as the runtime.
        if let Ok(place) = self.sent.reserve().await {
            place.send(std::mem::take(&mut self.accepted));
        }
    }

    async fn send_lines(&mut self, chunk: &[u8]) -> Result<(), CliError> {
        for line in chunk.split_inclusive(|byte| *byte == b'\n') {
            self.line += 1;
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            match self.send_line(line).await {
                Ok(sent) => self.accepted.extend(sent),
                Err(error) => {
                    return Err(CliError {
                        message: format!("line {}: {}", self.line, error.message),
                        ..error
                    });
                }
            }
        }
        Ok(())
    }

    async fn send_line(&self, line: &[u8]) -> Result<Option<Sent>, CliError> {
        if self.args.json_each_row {
            if line.trim_ascii().is_empty() {
                return Ok(None);
            }
            let row = Row::read(line).map_err(|error| CliError::new(Exit::Input, error))?;
            return Ok(Some(self.send_row(&row).await?));
        }
        let (key, value) = match &self.args.key_separator {
            None => (self.args.key.as_ref().map(String::as_bytes), line),
            Some(Separator(separator)) => {
                let at = line.windows(separator.len()).position(|window| window == separator).ok_or_else(
                    || {
                        let shown = String::from_utf8_lossy(separator);
                        CliError::new(Exit::Input, format!("there is no {shown:?} between a key and a value"))
                            .fix("write each line as key, separator, value, or leave --key-separator out")
                    },
                )?;
                (Some(&line[..at]), &line[at + separator.len()..])
            }
        };
        let headers = self.headers();
        let record = ProducerRecord {
            partition: self.args.partition,
            key,
            value: Some(value),
            headers: &headers,
            ..ProducerRecord::to(&self.args.topic)
        };
        Ok(Some(self.send(record).await?))
    }

    async fn send_row(&self, row: &Row) -> Result<Sent, CliError> {
        let own =
            row.headers.iter().map(|(name, value)| Header { key: name.as_bytes(), value: value.as_deref() });
        let headers: Vec<Header<'_>> = self.headers().into_iter().chain(own).collect();
        let record = ProducerRecord {
            partition: row.partition.or(self.args.partition),
            key: row.key.as_deref(),
            value: row.value.as_deref(),
            headers: &headers,
            timestamp: row.timestamp,
            ..ProducerRecord::to(&self.args.topic)
        };
        self.send(record).await
    }

    async fn send(&self, record: ProducerRecord<'_>) -> Result<Sent, CliError> {
        let bytes = record.key.map_or(0, <[u8]>::len) + record.value.map_or(0, <[u8]>::len);
        Ok(Sent { delivery: self.producer.send(record).await?, bytes: bytes as u64 })
    }

    /// Those of every record.
    fn headers(&self) -> Vec<Header<'_>> {
        self.args.header.iter().map(|(name, value)| Header::new(name, value.as_bytes())).collect()
    }
}

/// What became of the records.
#[derive(Debug, Default)]
struct Tally {
    stored: u64,
    stored_bytes: u64,
    failed: u64,
    /// The first failure.
    failure: Option<DeliveryError>,
    partitions: BTreeMap<i32, Stored>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Stored {
    records: u64,
    /// Of the last record; unknown with `acks=0`.
    last_offset: Option<i64>,
}

async fn confirm(mut unconfirmed: mpsc::Receiver<Vec<Sent>>, stop: Arc<AtomicBool>) -> Tally {
    let mut tally = Tally::default();
    while let Some(sent) = unconfirmed.recv().await {
        for Sent { delivery, bytes } in sent {
            match delivery.await {
                Ok(stored) => {
                    tally.stored += 1;
                    tally.stored_bytes += bytes;
                    let partition = tally.partitions.entry(stored.partition.0).or_default();
                    partition.records += 1;
                    partition.last_offset = stored.offset.map(|offset| offset.0).max(partition.last_offset);
                }
                Err(error) => {
                    stop.store(true, Ordering::Relaxed);
                    tally.failed += 1;
                    tally.failure.get_or_insert(error);
                }
            }
        }
    }
    tally
}

impl Tally {
    fn show(&self, args: &Args, begun: Instant, output: Output) -> Result<(), CliError> {
        let took = begun.elapsed();
        if output.is_json() {
            let partitions = self.partitions.iter().map(|(partition, stored)| {
                json!({"partition": partition, "records": stored.records, "last_offset": stored.last_offset})
            });
            return output.json(&json!({
                "topic": args.topic,
                "records": self.stored,
                "failed": self.failed,
                "bytes": self.stored_bytes,
                "seconds": took.as_secs_f64(),
                "partitions": partitions.collect::<Vec<_>>(),
            }));
        }
        let verb = if args.acks == AcksArg::None { "sent" } else { "stored" };
        let not_stored = match self.failed {
            0 => String::new(),
            failed => format!("; {} failed", units::counted(failed, "record")),
        };
        output.line(format!(
            "{verb} {} ({}) in topic '{}' in {}{not_stored}",
            units::counted(self.stored, "record"),
            units::bytes(self.stored_bytes),
            args.topic,
            units::duration(took),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(self.0.len()).min(buffer.len());
            buffer[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }

    #[test]
    fn chunks_end_behind_a_line_however_the_bytes_come() {
        let text = b"one\ntwo\n\nthree";
        for step in 1..=text.len() {
            let mut lines = Lines { rest: Vec::new() };
            let mut input = Slow(text, step);
            let mut chunks = Vec::new();
            while let Some(chunk) = lines.next(&mut input).unwrap() {
                chunks.push(chunk);
            }
            let (last, whole) = chunks.split_last().unwrap();
            assert!(whole.iter().all(|chunk| chunk.ends_with(b"\n")), "{step}: {chunks:?}");
            assert_eq!(*last, b"three", "{step}");
            assert_eq!(chunks.concat(), text, "{step}");
        }
    }

    #[test]
    fn a_line_without_an_end_does_not_fill_the_memory() {
        let error = Lines { rest: Vec::new() }.next(&mut io::repeat(b'x')).unwrap_err();
        assert_eq!(error.to_string(), "a line is longer than 8388608 bytes, the largest record: split it");
    }
}
