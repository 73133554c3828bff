//! What a node needs to know before it starts, and what of it is refused.
//!
//! Two kinds of settings: where things are (data directory, addresses, node id), here; and Kafka's own settings and
//! Tidelog's beside them (`num.partitions`, `tidelog.memory.bytes`), which `tidelog_metadata` knows by name.

use std::net::SocketAddr;
use std::path::PathBuf;

use tidelog_metadata::WrittenConfig;
use tidelog_model::NodeId;

use crate::kafka::KafkaListener;

/// How a node starts.
#[derive(Clone, Debug)]
pub struct NodeConfig {
    /// Where the log directory is; made if missing.
    pub data_dir: PathBuf,
    /// This node's id, from 0.
    pub node_id: NodeId,
    /// The Kafka listeners, each under a name of its own; port 0 takes a free one.
    pub kafka: Vec<KafkaListener>,
    /// The gRPC listener; port 0 takes a free one.
    pub grpc: SocketAddr,
    /// The HTTP listener; port 0 takes a free one.
    pub http: SocketAddr,
    /// Lets listeners stand on addresses that others can reach, although nothing is authenticated yet.
    pub insecure_listen: bool,
    /// Takes a copied data directory for the original.
    pub adopt_data_dir: bool,
    /// Kafka's settings and Tidelog's, as the operator wrote them.
    pub written: WrittenConfig,
}

impl NodeConfig {
    /// A node for one process's own use: free ports on loopback.
    pub fn embedded(data_dir: PathBuf) -> Self {
        NodeConfig {
            data_dir,
            node_id: NodeId(0),
            kafka: vec![KafkaListener::at(SocketAddr::from(([127, 0, 0, 1], 0)))],
            grpc: SocketAddr::from(([127, 0, 0, 1], 0)),
            http: SocketAddr::from(([127, 0, 0, 1], 0)),
            insecure_listen: false,
            adopt_data_dir: false,
            written: WrittenConfig::default(),
        }
    }
}
