//! The Rust client of Tidelog, over gRPC.
//!
//! Four nouns. A [`Client`] is a cluster that answers. A [`Producer`] sends records: batched, compressed, each stored once
//! and in order. A [`Consumer`] reads partitions as a stream of batches. An [`Admin`] creates, describes, changes and
//! deletes topics.
//!
//! ```no_run
//! use tidelog_client::{Client, ConsumerOptions, NewTopic, ProducerOptions, ProducerRecord, StartAt};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::connect("127.0.0.1:9094").await?;
//! client.admin().create_topic(NewTopic { name: "events".into(), partitions: 3, ..NewTopic::default() }).await?;
//!
//! let producer = client.producer(ProducerOptions::default())?;
//! let delivery = producer.send(ProducerRecord::to("events").key(b"user-7").value(b"clicked")).await?;
//! let stored = delivery.await?;
//! println!("partition {}, offset {:?}", stored.partition, stored.offset);
//! producer.close().await;
//!
//! let mut consumer = client.consumer(ConsumerOptions { follow: false, ..ConsumerOptions::default() })?;
//! consumer.assign_topic("events", StartAt::Earliest).await?;
//! while let Some(batch) = consumer.next_batch().await {
//!     for record in batch?.records() {
//!         println!("{}: {:?}", record.offset, record.value);
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! Every operation has an error type of its own, whose text names cause, limit, value and next step, and whose
//! `is_retriable` says whether trying again can help. Producers and consumers try again by themselves, for as long as
//! their options say, and go through a broker's restart without losing or doubling a record.
//!
//! What decides (batching, numbering, retries, positions) is in modules without I/O and without a clock; the tasks and
//! connections around them only do what those say.

mod admin;
mod backoff;
mod client;
mod clock;
mod consumer;
mod error;
mod producer;

pub use admin::{Admin, AdminError, CreatedTopic, FoundOffset};
pub use client::{Client, ClientOptions, ConnectError};
pub use consumer::{
    AssignError, ConsumeError, Consumer, ConsumerOptions, OffsetReset, OwnedRecord, PartitionPosition,
    RecordBatch, StartAt,
};
pub use error::{CallError, OptionsError, Refusal};
pub use producer::{
    Delivery, DeliveryError, Producer, ProducerOptions, ProducerRecord, RecordMetadata, SendError,
};
pub use tidelog_grpc_api::v1::{
    ConfigChange, ConfigEntry, ConfigOperation, ConfigSource, DescribeClusterResponse, ErrorCode,
    ErrorDetail, NewTopic, NodeDescription, PartitionDescription, TopicDescription, TopicListing,
};
pub use tidelog_model::{Acks, NodeId, Offset, PartitionId, TimestampMs, TopicId};
pub use tidelog_record::partition_for_key;
pub use tidelog_record::{Compression, Header, Record};
