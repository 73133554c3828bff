//! What Apache Kafka 4.4 answers where administrative calls are refused.

use tidelog_metadata::controller::{
    AlterQuotasError, ConfigError, CreatePartitionsError, CreateTopicError, DeleteTopicError,
    ElectLeaderError, PlacementError, ReassignError, TooManyPartitions, UnregisterBrokerError,
    UpdateFeaturesError,
};
use tidelog_metadata::{
    CLUSTER_METADATA_TOPIC, QuotaEntityFault, QuotaValueFault, Scope, TOPIC_NAME_MAX_BYTES, TopicNameError,
};

use super::kafka::{ToKafka, UNKNOWN_TOPIC};
use super::kafka_configs::config_error;
use super::{KafkaCode, KafkaError};
use crate::handlers::{
    AlterLogDirError, DeleteRecordsError, DescribeProducersError, DescribeQuotasError, UnknownTopic,
};

fn invalid_request(message: impl Into<String>) -> KafkaError {
    KafkaError::new(KafkaCode::InvalidRequest, message)
}

impl ToKafka for TopicNameError {
    fn to_kafka(&self) -> KafkaError {
        let what = match self {
            TopicNameError::Empty => "the empty string is not allowed".to_owned(),
            TopicNameError::Dots { name } => format!("'{name}' is not allowed"),
            TopicNameError::TooLong { name, .. } => {
                format!("the length of '{name}' is longer than the max allowed length {TOPIC_NAME_MAX_BYTES}")
            }
            TopicNameError::IllegalCharacter { name, .. } => format!(
                "'{name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'"
            ),
        };
        KafkaError::new(KafkaCode::InvalidTopicException, format!("Topic name is invalid: {what}"))
    }
}

impl ToKafka for CreateTopicError {
    fn to_kafka(&self) -> KafkaError {
        match self {
            CreateTopicError::Name(error) => error.to_kafka(),
            CreateTopicError::Duplicate { .. } => invalid_request("Duplicate topic name."),
            CreateTopicError::Reserved => {
                invalid_request(format!("Creation of internal topic {CLUSTER_METADATA_TOPIC} is prohibited."))
            }
            CreateTopicError::Exists { name } => {
                KafkaError::new(KafkaCode::TopicAlreadyExists, format!("Topic '{name}' already exists."))
            }
            CreateTopicError::NameCollides { name, existing } => KafkaError::new(
                KafkaCode::InvalidTopicException,
                format!("Topic '{name}' collides with existing topic: {existing}"),
            ),
            CreateTopicError::Config(ConfigError::Null { name }) => KafkaError::new(
                KafkaCode::InvalidConfig,
                format!("Null value not supported for topic configs: {name}"),
            ),
            CreateTopicError::Config(error) => config_error(Scope::Topic, error),
            CreateTopicError::PartitionsNotPositive { .. } => KafkaError::new(
                KafkaCode::InvalidPartitions,
                "Number of partitions was set to an invalid non-positive value.",
            ),
            CreateTopicError::CountBesidesReplicas { .. } => invalid_request(
                "A manual partition assignment was specified, but numPartitions was not set to -1.",
            ),
            CreateTopicError::FactorBesidesReplicas { .. } => invalid_request(
                "A manual partition assignment was specified, but replication factor was not set to -1.",
            ),
            CreateTopicError::TooManyPartitions(TooManyPartitions::InRequest { .. }) => KafkaError::new(
                KafkaCode::PolicyViolation,
                "Excessively large number of partitions per request.",
            ),
            CreateTopicError::TooManyPartitions(error) => {
                KafkaError::new(KafkaCode::PolicyViolation, error.to_string())
            }
            CreateTopicError::Placement(error) => error.to_kafka(),
        }
    }
}

impl ToKafka for PlacementError {
    fn to_kafka(&self) -> KafkaError {
        let assignment = |message: String| KafkaError::new(KafkaCode::InvalidReplicaAssignment, message);
        match self {
            PlacementError::FactorNotPositive { .. } => KafkaError::new(
                KafkaCode::InvalidReplicationFactor,
                "Replication factor must be larger than 0, or -1 to use the default value.",
            ),
            PlacementError::NotEnoughBrokers { factor, brokers } => KafkaError::new(
                KafkaCode::InvalidReplicationFactor,
                format!(
                    "Unable to replicate the partition {factor} time(s): The target replication factor of {factor} cannot \
                     be reached because only {brokers} broker(s) are registered or some brokers have all their log \
                     directories cordoned."
                ),
            ),
            PlacementError::CountDiffers { given, expected } => assignment(format!(
                "Attempted to add {expected} additional partition(s), but only {given} assignment(s) were specified."
            )),
            PlacementError::PartitionTwice { partition } => {
                assignment(format!("Found multiple manual partition assignments for partition {partition}"))
            }
            PlacementError::NotConsecutive => {
                assignment("partitions should be a consecutive 0-based integer sequence".to_owned())
            }
            PlacementError::Empty { .. } => {
                assignment("The manual partition assignment includes an empty replica list.".to_owned())
            }
            PlacementError::Repeated { node_id, .. } => assignment(format!(
                "The manual partition assignment includes the broker {node_id} more than once."
            )),
            PlacementError::UnknownBroker { node_id, .. } => assignment(format!(
                "The manual partition assignment includes broker {node_id}, but no such broker is registered."
            )),
            PlacementError::FactorDiffers { replicas, expected, .. } => assignment(format!(
                "The manual partition assignment includes a partition with {replicas} replica(s), but this is not \
                 consistent with previous partitions, which have {expected} replica(s)."
            )),
        }
    }
}

impl ToKafka for DeleteTopicError {
    fn to_kafka(&self) -> KafkaError {
        match self {
            DeleteTopicError::UnknownName { .. } => {
                KafkaError::new(KafkaCode::UnknownTopicOrPartition, UNKNOWN_TOPIC)
            }
            DeleteTopicError::UnknownId { .. } => {
                KafkaError::new(KafkaCode::UnknownTopicId, "This server does not host this topic ID.")
            }
            DeleteTopicError::Duplicate { .. } => invalid_request("Duplicate topic name."),
            DeleteTopicError::Disabled => {
                KafkaError::new(KafkaCode::TopicDeletionDisabled, "Topic deletion is disabled.")
            }
        }
    }
}

impl ToKafka for CreatePartitionsError {
    fn to_kafka(&self) -> KafkaError {
        match self {
            CreatePartitionsError::UnknownTopic { .. } => {
                KafkaError::bare(KafkaCode::UnknownTopicOrPartition)
            }
            CreatePartitionsError::Duplicate { .. } => invalid_request("Duplicate topic name."),
            CreatePartitionsError::NotAnIncrease { name, old, new } => {
                let message = if old == new {
                    format!("Topic already has {old} partition(s).")
                } else {
                    format!(
                        "The topic {name} currently has {old} partition(s); {new} would not be an increase."
                    )
                };
                KafkaError::new(KafkaCode::InvalidPartitions, message)
            }
            CreatePartitionsError::TooManyPartitions(TooManyPartitions::InRequest { .. }) => KafkaError::new(
                KafkaCode::PolicyViolation,
                "Excessively large number of additional partitions per request.",
            ),
            CreatePartitionsError::TooManyPartitions(error) => {
                KafkaError::new(KafkaCode::PolicyViolation, error.to_string())
            }
            CreatePartitionsError::Placement(error) => error.to_kafka(),
        }
    }
}

impl ToKafka for DeleteRecordsError {
    fn to_kafka(&self) -> KafkaError {
        match self {
            DeleteRecordsError::Unknown(error) => error.to_kafka(),
            DeleteRecordsError::Internal { .. } => {
                KafkaError::new(KafkaCode::InvalidTopicException, self.to_string())
            }
            DeleteRecordsError::Compacted { .. } => {
                KafkaError::new(KafkaCode::PolicyViolation, self.to_string())
            }
            DeleteRecordsError::Deleted { .. } => {
                KafkaError::new(KafkaCode::UnknownTopicOrPartition, UNKNOWN_TOPIC)
            }
            DeleteRecordsError::Read(error) => error.to_kafka(),
            DeleteRecordsError::Stopped(_) => KafkaError::new(KafkaCode::KafkaStorageError, self.to_string()),
        }
    }
}

impl ToKafka for AlterQuotasError {
    fn to_kafka(&self) -> KafkaError {
        invalid_request(match self {
            AlterQuotasError::Entity(fault) => match fault {
                QuotaEntityFault::Empty => "Invalid empty client quota entity".to_owned(),
                QuotaEntityFault::EmptyName { entity_type } => format!("Empty {entity_type} not supported"),
                QuotaEntityFault::UnknownType { entity_type } => {
                    format!("Unhandled client quota entity type: {entity_type}")
                }
                QuotaEntityFault::IpCombined => {
                    "Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId"
                        .to_owned()
                }
                QuotaEntityFault::NotAnAddress { name } => {
                    format!("{name} is not a valid IP or resolvable host.")
                }
            },
            AlterQuotasError::Duplicate { entity } => {
                format!("Ignoring duplicate entity ClientQuotaEntity(entries={entity})")
            }
            AlterQuotasError::Key { key, .. } => format!("Invalid configuration key {key}"),
            AlterQuotasError::Value { key, fault } => {
                let key = key.as_str();
                match fault {
                    QuotaValueFault::NotFinite => format!("Quota {key} must be a finite number"),
                    QuotaValueFault::NotPositive => format!("Quota {key} must be greater than 0"),
                    QuotaValueFault::Fractional => format!("{key} cannot be a fractional value."),
                    QuotaValueFault::TooLarge(i64::MAX) => {
                        format!("Proposed value for {key} is too large for a LONG.")
                    }
                    QuotaValueFault::TooLarge(_) => {
                        format!("Proposed value for {key} is too large for an INT.")
                    }
                }
            }
        })
    }
}

impl ToKafka for DescribeQuotasError {
    fn to_kafka(&self) -> KafkaError {
        invalid_request(match self {
            DescribeQuotasError::UnknownMatchType { match_type } => format!("Unknown match type {match_type}"),
            DescribeQuotasError::ExactWithoutName => {
                "Request specified MATCH_TYPE_EXACT, but set match string to null.".to_owned()
            }
            DescribeQuotasError::NameIgnored { match_type } => {
                let word = if *match_type == 1 { "DEFAULT" } else { "SPECIFIED" };
                format!("Request specified MATCH_TYPE_{word}, but also specified a match string.")
            }
            DescribeQuotasError::EmptyType => "Invalid empty entity type.".to_owned(),
            DescribeQuotasError::UnknownType { entity_type } => {
                let message = format!("Unsupported entity type {entity_type}");
                return KafkaError::new(KafkaCode::UnsupportedVersion, message);
            }
            DescribeQuotasError::RepeatedType { entity_type } => {
                format!("Entity type {entity_type} cannot appear more than once in the filter.")
            }
            DescribeQuotasError::IpCombined => {
                "Invalid entity filter component combination. IP filter component should not be used with user or \
                 clientId filter component."
                    .to_owned()
            }
        })
    }
}

/// The sentence of one feature: it is the answer to all of the request's.
impl ToKafka for UpdateFeaturesError {
    fn to_kafka(&self) -> KafkaError {
        let invalid = |name: &str, level: i16, why: &str| {
            format!("Invalid update version {level} for feature {name}. {why}")
        };
        let what = match self {
            UpdateFeaturesError::UnknownFeature { name, level, this } => {
                invalid(name, *level, &format!("Local controller {this} does not support this feature."))
            }
            UpdateFeaturesError::Duplicate { .. } => return invalid_request(self.to_string()),
            UpdateFeaturesError::Negative { name, level } => {
                invalid(name, *level, "A feature version cannot be less than 0.")
            }
            UpdateFeaturesError::UnknownDirection { name, level } => {
                invalid(name, *level, "The controller does not support the given upgrade type.")
            }
            UpdateFeaturesError::UnknownLevel { feature, level, this } => {
                let (least, most) = (feature.min_level, feature.max_level);
                invalid(
                    feature.name,
                    *level,
                    &format!("Local controller {this} only supports versions {least}-{most}"),
                )
            }
            UpdateFeaturesError::NotADowngrade { name, level, .. } => invalid(
                name,
                *level,
                "Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe \
                 downgrade.",
            ),
            UpdateFeaturesError::MetadataDowngrade { old, level, is_unsafe } => {
                let why = if *is_unsafe {
                    "Unsafe metadata downgrade is not supported in this version."
                } else {
                    "Refusing to perform the requested downgrade because it might delete metadata information."
                };
                format!("Unsupported metadata.version downgrade from {old} to {level}. {why}")
            }
        };
        KafkaError::new(
            KafkaCode::InvalidUpdateVersion,
            format!("The update failed for all features since the following feature had an error: {what}"),
        )
    }
}

impl ToKafka for ReassignError {
    fn to_kafka(&self) -> KafkaError {
        match self {
            ReassignError::UnknownTopic { topic } => KafkaError::new(
                KafkaCode::UnknownTopicOrPartition,
                format!("Unable to find a topic named {topic}."),
            ),
            ReassignError::UnknownPartition { topic, partition } => KafkaError::new(
                KafkaCode::UnknownTopicOrPartition,
                format!("Unable to find partition {topic}:{partition}."),
            ),
            ReassignError::NotMoving { .. } => KafkaError::bare(KafkaCode::NoReassignmentInProgress),
            ReassignError::Placement(error) => error.to_kafka(),
            ReassignError::FactorChanges { .. } => {
                KafkaError::new(KafkaCode::InvalidReplicationFactor, self.to_string())
            }
            ReassignError::NoReplication { .. } => {
                KafkaError::new(KafkaCode::InvalidReplicaAssignment, self.to_string())
            }
        }
    }
}

impl ToKafka for ElectLeaderError {
    fn to_kafka(&self) -> KafkaError {
        match self {
            ElectLeaderError::UnknownTopic { topic } => {
                KafkaError::new(KafkaCode::UnknownTopicOrPartition, format!("No such topic as {topic}"))
            }
            ElectLeaderError::UnknownPartition { topic, partition } => KafkaError::new(
                KafkaCode::UnknownTopicOrPartition,
                format!("No such partition as {topic}-{partition}"),
            ),
            ElectLeaderError::NotNeeded { .. } => KafkaError::new(
                KafkaCode::ElectionNotNeeded,
                "Leader election not needed for topic partition.",
            ),
            ElectLeaderError::PreferredUnavailable { .. } => KafkaError::new(
                KafkaCode::PreferredLeaderNotAvailable,
                "The preferred leader was not available.",
            ),
            ElectLeaderError::NobodyEligible { .. } => KafkaError::new(
                KafkaCode::EligibleLeadersNotAvailable,
                "Eligible topic partition leaders are not available.",
            ),
        }
    }
}

impl ToKafka for UnregisterBrokerError {
    fn to_kafka(&self) -> KafkaError {
        match self {
            UnregisterBrokerError::Unknown { node_id } => KafkaError::new(
                KafkaCode::BrokerIdNotRegistered,
                format!("Broker ID {node_id} is not currently registered"),
            ),
            UnregisterBrokerError::Itself { .. } => invalid_request(self.to_string()),
        }
    }
}

impl ToKafka for DescribeProducersError {
    fn to_kafka(&self) -> KafkaError {
        match self {
            DescribeProducersError::TopicName(error) => error.to_kafka(),
            DescribeProducersError::Unknown(UnknownTopic::Partition { .. }) => {
                KafkaError::bare(KafkaCode::UnknownTopicOrPartition)
            }
            DescribeProducersError::Unknown(error) => error.to_kafka(),
            DescribeProducersError::Leadership(error) => error.to_kafka(),
        }
    }
}

impl ToKafka for AlterLogDirError {
    fn to_kafka(&self) -> KafkaError {
        match self {
            AlterLogDirError::NotALogDir { .. } => {
                KafkaError::new(KafkaCode::LogDirNotFound, self.to_string())
            }
            AlterLogDirError::Unknown(error) => error.to_kafka(),
        }
    }
}
