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
use tidelog_partition::{Event, ProducedBatch};
use tidelog_record::{BatchBuilder, BatchHeader, Compression, Compressor, Decompressor, split_batches};
use tidelog_storage::ReadError;
use tokio::sync::mpsc;

use crate::clock::Clock;
use crate::hosted::HostedPartition;
use crate::producing::PendingProduce;

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
    /// Proposals that failed: the first offset that they would have had.
    rejections: mpsc::UnboundedReceiver<Offset>,
    reject: mpsc::UnboundedSender<Offset>,
}

impl fmt::Debug for LocalMetadataLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "metadata log, delivered up to {}", self.deliver_from)
    }
}

impl LocalMetadataLog {
    /// Over the partition that holds it; delivers from its start.
    pub fn new(hosted: Arc<HostedPartition>, clock: Clock) -> Self {
        let (reject, rejections) = mpsc::unbounded_channel();
        let deliver_from = hosted.log_start().0;
        LocalMetadataLog { hosted, clock, deliver_from, read: VecDeque::new(), rejections, reject }
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
        let reject = self.reject.clone();
        let pending = PendingProduce::new(1, move |answers| {
            if answers.iter().any(Result::is_err) {
                // The log is gone with its receiver.
                _ = reject.send(first);
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
        Ok(self.rejections.try_recv().ok().map(|from| LogEvent::Rejected { from }))
    }

    fn deliver_from(&mut self, from: Offset) {
        self.read.clear();
        self.deliver_from = from;
    }

    fn committed_end(&self) -> Offset {
        self.hosted.high_watermark().0
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
