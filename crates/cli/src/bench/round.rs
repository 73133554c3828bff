//! One measurement: senders and readers at work on one topic, from the first record to the last.

use std::sync::Arc;
use std::time::Duration;

use hdrhistogram::Histogram;
use tidelog_client::{Acks, Admin, Client, PartitionDescription, Producer, TopicDescription};
use tokio::sync::{oneshot, watch};
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep};

use super::load::Load;
use super::meter::{Cpu, Meter};
use super::payload::Ring;
use super::progress::Progress;
use super::schedule::Schedule;
use super::sink::{Ends, Proof, Sink, Verdict};
use super::target::Broker;
use super::{Args, Mode};
use crate::error::CliError;
use crate::process::Interrupts;

/// Senders begin so long after they were made.
const RUN_UP_NANOS: u64 = 20_000_000;
/// How long records that are not answered (`--acks 0`) may take to arrive.
const ARRIVAL_PATIENCE: Duration = Duration::from_secs(5);
const ARRIVAL_LOOK: Duration = Duration::from_millis(20);

/// What to measure.
#[derive(Clone, Copy, Debug)]
pub struct Round<'a> {
    /// How.
    pub args: &'a Args,
    /// In which direction.
    pub mode: Mode,
    /// How many records are sent that count.
    pub records: u64,
    /// How many are sent before them.
    pub warm_up_records: u64,
    /// How many a second; none: as fast as they are taken.
    pub rate: Option<u64>,
    /// Where.
    pub topic: &'a str,
}

/// What came out.
#[derive(Debug)]
pub struct Measured {
    /// Sent and answered.
    pub sent: Flow,
    /// Read.
    pub read: Flow,
    /// From when a record was due until it was read, in microseconds.
    pub read_latencies: Histogram<u64>,
    /// From when a record was due until it was answered, in microseconds.
    pub ack_latencies: Histogram<u64>,
    /// How late records were sent, in microseconds.
    pub lateness: Histogram<u64>,
    /// Processor time since records count.
    pub cpu: Cpu,
    /// What the broker stored for the round.
    pub stored_bytes: u64,
    /// Bytes of all values that were sent in it.
    pub value_bytes: u64,
    /// With `--verify`.
    pub verdict: Option<Verdict>,
    /// Whether it was stopped before its end.
    pub is_partial: bool,
}

/// Records in a time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Flow {
    /// How many.
    pub records: u64,
    /// In how many seconds.
    pub seconds: f64,
}

impl Flow {
    fn until(meter: &Meter, records: u64, nanos: u64) -> Flow {
        Flow { records, seconds: nanos.saturating_sub(meter.counts_from_nanos()) as f64 / 1e9 }
    }

    /// Records a second.
    pub fn rate(&self) -> f64 {
        if self.records == 0 { 0.0 } else { self.records as f64 / self.seconds.max(1e-9) }
    }
}

impl Round<'_> {
    /// Measures.
    pub async fn run(
        &self,
        client: &Client,
        broker: &Broker,
        progress: &Progress,
        interrupts: &mut Interrupts,
    ) -> Result<Measured, CliError> {
        let admin = client.admin();
        let before = admin.describe_topic(self.topic).await?;
        let meter = Arc::new(Meter::new(self.args.consumers, broker));
        let ring = Ring::new(self.args.size, self.args.compressibility);
        let proof = self.args.verify.then(|| Arc::new(self.proof(ring.clone())));
        if self.mode == Mode::Consume {
            meter.count_from(0);
        }
        let mut readers = self.start_readers(client, &before, &meter, proof.as_ref()).await?;
        let showing = progress.show(self, meter.clone());
        let mut senders = self.start_senders(client, &ring, &meter).await?;
        let is_partial = tokio::select! {
            () = senders.finish() => false,
            () = interrupts.next() => true,
            failed = readers.tasks.join_next(), if !readers.tasks.is_empty() => return Err(failure(failed)),
        };
        meter.stop();
        let (sent, after) = tokio::select! {
            ended = self.bring_in(&admin, &before, &meter, &mut senders, &mut readers) => ended?,
            () = interrupts.next() => return Err(crate::output::interrupted()),
        };
        let cpu = meter.cpu_since();
        drop(showing);
        let (ack_latencies, lateness) = (meter.ack_latencies().clone(), meter.lateness().clone());
        Ok(Measured {
            sent,
            read: Flow::until(&meter, meter.read_records(), meter.last_read_nanos()),
            read_latencies: meter.all_read_latencies(),
            ack_latencies,
            lateness,
            cpu,
            stored_bytes: stored_bytes(&after).saturating_sub(stored_bytes(&before)),
            value_bytes: senders.sent.iter().sum::<u64>() * self.args.size as u64,
            verdict: proof.map(|proof| proof.verdict(&senders.sent)),
            is_partial,
        })
    }

    /// Waits until everything is answered, then until it is read.
    async fn bring_in(
        &self,
        admin: &Admin,
        before: &TopicDescription,
        meter: &Meter,
        senders: &mut Senders,
        readers: &mut Readers,
    ) -> Result<(Flow, TopicDescription), CliError> {
        senders.finish().await;
        senders.close().await;
        let sent = Flow::until(meter, meter.sent_records(), meter.now_nanos());
        if let Some(failure) = meter.failure() {
            return Err(failure);
        }
        let after = self.arrived(admin, before, senders.sent.iter().sum()).await?;
        readers.drain(ends(&after)).await?;
        Ok((sent, after))
    }

    fn proof(&self, ring: Ring) -> Proof {
        Proof::new(ring, self.args.producers, self.records_each())
    }

    /// How many records each sender sends.
    fn records_each(&self) -> u64 {
        (self.records + self.warm_up_records).div_ceil(self.args.producers as u64)
    }

    async fn start_readers(
        &self,
        client: &Client,
        before: &TopicDescription,
        meter: &Arc<Meter>,
        proof: Option<&Arc<Proof>>,
    ) -> Result<Readers, CliError> {
        let (tell_ends, ends) = watch::channel(None);
        let mut tasks = JoinSet::new();
        let partitions = before.partitions.len();
        let starts: Vec<i64> = before.partitions.iter().map(|partition| self.start(partition)).collect();
        let readers = if self.mode == Mode::Produce { 0 } else { self.args.consumers };
        for index in 0..readers {
            let share = partitions * index / readers..partitions * (index + 1) / readers;
            let (meter, proof) = (meter.clone(), proof.cloned());
            let sink = Sink::start(index, client, self.topic, share, &starts, meter, proof).await?;
            tasks.spawn(sink.run(ends.clone()));
        }
        Ok(Readers { tasks, tell_ends })
    }

    fn start(&self, partition: &PartitionDescription) -> i64 {
        let start =
            if self.mode == Mode::Consume { partition.log_start_offset } else { partition.high_watermark };
        start.unwrap_or(0)
    }

    async fn start_senders(
        &self,
        client: &Client,
        ring: &Ring,
        meter: &Arc<Meter>,
    ) -> Result<Senders, CliError> {
        let mut senders = Senders::default();
        if self.mode == Mode::Consume {
            return Ok(senders);
        }
        for _ in 0..self.args.producers {
            let producer = client.producer(self.args.producer_options())?;
            // The topic's description is there before the clock runs.
            producer.partition_count(self.topic).await?;
            senders.producers.push(producer);
        }
        let start_nanos = meter.now_nanos() + RUN_UP_NANOS;
        for (index, producer) in senders.producers.iter().enumerate() {
            let schedule = self.rate.map(|rate| Schedule::new(start_nanos, rate, index, self.args.producers));
            let load = Load {
                index: index as u16,
                records: self.records_each(),
                warm_up_records: self.warm_up_records / self.args.producers as u64,
                schedule,
                keys: self.args.keys,
                ring: ring.clone(),
                topic: self.topic.to_owned(),
                producer: producer.clone(),
                meter: meter.clone(),
            };
            senders.running.push(load.start());
        }
        Ok(senders)
    }

    /// The topic with everything that was sent: at once, unless nobody waited for answers.
    async fn arrived(
        &self,
        admin: &Admin,
        before: &TopicDescription,
        sent: u64,
    ) -> Result<TopicDescription, CliError> {
        let deadline = Instant::now() + ARRIVAL_PATIENCE;
        let end = |topic: &TopicDescription| ends(topic).iter().sum::<i64>() as u64;
        loop {
            let topic = admin.describe_topic(self.topic).await?;
            let has_all = end(&topic) >= end(before) + sent;
            if has_all || self.args.acks != Acks::None || Instant::now() >= deadline {
                return Ok(topic);
            }
            sleep(ARRIVAL_LOOK).await;
        }
    }
}

/// All readers.
struct Readers {
    tasks: JoinSet<Result<(), CliError>>,
    tell_ends: watch::Sender<Option<Ends>>,
}

impl Readers {
    /// Until everything is read.
    async fn drain(&mut self, ends: Ends) -> Result<(), CliError> {
        self.tell_ends.send_replace(Some(ends));
        while let Some(ended) = self.tasks.join_next().await {
            ended.map_err(|error| failure(Some(Err(error))))??;
        }
        Ok(())
    }
}

/// All senders.
#[derive(Default)]
struct Senders {
    producers: Vec<Producer>,
    running: Vec<oneshot::Receiver<u64>>,
    /// How many records each has sent.
    sent: Vec<u64>,
}

impl Senders {
    /// Until all have handed everything to their producers. Cancel safe.
    async fn finish(&mut self) {
        for running in &mut self.running[self.sent.len()..] {
            // One that panicked has said so on standard error.
            self.sent.push(running.await.unwrap_or(0));
        }
    }

    /// Until everything is answered.
    async fn close(&self) {
        for producer in &self.producers {
            producer.close().await;
        }
    }
}

fn failure(ended: Option<Result<Result<(), CliError>, JoinError>>) -> CliError {
    match ended {
        Some(Ok(Err(error))) => error,
        Some(Err(error)) => CliError::failed(format!("a reader broke: {error}")),
        Some(Ok(Ok(()))) | None => CliError::failed("a reader ended before the end"),
    }
}

fn ends(topic: &TopicDescription) -> Ends {
    topic.partitions.iter().map(|partition| partition.high_watermark.unwrap_or(0)).collect()
}

fn stored_bytes(topic: &TopicDescription) -> u64 {
    topic.partitions.iter().map(|partition| partition.size_bytes.unwrap_or(0).max(0) as u64).sum()
}
