//! One partition: batches in order, and what idempotent producers left.

use std::collections::{BTreeMap, VecDeque};

use bytes::{Bytes, BytesMut};
use tidelog_client::{ErrorCode, ErrorDetail, Offset, TimestampMs};
use tidelog_model::{LeaderEpoch, ProducerEpoch, ProducerId, Sequence};
use tidelog_record::{Batch, BatchHeader, TimestampType, stamp, with_max_timestamp};

#[derive(Clone, Debug)]
pub struct Stored {
    pub header: BatchHeader,
    pub bytes: Bytes,
}

#[derive(Debug, Default)]
pub struct Log {
    pub batches: Vec<Stored>,
    pub start: i64,
    pub end: i64,
    /// Set: `message.timestamp.type=LogAppendTime`, and what the clock says.
    pub append_time: Option<i64>,
    producers: BTreeMap<ProducerId, ProducerState>,
    /// Most batches of a producer that were appended and not answered at one time.
    pub unanswered: usize,
    pub most_unanswered: usize,
}

#[derive(Debug)]
struct ProducerState {
    epoch: ProducerEpoch,
    next: Sequence,
    /// First sequence and first offset of the last five batches.
    last: VecDeque<(Sequence, i64)>,
}

impl Log {
    /// Appends a batch, or recognises it; gives its first offset.
    pub fn append(&mut self, bytes: &Bytes) -> Result<i64, ErrorDetail> {
        let batch = Batch::parse(bytes.clone()).unwrap();
        batch.verify_crc().unwrap();
        let header = *batch.header();
        if header.producer_id != ProducerId::NONE
            && let Some(offset) = self.check_sequence(&header)?
        {
            return Ok(offset);
        }
        let base = self.end;
        let mut bytes = BytesMut::from(&bytes[..]);
        stamp(&mut bytes, Offset(base), LeaderEpoch(0));
        let bytes = match self.append_time {
            None => bytes.freeze(),
            Some(time) => with_max_timestamp(&bytes, TimestampType::LogAppendTime, TimestampMs(time)),
        };
        self.end += i64::from(header.record_count);
        self.batches.push(Stored { header: BatchHeader::parse(&bytes).unwrap(), bytes });
        Ok(base)
    }

    /// The first offset of a batch that is there already.
    fn check_sequence(&mut self, header: &BatchHeader) -> Result<Option<i64>, ErrorDetail> {
        let fresh = || ProducerState {
            epoch: header.producer_epoch,
            next: header.base_sequence,
            last: VecDeque::new(),
        };
        let producer = self.producers.entry(header.producer_id).or_insert_with(fresh);
        if header.producer_epoch < producer.epoch {
            return Err(ErrorDetail::new(ErrorCode::InvalidProducerEpoch, "an old epoch"));
        }
        if header.producer_epoch > producer.epoch {
            *producer = ProducerState { next: Sequence(0), ..fresh() };
        }
        if let Some((_, offset)) = producer.last.iter().find(|(first, _)| *first == header.base_sequence) {
            return Ok(Some(*offset));
        }
        if header.base_sequence != producer.next {
            let text = format!("sequence {} instead of {}", header.base_sequence, producer.next);
            return Err(ErrorDetail::new(ErrorCode::OutOfOrderSequenceNumber, text));
        }
        producer.next = header.base_sequence.plus(header.record_count);
        producer.last.push_back((header.base_sequence, self.end));
        if producer.last.len() > 5 {
            producer.last.pop_front();
        }
        Ok(None)
    }

    /// Deletes records below an offset, batch by batch.
    pub fn trim(&mut self, before: i64) {
        self.start = before.clamp(self.start, self.end);
        self.batches.retain(|stored| stored.header.next_offset().0 > before);
    }

    /// The offset of the first record that is so young; by batch, which is enough here.
    pub fn offset_of_time(&self, time: i64) -> Option<(i64, i64)> {
        let batch = self.batches.iter().find(|stored| stored.header.max_timestamp.0 >= time)?;
        Some((batch.header.base_offset.0, batch.header.max_timestamp.0))
    }
}
