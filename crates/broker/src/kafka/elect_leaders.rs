//! ElectLeaders, versions 0 to 2 (KIP-183, KIP-460): the preferred replica leads again, or any does. Null names all
//! partitions, and is answered with those that needed an election.

use tidelog_kafka_wire::Str;
use tidelog_kafka_wire::messages::elect_leaders::{
    ElectLeadersRequest, ElectLeadersResponse, PartitionResult, ReplicaElectionResult, TopicPartitions,
};
use tidelog_metadata::controller::{ElectLeaderError, Election};
use tidelog_model::PartitionId;

use super::call::Call;
use super::table::Api;
use crate::errors::{KafkaCode, KafkaError, ToKafka};
use crate::handlers::{elect_all_leaders, elect_leaders, election};

/// See the module.
#[derive(Debug)]
pub struct ElectLeaders;

impl Api for ElectLeaders {
    type Request = ElectLeadersRequest;

    async fn answer(call: &Call, request: ElectLeadersRequest) -> ElectLeadersResponse {
        let Some(election) = election(request.election_type) else { return refused(request) };
        let results = match request.topic_partitions {
            Some(topics) => topics.into_iter().map(|topic| elect(call, election, topic)).collect(),
            None => elect_all_leaders(call.node(), election)
                .into_iter()
                .map(|(topic, elected)| of_topic(Str::from(topic), elected))
                .collect(),
        };
        ElectLeadersResponse { replica_election_results: results, ..ElectLeadersResponse::default() }
    }
}

/// What came of one partition's election.
type Elected = (PartitionId, Result<(), ElectLeaderError>);

fn elect(call: &Call, election: Election, topic: TopicPartitions) -> ReplicaElectionResult {
    let ids = topic.partitions.into_iter().map(PartitionId);
    let asked: Vec<_> = ids.map(|id| (topic.topic.to_string(), id)).collect();
    let answers = elect_leaders(call.node(), election, &asked);
    of_topic(topic.topic, asked.into_iter().map(|(_, id)| id).zip(answers).collect())
}

fn of_topic(topic: Str, elected: Vec<Elected>) -> ReplicaElectionResult {
    let result = |(id, answer): Elected| result(id.0, answer.err().map(|error| error.to_kafka()));
    ReplicaElectionResult { topic, partition_result: elected.into_iter().map(result).collect() }
}

fn result(partition_id: i32, error: Option<KafkaError>) -> PartitionResult {
    PartitionResult {
        partition_id,
        error_code: error.as_ref().map_or(0, |error| error.code as i16),
        error_message: error.and_then(|error| error.message).map(Str::from),
    }
}

/// An election that does not exist.
fn refused(request: ElectLeadersRequest) -> ElectLeadersResponse {
    let message = format!("Unknown election type {}", request.election_type);
    let error = KafkaError::new(KafkaCode::InvalidRequest, message);
    let topics = request.topic_partitions.unwrap_or_default().into_iter();
    let results = topics.map(|topic| ReplicaElectionResult {
        topic: topic.topic,
        partition_result: topic.partitions.into_iter().map(|id| result(id, Some(error.clone()))).collect(),
    });
    ElectLeadersResponse {
        error_code: error.code as i16,
        replica_election_results: results.collect(),
        ..ElectLeadersResponse::default()
    }
}
