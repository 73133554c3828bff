//! Which partitions topics have, as far as this producer knows, and where their records go.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use tidelog_record::partition_for_key;

use super::accumulator::{Accumulator, Slot, Target, TopicIndex};
use super::error::SendError;
use super::record::ProducerRecord;

/// A partition's name.
#[derive(Clone, Debug)]
pub(crate) struct PartitionName {
    pub topic: Arc<str>,
    pub partition: i32,
}

/// All topics that this producer has sent to.
#[derive(Debug, Default)]
pub(crate) struct Topics(RwLock<Known>);

#[derive(Debug, Default)]
struct Known {
    topics: HashMap<Arc<str>, Topic>,
    /// By slot.
    names: Vec<PartitionName>,
}

#[derive(Debug)]
struct Topic {
    index: TopicIndex,
    slots: Vec<Slot>,
}

impl Topics {
    /// Where a record goes.
    pub fn target(&self, record: &ProducerRecord<'_>) -> Result<Target, SendError> {
        let known = self.read();
        let Some(topic) = known.topics.get(record.topic) else {
            return Err(SendError::TopicNotLoaded { topic: record.topic.to_owned() });
        };
        let partition_count = topic.slots.len() as u32;
        let index = match (record.partition, record.key) {
            (Some(partition), _) => {
                let unknown = || SendError::UnknownPartition {
                    topic: record.topic.to_owned(),
                    partition,
                    partition_count,
                };
                let index = u32::try_from(partition).ok().filter(|index| *index < partition_count);
                index.ok_or_else(unknown)?
            }
            (None, Some(key)) => partition_for_key(key, partition_count),
            (None, None) => return Ok(Target::Any(topic.index)),
        };
        Ok(Target::Partition(topic.slots[index as usize]))
    }

    /// How many partitions a topic has, if it is known.
    pub fn partition_count(&self, topic: &str) -> Option<u32> {
        self.read().topics.get(topic).map(|topic| topic.slots.len() as u32)
    }

    /// All topics that are known.
    pub fn topic_names(&self) -> Vec<String> {
        self.read().topics.keys().map(|name| name.to_string()).collect()
    }

    /// What a slot is called.
    pub fn name(&self, slot: Slot) -> PartitionName {
        self.read().names[slot.0 as usize].clone()
    }

    /// Takes note of a topic, or of partitions that were added to it.
    pub fn learn(&self, name: &str, partition_count: u32, accumulator: &mut Accumulator) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let Known { topics, names } = &mut *known;
        let topic_name: Arc<str> = name.into();
        let topic = topics.entry(Arc::clone(&topic_name));
        let topic = topic.or_insert_with(|| Topic { index: accumulator.add_topic(), slots: Vec::new() });
        for partition in topic.slots.len() as u32..partition_count {
            topic.slots.push(accumulator.add_partition(topic.index));
            names.push(PartitionName { topic: Arc::clone(&topic_name), partition: partition as i32 });
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Known> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}
