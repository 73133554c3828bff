//! The vocabulary that every crate speaks: ids, and one type per meaning of a number.
//!
//! Three nouns. An [`Offset`] is a place in a partition's log; the types in [`watermark`] say *which* place (end,
//! durable end, high watermark, …) and state their order once. A [`TopicPartition`] names a log by topic **id**, so a
//! topic deleted and created again under its name is another log. A [`Now`] is the time as an argument: nothing below
//! the broker reads a clock.
//!
//! No I/O, no wire codes, no third-party types beyond text encodings.

mod id;
mod offset;
mod settings;
mod time;
pub mod watermark;

pub use id::{NodeId, PartitionId, ProducerEpoch, ProducerId, TopicId, TopicIdError, TopicPartition};
pub use offset::{LeaderEpoch, Offset, Sequence};
pub use settings::{Acks, Durability};
pub use time::{Now, TimestampMs};
