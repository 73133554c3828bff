//! Topics as JSON.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use tidelog_metadata::Topic;
use tidelog_model::NodeId;

use super::Http;
use super::answer::Refusal;
use crate::errors::ToDetail;
use crate::handlers::{PartitionDescription, TopicDescription, TopicRef, describe_topic, list_topics};

/// `GET /v1/topics`.
#[derive(Debug, Serialize)]
pub struct TopicList {
    topics: Vec<TopicListing>,
}

#[derive(Debug, Serialize)]
struct TopicListing {
    name: String,
    topic_id: String,
    partitions: usize,
    replication_factor: usize,
    internal: bool,
}

/// `GET /v1/topics/{name}`.
#[derive(Debug, Serialize)]
pub struct JsonTopic {
    name: String,
    topic_id: String,
    internal: bool,
    partitions: Vec<JsonPartition>,
}

#[derive(Debug, Serialize)]
struct JsonPartition {
    partition: usize,
    leader: Option<i32>,
    leader_epoch: i32,
    replicas: Vec<i32>,
    isr: Vec<i32>,
    log_start_offset: Option<i64>,
    high_watermark: Option<i64>,
    log_end_offset: Option<i64>,
    size_bytes: Option<u64>,
}

pub async fn list(State(http): State<Http>) -> Json<TopicList> {
    let topics = list_topics(&http.node, true);
    Json(TopicList { topics: topics.iter().map(|topic| listing(topic)).collect() })
}

pub async fn describe(
    State(http): State<Http>,
    Path(name): Path<String>,
) -> Result<Json<JsonTopic>, Refusal> {
    let described = describe_topic(&http.node, &TopicRef::Name(name)).map_err(|error| error.to_detail())?;
    let TopicDescription { topic, partitions } = described;
    Ok(Json(JsonTopic {
        name: topic.name().to_string(),
        topic_id: topic.id().to_string(),
        internal: topic.is_internal(),
        partitions: partitions.iter().enumerate().map(json_partition).collect(),
    }))
}

fn listing(topic: &Topic) -> TopicListing {
    TopicListing {
        name: topic.name().to_string(),
        topic_id: topic.id().to_string(),
        partitions: topic.partitions().len(),
        replication_factor: topic.replication_factor(),
        internal: topic.is_internal(),
    }
}

fn json_partition((partition, description): (usize, &PartitionDescription)) -> JsonPartition {
    let PartitionDescription { state, log } = description;
    let ids = |nodes: &[NodeId]| nodes.iter().map(|node| node.0).collect();
    JsonPartition {
        partition,
        leader: state.leader.map(|node| node.0),
        leader_epoch: state.leader_epoch.0,
        replicas: ids(&state.replicas),
        isr: ids(&state.isr),
        log_start_offset: log.map(|log| log.places.log_start.0.0),
        high_watermark: log.map(|log| log.places.high_watermark.0.0),
        log_end_offset: log.map(|log| log.places.log_end.0.0),
        size_bytes: log.map(|log| log.size_bytes),
    }
}
