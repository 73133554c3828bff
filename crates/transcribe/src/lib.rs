//! Transcripts: what Apache Kafka 4.4 answers at its edges, recorded over the raw wire, and replayed against Tidelog.
//!
//! Three nouns. A [`Scenario`] is a list of requests, written by hand in `scenarios/`. A [`Player`] plays it against a
//! broker, whichever, and notes each [`Outcome`]. A [`Transcript`] is what Kafka's outcomes were, in `transcripts/`;
//! [`compare()`] lists where another broker's differ. What differs from run to run is replaced by its meaning first:
//! [`volatile`] is the closed list of it. What Tidelog does differently on purpose is in `deviations.json5`.
//!
//! The crate knows nothing of Tidelog: only its tests start a node.

// What is played.
mod scenario;
mod scope;
mod symbols;

// Playing it.
mod player;
mod wire;

// What is kept of it, and what is made of the difference.
mod compare;
mod deviation;
mod mutate;
mod path;
mod replay;
mod transcript;
pub mod volatile;

pub use compare::{Difference, compare};
pub use deviation::{Deviation, Deviations};
pub use mutate::{Mutation, mutations};
pub use player::{PlayError, Played, Player};
pub use replay::{Replay, ReplayError, compare_all, play, record, replay};
pub use scenario::{FileError, Scenario, Script, Send, Step, Topic, Versions, load_scripts};
pub use transcript::{Entry, Outcome, Place, Transcript};
