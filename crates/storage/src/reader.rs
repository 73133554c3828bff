//! Reading a log: look up under the state's lock, then work on an immutable plan: shared batches, or a stretch of a file
//! whose bytes below the written length never change.
//!
//! What must stay true: nothing is returned that was not checked. Bytes from memory were checked when they were
//! appended; bytes from disk are checked again, against the index's witness and the producer's CRC.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use tidelog_model::watermark::{LogEnd, LogStart};
use tidelog_model::{LeaderEpoch, Offset, TimestampMs, TopicPartition};
use tidelog_record::{Batch, BatchHeader, Decompressor, split_batches};

use crate::disk::{DiskFile, View};
use crate::epochs::EpochHistory;
use crate::error::ReadError;
use crate::files::Part;
use crate::index::{ENTRIES_AT, ENTRY_BYTES, IndexEntry, SegmentName, entry_at};
use crate::layout;
use crate::log::LogShared;
use crate::op::{Cut, StampedBatch};
use crate::retention::SegmentFacts;
use crate::segment::Segment;

/// Index entries read at once from a file.
const ENTRIES_PER_READ: u32 = 64;

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

/// What a read will do, decided under the lock.
enum Plan {
    Nothing,
    Memory { batches: Vec<StampedBatch>, bytes: usize, next_offset: Offset },
    File(FileStretch),
}

/// The part of a segment that lies in its files.
struct FileStretch {
    segment: SegmentName,
    batches: u32,
    /// Nobody writes these files any more, so that the index may be mapped.
    complete: bool,
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
        match self.plan(from, until, max_bytes)? {
            Plan::Nothing => Ok(Batches { bytes: Bytes::new(), next_offset: from }),
            Plan::Memory { batches, bytes, next_offset } => {
                let mut out = BytesMut::with_capacity(bytes);
                for batch in &batches {
                    out.put_slice(batch.prefix());
                    out.put_slice(batch.body());
                }
                Ok(Batches { bytes: out.freeze(), next_offset })
            }
            Plan::File(stretch) => {
                let result = self.read_stretch(&stretch, from, until, max_bytes);
                // A trim may have removed the files since the plan was made.
                if result.is_err() && from < self.start().0 {
                    return Err(self.out_of_range(from));
                }
                result
            }
        }
    }

    /// The first record below `until` whose timestamp is `timestamp` or later.
    pub fn find_time(&self, timestamp: TimestampMs, until: Offset) -> Result<Option<TimedOffset>, ReadError> {
        let start = self.start().0;
        let first = {
            let state = self.0.state.lock();
            let mut segments = state.segments.iter();
            segments.find(|segment| segment.end > start && segment.max_timestamp >= timestamp).map(|found| {
                let tail = found.tail.iter().find(|batch| batch.entry.running_max_timestamp >= timestamp);
                (FileStretch::of(found), tail.map(|batch| batch.entry.base_offset(found.name)))
            })
        };
        let Some((stretch, in_tail)) = first else { return Ok(None) };
        let index = self.index(&stretch)?;
        let number = index.partition_point(|entry| entry.running_max_timestamp < timestamp)?;
        let base = if number < stretch.batches {
            index.get(number)?.base_offset(stretch.segment)
        } else {
            let Some(base) = in_tail else { return Ok(None) };
            base
        };
        // The batch with that maximum may lie below the start; then any later record may be the one.
        self.first_record(base.max(start), until, |record| {
            record.timestamp >= timestamp && record.offset >= start
        })
    }

    /// The record with the largest timestamp below `until`, the first of equals.
    pub fn find_max_timestamp(&self, until: Offset) -> Result<Option<TimedOffset>, ReadError> {
        let max = {
            let state = self.0.state.lock();
            state.segments.iter().map(|segment| segment.max_timestamp).max()
        };
        match max {
            Some(max) if max != TimestampMs::NONE => self.find_time(max, until),
            _ => Ok(None),
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
                visit(batch.map_err(|_| self.damaged_memory(from))?.header());
            }
        }
    }

    fn plan(&self, from: Offset, until: Offset, max_bytes: usize) -> Result<Plan, ReadError> {
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
                return Ok(Plan::File(FileStretch::of(segment)));
            }
        }
        Ok(plan_memory(segment, first, until, max_bytes))
    }

    fn read_stretch(
        &self,
        stretch: &FileStretch,
        from: Offset,
        until: Offset,
        max_bytes: usize,
    ) -> Result<Batches, ReadError> {
        let index = self.index(stretch)?;
        let first = index.partition_point(|entry| entry.last_offset(stretch.segment) < from)?;
        let mut entries: Vec<IndexEntry> = Vec::new();
        let mut bytes = 0usize;
        'fill: for number in (first..stretch.batches).step_by(ENTRIES_PER_READ as usize) {
            for entry in index.block(number)? {
                let fits = entries.is_empty() || bytes + entry.length as usize <= max_bytes;
                if !fits || entry.base_offset(stretch.segment) >= until {
                    break 'fill;
                }
                bytes += entry.length as usize;
                entries.push(entry);
            }
        }
        let (Some(head), Some(last)) = (entries.first(), entries.last()) else {
            // A hole up to the next segment or the tail: read on behind it.
            return self.read_behind(stretch, from, until, max_bytes);
        };
        let next_offset = last.last_offset(stretch.segment).next();
        let mut buffer = BytesMut::zeroed(bytes);
        let file = self.open(stretch.segment, Part::Log)?;
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
        max_bytes: usize,
    ) -> Result<Batches, ReadError> {
        let next = {
            let state = self.0.state.lock();
            let segment = state.segment_at(from).filter(|segment| segment.name == stretch.segment);
            segment
                .and_then(|segment| segment.tail.front().map(|front| front.entry.base_offset(segment.name)))
        };
        match next {
            Some(next) if next > from && next < until => self.read(next, until, max_bytes),
            _ => Ok(Batches { bytes: Bytes::new(), next_offset: from }),
        }
    }

    /// Every batch against its index entry, and against its producer's CRC.
    fn check(&self, segment: SegmentName, entries: &[IndexEntry], bytes: &Bytes) -> Result<(), ReadError> {
        let mut at = 0;
        for entry in entries {
            let batch = &bytes[at..at + entry.length as usize];
            at += entry.length as usize;
            if !entry.is_witnessed(segment, batch) {
                return Err(self.damaged(segment, entry, "header witness"));
            }
            if Batch::parse(batch).and_then(|batch| batch.verify_crc()).is_err() {
                return Err(self.damaged(segment, entry, "CRC-32C"));
            }
        }
        Ok(())
    }

    fn first_record(
        &self,
        from: Offset,
        until: Offset,
        matches: impl Fn(&TimedOffset) -> bool,
    ) -> Result<Option<TimedOffset>, ReadError> {
        let mut from = from;
        loop {
            let batches = self.read(from, until, 1)?;
            if batches.bytes.is_empty() {
                return Ok(None);
            }
            if let Some(found) = self.find_in_batch(&batches.bytes, &matches)? {
                return Ok(Some(found));
            }
            from = batches.next_offset;
        }
    }

    fn find_in_batch(
        &self,
        batch: &Bytes,
        matches: impl Fn(&TimedOffset) -> bool,
    ) -> Result<Option<TimedOffset>, ReadError> {
        let undecodable = || self.damaged_memory(Offset::ZERO);
        let batch = Batch::parse(batch.clone()).map_err(|_| undecodable())?;
        let leader_epoch = batch.header().leader_epoch;
        let mut decompressor = Decompressor::default();
        let records = batch.records(&mut decompressor).map_err(|_| undecodable())?;
        for record in records {
            let record = record.map_err(|_| undecodable())?;
            let found = TimedOffset { offset: record.offset, timestamp: record.timestamp, leader_epoch };
            if matches(&found) {
                return Ok(Some(found));
            }
        }
        Ok(None)
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
        let index = self.index(&stretch)?;
        let kept = index.partition_point(|entry| entry.last_offset(segment) < to)?;
        if kept == stretch.batches {
            return Ok((to, None));
        }
        let first_gone = index.get(kept)?;
        let to = to.min(first_gone.base_offset(segment));
        let (end, max_timestamp) = match kept.checked_sub(1) {
            Some(last_kept) => {
                let last_kept = index.get(last_kept)?;
                (last_kept.last_offset(segment).next(), last_kept.running_max_timestamp)
            }
            None => (segment.base, TimestampMs::NONE),
        };
        let mut records = 0;
        for number in (0..kept).step_by(ENTRIES_PER_READ as usize) {
            let block = index.block(number)?;
            records += block
                .take((kept - number) as usize)
                .map(|entry| u64::from(entry.last_delta) + 1)
                .sum::<u64>();
        }
        let cut = Cut { length: u64::from(first_gone.position), batches: kept, records, end, max_timestamp };
        Ok((to, Some(cut)))
    }

    fn index(&self, stretch: &FileStretch) -> Result<Index<'_>, ReadError> {
        let source = if stretch.batches == 0 {
            IndexSource::Empty
        } else if stretch.complete {
            let length = entry_at(stretch.batches) as usize;
            let path =
                || layout::index_path(self.0.partition, stretch.segment.base, stretch.segment.file_number);
            let key = (stretch.segment.file_number, Part::Index);
            let check = |view: &View| check_index(stretch, view);
            let view = self.0.directory.files.view(key, path, length, check);
            IndexSource::Mapped(view.map_err(|source| ReadError::Io { path: path(), source })?)
        } else {
            IndexSource::File(self.open(stretch.segment, Part::Index)?)
        };
        Ok(Index { reader: self, segment: stretch.segment, batches: stretch.batches, source })
    }

    fn open(&self, segment: SegmentName, part: Part) -> Result<Arc<dyn DiskFile>, ReadError> {
        let path = || self.path(segment, part);
        let key = (segment.file_number, part);
        self.0.directory.files.open(key, path, false).map_err(|source| ReadError::Io { path: path(), source })
    }

    fn path(&self, segment: SegmentName, part: Part) -> PathBuf {
        self.0.path(segment, part)
    }

    fn out_of_range(&self, requested: Offset) -> ReadError {
        let state = self.0.state.lock();
        ReadError::OutOfRange { partition: self.0.partition, requested, start: state.start, end: state.end }
    }

    fn damaged(&self, segment: SegmentName, entry: &IndexEntry, what: &'static str) -> ReadError {
        ReadError::Damaged {
            partition: self.0.partition,
            offset: entry.base_offset(segment),
            path: self.path(segment, Part::Log),
            position: u64::from(entry.position),
            what,
        }
    }

    /// A batch that was checked on the way in, or by its CRC just now, and yet does not decode.
    fn damaged_memory(&self, offset: Offset) -> ReadError {
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
            ReadError::Io { path: self.path(segment, Part::Log), source }
        }
    }
}

fn plan_memory(segment: &Segment, first: usize, until: Offset, max_bytes: usize) -> Plan {
    let mut batches = Vec::new();
    let mut bytes = 0;
    let mut next_offset = None;
    for tail in segment.tail.iter().skip(first) {
        let size = tail.batch.size_bytes();
        let fits = batches.is_empty() || bytes + size <= max_bytes;
        if !fits || tail.entry.base_offset(segment.name) >= until {
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

impl FileStretch {
    fn of(segment: &Segment) -> Self {
        FileStretch {
            segment: segment.name,
            batches: segment.flushed,
            complete: segment.sealed && segment.flushed == segment.batches,
        }
    }
}

/// Entries `[0, batches)` of a segment, wherever they are.
struct Index<'a> {
    reader: &'a LogReader,
    segment: SegmentName,
    batches: u32,
    source: IndexSource,
}

enum IndexSource {
    Empty,
    Mapped(Arc<View>),
    File(Arc<dyn DiskFile>),
}

impl Index<'_> {
    fn get(&self, number: u32) -> Result<IndexEntry, ReadError> {
        let mut bytes = [0; ENTRY_BYTES];
        self.load(number, &mut bytes)?;
        self.decode(number, &bytes)
    }

    /// Up to [`ENTRIES_PER_READ`] entries from `number` on.
    fn block(&self, number: u32) -> Result<impl Iterator<Item = IndexEntry>, ReadError> {
        let count = ENTRIES_PER_READ.min(self.batches - number);
        let mut bytes = vec![0; count as usize * ENTRY_BYTES];
        self.load(number, &mut bytes)?;
        let (entries, _) = bytes.as_chunks::<ENTRY_BYTES>();
        let entries: Result<Vec<_>, _> =
            (number..).zip(entries).map(|(number, bytes)| self.decode(number, bytes)).collect();
        Ok(entries?.into_iter())
    }

    /// The number of the first entry for which `before` does not hold.
    fn partition_point(&self, before: impl Fn(&IndexEntry) -> bool) -> Result<u32, ReadError> {
        let (mut low, mut high) = (0, self.batches);
        while low < high {
            let middle = low + (high - low) / 2;
            if before(&self.get(middle)?) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    fn load(&self, number: u32, bytes: &mut [u8]) -> Result<(), ReadError> {
        let at = entry_at(number);
        match &self.source {
            IndexSource::Empty => unreachable!("no entry of an empty index is asked for"),
            IndexSource::Mapped(view) => bytes.copy_from_slice(&view[at as usize..at as usize + bytes.len()]),
            IndexSource::File(file) => file.read_exact_at(bytes, at).map_err(|source| {
                if source.kind() == io::ErrorKind::UnexpectedEof {
                    self.damaged(number)
                } else {
                    ReadError::Io { path: self.reader.path(self.segment, Part::Index), source }
                }
            })?,
        }
        Ok(())
    }

    fn decode(&self, number: u32, bytes: &[u8; ENTRY_BYTES]) -> Result<IndexEntry, ReadError> {
        IndexEntry::decode(self.segment, number, bytes).ok_or_else(|| self.damaged(number))
    }

    fn damaged(&self, number: u32) -> ReadError {
        ReadError::Damaged {
            partition: self.reader.0.partition,
            offset: self.segment.base,
            path: self.reader.path(self.segment, Part::Index),
            position: entry_at(number),
            what: "index entry",
        }
    }
}

/// A sealed index is checked whole before it is used as a mapping.
fn check_index(stretch: &FileStretch, view: &View) -> io::Result<()> {
    let damaged = || io::Error::new(io::ErrorKind::InvalidData, "the batch index is damaged");
    let entries = view.get(ENTRIES_AT as usize..).ok_or_else(damaged)?;
    let (entries, _) = entries.as_chunks::<ENTRY_BYTES>();
    let intact = |(number, bytes)| IndexEntry::decode(stretch.segment, number, bytes).is_some();
    if entries.len() == stretch.batches as usize && (0..).zip(entries).all(intact) {
        Ok(())
    } else {
        Err(damaged())
    }
}
