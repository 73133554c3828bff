//! Brokers of the Kafka protocol under load: `kafka-load` is one run of one librdkafka client, `side-by-side` makes many of
//! them against several brokers in alternation, `request-cost` measures single requests over the raw wire.
//!
//! They share [`Outcome`], the JSON line that a run prints, and [`Process`], what a process has used.

mod outcome;
mod process;

pub use outcome::{LatencyMs, Outcome, Rate};
pub use process::{Machine, Process};
