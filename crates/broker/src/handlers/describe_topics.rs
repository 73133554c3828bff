//! ListTopics and DescribeTopics: what the metadata says, and for the partitions that are here, how far and how large.

use std::sync::Arc;

use tidelog_metadata::{Partition, Topic};
use tidelog_model::watermark::Watermarks;
use tidelog_model::{PartitionId, TopicPartition};

use super::{TopicRef, UnknownTopic};
use crate::node::Shared;
use crate::topics::TopicSnapshot;

/// A topic with its partitions.
#[derive(Debug, Clone)]
pub struct TopicDescription {
    /// What the metadata says.
    pub topic: Arc<Topic>,
    /// By index, from 0.
    pub partitions: Vec<PartitionDescription>,
}

/// One partition.
#[derive(Debug, Clone)]
pub struct PartitionDescription {
    /// What the metadata says.
    pub state: Partition,
    /// What its log says; `None` if it is not here.
    pub log: Option<LogDescription>,
}

/// One log on this node.
#[derive(Debug, Clone, Copy)]
pub struct LogDescription {
    /// Where it begins, ends, and is visible to.
    pub places: Watermarks,
    /// Bytes of its batches.
    pub size_bytes: u64,
}

/// All topics, by name.
pub fn list_topics(node: &Shared, include_internal: bool) -> Vec<Arc<Topic>> {
    let image = node.controller.image();
    image.topics().filter(|topic| include_internal || !topic.is_internal()).cloned().collect()
}

/// One topic.
pub fn describe_topic(node: &Shared, topic: &TopicRef) -> Result<TopicDescription, UnknownTopic> {
    let image = node.controller.image();
    let found = match topic {
        TopicRef::Name(name) => image.topic(name),
        TopicRef::Id(id) => image.topic_by_id(*id),
    };
    let topic = found.cloned().ok_or_else(|| UnknownTopic::Topic(topic.clone()))?;
    let hosted = node.topics.snapshot();
    let describe = |(index, state): (i32, &Partition)| {
        let id = TopicPartition { topic: topic.id(), partition: PartitionId(index) };
        PartitionDescription { state: state.clone(), log: describe_log(&hosted, id) }
    };
    let partitions = (0..).zip(topic.partitions()).map(describe).collect();
    Ok(TopicDescription { topic, partitions })
}

fn describe_log(hosted: &TopicSnapshot, id: TopicPartition) -> Option<LogDescription> {
    let partition = hosted.with_id(id.topic)?.partition(id.partition)?;
    let (places, _) = partition.places().ok()?;
    Some(LogDescription { places, size_bytes: partition.reader().size_bytes() })
}
