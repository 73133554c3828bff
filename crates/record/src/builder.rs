//! Making a batch out of records.
//!
//! Records are encoded straight into one buffer, which becomes the batch: no allocation a record, and none a batch once
//! readers have let go of earlier ones.

use std::fmt;

use bytes::{BufMut, Bytes, BytesMut};
use tidelog_model::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, TimestampMs};

use crate::compress::{CompressError, Compressor};
use crate::compression::Compression;
use crate::header::layout::{HEADER_BYTES, LOG_OVERHEAD_BYTES};
use crate::header::{Attributes, BatchHeader};
use crate::records::Header;
use crate::stamp::seal;
use crate::varint::{self, MAX_I32_BYTES};

/// Why a record or a batch cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The record does not fit any more: build the batch and begin another.
    #[error("a record of {record_bytes} bytes exceeds the batch's limit of {limit_bytes} bytes")]
    Full {
        /// Encoded bytes of the record.
        record_bytes: usize,
        /// What a batch can hold at all.
        limit_bytes: usize,
    },
    /// There is nothing to build: every batch has a record.
    #[error("a batch needs at least one record")]
    Empty,
    /// The codec failed.
    #[error(transparent)]
    Compress(#[from] CompressError),
}

/// Collects records and builds batches of them, one after the other.
pub struct BatchBuilder {
    /// Room for the header, then the encoded records. Empty before the first record.
    buffer: BytesMut,
    record_count: i32,
    base_timestamp: TimestampMs,
    max_timestamp: TimestampMs,
    producer_id: ProducerId,
    producer_epoch: ProducerEpoch,
    base_sequence: Sequence,
    /// Bytes of the last batch, to reserve as much for the next at once.
    expected_bytes: usize,
}

impl Default for BatchBuilder {
    fn default() -> Self {
        BatchBuilder::new()
    }
}

impl BatchBuilder {
    /// Bytes of an uncompressed batch, at most: Kafka's length field is an `i32`, and no broker takes nearly as much.
    pub const MAX_BYTES: usize = 1 << 30;

    /// Without records.
    pub fn new() -> Self {
        BatchBuilder::with_capacity(0)
    }

    /// Without records, with room for this many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        BatchBuilder {
            buffer: BytesMut::new(),
            record_count: 0,
            base_timestamp: TimestampMs::NONE,
            max_timestamp: TimestampMs::NONE,
            producer_id: ProducerId::NONE,
            producer_epoch: ProducerEpoch::NONE,
            base_sequence: Sequence::NONE,
            expected_bytes: bytes,
        }
    }

    /// Marks the batches to come as an idempotent producer's; the next one begins at this sequence.
    pub fn set_producer(&mut self, id: ProducerId, epoch: ProducerEpoch, base_sequence: Sequence) {
        (self.producer_id, self.producer_epoch, self.base_sequence) = (id, epoch, base_sequence);
    }

    /// Adds a record.
    pub fn append(
        &mut self,
        timestamp: TimestampMs,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[Header<'_>],
    ) -> Result<(), BuildError> {
        let first = self.record_count == 0;
        let base_timestamp = if first { timestamp } else { self.base_timestamp };
        let timestamp_delta = timestamp.0.wrapping_sub(base_timestamp.0);
        let body_bytes = 1
            + varint::size(timestamp_delta)
            + varint::size(i64::from(self.record_count))
            + nullable_bytes(key)
            + nullable_bytes(value)
            + headers_bytes(headers);
        let record_bytes = varint::size(body_bytes as i64) + body_bytes;
        if record_bytes > Self::MAX_BYTES.saturating_sub(self.size_bytes()) || self.record_count == i32::MAX {
            return Err(BuildError::Full { record_bytes, limit_bytes: Self::MAX_BYTES });
        }
        if first {
            // What is left behind the last batch is good enough for half of what we expect: readers may hold its memory.
            if self.buffer.capacity() < self.expected_bytes / 2 {
                self.buffer.reserve(self.expected_bytes);
            }
            self.buffer.reserve(HEADER_BYTES + record_bytes);
            self.buffer.put_bytes(0, HEADER_BYTES);
            (self.base_timestamp, self.max_timestamp) = (timestamp, timestamp);
        }
        self.buffer.reserve(record_bytes);
        varint::write(&mut self.buffer, body_bytes as i64);
        self.buffer.put_u8(0);
        varint::write(&mut self.buffer, timestamp_delta);
        varint::write(&mut self.buffer, i64::from(self.record_count));
        put_nullable(&mut self.buffer, key);
        put_nullable(&mut self.buffer, value);
        put_headers(&mut self.buffer, headers);
        self.record_count += 1;
        self.max_timestamp = self.max_timestamp.max(timestamp);
        Ok(())
    }

    /// Records so far.
    pub const fn record_count(&self) -> i32 {
        self.record_count
    }

    /// Without records.
    pub const fn is_empty(&self) -> bool {
        self.record_count == 0
    }

    /// Bytes of the batch so far, header included, before compression.
    pub fn size_bytes(&self) -> usize {
        self.buffer.len().max(HEADER_BYTES)
    }

    /// Bytes that such a record adds, at most, before compression.
    pub fn record_bytes_at_most(key: Option<&[u8]>, value: Option<&[u8]>, headers: &[Header<'_>]) -> usize {
        const NUMBERS: usize = MAX_I32_BYTES + 1 + varint::MAX_I64_BYTES + MAX_I32_BYTES;
        NUMBERS + nullable_bytes(key) + nullable_bytes(value) + headers_bytes(headers)
    }

    /// The batch, as a client sends it (base offset 0, no leader epoch), compressed. The builder is then empty, keeps its
    /// producer, and goes on with the sequence after the last.
    pub fn build(&mut self, compressor: &mut Compressor) -> Result<Bytes, BuildError> {
        if self.is_empty() {
            return Err(BuildError::Empty);
        }
        let compression = compressor.compression();
        self.expected_bytes = self.buffer.len();
        let mut batch = if compression == Compression::None {
            self.buffer.split()
        } else {
            let payload = compressor.compress(&self.buffer[HEADER_BYTES..])?;
            let mut batch = BytesMut::with_capacity(HEADER_BYTES + payload.len());
            batch.put_bytes(0, HEADER_BYTES);
            batch.put_slice(payload);
            self.buffer.clear();
            batch
        };
        let header = self.header(compression, batch.len());
        batch[..HEADER_BYTES].copy_from_slice(&header.to_bytes());
        seal(&mut batch);
        if self.base_sequence != Sequence::NONE {
            self.base_sequence = self.base_sequence.plus(self.record_count);
        }
        self.record_count = 0;
        Ok(batch.freeze())
    }

    fn header(&self, compression: Compression, size_bytes: usize) -> BatchHeader {
        BatchHeader {
            base_offset: Offset::ZERO,
            batch_length: (size_bytes - LOG_OVERHEAD_BYTES) as i32,
            leader_epoch: LeaderEpoch::NONE,
            crc: 0,
            attributes: Attributes::new(compression),
            compression,
            last_offset_delta: self.record_count - 1,
            base_timestamp: self.base_timestamp,
            max_timestamp: self.max_timestamp,
            producer_id: self.producer_id,
            producer_epoch: self.producer_epoch,
            base_sequence: self.base_sequence,
            record_count: self.record_count,
        }
    }
}

impl fmt::Debug for BatchBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchBuilder")
            .field("record_count", &self.record_count)
            .field("size_bytes", &self.size_bytes())
            .finish_non_exhaustive()
    }
}

fn nullable_bytes(bytes: Option<&[u8]>) -> usize {
    bytes.map_or(1, |bytes| varint::size(bytes.len() as i64) + bytes.len())
}

fn headers_bytes(headers: &[Header<'_>]) -> usize {
    let each = headers.iter().map(|header| nullable_bytes(Some(header.key)) + nullable_bytes(header.value));
    varint::size(headers.len() as i64) + each.sum::<usize>()
}

fn put_nullable(out: &mut BytesMut, bytes: Option<&[u8]>) {
    match bytes {
        Some(bytes) => {
            varint::write(out, bytes.len() as i64);
            out.put_slice(bytes);
        }
        None => varint::write(out, -1),
    }
}

fn put_headers(out: &mut BytesMut, headers: &[Header<'_>]) {
    varint::write(out, headers.len() as i64);
    for header in headers {
        put_nullable(out, Some(header.key));
        put_nullable(out, header.value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Batch;

    fn plain() -> Compressor {
        Compressor::new(Compression::None)
    }

    #[test]
    fn a_batch_looks_as_a_client_sends_it() {
        let mut builder = BatchBuilder::new();
        for timestamp in [500, 100, 900] {
            builder.append(TimestampMs(timestamp), Some(b"k"), None, &[]).expect("fits");
        }
        let size_bytes = builder.size_bytes();
        let batch = Batch::parse(builder.build(&mut plain()).expect("builds")).expect("one batch");
        let header = batch.header();
        assert_eq!(header.size_bytes(), size_bytes);
        assert_eq!((header.base_offset, header.leader_epoch), (Offset(0), LeaderEpoch::NONE));
        assert_eq!((header.record_count, header.last_offset_delta), (3, 2));
        assert_eq!((header.base_timestamp.0, header.max_timestamp.0), (500, 900));
        assert_eq!((header.producer_id, header.base_sequence), (ProducerId::NONE, Sequence::NONE));
        assert_eq!(header.attributes, Attributes(0));
    }

    #[test]
    fn sequences_go_on_from_batch_to_batch() {
        let mut builder = BatchBuilder::new();
        builder.set_producer(ProducerId(9), ProducerEpoch(1), Sequence(i32::MAX - 1));
        let mut next = |records| {
            for _ in 0..records {
                builder.append(TimestampMs(0), None, Some(b"v"), &[]).expect("fits");
            }
            let header =
                *Batch::parse(builder.build(&mut plain()).expect("builds")).expect("one batch").header();
            (header.producer_id.0, header.producer_epoch.0, header.base_sequence.0, header.last_sequence().0)
        };
        assert_eq!(next(2), (9, 1, i32::MAX - 1, i32::MAX));
        assert_eq!(next(3), (9, 1, 0, 2));
        assert_eq!(next(1), (9, 1, 3, 3));
    }

    #[test]
    fn a_record_never_takes_more_than_was_foretold() {
        let headers = [Header::new("name", b"value"), Header { key: b"", value: None }];
        for (timestamp, value) in [(0, None), (i64::MAX, Some(&[7; 5000][..])), (i64::MIN, Some(b""))] {
            let mut builder = BatchBuilder::new();
            builder.append(TimestampMs(0), None, None, &[]).expect("fits");
            let before = builder.size_bytes();
            builder.append(TimestampMs(timestamp), Some(b"key"), value, &headers).expect("fits");
            let taken = builder.size_bytes() - before;
            let foretold = BatchBuilder::record_bytes_at_most(Some(b"key"), value, &headers);
            assert!(taken <= foretold && foretold - taken <= 20, "{taken} of {foretold}");
        }
    }

    #[test]
    fn nothing_and_too_much_are_refused() {
        let mut builder = BatchBuilder::new();
        assert!(matches!(builder.build(&mut plain()), Err(BuildError::Empty)));
        let huge = vec![0; BatchBuilder::MAX_BYTES];
        let refused = builder.append(TimestampMs(0), None, Some(&huge), &[]);
        assert!(matches!(refused, Err(BuildError::Full { limit_bytes: BatchBuilder::MAX_BYTES, .. })));
        assert!(builder.is_empty());
        builder.append(TimestampMs(0), None, Some(b"small"), &[]).expect("the builder is still good");
    }
}
