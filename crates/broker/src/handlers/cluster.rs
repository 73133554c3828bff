//! DescribeCluster: who is there, and who decides.

use tidelog_metadata::{Broker, ClusterId};
use tidelog_model::NodeId;

use crate::node::Shared;

/// The cluster as this node knows it.
#[derive(Debug, Clone)]
pub struct ClusterDescription {
    /// Drawn when it was first started; `None` before that is committed.
    pub id: Option<ClusterId>,
    /// Who decides; a node without peers does it itself.
    pub controller: NodeId,
    /// By id.
    pub brokers: Vec<Broker>,
}

/// Describes the cluster.
pub fn describe_cluster(node: &Shared) -> ClusterDescription {
    let image = node.controller.image();
    ClusterDescription {
        id: image.cluster_id(),
        controller: node.controller.node_id(),
        brokers: image.brokers().cloned().collect(),
    }
}
