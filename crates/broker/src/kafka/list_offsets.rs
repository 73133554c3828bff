//! ListOffsets, versions 1 to 11: the offset of a time or of a word, for many partitions.

use tidelog_kafka_wire::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsPartitionResponse, ListOffsetsRequest, ListOffsetsResponse,
    ListOffsetsTopic, ListOffsetsTopicResponse,
};
use tidelog_model::PartitionId;

use super::call::Call;
use super::epoch_if_any;
use super::table::Api;
use crate::errors::{KafkaCode, ToKafka};
use crate::handlers::{IsolationLevel, OffsetQuery, Place, TopicRef, list_offset};

/// See the module.
#[derive(Debug)]
pub struct ListOffsets;

impl Api for ListOffsets {
    type Request = ListOffsetsRequest;

    async fn answer(call: &Call, request: ListOffsetsRequest) -> ListOffsetsResponse {
        let isolation = IsolationLevel::from_kafka(request.isolation_level);
        let of_topic = |topic: ListOffsetsTopic| {
            let name = TopicRef::Name(topic.name.to_string());
            let of_partition = |partition: &ListOffsetsPartition| find(call, &name, partition, isolation);
            let partitions = topic.partitions.iter().map(of_partition).collect();
            ListOffsetsTopicResponse { name: topic.name, partitions }
        };
        ListOffsetsResponse {
            topics: request.topics.into_iter().map(of_topic).collect(),
            ..ListOffsetsResponse::default()
        }
    }
}

fn find(
    call: &Call,
    topic: &TopicRef,
    partition: &ListOffsetsPartition,
    isolation: IsolationLevel,
) -> ListOffsetsPartitionResponse {
    let nothing = ListOffsetsPartitionResponse {
        partition_index: partition.partition_index,
        timestamp: -1,
        offset: -1,
        ..ListOffsetsPartitionResponse::default()
    };
    let Some(place) = Place::from_kafka(partition.timestamp, call.version) else {
        return ListOffsetsPartitionResponse { error_code: KafkaCode::UnsupportedVersion as i16, ..nothing };
    };
    let query = OffsetQuery { place, isolation, leader_epoch: epoch_if_any(partition.current_leader_epoch) };
    match list_offset(call.node(), topic, PartitionId(partition.partition_index), query) {
        Ok(Some(found)) => ListOffsetsPartitionResponse {
            timestamp: found.timestamp.map_or(-1, |timestamp| timestamp.0),
            offset: found.offset.0,
            leader_epoch: found.leader_epoch.filter(|_| call.version >= 4).map_or(-1, |epoch| epoch.0),
            ..nothing
        },
        Ok(None) => nothing,
        Err(error) => ListOffsetsPartitionResponse { error_code: error.to_kafka().code as i16, ..nothing },
    }
}
