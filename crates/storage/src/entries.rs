//! The index entries of one segment, as far as they are in its file.
//!
//! What must stay true: an entry is used only after its own checksum held; what it says lies within what was written.

use std::io;
use std::sync::Arc;

use tidelog_model::{Offset, TimestampMs};
use tidelog_record::layout::HEADER_BYTES as BATCH_HEADER_BYTES;

use crate::disk::{DiskFile, View};
use crate::error::ReadError;
use crate::files::Part;
use crate::index::{self, ENTRIES_AT, ENTRY_BYTES, IndexEntry, SegmentName, entry_at};
use crate::layout::HEADER_BYTES;
use crate::log::LogShared;
use crate::segment::Segment;

/// Index entries read at once from a file.
const ENTRIES_PER_READ: u32 = 64;

/// The part of a segment that lies in its files, as of one moment. It stays readable until the segment leaves its log.
pub struct FileStretch {
    pub segment: SegmentName,
    pub batches: u32,
    pub bytes: u64,
    /// Nobody writes these files any more, so that the index may be mapped.
    complete: bool,
}

impl FileStretch {
    pub fn of(segment: &Segment) -> Self {
        FileStretch {
            segment: segment.name,
            batches: segment.flushed,
            bytes: segment.written,
            complete: segment.sealed && segment.flushed == segment.batches,
        }
    }
}

/// Entries `[0, batches)` of a segment, wherever they are.
pub struct Entries<'a> {
    log: &'a LogShared,
    stretch: &'a FileStretch,
    source: Source,
}

enum Source {
    Empty,
    Mapped(Arc<View>),
    File(Arc<dyn DiskFile>),
}

impl<'a> Entries<'a> {
    pub fn of(log: &'a LogShared, stretch: &'a FileStretch) -> Result<Self, ReadError> {
        let source = if stretch.batches == 0 {
            Source::Empty
        } else if stretch.complete {
            let length = entry_at(stretch.batches) as usize;
            let key = (stretch.segment.file_number, Part::Index);
            let path = || log.path(stretch.segment, Part::Index);
            let check = |view: &View| check_whole(log.directory.directory_id, stretch, view);
            let view = log.directory.files.view(key, path, length, check);
            Source::Mapped(view.map_err(|error| unreadable(log, stretch.segment, 0, error))?)
        } else {
            let file = log.open(stretch.segment, Part::Index, false)?;
            Source::File(file)
        };
        Ok(Entries { log, stretch, source })
    }

    pub fn get(&self, number: u32) -> Result<IndexEntry, ReadError> {
        let mut bytes = [0; ENTRY_BYTES];
        self.load(number, &mut bytes)?;
        self.decode(number, &bytes)
    }

    /// Entries from `first` up to `end`, until one cannot be read.
    pub fn range(&self, first: u32, end: u32) -> impl Iterator<Item = Result<IndexEntry, ReadError>> {
        (first..end).step_by(ENTRIES_PER_READ as usize).flat_map(move |number| {
            match self.block(number, end.min(number + ENTRIES_PER_READ)) {
                Ok(entries) => entries,
                Err(error) => vec![Err(error)],
            }
        })
    }

    /// The number of the first entry for which `before` does not hold.
    pub fn partition_point(&self, before: impl Fn(&IndexEntry) -> bool) -> Result<u32, ReadError> {
        let (mut low, mut high) = (0, self.stretch.batches);
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

    /// The number of the first batch that ends above `offset`.
    pub fn find(&self, offset: Offset) -> Result<u32, ReadError> {
        self.partition_point(|entry| entry.last_offset(self.stretch.segment) < offset)
    }

    /// The largest timestamp in the first `batches` of them.
    pub fn max_timestamp(&self, batches: u32) -> Result<TimestampMs, ReadError> {
        match batches.checked_sub(1) {
            Some(last) => Ok(self.get(last)?.running_max_timestamp),
            None => Ok(TimestampMs::NONE),
        }
    }

    fn block(&self, first: u32, end: u32) -> Result<Vec<Result<IndexEntry, ReadError>>, ReadError> {
        let mut bytes = vec![0; (end - first) as usize * ENTRY_BYTES];
        self.load(first, &mut bytes)?;
        let (entries, _) = bytes.as_chunks::<ENTRY_BYTES>();
        Ok((first..end).zip(entries).map(|(number, bytes)| self.decode(number, bytes)).collect())
    }

    fn load(&self, number: u32, bytes: &mut [u8]) -> Result<(), ReadError> {
        let at = entry_at(number);
        match &self.source {
            Source::Empty => unreachable!("no entry of an empty index is asked for"),
            Source::Mapped(view) => bytes.copy_from_slice(&view[at as usize..at as usize + bytes.len()]),
            Source::File(file) => {
                let read = file.read_exact_at(bytes, at);
                read.map_err(|error| unreadable(self.log, self.stretch.segment, at, error))?;
            }
        }
        Ok(())
    }

    fn decode(&self, number: u32, bytes: &[u8; ENTRY_BYTES]) -> Result<IndexEntry, ReadError> {
        let is_sound = |entry: &IndexEntry| {
            entry.length as usize >= BATCH_HEADER_BYTES
                && u64::from(entry.position) + u64::from(entry.length) <= self.stretch.bytes
        };
        IndexEntry::decode(self.stretch.segment, number, bytes)
            .filter(is_sound)
            .ok_or_else(|| damaged(self.log, self.stretch.segment, entry_at(number)))
    }
}

/// A sealed index is checked whole before it is used as a mapping.
fn check_whole(directory_id: u128, stretch: &FileStretch, view: &View) -> io::Result<()> {
    let header =
        view.get(..HEADER_BYTES).map(|header| index::check_header(directory_id, stretch.segment, header));
    let (entries, _) = view.get(ENTRIES_AT as usize..).unwrap_or_default().as_chunks::<ENTRY_BYTES>();
    let intact = |(number, bytes)| IndexEntry::decode(stretch.segment, number, bytes).is_some();
    if header == Some(true) && entries.len() == stretch.batches as usize && (0..).zip(entries).all(intact) {
        Ok(())
    } else {
        Err(io::ErrorKind::InvalidData.into())
    }
}

/// A file that is shorter than what was acknowledged is damage, like one with other bytes; anything else is the system's.
fn unreadable(log: &LogShared, segment: SegmentName, position: u64, source: io::Error) -> ReadError {
    match source.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData => damaged(log, segment, position),
        _ => ReadError::Io { path: log.path(segment, Part::Index), source },
    }
}

/// Where the index is not what was acknowledged.
pub fn damaged(log: &LogShared, segment: SegmentName, position: u64) -> ReadError {
    ReadError::Damaged {
        partition: log.partition,
        offset: segment.base,
        path: log.path(segment, Part::Index),
        position,
        what: "batch index",
    }
}
