//! Batches against the world: what real clients send, what Apache Kafka answers, what another implementation makes and
//! reads, and what a stranger may send.

#![expect(clippy::disallowed_methods, reason = "tests read their fixtures from files")]

mod budget;
mod captured;
mod corpus;
mod interchange;
mod kafka_answers;
mod properties;
mod support;
