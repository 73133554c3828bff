//! What can go wrong on the way out: when partitions are chosen, and when they are read.

use tidelog_grpc_api::v1::ErrorCode;
use tidelog_model::{Offset, PartitionId};

use crate::error::{CallError, Refusal};

/// Why partitions could not be assigned, moved or paused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum AssignError {
    /// No such topic, or no such one yet.
    #[error("topic '{topic}' does not exist: create it, for example with `tidelog topic create {topic}`")]
    UnknownTopic {
        /// Its name.
        topic: String,
    },
    /// The topic has no such partition.
    #[error("topic '{topic}' has no partition {partition}, only 0 to {}", i64::from(*.partition_count) - 1)]
    UnknownPartition {
        /// The topic.
        topic: String,
        /// What was asked for.
        partition: PartitionId,
        /// How many there are.
        partition_count: u32,
    },
    /// The consumer does not read this partition.
    #[error("partition {partition} of topic '{topic}' is not assigned to this consumer: assign it first")]
    NotAssigned {
        /// The topic.
        topic: String,
        /// The partition.
        partition: PartitionId,
    },
    /// The topic could not be described.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl AssignError {
    /// Whether trying again may help.
    pub fn is_retriable(&self) -> bool {
        matches!(self, AssignError::Call(error) if error.is_retriable())
    }
}

/// Why a consumer could not go on. What concerns one partition pauses it: the others go on with the next poll.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ConsumeError {
    /// The log has no such offset (any more), and `offset_reset` is [`Fail`](super::OffsetReset::Fail).
    #[error(
        "partition {partition} of topic '{topic}' has no offset {offset} ({refusal}): seek, or set offset_reset; \
         records may have been deleted before they were read"
    )]
    OffsetOutOfRange {
        /// The topic.
        topic: String,
        /// The partition.
        partition: PartitionId,
        /// Where the consumer was.
        offset: Offset,
        /// What the broker said.
        refusal: Refusal,
    },
    /// The broker refuses the partition for good.
    #[error("partition {partition} of topic '{topic}' cannot be read: {refusal}")]
    Refused {
        /// The topic.
        topic: String,
        /// The partition.
        partition: PartitionId,
        /// What the broker said.
        refusal: Refusal,
    },
    /// A batch does not decode, or its bytes changed on the way. Resume to read it again, or seek past it.
    #[error("partition {partition} of topic '{topic}' is damaged at offset {offset}: {reason}")]
    Corrupt {
        /// The topic.
        topic: String,
        /// The partition.
        partition: PartitionId,
        /// Where.
        offset: Offset,
        /// What is wrong.
        reason: String,
    },
    /// The call failed in a way that will not pass by itself. Polling on tries again all the same.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl ConsumeError {
    /// Whether to resume the partition, or to poll on, may help.
    pub fn is_retriable(&self) -> bool {
        match self {
            ConsumeError::OffsetOutOfRange { .. } => false,
            ConsumeError::Refused { refusal, .. } => refusal.is_retriable(),
            // A fault of memory or transport would be gone next time.
            ConsumeError::Corrupt { .. } => true,
            ConsumeError::Call(error) => error.is_retriable(),
        }
    }

    /// The broker's code, if it was the broker.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            ConsumeError::OffsetOutOfRange { refusal, .. }
            | ConsumeError::Refused { refusal, .. }
            | ConsumeError::Call(CallError::Refused(refusal)) => Some(refusal.code()),
            ConsumeError::Corrupt { .. } | ConsumeError::Call(CallError::Transport { .. }) => None,
        }
    }
}
