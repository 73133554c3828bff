//! CreateTopics, versions 2 to 7: topics with their partitions and configs; from 5 the answer has the configs, from 7 the
//! topic's id.
//!
//! A topic that is named twice is answered once, with an error. From version 6 on a client over its
//! `controller_mutation_rate` is refused (KIP-599); before, it is served, and throttled then.

use std::collections::BTreeMap;

use tidelog_kafka_wire::messages::create_topics::{
    CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfigs, CreatableTopicResult,
    CreateTopicsRequest, CreateTopicsResponse,
};
use tidelog_kafka_wire::{Str, Uuid};
use tidelog_metadata::check_topic_name;
use tidelog_metadata::controller::{CreatedTopic, REQUEST_PARTITIONS_MAX, Replicas};
use tidelog_model::NodeId;

use super::call::Call;
use super::configs::source_number;
use super::is_over;
use super::mutations::Mutations;
use super::table::Api;
use crate::errors::{KafkaCode, KafkaError, ToKafka};
use crate::handlers::{self, TopicToCreate, describe_new_topic};

/// The first version whose clients know THROTTLING_QUOTA_EXCEEDED.
const STRICT_SINCE: i16 = 6;
/// "As the broker's configs say."
const DEFAULT: i32 = -1;

/// See the module.
#[derive(Debug)]
pub struct CreateTopics;

impl Api for CreateTopics {
    type Request = CreateTopicsRequest;

    async fn answer(call: &Call, request: CreateTopicsRequest) -> CreateTopicsResponse {
        if let Some(error) = refuse_all(call, &request) {
            let topics = request.topics.into_iter().map(|topic| refusal(topic.name, error.clone())).collect();
            return CreateTopicsResponse { topics, ..CreateTopicsResponse::default() };
        }
        let mut mutations = Mutations::new(call, STRICT_SINCE);
        let (topics, mut refused) = take_apart(request.topics);
        let mut accepted = Vec::with_capacity(topics.len());
        for topic in topics {
            match mutations.charge(partitions(call, &topic)) {
                Ok(()) => accepted.push(topic),
                Err(error) => refused.push(refusal(Str::from(topic.name), error)),
            }
        }
        let names: Vec<Str> = accepted.iter().map(|topic| Str::from(topic.name.clone())).collect();
        let mut answers = match handlers::create_topics(call.node(), accepted, request.validate_only).await {
            Ok(created) => names
                .into_iter()
                .zip(created)
                .map(|(name, created)| match created {
                    Ok(created) => success(call, created),
                    Err(error) => refusal(name, error.to_kafka()),
                })
                .collect(),
            Err(error) => {
                let error = error.to_kafka();
                names.into_iter().map(|name| refusal(name, error.clone())).collect::<Vec<_>>()
            }
        };
        answers.append(&mut refused);
        CreateTopicsResponse { throttle_time_ms: mutations.throttle_time_ms(), topics: answers }
    }

    fn throttle_time_ms(answer: &CreateTopicsResponse) -> i32 {
        answer.throttle_time_ms
    }
}

/// Why none of the topics is created.
fn refuse_all(call: &Call, request: &CreateTopicsRequest) -> Option<KafkaError> {
    if is_over(request.timeout_ms) {
        return Some(KafkaError::bare(KafkaCode::RequestTimedOut));
    }
    let default = call.node().controller.broker_config().num_partitions;
    let partitions = request.topics.iter().map(|topic| match topic.num_partitions {
        _ if !topic.assignments.is_empty() => topic.assignments.len() as u64,
        DEFAULT => u64::try_from(default).unwrap_or(0),
        count => u64::try_from(count).unwrap_or(0),
    });
    let message = "Excessively large number of partitions per request.";
    (partitions.sum::<u64>() > u64::from(REQUEST_PARTITIONS_MAX))
        .then(|| KafkaError::new(KafkaCode::PolicyViolation, message))
}

/// The topics that the handler is to decide about, and the answers for those that are named more than once.
fn take_apart(topics: Vec<CreatableTopic>) -> (Vec<TopicToCreate>, Vec<CreatableTopicResult>) {
    let mut times: BTreeMap<Str, usize> = BTreeMap::new();
    topics.iter().for_each(|topic| *times.entry(topic.name.clone()).or_default() += 1);
    let duplicate = KafkaError::new(KafkaCode::InvalidRequest, "Duplicate topic name.");
    let twice = times.iter().filter(|(_, times)| **times > 1);
    let refused = twice.map(|(name, _)| refusal(name.clone(), duplicate.clone())).collect();
    let once = topics.into_iter().filter(|topic| times[&topic.name] == 1);
    (once.map(to_create).collect(), refused)
}

fn to_create(topic: CreatableTopic) -> TopicToCreate {
    let replicas = replicas(&topic);
    let text = |text: Str| text.to_string();
    // Of two values for one config the later one counts.
    let configs: BTreeMap<_, _> =
        topic.configs.into_iter().map(|config| (text(config.name), config.value.map(text))).collect();
    TopicToCreate { name: text(topic.name), replicas, configs: configs.into_iter().collect() }
}

/// Who is to hold the partitions: as many as the client says, or those that it says.
fn replicas(topic: &CreatableTopic) -> Replicas {
    let (partitions, replication_factor) = (topic.num_partitions, topic.replication_factor);
    if topic.assignments.is_empty() {
        return Replicas::Spread {
            partitions: (partitions != DEFAULT).then_some(partitions),
            replication_factor: (i32::from(replication_factor) != DEFAULT).then_some(replication_factor),
        };
    }
    let nodes = |assignment: &CreatableReplicaAssignment| {
        (assignment.partition_index, assignment.broker_ids.iter().map(|id| NodeId(*id)).collect())
    };
    Replicas::Assigned {
        partitions,
        replication_factor,
        replicas: topic.assignments.iter().map(nodes).collect(),
    }
}

/// What the creation counts for: nothing, if there can be none.
fn partitions(call: &Call, topic: &TopicToCreate) -> usize {
    let controller = &call.node().controller;
    let is_free = check_topic_name(&topic.name).is_ok() && controller.image().topic(&topic.name).is_none();
    match &topic.replicas {
        _ if !is_free => 0,
        Replicas::Given(given) => given.len(),
        Replicas::Assigned { replicas, .. } => replicas.len(),
        Replicas::Spread { partitions, .. } => {
            let default = || controller.broker_config().num_partitions;
            usize::try_from(partitions.unwrap_or_else(default)).unwrap_or(0)
        }
    }
}

fn success(call: &Call, created: CreatedTopic) -> CreatableTopicResult {
    let configs = describe_new_topic(call.node(), &created.configs);
    let configs = configs.into_iter().map(|config| CreatableTopicConfigs {
        name: Str::from(config.key.name),
        config_source: source_number(config.source),
        is_sensitive: config.key.is_sensitive(),
        value: config.value.map(Str::from),
        read_only: false,
    });
    CreatableTopicResult {
        name: Str::from(created.name),
        error_message: None,
        topic_id: Uuid::from(created.topic_id),
        num_partitions: created.partitions,
        replication_factor: created.replication_factor,
        configs: Some(configs.collect()),
        ..CreatableTopicResult::default()
    }
}

fn refusal(name: Str, error: KafkaError) -> CreatableTopicResult {
    CreatableTopicResult {
        name,
        error_code: error.code as i16,
        error_message: error.message.map(Str::from),
        num_partitions: -1,
        replication_factor: -1,
        configs: Some(Vec::new()),
        ..CreatableTopicResult::default()
    }
}
