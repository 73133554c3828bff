//! A node in a directory of its own, asked over real sockets.

mod admin;
mod cluster;
mod configs;
mod fetch;
mod http;
mod kafka;
mod lifecycle;
mod metrics;
mod produce;
mod support;
mod topics;
