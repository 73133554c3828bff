//! What can go wrong, by operation.

use std::io;
use std::path::PathBuf;

use tidelog_model::{Offset, TopicPartition};

/// Why bytes of a file of ours were not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// The file ends before what it claims to hold.
    #[error("the file is shorter than what it claims to hold")]
    Short,
    /// The magic is not ours.
    #[error("the file was not written by Tidelog")]
    Foreign,
    /// Another kind of file stands under this name.
    #[error("the file is of kind {found}, expected kind {expected}")]
    WrongKind {
        /// The kind in the header.
        found: u16,
        /// The kind that belongs under this name.
        expected: u16,
    },
    /// A later build wrote it.
    #[error("the file has format version {version}, this build reads up to {newest}: start the newer build")]
    Newer {
        /// The version in the header.
        version: u16,
        /// The newest that this build reads.
        newest: u16,
    },
    /// A checksum or a field's range does not hold.
    #[error("the file is damaged ({0} does not hold)")]
    Damaged(&'static str),
}

/// Why a log directory cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The operating system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file in the log directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file of ours does not hold what it should.
    #[error(
        "{path}: {source}; restore this directory from a replica or a backup, or move it away to start empty"
    )]
    Format {
        /// The file in the log directory.
        path: PathBuf,
        /// What is wrong with it.
        source: FormatError,
    },
    /// Files that are not ours.
    #[error(
        "the directory holds '{found}' but no identity of a Tidelog log directory: name an empty or a Tidelog directory"
    )]
    Foreign {
        /// One of the names found.
        found: PathBuf,
    },
    /// A file of another directory.
    #[error(
        "{path} belongs to directory {found:032x}, this one is {expected:032x}: files of two directories were mixed; put each back"
    )]
    Mixed {
        /// The file in the log directory.
        path: PathBuf,
        /// The directory that it belongs to.
        found: u128,
        /// This directory.
        expected: u128,
    },
    /// A copy of a directory.
    #[error(
        "this directory is a copy of directory {directory_id:032x}: two copies that both serve would diverge; \
         delete this copy, or say --adopt-data-dir if the original is gone for good"
    )]
    Cloned {
        /// The identity that both carry.
        directory_id: u128,
    },
    /// A journal frame that had been synced is no longer readable.
    #[error(
        "the journal's frame {sequence} at byte {position} is damaged although a later frame proves that it was synced: \
         acknowledged records are missing; restore this directory from a replica or a backup"
    )]
    JournalRot {
        /// Which frame.
        sequence: u64,
        /// Where in the journal file.
        position: u64,
    },
    /// The journal contradicts the manifest: a bug, or files of two moments mixed.
    #[error(
        "journal and manifest contradict each other at operation {lsn}: {what}; files of two moments were mixed"
    )]
    Contradiction {
        /// The operation's sequence number.
        lsn: u64,
        /// What does not fit.
        what: String,
    },
}

/// Why a directory stopped taking writes. Nothing acknowledged is affected; restart after mending the cause.
#[derive(Debug, Clone, thiserror::Error)]
#[error("log directory stopped after {operation} of {path} failed: {reason}")]
pub struct DirectoryFailed {
    /// What was being done.
    pub operation: &'static str,
    /// To which file.
    pub path: PathBuf,
    /// What the system said.
    pub reason: String,
}

/// Why a journal round was not written.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CommitError {
    /// The ring has no room until a checkpoint frees some; run one and call again. Nothing was lost.
    #[error(
        "the journal ring is full ({used_bytes} of {capacity_bytes} bytes): a checkpoint must free space first"
    )]
    RingFull {
        /// Bytes between the oldest frame still needed and the newest.
        used_bytes: u64,
        /// The ring's limit, `tidelog.journal.bytes`.
        capacity_bytes: u64,
    },
    /// The directory has stopped for good.
    #[error(transparent)]
    Failed(#[from] DirectoryFailed),
}

/// Why an offset could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Before the log's start or beyond its end.
    #[error("offset {requested} of {partition} is outside [{start}, {end}]")]
    OutOfRange {
        /// Whose log.
        partition: TopicPartition,
        /// What was asked for.
        requested: Offset,
        /// First readable offset.
        start: Offset,
        /// One past the last readable offset.
        end: Offset,
    },
    /// Bytes on disk are not what was acknowledged. They are not served.
    #[error("{path}: batch at byte {position} of {partition} (offset {offset}) is damaged: {what}")]
    Damaged {
        /// Whose log.
        partition: TopicPartition,
        /// The batch's base offset by the index.
        offset: Offset,
        /// The file.
        path: PathBuf,
        /// Where in it.
        position: u64,
        /// Which check failed.
        what: &'static str,
    },
    /// The operating system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Why a batch was not appended. Nothing of it was kept.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AppendError {
    /// Free space is below the reserve. Retriable: retention, deletes or an operator make room.
    #[error(
        "{free_bytes} bytes are free on the log directory's disk, below the reserve of {reserve_bytes} \
         (tidelog.disk.reserve.bytes): free some space or lower the topics' retention, then retry"
    )]
    DiskReserve {
        /// What is left.
        free_bytes: u64,
        /// What is kept free.
        reserve_bytes: u64,
    },
    /// The directory has stopped for good.
    #[error(transparent)]
    Failed(#[from] DirectoryFailed),
}
