//! What a broker checks before it takes a client's batch, as Apache Kafka 4.4 does (KIP-32, KIP-98, KIP-937). In this
//! order: frame, size, CRC, header, then every record, decompressed piece by piece without keeping the output.
//!
//! What must stay true: a batch that passes can be read by every consumer, offset by offset, and its `max_timestamp` is the
//! largest of its records' times.
//!
//! Kafka is looser in places where no known client goes and where readers would stumble: offset deltas that are not 0, 1,
//! 2, …; lengths and numbers that readers take in different ways; bytes behind a batch or behind a compressed payload; a
//! batch that claims LogAppendTime. The tests hold every such place against Kafka's own answers, with its reason.

use bytes::Bytes;
use tidelog_model::{ProducerId, Sequence, TimestampMs};

use crate::batch::Batch;
use crate::compression::Compression;
use crate::decompress::{DecompressError, Decompressor};
use crate::grammar::{self, Head, RecordFault, SliceSource, Source};
use crate::header::{BatchError, BatchHeader, TimestampType, check_crc, check_whole};
use crate::records::RecordError;
use crate::rejected::{RejectedRecord, RejectedRecords};
use crate::stamp::with_max_timestamp;
use crate::streaming::{StreamFault, StreamSource};

/// What a topic's configs ask of its batches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProduceRules {
    /// `max.message.bytes`: size of the whole batch, header included, compressed.
    pub max_message_bytes: usize,
    /// `cleanup.policy` has `compact`: records need keys.
    pub compacted: bool,
    /// `message.timestamp.type`: with LogAppendTime the clients' times count for nothing and are replaced.
    pub timestamp_type: TimestampType,
    /// `message.timestamp.before.max.ms`: how far in the past a record's time may lie.
    pub timestamp_before_max_ms: i64,
    /// `message.timestamp.after.max.ms`: how far in the future.
    pub timestamp_after_max_ms: i64,
}

impl Default for ProduceRules {
    /// Kafka's defaults: 1,048,588 bytes, any past time, an hour into the future.
    fn default() -> Self {
        ProduceRules {
            max_message_bytes: (1 << 20) + 12,
            compacted: false,
            timestamp_type: TimestampType::CreateTime,
            timestamp_before_max_ms: i64::MAX,
            timestamp_after_max_ms: 3_600_000,
        }
    }
}

/// Why a client's batch is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBatch {
    /// The bytes are not exactly one whole, undamaged batch.
    #[error(transparent)]
    Malformed(#[from] BatchError),
    /// Larger than the topic takes.
    #[error(
        "the batch has {size_bytes} bytes, the topic's max.message.bytes is {max_message_bytes}: \
         send smaller batches, or raise it"
    )]
    TooLarge {
        /// Bytes of the whole batch.
        size_bytes: usize,
        /// The limit.
        max_message_bytes: usize,
    },
    /// Offsets are the leader's to give.
    #[error("the batch's base offset is {0}: a client's must be 0")]
    BaseOffset(i64),
    /// A batch has at least one record.
    #[error("the batch counts {0} records, at least one is needed")]
    RecordCount(i32),
    /// The header contradicts itself.
    #[error("the batch counts {record_count} records, its offsets reach from 0 to {last_offset_delta}")]
    OffsetRange {
        /// Records as counted by the header.
        record_count: i32,
        /// Last record's offset less the first's.
        last_offset_delta: i32,
    },
    /// Markers are written by brokers only.
    #[error("clients may not write control batches")]
    Control,
    /// Times of append are given by brokers only.
    #[error("the batch claims timestamp type LogAppendTime: a client's must be CreateTime")]
    TimestampType,
    /// An idempotent producer numbers its records.
    #[error(
        "the batch has producer id {producer_id} but base sequence {base_sequence}: it must not be negative"
    )]
    Sequence {
        /// The producer.
        producer_id: ProducerId,
        /// Its sequence.
        base_sequence: Sequence,
    },
    /// The records cannot be decompressed, or not within the limit.
    #[error(transparent)]
    Decompress(#[from] DecompressError),
    /// A record cannot be read.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// Records are not numbered 0, 1, 2, ….
    #[error("record {index} of the batch has offset delta {offset_delta} instead of {index}")]
    OffsetDelta {
        /// The record's index in the batch.
        index: i32,
        /// What it has.
        offset_delta: i32,
    },
    /// Some of its records are nothing for the topic. What else is wrong with the batch comes first.
    #[error("{0}")]
    Rejected(RejectedRecords),
}

impl InvalidBatch {
    /// Which record of the batch is the first to blame, if one is.
    pub const fn record_index(&self) -> Option<i32> {
        match self {
            // About records that are not there, or that are not counted.
            InvalidBatch::Record(RecordError {
                fault: RecordFault::Missing | RecordFault::TrailingBytes,
                ..
            }) => None,
            InvalidBatch::Record(RecordError { index, .. }) | InvalidBatch::OffsetDelta { index, .. } => {
                Some(*index)
            }
            InvalidBatch::Rejected(records) => Some(records.first().index()),
            _ => None,
        }
    }
}

/// Checks what a client sent for one partition, and returns the batch to append: the very bytes, but for base offset and
/// leader epoch, which [`crate::stamp`] writes.
///
/// In two cases it is a copy with another `max_timestamp` and CRC: on a LogAppendTime topic, where it gets the time `now`;
/// and where the client's `max_timestamp` is not the largest of its records' times, which Kafka repairs too.
///
/// ```
/// use tidelog_model::{LeaderEpoch, Offset, TimestampMs};
/// use tidelog_record::{
///     BatchBuilder, Compression, Compressor, Decompressor, InvalidBatch, ProduceRules, RejectedRecord, stamped_prefix,
///     validate_produced,
/// };
///
/// let mut builder = BatchBuilder::new();
/// builder.append(TimestampMs(1_700_000_000_000), None, Some(b"no key"), &[])?;
/// let bytes = builder.build(&mut Compressor::new(Compression::Zstd))?;
///
/// let (now, mut decompressor) = (TimestampMs(1_700_000_000_123), Decompressor::default());
/// let batch = validate_produced(bytes.clone(), &ProduceRules::default(), now, &mut decompressor)?;
/// // What goes to disk: the leader's 16 bytes, and the client's own from there on.
/// let prefix = stamped_prefix(batch.header(), Offset(42), LeaderEpoch(3));
/// let written = [&prefix[..], &batch.bytes()[prefix.len()..]].concat();
/// # assert_eq!(written[16..], bytes[16..]);
///
/// let compacted = ProduceRules { compacted: true, ..ProduceRules::default() };
/// let Err(InvalidBatch::Rejected(records)) = validate_produced(bytes, &compacted, now, &mut decompressor) else { panic!() };
/// assert!(records.iter().eq([RejectedRecord::NoKey { index: 0 }]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn validate_produced(
    bytes: Bytes,
    rules: &ProduceRules,
    now: TimestampMs,
    decompressor: &mut Decompressor,
) -> Result<Batch, InvalidBatch> {
    check_whole(&bytes)?;
    let size_bytes = bytes.len();
    if size_bytes > rules.max_message_bytes {
        return Err(InvalidBatch::TooLarge { size_bytes, max_message_bytes: rules.max_message_bytes });
    }
    // Before the attributes are believed, so that damage is called damage.
    check_crc(&bytes)?;
    let batch = Batch::parse(bytes)?;
    check_header(batch.header())?;
    let largest_timestamp = check_records(&batch, rules, now, decompressor)?;
    let stamp = match rules.timestamp_type {
        TimestampType::LogAppendTime => now,
        TimestampType::CreateTime if batch.header().max_timestamp == largest_timestamp => return Ok(batch),
        TimestampType::CreateTime => largest_timestamp,
    };
    let restamped = with_max_timestamp(batch.bytes(), rules.timestamp_type, stamp);
    Ok(Batch::parse(restamped)?)
}

fn check_header(header: &BatchHeader) -> Result<(), InvalidBatch> {
    let BatchHeader { record_count, last_offset_delta, producer_id, base_sequence, .. } = *header;
    if header.base_offset.0 != 0 {
        return Err(InvalidBatch::BaseOffset(header.base_offset.0));
    }
    if record_count <= 0 {
        return Err(InvalidBatch::RecordCount(record_count));
    }
    if last_offset_delta != record_count - 1 {
        return Err(InvalidBatch::OffsetRange { record_count, last_offset_delta });
    }
    if header.is_control() {
        return Err(InvalidBatch::Control);
    }
    if header.has_producer_id() && base_sequence.0 < 0 {
        return Err(InvalidBatch::Sequence { producer_id, base_sequence });
    }
    if header.timestamp_type() == TimestampType::LogAppendTime {
        return Err(InvalidBatch::TimestampType);
    }
    Ok(())
}

/// Walks all records; returns the largest of their timestamps.
fn check_records(
    batch: &Batch,
    rules: &ProduceRules,
    now: TimestampMs,
    decompressor: &mut Decompressor,
) -> Result<TimestampMs, InvalidBatch> {
    let header = batch.header();
    let checks = RecordChecks::new(header, rules, now);
    if header.compression == Compression::None {
        checks.run(SliceSource::records(batch.payload()), |source| Ok(!source.rest.is_empty()))
    } else {
        let (stream, window) = decompressor.stream(header.compression, batch.payload())?;
        checks.run(StreamSource::new(stream, window), StreamSource::has_more)
    }
}

/// What every record is held against.
struct RecordChecks {
    record_count: i32,
    base_timestamp: i64,
    compacted: bool,
    /// `None` on a LogAppendTime topic.
    timestamps: Option<(i64, i64)>,
    largest_timestamp: i64,
    rejected: Option<RejectedRecords>,
}

impl RecordChecks {
    fn new(header: &BatchHeader, rules: &ProduceRules, now: TimestampMs) -> Self {
        let earliest = now.0.saturating_sub(rules.timestamp_before_max_ms);
        let latest = now.0.saturating_add(rules.timestamp_after_max_ms);
        RecordChecks {
            record_count: header.record_count,
            base_timestamp: header.base_timestamp.0,
            compacted: rules.compacted,
            timestamps: (rules.timestamp_type == TimestampType::CreateTime).then_some((earliest, latest)),
            largest_timestamp: TimestampMs::NONE.0,
            rejected: None,
        }
    }

    fn run<S: Source>(
        mut self,
        mut source: S,
        has_more: impl FnOnce(&mut S) -> Result<bool, S::Error>,
    ) -> Result<TimestampMs, InvalidBatch>
    where
        S::Error: Blame,
    {
        for index in 0..self.record_count {
            let head = read_record(&mut source).map_err(|error| error.on_record(index))?;
            self.check(index, &head)?;
        }
        if has_more(&mut source).map_err(|error| error.on_record(self.record_count))? {
            return Err(RecordFault::TrailingBytes.on_record(self.record_count));
        }
        match self.rejected {
            Some(records) => Err(InvalidBatch::Rejected(records)),
            None => Ok(TimestampMs(self.largest_timestamp)),
        }
    }

    #[inline(always)]
    fn check<Span>(&mut self, index: i32, head: &Head<Span>) -> Result<(), InvalidBatch> {
        if head.offset_delta != index {
            return Err(InvalidBatch::OffsetDelta { index, offset_delta: head.offset_delta });
        }
        if self.compacted && head.key.is_none() {
            self.reject(RejectedRecord::NoKey { index });
            return Ok(());
        }
        let timestamp = self.base_timestamp.wrapping_add(head.timestamp_delta);
        self.largest_timestamp = self.largest_timestamp.max(timestamp);
        match self.timestamps {
            Some((earliest, latest))
                if (timestamp < earliest || timestamp > latest) && timestamp != TimestampMs::NONE.0 =>
            {
                let (timestamp, earliest, latest) =
                    (TimestampMs(timestamp), TimestampMs(earliest), TimestampMs(latest));
                self.reject(RejectedRecord::Timestamp { index, timestamp, earliest, latest });
            }
            _ => {}
        }
        Ok(())
    }

    /// The batch is refused, but its other records are looked at, too.
    #[cold]
    fn reject(&mut self, record: RejectedRecord) {
        match &mut self.rejected {
            Some(records) => records.push(record),
            none => *none = Some(RejectedRecords::new(record)),
        }
    }
}

#[inline(always)]
fn read_record<S: Source>(source: &mut S) -> Result<Head<S::Span>, S::Error> {
    let head = grammar::read_head(source)?;
    grammar::skip_headers(source, head.header_count)?;
    Ok(head)
}

/// Says which record an error of a source is about.
trait Blame {
    fn on_record(self, index: i32) -> InvalidBatch;
}

impl Blame for RecordFault {
    fn on_record(self, index: i32) -> InvalidBatch {
        InvalidBatch::Record(RecordError { index, fault: self })
    }
}

impl Blame for StreamFault {
    fn on_record(self, index: i32) -> InvalidBatch {
        match self {
            StreamFault::Record(fault) => fault.on_record(index),
            StreamFault::Decompress(error) => InvalidBatch::Decompress(error),
        }
    }
}
