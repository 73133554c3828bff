//! One request's surroundings: who asks, where, and under which version.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use tidelog_kafka_wire::{DecodeError, Str};
use tidelog_metadata::QuotaKey;
use tokio_util::sync::CancellationToken;

use super::disconnect::Disconnect;
use super::listener::KafkaListener;
use crate::node::Shared;
use crate::quotas::Client;
use crate::telemetry::Selectors;

/// The user where nobody authenticates.
const ANONYMOUS: &str = "ANONYMOUS";

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
    /// Which program the client is, once its ApiVersions said so.
    pub software: OnceLock<Software>,
    /// Cancelled once the client has closed its half: nobody waits for long any more.
    pub gone: CancellationToken,
}

/// The program that a client is (KIP-511).
#[derive(Debug)]
pub struct Software {
    /// `librdkafka`
    pub name: String,
    /// `2.13.0`
    pub version: String,
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

    /// The broker's config of that name, which is a number.
    pub fn broker_number(&self, name: &str) -> i64 {
        let controller = &self.peer.node.controller;
        let image = controller.image();
        let explained = image.layers(controller.node_id(), controller.written()).explain_broker(name);
        let value = explained.ok().and_then(|config| config.value?.parse().ok());
        value.unwrap_or_else(|| panic!("{name} is not a number among the broker's configs"))
    }

    /// What subscriptions to clients' metrics choose this client by.
    pub fn with_selectors<T>(&self, choose: impl FnOnce(&Selectors<'_>) -> T) -> T {
        let Peer { remote, software, .. } = &*self.peer;
        let (source_address, source_port) =
            (remote.ip().to_canonical().to_string(), remote.port().to_string());
        choose(&Selectors {
            client_id: self.client_id.as_deref().unwrap_or_default(),
            software_name: software.get().map_or("", |software| &software.name),
            software_version: software.get().map_or("", |software| &software.version),
            source_address: &source_address,
            source_port: &source_port,
        })
    }

    /// Who asks, as quotas tell clients apart.
    pub fn client(&self) -> Client<'_> {
        Client::Of { user: ANONYMOUS, client_id: self.client_id.as_deref().unwrap_or_default() }
    }

    /// Counts `amount` against the client's quota: for how many milliseconds it is over it.
    pub fn charge(&self, key: QuotaKey, amount: usize) -> i32 {
        let node = self.node();
        if node.controller.quotas().is_empty() {
            return 0;
        }
        let throttle_ms =
            node.controller.quotas().record(key, self.client(), amount as f64, node.clock.now().monotonic_ms);
        i32::try_from(throttle_ms).unwrap_or(i32::MAX)
    }
}
