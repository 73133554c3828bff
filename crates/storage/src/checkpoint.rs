//! A checkpoint: what the journal alone holds becomes durable in the segments themselves, so that its ring is free again.
//!
//! ```text
//! 1  note the journal's head, take the state of every log that changed          locks, no I/O
//! 2  write these logs back, sync files and directories                          I/O, no lock that appends need
//! 3  store the manifest: these states, and redo from that head
//! 4  free the ring up to that head, remove files that no manifest names
//! ```
//!
//! What must stay true: when a manifest is stored, what it names is synced; a file goes only after a manifest that no longer
//! names it is durable. A log that cannot be written back for want of space keeps its old state in the manifest; then redo
//! stays where it was, too, because the journal has the difference. So what others have deleted or trimmed frees space even
//! then.
//! What a crash leaves: the old manifest or the new one, each with a journal that goes with it. Files that were to be removed
//! may stay behind (`orphans.rs`).

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tidelog_model::TopicPartition;

use crate::bytes_io::Writer;
use crate::directory::{LogDirectory, failure};
use crate::error::DirectoryFailed;
use crate::index::SegmentName;
use crate::layout;
use crate::log::LogShared;
use crate::manifest::{Manifest, ManifestLog, ReplaceError};
use crate::op::Lsn;
use crate::state::LogState;

/// The logs that changed since the last manifest, as of one moment.
struct Captured {
    changed: Vec<CapturedLog>,
    deleted: Vec<Arc<LogShared>>,
    next_log_id: u64,
}

struct CapturedLog {
    log: Arc<LogShared>,
    lsn: Lsn,
    /// Encoded.
    state: Vec<u8>,
    doomed: Vec<SegmentName>,
}

impl LogDirectory {
    /// Whether a checkpoint should run: half of the ring is in use, or dirty files fill their budget.
    pub fn checkpoint_is_due(&self) -> bool {
        self.shared.journal.lock().is_half_full() || self.shared.files.is_crowded()
    }

    /// How many logs changed since the last manifest: what a checkpoint would have to do now.
    pub fn changed_logs(&self) -> usize {
        let logs: Vec<_> = self.logs.lock().by_id.values().cloned().collect();
        logs.iter().filter(|log| log.state.lock().is_changed()).count()
    }

    /// Makes everything so far durable in the segments themselves, stores the manifest, frees the ring, removes files that
    /// left their logs. Keeps no lock that appends or rounds need while it waits for the disk.
    ///
    /// On a full disk it does what it can, and says that it is well: appends are refused, and the next one goes on.
    pub fn checkpoint(&self) -> Result<(), DirectoryFailed> {
        self.check()?;
        // Listeners hear of a failure when no lock is held any more.
        self.run_checkpoint().map_err(|failure| self.fail(failure))
    }

    fn run_checkpoint(&self) -> Result<(), DirectoryFailed> {
        let shared = &*self.shared;
        let mut manifest = shared.manifest.lock();
        if !self.has_removed_orphans.swap(true, Ordering::Relaxed) {
            self.remove_orphans();
        }
        let redo = shared.journal.lock().head();
        let captured = self.capture();
        manifest.next_log_id = captured.next_log_id;
        for log in &captured.deleted {
            manifest.logs.remove(&log.id);
        }
        let mut written = Vec::with_capacity(captured.changed.len());
        let mut is_complete = true;
        for mut captured in captured.changed {
            if self.write_back_log(&captured.log)?.is_some() {
                let state = std::mem::take(&mut captured.state);
                let entry = ManifestLog { partition: captured.log.partition, state };
                manifest.logs.insert(captured.log.id, entry);
                written.push(captured);
            } else {
                is_complete = false;
                captured.give_back();
                let unchanged = || ManifestLog::new(captured.log.partition, &LogState::new());
                manifest.logs.entry(captured.log.id).or_insert_with(unchanged);
            }
        }
        if is_complete {
            manifest.redo = redo;
        }
        self.sync_files()?;
        manifest.next_file_number = shared.next_file_number.load(Ordering::Acquire);
        if !self.store(&manifest)? {
            written.iter_mut().for_each(CapturedLog::give_back);
            self.logs.lock().deleted.extend(captured.deleted);
            return Ok(());
        }
        for captured in &written {
            captured.log.state.lock().manifest_lsn = captured.lsn;
        }
        shared.journal.lock().release(manifest.redo);
        drop(manifest);
        self.remove(&written, &captured.deleted);
        Ok(())
    }

    fn capture(&self) -> Captured {
        let mut logs = self.logs.lock();
        let mut changed = Vec::new();
        for log in logs.by_id.values() {
            let mut state = log.state.lock();
            if state.is_changed() {
                changed.push(CapturedLog {
                    log: log.clone(),
                    lsn: state.last_lsn,
                    state: encode(&state),
                    doomed: std::mem::take(&mut state.doomed),
                });
            }
        }
        Captured { changed, deleted: std::mem::take(&mut logs.deleted), next_log_id: logs.next_id }
    }

    fn sync_files(&self) -> Result<(), DirectoryFailed> {
        let directories = std::mem::take(&mut *self.shared.dirty_directories.lock());
        if self.sync_dirty()? {
            return Ok(());
        }
        for directory in directories {
            let synced = self.shared.disk.sync_directory(&directory);
            synced.map_err(|error| failure("sync", &directory, &error))?;
        }
        Ok(())
    }

    /// True: names are durable, too.
    pub(crate) fn sync_dirty(&self) -> Result<bool, DirectoryFailed> {
        self.shared.files.sync_dirty().map_err(|(path, error)| failure("sync", &path, &error))
    }

    /// Whether the manifest is durable now; if not, the old one is, for want of space.
    fn store(&self, manifest: &Manifest) -> Result<bool, DirectoryFailed> {
        match manifest.store(&*self.shared.disk, self.shared.directory_id) {
            Ok(()) => Ok(true),
            Err(ReplaceError::NotWritten(error)) if error.kind() == io::ErrorKind::StorageFull => {
                self.shared.is_low_on_space.store(true, Ordering::Relaxed);
                Ok(false)
            }
            Err(ReplaceError::NotWritten(error) | ReplaceError::Uncertain(error)) => {
                Err(failure("replacement", layout::MANIFEST.as_ref(), &error))
            }
        }
    }

    /// Removes files that no manifest names. One that stays behind for an error goes after the next start.
    fn remove(&self, written: &[CapturedLog], deleted: &[Arc<LogShared>]) {
        for captured in written {
            self.remove_segments(captured.log.partition, &captured.doomed);
        }
        for log in deleted {
            let doomed = std::mem::take(&mut log.state.lock().doomed);
            self.remove_segments(log.partition, &doomed);
        }
        let directories = deleted.iter().map(|log| layout::partition_directory(log.partition));
        self.remove_directories(directories);
    }

    fn remove_segments(&self, partition: TopicPartition, doomed: &[SegmentName]) {
        for segment in doomed {
            for path in [
                layout::log_path(partition, segment.base, segment.file_number),
                layout::index_path(partition, segment.base, segment.file_number),
            ] {
                drop(self.shared.disk.remove(&path));
            }
            self.shared.files.forget(segment.file_number);
        }
    }
}

impl CapturedLog {
    /// No manifest without these segments was stored: the next checkpoint tries again.
    fn give_back(&mut self) {
        self.log.state.lock().doomed.append(&mut self.doomed);
    }
}

impl ManifestLog {
    fn new(partition: TopicPartition, state: &LogState) -> Self {
        ManifestLog { partition, state: encode(state) }
    }
}

fn encode(state: &LogState) -> Vec<u8> {
    let mut out = Writer::with_capacity(128);
    state.encode(&mut out);
    out.into_vec()
}
