//! CreateTopics: topics with their partitions, each all or nothing.
//!
//! The controller decides (`tidelog_metadata::controller::create_topics`: names, limits, configs, placement), one metadata
//! record for each topic; the answer comes when the records are committed and this node hosts the partitions. A request
//! that names a topic twice creates neither. `validate_only` decides and commits nothing.

use tidelog_metadata::controller::{
    CreateTopicError, CreatedTopic, NewTopic, Replicas, create_topics as decide,
};
use tidelog_model::TopicId;
use uuid::Uuid;

use crate::controller::ChangeError;
use crate::node::Shared;

/// A topic that a client asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicToCreate {
    /// Its name.
    pub name: String,
    /// Its partitions, and who holds them.
    pub replicas: Replicas,
    /// Configs to set on it.
    pub configs: Vec<(String, Option<String>)>,
}

/// Creates the topics; answers in their order.
pub async fn create_topics(
    node: &Shared,
    topics: Vec<TopicToCreate>,
    validate_only: bool,
) -> Result<Vec<Result<CreatedTopic, CreateTopicError>>, ChangeError> {
    let with_id = |topic: TopicToCreate| {
        let TopicToCreate { name, replicas, configs } = topic;
        NewTopic { name, topic_id: fresh_topic_id(), replicas, configs }
    };
    let topics: Vec<NewTopic> = topics.into_iter().map(with_id).collect();
    node.controller.change(|basis| decide(basis, &topics, validate_only)).await
}

/// A random id. As in Kafka none is written with a leading `-`, which a shell's tools would take for an option.
fn fresh_topic_id() -> TopicId {
    loop {
        let id = TopicId(Uuid::new_v4().as_u128());
        if !id.to_string().starts_with('-') {
            return id;
        }
    }
}
