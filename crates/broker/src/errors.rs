//! Domain errors on their way to a client: the only place that knows codes.
//!
//! What must stay true: a produce whose fate is not known is never answered with UNKNOWN_SERVER_ERROR (clients would store
//! its records twice); storage trouble is retriable.

mod admin;
mod codes;
mod kafka;
mod kafka_admin;
mod kafka_configs;
mod telemetry;

use tidelog_grpc_api::v1::{ErrorCode, ErrorDetail};
use tidelog_metadata::log::ProposeError;
use tidelog_model::PartitionId;
use tidelog_partition::{ProduceError, ProducerFault};
use tidelog_record::{BatchError, DecompressError, InvalidBatch, RejectedRecords};
use tidelog_storage::{AppendError, ReadError};

use crate::controller::ChangeError;
use crate::fetching::FetchError;
use crate::handlers::{LeadershipError, ListOffsetsError, TopicRef, UnknownTopic};
use crate::producing::ProduceRefused;

pub use codes::KafkaCode;
pub use kafka::{KafkaError, ToKafka, rejected_record};

/// An error that a client can be told.
pub trait ToDetail {
    /// Its code, its sentence, and what hit which limit.
    fn to_detail(&self) -> ErrorDetail;
}

/// How soon a producer should try again when the disk is full.
const DISK_RETRY_MS: u32 = 1000;

/// What calls that are under way hear when the node stops.
pub fn shutting_down() -> ErrorDetail {
    ErrorDetail::new(
        ErrorCode::ShuttingDown,
        "the broker is shutting down: connect again, or to another broker",
    )
}

impl ToDetail for UnknownTopic {
    fn to_detail(&self) -> ErrorDetail {
        match self {
            UnknownTopic::Topic(TopicRef::Id(_)) => {
                ErrorDetail::new(ErrorCode::UnknownTopicId, self.to_string())
            }
            UnknownTopic::Topic(TopicRef::Name(_)) => {
                ErrorDetail::new(ErrorCode::UnknownTopicOrPartition, self.to_string())
                    .with_cause("topic")
                    .with_hint("create it (tidelog topic create), or check its name (tidelog topic list)")
            }
            UnknownTopic::Partition { partition: PartitionId(partition), partitions, .. } => {
                ErrorDetail::new(ErrorCode::UnknownTopicOrPartition, self.to_string()).with_limit(
                    "partition",
                    format!("{partitions} partitions"),
                    partition.to_string(),
                )
            }
            UnknownTopic::Unnamed => {
                ErrorDetail::new(ErrorCode::InvalidRequest, self.to_string()).with_cause("topic")
            }
        }
    }
}

impl ToDetail for ProduceRefused {
    fn to_detail(&self) -> ErrorDetail {
        let message = self.to_string();
        match self {
            ProduceRefused::Unknown(unknown) => unknown.to_detail(),
            ProduceRefused::Internal { .. } => ErrorDetail::new(ErrorCode::InvalidTopicException, message),
            ProduceRefused::Invalid(invalid) => invalid_batch(invalid, message),
            ProduceRefused::Rejected { records, .. } => ErrorDetail::new(rejected(records), message),
            ProduceRefused::LargerThanSegment { size_bytes, segment_bytes } => {
                ErrorDetail::new(ErrorCode::MessageTooLarge, message).with_limit(
                    "segment.bytes",
                    format!("{segment_bytes} bytes"),
                    format!("{size_bytes} bytes"),
                )
            }
            ProduceRefused::ZstdTooEarly { .. } => {
                ErrorDetail::new(ErrorCode::UnsupportedCompressionType, message)
            }
            ProduceRefused::Transactional => ErrorDetail::new(ErrorCode::InvalidRequest, message),
            // The codecs here fail for want of memory only.
            ProduceRefused::Recompress { compression, .. } => ErrorDetail::new(
                ErrorCode::Overloaded,
                message,
            )
            .with_limit("compression.type", compression.to_string(), ""),
            ProduceRefused::TimedOut { timeout_ms } => ErrorDetail::new(ErrorCode::RequestTimedOut, message)
                .with_limit("timeout_ms", format!("{timeout_ms} ms"), ""),
            ProduceRefused::Overloaded { limit_bytes } => ErrorDetail::new(ErrorCode::Overloaded, message)
                .with_limit("tidelog.memory.bytes", format!("{limit_bytes} bytes"), ""),
            ProduceRefused::Partition(error) => produce_error(error, message),
        }
    }
}

fn produce_error(error: &ProduceError, message: String) -> ErrorDetail {
    match error {
        ProduceError::NotLeader => ErrorDetail::new(ErrorCode::NotLeaderOrFollower, message),
        // The batch may be committed: retriable, and never "unknown server error".
        ProduceError::LeadershipLost { .. } => ErrorDetail::new(ErrorCode::NotLeaderOrFollower, message),
        ProduceError::NotEnoughReplicas(missing) => ErrorDetail::new(ErrorCode::NotEnoughReplicas, message)
            .with_limit("min.insync.replicas", missing.min_in_sync.to_string(), missing.in_sync.to_string()),
        ProduceError::Producer(ProducerFault::Fenced { sent, known, .. }) => ErrorDetail::new(
            ErrorCode::InvalidProducerEpoch,
            message,
        )
        .with_limit("producer epoch", known.to_string(), sent.to_string()),
        ProduceError::Producer(ProducerFault::OutOfOrder { sent, expected, .. }) => ErrorDetail::new(
            ErrorCode::OutOfOrderSequenceNumber,
            message,
        )
        .with_limit("sequence", expected.to_string(), sent.to_string()),
        ProduceError::Log(AppendError::DiskReserve { free_bytes, reserve_bytes }) => {
            ErrorDetail::new(ErrorCode::DiskReserveReached, message)
                .with_limit(
                    "tidelog.disk.reserve.bytes",
                    format!("{reserve_bytes} bytes"),
                    format!("{free_bytes} bytes"),
                )
                .with_retry_after_ms(DISK_RETRY_MS)
        }
        ProduceError::Log(AppendError::Failed(_)) | ProduceError::DirectoryFailed(_) => {
            ErrorDetail::new(ErrorCode::KafkaStorageError, message)
        }
    }
}

fn invalid_batch(error: &InvalidBatch, message: String) -> ErrorDetail {
    let code = match error {
        InvalidBatch::TooLarge { size_bytes, max_message_bytes } => {
            return ErrorDetail::new(ErrorCode::MessageTooLarge, message).with_limit(
                "max.message.bytes",
                format!("{max_message_bytes} bytes"),
                format!("{size_bytes} bytes"),
            );
        }
        InvalidBatch::Malformed(BatchError::UnknownCompression(_)) => ErrorCode::UnsupportedCompressionType,
        InvalidBatch::Malformed(BatchError::Magic(0 | 1) | BatchError::Truncated { .. }) => {
            ErrorCode::InvalidRecord
        }
        InvalidBatch::Malformed(_) | InvalidBatch::Decompress(DecompressError::Corrupt { .. }) => {
            ErrorCode::CorruptMessage
        }
        InvalidBatch::Rejected(records) => rejected(records),
        InvalidBatch::TimestampType => ErrorCode::InvalidTimestamp,
        _ => ErrorCode::InvalidRecord,
    };
    ErrorDetail::new(code, message)
}

fn rejected(records: &RejectedRecords) -> ErrorCode {
    if records.has_timestamp() { ErrorCode::InvalidTimestamp } else { ErrorCode::InvalidRecord }
}

impl ToDetail for FetchError {
    fn to_detail(&self) -> ErrorDetail {
        match self {
            FetchError::Deleted => ErrorDetail::new(ErrorCode::UnknownTopicOrPartition, self.to_string()),
            FetchError::Read(error) => error.to_detail(),
        }
    }
}

impl ToDetail for ListOffsetsError {
    fn to_detail(&self) -> ErrorDetail {
        match self {
            ListOffsetsError::Unknown(unknown) => unknown.to_detail(),
            ListOffsetsError::Leadership(error) => error.to_detail(),
            ListOffsetsError::Read(error) => error.to_detail(),
        }
    }
}

impl ToDetail for LeadershipError {
    fn to_detail(&self) -> ErrorDetail {
        let code = match self {
            LeadershipError::NotLeader { .. } => ErrorCode::NotLeaderOrFollower,
            LeadershipError::Fenced { .. } => ErrorCode::FencedLeaderEpoch,
            LeadershipError::Unknown { .. } => ErrorCode::UnknownLeaderEpoch,
        };
        ErrorDetail::new(code, self.to_string())
    }
}

impl ToDetail for ChangeError {
    fn to_detail(&self) -> ErrorDetail {
        let message = self.to_string();
        match self {
            ChangeError::Propose(ProposeError::TooLarge { bytes, limit_bytes }) => {
                ErrorDetail::new(ErrorCode::PolicyViolation, message).with_limit(
                    "metadata records",
                    format!("{limit_bytes} bytes"),
                    format!("{bytes} bytes"),
                )
            }
            ChangeError::Propose(ProposeError::NotLeader) => {
                ErrorDetail::new(ErrorCode::NotController, message)
            }
            ChangeError::Propose(ProposeError::Unavailable { .. })
            | ChangeError::Rejected
            | ChangeError::Log(_)
            | ChangeError::Hosting(_) => ErrorDetail::new(ErrorCode::KafkaStorageError, message),
            ChangeError::Register(_) => ErrorDetail::new(ErrorCode::InvalidRequest, message),
            ChangeError::ProducerIds(_) | ChangeError::Apply(_) => {
                ErrorDetail::new(ErrorCode::UnknownServerError, message)
            }
        }
    }
}

impl ToDetail for ReadError {
    fn to_detail(&self) -> ErrorDetail {
        let message = self.to_string();
        match self {
            ReadError::OutOfRange { requested, start, end, .. } => {
                ErrorDetail::new(ErrorCode::OffsetOutOfRange, message)
                    .with_limit("offset", format!("{start} to {end}"), requested.to_string())
                    .with_hint("start at 'earliest' or 'latest', or at an offset within the limits")
            }
            ReadError::Damaged { .. } => ErrorDetail::new(ErrorCode::KafkaStorageError, message)
                .with_hint("the bytes are not served; restore the partition from a replica or a backup"),
            ReadError::Io { .. } => ErrorDetail::new(ErrorCode::KafkaStorageError, message),
        }
    }
}
