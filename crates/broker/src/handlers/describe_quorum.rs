//! DescribeQuorum (KIP-595): who keeps the metadata log, and how far each is. A node without peers is its own quorum.

use tidelog_metadata::CLUSTER_METADATA_TOPIC;
use tidelog_model::{LeaderEpoch, NodeId, Offset, PartitionId, TimestampMs};

use super::{TopicRef, UnknownTopic};
use crate::node::Shared;

/// The quorum at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuorumDescription {
    /// Who leads it.
    pub leader: NodeId,
    /// Under which epoch.
    pub leader_epoch: LeaderEpoch,
    /// Up to where its log is committed.
    pub high_watermark: Offset,
    /// Who votes.
    pub voters: Vec<VoterDescription>,
}

/// One voter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VoterDescription {
    /// Who.
    pub node_id: NodeId,
    /// Where its log ends.
    pub log_end: Offset,
    /// When it last asked for more, and when it last had everything: now, of the leader itself.
    pub caught_up: TimestampMs,
}

/// Describes the quorum that keeps this partition: there is one, of `__cluster_metadata`'s only partition.
pub fn describe_quorum(
    node: &Shared,
    topic: &str,
    partition: PartitionId,
) -> Result<QuorumDescription, UnknownTopic> {
    if topic != CLUSTER_METADATA_TOPIC {
        return Err(UnknownTopic::Topic(TopicRef::Name(topic.to_owned())));
    }
    if partition != PartitionId(0) {
        return Err(UnknownTopic::Partition { topic: topic.to_owned(), partition, partitions: 1 });
    }
    let (metadata, leader) = (node.controller.metadata(), node.controller.node_id());
    let caught_up = node.clock.now().wall;
    Ok(QuorumDescription {
        leader,
        leader_epoch: metadata.leader_epoch().unwrap_or(LeaderEpoch::NONE),
        high_watermark: metadata.high_watermark().0,
        voters: vec![VoterDescription { node_id: leader, log_end: metadata.reader().end().0, caught_up }],
    })
}
