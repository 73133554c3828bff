//! DeleteRecords (trim): the log start moves up to an offset, at most to the high watermark, and never back.
//!
//! A trim is an entry of the commit journal, and is answered once that is synced: a power cut does not bring the records
//! back.

use tidelog_model::watermark::LogStart;
use tidelog_model::{Offset, PartitionId};
use tidelog_storage::{DirectoryFailed, ReadError};

use super::{TopicRef, UnknownTopic};
use crate::node::Shared;

/// Why no records were deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteRecordsError {
    /// Nothing of that name.
    #[error(transparent)]
    Unknown(#[from] UnknownTopic),
    /// The brokers keep the topic for themselves.
    #[error("topic '{topic}' is internal: its records are the brokers' to delete")]
    Internal {
        /// Its name.
        topic: String,
    },
    /// The topic keeps the last record of each key: records go when newer ones come.
    #[error(
        "topic '{topic}' is compacted and nothing else: add delete to its cleanup.policy to delete its records"
    )]
    Compacted {
        /// Its name.
        topic: String,
    },
    /// The topic was deleted meanwhile.
    #[error("topic '{topic}' was deleted while its records were")]
    Deleted {
        /// Its name.
        topic: String,
    },
    /// Outside the log, or its files cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The log directory stopped before the trim was durable.
    #[error(transparent)]
    Stopped(#[from] DirectoryFailed),
}

/// Deletes one partition's records below `before`; `None`: all that readers may see. Returns the first readable offset.
/// Nothing happens if that is there already, or above. Blocks until the trim is durable.
pub fn delete_records(
    node: &Shared,
    topic: &TopicRef,
    partition: PartitionId,
    before: Option<Offset>,
) -> Result<LogStart, DeleteRecordsError> {
    let topics = node.topics.snapshot();
    let topic = topics.find(topic)?;
    if topic.is_internal {
        return Err(DeleteRecordsError::Internal { topic: topic.name.clone() });
    }
    let hosted = topic.find(partition)?;
    if !topic.config.cleanup_policy.delete {
        return Err(DeleteRecordsError::Compacted { topic: topic.name.clone() });
    }
    let trimmed = hosted.trim(before);
    let start = trimmed.map_err(|_| DeleteRecordsError::Deleted { topic: topic.name.clone() })??;
    node.synced.wait(&node.directory)?;
    Ok(start)
}
