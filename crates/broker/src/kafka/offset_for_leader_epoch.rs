//! OffsetForLeaderEpoch, versions 2 to 4: where a leadership ended, so that a client finds out whether its log was truncated.

use tidelog_kafka_wire::messages::offset_for_leader_epoch::{
    EpochEndOffset, OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse, OffsetForLeaderPartition,
    OffsetForLeaderTopic, OffsetForLeaderTopicResult,
};
use tidelog_model::{LeaderEpoch, PartitionId};

use super::call::Call;
use super::epoch_if_any;
use super::table::Api;
use crate::errors::ToKafka;
use crate::handlers::{TopicRef, offset_for_leader_epoch};

/// See the module.
#[derive(Debug)]
pub struct OffsetForLeaderEpoch;

impl Api for OffsetForLeaderEpoch {
    type Request = OffsetForLeaderEpochRequest;

    async fn answer(call: &Call, request: OffsetForLeaderEpochRequest) -> OffsetForLeaderEpochResponse {
        let of_topic = |topic: OffsetForLeaderTopic| {
            let name = TopicRef::Name(topic.topic.to_string());
            let partitions = topic.partitions.iter().map(|partition| find(call, &name, partition)).collect();
            OffsetForLeaderTopicResult { topic: topic.topic, partitions }
        };
        OffsetForLeaderEpochResponse {
            topics: request.topics.into_iter().map(of_topic).collect(),
            ..OffsetForLeaderEpochResponse::default()
        }
    }
}

fn find(call: &Call, topic: &TopicRef, partition: &OffsetForLeaderPartition) -> EpochEndOffset {
    let nothing = EpochEndOffset {
        partition: partition.partition,
        leader_epoch: -1,
        end_offset: -1,
        ..EpochEndOffset::default()
    };
    let current = epoch_if_any(partition.current_leader_epoch);
    let (id, epoch) = (PartitionId(partition.partition), LeaderEpoch(partition.leader_epoch));
    match offset_for_leader_epoch(call.node(), topic, id, current, epoch) {
        Ok(Some(end)) => {
            EpochEndOffset { leader_epoch: end.leader_epoch.0, end_offset: end.end_offset.0, ..nothing }
        }
        Ok(None) => nothing,
        Err(error) => EpochEndOffset { error_code: error.to_kafka().code as i16, ..nothing },
    }
}
