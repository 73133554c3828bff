//! ListOffsets, versions 1 to 11: the offset of a time or of a word, for many partitions. A partition that is named twice is
//! answered once, with INVALID_REQUEST.

use std::collections::BTreeMap;

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
        let isolation = match request.isolation_level {
            0 | 1 => Ok(IsolationLevel::from_kafka(request.isolation_level)),
            // Kafka finds no words for it.
            _ => Err(KafkaCode::UnknownServerError),
        };
        let topics = request.topics.into_iter().filter(|topic| !topic.partitions.is_empty());
        let topics = topics.map(|topic| of_topic(call, topic, isolation)).collect();
        ListOffsetsResponse { topics, ..ListOffsetsResponse::default() }
    }
}

fn of_topic(
    call: &Call,
    topic: ListOffsetsTopic,
    isolation: Result<IsolationLevel, KafkaCode>,
) -> ListOffsetsTopicResponse {
    let name = TopicRef::Name(topic.name.to_string());
    let mut times_named: BTreeMap<i32, u32> = BTreeMap::new();
    for partition in &topic.partitions {
        *times_named.entry(partition.partition_index).or_default() += 1;
    }
    let of_partition = |partition: &ListOffsetsPartition| {
        let isolation = match times_named.insert(partition.partition_index, 0)? {
            // It was answered.
            0 => return None,
            1 => isolation,
            _ => Err(KafkaCode::InvalidRequest),
        };
        Some(find(call, &name, partition, isolation))
    };
    let partitions = topic.partitions.iter().filter_map(of_partition).collect();
    ListOffsetsTopicResponse { name: topic.name, partitions }
}

fn find(
    call: &Call,
    topic: &TopicRef,
    partition: &ListOffsetsPartition,
    isolation: Result<IsolationLevel, KafkaCode>,
) -> ListOffsetsPartitionResponse {
    let nothing = ListOffsetsPartitionResponse {
        partition_index: partition.partition_index,
        timestamp: -1,
        offset: -1,
        ..ListOffsetsPartitionResponse::default()
    };
    let isolation = match isolation {
        Ok(isolation) => isolation,
        Err(code) => return ListOffsetsPartitionResponse { error_code: code as i16, ..nothing },
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
