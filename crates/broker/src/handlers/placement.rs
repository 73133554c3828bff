//! AlterPartitionReassignments, ListPartitionReassignments, ElectLeaders, UnregisterBroker: who holds and who leads what, as
//! one node answers it.

use std::sync::Arc;

use tidelog_metadata::Topic;
use tidelog_metadata::controller::{
    ElectLeaderError, Election, ReassignError, UnregisterBrokerError, elect_leader, reassign_partition,
    unregister_broker as decide_to_unregister,
};
use tidelog_model::{NodeId, PartitionId};

use crate::node::Shared;

/// Where a partition's replicas are to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reassignment {
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: PartitionId,
    /// To these brokers, the preferred leader first; `None`: a move under way is cancelled.
    pub replicas: Option<Vec<NodeId>>,
}

/// Moves replicas; answers in the order of the requests.
pub fn reassign_partitions(
    node: &Shared,
    reassignments: &[Reassignment],
    allow_factor_change: bool,
) -> Vec<Result<(), ReassignError>> {
    let reassign = |asked: &Reassignment| {
        let Reassignment { topic, partition, replicas } = asked;
        let replicas = replicas.as_deref();
        node.controller
            .decide(|basis| reassign_partition(basis, topic, *partition, replicas, allow_factor_change))
    };
    reassignments.iter().map(reassign).collect()
}

/// The moves that are under way: none, because replicas of one node have nowhere to go.
pub const fn list_reassignments() -> Vec<Reassignment> {
    Vec::new()
}

/// What Kafka clients call an election: 0 of the preferred leader, 1 of any. `None` for any other number.
pub const fn election(number: i8) -> Option<Election> {
    match number {
        0 => Some(Election::Preferred),
        1 => Some(Election::Unclean),
        _ => None,
    }
}

/// Elects leaders of these partitions; answers in their order.
pub fn elect_leaders(
    node: &Shared,
    election: Election,
    partitions: &[(String, PartitionId)],
) -> Vec<Result<(), ElectLeaderError>> {
    let elect = |(topic, partition): &(String, PartitionId)| {
        node.controller.decide(|basis| elect_leader(basis, election, topic, *partition))
    };
    partitions.iter().map(elect).collect()
}

/// What became of some partitions of a topic.
pub type ElectedPartitions = Vec<(PartitionId, Result<(), ElectLeaderError>)>;

/// Elects leaders of all partitions that need one; answers with the topics, by name, each with those of its partitions
/// where something happened or should have.
pub fn elect_all_leaders(node: &Shared, election: Election) -> Vec<(String, ElectedPartitions)> {
    let image = node.controller.image();
    let elect = |topic: &Arc<Topic>| {
        let name = topic.name().to_string();
        let elected = (0..topic.partitions().len() as i32)
            .map(PartitionId)
            .map(|id| (id, node.controller.decide(|basis| elect_leader(basis, election, &name, id))));
        let needed = elected
            .filter(|(_, answer)| !matches!(answer, Err(ElectLeaderError::NotNeeded { .. })))
            .collect();
        (name, needed)
    };
    image.topics().map(elect).collect()
}

/// Lets a broker leave the cluster for ever.
pub fn unregister_broker(node: &Shared, node_id: NodeId) -> Result<(), UnregisterBrokerError> {
    node.controller.decide(|basis| decide_to_unregister(basis, node_id))
}
