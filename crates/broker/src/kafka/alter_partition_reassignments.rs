//! AlterPartitionReassignments, versions 0 and 1 (KIP-455): partitions move to other brokers; from 1 on a client may forbid
//! that their number changes (KIP-860).

use tidelog_kafka_wire::Str;
use tidelog_kafka_wire::messages::alter_partition_reassignments::{
    AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse, ReassignablePartition,
    ReassignablePartitionResponse, ReassignableTopic, ReassignableTopicResponse,
};
use tidelog_model::{NodeId, PartitionId};

use super::call::Call;
use super::table::Api;
use super::unknown_by_length;
use crate::errors::{KafkaError, ToKafka};
use crate::handlers::{Reassignment, reassign_partitions};

/// See the module.
#[derive(Debug)]
pub struct AlterPartitionReassignments;

impl Api for AlterPartitionReassignments {
    type Request = AlterPartitionReassignmentsRequest;

    async fn answer(
        call: &Call,
        request: AlterPartitionReassignmentsRequest,
    ) -> AlterPartitionReassignmentsResponse {
        let allow_factor_change = request.allow_replication_factor_change;
        let of_topic = |topic: ReassignableTopic| ReassignableTopicResponse {
            partitions: reassign(call, &topic.name, topic.partitions, allow_factor_change),
            name: topic.name,
        };
        AlterPartitionReassignmentsResponse {
            allow_replication_factor_change: allow_factor_change,
            // As Kafka has it, where nothing is asked the sentence is empty and not null.
            error_message: request.topics.is_empty().then_some(Str::EMPTY),
            responses: request.topics.into_iter().map(of_topic).collect(),
            ..AlterPartitionReassignmentsResponse::default()
        }
    }
}

fn reassign(
    call: &Call,
    topic: &str,
    partitions: Vec<ReassignablePartition>,
    allow_factor_change: bool,
) -> Vec<ReassignablePartitionResponse> {
    let unknown = unknown_by_length(topic);
    let mut asked = [Reassignment { topic: topic.to_owned(), partition: PartitionId(0), replicas: None }];
    let reassign = |ReassignablePartition { partition_index, replicas }| {
        if let Some(error) = &unknown {
            return respond(partition_index, Some(error.clone()));
        }
        asked[0].partition = PartitionId(partition_index);
        asked[0].replicas = replicas.map(|nodes| nodes.into_iter().map(NodeId).collect());
        let answer = reassign_partitions(call.node(), &asked, allow_factor_change).pop();
        respond(partition_index, answer.and_then(Result::err).map(|error| error.to_kafka()))
    };
    partitions.into_iter().map(reassign).collect()
}

fn respond(partition_index: i32, error: Option<KafkaError>) -> ReassignablePartitionResponse {
    ReassignablePartitionResponse {
        partition_index,
        error_code: error.as_ref().map_or(0, |error| error.code as i16),
        error_message: error.and_then(|error| error.message).map(Str::from),
    }
}
