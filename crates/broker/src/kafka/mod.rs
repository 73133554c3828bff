//! The Kafka dialect: requests of Kafka's wire protocol to [`handlers`](crate::handlers) and back. One file for each API;
//! [`table`] lists them with their versions, and is what ApiVersions advertises.
//!
//! `listener` takes connections, `connection` serves one: `frames` in, `writer` out, in order. What a client gets wrong is
//! answered with Kafka's error codes (`errors/kafka.rs`); what is no request at all ends the connection (`disconnect`).

mod buffers;
mod call;
mod configs;
mod connection;
mod counts;
mod disconnect;
mod fetch_sessions;
mod frames;
mod gone;
mod listener;
mod mutations;
mod repeats;
mod table;
mod writer;

// One API each.
mod alter_client_quotas;
mod alter_configs;
mod alter_partition_reassignments;
mod alter_replica_log_dirs;
mod api_versions;
mod create_partitions;
mod create_topics;
mod delete_records;
mod delete_topics;
mod describe_client_quotas;
mod describe_cluster;
mod describe_configs;
mod describe_log_dirs;
mod describe_producers;
mod describe_quorum;
mod describe_topic_partitions;
mod elect_leaders;
mod fetch;
mod get_telemetry_subscriptions;
mod incremental_alter_configs;
mod init_producer_id;
mod list_config_resources;
mod list_offsets;
mod list_partition_reassignments;
mod metadata;
mod offset_for_leader_epoch;
mod produce;
mod push_telemetry;
mod unregister_broker;
mod update_features;

use tidelog_metadata::TOPIC_NAME_MAX_BYTES;
use tidelog_model::LeaderEpoch;

pub use buffers::Buffers;
pub use counts::Counts;
pub use fetch_sessions::FetchSessions;
pub use listener::{Advertised, KafkaListener, ListenerSyntax, serve};

use crate::errors::{KafkaCode, KafkaError};

/// Whether a client that gives a request so long for its change has given up already, so that nothing is to be changed.
fn is_over(timeout_ms: i32) -> bool {
    timeout_ms <= 0
}

/// Why nothing is done with a topic of so long a name: none has one. Where each of many partitions gets a sentence with the
/// topic's name, this one without it keeps a stranger's request from growing into a much larger answer.
fn unknown_by_length(topic: &str) -> Option<KafkaError> {
    let message = "This server does not host this topic-partition.";
    (topic.len() > TOPIC_NAME_MAX_BYTES).then(|| KafkaError::new(KafkaCode::UnknownTopicOrPartition, message))
}

/// An epoch that a client may leave out, with -1. Any other one is compared, however strange.
fn epoch_if_any(epoch: i32) -> Option<LeaderEpoch> {
    (epoch != LeaderEpoch::NONE.0).then_some(LeaderEpoch(epoch))
}
