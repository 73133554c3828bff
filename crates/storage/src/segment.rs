//! One segment of a log: what is known of it, and the batches that are not yet in its files.
//!
//! What must stay true: batches `[0, flushed)` lie in the .log up to `written` and have their entries in the .bix;
//! the others are in `tail`, back to back from `written` to `length`. Only the newest segment is appended to.

use std::collections::VecDeque;

use bytes::Bytes;
use tidelog_model::{Offset, TimestampMs};
use tidelog_record::BatchHeader;

use crate::bytes_io::{Reader, Writer};
use crate::error::FormatError;
use crate::index::{IndexEntry, SegmentName};
use crate::op::{Cut, NewSegment, StampedBatch};

/// A batch that is not yet in its segment's files.
#[derive(Clone, Debug)]
pub struct TailBatch {
    pub entry: IndexEntry,
    pub batch: StampedBatch,
}

/// A segment.
#[derive(Debug)]
pub struct Segment {
    pub name: SegmentName,
    pub created: TimestampMs,
    /// Bytes of batches, wherever they are.
    pub length: u64,
    /// Batches, and records in them.
    pub batches: u32,
    pub records: u64,
    /// One past the last offset; the base of an empty segment.
    pub end: Offset,
    /// Largest timestamp in it; [`TimestampMs::NONE`] while it is empty.
    pub max_timestamp: TimestampMs,
    /// The timestamp of the first batch, for rolls by time; [`TimestampMs::NONE`] while it is empty.
    pub first_timestamp: TimestampMs,
    /// Bytes and batches that are in the files.
    pub written: u64,
    pub flushed: u32,
    /// The rest.
    pub tail: VecDeque<TailBatch>,
    /// Bytes reserved in the .log so far.
    pub reserved: u64,
    /// No more appends come.
    pub sealed: bool,
}

impl Segment {
    pub fn new(segment: NewSegment) -> Self {
        Segment {
            name: SegmentName { base: segment.base, file_number: segment.file_number },
            created: segment.created,
            length: 0,
            batches: 0,
            records: 0,
            end: segment.base,
            max_timestamp: TimestampMs::NONE,
            first_timestamp: TimestampMs::NONE,
            written: 0,
            flushed: 0,
            tail: VecDeque::new(),
            reserved: 0,
            sealed: false,
        }
    }

    /// Whether a batch's place and offsets can be written down relative to this segment's.
    pub fn has_room_for(&self, header: &BatchHeader) -> bool {
        let relative_end = header.next_offset().0.checked_sub(self.name.base.0);
        self.length + header.size_bytes() as u64 <= u64::from(u32::MAX)
            && header.next_offset() > header.base_offset
            && relative_end.is_some_and(|end| end <= i64::from(u32::MAX))
    }

    /// Whether this can be what is left of the segment when records from `to` on go.
    pub fn can_be_cut(&self, cut: Cut, to: Offset) -> bool {
        cut.length <= self.length
            && cut.batches <= self.batches
            && (cut.length == 0) == (cut.batches == 0)
            && (self.name.base..=to).contains(&cut.end)
    }

    /// Appends a stamped batch that has room; its place is the segment's end.
    pub fn push(&mut self, header: &BatchHeader, batch: StampedBatch) {
        let position = u32::try_from(self.length).expect("segments roll before 4 GiB");
        if self.batches == 0 {
            self.first_timestamp = header.max_timestamp;
        }
        self.max_timestamp = self.max_timestamp.max(header.max_timestamp);
        let entry = IndexEntry::new(self.name, position, header, &batch, self.max_timestamp);
        self.length += u64::from(entry.length);
        self.batches += 1;
        self.records += header.record_count.max(0) as u64;
        self.end = header.next_offset();
        self.tail.push_back(TailBatch { entry, batch });
    }

    /// The bytes that `tail` holds.
    pub fn unwritten_bytes(&self) -> u64 {
        self.length - self.written
    }

    /// The batches up to byte `written` of the .log are in the files now. (Meanwhile a truncation may have cut some of
    /// them; those are beyond the length and of no interest.)
    pub fn pop_written(&mut self, written: u64) {
        while let Some(first) = self.tail.front()
            && u64::from(first.entry.position) < written
        {
            self.written += u64::from(first.entry.length);
            self.flushed += 1;
            self.tail.pop_front();
        }
    }

    /// Batches from `cut.end` on are no longer part of the segment. Their bytes may stay in the file, beyond its length.
    pub fn cut(&mut self, cut: Cut) {
        self.length = cut.length;
        self.batches = cut.batches;
        self.records = cut.records;
        self.end = cut.end;
        self.max_timestamp = cut.max_timestamp;
        while self.tail.back().is_some_and(|last| u64::from(last.entry.position) >= cut.length) {
            self.tail.pop_back();
        }
        self.written = self.written.min(cut.length);
        self.flushed = self.flushed.min(cut.batches);
    }

    /// The durable facts of this segment, for the manifest. Valid once its files are synced up to `length`.
    pub fn encode(&self, out: &mut Writer) {
        out.i64(self.name.base.0);
        out.u64(self.name.file_number);
        out.i64(self.created.0);
        out.u8(u8::from(self.sealed));
        out.u64(self.length);
        out.u32(self.batches);
        out.u64(self.records);
        out.i64(self.end.0);
        out.i64(self.max_timestamp.0);
        out.i64(self.first_timestamp.0);
    }

    pub fn decode(reader: &mut Reader<'_>) -> Result<Segment, FormatError> {
        let mut segment = Segment::new(NewSegment {
            base: Offset(reader.i64()?),
            file_number: reader.u64()?,
            created: TimestampMs(reader.i64()?),
        });
        segment.sealed = reader.u8()? != 0;
        segment.length = reader.u64()?;
        segment.batches = reader.u32()?;
        segment.records = reader.u64()?;
        segment.end = Offset(reader.i64()?);
        segment.max_timestamp = TimestampMs(reader.i64()?);
        segment.first_timestamp = TimestampMs(reader.i64()?);
        segment.written = segment.length;
        segment.flushed = segment.batches;
        let is_sound = segment.end >= segment.name.base
            && segment.length <= u64::from(u32::MAX)
            && (segment.length == 0) == (segment.batches == 0);
        if !is_sound {
            return Err(FormatError::Damaged("segment bounds"));
        }
        Ok(segment)
    }
}

/// A producers' snapshot: opaque here, valid for the log up to `offset`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProducerSnapshot {
    /// It covers the records below.
    pub offset: Offset,
    /// As the partition encoded it.
    pub state: Bytes,
}
