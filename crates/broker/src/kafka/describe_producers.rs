//! DescribeProducers, version 0 (KIP-664): the idempotent producers that partitions remember. None has a transaction open.

use tidelog_kafka_wire::Str;
use tidelog_kafka_wire::messages::describe_producers::{
    DescribeProducersRequest, DescribeProducersResponse, PartitionResponse, ProducerState, TopicRequest,
    TopicResponse,
};
use tidelog_metadata::TOPIC_NAME_MAX_BYTES;
use tidelog_model::PartitionId;
use tidelog_partition::ActiveProducer;

use super::call::Call;
use super::repeats::{Repeats, Sentences};
use super::table::Api;
use crate::errors::{KafkaError, ToKafka};
use crate::handlers::describe_producers;

/// "No coordinator has written here", and "no transaction is open".
const NONE: i32 = -1;

/// See the module.
#[derive(Debug)]
pub struct DescribeProducers;

impl Api for DescribeProducers {
    type Request = DescribeProducersRequest;

    async fn answer(call: &Call, request: DescribeProducersRequest) -> DescribeProducersResponse {
        let (mut repeats, mut sentences) = (Repeats::new(), Sentences::default());
        let mut of_partition = |topic: &Str, index: i32| {
            let producers = repeats.tell((topic.clone(), index), || producers(call, topic, index));
            answer(topic, index, producers, &mut sentences)
        };
        let of_topic = |topic: TopicRequest| TopicResponse {
            partitions: topic
                .partition_indexes
                .iter()
                .map(|index| of_partition(&topic.name, *index))
                .collect(),
            name: topic.name,
        };
        DescribeProducersResponse {
            topics: request.topics.into_iter().map(of_topic).collect(),
            ..DescribeProducersResponse::default()
        }
    }
}

fn producers(call: &Call, topic: &str, partition_index: i32) -> Result<Vec<ProducerState>, KafkaError> {
    let producers = describe_producers(call.node(), topic, PartitionId(partition_index));
    let state = |producer: ActiveProducer| ProducerState {
        producer_id: producer.id.0,
        producer_epoch: i32::from(producer.epoch.0),
        last_sequence: producer.last_sequence.0,
        last_timestamp: producer.last_timestamp.0,
        coordinator_epoch: NONE,
        current_txn_start_offset: i64::from(NONE),
    };
    Ok(producers.map_err(|error| error.to_kafka())?.into_iter().map(state).collect())
}

fn answer(
    topic: &str,
    partition_index: i32,
    producers: Result<Vec<ProducerState>, KafkaError>,
    sentences: &mut Sentences,
) -> PartitionResponse {
    match producers {
        Ok(active_producers) => {
            PartitionResponse { partition_index, active_producers, ..PartitionResponse::default() }
        }
        Err(error) => {
            // The sentence may repeat the name, for each partition again.
            let is_short = topic.len() <= TOPIC_NAME_MAX_BYTES;
            PartitionResponse {
                partition_index,
                error_code: error.code as i16,
                error_message: if is_short { sentences.of(error) } else { None },
                ..PartitionResponse::default()
            }
        }
    }
}
