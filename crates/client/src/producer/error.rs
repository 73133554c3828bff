//! What can go wrong on the way in: before a record is accepted, and after.

use tidelog_grpc_api::v1::ErrorCode;

use crate::error::{CallError, Refusal};

/// Why a record was not accepted. Nothing of it was sent.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SendError {
    /// No such topic, or no such one yet.
    #[error("topic '{topic}' does not exist: create it, for example with `tidelog topic create {topic}`")]
    UnknownTopic {
        /// Its name.
        topic: String,
    },
    /// The record names a partition that its topic does not have.
    #[error("topic '{topic}' has no partition {partition}, only 0 to {}", partition_count - 1)]
    UnknownPartition {
        /// The topic.
        topic: String,
        /// What the record says.
        partition: i32,
        /// How many there are.
        partition_count: u32,
    },
    /// The record is larger than a request may be.
    #[error(
        "a record of {record_bytes} bytes is above max_request_bytes = {limit_bytes}: raise it, and max.message.bytes of \
         topic '{topic}' if need be"
    )]
    RecordTooLarge {
        /// The topic.
        topic: String,
        /// Its size, encoded.
        record_bytes: usize,
        /// The limit.
        limit_bytes: usize,
    },
    /// As many bytes as allowed have no answer yet. From [`try_send`](crate::Producer::try_send) at once, from
    /// [`send`](crate::Producer::send) after `max_block_ms`.
    #[error(
        "{limit_bytes} bytes of records have no answer yet (buffer_memory_bytes): the broker takes them more slowly than \
         they come; send again later"
    )]
    BufferFull {
        /// The limit.
        limit_bytes: usize,
    },
    /// The topic has not been described yet, and [`try_send`](crate::Producer::try_send) does not wait for that.
    #[error(
        "topic '{topic}' is not known to this producer yet: call `partition_count` or `send` once, which ask the broker"
    )]
    TopicNotLoaded {
        /// Its name.
        topic: String,
    },
    /// The topic could not be described within `max_block_ms`.
    #[error("topic '{topic}' could not be described in {waited_ms} ms: {cause}")]
    Metadata {
        /// Its name.
        topic: String,
        /// How long it was tried.
        waited_ms: u64,
        /// The last failure.
        cause: CallError,
    },
    /// The producer is closed.
    #[error("the producer is closed: make another one")]
    Closed,
}

impl SendError {
    /// Whether sending the same record again may succeed.
    pub fn is_retriable(&self) -> bool {
        match self {
            SendError::BufferFull { .. } | SendError::TopicNotLoaded { .. } => true,
            SendError::Metadata { cause, .. } => cause.is_retriable(),
            SendError::UnknownTopic { .. }
            | SendError::UnknownPartition { .. }
            | SendError::RecordTooLarge { .. }
            | SendError::Closed => false,
        }
    }
}

/// Why a record that was accepted is not delivered.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DeliveryError {
    /// The broker refused the record's batch for good. None of it is stored.
    #[error("the broker refused the records: {0}")]
    Refused(Refusal),
    /// `delivery_timeout_ms` passed.
    #[error(
        "no success within delivery_timeout_ms = {timeout_ms}; the records {}: {}",
        if *.may_be_stored { "may or may not be stored, sending them again may store them twice" }
            else { "are not stored, send them again" },
        .last_failure.as_deref().unwrap_or("the broker did not answer")
    )]
    TimedOut {
        /// The limit.
        timeout_ms: u64,
        /// Whether the records went out, so that the broker may have them.
        may_be_stored: bool,
        /// The last failure, in words.
        last_failure: Option<String>,
    },
    /// The batch could not be compressed, for want of memory.
    #[error("the batch could not be built: {reason}")]
    Build {
        /// Why.
        reason: String,
    },
    /// The producer, or its runtime, ended before an answer came. The records may or may not be stored.
    #[error("the producer ended before the broker answered: call `close` and wait for it before exiting")]
    Abandoned,
}

impl DeliveryError {
    /// Whether sending the record again may help. (The producer itself has tried until then.)
    pub fn is_retriable(&self) -> bool {
        match self {
            DeliveryError::Refused(refusal) => refusal.is_retriable(),
            DeliveryError::TimedOut { .. } | DeliveryError::Build { .. } => true,
            DeliveryError::Abandoned => false,
        }
    }

    /// The broker's code, if it was the broker.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            DeliveryError::Refused(refusal) => Some(refusal.code()),
            _ => None,
        }
    }
}
