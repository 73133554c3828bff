//! DescribeLogDirs and AlterReplicaLogDirs: where logs lie. A node has one log directory; nothing moves between several.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tidelog_model::PartitionId;
use tidelog_storage::DirectoryFailed;

use super::{TopicRef, UnknownTopic};
use crate::node::Shared;

/// A log directory and the logs in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogDirDescription {
    /// Where it is.
    pub path: String,
    /// Topics, by name, each with its partitions and the bytes of their batches.
    pub topics: Vec<(String, Vec<(PartitionId, u64)>)>,
    /// How large its file system is; `None`: the system does not say.
    pub total_bytes: Option<u64>,
    /// How much of that is free.
    pub usable_bytes: Option<u64>,
}

/// Describes the log directory, or says why it can't be used: all logs, or with `wanted` those of some partitions that are
/// here. Asks the file system, so it may block.
pub fn describe_log_dir(
    node: &Shared,
    wanted: Option<&BTreeMap<String, BTreeSet<PartitionId>>>,
) -> Result<LogDirDescription, DirectoryFailed> {
    if let Some(failure) = node.directory.failure() {
        return Err(failure.clone());
    }
    let mut topics = Vec::new();
    for topic in node.topics.snapshot().iter() {
        let is_wanted = |partition: &PartitionId| match wanted {
            None => true,
            Some(wanted) => wanted.get(&topic.name).is_some_and(|partitions| partitions.contains(partition)),
        };
        let ids = (0..).map(PartitionId).zip(&topic.partitions).filter(|(id, _)| is_wanted(id));
        let logs: Vec<_> = ids.map(|(id, hosted)| (id, hosted.reader().size_bytes())).collect();
        if !logs.is_empty() {
            topics.push((topic.name.clone(), logs));
        }
    }
    let path = node.data_dir.to_string_lossy().into_owned();
    let space = rustix::fs::statvfs(&node.data_dir).ok();
    let bytes = |blocks: fn(&rustix::fs::StatVfs) -> u64| {
        space.as_ref().map(|space| blocks(space).saturating_mul(space.f_frsize))
    };
    Ok(LogDirDescription {
        path,
        topics,
        total_bytes: bytes(|space| space.f_blocks),
        usable_bytes: bytes(|space| space.f_bavail),
    })
}

/// Why a log stays where it is.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AlterLogDirError {
    /// Not this node's log directory.
    #[error("{path} is not a log directory of this broker: describe the log directories to see which are")]
    NotALogDir {
        /// What was asked.
        path: String,
    },
    /// Nothing of that name.
    #[error(transparent)]
    Unknown(#[from] UnknownTopic),
}

/// Moves a log to the log directory `path`, where it is already if there is no error.
pub fn alter_replica_log_dir(
    node: &Shared,
    path: &str,
    topic: &str,
    partition: PartitionId,
) -> Result<(), AlterLogDirError> {
    if Path::new(path) != node.data_dir {
        return Err(AlterLogDirError::NotALogDir { path: path.to_owned() });
    }
    node.topics.snapshot().find(&TopicRef::Name(topic.to_owned()))?.find(partition)?;
    Ok(())
}
