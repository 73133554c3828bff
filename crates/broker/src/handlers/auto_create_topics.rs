//! Topics that come to be because a client asks for them (`auto.create.topics.enable`), with the broker's defaults.
//!
//! A name that no topic may have is left to the caller, who finds no topic of that name.

use tidelog_metadata::check_topic_name;
use tidelog_metadata::controller::Replicas;

use super::create_topics::{TopicToCreate, create_topics};
use crate::node::Shared;

/// Creates those that are not there, if the broker's settings allow it. Who asked looks for them afterwards.
pub async fn auto_create_topics(node: &Shared, names: Vec<String>) {
    let image = node.controller.image();
    let mut missing: Vec<String> = names
        .into_iter()
        .filter(|name| image.topic(name).is_none() && check_topic_name(name).is_ok())
        .collect();
    missing.sort();
    missing.dedup();
    if missing.is_empty() || !node.controller.broker_config().auto_create_topics_enable {
        return;
    }
    let topics = missing.into_iter().map(|name| TopicToCreate {
        name,
        replicas: Replicas::Spread { partitions: None, replication_factor: None },
        configs: Vec::new(),
    });
    match create_topics(node, topics.collect(), false).await {
        Ok(answers) => {
            for error in answers.into_iter().filter_map(Result::err) {
                tracing::info!(%error, "a topic was not created by itself");
            }
        }
        Err(error) => tracing::warn!(%error, "topics could not be created by themselves"),
    }
}
