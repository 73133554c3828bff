//! Clients that others wrote, against a Tidelog node. There is only `tests/it`: librdkafka, as Rust programs use it through
//! the `rdkafka` crate, and our own gRPC client on the other side of the same topics.
//!
//! A crate of its own, so that what is built to build Tidelog is not librdkafka: that takes a C compiler and `make`.
