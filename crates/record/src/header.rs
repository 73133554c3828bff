//! The 61 bytes in front of every record batch v2 (KIP-98), drawn once as a chain of positions and read into
//! [`BatchHeader`]. Nothing else in the workspace knows where a field lies.
//!
//! What must stay true: a `BatchHeader` has magic 2, a length that covers at least itself, and a codec that exists. Its
//! other fields are whatever the writer said; arithmetic on them saturates instead of overflowing.

use std::cmp::Ordering;

use tidelog_model::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, TimestampMs};

use crate::checksum::crc32c;
use crate::compression::Compression;

/// Where each field of the header begins, in bytes from the start of the batch. All numbers are big-endian.
pub mod layout {
    /// `i64`: offset of the first record.
    pub const BASE_OFFSET_AT: usize = 0;
    /// `i32`: bytes that follow this field, to the end of the batch.
    pub const BATCH_LENGTH_AT: usize = BASE_OFFSET_AT + 8;
    /// `i32`: epoch of the leader that appended the batch.
    pub const LEADER_EPOCH_AT: usize = BATCH_LENGTH_AT + 4;
    /// `i8`: 2.
    pub const MAGIC_AT: usize = LEADER_EPOCH_AT + 4;
    /// `u32`: CRC-32C of everything from [`ATTRIBUTES_AT`] to the end of the batch.
    pub const CRC_AT: usize = MAGIC_AT + 1;
    /// `i16`: codec, timestamp type and flags.
    pub const ATTRIBUTES_AT: usize = CRC_AT + 4;
    /// `i32`: offset of the last record, less the base offset.
    pub const LAST_OFFSET_DELTA_AT: usize = ATTRIBUTES_AT + 2;
    /// `i64`: what the records' timestamp deltas count from.
    pub const BASE_TIMESTAMP_AT: usize = LAST_OFFSET_DELTA_AT + 4;
    /// `i64`: largest timestamp in the batch, or the time of the append.
    pub const MAX_TIMESTAMP_AT: usize = BASE_TIMESTAMP_AT + 8;
    /// `i64`: idempotent producer, or −1.
    pub const PRODUCER_ID_AT: usize = MAX_TIMESTAMP_AT + 8;
    /// `i16`: its epoch, or −1.
    pub const PRODUCER_EPOCH_AT: usize = PRODUCER_ID_AT + 8;
    /// `i32`: sequence of the first record, or −1.
    pub const BASE_SEQUENCE_AT: usize = PRODUCER_EPOCH_AT + 2;
    /// `i32`: records in the batch.
    pub const RECORD_COUNT_AT: usize = BASE_SEQUENCE_AT + 4;
    /// Bytes of the whole header; the (compressed) records follow.
    pub const HEADER_BYTES: usize = RECORD_COUNT_AT + 4;

    /// Bytes that the batch length does not count: base offset and the length itself.
    pub const LOG_OVERHEAD_BYTES: usize = LEADER_EPOCH_AT;
    /// The bytes that a leader stamps: base offset, length, leader epoch. The rest of a batch is the client's.
    pub const STAMPED_BYTES: usize = MAGIC_AT;
    /// The first bytes of the batch that the client's CRC does **not** cover: base offset, length, leader epoch, magic,
    /// and the CRC itself. Whoever stores batches must guard these in another way.
    pub const CRC_UNCOVERED_BYTES: usize = ATTRIBUTES_AT;
}

use layout::{
    ATTRIBUTES_AT, BASE_OFFSET_AT, BASE_SEQUENCE_AT, BASE_TIMESTAMP_AT, BATCH_LENGTH_AT, CRC_AT,
    CRC_UNCOVERED_BYTES, HEADER_BYTES, LAST_OFFSET_DELTA_AT, LEADER_EPOCH_AT, LOG_OVERHEAD_BYTES, MAGIC_AT,
    MAX_TIMESTAMP_AT, PRODUCER_EPOCH_AT, PRODUCER_ID_AT, RECORD_COUNT_AT,
};

/// The only record format that this crate reads or writes.
pub const MAGIC: i8 = 2;

/// Why bytes are not a batch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// The bytes end within a batch: more may follow, as at the end of a fetch response or of a torn file.
    #[error("the batch needs {needed} bytes, only {available} are there")]
    Truncated {
        /// Bytes of the batch, or of its header while that is not there.
        needed: usize,
        /// Bytes that there are.
        available: usize,
    },
    /// More bytes follow where one batch was expected.
    #[error("one batch was expected: it has {size} bytes, {available} are there")]
    TrailingBytes {
        /// Bytes of the first batch.
        size: usize,
        /// Bytes that there are.
        available: usize,
    },
    /// The length field is negative or too small for a header.
    #[error("batch length {0} is below the {min} bytes of a header", min = HEADER_BYTES - LOG_OVERHEAD_BYTES)]
    Length(i32),
    /// A message format older than 0.11, or garbage.
    #[error(
        "record format {0} is not supported, only 2: upgrade the client to one that speaks Kafka 0.11 or later"
    )]
    Magic(i8),
    /// Attributes name a codec that does not exist.
    #[error("compression codec {0} does not exist: 0 to 4 are none, gzip, snappy, lz4, zstd")]
    UnknownCompression(u8),
    /// The bytes changed since the client made them.
    #[error("batch CRC-32C is {computed:#010x}, its header says {stored:#010x}: the bytes are damaged")]
    Crc {
        /// What the header says.
        stored: u32,
        /// What the bytes give.
        computed: u32,
    },
}

/// Who set the timestamps of a batch (`message.timestamp.type`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub enum TimestampType {
    /// The producer: each record has its own.
    #[default]
    CreateTime,
    /// The broker: every record has the batch's `max_timestamp`.
    LogAppendTime,
}

/// The attribute bits of a batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub struct Attributes(pub i16);

impl Attributes {
    const COMPRESSION_MASK: i16 = 0b0000_0111;
    const LOG_APPEND_TIME: i16 = 1 << 3;
    const TRANSACTIONAL: i16 = 1 << 4;
    const CONTROL: i16 = 1 << 5;
    const DELETE_HORIZON: i16 = 1 << 6;

    /// Attributes of an ordinary batch in this codec.
    pub const fn new(compression: Compression) -> Self {
        Attributes(0).with_compression(compression)
    }

    /// The codec's number, which may be one that does not exist.
    pub const fn compression_id(self) -> u8 {
        (self.0 & Self::COMPRESSION_MASK) as u8
    }

    /// Who set the timestamps.
    pub const fn timestamp_type(self) -> TimestampType {
        if self.0 & Self::LOG_APPEND_TIME == 0 {
            TimestampType::CreateTime
        } else {
            TimestampType::LogAppendTime
        }
    }

    /// The same attributes with another timestamp type.
    pub const fn with_timestamp_type(self, timestamp_type: TimestampType) -> Self {
        match timestamp_type {
            TimestampType::CreateTime => Attributes(self.0 & !Self::LOG_APPEND_TIME),
            TimestampType::LogAppendTime => Attributes(self.0 | Self::LOG_APPEND_TIME),
        }
    }

    /// The same attributes with another codec.
    pub(crate) const fn with_compression(self, compression: Compression) -> Self {
        Attributes(self.0 & !Self::COMPRESSION_MASK | compression.id() as i16)
    }

    /// Part of a transaction.
    pub const fn is_transactional(self) -> bool {
        self.0 & Self::TRANSACTIONAL != 0
    }

    /// A marker that the broker wrote, not data.
    pub const fn is_control(self) -> bool {
        self.0 & Self::CONTROL != 0
    }

    /// Compaction put a delete horizon into `base_timestamp` (KIP-534).
    pub const fn has_delete_horizon(self) -> bool {
        self.0 & Self::DELETE_HORIZON != 0
    }
}

/// A batch's header, all fields but the magic, which is 2.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BatchHeader {
    /// Offset of the first record; whatever the client wrote until a leader stamps it.
    pub base_offset: Offset,
    /// Bytes after this field; see [`BatchHeader::size_bytes`] for the whole.
    pub batch_length: i32,
    /// The leader that appended the batch.
    pub leader_epoch: LeaderEpoch,
    /// CRC-32C as the client computed it.
    pub crc: u32,
    /// Timestamp type and flags.
    pub attributes: Attributes,
    /// Codec of the records.
    pub compression: Compression,
    /// Last record's offset less the base offset. A compacted batch keeps it even if that record is gone.
    pub last_offset_delta: i32,
    /// What the records' timestamp deltas count from.
    pub base_timestamp: TimestampMs,
    /// Largest timestamp, or the time of the append.
    pub max_timestamp: TimestampMs,
    /// Idempotent producer, or [`ProducerId::NONE`].
    pub producer_id: ProducerId,
    /// Its epoch.
    pub producer_epoch: ProducerEpoch,
    /// Sequence of the first record.
    pub base_sequence: Sequence,
    /// Records in the batch.
    pub record_count: i32,
}

impl BatchHeader {
    /// Reads the header at the start of `bytes`; the records need not be there. Only length, magic and codec are checked:
    /// see [`crate::validate_produced`] for what a client must get right.
    pub fn parse(bytes: &[u8]) -> Result<BatchHeader, BatchError> {
        let batch_length = check_frame(bytes)?;
        let Some(header) = bytes.first_chunk::<HEADER_BYTES>() else {
            return Err(BatchError::Truncated { needed: HEADER_BYTES, available: bytes.len() });
        };
        let attributes = Attributes(i16::from_be_bytes(field::<ATTRIBUTES_AT, 2>(header)));
        let codec = attributes.compression_id();
        Ok(BatchHeader {
            base_offset: Offset(i64::from_be_bytes(field::<BASE_OFFSET_AT, 8>(header))),
            batch_length,
            leader_epoch: LeaderEpoch(i32::from_be_bytes(field::<LEADER_EPOCH_AT, 4>(header))),
            crc: u32::from_be_bytes(field::<CRC_AT, 4>(header)),
            attributes,
            compression: Compression::from_id(codec).ok_or(BatchError::UnknownCompression(codec))?,
            last_offset_delta: i32::from_be_bytes(field::<LAST_OFFSET_DELTA_AT, 4>(header)),
            base_timestamp: TimestampMs(i64::from_be_bytes(field::<BASE_TIMESTAMP_AT, 8>(header))),
            max_timestamp: TimestampMs(i64::from_be_bytes(field::<MAX_TIMESTAMP_AT, 8>(header))),
            producer_id: ProducerId(i64::from_be_bytes(field::<PRODUCER_ID_AT, 8>(header))),
            producer_epoch: ProducerEpoch(i16::from_be_bytes(field::<PRODUCER_EPOCH_AT, 2>(header))),
            base_sequence: Sequence(i32::from_be_bytes(field::<BASE_SEQUENCE_AT, 4>(header))),
            record_count: i32::from_be_bytes(field::<RECORD_COUNT_AT, 4>(header)),
        })
    }

    /// The header as bytes: the inverse of [`BatchHeader::parse`].
    pub fn to_bytes(&self) -> [u8; HEADER_BYTES] {
        let mut header = [0; HEADER_BYTES];
        put::<BASE_OFFSET_AT, 8>(&mut header, self.base_offset.0.to_be_bytes());
        put::<BATCH_LENGTH_AT, 4>(&mut header, self.batch_length.to_be_bytes());
        put::<LEADER_EPOCH_AT, 4>(&mut header, self.leader_epoch.0.to_be_bytes());
        put::<MAGIC_AT, 1>(&mut header, MAGIC.to_be_bytes());
        put::<CRC_AT, 4>(&mut header, self.crc.to_be_bytes());
        put::<ATTRIBUTES_AT, 2>(&mut header, self.attributes.0.to_be_bytes());
        put::<LAST_OFFSET_DELTA_AT, 4>(&mut header, self.last_offset_delta.to_be_bytes());
        put::<BASE_TIMESTAMP_AT, 8>(&mut header, self.base_timestamp.0.to_be_bytes());
        put::<MAX_TIMESTAMP_AT, 8>(&mut header, self.max_timestamp.0.to_be_bytes());
        put::<PRODUCER_ID_AT, 8>(&mut header, self.producer_id.0.to_be_bytes());
        put::<PRODUCER_EPOCH_AT, 2>(&mut header, self.producer_epoch.0.to_be_bytes());
        put::<BASE_SEQUENCE_AT, 4>(&mut header, self.base_sequence.0.to_be_bytes());
        put::<RECORD_COUNT_AT, 4>(&mut header, self.record_count.to_be_bytes());
        header
    }

    /// Bytes of the whole batch, header included.
    pub const fn size_bytes(&self) -> usize {
        // Not negative: `parse` checked it, and builders only make such.
        LOG_OVERHEAD_BYTES + self.batch_length as usize
    }

    /// Offset of the last record.
    pub const fn last_offset(&self) -> Offset {
        Offset(self.base_offset.0.saturating_add(self.last_offset_delta as i64))
    }

    /// The offset after the last record: where the next batch begins.
    pub const fn next_offset(&self) -> Offset {
        Offset(self.last_offset().0.saturating_add(1))
    }

    /// Who set the timestamps.
    pub const fn timestamp_type(&self) -> TimestampType {
        self.attributes.timestamp_type()
    }

    /// Part of a transaction.
    pub const fn is_transactional(&self) -> bool {
        self.attributes.is_transactional()
    }

    /// A marker that the broker wrote, not data.
    pub const fn is_control(&self) -> bool {
        self.attributes.is_control()
    }

    /// Sent by an idempotent producer.
    pub const fn has_producer_id(&self) -> bool {
        self.producer_id.0 > ProducerId::NONE.0
    }

    /// Sequence of the last record, or [`Sequence::NONE`].
    pub const fn last_sequence(&self) -> Sequence {
        if self.base_sequence.0 < 0 {
            Sequence::NONE
        } else {
            self.base_sequence.plus(self.last_offset_delta)
        }
    }
}

/// Checks what comes before all else, magic and length, and returns the length field.
fn check_frame(bytes: &[u8]) -> Result<i32, BatchError> {
    let Some(head) = bytes.first_chunk::<CRC_AT>() else {
        return Err(BatchError::Truncated { needed: HEADER_BYTES, available: bytes.len() });
    };
    // Magic first: an older format has other fields behind the length, and a smaller smallest length.
    let magic = i8::from_be_bytes(field::<MAGIC_AT, 1>(head));
    if magic != MAGIC {
        return Err(BatchError::Magic(magic));
    }
    let length = i32::from_be_bytes(field::<BATCH_LENGTH_AT, 4>(head));
    if length < (HEADER_BYTES - LOG_OVERHEAD_BYTES) as i32 {
        return Err(BatchError::Length(length));
    }
    Ok(length)
}

/// Checks that the bytes are one whole batch by its length field, no more and no less.
pub(crate) fn check_whole(bytes: &[u8]) -> Result<(), BatchError> {
    let needed = LOG_OVERHEAD_BYTES + check_frame(bytes)? as usize;
    let available = bytes.len();
    match available.cmp(&needed) {
        Ordering::Less => Err(BatchError::Truncated { needed, available }),
        Ordering::Greater => Err(BatchError::TrailingBytes { size: needed, available }),
        Ordering::Equal => Ok(()),
    }
}

/// Compares the CRC in a whole batch with its bytes.
pub(crate) fn check_crc(batch: &[u8]) -> Result<(), BatchError> {
    let stored = u32::from_be_bytes(field::<CRC_AT, 4>(batch));
    let computed = crc32c(&batch[CRC_UNCOVERED_BYTES..]);
    if computed == stored { Ok(()) } else { Err(BatchError::Crc { stored, computed }) }
}

/// The `N` bytes at `AT`, which the types prove to be there.
fn field<const AT: usize, const N: usize>(header: &[u8]) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.copy_from_slice(&header[AT..AT + N]);
    bytes
}

/// Writes a field.
fn put<const AT: usize, const N: usize>(header: &mut [u8; HEADER_BYTES], bytes: [u8; N]) {
    header[AT..AT + N].copy_from_slice(&bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: BatchHeader = BatchHeader {
        base_offset: Offset(0x0102_0304_0506_0708),
        batch_length: 0x1112_1314,
        leader_epoch: LeaderEpoch(0x2122_2324),
        crc: 0x3132_3334,
        attributes: Attributes(0b0001_1100),
        compression: Compression::Zstd,
        last_offset_delta: 0x4142_4344,
        base_timestamp: TimestampMs(0x5152_5354_5556_5758),
        max_timestamp: TimestampMs(0x6162_6364_6566_6768),
        producer_id: ProducerId(0x7172_7374_7576_7778),
        producer_epoch: ProducerEpoch(0x0a0b),
        base_sequence: Sequence(0x1a1b_1c1d),
        record_count: 0x2a2b_2c2d,
    };
    const BYTES: &[u8; HEADER_BYTES] = b"\x01\x02\x03\x04\x05\x06\x07\x08\x11\x12\x13\x14\x21\x22\x23\x24\
        \x02\x31\x32\x33\x34\x00\x1c\x41\x42\x43\x44QRSTUVWXabcdefghqrstuvwx\x0a\x0b\x1a\x1b\x1c\x1d\x2a\x2b\x2c\x2d";

    #[test]
    fn every_field_has_its_place() {
        assert_eq!(HEADER.to_bytes(), *BYTES);
        assert_eq!(BatchHeader::parse(BYTES), Ok(HEADER));
    }

    #[test]
    fn attributes_are_read_bit_by_bit() {
        assert_eq!(HEADER.timestamp_type(), TimestampType::LogAppendTime);
        assert!(HEADER.is_transactional() && !HEADER.is_control() && !HEADER.attributes.has_delete_horizon());
        let attributes = Attributes(0b0110_0000);
        assert!(attributes.is_control() && attributes.has_delete_horizon() && !attributes.is_transactional());
        assert_eq!(attributes.with_timestamp_type(TimestampType::LogAppendTime), Attributes(0b0110_1000));
        assert_eq!(attributes.with_compression(Compression::Lz4), Attributes(0b0110_0011));
    }

    #[test]
    fn what_is_no_header_is_told_apart() {
        let with = |at: usize, byte: u8| {
            let mut bytes = *BYTES;
            bytes[at] = byte;
            BatchHeader::parse(&bytes).unwrap_err()
        };
        assert_eq!(
            BatchHeader::parse(&BYTES[..60]),
            Err(BatchError::Truncated { needed: 61, available: 60 })
        );
        assert_eq!(BatchHeader::parse(&[]), Err(BatchError::Truncated { needed: 61, available: 0 }));
        assert_eq!(with(layout::MAGIC_AT, 1), BatchError::Magic(1));
        assert_eq!(with(layout::BATCH_LENGTH_AT, 0xff), BatchError::Length(-0x00ed_ecec));
        assert_eq!(with(layout::ATTRIBUTES_AT + 1, 7), BatchError::UnknownCompression(7));
    }

    #[test]
    fn the_smallest_length_is_a_header_without_records() {
        let mut bytes = *BYTES;
        for (length, expected) in [(48, Err(BatchError::Length(48))), (49, Ok(HEADER_BYTES))] {
            bytes[BATCH_LENGTH_AT..LEADER_EPOCH_AT].copy_from_slice(&i32::to_be_bytes(length));
            assert_eq!(BatchHeader::parse(&bytes).map(|header| header.size_bytes()), expected);
        }
    }

    #[test]
    fn last_and_next_follow_from_the_deltas() {
        let header = BatchHeader { base_offset: Offset(40), last_offset_delta: 2, ..HEADER };
        assert_eq!((header.last_offset(), header.next_offset()), (Offset(42), Offset(43)));
        let sequences = BatchHeader { base_sequence: Sequence(i32::MAX), ..header };
        assert_eq!(sequences.last_sequence(), Sequence(1));
        assert_eq!(BatchHeader { base_sequence: Sequence::NONE, ..header }.last_sequence(), Sequence::NONE);
        let absurd = BatchHeader { base_offset: Offset(i64::MAX), ..header };
        assert_eq!(absurd.next_offset(), Offset(i64::MAX));
    }
}
