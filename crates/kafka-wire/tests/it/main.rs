//! The codec against the world: Apache Kafka's own bytes, two other codecs, and what a stranger may send.

#![expect(clippy::disallowed_methods, reason = "tests read generated files and fixtures")]

mod codecs;
mod counting;
mod every;
mod frames;
mod generated;
mod hostile;
mod kafka_bytes;
mod kafka_protocol;
mod random;
mod second_opinion;
