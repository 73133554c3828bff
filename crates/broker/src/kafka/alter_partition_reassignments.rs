//! AlterPartitionReassignments, versions 0 and 1 (KIP-455): partitions move to other brokers; from 1 on a client may forbid
//! that their number changes (KIP-860).

use tidelog_kafka_wire::Str;
use tidelog_kafka_wire::messages::alter_partition_reassignments::{
    AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse, ReassignablePartitionResponse,
    ReassignableTopic, ReassignableTopicResponse,
};
use tidelog_metadata::controller::ReassignError;
use tidelog_model::{NodeId, PartitionId};

use super::call::Call;
use super::table::Api;
use crate::errors::ToKafka;
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
        let of_topic = |topic: ReassignableTopic| {
            let moves = moves(&topic);
            let answers = reassign_partitions(call.node(), &moves, allow_factor_change);
            ReassignableTopicResponse {
                name: topic.name,
                partitions: moves.iter().zip(answers).map(|(asked, answer)| respond(asked, answer)).collect(),
            }
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

fn moves(topic: &ReassignableTopic) -> Vec<Reassignment> {
    let partitions = topic.partitions.iter().map(|partition| Reassignment {
        topic: topic.name.to_string(),
        partition: PartitionId(partition.partition_index),
        replicas: partition.replicas.as_ref().map(|nodes| nodes.iter().map(|id| NodeId(*id)).collect()),
    });
    partitions.collect()
}

fn respond(asked: &Reassignment, answer: Result<(), ReassignError>) -> ReassignablePartitionResponse {
    let error = answer.err().map(|error| error.to_kafka());
    ReassignablePartitionResponse {
        partition_index: asked.partition.0,
        error_code: error.as_ref().map_or(0, |error| error.code as i16),
        error_message: error.and_then(|error| error.message).map(Str::from),
    }
}
