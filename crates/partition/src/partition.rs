//! The partition machine.
//!
//! What must stay true: an acknowledgement leaves only when the place that its acks name has reached the batch; nobody is
//! answered twice; the leader epoch is in the log before any batch that it stamps; producers' state covers exactly the
//! log up to its end.

use bytes::Bytes;
use tidelog_model::watermark::{DurableEnd, HighWatermark, LogStart, Watermarks, WrittenEnd};
use tidelog_model::{
    Acks, Durability, LeaderEpoch, NodeId, Now, Offset, ProducerId, TimestampMs, TopicPartition,
};
use tidelog_record::{BatchHeader, TimestampType};
use tidelog_replication::{Event as ReplicaEvent, Output, Replica};
use tidelog_storage::{
    CommitListener, DirectoryFailed, Log, LogReader, ReadError, RetentionLimits, SegmentLimits, retention,
};

use crate::error::ProduceError;
use crate::producers::Producers;
use crate::waiting::{Queue, Waiting};

/// The topic's settings, as far as one partition acts on them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PartitionConfig {
    /// `tidelog.durability`.
    pub durability: Durability,
    /// `min.insync.replicas`.
    pub min_insync_replicas: usize,
    /// `segment.*`.
    pub segments: SegmentLimits,
    /// `retention.*`; no limits where `cleanup.policy` has no `delete`.
    pub retention: RetentionLimits,
    /// `producer.id.expiration.ms`.
    pub producer_id_expiration_ms: i64,
    /// The node's own: appends go on below the disk's reserve, because making room takes some.
    pub is_internal: bool,
}

impl Default for PartitionConfig {
    fn default() -> Self {
        PartitionConfig {
            durability: Durability::Fsync,
            min_insync_replicas: 1,
            segments: SegmentLimits::default(),
            retention: RetentionLimits::default(),
            producer_id_expiration_ms: 24 * 3600 * 1000,
            is_internal: false,
        }
    }
}

/// A batch that passed validation.
#[derive(Clone, Debug)]
pub struct ProducedBatch {
    /// Its header, as validation left it.
    pub header: BatchHeader,
    /// The whole batch.
    pub bytes: Bytes,
}

/// What happened. `W` is whatever the shell needs to answer a request.
#[derive(Debug)]
pub enum Event<W> {
    /// This node leads the partition from now on, under an epoch newer than any before.
    Lead {
        /// The new leadership.
        epoch: LeaderEpoch,
        /// The in-sync replicas, this one among them.
        in_sync: Vec<NodeId>,
    },
    /// A producer sent a batch.
    Produce {
        /// Answered exactly once, in an [`Effect::Answered`] of this or a later step.
        waiter: W,
        /// The batch.
        batch: ProducedBatch,
        /// When to answer.
        acks: Acks,
    },
    /// Everything below is written to the operating system.
    Written(WrittenEnd),
    /// Everything below is synced.
    Durable(DurableEnd),
    /// The log directory stopped: nothing more becomes durable.
    Failed(DirectoryFailed),
    /// The topic's settings changed.
    Configure(PartitionConfig),
    /// Time to forget what retention lets go, and producers that are silent.
    Retain,
    /// A checkpoint is about to run: let it have the producers' state.
    SaveProducers,
}

/// What follows.
#[derive(Debug)]
pub enum Effect<W> {
    /// The batch has its offsets: the connection may read its next request.
    Ordered {
        /// The first record's.
        base_offset: Offset,
    },
    /// The producer's answer.
    Answered {
        /// Who asked.
        waiter: W,
        /// What became of it.
        answer: Result<Produced, ProduceError>,
    },
    /// Readers may see records below.
    Visible(HighWatermark),
    /// Records below are gone.
    Trimmed(LogStart),
    /// Retention could not let records go; it tries again next time.
    NotRetained(ReadError),
}

/// An acknowledged batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Produced {
    /// The first record's offset.
    pub base_offset: Offset,
    /// The last record's offset.
    pub last_offset: Offset,
    /// The broker's time if the topic has `LogAppendTime`, else [`TimestampMs::NONE`].
    pub log_append_time: TimestampMs,
    /// The batch's largest timestamp, as it is stored.
    pub max_timestamp: TimestampMs,
    /// The log's first readable offset.
    pub log_start: LogStart,
    /// Whether it is the answer to an earlier batch, sent again.
    pub is_duplicate: bool,
}

/// One partition on one node.
#[derive(Debug)]
pub struct Partition<W> {
    node: NodeId,
    log: Log,
    reader: LogReader,
    replica: Replica,
    producers: Producers,
    config: PartitionConfig,
    /// Waiting for this replica to count their batch, and for the watermark.
    waiting_leader: Queue<W>,
    waiting_all: Queue<W>,
    counted_end: Offset,
}

impl<W> Partition<W> {
    /// Takes over a log as recovery left it, or a new one. Reads the headers of batches that the producers' last snapshot
    /// does not cover.
    pub fn open(node: NodeId, log: Log, config: PartitionConfig) -> Result<Self, ReadError> {
        log.set_limits(config.segments);
        if config.is_internal {
            log.use_reserve();
        }
        let reader = log.reader();
        let producers = rebuild_producers(&log)?;
        let counted_end = log.end().0;
        let replica = Replica::new(node, log.start(), log.end());
        Ok(Partition {
            node,
            reader,
            replica,
            producers,
            config,
            waiting_leader: Queue::default(),
            waiting_all: Queue::default(),
            counted_end,
            log,
        })
    }

    /// Which partition.
    pub fn id(&self) -> TopicPartition {
        self.log.partition()
    }

    /// The log's places now.
    pub fn watermarks(&self) -> &Watermarks {
        self.replica.watermarks()
    }

    /// The leadership that this replica has, if it leads.
    pub fn epoch(&self) -> Option<LeaderEpoch> {
        self.replica.epoch()
    }

    /// The producers that it remembers.
    pub fn producers(&self) -> &Producers {
        &self.producers
    }

    /// A handle that reads the log; it knows nothing of the watermark, which the caller passes.
    pub fn reader(&self) -> LogReader {
        self.reader.clone()
    }

    /// Sets who hears of the log's commits, to report them back as events; once, before the first step.
    pub fn listen(&self, listener: std::sync::Arc<dyn CommitListener>) {
        self.log.listen(listener);
    }

    /// Gives up the log, to delete it. Whoever waits is told that leadership ended.
    pub fn close(mut self, effects: &mut Vec<Effect<W>>) -> Log {
        let epoch = self.replica.epoch().unwrap_or(LeaderEpoch::NONE);
        for waiting in self.waiting_leader.all().chain(self.waiting_all.all()) {
            let answer = Err(ProduceError::LeadershipLost { epoch });
            effects.push(Effect::Answered { waiter: waiting.waiter, answer });
        }
        self.log
    }

    /// Takes note of what happened; puts what follows behind `effects`.
    pub fn step(&mut self, event: Event<W>, now: Now, effects: &mut Vec<Effect<W>>) {
        match event {
            Event::Lead { epoch, in_sync } => self.lead(epoch, in_sync, effects),
            Event::Produce { waiter, batch, acks } => self.produce(waiter, batch, acks, now, effects),
            Event::Written(end) => {
                if self.config.durability == Durability::Replicated {
                    self.count(end.0, effects);
                }
            }
            Event::Durable(end) => self.count(end.0, effects),
            Event::Failed(failure) => self.fail(&failure, effects),
            Event::Configure(config) => self.configure(config, effects),
            Event::Retain => self.retain(now, effects),
            Event::SaveProducers => self.save_producers(),
        }
    }

    fn roll(&mut self, now: Now) {
        self.log.roll(now, Some(self.producers.encode()));
    }

    /// Saved even where nobody is known: the next start then reads no headers below this offset.
    fn save_producers(&mut self) {
        let end = self.log.end().0;
        let is_saved = self.log.producers().is_some_and(|saved| saved.offset == end);
        if end > Offset::ZERO && !is_saved {
            self.log.save_producers(self.producers.encode());
        }
    }

    /// Removes the records below `to`, at most up to the watermark (Kafka's DeleteRecords).
    pub fn trim(&mut self, to: Offset, effects: &mut Vec<Effect<W>>) -> Result<LogStart, ReadError> {
        let watermarks = *self.replica.watermarks();
        if to < Offset::ZERO || to > watermarks.high_watermark.0 {
            return Err(ReadError::OutOfRange {
                partition: self.id(),
                requested: to,
                start: watermarks.log_start.0,
                end: watermarks.high_watermark.0,
            });
        }
        let start = self.log.trim(to)?;
        let output = self.replica.handle(ReplicaEvent::Trimmed { start });
        self.follow(output, effects);
        effects.push(Effect::Trimmed(start));
        Ok(start)
    }

    fn lead(&mut self, epoch: LeaderEpoch, in_sync: Vec<NodeId>, effects: &mut Vec<Effect<W>>) {
        self.log.assign_epoch(epoch);
        let min_in_sync = self.config.min_insync_replicas;
        let output = self.replica.handle(ReplicaEvent::Lead { epoch, in_sync, min_in_sync });
        self.follow(output, effects);
    }

    fn configure(&mut self, config: PartitionConfig, effects: &mut Vec<Effect<W>>) {
        self.log.set_limits(config.segments);
        self.config = config;
        let min_in_sync = config.min_insync_replicas;
        let output = self.replica.handle(ReplicaEvent::Configured { min_in_sync });
        self.follow(output, effects);
    }

    fn produce(
        &mut self,
        waiter: W,
        batch: ProducedBatch,
        acks: Acks,
        now: Now,
        effects: &mut Vec<Effect<W>>,
    ) {
        match self.order(batch, acks, now) {
            Err(error) => effects.push(Effect::Answered { waiter, answer: Err(error) }),
            Ok(answer) => {
                effects.push(Effect::Ordered { base_offset: answer.base_offset });
                self.answer_when_due(waiter, answer, acks, effects);
            }
        }
    }

    /// Appends the batch, or finds the original of a duplicate.
    fn order(&mut self, batch: ProducedBatch, acks: Acks, now: Now) -> Result<Produced, ProduceError> {
        let epoch = self.replica.epoch().ok_or(ProduceError::NotLeader)?;
        self.replica.accepts(acks).map_err(ProduceError::NotEnoughReplicas)?;
        let log_start = self.replica.watermarks().log_start;
        if batch.header.producer_id != ProducerId::NONE
            && let Some(original) = self.producers.check(&batch.header)?
        {
            return Ok(Produced {
                base_offset: original.base_offset,
                last_offset: original.last_offset,
                log_append_time: append_time(&batch.header, original.timestamp),
                max_timestamp: original.timestamp,
                log_start,
                is_duplicate: true,
            });
        }
        if self.log.roll_is_due(&batch.header, now) {
            self.roll(now);
        }
        let sync = self.config.durability == Durability::Fsync;
        let stamped = self.log.append(&batch.header, batch.bytes, epoch, sync)?;
        self.producers.appended(&stamped, now.wall);
        let output = self.replica.handle(ReplicaEvent::Appended { end: self.log.end() });
        debug_assert_eq!(output, None, "an append alone commits nothing");
        Ok(Produced {
            base_offset: stamped.base_offset,
            last_offset: stamped.last_offset(),
            log_append_time: append_time(&stamped, stamped.max_timestamp),
            max_timestamp: stamped.max_timestamp,
            log_start,
            is_duplicate: false,
        })
    }

    fn answer_when_due(&mut self, waiter: W, answer: Produced, acks: Acks, effects: &mut Vec<Effect<W>>) {
        let until = answer.last_offset.next();
        let (reached, queue) = match acks {
            Acks::None => (until, &mut self.waiting_leader),
            Acks::Leader => (self.counted_end, &mut self.waiting_leader),
            Acks::All => (self.replica.watermarks().high_watermark.0, &mut self.waiting_all),
        };
        if reached >= until {
            effects.push(Effect::Answered { waiter, answer: Ok(answer) });
        } else {
            queue.push(Waiting { waiter, until, answer });
        }
    }

    /// This replica counts everything below `end` as its own.
    fn count(&mut self, end: Offset, effects: &mut Vec<Effect<W>>) {
        self.counted_end = self.counted_end.max(end);
        let output = self.replica.handle(ReplicaEvent::Counted { replica: self.node, end });
        self.follow(output, effects);
        for waiting in self.waiting_leader.done(self.counted_end) {
            effects.push(Effect::Answered { waiter: waiting.waiter, answer: Ok(waiting.answer) });
        }
    }

    fn follow(&mut self, output: Option<Output>, effects: &mut Vec<Effect<W>>) {
        let Some(Output::Watermark(watermark)) = output else { return };
        effects.push(Effect::Visible(watermark));
        for waiting in self.waiting_all.done(watermark.0) {
            effects.push(Effect::Answered { waiter: waiting.waiter, answer: Ok(waiting.answer) });
        }
    }

    fn fail(&mut self, failure: &DirectoryFailed, effects: &mut Vec<Effect<W>>) {
        for waiting in self.waiting_leader.all().chain(self.waiting_all.all()) {
            let answer = Err(ProduceError::DirectoryFailed(failure.clone()));
            effects.push(Effect::Answered { waiter: waiting.waiter, answer });
        }
    }

    fn retain(&mut self, now: Now, effects: &mut Vec<Effect<W>>) {
        self.producers.expire(now, self.config.producer_id_expiration_ms);
        let watermark = self.replica.watermarks().high_watermark;
        let start = retention(&self.reader.segments(), self.config.retention, watermark.0, now);
        if let Some(start) = start.filter(|start| *start > self.replica.watermarks().log_start.0) {
            // Segments whose records all go are sealed first, so that their files can go too.
            if start == self.log.end().0 {
                self.roll(now);
            }
            if let Err(error) = self.trim(start, effects) {
                effects.push(Effect::NotRetained(error));
            }
        }
    }
}

/// The broker's time of a batch that carries one.
fn append_time(header: &BatchHeader, timestamp: TimestampMs) -> TimestampMs {
    match header.timestamp_type() {
        TimestampType::CreateTime => TimestampMs::NONE,
        TimestampType::LogAppendTime => timestamp,
    }
}

/// The newest snapshot, and on top what was appended since.
fn rebuild_producers(log: &Log) -> Result<Producers, ReadError> {
    let saved = log.producers();
    let decoded = saved.and_then(|saved| Some((saved.offset, Producers::decode(&saved.state)?)));
    let (from, mut producers) = decoded.unwrap_or((log.start().0, Producers::default()));
    log.reader().visit_headers(from, |header| producers.appended(header, header.max_timestamp))?;
    Ok(producers)
}
