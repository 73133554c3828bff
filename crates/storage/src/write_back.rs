//! Bringing appended batches to their segments' files: one vectored write for each file, no sync.
//!
//! What must stay true: the .log is written before the .bix, and both before the batches leave memory, so that a reader
//! finds every batch in one of the two places. Files are marked dirty in between.
//! What a crash leaves: anything; the journal has these bytes until a checkpoint has synced them here.

use std::io::{self, IoSlice};
use std::path::PathBuf;
use std::sync::Arc;

use tidelog_model::Offset;

use crate::disk::DiskFile;
use crate::error::ReadError;
use crate::files::Part;
use crate::index::{SegmentName, encode_entries, entry_at, file_header};
use crate::layout;
use crate::log::LogShared;
use crate::segment::{Segment, TailBatch};

/// One write to one segment at most, so that memory is given back as it goes.
const WRITE_BYTES: u64 = 4 << 20;
/// Space is reserved for twice of what an active segment holds, but for no more than this beyond it.
const RESERVE_AHEAD_BYTES: u64 = 64 << 20;

/// The front of one segment's tail.
struct Job {
    segment: SegmentName,
    written: u64,
    flushed: u32,
    reserved: u64,
    batches: Vec<TailBatch>,
    bytes: u64,
}

impl LogShared {
    /// Writes everything that was appended before the call; returns its bytes.
    pub fn write_back(&self) -> Result<u64, ReadError> {
        let _one_at_a_time = self.writing.lock();
        let end = self.state.lock().end;
        let mut bytes = 0;
        while let Some(mut job) = self.next_job(end) {
            self.write(&mut job)?;
            let mut state = self.state.lock();
            if let Some(segment) = state.segments.iter_mut().find(|segment| segment.name == job.segment) {
                segment.pop_written(job.written + job.bytes);
                segment.reserved = job.reserved;
            }
            drop(state);
            self.wrote_back(job.bytes);
            bytes += job.bytes;
        }
        self.give_back_reserved()?;
        Ok(bytes)
    }

    /// Sealed segments grow no more.
    fn give_back_reserved(&self) -> Result<(), ReadError> {
        let has_some =
            |segment: &&mut Segment| segment.sealed && segment.tail.is_empty() && segment.reserved > 0;
        let mut sealed = Vec::new();
        for segment in self.state.lock().segments.iter_mut().filter(has_some) {
            segment.reserved = 0;
            sealed.push(segment.name);
        }
        for segment in sealed {
            let file = self.open(segment, Part::Log, false)?;
            // To the length that it has: what a truncation cut off may still be named by the manifest.
            file.length()
                .and_then(|length| file.set_length(length))
                .map_err(|source| ReadError::Io { path: self.path(segment, Part::Log), source })?;
        }
        Ok(())
    }

    /// The oldest unwritten batches, if they begin below `end`.
    fn next_job(&self, end: Offset) -> Option<Job> {
        let state = self.state.lock();
        let segment = state.segments.iter().find(|segment| !segment.tail.is_empty())?;
        let first = segment.tail.front()?.entry.base_offset(segment.name);
        (first < end).then(|| Job::of(segment))
    }

    fn write(&self, job: &mut Job) -> Result<(), ReadError> {
        let is_fresh = job.flushed == 0;
        let log = self.open(job.segment, Part::Log, is_fresh)?;
        let index = self.open(job.segment, Part::Index, is_fresh)?;
        if is_fresh {
            self.begin(job, &*log, &*index)?;
        }
        let log_error = |source| ReadError::Io { path: self.path(job.segment, Part::Log), source };
        let end = job.written + job.bytes;
        if end > job.reserved {
            job.reserved = end + end.min(RESERVE_AHEAD_BYTES);
            log.reserve(job.reserved).map_err(log_error)?;
        }
        let slices: Vec<IoSlice<'_>> = job
            .batches
            .iter()
            .flat_map(|tail| [IoSlice::new(tail.batch.prefix()), IoSlice::new(tail.batch.body())])
            .collect();
        log.write_all_at(&slices, job.written).map_err(log_error)?;
        let entries = encode_entries(job.segment, job.flushed, job.batches.iter().map(|tail| &tail.entry));
        index
            .write_all_at(&[IoSlice::new(&entries)], entry_at(job.flushed))
            .map_err(|source| ReadError::Io { path: self.path(job.segment, Part::Index), source })?;
        for (part, file) in [(Part::Log, &log), (Part::Index, &index)] {
            let key = (job.segment.file_number, part);
            self.directory.files.mark_dirty(key, || self.path(job.segment, part), file);
        }
        Ok(())
    }

    /// Gives a fresh segment's files their beginning. (They may exist: a number that a crash took back from the journal is
    /// used again.)
    fn begin(&self, job: &Job, log: &dyn DiskFile, index: &dyn DiskFile) -> Result<(), ReadError> {
        let begin = || -> io::Result<()> {
            log.set_length(0)?;
            index.set_length(0)?;
            index.write_all_at(&[IoSlice::new(&file_header(self.directory.directory_id, job.segment))], 0)
        };
        begin().map_err(|source| ReadError::Io { path: self.path(job.segment, Part::Index), source })?;
        self.directory.dirty_directories.lock().insert(layout::partition_directory(self.partition));
        Ok(())
    }

    pub fn open(
        &self,
        segment: SegmentName,
        part: Part,
        create: bool,
    ) -> Result<Arc<dyn DiskFile>, ReadError> {
        let path = || self.path(segment, part);
        let files = &self.directory.files;
        let opened = files.open((segment.file_number, part), path, create);
        opened.map_err(|source| ReadError::Io { path: path(), source })
    }

    pub fn path(&self, segment: SegmentName, part: Part) -> PathBuf {
        match part {
            Part::Log => layout::log_path(self.partition, segment.base, segment.file_number),
            Part::Index => layout::index_path(self.partition, segment.base, segment.file_number),
        }
    }
}

impl Job {
    fn of(segment: &Segment) -> Job {
        let mut bytes = 0;
        let mut batches = Vec::new();
        for tail in &segment.tail {
            if bytes > 0 && bytes + u64::from(tail.entry.length) > WRITE_BYTES {
                break;
            }
            bytes += u64::from(tail.entry.length);
            batches.push(tail.clone());
        }
        Job {
            segment: segment.name,
            written: segment.written,
            flushed: segment.flushed,
            reserved: segment.reserved,
            batches,
            bytes,
        }
    }
}
