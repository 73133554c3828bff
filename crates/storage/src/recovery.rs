//! Opening a log directory: **recovery is redo.** Load the manifest, apply the journal after it, in order.
//!
//! An operation is skipped if its log's state in the manifest already holds it (its LSN is not above the state's), or if
//! its log is gone from a manifest that knew it. No segment file is scanned, and a file's length is never evidence: what
//! manifest and journal do not prove was never told durable and is out of the log; what they prove and the file does not
//! hold is rot, and reads say so.
//!
//! Redone batches wait in their segments' tails like freshly appended ones. The ring is synced before anybody sees them:
//! a batch that is served must not be lost by the next power cut.

use std::collections::BTreeMap;

use tidelog_model::TopicPartition;

use crate::bytes_io::Reader;
use crate::directory::Options;
use crate::disk::Disk;
use crate::error::OpenError;
use crate::journal::Journal;
use crate::layout::MANIFEST;
use crate::manifest::Manifest;
use crate::op::{Entry, LogId, Lsn, Op};
use crate::state::LogState;

pub struct RecoveredLog {
    pub partition: TopicPartition,
    pub state: LogState,
}

pub struct Recovered {
    pub journal: Journal,
    pub logs: BTreeMap<LogId, RecoveredLog>,
    pub deleted: Vec<(LogId, RecoveredLog)>,
    pub next_lsn: Lsn,
    pub next_file_number: u64,
    pub next_log_id: u64,
    pub operations: u64,
    pub bytes: u64,
}

pub fn recover(
    journal_disk: &dyn Disk,
    directory_id: u128,
    options: &Options,
    manifest: &Manifest,
) -> Result<Recovered, OpenError> {
    let mut redo = Redo::new(manifest)?;
    let limit = options.journal_bytes.max(4 * options.round_bytes as u64);
    let journal = Journal::recover(journal_disk, directory_id, limit, manifest.redo, |lsn, entry| {
        redo.apply(lsn, entry)
    })?;
    Ok(Recovered {
        journal,
        logs: redo.logs,
        deleted: redo.deleted,
        next_lsn: Lsn(redo.last_lsn.0 + 1),
        next_file_number: redo.next_file_number,
        next_log_id: redo.next_log_id,
        operations: redo.operations,
        bytes: redo.bytes,
    })
}

struct Redo {
    logs: BTreeMap<LogId, RecoveredLog>,
    deleted: Vec<(LogId, RecoveredLog)>,
    /// Ids below this that are in no manifest were deleted.
    manifest_log_id: u64,
    last_lsn: Lsn,
    next_file_number: u64,
    next_log_id: u64,
    operations: u64,
    bytes: u64,
}

impl Redo {
    fn new(manifest: &Manifest) -> Result<Redo, OpenError> {
        let mut redo = Redo {
            logs: BTreeMap::new(),
            deleted: Vec::new(),
            manifest_log_id: manifest.next_log_id,
            last_lsn: Lsn(0),
            next_file_number: manifest.next_file_number,
            next_log_id: manifest.next_log_id,
            operations: 0,
            bytes: 0,
        };
        for (id, log) in &manifest.logs {
            let state = LogState::decode(&mut Reader::new(&log.state))
                .map_err(|source| OpenError::Format { path: MANIFEST.into(), source })?;
            redo.last_lsn = redo.last_lsn.max(state.last_lsn);
            redo.logs.insert(*id, RecoveredLog { partition: log.partition, state });
        }
        Ok(redo)
    }

    fn apply(&mut self, lsn: Lsn, entry: Entry) -> Result<(), OpenError> {
        self.last_lsn = self.last_lsn.max(lsn);
        self.note_file_number(&entry.op);
        if let Op::Create { partition } = entry.op
            && entry.log.0 >= self.manifest_log_id
        {
            self.next_log_id = self.next_log_id.max(entry.log.0 + 1);
            self.logs.insert(entry.log, RecoveredLog { partition, state: LogState::new() });
        }
        let Some(log) = self.logs.get_mut(&entry.log) else {
            if entry.log.0 < self.manifest_log_id || self.deleted.iter().any(|deleted| deleted.0 == entry.log)
            {
                return Ok(());
            }
            return Err(OpenError::Contradiction {
                lsn: lsn.0,
                what: format!("log {} was never created", entry.log.0),
            });
        };
        if lsn <= log.state.last_lsn {
            return Ok(());
        }
        let contradiction = |what| OpenError::Contradiction { lsn: lsn.0, what };
        log.state.apply(&entry.op).map_err(contradiction)?;
        log.state.last_lsn = lsn;
        self.operations += 1;
        self.bytes += entry.size_bytes() as u64;
        if matches!(entry.op, Op::Delete)
            && let Some(log) = self.logs.remove(&entry.log)
        {
            self.deleted.push((entry.log, log));
        }
        Ok(())
    }

    fn note_file_number(&mut self, op: &Op) {
        if let Op::Roll { segment, .. } | Op::Truncate { segment, .. } = op {
            self.next_file_number = self.next_file_number.max(segment.file_number + 1);
        }
    }
}
