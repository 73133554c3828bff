//! What a journal frame holds: operations on logs. Recovery applies them again, in order, to the manifest's state.
//!
//! ```text
//! 0  1  kind
//! 1  8  log id
//! 9  …  by kind; all integers big-endian
//! ```

use bytes::Bytes;
use tidelog_model::{LeaderEpoch, Offset, PartitionId, TimestampMs, TopicId, TopicPartition};
use tidelog_record::BatchHeader;

use crate::bytes_io::{Reader, Writer};
use crate::error::FormatError;

/// An operation's place in the one order of a log directory.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Lsn(pub u64);

/// A log's name within its directory; never used again once the log is deleted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct LogId(pub u64);

/// The bytes of a batch that its producer's CRC leaves open, as the leader stamps them: base offset, length, epoch.
pub const PREFIX_BYTES: usize = 16;

/// A batch as it will lie on disk: a stamped prefix, and the producer's own bytes behind it, shared and never copied.
#[derive(Clone, Debug)]
pub struct StampedBatch {
    prefix: [u8; PREFIX_BYTES],
    /// As the producer sent it; its first [`PREFIX_BYTES`] are superseded by `prefix`.
    sent: Bytes,
}

impl StampedBatch {
    /// `sent` is a whole batch of at least a header's size.
    pub fn new(prefix: [u8; PREFIX_BYTES], sent: Bytes) -> Self {
        debug_assert!(sent.len() > PREFIX_BYTES);
        StampedBatch { prefix, sent }
    }

    /// The stamped first bytes.
    pub fn prefix(&self) -> &[u8; PREFIX_BYTES] {
        &self.prefix
    }

    /// Everything behind the prefix.
    pub fn body(&self) -> &[u8] {
        &self.sent[PREFIX_BYTES..]
    }

    /// [`StampedBatch::body`], sharing the producer's bytes.
    pub fn body_bytes(&self) -> Bytes {
        self.sent.slice(PREFIX_BYTES..)
    }

    /// Prefix and body.
    pub fn size_bytes(&self) -> usize {
        self.sent.len()
    }
}

/// Nothing that we count ever gets there; what is read from a file and lies below can be added to.
pub const MAX_COUNTER: u64 = 1 << 62;

/// One operation on one log.
#[derive(Clone, Debug)]
pub struct Entry {
    pub log: LogId,
    pub op: Op,
}

/// What is done.
#[derive(Clone, Debug)]
pub enum Op {
    /// The log comes into being, empty.
    Create { partition: TopicPartition },
    /// The log and its files go.
    Delete,
    /// One batch behind the last one of the active segment.
    Append(Append),
    /// The active segment is sealed and `segment` takes its place.
    Roll { segment: NewSegment, producers: Option<Bytes> },
    /// Records from `to` on are gone; appends go on in `segment`, whose base is `to`.
    /// `cut` says what is left of the segment that `to` falls into, if it does.
    Truncate { to: Offset, cut: Option<Cut>, segment: NewSegment },
    /// Records below `start` are gone.
    Trim { start: Offset },
    /// Appends from `start` on are by the leader of `epoch`.
    Epoch { epoch: LeaderEpoch, start: Offset },
}

/// A batch and its place.
#[derive(Clone, Debug)]
pub struct Append {
    pub file_number: u64,
    pub position: u64,
    pub header: BatchHeader,
    pub batch: StampedBatch,
}

/// What is left of a segment that loses its last batches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cut {
    pub length: u64,
    pub batches: u32,
    pub records: u64,
    pub end: Offset,
    pub max_timestamp: TimestampMs,
}

impl Cut {
    fn encode(&self, out: &mut Writer) {
        out.u64(self.length);
        out.u32(self.batches);
        out.u64(self.records);
        out.i64(self.end.0);
        out.i64(self.max_timestamp.0);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Cut, FormatError> {
        Ok(Cut {
            length: reader.u64()?,
            batches: reader.u32()?,
            records: reader.u64()?,
            end: Offset(reader.i64()?),
            max_timestamp: TimestampMs(reader.i64()?),
        })
    }
}

/// A segment that begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NewSegment {
    pub base: Offset,
    pub file_number: u64,
    pub created: TimestampMs,
}

pub const CREATE: u8 = 1;
pub const DELETE: u8 = 2;
pub const APPEND: u8 = 3;
pub const ROLL: u8 = 4;
pub const TRUNCATE: u8 = 5;
pub const TRIM: u8 = 6;
pub const EPOCH: u8 = 7;

impl Entry {
    /// Bytes that this entry takes in a frame, near enough to bound frames by.
    pub fn size_bytes(&self) -> usize {
        64 + match &self.op {
            Op::Append(append) => append.batch.size_bytes(),
            Op::Roll { producers: Some(producers), .. } => producers.len(),
            _ => 0,
        }
    }

    /// Writes everything but an appended batch's body, which the caller puts behind it.
    pub fn encode_head(&self, buffer: &mut Vec<u8>) {
        let mut out = Writer::with_capacity(64);
        out.u8(match self.op {
            Op::Create { .. } => CREATE,
            Op::Delete => DELETE,
            Op::Append(_) => APPEND,
            Op::Roll { .. } => ROLL,
            Op::Truncate { .. } => TRUNCATE,
            Op::Trim { .. } => TRIM,
            Op::Epoch { .. } => EPOCH,
        });
        out.u64(self.log.0);
        match &self.op {
            Op::Create { partition } => encode_partition(*partition, &mut out),
            Op::Delete => {}
            Op::Append(append) => {
                out.u64(append.file_number);
                out.u64(append.position);
                out.u32(append.batch.size_bytes() as u32);
                out.bytes(append.batch.prefix());
            }
            Op::Roll { segment, producers } => {
                segment.encode(&mut out);
                out.u8(u8::from(producers.is_some()));
                out.blob(producers.as_deref().unwrap_or(&[]));
            }
            Op::Truncate { to, cut, segment } => {
                out.i64(to.0);
                out.u8(u8::from(cut.is_some()));
                if let Some(cut) = cut {
                    cut.encode(&mut out);
                }
                segment.encode(&mut out);
            }
            Op::Trim { start } => out.i64(start.0),
            Op::Epoch { epoch, start } => {
                out.i32(epoch.0);
                out.i64(start.0);
            }
        }
        buffer.extend_from_slice(out.as_slice());
    }

    pub fn decode(reader: &mut Reader<'_>) -> Result<Entry, FormatError> {
        let kind = reader.u8()?;
        let log = LogId(reader.u64()?);
        if log.0 > MAX_COUNTER {
            return Err(FormatError::Damaged("counter"));
        }
        let op = match kind {
            CREATE => Op::Create { partition: decode_partition(reader)? },
            DELETE => Op::Delete,
            APPEND => Op::Append(decode_append(reader)?),
            ROLL => {
                let segment = NewSegment::decode(reader)?;
                let present = reader.u8()? != 0;
                let blob = reader.blob()?;
                Op::Roll { segment, producers: present.then(|| Bytes::copy_from_slice(blob)) }
            }
            TRUNCATE => {
                let to = Offset(reader.i64()?);
                let cut = if reader.u8()? != 0 { Some(Cut::decode(reader)?) } else { None };
                Op::Truncate { to, cut, segment: NewSegment::decode(reader)? }
            }
            TRIM => Op::Trim { start: Offset(reader.i64()?) },
            EPOCH => Op::Epoch { epoch: LeaderEpoch(reader.i32()?), start: Offset(reader.i64()?) },
            _ => return Err(FormatError::Damaged("operation kind")),
        };
        Ok(Entry { log, op })
    }
}

impl NewSegment {
    pub fn encode(&self, out: &mut Writer) {
        out.i64(self.base.0);
        out.u64(self.file_number);
        out.i64(self.created.0);
    }

    pub fn decode(reader: &mut Reader<'_>) -> Result<NewSegment, FormatError> {
        let segment = NewSegment {
            base: Offset(reader.i64()?),
            file_number: reader.u64()?,
            created: TimestampMs(reader.i64()?),
        };
        if (0..=MAX_COUNTER as i64).contains(&segment.base.0) && segment.file_number <= MAX_COUNTER {
            Ok(segment)
        } else {
            Err(FormatError::Damaged("segment's name"))
        }
    }
}

pub fn encode_partition(partition: TopicPartition, out: &mut Writer) {
    out.u128(partition.topic.0);
    out.i32(partition.partition.0);
}

pub fn decode_partition(reader: &mut Reader<'_>) -> Result<TopicPartition, FormatError> {
    Ok(TopicPartition { topic: TopicId(reader.u128()?), partition: PartitionId(reader.i32()?) })
}

fn decode_append(reader: &mut Reader<'_>) -> Result<Append, FormatError> {
    let file_number = reader.u64()?;
    let position = reader.u64()?;
    let length = reader.u32()? as usize;
    let sent = Bytes::copy_from_slice(reader.bytes(length)?);
    let header = BatchHeader::parse(&sent).map_err(|_| FormatError::Damaged("batch header"))?;
    if header.size_bytes() != length {
        return Err(FormatError::Damaged("batch length"));
    }
    let prefix = *sent.first_chunk().ok_or(FormatError::Short)?;
    Ok(Append { file_number, position, header, batch: StampedBatch::new(prefix, sent) })
}
