//! ElectLeaders, versions 0 to 2 (KIP-183, KIP-460): the preferred replica leads again, or any does. Null names all
//! partitions, and is answered with those that needed an election.

use tidelog_kafka_wire::Str;
use tidelog_kafka_wire::messages::elect_leaders::{
    ElectLeadersRequest, ElectLeadersResponse, PartitionResult, ReplicaElectionResult, TopicPartitions,
};
use tidelog_metadata::controller::{ElectLeaderError, Election};
use tidelog_model::PartitionId;

use super::call::Call;
use super::repeats::Sentences;
use super::table::Api;
use super::unknown_by_length;
use crate::errors::{KafkaCode, KafkaError, ToKafka};
use crate::handlers::{elect_all_leaders, elect_leaders, election};

/// See the module.
#[derive(Debug)]
pub struct ElectLeaders;

impl Api for ElectLeaders {
    type Request = ElectLeadersRequest;

    async fn answer(call: &Call, request: ElectLeadersRequest) -> ElectLeadersResponse {
        let Some(election) = election(request.election_type) else { return refused(request) };
        let mut sentences = Sentences::default();
        let results = match request.topic_partitions {
            Some(topics) => {
                topics.into_iter().map(|topic| elect(call, election, topic, &mut sentences)).collect()
            }
            None => elect_all_leaders(call.node(), election)
                .into_iter()
                .map(|(topic, elected)| of_topic(Str::from(topic), elected, &mut sentences))
                .collect(),
        };
        ElectLeadersResponse { replica_election_results: results, ..ElectLeadersResponse::default() }
    }
}

/// What came of one partition's election.
type Elected = (PartitionId, Result<(), ElectLeaderError>);

fn elect(
    call: &Call,
    election: Election,
    topic: TopicPartitions,
    sentences: &mut Sentences,
) -> ReplicaElectionResult {
    let TopicPartitions { topic, partitions } = topic;
    if let Some(error) = unknown_by_length(&topic) {
        let refuse = |id| result(id, Some(error.clone()), sentences);
        return ReplicaElectionResult {
            topic,
            partition_result: partitions.into_iter().map(refuse).collect(),
        };
    }
    let mut asked = [(topic.to_string(), PartitionId(0))];
    let elected = partitions.into_iter().map(PartitionId).map(|id| {
        asked[0].1 = id;
        (id, elect_leaders(call.node(), election, &asked).pop().unwrap_or(Ok(())))
    });
    of_topic(topic, elected.collect(), sentences)
}

fn of_topic(topic: Str, elected: Vec<Elected>, sentences: &mut Sentences) -> ReplicaElectionResult {
    let result = |(id, answer): Elected| result(id.0, answer.err().map(|error| error.to_kafka()), sentences);
    ReplicaElectionResult { topic, partition_result: elected.into_iter().map(result).collect() }
}

fn result(partition_id: i32, error: Option<KafkaError>, sentences: &mut Sentences) -> PartitionResult {
    PartitionResult {
        partition_id,
        error_code: error.as_ref().map_or(0, |error| error.code as i16),
        error_message: error.and_then(|error| sentences.of(error)),
    }
}

/// An election that does not exist.
fn refused(request: ElectLeadersRequest) -> ElectLeadersResponse {
    let message = format!("Unknown election type {}", request.election_type);
    let error = KafkaError::new(KafkaCode::InvalidRequest, message);
    let mut sentences = Sentences::default();
    let topics = request.topic_partitions.unwrap_or_default().into_iter();
    let results = topics.map(|TopicPartitions { topic, partitions }| {
        let refuse = |id| result(id, Some(error.clone()), &mut sentences);
        ReplicaElectionResult { topic, partition_result: partitions.into_iter().map(refuse).collect() }
    });
    ElectLeadersResponse {
        error_code: error.code as i16,
        replica_election_results: results.collect(),
        ..ElectLeadersResponse::default()
    }
}
