//! Why a batch was not taken, or not committed.

use tidelog_model::LeaderEpoch;
use tidelog_replication::NotEnoughReplicas;
use tidelog_storage::{AppendError, DirectoryFailed};

use crate::producers::ProducerFault;

/// Why a produce was not acknowledged.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ProduceError {
    /// This replica does not lead the partition. Nothing was appended; retry with fresh metadata.
    #[error("this node does not lead the partition: refresh metadata and retry")]
    NotLeader,
    /// Leadership was lost after the append: the batch may or may not be committed. Retry (with idempotence).
    #[error("leadership ended before the batch was committed (leader epoch {epoch}): retry with idempotence")]
    LeadershipLost {
        /// The epoch that appended it.
        epoch: LeaderEpoch,
    },
    /// Too few replicas are in sync for `acks=all`. Nothing was appended; retriable.
    #[error(
        "{} replicas are in sync, min.insync.replicas is {}: retry once a replica is back",
        .0.in_sync, .0.min_in_sync
    )]
    NotEnoughReplicas(NotEnoughReplicas),
    /// The producer's epoch or sequence does not follow. Nothing was appended.
    #[error(transparent)]
    Producer(#[from] ProducerFault),
    /// The log took nothing.
    #[error(transparent)]
    Log(#[from] AppendError),
    /// The log directory stopped before the batch was durable: it may or may not survive. Retry elsewhere.
    #[error(transparent)]
    DirectoryFailed(#[from] DirectoryFailed),
}
