//! Kafka's messages as our own schemas, for development and tests only: nothing that is shipped links this crate.
//!
//! Three nouns. A [`Schema`] is one message of Kafka's protocol (a request, a response, a header, a record of an internal
//! topic) with all its versions, as `proto/kafka` writes it down; [`Schemas`] is all of them. A [`Field`] says what lies
//! where in which version. A [`Versions`] is a range of them.
//!
//! Two things are made of a schema. [`Schema::encode`] and [`Schema::decode`] turn JSON into bytes and back, for transcripts
//! and as a second opinion on the codec that is shipped, with which they share no line. And the shipped codec is generated.
//!
//! The crate knows nothing of sockets and of Tidelog. `proto/kafka/README.md` draws the text format.

mod decode;
mod encode;
pub mod generate;
mod json;
mod parse;
mod path;
mod schema;
mod schemas;

pub use decode::{DecodeError, DecodeFault};
pub use encode::{EncodeError, EncodeFault};
pub use parse::{LoadError, ParseError, load, parse};
pub use schema::{Field, Schema, SchemaKind, Struct, Tagged, Type, Value, Versions};
pub use schemas::Schemas;
