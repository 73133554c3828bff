//! The gRPC services of `proto/tidelog/v1/` as Rust types.
//!
//! Two nouns. [`v1`] is generated: messages, clients and server traits, documented in the `.proto` files themselves.
//! [`v1::ErrorDetail`] is the one of them that has code of its own: an error is built with it, travels as a part of an
//! answer or as a [`tonic::Status`], and is read back.
//! [`limits`] is what both ends of a connection agree on.

mod error;
pub mod limits;

/// The generated types, clients and server traits.
#[expect(clippy::allow_attributes, reason = "generated code silences lints in its own way")]
pub mod v1 {
    tonic::include_proto!("tidelog.v1");
}

/// The compiled `.proto` files, as the reflection service and other tools want them (`google.protobuf.FileDescriptorSet`).
pub const FILE_DESCRIPTOR_SET: &[u8] = tonic::include_file_descriptor_set!("tidelog.v1");
