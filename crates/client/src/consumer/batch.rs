//! A batch as it is handed out: whole, decompressed, checked, in one piece of memory.

use std::sync::Arc;

use bytes::Bytes;
use tidelog_model::{Offset, PartitionId, TimestampMs};
use tidelog_record::{BatchHeader, Record, Records};

/// Records of one partition, by rising offset: those of one stored batch.
///
/// Cheap to clone; all records share its memory.
#[derive(Clone, Debug)]
pub struct RecordBatch {
    pub(super) topic: Arc<str>,
    pub(super) partition: PartitionId,
    pub(super) header: BatchHeader,
    pub(super) payload: Bytes,
    /// Records below were asked for by nobody.
    pub(super) from: Offset,
    pub(super) len: usize,
    pub(super) high_watermark: Offset,
}

impl RecordBatch {
    /// The topic.
    pub fn topic(&self) -> &str {
        &self.topic
    }

    /// The partition.
    pub fn partition(&self) -> PartitionId {
        self.partition
    }

    /// The records, borrowed from the batch: nothing is copied or allocated for them.
    pub fn records(&self) -> impl Iterator<Item = Record<'_>> {
        // Every record was decoded once before the batch was handed out.
        let records = Records::new(&self.header, &self.payload).map_while(Result::ok);
        let from = self.from;
        records.skip_while(move |record| record.offset < from)
    }

    /// How many records there are; at least one.
    #[expect(clippy::len_without_is_empty, reason = "a batch without records is not handed out")]
    pub fn len(&self) -> usize {
        self.len
    }

    /// The offset of the first record.
    pub fn first_offset(&self) -> Offset {
        self.records().next().map_or(self.from, |record| record.offset)
    }

    /// The offset behind the batch: where the consumer goes on, and what to store to go on there later.
    pub fn next_offset(&self) -> Offset {
        self.header.next_offset()
    }

    /// One past the partition's last readable record when the batch was sent: `high_watermark - next_offset` is how far
    /// behind the consumer is after this batch.
    pub fn high_watermark(&self) -> Offset {
        self.high_watermark
    }

    /// Header of the batch as it is stored: compression, producer, leader epoch.
    pub fn header(&self) -> &BatchHeader {
        &self.header
    }

    /// A part of a record that outlives the borrow, without a copy: it keeps the whole batch in memory.
    ///
    /// # Panics
    /// If the part is not one of this batch's.
    pub fn share(&self, part: &[u8]) -> Bytes {
        self.payload.slice_ref(part)
    }

    /// The records with parts of their own, each sharing the batch's memory.
    pub fn into_records(self) -> impl Iterator<Item = OwnedRecord> {
        let records: Vec<OwnedRecord> =
            self.records().map(|record| OwnedRecord::new(&self, &record)).collect();
        records.into_iter()
    }
}

/// A record that stands alone; it keeps its whole batch in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedRecord {
    /// Its place in the partition.
    pub offset: Offset,
    /// Its time: the producer's, or the broker's if the topic has `message.timestamp.type=LogAppendTime`.
    pub timestamp: TimestampMs,
    /// The key, or none.
    pub key: Option<Bytes>,
    /// The value; none is a tombstone in a compacted topic.
    pub value: Option<Bytes>,
    /// Names and values beside them, in order.
    pub headers: Vec<(Bytes, Option<Bytes>)>,
}

impl OwnedRecord {
    fn new(batch: &RecordBatch, record: &Record<'_>) -> Self {
        let headers = record
            .headers
            .map(|header| (batch.share(header.key), header.value.map(|value| batch.share(value))));
        OwnedRecord {
            offset: record.offset,
            timestamp: record.timestamp,
            key: record.key.map(|key| batch.share(key)),
            value: record.value.map(|value| batch.share(value)),
            headers: headers.collect(),
        }
    }
}
