//! The seam between deciding and agreeing: records go in as proposals and come out committed, in one order for all.
//!
//! ```text
//!   controller ──propose──► MetadataLog ──poll──► Committed ──► image ──► brokers, waiting requests
//!                                            └──► Rejected  ──► the controller forgets what it built on them
//! ```
//!
//! One node implements it by appending to its own disk; a quorum, by Raft. Neither waits in a call: whoever drives the
//! implementation (a flusher's thread, a task) makes progress between the calls and then says that it is worth to poll.
//!
//! [`conformance`] is the contract as a test, for every implementation to run.

pub mod conformance;
mod memory;

pub use memory::MemoryMetadataLog;

use tidelog_model::Offset;

use crate::record::{MetadataRecord, RecordError};

/// A log of metadata records that one writer proposes to and that everybody replays.
///
/// Promises, for all implementations:
///
/// * What is proposed together is committed together, at the offsets that [`MetadataLog::propose`] said, or not at all.
/// * Every committed record is delivered once after each start of the delivery, in the order of the offsets, which rise.
/// * What is committed stays: every later delivery, also after a restart, has the same record at the same offset.
/// * A rejected proposal is never committed, and neither are those that were proposed after it and before the rejection
///   was delivered: they were decided on its ground. A rejection is delivered before anything else at its offsets.
/// * A proposal is answered by a commit or by a rejection, unless the log fails or the program ends first. Its fate is
///   then what the next start delivers: a log that can't tell whether a proposal will come back has failed, and says so
///   with [`LogError::Stopped`], never with a rejection.
pub trait MetadataLog {
    /// Queues `records`, of which there must be at least one, and says where they will stand. Does not wait.
    fn propose(&mut self, records: &[MetadataRecord]) -> Result<Proposal, ProposeError>;

    /// What happened next, or `None` as long as nothing did. Does not wait.
    fn poll(&mut self) -> Result<Option<LogEvent>, LogError>;

    /// Starts the delivery again with the first committed record at or after `from`. Rejections that are not delivered yet
    /// are still delivered. A log that was just opened delivers from its beginning.
    fn deliver_from(&mut self, from: Offset);

    /// One past the last committed record.
    fn committed_end(&self) -> Offset;
}

/// Where the records of one proposal will stand if they are committed: one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proposal {
    /// The first one's offset.
    pub first: Offset,
    /// The last one's offset.
    pub last: Offset,
}

/// What a log has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogEvent {
    /// A record is committed: it is part of the log for ever.
    Committed {
        /// Where it stands.
        offset: Offset,
        /// The record.
        record: MetadataRecord,
    },
    /// No proposal that stands at `from` or later and was made before this event was polled will be committed. The
    /// offsets may be given to others.
    Rejected {
        /// The first offset that is void.
        from: Offset,
    },
}

/// Why a proposal was not even queued. Nothing of it will ever be committed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProposeError {
    /// More than one batch of the log can hold.
    #[error(
        "the change takes {bytes} bytes of metadata records, and the limit is {limit_bytes}: change fewer things at a time"
    )]
    TooLarge {
        /// What it takes.
        bytes: usize,
        /// What a batch holds.
        limit_bytes: usize,
    },
    /// Another node leads the log.
    #[error("this node does not lead the metadata log: ask the one that does")]
    NotLeader,
    /// The log takes nothing at the moment, or will take nothing any more.
    #[error("the metadata log takes no changes: {reason}")]
    Unavailable {
        /// Why, and what to do.
        reason: String,
        /// Whether a later try may succeed with nobody doing anything.
        retriable: bool,
    },
}

/// Why a log delivers nothing any more. What was proposed and not answered has an unknown fate.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// A stored record that can't be read, so what comes after it can't be understood either.
    #[error("at offset {offset} of the metadata log: {source}")]
    Record {
        /// Where.
        offset: Offset,
        /// Why.
        source: RecordError,
    },
    /// The storage below has failed.
    #[error("the metadata log has stopped: {reason}")]
    Stopped {
        /// Why, and what to do.
        reason: String,
    },
}
