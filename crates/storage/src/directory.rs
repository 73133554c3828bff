//! One log directory: its logs, the queue in front of the journal, and the three things a shell does with it.
//!
//! ```text
//!  Log::append … ─► queue ─► write_round ─► (listeners: written) ─► sync ─► (listeners: durable)      hot, one thread
//!        │
//!        └────────► tails ─► write_back ─► segment files, unsynced                                    warm, batched
//!                                              └─► checkpoint: sync them, store the manifest, free the ring   cold
//! ```
//!
//! Nothing here starts a thread or waits for one: a shell decides who calls what, and a simulator calls it all in turn.
//! `write_round` + `sync`, `write_back` and `checkpoint` may run at once on three threads.
//!
//! What must stay true: an operation is told durable only after its frame is synced; ring space is freed only after a
//! manifest that no longer needs it is durable; files are removed only after a manifest that no longer names them is.
//! What a crash leaves: see `recovery.rs`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use tidelog_model::watermark::{DurableEnd, WrittenEnd};
use tidelog_model::{Offset, TopicPartition};

use crate::disk::Disk;
use crate::error::{AppendError, CommitError, DirectoryFailed, OpenError, ReadError};
use crate::files::Files;
use crate::identity;
use crate::journal::Journal;
use crate::layout;
use crate::log::{Log, LogShared, SegmentLimits};
use crate::manifest::Manifest;
use crate::op::{Entry, LogId, Lsn, Op};
use crate::recovery;
use crate::state::LogState;

/// How a log directory uses its machine.
#[derive(Clone, Debug)]
pub struct Options {
    /// The journal ring's limit in bytes (`tidelog.journal.bytes`). It starts small and grows to this under load; twice
    /// the largest round is the least that works.
    pub journal_bytes: u64,
    /// The most bytes of one journal frame, unless a single batch is larger.
    pub round_bytes: usize,
    /// Open segment files at most (`tidelog.open.files`).
    pub open_files: usize,
    /// Appends are refused while fewer bytes are free (`tidelog.disk.reserve.bytes`).
    pub reserve_bytes: u64,
    /// Take a copied directory for the original (`--adopt-data-dir`).
    pub adopt: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            journal_bytes: 128 << 20,
            round_bytes: 8 << 20,
            open_files: 4096,
            reserve_bytes: 0,
            adopt: false,
        }
    }
}

/// A log directory, open. Dropping it loses nothing that was told durable, but a [`LogDirectory::checkpoint`] before
/// makes the next start quicker.
pub struct LogDirectory {
    pub(crate) shared: Arc<Shared>,
    pub(crate) logs: Mutex<Logs>,
    /// The first checkpoint looks for them.
    pub(crate) has_removed_orphans: AtomicBool,
}

pub(crate) struct Logs {
    pub next_id: u64,
    pub by_id: BTreeMap<LogId, Arc<LogShared>>,
    /// Deleted logs whose files go at the next checkpoint.
    pub deleted: Vec<Arc<LogShared>>,
}

/// What a directory's logs share.
pub(crate) struct Shared {
    pub disk: Arc<dyn Disk>,
    pub directory_id: u128,
    pub files: Files,
    pub options: Options,
    queue: Mutex<Queue>,
    pub journal: Mutex<Journal>,
    /// Held by the one checkpoint that runs.
    pub manifest: Mutex<Manifest>,
    pub next_file_number: AtomicU64,
    write_back: Mutex<Vec<Arc<LogShared>>>,
    pub dirty_directories: Mutex<BTreeSet<PathBuf>>,
    synced_operations: AtomicU64,
    unwritten_bytes: AtomicU64,
    free_bytes: AtomicU64,
    pub is_low_on_space: AtomicBool,
    failure: OnceLock<DirectoryFailed>,
    waker: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

/// Operations that are applied but not yet in the journal, in LSN order.
struct Queue {
    first_lsn: Lsn,
    entries: VecDeque<Queued>,
    wants_sync: bool,
}

struct Queued {
    log: Arc<LogShared>,
    entry: Entry,
    /// The log's end with this operation.
    end: Offset,
}

/// What recovery did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RecoveryReport {
    /// The directory was empty and has been formatted.
    pub formatted: bool,
    /// Logs found.
    pub logs: usize,
    /// Operations of the journal that were applied again.
    pub redone_operations: u64,
    /// Their bytes.
    pub redone_bytes: u64,
}

/// One frame that was written to the journal.
pub struct Round {
    /// Durable once [`LogDirectory::sync`] returns this number or a higher one.
    pub sequence: u64,
    /// How many operations it holds; they went in as they were submitted, oldest first.
    pub operations: usize,
    /// Whether an operation in it asked to be synced at once.
    pub wants_sync: bool,
    /// Each log that it touched, and that log's end as of this round.
    ends: Vec<(Arc<LogShared>, Offset)>,
}

impl fmt::Debug for LogDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "log directory {:032x}", self.shared.directory_id)
    }
}

impl LogDirectory {
    /// Opens the directory on `disk`, or formats it as `fresh_id` if it is empty; the journal is on `journal_disk`.
    /// Everything that was told durable is in the logs that are returned.
    pub fn open(
        disk: Arc<dyn Disk>,
        journal_disk: Arc<dyn Disk>,
        options: Options,
        fresh_id: u128,
    ) -> Result<(LogDirectory, Vec<Log>, RecoveryReport), OpenError> {
        let directory_id = identity::open_or_format(&*disk, &*journal_disk, fresh_id, options.adopt)?;
        let manifest = Manifest::load(&*disk, directory_id)?;
        let recovered = recovery::recover(&*journal_disk, directory_id, &options, &manifest)?;
        let shared = Arc::new(Shared {
            files: Files::new(disk.clone(), options.open_files),
            disk,
            directory_id,
            options,
            queue: Mutex::new(Queue {
                first_lsn: recovered.next_lsn,
                entries: VecDeque::new(),
                wants_sync: false,
            }),
            journal: Mutex::new(recovered.journal),
            manifest: Mutex::new(manifest),
            next_file_number: AtomicU64::new(recovered.next_file_number),
            write_back: Mutex::default(),
            dirty_directories: Mutex::default(),
            synced_operations: AtomicU64::new(recovered.next_lsn.0),
            unwritten_bytes: AtomicU64::new(0),
            free_bytes: AtomicU64::new(u64::MAX),
            is_low_on_space: AtomicBool::new(false),
            failure: OnceLock::new(),
            waker: OnceLock::new(),
        });
        let open = |(id, log): (LogId, recovery::RecoveredLog)| {
            let unwritten = log.state.unwritten_bytes();
            let log = LogShared::new(id, log.partition, shared.clone(), log.state);
            log.await_write_back(unwritten);
            log
        };
        let logs: Vec<Arc<LogShared>> = recovered.logs.into_iter().map(open).collect();
        let deleted = recovered.deleted.into_iter().map(open).collect();
        let by_id = logs.iter().map(|log| (log.id, log.clone())).collect();
        let report = RecoveryReport {
            formatted: directory_id == fresh_id,
            logs: logs.len(),
            redone_operations: recovered.operations,
            redone_bytes: recovered.bytes,
        };
        let directory = LogDirectory {
            shared,
            logs: Mutex::new(Logs { next_id: recovered.next_log_id, by_id, deleted }),
            has_removed_orphans: AtomicBool::new(false),
        };
        Ok((directory, logs.into_iter().map(Log).collect(), report))
    }

    /// The directory's identity.
    pub fn id(&self) -> u128 {
        self.shared.directory_id
    }

    /// Sets who is called when the queue in front of the journal gets its first entry; once.
    pub fn wake_on_work(&self, waker: impl Fn() + Send + Sync + 'static) {
        assert!(self.shared.waker.set(Box::new(waker)).is_ok(), "{self:?} has a waker already");
    }

    /// A new, empty log; durable with the next synced round.
    pub fn create(&self, partition: TopicPartition) -> Log {
        let mut logs = self.logs.lock();
        let id = LogId(logs.next_id);
        logs.next_id += 1;
        let log = LogShared::new(id, partition, self.shared.clone(), LogState::new());
        logs.by_id.insert(id, log.clone());
        log.submit(&mut log.state.lock(), Op::Create { partition }, true);
        Log(log)
    }

    /// Deletes a log; durable with the next synced round, its files go at the next checkpoint. Writes the log's unwritten
    /// bytes first, if there is space.
    pub fn delete(&self, log: Log) -> Result<(), ReadError> {
        log.0.let_go(|| {
            let mut logs = self.logs.lock();
            logs.by_id.remove(&log.0.id);
            logs.deleted.push(log.0.clone());
            log.0.submit(&mut log.0.state.lock(), Op::Delete, true);
        })
    }

    /// Writes what is queued as one journal frame; `None` if nothing is. Only one thread at a time calls this.
    ///
    /// On [`CommitError::RingFull`] everything is still queued: run a checkpoint, then call again.
    pub fn write_round(&self) -> Result<Option<Round>, CommitError> {
        self.check()?;
        let result = self.shared.write_round();
        // Listeners hear of a failure when no lock is held any more.
        result.map_err(|error| match error {
            CommitError::Failed(failure) => self.fail(failure).into(),
            full @ CommitError::RingFull { .. } => full,
        })
    }

    /// Syncs the journal; returns the sequence of the newest frame that is durable now.
    pub fn sync(&self) -> Result<u64, DirectoryFailed> {
        self.check()?;
        let (file, sequence, operations) = {
            let journal = self.shared.journal.lock();
            let (file, sequence) = journal.to_sync();
            // Rounds are taken from the queue under the journal's lock: what left the queue is written.
            (file, sequence, self.shared.queue.lock().first_lsn.0)
        };
        file.sync_data().map_err(|error| self.fail(failure("sync", layout::JOURNAL.as_ref(), &error)))?;
        self.shared.journal.lock().synced(sequence);
        self.shared.synced_operations.fetch_max(operations, Ordering::AcqRel);
        Ok(sequence)
    }

    /// Whether something waits for a round.
    pub fn has_queued(&self) -> bool {
        !self.shared.queue.lock().entries.is_empty()
    }

    /// How far operations have been submitted, as a number to compare with [`LogDirectory::synced_operations`]: once that
    /// is as large, everything submitted before this call is durable.
    pub fn submitted_operations(&self) -> u64 {
        let queue = self.shared.queue.lock();
        queue.first_lsn.0 + queue.entries.len() as u64
    }

    /// How far operations are durable.
    pub fn synced_operations(&self) -> u64 {
        self.shared.synced_operations.load(Ordering::Acquire)
    }

    /// Writes appended batches to their segments' files, unsynced, one write for each file; returns their bytes, whose
    /// memory is free again. On a full disk the others wait on.
    pub fn write_back(&self) -> Result<u64, DirectoryFailed> {
        self.write_back_some(usize::MAX)
    }

    /// [`LogDirectory::write_back`] of at most this many logs, so that its caller can look up in between.
    pub fn write_back_some(&self, logs: usize) -> Result<u64, DirectoryFailed> {
        self.check()?;
        let logs: Vec<_> = {
            let mut waiting = self.shared.write_back.lock();
            let count = logs.min(waiting.len());
            waiting.drain(..count).collect()
        };
        let mut bytes = 0;
        for log in logs {
            log.awaits_write_back.store(false, Ordering::Release);
            bytes += self.write_back_log(&log).map_err(|failure| self.fail(failure))?.unwrap_or(0);
        }
        Ok(bytes)
    }

    /// Bytes of batches that are not yet in their segments' files.
    pub fn unwritten_bytes(&self) -> u64 {
        self.shared.unwritten_bytes.load(Ordering::Relaxed)
    }

    /// Bytes of the journal ring that recovery would read now.
    pub fn journal_used_bytes(&self) -> u64 {
        self.shared.journal.lock().used_bytes()
    }

    /// Looks how much space is free; appends are refused while it is below the reserve.
    pub fn check_space(&self) -> io::Result<u64> {
        let free = self.shared.disk.free_bytes()?;
        self.shared.free_bytes.store(free, Ordering::Relaxed);
        self.shared.is_low_on_space.store(free < self.shared.options.reserve_bytes, Ordering::Relaxed);
        Ok(free)
    }

    /// Whether appends are refused for want of space.
    pub fn is_low_on_space(&self) -> bool {
        self.shared.is_low_on_space.load(Ordering::Relaxed)
    }

    /// Why the directory stopped, if it did.
    pub fn failure(&self) -> Option<&DirectoryFailed> {
        self.shared.failure.get()
    }

    pub(crate) fn check(&self) -> Result<(), DirectoryFailed> {
        self.shared.failure.get().cloned().map_or(Ok(()), Err)
    }

    /// Stops the directory for good: after a failed write or sync nothing is known of what the disk holds.
    pub(crate) fn fail(&self, failure: DirectoryFailed) -> DirectoryFailed {
        if self.shared.failure.set(failure.clone()).is_ok() {
            let logs: Vec<_> = self.logs.lock().by_id.values().cloned().collect();
            for listener in logs.iter().filter_map(|log| log.listener.get()) {
                listener.failed(&failure);
            }
        }
        self.shared.failure.get().cloned().unwrap_or(failure)
    }

    /// Writes one log back; `None` if not all of it is in its files now for want of space. That stops appends, not the
    /// directory: the journal has the bytes, memory keeps them.
    pub(crate) fn write_back_log(&self, log: &Arc<LogShared>) -> Result<Option<u64>, DirectoryFailed> {
        if self.shared.files.is_crowded() {
            self.sync_dirty()?;
        }
        match log.write_back() {
            Ok(bytes) => Ok(Some(bytes)),
            Err(ReadError::Io { source, .. }) if source.kind() == io::ErrorKind::StorageFull => {
                self.shared.is_low_on_space.store(true, Ordering::Relaxed);
                log.await_write_back(0);
                Ok(None)
            }
            Err(ReadError::Io { path, source }) => Err(failure("write", &path, &source)),
            Err(other) => {
                Err(failure("write", layout::PARTITIONS.as_ref(), &io::Error::other(other.to_string())))
            }
        }
    }
}

/// A failure to be told with [`LogDirectory::fail`], once no lock is held.
pub(crate) fn failure(operation: &'static str, path: &Path, error: &io::Error) -> DirectoryFailed {
    DirectoryFailed { operation, path: path.to_owned(), reason: error.to_string() }
}

impl Drop for LogDirectory {
    fn drop(&mut self) {
        // Queued operations and logs hold each other; let go of what was never told durable.
        self.shared.queue.lock().entries.clear();
        self.shared.write_back.lock().clear();
    }
}

impl Round {
    /// Tells the logs' listeners that this round is written.
    pub fn publish_written(&self) {
        for (log, end) in &self.ends {
            if let Some(listener) = log.listener.get() {
                listener.written(WrittenEnd(*end));
            }
        }
    }

    /// Tells the logs' listeners that this round is durable.
    pub fn publish_durable(&self) {
        for (log, end) in &self.ends {
            if let Some(listener) = log.listener.get() {
                listener.durable(DurableEnd(*end));
            }
        }
    }
}

impl fmt::Debug for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "round {} of {} logs", self.sequence, self.ends.len())
    }
}

/// Each log once, with its last end.
fn last_ends(taken: Vec<Queued>) -> Vec<(Arc<LogShared>, Offset)> {
    let mut ends: Vec<(Arc<LogShared>, Offset)> = Vec::new();
    for queued in taken {
        match ends.last_mut() {
            Some((log, end)) if Arc::ptr_eq(log, &queued.log) => *end = queued.end,
            _ => ends.push((queued.log, queued.end)),
        }
    }
    ends.sort_by_key(|(log, _)| log.id);
    ends.dedup_by(|later, kept| {
        let same = Arc::ptr_eq(&later.0, &kept.0);
        if same {
            kept.1 = later.1;
        }
        same
    });
    ends
}

impl Queue {
    /// Entries from the front, up to `limit_bytes` of them but at least one; their first LSN; whether one wants a sync.
    fn take(&mut self, limit_bytes: usize) -> (Lsn, Vec<Queued>, bool) {
        let mut bytes = 0;
        let fits = |queued: &&Queued| {
            let fits = bytes == 0 || bytes + queued.entry.size_bytes() <= limit_bytes;
            bytes += queued.entry.size_bytes();
            fits
        };
        let count = self.entries.iter().take_while(fits).count();
        let first_lsn = self.first_lsn;
        let taken: Vec<Queued> = self.entries.drain(..count).collect();
        self.first_lsn = Lsn(first_lsn.0 + taken.len() as u64);
        let wants_sync = self.wants_sync;
        if self.entries.is_empty() {
            self.wants_sync = false;
        }
        (first_lsn, taken, wants_sync)
    }

    fn put_back(&mut self, taken: Vec<Queued>, wants_sync: bool) {
        self.first_lsn = Lsn(self.first_lsn.0 - taken.len() as u64);
        self.wants_sync |= wants_sync;
        for queued in taken.into_iter().rev() {
            self.entries.push_front(queued);
        }
    }
}

impl Shared {
    fn write_round(&self) -> Result<Option<Round>, CommitError> {
        let mut journal = self.journal.lock();
        let (first_lsn, taken, wants_sync) = self.queue.lock().take(self.options.round_bytes);
        if taken.is_empty() {
            return Ok(None);
        }
        if let Err(error) = journal.write(first_lsn, taken.iter().map(|queued| &queued.entry)) {
            if let CommitError::RingFull { .. } = error {
                self.queue.lock().put_back(taken, wants_sync);
            }
            return Err(error);
        }
        let sequence = journal.head().sequence - 1;
        Ok(Some(Round { sequence, operations: taken.len(), wants_sync, ends: last_ends(taken) }))
    }

    pub fn enqueue(&self, log: &Arc<LogShared>, op: Op, end: Offset, sync: bool) -> Lsn {
        let mut appended_bytes = 0;
        if let Op::Append(append) = &op {
            appended_bytes = append.batch.size_bytes() as u64;
        }
        let mut queue = self.queue.lock();
        let lsn = Lsn(queue.first_lsn.0 + queue.entries.len() as u64);
        let was_empty = queue.entries.is_empty();
        queue.wants_sync |= sync;
        queue.entries.push_back(Queued { log: log.clone(), entry: Entry { log: log.id, op }, end });
        drop(queue);
        if appended_bytes > 0 {
            log.await_write_back(appended_bytes);
        }
        if was_empty && let Some(waker) = self.waker.get() {
            waker();
        }
        lsn
    }

    pub fn next_file_number(&self) -> u64 {
        self.next_file_number.fetch_add(1, Ordering::AcqRel)
    }

    pub fn refuse_append(&self, uses_reserve: bool) -> Result<(), AppendError> {
        if let Some(failure) = self.failure.get() {
            return Err(failure.clone().into());
        }
        if self.is_low_on_space.load(Ordering::Relaxed) && !uses_reserve {
            return Err(AppendError::DiskReserve {
                free_bytes: self.free_bytes.load(Ordering::Relaxed),
                reserve_bytes: self.options.reserve_bytes,
            });
        }
        Ok(())
    }
}

impl LogShared {
    pub fn new(id: LogId, partition: TopicPartition, directory: Arc<Shared>, state: LogState) -> Arc<Self> {
        Arc::new(LogShared {
            id,
            partition,
            directory,
            state: Mutex::new(state),
            limits: Mutex::new(SegmentLimits::default()),
            uses_reserve: AtomicBool::new(false),
            awaits_write_back: AtomicBool::new(false),
            writing: Mutex::new(()),
            listener: OnceLock::new(),
        })
    }

    /// `bytes` more of this log wait to be written to its files.
    pub fn await_write_back(self: &Arc<Self>, bytes: u64) {
        self.directory.unwritten_bytes.fetch_add(bytes, Ordering::Relaxed);
        if !self.awaits_write_back.swap(true, Ordering::AcqRel) {
            self.directory.write_back.lock().push(self.clone());
        }
    }

    /// `bytes` of this log have been written to its files, or are gone.
    pub fn wrote_back(&self, bytes: u64) {
        self.directory.unwritten_bytes.fetch_sub(bytes, Ordering::Relaxed);
    }
}
