//! One request's surroundings: who asks, where, and under which version.

use std::net::SocketAddr;
use std::sync::Arc;

use tidelog_kafka_wire::{DecodeError, Str};

use super::disconnect::Disconnect;
use super::listener::KafkaListener;
use crate::node::Shared;

/// The other end of a connection.
#[derive(Debug)]
pub struct Peer {
    /// What it is connected to.
    pub node: Arc<Shared>,
    /// Which of the node's listeners.
    pub listener: Arc<KafkaListener>,
    /// The node's end.
    pub local: SocketAddr,
    /// The client's end.
    pub remote: SocketAddr,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Call {
    /// Who asks.
    pub peer: Arc<Peer>,
    /// Which API.
    pub key: i16,
    /// In which version.
    pub version: i16,
    /// What the answer must repeat.
    pub correlation_id: i32,
    /// What the client calls itself.
    pub client_id: Option<Str>,
}

impl Call {
    /// The node.
    pub fn node(&self) -> &Arc<Shared> {
        &self.peer.node
    }

    /// The request's bytes are not what they say.
    pub fn malformed(&self, source: DecodeError) -> Disconnect {
        Disconnect::Malformed { key: self.key, version: self.version, source }
    }
}
