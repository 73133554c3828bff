//! A Tidelog node that answers as the reference was set up: node 1, topics of one partition that make themselves.

use std::net::SocketAddr;
use std::path::Path;

use tidelog_broker::{Node, NodeConfig};
use tidelog_metadata::{Origin, WrittenConfig};
use tidelog_model::NodeId;
use tokio::runtime::Runtime;

/// What `scripts/kafka-reference` writes into its configuration, and the one override: old timestamps must not make records
/// old.
const SETTINGS: &[(&str, &str)] = &[
    ("num.partitions", "1"),
    ("offsets.topic.replication.factor", "1"),
    ("transaction.state.log.replication.factor", "1"),
    ("transaction.state.log.min.isr", "1"),
    ("share.coordinator.state.topic.replication.factor", "1"),
    ("share.coordinator.state.topic.min.isr", "1"),
    ("group.initial.rebalance.delay.ms", "0"),
    ("log.retention.ms", "-1"),
];

pub struct RunningNode {
    runtime: Runtime,
    node: Option<Node>,
}

impl RunningNode {
    pub fn start(data_dir: &Path) -> RunningNode {
        let runtime = Runtime::new().expect("a runtime");
        let written = SETTINGS.iter().map(|(name, value)| (*name, *value, Origin::File));
        let config = NodeConfig {
            node_id: NodeId(1),
            written: WrittenConfig::new(written).expect("settings that exist"),
            ..NodeConfig::embedded(data_dir.to_owned())
        };
        let node = runtime.block_on(Node::start(config)).expect("the node starts");
        RunningNode { runtime, node: Some(node) }
    }

    pub fn kafka(&self) -> SocketAddr {
        self.node.as_ref().expect("it runs").addresses().kafka[0].1
    }
}

impl Drop for RunningNode {
    fn drop(&mut self) {
        if let Some(node) = self.node.take() {
            self.runtime.block_on(node.shut_down());
        }
    }
}
