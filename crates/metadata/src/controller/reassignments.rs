//! Where replicas lie: who asks for other brokers, and for other leaders.
//!
//! A cluster of one broker has nowhere to go: what is asked is what there is, or is refused. What would move something has
//! no record yet; it comes with replication.

use tidelog_model::{NodeId, PartitionId};

use super::Basis;
use super::placement::{self, PlacementError};
use crate::image::Partition;

/// Why no replica moves.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReassignError {
    /// No topic has the name.
    #[error("there is no topic '{topic}': list the topics to see their names")]
    UnknownTopic {
        /// The name.
        topic: String,
    },
    /// The topic has no such partition.
    #[error("topic '{topic}' has no partition {partition}")]
    UnknownPartition {
        /// The topic.
        topic: String,
        /// The partition.
        partition: PartitionId,
    },
    /// Nothing moves that could be stopped.
    #[error("no replica of {topic}-{partition} is moving: there is nothing to cancel")]
    NotMoving {
        /// The topic.
        topic: String,
        /// The partition.
        partition: PartitionId,
    },
    /// Brokers that can't hold it.
    #[error(transparent)]
    Placement(#[from] PlacementError),
    /// Another number of replicas, which the caller does not want.
    #[error(
        "{topic}-{partition} has {old} replicas and would have {new}: allow the change, or give {old} brokers"
    )]
    FactorChanges {
        /// The topic.
        topic: String,
        /// The partition.
        partition: PartitionId,
        /// How many it has.
        old: usize,
        /// How many it would have.
        new: usize,
    },
    /// A move between brokers.
    #[error("replicas of {topic}-{partition} can't move yet: replication between brokers does not exist")]
    NoReplication {
        /// The topic.
        topic: String,
        /// The partition.
        partition: PartitionId,
    },
}

/// Decides where a partition's replicas go: to these brokers, or with `None` back to where they were before a move.
pub fn reassign_partition(
    basis: &Basis<'_>,
    topic: &str,
    partition: PartitionId,
    replicas: Option<&[NodeId]>,
    allow_factor_change: bool,
) -> Result<(), ReassignError> {
    let name = || topic.to_owned();
    let found = basis.image.topic(topic).ok_or_else(|| ReassignError::UnknownTopic { topic: name() })?;
    let unknown = || ReassignError::UnknownPartition { topic: name(), partition };
    let state = found.partition(partition).ok_or_else(unknown)?;
    let Some(replicas) = replicas else {
        return Err(ReassignError::NotMoving { topic: name(), partition });
    };
    placement::check(basis.image, &[replicas.to_vec()], None)?;
    let (old, new) = (state.replicas.len(), replicas.len());
    if old != new && !allow_factor_change {
        return Err(ReassignError::FactorChanges { topic: name(), partition, old, new });
    }
    if *state.replicas != *replicas {
        return Err(ReassignError::NoReplication { topic: name(), partition });
    }
    Ok(())
}

/// Who is to lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Election {
    /// The first of the replicas, if it is in sync.
    Preferred,
    /// Any replica, even one that misses records, if nobody leads.
    Unclean,
}

/// Why a partition keeps its leader.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ElectLeaderError {
    /// No topic has the name.
    #[error("there is no topic '{topic}': list the topics to see their names")]
    UnknownTopic {
        /// The name.
        topic: String,
    },
    /// The topic has no such partition.
    #[error("topic '{topic}' has no partition {partition}")]
    UnknownPartition {
        /// The topic.
        topic: String,
        /// The partition.
        partition: PartitionId,
    },
    /// It has the leader that it should have.
    #[error("{topic}-{partition} has the leader that it should have: no election is needed")]
    NotNeeded {
        /// The topic.
        topic: String,
        /// The partition.
        partition: PartitionId,
    },
    /// The preferred leader is not there.
    #[error(
        "the preferred leader of {topic}-{partition} is not in sync: start it, and wait until it has caught up"
    )]
    PreferredUnavailable {
        /// The topic.
        topic: String,
        /// The partition.
        partition: PartitionId,
    },
    /// Nobody can lead. (Unclean elections come with replication, as a command.)
    #[error("no replica of {topic}-{partition} can lead: start the brokers that hold it")]
    NobodyEligible {
        /// The topic.
        topic: String,
        /// The partition.
        partition: PartitionId,
    },
}

/// Decides about a partition's leader.
pub fn elect_leader(
    basis: &Basis<'_>,
    election: Election,
    topic: &str,
    partition: PartitionId,
) -> Result<(), ElectLeaderError> {
    let name = || topic.to_owned();
    let found = basis.image.topic(topic).ok_or_else(|| ElectLeaderError::UnknownTopic { topic: name() })?;
    let unknown = || ElectLeaderError::UnknownPartition { topic: name(), partition };
    let state = found.partition(partition).ok_or_else(unknown)?;
    if has_its_leader(election, state) {
        return Err(ElectLeaderError::NotNeeded { topic: name(), partition });
    }
    Err(match election {
        Election::Preferred => ElectLeaderError::PreferredUnavailable { topic: name(), partition },
        Election::Unclean => ElectLeaderError::NobodyEligible { topic: name(), partition },
    })
}

fn has_its_leader(election: Election, partition: &Partition) -> bool {
    match election {
        Election::Preferred => partition.leader == partition.replicas.first().copied(),
        Election::Unclean => partition.leader.is_some(),
    }
}

/// Why a broker stays registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnregisterBrokerError {
    /// No broker has the id.
    #[error("there is no broker {node_id}: describe the cluster to see their ids")]
    Unknown {
        /// The id.
        node_id: NodeId,
    },
    /// It is the one that was asked.
    #[error("broker {node_id} is running and decides for the cluster: it can't leave it")]
    Itself {
        /// The id.
        node_id: NodeId,
    },
}

/// Decides about a broker that is to leave the cluster for ever.
pub fn unregister_broker(basis: &Basis<'_>, node_id: NodeId) -> Result<(), UnregisterBrokerError> {
    match basis.image.broker(node_id) {
        // There is no cluster of several brokers yet, so there is no other one.
        Some(_) => Err(UnregisterBrokerError::Itself { node_id }),
        None => Err(UnregisterBrokerError::Unknown { node_id }),
    }
}
