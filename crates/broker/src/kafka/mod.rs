//! The Kafka dialect: requests of Kafka's wire protocol to [`handlers`](crate::handlers) and back. One file for each API;
//! [`table`] lists them with their versions, and is what ApiVersions advertises.
//!
//! `listener` takes connections, `connection` serves one: `frames` in, `writer` out, in order. What a client gets wrong is
//! answered with Kafka's error codes (`errors/kafka.rs`); what is no request at all ends the connection (`disconnect`).

mod buffers;
mod call;
mod connection;
mod disconnect;
mod fetch_sessions;
mod frames;
mod listener;
mod table;
mod writer;

// One API each.
mod api_versions;
mod fetch;
mod init_producer_id;
mod list_offsets;
mod metadata;
mod offset_for_leader_epoch;
mod produce;

use tidelog_kafka_wire::Uuid;
use tidelog_model::LeaderEpoch;

pub use buffers::Buffers;
pub use fetch_sessions::FetchSessions;
pub use listener::{Advertised, KafkaListener, ListenerSyntax, serve};

use crate::handlers::TopicRef;

/// The topic that a request names: by name in older versions, by id in newer ones.
fn topic_ref(name: &str, id: Uuid) -> TopicRef {
    if name.is_empty() && id != Uuid::ZERO {
        TopicRef::Id(id.into())
    } else {
        TopicRef::Name(name.to_owned())
    }
}

/// An epoch that a client may leave out.
fn epoch_if_any(epoch: i32) -> Option<LeaderEpoch> {
    (epoch >= 0).then_some(LeaderEpoch(epoch))
}
