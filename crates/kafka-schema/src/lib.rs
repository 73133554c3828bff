//! Kafka's messages as our own schemas, for development and tests only: nothing that is shipped links this crate.
//!
//! Three nouns. A [`Schema`] is one message of Kafka's protocol (a request, a response, a header, a record of an internal
//! topic) with all its versions, as `proto/kafka` writes it down: [`parse`] reads a text, [`load`] a directory. A
//! [`Field`] says what lies where in which version. A [`Versions`] is a range of them.
//!
//! The crate knows nothing of sockets and of Tidelog. `proto/kafka/README.md` draws the text format.

mod parse;
mod schema;

pub use parse::{LoadError, ParseError, load, parse};
pub use schema::{Field, Schema, SchemaKind, Struct, Tagged, Type, Value, Versions};
