//! Errors as the Kafka dialect says them: a code, and the sentence that Apache Kafka 4.4 answers with it where it has one,
//! because tools show it and suites compare it.

use tidelog_metadata::log::ProposeError;
use tidelog_model::PartitionId;
use tidelog_partition::{ProduceError, ProducerFault};
use tidelog_record::{BatchError, InvalidBatch, RejectedRecord, RejectedRecords};
use tidelog_storage::{AppendError, ReadError};

use super::KafkaCode;
use crate::controller::ChangeError;
use crate::fetching::FetchError;
use crate::handlers::{
    InitProducerIdError, LeadershipError, ListOffsetsError, OffsetForLeaderEpochError, TopicRef, UnknownTopic,
};
use crate::producing::ProduceRefused;

/// What a Kafka client is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KafkaError {
    /// The code.
    pub code: KafkaCode,
    /// The sentence beside it, where Kafka has one; not every answer has room for it.
    pub message: Option<String>,
}

impl KafkaError {
    /// An error of this code.
    pub fn new(code: KafkaCode, message: impl Into<String>) -> Self {
        let mut message = message.into();
        if message.len() > MESSAGE_MAX_BYTES {
            // It repeats what a client sent, which may be as long as a text can be, and answers have one for each partition.
            message.truncate(message.floor_char_boundary(MESSAGE_MAX_BYTES));
            message.push('…');
        }
        KafkaError { code, message: Some(message) }
    }

    /// An error that Kafka answers without a sentence.
    pub const fn bare(code: KafkaCode) -> Self {
        KafkaError { code, message: None }
    }
}

/// The longest sentence.
const MESSAGE_MAX_BYTES: usize = 2048;

/// Beside an unknown topic or partition.
pub(super) const UNKNOWN_TOPIC: &str = "This server does not host this topic-partition.";

/// An error that a Kafka client can be told.
pub trait ToKafka {
    /// Its code, and its sentence.
    fn to_kafka(&self) -> KafkaError;
}

impl ToKafka for UnknownTopic {
    fn to_kafka(&self) -> KafkaError {
        match self {
            UnknownTopic::Topic(TopicRef::Id(_)) => {
                KafkaError::new(KafkaCode::UnknownTopicId, "This server does not host this topic ID.")
            }
            UnknownTopic::Topic(TopicRef::Name(_)) | UnknownTopic::Partition { .. } => {
                KafkaError::new(KafkaCode::UnknownTopicOrPartition, UNKNOWN_TOPIC)
            }
            UnknownTopic::Unnamed => KafkaError::new(KafkaCode::InvalidRequest, self.to_string()),
        }
    }
}

impl ToKafka for LeadershipError {
    fn to_kafka(&self) -> KafkaError {
        let code = match self {
            LeadershipError::NotLeader { .. } => KafkaCode::NotLeaderOrFollower,
            LeadershipError::Fenced { .. } => KafkaCode::FencedLeaderEpoch,
            LeadershipError::Unknown { .. } => KafkaCode::UnknownLeaderEpoch,
        };
        KafkaError::new(code, self.to_string())
    }
}

impl ToKafka for ReadError {
    fn to_kafka(&self) -> KafkaError {
        let code = match self {
            ReadError::OutOfRange { .. } => KafkaCode::OffsetOutOfRange,
            ReadError::Damaged { .. } | ReadError::Io { .. } => KafkaCode::KafkaStorageError,
        };
        KafkaError::new(code, self.to_string())
    }
}

impl ToKafka for FetchError {
    fn to_kafka(&self) -> KafkaError {
        match self {
            FetchError::Deleted => KafkaError::new(KafkaCode::UnknownTopicOrPartition, self.to_string()),
            FetchError::Read(error) => error.to_kafka(),
        }
    }
}

impl ToKafka for ListOffsetsError {
    fn to_kafka(&self) -> KafkaError {
        match self {
            ListOffsetsError::Unknown(error) => error.to_kafka(),
            ListOffsetsError::Leadership(error) => error.to_kafka(),
            ListOffsetsError::Read(error) => error.to_kafka(),
        }
    }
}

impl ToKafka for OffsetForLeaderEpochError {
    fn to_kafka(&self) -> KafkaError {
        match self {
            OffsetForLeaderEpochError::Unknown(error) => error.to_kafka(),
            OffsetForLeaderEpochError::Leadership(error) => error.to_kafka(),
        }
    }
}

impl ToKafka for InitProducerIdError {
    fn to_kafka(&self) -> KafkaError {
        let code = match self {
            InitProducerIdError::EmptyTransactionalId | InitProducerIdError::HalfNamed => {
                KafkaCode::InvalidRequest
            }
            // Final for every client: nothing that it could do would help.
            InitProducerIdError::Transactional { .. } => KafkaCode::UnsupportedVersion,
            // What Kafka says while it waits for its next block of ids: retriable.
            InitProducerIdError::Change(_) => KafkaCode::CoordinatorLoadInProgress,
        };
        KafkaError::new(code, self.to_string())
    }
}

impl ToKafka for ChangeError {
    fn to_kafka(&self) -> KafkaError {
        let code = match self {
            ChangeError::Propose(ProposeError::TooLarge { .. }) => KafkaCode::PolicyViolation,
            ChangeError::Propose(ProposeError::NotLeader) => KafkaCode::NotController,
            ChangeError::Propose(ProposeError::Unavailable { .. })
            | ChangeError::Rejected
            | ChangeError::Log(_)
            | ChangeError::Hosting(_) => KafkaCode::KafkaStorageError,
            ChangeError::Register(_) => KafkaCode::InvalidRequest,
            ChangeError::ProducerIds(_) | ChangeError::Apply(_) => KafkaCode::UnknownServerError,
        };
        KafkaError::new(code, self.to_string())
    }
}

impl ToKafka for ProduceRefused {
    fn to_kafka(&self) -> KafkaError {
        let code = match self {
            ProduceRefused::Unknown(error) => return error.to_kafka(),
            ProduceRefused::Internal { .. } => KafkaCode::InvalidTopicException,
            ProduceRefused::Invalid(error) => return invalid_batch(error),
            ProduceRefused::Rejected { topic, partition, records, .. } => {
                return rejected(records, topic, *partition);
            }
            ProduceRefused::LargerThanSegment { .. } => KafkaCode::RecordListTooLarge,
            ProduceRefused::ZstdTooEarly { .. } => KafkaCode::UnsupportedCompressionType,
            // What Kafka says to a transaction without a transactional id, which nobody can have yet: final for every client.
            ProduceRefused::Transactional => KafkaCode::TransactionalIdAuthorizationFailed,
            // Nothing was appended, and memory comes back: retriable.
            ProduceRefused::Recompress { .. } | ProduceRefused::Overloaded { .. } => {
                KafkaCode::RequestTimedOut
            }
            ProduceRefused::TimedOut { .. } => KafkaCode::RequestTimedOut,
            ProduceRefused::Partition(error) => produce_error(error),
        };
        KafkaError::new(code, self.to_string())
    }
}

fn produce_error(error: &ProduceError) -> KafkaCode {
    match error {
        // After an append, too: the batch may be committed, and a retry finds out.
        ProduceError::NotLeader | ProduceError::LeadershipLost { .. } => KafkaCode::NotLeaderOrFollower,
        ProduceError::NotEnoughReplicas(_) => KafkaCode::NotEnoughReplicas,
        ProduceError::Producer(ProducerFault::Fenced { .. }) => KafkaCode::InvalidProducerEpoch,
        ProduceError::Producer(ProducerFault::OutOfOrder { .. }) => KafkaCode::OutOfOrderSequenceNumber,
        ProduceError::Log(AppendError::DiskReserve { .. } | AppendError::Failed(_))
        | ProduceError::DirectoryFailed(_) => KafkaCode::KafkaStorageError,
    }
}

fn invalid_batch(error: &InvalidBatch) -> KafkaError {
    // A payload behind a good checksum did not suffer on its way: what its codec cannot read stays so, and is not for a retry.
    let code = match error {
        InvalidBatch::TooLarge { .. } => KafkaCode::MessageTooLarge,
        InvalidBatch::Malformed(error) => return malformed(error),
        InvalidBatch::TimestampType => KafkaCode::InvalidTimestamp,
        _ => KafkaCode::InvalidRecord,
    };
    KafkaError::new(code, error.to_string())
}

fn malformed(error: &BatchError) -> KafkaError {
    /// The least that Kafka takes for a batch's length: that of the oldest format's record.
    const MIN_LENGTH: i32 = 14;
    let said = |code| KafkaError::new(code, error.to_string());
    match error {
        BatchError::UnknownCompression(_) => said(KafkaCode::UnsupportedCompressionType),
        BatchError::Magic(0 | 1) | BatchError::Truncated { .. } | BatchError::TrailingBytes { .. } => {
            said(KafkaCode::InvalidRecord)
        }
        BatchError::Magic(magic) => {
            KafkaError::new(KafkaCode::CorruptMessage, format!("Invalid magic found in record: {magic}"))
        }
        BatchError::Length(length) if *length < MIN_LENGTH => {
            let message =
                format!("Record size {length} is less than the minimum record overhead ({MIN_LENGTH})");
            KafkaError::new(KafkaCode::CorruptMessage, message)
        }
        BatchError::Length(_) | BatchError::Crc { .. } => said(KafkaCode::CorruptMessage),
    }
}

fn rejected(records: &RejectedRecords, topic: &str, partition: PartitionId) -> KafkaError {
    if records.has_timestamp() {
        let message = "One or more records have been rejected due to invalid timestamp";
        return KafkaError::new(KafkaCode::InvalidTimestamp, message);
    }
    let shown = records.iter().take(3).map(|record| {
        let (index, message) = (record.index(), rejected_record(&record, topic, partition));
        format!("RecordError(batchIndex={index}, message='{message}')")
    });
    let message = format!(
        "One or more records have been rejected due to {} record errors in total, \
         and only showing the first three errors at most: [{}]",
        records.count(),
        shown.collect::<Vec<_>>().join(", ")
    );
    KafkaError::new(KafkaCode::InvalidRecord, message)
}

/// What Kafka says of one record that the topic does not take.
pub fn rejected_record(record: &RejectedRecord, topic: &str, partition: PartitionId) -> String {
    match record {
        RejectedRecord::NoKey { .. } => {
            format!(
                "Compacted topic cannot accept message without key in topic partition {topic}-{partition}"
            )
        }
        RejectedRecord::Timestamp { index, timestamp, earliest, latest } => format!(
            "Timestamp {timestamp} of message with offset {index} is out of range. \
             The timestamp should be within [{earliest}, {latest}]"
        ),
    }
}
