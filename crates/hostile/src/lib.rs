//! Hostile Kafka peers: requests that were changed so that they mean nothing, something else, or too much, sent in every
//! unfriendly way, and an honest client beside them that must not notice. For development only.
//!
//! Three nouns. A [`Corpus`] is what requests are made from: the transcripts' requests and the schemas of every API that the
//! broker advertises. A [`Case`] is one hostile request, and how it is sent; a seed and a number make the same case again.
//! An [`Attack`] sends cases over real sockets, pipelined on several connections, and counts what was answered.
//!
//! Around an attack stand those who make it mean something: a [`Janitor`] gives back what destructive requests took, and
//! [`Honest`] is the client that must be served all the while.

// What is sent.
mod batches;
mod case;
mod corpus;
mod generate;
mod mutate;
mod random;

// Sending it.
mod attack;
mod client;
mod crowd;
mod honest;
mod janitor;

// The broker that bears it.
mod metrics;
mod node;
mod processor;

pub use attack::{Answers, Attack, Progress};
pub use case::{Case, Change, Manner};
pub use client::{Client, ClientError};
pub use corpus::{Advertised, Corpus, CorpusError, World};
pub use crowd::Crowd;
pub use honest::{Honest, HonestReport};
pub use janitor::{Janitor, POOL};
pub use metrics::Metrics;
pub use node::{NodeProcess, NodeProcessError};
pub use processor::give_way;
