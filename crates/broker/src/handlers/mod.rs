//! What a client can ask, one file for each question, in no dialect: gRPC, HTTP and Kafka translate to and from these.

mod alter_configs;
mod auto_create_topics;
mod client_quotas;
mod cluster;
mod config_resources;
mod create_partitions;
mod create_topics;
mod delete_records;
mod delete_topics;
mod describe_configs;
mod describe_producers;
mod describe_quorum;
mod describe_topics;
mod features;
mod init_producer_id;
mod leadership;
mod list_offsets;
mod log_dirs;
mod offset_for_leader_epoch;
mod placement;
mod places;
mod produce;

use std::fmt;
use std::sync::Arc;

use tidelog_model::{PartitionId, TopicId};

pub use alter_configs::{AlterLoggersError, alter_configs, alter_loggers, replace_configs};
pub use auto_create_topics::auto_create_topics;
pub use client_quotas::{DescribeQuotasError, QuotaComponent, alter_client_quotas, describe_client_quotas};
pub use cluster::{ClusterDescription, describe_cluster};
pub use config_resources::{ConfigResourceError, ConfigResourceType, config_resource, list_config_resources};
pub use create_partitions::create_partitions;
pub use create_topics::{TopicToCreate, create_topics};
pub use delete_records::{DeleteRecordsError, delete_records};
pub use delete_topics::delete_topics;
pub use describe_configs::{ConfigSubject, DescribeConfigsError, describe_configs, describe_new_topic};
pub use describe_producers::{DescribeProducersError, describe_producers};
pub use describe_quorum::{QuorumDescription, VoterDescription, describe_quorum};
pub use describe_topics::{
    LogDescription, PartitionDescription, TopicDescription, describe_topic, list_topics,
};
pub use features::{FeatureState, describe_features, feature_direction, update_features};
pub use init_producer_id::{InitProducerIdError, ProducerInit, init_producer_id};
pub use leadership::{IsolationLevel, LeadershipError, leadership};
pub use list_offsets::{FoundOffset, ListOffsetsError, OffsetQuery, Place, list_offset};
pub use log_dirs::{AlterLogDirError, LogDirDescription, alter_replica_log_dir, describe_log_dir};
pub use offset_for_leader_epoch::{EpochEnd, OffsetForLeaderEpochError, offset_for_leader_epoch};
pub use placement::{
    ElectedPartitions, Reassignment, elect_all_leaders, elect_leaders, election, list_reassignments,
    reassign_partitions, unregister_broker,
};
pub use produce::{Ordered, ProduceBatch, ProduceRequest, produce};

use crate::hosted::HostedPartition;
use crate::topics::{HostedTopic, TopicSnapshot};

/// A topic as a client names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TopicRef {
    /// By name.
    Name(String),
    /// By id.
    Id(TopicId),
}

impl fmt::Display for TopicRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TopicRef::Name(name) => write!(f, "topic '{name}'"),
            TopicRef::Id(id) => write!(f, "topic id {id}"),
        }
    }
}

/// A client named something that is not here.
#[derive(Debug, Clone, thiserror::Error)]
pub enum UnknownTopic {
    /// No such topic.
    #[error("{0} does not exist")]
    Topic(TopicRef),
    /// No such partition of it.
    #[error("topic '{topic}' has no partition {partition}: it has {partitions}, numbered from 0")]
    Partition {
        /// The topic's name.
        topic: String,
        /// What was asked for.
        partition: PartitionId,
        /// How many there are.
        partitions: usize,
    },
    /// Neither name nor id, or both.
    #[error("a topic is named by its name or by its id of 16 bytes, exactly one of the two")]
    Unnamed,
}

impl TopicSnapshot {
    /// The topic that a client means.
    pub fn find(&self, topic: &TopicRef) -> Result<&Arc<HostedTopic>, UnknownTopic> {
        let found = match topic {
            TopicRef::Name(name) => self.named(name),
            TopicRef::Id(id) => self.with_id(*id),
        };
        found.ok_or_else(|| UnknownTopic::Topic(topic.clone()))
    }
}

impl HostedTopic {
    /// The partition that a client means.
    pub fn find(&self, partition: PartitionId) -> Result<&Arc<HostedPartition>, UnknownTopic> {
        self.partition(partition).ok_or_else(|| UnknownTopic::Partition {
            topic: self.name.clone(),
            partition,
            partitions: self.partitions.len(),
        })
    }
}
