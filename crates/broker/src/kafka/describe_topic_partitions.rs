//! DescribeTopicPartitions, version 0 (KIP-966): topics by name with their partitions, as many at a time as the client and
//! `max.request.partition.size.limit` allow; a cursor says where to go on.

use std::collections::BTreeSet;
use std::sync::Arc;

use tidelog_kafka_wire::messages::describe_topic_partitions::{
    Cursor, DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse,
    DescribeTopicPartitionsResponsePartition, DescribeTopicPartitionsResponseTopic,
};
use tidelog_kafka_wire::{Str, Uuid};
use tidelog_metadata::{MetadataImage, Topic, check_topic_name, is_internal};

use super::call::Call;
use super::metadata::TOPIC_OPERATIONS;
use super::table::Api;
use crate::errors::KafkaCode;

/// See the module.
#[derive(Debug)]
pub struct DescribeTopicPartitions;

impl Api for DescribeTopicPartitions {
    type Request = DescribeTopicPartitionsRequest;

    async fn answer(call: &Call, request: DescribeTopicPartitionsRequest) -> DescribeTopicPartitionsResponse {
        if !is_sound(&request) {
            return refused(&request);
        }
        let image = call.node().controller.image();
        let limit = i64::from(request.response_partition_limit)
            .min(call.broker_number("max.request.partition.size.limit"))
            .max(1);
        let start = request
            .cursor
            .as_ref()
            .map_or(("", 0), |cursor| (cursor.topic_name.as_str(), cursor.partition_index));
        let asked: BTreeSet<&str> = if request.topics.is_empty() {
            image.topics().map(|topic| &**topic.name()).collect()
        } else {
            request.topics.iter().map(|topic| topic.name.as_str()).collect()
        };
        page(&image, asked.range(start.0..).copied(), start, usize::try_from(limit).unwrap_or(usize::MAX))
    }
}

/// A cursor must name a topic of the list, and a partition that could be.
fn is_sound(request: &DescribeTopicPartitionsRequest) -> bool {
    let Some(cursor) = &request.cursor else { return true };
    let is_listed =
        request.topics.is_empty() || request.topics.iter().any(|topic| topic.name == cursor.topic_name);
    is_listed && cursor.partition_index >= 0
}

fn refused(request: &DescribeTopicPartitionsRequest) -> DescribeTopicPartitionsResponse {
    let topics = request.topics.iter().map(|topic| DescribeTopicPartitionsResponseTopic {
        error_code: KafkaCode::InvalidRequest as i16,
        name: Some(topic.name.clone()),
        ..DescribeTopicPartitionsResponseTopic::default()
    });
    DescribeTopicPartitionsResponse { topics: topics.collect(), ..DescribeTopicPartitionsResponse::default() }
}

/// The topics of those names, until there are `limit` partitions. The first begins at the partition of `start` if it is the
/// topic of `start`.
fn page<'a>(
    image: &MetadataImage,
    names: impl Iterator<Item = &'a str>,
    start: (&str, i32),
    limit: usize,
) -> DescribeTopicPartitionsResponse {
    let mut answer = DescribeTopicPartitionsResponse::default();
    let mut left = limit;
    for name in names {
        if left == 0 {
            answer.next_cursor = Some(cursor(name, 0));
            break;
        }
        let Some(topic) = image.topic(name) else {
            answer.topics.push(unknown(name));
            continue;
        };
        let first = if name == start.0 { usize::try_from(start.1).unwrap_or(0) } else { 0 };
        let described = describe(topic, first, left);
        let next = first + described.partitions.len();
        left -= described.partitions.len();
        answer.topics.push(described);
        if next < topic.partitions().len() {
            answer.next_cursor = Some(cursor(name, next as i32));
            break;
        }
    }
    answer
}

fn cursor(topic: &str, partition_index: i32) -> Cursor {
    Cursor { topic_name: Str::from(topic.to_owned()), partition_index }
}

fn unknown(name: &str) -> DescribeTopicPartitionsResponseTopic {
    let code = match check_topic_name(name) {
        Ok(()) => KafkaCode::UnknownTopicOrPartition,
        Err(_) => KafkaCode::InvalidTopicException,
    };
    DescribeTopicPartitionsResponseTopic {
        error_code: code as i16,
        name: Some(Str::from(name.to_owned())),
        topic_id: Uuid::ZERO,
        is_internal: is_internal(name),
        topic_authorized_operations: TOPIC_OPERATIONS,
        ..DescribeTopicPartitionsResponseTopic::default()
    }
}

fn describe(topic: &Arc<Topic>, first: usize, limit: usize) -> DescribeTopicPartitionsResponseTopic {
    let partitions = (0..).zip(topic.partitions()).skip(first).take(limit).map(|(index, partition)| {
        DescribeTopicPartitionsResponsePartition {
            partition_index: index,
            leader_id: partition.leader.map_or(-1, |leader| leader.0),
            leader_epoch: partition.leader_epoch.0,
            replica_nodes: partition.replicas.iter().map(|node| node.0).collect(),
            isr_nodes: partition.isr.iter().map(|node| node.0).collect(),
            eligible_leader_replicas: Some(Vec::new()),
            last_known_elr: Some(Vec::new()),
            ..DescribeTopicPartitionsResponsePartition::default()
        }
    });
    DescribeTopicPartitionsResponseTopic {
        name: Some(Str::from(topic.name().to_string())),
        topic_id: topic.id().into(),
        is_internal: topic.is_internal(),
        partitions: partitions.collect(),
        topic_authorized_operations: TOPIC_OPERATIONS,
        ..DescribeTopicPartitionsResponseTopic::default()
    }
}
