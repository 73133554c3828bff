//! DeleteTopics, versions 1 to 6: topics by name, from 6 by name or id.
//!
//! What is named twice is answered once, with an error, and stays. A topic that is named by its name and by its id, too: its
//! name is answered. From version 5 on a client over its `controller_mutation_rate` is refused (KIP-599); before, it is
//! served, and throttled then.

use std::collections::BTreeSet;

use tidelog_kafka_wire::messages::delete_topics::{
    DeletableTopicResult, DeleteTopicState, DeleteTopicsRequest, DeleteTopicsResponse,
};
use tidelog_kafka_wire::{Str, Uuid};
use tidelog_metadata::MetadataImage;

use super::call::Call;
use super::is_over;
use super::mutations::Mutations;
use super::table::Api;
use crate::errors::{KafkaCode, KafkaError, ToKafka};
use crate::handlers::{self, TopicRef};

/// The first version whose clients know THROTTLING_QUOTA_EXCEEDED.
const STRICT_SINCE: i16 = 5;
/// The first version whose clients know TOPIC_DELETION_DISABLED.
const DISABLED_SINCE: i16 = 3;

/// See the module.
#[derive(Debug)]
pub struct DeleteTopics;

impl Api for DeleteTopics {
    type Request = DeleteTopicsRequest;

    async fn answer(call: &Call, request: DeleteTopicsRequest) -> DeleteTopicsResponse {
        let is_late = is_over(request.timeout_ms);
        let asked = asked(request);
        if is_late {
            let responses =
                asked.into_iter().map(|topic| unanswered(topic, KafkaCode::RequestTimedOut)).collect();
            return DeleteTopicsResponse { responses, ..DeleteTopicsResponse::default() };
        }
        if !call.node().controller.broker_config().delete_topic_enable {
            let code = if call.version < DISABLED_SINCE {
                KafkaCode::InvalidRequest
            } else {
                KafkaCode::TopicDeletionDisabled
            };
            let responses = asked.into_iter().map(|topic| unanswered(topic, code)).collect();
            return DeleteTopicsResponse { responses, ..DeleteTopicsResponse::default() };
        }
        let image = call.node().controller.image();
        let (topics, mut responses) = sort_out(&image, asked);
        let mut mutations = Mutations::new(call, STRICT_SINCE);
        let mut accepted = Vec::with_capacity(topics.len());
        for topic in topics {
            match mutations.charge(partitions(&image, &topic)) {
                Ok(()) => accepted.push(topic),
                Err(error) => responses.push(refusal(&topic, &error)),
            }
        }
        match handlers::delete_topics(call.node(), accepted.clone()).await {
            Ok(answers) => {
                responses.extend(accepted.iter().zip(answers).map(|(topic, answer)| match answer {
                    Ok(deleted) => DeletableTopicResult {
                        name: Some(Str::from(deleted.name.to_string())),
                        topic_id: deleted.topic_id.into(),
                        ..DeletableTopicResult::default()
                    },
                    Err(error) => refusal(topic, &error.to_kafka()),
                }))
            }
            Err(error) => {
                let error = error.to_kafka();
                responses.extend(accepted.iter().map(|topic| refusal(topic, &error)));
            }
        }
        DeleteTopicsResponse { throttle_time_ms: mutations.throttle_time_ms(), responses }
    }

    fn throttle_time_ms(answer: &DeleteTopicsResponse) -> i32 {
        answer.throttle_time_ms
    }
}

/// In whichever way the version names them.
fn asked(request: DeleteTopicsRequest) -> Vec<DeleteTopicState> {
    let by_name = request.topic_names.into_iter();
    let by_name = by_name.map(|name| DeleteTopicState { name: Some(name), ..DeleteTopicState::default() });
    request.topics.into_iter().chain(by_name).collect()
}

/// The topics that the handler is to decide about, each once, and the answers to all others.
fn sort_out(
    image: &MetadataImage,
    asked: Vec<DeleteTopicState>,
) -> (Vec<TopicRef>, Vec<DeletableTopicResult>) {
    let mut responses = Vec::new();
    let mut refuse = |name: Option<Str>, topic_id: Uuid, message: &'static str| {
        let error = KafkaError::new(KafkaCode::InvalidRequest, message);
        responses.push(DeletableTopicResult { name, topic_id, ..refused(&error) });
    };
    let (mut once, mut twice) = (BTreeSet::new(), BTreeSet::new());
    for DeleteTopicState { name, topic_id } in asked {
        match (name, topic_id) {
            (None, Uuid::ZERO) => refuse(None, Uuid::ZERO, "Neither topic name nor id were specified."),
            (Some(name), id) if id != Uuid::ZERO => {
                refuse(Some(name), id, "You may not specify both topic name and topic id.");
            }
            key => {
                if twice.contains(&key) || !once.insert(key.clone()) {
                    once.remove(&key);
                    twice.insert(key);
                }
            }
        }
    }
    for (name, topic_id) in twice {
        let message = if name.is_some() { "Duplicate topic name." } else { "Duplicate topic id." };
        refuse(name, topic_id, message);
    }
    let by_id: BTreeSet<Uuid> = once.iter().filter(|key| key.0.is_none()).map(|key| key.1).collect();
    let mut named_twice = BTreeSet::new();
    for name in once.iter().filter_map(|key| key.0.clone()) {
        let id = image.topic(&name).map(|topic| Uuid::from(topic.id())).filter(|id| by_id.contains(id));
        if let Some(id) = id {
            named_twice.insert((None, id));
            named_twice.insert((Some(name.clone()), Uuid::ZERO));
            refuse(Some(name), id, "The provided topic name maps to an ID that was already supplied.");
        }
    }
    let topics = once.into_iter().filter(|key| !named_twice.contains(key)).map(|(name, id)| match name {
        Some(name) => TopicRef::Name(name.to_string()),
        None => TopicRef::Id(id.into()),
    });
    (topics.collect(), responses)
}

/// What the deletion counts for.
fn partitions(image: &MetadataImage, topic: &TopicRef) -> usize {
    let found = match topic {
        TopicRef::Name(name) => image.topic(name),
        TopicRef::Id(id) => image.topic_by_id(*id),
    };
    found.map_or(0, |topic| topic.partitions().len())
}

/// The answer for one of many topics that all get the same.
fn unanswered(topic: DeleteTopicState, code: KafkaCode) -> DeletableTopicResult {
    let DeleteTopicState { name, topic_id } = topic;
    DeletableTopicResult { name, topic_id, error_code: code as i16, ..DeletableTopicResult::default() }
}

fn refusal(topic: &TopicRef, error: &KafkaError) -> DeletableTopicResult {
    let (name, topic_id) = match topic {
        TopicRef::Name(name) => (Some(Str::from(name.clone())), Uuid::ZERO),
        TopicRef::Id(id) => (None, Uuid::from(*id)),
    };
    DeletableTopicResult { name, topic_id, ..refused(error) }
}

fn refused(error: &KafkaError) -> DeletableTopicResult {
    DeletableTopicResult {
        error_code: error.code as i16,
        error_message: error.message.clone().map(Str::from),
        ..DeletableTopicResult::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_twice_is_refused_once_and_all_else_is_decided() {
        let named =
            |name: &'static str| DeleteTopicState { name: Some(Str::from(name)), topic_id: Uuid::ZERO };
        let by_id = |id| DeleteTopicState { name: None, topic_id: Uuid(id) };
        let both = DeleteTopicState { name: Some(Str::from("x")), topic_id: Uuid(9) };
        let asked = vec![
            named("a"),
            named("b"),
            named("a"),
            named("a"),
            by_id(7),
            by_id(8),
            by_id(7),
            by_id(0),
            both,
        ];
        let (topics, refused) = sort_out(&MetadataImage::new(), asked);
        assert_eq!(topics, [TopicRef::Id(Uuid(8).into()), TopicRef::Name("b".to_owned())]);
        let refused: Vec<_> = refused
            .iter()
            .map(|answer| {
                (answer.name.as_deref(), answer.topic_id, answer.error_message.as_deref().unwrap_or(""))
            })
            .collect();
        assert_eq!(
            refused,
            [
                (None, Uuid::ZERO, "Neither topic name nor id were specified."),
                (Some("x"), Uuid(9), "You may not specify both topic name and topic id."),
                (None, Uuid(7), "Duplicate topic id."),
                (Some("a"), Uuid::ZERO, "Duplicate topic name."),
            ]
        );
    }
}
