//! DeleteTopics: topics and all of their records, for ever.
//!
//! What must stay true: the deletion is committed in the metadata before a log goes, so that a crash between the two leaves
//! logs that the next start deletes. Producers and readers of a deleted topic are told at once. A request that names a topic
//! twice deletes it not at all; `delete.topic.enable=false` forbids it.

use tidelog_metadata::controller::{DeleteTopicError, DeletedTopic, TopicSelector, delete_topics as decide};

use super::TopicRef;
use crate::controller::ChangeError;
use crate::node::Shared;

/// Deletes the topics; answers in their order.
pub async fn delete_topics(
    node: &Shared,
    topics: Vec<TopicRef>,
) -> Result<Vec<Result<DeletedTopic, DeleteTopicError>>, ChangeError> {
    let selector = |topic| match topic {
        TopicRef::Name(name) => TopicSelector::Name(name),
        TopicRef::Id(id) => TopicSelector::Id(id),
    };
    let selectors: Vec<TopicSelector> = topics.into_iter().map(selector).collect();
    node.controller.change(|basis| decide(basis, &selectors)).await
}
