//! Refusals of administrative calls: Kafka's code for each, and what hit which limit.

use tidelog_grpc_api::v1::{ErrorCode, ErrorDetail};
use tidelog_metadata::controller::{
    AlterConfigsError, ConfigError, CreatePartitionsError, CreateTopicError, DeleteTopicError,
    PlacementError, REQUEST_PARTITIONS_MAX, TooManyPartitions,
};
use tidelog_metadata::{InvalidValue, TOPIC_NAME_MAX_BYTES, TopicNameError};

use super::ToDetail;
use crate::handlers::{DeleteRecordsError, DescribeConfigsError};

impl ToDetail for CreateTopicError {
    fn to_detail(&self) -> ErrorDetail {
        let message = self.to_string();
        match self {
            CreateTopicError::Name(error) => error.to_detail(),
            CreateTopicError::Config(error) => error.to_detail(),
            CreateTopicError::TooManyPartitions(error) => error.to_detail(),
            CreateTopicError::Placement(error) => error.to_detail(),
            CreateTopicError::Duplicate { .. } => {
                ErrorDetail::new(ErrorCode::InvalidRequest, message).with_cause("topics")
            }
            CreateTopicError::Reserved | CreateTopicError::NameCollides { .. } => {
                ErrorDetail::new(ErrorCode::InvalidTopicException, message).with_cause("name")
            }
            CreateTopicError::Exists { .. } => {
                ErrorDetail::new(ErrorCode::TopicAlreadyExists, message).with_cause("name")
            }
            CreateTopicError::CountBesidesReplicas { .. } => {
                ErrorDetail::new(ErrorCode::InvalidRequest, message).with_cause("partitions")
            }
            CreateTopicError::FactorBesidesReplicas { .. } => {
                ErrorDetail::new(ErrorCode::InvalidRequest, message).with_cause("replication_factor")
            }
            CreateTopicError::PartitionsNotPositive { partitions } => ErrorDetail::new(
                ErrorCode::InvalidPartitions,
                message,
            )
            .with_limit("partitions", "at least 1", partitions.to_string()),
        }
    }
}

impl ToDetail for TopicNameError {
    fn to_detail(&self) -> ErrorDetail {
        let detail = ErrorDetail::new(ErrorCode::InvalidTopicException, self.to_string());
        match self {
            TopicNameError::TooLong { length_bytes, .. } => detail.with_limit(
                "name",
                format!("{TOPIC_NAME_MAX_BYTES} bytes"),
                format!("{length_bytes} bytes"),
            ),
            TopicNameError::IllegalCharacter { character, .. } => {
                detail.with_limit("name", "a-z, A-Z, 0-9, '.', '_' and '-'", format!("{character:?}"))
            }
            TopicNameError::Empty | TopicNameError::Dots { .. } => detail.with_cause("name"),
        }
    }
}

impl ToDetail for TooManyPartitions {
    fn to_detail(&self) -> ErrorDetail {
        let detail = ErrorDetail::new(ErrorCode::PolicyViolation, self.to_string());
        match self {
            TooManyPartitions::InRequest { partitions } => detail.with_limit(
                "partitions in one request",
                REQUEST_PARTITIONS_MAX.to_string(),
                partitions.to_string(),
            ),
            TooManyPartitions::InCluster { total, limit, .. } => {
                detail.with_limit("tidelog.partitions.max", limit.to_string(), total.to_string())
            }
        }
    }
}

impl ToDetail for PlacementError {
    fn to_detail(&self) -> ErrorDetail {
        let message = self.to_string();
        let factor = |limit: String, factor: &i16| {
            ErrorDetail::new(ErrorCode::InvalidReplicationFactor, message.clone()).with_limit(
                "replication_factor",
                limit,
                factor.to_string(),
            )
        };
        match self {
            PlacementError::FactorNotPositive { factor: asked } => factor("at least 1".to_owned(), asked),
            PlacementError::NotEnoughBrokers { factor: asked, brokers } => {
                factor(format!("{brokers} brokers"), asked)
            }
            PlacementError::PartitionTwice { .. }
            | PlacementError::NotConsecutive
            | PlacementError::CountDiffers { .. }
            | PlacementError::Empty { .. }
            | PlacementError::Repeated { .. }
            | PlacementError::UnknownBroker { .. }
            | PlacementError::FactorDiffers { .. } => {
                ErrorDetail::new(ErrorCode::InvalidReplicaAssignment, message)
            }
        }
    }
}

impl ToDetail for ConfigError {
    fn to_detail(&self) -> ErrorDetail {
        let message = self.to_string();
        let invalid =
            |cause: &str| ErrorDetail::new(ErrorCode::InvalidConfig, message.clone()).with_cause(cause);
        let contradiction =
            |cause: &str| ErrorDetail::new(ErrorCode::InvalidRequest, message.clone()).with_cause(cause);
        match self {
            ConfigError::Unknown(unknown) => invalid(&unknown.name),
            ConfigError::Invalid(InvalidValue { key, value, .. }) => {
                invalid(key.name).with_limit(key.name, key.expects(), value.clone())
            }
            ConfigError::Null { name } | ConfigError::NotAList { name, .. } => invalid(name),
            ConfigError::Duplicate { name } => contradiction(name),
            ConfigError::ReadOnly { name } | ConfigError::OneBrokerOnly { name } => contradiction(name),
            ConfigError::OutsideLimits { name, value, least, most } => {
                invalid(name).with_limit(*name, format!("{least} to {most}"), value.to_string())
            }
            ConfigError::Conflict { smaller, smaller_value, larger, larger_value } => invalid(smaller)
                .with_limit(*smaller, format!("{larger}={larger_value}"), smaller_value.to_string()),
            ConfigError::NotAvailable { name, value, .. } => invalid(name).with_limit(*name, "", *value),
        }
    }
}

impl ToDetail for DeleteTopicError {
    fn to_detail(&self) -> ErrorDetail {
        let message = self.to_string();
        match self {
            DeleteTopicError::UnknownName { .. } => {
                ErrorDetail::new(ErrorCode::UnknownTopicOrPartition, message).with_cause("topic")
            }
            DeleteTopicError::UnknownId { .. } => {
                ErrorDetail::new(ErrorCode::UnknownTopicId, message).with_cause("topic_id")
            }
            DeleteTopicError::Duplicate { .. } => {
                ErrorDetail::new(ErrorCode::InvalidRequest, message).with_cause("topics")
            }
            DeleteTopicError::Disabled => ErrorDetail::new(ErrorCode::PolicyViolation, message).with_limit(
                "delete.topic.enable",
                "true",
                "false",
            ),
        }
    }
}

impl ToDetail for CreatePartitionsError {
    fn to_detail(&self) -> ErrorDetail {
        let message = self.to_string();
        match self {
            CreatePartitionsError::TooManyPartitions(error) => error.to_detail(),
            CreatePartitionsError::Placement(error) => error.to_detail(),
            CreatePartitionsError::UnknownTopic { .. } => {
                ErrorDetail::new(ErrorCode::UnknownTopicOrPartition, message).with_cause("topic")
            }
            CreatePartitionsError::Duplicate { .. } => {
                ErrorDetail::new(ErrorCode::InvalidRequest, message).with_cause("topics")
            }
            CreatePartitionsError::NotAnIncrease { old, new, .. } => ErrorDetail::new(
                ErrorCode::InvalidPartitions,
                message,
            )
            .with_limit("total_count", format!("more than {old}"), new.to_string()),
        }
    }
}

impl ToDetail for AlterConfigsError {
    fn to_detail(&self) -> ErrorDetail {
        let message = self.to_string();
        match self {
            AlterConfigsError::Config { error, .. } => error.to_detail(),
            AlterConfigsError::TopicName(error) => error.to_detail(),
            AlterConfigsError::Unnamed { .. } => {
                ErrorDetail::new(ErrorCode::InvalidRequest, message).with_cause("name")
            }
            AlterConfigsError::UnknownTopic { .. } => {
                ErrorDetail::new(ErrorCode::UnknownTopicOrPartition, message).with_cause("topic")
            }
            AlterConfigsError::UnknownBroker { .. } => {
                ErrorDetail::new(ErrorCode::InvalidRequest, message).with_cause("node_id")
            }
            AlterConfigsError::Duplicate { .. } => {
                ErrorDetail::new(ErrorCode::InvalidRequest, message).with_cause("topics")
            }
        }
    }
}

impl ToDetail for DescribeConfigsError {
    fn to_detail(&self) -> ErrorDetail {
        match self {
            DescribeConfigsError::Unknown(unknown) => unknown.to_detail(),
            DescribeConfigsError::TopicName(error) => error.to_detail(),
            DescribeConfigsError::Resource(_) | DescribeConfigsError::Unnamed { .. } => {
                ErrorDetail::new(ErrorCode::InvalidRequest, self.to_string()).with_cause("resource")
            }
            DescribeConfigsError::OtherBroker { asked, this, .. } => ErrorDetail::new(
                ErrorCode::InvalidRequest,
                self.to_string(),
            )
            .with_limit("node_id", this.to_string(), asked.to_string()),
        }
    }
}

impl ToDetail for DeleteRecordsError {
    fn to_detail(&self) -> ErrorDetail {
        let message = self.to_string();
        match self {
            DeleteRecordsError::Unknown(unknown) => unknown.to_detail(),
            DeleteRecordsError::Read(error) => error.to_detail(),
            DeleteRecordsError::Internal { .. } | DeleteRecordsError::Compacted { .. } => {
                ErrorDetail::new(ErrorCode::PolicyViolation, message).with_cause("topic")
            }
            DeleteRecordsError::Stopped(_) => ErrorDetail::new(ErrorCode::KafkaStorageError, message),
            DeleteRecordsError::Deleted { .. } => {
                ErrorDetail::new(ErrorCode::UnknownTopicOrPartition, message)
            }
        }
    }
}
