//! CreatePartitions, versions 0 to 3: topics get more partitions.
//!
//! A topic that is named twice is answered once, with an error. From version 3 on a client over its
//! `controller_mutation_rate` is refused (KIP-599); before, it is served, and throttled then.

use std::collections::BTreeMap;

use tidelog_kafka_wire::Str;
use tidelog_kafka_wire::messages::create_partitions::{
    CreatePartitionsRequest, CreatePartitionsResponse, CreatePartitionsTopic, CreatePartitionsTopicResult,
};
use tidelog_metadata::controller::NewPartitions;
use tidelog_model::NodeId;

use super::call::Call;
use super::is_over;
use super::mutations::Mutations;
use super::table::Api;
use crate::errors::{KafkaCode, KafkaError, ToKafka};
use crate::handlers;

/// The first version whose clients know THROTTLING_QUOTA_EXCEEDED.
const STRICT_SINCE: i16 = 3;

/// See the module.
#[derive(Debug)]
pub struct CreatePartitions;

impl Api for CreatePartitions {
    type Request = CreatePartitionsRequest;

    async fn answer(call: &Call, request: CreatePartitionsRequest) -> CreatePartitionsResponse {
        if is_over(request.timeout_ms) {
            let late = KafkaError::bare(KafkaCode::RequestTimedOut);
            let results = request.topics.into_iter().map(|topic| refusal(topic.name, &late)).collect();
            return CreatePartitionsResponse { results, ..CreatePartitionsResponse::default() };
        }
        let mut times: BTreeMap<Str, usize> = BTreeMap::new();
        request.topics.iter().for_each(|topic| *times.entry(topic.name.clone()).or_default() += 1);
        let duplicate = KafkaError::new(KafkaCode::InvalidRequest, "Duplicate topic name.");
        let twice = times.iter().filter(|(_, times)| **times > 1);
        let mut results: Vec<_> = twice.map(|(name, _)| refusal(name.clone(), &duplicate)).collect();
        let mut mutations = Mutations::new(call, STRICT_SINCE);
        let mut accepted = Vec::with_capacity(request.topics.len());
        for topic in request.topics.into_iter().filter(|topic| times[&topic.name] == 1) {
            match mutations.charge(new_partitions(call, &topic)) {
                Ok(()) => accepted.push(topic),
                Err(error) => results.push(refusal(topic.name, &error)),
            }
        }
        let asked = accepted.iter().map(to_create).collect();
        match handlers::create_partitions(call.node(), asked, request.validate_only).await {
            Ok(answers) => {
                results.extend(accepted.into_iter().zip(answers).map(|(topic, answer)| match answer {
                    Ok(()) => CreatePartitionsTopicResult {
                        name: topic.name,
                        ..CreatePartitionsTopicResult::default()
                    },
                    Err(error) => refusal(topic.name, &error.to_kafka()),
                }))
            }
            Err(error) => {
                let error = error.to_kafka();
                results.extend(accepted.into_iter().map(|topic| refusal(topic.name, &error)));
            }
        }
        CreatePartitionsResponse { throttle_time_ms: mutations.throttle_time_ms(), results }
    }

    fn throttle_time_ms(answer: &CreatePartitionsResponse) -> i32 {
        answer.throttle_time_ms
    }
}

/// What the change counts for.
fn new_partitions(call: &Call, topic: &CreatePartitionsTopic) -> usize {
    let image = call.node().controller.image();
    let old = image.topic(&topic.name).map_or(0, |topic| topic.partitions().len());
    usize::try_from(topic.count).unwrap_or(0).saturating_sub(old)
}

fn to_create(topic: &CreatePartitionsTopic) -> NewPartitions {
    let given = topic.assignments.as_ref().map(|assignments| {
        let nodes = assignments.iter().map(|given| given.broker_ids.iter().map(|id| NodeId(*id)).collect());
        nodes.collect()
    });
    NewPartitions { name: topic.name.to_string(), new_count: topic.count, given }
}

fn refusal(name: Str, error: &KafkaError) -> CreatePartitionsTopicResult {
    CreatePartitionsTopicResult {
        name,
        error_code: error.code as i16,
        error_message: error.message.clone().map(Str::from),
    }
}
