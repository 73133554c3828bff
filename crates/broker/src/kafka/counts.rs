//! What the Kafka listeners count for `/metrics`: requests that reached their handler, by API, and connections that the node
//! closed, by reason. The numbers of both are fixed: nothing that a stranger sends makes a new one.

use std::sync::atomic::{AtomicU64, Ordering};

use tidelog_kafka_wire::ApiKey;

use super::disconnect::{Disconnect, REASONS};
use super::table::TABLE;

/// Since the node started.
#[derive(Debug)]
pub struct Counts {
    requests: [AtomicU64; TABLE.len()],
    disconnects: [AtomicU64; REASONS.len()],
}

impl Default for Counts {
    fn default() -> Self {
        Counts {
            requests: [const { AtomicU64::new(0) }; TABLE.len()],
            disconnects: [const { AtomicU64::new(0) }; REASONS.len()],
        }
    }
}

impl Counts {
    /// A request of that API was read whole: its handler has it.
    pub fn reached(&self, key: ApiKey) {
        if let Ok(at) = TABLE.binary_search_by_key(&(key as i16), |entry| entry.key as i16) {
            self.requests[at].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A connection was closed.
    pub fn closed(&self, reason: &Disconnect) {
        if let Some(at) = REASONS.iter().position(|name| *name == reason.name()) {
            self.disconnects[at].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Requests by Kafka's name of their API.
    pub fn requests(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counts = self.requests.iter().map(|count| count.load(Ordering::Relaxed));
        TABLE.iter().map(|entry| entry.key.name()).zip(counts)
    }

    /// Connections that were closed, by reason.
    pub fn disconnects(&self) -> impl Iterator<Item = (&'static str, u64)> {
        REASONS.iter().copied().zip(self.disconnects.iter().map(|count| count.load(Ordering::Relaxed)))
    }
}
