//! `tidelog consume`: records out, as lines, in a format, or as JSON.

use std::time::Instant;

use tidelog_client::{Client, Consumer, ConsumerOptions, Offset, PartitionId, RecordBatch, StartAt};

use super::format_string::{self, FormatString};
use super::json_row;
use crate::Context;
use crate::error::{CliError, Exit};
use crate::output::{Output, interrupted};
use crate::process::Interrupts;
use crate::units::{self, Point};

/// Options of `consume`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tidelog consume events                 all that is there, each value on a line
  tidelog consume events --follow        and go on as records come
  tidelog consume events --tail 10       the last ten of each partition
  tidelog consume events --from -1h      those of the last hour
  tidelog consume events --from 2026-01-31T09:00:00Z
  tidelog consume events --partition 3 --from 1200 --max 1
  tidelog consume events --format '%p/%o %k: %v\\n'
  tidelog consume events --json | jq -r .key
  tidelog consume events --json | tidelog produce copy --json-each-row")]
pub struct Args {
    /// The topic
    topic: String,
    /// Where to begin: earliest, latest, an offset, a time, or a time before now such as -1h
    #[arg(
        long,
        value_name = "POINT",
        default_value = "earliest",
        allow_hyphen_values = true,
        conflicts_with = "tail"
    )]
    from: Point,
    /// Begin this many records before the end of each partition
    #[arg(short, long, value_name = "N")]
    tail: Option<u32>,
    /// Only this partition; several with commas between them
    #[arg(short, long, value_name = "N", value_delimiter = ',')]
    partition: Vec<i32>,
    /// Go on as records come, until Ctrl-C; otherwise stop where each partition ends now
    #[arg(short, long)]
    follow: bool,
    /// Stop after this many records
    #[arg(short = 'n', long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max: Option<u64>,
    /// How a record is written, for example '%p %o %k %v %h\n'; --help lists all letters
    #[arg(long, value_name = "FORMAT", default_value = "%v\\n", conflicts_with = "json", long_help = format_string::HELP)]
    format: FormatString,
    /// Write each record as a line of JSON, as produce --json-each-row takes it (the same as --output json)
    #[arg(long)]
    json: bool,
}

/// Reads and writes.
pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let client = context.connect().await?;
    let mut consumer =
        client.consumer(ConsumerOptions { follow: args.follow, ..ConsumerOptions::default() })?;
    assign(&args, &client, &mut consumer).await?;
    let as_json = args.json || context.output.is_json();
    let mut printer = Printer {
        args: &args,
        as_json,
        output: context.output,
        buffer: Vec::new(),
        records: 0,
        value_bytes: 0,
    };
    let begun = Instant::now();
    let copied = copy(&mut consumer, &mut printer).await;
    printer.flush()?;
    let stopped = match copied {
        Err(error) => return Err(error),
        Ok(stopped) => stopped,
    };
    if context.output.shows_progress() {
        let records = units::counted(printer.records, "record");
        let size = units::bytes(printer.value_bytes);
        let took = units::duration(begun.elapsed());
        context.output.note(format!("{records} ({size}) of topic '{}' in {took}", args.topic));
    }
    match stopped {
        Stopped::Interrupted if !args.follow => Err(interrupted()),
        _ => Ok(()),
    }
}

async fn assign(args: &Args, client: &Client, consumer: &mut Consumer) -> Result<(), CliError> {
    let topic = args.topic.as_str();
    if let Some(tail) = args.tail {
        return assign_tails(args, tail, client, consumer).await;
    }
    let start = args.from.start_at();
    if args.partition.is_empty() {
        return Ok(consumer.assign_topic(topic, start).await?);
    }
    for partition in &args.partition {
        consumer.assign(topic, PartitionId(*partition), start).await?;
    }
    Ok(())
}

async fn assign_tails(
    args: &Args,
    tail: u32,
    client: &Client,
    consumer: &mut Consumer,
) -> Result<(), CliError> {
    let topic = args.topic.as_str();
    let described = client.admin().describe_topic(topic).await?;
    for partition in &described.partitions {
        let number = partition.partition;
        if !args.partition.is_empty() && !args.partition.contains(&number) {
            continue;
        }
        let start = match (partition.log_start_offset, partition.high_watermark) {
            (Some(first), Some(end)) => StartAt::Offset(Offset(first.max(end - i64::from(tail)))),
            // Without a leader nobody knows where it ends.
            _ => StartAt::Latest,
        };
        consumer.assign(topic, PartitionId(number), start).await?;
    }
    for partition in &args.partition {
        if usize::try_from(*partition).is_ok_and(|index| index < described.partitions.len()) {
            continue;
        }
        let message = format!(
            "topic '{topic}' has no partition {partition}, only 0 to {}",
            described.partitions.len() - 1
        );
        return Err(CliError::new(Exit::NotFound, message));
    }
    Ok(())
}

/// Why no more came.
enum Stopped {
    /// Everything that was asked for was written.
    Done,
    /// The user had enough.
    Interrupted,
}

async fn copy(consumer: &mut Consumer, printer: &mut Printer<'_>) -> Result<Stopped, CliError> {
    let mut interrupts = Interrupts::listen()?;
    loop {
        tokio::select! {
            biased;
            () = interrupts.next() => return Ok(Stopped::Interrupted),
            batch = consumer.next_batch() => match batch {
                Some(batch) => printer.batch(&batch?)?,
                None => return Ok(Stopped::Done),
            },
            // Nothing comes at the moment: what was gathered is shown before the wait.
            () = std::future::ready(()), if !printer.buffer.is_empty() => printer.flush()?,
        }
        if printer.args.max == Some(printer.records) {
            return Ok(Stopped::Done);
        }
    }
}

/// How much is gathered before it is written.
const BUFFER_BYTES: usize = 64 << 10;

struct Printer<'a> {
    args: &'a Args,
    as_json: bool,
    output: Output,
    buffer: Vec<u8>,
    records: u64,
    value_bytes: u64,
}

impl Printer<'_> {
    /// All records of a batch, or as many as are still wanted.
    fn batch(&mut self, batch: &RecordBatch) -> Result<(), CliError> {
        let wanted = self.args.max.map_or(usize::MAX, |max| {
            usize::try_from(max.saturating_sub(self.records)).unwrap_or(usize::MAX)
        });
        let (topic, partition) = (batch.topic(), batch.partition().0);
        for record in batch.records().take(wanted) {
            if self.as_json {
                json_row::write(topic, partition, &record, &mut self.buffer);
                self.buffer.push(b'\n');
            } else {
                self.args.format.write(topic, partition, &record, &mut self.buffer);
            }
            self.records += 1;
            self.value_bytes += record.value.map_or(0, <[u8]>::len) as u64;
            if self.buffer.len() >= BUFFER_BYTES {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), CliError> {
        if !self.buffer.is_empty() {
            self.output.print(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }
}
