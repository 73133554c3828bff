//! One partition's log: a writer for the partition's single writer, and readers that never enter it.
//!
//! Every change is an operation: it is applied to the state in memory, queued for the journal, and takes no I/O. The
//! exceptions are rare and say so ([`Log::truncate`], [`Log::trim`], [`LogDirectory::delete`](crate::LogDirectory)): they
//! first bring the log's unwritten bytes to its files, because a checkpoint that is under way may already count on them.
//!
//! Lock order: the manifest, a log's write-back, the directory's logs, a log's state, the queue. The last two are never
//! held during I/O.

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use parking_lot::Mutex;
use tidelog_model::watermark::{DurableEnd, LogEnd, LogStart, WrittenEnd};
use tidelog_model::{LeaderEpoch, Now, Offset, TimestampMs, TopicPartition};
use tidelog_record::{BatchHeader, stamped_prefix};

use crate::directory::Shared;
use crate::epochs::EpochHistory;
use crate::error::{AppendError, DirectoryFailed, ReadError};
use crate::index::ENTRY_BYTES;
use crate::op::{Append, LogId, NewSegment, Op, StampedBatch};
use crate::reader::LogReader;
use crate::retention::SegmentFacts;
use crate::segment::{ProducerSnapshot, Segment};
use crate::state::LogState;

/// When the active segment makes room for the next (Kafka's `segment.bytes`, `segment.ms`, `segment.index.bytes`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SegmentLimits {
    /// Bytes of batches; at most `i32::MAX`.
    pub segment_bytes: u64,
    /// Milliseconds between the timestamps of its first batch and of the next one.
    pub segment_ms: i64,
    /// Bytes of the batch index.
    pub index_bytes: u64,
}

impl Default for SegmentLimits {
    fn default() -> Self {
        SegmentLimits { segment_bytes: 1 << 30, segment_ms: 7 * 24 * 3600 * 1000, index_bytes: 10 << 20 }
    }
}

/// Told when a log's ends move. Called by whoever writes and syncs the journal, with no lock of this crate held.
pub trait CommitListener: Send + Sync {
    /// Operations that produced this end have been written to the operating system.
    fn written(&self, end: WrittenEnd);
    /// They have been synced: a power cut leaves them.
    fn durable(&self, end: DurableEnd);
    /// The directory has stopped; nothing more will become durable.
    fn failed(&self, failure: &DirectoryFailed);
}

/// What all handles of one log share.
pub(crate) struct LogShared {
    pub id: LogId,
    pub partition: TopicPartition,
    pub directory: Arc<Shared>,
    pub state: Mutex<LogState>,
    pub limits: Mutex<SegmentLimits>,
    /// Appends while others are refused for want of space.
    pub uses_reserve: AtomicBool,
    /// In the list of logs to write back.
    pub awaits_write_back: AtomicBool,
    /// Held by the one write-back of this log that runs.
    pub writing: Mutex<()>,
    pub listener: OnceLock<Arc<dyn CommitListener>>,
}

impl fmt::Debug for LogShared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "log {} of {}", self.id.0, self.partition)
    }
}

/// The writer's handle of a log; there is one, with the partition's single writer.
#[derive(Debug)]
pub struct Log(pub(crate) Arc<LogShared>);

impl Log {
    /// Whose log.
    pub fn partition(&self) -> TopicPartition {
        self.0.partition
    }

    /// A handle that reads.
    pub fn reader(&self) -> LogReader {
        LogReader(self.0.clone())
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

    /// Sets who hears of commits; once, before the first append.
    pub fn listen(&self, listener: Arc<dyn CommitListener>) {
        assert!(self.0.listener.set(listener).is_ok(), "{:?} has a listener already", self.0);
    }

    /// Lets appends into the disk's reserve: for logs of the node's own, without which nobody could make room.
    pub fn use_reserve(&self) {
        self.0.uses_reserve.store(true, Ordering::Relaxed);
    }

    /// Sets when segments roll, from the next append on.
    pub fn set_limits(&self, limits: SegmentLimits) {
        *self.0.limits.lock() = limits;
    }

    /// Whether [`Log::roll`] is due before a batch with this header. (The caller rolls, because it knows the producers.)
    pub fn roll_is_due(&self, header: &BatchHeader, now: Now) -> bool {
        let limits = *self.0.limits.lock();
        let state = self.0.state.lock();
        let Some(active) = state.segments.back() else { return true };
        if active.batches == 0 {
            return false;
        }
        let next_length = active.length + header.size_bytes() as u64;
        let relative_end = state.end.0 + i64::from(header.last_offset_delta) - active.name.base.0;
        next_length > limits.segment_bytes.min(i32::MAX as u64)
            || relative_end > i64::from(i32::MAX)
            || u64::from(active.batches + 1) * ENTRY_BYTES as u64 > limits.index_bytes
            || age_ms(active, header.max_timestamp, now) > limits.segment_ms
    }

    /// Seals the active segment and begins the next. `producers` is the producers' state as of the log's end.
    pub fn roll(&mut self, now: Now, producers: Option<Bytes>) {
        let mut state = self.0.state.lock();
        let segment = self.next_segment(state.end, now);
        self.0.submit(&mut state, Op::Roll { segment, producers }, false);
    }

    /// Appends a batch that has been validated. Its base offset becomes the log's end, its leader epoch `epoch`; its other
    /// bytes stay as sent. With `sync`, the next journal round is synced at once.
    ///
    /// Returns the header as stamped. The batch is readable at once (by readers that look beyond the watermark) and
    /// durable when the listener says so.
    pub fn append(
        &mut self,
        header: &BatchHeader,
        sent: Bytes,
        epoch: LeaderEpoch,
        sync: bool,
    ) -> Result<BatchHeader, AppendError> {
        self.0.directory.refuse_append(self.0.uses_reserve.load(Ordering::Relaxed))?;
        let mut state = self.0.state.lock();
        let segment = state.segments.back().expect("the caller rolls when a roll is due");
        let stamped = BatchHeader { base_offset: state.end, leader_epoch: epoch, ..*header };
        let append = Append {
            file_number: segment.name.file_number,
            position: segment.length,
            header: stamped,
            batch: StampedBatch::new(stamped_prefix(header, state.end, epoch), sent),
        };
        self.0.submit(&mut state, Op::Append(append), sync);
        Ok(stamped)
    }

    /// Takes a newer leader epoch: it is in the journal before any batch that it stamps.
    pub fn assign_epoch(&mut self, epoch: LeaderEpoch) {
        let mut state = self.0.state.lock();
        let start = state.end;
        self.0.submit(&mut state, Op::Epoch { epoch, start }, true);
    }

    /// Keeps the producers' state as of the log's end, for the next checkpoint.
    pub fn save_producers(&mut self, producers: Bytes) {
        let mut state = self.0.state.lock();
        let offset = state.end;
        state.save_snapshot(ProducerSnapshot { offset, state: producers });
    }

    /// The newest saved state of the producers; what was appended from its offset on comes on top.
    pub fn producers(&self) -> Option<ProducerSnapshot> {
        self.0.state.lock().snapshots.last().cloned()
    }

    /// Removes all records from the batch that holds `to` on; returns the new end. What was trimmed does not come back: the
    /// end stays at or above the start. Writes the log's unwritten bytes first.
    pub fn truncate(&mut self, to: Offset, now: Now) -> Result<LogEnd, ReadError> {
        self.0.write_back()?;
        let (to, start, holder) = {
            let state = self.0.state.lock();
            if to >= state.end || state.segments.is_empty() {
                return Ok(LogEnd(state.end));
            }
            let to = to.max(state.start);
            let holder = state.segment_at(to).filter(|segment| segment.name.base < to);
            (to, state.start, holder.map(|segment| segment.name))
        };
        let (to, cut) = match holder {
            Some(name) => {
                let (batch_base, cut) = self.reader().cut_at(name, to)?;
                let to = batch_base.max(start);
                // A segment that begins there goes whole.
                (to, cut.filter(|_| name.base < to))
            }
            None => (to, None),
        };
        let mut state = self.0.state.lock();
        let segment = self.next_segment(to, now);
        self.0.submit(&mut state, Op::Truncate { to, cut, segment }, true);
        Ok(LogEnd(state.end))
    }

    /// Removes all records below `start`. Writes the log's unwritten bytes first, if there is space.
    pub fn trim(&mut self, start: Offset) -> Result<LogStart, ReadError> {
        self.0.let_go(|| {
            let mut state = self.0.state.lock();
            if start > state.start {
                let start = start.min(state.end);
                self.0.submit(&mut state, Op::Trim { start }, true);
            }
            LogStart(state.start)
        })
    }

    fn next_segment(&self, base: Offset, now: Now) -> NewSegment {
        NewSegment { base, file_number: self.0.directory.next_file_number(), created: now.wall }
    }
}

/// Kafka's age of a segment: by the batches' timestamps where they have some, else by the clock.
fn age_ms(active: &Segment, next: TimestampMs, now: Now) -> i64 {
    if active.first_timestamp == TimestampMs::NONE || next == TimestampMs::NONE {
        now.wall.0.saturating_sub(active.created.0)
    } else {
        next.0.saturating_sub(active.first_timestamp.0)
    }
}

impl LogShared {
    /// Applies `op` and queues it for the journal, in one order for both.
    pub fn submit(self: &Arc<Self>, state: &mut LogState, op: Op, sync: bool) {
        if let Err(what) = state.apply(&op) {
            panic!("operation on {self:?} does not fit its state: {what}");
        }
        state.last_lsn = self.directory.enqueue(self, op, state.end, sync);
    }

    /// Submits something by which batches leave the log. They are written first: a checkpoint that is under way may count
    /// on them already. On a full disk there must be no such checkpoint instead; the journal has them.
    pub fn let_go<T>(&self, submit: impl FnOnce() -> T) -> Result<T, ReadError> {
        match self.write_back() {
            Ok(_) => Ok(submit()),
            Err(ReadError::Io { source, .. }) if source.kind() == io::ErrorKind::StorageFull => {
                let _no_checkpoint = self.directory.manifest.lock();
                let _no_write_back = self.writing.lock();
                let before = self.state.lock().unwritten_bytes();
                let submitted = submit();
                self.wrote_back(before - self.state.lock().unwritten_bytes());
                Ok(submitted)
            }
            Err(error) => Err(error),
        }
    }

    /// Facts of each segment for retention, oldest first.
    pub fn segment_facts(&self) -> Vec<SegmentFacts> {
        let state = self.state.lock();
        state
            .segments
            .iter()
            .map(|segment| SegmentFacts {
                end: segment.end,
                length_bytes: segment.length,
                max_timestamp: segment.max_timestamp,
                created: segment.created,
            })
            .collect()
    }
}
