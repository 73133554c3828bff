//! DescribeQuorum, versions 0 to 2 (KIP-595, KIP-836, KIP-853): who keeps the cluster's metadata, and how far each is.
//!
//! A request for anything but the one metadata partition gets an error for each partition that it names. Directory ids stay
//! inside: they are answered as 0, as by a quorum that has none. A node without peers has no listener for controllers, so
//! the one that asks is named.

use tidelog_kafka_wire::Str;
use tidelog_kafka_wire::messages::describe_quorum::{
    DescribeQuorumRequest, DescribeQuorumResponse, Listener, Node, ReplicaState, RequestTopicData,
    ResponsePartitionData, ResponseTopicData,
};
use tidelog_metadata::CLUSTER_METADATA_TOPIC;
use tidelog_model::PartitionId;

use super::call::Call;
use super::metadata::own_broker;
use super::table::Api;
use crate::errors::{KafkaError, ToKafka};
use crate::handlers::{QuorumDescription, TopicRef, UnknownTopic, describe_quorum};

/// See the module.
#[derive(Debug)]
pub struct DescribeQuorum;

impl Api for DescribeQuorum {
    type Request = DescribeQuorumRequest;

    async fn answer(call: &Call, request: DescribeQuorumRequest) -> DescribeQuorumResponse {
        let described = match request.topics.as_slice() {
            [RequestTopicData { topic_name, partitions }] if partitions.len() == 1 => {
                describe_quorum(call.node(), topic_name, PartitionId(partitions[0].partition_index))
            }
            _ => Err(UnknownTopic::Topic(TopicRef::Name(CLUSTER_METADATA_TOPIC.to_owned()))),
        };
        match described {
            Ok(quorum) => describe(call, &quorum),
            Err(error) => refused(request, &error.to_kafka()),
        }
    }
}

fn describe(call: &Call, quorum: &QuorumDescription) -> DescribeQuorumResponse {
    let voters = quorum.voters.iter().map(|voter| ReplicaState {
        replica_id: voter.node_id.0,
        log_end_offset: voter.log_end.0,
        last_fetch_timestamp: voter.caught_up.0,
        last_caught_up_timestamp: voter.caught_up.0,
        ..ReplicaState::default()
    });
    let partition = ResponsePartitionData {
        leader_id: quorum.leader.0,
        leader_epoch: quorum.leader_epoch.0,
        high_watermark: quorum.high_watermark.0,
        current_voters: voters.collect(),
        ..ResponsePartitionData::default()
    };
    DescribeQuorumResponse {
        topics: vec![ResponseTopicData {
            topic_name: Str::from(CLUSTER_METADATA_TOPIC),
            partitions: vec![partition],
        }],
        // Older versions have no place for them.
        nodes: if call.version >= 2 { vec![own_node(call)] } else { Vec::new() },
        ..DescribeQuorumResponse::default()
    }
}

fn own_node(call: &Call) -> Node {
    let own = own_broker(call, &call.node().controller.image());
    let listener = Listener {
        name: Str::from(call.peer.listener.name.clone()),
        host: own.host,
        port: u16::try_from(own.port).unwrap_or(0),
    };
    Node { node_id: own.node_id, listeners: vec![listener] }
}

fn refused(request: DescribeQuorumRequest, error: &KafkaError) -> DescribeQuorumResponse {
    let of_topic = |topic: RequestTopicData| ResponseTopicData {
        topic_name: topic.topic_name,
        partitions: topic
            .partitions
            .into_iter()
            .map(|partition| ResponsePartitionData {
                partition_index: partition.partition_index,
                error_code: error.code as i16,
                error_message: error.message.clone().map(Str::from),
                ..ResponsePartitionData::default()
            })
            .collect(),
    };
    DescribeQuorumResponse {
        topics: request.topics.into_iter().map(of_topic).collect(),
        ..DescribeQuorumResponse::default()
    }
}
