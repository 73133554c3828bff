//! The cluster's beginning, its brokers, and the producer ids that they give out.

use std::collections::BTreeMap;

use tidelog_model::{NodeId, ProducerId};

use super::Decision;
use crate::image::MetadataImage;
use crate::record::{BrokerRegistered, ClusterCreated, ClusterId, Incarnation, ProducerIdsAllocated};

/// How many producer ids a broker gets at a time (Apache Kafka's number too).
pub const PRODUCER_ID_BLOCK: i64 = 1000;

/// Decides about creating the cluster: its id is `cluster_id`, drawn at random by the caller, unless it has one.
pub fn create_cluster(image: &MetadataImage, cluster_id: ClusterId) -> Decision<ClusterId> {
    match image.cluster_id() {
        Some(existing) => Decision { records: Vec::new(), answer: existing },
        None => Decision { records: vec![ClusterCreated { cluster_id }.into()], answer: cluster_id },
    }
}

/// A broker that starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBroker {
    /// Its id.
    pub node_id: NodeId,
    /// Which run of its program: drawn at random by the caller at every start.
    pub incarnation: Incarnation,
    /// `broker.rack`.
    pub rack: Option<String>,
    /// Listener's name to `host:port`, of those with an address of their own.
    pub listeners: BTreeMap<String, String>,
}

/// Why a broker is not registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegisterBrokerError {
    /// Not an id for a broker.
    #[error("{node_id} is no id for a broker: set node.id to 0 or more")]
    NodeId {
        /// The id.
        node_id: NodeId,
    },
}

/// Decides about the start of a broker. Once it is committed, every partition that the broker leads has a new leader
/// epoch. A registration that is sent again changes nothing.
pub fn register_broker(
    image: &MetadataImage,
    broker: NewBroker,
) -> Result<Decision<()>, RegisterBrokerError> {
    let NewBroker { node_id, incarnation, rack, listeners } = broker;
    if node_id < NodeId(0) {
        return Err(RegisterBrokerError::NodeId { node_id });
    }
    if image.broker(node_id).is_some_and(|known| known.incarnation == incarnation) {
        return Ok(Decision { records: Vec::new(), answer: () });
    }
    let record = BrokerRegistered { node_id, incarnation, broker_epoch: None, rack, listeners };
    Ok(Decision { records: vec![record.into()], answer: () })
}

/// Producer ids that a broker may give out, each once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProducerIdBlock {
    /// The first one.
    pub first: ProducerId,
    /// How many, [`PRODUCER_ID_BLOCK`].
    pub count: i64,
}

/// Why a broker gets no producer ids.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AllocateProducerIdsError {
    /// No broker has the id.
    #[error("there is no broker {node_id}: it must register first")]
    UnknownBroker {
        /// The id.
        node_id: NodeId,
    },
    /// All 2⁶³ are given out.
    #[error("all producer ids are given out: idempotent producers need a new cluster")]
    UsedUp,
}

/// Decides about producer ids for a broker.
pub fn allocate_producer_ids(
    image: &MetadataImage,
    node_id: NodeId,
) -> Result<Decision<ProducerIdBlock>, AllocateProducerIdsError> {
    if image.broker(node_id).is_none() {
        return Err(AllocateProducerIdsError::UnknownBroker { node_id });
    }
    let first = image.next_producer_id();
    let next = first.0.checked_add(PRODUCER_ID_BLOCK).ok_or(AllocateProducerIdsError::UsedUp)?;
    let record = ProducerIdsAllocated { node_id, next_producer_id: ProducerId(next) };
    Ok(Decision { records: vec![record.into()], answer: ProducerIdBlock { first, count: PRODUCER_ID_BLOCK } })
}
