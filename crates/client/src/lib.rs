//! The Rust client over gRPC: producer, consumer, admin.
