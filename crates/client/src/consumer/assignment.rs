//! Which partitions are read, where each of them is, and what a chunk means.
//!
//! Pure: time is an argument. What must stay true, for each partition: the position moves forward only, by what was handed
//! out or found to hold nothing for anybody, except where the user seeks or `offset_reset` says so; a request asks for
//! exactly the positions.

use std::sync::Arc;

use bytes::Bytes;
use tidelog_grpc_api::v1::{ErrorCode, FetchChunk, FetchFormat, FetchPartition, FetchRequest};
use tidelog_model::{Offset, PartitionId};
use tidelog_record::{Batch, BatchError, Decompressor, Records};

use super::error::{AssignError, ConsumeError};
use super::options::{ConsumerOptions, OffsetReset, StartAt};
use super::{PartitionPosition, RecordBatch};
use crate::backoff::{Backoff, Random};
use crate::error::Refusal;

/// How often in a row a topic may be unknown to the broker before that is believed: it may be new, and the broker not
/// know it yet.
const UNKNOWN_TOPIC_RETRIES: u32 = 8;

/// A partition to read.
#[derive(Clone, Debug)]
pub(crate) struct NewPartition {
    pub topic: Arc<str>,
    /// 16 bytes.
    pub topic_id: Bytes,
    pub partition: i32,
    pub start: StartAt,
}

#[derive(Debug)]
struct Partition {
    topic: Arc<str>,
    topic_id: Bytes,
    partition: i32,
    /// Where to begin while there is no position.
    start: StartAt,
    position: Option<Offset>,
    log_start: Option<Offset>,
    high_watermark: Option<Offset>,
    /// Without `follow`: where the partition ended when it was first heard of.
    end: Option<Offset>,
    paused: bool,
    /// By an error.
    stopped: bool,
    failures: u32,
    /// After a failure that may pass.
    retry_at_ms: Option<u64>,
}

/// See the module's description.
#[derive(Debug)]
pub(crate) struct Assignment {
    follow: bool,
    check_crcs: bool,
    offset_reset: OffsetReset,
    backoff: Backoff,
    random: Random,
    partitions: Vec<Partition>,
    /// What the partitions of the last request are here.
    requested: Vec<usize>,
}

impl Assignment {
    pub fn new(options: &ConsumerOptions, backoff: Backoff, seed: u64) -> Self {
        Assignment {
            follow: options.follow,
            check_crcs: options.check_crcs,
            offset_reset: options.offset_reset,
            backoff,
            random: Random::from_seed(seed),
            partitions: Vec::new(),
            requested: Vec::new(),
        }
    }

    /// Adds a partition, unless it is there.
    pub fn add(&mut self, new: NewPartition) {
        if self.find(&new.topic, PartitionId(new.partition)).is_ok() {
            return;
        }
        self.partitions.push(Partition {
            topic: new.topic,
            topic_id: new.topic_id,
            partition: new.partition,
            start: new.start,
            position: None,
            log_start: None,
            high_watermark: None,
            end: None,
            paused: false,
            stopped: false,
            failures: 0,
            retry_at_ms: None,
        });
    }

    /// Takes a partition out. Requests from before are void.
    pub fn remove(&mut self, topic: &str, partition: PartitionId) -> Result<(), AssignError> {
        let index = self.find(topic, partition)?;
        self.partitions.remove(index);
        self.requested.clear();
        Ok(())
    }

    /// Moves a partition. Requests from before are void.
    pub fn seek(&mut self, topic: &str, partition: PartitionId, to: StartAt) -> Result<(), AssignError> {
        let index = self.find(topic, partition)?;
        self.partitions[index].begin_at(to);
        Ok(())
    }

    /// Stops a partition; true if that is news.
    pub fn pause(&mut self, topic: &str, partition: PartitionId) -> Result<bool, AssignError> {
        let index = self.find(topic, partition)?;
        Ok(!std::mem::replace(&mut self.partitions[index].paused, true))
    }

    /// Lets a partition go on; true if that is news.
    pub fn resume(&mut self, topic: &str, partition: PartitionId) -> Result<bool, AssignError> {
        let index = self.find(topic, partition)?;
        let partition = &mut self.partitions[index];
        let rested = partition.paused || partition.stopped;
        (partition.paused, partition.stopped) = (false, false);
        Ok(rested)
    }

    pub fn positions(&self) -> Vec<PartitionPosition> {
        let each = self.partitions.iter().map(|partition| PartitionPosition {
            topic: Arc::clone(&partition.topic),
            partition: PartitionId(partition.partition),
            position: partition.known_position(),
            log_start: partition.log_start,
            high_watermark: partition.high_watermark,
            is_paused: partition.paused || partition.stopped,
        });
        each.collect()
    }

    /// What to ask the broker for now; `None` if there is nothing.
    pub fn request(&mut self, now_ms: u64, options: &ConsumerOptions) -> Option<FetchRequest> {
        self.requested.clear();
        let mut partitions = Vec::new();
        for (index, partition) in self.partitions.iter_mut().enumerate() {
            if !partition.is_wanted() || partition.retry_at_ms.is_some_and(|retry_at_ms| retry_at_ms > now_ms)
            {
                continue;
            }
            partition.retry_at_ms = None;
            self.requested.push(index);
            let start = partition.position.map_or(partition.start, StartAt::Offset);
            partitions.push(FetchPartition {
                topic: String::new(),
                topic_id: partition.topic_id.clone(),
                partition: partition.partition,
                start: Some(start.into()),
            });
        }
        (!partitions.is_empty()).then(|| FetchRequest {
            partitions,
            max_bytes: options.max_bytes,
            min_bytes: options.min_bytes,
            max_wait_ms: options.max_wait_ms,
            follow: options.follow,
            format: FetchFormat::Batches.into(),
        })
    }

    /// When partitions that failed are to be asked for again.
    pub fn retry_at_ms(&self) -> Option<u64> {
        let wanted = self.partitions.iter().filter(|partition| partition.is_wanted());
        wanted.filter_map(|partition| partition.retry_at_ms).min()
    }

    /// Whether nothing more will come, whatever happens.
    pub fn is_finished(&self) -> bool {
        self.partitions.iter().all(|partition| partition.stopped || partition.is_at_end())
    }

    /// Reads what a chunk says about its partition, and returns which one it is if it has records to hand out.
    pub fn on_chunk(&mut self, chunk: &FetchChunk, now_ms: u64) -> Result<Option<usize>, ConsumeError> {
        let Some(index) = self.requested.get(chunk.request_index as usize).copied() else { return Ok(None) };
        if let Some(error) = &chunk.error {
            return self.on_refused(index, Refusal::from(error.clone()), now_ms).map(|()| None);
        }
        let follow = self.follow;
        let partition = &mut self.partitions[index];
        partition.failures = 0;
        partition.log_start = Some(Offset(chunk.log_start_offset));
        partition.high_watermark = Some(Offset(chunk.high_watermark));
        if !follow {
            partition.end.get_or_insert(Offset(chunk.high_watermark));
        }
        if chunk.record_batches.is_empty() {
            partition.move_to(Offset(chunk.next_offset));
            return Ok(None);
        }
        Ok(Some(index))
    }

    /// Moves a partition behind what was handed out.
    pub fn move_to(&mut self, index: usize, next_offset: Offset) {
        self.partitions[index].move_to(next_offset);
    }

    /// Checks a batch, and makes of it what the user gets; `None` if there is nothing in it for the user. Moves the
    /// position behind it.
    pub fn hand_out(
        &mut self,
        index: usize,
        batch: Result<Batch, BatchError>,
        decompressor: &mut Decompressor,
    ) -> Result<Option<RecordBatch>, ConsumeError> {
        let check_crcs = self.check_crcs;
        let partition = &mut self.partitions[index];
        let read = batch.map_err(|error| error.to_string());
        let read = read.and_then(|batch| partition.read(&batch, check_crcs, decompressor));
        match read {
            Ok((next_offset, records)) => {
                partition.move_to(next_offset);
                Ok(records)
            }
            Err(reason) => {
                partition.stopped = true;
                Err(ConsumeError::Corrupt {
                    topic: partition.topic.to_string(),
                    partition: PartitionId(partition.partition),
                    offset: partition.position.unwrap_or(Offset::ZERO),
                    reason,
                })
            }
        }
    }

    fn find(&self, topic: &str, partition: PartitionId) -> Result<usize, AssignError> {
        let matches = |known: &Partition| &*known.topic == topic && known.partition == partition.0;
        let found = self.partitions.iter().position(matches);
        found.ok_or_else(|| AssignError::NotAssigned { topic: topic.to_owned(), partition })
    }

    fn on_refused(&mut self, index: usize, refusal: Refusal, now_ms: u64) -> Result<(), ConsumeError> {
        let partition = &mut self.partitions[index];
        let code = refusal.code();
        let unknown = matches!(code, ErrorCode::UnknownTopicOrPartition | ErrorCode::UnknownTopicId);
        if code == ErrorCode::OffsetOutOfRange {
            return partition.on_out_of_range(self.offset_reset, refusal, now_ms);
        }
        if refusal.is_retriable() && !(unknown && partition.failures >= UNKNOWN_TOPIC_RETRIES) {
            partition.failures += 1;
            let pause_ms = match refusal.detail().retry_after_ms {
                0 => self.backoff.delay_ms(partition.failures, &mut self.random),
                asked_ms => u64::from(asked_ms),
            };
            partition.retry_at_ms = Some(now_ms + pause_ms);
            return Ok(());
        }
        partition.stopped = true;
        let (topic, partition) = (partition.topic.to_string(), PartitionId(partition.partition));
        Err(ConsumeError::Refused { topic, partition, refusal })
    }
}

impl Partition {
    fn is_wanted(&self) -> bool {
        !self.paused && !self.stopped && !self.is_at_end()
    }

    fn is_at_end(&self) -> bool {
        self.end.is_some_and(|end| self.position.is_some_and(|position| position >= end))
    }

    fn known_position(&self) -> Option<Offset> {
        match (self.position, self.start) {
            (None, StartAt::Offset(offset)) => Some(offset),
            (position, _) => position,
        }
    }

    fn begin_at(&mut self, start: StartAt) {
        (self.start, self.position) = (start, None);
        (self.stopped, self.failures, self.retry_at_ms) = (false, 0, None);
    }

    fn move_to(&mut self, offset: Offset) {
        self.position = self.position.max(Some(offset));
    }

    fn on_out_of_range(
        &mut self,
        reset: OffsetReset,
        refusal: Refusal,
        now_ms: u64,
    ) -> Result<(), ConsumeError> {
        let start = match reset {
            OffsetReset::Earliest => StartAt::Earliest,
            OffsetReset::Latest => StartAt::Latest,
            OffsetReset::Fail => {
                self.stopped = true;
                return Err(ConsumeError::OffsetOutOfRange {
                    topic: self.topic.to_string(),
                    partition: PartitionId(self.partition),
                    offset: self.known_position().unwrap_or(Offset::ZERO),
                    refusal,
                });
            }
        };
        tracing::warn!(topic = &*self.topic, partition = self.partition, %refusal, ?start, "offset out of range: reset");
        self.begin_at(start);
        self.retry_at_ms = Some(now_ms);
        Ok(())
    }

    /// Where the batch ends, and what of it is for the user.
    fn read(
        &self,
        batch: &Batch,
        check_crcs: bool,
        decompressor: &mut Decompressor,
    ) -> Result<(Offset, Option<RecordBatch>), String> {
        let header = *batch.header();
        let next_offset = header.next_offset();
        let from = self.known_position().unwrap_or(header.base_offset);
        let behind_the_end = self.end.is_some_and(|end| header.base_offset >= end);
        if header.is_control() || next_offset <= from || behind_the_end {
            return Ok((next_offset, None));
        }
        if check_crcs {
            batch.verify_crc().map_err(|error| error.to_string())?;
        }
        let payload = batch.decompressed(decompressor).map_err(|error| error.to_string())?;
        let mut len = 0;
        for record in Records::new(&header, &payload) {
            let record = record.map_err(|error| error.to_string())?;
            len += usize::from(record.offset >= from);
        }
        let records = (len > 0).then(|| RecordBatch {
            topic: Arc::clone(&self.topic),
            partition: PartitionId(self.partition),
            header,
            payload,
            from,
            len,
            high_watermark: self.high_watermark.unwrap_or(next_offset),
        });
        Ok((next_offset, records))
    }
}
