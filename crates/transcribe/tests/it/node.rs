//! A Tidelog node that answers as the reference was set up: node 1, topics of one partition that make themselves.

use std::net::SocketAddr;
use std::path::Path;

use tidelog_broker::{Node, NodeConfig};
use tidelog_client::{Client, NewTopic};
use tidelog_metadata::{Origin, WrittenConfig};
use tidelog_model::NodeId;
use tidelog_transcribe::{MakeTopic, Topic};
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
    client: Client,
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
        let client =
            runtime.block_on(Client::connect(node.addresses().grpc.to_string())).expect("gRPC answers");
        RunningNode { runtime, node: Some(node), client }
    }

    pub fn kafka(&self) -> SocketAddr {
        self.node.as_ref().expect("it runs").addresses().kafka[0].1
    }

    /// Makes topics in Tidelog's own way, while the node does not serve CreateTopics.
    pub fn make_topic(&self) -> MakeTopic<'_> {
        Box::new(|name: &str, topic: &Topic| {
            let topic = NewTopic {
                name: name.to_owned(),
                partitions: topic.partitions,
                configs: topic.configs.clone().into_iter().collect(),
                ..NewTopic::default()
            };
            let made = self.runtime.block_on(self.client.admin().create_topic(topic));
            made.map(drop).map_err(|error| error.to_string())
        })
    }
}

impl Drop for RunningNode {
    fn drop(&mut self) {
        if let Some(node) = self.node.take() {
            self.runtime.block_on(node.shut_down());
        }
    }
}
