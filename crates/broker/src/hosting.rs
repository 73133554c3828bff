//! From the image to what this node hosts: logs that begin, end, and change their settings.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;
use tidelog_metadata::{
    BrokerConfig, MetadataImage, Partition as PartitionState, TimestampType, Topic, TopicConfig,
    WrittenConfig,
};
use tidelog_model::{NodeId, PartitionId, TopicId, TopicPartition};
use tidelog_partition::{Event, Partition, PartitionConfig};
use tidelog_record::ProduceRules;
use tidelog_storage::{Log, LogDirectory, ReadError, RetentionLimits, SegmentLimits};

use crate::clock::Clock;
use crate::hosted::HostedPartition;
use crate::topics::{HostedTopic, Topics};

/// What this node hosts, and how it begins and ends.
pub struct Hosting {
    directory: Arc<LogDirectory>,
    topics: Arc<Topics>,
    clock: Clock,
    /// Logs that recovery found and nobody has claimed yet.
    recovered: Mutex<BTreeMap<TopicPartition, Log>>,
}

impl fmt::Debug for Hosting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "hosting in {:?}", self.directory)
    }
}

impl Hosting {
    /// Nothing is hosted yet.
    pub fn new(directory: Arc<LogDirectory>, topics: Arc<Topics>, recovered: Vec<Log>, clock: Clock) -> Self {
        let recovered = recovered.into_iter().map(|log| (log.partition(), log)).collect();
        Hosting { directory, topics, clock, recovered: Mutex::new(recovered) }
    }

    /// Puts a recovered log back, to be claimed by [`Hosting::host`].
    pub fn give_back(&self, log: Log) {
        self.recovered.lock().insert(log.partition(), log);
    }

    /// Begins to host one partition: its recovered log, or a new one.
    pub fn host(
        &self,
        node_id: NodeId,
        id: TopicPartition,
        config: PartitionConfig,
    ) -> Result<Arc<HostedPartition>, ReadError> {
        let log = self.recovered.lock().remove(&id).unwrap_or_else(|| self.directory.create(id));
        Ok(HostedPartition::new(Partition::open(node_id, log, config)?, self.clock))
    }

    /// Makes what is hosted follow the image from `old` to `new`.
    pub fn reconcile(
        &self,
        node_id: NodeId,
        written: &WrittenConfig,
        old: &MetadataImage,
        new: &MetadataImage,
    ) -> Result<(), ReadError> {
        let layers = new.layers(node_id, written);
        let broker = BrokerConfig::resolve(&layers);
        // Broker configs are the defaults of topics', so all of them may mean something else now.
        let is_reconfigured =
            [None, Some(node_id)].map(|id| old.broker_configs(id) != new.broker_configs(id));
        let is_changed = |topic: &&Arc<Topic>| {
            is_reconfigured.contains(&true)
                || self.topics.snapshot().with_id(topic.id()).is_none()
                || old.topic_by_id(topic.id()).is_none_or(|before| !Arc::ptr_eq(before, topic))
        };
        let mut hosted = Vec::new();
        for topic in new.topics().filter(is_changed) {
            hosted.push(Arc::new(self.host_topic(node_id, topic, topic.config(&layers), &broker)?));
        }
        let deleted: Vec<TopicId> =
            old.topics().map(|topic| topic.id()).filter(|id| new.topic_by_id(*id).is_none()).collect();
        let before = self.topics.snapshot();
        self.topics.replace(hosted, &deleted);
        for topic in deleted.iter().filter_map(|id| before.with_id(*id)) {
            for log in topic.partitions.iter().filter_map(|partition| partition.close()) {
                self.directory.delete(log)?;
            }
        }
        Ok(())
    }

    /// Deletes recovered logs of topics that `is_deleted` knows; returns those that nobody claims.
    pub fn sweep(&self, is_deleted: impl Fn(TopicId) -> bool) -> Result<Vec<TopicPartition>, ReadError> {
        let mut stray = Vec::new();
        for (id, log) in std::mem::take(&mut *self.recovered.lock()) {
            if is_deleted(id.topic) {
                self.directory.delete(log)?;
            } else {
                stray.push(id);
            }
        }
        Ok(stray)
    }

    fn host_topic(
        &self,
        node_id: NodeId,
        topic: &Topic,
        config: TopicConfig,
        broker: &BrokerConfig,
    ) -> Result<HostedTopic, ReadError> {
        let snapshot = self.topics.snapshot();
        let before = snapshot.with_id(topic.id());
        let settings =
            PartitionConfig { is_internal: topic.is_internal(), ..partition_config(&config, broker) };
        let mut partitions = Vec::with_capacity(topic.partitions().len());
        for (index, state) in (0..).zip(topic.partitions()) {
            let id = TopicPartition { topic: topic.id(), partition: PartitionId(index) };
            let hosted = match before.and_then(|before| before.partition(id.partition)) {
                Some(hosted) => {
                    hosted.step(Event::Configure(settings));
                    hosted.clone()
                }
                None => self.host(node_id, id, settings)?,
            };
            lead(&hosted, node_id, state);
            partitions.push(hosted);
        }
        Ok(HostedTopic {
            name: topic.name().to_string(),
            id: topic.id(),
            partitions,
            rules: produce_rules(&config),
            config,
            is_internal: topic.is_internal(),
        })
    }
}

/// Takes the leadership that the image gives to this node, if it is news.
fn lead(hosted: &HostedPartition, node_id: NodeId, state: &PartitionState) {
    let is_news = hosted.places().is_ok_and(|(_, epoch)| epoch != Some(state.leader_epoch));
    if is_news && state.leader == Some(node_id) {
        hosted.step(Event::Lead { epoch: state.leader_epoch, in_sync: state.isr.to_vec() });
    }
}

fn partition_config(topic: &TopicConfig, broker: &BrokerConfig) -> PartitionConfig {
    let deletes = topic.cleanup_policy.delete;
    PartitionConfig {
        durability: topic.durability,
        min_insync_replicas: topic.min_insync_replicas as usize,
        segments: SegmentLimits {
            segment_bytes: u64::from(topic.segment_bytes),
            segment_ms: topic.segment_ms,
            index_bytes: u64::from(topic.segment_index_bytes),
        },
        retention: RetentionLimits {
            retention_ms: topic.retention_ms.filter(|_| deletes).and_then(|ms| u64::try_from(ms).ok()),
            retention_bytes: topic.retention_bytes.filter(|_| deletes),
        },
        producer_id_expiration_ms: i64::try_from(broker.producer_id_expiration_ms).unwrap_or(i64::MAX),
        is_internal: false,
    }
}

fn produce_rules(topic: &TopicConfig) -> ProduceRules {
    ProduceRules {
        max_message_bytes: topic.max_message_bytes as usize,
        compacted: topic.cleanup_policy.compact,
        timestamp_type: match topic.timestamp_type {
            TimestampType::CreateTime => tidelog_record::TimestampType::CreateTime,
            TimestampType::LogAppendTime => tidelog_record::TimestampType::LogAppendTime,
        },
        timestamp_before_max_ms: topic.timestamp_before_max_ms,
        timestamp_after_max_ms: topic.timestamp_after_max_ms,
    }
}
