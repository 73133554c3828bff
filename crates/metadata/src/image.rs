//! The state of the cluster at one offset of its log: what all records up to there amount to.
//!
//! An image is a value. A clone costs a few reference counts and shares everything with its original, which a later
//! [`MetadataImage::apply`] leaves as it was: whoever holds an image sees one state for as long as it likes.
//!
//! What must stay true, and is checked record by record, so that a log that breaks it is refused and not misread:
//! offsets rise; names, ids and metric names are unique; a partition's leader and in-sync replicas are among its replicas;
//! leader epochs never fall; every config value has passed its key.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rpds::RedBlackTreeMapSync as SharedMap;
use tidelog_model::{LeaderEpoch, NodeId, Offset, PartitionId, ProducerId, TopicId};

use crate::config::{
    ConfigMap, InvalidValue, Layers, Scope, TopicConfig, UnknownConfig, WrittenConfig, find_key,
};
use crate::feature::find_feature;
use crate::name::{self, TopicNameError, check_topic_name, metric_name};
use crate::quota::{QuotaEntity, QuotaKey, QuotaMap};
use crate::record::{
    BrokerConfigChanged, BrokerRegistered, ClientMetricsChanged, ClientQuotaChanged, ClusterCreated,
    ClusterId, FeatureLevelChanged, GroupConfigChanged, Incarnation, MetadataRecord, PartitionRun,
    PartitionsAdded, PartitionsChanged, Placement, ProducerIdsAllocated, TopicConfigChanged, TopicCreated,
    TopicDeleted,
};

/// More partitions than any topic has: a damaged count above it allocates nothing.
pub const TOPIC_PARTITIONS_MAX: i32 = 1_000_000;

/// The state of the cluster at one offset of its log.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MetadataImage {
    last_offset: Option<Offset>,
    cluster_id: Option<ClusterId>,
    brokers: SharedMap<NodeId, Broker>,
    cluster_config: Arc<ConfigMap>,
    node_configs: SharedMap<NodeId, Arc<ConfigMap>>,
    group_configs: SharedMap<String, Arc<ConfigMap>>,
    client_metrics: SharedMap<String, Arc<ConfigMap>>,
    client_quotas: Arc<QuotaMap>,
    /// Only of features whose level was ever changed.
    feature_levels: SharedMap<String, i16>,
    topics: SharedMap<TopicId, Arc<Topic>>,
    ids_by_name: SharedMap<Arc<str>, TopicId>,
    /// Only of names that can collide.
    ids_by_metric_name: SharedMap<String, TopicId>,
    partition_count: u64,
    next_producer_id: i64,
}

/// A broker that has registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broker {
    /// Its id.
    pub node_id: NodeId,
    /// Which run of its program.
    pub incarnation: Incarnation,
    /// The offset of that run's registration: fences what older runs say.
    pub broker_epoch: Offset,
    /// `broker.rack`.
    pub rack: Option<String>,
    /// Listener's name to `host:port`, of those with an address of their own.
    pub listeners: BTreeMap<String, String>,
}

/// A topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    id: TopicId,
    name: Arc<str>,
    partitions: Vec<Partition>,
    configs: Arc<ConfigMap>,
}

/// A partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// Who leads it; `None`: nobody.
    pub leader: Option<NodeId>,
    /// Rises with every leadership.
    pub leader_epoch: LeaderEpoch,
    /// Who holds it, the preferred leader first.
    pub replicas: Arc<[NodeId]>,
    /// Which of them are in sync.
    pub isr: Arc<[NodeId]>,
}

/// A record that does not fit the image: the log is damaged, or was written by a program with other rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// Records must come in the order of the log.
    #[error("the record at offset {offset} comes after the one at {last}")]
    OffsetNotRising {
        /// Its offset.
        offset: Offset,
        /// The last one's.
        last: Offset,
    },
    /// A cluster is created once.
    #[error("the cluster {new} is created, but this is the log of cluster {old}")]
    ClusterExists {
        /// The id that the image has.
        old: ClusterId,
        /// The record's.
        new: ClusterId,
    },
    /// A name, id or metric name that another topic has.
    #[error(
        "topic '{name}' ({topic_id}) is created, but there is one with its name, its id or its metric name"
    )]
    TopicExists {
        /// Its name.
        name: String,
        /// Its id.
        topic_id: TopicId,
    },
    /// Not a name for a topic.
    #[error(transparent)]
    TopicName(#[from] TopicNameError),
    /// No topic has the id.
    #[error("there is no topic {topic_id}")]
    UnknownTopic {
        /// The id.
        topic_id: TopicId,
    },
    /// The topic has no such partition.
    #[error("topic {topic_id} has no partitions {first} to {last}")]
    UnknownPartitions {
        /// The topic.
        topic_id: TopicId,
        /// The first one named.
        first: PartitionId,
        /// The last one.
        last: i64,
    },
    /// A number of partitions that is not above the one before, or beyond [`TOPIC_PARTITIONS_MAX`].
    #[error(
        "topic {topic_id} can't go from {old} to {new} partitions: it grows, up to {TOPIC_PARTITIONS_MAX}"
    )]
    PartitionCount {
        /// The topic.
        topic_id: TopicId,
        /// How many it has.
        old: i64,
        /// How many it would have.
        new: i32,
    },
    /// No brokers for some partition, or one twice.
    #[error("a partition of topic {topic_id} would have no replica, or two on one broker")]
    Placement {
        /// The topic.
        topic_id: TopicId,
    },
    /// A leader or an in-sync replica that holds no replica, or one twice.
    #[error(
        "a partition of topic {topic_id} would have a leader or an in-sync replica that is not one of its replicas"
    )]
    NotAReplica {
        /// The topic.
        topic_id: TopicId,
    },
    /// A leader epoch below the one before.
    #[error("a partition of topic {topic_id} would fall from leader epoch {old} to {new}")]
    LeaderEpochFalls {
        /// The topic.
        topic_id: TopicId,
        /// The epoch that it has.
        old: LeaderEpoch,
        /// The record's.
        new: LeaderEpoch,
    },
    /// No leader epoch is left after the largest number.
    #[error("a partition of topic {topic_id} has used up its leader epochs")]
    LeaderEpochEnds {
        /// The topic.
        topic_id: TopicId,
    },
    /// Producer ids that have been given out already.
    #[error("producer ids would go on at {new}, but those below {old} have been given out")]
    ProducerIdsFall {
        /// The first free one.
        old: ProducerId,
        /// The record's.
        new: ProducerId,
    },
    /// A limit that its entity can't have.
    #[error("{} is no limit for {entity}", key.as_str())]
    Quota {
        /// Whose.
        entity: QuotaEntity,
        /// Which limit.
        key: QuotaKey,
    },
    /// A feature or a level that this program does not know.
    #[error("this version of Tidelog does not know level {level} of feature '{feature}': start a newer one")]
    Feature {
        /// Which feature.
        feature: String,
        /// Its level.
        level: i16,
    },
    /// A config that does not exist.
    #[error(transparent)]
    UnknownConfig(#[from] UnknownConfig),
    /// A value that its config does not take.
    #[error(transparent)]
    InvalidConfig(#[from] InvalidValue),
}

impl MetadataImage {
    /// The state before the first record.
    pub fn new() -> Self {
        Self::default()
    }

    /// The image that [`MetadataImage::snapshot`] took at `last_offset`.
    pub fn from_snapshot(last_offset: Offset, records: &[MetadataRecord]) -> Result<Self, ApplyError> {
        let mut image = Self::new();
        for record in records {
            image.change(last_offset, record)?;
        }
        image.last_offset = Some(last_offset);
        Ok(image)
    }

    /// Applies the record at `offset` of the log. With an error the image is as it was before.
    pub fn apply(&mut self, offset: Offset, record: &MetadataRecord) -> Result<(), ApplyError> {
        if let Some(last) = self.last_offset.filter(|&last| offset <= last) {
            return Err(ApplyError::OffsetNotRising { offset, last });
        }
        self.change(offset, record)?;
        self.last_offset = Some(offset);
        Ok(())
    }

    /// The offset of the last record that is in it.
    pub fn last_offset(&self) -> Option<Offset> {
        self.last_offset
    }

    /// The cluster's id, once it is created.
    pub fn cluster_id(&self) -> Option<ClusterId> {
        self.cluster_id
    }

    /// All brokers, by id.
    pub fn brokers(&self) -> impl Iterator<Item = &Broker> {
        self.brokers.values()
    }

    /// The broker of that id.
    pub fn broker(&self, node_id: NodeId) -> Option<&Broker> {
        self.brokers.get(&node_id)
    }

    /// All topics, by name.
    pub fn topics(&self) -> impl Iterator<Item = &Arc<Topic>> {
        self.topics_after(None)
    }

    /// All topics whose name comes after `name`, by name: one page after the other.
    pub fn topics_after(&self, name: Option<&str>) -> impl Iterator<Item = &Arc<Topic>> {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = name.map_or(Unbounded, Excluded);
        self.ids_by_name.range::<str, _>((from, Unbounded)).map(|(_, id)| &self.topics[id])
    }

    /// The topic of that name.
    pub fn topic(&self, name: &str) -> Option<&Arc<Topic>> {
        self.topics.get(self.ids_by_name.get(name)?)
    }

    /// The topic of that id.
    pub fn topic_by_id(&self, id: TopicId) -> Option<&Arc<Topic>> {
        self.topics.get(&id)
    }

    /// A topic whose name metrics can't tell from `name`, which may be `name` itself.
    pub fn topic_with_metric_name_of(&self, name: &str) -> Option<&Arc<Topic>> {
        match metric_name(name) {
            Some(metric_name) => self.topics.get(self.ids_by_metric_name.get(&metric_name)?),
            None => self.topic(name),
        }
    }

    /// How many topics there are.
    pub fn topic_count(&self) -> usize {
        self.topics.size()
    }

    /// How many partitions all topics have together.
    pub fn partition_count(&self) -> u64 {
        self.partition_count
    }

    /// The first producer id that has not been given out.
    pub fn next_producer_id(&self) -> ProducerId {
        ProducerId(self.next_producer_id)
    }

    /// The configs set live for one broker, or with `None` for all.
    pub fn broker_configs(&self, node_id: Option<NodeId>) -> &ConfigMap {
        static NONE: ConfigMap = ConfigMap::new();
        match node_id {
            None => &self.cluster_config,
            Some(node_id) => self.node_configs.get(&node_id).map_or(&NONE, |configs| configs),
        }
    }

    /// The configs set on a group, which need not exist.
    pub fn group_configs(&self, group: &str) -> &ConfigMap {
        static NONE: ConfigMap = ConfigMap::new();
        self.group_configs.get(group).map_or(&NONE, |configs| configs)
    }

    /// The groups that have configs of their own, by name.
    pub fn configured_groups(&self) -> impl Iterator<Item = &str> {
        self.group_configs.keys().map(String::as_str)
    }

    /// The subscriptions to clients' metrics (KIP-714), by name, with their configs.
    pub fn client_metrics(&self) -> impl Iterator<Item = (&str, &ConfigMap)> {
        self.client_metrics.iter().map(|(name, configs)| (name.as_str(), &**configs))
    }

    /// The configs of a subscription to clients' metrics; none are set if it does not exist.
    pub fn client_metrics_configs(&self, subscription: &str) -> &ConfigMap {
        static NONE: ConfigMap = ConfigMap::new();
        self.client_metrics.get(subscription).map_or(&NONE, |configs| configs)
    }

    /// All client quotas.
    pub fn client_quotas(&self) -> &Arc<QuotaMap> {
        &self.client_quotas
    }

    /// The level of a feature that the cluster has agreed on; `None`: none, which counts as 0.
    pub fn feature_level(&self, name: &str) -> Option<i16> {
        let level = match self.feature_levels.get(name) {
            Some(level) => Some(*level),
            None => find_feature(name)?.initial_level,
        };
        level.filter(|level| *level > 0)
    }

    /// All maps that count for the broker `node_id`, whose operator wrote `written`.
    pub fn layers<'a>(&'a self, node_id: NodeId, written: &'a WrittenConfig) -> Layers<'a> {
        Layers { node: self.broker_configs(Some(node_id)), cluster: self.broker_configs(None), written }
    }

    /// The records from which [`MetadataImage::from_snapshot`] makes this image again: brokers first, so that registering
    /// them raises no leader epoch.
    pub fn snapshot(&self) -> Vec<MetadataRecord> {
        let mut records = Vec::new();
        records.extend(self.cluster_id.map(|cluster_id| ClusterCreated { cluster_id }.into()));
        records.extend(self.brokers.values().map(|broker| broker.snapshot().into()));
        let cluster = Some((None, &self.cluster_config)).filter(|(_, configs)| !configs.is_empty());
        let nodes = self.node_configs.iter().map(|(node_id, configs)| (Some(*node_id), configs));
        records.extend(cluster.into_iter().chain(nodes).map(|(node_id, configs)| {
            BrokerConfigChanged { node_id, set: ConfigMap::clone(configs), delete: BTreeSet::new() }.into()
        }));
        self.snapshot_resources(&mut records);
        for topic in self.topics() {
            topic.snapshot(&mut records);
        }
        if self.next_producer_id > 0 {
            // Who got the last block does not matter any more.
            let (node_id, next_producer_id) = (NodeId(-1), self.next_producer_id());
            records.push(ProducerIdsAllocated { node_id, next_producer_id }.into());
        }
        records
    }

    /// What is neither a broker's nor a topic's.
    fn snapshot_resources(&self, records: &mut Vec<MetadataRecord>) {
        records.extend(self.group_configs.iter().map(|(group, configs)| {
            let set = ConfigMap::clone(configs);
            GroupConfigChanged { group: group.clone(), set, delete: BTreeSet::new() }.into()
        }));
        records.extend(self.client_metrics.iter().map(|(subscription, configs)| {
            let (subscription, set) = (subscription.clone(), ConfigMap::clone(configs));
            ClientMetricsChanged { subscription, set, delete: BTreeSet::new() }.into()
        }));
        records.extend(self.client_quotas.iter().map(|(entity, limits)| {
            let (entity, set) = (entity.clone(), limits.clone());
            ClientQuotaChanged { entity, set, delete: BTreeSet::new() }.into()
        }));
        records.extend(
            self.feature_levels.iter().map(|(feature, level)| {
                FeatureLevelChanged { feature: feature.clone(), level: *level }.into()
            }),
        );
    }

    fn change(&mut self, offset: Offset, record: &MetadataRecord) -> Result<(), ApplyError> {
        match record {
            MetadataRecord::ClusterCreated(record) => self.create_cluster(record),
            MetadataRecord::BrokerRegistered(record) => self.register_broker(offset, record),
            MetadataRecord::BrokerConfigChanged(record) => self.change_broker_config(record),
            MetadataRecord::TopicCreated(record) => self.create_topic(record),
            MetadataRecord::TopicDeleted(record) => self.delete_topic(record),
            MetadataRecord::TopicConfigChanged(record) => self.change_topic_config(record),
            MetadataRecord::PartitionsAdded(record) => self.add_partitions(record),
            MetadataRecord::PartitionsChanged(record) => self.change_partitions(record),
            MetadataRecord::ProducerIdsAllocated(record) => self.allocate_producer_ids(record),
            MetadataRecord::ClientQuotaChanged(record) => self.change_client_quota(record),
            MetadataRecord::GroupConfigChanged(record) => {
                let GroupConfigChanged { group, set, delete } = record;
                change_configs(&mut self.group_configs, Scope::Group, group, set, delete)
            }
            MetadataRecord::ClientMetricsChanged(record) => {
                let ClientMetricsChanged { subscription, set, delete } = record;
                change_configs(&mut self.client_metrics, Scope::ClientMetrics, subscription, set, delete)
            }
            MetadataRecord::FeatureLevelChanged(record) => self.change_feature_level(record),
        }
    }

    fn create_cluster(&mut self, record: &ClusterCreated) -> Result<(), ApplyError> {
        if let Some(old) = self.cluster_id {
            return Err(ApplyError::ClusterExists { old, new: record.cluster_id });
        }
        self.cluster_id = Some(record.cluster_id);
        Ok(())
    }

    fn register_broker(&mut self, offset: Offset, record: &BrokerRegistered) -> Result<(), ApplyError> {
        let BrokerRegistered { node_id, incarnation, broker_epoch, rack, listeners } = record.clone();
        let led = |partition: &Partition| partition.leader == Some(node_id);
        let mut raised = Vec::new();
        for topic in self.topics.values().filter(|topic| topic.partitions.iter().any(led)) {
            let mut topic = Topic::clone(topic);
            for partition in topic.partitions.iter_mut().filter(|partition| led(partition)) {
                let next = partition.leader_epoch.0.checked_add(1);
                partition.leader_epoch =
                    LeaderEpoch(next.ok_or(ApplyError::LeaderEpochEnds { topic_id: topic.id })?);
            }
            raised.push(topic);
        }
        raised.into_iter().for_each(|topic| self.put(topic));
        let broker_epoch = broker_epoch.unwrap_or(offset);
        self.brokers.insert_mut(node_id, Broker { node_id, incarnation, broker_epoch, rack, listeners });
        Ok(())
    }

    fn change_broker_config(&mut self, record: &BrokerConfigChanged) -> Result<(), ApplyError> {
        check_configs(Scope::Broker, &record.set)?;
        let mut configs = self.broker_configs(record.node_id).clone();
        edit(&mut configs, &record.set, &record.delete);
        match record.node_id {
            None => self.cluster_config = Arc::new(configs),
            Some(node_id) if configs.is_empty() => {
                self.node_configs.remove_mut(&node_id);
            }
            Some(node_id) => self.node_configs.insert_mut(node_id, Arc::new(configs)),
        }
        Ok(())
    }

    fn create_topic(&mut self, record: &TopicCreated) -> Result<(), ApplyError> {
        let TopicCreated { name, topic_id, partitions, placement, configs } = record;
        check_topic_name(name)?;
        check_configs(Scope::Topic, configs)?;
        if self.topics.contains_key(topic_id) || self.topic_with_metric_name_of(name).is_some() {
            return Err(ApplyError::TopicExists { name: name.clone(), topic_id: *topic_id });
        }
        let mut topic = Topic {
            id: *topic_id,
            name: name.as_str().into(),
            partitions: Vec::new(),
            configs: Arc::new(configs.clone()),
        };
        topic.grow(*partitions, placement)?;
        self.partition_count += topic.partitions.len() as u64;
        self.ids_by_name.insert_mut(topic.name.clone(), topic.id);
        if let Some(metric_name) = metric_name(name) {
            self.ids_by_metric_name.insert_mut(metric_name, topic.id);
        }
        self.put(topic);
        Ok(())
    }

    fn delete_topic(&mut self, record: &TopicDeleted) -> Result<(), ApplyError> {
        let topic = self.known(record.topic_id)?.clone();
        self.partition_count -= topic.partitions.len() as u64;
        self.topics.remove_mut(&topic.id);
        self.ids_by_name.remove_mut(&topic.name);
        if let Some(metric_name) = metric_name(&topic.name) {
            self.ids_by_metric_name.remove_mut(&metric_name);
        }
        Ok(())
    }

    fn change_topic_config(&mut self, record: &TopicConfigChanged) -> Result<(), ApplyError> {
        check_configs(Scope::Topic, &record.set)?;
        let mut topic = Topic::clone(self.known(record.topic_id)?);
        edit(Arc::make_mut(&mut topic.configs), &record.set, &record.delete);
        self.put(topic);
        Ok(())
    }

    fn add_partitions(&mut self, record: &PartitionsAdded) -> Result<(), ApplyError> {
        let mut topic = Topic::clone(self.known(record.topic_id)?);
        let old_count = topic.partitions.len();
        topic.grow(record.new_count, &record.placement)?;
        self.partition_count += (topic.partitions.len() - old_count) as u64;
        self.put(topic);
        Ok(())
    }

    fn change_partitions(&mut self, record: &PartitionsChanged) -> Result<(), ApplyError> {
        let mut topic = Topic::clone(self.known(record.topic_id)?);
        for run in &record.runs {
            topic.change(run)?;
        }
        self.put(topic);
        Ok(())
    }

    fn allocate_producer_ids(&mut self, record: &ProducerIdsAllocated) -> Result<(), ApplyError> {
        let (old, new) = (self.next_producer_id(), record.next_producer_id);
        if new < old {
            return Err(ApplyError::ProducerIdsFall { old, new });
        }
        self.next_producer_id = new.0;
        Ok(())
    }

    fn change_client_quota(&mut self, record: &ClientQuotaChanged) -> Result<(), ApplyError> {
        let ClientQuotaChanged { entity, set, delete } = record;
        if let Some(key) = set.keys().find(|key| !key.is_for(entity)) {
            return Err(ApplyError::Quota { entity: entity.clone(), key: *key });
        }
        let quotas = Arc::make_mut(&mut self.client_quotas);
        let mut limits = quotas.remove(entity).unwrap_or_default();
        limits.retain(|key, _| !delete.contains(key));
        limits.extend(set);
        if !limits.is_empty() {
            quotas.insert(entity.clone(), limits);
        }
        Ok(())
    }

    fn change_feature_level(&mut self, record: &FeatureLevelChanged) -> Result<(), ApplyError> {
        let FeatureLevelChanged { feature, level } = record;
        if find_feature(feature).is_none_or(|known| !known.has_level(*level)) {
            return Err(ApplyError::Feature { feature: feature.clone(), level: *level });
        }
        self.feature_levels.insert_mut(feature.clone(), *level);
        Ok(())
    }

    fn known(&self, topic_id: TopicId) -> Result<&Arc<Topic>, ApplyError> {
        self.topics.get(&topic_id).ok_or(ApplyError::UnknownTopic { topic_id })
    }

    fn put(&mut self, topic: Topic) {
        self.topics.insert_mut(topic.id, Arc::new(topic));
    }
}

impl Topic {
    /// Its id.
    pub fn id(&self) -> TopicId {
        self.id
    }

    /// Its name.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Whether brokers keep it for themselves.
    pub fn is_internal(&self) -> bool {
        name::is_internal(&self.name)
    }

    /// Its partitions, by number.
    pub fn partitions(&self) -> &[Partition] {
        &self.partitions
    }

    /// The partition of that number.
    pub fn partition(&self, id: PartitionId) -> Option<&Partition> {
        self.partitions.get(usize::try_from(id.0).ok()?)
    }

    /// How many replicas its partitions have; the first one's where they differ.
    pub fn replication_factor(&self) -> usize {
        self.partitions[0].replicas.len()
    }

    /// The configs that are set on it.
    pub fn configs(&self) -> &ConfigMap {
        &self.configs
    }

    /// What its configs mean on top of `layers`.
    pub fn config(&self, layers: &Layers<'_>) -> TopicConfig {
        TopicConfig::resolve(&self.configs, layers)
    }

    /// Adds partitions up to `new_count`.
    fn grow(&mut self, new_count: i32, placement: &Placement) -> Result<(), ApplyError> {
        let topic_id = self.id;
        let old = self.partitions.len() as i64;
        if i64::from(new_count) <= old || new_count > TOPIC_PARTITIONS_MAX {
            return Err(ApplyError::PartitionCount { topic_id, old, new: new_count });
        }
        if placement.0.is_empty()
            || placement.0.iter().any(|replicas| replicas.is_empty() || repeats(replicas))
        {
            return Err(ApplyError::Placement { topic_id });
        }
        // Partitions that lie alike share one list.
        let lists: Vec<Arc<[NodeId]>> =
            placement.0.iter().map(|replicas| replicas.as_slice().into()).collect();
        let added = lists.iter().cycle().take(new_count as usize - self.partitions.len());
        self.partitions.extend(added.map(|replicas| Partition::new(replicas.clone())));
        Ok(())
    }

    fn change(&mut self, run: &PartitionRun) -> Result<(), ApplyError> {
        let topic_id = self.id;
        let range = usize::try_from(run.first.0).ok().zip(usize::try_from(run.count).ok());
        let partitions = range
            .filter(|(_, count)| *count > 0)
            .and_then(|(first, count)| self.partitions.get_mut(first..first + count))
            .ok_or_else(|| {
                let last = i64::from(run.first.0) + i64::from(run.count) - 1;
                ApplyError::UnknownPartitions { topic_id, first: run.first, last }
            })?;
        let isr: Arc<[NodeId]> = run.isr.as_slice().into();
        for partition in partitions {
            let is_replica = |node_id: &NodeId| partition.replicas.contains(node_id);
            if !run.leader.iter().chain(&run.isr).all(is_replica) || repeats(&run.isr) {
                return Err(ApplyError::NotAReplica { topic_id });
            }
            if run.leader_epoch < partition.leader_epoch {
                let (old, new) = (partition.leader_epoch, run.leader_epoch);
                return Err(ApplyError::LeaderEpochFalls { topic_id, old, new });
            }
            partition.leader = run.leader;
            partition.leader_epoch = run.leader_epoch;
            partition.isr = isr.clone();
        }
        Ok(())
    }

    fn snapshot(&self, records: &mut Vec<MetadataRecord>) {
        let placement: Vec<_> = self.partitions.iter().map(|partition| partition.replicas.to_vec()).collect();
        records.push(
            TopicCreated {
                name: self.name.to_string(),
                topic_id: self.id,
                partitions: self.partitions.len() as i32,
                placement: Placement(placement).shortest(),
                configs: ConfigMap::clone(&self.configs),
            }
            .into(),
        );
        let mut runs: Vec<PartitionRun> = Vec::new();
        for (partition, id) in self.partitions.iter().zip(0..) {
            if *partition == Partition::new(partition.replicas.clone()) {
                continue;
            }
            match runs.last_mut() {
                Some(run) if partition.is_like(run) && run.first.0 + run.count == id => run.count += 1,
                _ => runs.push(PartitionRun {
                    first: PartitionId(id),
                    count: 1,
                    leader: partition.leader,
                    leader_epoch: partition.leader_epoch,
                    isr: partition.isr.to_vec(),
                }),
            }
        }
        if !runs.is_empty() {
            records.push(PartitionsChanged { topic_id: self.id, runs }.into());
        }
    }
}

impl Partition {
    /// Just created: all replicas are in sync, the preferred one leads.
    fn new(replicas: Arc<[NodeId]>) -> Self {
        Partition {
            leader: replicas.first().copied(),
            leader_epoch: LeaderEpoch(0),
            isr: replicas.clone(),
            replicas,
        }
    }

    fn is_like(&self, run: &PartitionRun) -> bool {
        (self.leader, self.leader_epoch, &*self.isr) == (run.leader, run.leader_epoch, &*run.isr)
    }
}

impl Broker {
    fn snapshot(&self) -> BrokerRegistered {
        BrokerRegistered {
            node_id: self.node_id,
            incarnation: self.incarnation,
            broker_epoch: Some(self.broker_epoch),
            rack: self.rack.clone(),
            listeners: self.listeners.clone(),
        }
    }
}

impl Placement {
    /// The same placement with as few entries as possible: the shortest beginning that gives the rest when repeated.
    pub fn shortest(mut self) -> Self {
        // The failure function of Knuth, Morris and Pratt: borders[i] is how long the longest proper beginning of the
        // first i + 1 entries is that also ends them. What lies before the longest border of all is the shortest period.
        let entries = &self.0;
        let mut borders = vec![0; entries.len()];
        for i in 1..entries.len() {
            let mut length = borders[i - 1];
            while length > 0 && entries[i] != entries[length] {
                length = borders[length - 1];
            }
            borders[i] = length + usize::from(entries[i] == entries[length]);
        }
        let period = entries.len() - borders.last().copied().unwrap_or(0);
        self.0.truncate(period);
        self
    }
}

/// Changes what is set on one of the things that are nothing but their configs: it is there while something is set.
fn change_configs(
    resources: &mut SharedMap<String, Arc<ConfigMap>>,
    scope: Scope,
    name: &str,
    set: &ConfigMap,
    delete: &BTreeSet<String>,
) -> Result<(), ApplyError> {
    check_configs(scope, set)?;
    let mut configs = resources.get(name).map_or_else(ConfigMap::new, |configs| ConfigMap::clone(configs));
    edit(&mut configs, set, delete);
    if configs.is_empty() {
        resources.remove_mut(name);
    } else {
        resources.insert_mut(name.to_owned(), Arc::new(configs));
    }
    Ok(())
}

fn check_configs(scope: Scope, configs: &ConfigMap) -> Result<(), ApplyError> {
    for (name, value) in configs {
        find_key(scope, name)?.parse(value)?;
    }
    Ok(())
}

fn edit(configs: &mut ConfigMap, set: &ConfigMap, delete: &BTreeSet<String>) {
    configs.retain(|name, _| !delete.contains(name));
    configs.extend(set.iter().map(|(name, value)| (name.clone(), value.clone())));
}

fn repeats(nodes: &[NodeId]) -> bool {
    nodes.iter().enumerate().any(|(index, node)| nodes[..index].contains(node))
}
