//! Dice, batches, and disks that are worse than they say.

use std::io::{self, IoSlice};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use tidelog_model::{LeaderEpoch, Now, PartitionId, TimestampMs, TopicId, TopicPartition};
use tidelog_record::{Batch, BatchBuilder, BatchHeader, Compression, Compressor, stamp};
use tidelog_storage::disk::{Disk, DiskFile, View};
use tidelog_storage::{CommitError, Log, LogDirectory, LogReader, OpenError, Options, ReadError};

/// SplitMix64: a seed means the same for ever.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Rng {
        Rng(seed.wrapping_mul(0x2545_F491_4F6C_DD1D) ^ 0x5851_F42D_4C95_7F2D)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// One of `0..limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(limit)) >> 64) as u64
    }

    /// One of `from..=to`.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        from + self.below((to - from + 1) as u64) as i64
    }

    pub fn one_in(&mut self, chances: u64) -> bool {
        self.below(chances) == 0
    }
}

pub fn partition(index: i32) -> TopicPartition {
    TopicPartition { topic: TopicId(0x7069_6e67), partition: PartitionId(index) }
}

pub fn at(wall_ms: i64) -> Now {
    Now { wall: TimestampMs(wall_ms), monotonic_ms: wall_ms as u64 }
}

/// A batch as a producer sends it, one record for each timestamp, all with this value.
pub fn batch_of(timestamps: &[i64], value: &[u8]) -> (BatchHeader, Bytes) {
    let mut builder = BatchBuilder::new();
    for timestamp in timestamps {
        builder.append(TimestampMs(*timestamp), None, Some(value), &[]).expect("fits");
    }
    let bytes = builder.build(&mut Compressor::new(Compression::None)).expect("has records");
    let header = *Batch::parse(bytes.clone()).expect("just built").header();
    (header, bytes)
}

/// Appends one batch of one record, rolling if that is due; returns it as it lies on disk.
pub fn append(log: &mut Log, value: &[u8]) -> Vec<u8> {
    append_at(log, 1_000, value)
}

/// [`append`] at a time, which is the record's as well.
pub fn append_at(log: &mut Log, now_ms: i64, value: &[u8]) -> Vec<u8> {
    append_batch(log, &[now_ms], value)
}

/// Appends a batch of one record for each timestamp, rolling if that is due by the first; returns it as it lies on disk.
pub fn append_batch(log: &mut Log, timestamps: &[i64], value: &[u8]) -> Vec<u8> {
    let (header, sent) = batch_of(timestamps, value);
    let now = at(timestamps[0]);
    if log.roll_is_due(&header, now) {
        log.roll(now, None);
    }
    let stamped = log.append(&header, sent.clone(), LeaderEpoch(0), true).expect("the directory takes it");
    let mut bytes = sent.to_vec();
    stamp(&mut bytes, stamped.base_offset, LeaderEpoch(0));
    bytes
}

/// A directory on this disk, the journal too, with small rounds and a ring of 64 KiB.
pub fn open(disk: impl Disk + Clone + 'static) -> Result<(LogDirectory, Vec<Log>), OpenError> {
    open_with(disk, Options { journal_bytes: 64 << 10, round_bytes: 8 << 10, ..Options::default() })
}

/// [`open`] with options.
pub fn open_with(
    disk: impl Disk + Clone + 'static,
    options: Options,
) -> Result<(LogDirectory, Vec<Log>), OpenError> {
    let (directory, logs, _) = LogDirectory::open(Arc::new(disk.clone()), Arc::new(disk), options, 0xF00D)?;
    Ok((directory, logs))
}

/// Makes everything that was submitted durable.
pub fn commit(directory: &LogDirectory) -> Result<(), CommitError> {
    while directory.write_round()?.is_some() {}
    directory.sync()?;
    Ok(())
}

/// Everything that can be read of a log from its start on.
pub fn read_all(reader: &LogReader) -> Result<Vec<u8>, ReadError> {
    let (mut from, end) = (reader.start().0, reader.end().0);
    let mut all = Vec::new();
    while from < end {
        let batches = reader.read(from, end, 1 << 20)?;
        if batches.bytes.is_empty() {
            break;
        }
        all.extend_from_slice(&batches.bytes);
        from = batches.next_offset;
    }
    Ok(all)
}

/// A disk that lies, and through which a process works only until it is killed.
#[derive(Clone, Debug)]
pub struct BadDisk {
    pub disk: Arc<dyn Disk>,
    pub lies: Lies,
    pub process: Process,
}

/// Which syncs do nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lies {
    /// Those of files whose path contains one of these.
    pub files: &'static [&'static str],
    /// Those of directories.
    pub directories: bool,
}

/// A process that can be killed between two operations of its disks, which then keep all that it wrote.
#[derive(Clone, Debug)]
pub struct Process(Arc<AtomicI64>);

impl Process {
    /// Killed after this many operations that change something.
    pub fn killed_after(operations: u64) -> Process {
        Process(Arc::new(AtomicI64::new(i64::try_from(operations).unwrap_or(i64::MAX))))
    }

    pub fn is_dead(&self) -> bool {
        self.0.load(Ordering::Relaxed) < 0
    }

    fn lives(&self) -> io::Result<()> {
        if self.is_dead() { Err(io::Error::other("killed")) } else { Ok(()) }
    }

    fn change(&self) -> io::Result<()> {
        self.0.fetch_sub(1, Ordering::Relaxed);
        self.lives()
    }
}

impl Disk for BadDisk {
    fn open(&self, path: &Path, create: bool) -> io::Result<Arc<dyn DiskFile>> {
        if create { self.process.change() } else { self.process.lives() }?;
        let file = self.disk.open(path, create)?;
        let lies = self.lies.files.iter().any(|part| path.to_string_lossy().contains(part));
        Ok(Arc::new(BadFile { file, lies, process: self.process.clone() }))
    }
    fn list(&self, directory: &Path) -> io::Result<Vec<PathBuf>> {
        self.process.lives()?;
        self.disk.list(directory)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.process.change()?;
        self.disk.rename(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.process.change()?;
        self.disk.remove(path)
    }
    fn sync_directory(&self, directory: &Path) -> io::Result<()> {
        self.process.change()?;
        if self.lies.directories { Ok(()) } else { self.disk.sync_directory(directory) }
    }
    fn free_bytes(&self) -> io::Result<u64> {
        self.process.lives()?;
        self.disk.free_bytes()
    }
}

#[derive(Debug)]
struct BadFile {
    file: Arc<dyn DiskFile>,
    lies: bool,
    process: Process,
}

impl DiskFile for BadFile {
    fn write_all_at(&self, buffers: &[IoSlice<'_>], position: u64) -> io::Result<()> {
        self.process.change()?;
        self.file.write_all_at(buffers, position)
    }
    fn read_exact_at(&self, buffer: &mut [u8], position: u64) -> io::Result<()> {
        self.process.lives()?;
        self.file.read_exact_at(buffer, position)
    }
    fn sync_data(&self) -> io::Result<()> {
        self.process.change()?;
        if self.lies { Ok(()) } else { self.file.sync_data() }
    }
    fn reserve(&self, length: u64) -> io::Result<()> {
        self.process.change()?;
        self.file.reserve(length)
    }
    fn length(&self) -> io::Result<u64> {
        self.process.lives()?;
        self.file.length()
    }
    fn set_length(&self, length: u64) -> io::Result<()> {
        self.process.change()?;
        self.file.set_length(length)
    }
    fn view(&self, length: usize) -> io::Result<View> {
        self.process.lives()?;
        self.file.view(length)
    }
    fn serial(&self) -> io::Result<u64> {
        self.process.lives()?;
        self.file.serial()
    }
}
