//! Topics: create, delete, and give more partitions.

use std::collections::BTreeMap;
use std::sync::Arc;

use tidelog_model::{NodeId, TopicId};

use super::configs::{ConfigError, check_new_configs};
use super::placement::{self, PlacementError};
use super::{Basis, Decision, Draft};
use crate::config::{BrokerConfig, ConfigMap};
use crate::image::Topic;
use crate::name::{CLUSTER_METADATA_TOPIC, TopicNameError, check_topic_name};
use crate::record::{PartitionsAdded, Placement, TopicCreated, TopicDeleted};

/// How many partitions one request may create, over all of its topics (Apache Kafka's limit too).
pub const REQUEST_PARTITIONS_MAX: u32 = 10_000;

/// A topic to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTopic {
    /// Its name.
    pub name: String,
    /// The id that it gets: drawn at random by the caller, never used before.
    pub topic_id: TopicId,
    /// Its partitions and who holds them.
    pub replicas: Replicas,
    /// Configs to set on it; a value may be missing on the wire, which is refused.
    pub configs: Vec<(String, Option<String>)>,
}

/// Who holds a new topic's partitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replicas {
    /// Spread over the brokers.
    Spread {
        /// How many partitions; `None`: `num.partitions`.
        partitions: Option<i32>,
        /// How many replicas of each; `None`: `default.replication.factor`.
        replication_factor: Option<i16>,
    },
    /// As the caller says: for each partition its brokers, the preferred leader first.
    Given(Vec<Vec<NodeId>>),
    /// As the caller says, partition by partition, together with numbers that must then be left out: what a Kafka client
    /// may send, contradictions included.
    Assigned {
        /// How many partitions it wants besides; left out: −1.
        partitions: i32,
        /// How many replicas it wants besides; left out: −1.
        replication_factor: i16,
        /// Partitions in any order, each with its brokers.
        replicas: Vec<(i32, Vec<NodeId>)>,
    },
}

/// A topic that is created when the decision is committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedTopic {
    /// Its name.
    pub name: String,
    /// Its id.
    pub topic_id: TopicId,
    /// How many partitions it has.
    pub partitions: i32,
    /// How many replicas each has.
    pub replication_factor: i16,
    /// The configs that are set on it.
    pub configs: ConfigMap,
}

/// Why a topic is not created.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CreateTopicError {
    /// Not a name for a topic.
    #[error(transparent)]
    Name(#[from] TopicNameError),
    /// The request names the topic more than once: none of them is created.
    #[error("the request creates topic '{name}' more than once: name it once")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// The topic that this very metadata lives in.
    #[error("'{CLUSTER_METADATA_TOPIC}' is the brokers' own topic: take another name")]
    Reserved,
    /// There is a topic of that name.
    #[error("topic '{name}' exists already: take another name, or delete it first")]
    Exists {
        /// The name.
        name: String,
    },
    /// There is a topic whose name metrics can't tell from it, because '.' and '_' are alike there.
    #[error(
        "topic '{name}' would be mixed up with topic '{existing}' in metrics, where '.' and '_' are alike: take another name"
    )]
    NameCollides {
        /// The name.
        name: String,
        /// The other one's.
        existing: String,
    },
    /// A config that it can't have.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Fewer partitions than one.
    #[error(
        "{partitions} partitions are asked for, and a topic has at least 1: leave the number out for the default"
    )]
    PartitionsNotPositive {
        /// What was asked.
        partitions: i32,
    },
    /// Brokers for each partition, and a number of partitions too.
    #[error("{partitions} partitions are asked for, and brokers are given for each: leave the number out")]
    CountBesidesReplicas {
        /// What was asked.
        partitions: i32,
    },
    /// Brokers for each partition, and a number of replicas too.
    #[error(
        "{factor} replicas are asked for, and brokers are given for each partition: leave the number out"
    )]
    FactorBesidesReplicas {
        /// What was asked.
        factor: i16,
    },
    /// More partitions than there may be.
    #[error(transparent)]
    TooManyPartitions(#[from] TooManyPartitions),
    /// No brokers to hold it.
    #[error(transparent)]
    Placement(#[from] PlacementError),
}

/// More partitions than there may be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TooManyPartitions {
    /// In one request.
    #[error(
        "the request would create {partitions} partitions with this topic, and the limit is {REQUEST_PARTITIONS_MAX} for \
         one request: split it"
    )]
    InRequest {
        /// How many it would create, up to this topic.
        partitions: u64,
    },
    /// In the cluster.
    #[error(
        "{added} more partitions would make {total}, and the limit of the cluster is {limit}: delete topics, or raise \
         tidelog.partitions.max"
    )]
    InCluster {
        /// How many are to be added.
        added: u64,
        /// How many there would be.
        total: u64,
        /// How many there may be.
        limit: u32,
    },
}

/// Decides about creating topics.
pub fn create_topics(
    basis: &Basis<'_>,
    topics: &[NewTopic],
    validate_only: bool,
) -> Decision<Vec<Result<CreatedTopic, CreateTopicError>>> {
    let mut creation = Creation::new(basis);
    let times = count(topics.iter().map(|topic| topic.name.as_str()));
    let decide = |topic: &NewTopic| match times[topic.name.as_str()] {
        1 => creation.create(topic),
        _ => Err(CreateTopicError::Duplicate { name: topic.name.clone() }),
    };
    let answer = topics.iter().map(decide).collect();
    creation.draft.decide(answer, validate_only)
}

/// Which topic a request means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TopicSelector {
    /// The one of that name.
    Name(String),
    /// The one of that id.
    Id(TopicId),
}

/// A topic that is gone when the decision is committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedTopic {
    /// Its name.
    pub name: Arc<str>,
    /// Its id.
    pub topic_id: TopicId,
}

/// Why a topic is not deleted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeleteTopicError {
    /// No topic has the name.
    #[error("there is no topic '{name}': list the topics to see their names")]
    UnknownName {
        /// The name.
        name: String,
    },
    /// No topic has the id.
    #[error("there is no topic of id {topic_id}: it may have been deleted already")]
    UnknownId {
        /// The id.
        topic_id: TopicId,
    },
    /// The request names the topic more than once: it is not deleted.
    #[error("the request deletes topic '{name}' more than once: name it once")]
    Duplicate {
        /// The topic's name.
        name: Arc<str>,
    },
    /// The operator does not want it.
    #[error("topics can't be deleted here: set delete.topic.enable to true on the brokers first")]
    Disabled,
}

/// Decides about deleting topics.
pub fn delete_topics(
    basis: &Basis<'_>,
    selectors: &[TopicSelector],
) -> Decision<Vec<Result<DeletedTopic, DeleteTopicError>>> {
    let mut draft = Draft::new(basis.image);
    let enabled = basis.broker_config().delete_topic_enable;
    let found: Vec<_> = selectors.iter().map(|selector| find(basis, selector)).collect();
    let times = count(found.iter().flatten().map(|topic| topic.id()));
    let decide = |topic: Result<Arc<Topic>, DeleteTopicError>| {
        let topic = topic?;
        if !enabled {
            return Err(DeleteTopicError::Disabled);
        }
        if times[&topic.id()] > 1 {
            return Err(DeleteTopicError::Duplicate { name: topic.name().clone() });
        }
        draft.add(TopicDeleted { topic_id: topic.id() });
        Ok(DeletedTopic { name: topic.name().clone(), topic_id: topic.id() })
    };
    let answer = found.into_iter().map(decide).collect();
    draft.decide(answer, false)
}

/// More partitions for a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPartitions {
    /// The topic.
    pub name: String,
    /// How many partitions it is to have in the end.
    pub new_count: i32,
    /// Who holds the new ones; `None`: spread over the brokers.
    pub given: Option<Vec<Vec<NodeId>>>,
}

/// Why a topic gets no more partitions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CreatePartitionsError {
    /// No topic has the name.
    #[error("there is no topic '{name}': list the topics to see their names")]
    UnknownTopic {
        /// The name.
        name: String,
    },
    /// The request names the topic more than once: it stays as it is.
    #[error("the request adds partitions to topic '{name}' more than once: name it once")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// Not more than there are.
    #[error("topic '{name}' has {old} partitions and can only grow: ask for more than {old}, not for {new}")]
    NotAnIncrease {
        /// The topic.
        name: String,
        /// How many it has.
        old: i32,
        /// What was asked.
        new: i32,
    },
    /// More partitions than there may be.
    #[error(transparent)]
    TooManyPartitions(#[from] TooManyPartitions),
    /// No brokers to hold them.
    #[error(transparent)]
    Placement(#[from] PlacementError),
}

/// Decides about more partitions.
pub fn create_partitions(
    basis: &Basis<'_>,
    requests: &[NewPartitions],
    validate_only: bool,
) -> Decision<Vec<Result<(), CreatePartitionsError>>> {
    let mut creation = Creation::new(basis);
    let times = count(requests.iter().map(|request| request.name.as_str()));
    let decide = |request: &NewPartitions| match times[request.name.as_str()] {
        1 => creation.grow(request),
        _ => Err(CreatePartitionsError::Duplicate { name: request.name.clone() }),
    };
    let answer = requests.iter().map(decide).collect();
    creation.draft.decide(answer, validate_only)
}

/// Partitions being created by one request.
struct Creation<'a> {
    basis: &'a Basis<'a>,
    config: BrokerConfig,
    draft: Draft,
    /// By this request, so far.
    created: u64,
}

impl<'a> Creation<'a> {
    fn new(basis: &'a Basis<'a>) -> Self {
        Creation { basis, config: basis.broker_config(), draft: Draft::new(basis.image), created: 0 }
    }

    fn create(&mut self, topic: &NewTopic) -> Result<CreatedTopic, CreateTopicError> {
        let name = &topic.name;
        self.check_name(name)?;
        let configs = check_new_configs(self.basis, &topic.configs)?;
        let (partitions, placement) = self.place(topic)?;
        self.draft.add(TopicCreated {
            name: name.clone(),
            topic_id: topic.topic_id,
            partitions,
            placement: placement.clone(),
            configs: configs.clone(),
        });
        self.created += partitions as u64;
        let replication_factor = placement.0[0].len() as i16;
        Ok(CreatedTopic {
            name: name.clone(),
            topic_id: topic.topic_id,
            partitions,
            replication_factor,
            configs,
        })
    }

    fn check_name(&self, name: &str) -> Result<(), CreateTopicError> {
        check_topic_name(name)?;
        if name == CLUSTER_METADATA_TOPIC {
            return Err(CreateTopicError::Reserved);
        }
        let name = name.to_owned();
        if self.draft.image.topic(&name).is_some() {
            return Err(CreateTopicError::Exists { name });
        }
        match self.draft.image.topic_with_metric_name_of(&name) {
            Some(other) => Err(CreateTopicError::NameCollides { name, existing: other.name().to_string() }),
            None => Ok(()),
        }
    }

    fn place(&self, topic: &NewTopic) -> Result<(i32, Placement), CreateTopicError> {
        match &topic.replicas {
            Replicas::Spread { partitions, replication_factor } => {
                self.spread(topic.topic_id, *partitions, *replication_factor)
            }
            Replicas::Given(lists) => self.place_as_given(lists),
            Replicas::Assigned { partitions, replication_factor, replicas } => {
                self.place_as_given(&given(*partitions, *replication_factor, replicas)?)
            }
        }
    }

    fn place_as_given(&self, lists: &[Vec<NodeId>]) -> Result<(i32, Placement), CreateTopicError> {
        let partitions = i32::try_from(lists.len()).unwrap_or(i32::MAX);
        if partitions < 1 {
            return Err(CreateTopicError::PartitionsNotPositive { partitions });
        }
        self.check_total(partitions as u64)?;
        Ok((partitions, placement::check(self.basis.image, lists, None)?))
    }

    fn spread(
        &self,
        topic_id: TopicId,
        partitions: Option<i32>,
        factor: Option<i16>,
    ) -> Result<(i32, Placement), CreateTopicError> {
        let partitions = partitions.unwrap_or(self.config.num_partitions);
        if partitions < 1 {
            return Err(CreateTopicError::PartitionsNotPositive { partitions });
        }
        self.check_total(partitions as u64)?;
        let factor = factor.unwrap_or(self.config.default_replication_factor);
        Ok((partitions, placement::spread(self.basis.image, topic_id, 0, factor)?))
    }

    fn grow(&mut self, request: &NewPartitions) -> Result<(), CreatePartitionsError> {
        let NewPartitions { name, new_count, given } = request;
        let Some(topic) = self.basis.image.topic(name) else {
            return Err(CreatePartitionsError::UnknownTopic { name: name.clone() });
        };
        let old = topic.partitions().len() as i32;
        if *new_count <= old {
            return Err(CreatePartitionsError::NotAnIncrease { name: name.clone(), old, new: *new_count });
        }
        let added = new_count - old;
        self.check_total(added as u64)?;
        let image = self.basis.image;
        let placement = match given {
            None => placement::spread(image, topic.id(), old as usize, topic.replication_factor() as i16)?,
            Some(lists) if lists.len() != added as usize => {
                return Err(PlacementError::CountDiffers { given: lists.len(), expected: added }.into());
            }
            Some(lists) => placement::check(image, lists, Some(topic.replication_factor()))?,
        };
        self.draft.add(PartitionsAdded { topic_id: topic.id(), new_count: *new_count, placement });
        self.created += added as u64;
        Ok(())
    }

    fn check_total(&self, added: u64) -> Result<(), TooManyPartitions> {
        let partitions = self.created + added;
        if partitions > u64::from(REQUEST_PARTITIONS_MAX) {
            return Err(TooManyPartitions::InRequest { partitions });
        }
        let total = self.draft.image.partition_count() + added;
        let limit = self.config.partitions_max;
        if total > u64::from(limit) {
            return Err(TooManyPartitions::InCluster { added, total, limit });
        }
        Ok(())
    }
}

fn find(basis: &Basis<'_>, selector: &TopicSelector) -> Result<Arc<Topic>, DeleteTopicError> {
    let found = match selector {
        TopicSelector::Name(name) => basis.image.topic(name),
        TopicSelector::Id(topic_id) => basis.image.topic_by_id(*topic_id),
    };
    found.cloned().ok_or_else(|| match selector.clone() {
        TopicSelector::Name(name) => DeleteTopicError::UnknownName { name },
        TopicSelector::Id(topic_id) => DeleteTopicError::UnknownId { topic_id },
    })
}

/// The lists of a Kafka client's assignment, by partition.
fn given(
    partitions: i32,
    factor: i16,
    replicas: &[(i32, Vec<NodeId>)],
) -> Result<Vec<Vec<NodeId>>, CreateTopicError> {
    if factor != -1 {
        return Err(CreateTopicError::FactorBesidesReplicas { factor });
    }
    if partitions != -1 {
        return Err(CreateTopicError::CountBesidesReplicas { partitions });
    }
    let mut by_partition: BTreeMap<i32, &Vec<NodeId>> = BTreeMap::new();
    for (partition, list) in replicas {
        if by_partition.insert(*partition, list).is_some() {
            return Err(PlacementError::PartitionTwice { partition: *partition }.into());
        }
    }
    if !by_partition.keys().copied().eq(0..replicas.len() as i32) {
        return Err(PlacementError::NotConsecutive.into());
    }
    Ok(by_partition.into_values().cloned().collect())
}

/// How many times each comes.
fn count<K: Ord>(keys: impl Iterator<Item = K>) -> BTreeMap<K, usize> {
    let mut times = BTreeMap::new();
    keys.for_each(|key| *times.entry(key).or_default() += 1);
    times
}
