//! DescribeProducers, version 0 (KIP-664): the idempotent producers that partitions remember. None has a transaction open.

use tidelog_kafka_wire::Str;
use tidelog_kafka_wire::messages::describe_producers::{
    DescribeProducersRequest, DescribeProducersResponse, PartitionResponse, ProducerState, TopicRequest,
    TopicResponse,
};
use tidelog_metadata::TOPIC_NAME_MAX_BYTES;
use tidelog_model::PartitionId;

use super::call::Call;
use super::table::Api;
use crate::errors::ToKafka;
use crate::handlers::describe_producers;

/// "No coordinator has written here", and "no transaction is open".
const NONE: i32 = -1;

/// See the module.
#[derive(Debug)]
pub struct DescribeProducers;

impl Api for DescribeProducers {
    type Request = DescribeProducersRequest;

    async fn answer(call: &Call, request: DescribeProducersRequest) -> DescribeProducersResponse {
        let of_topic = |topic: TopicRequest| TopicResponse {
            partitions: topic
                .partition_indexes
                .iter()
                .map(|index| describe(call, &topic.name, *index))
                .collect(),
            name: topic.name,
        };
        DescribeProducersResponse {
            topics: request.topics.into_iter().map(of_topic).collect(),
            ..DescribeProducersResponse::default()
        }
    }
}

fn describe(call: &Call, topic: &str, partition_index: i32) -> PartitionResponse {
    match describe_producers(call.node(), topic, PartitionId(partition_index)) {
        Ok(producers) => PartitionResponse {
            partition_index,
            active_producers: producers
                .into_iter()
                .map(|producer| ProducerState {
                    producer_id: producer.id.0,
                    producer_epoch: i32::from(producer.epoch.0),
                    last_sequence: producer.last_sequence.0,
                    last_timestamp: producer.last_timestamp.0,
                    coordinator_epoch: NONE,
                    current_txn_start_offset: i64::from(NONE),
                })
                .collect(),
            ..PartitionResponse::default()
        },
        Err(error) => {
            let error = error.to_kafka();
            // The sentence may repeat the name, for each partition again.
            let message = error.message.filter(|_| topic.len() <= TOPIC_NAME_MAX_BYTES);
            PartitionResponse {
                partition_index,
                error_code: error.code as i16,
                error_message: message.map(Str::from),
                ..PartitionResponse::default()
            }
        }
    }
}
