//! Reading a log: look up under the state's lock, then work on an immutable plan: shared batches, or a stretch of a file
//! whose bytes below the written length never change.
//!
//! What must stay true: nothing is returned that was not checked. Bytes from memory were checked when they were
//! appended; bytes from disk are checked again, against the index's witness and the producer's CRC.

use std::io;
use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use tidelog_model::watermark::{LogEnd, LogStart};
use tidelog_model::{Offset, TopicPartition};
use tidelog_record::{Batch, BatchHeader, split_batches};

use crate::entries::{self, Entries, FileStretch};
use crate::epochs::EpochHistory;
use crate::error::ReadError;
use crate::files::Part;
use crate::index::{IndexEntry, SegmentName, entry_at};
use crate::layout;
use crate::log::LogShared;
use crate::op::{Cut, StampedBatch};
use crate::retention::SegmentFacts;
use crate::segment::Segment;

/// A handle that reads a log. Cheap to clone; never enters the writer.
#[derive(Clone, Debug)]
pub struct LogReader(pub(crate) Arc<LogShared>);

/// Whole batches, as they lie on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batches {
    /// One batch behind the other; the first holds the offset that was asked for, or is the next after it.
    pub bytes: Bytes,
    /// Where to read on.
    pub next_offset: Offset,
}

/// What a read will do, decided under the lock.
enum Plan {
    Nothing,
    Memory { batches: Vec<StampedBatch>, bytes: usize, next_offset: Offset },
    File { stretch: FileStretch, removals: u64 },
}

/// How much one read takes.
#[derive(Clone, Copy)]
struct Limit {
    max_bytes: usize,
    /// The first batch is read whatever its size.
    takes_first: bool,
}

impl Limit {
    fn allows(self, taken: usize, more: usize) -> bool {
        (taken == 0 && self.takes_first) || taken + more <= self.max_bytes
    }
}

impl LogReader {
    /// Whose log.
    pub fn partition(&self) -> TopicPartition {
        self.0.partition
    }

    /// The first readable offset.
    pub fn start(&self) -> LogStart {
        LogStart(self.0.state.lock().start)
    }

    /// Where the next batch goes.
    pub fn end(&self) -> LogEnd {
        LogEnd(self.0.state.lock().end)
    }

    /// Which leaders wrote it.
    pub fn epochs(&self) -> EpochHistory {
        self.0.state.lock().epochs.clone()
    }

    /// Bytes of batches in it.
    pub fn size_bytes(&self) -> u64 {
        self.0.state.lock().size_bytes()
    }

    /// Facts of each segment, oldest first, for [`retention`](crate::retention).
    pub fn segments(&self) -> Vec<SegmentFacts> {
        self.0.segment_facts()
    }

    /// Whole batches from the one that holds `from` on (or the next, where `from` is in a hole), all below `until`, at
    /// most `max_bytes` of them but at least one. Empty when `from` is at `until` or beyond.
    pub fn read(&self, from: Offset, until: Offset, max_bytes: usize) -> Result<Batches, ReadError> {
        self.read_limited(from, until, Limit { max_bytes, takes_first: true })
    }

    /// As [`LogReader::read`], but nothing at all if the first batch is larger than `max_bytes`.
    pub fn read_within(&self, from: Offset, until: Offset, max_bytes: usize) -> Result<Batches, ReadError> {
        self.read_limited(from, until, Limit { max_bytes, takes_first: false })
    }

    fn read_limited(&self, from: Offset, until: Offset, limit: Limit) -> Result<Batches, ReadError> {
        match self.plan(from, until, limit)? {
            Plan::Nothing => Ok(Batches { bytes: Bytes::new(), next_offset: from }),
            Plan::Memory { batches, bytes, next_offset } => {
                let mut out = BytesMut::with_capacity(bytes);
                put_batches(&mut out, &batches);
                Ok(Batches { bytes: out.freeze(), next_offset })
            }
            Plan::File { stretch, removals } => {
                let result = self.read_stretch(&stretch, from, until, limit);
                if result.is_err() && self.0.state.lock().removals != removals {
                    // The files may be gone with their segment.
                    return self.read_limited(from, until, limit);
                }
                result.map(|read| self.with_memory_behind(read, removals, until, limit))
            }
        }
    }

    /// What was read of a file, and what follows in memory: that the writing back has come so far, and no farther, is no end
    /// to a reader. Only if nothing has left the log since `removals` were counted, else what follows is of another history.
    fn with_memory_behind(&self, read: Batches, removals: u64, until: Offset, limit: Limit) -> Batches {
        let max_bytes = limit.max_bytes.saturating_sub(read.bytes.len());
        if read.bytes.is_empty() || read.next_offset >= until || max_bytes == 0 {
            return read;
        }
        let plan = self.plan(read.next_offset, until, Limit { max_bytes, takes_first: false });
        match plan {
            Ok(Plan::Memory { batches, bytes, next_offset }) if self.0.state.lock().removals == removals => {
                let mut out = BytesMut::from(read.bytes);
                out.reserve(bytes);
                put_batches(&mut out, &batches);
                Batches { bytes: out.freeze(), next_offset }
            }
            _ => read,
        }
    }

    /// Looks again if something left the log meanwhile.
    pub(crate) fn while_nothing_leaves<T>(&self, look: impl Fn() -> T) -> T {
        loop {
            let removals = self.0.state.lock().removals;
            let seen = look();
            if self.0.state.lock().removals == removals {
                return seen;
            }
        }
    }

    /// Calls `visit` with the header of each batch from `from` to the log's end.
    pub fn visit_headers(&self, from: Offset, mut visit: impl FnMut(&BatchHeader)) -> Result<(), ReadError> {
        let mut from = from.max(self.start().0);
        loop {
            let batches = self.read(from, self.end().0, 1 << 20)?;
            if batches.bytes.is_empty() {
                return Ok(());
            }
            from = batches.next_offset;
            for batch in split_batches(batches.bytes) {
                visit(batch.map_err(|_| self.undecodable(from))?.header());
            }
        }
    }

    fn plan(&self, from: Offset, until: Offset, limit: Limit) -> Result<Plan, ReadError> {
        let state = self.0.state.lock();
        if from < state.start || from > state.end {
            drop(state);
            return Err(self.out_of_range(from));
        }
        if from >= until {
            return Ok(Plan::Nothing);
        }
        let Some(segment) = state.segment_at(from) else { return Ok(Plan::Nothing) };
        let first = segment.tail.partition_point(|batch| batch.entry.last_offset(segment.name) < from);
        if first == 0 && segment.flushed > 0 {
            // The file may hold it; if `from` lies in a hole just before the tail, the file's read says so by finding nothing.
            let in_tail =
                segment.tail.front().is_some_and(|front| front.entry.base_offset(segment.name) <= from);
            if !in_tail {
                return Ok(Plan::File { stretch: FileStretch::of(segment), removals: state.removals });
            }
        }
        Ok(plan_memory(segment, first, until, limit))
    }

    fn read_stretch(
        &self,
        stretch: &FileStretch,
        from: Offset,
        until: Offset,
        limit: Limit,
    ) -> Result<Batches, ReadError> {
        let index = Entries::of(&self.0, stretch)?;
        let mut entries: Vec<IndexEntry> = Vec::new();
        let mut bytes = 0usize;
        let mut is_too_large = false;
        for entry in index.range(index.find(from)?, stretch.batches) {
            let entry = entry?;
            is_too_large = !limit.allows(bytes, entry.length as usize);
            if is_too_large || entry.base_offset(stretch.segment) >= until {
                break;
            }
            bytes += entry.length as usize;
            entries.push(entry);
        }
        let (Some(head), Some(last)) = (entries.first(), entries.last()) else {
            if is_too_large {
                return Ok(Batches { bytes: Bytes::new(), next_offset: from });
            }
            // A hole up to the next segment or the tail: read on behind it.
            return self.read_behind(stretch, from, until, limit);
        };
        let next_offset = last.last_offset(stretch.segment).next();
        let mut buffer = BytesMut::zeroed(bytes);
        let file = self.0.open(stretch.segment, Part::Log, false)?;
        file.read_exact_at(&mut buffer, u64::from(head.position))
            .map_err(|source| self.unreadable(stretch.segment, head, source))?;
        let bytes = buffer.freeze();
        self.check(stretch.segment, &entries, &bytes)?;
        Ok(Batches { bytes, next_offset })
    }

    /// Where the stretch holds nothing from `from` on: the first batch after it, wherever it is.
    fn read_behind(
        &self,
        stretch: &FileStretch,
        from: Offset,
        until: Offset,
        limit: Limit,
    ) -> Result<Batches, ReadError> {
        let next = {
            let state = self.0.state.lock();
            let segment = state.segment_at(from).filter(|segment| segment.name == stretch.segment);
            segment
                .and_then(|segment| segment.tail.front().map(|front| front.entry.base_offset(segment.name)))
        };
        match next {
            Some(next) if next > from && next < until => self.read_limited(next, until, limit),
            _ => Ok(Batches { bytes: Bytes::new(), next_offset: from }),
        }
    }

    /// Every batch against its index entry, and against its producer's CRC.
    fn check(&self, segment: SegmentName, entries: &[IndexEntry], bytes: &Bytes) -> Result<(), ReadError> {
        let (mut at, mut next_offset) = (0, segment.base);
        for entry in entries {
            let batch = &bytes[at..at + entry.length as usize];
            at += entry.length as usize;
            if !entry.is_witnessed(segment, batch) {
                return Err(self.damaged(segment, entry, "header witness"));
            }
            let Ok(batch) = Batch::parse(batch).and_then(|batch| batch.verify_crc().map(|()| batch)) else {
                return Err(self.damaged(segment, entry, "CRC-32C"));
            };
            let (base_offset, last_offset) = (entry.base_offset(segment), entry.last_offset(segment));
            let header = batch.header();
            if (header.base_offset, header.last_offset()) != (base_offset, last_offset)
                || base_offset < next_offset
            {
                return Err(self.damaged(segment, entry, "order of offsets"));
            }
            next_offset = last_offset.next();
        }
        Ok(())
    }

    /// What is left of `segment` when everything from the batch that holds `to` on goes; and that batch's base offset.
    pub(crate) fn cut_at(
        &self,
        segment: SegmentName,
        to: Offset,
    ) -> Result<(Offset, Option<Cut>), ReadError> {
        let stretch = {
            let state = self.0.state.lock();
            let found = state.segment_at(to).filter(|found| found.name == segment);
            found.map(FileStretch::of)
        };
        let Some(stretch) = stretch else { return Ok((to, None)) };
        let index = Entries::of(&self.0, &stretch)?;
        let kept = index.find(to)?;
        if kept == stretch.batches {
            // The segment has records from `to` on, and by its index it has none.
            return Err(entries::damaged(&self.0, segment, entry_at(kept)));
        }
        let first_gone = index.get(kept)?;
        let to = to.min(first_gone.base_offset(segment));
        let (mut length, mut end, mut records) = (0, segment.base, 0);
        for entry in index.range(0, kept) {
            let entry = entry?;
            if u64::from(entry.position) != length || entry.base_offset(segment) < end {
                return Err(self.damaged(segment, &entry, "order of the batch index"));
            }
            length += u64::from(entry.length);
            records += u64::from(entry.last_delta) + 1;
            end = entry.last_offset(segment).next();
        }
        if u64::from(first_gone.position) != length || to < end {
            return Err(self.damaged(segment, &first_gone, "order of the batch index"));
        }
        let cut = Cut { length, batches: kept, records, end, max_timestamp: index.max_timestamp(kept)? };
        Ok((to, Some(cut)))
    }

    fn out_of_range(&self, requested: Offset) -> ReadError {
        let state = self.0.state.lock();
        ReadError::OutOfRange { partition: self.0.partition, requested, start: state.start, end: state.end }
    }

    fn damaged(&self, segment: SegmentName, entry: &IndexEntry, what: &'static str) -> ReadError {
        ReadError::Damaged {
            partition: self.0.partition,
            offset: entry.base_offset(segment),
            path: self.0.path(segment, Part::Log),
            position: u64::from(entry.position),
            what,
        }
    }

    /// A batch that was checked on the way in, or by its CRC just now, and yet does not decode.
    pub(crate) fn undecodable(&self, offset: Offset) -> ReadError {
        ReadError::Damaged {
            partition: self.0.partition,
            offset,
            path: layout::partition_directory(self.0.partition),
            position: 0,
            what: "encoding of its records",
        }
    }

    /// A file that is shorter than what was acknowledged is damage; anything else is the system's.
    fn unreadable(&self, segment: SegmentName, entry: &IndexEntry, source: io::Error) -> ReadError {
        if source.kind() == io::ErrorKind::UnexpectedEof {
            self.damaged(segment, entry, "file length")
        } else {
            ReadError::Io { path: self.0.path(segment, Part::Log), source }
        }
    }
}

fn put_batches(out: &mut BytesMut, batches: &[StampedBatch]) {
    for batch in batches {
        out.put_slice(batch.prefix());
        out.put_slice(batch.body());
    }
}

fn plan_memory(segment: &Segment, first: usize, until: Offset, limit: Limit) -> Plan {
    let mut batches = Vec::new();
    let mut bytes = 0;
    let mut next_offset = None;
    for tail in segment.tail.iter().skip(first) {
        let size = tail.batch.size_bytes();
        if !limit.allows(bytes, size) || tail.entry.base_offset(segment.name) >= until {
            break;
        }
        bytes += size;
        next_offset = Some(tail.entry.last_offset(segment.name).next());
        batches.push(tail.batch.clone());
    }
    match next_offset {
        Some(next_offset) => Plan::Memory { batches, bytes, next_offset },
        None => Plan::Nothing,
    }
}
