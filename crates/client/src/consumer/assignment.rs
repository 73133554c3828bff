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

#[cfg(test)]
mod tests {
    use bytes::BytesMut;
    use tidelog_grpc_api::v1::offset_spec::At;
    use tidelog_grpc_api::v1::{ErrorDetail, Position};
    use tidelog_model::{LeaderEpoch, TimestampMs};
    use tidelog_record::{BatchBuilder, Compression, Compressor, stamp};

    use super::*;

    const OPTIONS: ConsumerOptions = ConsumerOptions {
        follow: true,
        max_bytes: 1000,
        min_bytes: 1,
        max_wait_ms: 500,
        prefetch_bytes: 100_000,
        offset_reset: OffsetReset::Fail,
        check_crcs: true,
    };
    const FIRST: PartitionId = PartitionId(0);

    fn assignment(options: &ConsumerOptions, partitions: i32) -> Assignment {
        let mut assignment = Assignment::new(options, Backoff { first_ms: 100, max_ms: 100 }, 1);
        for partition in 0..partitions {
            let topic_id = Bytes::from_static(&[7; 16]);
            assignment.add(NewPartition { topic: "t".into(), topic_id, partition, start: StartAt::Earliest });
        }
        assignment
    }

    /// Partitions and places of the next request.
    fn request(assignment: &mut Assignment, now_ms: u64) -> Vec<(i32, At)> {
        let request = assignment.request(now_ms, &OPTIONS);
        let partitions = request.map(|request| request.partitions).unwrap_or_default();
        let each = partitions.into_iter().map(|asked| (asked.partition, asked.start.unwrap().at.unwrap()));
        each.collect()
    }

    fn earliest() -> At {
        At::Position(Position::Earliest.into())
    }

    fn place(request_index: u32, next_offset: i64, high_watermark: i64) -> FetchChunk {
        FetchChunk { request_index, next_offset, high_watermark, ..FetchChunk::default() }
    }

    fn failed(request_index: u32, code: ErrorCode) -> FetchChunk {
        FetchChunk { request_index, error: Some(ErrorDetail::new(code, "no")), ..FetchChunk::default() }
    }

    fn batch(base_offset: i64, count: i64) -> Batch {
        let mut builder = BatchBuilder::new();
        for index in 0..count {
            builder.append(TimestampMs(index), None, Some(b"v"), &[]).unwrap();
        }
        let bytes = builder.build(&mut Compressor::new(Compression::None)).unwrap();
        let mut bytes = BytesMut::from(&bytes[..]);
        stamp(&mut bytes, Offset(base_offset), LeaderEpoch(0));
        Batch::parse(bytes.freeze()).unwrap()
    }

    fn hand_out(assignment: &mut Assignment, batch: Batch) -> Option<(i64, usize)> {
        let records = assignment.hand_out(0, Ok(batch), &mut Decompressor::default()).unwrap();
        records.map(|records| (records.first_offset().0, records.len()))
    }

    #[test]
    fn a_request_asks_for_words_until_the_broker_has_given_an_offset() {
        let mut assignment = assignment(&OPTIONS, 2);
        assert_eq!(request(&mut assignment, 0), [(0, earliest()), (1, earliest())]);
        assert_eq!(assignment.on_chunk(&place(1, 40, 50), 0), Ok(None));
        assert_eq!(request(&mut assignment, 0), [(0, earliest()), (1, At::Offset(40))]);
        assignment.seek("t", PartitionId(1), StartAt::Timestamp(TimestampMs(9))).unwrap();
        assert_eq!(request(&mut assignment, 0), [(0, earliest()), (1, At::TimestampMs(9))]);
    }

    #[test]
    fn the_position_moves_when_a_batch_is_handed_out_and_not_when_it_arrives() {
        let mut assignment = assignment(&OPTIONS, 1);
        request(&mut assignment, 0);
        let chunk = FetchChunk { record_batches: Bytes::from_static(b"batches"), ..place(0, 10, 10) };
        assert_eq!(assignment.on_chunk(&chunk, 0), Ok(Some(0)));
        assert_eq!(assignment.positions()[0].position, None);
        assert_eq!(hand_out(&mut assignment, batch(0, 4)), Some((0, 4)));
        assert_eq!(request(&mut assignment, 0), [(0, At::Offset(4))]);
    }

    #[test]
    fn only_records_from_the_position_on_are_handed_out() {
        let mut assignment = assignment(&OPTIONS, 1);
        assignment.seek("t", FIRST, StartAt::Offset(Offset(7))).unwrap();
        assert_eq!(hand_out(&mut assignment, batch(0, 7)), None);
        assert_eq!(hand_out(&mut assignment, batch(5, 5)), Some((7, 3)));
        // The same once more, as after a connection that was lost.
        assert_eq!(hand_out(&mut assignment, batch(5, 5)), None);
        assert_eq!(assignment.positions()[0].position, Some(Offset(10)));
    }

    #[test]
    fn without_following_the_end_is_where_the_partition_ended_when_it_was_first_heard_of() {
        let options = ConsumerOptions { follow: false, ..OPTIONS };
        let mut assignment = assignment(&options, 2);
        request(&mut assignment, 0);
        assignment.on_chunk(&place(0, 0, 10), 0).unwrap();
        assignment.on_chunk(&place(1, 0, 0), 0).unwrap();
        // An empty partition is at its end, and not asked for again; the other one's end stays although it grows.
        assert_eq!(request(&mut assignment, 0), [(0, At::Offset(0))]);
        assignment.on_chunk(&place(0, 0, 20), 0).unwrap();
        assert_eq!(hand_out(&mut assignment, batch(0, 10)), Some((0, 10)));
        assert_eq!(hand_out(&mut assignment, batch(10, 10)), None);
        assert!(assignment.is_finished());
    }

    #[test]
    fn a_failure_that_may_pass_is_asked_for_again_after_a_pause_while_others_go_on() {
        let mut assignment = assignment(&OPTIONS, 2);
        request(&mut assignment, 0);
        assert_eq!(assignment.on_chunk(&failed(0, ErrorCode::NotLeaderOrFollower), 1000), Ok(None));
        let retry_at_ms = assignment.retry_at_ms().unwrap();
        assert!((1080..=1120).contains(&retry_at_ms), "{retry_at_ms}");
        assert_eq!(request(&mut assignment, retry_at_ms - 1), [(1, earliest())]);
        assert_eq!(request(&mut assignment, retry_at_ms), [(0, earliest()), (1, earliest())]);
        assert_eq!(assignment.retry_at_ms(), None);
    }

    #[test]
    fn an_unknown_topic_is_believed_after_some_time_and_other_refusals_at_once() {
        let mut assignment = assignment(&OPTIONS, 2);
        request(&mut assignment, 0);
        for _ in 0..UNKNOWN_TOPIC_RETRIES {
            assert_eq!(assignment.on_chunk(&failed(0, ErrorCode::UnknownTopicId), 0), Ok(None));
        }
        let error = assignment.on_chunk(&failed(0, ErrorCode::UnknownTopicId), 0).unwrap_err();
        assert_eq!((error.code(), error.is_retriable()), (Some(ErrorCode::UnknownTopicId), true));
        let error = assignment.on_chunk(&failed(1, ErrorCode::TopicAuthorizationFailed), 0).unwrap_err();
        assert_eq!(error.to_string(), "partition 1 of topic 't' cannot be read: no");
        assert!(assignment.is_finished());
        assert_eq!(assignment.resume("t", FIRST), Ok(true));
        assert!(!assignment.is_finished());
    }

    #[test]
    fn an_offset_that_is_gone_stops_the_partition_or_is_reset() {
        let mut failing = assignment(&OPTIONS, 1);
        failing.seek("t", FIRST, StartAt::Offset(Offset(5))).unwrap();
        request(&mut failing, 0);
        let error = failing.on_chunk(&failed(0, ErrorCode::OffsetOutOfRange), 0).unwrap_err();
        assert!(matches!(error, ConsumeError::OffsetOutOfRange { offset: Offset(5), .. }), "{error}");
        assert_eq!(request(&mut failing, 0), []);

        let mut resetting =
            assignment(&ConsumerOptions { offset_reset: OffsetReset::Earliest, ..OPTIONS }, 1);
        resetting.seek("t", FIRST, StartAt::Offset(Offset(5))).unwrap();
        request(&mut resetting, 0);
        assert_eq!(resetting.on_chunk(&failed(0, ErrorCode::OffsetOutOfRange), 40), Ok(None));
        assert_eq!(resetting.retry_at_ms(), Some(40));
        assert_eq!(request(&mut resetting, 40), [(0, earliest())]);
    }

    #[test]
    fn a_chunk_of_a_request_that_is_void_is_nobodys() {
        let mut assignment = assignment(&OPTIONS, 2);
        request(&mut assignment, 0);
        assignment.remove("t", FIRST).unwrap();
        assert_eq!(assignment.on_chunk(&place(0, 9, 9), 0), Ok(None));
        assert_eq!(assignment.on_chunk(&place(77, 9, 9), 0), Ok(None));
        assert_eq!(assignment.positions()[0].position, None);
    }

    #[test]
    fn bytes_that_are_no_batch_stop_the_partition_and_name_the_offset() {
        let mut assignment = assignment(&OPTIONS, 1);
        hand_out(&mut assignment, batch(0, 3));
        let truncated = Err(BatchError::Truncated { needed: 100, available: 50 });
        let error = assignment.hand_out(0, truncated, &mut Decompressor::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "partition 0 of topic 't' is damaged at offset 3: the batch needs 100 bytes, only 50 are there"
        );
        assert!(assignment.is_finished());
    }
}
