//! The node: what the pure crates decide, done with sockets, threads and files.
//!
//! Two nouns. A [`Node`] is started from a [`NodeConfig`] and shut down; `node.rs` is the composition root, an ordered
//! list. What clients ask is in [`handlers`], in no dialect; `kafka`, `grpc` and `http` translate.
//!
//! The hot path has no hand-off: a batch is checked and appended on its connection's task, under its partition's lock,
//! which waits for no I/O. The committer's thread brings it to disk and tells the partition, whose effects wake whoever
//! waits.

mod clock;
mod committer;
mod config;
mod connections;
mod controller;
mod durable;
mod errors;
mod fetching;
mod grpc;
pub mod handlers;
mod hosted;
mod hosting;
mod http;
mod kafka;
mod memory;
mod metadata_log;
mod metrics;
mod node;
mod producing;
mod quotas;
mod telemetry;
mod topics;

pub use config::NodeConfig;
pub use errors::{KafkaCode, KafkaError, ToKafka};
pub use kafka::{Advertised, KafkaListener, ListenerSyntax};
pub use node::{Addresses, Node, Shared, StartError};
pub use quotas::{Client, Quotas};
pub use tidelog_storage::OpenError;
