//! The threads of a log directory: one commits, one writes back, one runs checkpoints.
//!
//! A commit must not wait for anything but its own write and sync, so everything else is on other threads. The committer
//! sleeps until the queue in front of the journal gets its first entry; while it syncs, the next round gathers: the disk's
//! own pace is the batching, there is no timer.
//!
//! Two wake-ups of other threads cost more than a small commit. So a connection that has appended, while nobody commits, may
//! commit on the spot ([`Owed::commit`]): its own records and whatever else is in the queue. Where somebody commits already,
//! the committer's thread takes the next round, with all that gathers meanwhile (`docs/design/002-commit-on-the-spot.md`).
//!
//! What must stay true: one thread at a time writes rounds; a round is told durable only by a sync that began after it was
//! written; whoever puts the first entry into an empty queue owes a commit, and pays or passes it on when dropped.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle, Thread};
use std::time::{Duration, Instant};

use crate::durable::Synced;
use crate::metrics::CommitMetrics;
use parking_lot::{Condvar, Mutex};
use tidelog_storage::{CommitError, DirectoryFailed, LogDirectory, Round};

/// Appended batches stay in memory at most this long before they are written to their segments …
const WRITE_BACK_AFTER: Duration = Duration::from_millis(10);
/// … and no longer once there are this many bytes of them.
const WRITE_BACK_BYTES: u64 = 4 << 20;
/// Rounds that need no sync are synced after this at the latest.
const SYNC_AFTER: Duration = Duration::from_millis(200);
/// A checkpoint runs at least this often, if anything changed.
const CHECKPOINT_AFTER: Duration = Duration::from_secs(60);
/// Logs that are written back before the thread looks whether it should stop.
const WRITE_BACK_LOGS: usize = 256;
/// A stop does not wait for a checkpoint of more logs than this.
const CHECKPOINT_AT_STOP_LOGS: usize = 1000;
/// How often free space is looked at.
const SPACE_CHECK_AFTER: Duration = Duration::from_secs(1);

/// The running threads. Dropping it without [`Committer::shut_down`] ends them where they are, like a crash: what is queued
/// is not committed, and nobody is told.
#[derive(Debug)]
pub struct Committer {
    shared: Arc<Shared>,
    /// `None` once it was shut down.
    commit: Option<JoinHandle<()>>,
    background: Vec<JoinHandle<()>>,
}

struct Shared {
    directory: Arc<LogDirectory>,
    metrics: CommitMetrics,
    synced: Synced,
    /// Brings what the partitions keep for a checkpoint into their logs.
    before_checkpoint: Box<dyn Fn() + Send + Sync>,
    /// The committer ends once the queue is empty; the others end after it, because it may need a checkpoint.
    stop_commit: AtomicBool,
    stop_background: AtomicBool,
    is_abandoned: AtomicBool,
    write_back_asleep: AtomicBool,
    /// Held by whoever writes rounds.
    rounds: Mutex<Unsynced>,
    commit_thread: OnceLock<Thread>,
    write_back_thread: OnceLock<Thread>,
    checkpoint: Mutex<CheckpointState>,
    checkpoint_changed: Condvar,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "threads of {:?}", self.directory)
    }
}

#[derive(Default)]
struct CheckpointState {
    wanted: bool,
    finished: u64,
}

impl Committer {
    /// Starts the threads. `before_checkpoint` runs on the checkpoint thread.
    pub fn start(
        directory: Arc<LogDirectory>,
        metrics: CommitMetrics,
        synced: Synced,
        before_checkpoint: impl Fn() + Send + Sync + 'static,
    ) -> Committer {
        let shared = Arc::new(Shared {
            directory,
            metrics,
            synced,
            before_checkpoint: Box::new(before_checkpoint),
            stop_commit: AtomicBool::new(false),
            stop_background: AtomicBool::new(false),
            is_abandoned: AtomicBool::new(false),
            write_back_asleep: AtomicBool::new(false),
            rounds: Mutex::default(),
            commit_thread: OnceLock::new(),
            write_back_thread: OnceLock::new(),
            checkpoint: Mutex::default(),
            checkpoint_changed: Condvar::new(),
        });
        let write_back = spawn("write-back", shared.clone(), Shared::run_write_back);
        shared.write_back_thread.get_or_init(|| write_back.thread().clone());
        let commit = spawn("commit", shared.clone(), Shared::run_commit);
        shared.commit_thread.get_or_init(|| commit.thread().clone());
        let commit_thread = commit.thread().clone();
        shared.directory.wake_on_work(move || {
            if !DEFERRAL.get().is_taken() {
                commit_thread.unpark();
            }
        });
        commit.thread().unpark();
        let checkpoint = spawn("checkpoint", shared.clone(), Shared::run_checkpoints);
        Committer { shared, commit: Some(commit), background: vec![write_back, checkpoint] }
    }

    /// For those who append.
    pub fn handle(&self) -> CommitHandle {
        CommitHandle(self.shared.clone())
    }

    /// Commits what is queued, checkpoints, and ends the threads.
    pub fn shut_down(mut self) {
        self.end_threads();
        // The journal has everything. A checkpoint only spares the next start some redo, and is not worth a long stop.
        if self.shared.directory.changed_logs() <= CHECKPOINT_AT_STOP_LOGS {
            (self.shared.before_checkpoint)();
            report(self.shared.directory.checkpoint());
        }
    }
}

impl Committer {
    fn end_threads(&mut self) {
        let Some(commit) = self.commit.take() else { return };
        self.shared.stop_commit.store(true, Ordering::Release);
        join(commit);
        self.shared.stop_background.store(true, Ordering::Release);
        self.shared.want_checkpoint();
        self.background.drain(..).for_each(join);
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        if self.commit.is_some() {
            self.shared.is_abandoned.store(true, Ordering::Release);
            self.end_threads();
        }
    }
}

fn join(thread: JoinHandle<()>) {
    thread.thread().unpark();
    if thread.join().is_err() {
        tracing::error!("a thread of the log directory panicked");
    }
}

fn spawn(name: &str, shared: Arc<Shared>, run: impl FnOnce(&Shared) + Send + 'static) -> JoinHandle<()> {
    let builder = thread::Builder::new().name(format!("tidelog-{name}"));
    builder.spawn(move || run(&shared)).expect("the system starts threads")
}

impl Shared {
    fn run_commit(&self) {
        loop {
            let mut unsynced = self.rounds.lock();
            match self.round(&mut unsynced) {
                Ok(true) => {}
                Ok(false) if self.is_abandoned.load(Ordering::Acquire) => return,
                Ok(false) if self.stop_commit.load(Ordering::Acquire) => {
                    report(self.sync(&mut unsynced));
                    return;
                }
                Ok(false) => match unsynced.deadline() {
                    Some(deadline) if deadline <= Instant::now() => {
                        if self.sync(&mut unsynced).is_err() {
                            return;
                        }
                    }
                    Some(deadline) => {
                        drop(unsynced);
                        thread::park_timeout(deadline - Instant::now());
                    }
                    None => {
                        drop(unsynced);
                        thread::park();
                    }
                },
                Err(CommitError::RingFull { .. }) => {
                    // What is written so far must not wait for the checkpoint.
                    if self.sync(&mut unsynced).is_err() {
                        return;
                    }
                    self.wait_for_checkpoint();
                    if self.directory.is_low_on_space() {
                        // Checkpoints free nothing until somebody frees space.
                        thread::park_timeout(SPACE_CHECK_AFTER);
                    }
                }
                Err(CommitError::Failed(failure)) => {
                    tracing::error!(%failure, "the log directory stopped");
                    return;
                }
            }
        }
    }

    /// Writes what is queued, and syncs if somebody waits for that; false if nothing was queued.
    fn round(&self, unsynced: &mut Unsynced) -> Result<bool, CommitError> {
        if self.is_abandoned.load(Ordering::Acquire) {
            return Ok(false);
        }
        let Some(round) = self.directory.write_round()? else { return Ok(false) };
        round.publish_written();
        unsynced.push(round);
        if unsynced.is_due() {
            self.sync(unsynced)?;
        }
        self.after_round();
        Ok(true)
    }

    /// One round on the caller's thread, unless somebody else is at it; what is left is the committer's.
    fn commit_here(&self) {
        if let Some(mut unsynced) = self.rounds.try_lock() {
            let is_done = matches!(self.round(&mut unsynced), Ok(true))
                && unsynced.rounds.is_empty()
                && !self.directory.has_queued();
            drop(unsynced);
            if is_done {
                return;
            }
        }
        self.wake_committer();
    }

    fn wake_committer(&self) {
        if let Some(thread) = self.commit_thread.get() {
            thread.unpark();
        }
    }

    fn sync(&self, unsynced: &mut Unsynced) -> Result<(), DirectoryFailed> {
        if unsynced.rounds.is_empty() {
            return Ok(());
        }
        let started = Instant::now();
        let synced = self.directory.sync().inspect_err(|failure| {
            tracing::error!(%failure, "the log directory stopped");
        })?;
        self.metrics.synced(unsynced.rounds.len(), started.elapsed());
        for round in unsynced.rounds.drain(..) {
            debug_assert!(round.sequence <= synced, "{round:?} is newer than the sync");
            round.publish_durable();
        }
        *unsynced = Unsynced::default();
        self.synced.tell();
        Ok(())
    }

    fn after_round(&self) {
        let is_large = self.directory.unwritten_bytes() >= WRITE_BACK_BYTES;
        let must_wake = is_large || self.write_back_asleep.swap(false, Ordering::AcqRel);
        if must_wake && let Some(thread) = self.write_back_thread.get() {
            thread.unpark();
        }
        if self.directory.checkpoint_is_due() {
            self.want_checkpoint();
        }
    }

    fn run_write_back(&self) {
        while !self.stop_background.load(Ordering::Acquire) {
            self.write_back_asleep.store(true, Ordering::Release);
            // Looked at again after saying so: a round that came between would not have woken this thread.
            if self.directory.unwritten_bytes() == 0 {
                thread::park();
            }
            self.write_back_asleep.store(false, Ordering::Release);
            if self.directory.unwritten_bytes() < WRITE_BACK_BYTES {
                thread::park_timeout(WRITE_BACK_AFTER);
            }
            match self.directory.write_back_some(WRITE_BACK_LOGS) {
                Ok(0) if self.directory.is_low_on_space() => thread::park_timeout(SPACE_CHECK_AFTER),
                Ok(_) => {}
                Err(failure) => {
                    tracing::error!(%failure, "the log directory stopped");
                    return;
                }
            }
        }
    }

    fn run_checkpoints(&self) {
        let mut last_run = Instant::now();
        loop {
            let mut state = self.checkpoint.lock();
            if !state.wanted {
                self.checkpoint_changed.wait_for(&mut state, SPACE_CHECK_AFTER);
            }
            if self.stop_background.load(Ordering::Acquire) {
                return;
            }
            let wanted = std::mem::take(&mut state.wanted);
            drop(state);
            self.look_at_space();
            let is_old = last_run.elapsed() >= CHECKPOINT_AFTER && self.directory.journal_used_bytes() > 0;
            if wanted || is_old {
                (self.before_checkpoint)();
                let started = Instant::now();
                if self.directory.checkpoint().is_err() {
                    return;
                }
                last_run = Instant::now();
                self.metrics.checkpointed(last_run - started);
                self.checkpoint.lock().finished += 1;
                self.checkpoint_changed.notify_all();
            }
        }
    }

    fn look_at_space(&self) {
        let was_low = self.directory.is_low_on_space();
        match self.directory.check_space() {
            Ok(free_bytes) if self.directory.is_low_on_space() != was_low => {
                tracing::warn!(free_bytes, refusing_appends = !was_low, "free space crossed the reserve");
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "free space of the log directory is not known"),
        }
    }

    fn want_checkpoint(&self) {
        let mut state = self.checkpoint.lock();
        if !state.wanted {
            state.wanted = true;
            self.checkpoint_changed.notify_all();
        }
    }

    fn wait_for_checkpoint(&self) {
        let mut state = self.checkpoint.lock();
        let finished = state.finished;
        state.wanted = true;
        self.checkpoint_changed.notify_all();
        while state.finished == finished && self.directory.failure().is_none() {
            self.checkpoint_changed.wait_for(&mut state, SPACE_CHECK_AFTER);
        }
    }
}

/// How an append that finds the queue empty sees to it that somebody commits.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Deferral {
    /// It wakes the committer.
    #[default]
    Off,
    /// It will be asked for.
    On,
    /// It was the first, and owes a commit.
    Owed,
}

thread_local! {
    static DEFERRAL: Cell<Deferral> = const { Cell::new(Deferral::Off) };
}

impl Deferral {
    /// Notes the debt; false if there is nobody here to pay it.
    fn is_taken(self) -> bool {
        if self != Deferral::Off {
            DEFERRAL.set(Deferral::Owed);
        }
        self != Deferral::Off
    }
}

/// Lets appends choose who commits.
#[derive(Clone, Debug)]
pub struct CommitHandle(Arc<Shared>);

impl CommitHandle {
    /// Runs `append`, which must not wait; whoever calls owes a commit afterwards, if nobody else does already.
    pub fn deferred(&self, append: impl FnOnce()) -> Owed {
        /// Also if `append` panics.
        struct Reset;
        impl Drop for Reset {
            fn drop(&mut self) {
                DEFERRAL.set(Deferral::Off);
            }
        }
        DEFERRAL.set(Deferral::On);
        let reset = Reset;
        append();
        let is_owed = DEFERRAL.get() == Deferral::Owed;
        drop(reset);
        Owed(is_owed.then(|| self.0.clone()))
    }
}

/// A commit that somebody has to see to, perhaps. Dropping it leaves it to the committer's thread.
#[derive(Debug, Default)]
#[must_use = "records wait for it; dropping it late delays them"]
pub struct Owed(Option<Arc<Shared>>);

impl Owed {
    /// Whether a commit is left to see to.
    pub fn is_owed(&self) -> bool {
        self.0.is_some()
    }

    /// Takes over what `other` owes.
    pub fn join(&mut self, mut other: Owed) {
        if self.0.is_none() {
            self.0 = other.0.take();
        } else {
            // One commit takes all that is queued.
            other.0 = None;
        }
    }

    /// Commits on this thread, if nobody else is committing: a write and a sync. False if nothing was owed.
    pub fn commit(&mut self) -> bool {
        let owed = self.0.take();
        if let Some(shared) = &owed {
            shared.commit_here();
        }
        owed.is_some()
    }
}

impl Drop for Owed {
    fn drop(&mut self) {
        if let Some(shared) = self.0.take() {
            shared.wake_committer();
        }
    }
}

/// Rounds that are written but not synced.
#[derive(Default)]
struct Unsynced {
    rounds: Vec<Round>,
    since: Option<Instant>,
    wants_sync: bool,
}

impl Unsynced {
    fn push(&mut self, round: Round) {
        self.wants_sync |= round.wants_sync;
        self.since.get_or_insert_with(Instant::now);
        self.rounds.push(round);
    }

    fn is_due(&self) -> bool {
        self.wants_sync || self.deadline().is_some_and(|deadline| deadline <= Instant::now())
    }

    fn deadline(&self) -> Option<Instant> {
        self.since.map(|since| since + SYNC_AFTER)
    }
}

/// The listeners have been told; here it is only written down.
fn report(result: Result<(), DirectoryFailed>) {
    if let Err(failure) = result {
        tracing::error!(%failure, "the log directory stopped");
    }
}
