//! Kafka's wire protocol: bytes to typed messages and back.
//!
//! Three nouns. A **frame** is four bytes of length, a header, a body: [`RequestHeader`] reads the first bytes of any
//! request, and an [`Encoder`] makes an [`EncodedFrame`], pieces for one vectored write, in which records are the very
//! bytes that were handed in. A [`Message`] is a body: [`messages`] has a module for each [`ApiKey`], generated from
//! `proto/kafka` (`scripts/gen` writes it anew), for every version that Apache Kafka 4.4 serves. A [`Budget`] is what
//! decoding a stranger's frame may allocate: a [`Decoder`] charges every count before it believes it.
//!
//! No I/O, no clock, no state between frames.

// What messages are made of.
mod message;
mod text;

// Bytes to messages.
mod budget;
mod decode;
mod header;

// Messages to bytes.
mod encode;
mod frame;

// What Kafka's messages are: generated.
mod api_key;
pub mod messages;

pub use api_key::ApiKey;
pub use budget::Budget;
pub use decode::{DecodeError, Decoder};
pub use encode::{EncodeError, Encoder, Tags, encode_request, encode_response};
pub use frame::EncodedFrame;
pub use header::RequestHeader;
pub use message::{Message, Request, Wire};
pub use text::{Str, Uuid};
