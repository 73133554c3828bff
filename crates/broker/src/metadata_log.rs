//! The metadata log of a node without peers: records as JSON in the internal topic `__cluster_metadata`, committed once
//! they are synced. (With peers a quorum takes this place, behind the same seam.)
//!
//! What must stay true: one proposer, the controller; a proposal is one record batch, so it is committed whole or not at
//! all. What a crash leaves: a proposal that was not yet synced may come back committed after the restart; nobody was told
//! either way.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use tidelog_metadata::MetadataRecord;
use tidelog_metadata::log::{LogError, LogEvent, MetadataLog, Proposal, ProposeError};
use tidelog_model::{Acks, Offset, TimestampMs};
use tidelog_partition::{Event, ProduceError, ProducedBatch};
use tidelog_record::{BatchBuilder, BatchHeader, Compression, Compressor, Decompressor, split_batches};
use tidelog_storage::ReadError;
use tokio::sync::mpsc;

use crate::clock::Clock;
use crate::hosted::HostedPartition;
use crate::producing::{PendingProduce, ProduceAnswer, ProduceRefused};

/// The most that one change may take.
const PROPOSAL_BYTES: usize = 8 << 20;
const READ_BYTES: usize = 1 << 20;

/// The log, with its one proposer.
pub struct LocalMetadataLog {
    hosted: Arc<HostedPartition>,
    clock: Clock,
    deliver_from: Offset,
    /// Read but not yet delivered.
    read: VecDeque<LogEvent>,
    /// What became of proposals that were not committed.
    failures: mpsc::UnboundedReceiver<Failure>,
    fail: mpsc::UnboundedSender<Failure>,
}

enum Failure {
    /// It was never appended; this is the first offset that it would have had.
    Rejected(Offset),
    /// It was appended and may come back after a restart.
    Unknown(String),
}

impl fmt::Debug for LocalMetadataLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "metadata log, delivered up to {}", self.deliver_from)
    }
}

impl LocalMetadataLog {
    /// Over the partition that holds it; delivers from its start.
    pub fn new(hosted: Arc<HostedPartition>, clock: Clock) -> Self {
        let (fail, failures) = mpsc::unbounded_channel();
        let deliver_from = hosted.log_start().0;
        LocalMetadataLog { hosted, clock, deliver_from, read: VecDeque::new(), failures, fail }
    }

    /// The partition that holds it.
    pub fn partition(&self) -> &Arc<HostedPartition> {
        &self.hosted
    }

    /// Proposes like [`MetadataLog::propose`], and says through `done` when it is worth to poll.
    pub fn propose_then(
        &mut self,
        records: &[MetadataRecord],
        done: impl FnOnce() + Send + 'static,
    ) -> Result<Proposal, ProposeError> {
        let batch = encode(records, self.clock.now().wall)?;
        let (places, _) = self.hosted.places().map_err(|_| ProposeError::NotLeader)?;
        let first = places.log_end.0;
        let fail = self.fail.clone();
        let pending = PendingProduce::new(1, move |answers| {
            if let Some(failure) = answers.into_iter().find_map(|answer| Failure::of(answer, first)) {
                // The log is gone with its receiver.
                _ = fail.send(failure);
            }
            done();
        });
        self.hosted.step(Event::Produce { waiter: pending.waiter(0), batch, acks: Acks::All });
        Ok(Proposal { first, last: Offset(first.0 + records.len() as i64 - 1) })
    }

    fn read_more(&mut self) -> Result<(), LogError> {
        let until = self.hosted.high_watermark().0;
        if self.deliver_from >= until {
            return Ok(());
        }
        let stopped = |error: &dyn fmt::Display| LogError::Stopped { reason: error.to_string() };
        let batches = self
            .hosted
            .reader()
            .read(self.deliver_from, until, READ_BYTES)
            .map_err(|error: ReadError| stopped(&error))?;
        let mut decompressor = Decompressor::default();
        for batch in split_batches(batches.bytes) {
            let batch = batch.map_err(|error| stopped(&error))?;
            for record in batch.records(&mut decompressor).map_err(|error| stopped(&error))? {
                let record = record.map_err(|error| stopped(&error))?;
                let offset = record.offset;
                if offset < self.deliver_from {
                    continue;
                }
                let decoded = MetadataRecord::decode(record.value.unwrap_or_default());
                let record = decoded.map_err(|source| LogError::Record { offset, source })?;
                self.read.push_back(LogEvent::Committed { offset, record });
            }
        }
        self.deliver_from = batches.next_offset;
        Ok(())
    }
}

impl MetadataLog for LocalMetadataLog {
    fn propose(&mut self, records: &[MetadataRecord]) -> Result<Proposal, ProposeError> {
        self.propose_then(records, || {})
    }

    fn poll(&mut self) -> Result<Option<LogEvent>, LogError> {
        if self.read.is_empty() {
            self.read_more()?;
        }
        if let Some(event) = self.read.pop_front() {
            return Ok(Some(event));
        }
        match self.failures.try_recv() {
            Ok(Failure::Rejected(from)) => Ok(Some(LogEvent::Rejected { from })),
            Ok(Failure::Unknown(reason)) => Err(LogError::Stopped { reason }),
            Err(_) => Ok(None),
        }
    }

    fn deliver_from(&mut self, from: Offset) {
        self.read.clear();
        self.deliver_from = from;
    }

    fn committed_end(&self) -> Offset {
        self.hosted.high_watermark().0
    }
}

impl Failure {
    /// Whether the batch was appended decides: an error before that is final, one after it is not.
    fn of(answer: ProduceAnswer, first: Offset) -> Option<Failure> {
        match answer.err()? {
            ProduceRefused::Partition(
                error @ (ProduceError::DirectoryFailed(_) | ProduceError::LeadershipLost { .. }),
            ) => Some(Failure::Unknown(error.to_string())),
            ProduceRefused::TimedOut { timeout_ms } => {
                Some(Failure::Unknown(format!("not committed within {timeout_ms} ms")))
            }
            _ => Some(Failure::Rejected(first)),
        }
    }
}

fn encode(records: &[MetadataRecord], now: TimestampMs) -> Result<ProducedBatch, ProposeError> {
    let unavailable = |reason: String| ProposeError::Unavailable { reason, retriable: false };
    let mut builder = BatchBuilder::new();
    let mut bytes = 0;
    for record in records {
        let json = record.encode();
        bytes += json.len();
        if bytes > PROPOSAL_BYTES {
            return Err(ProposeError::TooLarge { bytes, limit_bytes: PROPOSAL_BYTES });
        }
        builder
            .append(now, None, Some(json.as_bytes()), &[])
            .map_err(|error| unavailable(error.to_string()))?;
    }
    let bytes = builder
        .build(&mut Compressor::new(Compression::None))
        .map_err(|error| unavailable(error.to_string()))?;
    let header = BatchHeader::parse(&bytes).map_err(|error| unavailable(error.to_string()))?;
    Ok(ProducedBatch { header, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidelog_metadata::log::conformance::{Subject, check};
    use tidelog_model::{LeaderEpoch, NodeId, PartitionId, TopicId, TopicPartition};
    use tidelog_partition::{Partition, PartitionConfig};
    use tidelog_storage::disk::MemoryDisk;
    use tidelog_storage::{LogDirectory, Options};

    const NODE: NodeId = NodeId(0);

    /// The log on a disk in memory; each end of its process is a power cut.
    struct OnMemoryDisk {
        disk: MemoryDisk,
        directory: Option<LogDirectory>,
    }

    impl Subject for OnMemoryDisk {
        type Log = LocalMetadataLog;

        fn open(&mut self) -> LocalMetadataLog {
            let disk = Arc::new(self.disk.clone());
            let (directory, mut logs, _) =
                LogDirectory::open(disk.clone(), disk, Options::default(), 7).expect("the directory opens");
            let id = TopicPartition { topic: TopicId::CLUSTER_METADATA, partition: PartitionId(0) };
            let log = logs.pop().unwrap_or_else(|| directory.create(id));
            let epoch = log.epochs().latest().map_or(0, |epoch| epoch.0 + 1);
            let partition =
                Partition::open(NODE, log, PartitionConfig::default()).expect("the log is readable");
            let clock = Clock::start();
            let hosted = HostedPartition::new(partition, clock);
            hosted.step(Event::Lead { epoch: LeaderEpoch(epoch), in_sync: vec![NODE] });
            self.directory = Some(directory);
            LocalMetadataLog::new(hosted, clock)
        }

        fn close(&mut self, log: LocalMetadataLog) {
            drop((log, self.directory.take()));
            self.disk = self.disk.crash();
        }

        fn settle(&mut self, _: &mut LocalMetadataLog) {
            let directory = self.directory.as_ref().expect("open");
            while let Some(round) = directory.write_round().expect("the ring has room") {
                directory.sync().expect("the disk syncs");
                round.publish_durable();
            }
        }

        fn reject(&mut self, _: &mut LocalMetadataLog) -> bool {
            false
        }
    }

    #[test]
    fn the_local_log_keeps_the_contract_of_the_seam_through_power_cuts() {
        let mut seeds = 0..;
        check(|| OnMemoryDisk { disk: MemoryDisk::new(seeds.next().unwrap_or_default()), directory: None });
    }
}
