//! What a client can ask, one file for each question, in no dialect: gRPC, HTTP and Kafka translate to and from these.

mod alter_configs;
mod auto_create_topics;
mod cluster;
mod create_partitions;
mod create_topics;
mod delete_records;
mod delete_topics;
mod describe_configs;
mod describe_topics;
mod init_producer_id;
mod leadership;
mod list_offsets;
mod offset_for_leader_epoch;
mod produce;

use std::fmt;
use std::sync::Arc;

use tidelog_model::{PartitionId, TopicId};

pub use alter_configs::alter_configs;
pub use auto_create_topics::auto_create_topics;
pub use cluster::{ClusterDescription, describe_cluster};
pub use create_partitions::create_partitions;
pub use create_topics::{TopicToCreate, create_topics};
pub use delete_records::{DeleteRecordsError, delete_records};
pub use delete_topics::delete_topics;
pub use describe_configs::{ConfigSubject, DescribeConfigsError, describe_configs};
pub use describe_topics::{
    LogDescription, PartitionDescription, TopicDescription, describe_topic, list_topics,
};
pub use init_producer_id::{InitProducerIdError, ProducerInit, init_producer_id};
pub use leadership::{IsolationLevel, LeadershipError, leadership};
pub use list_offsets::{FoundOffset, ListOffsetsError, OffsetQuery, Place, list_offset};
pub use offset_for_leader_epoch::{EpochEnd, OffsetForLeaderEpochError, offset_for_leader_epoch};
pub use produce::{Ordered, ProduceBatch, ProduceRequest, produce};

use crate::hosted::HostedPartition;
use crate::topics::{HostedTopic, TopicSnapshot};

/// A topic as a client names it.
#[derive(Debug, Clone, PartialEq, Eq)]
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
