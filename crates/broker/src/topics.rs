//! What the node hosts, by name and by id: a snapshot that requests read without a lock.

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use tidelog_metadata::TopicConfig;
use tidelog_model::{PartitionId, TopicId};
use tidelog_record::ProduceRules;

use crate::hosted::HostedPartition;

/// A topic and its partitions on this node.
#[derive(Debug)]
pub struct HostedTopic {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: TopicId,
    /// By index, from 0.
    pub partitions: Vec<Arc<HostedPartition>>,
    /// Its settings.
    pub config: TopicConfig,
    /// What its batches must keep to.
    pub rules: ProduceRules,
    /// The brokers keep it for themselves.
    pub is_internal: bool,
}

impl HostedTopic {
    /// The partition of this index, if there is one.
    pub fn partition(&self, partition: PartitionId) -> Option<&Arc<HostedPartition>> {
        usize::try_from(partition.0).ok().and_then(|index| self.partitions.get(index))
    }
}

/// All topics at one moment.
#[derive(Debug, Default)]
pub struct TopicSnapshot {
    by_name: BTreeMap<String, Arc<HostedTopic>>,
    by_id: BTreeMap<TopicId, Arc<HostedTopic>>,
}

impl TopicSnapshot {
    /// By name.
    pub fn named(&self, name: &str) -> Option<&Arc<HostedTopic>> {
        self.by_name.get(name)
    }

    /// By id.
    pub fn with_id(&self, id: TopicId) -> Option<&Arc<HostedTopic>> {
        self.by_id.get(&id)
    }

    /// All, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<HostedTopic>> {
        self.by_name.values()
    }
}

/// The node's topics.
#[derive(Debug, Default)]
pub struct Topics(ArcSwap<TopicSnapshot>);

impl Topics {
    /// This moment's snapshot.
    pub fn snapshot(&self) -> Arc<TopicSnapshot> {
        self.0.load_full()
    }

    /// Puts these in place of what was there under their ids, and forgets `deleted`.
    pub fn replace(&self, topics: Vec<Arc<HostedTopic>>, deleted: &[TopicId]) {
        let old = self.0.load();
        let mut new = TopicSnapshot { by_name: old.by_name.clone(), by_id: old.by_id.clone() };
        for id in deleted {
            if let Some(topic) = new.by_id.remove(id) {
                new.by_name.remove(&topic.name);
            }
        }
        for topic in topics {
            new.by_name.insert(topic.name.clone(), topic.clone());
            new.by_id.insert(topic.id, topic);
        }
        self.0.store(Arc::new(new));
    }
}
