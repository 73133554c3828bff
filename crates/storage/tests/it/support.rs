//! Dice, batches, and disks that are worse than they say.

use std::fmt;
use std::io::{self, IoSlice};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use tidelog_model::{LeaderEpoch, Now, PartitionId, TimestampMs, TopicId, TopicPartition};
use tidelog_record::{Batch, BatchBuilder, BatchHeader, Compression, Compressor, stamp};
use tidelog_storage::disk::{Disk, DiskFile, Operation, View};
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

/// A disk that somebody watches, who may also interfere.
#[derive(Clone)]
pub struct WatchedDisk {
    pub disk: Arc<dyn Disk>,
    pub watcher: Arc<dyn Watcher>,
}

/// Who is told of each operation before it is done.
pub trait Watcher: Send + Sync {
    /// An error becomes the operation's own; `Skip` leaves it out and calls it done.
    fn before(&self, operation: Operation, path: &Path) -> io::Result<Verdict>;
    /// A file was opened (1) or closed (−1).
    fn handles(&self, _change: i64) {}
}

/// What becomes of a watched operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    Do,
    Skip,
}

impl WatchedDisk {
    pub fn new(disk: impl Disk + 'static, watcher: impl Watcher + 'static) -> WatchedDisk {
        WatchedDisk { disk: Arc::new(disk), watcher: Arc::new(watcher) }
    }

    fn sync_all_in(&self, directory: &Path) -> io::Result<()> {
        for name in self.disk.list(directory)? {
            let path = directory.join(name);
            match self.disk.open(&path, false) {
                Ok(file) => file.sync_data()?,
                Err(_) => self.sync_all_in(&path)?,
            }
        }
        self.disk.sync_directory(directory)
    }
}

impl fmt::Debug for WatchedDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "watched {:?}", self.disk)
    }
}

impl Disk for WatchedDisk {
    fn open(&self, path: &Path, create: bool) -> io::Result<Arc<dyn DiskFile>> {
        self.watcher.before(if create { Operation::Create } else { Operation::Open }, path)?;
        let file = self.disk.open(path, create)?;
        self.watcher.handles(1);
        Ok(Arc::new(WatchedFile { file, path: path.to_owned(), watcher: self.watcher.clone() }))
    }
    fn list(&self, directory: &Path) -> io::Result<Vec<PathBuf>> {
        self.watcher.before(Operation::List, directory)?;
        self.disk.list(directory)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.watcher.before(Operation::Rename, from)?;
        self.disk.rename(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.watcher.before(Operation::Remove, path)?;
        self.disk.remove(path)
    }
    fn sync_directory(&self, directory: &Path) -> io::Result<()> {
        match self.watcher.before(Operation::SyncDirectory, directory)? {
            Verdict::Do => self.disk.sync_directory(directory),
            Verdict::Skip => Ok(()),
        }
    }
    fn sync_everything(&self) -> io::Result<bool> {
        self.sync_all_in(Path::new(""))?;
        Ok(true)
    }
    fn free_bytes(&self) -> io::Result<u64> {
        self.disk.free_bytes()
    }
}

struct WatchedFile {
    file: Arc<dyn DiskFile>,
    path: PathBuf,
    watcher: Arc<dyn Watcher>,
}

impl fmt::Debug for WatchedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "watched {}", self.path.display())
    }
}

impl Drop for WatchedFile {
    fn drop(&mut self) {
        self.watcher.handles(-1);
    }
}

impl DiskFile for WatchedFile {
    fn write_all_at(&self, buffers: &[IoSlice<'_>], position: u64) -> io::Result<()> {
        self.watcher.before(Operation::Write, &self.path)?;
        self.file.write_all_at(buffers, position)
    }
    fn read_exact_at(&self, buffer: &mut [u8], position: u64) -> io::Result<()> {
        self.watcher.before(Operation::Read, &self.path)?;
        self.file.read_exact_at(buffer, position)
    }
    fn sync_data(&self) -> io::Result<()> {
        match self.watcher.before(Operation::Sync, &self.path)? {
            Verdict::Do => self.file.sync_data(),
            Verdict::Skip => Ok(()),
        }
    }
    fn reserve(&self, length: u64) -> io::Result<()> {
        self.watcher.before(Operation::Reserve, &self.path)?;
        self.file.reserve(length)
    }
    fn length(&self) -> io::Result<u64> {
        self.file.length()
    }
    fn set_length(&self, length: u64) -> io::Result<()> {
        self.watcher.before(Operation::SetLength, &self.path)?;
        self.file.set_length(length)
    }
    fn view(&self, length: usize) -> io::Result<View> {
        self.watcher.before(Operation::Read, &self.path)?;
        self.file.view(length)
    }
    fn serial(&self) -> io::Result<u64> {
        self.file.serial()
    }
}

/// Which syncs do nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lies {
    /// Those of files whose path contains one of these.
    pub files: &'static [&'static str],
    /// Those of directories.
    pub directories: bool,
}

/// A process that can be killed between two operations of its disks, which then keep all that it wrote. Some of its syncs
/// may be lies.
#[derive(Clone, Debug)]
pub struct Process {
    operations_left: Arc<AtomicI64>,
    lies: Lies,
}

impl Process {
    /// Killed after this many operations that change something.
    pub fn killed_after(operations: u64) -> Process {
        let left = i64::try_from(operations).unwrap_or(i64::MAX);
        Process { operations_left: Arc::new(AtomicI64::new(left)), lies: Lies::default() }
    }

    pub fn with_lies(self, lies: Lies) -> Process {
        Process { lies, ..self }
    }

    pub fn is_dead(&self) -> bool {
        self.operations_left.load(Ordering::Relaxed) < 0
    }
}

impl Watcher for Process {
    fn before(&self, operation: Operation, path: &Path) -> io::Result<Verdict> {
        if !matches!(operation, Operation::Open | Operation::List | Operation::Read) {
            self.operations_left.fetch_sub(1, Ordering::Relaxed);
        }
        let lies = match operation {
            Operation::Sync => self.lies.files.iter().any(|part| path.to_string_lossy().contains(part)),
            Operation::SyncDirectory => self.lies.directories,
            _ => false,
        };
        match (self.is_dead(), lies) {
            (true, _) => Err(io::Error::other("killed")),
            (false, true) => Ok(Verdict::Skip),
            (false, false) => Ok(Verdict::Do),
        }
    }
}
