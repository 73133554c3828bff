//! Finding records by time.
//!
//! The index has the running maximum of timestamps, so that the first batch that reaches a time is a binary search away even
//! where producers' clocks disagree. Only where a trim left a part of a segment, whose maximum may lie in what is gone, are
//! batches looked through.

use bytes::Bytes;
use tidelog_model::{LeaderEpoch, Offset, TimestampMs};
use tidelog_record::{Batch, BatchHeader, Decompressor};

use crate::entries::{Entries, FileStretch};
use crate::error::ReadError;
use crate::index::SegmentName;
use crate::reader::LogReader;
use crate::segment::Segment;

/// A record found by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimedOffset {
    /// The record's offset.
    pub offset: Offset,
    /// Its timestamp.
    pub timestamp: TimestampMs,
    /// The leader that wrote it.
    pub leader_epoch: LeaderEpoch,
}

/// A segment that may hold what is looked for, and what its tail says.
struct Candidate {
    stretch: FileStretch,
    end: Offset,
    /// In the tail, which follows the stretch.
    in_tail: Option<Offset>,
}

impl LogReader {
    /// The first record below `until` whose timestamp is `timestamp` or later. `until` lies between two batches, as
    /// watermarks do.
    pub fn find_time(&self, timestamp: TimestampMs, until: Offset) -> Result<Option<TimedOffset>, ReadError> {
        self.while_nothing_leaves(|| {
            let start = self.start().0;
            let mut from = start;
            while let Some(candidate) = self.candidate(timestamp, from).filter(|_| from < until) {
                let first = self.first_batch(&candidate, timestamp)?.unwrap_or(candidate.end);
                let found = self.first_record(first.max(start), candidate.end.min(until), timestamp)?;
                if found.is_some() {
                    return Ok(found);
                }
                // What reaches that time lies below the start.
                from = candidate.end;
            }
            Ok(None)
        })
    }

    /// The record with the largest timestamp below `until`, the first of equals. `until` lies between two batches, as
    /// watermarks do.
    pub fn find_max_timestamp(&self, until: Offset) -> Result<Option<TimedOffset>, ReadError> {
        self.while_nothing_leaves(|| match self.max_timestamp(until)? {
            TimestampMs::NONE => Ok(None),
            max => self.find_time(max, until),
        })
    }

    /// The first segment with an end above `from` in which some batch reaches the time.
    fn candidate(&self, timestamp: TimestampMs, from: Offset) -> Option<Candidate> {
        let state = self.0.state.lock();
        let mut segments = state.segments.iter();
        let found = segments.find(|segment| segment.end > from && segment.max_timestamp >= timestamp)?;
        let in_tail = found.tail.iter().find(|batch| batch.entry.running_max_timestamp >= timestamp);
        Some(Candidate {
            stretch: FileStretch::of(found),
            end: found.end,
            in_tail: in_tail.map(|batch| batch.entry.base_offset(found.name)),
        })
    }

    /// The base offset of the first batch that reaches the time.
    fn first_batch(
        &self,
        candidate: &Candidate,
        timestamp: TimestampMs,
    ) -> Result<Option<Offset>, ReadError> {
        let stretch = &candidate.stretch;
        let entries = Entries::of(&self.0, stretch)?;
        let number = entries.partition_point(|entry| entry.running_max_timestamp < timestamp)?;
        if number < stretch.batches {
            Ok(Some(entries.get(number)?.base_offset(stretch.segment)))
        } else {
            Ok(candidate.in_tail)
        }
    }

    /// The first record in `[from, until)` that reaches the time.
    fn first_record(
        &self,
        mut from: Offset,
        until: Offset,
        timestamp: TimestampMs,
    ) -> Result<Option<TimedOffset>, ReadError> {
        let start = from;
        while from < until {
            let batches = self.read(from, until, 1)?;
            if batches.bytes.is_empty() {
                break;
            }
            from = batches.next_offset;
            let records = self.timed_records(batches.bytes)?;
            let mut records = records.into_iter().filter(|record| record.offset >= start);
            if let Some(found) = records.find(|record| record.timestamp >= timestamp) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn timed_records(&self, batch: Bytes) -> Result<Vec<TimedOffset>, ReadError> {
        let undecodable = || self.undecodable(Offset::ZERO);
        let batch = Batch::parse(batch).map_err(|_| undecodable())?;
        let leader_epoch = batch.header().leader_epoch;
        let mut decompressor = Decompressor::default();
        let records = batch.records(&mut decompressor).map_err(|_| undecodable())?;
        let timed = records.map(|record| {
            let record = record.map_err(|_| undecodable())?;
            Ok(TimedOffset { offset: record.offset, timestamp: record.timestamp, leader_epoch })
        });
        timed.collect()
    }

    /// The largest timestamp of the readable records below `until`.
    fn max_timestamp(&self, until: Offset) -> Result<TimestampMs, ReadError> {
        let (start, mut max) = (self.start().0, TimestampMs::NONE);
        let mut partly_readable = Vec::new();
        let is_readable = |segment: &&Segment| segment.end > start && segment.name.base < until;
        for segment in self.0.state.lock().segments.iter().filter(is_readable) {
            if segment.name.base >= start && segment.end <= until {
                max = max.max(segment.max_timestamp);
            } else {
                partly_readable.push((segment.name, segment.end));
            }
        }
        for (segment, end) in partly_readable {
            let below_until = self.max_timestamp_below(segment, until)?;
            if below_until <= max {
                continue;
            }
            let may_be_gone =
                segment.base < start && self.max_timestamp_below(segment, start)? >= below_until;
            let readable = if may_be_gone { self.max_among(start, end.min(until))? } else { below_until };
            max = max.max(readable);
        }
        Ok(max)
    }

    /// The largest timestamp of the segment's batches that begin below `offset`.
    fn max_timestamp_below(&self, segment: SegmentName, offset: Offset) -> Result<TimestampMs, ReadError> {
        let stretch = {
            let state = self.0.state.lock();
            let found = state.segments.iter().find(|found| found.name == segment);
            let Some(found) = found else { return Ok(TimestampMs::NONE) };
            let in_tail = found.tail.partition_point(|batch| batch.entry.base_offset(segment) < offset);
            if let Some(last) = in_tail.checked_sub(1).and_then(|last| found.tail.get(last)) {
                return Ok(last.entry.running_max_timestamp);
            }
            FileStretch::of(found)
        };
        let entries = Entries::of(&self.0, &stretch)?;
        entries.max_timestamp(entries.partition_point(|entry| entry.base_offset(segment) < offset)?)
    }

    /// The largest timestamp of the records in `[from, until)`, by looking at each batch.
    fn max_among(&self, from: Offset, until: Offset) -> Result<TimestampMs, ReadError> {
        let (mut max, mut next) = (TimestampMs::NONE, from);
        while next < until {
            let batches = self.read(next, until, 1)?;
            if batches.bytes.is_empty() {
                break;
            }
            next = batches.next_offset;
            let header = BatchHeader::parse(&batches.bytes).map_err(|_| self.undecodable(from))?;
            if header.base_offset >= from {
                max = max.max(header.max_timestamp);
            } else {
                let records = self.timed_records(batches.bytes)?;
                let readable = records.into_iter().filter(|record| record.offset >= from);
                max = max.max(readable.map(|record| record.timestamp).max().unwrap_or(TimestampMs::NONE));
            }
        }
        Ok(max)
    }
}
