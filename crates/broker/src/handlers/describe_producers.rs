//! DescribeProducers (KIP-664): the idempotent producers that a partition remembers.

use tidelog_metadata::{TopicNameError, check_topic_name};
use tidelog_model::PartitionId;
use tidelog_partition::ActiveProducer;

use super::{LeadershipError, TopicRef, UnknownTopic, leadership};
use crate::node::Shared;

/// Why there is no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DescribeProducersError {
    /// No topic can have the name.
    #[error(transparent)]
    TopicName(#[from] TopicNameError),
    /// Nothing of that name.
    #[error(transparent)]
    Unknown(#[from] UnknownTopic),
    /// This node does not lead the partition.
    #[error(transparent)]
    Leadership(#[from] LeadershipError),
}

/// The producers of one partition, by id. None of them has a transaction open.
pub fn describe_producers(
    node: &Shared,
    topic: &str,
    partition: PartitionId,
) -> Result<Vec<ActiveProducer>, DescribeProducersError> {
    check_topic_name(topic)?;
    let topics = node.topics.snapshot();
    let hosted = topics.find(&TopicRef::Name(topic.to_owned()))?.find(partition)?;
    leadership(hosted, None)?;
    let partition = hosted.id();
    Ok(hosted.producers().map_err(|_| LeadershipError::NotLeader { partition })?)
}
